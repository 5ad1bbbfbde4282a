//! The store in IndexedDB: documents, waiting entries, cursors and drafts in one database, each batch in one strict
//! transaction that is acknowledged only on `complete`.
//!
//! Nothing but requests of the open transaction may be awaited inside one: anything else ends it.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;

use baton_sync::OutboxItem;
use baton_sync::store::{Batch, ItemRecord, Snapshot, Store, StoreError};
use indexed_db_futures::database::Database;
use indexed_db_futures::error::{DomException, Error, OpenDbError};
use indexed_db_futures::object_store::ObjectStore;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::{Transaction, TransactionDurability, TransactionMode, TransactionOptions};
use wasm_bindgen_futures::spawn_local;

use super::records::{doc_key, read_doc, read_pair, write_doc, write_pair};
use crate::net::within;

/// Layout of the database. A higher one must be able to read the outbox of every lower one.
const LAYOUT: u8 = 1;
/// How long an open may wait for other tabs to let go, milliseconds.
const OPEN_LIMIT_MS: u32 = 8_000;

const DOCS: &str = "docs";
const OUTBOX: &str = "outbox";
const CURSORS: &str = "cursors";
const META: &str = "meta";
const DRAFTS: &str = "drafts";
const STORES: [&str; 5] = [DOCS, OUTBOX, CURSORS, META, DRAFTS];

/// Keys in `meta`.
const FENCE: &str = "fence";
const VERSION: &str = "version";

type Handle = Rc<RefCell<Option<Database>>>;

/// See the module.
pub struct IdbStore {
    name: String,
    /// None while closed: it is opened again when needed.
    handle: Handle,
}

impl IdbStore {
    /// Opens the database, making it when missing.
    ///
    /// # Errors
    /// There is no IndexedDB, it may not be used, a newer version of the app has changed its layout, or another tab with an
    /// older version does not let go.
    pub async fn open(name: String) -> Result<IdbStore, StoreError> {
        let store = IdbStore { name, handle: Handle::default() };
        store.database().await?;
        Ok(store)
    }

    /// See [`super::DeskStore::wipe`].
    ///
    /// # Errors
    /// The store failed.
    pub async fn wipe(&self, everything: bool) -> Result<(), StoreError> {
        let database = self.database().await?;
        let tx = begin(&database, &STORES, true).map_err(failed)?;
        clear(&tx, everything).await.map_err(failed)?;
        self.finish(tx).await
    }

    /// The open connection. One that the browser has closed meanwhile is opened again.
    async fn database(&self) -> Result<Database, StoreError> {
        let held = self.handle.borrow().clone();
        if let Some(database) = held {
            // An aborted look is the only way to find a dead connection before work depends on it.
            if begin(&database, &[META], false).is_ok() {
                return Ok(database);
            }
            self.let_go();
        }
        let database = connect(&self.name).await?;
        watch(&database, &self.handle);
        *self.handle.borrow_mut() = Some(database.clone());
        Ok(database)
    }

    fn let_go(&self) {
        if let Some(database) = self.handle.borrow_mut().take() {
            database.close();
        }
    }

    async fn finish(&self, tx: Transaction<'_>) -> Result<(), StoreError> {
        let outcome = tx.commit().await;
        if outcome.is_err() {
            // Whatever broke it may have broken the connection too.
            self.let_go();
        }
        outcome.map_err(failed)
    }

    async fn read(&self, keys: Option<&[(String, String)]>) -> Result<Snapshot, StoreError> {
        let database = self.database().await?;
        let tx = begin(&database, &[DOCS, OUTBOX, CURSORS, META], false).map_err(failed)?;
        let snapshot = snapshot(&tx, keys).await;
        if snapshot.is_err() {
            self.let_go();
        }
        snapshot.map_err(failed)
    }

    /// Writes one value outside of the batches.
    async fn write_one(&self, store: &str, key: &str, value: Option<String>) -> Result<(), StoreError> {
        let database = self.database().await?;
        let tx = begin(&database, &[store], true).map_err(failed)?;
        {
            let store = tx.object_store(store).map_err(failed)?;
            match value {
                Some(value) => drop(put(&store, key, value).map_err(failed)?),
                None => drop(store.delete(key).primitive().map_err(failed)?),
            }
        }
        self.finish(tx).await
    }
}

impl Store for IdbStore {
    async fn load(&self) -> Result<Snapshot, StoreError> {
        self.read(None).await
    }

    async fn load_some(&self, keys: &[(String, String)]) -> Result<Snapshot, StoreError> {
        self.read(Some(keys)).await
    }

    async fn commit(&self, batch: Batch) -> Result<u64, StoreError> {
        let database = self.database().await?;
        let durable = batch.must_be_durable();
        let tx = begin_write(&database, &[DOCS, OUTBOX, CURSORS, META], durable).map_err(failed)?;
        match apply(&tx, batch).await {
            // Dropping the transaction undoes it.
            Ok(None) => Err(StoreError::Fenced),
            Ok(Some(version)) => self.finish(tx).await.map(|()| version),
            Err(error) => {
                drop(tx);
                self.let_go();
                Err(failed(error))
            }
        }
    }

    async fn take_lead(&self, token: &str) -> Result<(), StoreError> {
        self.write_one(META, FENCE, Some(token.into())).await
    }

    async fn put_draft(&self, key: &str, text: &str) -> Result<(), StoreError> {
        self.write_one(DRAFTS, key, Some(write_pair(key, text))).await
    }

    async fn remove_draft(&self, key: &str) -> Result<(), StoreError> {
        self.write_one(DRAFTS, key, None).await
    }

    async fn drafts(&self) -> Result<Vec<(String, String)>, StoreError> {
        let database = self.database().await?;
        let tx = begin(&database, &[DRAFTS], false).map_err(failed)?;
        let store = tx.object_store(DRAFTS).map_err(failed)?;
        Ok(all(&store).await.map_err(failed)?.iter().filter_map(|text| read_pair(text)).collect())
    }
}

async fn connect(name: &str) -> Result<Database, StoreError> {
    let blocked = Rc::new(Cell::new(false));
    let seen = blocked.clone();
    let opening = Database::open(name)
        .with_version(LAYOUT)
        .with_on_blocked(move |_| {
            seen.set(true);
            Ok(())
        })
        .with_on_upgrade_needed(|_, database| {
            let made: Vec<String> = database.object_store_names().collect();
            for name in STORES.into_iter().filter(|name| !made.iter().any(|m| m == name)) {
                database.create_object_store(name).build()?;
            }
            Ok(())
        })
        .build()
        .map_err(not_opened)?;
    match within(OPEN_LIMIT_MS, opening).await {
        Some(database) => database.map_err(not_opened),
        None if blocked.get() => Err(StoreError::Failed("another tab with an older version holds the storage".into())),
        None => Err(StoreError::Failed("the browser's storage does not answer".into())),
    }
}

/// Lets go of the connection when another tab wants to change the layout, or when the browser closes it.
fn watch(database: &Database, handle: &Handle) {
    let Ok(mut changes) = database.version_changes() else { return };
    let (database, handle) = (database.clone(), Rc::downgrade(handle));
    spawn_local(async move {
        changes.recv().await;
        database.close();
        if let Some(handle) = handle.upgrade() {
            handle.borrow_mut().take();
        }
    });
}

fn begin<'a>(database: &'a Database, stores: &[&str], write: bool) -> Result<Transaction<'a>, Error> {
    if write { begin_write(database, stores, true) } else { database.transaction(stores.to_vec()).build() }
}

fn begin_write<'a>(database: &'a Database, stores: &[&str], durable: bool) -> Result<Transaction<'a>, Error> {
    let durability = if durable { TransactionDurability::Strict } else { TransactionDurability::Relaxed };
    database
        .transaction(stores.to_vec())
        .with_mode(TransactionMode::Readwrite)
        .with_options(TransactionOptions::new().with_durability(durability))
        .build()
}

/// Puts the batch's requests into the transaction; None: the fence does not match.
async fn apply(tx: &Transaction<'_>, batch: Batch) -> Result<Option<u64>, Error> {
    let meta = tx.object_store(META)?;
    if let Some(token) = &batch.fence {
        let fence: Option<String> = meta.get(FENCE).primitive()?.await?;
        if fence.as_ref() != Some(token) {
            return Ok(None);
        }
    }
    let version = version(&meta).await? + 1;
    let outbox = tx.object_store(OUTBOX)?;
    for item in batch.update {
        let known: Option<String> = outbox.get(item.id.as_str()).primitive()?.await?;
        if known.is_some() {
            put(&outbox, &item.id, write_pair(&item.id, &item.text))?;
        }
    }
    // From here on nothing is awaited: the transaction completes only if every request has succeeded.
    for item in batch.insert {
        put(&outbox, &item.id, write_pair(&item.id, &item.text))?;
    }
    for id in &batch.remove {
        outbox.delete(id.as_str()).primitive()?;
    }
    let docs = tx.object_store(DOCS)?;
    for doc in &batch.docs {
        put(&docs, &doc_key(&doc.collection, &doc.id), write_doc(doc))?;
    }
    let cursors = tx.object_store(CURSORS)?;
    for (name, cursor) in &batch.cursors {
        match cursor {
            Some(cursor) => drop(put(&cursors, name, write_pair(name, cursor))?),
            None => drop(cursors.delete(name.as_str()).primitive()?),
        }
    }
    put(&meta, VERSION, version.to_string())?;
    Ok(Some(version))
}

/// Without its lead a tab that is still at work stores nothing any more, whatever answers it gets.
async fn clear(tx: &Transaction<'_>, everything: bool) -> Result<(), Error> {
    if everything {
        for name in STORES {
            tx.object_store(name)?.clear()?;
        }
        return Ok(());
    }
    tx.object_store(META)?.delete(FENCE).primitive()?;
    tx.object_store(CURSORS)?.clear()?;
    // Unsent work is worth nothing without the document that it was done on.
    let outbox = all(&tx.object_store(OUTBOX)?).await?;
    let items = outbox.iter().filter_map(|text| read_pair(text));
    let kept: HashSet<String> =
        items.filter_map(|(_, text)| OutboxItem::document_of(&text)).map(|(c, id)| doc_key(&c, &id)).collect();
    let docs = tx.object_store(DOCS)?;
    let keys = docs.get_all_keys::<String>().primitive()?.await?;
    for key in keys.filter_map(Result::ok).filter(|key| !kept.contains(key)) {
        docs.delete(key.as_str()).primitive()?;
    }
    Ok(())
}

async fn snapshot(tx: &Transaction<'_>, keys: Option<&[(String, String)]>) -> Result<Snapshot, Error> {
    let docs = tx.object_store(DOCS)?;
    let texts = match keys {
        None => all(&docs).await?,
        Some(keys) => {
            let mut found = Vec::new();
            for (collection, id) in keys {
                let text: Option<String> = docs.get(doc_key(collection, id)).primitive()?.await?;
                found.extend(text);
            }
            found
        }
    };
    let outbox = all(&tx.object_store(OUTBOX)?).await?;
    let cursors = all(&tx.object_store(CURSORS)?).await?;
    let version = version(&tx.object_store(META)?).await?;
    Ok(Snapshot {
        docs: texts.iter().filter_map(|text| read_doc(text)).collect(),
        outbox: outbox.iter().filter_map(|text| read_pair(text)).map(|(id, text)| ItemRecord { id, text }).collect(),
        cursors: cursors.iter().filter_map(|text| read_pair(text)).collect(),
        version,
        partial: false,
    })
}

/// Every value of a store; anything that is no text is not ours and is passed over.
async fn all(store: &ObjectStore<'_>) -> Result<Vec<String>, Error> {
    let values = store.get_all::<String>().primitive()?.await?;
    Ok(values.filter_map(Result::ok).collect())
}

async fn version(meta: &ObjectStore<'_>) -> Result<u64, Error> {
    let text: Option<String> = meta.get(VERSION).primitive()?.await?;
    Ok(text.and_then(|t| t.parse().ok()).unwrap_or(0))
}

fn put(store: &ObjectStore<'_>, key: &str, value: String) -> Result<(), Error> {
    // The request goes out without being awaited; if it fails, the transaction does.
    store.put(value).with_key(key.to_owned()).primitive().map(drop)
}

fn failed(error: Error) -> StoreError {
    match &error {
        Error::DomException(DomException::Other(e)) if e.name() == "QuotaExceededError" => {
            StoreError::Quota(e.message())
        }
        other => StoreError::Failed(other.to_string()),
    }
}

fn not_opened(error: OpenDbError) -> StoreError {
    match error {
        OpenDbError::Base(error) => failed(error),
        other => StoreError::Failed(other.to_string()),
    }
}
