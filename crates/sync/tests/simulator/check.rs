//! What must be true: after every action, and when everything has come to rest.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use baton_engine::model::{Collection, Document};
use baton_sync::{ItemState, Replica};

use crate::audit::Key;
use crate::desk::Tab;
use crate::world::World;

/// What is looked at after every action.
#[derive(Default)]
pub struct Watch {
    /// Acknowledged entries that were not yet seen at the backend.
    open: BTreeSet<String>,
    /// How many acknowledged entries are known here.
    seen: usize,
    /// Entries that took work for one person alone, and whether that person was told that he has it.
    exclusive: BTreeMap<String, bool>,
}

impl Watch {
    /// After every action: no acknowledged entry is nowhere, and nobody is told that he has work which he has not.
    ///
    /// # Errors
    /// The promise that is broken.
    pub fn after_action(&mut self, world: &World) -> Result<(), String> {
        if let Some(fault) = &world.audit.fault {
            return Err(fault.clone());
        }
        let promises = world.promises.borrow();
        if promises.acknowledged.len() > self.seen {
            self.seen = promises.acknowledged.len();
            let fresh = promises.acknowledged.iter().filter(|(entry, _)| !world.audit.applied.contains_key(*entry));
            self.open.extend(fresh.map(|(entry, _)| entry.clone()));
            for (entry, _) in promises.acknowledged.iter().filter(|(_, ack)| ack.exclusive) {
                self.exclusive.entry(entry.clone()).or_default();
            }
        }
        let mut lost = None;
        self.open.retain(|entry| {
            let Some(ack) = promises.acknowledged.get(entry) else { return false };
            if world.audit.applied.contains_key(entry) || promises.let_go.contains(entry) {
                return false;
            }
            if !world.clients[ack.client].disk.borrow().kept.outbox.contains_key(entry) {
                lost.get_or_insert_with(|| format!("{} is lost: neither stored here nor at the backend", ack.what));
            }
            true
        });
        if let Some(lost) = lost {
            return Err(lost);
        }
        if !world.keeps_claims {
            return Ok(());
        }
        for (entry, told) in &mut self.exclusive {
            let Some(ack) = promises.acknowledged.get(entry) else { continue };
            let disk = world.clients[ack.client].disk.borrow();
            let stored = disk.kept.outbox.get(entry);
            let settles = stored.is_some_and(|text| text.contains("\"is\":\"settling\""));
            let gone = stored.is_none() && world.audit.applied.contains_key(entry);
            *told |= settles || gone;
            let refused = stored.is_some_and(|text| text.contains("\"is\":\"refused\""));
            // Whose work was ended meanwhile, or deleted by another system, has lost nothing to anybody else.
            if world.audit.deleted.contains_key(&ack.key) {
                continue;
            }
            let me = &world.clients[ack.client].actor.id;
            let other = world.audit.document(&ack.key).and_then(|doc| owner(doc)).is_some_and(|owner| owner != me);
            if *told && refused && other {
                return Err(format!("{} on {} was told to be his, and then refused", ack.what, ack.key.1));
            }
        }
        Ok(())
    }
}

/// Who alone has the work of a document, while there is work.
fn owner(doc: &Document) -> Option<&str> {
    match doc {
        Document::Callback(callback) if callback.is_open() => Some(callback.claim.as_ref()?.by.id.as_str()),
        Document::Interaction(contact) if contact.ended_at.is_none() => Some(contact.holder.as_ref()?.id.as_str()),
        _ => None,
    }
}

/// Soon after everything went well again: every tab knows the newest of what is there. What was deleted may take until
/// the next list of everything.
///
/// # Errors
/// The promise that is broken.
pub fn soon(world: &World) -> Result<(), String> {
    for tab in world.open_tabs() {
        let ledger = tab.ledger().ok_or_else(|| format!("{} never opened", tab.id))?;
        let never_deleted = |key: &Key| !world.audit.deleted.contains_key(key);
        for ((collection, id), truth) in world.truth().filter(|(key, truth)| truth.is_some() && never_deleted(key)) {
            let shown = ledger.replica().document(*collection, id).cloned();
            if shown.as_deref() != truth && !pruned(world, &ledger.replica(), *collection, id) {
                return Err(format!("{} does not know the newest of {}/{id} in time", tab.id, collection.name()));
            }
        }
    }
    Ok(())
}

/// When nothing goes on any more.
///
/// # Errors
/// The promise that is broken.
pub fn at_rest(world: &World) -> Result<(u64, u64), String> {
    if let Some(fault) = &world.audit.fault {
        return Err(fault.clone());
    }
    for tab in world.open_tabs() {
        same(world, &tab)?;
    }
    drafts(world)?;
    accounts(world)
}

/// The tab shows what the backend has, and nothing of its own waits.
fn same(world: &World, tab: &Rc<Tab>) -> Result<(), String> {
    let ledger = tab.ledger().ok_or_else(|| format!("{} never opened", tab.id))?;
    let replica = ledger.replica();
    for item in replica.outbox() {
        if !item.state.is_stuck() {
            return Err(format!(
                "{} is not at rest: {} of {} waits, {:?}",
                tab.id,
                item.id(),
                item.doc,
                item.last_error
            ));
        }
    }
    if let Some((id, _, why)) = replica.unreadable_items().next() {
        return Err(format!("{} cannot read {id}: {why}", tab.id));
    }
    for ((collection, id), truth) in world.truth() {
        let shown = replica.document(*collection, id).map(AsRef::as_ref);
        if shown != truth && !pruned(world, &replica, *collection, id) {
            let entries = |doc: Option<&baton_engine::model::Document>| {
                doc.map(|d| d.journal().iter().map(|e| e.id.clone()).collect::<Vec<_>>())
            };
            let (shown, truth) = (entries(shown), entries(truth));
            let name = collection.name();
            return Err(format!("{} shows {name}/{id} with {shown:?}, and the backend has {truth:?}", tab.id));
        }
    }
    for collection in Collection::ALL {
        for doc in replica.documents(collection) {
            if world.audit.document(&(collection, doc.id().to_owned())).is_none() {
                return Err(format!("{} shows {}/{}, which does not exist", tab.id, collection.name(), doc.id()));
            }
        }
    }
    Ok(())
}

/// The tab has made room, and what it dropped was finished.
fn pruned(world: &World, replica: &Replica, collection: Collection, id: &str) -> bool {
    replica.is_pruned(collection, id)
        && world.audit.document(&(collection, id.to_owned())).is_some_and(|doc| match &**doc {
            Document::Message(message) => {
                // A contact never opens again; but one that another system deleted may be made anew under its old id.
                let contact = (Collection::Interactions, message.interaction.clone());
                world.audit.deleted.contains_key(&contact)
                    || world.audit.document(&contact).is_none_or(|contact| contact.is_finished())
            }
            doc => doc.is_finished(),
        })
}

/// Nothing is missing any more that was dropped for room.
///
/// # Errors
/// Something is.
pub fn all_back(world: &World) -> Result<(), String> {
    let lacks = |tab: &Rc<Tab>| tab.ledger().is_some_and(|ledger| ledger.replica().pruned() > 0);
    match world.open_tabs().into_iter().find(lacks) {
        Some(tab) => Err(format!("{} wanted back what was dropped for room, and lacks it", tab.id)),
        None => Ok(()),
    }
}

/// What people typed is as they left it.
fn drafts(world: &World) -> Result<(), String> {
    for ((client, key), possible) in &world.promises.borrow().drafts {
        let disk = world.clients[*client].disk.borrow();
        let found = disk.kept.drafts.get(key).cloned();
        if !possible.contains(&found) {
            return Err(format!("the draft {key} of client {client} is {found:?} and not {possible:?}"));
        }
    }
    Ok(())
}

/// Every acknowledged entry is done once or stuck in plain sight. Returns (refused, let go).
fn accounts(world: &World) -> Result<(u64, u64), String> {
    let promises = world.promises.borrow();
    let (mut refused, mut let_go) = (0, 0);
    for (entry, ack) in &promises.acknowledged {
        let client = &world.clients[ack.client];
        let ledger = client.tabs.iter().flatten().find_map(|t| t.ledger());
        let ledger = ledger.ok_or("a client without a tab at rest")?;
        let state = ledger.replica().item(entry).map(|item| item.state.clone());
        let there = world.audit.holds(&ack.key, entry);
        let once = world.audit.applied.contains_key(entry);
        // Deleted with its document, or, at a seat, pushed out by later presence.
        let past = once && (world.audit.deleted.contains_key(&ack.key) || ack.key.0 == Collection::Seats);
        match (there, state) {
            (true, None) => {}
            (false, None) if past => {}
            (false, Some(ItemState::Refused { .. } | ItemState::Dead { .. })) => refused += 1,
            (false, None) if promises.let_go.contains(entry) => let_go += 1,
            (there, state) => {
                let place = if there { "at the backend" } else { "not at the backend" };
                return Err(format!("{} on {} is {place}, and {state:?} in the outbox", ack.what, ack.key.1));
            }
        }
    }
    Ok((refused, let_go))
}
