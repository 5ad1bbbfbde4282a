//! A pack as a tree in which every value knows the file and the place that it came from. Text becomes a tree here,
//! within limits of size and depth, and doubled keys are found, which `serde_json::Value` would hide.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::fault::{Fault, FaultCode, Found};

/// Bytes of one file.
pub(super) const MAX_BYTES: usize = 1 << 20;
/// Levels of nesting.
pub(super) const MAX_DEPTH: usize = 16;
/// Values in one file.
pub(super) const MAX_VALUES: usize = 50_000;
/// Characters of a key; longer ones cannot be known anyway.
const MAX_KEY: usize = 64;

/// JSON as it stands in the file.
#[derive(Debug, Clone)]
pub(super) enum Raw {
    Null,
    Bool(bool),
    Whole(i64),
    Fraction(f64),
    Text(String),
    List(Vec<Raw>),
    Object(Vec<(String, Raw)>),
}

impl Raw {
    fn field(&self, key: &str) -> Option<&Raw> {
        match self {
            Raw::Object(fields) => fields.iter().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }
    fn text(&self) -> Option<&str> {
        match self {
            Raw::Text(t) => Some(t),
            _ => None,
        }
    }
    /// The pack's id as it stands there.
    pub fn id(&self) -> Option<&str> {
        self.field("id").and_then(Raw::text)
    }
    /// The entries of `extends`; none for one that is no text.
    pub fn extends(&self) -> Vec<Option<&str>> {
        match self.field("extends") {
            Some(Raw::List(list)) => list.iter().map(Raw::text).collect(),
            _ => Vec::new(),
        }
    }
}

/// A value with its place: `pack` counts the packs of one lineage, the author's own is the last.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub pack: usize,
    pub pointer: String,
    pub kind: Kind,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Whole(i64),
    Fraction(f64),
    Text(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Node {
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(t) => Some(t),
            _ => None,
        }
    }
    pub fn list(&self) -> Option<&[Node]> {
        match &self.kind {
            Kind::List(l) => Some(l),
            _ => None,
        }
    }
    pub fn field(&self, key: &str) -> Option<&Node> {
        match &self.kind {
            Kind::Object(fields) => fields.iter().find(|(k, _)| k == key).map(|(_, n)| n),
            _ => None,
        }
    }
    /// Pointer of a member, present or not.
    pub fn member(&self, key: &str) -> String {
        format!("{}/{}", self.pointer, escape(key))
    }
    /// What a person would call it, in faults.
    pub fn describe(&self) -> Found {
        Found::Value(match &self.kind {
            Kind::Null => "null".to_owned(),
            Kind::Bool(b) => b.to_string(),
            Kind::Whole(n) => n.to_string(),
            Kind::Fraction(n) => n.to_string(),
            Kind::Text(t) => format!("\"{}\"", short(t)),
            Kind::List(_) => return Found::List,
            Kind::Object(_) => return Found::Object,
        })
    }
}

/// The first characters of a text from the file, for messages.
pub(super) fn short(text: &str) -> String {
    let mut out: String = text.chars().take(48).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(48).is_some() {
        out.push('…');
    }
    out
}

fn escape(key: &str) -> String {
    if key.contains(['~', '/']) { key.replace('~', "~0").replace('/', "~1") } else { key.to_owned() }
}

/// Reads a file.
///
/// # Errors
/// One fault: too big, or no JSON.
pub(super) fn parse(text: &str) -> Result<Raw, Fault> {
    if text.len() > MAX_BYTES {
        return Err(Fault::new("", FaultCode::TooBig { bytes: text.len(), limit: MAX_BYTES }));
    }
    serde_json::from_str(text).map_err(|e| {
        let reason = e.to_string();
        let reason = reason.split(" at line ").next().unwrap_or_default().to_owned();
        Fault::new("", FaultCode::NotJson { line: e.line(), column: e.column(), reason })
    })
}

/// Gives every value its place. Faults of shape that concern any JSON are reported here.
pub(super) fn place(raw: &Raw, pack: usize, report: &mut dyn FnMut(usize, String, FaultCode)) -> Node {
    let mut left = MAX_VALUES;
    let node = Placer { pack, report, left: &mut left }.node(raw, String::new(), 0);
    if left == 0 {
        report(pack, String::new(), FaultCode::TooManyValues { limit: MAX_VALUES });
    }
    node
}

struct Placer<'a> {
    pack: usize,
    report: &'a mut dyn FnMut(usize, String, FaultCode),
    left: &'a mut usize,
}

impl Placer<'_> {
    fn node(&mut self, raw: &Raw, pointer: String, depth: usize) -> Node {
        *self.left = self.left.saturating_sub(1);
        let kind = match raw {
            Raw::List(_) | Raw::Object(_) if depth >= MAX_DEPTH => {
                (self.report)(self.pack, pointer.clone(), FaultCode::TooDeep { limit: MAX_DEPTH });
                Kind::Null
            }
            Raw::Null => Kind::Null,
            Raw::Bool(b) => Kind::Bool(*b),
            Raw::Whole(n) => Kind::Whole(*n),
            Raw::Fraction(n) => Kind::Fraction(*n),
            Raw::Text(t) => Kind::Text(t.clone()),
            Raw::List(items) => Kind::List(self.items(items, &pointer, depth)),
            Raw::Object(fields) => Kind::Object(self.fields(fields, &pointer, depth)),
        };
        Node { pack: self.pack, pointer, kind }
    }

    fn items(&mut self, items: &[Raw], pointer: &str, depth: usize) -> Vec<Node> {
        let mut out = Vec::new();
        for (i, item) in items.iter().enumerate() {
            if *self.left == 0 {
                break;
            }
            out.push(self.node(item, format!("{pointer}/{i}"), depth + 1));
        }
        out
    }

    fn fields(&mut self, fields: &[(String, Raw)], pointer: &str, depth: usize) -> Vec<(String, Node)> {
        let mut out: Vec<(String, Node)> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for (key, value) in fields {
            if *self.left == 0 {
                break;
            }
            if key.chars().nth(MAX_KEY).is_some() {
                (self.report)(self.pack, pointer.to_owned(), FaultCode::UnknownKey { key: short(key), known: vec![] });
                continue;
            }
            let place = format!("{pointer}/{}", escape(key));
            if !seen.insert(key.as_str()) {
                (self.report)(self.pack, place, FaultCode::DuplicateKey { key: key.clone() });
                continue;
            }
            let node = self.node(value, place, depth + 1);
            out.push((key.clone(), node));
        }
        out
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Raw, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }
    fn visit_bool<E>(self, v: bool) -> Result<Raw, E> {
        Ok(Raw::Bool(v))
    }
    fn visit_i64<E>(self, v: i64) -> Result<Raw, E> {
        Ok(Raw::Whole(v))
    }
    fn visit_u64<E>(self, v: u64) -> Result<Raw, E> {
        Ok(i64::try_from(v).map_or(Raw::Fraction(v as f64), Raw::Whole))
    }
    fn visit_f64<E>(self, v: f64) -> Result<Raw, E> {
        Ok(Raw::Fraction(v))
    }
    fn visit_str<E>(self, v: &str) -> Result<Raw, E> {
        Ok(Raw::Text(v.to_owned()))
    }
    fn visit_string<E>(self, v: String) -> Result<Raw, E> {
        Ok(Raw::Text(v))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw, A::Error> {
        let mut out = Vec::new();
        while let Some(item) = seq.next_element()? {
            out.push(item);
        }
        Ok(Raw::List(out))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut out = Vec::new();
        while let Some(entry) = map.next_entry()? {
            out.push(entry);
        }
        Ok(Raw::Object(out))
    }
}
