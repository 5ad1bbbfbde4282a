//! How records are written as texts in IndexedDB: JSON pairs. Also the documents of layout 1, a line of JSON about each and
//! then its own text; they are only read.

use baton_sync::store::DocRecord;
use serde_json::Value;

/// Key of a document. Collection names have no slash.
pub fn doc_key(collection: &str, id: &str) -> String {
    format!("{collection}/{id}")
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
