//! What a document is and what is accepted as one. Pure; no database here.

use serde_json::{Map, Value};

use super::StoreError;

/// How deep arrays and objects may nest in a document, itself included. JSON readers commonly stop at 128, and a document is served
/// inside a list: one that nests deeper would make the whole list unreadable.
pub const MAX_DEPTH: usize = 64;

/// The longest id, in characters.
const MAX_ID: usize = 128;

/// A stored document or tombstone, as it is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub id: String,
    /// Starts at 1, one more with every write.
    pub rev: i64,
    /// The place of this write in the order of all writes of the store.
    pub seq: i64,
    /// A tombstone: only `id`, `_deleted`, `_rev`, `_seq`, `_at` are left.
    pub deleted: bool,
    /// The whole document as compact JSON, with the server's keys `_rev`, `_seq`, `_at`.
    pub json: String,
}

impl Document {
    /// The document parsed; `null` if the stored text is damaged.
    #[must_use]
    pub fn value(&self) -> Value {
        serde_json::from_str(&self.json).unwrap_or(Value::Null)
    }
}

/// What is wrong with a document, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Fault {
    /// JSON Pointer (RFC 6901) to the place; empty for the whole document.
    pub pointer: String,
    pub detail: String,
}

impl Fault {
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }
}

/// Checks an id: 1 to 128 characters of `A-Z a-z 0-9 . _ : -`, and not `.` or `..`, which no URL can carry.
///
/// # Errors
/// What is wrong, with the pointer `/id`.
pub fn check_id(id: &str) -> Result<(), Fault> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ':' | '-');
    if id.is_empty() || id.len() > MAX_ID || !id.chars().all(allowed) || id == "." || id == ".." {
        return Err(Fault::new(
            "/id",
            format!("an id is 1 to {MAX_ID} characters of A-Z a-z 0-9 . _ : - (not . or ..)"),
        ));
    }
    Ok(())
}

/// A document as a client sent it, checked, without the server's keys.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub id: Option<String>,
    fields: Map<String, Value>,
}

impl Draft {
    /// Checks what a client sent and drops the keys that belong to the server.
    pub fn check(value: Value) -> Result<Self, Fault> {
        let mut fields = match value {
            Value::Object(fields) => fields,
            other => {
                return Err(Fault::new("", format!("a document is a JSON object, and this is {}", kind_of(&other))));
            }
        };
        fields.retain(|key, _| !key.starts_with('_'));
        let id = match fields.remove("id") {
            None => None,
            Some(Value::String(id)) => {
                check_id(&id)?;
                Some(id)
            }
            Some(other) => {
                return Err(Fault::new("/id", format!("an id is a string, and this is {}", kind_of(&other))));
            }
        };
        for (key, value) in &fields {
            if depth(value) >= MAX_DEPTH {
                return Err(Fault::new(format!("/{}", escape(key)), format!("nested deeper than {MAX_DEPTH} levels")));
            }
        }
        Ok(Self { id, fields })
    }

    /// The stored form.
    pub fn seal(mut self, id: &str, rev: i64, seq: i64, at: &str) -> Result<Document, StoreError> {
        self.fields.insert("id".into(), id.into());
        seal(self.fields, id, rev, seq, at, false)
    }
}

/// The stored form of a deleted document.
pub(super) fn tombstone(id: &str, rev: i64, seq: i64, at: &str) -> Result<Document, StoreError> {
    let mut fields = Map::new();
    fields.insert("id".into(), id.into());
    fields.insert("_deleted".into(), true.into());
    seal(fields, id, rev, seq, at, true)
}

fn seal(
    mut fields: Map<String, Value>,
    id: &str,
    rev: i64,
    seq: i64,
    at: &str,
    deleted: bool,
) -> Result<Document, StoreError> {
    fields.insert("_rev".into(), rev.into());
    fields.insert("_seq".into(), seq.into());
    fields.insert("_at".into(), at.into());
    let json = serde_json::to_string(&fields).map_err(|error| StoreError::Broken(error.to_string()))?;
    Ok(Document { id: id.to_owned(), rev, seq, deleted, json })
}

/// The kind of a JSON value in words, for error messages.
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// One segment of a JSON Pointer, escaped and cut to a length that fits an error message.
pub(crate) fn escape(key: &str) -> String {
    let short: String = key.chars().take(80).collect();
    short.replace('~', "~0").replace('/', "~1")
}

/// The number of nested arrays and objects. Recursion is bounded: the parser refuses more than 128 levels, and embedders who build
/// deeper values by hand have already recursed as deep themselves.
fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
