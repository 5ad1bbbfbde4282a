//! Records of one text: entries and drafts, sealed for their place; cursors, which are JSON pairs. Also what older layouts
//! wrote, which is only read: entries and drafts as pairs, and documents as a line of JSON about each and then its own text.

use baton_sync::store::DocRecord;
use js_sys::Array;
use serde_json::Value;
use wasm_bindgen::JsValue;

use super::request::{Fault, Transaction, value};
use super::seal::Seal;

/// A record as it lies in the database, or is to lie there.
pub struct Record {
    pub key: String,
    pub value: JsValue,
}

impl Record {
    /// The request goes out without being awaited; if it fails, the transaction does.
    ///
    /// # Errors
    /// The browser's own.
    pub fn put(&self, tx: &Transaction, store: &str) -> Result<(), Fault> {
        Ok(tx.store(store)?.put_with_key(&self.value, &self.key.as_str().into()).map(drop)?)
    }
}

/// Every record of a store whose key is a text, by key.
///
/// # Errors
/// The browser's own.
pub async fn records(tx: &Transaction, store: &str) -> Result<Vec<Record>, Fault> {
    let store = tx.store(store)?;
    let (keys, values) = (value(store.get_all_keys()?), value(store.get_all()?));
    let (keys, values) = (Array::from(&keys.await?), Array::from(&values.await?));
    let record = |(key, value): (JsValue, JsValue)| Some(Record { key: key.as_string()?, value });
    Ok(keys.iter().zip(values.iter()).filter_map(record).collect())
}

/// # Errors
/// The browser's own.
pub async fn close_text(seal: &Seal, store: &str, key: &str, text: &str) -> Result<Record, Fault> {
    let value = seal.close(&format!("{store}/{key}"), text.as_bytes())?.await?;
    Ok(Record { key: key.to_owned(), value: value.into() })
}

/// It begins at once, so that several may be under way together. None: it cannot be opened.
pub fn open_text(seal: &Seal, store: &str, record: &Record) -> impl Future<Output = Option<String>> + use<> {
    let opening = seal.open(&format!("{store}/{}", record.key), &record.value);
    async move { String::from_utf8(opening.await?).ok() }
}

/// A number of `meta`, which are texts; 0 if it is not there.
pub fn number_of(text: &JsValue) -> u64 {
    text.as_string().and_then(|t| t.parse().ok()).unwrap_or(0)
}

/// Key of a document. Collection names have no slash.
pub fn doc_key(collection: &str, id: &str) -> String {
    [collection, "/", id].concat()
}

/// None if it was written by something else.
pub fn read_doc(text: &str) -> Option<DocRecord> {
    let (head, raw) = text.split_once('\n')?;
    let (collection, id, rev, order, deleted, stamp_ms) = serde_json::from_str(head).ok()?;
    Some(DocRecord { collection, id, rev, order, deleted, stamp_ms, raw: raw.into() })
}

pub fn write_pair(key: &str, text: &str) -> String {
    Value::from(vec![key, text]).to_string()
}

pub fn read_pair(text: &str) -> Option<(String, String)> {
    serde_json::from_str(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_as_they_were() {
        let doc = DocRecord {
            collection: "cases".into(),
            id: "a/b\n\"c".into(),
            rev: "3".into(),
            order: Some(-7),
            deleted: false,
            stamp_ms: None,
            raw: "{\n \"id\": 1}\n".into(),
        };
        let text = "[\"cases\",\"a/b\\n\\\"c\",\"3\",-7,false,null]\n{\n \"id\": 1}\n";
        assert_eq!(read_doc(text), Some(doc));
        assert_eq!(read_doc("nonsense"), None);
        let pair = ("k\n".to_owned(), "[\"x\"]".to_owned());
        assert_eq!(read_pair(&write_pair(&pair.0, &pair.1)), Some(pair));
    }
}
