//! The store in IndexedDB: documents in segments, waiting entries, cursors and drafts in one database, each batch in one
//! transaction that is acknowledged only on `complete`; on disk, where it holds what the backend does not have.
//!
//! Everything is sealed before a transaction begins and opened after it has ended. A transaction that writes looks whether
//! the seal is still the one in force, and whether the numbers that segments were sealed for are free: if not, nothing is
//! written, and it is sealed anew.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;

use baton_sync::OutboxItem;
use baton_sync::store::{Batch, DocRecord, ItemRecord, Portion, Snapshot, Store, StoreError};
use wasm_bindgen::prelude::*;

use super::StoreWord;
use super::batch::{Outcome, Prepared};
use super::connection::{Connection, failed};
use super::documents::{Documents, close_front, lying, lying_front, numbers};
use super::enter::enter;
use super::layout::{CURSORS, DAMAGED, DRAFTS, FENCE, FRONT, META, ONLY, OUTBOX, SEAL, SEGMENTS, TEXTS, VERSION};
use super::records::{Record, close_text, doc_key, number_of, open_text, read_pair, records};
use super::request::{Fault, Mode, Transaction, list, value};
use super::seal::Seal;
use super::tend::Tending;

/// What stands in the place of an entry that cannot be opened. No entry has this form, so it is shown as one that cannot be
/// read, and stays until the person discards it.
const SEALED_FOR_GOOD: &str = "sealed: its key is gone, or it was damaged";

/// See the module.
#[derive(Clone)]
pub struct IdbStore(Rc<Inner>);

pub struct Inner {
    pub connection: Connection,
    pub documents: Documents,
    seal: RefCell<Seal>,
    /// The number that the next segment is sealed for.
    next: Cell<u64>,
    /// Entries that were thrown away with an earlier copy of the database, or whose key was.
    lost: Option<u64>,
    pub tending: Tending,
}

/// Everything but the documents, as it lies there.
struct Lying {
    outbox: Vec<Record>,
    cursors: Vec<(String, String)>,
    version: u64,
}

impl IdbStore {
    /// Opens the database, making it when missing.
    ///
    /// # Errors
    /// There is no IndexedDB, it may not be used, a newer version of the app has changed its layout, another tab with an
    /// older version does not let go, or it is sealed and this page may not open it.
    pub async fn open(name: String) -> Result<IdbStore, StoreError> {
        let (connection, thrown_away) = Connection::open(name).await?;
        let entered = enter(&connection).await?;
        Ok(IdbStore(Rc::new(Inner {
            connection,
            documents: Documents::default(),
            seal: RefCell::new(entered.seal),
            next: Cell::new(entered.next),
            lost: thrown_away.or((entered.lost > 0).then_some(entered.lost)),
            tending: Tending::default(),
        })))
    }

    /// How many entries were unsent when the browser threw an earlier copy of this database away, or cannot be opened since
    /// their key is gone; None: there are none.
    pub fn lost(&self) -> Option<u64> {
        self.0.lost
    }

    /// Whether records are sealed. On a page that may not use WebCrypto they lie open.
    pub fn is_sealing(&self) -> bool {
        self.0.seal().is_sealing()
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
        self.0.wipe(everything).await
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
    // ── The seal in force ────────────────────────────────────────────────

    pub fn seal(&self) -> Seal {
        self.seal.borrow().clone()
    }

    /// The number that the next segment is sealed for.
    pub fn next(&self) -> u64 {
        self.next.get()
    }

    pub fn hold(&self, seal: Seal, next: u64) {
        self.seal.replace(seal);
        self.number_from(next);
    }

    /// Segments are sealed for this number or higher ones from now on.
    pub fn number_from(&self, next: u64) {
        self.next.set(self.next.get().max(next));
    }

    /// Takes the seal that is in force now, after another tab has changed it, or after everything was wiped.
    pub async fn enter(&self) -> Result<(), StoreError> {
        let entered = enter(&self.connection).await?;
        self.hold(entered.seal, entered.next);
        Ok(())
    }

    /// Whether some of these were made under another seal than this one, which has been in force since and is taken now.
    pub async fn renewed<'a>(
        &self,
        seal: &Seal,
        mut records: impl Iterator<Item = &'a JsValue>,
    ) -> Result<bool, StoreError> {
        if records.all(|record| seal.made(record)) {
            return Ok(false);
        }
        let tx = self.connection.begin(&[SEAL], Mode::Read).await?;
        let kept = async { value(tx.store(SEAL)?.get(&ONLY.into())?).await };
        let kept = kept.await;
        let kept = self.connection.end(tx, kept).await?;
        let changed = !kept.is_undefined() && !seal.is_kept_as(&kept);
        if changed {
            self.enter().await?;
        }
        Ok(changed)
    }

    // ── Reading ──────────────────────────────────────────────────────────

    /// Asks in a transaction in which the index is as the segments are, which must be in its scope.
    pub async fn indexed<T>(
        &self,
        stores: &[&str],
        ask: impl AsyncFn(&Transaction) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        loop {
            let tx = self.connection.begin(stores, Mode::Read).await?;
            let work = async {
                match self.documents.unknown(&tx).await? {
                    None => Ok(Ok(ask(&tx).await?)),
                    Some(unknown) => Ok(Err(unknown)),
                }
            };
            let work = work.await;
            match self.connection.end(tx, work).await? {
                Ok(answer) => return Ok(answer),
                Err(unknown) => {
                    let seal = self.seal();
                    if !self.renewed(&seal, unknown.iter().map(|(_, columns)| columns)).await? {
                        self.documents.take_in(&seal, unknown).await;
                    }
                }
            }
        }
    }

    /// The newest forms of these documents, those that exist, and the number of commits then.
    pub async fn find(&self, keys: &HashSet<String>) -> Result<(Vec<DocRecord>, u64), StoreError> {
        loop {
            let ask = async |tx: &Transaction| {
                let (segments, places) = self.documents.find(tx, keys).await?;
                Ok((segments, places, number_of(&value(tx.store(META)?.get(&VERSION.into())?).await?)))
            };
            let (segments, places, version) = self.indexed(&[SEGMENTS, TEXTS, META], ask).await?;
            let seal = self.seal();
            if self.renewed(&seal, segments.iter().map(|lying| &lying.columns)).await? {
                continue;
            }
            let wanted = |number: u64, key: &str| places.get(key) == Some(&number);
            return Ok((self.documents.open(&seal, &segments, wanted).await, version));
        }
    }

    /// Everything but the documents. None: another seal is in force.
    async fn open_rest(&self, seal: &Seal, rest: Lying) -> Result<Option<Snapshot>, StoreError> {
        if self.renewed(seal, rest.outbox.iter().map(|record| &record.value)).await? {
            return Ok(None);
        }
        let opening: Vec<_> = rest.outbox.iter().map(|record| open_text(seal, OUTBOX, record)).collect();
        let mut outbox = Vec::new();
        for (record, text) in rest.outbox.into_iter().zip(opening) {
            let text = text.await.unwrap_or_else(|| SEALED_FOR_GOOD.to_owned());
            outbox.push(ItemRecord { id: record.key, text });
        }
        Ok(Some(Snapshot { outbox, cursors: rest.cursors, version: rest.version, ..Snapshot::default() }))
    }

    /// The front with everything that is newer, as far as it is not too much, and the documents that unsent work is about.
    /// None: something changed meanwhile. True: everything is to be listed again.
    async fn open_first(&self) -> Result<Option<(Snapshot, bool)>, StoreError> {
        let tx = self.connection.begin(&[SEGMENTS, TEXTS, FRONT, OUTBOX, CURSORS, META], Mode::Read).await?;
        let read = async {
            let damaged = value(tx.store(META)?.get(&DAMAGED.into())?);
            let rest = without_documents(&tx).await?;
            Ok((lying_front(&tx).await?, rest, !damaged.await?.is_undefined()))
        };
        let read = read.await;
        let (front, rest, damaged) = self.connection.end(tx, read).await?;
        let seal = self.seal();
        if self.renewed(&seal, front.columns()).await? {
            return Ok(None);
        }
        let Some(mut snapshot) = self.open_rest(&seal, rest).await? else { return Ok(None) };
        let (docs, seen) = self.documents.open_front(&seal, &front).await;
        (snapshot.docs, snapshot.partial) = (docs, front.partial);
        if front.partial {
            let items = snapshot.outbox.iter().filter_map(|item| OutboxItem::document_of(&item.text));
            let missing: HashSet<String> =
                items.map(|(c, id)| doc_key(&c, &id)).filter(|key| !seen.contains(key)).collect();
            if !missing.is_empty() {
                let (docs, version) = self.find(&missing).await?;
                if version != snapshot.version {
                    return Ok(None);
                }
                snapshot.docs.extend(docs);
            }
        }
        Ok(Some((snapshot, damaged)))
    }

    /// A note outside of the database of what is in it.
    fn mark(&self, snapshot: &Snapshot) {
        if snapshot.version > 0 {
            self.connection.marker.write(snapshot.outbox.len() as u64);
        }
    }

    // ── Writing ──────────────────────────────────────────────────────────

    /// Writes one value of `meta`, or removes it.
    pub async fn note(&self, key: &str, text: &str, mode: Mode) -> Result<(), StoreError> {
        let tx = self.connection.begin(&[META], mode).await?;
        let put = || -> Result<(), Fault> { Ok(tx.store(META)?.put_with_key(&text.into(), &key.into()).map(drop)?) };
        let work = put();
        self.connection.end(tx, work).await
    }

    /// Writes one sealed record outside of the batches. False: another seal is in force; nothing is written.
    async fn write_one(&self, seal: &Seal, store: &str, record: &Record, mode: Mode) -> Result<bool, StoreError> {
        let tx = self.connection.begin(&[store, SEAL], mode).await?;
        let work = async {
            let kept = value(tx.store(SEAL)?.get(&ONLY.into())?).await?;
            let holds = seal.is_kept_as(&kept);
            if holds {
                record.put(&tx, store)?;
            }
            Ok(holds)
        };
        let work = work.await;
        self.connection.end(tx, work).await
    }

    /// Some documents could not be read last time: they come back only when everything is listed again.
    async fn list_again(&self) -> Result<(), StoreError> {
        let tx = self.connection.begin(&[META, CURSORS], Mode::Strict).await?;
        let forget = || -> Result<(), Fault> {
            tx.store(META)?.delete(&DAMAGED.into())?;
            Ok(tx.store(CURSORS)?.clear().map(drop)?)
        };
        let forgotten = forget();
        self.connection.end(tx, forgotten).await
    }
}

impl Store for IdbStore {
    async fn open(&self) -> Result<Snapshot, StoreError> {
        let inner = &self.0;
        let (mut snapshot, damaged) = loop {
            if let Some(read) = inner.open_first().await? {
                break read;
            }
        };
        if damaged {
            inner.list_again().await?;
            snapshot.cursors.clear();
        }
        inner.mark(&snapshot);
        Ok(snapshot)
    }

    async fn portion(&self, from: Option<u64>) -> Result<Portion, StoreError> {
        let inner = &self.0;
        let portion = loop {
            let ask = async |tx: &Transaction| inner.documents.next_to_give(tx, from.is_none()).await;
            let segments = inner.indexed(&[SEGMENTS, TEXTS], ask).await?;
            let seal = inner.seal();
            if inner.renewed(&seal, segments.iter().map(|lying| &lying.columns)).await? {
                continue;
            }
            let (docs, more) = inner.documents.give(&seal, &segments).await;
            break Portion { docs, next: more.then(|| from.unwrap_or(0) + 1) };
        };
        if portion.next.is_none() {
            inner.tend_later();
        }
        Ok(portion)
    }

    async fn put_front(&self, docs: Vec<DocRecord>) -> Result<(), StoreError> {
        let inner = &self.0;
        let tx = inner.connection.begin(&[SEGMENTS], Mode::Read).await?;
        let all = async { numbers(&tx.store(SEGMENTS)?).await };
        let all = all.await;
        let until = inner.connection.end(tx, all).await?.last().copied().unwrap_or(0);
        let seal = inner.seal();
        let Some(front) = close_front(&seal, docs, until).await.map_err(failed)? else { return Ok(()) };
        let record = Record { key: ONLY.to_owned(), value: front.into() };
        // Under another seal there is another front, or none is wanted any more.
        inner.write_one(&seal, FRONT, &record, Mode::Relaxed).await.map(drop)
    }

    async fn load(&self) -> Result<Snapshot, StoreError> {
        let inner = &self.0;
        loop {
            let tx = inner.connection.begin(&[SEGMENTS, TEXTS, OUTBOX, CURSORS, META], Mode::Read).await?;
            let read = async {
                let rest = without_documents(&tx).await?;
                let numbers = numbers(&tx.store(SEGMENTS)?).await?;
                Ok((lying(&tx, numbers).await?, rest))
            };
            let read = read.await;
            let (segments, rest) = inner.connection.end(tx, read).await?;
            let seal = inner.seal();
            if inner.renewed(&seal, segments.iter().map(|lying| &lying.columns)).await? {
                continue;
            }
            let Some(mut snapshot) = inner.open_rest(&seal, rest).await? else { continue };
            snapshot.docs = inner.documents.open_all(&seal, segments).await;
            inner.mark(&snapshot);
            return Ok(snapshot);
        }
    }

    async fn load_some(&self, keys: &[(String, String)]) -> Result<Snapshot, StoreError> {
        let inner = &self.0;
        let keys: HashSet<String> = keys.iter().map(|(collection, id)| doc_key(collection, id)).collect();
        loop {
            let ask = async |tx: &Transaction| {
                let (segments, places) = inner.documents.find(tx, &keys).await?;
                Ok((segments, places, without_documents(tx).await?))
            };
            let (segments, places, rest) = inner.indexed(&[SEGMENTS, TEXTS, OUTBOX, CURSORS, META], ask).await?;
            let seal = inner.seal();
            let Some(mut snapshot) = inner.open_rest(&seal, rest).await? else { continue };
            if inner.renewed(&seal, segments.iter().map(|lying| &lying.columns)).await? {
                continue;
            }
            let wanted = |number: u64, key: &str| places.get(key) == Some(&number);
            snapshot.docs = inner.documents.open(&seal, &segments, wanted).await;
            return Ok(snapshot);
        }
    }

    async fn commit(&self, batch: Batch) -> Result<u64, StoreError> {
        let inner = &self.0;
        let batch = Prepared::of(batch);
        let applied = loop {
            let (seal, first) = (inner.seal(), inner.next());
            let sealed = batch.seal(&seal, first).await.map_err(failed)?;
            inner.number_from(first + batch.chunks().len() as u64);
            let tx = inner.connection.begin(&batch.stores(), batch.mode()).await?;
            // What is not done is undone by dropping the transaction.
            match sealed.apply(&tx).await {
                Ok(Outcome::Done(applied)) => {
                    let applied = inner.connection.end(tx, Ok(applied)).await?;
                    inner.documents.took(batch.chunks(), first);
                    break applied;
                }
                Ok(Outcome::Fenced) => return Err(StoreError::Fenced),
                Ok(Outcome::OtherSeal | Outcome::Taken) => {
                    drop(tx);
                    inner.enter().await?;
                }
                Err(fault) => return inner.connection.end(tx, Err(fault)).await,
            }
        };
        if let Some(unsent) = applied.unsent {
            inner.connection.marker.write(unsent);
        }
        if !batch.chunks().is_empty() {
            inner.tend_later();
        }
        Ok(applied.version)
    }

    async fn take_lead(&self, token: &str) -> Result<(), StoreError> {
        self.0.note(FENCE, token, Mode::Strict).await
    }

    async fn put_draft(&self, key: &str, text: &str) -> Result<(), StoreError> {
        let inner = &self.0;
        loop {
            let seal = inner.seal();
            let record = close_text(&seal, DRAFTS, key, text).await.map_err(failed)?;
            if inner.write_one(&seal, DRAFTS, &record, Mode::Strict).await? {
                return Ok(());
            }
            inner.enter().await?;
        }
    }

    async fn remove_draft(&self, key: &str) -> Result<(), StoreError> {
        let tx = self.0.connection.begin(&[DRAFTS], Mode::Strict).await?;
        let remove = || -> Result<(), Fault> { Ok(tx.store(DRAFTS)?.delete(&key.into()).map(drop)?) };
        let removed = remove();
        self.0.connection.end(tx, removed).await
    }

    async fn drafts(&self) -> Result<Vec<(String, String)>, StoreError> {
        let inner = &self.0;
        loop {
            let tx = inner.connection.begin(&[DRAFTS], Mode::Read).await?;
            let all = records(&tx, DRAFTS).await;
            let all = inner.connection.end(tx, all).await?;
            let seal = inner.seal();
            if inner.renewed(&seal, all.iter().map(|record| &record.value)).await? {
                continue;
            }
            let mut drafts = Vec::new();
            for record in all {
                // One that cannot be opened is passed over; it stays until it is written anew.
                let text = open_text(&seal, DRAFTS, &record).await;
                drafts.extend(text.map(|text| (record.key, text)));
            }
            return Ok(drafts);
        }
    }
}

async fn without_documents(tx: &Transaction) -> Result<Lying, Fault> {
    let version = value(tx.store(META)?.get(&VERSION.into())?);
    let outbox = records(tx, OUTBOX).await?;
    let cursors = list(tx.store(CURSORS)?.get_all()?).await?;
    // Anything else is not ours and is passed over.
    let cursors = cursors.iter().filter_map(|pair| read_pair(&pair.as_string()?)).collect();
    Ok(Lying { outbox, cursors, version: number_of(&version.await?) })
}
