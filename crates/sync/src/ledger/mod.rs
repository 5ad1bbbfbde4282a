//! The one owner of a person's replica and store in a tab: every change goes to the store first, then into memory.
//!
//! Changes are carried out one after another (the gate); nothing waits for the network while it holds the gate.
//! Several tabs may have ledgers on one store: each takes acts, one of them leads and moves bases. A fence in the
//! store, not a lock in the browser, makes sure that only the leader does.
//!
//! Here: opening, what a person does, and what happens inside the gate. What the other tabs do is in `tabs`, what comes
//! from the backend in `incoming`.

mod incoming;
mod tabs;

use std::cell::{Cell, Ref, RefCell};
use std::sync::Arc;

use baton_engine::policy::Policies;
use baton_engine::time::Timestamp;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::defence::{self, Defence};
use crate::plan::{ActError, Command, Plan};
use crate::replica::Replica;
use crate::slot::{DocKey, key_of};
use crate::store::{Batch, Snapshot, Store, StoreError};

/// What another tab needs to know of a commit. A hint: missing one only delays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub docs: Vec<DocKey>,
}

/// Why a retry or discard did nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemError {
    /// No such entry waits, or it is still on its way by itself.
    NotStuck,
    Store(StoreError),
}

type Listener = Box<dyn Fn()>;
type CommitListener = Box<dyn Fn(&Notice)>;

/// See the module.
pub struct Ledger<S> {
    store: S,
    replica: RefCell<Replica>,
    gate: Mutex<()>,
    /// Token of this tab's lead, if it leads.
    lead: RefCell<Option<String>>,
    /// The store's number of commits as of our last look; it tells whether another tab wrote meanwhile.
    version: Cell<u64>,
    /// Memory may differ from the store (a commit of unknown outcome, another tab's): load before the next change.
    doubtful: Cell<bool>,
    /// Where the next portion of the store begins; None: everything is here.
    rest: Cell<Option<Option<u64>>>,
    on_change: RefCell<Option<Listener>>,
    on_commit: RefCell<Option<CommitListener>>,
}

impl<S: Store> Ledger<S> {
    /// Loads what the store gives to begin with; [`Ledger::load_more`] brings the rest. Entries that the stored bases no
    /// longer allow are shown as refused.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn open(store: S, policies: Arc<Policies>) -> Result<Ledger<S>, StoreError> {
        let ledger = Ledger {
            store,
            replica: RefCell::new(Replica::new(policies)),
            gate: Mutex::new(()),
            lead: RefCell::new(None),
            version: Cell::new(0),
            doubtful: Cell::new(false),
            rest: Cell::new(None),
            on_change: RefCell::new(None),
            on_commit: RefCell::new(None),
        };
        let snapshot = ledger.store.open().await?;
        ledger.rest.set(snapshot.partial.then_some(None));
        ledger.take_in(snapshot).await?;
        Ok(ledger)
    }

    /// Whether everything that the store holds is in the replica.
    pub fn is_whole(&self) -> bool {
        self.rest.get().is_none()
    }

    /// Loads some more of the store after a start with the front only.
    ///
    /// # Errors
    /// The store cannot be read; call it again.
    pub async fn load_more(&self) -> Result<(), StoreError> {
        let _gate = self.gate.lock().await;
        let Some(from) = self.rest.get() else { return Ok(()) };
        let portion = self.store.portion(from).await?;
        let given: Vec<DocKey> = portion.docs.iter().filter_map(key_of).collect();
        let plan = self.replica.borrow().plan_portion(portion.docs);
        self.keep_if_leading(plan).await?;
        self.replica.borrow_mut().founded(&given);
        if portion.next.is_none() {
            let plan = self.replica.borrow().plan_unfounded();
            self.keep_if_leading(plan).await?;
            self.replica.borrow_mut().set_whole();
        }
        self.rest.set(portion.next.map(Some));
        Ok(())
    }

    /// Remembers these documents as what to show first at the next start.
    ///
    /// # Errors
    /// The store failed; the next start is slower.
    pub async fn put_front(&self, keys: &[DocKey]) -> Result<(), StoreError> {
        let docs = self.replica.borrow().records(keys);
        self.store.put_front(docs).await
    }

    /// The replica to read. Do not hold it across an `await`.
    pub fn replica(&self) -> Ref<'_, Replica> {
        self.replica.borrow()
    }

    /// The store, for drafts.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Calls `listener` whenever [`Ledger::take_changes`] has something. One listener; it must not call back synchronously.
    pub fn on_change(&self, listener: impl Fn() + 'static) {
        *self.on_change.borrow_mut() = Some(Box::new(listener));
    }

    /// Calls `listener` after every commit, to tell other tabs.
    pub fn on_commit(&self, listener: impl Fn(&Notice) + 'static) {
        *self.on_commit.borrow_mut() = Some(Box::new(listener));
    }

    /// Documents whose view changed since the last call, and whether the outbox (or the list of faults) did.
    pub fn take_changes(&self) -> (Vec<DocKey>, bool) {
        self.replica.borrow_mut().take_changes()
    }

    // ── What a person does ───────────────────────────────────────────────

    /// Takes one act of the person: all commands or none. When this returns Ok the act is on disk and will not be lost.
    ///
    /// # Errors
    /// [`ActError`]; nothing was taken then.
    pub async fn act(&self, commands: Vec<Command>) -> Result<(), ActError> {
        let _gate = self.gate.lock().await;
        self.settle_doubt().await?;
        self.load_for(&commands).await?;
        let plan = self.replica.borrow().plan_act(commands)?;
        self.carry_out(plan, false).await?;
        Ok(())
    }

    /// Tries a refused or dead entry again. It may be refused again at once, which its state then shows.
    ///
    /// # Errors
    /// [`ItemError`].
    pub async fn retry(&self, entry: &str) -> Result<(), ItemError> {
        self.change_item(entry, |replica| replica.plan_retry(entry)).await
    }

    /// Drops a refused or dead entry for good; entries that waited on top of it are checked again.
    ///
    /// # Errors
    /// [`ItemError`].
    pub async fn discard(&self, entry: &str) -> Result<(), ItemError> {
        self.change_item(entry, |replica| replica.plan_discard(entry)).await
    }

    /// All waiting entries as a file to keep.
    pub fn export(&self) -> Value {
        self.replica.borrow().export()
    }

    async fn change_item(&self, entry: &str, plan: impl Fn(&Replica) -> Option<Plan>) -> Result<(), ItemError> {
        let _gate = self.gate.lock().await;
        self.settle_doubt().await.map_err(ItemError::Store)?;
        let mut plan = plan(&self.replica.borrow()).ok_or(ItemError::NotStuck)?;
        if !self.is_leading() {
            // What else follows from it is the leader's to store: this tab's bases may be old.
            plan.batch.update.retain(|item| item.id == entry);
            plan.batch.remove.retain(|id| id == entry);
        }
        self.carry_out(plan, false).await.map_err(ItemError::Store)
    }

    /// New rules are in force: waiting entries are checked again under them.
    ///
    /// # Errors
    /// The outcome could not be stored; it will be worked out again at the next start.
    pub async fn set_policies(&self, policies: Arc<Policies>) -> Result<(), StoreError> {
        let _gate = self.gate.lock().await;
        self.replica.borrow_mut().set_policies(policies);
        let plan = self.replica.borrow().plan_settle_all();
        self.keep_if_leading(plan).await
    }

    /// The store was emptied under this tab's hands (and has been begun anew): puts back what is in memory. Documents only
    /// if this tab leads, because those of another may be old; they come again from the backend otherwise.
    ///
    /// # Errors
    /// The store failed; call it again.
    pub async fn save_all(&self) -> Result<(), StoreError> {
        let _gate = self.gate.lock().await;
        let mut batch = self.replica.borrow().everything();
        if !self.is_leading() {
            batch.docs.clear();
            batch.cursors.clear();
        }
        if !batch.is_empty() {
            self.version.set(self.store.commit(batch).await?);
        }
        self.doubtful.set(false);
        Ok(())
    }

    /// Drops the text of work that was finished before that moment (server time), to make room; gives the number of
    /// documents. Only the leading tab does, and only when everything is loaded.
    ///
    /// # Errors
    /// The store failed; nothing was dropped.
    pub async fn prune(&self, before: Timestamp) -> Result<usize, StoreError> {
        let _gate = self.gate.lock().await;
        self.settle_doubt().await?;
        if !self.is_leading() || !self.is_whole() {
            return Ok(0);
        }
        let plan = self.replica.borrow().plan_prune(before);
        let dropped = plan.slots.len();
        self.carry_out(plan, true).await?;
        Ok(dropped)
    }

    // ── Inside the gate ──────────────────────────────────────────────────

    async fn settle_doubt(&self) -> Result<(), StoreError> {
        if self.doubtful.get() { self.load_all().await } else { Ok(()) }
    }

    async fn load_all(&self) -> Result<(), StoreError> {
        self.doubtful.set(true);
        let snapshot = self.store.load().await?;
        self.rest.set(None);
        self.replica.borrow_mut().set_whole();
        self.take_in(snapshot).await
    }

    async fn take_in(&self, snapshot: Snapshot) -> Result<(), StoreError> {
        self.version.set(snapshot.version);
        self.doubtful.set(false);
        let plan = self.replica.borrow_mut().plan_load(snapshot, None);
        self.keep_if_leading(plan).await
    }

    /// After a start with the front only: an act is decided on the documents themselves, not on what seems to be missing.
    async fn load_for(&self, commands: &[Command]) -> Result<(), StoreError> {
        if self.is_whole() {
            return Ok(());
        }
        let keys: Vec<DocKey> = commands.iter().map(|c| (c.collection, c.id.clone())).collect();
        let snapshot = self.load_docs(&keys).await?;
        let plan = self.replica.borrow_mut().plan_load(snapshot, Some(&keys));
        self.keep_if_leading(plan).await
    }

    /// A store that fails may come back as another one, emptied by the browser, so then everything is in doubt.
    async fn load_docs(&self, keys: &[DocKey]) -> Result<Snapshot, StoreError> {
        let names: Vec<_> = keys.iter().map(|(c, id)| (c.name().to_owned(), id.clone())).collect();
        self.store.load_some(&names).await.inspect_err(|_| self.doubtful.set(true))
    }

    /// What the leader works out is stored; in another tab it is only shown, and storing it is left to the leader.
    async fn keep_if_leading(&self, mut plan: Plan) -> Result<(), StoreError> {
        if !self.is_leading() {
            plan.batch = Batch::default();
        }
        self.carry_out(plan, true).await
    }

    async fn carry_out(&self, mut plan: Plan, fenced: bool) -> Result<(), StoreError> {
        let mut batch = std::mem::take(&mut plan.batch);
        let told = !batch.is_empty();
        plan.removed = batch.remove.clone();
        if fenced && defence::on(Defence::Fence) {
            // Without the lead nothing may be moved: an empty token matches no fence.
            batch.fence = Some(self.lead.borrow().clone().unwrap_or_default());
        }
        if !defence::on(Defence::OneTransaction) {
            let first =
                Batch { cursors: std::mem::take(&mut batch.cursors), fence: batch.fence.clone(), ..Batch::default() };
            self.commit(first).await?;
        }
        self.commit(batch).await?;
        let notice = Notice { docs: plan.slots.iter().map(|(key, _)| key.clone()).collect() };
        self.replica.borrow_mut().install(plan);
        if told && let Some(listener) = self.on_commit.borrow().as_ref() {
            listener(&notice);
        }
        self.tell();
        Ok(())
    }

    async fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        if batch.is_empty() {
            return Ok(());
        }
        match self.store.commit(batch).await {
            Ok(version) => {
                if version == self.version.get() + 1 {
                    self.version.set(version);
                }
                Ok(())
            }
            Err(error) => {
                if error == StoreError::Fenced {
                    *self.lead.borrow_mut() = None;
                }
                self.doubtful.set(true);
                Err(error)
            }
        }
    }

    fn tell(&self) {
        if self.replica.borrow().has_changes()
            && let Some(listener) = self.on_change.borrow().as_ref()
        {
            listener();
        }
    }
}
