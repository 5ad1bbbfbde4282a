//! Documents as columns: all that is known of some documents in a few arrays, and their texts in one buffer. The browser's
//! cost is per record, so a whole page of documents is one.
//!
//! Here: the form and its checks. Which of several segments holds a document's newest form is the index's subject.

use std::collections::HashSet;

use baton_sync::store::DocRecord;
use js_sys::{BigInt64Array, Reflect, Uint8Array, Uint32Array};
use wasm_bindgen::prelude::*;

use super::records::doc_key;

/// Documents of one segment at most, and bytes of their texts.
pub const MOST_DOCS: usize = 2_000;
pub const MOST_BYTES: usize = 4_000_000;

const DELETED: u8 = 1;
const ORDERED: u8 = 2;
const STAMPED: u8 = 4;

/// See the module. All lists but `collections` and `names` have one value for each document, `lengths` has three.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Columns {
    /// Names of collections, a line each; `kinds` counts from 0 in them.
    collections: String,
    kinds: Vec<u8>,
    /// Id and revision of each, without anything between.
    names: String,
    /// Bytes of each one's id, revision and text.
    lengths: Vec<u32>,
    orders: Vec<i64>,
    stamps: Vec<i64>,
    flags: Vec<u8>,
}

impl Columns {
    /// The documents that fit into one segment, with their texts one after another, and the rest. At least one fits. Of a
    /// document that comes twice the later form counts.
    pub fn of(docs: &[DocRecord]) -> (Columns, String, &[DocRecord]) {
        let bytes = docs.iter().take(MOST_DOCS).map(|doc| doc.raw.len()).sum::<usize>();
        let (mut columns, mut texts) = (Columns::default(), String::with_capacity(bytes.min(MOST_BYTES)));
        let mut names: Vec<&str> = Vec::new();
        let mut fits = 0;
        for doc in docs {
            let kind = names.iter().position(|name| *name == doc.collection).unwrap_or(names.len());
            let bytes = texts.len() + doc.raw.len();
            let full = fits == MOST_DOCS || bytes > MOST_BYTES || kind > usize::from(u8::MAX);
            if full && fits > 0 {
                break;
            }
            if kind == names.len() {
                names.push(&doc.collection);
            }
            columns.push(kind as u8, doc);
            texts.push_str(&doc.raw);
            fits += 1;
        }
        columns.collections = names.join("\n");
        (columns, texts, &docs[fits..])
    }

    fn push(&mut self, kind: u8, doc: &DocRecord) {
        self.kinds.push(kind);
        self.names.push_str(&doc.id);
        self.names.push_str(&doc.rev);
        // A text of 4 GB does not fit into a tab.
        self.lengths.extend([doc.id.len(), doc.rev.len(), doc.raw.len()].map(|n| n as u32));
        self.orders.push(doc.order.unwrap_or(0));
        self.stamps.push(doc.stamp_ms.unwrap_or(0));
        let flag = |set: bool, bit: u8| if set { bit } else { 0 };
        let flags =
            flag(doc.deleted, DELETED) | flag(doc.order.is_some(), ORDERED) | flag(doc.stamp_ms.is_some(), STAMPED);
        self.flags.push(flags);
    }

    /// Bytes of the texts.
    pub fn bytes(&self) -> usize {
        self.lengths.chunks_exact(3).map(|l| l[2] as usize).sum()
    }

    /// The document's keys (see [`doc_key`]), in order.
    pub fn keys(&self) -> impl Iterator<Item = String> {
        let collections: Vec<&str> = self.collections.split('\n').collect();
        let mut at = 0;
        self.kinds.iter().zip(self.lengths.chunks_exact(3)).map(move |(kind, lengths)| {
            let id = &self.names[at..at + lengths[0] as usize];
            at += (lengths[0] + lengths[1]) as usize;
            doc_key(collections[usize::from(*kind)], id)
        })
    }

    /// The documents that `wanted` says yes to by their place and key; `texts` is the buffer that belongs to it. None: it
    /// does not belong, or is no text.
    pub fn read(&self, texts: &[u8], mut wanted: impl FnMut(usize, &str) -> bool) -> Option<Vec<DocRecord>> {
        let texts = str::from_utf8(texts).ok().filter(|t| t.len() == self.bytes())?;
        let collections: Vec<&str> = self.collections.split('\n').collect();
        let (mut docs, mut name_at, mut text_at) = (Vec::new(), 0, 0);
        for (i, key) in self.keys().enumerate() {
            let [id, rev, raw] = [0, 1, 2].map(|n| self.lengths[3 * i + n] as usize);
            let (id_at, rev_at, raw_at) = (name_at, name_at + id, text_at);
            (name_at, text_at) = (rev_at + rev, raw_at + raw);
            if !wanted(i, &key) {
                continue;
            }
            docs.push(DocRecord {
                collection: collections[usize::from(self.kinds[i])].into(),
                id: self.names[id_at..rev_at].into(),
                rev: self.names[rev_at..name_at].into(),
                order: (self.flags[i] & ORDERED != 0).then_some(self.orders[i]),
                deleted: self.flags[i] & DELETED != 0,
                stamp_ms: (self.flags[i] & STAMPED != 0).then_some(self.stamps[i]),
                raw: texts.get(raw_at..text_at)?.into(),
            });
        }
        Some(docs)
    }

    /// The form that is kept: the number of documents, the bytes of both texts, then all of it, numbers little-endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(12 + self.collections.len() + self.names.len() + 30 * self.kinds.len());
        for n in [self.kinds.len(), self.collections.len(), self.names.len()] {
            bytes.extend((n as u32).to_le_bytes());
        }
        bytes.extend([self.collections.as_bytes(), self.names.as_bytes(), &self.kinds, &self.flags].concat());
        bytes.extend(self.lengths.iter().flat_map(|n| n.to_le_bytes()));
        bytes.extend(self.orders.iter().chain(&self.stamps).flat_map(|n| n.to_le_bytes()));
        bytes
    }

    /// None if it was written by something else, or is damaged.
    pub fn from_bytes(bytes: &[u8]) -> Option<Columns> {
        let mut rest = bytes;
        let mut take = |n: usize| rest.split_off(..n);
        let head = numbers(take(12)?, u32::from_le_bytes);
        let [n, collections, names] = [0, 1, 2].map(|i| head[i] as usize);
        let mut text = |n: usize| String::from_utf8(take(n)?.to_vec()).ok();
        let (collections, names) = (text(collections)?, text(names)?);
        let columns = Columns {
            collections,
            names,
            kinds: take(n)?.to_vec(),
            flags: take(n)?.to_vec(),
            lengths: numbers(take(n.checked_mul(12)?)?, u32::from_le_bytes),
            orders: numbers(take(n.checked_mul(8)?)?, i64::from_le_bytes),
            stamps: numbers(take(n.checked_mul(8)?)?, i64::from_le_bytes),
        };
        (rest.is_empty() && columns.fits()).then_some(columns)
    }

    /// The form of layout 2. None if it was written by something else, or is damaged.
    pub fn from_js(value: &JsValue) -> Option<Columns> {
        let column = |name: &str| Reflect::get(value, &name.into()).ok();
        let bytes = |name: &str| Some(column(name)?.dyn_into::<Uint8Array>().ok()?.to_vec());
        let numbers = |name: &str| Some(column(name)?.dyn_into::<BigInt64Array>().ok()?.to_vec());
        let columns = Columns {
            collections: column("collections")?.as_string()?,
            kinds: bytes("kinds")?,
            names: String::from_utf8(bytes("names")?).ok()?,
            lengths: column("lengths")?.dyn_into::<Uint32Array>().ok()?.to_vec(),
            orders: numbers("orders")?,
            stamps: numbers("stamps")?,
            flags: bytes("flags")?,
        };
        columns.fits().then_some(columns)
    }

    /// How many documents these are.
    pub fn count(&self) -> usize {
        self.kinds.len()
    }

    /// Whether every list is as long as it must be and every name begins and ends at a character.
    fn fits(&self) -> bool {
        let n = self.kinds.len();
        let collections = self.collections.split('\n').count();
        let mut at = 0;
        let mut names = self.lengths.chunks_exact(3).flat_map(|l| [l[0] as usize, l[1] as usize]);
        let in_place = names.all(|length| {
            at += length;
            self.names.is_char_boundary(at)
        });
        self.lengths.len() == 3 * n
            && [self.orders.len(), self.stamps.len(), self.flags.len()] == [n; 3]
            && self.kinds.iter().all(|kind| usize::from(*kind) < collections)
            && in_place
            && at == self.names.len()
    }
}

/// Documents as segments: the columns of each, and its texts one after another. Of a document that comes twice the later
/// form counts.
pub fn chunks(docs: Vec<DocRecord>) -> Vec<(Columns, String)> {
    let docs = newest(docs);
    let (mut chunks, mut rest) = (Vec::new(), docs.as_slice());
    while !rest.is_empty() {
        let (columns, texts, more) = Columns::of(rest);
        chunks.push((columns, texts));
        rest = more;
    }
    chunks
}

/// Numbers that lie one after another.
fn numbers<const N: usize, T>(bytes: &[u8], read: fn([u8; N]) -> T) -> Vec<T> {
    bytes.as_chunks::<N>().0.iter().map(|number| read(*number)).collect()
}

/// Of documents that come twice only the later form, in the order of the later ones.
pub fn newest(docs: Vec<DocRecord>) -> Vec<DocRecord> {
    // As a page of a list comes.
    if docs.is_sorted_by(|a, b| (&a.collection, &a.id) < (&b.collection, &b.id)) {
        return docs;
    }
    let mut seen = HashSet::new();
    let mut kept: Vec<DocRecord> =
        docs.into_iter().rev().filter(|doc| seen.insert(doc_key(&doc.collection, &doc.id))).collect();
    kept.reverse();
    kept
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn doc(collection: &str, id: &str, raw: &str) -> DocRecord {
        DocRecord {
            collection: collection.into(),
            id: id.into(),
            rev: "r\n1".into(),
            order: Some(i64::MIN),
            deleted: id.ends_with('x'),
            stamp_ms: None,
            raw: raw.into(),
        }
    }

    #[test]
    fn documents_come_back_as_they_were() {
        let docs = [doc("cases", "单/1", "{\"a\": \"中文\"}"), doc("seats", "2x", ""), doc("cases", "", "\n")];
        let (columns, texts, rest) = Columns::of(&docs);
        assert!(rest.is_empty() && columns.fits());
        assert_eq!(columns.read(texts.as_bytes(), |_, _| true).as_deref(), Some(&docs[..]));
        assert_eq!(columns.keys().collect::<Vec<_>>(), ["cases/单/1", "seats/2x", "cases/"]);
        assert_eq!(columns.read(texts.as_bytes(), |i, key| i == 1 && key == "seats/2x").unwrap(), docs[1..2]);
    }

    #[test]
    fn columns_come_back_from_their_bytes_and_from_no_others() {
        let (columns, _, _) = Columns::of(&[doc("cases", "单/1", "{}"), doc("seats", "2x", "")]);
        let bytes = columns.to_bytes();
        assert_eq!(Columns::from_bytes(&bytes), Some(columns));
        assert_eq!(Columns::from_bytes(&Columns::default().to_bytes()), Some(Columns::default()));
        for end in 0..bytes.len() {
            assert_eq!(Columns::from_bytes(&bytes[..end]), None, "{end}");
        }
        assert_eq!(Columns::from_bytes(&[&bytes[..], &[0]].concat()), None);
        assert_eq!(Columns::from_bytes(&[0xff; 64]), None);
    }

    #[test]
    fn what_does_not_belong_together_is_not_read() {
        let (columns, texts, _) = Columns::of(&[doc("cases", "1", "中文")]);
        assert_eq!(columns.read(&texts.as_bytes()[1..], |_, _| true), None);
        assert_eq!(columns.read(b"\xff\xff\xff\xff\xff\xff", |_, _| true), None);
        for spoil in [
            |c: &mut Columns| c.lengths[0] = 9,
            |c: &mut Columns| c.orders.clear(),
            |c: &mut Columns| c.kinds[0] = 1,
            |c: &mut Columns| c.lengths.truncate(2),
        ] {
            let mut spoilt = columns.clone();
            spoil(&mut spoilt);
            assert!(!spoilt.fits(), "{spoilt:?}");
        }
    }

    #[test]
    fn a_segment_is_never_too_long_and_never_empty() {
        let long = "x".repeat(MOST_BYTES / 2 + 1);
        let two = [doc("c", "1", &long), doc("c", "2", &long)];
        let (columns, _, rest) = Columns::of(&two);
        assert_eq!((columns.kinds.len(), rest.len()), (1, 1));
        let one = [doc("c", "1", &(long.clone() + &long))];
        let (columns, _, rest) = Columns::of(&one);
        assert_eq!((columns.kinds.len(), rest.len()), (1, 0));
        let many: Vec<DocRecord> = (0..MOST_DOCS + 3).map(|i| doc("c", &i.to_string(), "")).collect();
        assert_eq!(Columns::of(&many).2.len(), 3);
    }

    #[test]
    fn the_later_form_of_a_document_counts() {
        let docs = vec![doc("c", "1", "old"), doc("c", "2", "x"), doc("c", "1", "new")];
        assert_eq!(newest(docs), [doc("c", "2", "x"), doc("c", "1", "new")]);
    }
}
