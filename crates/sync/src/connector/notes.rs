//! Remarks: entries `addNote` of our journal, and a list of remarks in a document of theirs.
//!
//! A remark that another system made reads as an entry of its author. Which remark is which entry is told by the id,
//! or, where the backend makes ids of its own for them, by author and text.

use serde_json::{Map, Value, json};

use super::path::{Path, object};
use super::scan::digest;
use super::shape::scalar;
use super::when::moment;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Notes {
    /// The list in their document.
    pub at: Path,
    /// Places in one of its entries.
    pub id: Option<Path>,
    pub text: Path,
    pub author: Option<Path>,
    pub date: Option<Path>,
}

/// One remark, wherever it stands.
struct Note<'a> {
    id: Option<String>,
    text: &'a str,
    author: &'a str,
    date: Option<&'a str>,
}

impl Notes {
    /// Adds the remarks that are not in our journal to it, in the order of their times.
    pub(super) fn read(&self, theirs: &Value, ours: &mut Value) {
        let remarks = self.list(theirs);
        let known = entries(ours);
        let paired = pair(&remarks, &known);
        let mut fresh = Vec::new();
        for (remark, _) in remarks.iter().zip(paired).filter(|(_, entry)| entry.is_none()) {
            let Some(at) = remark.date.and_then(moment) else { continue };
            let id = remark.id.clone().unwrap_or_else(|| {
                format!("note-{}", digest(&json!([remark.date, remark.author, remark.text]).to_string()))
            });
            fresh.push(json!({"id": id, "at": at, "by": {"id": remark.author, "name": remark.author},
                "intent": {"type": "addNote", "text": remark.text}}));
        }
        if fresh.is_empty() {
            return;
        }
        let journal = object(ours).entry("journal").or_insert_with(|| Value::Array(Vec::new()));
        // A journal that cannot be read is the document's fault and stays so.
        let Value::Array(journal) = journal else { return };
        for entry in fresh {
            let time = |e: &Value| e.get("at").and_then(Value::as_str).and_then(moment);
            let place = journal.iter().position(|e| time(e) > time(&entry)).unwrap_or(journal.len());
            journal.insert(place, entry);
        }
    }

    /// Adds the entries that are not among their remarks to them.
    pub(super) fn write(&self, ours: &Value, theirs: &mut Value) {
        let known = self.list(theirs);
        let entries = entries(ours);
        let paired = pair(&entries, &known);
        let mut fresh = Vec::new();
        for (entry, _) in entries.iter().zip(paired).filter(|(_, remark)| remark.is_none()) {
            let mut remark = Value::Object(Map::new());
            let mut put = |path: &Option<Path>, value: Option<&str>| {
                if let (Some(path), Some(value)) = (path, value) {
                    path.set(&mut remark, value.into());
                }
            };
            put(&self.id, entry.id.as_deref());
            put(&self.author, Some(entry.author));
            put(&self.date, entry.date);
            put(&Some(self.text.clone()), Some(entry.text));
            fresh.push(remark);
        }
        if fresh.is_empty() {
            return;
        }
        let mut all = self.at.get(theirs).and_then(Value::as_array).cloned().unwrap_or_default();
        all.extend(fresh);
        self.at.set(theirs, Value::Array(all));
    }

    fn list<'a>(&self, theirs: &'a Value) -> Vec<Note<'a>> {
        let text = |path: Option<&Path>, from: &'a Value| path.and_then(|p| p.get(from)).and_then(Value::as_str);
        let list = self.at.get(theirs).and_then(Value::as_array);
        let notes = list.into_iter().flatten().filter_map(|note| {
            Some(Note {
                id: self.id.as_ref().and_then(|p| p.get(note)).and_then(scalar),
                text: text(Some(&self.text), note)?,
                author: text(self.author.as_ref(), note).unwrap_or_default(),
                date: text(self.date.as_ref(), note),
            })
        });
        notes.collect()
    }
}

/// The remarks in our journal.
fn entries(ours: &Value) -> Vec<Note<'_>> {
    let text = |value: &'static str, from: &'_ Value| from.pointer(value).and_then(Value::as_str).map(str::to_owned);
    let journal = ours.get("journal").and_then(Value::as_array);
    let notes = journal.into_iter().flatten().filter(|e| text("/intent/type", e).as_deref() == Some("addNote"));
    let notes = notes.filter_map(|entry| {
        let at = |pointer: &str| entry.pointer(pointer).and_then(Value::as_str);
        let author = at("/by/name").filter(|n| !n.is_empty()).or_else(|| at("/by/id")).unwrap_or_default();
        Some(Note { id: at("/id").map(str::to_owned), text: at("/intent/text")?, author, date: at("/at") })
    });
    notes.collect()
}

/// For each of `these` which of `those` it is. Each of those is taken once, so that a remark made twice stays two.
fn pair(these: &[Note<'_>], those: &[Note<'_>]) -> Vec<Option<usize>> {
    let mut free = vec![true; those.len()];
    let mut found: Vec<Option<usize>> = vec![None; these.len()];
    let same_id = |a: &Note<'_>, b: &Note<'_>| a.id.is_some() && a.id == b.id;
    let same_words = |a: &Note<'_>, b: &Note<'_>| a.text == b.text && a.author == b.author;
    for same in [&same_id as &dyn Fn(&Note<'_>, &Note<'_>) -> bool, &same_words] {
        for (one, place) in these.iter().zip(&mut found).filter(|(_, place)| place.is_none()) {
            *place = those.iter().enumerate().position(|(i, other)| free[i] && same(one, other));
            if let Some(taken) = *place {
                free[taken] = false;
            }
        }
    }
    found
}
