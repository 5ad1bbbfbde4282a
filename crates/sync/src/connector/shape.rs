//! How a backend's documents look: between their form and ours, in both directions.
//!
//! Where nothing is moved, a document is the very text of the answer. Where something is, what only they know stays
//! under [`THEIRS`] and goes back as it came: a value that we did not change is never rewritten.

use std::sync::Arc;

use baton_engine::time::Timestamp;
use serde_json::{Map, Value};

use super::field::{Direction, Field, changes};
use super::notes::Notes;
use super::path::{Path, object};
use super::scan::{Members, digest, text};
use super::when::Form;
use super::{Op, THEIRS};

/// Where things are in a document.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shape {
    /// Our id of it.
    pub id: Path,
    /// The backend's key, where that is something else.
    pub key: Option<Path>,
    pub make: Make,
    /// None: the digest of the document is its revision.
    pub rev: Option<Path>,
    pub order: Option<Path>,
    pub stamp: Option<Stamp>,
    pub deleted: Option<Mark>,
    /// Members of the document that the backend sets itself; not sent back.
    pub server_fields: Vec<String>,
    /// Documents that are none of ours.
    pub skip: Option<Skip>,
    /// The journal is written.
    pub journal: bool,
    pub map: Option<FieldMap>,
}

/// Who makes the key under which the backend keeps a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Make {
    /// The desk: its id is the key.
    Ours,
    /// The desk, for backends whose keys are 15 characters of `[a-z0-9]`: a digest of its id.
    Hash15,
    /// The backend.
    Server,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stamp {
    pub at: Path,
    pub form: Form,
    /// The desk writes it.
    pub write: bool,
}

/// What says that a document is deleted.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mark {
    pub at: Path,
    pub equals: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Skip {
    pub at: Path,
    pub prefix: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct FieldMap {
    pub rest: Rest,
    pub fields: Vec<Field>,
    pub notes: Option<Notes>,
}

/// Where our fields that are mapped to nothing of theirs are kept.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Rest {
    /// At the top of their document.
    Top,
    At(Path),
    /// Nowhere.
    Dropped,
}

/// What the connector must know of a document, and the document in our form.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Seen {
    pub id: String,
    pub rev: String,
    pub order: Option<i64>,
    pub stamp: Option<Timestamp>,
    pub deleted: bool,
    pub text: Arc<str>,
}

pub(super) enum Item {
    Document(Seen),
    /// None of ours.
    Skipped,
    /// No object, or without an id.
    Nameless,
}

/// What a write needs to know besides the document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Writing<'a> {
    pub id: &'a str,
    /// None: it is made.
    pub rev: Option<&'a str>,
    /// Server time in milliseconds, where it is known.
    pub now_ms: Option<i64>,
    /// It is written as deleted.
    pub delete: bool,
}

impl Shape {
    pub(super) fn is_ordered(&self) -> bool {
        self.order.is_some()
    }

    // ── Reading ──────────────────────────────────────────────────────────

    /// Names of the members that [`Shape::read`] needs to see of a document; None: it takes the document apart.
    pub(super) fn names(&self) -> Option<[&str; 7]> {
        if self.map.is_some() || self.key.is_some() {
            return None;
        }
        Some([
            "id",
            member(Some(&self.id))?,
            member(self.rev.as_ref())?,
            member(self.order.as_ref())?,
            member(self.stamp.as_ref().map(|s| &s.at))?,
            member(self.deleted.as_ref().map(|m| &m.at))?,
            member(self.skip.as_ref().map(|s| &s.at))?,
        ])
    }

    /// Reads a document of theirs; `seen`: its members of these [names](Shape::names), None if it is no object.
    pub(super) fn read(&self, raw: &str, seen: Option<Members<'_, 7>>) -> Item {
        let Some(seen) = seen else { return Item::Nameless };
        match self.names().and_then(|_| self.read_light(raw, seen)) {
            Some(item) => item,
            None => match serde_json::from_str::<Value>(raw) {
                Ok(document) if document.is_object() => self.read_tree(&document, raw),
                _ => Item::Nameless,
            },
        }
    }

    /// Where nothing is moved, the document is not taken apart. None: it must be.
    fn read_light(&self, raw: &str, [own, id, rev, order, at, mark, skipped]: Members<'_, 7>) -> Option<Item> {
        let value = |raw: Option<&str>| raw.and_then(|r| serde_json::from_str::<Value>(r).ok());
        if self.skip.as_ref().is_some_and(|s| value(skipped).is_some_and(|v| s.is(&v))) {
            return Some(Item::Skipped);
        }
        // A number, or nothing.
        let id = text(id?)?;
        if id.is_empty() {
            return Some(Item::Nameless);
        }
        let whole = match own.map(text) {
            Some(Some(own)) if own == id => raw.into(),
            // Their own id, or something that is none.
            Some(_) => return None,
            None => with_id(raw, &id)?.into(),
        };
        Some(Item::Document(Seen {
            rev: match self.rev {
                Some(_) => rev.and_then(|raw| match text(raw) {
                    Some(text) => Some(text.into_owned()),
                    None => value(Some(raw)).as_ref().and_then(scalar),
                }),
                None => Some(digest(raw)),
            }
            .unwrap_or_default(),
            order: self.order.as_ref().and_then(|_| order?.parse().ok()),
            stamp: self.stamp.as_ref().and_then(|s| s.form.read_raw(at?)),
            deleted: self.deleted.as_ref().is_some_and(|m| value(mark).as_ref() == Some(&m.equals)),
            id: id.into_owned(),
            text: whole,
        }))
    }

    fn read_tree(&self, theirs: &Value, text: &str) -> Item {
        if self.skip.as_ref().is_some_and(|s| s.at.get(theirs).is_some_and(|v| s.is(v))) {
            return Item::Skipped;
        }
        let at = |path: &Path| path.get(theirs).and_then(scalar).filter(|t| !t.is_empty());
        // What was made elsewhere goes by the backend's own key.
        let Some(id) = at(&self.id).or_else(|| at(self.key.as_ref()?)) else { return Item::Nameless };
        Item::Document(Seen {
            rev: match &self.rev {
                Some(rev) => at(rev).unwrap_or_default(),
                None => digest(text),
            },
            order: self.order.as_ref().and_then(|at| at.get(theirs)?.as_i64()),
            stamp: self.stamp.as_ref().and_then(|s| s.form.read(s.at.get(theirs)?)),
            deleted: self.deleted.as_ref().is_some_and(|m| m.at.get(theirs) == Some(&m.equals)),
            text: self.ours(theirs, &id).to_string().into(),
            id,
        })
    }

    /// Their document in our form.
    fn ours(&self, theirs: &Value, id: &str) -> Value {
        let (mut ours, mut kept) = match self.map.as_ref().map_or(&Rest::Top, |m| &m.rest) {
            Rest::Top => {
                let moved = self.moved();
                let members = theirs.as_object().into_iter().flatten().map(|(k, v)| (k.clone(), v.clone()));
                let (kept, ours) = members.partition(|(name, _)| moved.contains(&name.as_str()));
                (Value::Object(ours), kept)
            }
            Rest::At(path) => {
                let ours = path.get(theirs).filter(|v| v.is_object()).cloned().unwrap_or_else(empty);
                let mut kept = theirs.clone();
                path.remove(&mut kept);
                (ours, std::mem::take(object(&mut kept)))
            }
            Rest::Dropped => (empty(), theirs.as_object().cloned().unwrap_or_default()),
        };
        for field in self.fields() {
            field.read(theirs, &mut ours);
        }
        if let Some(notes) = self.map.as_ref().and_then(|m| m.notes.as_ref()) {
            notes.read(theirs, &mut ours);
        }
        // An id that is a number stays one over there.
        if let (Some(root), Some(Value::Number(_))) = (self.id.root(), self.id.get(theirs)) {
            kept.insert(root.into(), theirs[root].clone());
        }
        let ours_map = object(&mut ours);
        ours_map.insert("id".into(), id.into());
        ours_map.remove(THEIRS);
        if !kept.is_empty() {
            ours_map.insert(THEIRS.into(), Value::Object(kept));
        }
        ours
    }

    /// Top members of theirs that are not ours, where the rest lies at the top.
    fn moved(&self) -> Vec<&str> {
        let fields = self.fields().iter().map(|f| &f.theirs);
        let notes = self.map.iter().filter_map(|m| Some(&m.notes.as_ref()?.at));
        let id = Some(&self.id).filter(|id| id.root() != Some("id"));
        let own = Some("id").filter(|_| self.key.is_some() || id.is_some());
        fields.chain(notes).chain(id).chain(&self.key).filter_map(Path::root).chain(own).collect()
    }

    fn fields(&self) -> &[Field] {
        self.map.as_ref().map_or(&[], |m| &m.fields)
    }

    // ── Writing ──────────────────────────────────────────────────────────

    /// The key of a document in a path; None if it is not known yet, because the backend makes it.
    pub(super) fn key(&self, id: &str, known: Option<&Value>) -> Option<String> {
        let theirs = known.and_then(|k| k.get(THEIRS));
        let key = self.key.as_ref().and_then(|path| path.get(theirs?)).and_then(scalar).filter(|k| !k.is_empty());
        match (key, self.make) {
            (Some(key), _) => Some(key),
            (None, Make::Ours) => Some(id.into()),
            (None, Make::Hash15) => Some(hash15(id)),
            (None, Make::Server) => None,
        }
    }

    /// Our document in their form, as `op` wants it.
    pub(super) fn theirs(&self, ours: &Value, op: &Op, writing: &Writing<'_>) -> Value {
        let mut ours = ours.clone();
        let kept = object(&mut ours).remove(THEIRS).filter(Value::is_object);
        if !self.journal {
            object(&mut ours).remove("journal");
        }
        let before = kept.clone().unwrap_or_else(empty);
        let mut theirs = match (&self.map, &self.key) {
            (None, None) if kept.is_none() && member(Some(&self.id)) == Some("id") => ours,
            _ => self.assemble(&ours, &before, writing),
        };
        if let (Some(stamp), Some(now)) = (self.stamp.as_ref().filter(|s| s.write), writing.now_ms) {
            stamp.at.set(&mut theirs, stamp.form.write(now));
        }
        if let Some(mark) = self.deleted.as_ref().filter(|_| writing.delete) {
            mark.at.set(&mut theirs, mark.equals.clone());
        }
        // A revision is sent in the form in which it came.
        let rev = writing.rev.map(|rev| {
            let own = self.rev.as_ref().and_then(|at| at.get(&theirs)).filter(|v| scalar(v).as_deref() == Some(rev));
            own.cloned().unwrap_or_else(|| rev.into())
        });
        object(&mut theirs).retain(|name, _| !self.server_fields.contains(name));
        if op.changes {
            theirs = changes(&before, &theirs, &self.server_fields);
        }
        if let (Some(at), Some(rev)) = (&op.rev_in, rev) {
            at.set(&mut theirs, rev);
        }
        let next = writing.rev.map_or(Some(0), |rev| rev.parse::<i64>().ok()).and_then(|n| n.checked_add(1));
        if let (Some(at), Some(next)) = (&op.next_rev, next) {
            at.set(&mut theirs, next.into());
        }
        theirs
    }

    fn assemble(&self, ours: &Value, before: &Value, writing: &Writing<'_>) -> Value {
        let mut theirs = before.clone();
        match self.map.as_ref().map_or(&Rest::Top, |m| &m.rest) {
            Rest::Top => {
                let moved = self.moved();
                let mapped = |name: &str| self.fields().iter().any(|f| member(f.ours.as_ref()) == Some(name));
                for (name, value) in ours.as_object().into_iter().flatten() {
                    if name != "id" && !moved.contains(&name.as_str()) && !mapped(name) {
                        object(&mut theirs).insert(name.clone(), value.clone());
                    }
                }
            }
            Rest::At(path) => path.set(&mut theirs, ours.clone()),
            Rest::Dropped => {}
        }
        let written = |f: &&Field| matches!(f.direction, Direction::Both | Direction::Write);
        for field in self.fields().iter().filter(written) {
            field.write(ours, before, &mut theirs);
        }
        if let Some(notes) = self.map.as_ref().and_then(|m| m.notes.as_ref()) {
            notes.write(ours, &mut theirs);
        }
        // What was made elsewhere goes by its own key for good.
        let foreign = self.make == Make::Server && writing.rev.is_some() && self.id.get(before).is_none();
        if !foreign && self.id.get(&theirs).and_then(scalar).as_deref() != Some(writing.id) {
            self.id.set(&mut theirs, writing.id.into());
        }
        if let (Make::Hash15, None, Some(key)) = (self.make, writing.rev, &self.key) {
            key.set(&mut theirs, hash15(writing.id).into());
        }
        theirs
    }
}

impl Skip {
    fn is(&self, value: &Value) -> bool {
        value.as_str().is_some_and(|text| text.starts_with(&self.prefix))
    }
}

/// The name of a member of the document itself; empty for what is nowhere, None for what lies deeper.
fn member(path: Option<&Path>) -> Option<&str> {
    match path {
        None => Some(""),
        Some(path) => path.root().filter(|_| path.is_member()),
    }
}

/// The text of an object with our id put before its first member.
fn with_id(text: &str, id: &str) -> Option<String> {
    let inner = text.trim_start().strip_prefix('{')?;
    let comma = if inner.trim_start().starts_with('}') { "" } else { "," };
    Some(format!("{{\"id\":{}{comma}{inner}", Value::from(id)))
}

fn empty() -> Value {
    Value::Object(Map::new())
}

/// A text or number as text; ids, cursors and revisions are opaque to us.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Fifteen characters of `[a-z0-9]` for an id: itself, if it has that form, else its digest (FNV-1a, 128 bits).
fn hash15(id: &str) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    if id.len() == 15 && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
        return id.into();
    }
    let mut hash = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128;
    for byte in id.bytes() {
        hash = (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013B);
    }
    let mut key = String::with_capacity(15);
    for _ in 0..15 {
        key.push(char::from(DIGITS[(hash % 36) as usize]));
        hash /= 36;
    }
    key
}
