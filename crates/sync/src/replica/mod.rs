//! Everything live, in memory: documents as the person sees them, and the entries that wait.
//!
//! Pure: it works out [`Plan`]s (in `plans`) and takes them in once they are stored. Reading is all that views need of
//! it; every change goes through the [`crate::Ledger`]. What is to be sent is in `sending`.

mod plans;
mod pruning;
mod sending;

use std::cell::RefCell;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use baton_engine::model::{Collection, Document, DocumentFault};
use baton_engine::policy::Policies;
use serde_json::{Value, json};

use crate::moment::Trip;
use crate::outbox::{ItemState, OutboxItem};
use crate::plan::Plan;
use crate::slot::{DocKey, Frame, Slot, Watch};
use crate::store::DocRecord;

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
    /// Everything has to be read again.
    sweep_due: bool,
    nameless: VecDeque<DocumentFault>,
    /// Documents that somebody looked at and that cannot be read.
    unreadable: RefCell<BTreeMap<DocKey, DocumentFault>>,
    /// Documents of the store's front whose own record was not read yet.
    front: HashSet<DocKey>,
    watch: Watch,
    /// Since when this tab watches entries, milliseconds by the steady clock.
    watched: HashMap<String, i64>,
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
            sweep_due: false,
            nameless: VecDeque::new(),
            unreadable: RefCell::default(),
            front: HashSet::new(),
            watch: Watch::default(),
            watched: HashMap::new(),
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
                ItemState::Settling => counts.settling += 1,
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

    pub(crate) fn watch(&self) -> Watch {
        self.watch
    }

    pub(crate) fn set_watch(&mut self, watch: Watch) {
        self.watch = watch;
    }

    /// The store itself has these: the front was only a copy.
    pub(crate) fn founded(&mut self, keys: &[DocKey]) {
        for key in keys {
            self.front.remove(key);
        }
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

    /// The backend has lost its memory, and not everything was read again since.
    pub(crate) fn is_sweep_due(&self) -> bool {
        self.sweep_due
    }

    /// All watches begin anew, each with the next look.
    pub(crate) fn forget_watched(&mut self) {
        self.watched.clear();
    }

    fn frame(&self, trip: Option<Trip>) -> Frame<'_> {
        Frame { policies: &self.policies, watch: self.watch, watched: &self.watched, trip }
    }

    fn slot(&self, collection: Collection, id: &str) -> Option<&Slot> {
        self.docs.get(&collection)?.get(id)
    }

    fn slot_or_new(&self, key: &DocKey) -> Slot {
        self.slot(key.0, &key.1).cloned().unwrap_or_default()
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
        self.sweep_due = plan.sweep.unwrap_or(self.sweep_due);
        for (key, slot) in plan.slots {
            self.put(key, slot);
        }
        for (entry, at_ms) in plan.seen {
            self.watched.entry(entry).or_insert(at_ms);
        }
    }

    fn put(&mut self, key: DocKey, slot: Slot) {
        let place = self.docs.entry(key.0).or_default().entry(key.1.clone());
        let old = if let Entry::Occupied(old) = &place { Some(old.get()) } else { None };
        let same = old.is_some_and(|old| old.same(&slot));
        if let Some(old) = old {
            for item in &old.pending {
                self.items.remove(&(item.seq, item.id().to_owned()));
                let settles = |new: &OutboxItem| new.id() == item.id() && new.state == ItemState::Settling;
                if !slot.pending.iter().any(settles) {
                    self.watched.remove(item.id());
                }
            }
            self.outbox_changed |= !old.pending.is_empty() && !same;
        }
        for item in &slot.pending {
            self.items.insert((item.seq, item.id().into()), key.clone());
            self.next_seq = self.next_seq.max(item.seq + 1);
        }
        self.outbox_changed |= !slot.pending.is_empty() && !same;
        match place {
            Entry::Occupied(old) if slot.is_empty() => drop(old.remove()),
            Entry::Vacant(_) if slot.is_empty() => {}
            place => drop(place.insert_entry(slot)),
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
}
