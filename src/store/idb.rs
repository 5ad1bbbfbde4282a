//! The store in IndexedDB: documents in segments, waiting entries, cursors and drafts in one database, each batch in one
//! transaction that is acknowledged only on `complete`; on disk, where it holds what the backend does not have.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashSet};
use std::rc::Rc;

use baton_sync::OutboxItem;
use baton_sync::store::{Batch, DocRecord, ItemRecord, Portion, Snapshot, Store, StoreError};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::IdbObjectStore;

use super::StoreWord;
use super::connection::{Connection, VERSION, failed};
use super::index::Index;
use super::layout::{CURSORS, DRAFTS, FRONT, META, OUTBOX, SEGMENTS, STORES, TEXTS};
use super::records::{doc_key, read_pair, write_pair};
use super::request::{Fault, Mode, Transaction, list, value};
use super::segment::{Columns, newest};

/// Key in `meta`: token of the leading tab.
const FENCE: &str = "fence";
/// Key in `meta`: a segment could not be read, so everything is to be listed again.
const DAMAGED: &str = "damaged";
/// The only key in `front`, and its parts beside the columns.
const FRONT_KEY: &str = "front";
const FRONT_TEXTS: &str = "texts";
const FRONT_UNTIL: &str = "until";

/// Documents newer than the front that an open reads at most, and documents of one portion, both roughly.
const OPEN_DOCS: usize = 1_000;
const PORTION_DOCS: usize = 2_000;
/// Segments are merged when no documents were written for so long, milliseconds.
const CALM_MS: u32 = 2_000;

/// See the module.
pub struct IdbStore(Rc<Inner>);

struct Inner {
    connection: Connection,
    index: RefCell<Index>,
    /// Entries that were thrown away with an earlier copy of the database.
    lost: Option<u64>,
    /// A segment could not be read: noted, so that the next open lists everything again.
    damaged: Cell<bool>,
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
            index: RefCell::default(),
            lost,
            damaged: Cell::new(false),
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
        *self.0.index.borrow_mut() = Index::default();
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
        *inner.index.borrow_mut() = Index::default();
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

    // ── Reading ──────────────────────────────────────────────────────────

    /// The index as the segments of this transaction are; it stays so until the transaction ends.
    async fn catch_up(&self, tx: &Transaction) -> Result<(), Fault> {
        let store = tx.store(SEGMENTS)?;
        let present = numbers(&store).await?;
        let unknown = self.index.borrow_mut().unknown(&present);
        let asked: Result<Vec<_>, Fault> =
            unknown.iter().map(|n| Ok((*n, value(store.get(&(*n as f64).into())?)))).collect();
        for (number, columns) in asked? {
            let columns = self.readable(Columns::from_js(&columns.await?)).unwrap_or_default();
            self.index.borrow_mut().take(number, columns.keys(), columns.bytes());
        }
        self.index.borrow_mut().settle();
        Ok(())
    }

    /// The documents of these segments that `wanted` says yes to by segment and key.
    async fn read(
        &self,
        tx: &Transaction,
        numbers: &[u64],
        mut wanted: impl FnMut(u64, &str) -> bool,
    ) -> Result<Vec<DocRecord>, Fault> {
        let (segments, texts) = (tx.store(SEGMENTS)?, tx.store(TEXTS)?);
        let ask = |number: u64| -> Result<_, Fault> {
            let key = JsValue::from(number as f64);
            Ok((number, value(segments.get(&key)?), value(texts.get(&key)?)))
        };
        let asked: Result<Vec<_>, Fault> = numbers.iter().map(|number| ask(*number)).collect();
        let mut docs = Vec::new();
        for (number, columns, texts) in asked? {
            let (columns, texts) = (columns.await?, texts.await?);
            let mut read = || {
                let texts = texts.dyn_ref::<Uint8Array>()?.to_vec();
                Columns::from_js(&columns)?.read(&texts, |_, key| wanted(number, key))
            };
            docs.extend(self.readable(read()).unwrap_or_default());
        }
        Ok(docs)
    }

    /// What could not be read is noted.
    fn readable<T>(&self, read: Option<T>) -> Option<T> {
        self.damaged.set(self.damaged.get() || read.is_none());
        read
    }

    /// The newest forms of these documents, those that exist.
    async fn find(&self, tx: &Transaction, keys: &HashSet<String>) -> Result<Vec<DocRecord>, Fault> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        self.catch_up(tx).await?;
        let numbers: BTreeSet<u64> = keys.iter().filter_map(|key| self.index.borrow().segment_of(key)).collect();
        let numbers: Vec<u64> = numbers.into_iter().collect();
        self.read(tx, &numbers, |number, key| keys.contains(key) && self.index.borrow().is_live(number, key)).await
    }

    /// The front with everything that is newer, as far as it is not too much, and the documents that unsent work is about.
    async fn front(&self, tx: &Transaction) -> Result<Snapshot, Fault> {
        let front = value(tx.store(FRONT)?.get(&FRONT_KEY.into())?);
        let mut snapshot = without_documents(tx).await?;
        let front = front.await?;
        let part = |name: &str| Reflect::get(&front, &name.into()).ok();
        let until = part(FRONT_UNTIL).and_then(|n| n.as_f64()).unwrap_or(0.0) as u64;
        let mut newer = numbers(&tx.store(SEGMENTS)?).await?;
        let all = newer.len();
        newer.retain(|number| *number > until);
        let (mut seen, mut read) = (HashSet::new(), 0);
        for number in newer.iter().rev() {
            if snapshot.docs.len() >= OPEN_DOCS {
                break;
            }
            read += 1;
            snapshot.docs.extend(self.read(tx, &[*number], |_, key| seen.insert(key.to_owned())).await?);
        }
        snapshot.partial = read < all;
        if snapshot.partial && front.is_object() {
            let texts = part(FRONT_TEXTS).and_then(|t| t.dyn_into::<Uint8Array>().ok()).map(|t| t.to_vec());
            let columns = Columns::from_js(&front);
            // Only a copy: without it the portions bring everything.
            let docs = columns.zip(texts).and_then(|(c, t)| c.read(&t, |_, key| seen.insert(key.to_owned())));
            snapshot.docs.extend(docs.unwrap_or_default());
        }
        if snapshot.partial {
            let items = snapshot.outbox.iter().filter_map(|item| OutboxItem::document_of(&item.text));
            let missing: HashSet<String> =
                items.map(|(c, id)| doc_key(&c, &id)).filter(|k| !seen.contains(k)).collect();
            snapshot.docs.extend(self.find(tx, &missing).await?);
        }
        Ok(snapshot)
    }

    /// A note outside of the database of what is in it.
    fn mark(&self, snapshot: &Snapshot) {
        if snapshot.version > 0 {
            self.connection.marker.write(snapshot.outbox.len() as u64);
        }
    }

    // ── Writing ──────────────────────────────────────────────────────────

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
        applied.segments = put_segments(tx, &newest(batch.docs)).await?;
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
        let docs = self.find(tx, &kept).await?;
        tx.store(META)?.delete(&FENCE.into())?;
        clear(tx, &[SEGMENTS, TEXTS, FRONT, CURSORS])?;
        put_segments(tx, &docs).await.map(drop)
    }

    async fn merge(&self) -> Result<bool, StoreError> {
        if self.index.borrow().to_merge().is_none() {
            return Ok(false);
        }
        // Neither the outbox nor the commits' number is in it: a person's act does not wait for it.
        let tx = self.connection.begin(&[SEGMENTS, TEXTS], Mode::Strict).await?;
        let work = self.put_merged(&tx).await;
        let merged = self.end(tx, work).await?;
        let mut index = self.index.borrow_mut();
        for (number, columns) in &merged.new {
            index.take(*number, columns.keys(), columns.bytes());
        }
        index.remove(&merged.old);
        Ok(!merged.old.is_empty())
    }

    async fn put_merged(&self, tx: &Transaction) -> Result<Merged, Fault> {
        self.catch_up(tx).await?;
        // Another tab may have done it.
        let Some(old) = self.index.borrow().to_merge() else { return Ok(Merged::default()) };
        let docs = self.read(tx, &old, |number, key| self.index.borrow().is_live(number, key)).await?;
        let new = put_segments(tx, &docs).await?;
        let (segments, texts) = (tx.store(SEGMENTS)?, tx.store(TEXTS)?);
        for number in &old {
            segments.delete(&(*number as f64).into())?;
            texts.delete(&(*number as f64).into())?;
        }
        Ok(Merged { new, old })
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
                if inner.damaged.replace(false) {
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

#[derive(Default)]
struct Merged {
    new: Vec<(u64, Columns)>,
    old: Vec<u64>,
}

impl Store for IdbStore {
    async fn open(&self) -> Result<Snapshot, StoreError> {
        let inner = &self.0;
        let tx = inner.connection.begin(&[SEGMENTS, TEXTS, FRONT, OUTBOX, CURSORS, META], Mode::Read).await?;
        let read = async {
            let damaged = value(tx.store(META)?.get(&DAMAGED.into())?);
            Ok((inner.front(&tx).await?, !damaged.await?.is_undefined()))
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
        let read = async {
            inner.catch_up(&tx).await?;
            if from.is_none() {
                inner.index.borrow_mut().rewind();
            }
            let numbers = inner.index.borrow().next_to_give(PORTION_DOCS);
            let docs = inner.read(&tx, &numbers, |number, key| inner.index.borrow_mut().give(number, key)).await?;
            let mut index = inner.index.borrow_mut();
            numbers.iter().for_each(|number| index.gave(*number));
            Ok(Portion { docs, next: index.has_more().then(|| from.unwrap_or(0) + 1) })
        };
        let portion = read.await;
        let portion = inner.end(tx, portion).await?;
        if portion.next.is_none() {
            inner.tend_later();
        }
        Ok(portion)
    }

    async fn put_front(&self, docs: Vec<DocRecord>) -> Result<(), StoreError> {
        let inner = &self.0;
        let tx = inner.connection.begin(&[SEGMENTS], Mode::Read).await?;
        let until = async { Ok(numbers(&tx.store(SEGMENTS)?).await?.last().copied().unwrap_or(0)) };
        let until = until.await;
        let until = inner.end(tx, until).await?;
        let docs = newest(docs);
        let (columns, texts, _) = Columns::of(&docs);
        let front = || -> Result<JsValue, Fault> {
            let front = columns.to_js()?;
            Reflect::set(&front, &FRONT_TEXTS.into(), &Uint8Array::from(texts.as_bytes()))?;
            Reflect::set(&front, &FRONT_UNTIL.into(), &(until as f64).into())?;
            Ok(front)
        };
        inner.write_one(FRONT, FRONT_KEY, Some(front().map_err(failed)?), Mode::Relaxed).await
    }

    async fn load(&self) -> Result<Snapshot, StoreError> {
        let inner = &self.0;
        let tx = inner.connection.begin(&[SEGMENTS, TEXTS, OUTBOX, CURSORS, META], Mode::Read).await?;
        let read = async {
            let mut snapshot = without_documents(&tx).await?;
            inner.catch_up(&tx).await?;
            for number in numbers(&tx.store(SEGMENTS)?).await? {
                let live = |number: u64, key: &str| inner.index.borrow().is_live(number, key);
                snapshot.docs.extend(inner.read(&tx, &[number], live).await?);
            }
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
            snapshot.docs = inner.find(&tx, &keys).await?;
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
            let mut index = inner.index.borrow_mut();
            for (number, columns) in &applied.segments {
                index.take(*number, columns.keys(), columns.bytes());
            }
            drop(index);
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

/// Puts documents into new segments, and gives their numbers.
async fn put_segments(tx: &Transaction, docs: &[DocRecord]) -> Result<Vec<(u64, Columns)>, Fault> {
    let mut put = Vec::new();
    let mut rest = docs;
    while !rest.is_empty() {
        let (columns, text, more) = Columns::of(rest);
        let number = value(tx.store(SEGMENTS)?.put(&columns.to_js()?)?).await?;
        tx.store(TEXTS)?.put_with_key(&Uint8Array::from(text.as_bytes()), &number)?;
        put.push((number.as_f64().unwrap_or(0.0) as u64, columns));
        rest = more;
    }
    Ok(put)
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

/// Numbers of the segments, rising.
async fn numbers(store: &IdbObjectStore) -> Result<Vec<u64>, Fault> {
    Ok(list(store.get_all_keys()?).await?.iter().filter_map(|key| Some(key.as_f64()? as u64)).collect())
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
