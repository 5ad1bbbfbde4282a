//! One document of the replica: the backend's base, the entries that wait on top of it, and the view made of both.
//!
//! The view is never stored: it is base + pending by running `decide` again whenever the base moves, so that a
//! conflict is settled by the domain's own rules. Pure; no store, no net.

use std::sync::Arc;

use baton_engine::model::{Collection, Document, DocumentFault};
use baton_engine::policy::Policies;
use baton_engine::time::Timestamp;
use baton_engine::{Refusal, decide};
use serde_json::Value;

use crate::defence::{self, Defence};
use crate::net::{Problem, ProblemKind};
use crate::outbox::{ItemState, OutboxItem};
use crate::store::DocRecord;

/// (collection, id).
pub type DocKey = (Collection, String);

/// Longest document that is read, in bytes. A longer one is kept aside unread, so that it cannot stall the page.
pub const DOCUMENT_LIMIT: usize = 4 * 1024 * 1024;

/// What the backend holds, as far as we know.
#[derive(Debug, Clone)]
pub(crate) struct Base {
    pub rev: String,
    pub order: Option<i64>,
    pub stamp_ms: Option<i64>,
    pub raw: Arc<str>,
    pub is: BaseIs,
}

#[derive(Debug, Clone)]
pub(crate) enum BaseIs {
    Live(Arc<Document>),
    Deleted,
    /// Kept byte for byte; it comes back by itself when the backend's document is mended.
    Unreadable(DocumentFault),
}

impl Base {
    pub fn read(collection: Collection, record: &DocRecord) -> Base {
        let fault = |what: String| BaseIs::Unreadable(DocumentFault { collection, id: record.id.clone(), what });
        let is = if record.deleted {
            BaseIs::Deleted
        } else if record.raw.len() > DOCUMENT_LIMIT {
            fault(format!("{} bytes are too many; the limit is {DOCUMENT_LIMIT}", record.raw.len()))
        } else {
            match serde_json::from_str::<Value>(&record.raw) {
                Err(e) => fault(format!("not JSON: {e}")),
                Ok(value) => {
                    match Document::from_json(collection, &value, record.stamp_ms.map(Timestamp::from_millis)) {
                        Ok(doc) => BaseIs::Live(Arc::new(doc)),
                        Err(fault) => BaseIs::Unreadable(fault),
                    }
                }
            }
        };
        Base { rev: record.rev.clone(), order: record.order, stamp_ms: record.stamp_ms, raw: record.raw.clone(), is }
    }

    pub fn record(&self, key: &DocKey) -> DocRecord {
        DocRecord {
            collection: key.0.name().into(),
            id: key.1.clone(),
            rev: self.rev.clone(),
            order: self.order,
            deleted: matches!(self.is, BaseIs::Deleted),
            stamp_ms: self.stamp_ms,
            raw: self.raw.clone(),
        }
    }

    /// Whether `record` is what this base was read from.
    pub fn is_of(&self, record: &DocRecord) -> bool {
        self.rev == record.rev && self.order == record.order && *self.raw == *record.raw
    }

    fn holds(&self, entry: &str) -> bool {
        if !defence::on(Defence::JournalIds) {
            return false;
        }
        match &self.is {
            BaseIs::Live(doc) => doc.holds(entry),
            // A journal can be found even where the rest makes no sense.
            BaseIs::Deleted | BaseIs::Unreadable(_) => {
                let raw = serde_json::from_str::<Value>(&self.raw).unwrap_or(Value::Null);
                let journal = raw.get("journal").and_then(Value::as_array);
                journal.is_some_and(|j| j.iter().any(|e| e.get("id").and_then(Value::as_str) == Some(entry)))
            }
        }
    }
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Slot {
    pub base: Option<Base>,
    /// In order of (seq, entry id).
    pub pending: Vec<OutboxItem>,
    pub view: Option<Arc<Document>>,
    /// How many pending entries the view holds: what can be sent.
    pub sendable: usize,
    /// The backend refused several entries at once: send them one by one, so that only the bad one dies.
    pub one_by_one: bool,
}

/// What became of the pending entries on the present base.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    /// The base holds them.
    pub done: Vec<OutboxItem>,
    /// They have just become refused or dead.
    pub stuck: Vec<OutboxItem>,
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

    pub fn fault(&self) -> Option<&DocumentFault> {
        match &self.base.as_ref()?.is {
            BaseIs::Unreadable(fault) => Some(fault),
            _ => None,
        }
    }

    pub fn base_doc(&self) -> Option<&Arc<Document>> {
        match &self.base.as_ref()?.is {
            BaseIs::Live(doc) => Some(doc),
            _ => None,
        }
    }

    /// Same base and same pending entries in the same states, hence the same view.
    pub fn same(&self, other: &Slot) -> bool {
        let base = |s: &Slot| s.base.as_ref().map(|b| (b.rev.clone(), b.order, b.raw.clone()));
        base(self) == base(other)
            && self.pending.len() == other.pending.len()
            && self.pending.iter().zip(&other.pending).all(|(a, b)| a.id() == b.id() && a.state == b.state)
    }

    /// Applies the first `limit` moving entries to the base; entries that do not hold are left out.
    pub fn compose(&self, policies: &Policies, key: &DocKey, limit: usize) -> Composed {
        let mut composed = Composed { doc: self.base_doc().cloned(), applied: Vec::new(), refused: Vec::new() };
        if self.fault().is_some() {
            return composed;
        }
        for item in self.pending.iter().filter(|i| i.state.is_moving()) {
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

    /// Drops what the base holds, checks the rest again, and makes the view.
    pub fn settle(&mut self, policies: &Policies, key: &DocKey) -> Settled {
        let mut settled = Settled::default();
        self.pending.sort_by(|a, b| a.order().cmp(&b.order()));
        if let Some(base) = &self.base {
            let (done, rest) = std::mem::take(&mut self.pending).into_iter().partition(|i| base.holds(i.id()));
            settled.done = done;
            self.pending = rest;
        }
        if matches!(self.base, Some(Base { is: BaseIs::Deleted, .. })) {
            for item in self.pending.iter_mut().filter(|i| i.state.is_moving()) {
                let problem = Problem::new(ProblemKind::Deleted, 0, "the document was deleted");
                item.state = ItemState::Dead { problem };
                settled.stuck.push(item.clone());
            }
        }
        let composed = self.compose(policies, key, usize::MAX);
        for (id, refusal) in composed.refused {
            if let Some(item) = self.pending.iter_mut().find(|i| i.id() == id) {
                item.state = ItemState::Refused { refusal };
                settled.stuck.push(item.clone());
            }
        }
        self.sendable = composed.applied.len();
        self.view = if self.fault().is_some() { None } else { composed.doc };
        self.one_by_one &= !self.pending.is_empty();
        settled
    }
}
