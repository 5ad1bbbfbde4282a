//! Reads and checks a connector file. Every fault is reported, with the JSON Pointer of its place.
//!
//! Here: what reads a text, a pointer, a list of statuses. The sections of the file have a module each.

mod backend;
mod document;
mod fault;
mod file;
mod list;
mod op;

pub use fault::{Fault, Loss, Unread, Wanted, Wrong};
use serde_json::{Map, Value};

use super::Connector;
use super::page::Source;
use super::path::Path;
use super::status::{Match, Statuses};
use super::template::{Pairs, Template, Var};

/// Without a live feed everything is listed this often.
pub(super) const POLL_EVERY_MS: u64 = 120_000;

type Object = Map<String, Value>;

impl Connector {
    /// Reads a connector file.
    ///
    /// # Errors
    /// All faults of the file at once.
    pub fn read(text: &str) -> Result<Connector, Vec<Fault>> {
        let value: Value = serde_json::from_str(text).map_err(|e| {
            // The parser ends with the place.
            let reason = e.to_string().split(" at line ").next().unwrap_or_default().to_owned();
            let what = Wrong::NotJson { line: e.line(), column: e.column(), reason };
            vec![Fault { at: String::new(), what }]
        })?;
        let mut reader = Reader::default();
        let connector = reader.connector(&value);
        match connector {
            Some(connector) if reader.faults.is_empty() => Ok(connector),
            _ => Err(reader.faults),
        }
    }
}

#[derive(Default)]
struct Reader {
    faults: Vec<Fault>,
}

impl Reader {
    fn fault<T>(&mut self, at: impl Into<String>, what: Wrong) -> Option<T> {
        let fault = Fault { at: at.into(), what };
        // What several collections share is said once.
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
        None
    }

    fn complain(&mut self, at: impl Into<String>, what: Wrong) {
        self.fault::<()>(at, what);
    }

    fn object<'a>(&mut self, at: &str, value: &'a Value, known: &[&'static str]) -> Option<&'a Object> {
        let Some(map) = value.as_object() else {
            return self.fault(at, Wrong::MustBe(Wanted::Object));
        };
        for key in map.keys().filter(|k| !known.contains(&k.as_str())) {
            self.complain(child(at, key), Wrong::UnknownKey { known: known.to_vec() });
        }
        Some(map)
    }

    /// The object `key` of `map`; a missing one is a fault.
    fn part<'a>(&mut self, at: &str, map: &'a Object, key: &str, known: &[&'static str]) -> Option<&'a Object> {
        match map.get(key) {
            Some(value) => self.object(&child(at, key), value, known),
            None => self.fault(child(at, key), Wrong::Missing),
        }
    }

    /// As [`Reader::part`], but it may be missing.
    fn optional_part<'a>(
        &mut self,
        at: &str,
        map: &'a Object,
        key: &str,
        known: &[&'static str],
    ) -> Option<&'a Object> {
        map.get(key).and_then(|value| self.object(&child(at, key), value, known))
    }

    fn optional_text(&mut self, at: &str, map: &Object, key: &str) -> Option<String> {
        match map.get(key)? {
            Value::String(text) => Some(text.clone()),
            _ => self.fault(child(at, key), Wrong::MustBe(Wanted::Text)),
        }
    }

    fn text(&mut self, at: &str, map: &Object, key: &str) -> Option<String> {
        if !map.contains_key(key) {
            return self.fault(child(at, key), Wrong::Missing);
        }
        let text = self.optional_text(at, map, key)?;
        if text.is_empty() {
            return self.fault(child(at, key), Wrong::Empty);
        }
        Some(text)
    }

    /// One of these words.
    fn word<T: Copy>(
        &mut self,
        at: &str,
        map: &Object,
        key: &str,
        words: &[(&'static str, T)],
        default: Option<T>,
    ) -> Option<T> {
        if !map.contains_key(key) && default.is_some() {
            return default;
        }
        let text = self.text(at, map, key)?;
        match words.iter().find(|(word, _)| *word == text) {
            Some((_, value)) => Some(*value),
            None => {
                let known = words.iter().map(|(word, _)| *word).collect();
                self.fault(child(at, key), Wrong::OneOf { known })
            }
        }
    }

    fn flag(&mut self, at: &str, map: &Object, key: &str, default: bool) -> bool {
        match map.get(key) {
            None => default,
            Some(Value::Bool(flag)) => *flag,
            Some(_) => {
                self.complain(child(at, key), Wrong::MustBe(Wanted::Flag));
                default
            }
        }
    }

    fn number(&mut self, at: &str, map: &Object, key: &str, range: std::ops::RangeInclusive<u64>) -> Option<u64> {
        match map.get(key)?.as_u64() {
            Some(number) if range.contains(&number) => Some(number),
            _ => self.fault(child(at, key), Wrong::OutOfRange { min: *range.start(), max: *range.end() }),
        }
    }

    fn texts(&mut self, at: &str, map: &Object, key: &str) -> Vec<String> {
        let at = child(at, key);
        let Some(value) = map.get(key) else { return Vec::new() };
        let Some(list) = value.as_array() else {
            self.complain(at, Wrong::MustBe(Wanted::Texts));
            return Vec::new();
        };
        let mut found = Vec::new();
        for (i, item) in list.iter().enumerate() {
            match item.as_str() {
                Some(text) => found.push(text.to_owned()),
                None => self.complain(child(&at, &i.to_string()), Wrong::MustBe(Wanted::Text)),
            }
        }
        found
    }

    /// A JSON Pointer into an answer.
    fn optional_pointer(&mut self, at: &str, map: &Object, key: &str) -> Option<String> {
        let text = self.optional_text(at, map, key)?;
        self.pointer_text(&child(at, key), &text)
    }

    fn pointer_text(&mut self, at: &str, text: &str) -> Option<String> {
        if text.is_empty() || text.starts_with('/') {
            return Some(text.to_owned());
        }
        self.fault(at, Wrong::MustBe(Wanted::Pointer))
    }

    fn pointer(&mut self, at: &str, map: &Object, key: &str) -> Option<String> {
        if !map.contains_key(key) {
            return self.fault(child(at, key), Wrong::Missing);
        }
        self.optional_pointer(at, map, key)
    }

    /// A place in a document: a JSON Pointer that is not empty and may pick entries of lists.
    fn optional_place(&mut self, at: &str, map: &Object, key: &str) -> Option<Path> {
        let text = self.optional_text(at, map, key)?;
        self.place_text(&child(at, key), &text)
    }

    fn place_text(&mut self, at: &str, text: &str) -> Option<Path> {
        match Path::parse(text) {
            Ok(path) if path.root().is_some() => Some(path),
            Ok(_) => self.fault(at, Wrong::MustBe(Wanted::Member)),
            Err(what) => self.fault(at, what),
        }
    }

    fn place(&mut self, at: &str, map: &Object, key: &str) -> Option<Path> {
        if !map.contains_key(key) {
            return self.fault(child(at, key), Wrong::Missing);
        }
        self.optional_place(at, map, key)
    }

    /// `header:Name`, or a JSON Pointer into the answer.
    fn optional_source(&mut self, at: &str, map: &Object, key: &str) -> Option<Source> {
        let text = self.optional_text(at, map, key)?;
        match text.strip_prefix("header:") {
            Some("") => self.fault(child(at, key), Wrong::MustBe(Wanted::Header)),
            Some(name) => Some(Source::Header(name.into())),
            None => self.optional_pointer(at, map, key).map(Source::Pointer),
        }
    }

    fn source(&mut self, at: &str, map: &Object, key: &str) -> Option<Source> {
        if !map.contains_key(key) {
            return self.fault(child(at, key), Wrong::Missing);
        }
        self.optional_source(at, map, key)
    }

    fn method(&mut self, at: &str, map: &Object, default: &str) -> String {
        let Some(method) = self.optional_text(at, map, "method") else { return default.into() };
        let known = ["GET", "POST", "PUT", "PATCH", "DELETE"];
        if !known.contains(&method.as_str()) {
            self.complain(child(at, "method"), Wrong::OneOf { known: known.to_vec() });
        }
        method
    }

    fn path(&mut self, at: &str, map: &Object, vars: &[Var]) -> Option<Template> {
        let text = self.text(at, map, "path")?;
        if !text.starts_with('/') {
            self.complain(child(at, "path"), Wrong::MustBe(Wanted::Path));
        }
        self.template(child(at, "path"), &text, vars)
    }

    fn template(&mut self, at: String, text: &str, vars: &[Var]) -> Option<Template> {
        Template::parse(text, vars).map_err(|what| self.complain(at, what)).ok()
    }

    fn pairs(&mut self, at: &str, map: &Object, key: &str, vars: &[Var]) -> Pairs {
        let at = child(at, key);
        let Some(value) = map.get(key) else { return Vec::new() };
        let Some(map) = value.as_object() else {
            self.complain(at, Wrong::MustBe(Wanted::Pairs));
            return Vec::new();
        };
        let mut pairs = Vec::new();
        for (name, value) in map {
            match value.as_str() {
                Some(text) => {
                    pairs.extend(self.template(child(&at, name), text, vars).map(|t| (name.clone(), t)));
                }
                None => self.complain(child(&at, name), Wrong::MustBe(Wanted::Text)),
            }
        }
        pairs
    }

    /// A list of statuses, each alone or with a place of the answer: `{"status":404,"at":"/reason","equals":"deleted"}`.
    fn statuses(&mut self, at: &str, map: &Object, key: &str) -> Option<Statuses> {
        let at = child(at, key);
        let Some(list) = map.get(key)?.as_array() else {
            return self.fault(at, Wrong::MustBe(Wanted::Statuses));
        };
        let mut found = Vec::new();
        for (i, item) in list.iter().enumerate() {
            let at = child(&at, &i.to_string());
            let (number, place) = match item {
                Value::Object(_) => {
                    let Some(map) = self.object(&at, item, &["status", "at", "equals"]) else { continue };
                    let Some(pointer) = self.pointer(&at, map, "at") else { continue };
                    (map.get("status"), Some((pointer, map.get("equals").cloned())))
                }
                number => (Some(number), None),
            };
            match number.and_then(Value::as_u64).and_then(|n| u16::try_from(n).ok()) {
                Some(status @ 100..=599) => found.push(Match { status, at: place }),
                _ => self.complain(&at, Wrong::MustBe(Wanted::Status)),
            }
        }
        Some(found)
    }
}

pub(super) fn child(at: &str, key: &str) -> String {
    format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"))
}
