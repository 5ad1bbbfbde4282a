//! The store: documents, accounts and log-ins of one site in one SQLite file.
//!
//! Here: opening the file, the pool of readers, the one writer, and the methods that the HTTP layer and embedders call.
//! Not here: HTTP, roles, the list of known collections. The store takes any collection name; who may use which is decided above it.
//!
//! All methods block (they touch the disk): call them from `tokio::task::spawn_blocking` in asynchronous code.

mod accounts;
mod backup;
mod document;
mod documents;
mod schema;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, SecondsFormat, Utc};
use rusqlite::{Connection, OpenFlags};
use tokio::sync::watch;

pub use accounts::{Account, NewAccount, PasswordCost, Session};
pub use document::{Document, Fault, MAX_DEPTH, check_id};
pub(crate) use document::{escape as document_pointer, kind_of as document_kind};
pub use documents::{Change, Condition, Created, Idempotency, Page};

use writer::Writer;

/// Where the store reads the time: UTC, used for `_at`, the expiry of sessions and of idempotency keys.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// How many idle read connections are kept open.
const IDLE_READERS: usize = 8;

/// What the store cannot do, and why.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A create met a document (or the tombstone of one) with the same id.
    #[error("the id is taken")]
    Exists(Box<Document>),
    /// The stored revision is not the one that the writer has seen; `None` when nothing is stored.
    #[error("the document has changed")]
    Stale(Option<Box<Document>>),
    /// The document was deleted; its tombstone.
    #[error("the document was deleted")]
    Gone(Box<Document>),
    #[error("not found")]
    Missing,
    /// The document or account that was handed in is not acceptable.
    #[error("{0}")]
    Invalid(#[from] Fault),
    /// A `since` beyond the newest sequence number (of the store: `head`), which happens after an older backup was restored.
    #[error("the cursor {since} is ahead of the store, which is at {head}")]
    CursorAhead { since: i64, head: i64 },
    #[error("the database failed: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The transaction that held this write was not committed; nothing of it is stored.
    #[error("the write was not committed: {0}")]
    NotCommitted(String),
    #[error("the store is closed")]
    Closed,
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// Anything else that is wrong with the file or with stored data.
    #[error("{0}")]
    Broken(String),
}

/// Choices made when a store is opened.
#[derive(Clone)]
pub struct StoreOptions {
    pub clock: Clock,
    pub password_cost: PasswordCost,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { clock: Arc::new(Utc::now), password_cost: PasswordCost::default() }
    }
}

/// A handle to the store; clones share it. The file is closed when the last clone goes.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    path: PathBuf,
    options: StoreOptions,
    readers: Mutex<Vec<Connection>>,
    writer: Writer,
}

impl Store {
    /// Opens the file, creating it and its tables when missing.
    ///
    /// # Errors
    /// The file cannot be opened, is not ours, or was written by a newer version.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_with(path, StoreOptions::default())
    }

    /// As [`Store::open`], with an own clock or password cost.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_with(path: impl AsRef<Path>, options: StoreOptions) -> Result<Self, StoreError> {
        let path = path.as_ref().to_path_buf();
        let mut connection = Connection::open(&path)?;
        schema::prepare_writer(&mut connection)?;
        let head = documents::head(&connection)?;
        let writer = Writer::start(connection, head)?;
        Ok(Self(Arc::new(Inner { path, options, readers: Mutex::new(Vec::new()), writer })))
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// Now, by the store's clock.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        (self.0.options.clock)()
    }

    /// The newest committed sequence number; 0 for an empty store.
    #[must_use]
    pub fn head(&self) -> i64 {
        *self.0.writer.heads().borrow()
    }

    /// Follows the head: it moves after every commit that changed documents. Read what changed with [`Store::changes`].
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<i64> {
        self.0.writer.heads().clone()
    }

    /// Moves the write-ahead log into the main file and empties it.
    ///
    /// # Errors
    /// The database failed, or the store is closed.
    pub fn checkpoint(&self) -> Result<(), StoreError> {
        if let Ok(mut readers) = self.0.readers.lock() {
            readers.clear();
        }
        self.0.writer.checkpoint()
    }

    /// Runs `work` in one read snapshot.
    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let idle = self.0.readers.lock().ok().and_then(|mut readers| readers.pop());
        let mut connection = match idle {
            Some(connection) => connection,
            None => {
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                let connection = Connection::open_with_flags(&self.0.path, flags)?;
                schema::prepare_reader(&connection)?;
                connection
            }
        };
        let snapshot = connection.transaction()?;
        let result = work(&snapshot);
        drop(snapshot);
        if let Ok(mut readers) = self.0.readers.lock()
            && readers.len() < IDLE_READERS
        {
            readers.push(connection);
        }
        result
    }

    /// Runs `work` in the single writer; returns only when its outcome is on disk.
    fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.0.writer.write(work)
    }
}

/// RFC 3339 in UTC with milliseconds and `Z`: the one way that the server writes times.
#[must_use]
pub fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    fn store() -> (Store, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("x.db")).unwrap();
        (store, folder)
    }

    #[test]
    fn a_commit_is_synced() {
        let (store, _folder) = store();
        let setting = |name: &'static str| {
            store
                .write(move |c| {
                    c.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0))
                        .map_err(StoreError::from)
                })
                .unwrap()
        };
        assert_eq!(setting("synchronous"), 2.into(), "FULL");
        assert_eq!(setting("journal_mode"), "wal".to_owned().into());
    }

    #[test]
    fn a_write_that_fails_half_way_leaves_nothing() {
        let (store, _folder) = store();
        store.create("a", json!({"id": "1"}), None).unwrap();
        let failed: Result<(), _> = store.write(|c| {
            c.execute("DELETE FROM docs", [])?;
            Err(StoreError::Missing)
        });
        assert!(matches!(failed, Err(StoreError::Missing)));
        assert!(store.get("a", "1").unwrap().is_some());
        assert_eq!(store.head(), 1);
    }

    #[test]
    fn an_import_is_all_or_nothing_and_can_be_repeated() {
        let (store, _folder) = store();
        let heads = store.subscribe();
        let bad = vec![json!({"id": "1"}), json!({"id": 2})];
        match store.import("a", bad) {
            Err(StoreError::Invalid(fault)) => assert_eq!(fault.pointer, "/1/id"),
            other => panic!("{other:?}"),
        }
        assert_eq!(store.head(), 0);
        let good = vec![json!({"id": "1", "_rev": 7}), json!({"id": "2"}), json!({})];
        assert_eq!(store.import("a", good).unwrap(), 3);
        assert_eq!(*heads.borrow(), 3);
        let more = vec![json!({"id": "2", "new": 1}), json!({"id": "3"})];
        assert_eq!(store.import("a", more).unwrap(), 1);
        let kept = store.get("a", "2").unwrap().unwrap();
        assert_eq!((kept.rev, kept.value().get("new")), (1, None));
    }

    #[test]
    fn newer_layouts_and_strangers_are_refused() {
        let (store, folder) = store();
        store.write(|c| Ok(c.pragma_update(None, "user_version", 99)?)).unwrap();
        drop(store);
        let Err(error) = Store::open(folder.path().join("x.db")) else {
            panic!("opened");
        };
        assert!(error.to_string().contains("newer"), "{error}");
        let other = folder.path().join("other.db");
        let connection = Connection::open(&other).unwrap();
        connection.execute_batch("CREATE TABLE t (a)").unwrap();
        drop(connection);
        assert!(Store::open(&other).is_err());
    }
}
