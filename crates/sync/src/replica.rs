//! Everything live, in memory: documents as the person sees them, and the entries that wait.
//!
//! Pure: it works out [`Plan`]s and takes them in once they are stored. Reading is all that views need of it;
//! every change goes through the [`crate::Ledger`].

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use baton_engine::model::{Collection, Document, DocumentFault};
use baton_engine::policy::Policies;
use baton_engine::time::Timestamp;
use baton_engine::{Refusal, decide};
use serde_json::{Value, json};

use crate::connector::{Place, Remote};
use crate::defence::{self, Defence};
use crate::merge::merge;
use crate::net::Problem;
use crate::outbox::{ItemState, OutboxItem};
use crate::plan::{ActError, COMPLETE, Command, Plan, record};
use crate::slot::{Base, DocKey, Frame, Slot};
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
    /// Documents that somebody looked at and that cannot be read.
    unreadable: RefCell<BTreeMap<DocKey, DocumentFault>>,
    /// Documents of the store's front whose own record was not read yet.
    front: HashSet<DocKey>,
    /// Device time of the last step.
    now_ms: i64,
    /// See [`Frame::watch_ms`].
    watch_ms: Option<i64>,
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
    /// With the backend, and watched: see [`ItemState::Settling`].
    pub settling: usize,
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
            unreadable: RefCell::default(),
            front: HashSet::new(),
            now_ms: 0,
            watch_ms: None,
            confirmed: VecDeque::new(),
            next_seq: 1,
            changes: BTreeSet::new(),
            outbox_changed: false,
        }
    }

    // ── What views read ──────────────────────────────────────────────────

    /// The document as the person sees it: the backend's, with the waiting entries applied.
    pub fn document(&self, collection: Collection, id: &str) -> Option<&Arc<Document>> {
        let (id, slot) = self.docs.get(&collection)?.get_key_value(id)?;
        self.look(collection, id, slot)
    }

    /// All readable documents of a collection, in order of their ids.
    pub fn documents(&self, collection: Collection) -> impl Iterator<Item = &Arc<Document>> {
        let slots = self.docs.get(&collection).into_iter().flatten();
        slots.filter_map(move |(id, slot)| self.look(collection, id, slot))
    }

    /// Number of documents of a collection, readable or not.
    pub fn len(&self, collection: Collection) -> usize {
        self.docs.get(&collection).map_or(0, BTreeMap::len)
    }

    /// Whether nothing of a collection is here.
    pub fn is_empty(&self, collection: Collection) -> bool {
        self.len(collection) == 0
    }

    fn look<'a>(&'a self, collection: Collection, id: &str, slot: &'a Slot) -> Option<&'a Arc<Document>> {
        let key = (collection, id.to_owned());
        if let Some(fault) = slot.fault(&key) {
            self.unreadable.borrow_mut().entry(key).or_insert_with(|| fault.clone());
            return None;
        }
        slot.view(&key)
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

    /// Documents that cannot be read, and why. A document is read when it is first asked for, so one that nobody has
    /// looked at is not among them.
    pub fn faults(&self) -> Vec<DocumentFault> {
        self.unreadable.borrow().values().chain(&self.nameless).cloned().collect()
    }

    /// Waiting entries that this version cannot read: (id, stored text, why).
    pub fn unreadable_items(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.aside.iter().map(|(id, (text, why))| (id.as_str(), text.as_str(), why.as_str()))
    }

    pub fn counts(&self) -> Counts {
        let unreadable = self.unreadable.borrow().len() + self.nameless.len() + self.aside.len();
        let mut counts = Counts { unreadable, ..Counts::default() };
        for item in self.outbox() {
            match item.state {
                ItemState::Queued => counts.queued += 1,
                ItemState::Sent => counts.sent += 1,
                ItemState::Settling { .. } => counts.settling += 1,
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

    /// What time it is at this device, and how long entries are watched on this backend.
    pub(crate) fn set_frame(&mut self, now_ms: i64, watch_ms: Option<i64>) {
        self.now_ms = now_ms;
        self.watch_ms = watch_ms;
    }

    /// Everything that the store holds is here.
    pub(crate) fn set_whole(&mut self) {
        self.front.clear();
    }

    /// The stored form of these documents, those that have a base.
    pub(crate) fn records(&self, keys: &[DocKey]) -> Vec<DocRecord> {
        let bases = keys.iter().filter_map(|key| Some((key, self.slot(key.0, &key.1)?.base.as_ref()?)));
        bases.map(|(key, base)| base.record(key)).collect()
    }

    /// Watches end as many milliseconds earlier as the device's clock was set back.
    pub(crate) fn clock_set_back(&mut self, by_ms: i64) {
        let keys: BTreeSet<&DocKey> = self.items.values().collect();
        for (collection, id) in keys {
            let Some(slot) = self.docs.get_mut(collection).and_then(|docs| docs.get_mut(id)) else { continue };
            for item in &mut slot.pending {
                if let ItemState::Settling { until } = &mut item.state {
                    *until = Timestamp::from_millis(until.millis().saturating_sub(by_ms));
                }
            }
        }
    }

    fn frame(&self, fresh: bool) -> Frame<'_> {
        Frame { policies: &self.policies, now_ms: self.now_ms, watch_ms: self.watch_ms, fresh }
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
            if let Some(fault) = slot.fault(&key) {
                return Err(ActError::Unreadable(fault.clone()));
            }
            if slot.base.as_ref().is_some_and(Base::has_tombstone) {
                return Err(ActError::Refused { command: index, refusal: Refusal::NotFound });
            }
            let view = slot.view(&key).cloned();
            let known = slot.pending.iter().any(|i| i.id() == entry.id)
                || view.as_ref().is_some_and(|doc| doc.holds(&entry.id));
            if known {
                continue;
            }
            let doc = decide(&self.policies, collection, &key.1, view.as_deref(), &entry)
                .map_err(|refusal| ActError::Refused { command: index, refusal })?;
            let item = OutboxItem::new(seq, &act, collection, &key.1, entry);
            seq += 1;
            plan.batch.insert.push(record(&item));
            slot.take(Arc::new(doc), item);
        }
        plan.slots = slots.into_iter().collect();
        Ok(plan)
    }

    /// Documents from the backend. One that is older than what we have is passed over, unless it answers a request on
    /// `answered` (key, revision), which is still our base: then it is the truth, whatever its number.
    pub(crate) fn plan_incoming(&self, remotes: Vec<Remote>, answered: Option<(&DocKey, Option<&str>)>) -> Plan {
        let mut plan = Plan::default();
        let mut newest: BTreeMap<DocKey, Base> = BTreeMap::new();
        for remote in remotes {
            let Place::Of(collection) = remote.place else { continue };
            let record = to_record(collection, remote);
            let key = (collection, record.id.clone());
            let known = newest.get(&key).or_else(|| self.slot(key.0, &key.1)?.base.as_ref());
            let is_answer = answered.is_some_and(|(k, rev)| *k == key && known.map(|b| b.rev.as_str()) == rev);
            if known.is_none_or(|base| is_news(base, &record, is_answer)) {
                newest.insert(key, Base::new(record));
            }
        }
        for (key, base) in newest {
            plan.batch.docs.push(base.record(&key));
            let mut slot = self.slot_or_new(&key);
            if !defence::on(Defence::RebaseOnPull) {
                // As if a new base were the whole truth.
                plan.batch.remove.extend(slot.pending.drain(..).map(|i| i.id().to_owned()));
            }
            slot.base = Some(base);
            plan.settle(&self.frame(true), key, slot);
        }
        plan
    }

    /// The backend was asked for the document and said what we have already: entries watched long enough are done.
    pub(crate) fn plan_looked(&self, key: &DocKey) -> Plan {
        let mut plan = Plan::default();
        plan.settle(&self.frame(true), key.clone(), self.slot_or_new(key));
        plan
    }

    /// The backend does not know a document any more that it once gave us.
    pub(crate) fn plan_vanished(&self, key: &DocKey) -> Plan {
        let mut plan = Plan::default();
        let mut slot = self.slot_or_new(key);
        if let Some(base) = slot.base.as_ref().filter(|b| !b.deleted) {
            let base = base.vanished();
            plan.batch.docs.push(base.record(key));
            slot.base = Some(base);
        }
        plan.settle(&self.frame(true), key.clone(), slot);
        plan
    }

    /// Some more documents of the store. What is here already is newer, unless it is of the front.
    pub(crate) fn plan_portion(&self, docs: Vec<DocRecord>) -> Plan {
        let mut plan = Plan::default();
        for record in docs {
            let Some(collection) = Collection::from_name(&record.collection) else { continue };
            let key = (collection, record.id.clone());
            let mut slot = self.slot_or_new(&key);
            if slot.base.is_none() || self.front.contains(&key) {
                slot.base = Some(Base::new(record));
                plan.settle(&self.frame(false), key, slot);
            }
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
        plan.settle(&self.frame(false), key.clone(), slot);
        plan
    }

    pub(crate) fn plan_dead(&self, key: &DocKey, entries: &[String], problem: &Problem) -> Plan {
        self.plan_items(key, entries, |item| item.state = ItemState::Dead { problem: problem.clone() })
    }

    pub(crate) fn plan_refused(&self, key: &DocKey, entry: &str, refusal: &Refusal) -> Plan {
        self.plan_items(key, &[entry.into()], |item| item.state = ItemState::Refused { refusal: refusal.clone() })
    }

    /// The backend keeps no journal and said that it stored these entries.
    pub(crate) fn plan_confirmed(&self, key: &DocKey, entries: &[String]) -> Plan {
        let mut plan = Plan::default();
        let mut slot = self.slot_or_new(key);
        let confirmed = |item: &mut OutboxItem| entries.iter().any(|e| e == item.id());
        let done: Vec<OutboxItem> = slot.pending.extract_if(.., confirmed).collect();
        plan.batch.remove.extend(done.iter().map(|item| item.id().to_owned()));
        plan.done.extend(done);
        plan.settle(&self.frame(true), key.clone(), slot);
        plan
    }

    /// Tries a refused or dead entry again; None if there is no such entry.
    pub(crate) fn plan_retry(&self, entry: &str) -> Option<Plan> {
        let item = self.item(entry).filter(|i| i.state.is_stuck())?;
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
        if matches!(item.state, ItemState::Settling { .. }) || item.state.is_moving() && slot.fault(&key).is_none() {
            return None;
        }
        slot.pending.retain(|i| i.id() != entry);
        plan.batch.remove.push(entry.into());
        plan.settle(&self.frame(false), key, slot);
        Some(plan)
    }

    /// Every document with waiting entries checked again, as after a change of the rules.
    pub(crate) fn plan_settle_all(&self) -> Plan {
        let mut plan = Plan::default();
        let keys: BTreeSet<&DocKey> = self.items.values().collect();
        for key in keys {
            plan.settle(&self.frame(false), key.clone(), self.slot_or_new(key));
        }
        plan
    }

    /// What the store holds, all of it or (`only`) the documents of these keys with the whole outbox.
    pub(crate) fn plan_load(&mut self, snapshot: Snapshot, only: Option<&[DocKey]>) -> Plan {
        self.aside.clear();
        self.outbox_changed = true;
        let partial = snapshot.partial;
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
                let known = self.docs.iter().flat_map(|(c, docs)| docs.keys().map(|id| (*c, id.clone())));
                keys.extend(known.filter(|_| !partial));
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
                slot.base = match (records.remove(&key), slot.base) {
                    (Some(record), Some(base)) if base.is_of(&record) => Some(base),
                    (Some(record), _) => Some(Base::new(record)),
                    (None, _) => None,
                };
                match partial {
                    true => self.front.insert(key.clone()),
                    false => self.front.remove(&key),
                };
            }
            slot.pending = pending.remove(&key).unwrap_or_default();
            plan.settle(&self.frame(false), key, slot);
        }
        plan
    }

    /// Takes a plan in that is stored.
    pub(crate) fn install(&mut self, plan: Plan) {
        for id in &plan.removed {
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
            self.unreadable.get_mut().remove(&key);
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

    /// Whether the document has something to send.
    pub(crate) fn is_ready(&self, key: &DocKey) -> bool {
        self.slot(key.0, &key.1).is_some_and(|slot| slot.sendable > 0)
    }

    /// Documents with entries that are watched, and when (device time, milliseconds) they need no watching any more.
    pub(crate) fn watched(&self) -> impl Iterator<Item = (&DocKey, i64)> {
        self.items.iter().filter_map(|((_, id), key)| {
            let item = self.pending(key.0, &key.1).iter().find(|i| i.id() == id)?;
            match item.state {
                ItemState::Settling { until } => Some((key, until.millis())),
                _ => None,
            }
        })
    }

    /// Revision of the document's base; None: the backend does not have it, as far as we know.
    pub(crate) fn rev(&self, key: &DocKey) -> Option<String> {
        Some(self.slot(key.0, &key.1)?.base.as_ref().filter(|b| !b.has_vanished())?.rev.clone())
    }

    /// The base as it was read.
    pub(crate) fn raw(&self, key: &DocKey) -> Option<Value> {
        serde_json::from_str(&self.slot(key.0, &key.1)?.base.as_ref()?.raw).ok()
    }

    /// Ids of the documents of a collection that are not deleted.
    pub(crate) fn living(&self, collection: Collection) -> BTreeSet<String> {
        let slots = self.docs.get(&collection).into_iter().flatten();
        let living = slots.filter(|(_, slot)| slot.base.as_ref().is_some_and(|b| !b.deleted));
        living.map(|(id, _)| id.clone()).collect()
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

/// Whether `record` may take the place of `base`.
fn is_news(base: &Base, record: &DocRecord, is_answer: bool) -> bool {
    if base.deleted && !record.deleted && !defence::on(Defence::TombstonesStay) {
        return true;
    }
    match (base.order, record.order) {
        (Some(ours), Some(theirs)) if !is_answer => theirs > ours,
        (Some(_), Some(_)) => base.rev != record.rev,
        _ => !base.is_of(record),
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
