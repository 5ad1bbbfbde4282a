//! The connection to one database: opened when needed, opened again when it died, given up when a newer version of the app
//! wants another layout. Also notices that the browser has thrown the device's copy away. What is stored is not known here.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use baton_sync::store::StoreError;
use wasm_bindgen::prelude::*;
use web_sys::{IdbDatabase, IdbVersionChangeEvent};

use super::StoreWord;
use super::awake;
use super::layout::{LAYOUT, META, VERSION, upgrade};
use super::marker::Marker;
use super::request::{self, Fault, Mode, Transaction, value};

/// See the module.
pub struct Connection {
    name: String,
    pub marker: Marker,
    state: Rc<State>,
}

type Listener = Box<dyn Fn(StoreWord)>;

#[derive(Default)]
struct State {
    /// None while closed: it is opened again when needed.
    database: RefCell<Option<IdbDatabase>>,
    /// A newer version of the app has changed the layout, or wants to.
    outdated: Cell<bool>,
    /// What was there when this tab began has been thrown away.
    lost: Cell<bool>,
    listener: RefCell<Option<Listener>>,
}

impl State {
    fn tell(&self, word: StoreWord) {
        if let Some(listener) = self.listener.borrow().as_ref() {
            listener(word);
        }
    }
}

impl Connection {
    /// Opens the database, making it when missing. With it comes how many unsent entries were thrown away, if the browser
    /// has removed an earlier copy of it.
    ///
    /// # Errors
    /// There is no IndexedDB, it may not be used, a newer version of the app has changed its layout, or another tab with an
    /// older version does not let go.
    pub async fn open(name: String) -> Result<(Connection, Option<u64>), StoreError> {
        awake::listen();
        let connection = Connection { marker: Marker::new(&name), name, state: Rc::default() };
        let database = connection.database().await?;
        let mut lost = None;
        if is_empty(&database).await? {
            lost = connection.marker.read();
            connection.marker.remove();
        }
        Ok((connection, lost))
    }

    /// Calls `listener` when something happens that the person must know. One listener.
    pub fn on_word(&self, listener: impl Fn(StoreWord) + 'static) {
        *self.state.listener.borrow_mut() = Some(Box::new(listener));
    }

    /// A transaction, not before the page is awake. A connection that turns out to be dead is opened again, once.
    ///
    /// # Errors
    /// The database cannot be opened, or is not the one that this tab began with.
    pub async fn begin(&self, stores: &[&str], mode: Mode) -> Result<Transaction, StoreError> {
        let database = self.database().await?;
        awake::awake().await;
        match Transaction::begin(&database, stores, mode) {
            Err(fault) if fault.name == "InvalidStateError" => {
                self.let_go();
                Transaction::begin(&self.database().await?, stores, mode).map_err(failed)
            }
            begun => begun.map_err(failed),
        }
    }

    /// Ends a transaction with the outcome of its work: finished, or undone.
    ///
    /// # Errors
    /// The work's, or that of the end.
    pub async fn end<T>(&self, tx: Transaction, work: Result<T, Fault>) -> Result<T, StoreError> {
        let outcome = match work {
            Ok(done) => tx.finish().await.map(|()| done),
            Err(fault) => {
                drop(tx);
                Err(fault)
            }
        };
        outcome.map_err(|fault| {
            self.let_go();
            failed(fault)
        })
    }

    /// After [`StoreWord::Lost`]: the new database is used from now on.
    pub fn begin_anew(&self) {
        self.marker.remove();
        self.state.lost.set(false);
    }

    /// Closes the connection after a failure: whatever broke a transaction may have broken it too.
    pub fn let_go(&self) {
        if let Some(database) = self.state.database.borrow_mut().take() {
            database.close();
        }
    }

    async fn database(&self) -> Result<IdbDatabase, StoreError> {
        if self.state.lost.get() {
            return Err(StoreError::Failed("the browser has thrown away what this device kept".into()));
        }
        if self.state.outdated.get() {
            return Err(StoreError::Failed("a newer version of the app runs in another tab: reload".into()));
        }
        if let Some(database) = self.state.database.borrow().clone() {
            return Ok(database);
        }
        let opened = request::open(&self.name, LAYOUT, upgrade).await;
        let database = opened.map_err(|fault| {
            if fault.name == "VersionError" {
                self.state.outdated.set(true);
            }
            failed(fault)
        })?;
        // Two may have opened it side by side; one connection is enough.
        let first = self.state.database.borrow().clone();
        if let Some(first) = first {
            database.close();
            return Ok(first);
        }
        watch(&database, &self.state);
        self.state.database.replace(Some(database.clone()));
        if self.marker.is_ours()
            && is_empty(&database).await?
            && let Some(unsent) = self.marker.read()
        {
            self.state.lost.set(true);
            self.let_go();
            self.state.tell(StoreWord::Lost { unsent });
            return Err(StoreError::Failed("the browser has thrown away what this device kept".into()));
        }
        Ok(database)
    }
}

async fn is_empty(database: &IdbDatabase) -> Result<bool, StoreError> {
    let look = async {
        let transaction = Transaction::begin(database, &[META], Mode::Read)?;
        value(transaction.store(META)?.get(&VERSION.into())?).await
    };
    look.await.map(|version| version.is_undefined()).map_err(failed)
}

/// Lets go of the connection when another tab wants to change the layout, or when the browser closes it.
fn watch(database: &IdbDatabase, state: &Rc<State>) {
    let (weak, closing) = (Rc::downgrade(state), database.clone());
    let on_change = Closure::once_into_js(move |event: IdbVersionChangeEvent| {
        closing.close();
        let Some(state) = weak.upgrade() else { return };
        state.database.borrow_mut().take();
        // Without a new version it is being deleted.
        if event.new_version().is_some_and(|version| version > f64::from(LAYOUT)) {
            state.outdated.set(true);
            state.tell(StoreWord::Outdated);
        }
    });
    let weak = Rc::downgrade(state);
    let on_close = Closure::once_into_js(move || {
        if let Some(state) = weak.upgrade() {
            state.database.borrow_mut().take();
        }
    });
    database.set_onversionchange(Some(on_change.unchecked_ref()));
    database.set_onclose(Some(on_close.unchecked_ref()));
}

pub fn failed(fault: Fault) -> StoreError {
    if fault.name == "QuotaExceededError" {
        StoreError::Quota(fault.text)
    } else {
        StoreError::Failed(format!("{}: {}", fault.name, fault.text))
    }
}
