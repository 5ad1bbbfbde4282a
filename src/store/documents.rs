//! The documents of the database as what they are kept in: segments, the index over them, and the front. What is asked of a
//! transaction comes as it lies there; it is opened when the transaction has ended, because opening is awaited. A segment
//! is never changed, so nothing is missed by that. Which transactions there are is the store's subject.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap, HashSet};

use baton_engine::order;
use baton_sync::store::DocRecord;
use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{IdbKeyRange, IdbObjectStore};

use super::index::Index;
use super::layout::{FRONT, ONLY, SEGMENTS, TEXTS};
use super::request::{Fault, Transaction, list, value};
use super::seal::{Seal, member};
use super::segment::{Columns, chunks};

/// Members of a segment's columns and of the front, beside the record's own: how many documents are in it, and the newest
/// segment that they are as new as. Both are bound into the record's place.
const DOCS: &str = "docs";
const UNTIL: &str = "until";

/// Documents newer than the front that an open reads at most, and documents of one portion, both roughly.
const OPEN_DOCS: usize = 1_000;
const PORTION_DOCS: usize = 2_000;
/// So many segments are opened together.
const TOGETHER: usize = 16;

/// A segment as it lies in the database.
pub struct Lying {
    pub number: u64,
    pub columns: JsValue,
    pub texts: JsValue,
}

/// What an open reads of the documents: the front, and the segments that are newer, newest first.
pub struct LyingFront {
    front: JsValue,
    newer: Vec<Lying>,
    /// There is more.
    pub partial: bool,
}

/// A new segment, sealed for its number.
pub struct Segment {
    number: u64,
    columns: Object,
    texts: Object,
}

/// See the module.
#[derive(Default)]
pub struct Documents {
    index: RefCell<Index>,
    /// A segment could not be read since this was asked last.
    damaged: Cell<bool>,
}

impl Documents {
    // ── Inside a transaction ─────────────────────────────────────────────

    /// The columns of the segments that the index does not know. None: it is as the segments of this transaction are, and
    /// stays so until the transaction ends.
    ///
    /// # Errors
    /// The browser's own.
    pub async fn unknown(&self, tx: &Transaction) -> Result<Option<Vec<(u64, JsValue)>>, Fault> {
        let store = tx.store(SEGMENTS)?;
        let present = numbers(&store).await?;
        let unknown = self.index.borrow_mut().unknown(&present);
        if unknown.is_empty() {
            self.index.borrow_mut().settle();
            return Ok(None);
        }
        let asked: Result<Vec<_>, Fault> =
            unknown.iter().map(|n| Ok((*n, value(store.get(&(*n as f64).into())?)))).collect();
        let mut columns = Vec::new();
        for (number, asked) in asked? {
            columns.push((number, asked.await?));
        }
        Ok(Some(columns))
    }

    /// The segments with the newest forms of these documents, and which of the documents is in which.
    ///
    /// # Errors
    /// The browser's own.
    pub async fn find(
        &self,
        tx: &Transaction,
        keys: &HashSet<String>,
    ) -> Result<(Vec<Lying>, HashMap<String, u64>), Fault> {
        let place = |key: &String| Some((key.clone(), self.index.borrow().segment_of(key)?));
        let places: HashMap<String, u64> = keys.iter().filter_map(place).collect();
        let numbers: BTreeSet<u64> = order::gather(places.values().copied());
        Ok((lying(tx, numbers).await?, places))
    }

    /// The segments that the stream of portions is to give next. `anew`: it begins.
    ///
    /// # Errors
    /// The browser's own.
    pub async fn next_to_give(&self, tx: &Transaction, anew: bool) -> Result<Vec<Lying>, Fault> {
        if anew {
            self.index.borrow_mut().rewind();
        }
        let numbers = self.index.borrow().next_to_give(PORTION_DOCS);
        lying(tx, numbers).await
    }

    /// Segments to make one of, with the numbers of all there are. None: all is well.
    ///
    /// # Errors
    /// The browser's own.
    pub async fn to_merge(&self, tx: &Transaction) -> Result<Option<(Vec<Lying>, Vec<u64>)>, Fault> {
        // Another tab may have done it.
        let Some(old) = self.index.borrow().to_merge() else { return Ok(None) };
        Ok(Some((lying(tx, old).await?, numbers(&tx.store(SEGMENTS)?).await?)))
    }

    // ── After it ─────────────────────────────────────────────────────────

    /// Takes these columns into the index.
    pub async fn take_in(&self, seal: &Seal, unknown: Vec<(u64, JsValue)>) {
        let opening: Vec<_> = unknown.into_iter().map(|(n, columns)| (n, open_columns(seal, n, &columns))).collect();
        for (number, opening) in opening {
            let columns = self.readable(opening.await).unwrap_or_default();
            self.index.borrow_mut().take(number, columns.keys(), columns.bytes());
        }
        self.index.borrow_mut().settle();
    }

    /// The documents of these segments that `wanted` says yes to by segment and key.
    pub async fn open(
        &self,
        seal: &Seal,
        segments: &[Lying],
        mut wanted: impl FnMut(u64, &str) -> bool,
    ) -> Vec<DocRecord> {
        let mut docs = Vec::new();
        for some in segments.chunks(TOGETHER) {
            let opening = some.iter().map(|lying| {
                let texts = seal.open(&texts_place(lying.number), &lying.texts);
                (lying.number, open_columns(seal, lying.number, &lying.columns), texts)
            });
            for (number, columns, texts) in opening.collect::<Vec<_>>() {
                let (columns, texts) = (columns.await, texts.await);
                let read = columns.zip(texts).and_then(|(c, t)| c.read(&t, |_, key| wanted(number, key)));
                docs.extend(self.readable(read).unwrap_or_default());
            }
        }
        docs
    }

    /// The same, of the newest form of each document only, newest segments first. `segments` are rising, and all there are.
    pub async fn open_all(&self, seal: &Seal, mut segments: Vec<Lying>) -> Vec<DocRecord> {
        segments.reverse();
        let mut seen = HashSet::new();
        self.open(seal, &segments, |_, key| seen.insert(key.to_owned())).await
    }

    /// The documents of a portion, each given once, and whether there are more.
    pub async fn give(&self, seal: &Seal, segments: &[Lying]) -> (Vec<DocRecord>, bool) {
        // One that has moved since it was asked for is given from where it is now.
        let docs = self.open(seal, segments, |number, key| self.index.borrow_mut().give(number, key)).await;
        let mut index = self.index.borrow_mut();
        segments.iter().for_each(|lying| index.gave(lying.number));
        (docs, index.has_more())
    }

    /// The documents to be seen first, and their keys.
    pub async fn open_front(&self, seal: &Seal, lying: &LyingFront) -> (Vec<DocRecord>, HashSet<String>) {
        let mut seen = HashSet::new();
        let mut docs = self.open(seal, &lying.newer, |_, key| seen.insert(key.to_owned())).await;
        if lying.partial {
            // Only a copy: without it the portions bring everything.
            let front = seal.open(&front_place(until(&lying.front)), &lying.front).await;
            let front = front.and_then(|bytes| {
                let (columns, texts) = bytes.split_at_checked(4 + u32_at(&bytes)?)?;
                Columns::from_bytes(&columns[4..])?.read(texts, |_, key| seen.insert(key.to_owned()))
            });
            docs.extend(front.unwrap_or_default());
        }
        (docs, seen)
    }

    pub fn is_live(&self, number: u64, key: &str) -> bool {
        self.index.borrow().is_live(number, key)
    }

    /// What could not be read is noted.
    fn readable<T>(&self, read: Option<T>) -> Option<T> {
        self.damaged.set(self.damaged.get() || read.is_none());
        read
    }

    /// Whether a segment could not be read since this was asked last.
    pub fn take_damage(&self) -> bool {
        self.damaged.replace(false)
    }

    // ── Changing; the index follows when the transaction is complete ─────

    /// New segments from the number `first` on.
    pub fn took(&self, chunks: &[(Columns, String)], first: u64) {
        let mut index = self.index.borrow_mut();
        for ((columns, _), number) in chunks.iter().zip(first..) {
            index.take(number, columns.keys(), columns.bytes());
        }
    }

    pub fn merged(&self, chunks: &[(Columns, String)], first: u64, old: &[u64]) {
        self.took(chunks, first);
        self.index.borrow_mut().remove(old);
    }

    pub fn forget(&self) {
        self.index.take();
    }

    /// Whether some segments should become one.
    pub fn wants_merge(&self) -> bool {
        self.index.borrow().to_merge().is_some()
    }
}

impl LyingFront {
    /// The columns of its segments.
    pub fn columns(&self) -> impl Iterator<Item = &JsValue> {
        self.newer.iter().map(|lying| &lying.columns)
    }
}

/// The front as it lies there, with the segments that are newer, as far as these are not too much.
///
/// # Errors
/// The browser's own.
pub async fn lying_front(tx: &Transaction) -> Result<LyingFront, Fault> {
    let front = value(tx.store(FRONT)?.get(&ONLY.into())?).await?;
    let segments = tx.store(SEGMENTS)?;
    let all = numbers(&segments).await?;
    let (mut newer, mut docs) = (Vec::new(), 0);
    for number in all.iter().rev().filter(|number| **number > until(&front)) {
        if docs >= OPEN_DOCS {
            break;
        }
        let read = lying(tx, [*number]).await?;
        docs += read.iter().map(|lying| count(&lying.columns)).sum::<usize>();
        newer.extend(read);
    }
    let partial = newer.len() < all.len();
    Ok(LyingFront { front, newer, partial })
}

/// These segments, those that are there, in the same order.
///
/// # Errors
/// The browser's own.
pub async fn lying(tx: &Transaction, numbers: impl IntoIterator<Item = u64>) -> Result<Vec<Lying>, Fault> {
    let (segments, texts) = (tx.store(SEGMENTS)?, tx.store(TEXTS)?);
    let ask = |number: u64| -> Result<_, Fault> {
        let key = JsValue::from(number as f64);
        Ok((number, value(segments.get(&key)?), value(texts.get(&key)?)))
    };
    let asked: Result<Vec<_>, Fault> = numbers.into_iter().map(ask).collect();
    let mut all = Vec::new();
    for (number, columns, texts) in asked? {
        all.push(Lying { number, columns: columns.await?, texts: texts.await? });
    }
    Ok(all)
}

/// Numbers of the segments, rising.
///
/// # Errors
/// The browser's own.
pub async fn numbers(store: &IdbObjectStore) -> Result<Vec<u64>, Fault> {
    Ok(list(store.get_all_keys()?).await?.iter().filter_map(|key| Some(key.as_f64()? as u64)).collect())
}

/// Whether no segment has this number or a higher one.
///
/// # Errors
/// The browser's own.
pub async fn is_free(tx: &Transaction, number: u64) -> Result<bool, Fault> {
    let taken = tx.store(SEGMENTS)?.get_key(&IdbKeyRange::lower_bound(&(number as f64).into())?.into())?;
    Ok(value(taken).await?.is_undefined())
}

/// Seals new segments for the numbers from `first` on.
///
/// # Errors
/// The browser's own.
pub async fn close(seal: &Seal, chunks: &[(Columns, String)], first: u64) -> Result<Vec<Segment>, Fault> {
    let mut begun = Vec::new();
    for ((columns, texts), number) in chunks.iter().zip(first..) {
        let texts = seal.close(&texts_place(number), texts.as_bytes())?;
        let record = seal.close(&columns_place(number, columns.count()), &columns.to_bytes())?;
        begun.push((number, columns, record, texts));
    }
    let mut segments = Vec::new();
    for (number, columns, record, texts) in begun {
        segments.push(Segment { number, columns: counted(record.await?, columns)?, texts: texts.await? });
    }
    Ok(segments)
}

/// The same for the front: the documents to be shown first, as new as the segment `until`.
///
/// # Errors
/// The browser's own.
pub async fn close_front(seal: &Seal, docs: Vec<DocRecord>, until: u64) -> Result<Option<Object>, Fault> {
    let Some((columns, texts)) = chunks(docs).into_iter().next() else { return Ok(None) };
    let columns = columns.to_bytes();
    let bytes = [&(columns.len() as u32).to_le_bytes()[..], &columns, texts.as_bytes()].concat();
    let record = seal.close(&front_place(until), &bytes)?.await?;
    Reflect::set(&record, &UNTIL.into(), &(until as f64).into())?;
    Ok(Some(record))
}

/// # Errors
/// The browser's own.
pub fn put(tx: &Transaction, segments: &[Segment]) -> Result<(), Fault> {
    for segment in segments {
        let key = JsValue::from(segment.number as f64);
        tx.store(SEGMENTS)?.put_with_key(&segment.columns, &key)?;
        tx.store(TEXTS)?.put_with_key(&segment.texts, &key)?;
    }
    Ok(())
}

/// # Errors
/// The browser's own.
pub fn remove(tx: &Transaction, numbers: &[u64]) -> Result<(), Fault> {
    for number in numbers {
        let key = JsValue::from(*number as f64);
        tx.store(SEGMENTS)?.delete(&key)?;
        tx.store(TEXTS)?.delete(&key)?;
    }
    Ok(())
}

/// Writes on a record of columns how many documents these are.
///
/// # Errors
/// None is known; the browser's own.
pub fn counted(record: Object, columns: &Columns) -> Result<Object, Fault> {
    Reflect::set(&record, &DOCS.into(), &(columns.count() as f64).into())?;
    Ok(record)
}

async fn open_columns_at(opening: impl Future<Output = Option<Vec<u8>>>) -> Option<Columns> {
    Columns::from_bytes(&opening.await?)
}

/// Begins at once.
fn open_columns(seal: &Seal, number: u64, record: &JsValue) -> impl Future<Output = Option<Columns>> + use<> {
    open_columns_at(seal.open(&columns_place(number, count(record)), record))
}

fn count(columns: &JsValue) -> usize {
    member(columns, DOCS).and_then(|n| n.as_f64()).unwrap_or(0.0) as usize
}

fn until(front: &JsValue) -> u64 {
    member(front, UNTIL).and_then(|n| n.as_f64()).unwrap_or(0.0) as u64
}

fn columns_place(number: u64, docs: usize) -> String {
    format!("{SEGMENTS}/{number}/{docs}")
}

fn texts_place(number: u64) -> String {
    format!("{TEXTS}/{number}")
}

fn front_place(until: u64) -> String {
    format!("{FRONT}/{until}")
}

fn u32_at(bytes: &[u8]) -> Option<usize> {
    bytes.first_chunk().map(|n| u32::from_le_bytes(*n) as usize)
}
