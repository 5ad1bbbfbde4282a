//! What waits to be sent, and what the syncer must know of a document to send it.

use std::collections::{BTreeSet, HashSet};

use baton_engine::model::Collection;
use baton_engine::order;
use baton_engine::time::Timestamp;
use serde_json::Value;

use super::{Outgoing, Replica};
use crate::merge::merge;
use crate::net::Problem;
use crate::outbox::ItemState;
use crate::slot::DocKey;

impl Replica {
    /// Documents that have something to send, or that must be fetched for it, by the age of their oldest entry.
    pub(crate) fn ready(&self) -> impl Iterator<Item = &DocKey> {
        let mut seen = HashSet::new();
        self.items.values().filter(move |key| {
            seen.insert(*key) && self.slot(key.0, &key.1).is_some_and(|slot| slot.sendable > 0 || slot.lacks_text())
        })
    }

    /// Whether the document has something to send.
    pub(crate) fn is_ready(&self, key: &DocKey) -> bool {
        self.slot(key.0, &key.1).is_some_and(|slot| slot.sendable > 0)
    }

    /// Documents with entries that are watched, and since when (milliseconds by the steady clock). None: a look is to
    /// begin the watch.
    pub(crate) fn watched(&self) -> impl Iterator<Item = (&DocKey, Option<i64>)> {
        self.items.iter().filter_map(|((_, id), key)| {
            let item = self.pending(key.0, &key.1).iter().find(|i| i.id() == id)?;
            (item.state == ItemState::Settling).then(|| (key, self.watched.get(id).copied()))
        })
    }

    /// Revision of the document's base; None: the backend does not have it, as far as we know.
    pub(crate) fn rev(&self, key: &DocKey) -> Option<String> {
        Some(self.slot(key.0, &key.1)?.base.as_ref().filter(|b| !b.has_vanished())?.rev.clone())
    }

    /// The base as it was read; None also if it has vanished: where the backend makes ids, the old one means nothing.
    pub(crate) fn raw(&self, key: &DocKey) -> Option<Value> {
        let base = self.slot(key.0, &key.1)?.base.as_ref().filter(|b| !b.has_vanished())?;
        serde_json::from_str(&base.raw).ok()
    }

    /// Whether the document is here, not deleted, in that revision.
    pub(crate) fn is_at(&self, key: &DocKey, rev: &str) -> bool {
        let base = self.slot(key.0, &key.1).and_then(|slot| slot.base.as_ref());
        base.is_some_and(|base| !base.deleted && base.rev == rev)
    }

    /// Ids of the documents of a collection that are not deleted.
    pub(crate) fn living(&self, collection: Collection) -> BTreeSet<String> {
        let slots = self.docs.get(&collection).into_iter().flatten();
        let living = slots.filter(|(_, slot)| slot.base.as_ref().is_some_and(|b| !b.deleted));
        order::gather(living.map(|(id, _)| id.clone()))
    }

    /// How many entries of the document's base took exclusive work.
    pub(crate) fn claims_before(&self, key: &DocKey) -> usize {
        let base = self.slot(key.0, &key.1).and_then(|slot| slot.base_doc(key));
        base.map_or(0, |doc| doc.journal().iter().filter(|e| e.intent.is_exclusive()).count())
    }

    pub(crate) fn base_holds(&self, key: &DocKey, entry: &str) -> bool {
        self.slot(key.0, &key.1).and_then(|slot| slot.base_doc(key)).is_some_and(|doc| doc.holds(entry))
    }

    /// Ids of all entries that wait on the document.
    pub(crate) fn waiting(&self, key: &DocKey) -> Vec<String> {
        self.pending(key.0, &key.1).iter().map(|i| i.id().to_owned()).collect()
    }

    /// The write that brings the document's sendable entries to the backend.
    pub(crate) fn outgoing(&self, key: &DocKey) -> Option<Outgoing> {
        let slot = self.slot(key.0, &key.1)?;
        let composed = slot.compose(&self.policies, key, if slot.one_by_one { 1 } else { usize::MAX });
        if composed.applied.is_empty() {
            return None;
        }
        let after = composed.doc?.to_json();
        let body = match (&slot.base, slot.base_doc(key)) {
            (Some(base), Some(doc)) => {
                let raw: Value = serde_json::from_str(&base.raw).ok()?;
                merge(&raw, &doc.to_json(), &after)
            }
            _ => after,
        };
        let rev = slot.base.as_ref().filter(|b| !b.has_vanished()).map(|b| b.rev.clone());
        Some(Outgoing { key: key.clone(), rev, body, entries: composed.applied })
    }

    /// Marks entries in memory as being sent, or as waiting again after a failure.
    pub(crate) fn mark(
        &mut self,
        key: &DocKey,
        entries: &[String],
        sent_at: Option<Timestamp>,
        error: Option<&Problem>,
    ) {
        let Some(slot) = self.docs.get_mut(&key.0).and_then(|docs| docs.get_mut(&key.1)) else { return };
        for item in slot.pending.iter_mut().filter(|i| i.state.is_moving() && entries.iter().any(|e| e == i.id())) {
            match sent_at {
                Some(now) => {
                    item.state = ItemState::Sent;
                    item.attempts += 1;
                    item.first_tried.get_or_insert(now);
                    item.last_tried = Some(now);
                }
                None => {
                    item.state = ItemState::Queued;
                    item.last_error = error.cloned();
                }
            }
            self.outbox_changed = true;
        }
    }

    /// Sends the entries of this document one by one until none waits.
    pub(crate) fn send_one_by_one(&mut self, key: &DocKey) {
        if let Some(slot) = self.docs.get_mut(&key.0).and_then(|docs| docs.get_mut(&key.1)) {
            slot.one_by_one = true;
        }
    }

    /// Entries that the backend said it stored and that are still not in its document.
    pub(crate) fn still_waiting(&self, key: &DocKey, entries: &[String]) -> Vec<String> {
        let pending = self.pending(key.0, &key.1).iter();
        pending.filter(|i| i.state.is_moving() && entries.iter().any(|e| e == i.id())).map(|i| i.id().into()).collect()
    }

    /// Attempts of an entry so far.
    pub(crate) fn attempts(&self, key: &DocKey, entry: &str) -> u32 {
        self.pending(key.0, &key.1).iter().find(|i| i.id() == entry).map_or(0, |i| i.attempts)
    }
}
