//! Everything live, in memory: documents as the person sees them, and the entries that wait.
//!
//! Pure: it works out [`Plan`]s and takes them in once they are stored. Reading is all that views need of it;
//! every change goes through the [`crate::Ledger`].

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use baton_engine::decide;
use baton_engine::model::{Collection, Document, DocumentFault};
use baton_engine::policy::Policies;
use baton_engine::time::Timestamp;
use serde_json::{Value, json};

use crate::connector::{Place, Remote};
use crate::merge::merge;
use crate::net::{Problem, ProblemKind};
use crate::outbox::{ItemState, OutboxItem};
use crate::plan::{ActError, COMPLETE, Command, Plan, record};
use crate::slot::{Base, DocKey, Slot};
use crate::store::{DocRecord, ItemRecord, Snapshot};

/// How many confirmed entries are remembered for the outbox view.
const CONFIRMED: usize = 50;
/// How many items without an id are remembered.
const NAMELESS: usize = 100;

/// See the module.
pub struct Replica {
    policies: Arc<Policies>,
    docs: BTreeMap<Collection, BTreeMap<String, Slot>>,
    /// Order and id of each waiting entry → its document.
    items: BTreeMap<(u64, String), DocKey>,
    /// Waiting entries that this version cannot read: carried along, exported, never sent.
    aside: BTreeMap<String, (String, String)>,
    cursors: BTreeMap<Collection, String>,
    /// Collections that were listed to their end at least once.
    complete: BTreeSet<Collection>,
    nameless: VecDeque<DocumentFault>,
    confirmed: VecDeque<String>,
    next_seq: u64,
    changes: BTreeSet<DocKey>,
    outbox_changed: bool,
}

/// How much waits, by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub queued: usize,
    pub sent: usize,
    pub refused: usize,
    pub dead: usize,
    /// Entries and documents that cannot be read.
    pub unreadable: usize,
}

/// What to send for one document.
pub(crate) struct Outgoing {
    pub key: DocKey,
    /// Revision of the base; None: create.
    pub rev: Option<String>,
    pub body: Value,
    pub entries: Vec<String>,
}

impl Replica {
    pub(crate) fn new(policies: Arc<Policies>) -> Replica {
        Replica {
            policies,
            docs: BTreeMap::new(),
            items: BTreeMap::new(),
            aside: BTreeMap::new(),
            cursors: BTreeMap::new(),
            complete: BTreeSet::new(),
            nameless: VecDeque::new(),
            confirmed: VecDeque::new(),
            next_seq: 1,
            changes: BTreeSet::new(),
            outbox_changed: false,
        }
    }

    // ── What views read ──────────────────────────────────────────────────

    /// The document as the person sees it: the backend's, with the waiting entries applied.
    pub fn document(&self, collection: Collection, id: &str) -> Option<&Arc<Document>> {
        self.slot(collection, id)?.view.as_ref()
    }

    /// All readable documents of a collection, in order of their ids.
    pub fn documents(&self, collection: Collection) -> impl Iterator<Item = &Arc<Document>> {
        self.docs.get(&collection).into_iter().flat_map(BTreeMap::values).filter_map(|slot| slot.view.as_ref())
    }

    /// The waiting entries of one document, oldest first.
    pub fn pending(&self, collection: Collection, id: &str) -> &[OutboxItem] {
        self.slot(collection, id).map_or(&[], |slot| &slot.pending)
    }

    /// All waiting entries, oldest first.
    pub fn outbox(&self) -> impl Iterator<Item = &OutboxItem> {
        self.items
            .iter()
            .filter_map(|((_, id), key)| self.slot(key.0, &key.1)?.pending.iter().find(|item| item.id() == id))
    }

    /// One waiting entry.
    pub fn item(&self, entry: &str) -> Option<&OutboxItem> {
        self.outbox().find(|item| item.id() == entry)
    }

    /// Ids of the entries that the backend confirmed last, oldest first.
    pub fn confirmed(&self) -> impl Iterator<Item = &str> {
        self.confirmed.iter().map(String::as_str)
    }

    /// Documents that cannot be read, and why.
    pub fn faults(&self) -> impl Iterator<Item = &DocumentFault> {
        let slots = self.docs.values().flat_map(BTreeMap::values);
        slots.filter_map(Slot::fault).chain(&self.nameless)
    }

    /// Waiting entries that this version cannot read: (id, stored text, why).
    pub fn unreadable_items(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.aside.iter().map(|(id, (text, why))| (id.as_str(), text.as_str(), why.as_str()))
    }

    pub fn counts(&self) -> Counts {
        let mut counts = Counts { unreadable: self.faults().count() + self.aside.len(), ..Counts::default() };
        for item in self.outbox() {
            match item.state {
                ItemState::Queued => counts.queued += 1,
                ItemState::Sent => counts.sent += 1,
                ItemState::Refused { .. } => counts.refused += 1,
                ItemState::Dead { .. } => counts.dead += 1,
            }
        }
        counts
    }

    /// The outbox as a file that a person can keep or hand to support: everything needed to do the work again.
    pub fn export(&self) -> Value {
        let items: Vec<Value> = self.outbox().map(OutboxItem::to_json).collect();
        let aside: Vec<Value> =
            self.unreadable_items().map(|(id, text, why)| json!({"id": id, "stored": text, "why": why})).collect();
        json!({"format": "baton-outbox/1", "items": items, "unreadable": aside})
    }

    /// Where the last list of the collection ended; None before the first page.
    pub fn cursor(&self, collection: Collection) -> Option<&str> {
        self.cursors.get(&collection).map(String::as_str)
    }

    /// Whether the collection was listed to its end at least once, also in an earlier session.
    pub fn is_complete(&self, collection: Collection) -> bool {
        self.complete.contains(&collection)
    }

    // ── What the ledger and the syncer use ───────────────────────────────

    /// Documents that changed since the last call, and whether the outbox did.
    pub(crate) fn take_changes(&mut self) -> (Vec<DocKey>, bool) {
        (std::mem::take(&mut self.changes).into_iter().collect(), std::mem::take(&mut self.outbox_changed))
    }

    pub(crate) fn has_changes(&self) -> bool {
        !self.changes.is_empty() || self.outbox_changed
    }

    pub(crate) fn set_policies(&mut self, policies: Arc<Policies>) {
        self.policies = policies;
    }

    fn slot(&self, collection: Collection, id: &str) -> Option<&Slot> {
        self.docs.get(&collection)?.get(id)
    }

    fn slot_or_new(&self, key: &DocKey) -> Slot {
        self.slot(key.0, &key.1).cloned().unwrap_or_default()
    }

    /// An act of the person: all commands hold, or none is taken. A command whose entry is known already is done.
    pub(crate) fn plan_act(&self, commands: Vec<Command>) -> Result<Plan, ActError> {
        let mut slots: BTreeMap<DocKey, Slot> = BTreeMap::new();
        let mut plan = Plan::default();
        let act = commands.first().map(|c| c.entry.id.clone()).unwrap_or_default();
        let mut seq = self.next_seq;
        for (index, command) in commands.into_iter().enumerate() {
            let Command { collection, id, entry } = command;
            let key = (collection, id);
            let slot = slots.entry(key.clone()).or_insert_with(|| self.slot_or_new(&key));
            if let Some(fault) = slot.fault() {
                return Err(ActError::Unreadable(fault.clone()));
            }
            let known = slot.pending.iter().any(|i| i.id() == entry.id)
                || slot.view.as_ref().is_some_and(|doc| doc.holds(&entry.id));
            if known {
                continue;
            }
            let doc = decide(&self.policies, collection, &key.1, slot.view.as_deref(), &entry)
                .map_err(|refusal| ActError::Refused { command: index, refusal })?;
            slot.view = Some(Arc::new(doc));
            slot.sendable += 1;
            let item = OutboxItem::new(seq, &act, collection, &key.1, entry);
            seq += 1;
            plan.batch.insert.push(record(&item));
            slot.pending.push(item);
        }
        plan.slots = slots.into_iter().collect();
        Ok(plan)
    }

    /// Documents from the backend. One that is older than what we have is passed over, unless it answers a write on
    /// `answered` (key, revision), which is still our base: then it is the truth, whatever its number.
    pub(crate) fn plan_incoming(&self, remotes: Vec<Remote>, answered: Option<(&DocKey, Option<&str>)>) -> Plan {
        let mut plan = Plan::default();
        let mut newest: BTreeMap<DocKey, Base> = BTreeMap::new();
        for remote in remotes {
            let Place::Of(collection) = remote.place else { continue };
            let key = (collection, remote.id.clone());
            let known = newest.get(&key).or_else(|| self.slot(key.0, &key.1)?.base.as_ref());
            let is_answer = answered.is_some_and(|(k, rev)| *k == key && known.map(|b| b.rev.as_str()) == rev);
            let passed = known.is_some_and(|base| match (base.order, remote.order) {
                (Some(ours), Some(theirs)) => theirs <= ours,
                _ => base.rev == remote.rev && !base.rev.is_empty(),
            });
            if !passed || is_answer && known.is_some_and(|b| b.rev != remote.rev) {
                newest.insert(key, Base::read(collection, &to_record(collection, remote)));
            }
        }
        for (key, base) in newest {
            plan.batch.docs.push(base.record(&key));
            let mut slot = self.slot_or_new(&key);
            slot.base = Some(base);
            plan.settle(&self.policies, key, slot);
        }
        plan
    }

    /// The backend lost its memory (an old backup was restored): every document may come with a lower number.
    pub(crate) fn plan_reset(&self, collection: Collection) -> Plan {
        let mut plan = Plan::default();
        for (id, slot) in self.docs.get(&collection).into_iter().flatten() {
            let mut slot = slot.clone();
            if let Some(base) = slot.base.as_mut().filter(|b| b.order.is_some()) {
                base.order = Some(i64::MIN);
                plan.batch.docs.push(base.record(&(collection, id.clone())));
                plan.slots.push(((collection, id.clone()), slot));
            }
        }
        plan.move_cursor(collection, None);
        plan
    }

    /// Changes waiting entries of one document and settles it again.
    fn plan_items(&self, key: &DocKey, entries: &[String], change: impl Fn(&mut OutboxItem)) -> Plan {
        let mut plan = Plan::default();
        let mut slot = self.slot_or_new(key);
        for item in slot.pending.iter_mut().filter(|i| entries.iter().any(|e| e == i.id())) {
            change(item);
            plan.batch.update.push(record(item));
        }
        plan.settle(&self.policies, key.clone(), slot);
        plan
    }

    pub(crate) fn plan_dead(&self, key: &DocKey, entries: &[String], problem: &Problem) -> Plan {
        self.plan_items(key, entries, |item| item.state = ItemState::Dead { problem: problem.clone() })
    }

    /// Tries a refused or dead entry again; None if there is no such entry.
    pub(crate) fn plan_retry(&self, entry: &str) -> Option<Plan> {
        let item = self.item(entry).filter(|i| !i.state.is_moving())?;
        let key = (item.collection, item.doc.clone());
        Some(self.plan_items(&key, &[entry.into()], |item| {
            item.state = ItemState::Queued;
            item.attempts = 0;
        }))
    }

    /// Drops a refused or dead entry, or one that waits on an unreadable document; None if there is no such entry.
    pub(crate) fn plan_discard(&self, entry: &str) -> Option<Plan> {
        let mut plan = Plan::default();
        if self.aside.contains_key(entry) {
            plan.batch.remove.push(entry.into());
            return Some(plan);
        }
        let item = self.item(entry)?;
        let key = (item.collection, item.doc.clone());
        let mut slot = self.slot_or_new(&key);
        if item.state.is_moving() && slot.fault().is_none() {
            return None;
        }
        slot.pending.retain(|i| i.id() != entry);
        plan.batch.remove.push(entry.into());
        plan.settle(&self.policies, key, slot);
        Some(plan)
    }

    /// Every document with waiting entries checked again, as after a change of the rules.
    pub(crate) fn plan_settle_all(&self) -> Plan {
        let mut plan = Plan::default();
        let keys: BTreeSet<&DocKey> = self.items.values().collect();
        for key in keys {
            plan.settle(&self.policies, key.clone(), self.slot_or_new(key));
        }
        plan
    }

    /// What the store holds, all of it or (`only`) the documents of these keys with the whole outbox.
    pub(crate) fn plan_load(&mut self, snapshot: Snapshot, only: Option<&[DocKey]>) -> Plan {
        self.aside.clear();
        self.outbox_changed = true;
        let mut pending: HashMap<DocKey, Vec<OutboxItem>> = HashMap::new();
        for ItemRecord { id, text } in snapshot.outbox {
            match OutboxItem::read(&text) {
                Ok(item) => pending.entry((item.collection, item.doc.clone())).or_default().push(item),
                Err(why) => drop(self.aside.insert(id, (text, why))),
            }
        }
        let mut records: HashMap<DocKey, DocRecord> = HashMap::new();
        for record in snapshot.docs {
            // A collection of a newer version stays in the store unread.
            if let Some(collection) = Collection::from_name(&record.collection) {
                records.insert((collection, record.id.clone()), record);
            }
        }
        let mut keys: BTreeSet<DocKey> = pending.keys().cloned().collect();
        keys.extend(self.items.values().cloned());
        match only {
            Some(only) => keys.extend(only.iter().cloned()),
            None => {
                keys.extend(records.keys().cloned());
                keys.extend(self.docs.iter().flat_map(|(c, docs)| docs.keys().map(|id| (*c, id.clone()))));
            }
        }
        let mut plan = Plan::default();
        plan.cursors.extend(self.cursors.keys().map(|collection| (*collection, None)));
        for (name, cursor) in snapshot.cursors {
            match name.strip_prefix(COMPLETE) {
                Some(name) => plan.complete.extend(Collection::from_name(name)),
                None => plan.cursors.extend(Collection::from_name(&name).map(|c| (c, Some(cursor)))),
            }
        }
        for key in keys {
            let mut slot = self.slot_or_new(&key);
            if only.is_none_or(|only| only.contains(&key)) {
                slot.base = match (records.get(&key), slot.base) {
                    (Some(record), Some(base)) if base.is_of(record) => Some(base),
                    (Some(record), _) => Some(Base::read(key.0, record)),
                    (None, _) => None,
                };
            }
            slot.pending = pending.remove(&key).unwrap_or_default();
            plan.settle(&self.policies, key, slot);
        }
        plan
    }

    /// Takes a plan in that is stored.
    pub(crate) fn install(&mut self, plan: Plan) {
        for id in &plan.batch.remove {
            self.outbox_changed |= self.aside.remove(id).is_some();
        }
        for item in plan.done {
            self.outbox_changed = true;
            self.confirmed.push_back(item.entry.id);
            if self.confirmed.len() > CONFIRMED {
                self.confirmed.pop_front();
            }
        }
        for (collection, cursor) in plan.cursors {
            match cursor {
                Some(cursor) => self.cursors.insert(collection, cursor),
                None => self.cursors.remove(&collection),
            };
        }
        self.outbox_changed |= !plan.complete.is_empty();
        self.complete.extend(plan.complete);
        for (key, slot) in plan.slots {
            self.put(key, slot);
        }
    }

    fn put(&mut self, key: DocKey, slot: Slot) {
        let docs = self.docs.entry(key.0).or_default();
        let old = docs.get(&key.1);
        let same = old.is_some_and(|old| old.same(&slot));
        if let Some(old) = old {
            for item in &old.pending {
                self.items.remove(&(item.seq, item.id().to_owned()));
            }
            self.outbox_changed |= !old.pending.is_empty() && !same;
        }
        for item in &slot.pending {
            self.items.insert((item.seq, item.id().into()), key.clone());
            self.next_seq = self.next_seq.max(item.seq + 1);
        }
        self.outbox_changed |= !slot.pending.is_empty() && !same;
        if slot.is_empty() {
            docs.remove(&key.1);
        } else {
            docs.insert(key.1.clone(), slot);
        }
        if !same {
            self.changes.insert(key);
        }
    }

    /// Remembers items of a list that have no id; they cannot be kept, the backend has them.
    pub(crate) fn note_nameless(&mut self, collection: Collection, items: Vec<String>) {
        for item in items {
            let fault = DocumentFault { collection, id: String::new(), what: format!("no id: {item}") };
            if !self.nameless.contains(&fault) {
                self.nameless.push_back(fault);
                self.outbox_changed = true;
            }
            if self.nameless.len() > NAMELESS {
                self.nameless.pop_front();
            }
        }
    }

    // ── Sending ──────────────────────────────────────────────────────────

    /// Documents that have something to send, by the age of their oldest entry.
    pub(crate) fn ready(&self) -> impl Iterator<Item = &DocKey> {
        let mut seen = HashSet::new();
        self.items
            .values()
            .filter(move |key| seen.insert(*key) && self.slot(key.0, &key.1).is_some_and(|slot| slot.sendable > 0))
    }

    /// The write that brings the document's sendable entries to the backend.
    pub(crate) fn outgoing(&self, key: &DocKey) -> Option<Outgoing> {
        let slot = self.slot(key.0, &key.1)?;
        let composed = slot.compose(&self.policies, key, if slot.one_by_one { 1 } else { usize::MAX });
        if composed.applied.is_empty() {
            return None;
        }
        let after = composed.doc?.to_json();
        let body = match (&slot.base, slot.base_doc()) {
            (Some(base), Some(doc)) => {
                let raw: Value = serde_json::from_str(&base.raw).ok()?;
                merge(&raw, &doc.to_json(), &after)
            }
            _ => after,
        };
        let rev = slot.base.as_ref().map(|b| b.rev.clone());
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

    /// Why an entry that vanished in a deletion without a tombstone is dead.
    pub(crate) fn deleted_problem() -> Problem {
        Problem::new(ProblemKind::Deleted, 410, "the document was deleted")
    }
}

fn to_record(collection: Collection, remote: Remote) -> DocRecord {
    DocRecord {
        collection: collection.name().into(),
        id: remote.id,
        rev: remote.rev,
        order: remote.order,
        deleted: remote.deleted,
        stamp_ms: remote.stamp.map(Timestamp::millis),
        raw: remote.raw,
    }
}
