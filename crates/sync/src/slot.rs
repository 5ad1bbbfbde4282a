//! One document of the replica: the backend's base, the entries that wait on top of it, and the view made of both.
//!
//! The view is never stored: it is base + pending by running `decide` again whenever the base moves, so that a
//! conflict is settled by the domain's own rules. A base is read only when somebody looks at it: most of a big
//! replica is never looked at. Pure; no store, no net.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::Arc;

use baton_engine::model::{Collection, Document, DocumentFault};
use baton_engine::order;
use baton_engine::policy::Policies;
use baton_engine::time::Timestamp;
use baton_engine::{Refusal, decide};
use serde_json::Value;

use crate::connector::Remote;
use crate::defence::{self, Defence};
use crate::moment::Trip;
use crate::net::{Problem, ProblemKind};
use crate::outbox::{ItemState, OutboxItem};
use crate::store::DocRecord;

/// (collection, id).
pub type DocKey = (Collection, String);

/// None: a collection of a newer version.
pub(crate) fn key_of(record: &DocRecord) -> Option<DocKey> {
    Some((Collection::from_name(&record.collection)?, record.id.clone()))
}

/// Longest document that is read, in bytes. A longer one is kept aside unread, so that it cannot stall the page.
pub const DOCUMENT_LIMIT: usize = 4 * 1024 * 1024;

/// Revision of a document that has vanished; no backend gives such a one.
const VANISHED: &str = "\u{7f}vanished";

/// What the backend holds, as far as we know.
#[derive(Debug, Clone)]
pub(crate) struct Base {
    pub rev: String,
    pub order: Option<i64>,
    pub stamp_ms: Option<i64>,
    pub deleted: bool,
    pub raw: Arc<str>,
    read: OnceCell<Reading>,
}

#[derive(Debug, Clone)]
enum Reading {
    Live(Arc<Document>),
    Deleted,
    Pruned,
    /// Kept byte for byte; it comes back by itself when the backend's document is mended.
    Unreadable(DocumentFault),
}

impl Base {
    pub fn new(record: DocRecord) -> Base {
        Base {
            rev: record.rev,
            order: record.order,
            stamp_ms: record.stamp_ms,
            deleted: record.deleted,
            raw: record.raw,
            read: OnceCell::new(),
        }
    }

    /// As the backend gave it, with its id.
    pub fn of(remote: Remote) -> (String, Base) {
        let Remote { place: _, id, rev, order, deleted, stamp, raw } = remote;
        (id, Base { rev, order, stamp_ms: stamp.map(Timestamp::millis), deleted, raw, read: OnceCell::new() })
    }

    /// A document that is in no list any more and that the backend does not know when asked. Unlike one with a
    /// tombstone it can be made again.
    pub fn vanished(&self) -> Base {
        Base { deleted: true, rev: VANISHED.into(), order: None, read: OnceCell::new(), ..self.clone() }
    }

    /// The same without its text, to make room on the device: the backend has it, and it comes back when it changes there
    /// or when it is asked for.
    pub fn pruned(&self) -> Base {
        Base { raw: "".into(), read: OnceCell::new(), ..self.clone() }
    }

    pub fn is_pruned(&self) -> bool {
        !self.deleted && self.raw.is_empty()
    }

    /// The backend says itself that it was deleted.
    pub fn has_tombstone(&self) -> bool {
        self.deleted && self.rev != VANISHED
    }

    pub fn has_vanished(&self) -> bool {
        self.deleted && self.rev == VANISHED
    }

    fn reading(&self, key: &DocKey) -> &Reading {
        self.read.get_or_init(|| {
            let fault =
                |what: String| Reading::Unreadable(DocumentFault { collection: key.0, id: key.1.clone(), what });
            if self.deleted {
                return Reading::Deleted;
            }
            if self.raw.is_empty() {
                return Reading::Pruned;
            }
            if self.raw.len() > DOCUMENT_LIMIT {
                return fault(format!("{} bytes are too many; the limit is {DOCUMENT_LIMIT}", self.raw.len()));
            }
            match serde_json::from_str::<Value>(&self.raw) {
                Err(e) => fault(format!("not JSON: {e}")),
                Ok(value) => match Document::from_json(key.0, &value, self.stamp_ms.map(Timestamp::from_millis)) {
                    Ok(doc) => Reading::Live(Arc::new(doc)),
                    Err(fault) => Reading::Unreadable(fault),
                },
            }
        })
    }

    pub fn record(&self, key: &DocKey) -> DocRecord {
        DocRecord {
            collection: key.0.name().into(),
            id: key.1.clone(),
            rev: self.rev.clone(),
            order: self.order,
            deleted: self.deleted,
            stamp_ms: self.stamp_ms,
            raw: self.raw.clone(),
        }
    }

    /// Whether `record` is what this base was made from.
    pub fn is_of(&self, record: &DocRecord) -> bool {
        self.rev == record.rev && self.order == record.order && self.deleted == record.deleted && self.raw == record.raw
    }

    /// Whether it says the same as another one.
    pub fn same(&self, other: &Base) -> bool {
        let raw = Arc::ptr_eq(&self.raw, &other.raw) || self.raw == other.raw;
        self.rev == other.rev && self.order == other.order && self.deleted == other.deleted && raw
    }

    fn holds(&self, key: &DocKey, entry: &str) -> bool {
        // What has vanished holds nothing: work that is still watched is done again, or refused in plain sight.
        if self.has_vanished() || !defence::on(Defence::JournalIds) {
            return false;
        }
        match self.reading(key) {
            Reading::Live(doc) => doc.holds(entry),
            // A journal can be found even where the rest makes no sense.
            Reading::Deleted | Reading::Pruned | Reading::Unreadable(_) => {
                let raw = serde_json::from_str::<Value>(&self.raw).unwrap_or(Value::Null);
                let journal = raw.get("journal").and_then(Value::as_array);
                journal.is_some_and(|j| j.iter().any(|e| e.get("id").and_then(Value::as_str) == Some(entry)))
            }
        }
    }
}

/// How long an entry is watched after the backend has taken it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Watch {
    /// The backend is not known yet: what it holds is neither done nor done again.
    #[default]
    Unknown,
    /// What it has taken stays.
    Never,
    /// Milliseconds.
    For(i64),
}

/// What settling depends on besides the slot.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'a> {
    pub policies: &'a Policies,
    pub watch: Watch,
    /// Since when entries are watched, milliseconds by the steady clock.
    pub watched: &'a HashMap<String, i64>,
    /// The base has just come from the backend.
    pub trip: Option<Trip>,
}

/// What a person sees of a document.
#[derive(Debug, Clone, Default)]
enum View {
    /// The base as it is.
    #[default]
    Base,
    /// With waiting entries applied.
    Composed(Option<Arc<Document>>),
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Slot {
    pub base: Option<Base>,
    /// In order of (seq, entry id).
    pub pending: Vec<OutboxItem>,
    view: View,
    /// How many pending entries the view holds: what can be sent.
    pub sendable: usize,
    /// The backend refused several entries at once: send them one by one, so that only the bad one dies.
    pub one_by_one: bool,
}

/// What became of the pending entries on the present base.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    /// The base holds them for good.
    pub done: Vec<OutboxItem>,
    /// Their state is another now: refused, dead, watched, or waiting again.
    pub changed: Vec<OutboxItem>,
}

/// A base with entries applied to it.
pub(crate) struct Composed {
    pub doc: Option<Arc<Document>>,
    pub applied: Vec<String>,
    refused: Vec<(String, Refusal)>,
}

impl Slot {
    pub fn is_empty(&self) -> bool {
        self.base.is_none() && self.pending.is_empty()
    }

    fn reading(&self, key: &DocKey) -> Option<&Reading> {
        self.base.as_ref().map(|base| base.reading(key))
    }

    pub fn fault(&self, key: &DocKey) -> Option<&DocumentFault> {
        match self.reading(key)? {
            Reading::Unreadable(fault) => Some(fault),
            _ => None,
        }
    }

    pub fn base_doc(&self, key: &DocKey) -> Option<&Arc<Document>> {
        match self.reading(key)? {
            Reading::Live(doc) => Some(doc),
            _ => None,
        }
    }

    pub fn is_pruned(&self) -> bool {
        self.base.as_ref().is_some_and(Base::is_pruned)
    }

    /// Entries wait on a document whose text is not here: nothing can be decided before it was fetched.
    pub fn lacks_text(&self) -> bool {
        self.is_pruned() && self.pending.iter().any(|item| item.state.is_moving())
    }

    /// The document as the person sees it.
    pub fn view(&self, key: &DocKey) -> Option<&Arc<Document>> {
        match &self.view {
            View::Base => self.base_doc(key),
            View::Composed(doc) => doc.as_ref(),
        }
    }

    /// One more entry, decided on the view already.
    pub fn take(&mut self, doc: Arc<Document>, item: OutboxItem) {
        self.view = View::Composed(Some(doc));
        self.sendable += 1;
        self.pending.push(item);
    }

    /// Same base and same pending entries in the same states, hence the same view.
    pub fn same(&self, other: &Slot) -> bool {
        let base = match (&self.base, &other.base) {
            (Some(a), Some(b)) => a.same(b),
            (None, None) => true,
            _ => false,
        };
        base && self.pending.len() == other.pending.len()
            && self.pending.iter().zip(&other.pending).all(|(a, b)| a.id() == b.id() && a.state == b.state)
    }

    /// Applies the first `limit` moving entries to the base; entries that do not hold are left out.
    pub fn compose(&self, policies: &Policies, key: &DocKey, limit: usize) -> Composed {
        if let View::Composed(Some(doc)) = &self.view
            && !defence::on(Defence::RecheckOnMove)
        {
            // As if what held once held for ever.
            let moving = self.pending.iter().filter(|i| i.state.is_moving());
            let applied = moving.map(|i| i.id().to_owned()).collect();
            return Composed { doc: Some(doc.clone()), applied, refused: Vec::new() };
        }
        let mut composed = Composed { doc: self.base_doc(key).cloned(), applied: Vec::new(), refused: Vec::new() };
        if self.is_pruned() || self.fault(key).is_some() {
            return composed;
        }
        let held = |item: &OutboxItem| self.base.as_ref().is_some_and(|base| base.holds(key, item.id()));
        for item in self.pending.iter().filter(|i| i.state.is_moving() && !held(i)) {
            if composed.applied.len() == limit {
                break;
            }
            match decide(policies, key.0, &key.1, composed.doc.as_deref(), &item.entry) {
                Ok(doc) => {
                    composed.doc = Some(Arc::new(doc));
                    composed.applied.push(item.id().into());
                }
                // Says nothing about the entry: it waits until the rules are loaded.
                Err(Refusal::PolicyMissing) => break,
                Err(refusal) => composed.refused.push((item.id().into(), refusal)),
            }
        }
        composed
    }

    /// Drops what the base holds (or goes on watching it), checks the rest again, and makes the view.
    pub fn settle(&mut self, frame: &Frame<'_>, key: &DocKey) -> Settled {
        let mut settled = Settled::default();
        if self.pending.is_empty() {
            self.view = View::Base;
            self.sendable = 0;
            self.one_by_one = false;
            return settled;
        }
        order::sort_by(&mut self.pending, |a, b| a.order().cmp(&b.order()));
        if let Some(base) = self.base.as_ref().filter(|base| !base.is_pruned()) {
            let mut rest = Vec::new();
            for mut item in std::mem::take(&mut self.pending) {
                let state = if base.has_tombstone() && item.state == ItemState::Settling {
                    // It was done, and then the document was deleted.
                    After::Done
                } else if base.holds(key, item.id()) {
                    frame.held(key, &item)
                } else {
                    missed(&item.state)
                };
                match state {
                    After::Done => settled.done.push(item),
                    After::Same => rest.push(item),
                    After::Now(state) => {
                        item.state = state;
                        settled.changed.push(item.clone());
                        rest.push(item);
                    }
                }
            }
            self.pending = rest;
        }
        if self.base.as_ref().is_some_and(Base::has_tombstone) {
            for item in self.pending.iter_mut().filter(|i| i.state.is_moving()) {
                let problem = Problem::new(ProblemKind::Deleted, 0, "the document was deleted");
                item.state = ItemState::Dead { problem };
                settled.changed.push(item.clone());
            }
        }
        let composed = self.compose(frame.policies, key, usize::MAX);
        for (id, refusal) in composed.refused {
            if let Some(item) = self.pending.iter_mut().find(|i| i.id() == id) {
                item.state = ItemState::Refused { refusal };
                settled.changed.push(item.clone());
            }
        }
        self.sendable = composed.applied.len();
        self.view = if self.sendable == 0 { View::Base } else { View::Composed(composed.doc) };
        self.one_by_one &= !self.pending.is_empty();
        settled
    }
}

enum After {
    Done,
    Same,
    Now(ItemState),
}

impl Frame<'_> {
    /// The base holds the entry.
    fn held(&self, key: &DocKey, item: &OutboxItem) -> After {
        let watch = match self.watch {
            Watch::Unknown => return After::Same,
            Watch::For(ms) if key.0 != Collection::Seats && defence::on(Defence::Settling) => Some(ms),
            Watch::For(_) | Watch::Never => None,
        };
        let Some(watch) = watch else { return After::Done };
        if item.state != ItemState::Settling {
            return After::Now(ItemState::Settling);
        }
        // Only what was asked for after the watch was over shows that nobody has undone it.
        let over =
            self.watched.get(item.id()).zip(self.trip).is_some_and(|(since, trip)| trip.asked_ms >= since + watch);
        if over { After::Done } else { After::Same }
    }
}

/// The base does not hold the entry: one that it held before has been overwritten, and is done again.
fn missed(state: &ItemState) -> After {
    match state {
        ItemState::Settling => After::Now(ItemState::Queued),
        _ => After::Same,
    }
}
