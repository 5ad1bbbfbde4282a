//! What a change would make of the replica, worked out and not carried out. Nothing here changes anything.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use baton_engine::model::Collection;
use baton_engine::order;
use baton_engine::{Refusal, decide};

use super::Replica;
use crate::connector::{Place, Remote};
use crate::defence::{self, Defence};
use crate::moment::Trip;
use crate::net::Problem;
use crate::outbox::{ItemState, OutboxItem};
use crate::plan::{ActError, COMPLETE, Command, Plan, SWEEP, record};
use crate::slot::{Base, DocKey, Slot, key_of};
use crate::store::{Batch, DocRecord, ItemRecord, Snapshot};

impl Replica {
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
            if slot.base.as_ref().is_some_and(Base::has_tombstone) || slot.is_pruned() {
                return Err(ActError::Refused { command: index, refusal: Refusal::NotFound });
            }
            let view = slot.view(&key).cloned();
            // A try whose outcome was unknown may have stored it, and a newer version may have rewritten it since.
            let known = self.aside.contains_key(&entry.id)
                || slot.pending.iter().any(|i| i.id() == entry.id)
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
    pub(crate) fn plan_incoming(
        &self,
        remotes: Vec<Remote>,
        answered: Option<(&DocKey, Option<&str>)>,
        trip: Trip,
    ) -> Plan {
        let mut plan = Plan::default();
        // With the slots as they are now.
        let mut newest: BTreeMap<DocKey, (Base, Slot)> = BTreeMap::new();
        for remote in remotes {
            let Place::Of(collection) = remote.place else { continue };
            let (id, base) = Base::of(remote);
            let key = (collection, id);
            let is_answer = |known: Option<&Base>| {
                answered.is_some_and(|(k, rev)| *k == key && known.map(|b| b.rev.as_str()) == rev)
            };
            match newest.get_mut(&key) {
                Some((known, _)) if is_news(known, &base, is_answer(Some(known))) => *known = base,
                Some(_) => {}
                None => {
                    let slot = self.slot(key.0, &key.1);
                    let known = slot.and_then(|slot| slot.base.as_ref());
                    if known.is_none_or(|known| is_news(known, &base, is_answer(Some(known)))) {
                        let slot = slot.cloned().unwrap_or_default();
                        newest.insert(key, (base, slot));
                    }
                }
            }
        }
        for (key, (base, mut slot)) in newest {
            plan.batch.docs.push(base.record(&key));
            if !defence::on(Defence::RebaseOnPull) {
                // As if a new base were the whole truth.
                plan.batch.remove.extend(slot.pending.drain(..).map(|i| i.id().to_owned()));
            }
            slot.base = Some(base);
            plan.settle(&self.frame(Some(trip)), key, slot);
        }
        plan
    }

    /// The backend was asked for the document and said what we have already: entries watched long enough are done.
    pub(crate) fn plan_looked(&self, key: &DocKey, trip: Trip) -> Plan {
        let mut plan = Plan::default();
        plan.settle(&self.frame(Some(trip)), key.clone(), self.slot_or_new(key));
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
        plan.settle(&self.frame(None), key.clone(), slot);
        plan
    }

    /// Some more documents of the store. What is here already is newer, unless it is of the front.
    pub(crate) fn plan_portion(&self, docs: Vec<DocRecord>) -> Plan {
        let mut plan = Plan::default();
        for record in docs {
            let Some(key) = key_of(&record) else { continue };
            let mut slot = self.slot_or_new(&key);
            if slot.base.is_none() || self.front.contains(&key) {
                slot.base = Some(Base::new(record));
                plan.settle(&self.frame(None), key, slot);
            }
        }
        plan
    }

    /// Documents of the front that the store itself does not have: it was emptied before the copy was put there. What is not
    /// stored must not be taken for known.
    pub(crate) fn plan_unfounded(&self) -> Plan {
        let mut plan = Plan::default();
        for key in &self.front {
            let mut slot = self.slot_or_new(key);
            slot.base = None;
            plan.settle(&self.frame(None), key.clone(), slot);
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
        // What was deleted long ago is in no list: it is looked for when all has been listed.
        plan.mark_sweep(true);
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
        plan.settle(&self.frame(None), key.clone(), slot);
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
        plan.settle(&self.frame(None), key.clone(), slot);
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
        if item.state == ItemState::Settling || item.state.is_moving() && slot.fault(&key).is_none() {
            return None;
        }
        slot.pending.retain(|i| i.id() != entry);
        plan.batch.remove.push(entry.into());
        plan.settle(&self.frame(None), key, slot);
        Some(plan)
    }

    /// Everything that a store keeps of this replica.
    pub(crate) fn everything(&self) -> Batch {
        let slots = self.docs.iter().flat_map(|(c, docs)| docs.iter().map(|(id, slot)| ((*c, id.clone()), slot)));
        let docs = slots.filter_map(|(key, slot)| Some(slot.base.as_ref()?.record(&key))).collect();
        let aside = self.aside.iter().map(|(id, (text, _))| ItemRecord { id: id.clone(), text: text.clone() });
        let cursors = self.cursors.iter().map(|(c, cursor)| (c.name().to_owned(), Some(cursor.clone())));
        let complete = self.complete.iter().map(|c| (format!("{COMPLETE}{}", c.name()), Some("1".to_owned())));
        let sweep = self.sweep_due.then(|| (SWEEP.to_owned(), Some("1".to_owned())));
        Batch {
            docs,
            insert: self.outbox().map(record).chain(aside).collect(),
            cursors: cursors.chain(complete).chain(sweep).collect(),
            ..Batch::default()
        }
    }

    /// Every document with waiting entries checked again, as after a change of the rules.
    pub(crate) fn plan_settle_all(&self) -> Plan {
        let mut plan = Plan::default();
        let keys: BTreeSet<&DocKey> = order::gather(self.items.values());
        for key in keys {
            plan.settle(&self.frame(None), key.clone(), self.slot_or_new(key));
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
            if let Some(key) = key_of(&record) {
                records.insert(key, record);
            }
        }
        let mut keys: BTreeSet<DocKey> = order::gather(pending.keys().cloned());
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
        plan.sweep = Some(snapshot.cursors.iter().any(|(name, _)| name == SWEEP));
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
            plan.settle(&self.frame(None), key, slot);
        }
        plan
    }
}

/// Whether `theirs` may take the place of `ours`.
fn is_news(ours: &Base, theirs: &Base, is_answer: bool) -> bool {
    if ours.deleted && !theirs.deleted && !defence::on(Defence::TombstonesStay) {
        return true;
    }
    if ours.is_pruned() {
        // What was asked for is wanted back; what only comes along must have changed.
        let newer = ours.order.zip(theirs.order).is_none_or(|(old, new)| new > old);
        return is_answer || (ours.rev != theirs.rev || theirs.deleted) && newer;
    }
    match (ours.order, theirs.order) {
        (Some(old), Some(new)) if !is_answer => new > old,
        (Some(_), Some(_)) => ours.rev != theirs.rev,
        _ => !ours.same(theirs),
    }
}
