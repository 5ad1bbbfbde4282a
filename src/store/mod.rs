//! The browser's durable store of one person's work on one backend: IndexedDB, or memory where there is none.
//!
//! Here: choosing the store, its name, wiping it at log-out. What is stored and when is decided in `baton-sync`.

mod awake;
mod batch;
mod connection;
mod documents;
mod enter;
mod idb;
mod index;
mod layout;
mod marker;
mod records;
mod request;
mod seal;
mod segment;
mod tabs;
mod tend;
mod wipe;

pub use idb::IdbStore;
pub use request::{Fault, delete as delete_database};
pub use tabs::{Tabs, Word};

use baton_sync::MemoryStore;
use baton_sync::store::{Batch, DocRecord, Portion, Snapshot, Store, StoreError};

/// What happens to the store that the person must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreWord {
    /// A newer version of the app in another tab has another layout: this one must be reloaded.
    Outdated,
    /// The browser has thrown the device's copy away, with so many unsent entries.
    Lost { unsent: u64 },
}

/// The store of a tab.
pub enum DeskStore {
    /// Survives the tab, the browser and the power.
    Durable(IdbStore),
    /// Lives as long as the tab: the desk must say so.
    Memory(MemoryStore),
}

/// Name of the database of `person` on `backend`, so that two people at one device never see each other's work.
pub fn database_name(backend: &str, person: &str) -> String {
    format!("baton/{}/{}", backend.replace('%', "%25").replace('/', "%2F"), person)
}

impl DeskStore {
    /// Opens the person's database. Where the browser offers no IndexedDB (or refuses it), the store is in memory and the
    /// reason comes with it.
    pub async fn open(backend: &str, person: &str) -> (DeskStore, Option<StoreError>) {
        match IdbStore::open(database_name(backend, person)).await {
            Ok(store) => (DeskStore::Durable(store), None),
            Err(error) => (DeskStore::Memory(MemoryStore::default()), Some(error)),
        }
    }

    pub fn is_durable(&self) -> bool {
        matches!(self, DeskStore::Durable(_))
    }

    /// Whether what is kept about customers is sealed, so that nobody can read it after log-out. What is not kept need not be.
    pub fn is_sealing(&self) -> bool {
        match self {
            DeskStore::Durable(store) => store.is_sealing(),
            DeskStore::Memory(_) => true,
        }
    }

    /// How many entries were unsent when the browser threw an earlier copy away, or cannot be opened since their key is gone;
    /// None: there are none.
    pub fn lost(&self) -> Option<u64> {
        match self {
            DeskStore::Durable(store) => store.lost(),
            DeskStore::Memory(_) => None,
        }
    }

    /// Calls `listener` when something happens to the store. One listener.
    pub fn on_word(&self, listener: impl Fn(StoreWord) + 'static) {
        if let DeskStore::Durable(store) = self {
            store.on_word(listener);
        }
    }

    /// After [`StoreWord::Lost`], until which nothing more is read or written: the empty store is used from now on.
    pub fn begin_anew(&self) {
        if let DeskStore::Durable(store) = self {
            store.begin_anew();
        }
    }

    /// At log-out: the key goes first, then documents. Work that has not reached the backend (with the documents that it is about) and drafts stay
    /// for the same person's next log-in, unless `everything` is to go. Answers that are still under way are not stored.
    ///
    /// # Errors
    /// The store failed; documents may still be on the device.
    pub async fn wipe(&self, everything: bool) -> Result<(), StoreError> {
        match self {
            DeskStore::Durable(store) => store.wipe(everything).await,
            DeskStore::Memory(_) => Ok(()),
        }
    }
}

macro_rules! either {
    ($self:ident, $store:ident => $call:expr) => {
        match $self {
            DeskStore::Durable($store) => $call.await,
            DeskStore::Memory($store) => $call.await,
        }
    };
}

impl Store for DeskStore {
    async fn open(&self) -> Result<Snapshot, StoreError> {
        either!(self, store => store.open())
    }
    async fn portion(&self, from: Option<u64>) -> Result<Portion, StoreError> {
        either!(self, store => store.portion(from))
    }
    async fn put_front(&self, docs: Vec<DocRecord>) -> Result<(), StoreError> {
        either!(self, store => store.put_front(docs))
    }
    async fn load(&self) -> Result<Snapshot, StoreError> {
        either!(self, store => store.load())
    }
    async fn load_some(&self, keys: &[(String, String)]) -> Result<Snapshot, StoreError> {
        either!(self, store => store.load_some(keys))
    }
    async fn commit(&self, batch: Batch) -> Result<u64, StoreError> {
        either!(self, store => store.commit(batch))
    }
    async fn take_lead(&self, token: &str) -> Result<(), StoreError> {
        either!(self, store => store.take_lead(token))
    }
    async fn put_draft(&self, key: &str, text: &str) -> Result<(), StoreError> {
        either!(self, store => store.put_draft(key, text))
    }
    async fn remove_draft(&self, key: &str) -> Result<(), StoreError> {
        either!(self, store => store.remove_draft(key))
    }
    async fn drafts(&self) -> Result<Vec<(String, String)>, StoreError> {
        either!(self, store => store.drafts())
    }
}
