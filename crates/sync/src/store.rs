//! What sync needs of a durable store, and the records that it keeps there.
//!
//! Records are plain texts, so that a store needs to know nothing of cases or entries, and one that was written
//! by a newer version can be carried along unread. Nothing here decides anything.

use std::fmt;
use std::sync::Arc;

/// A document as the backend last gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocRecord {
    /// Collection name of ours, without a slash.
    pub collection: String,
    pub id: String,
    pub rev: String,
    /// Grows with every write of the backend, where it has such a number.
    pub order: Option<i64>,
    pub deleted: bool,
    /// When the backend stored it: milliseconds since the Unix epoch, UTC.
    pub stamp_ms: Option<i64>,
    /// The JSON text, with every field that we do not know.
    pub raw: Arc<str>,
}

/// One waiting entry; `text` is an [`crate::OutboxItem`] in its versioned JSON form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemRecord {
    /// The entry's id.
    pub id: String,
    pub text: String,
}

/// What a store holds, or the part of it that was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    pub docs: Vec<DocRecord>,
    pub outbox: Vec<ItemRecord>,
    /// Collection name → where its last list ended.
    pub cursors: Vec<(String, String)>,
    /// Number of commits so far: tells a tab whether it has missed one of another tab.
    pub version: u64,
    /// Only the front of the documents is in it; the rest comes in portions.
    pub partial: bool,
}

/// Some of the documents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Portion {
    pub docs: Vec<DocRecord>,
    /// Ask for the next portion with this; None: there is none.
    pub next: Option<u64>,
}

/// Changes that are stored all together or not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    pub docs: Vec<DocRecord>,
    /// New entries.
    pub insert: Vec<ItemRecord>,
    /// Changed entries: written only if they are still there, so that a slow tab brings nothing back.
    pub update: Vec<ItemRecord>,
    /// Ids of entries that are done.
    pub remove: Vec<String>,
    /// None forgets the cursor.
    pub cursors: Vec<(String, Option<String>)>,
    /// Token of the leading tab. The batch is refused if another tab has taken the lead since.
    pub fence: Option<String>,
}

impl Batch {
    pub fn is_empty(&self) -> bool {
        self.docs.is_empty()
            && self.insert.is_empty()
            && self.update.is_empty()
            && self.remove.is_empty()
            && self.cursors.is_empty()
    }

    /// Whether anything in it cannot be had from the backend again, so that it must be on disk before it is acknowledged.
    pub fn must_be_durable(&self) -> bool {
        !self.insert.is_empty() || !self.update.is_empty() || !self.remove.is_empty()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreError {
    /// Another tab has the lead; nothing was stored.
    Fenced,
    /// The device has no room left.
    Quota(String),
    /// Anything else. Whether the batch was stored is unknown: load again before going on.
    Failed(String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Fenced => f.write_str("another tab has taken the lead"),
            StoreError::Quota(what) => write!(f, "no room left on this device: {what}"),
            StoreError::Failed(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for StoreError {}

/// A durable store of one person's work on one backend, shared by the person's tabs.
#[allow(async_fn_in_trait)]
pub trait Store {
    /// What a person needs to begin: the front that was put last, the whole outbox and all cursors. A store that is
    /// quick with everything gives everything.
    async fn open(&self) -> Result<Snapshot, StoreError> {
        self.load().await
    }

    /// After a partial [`Store::open`]: the documents in portions, each document once, as it is when its portion is read.
    /// Begin with None.
    async fn portion(&self, from: Option<u64>) -> Result<Portion, StoreError> {
        let _ = from;
        Ok(Portion::default())
    }

    /// Remembers the documents that a person should see first at the next start. A copy for speed; it proves nothing.
    async fn put_front(&self, docs: Vec<DocRecord>) -> Result<(), StoreError> {
        let _ = docs;
        Ok(())
    }

    /// Everything.
    async fn load(&self) -> Result<Snapshot, StoreError>;

    /// The documents of these (collection, id), those that exist, with the whole outbox and all cursors.
    async fn load_some(&self, keys: &[(String, String)]) -> Result<Snapshot, StoreError>;

    /// Stores the batch in one transaction and returns the new number of commits. Returns only when the
    /// transaction is complete, and on disk if [`Batch::must_be_durable`].
    async fn commit(&self, batch: Batch) -> Result<u64, StoreError>;

    /// Makes `token` the only fence that commits may carry from now on.
    async fn take_lead(&self, token: &str) -> Result<(), StoreError>;

    /// Keeps what a person is typing. Drafts are a place of their own that nothing remote touches.
    async fn put_draft(&self, key: &str, text: &str) -> Result<(), StoreError>;

    async fn remove_draft(&self, key: &str) -> Result<(), StoreError>;

    /// All drafts as (key, text).
    async fn drafts(&self) -> Result<Vec<(String, String)>, StoreError>;
}
