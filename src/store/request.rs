//! IndexedDB's requests and transactions as futures, and its faults by name. Nothing here knows what is stored.
//!
//! Nothing but requests of the open transaction may be awaited inside one: anything else ends it.

use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    DomException, IdbDatabase, IdbFactory, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransaction,
    IdbVersionChangeEvent,
};

use crate::net::within;

/// How long an open may wait for other tabs to let go, milliseconds. An upgrade that has begun may take longer.
const OPEN_LIMIT_MS: u32 = 8_000;

/// Why the browser did not do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The exception's name, such as `QuotaExceededError`.
    pub name: String,
    pub text: String,
}

impl Fault {
    pub fn new(name: &str, text: &str) -> Fault {
        Fault { name: name.into(), text: text.into() }
    }

    fn of(exception: Option<DomException>) -> Fault {
        exception.map_or_else(|| Fault::new("AbortError", "it was undone"), |e| Fault::new(&e.name(), &e.message()))
    }
}

impl From<JsValue> for Fault {
    fn from(thrown: JsValue) -> Fault {
        let word = |key: &str| Reflect::get(&thrown, &key.into()).ok().and_then(|w| w.as_string());
        Fault { name: word("name").unwrap_or_default(), text: word("message").unwrap_or_else(|| format!("{thrown:?}")) }
    }
}

/// The request's value. It listens at once, so that several requests may be under way together.
pub fn value(request: IdbRequest) -> impl Future<Output = Result<JsValue, Fault>> {
    let settled = JsFuture::from(Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    }));
    async move {
        match settled.await {
            Ok(_) => Ok(request.result()?),
            Err(_) => Err(Fault::of(request.error()?)),
        }
    }
}

/// The request's value as a list.
pub async fn list(request: IdbRequest) -> Result<Vec<JsValue>, Fault> {
    Ok(Array::from(&value(request).await?).to_vec())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Read,
    /// Complete when the browser has it: a power cut may take it, and whole.
    Relaxed,
    /// Complete when it is on disk.
    Strict,
}

/// Undone when dropped without [`Transaction::finish`].
pub struct Transaction {
    raw: IdbTransaction,
    ended: JsFuture,
}

impl Transaction {
    /// # Errors
    /// The connection is closed (`InvalidStateError`), or has no such store.
    pub fn begin(database: &IdbDatabase, stores: &[&str], mode: Mode) -> Result<Transaction, Fault> {
        let names: Array = stores.iter().map(|name| JsValue::from_str(name)).collect();
        let (word, durability) = match mode {
            Mode::Read => ("readonly", "relaxed"),
            Mode::Relaxed => ("readwrite", "relaxed"),
            Mode::Strict => ("readwrite", "strict"),
        };
        let options = Object::new();
        Reflect::set(&options, &"durability".into(), &durability.into())?;
        // Called by name: web-sys has the durability only behind its unstable switch.
        let begin: Function = Reflect::get(database, &"transaction".into())?.dyn_into()?;
        Ok(Transaction::watch(begin.call3(database, &names, &word.into(), &options)?.dyn_into()?))
    }

    fn watch(raw: IdbTransaction) -> Transaction {
        let ended = JsFuture::from(Promise::new(&mut |resolve, reject| {
            raw.set_oncomplete(Some(&resolve));
            // A failed request and a failed commit both end here; the latter nowhere else.
            raw.set_onabort(Some(&reject));
        }));
        Transaction { raw, ended }
    }

    /// # Errors
    /// The transaction has no such store, or has ended.
    pub fn store(&self, name: &str) -> Result<IdbObjectStore, Fault> {
        Ok(self.raw.object_store(name)?)
    }

    /// Waits until everything is stored.
    ///
    /// # Errors
    /// Nothing is stored. (Or it is, and the browser could not say so: nobody can know after a lost connection.)
    pub async fn finish(mut self) -> Result<(), Fault> {
        match (&mut self.ended).await {
            Ok(_) => Ok(()),
            Err(_) => Err(Fault::of(self.raw.error())),
        }
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        // One that has ended cannot be undone, and says so.
        let _ = self.raw.abort();
    }
}

/// Opens the database; `upgrade` runs in the upgrade's transaction, with the layout that was there (0: none), and
/// whatever it returns as an error undoes the upgrade.
///
/// # Errors
/// There is no IndexedDB, it may not be used, its layout is newer, or another tab does not let go.
pub async fn open<F: Future<Output = Result<(), Fault>> + 'static>(
    name: &str,
    layout: u32,
    upgrade: impl FnOnce(IdbDatabase, IdbTransaction, u32) -> F + 'static,
) -> Result<IdbDatabase, Fault> {
    let request = factory()?.open_with_u32(name, layout)?;
    let (blocked, upgrading) = (Rc::new(Cell::new(false)), Rc::new(Cell::new(false)));
    let seen = blocked.clone();
    let on_blocked = Closure::<dyn FnMut()>::new(move || seen.set(true));
    let (seen, asked) = (upgrading.clone(), request.clone());
    let on_upgrade = Closure::once(move |event: IdbVersionChangeEvent| {
        seen.set(true);
        let (Some(transaction), Ok(database)) = (asked.transaction(), asked.result()) else { return };
        let work = upgrade(database.unchecked_into(), transaction.clone(), event.old_version() as u32);
        spawn_local(async move {
            if work.await.is_err() {
                // Then the open fails, and the old layout stays as it was.
                let _ = transaction.abort();
            }
        });
    });
    request.set_onblocked(Some(on_blocked.as_ref().unchecked_ref()));
    request.set_onupgradeneeded(Some(on_upgrade.as_ref().unchecked_ref()));
    let mut opening = Box::pin(value(request.clone().into()));
    let opened = loop {
        match within(OPEN_LIMIT_MS, &mut opening).await {
            Some(opened) => break opened?,
            None if upgrading.get() => {}
            None => {
                forget_when_open(&request);
                let text = if blocked.get() {
                    "another tab with an older version holds the storage: close it, then reload"
                } else {
                    "the browser's storage does not answer"
                };
                return Err(Fault::new("TimeoutError", text));
            }
        }
    };
    Ok(opened.unchecked_into())
}

/// A connection that nobody waits for any more must not block the others.
fn forget_when_open(request: &IdbOpenDbRequest) {
    let opening = request.clone();
    let close = Closure::once_into_js(move || {
        if let Ok(database) = opening.result() {
            database.unchecked_into::<IdbDatabase>().close();
        }
    });
    request.set_onsuccess(Some(close.unchecked_ref()));
    request.set_onupgradeneeded(None);
}

fn factory() -> Result<IdbFactory, Fault> {
    let none = || Fault::new("NotSupportedError", "this browser has no IndexedDB");
    web_sys::window().and_then(|w| w.indexed_db().ok().flatten()).ok_or_else(none)
}

/// Removes a database, when every tab has let go of it.
///
/// # Errors
/// The browser does not do it.
pub async fn delete(name: &str) -> Result<(), Fault> {
    value(factory()?.delete_database(name)?.into()).await.map(drop)
}
