//! The store in IndexedDB: documents in segments, waiting entries, cursors and drafts in one database, each batch in one
//! transaction that is acknowledged only on `complete`; on disk, where it holds what the backend does not have.

use std::cell::Cell;
use std::collections::HashSet;
use std::rc::Rc;

use baton_sync::OutboxItem;
use baton_sync::store::{Batch, DocRecord, ItemRecord, Portion, Snapshot, Store, StoreError};
use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::IdbObjectStore;

use super::StoreWord;
use super::connection::{Connection, VERSION, failed};
use super::documents::{Documents, put_segments};
use super::layout::{CURSORS, DRAFTS, FRONT, META, OUTBOX, SEGMENTS, STORES, TEXTS};
use super::records::{doc_key, read_pair, write_pair};
use super::request::{Fault, Mode, Transaction, list, value};
use super::segment::Columns;

/// Key in `meta`: token of the leading tab.
const FENCE: &str = "fence";
/// Key in `meta`: a segment could not be read, so everything is to be listed again.
const DAMAGED: &str = "damaged";
/// Segments are merged when no documents were written for so long, milliseconds.
const CALM_MS: u32 = 2_000;

/// See the module.
pub struct IdbStore(Rc<Inner>);

struct Inner {
    connection: Connection,
    documents: Documents,
    /// Entries that were thrown away with an earlier copy of the database.
    lost: Option<u64>,
    tending: Cell<bool>,
    /// Documents were written since the tending began to wait.
    stirred: Cell<bool>,
}

impl IdbStore {
    /// Opens the database, making it when missing.
    ///
    /// # Errors
    /// There is no IndexedDB, it may not be used, a newer version of the app has changed its layout, or another tab with an
    /// older version does not let go.
    pub async fn open(name: String) -> Result<IdbStore, StoreError> {
        let (connection, lost) = Connection::open(name).await?;
        Ok(IdbStore(Rc::new(Inner {
            connection,
            documents: Documents::default(),
            lost,
            tending: Cell::new(false),
            stirred: Cell::new(false),
        })))
    }

    /// How many entries were unsent when the browser threw an earlier copy of this database away; None: it did not.
    pub fn lost(&self) -> Option<u64> {
        self.0.lost
    }

    /// Calls `listener` when something happens to the database that the person must know. One listener.
    pub fn on_word(&self, listener: impl Fn(StoreWord) + 'static) {
        self.0.connection.on_word(listener);
    }

    /// See [`super::DeskStore::begin_anew`].
    pub fn begin_anew(&self) {
        self.0.connection.begin_anew();
        self.0.documents.forget();
    }

    /// See [`super::DeskStore::wipe`].
    ///
    /// # Errors
    /// The store failed.
    pub async fn wipe(&self, everything: bool) -> Result<(), StoreError> {
        let inner = &self.0;
        let tx = inner.connection.begin(&STORES, Mode::Strict).await?;
        let work = if everything { clear(&tx, &STORES) } else { inner.clear_but_unsent(&tx).await };
        inner.end(tx, work).await?;
        if everything {
            inner.connection.marker.remove();
        }
        inner.documents.forget();
        Ok(())
    }

    /// Makes one segment of some, if that is worth it; false: there is nothing to do. It runs by itself when no documents
    /// were written for a while.
    ///
    /// # Errors
    /// The store failed; nothing is changed then.
    pub async fn merge(&self) -> Result<bool, StoreError> {
        self.0.merge().await
    }
}

impl Inner {
    /// Ends a transaction with the outcome of its work: finished, or undone.
    async fn end<T>(&self, tx: Transaction, work: Result<T, Fault>) -> Result<T, StoreError> {
        let outcome = match work {
            Ok(done) => tx.finish().await.map(|()| done),
            Err(fault) => {
                drop(tx);
                Err(fault)
            }
        };
        outcome.map_err(|fault| {
            self.connection.let_go();
            failed(fault)
        })
    }

    /// Writes one value outside of the batches.
    async fn write_one(&self, store: &str, key: &str, value: Option<JsValue>, mode: Mode) -> Result<(), StoreError> {
        let tx = self.connection.begin(&[store], mode).await?;
        let put = || -> Result<(), Fault> {
            let store = tx.store(store)?;
            match value {
                Some(value) => store.put_with_key(&value, &key.into())?,
                None => store.delete(&key.into())?,
            };
            Ok(())
        };
        let work = put();
        self.end(tx, work).await
    }

    /// A note outside of the database of what is in it.
    fn mark(&self, snapshot: &Snapshot) {
        if snapshot.version > 0 {
            self.connection.marker.write(snapshot.outbox.len() as u64);
        }
    }

    /// Puts the batch's requests into the transaction; None: the fence does not match. Gives the number of commits, how many
    /// entries wait (if that changed), and the new segments.
    async fn apply(&self, tx: &Transaction, batch: Batch) -> Result<Option<Applied>, Fault> {
        let (meta, outbox) = (tx.store(META)?, tx.store(OUTBOX)?);
        let (fence, version) = (value(meta.get(&FENCE.into())?), value(meta.get(&VERSION.into())?));
        let updates: Result<Vec<_>, Fault> =
            batch.update.iter().map(|item| Ok((item, value(outbox.get(&item.id.as_str().into())?)))).collect();
        let fence = fence.await?.as_string();
        if batch.fence.is_some() && batch.fence != fence {
            return Ok(None);
        }
        let mut applied = Applied { version: number_of(&version.await?) + 1, ..Applied::default() };
        for (item, known) in updates? {
            if !known.await?.is_undefined() {
                put_pair(&outbox, &item.id, &item.text)?;
            }
        }
        for item in &batch.insert {
            put_pair(&outbox, &item.id, &item.text)?;
        }
        for id in &batch.remove {
            outbox.delete(&id.as_str().into())?;
        }
        if !batch.cursors.is_empty() {
            let cursors = tx.store(CURSORS)?;
            for (name, cursor) in &batch.cursors {
                match cursor {
                    Some(cursor) => put_pair(&cursors, name, cursor)?,
                    None => drop(cursors.delete(&name.as_str().into())?),
                }
            }
        }
        meta.put_with_key(&applied.version.to_string().into(), &VERSION.into())?;
        let counted = batch.insert.len() + batch.remove.len() > 0 || applied.version == 1;
        let unsent = counted.then(|| Ok::<_, Fault>(value(outbox.count()?))).transpose()?;
        applied.segments = put_segments(tx, batch.docs).await?;
        if let Some(unsent) = unsent {
            applied.unsent = unsent.await?.as_f64().map(|n| n as u64);
        }
        Ok(Some(applied))
    }

    /// Some documents could not be read last time: they come back only when everything is listed again.
    async fn list_again(&self) -> Result<(), StoreError> {
        let tx = self.connection.begin(&[META, CURSORS], Mode::Strict).await?;
        let forget = || -> Result<(), Fault> {
            tx.store(META)?.delete(&DAMAGED.into())?;
            clear(&tx, &[CURSORS])
        };
        let forgotten = forget();
        self.end(tx, forgotten).await
    }

    /// Without its lead a tab that is still at work stores nothing any more, whatever answers it gets.
    async fn clear_but_unsent(&self, tx: &Transaction) -> Result<(), Fault> {
        // Unsent work is worth nothing without the document that it was done on.
        let outbox = list(tx.store(OUTBOX)?.get_all()?).await?;
        let items = outbox.iter().filter_map(|pair| read_pair(&pair.as_string()?));
        let kept: HashSet<String> =
            items.filter_map(|(_, text)| OutboxItem::document_of(&text)).map(|(c, id)| doc_key(&c, &id)).collect();
        let docs = self.documents.find(tx, &kept).await?;
        tx.store(META)?.delete(&FENCE.into())?;
        clear(tx, &[SEGMENTS, TEXTS, FRONT, CURSORS])?;
        put_segments(tx, docs).await.map(drop)
    }

    async fn merge(&self) -> Result<bool, StoreError> {
        if !self.documents.wants_merge() {
            return Ok(false);
        }
        // Neither the outbox nor the commits' number is in it: a person's act does not wait for it.
        let tx = self.connection.begin(&[SEGMENTS, TEXTS], Mode::Strict).await?;
        let work = self.documents.put_merged(&tx).await;
        let merged = self.end(tx, work).await?;
        self.documents.merged(&merged);
        Ok(!merged.old.is_empty())
    }

    /// Merges when no documents were written for a while, and notes damage.
    fn tend_later(self: &Rc<Self>) {
        self.stirred.set(true);
        if self.tending.replace(true) {
            return;
        }
        let weak = Rc::downgrade(self);
        spawn_local(async move {
            loop {
                TimeoutFuture::new(CALM_MS).await;
                let Some(inner) = weak.upgrade() else { return };
                if inner.stirred.replace(false) {
                    continue;
                }
                if inner.documents.take_damage() {
                    // A failure is noted at the next reading.
                    let _ = inner.write_one(META, DAMAGED, Some("1".into()), Mode::Relaxed).await;
                }
                // A failure is nobody's loss: it is tried again after the next documents.
                while inner.merge().await.is_ok_and(|merged| merged) && !inner.stirred.get() {}
                inner.tending.set(false);
                return;
            }
        });
    }
}

#[derive(Default)]
struct Applied {
    version: u64,
    unsent: Option<u64>,
    segments: Vec<(u64, Columns)>,
}

impl Store for IdbStore {
    async fn open(&self) -> Result<Snapshot, StoreError> {
        let inner = &self.0;
        let tx = inner.connection.begin(&[SEGMENTS, TEXTS, FRONT, OUTBOX, CURSORS, META], Mode::Read).await?;
        let read = async {
            let damaged = value(tx.store(META)?.get(&DAMAGED.into())?);
            let mut snapshot = without_documents(&tx).await?;
            (snapshot.docs, snapshot.partial) = inner.documents.front(&tx, &snapshot.outbox).await?;
            Ok((snapshot, !damaged.await?.is_undefined()))
        };
        let read = read.await;
        let (mut snapshot, damaged) = inner.end(tx, read).await?;
        if damaged {
            inner.list_again().await?;
            snapshot.cursors.clear();
        }
        inner.mark(&snapshot);
        Ok(snapshot)
    }

    async fn portion(&self, from: Option<u64>) -> Result<Portion, StoreError> {
        let inner = &self.0;
        let tx = inner.connection.begin(&[SEGMENTS, TEXTS], Mode::Read).await?;
        let portion = inner.documents.portion(&tx, from).await;
        let portion = inner.end(tx, portion).await?;
        if portion.next.is_none() {
            inner.tend_later();
        }
        Ok(portion)
    }

    async fn put_front(&self, docs: Vec<DocRecord>) -> Result<(), StoreError> {
        let inner = &self.0;
        let tx = inner.connection.begin(&[SEGMENTS], Mode::Read).await?;
        let until = Documents::newest(&tx).await;
        let until = inner.end(tx, until).await?;
        let tx = inner.connection.begin(&[FRONT], Mode::Relaxed).await?;
        let put = Documents::put_front(&tx, docs, until);
        inner.end(tx, put).await
    }

    async fn load(&self) -> Result<Snapshot, StoreError> {
        let inner = &self.0;
        let tx = inner.connection.begin(&[SEGMENTS, TEXTS, OUTBOX, CURSORS, META], Mode::Read).await?;
        let read = async {
            let mut snapshot = without_documents(&tx).await?;
            snapshot.docs = inner.documents.all(&tx).await?;
            Ok(snapshot)
        };
        let snapshot = read.await;
        let snapshot = inner.end(tx, snapshot).await?;
        inner.mark(&snapshot);
        Ok(snapshot)
    }

    async fn load_some(&self, keys: &[(String, String)]) -> Result<Snapshot, StoreError> {
        let inner = &self.0;
        let tx = inner.connection.begin(&[SEGMENTS, TEXTS, OUTBOX, CURSORS, META], Mode::Read).await?;
        let read = async {
            let mut snapshot = without_documents(&tx).await?;
            let keys = keys.iter().map(|(collection, id)| doc_key(collection, id)).collect();
            snapshot.docs = inner.documents.find(&tx, &keys).await?;
            Ok(snapshot)
        };
        let snapshot = read.await;
        inner.end(tx, snapshot).await
    }

    async fn commit(&self, batch: Batch) -> Result<u64, StoreError> {
        let inner = &self.0;
        let mut stores = vec![META, OUTBOX];
        if !batch.docs.is_empty() {
            stores.extend([SEGMENTS, TEXTS]);
        }
        if !batch.cursors.is_empty() {
            stores.push(CURSORS);
        }
        let mode = if batch.must_be_durable() { Mode::Strict } else { Mode::Relaxed };
        let tx = inner.connection.begin(&stores, mode).await?;
        let applied = match inner.apply(&tx, batch).await {
            // Dropping the transaction undoes it.
            Ok(None) => return Err(StoreError::Fenced),
            Ok(Some(applied)) => inner.end(tx, Ok(applied)).await?,
            Err(fault) => return inner.end(tx, Err(fault)).await,
        };
        if let Some(unsent) = applied.unsent {
            inner.connection.marker.write(unsent);
        }
        if !applied.segments.is_empty() {
            inner.documents.took(&applied.segments);
            inner.tend_later();
        }
        Ok(applied.version)
    }

    async fn take_lead(&self, token: &str) -> Result<(), StoreError> {
        self.0.write_one(META, FENCE, Some(token.into()), Mode::Strict).await
    }

    async fn put_draft(&self, key: &str, text: &str) -> Result<(), StoreError> {
        self.0.write_one(DRAFTS, key, Some(write_pair(key, text).into()), Mode::Strict).await
    }

    async fn remove_draft(&self, key: &str) -> Result<(), StoreError> {
        self.0.write_one(DRAFTS, key, None, Mode::Strict).await
    }

    async fn drafts(&self) -> Result<Vec<(String, String)>, StoreError> {
        let tx = self.0.connection.begin(&[DRAFTS], Mode::Read).await?;
        let read = async { pairs(&tx.store(DRAFTS)?).await };
        let drafts = read.await;
        self.0.end(tx, drafts).await
    }
}

async fn without_documents(tx: &Transaction) -> Result<Snapshot, Fault> {
    let version = value(tx.store(META)?.get(&VERSION.into())?);
    let outbox = pairs(&tx.store(OUTBOX)?).await?;
    let cursors = pairs(&tx.store(CURSORS)?).await?;
    Ok(Snapshot {
        outbox: outbox.into_iter().map(|(id, text)| ItemRecord { id, text }).collect(),
        cursors,
        version: number_of(&version.await?),
        ..Snapshot::default()
    })
}

/// Every pair of a store; anything else is not ours and is passed over.
async fn pairs(store: &IdbObjectStore) -> Result<Vec<(String, String)>, Fault> {
    Ok(list(store.get_all()?).await?.iter().filter_map(|pair| read_pair(&pair.as_string()?)).collect())
}

fn put_pair(store: &IdbObjectStore, key: &str, text: &str) -> Result<(), Fault> {
    // The request goes out without being awaited; if it fails, the transaction does.
    Ok(store.put_with_key(&write_pair(key, text).into(), &key.into()).map(drop)?)
}

/// A number of `meta`, which are texts; 0 if it is not there.
fn number_of(text: &JsValue) -> u64 {
    text.as_string().and_then(|t| t.parse().ok()).unwrap_or(0)
}

fn clear(tx: &Transaction, stores: &[&str]) -> Result<(), Fault> {
    for name in stores {
        tx.store(name)?.clear()?;
    }
    Ok(())
}
