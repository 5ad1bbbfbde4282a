//! What really became of every document: each version that a backend shows is checked here against the one before,
//! against the engine, and against the laws. Knows nothing of HTTP, clients or schedules.

use std::collections::BTreeMap;
use std::sync::Arc;

use baton_engine::decide;
use baton_engine::model::{Collection, Document, Entry};
use baton_engine::policy::Policies;
use baton_engine::time::Timestamp;
use serde_json::Value;

use crate::laws;

pub type Key = (Collection, String);

/// How a document stands at the backend.
#[derive(Clone)]
pub struct Truth {
    /// None: deleted.
    pub doc: Option<Arc<Document>>,
    /// Another system wrote it, so its journal does not tell how it came about.
    foreign: bool,
}

/// How much a kind of backend lets us ask of each version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rigour {
    /// Writes build on the version before, always: nothing may drop out, and the new entries make the difference.
    Versions,
    /// The last write wins with a whole document: the journal must make it.
    Journal,
    /// The last write wins field by field: only that it can be read, and that no entry is in it twice.
    Fields,
}

pub struct Audit {
    policies: Arc<Policies>,
    rigour: Rigour,
    pub truth: BTreeMap<Key, Truth>,
    /// Entry → how often it appeared in a journal that did not have it, and in which document.
    pub applied: BTreeMap<String, (u32, Key)>,
    /// Documents that were deleted at some time.
    pub deleted: BTreeMap<Key, u32>,
    /// Entries that a later version no longer had, as happens where the last write wins.
    pub dropped: u64,
    pub versions: u64,
    /// The first broken promise.
    pub fault: Option<String>,
    /// Entries that other systems wrote are no work of ours.
    pub other_is_writing: bool,
}

impl Audit {
    pub fn new(policies: Arc<Policies>, rigour: Rigour) -> Audit {
        Audit {
            policies,
            rigour,
            truth: BTreeMap::new(),
            applied: BTreeMap::new(),
            deleted: BTreeMap::new(),
            dropped: 0,
            versions: 0,
            fault: None,
            other_is_writing: false,
        }
    }

    pub fn broken(&mut self, what: String) {
        self.fault.get_or_insert(what);
    }

    pub fn document(&self, key: &Key) -> Option<&Arc<Document>> {
        self.truth.get(key)?.doc.as_ref()
    }

    /// Whether the document as it is now holds the entry.
    pub fn holds(&self, key: &Key, entry: &str) -> bool {
        self.document(key).is_some_and(|doc| doc.holds(entry))
    }

    /// The version is visible from now on. `value` is in our form.
    pub fn wrote(&mut self, collection: &str, id: &str, value: &Value, stamp_ms: i64) {
        let Some(collection) = Collection::from_name(collection) else { return };
        self.versions += 1;
        let key = (collection, id.to_owned());
        let doc = match Document::from_json(collection, value, Some(Timestamp::from_millis(stamp_ms))) {
            Ok(doc) => Arc::new(doc),
            Err(fault) => return self.broken(format!("a document is stored that cannot be read: {fault}")),
        };
        let before = self.truth.get(&key).cloned();
        let foreign = self.other_is_writing || before.as_ref().is_some_and(|t| t.foreign);
        let old = before.as_ref().and_then(|t| t.doc.clone());
        self.compare(&key, old.as_deref(), &doc, foreign);
        if self.rigour != Rigour::Fields
            && let Some(what) =
                laws::broken(&self.policies, old.as_deref().filter(|_| self.rigour == Rigour::Versions), &doc, foreign)
        {
            self.broken(format!("{}/{id}: {what}", collection.name()));
        }
        self.truth.insert(key, Truth { doc: Some(doc), foreign });
    }

    pub fn deleted(&mut self, collection: &str, id: &str) {
        let Some(collection) = Collection::from_name(collection) else { return };
        let key = (collection, id.to_owned());
        *self.deleted.entry(key.clone()).or_default() += 1;
        // What was in it may be done again: a repeated creation cannot know that somebody deletes in between.
        for (times, _) in self.applied.values_mut().filter(|(_, of)| *of == key) {
            *times = 0;
        }
        self.truth.insert(key, Truth { doc: None, foreign: false });
    }

    fn compare(&mut self, key: &Key, old: Option<&Document>, new: &Document, foreign: bool) {
        let had = old.map(Document::journal).unwrap_or_default();
        let fresh: Vec<&Entry> = new.journal().iter().filter(|e| !had.iter().any(|h| h.id == e.id)).collect();
        let name = format!("{}/{}", key.0.name(), key.1);
        for (place, entry) in new.journal().iter().enumerate() {
            if new.journal()[..place].iter().any(|e| e.id == entry.id) {
                return self.broken(format!("{name} holds {} twice", entry.id));
            }
        }
        // Presence is not history: a seat keeps its last entries only.
        let trimmed = key.0 == Collection::Seats;
        let lost: Vec<&str> = had.iter().filter(|h| !new.holds(&h.id)).map(|h| h.id.as_str()).collect();
        if !trimmed {
            self.dropped += lost.len() as u64;
            if self.rigour == Rigour::Versions && !lost.is_empty() {
                return self.broken(format!("a write of {name} dropped {lost:?} from the journal"));
            }
        }
        for entry in &fresh {
            let (times, _) = self.applied.entry(entry.id.clone()).or_insert((0, key.clone()));
            *times += 1;
            let times = *times;
            if self.rigour == Rigour::Versions && times > 1 && !trimmed {
                return self.broken(format!("{} was applied {times} times, now to {name}", entry.id));
            }
        }
        if self.other_is_writing {
            return;
        }
        if self.rigour == Rigour::Versions {
            let mut doc = old.cloned();
            for entry in fresh {
                match decide(&self.policies, key.0, &key.1, doc.as_ref(), entry) {
                    Ok(next) => doc = Some(next),
                    Err(refusal) => {
                        let what = format!("{} is in {name}, but does not hold there: {refusal:?}", told(entry));
                        return self.broken(what);
                    }
                }
            }
            if doc.as_ref() != Some(new) {
                self.broken(format!("{name} is not what its entries make of the version before"));
            }
        } else if self.rigour == Rigour::Journal && !foreign && !trimmed {
            self.replay(key, &name, new);
        }
    }

    /// Where versions do not build on each other, the journal alone must still make the document.
    fn replay(&mut self, key: &Key, name: &str, new: &Document) {
        let mut doc = None;
        for entry in new.journal() {
            match decide(&self.policies, key.0, &key.1, doc.as_ref(), entry) {
                Ok(next) => doc = Some(next),
                Err(refusal) => {
                    let what = format!("{} is in {name}, but does not hold there: {refusal:?}", told(entry));
                    return self.broken(what);
                }
            }
        }
        if doc.as_ref() != Some(new) {
            self.broken(format!("{name} is not what its journal makes"));
        }
    }
}

/// An entry in one line.
pub fn told(entry: &Entry) -> String {
    let intent = serde_json::to_value(&entry.intent).unwrap_or_default();
    let name = intent["type"].as_str().map_or_else(|| intent.to_string(), str::to_owned);
    format!("{} ({name} by {})", entry.id, entry.by.id)
}
