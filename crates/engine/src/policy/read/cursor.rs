//! Reads values out of a placed tree and collects every fault on the way. A reader asks for all fields of an object
//! before it gives up on any, then says [`Obj::done`], which reports the keys that nobody asked for.

use std::cell::{Cell, RefCell};

use super::fault::{Expected, Fault, FaultCode, Noun};
use super::merge::Removed;
use super::node::{Kind, Node, short};
use crate::order;
use crate::policy::{Certainty, Provenance, Setting, Text};
use crate::time::Span;

/// Faults listed of one file.
pub(super) const MAX_FAULTS: usize = 500;
/// Names listed in a message.
const MAX_KNOWN: usize = 24;
/// Characters of one text.
const MAX_TEXT: usize = 2000;
/// Longest limit of a rule.
const MAX_DAYS: i64 = 3660;

/// One pack of a lineage.
pub(super) struct Member {
    pub id: String,
    /// Index in the author's `extends` of the entry that brings it in.
    pub via: usize,
}

/// Collects the faults of one reading.
pub(super) struct Cx {
    /// Base-first; the author's own pack is the last.
    pub lineage: Vec<Member>,
    pub removed: Vec<Removed>,
    faults: RefCell<Vec<Fault>>,
    full: Cell<bool>,
}

impl Cx {
    pub fn new(lineage: Vec<Member>) -> Cx {
        Cx { lineage, removed: Vec::new(), faults: RefCell::new(Vec::new()), full: Cell::new(false) }
    }

    /// Reports a fault at a place of a pack of the lineage.
    pub fn report(&self, pack: usize, pointer: String, code: FaultCode) {
        match self.lineage.get(pack) {
            Some(member) if pack + 1 < self.lineage.len() => {
                let (own, id) = (format!("/extends/{}", member.via), member.id.clone());
                let cause = Box::new(code);
                self.push(Fault::new(own, FaultCode::InBase { pack: id, pointer, cause }));
            }
            _ => self.push(Fault::new(pointer, code)),
        }
    }

    fn push(&self, fault: Fault) {
        let mut faults = self.faults.borrow_mut();
        if faults.len() < MAX_FAULTS {
            faults.push(fault);
        } else if !self.full.replace(true) {
            faults.push(Fault::new("", FaultCode::TooManyFaults { limit: MAX_FAULTS }));
        }
    }

    pub fn fault<T>(&self, node: &Node, code: FaultCode) -> Option<T> {
        self.report(node.pack, node.pointer.clone(), code);
        None
    }

    pub fn is_clean(&self) -> bool {
        self.faults.borrow().is_empty()
    }

    pub fn into_faults(self) -> Vec<Fault> {
        self.faults.into_inner()
    }

    pub fn wrong<T>(&self, node: &Node, expected: Expected) -> Option<T> {
        self.fault(node, FaultCode::WrongType { expected, found: node.describe() })
    }

    /// A name that nothing has. If the author removed what a base still refers to, his removal is at fault.
    pub fn unknown<'n, T>(
        &self,
        node: &Node,
        noun: Noun,
        name: &str,
        known: impl Iterator<Item = &'n str>,
    ) -> Option<T> {
        let known = known.take(MAX_KNOWN).map(short).collect();
        let code = FaultCode::UnknownName { noun, name: short(name), known };
        let last = self.lineage.len().saturating_sub(1);
        let removal = self.removed.iter().find(|r| r.pack == last && node.pack < last && r.id == name);
        match (removal, self.lineage.get(node.pack)) {
            (Some(r), Some(member)) => {
                let (pack, pointer, cause) = (member.id.clone(), node.pointer.clone(), Box::new(code));
                self.push(Fault::new(r.pointer.clone(), FaultCode::InBase { pack, pointer, cause }));
                None
            }
            _ => self.fault(node, code),
        }
    }

    // ── plain values ──

    /// A text of one line or more, not empty.
    pub fn text(&self, node: &Node) -> Option<String> {
        let Some(text) = node.text() else {
            return self.wrong(node, Expected::Text);
        };
        if text.trim().is_empty() {
            return self.fault(node, FaultCode::Empty);
        }
        if text.chars().nth(MAX_TEXT).is_some() {
            return self.fault(node, FaultCode::TooLong { characters: MAX_TEXT });
        }
        if text.chars().any(|c| (c.is_control() && c != '\n') || turns_text(c)) {
            return self.fault(node, FaultCode::ControlCharacter);
        }
        Some(text.to_owned())
    }

    /// An id: 1 to 64 Latin letters, digits, `-`, `_`, `.`.
    pub fn id(&self, node: &Node) -> Option<String> {
        let Some(text) = node.text() else {
            return self.wrong(node, Expected::Id);
        };
        if is_id(text) { Some(text.to_owned()) } else { self.fault(node, FaultCode::BadId { found: short(text) }) }
    }

    pub fn boolean(&self, node: &Node) -> Option<bool> {
        match node.kind {
            Kind::Bool(b) => Some(b),
            _ => self.wrong(node, Expected::Flag),
        }
    }

    pub fn whole(&self, node: &Node, min: i64, max: i64) -> Option<i64> {
        match node.kind {
            Kind::Whole(n) if (min..=max).contains(&n) => Some(n),
            _ => self.fault(node, FaultCode::OutOfRange { found: node.describe(), min, max }),
        }
    }

    /// As [`Cx::whole`], for the small numbers of the model; `max` must fit in 31 bits.
    pub fn small(&self, node: &Node, min: u32, max: u32) -> Option<u32> {
        self.whole(node, i64::from(min), i64::from(max)).and_then(|n| u32::try_from(n).ok())
    }

    /// A duration of more than zero and at most ten years.
    pub fn span(&self, node: &Node) -> Option<Span> {
        let Some(text) = node.text() else {
            return self.wrong(node, Expected::Duration);
        };
        let found = short(text);
        let span = if text.len() <= 40 { text.parse::<Span>().ok() } else { None };
        let Some(span) = span else {
            return self.fault(node, FaultCode::BadDuration { found });
        };
        if span.millis() <= 0 {
            return self.fault(node, FaultCode::NotPositive { found });
        }
        if span > Span::from_days(MAX_DAYS) {
            return self.fault(node, FaultCode::DurationTooLong { found, max_days: MAX_DAYS });
        }
        Some(span)
    }

    pub fn choice<T: Copy>(&self, node: &Node, choices: &[(&str, T)]) -> Option<T> {
        let Some(text) = node.text() else {
            return self.wrong(node, Expected::Text);
        };
        if let Some((_, value)) = choices.iter().find(|(name, _)| *name == text) {
            return Some(*value);
        }
        let known = choices.iter().map(|(name, _)| (*name).to_owned()).collect();
        self.fault(node, FaultCode::UnknownChoice { found: short(text), known })
    }

    pub fn list<'a>(&self, node: &'a Node) -> Option<&'a [Node]> {
        match node.list() {
            Some(list) => Some(list),
            None => self.wrong(node, Expected::List),
        }
    }

    /// A list with at least one entry.
    pub fn filled<'a>(&self, node: &'a Node) -> Option<&'a [Node]> {
        let list = self.list(node)?;
        if list.is_empty() {
            return self.fault(node, FaultCode::Empty);
        }
        Some(list)
    }

    /// A list with at most `limit` entries.
    pub fn at_most<'a>(&self, node: &'a Node, limit: usize) -> Option<&'a [Node]> {
        let list = self.list(node)?;
        if list.len() > limit { self.fault(node, FaultCode::TooMany { limit }) } else { Some(list) }
    }

    pub fn ids(&self, node: &Node) -> Option<Vec<String>> {
        every(self.list(node)?.iter().map(|n| self.id(n)))
    }

    /// `{"zh": …, "en": …}`.
    pub fn both(&self, node: &Node) -> Option<Text> {
        let o = Obj::new(self, node)?;
        let (zh, en) = (o.req("zh", Cx::text), o.req("en", Cx::text));
        o.done();
        Some(Text { zh: zh?, en: en? })
    }
}

/// Characters that make a text read differently from how it is stored (direction overrides and isolates).
fn turns_text(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

pub(super) fn is_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

/// All values, if none is missing; every item is read in any case.
pub(super) fn every<T>(items: impl Iterator<Item = Option<T>>) -> Option<Vec<T>> {
    let mut out = Vec::new();
    let mut whole = true;
    for item in items {
        match item {
            Some(item) => out.push(item),
            None => whole = false,
        }
    }
    whole.then_some(out)
}

/// An object under reading.
pub(super) struct Obj<'a> {
    pub cx: &'a Cx,
    pub node: &'a Node,
    fields: &'a [(String, Node)],
    asked: RefCell<Vec<&'static str>>,
}

impl<'a> Obj<'a> {
    pub fn new(cx: &'a Cx, node: &'a Node) -> Option<Obj<'a>> {
        match &node.kind {
            Kind::Object(fields) => Some(Obj { cx, node, fields, asked: RefCell::new(Vec::new()) }),
            _ => cx.wrong(node, Expected::Object),
        }
    }

    pub fn get(&self, key: &'static str) -> Option<&'a Node> {
        self.asked.borrow_mut().push(key);
        self.fields.iter().find(|(k, _)| k == key).map(|(_, n)| n)
    }

    pub fn need(&self, key: &'static str) -> Option<&'a Node> {
        let found = self.get(key);
        if found.is_none() {
            let pack = self.node.pack;
            self.cx.report(pack, self.node.member(key), FaultCode::Missing { key: key.to_owned() });
        }
        found
    }

    /// A field that must be there.
    pub fn req<T>(&self, key: &'static str, read: impl FnOnce(&'a Cx, &'a Node) -> Option<T>) -> Option<T> {
        read(self.cx, self.need(key)?)
    }

    /// A field that may be missing: `Some(None)` then; `None` means that it is there and faulty.
    pub fn opt<T>(&self, key: &'static str, read: impl FnOnce(&'a Cx, &'a Node) -> Option<T>) -> Option<Option<T>> {
        match self.get(key) {
            None => Some(None),
            Some(node) => read(self.cx, node).map(Some),
        }
    }

    /// Entries of a list; none if it is missing, reported if it must be there.
    pub fn entries(&self, key: &'static str, needed: bool) -> &'a [Node] {
        let node = if needed { self.need(key) } else { self.get(key) };
        let list = node.and_then(|n| if needed { self.cx.filled(n) } else { self.cx.list(n) });
        list.unwrap_or_default()
    }

    /// `source`, `certainty` and `note`; all must be there but the note.
    pub fn provenance(&self) -> Option<Provenance> {
        let source = self.req("source", Cx::text);
        let certainty = self.req("certainty", |cx, n| cx.choice(n, &CERTAINTIES));
        let note = self.opt("note", Cx::both);
        Some(Provenance { source: source?, certainty: certainty?, note: note? })
    }

    /// The provenance of a part: its own, or its whole's when it says nothing.
    pub fn provenance_or(&self, whole: &Option<Provenance>) -> Option<Provenance> {
        let (source, certainty) = (self.get("source"), self.get("certainty"));
        if source.is_some() || certainty.is_some() {
            return self.provenance();
        }
        let note = self.opt("note", Cx::both)?;
        let mut provenance = whole.clone()?;
        if note.is_some() {
            provenance.note = note;
        }
        Some(provenance)
    }

    /// `{"value": …, "source": …, "certainty": …}`: the value and its card for the desk.
    pub fn setting<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&'a Cx, &'a Node) -> Option<T>,
    ) -> Option<(T, Setting)> {
        let o = Obj::new(self.cx, self.need(key)?)?;
        let value = o.req("value", read);
        let provenance = o.provenance();
        let shown =
            o.get("value").map(|n| n.text().map_or_else(|| n.describe().to_string(), short)).unwrap_or_default();
        o.done();
        Some((value?, Setting { id: key.to_owned(), value: shown, provenance: provenance? }))
    }

    /// Reports the keys that the reader did not ask for.
    pub fn done(self) {
        let asked = self.asked.borrow();
        for (key, node) in self.fields {
            if !asked.contains(&key.as_str()) {
                let mut known: Vec<String> = asked.iter().map(|k| (*k).to_owned()).collect();
                order::sort_by(&mut known, String::cmp);
                known.dedup();
                self.cx.report(node.pack, node.pointer.clone(), FaultCode::UnknownKey { key: short(key), known });
            }
        }
    }
}

const CERTAINTIES: [(&str, Certainty); 6] = [
    ("stated", Certainty::Stated),
    ("decoded", Certainty::Decoded),
    ("uncertain", Certainty::Uncertain),
    ("inferred", Certainty::Inferred),
    ("default", Certainty::Default),
    ("external", Certainty::External),
];
