//! The documents of the database as what they are kept in: segments, the index over them, and the front. Each function works
//! inside a transaction that somebody else begins and ends. Which transactions there are is the store's subject.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashSet};

use baton_sync::OutboxItem;
use baton_sync::store::{DocRecord, ItemRecord, Portion};
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::IdbObjectStore;

use super::index::Index;
use super::layout::{FRONT, SEGMENTS, TEXTS};
use super::records::doc_key;
use super::request::{Fault, Transaction, list, value};
use super::segment::{Columns, newest};

/// The only key in `front`, and its parts beside the columns.
const FRONT_KEY: &str = "front";
const FRONT_TEXTS: &str = "texts";
const FRONT_UNTIL: &str = "until";

/// Documents newer than the front that an open reads at most, and documents of one portion, both roughly.
const OPEN_DOCS: usize = 1_000;
const PORTION_DOCS: usize = 2_000;

/// See the module.
#[derive(Default)]
pub struct Documents {
    index: RefCell<Index>,
    /// A segment could not be read since this was asked last.
    damaged: Cell<bool>,
}

/// Segments that took the place of others.
#[derive(Default)]
pub struct Merged {
    new: Vec<(u64, Columns)>,
    pub old: Vec<u64>,
}

impl Documents {
    /// The index as the segments of this transaction are; it stays so until the transaction ends.
    ///
    /// # Errors
    /// The browser's own.
    pub async fn catch_up(&self, tx: &Transaction) -> Result<(), Fault> {
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

    /// Whether a segment could not be read since this was asked last.
    pub fn take_damage(&self) -> bool {
        self.damaged.replace(false)
    }

    /// The newest forms of these documents, those that exist.
    ///
    /// # Errors
    /// The browser's own.
    pub async fn find(&self, tx: &Transaction, keys: &HashSet<String>) -> Result<Vec<DocRecord>, Fault> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        self.catch_up(tx).await?;
        let numbers: BTreeSet<u64> = keys.iter().filter_map(|key| self.index.borrow().segment_of(key)).collect();
        let numbers: Vec<u64> = numbers.into_iter().collect();
        self.read(tx, &numbers, |number, key| keys.contains(key) && self.index.borrow().is_live(number, key)).await
    }

    /// All of them.
    ///
    /// # Errors
    /// The browser's own.
    pub async fn all(&self, tx: &Transaction) -> Result<Vec<DocRecord>, Fault> {
        self.catch_up(tx).await?;
        let mut docs = Vec::new();
        for number in numbers(&tx.store(SEGMENTS)?).await? {
            docs.extend(self.read(tx, &[number], |number, key| self.index.borrow().is_live(number, key)).await?);
        }
        Ok(docs)
    }

    /// See [`baton_sync::store::Store::portion`].
    ///
    /// # Errors
    /// The browser's own.
    pub async fn portion(&self, tx: &Transaction, from: Option<u64>) -> Result<Portion, Fault> {
        self.catch_up(tx).await?;
        if from.is_none() {
            self.index.borrow_mut().rewind();
        }
        let numbers = self.index.borrow().next_to_give(PORTION_DOCS);
        let docs = self.read(tx, &numbers, |number, key| self.index.borrow_mut().give(number, key)).await?;
        let mut index = self.index.borrow_mut();
        numbers.iter().for_each(|number| index.gave(*number));
        Ok(Portion { docs, next: index.has_more().then(|| from.unwrap_or(0) + 1) })
    }

    /// The front with everything that is newer, as far as it is not too much, and the documents that `outbox` is
    /// about; true: there are more.
    ///
    /// # Errors
    /// The browser's own.
    pub async fn front(&self, tx: &Transaction, outbox: &[ItemRecord]) -> Result<(Vec<DocRecord>, bool), Fault> {
        let front = value(tx.store(FRONT)?.get(&FRONT_KEY.into())?).await?;
        let part = |name: &str| Reflect::get(&front, &name.into()).ok();
        let until = part(FRONT_UNTIL).and_then(|n| n.as_f64()).unwrap_or(0.0) as u64;
        let mut newer = numbers(&tx.store(SEGMENTS)?).await?;
        let all = newer.len();
        newer.retain(|number| *number > until);
        let (mut docs, mut seen, mut read) = (Vec::new(), HashSet::new(), 0);
        for number in newer.iter().rev() {
            if docs.len() >= OPEN_DOCS {
                break;
            }
            read += 1;
            docs.extend(self.read(tx, &[*number], |_, key| seen.insert(key.to_owned())).await?);
        }
        let partial = read < all;
        if partial && front.is_object() {
            let texts = part(FRONT_TEXTS).and_then(|t| t.dyn_into::<Uint8Array>().ok()).map(|t| t.to_vec());
            let columns = Columns::from_js(&front);
            // Only a copy: without it the portions bring everything.
            let front = columns.zip(texts).and_then(|(c, t)| c.read(&t, |_, key| seen.insert(key.to_owned())));
            docs.extend(front.unwrap_or_default());
        }
        if partial {
            let items = outbox.iter().filter_map(|item| OutboxItem::document_of(&item.text));
            let missing: HashSet<String> =
                items.map(|(c, id)| doc_key(&c, &id)).filter(|k| !seen.contains(k)).collect();
            docs.extend(self.find(tx, &missing).await?);
        }
        Ok((docs, partial))
    }

    /// Keeps these documents as the front. `until` is the newest segment that they are as new as.
    ///
    /// # Errors
    /// The browser's own.
    pub fn put_front(tx: &Transaction, docs: Vec<DocRecord>, until: u64) -> Result<(), Fault> {
        let docs = newest(docs);
        let (columns, texts, _) = Columns::of(&docs);
        let front = columns.to_js()?;
        Reflect::set(&front, &FRONT_TEXTS.into(), &Uint8Array::from(texts.as_bytes()))?;
        Reflect::set(&front, &FRONT_UNTIL.into(), &(until as f64).into())?;
        Ok(tx.store(FRONT)?.put_with_key(&front, &FRONT_KEY.into()).map(drop)?)
    }

    /// The newest segment's number; 0: there is none.
    ///
    /// # Errors
    /// The browser's own.
    pub async fn newest(tx: &Transaction) -> Result<u64, Fault> {
        Ok(numbers(&tx.store(SEGMENTS)?).await?.last().copied().unwrap_or(0))
    }

    // ── Changing; the index follows when the transaction is complete ─────

    pub fn took(&self, segments: &[(u64, Columns)]) {
        let mut index = self.index.borrow_mut();
        for (number, columns) in segments {
            index.take(*number, columns.keys(), columns.bytes());
        }
    }

    pub fn merged(&self, merged: &Merged) {
        self.took(&merged.new);
        self.index.borrow_mut().remove(&merged.old);
    }

    pub fn forget(&self) {
        self.index.take();
    }

    /// Whether some segments should become one.
    pub fn wants_merge(&self) -> bool {
        self.index.borrow().to_merge().is_some()
    }

    /// Makes one segment of some.
    ///
    /// # Errors
    /// The browser's own.
    pub async fn put_merged(&self, tx: &Transaction) -> Result<Merged, Fault> {
        self.catch_up(tx).await?;
        // Another tab may have done it.
        let Some(old) = self.index.borrow().to_merge() else { return Ok(Merged::default()) };
        let docs = self.read(tx, &old, |number, key| self.index.borrow().is_live(number, key)).await?;
        let new = put_segments(tx, docs).await?;
        let (segments, texts) = (tx.store(SEGMENTS)?, tx.store(TEXTS)?);
        for number in &old {
            segments.delete(&(*number as f64).into())?;
            texts.delete(&(*number as f64).into())?;
        }
        Ok(Merged { new, old })
    }
}

/// Puts documents into new segments, and gives their numbers. Of a document that comes twice the later form counts.
///
/// # Errors
/// The browser's own.
pub async fn put_segments(tx: &Transaction, docs: Vec<DocRecord>) -> Result<Vec<(u64, Columns)>, Fault> {
    let mut put = Vec::new();
    let docs = newest(docs);
    let mut rest = docs.as_slice();
    while !rest.is_empty() {
        let (columns, text, more) = Columns::of(rest);
        let number = value(tx.store(SEGMENTS)?.put(&columns.to_js()?)?).await?;
        tx.store(TEXTS)?.put_with_key(&Uint8Array::from(text.as_bytes()), &number)?;
        put.push((number.as_f64().unwrap_or(0.0) as u64, columns));
        rest = more;
    }
    Ok(put)
}

/// Numbers of the segments, rising.
async fn numbers(store: &IdbObjectStore) -> Result<Vec<u64>, Fault> {
    Ok(list(store.get_all_keys()?).await?.iter().filter_map(|key| Some(key.as_f64()? as u64)).collect())
}
