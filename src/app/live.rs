//! The live link of a logged-in person: the ledger on the device's store, the loop that syncs it, and the drafts.
//! It carries changes to the [`Desk`] and acts to the ledger. Views never see it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use baton_engine::model::Collection;
use baton_engine::policy::Policies;
use baton_engine::time::Timestamp;
use baton_sync::connector::{Cas, Promises};
use baton_sync::store::{Store, StoreError};
use baton_sync::{ActError, Command, ItemState, Ledger, Link, OutboxItem, Status, Syncer};
use gloo_events::EventListener;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::backend::Backend;
use super::device;
use super::session::Session;
use super::state::{Connection, Desk, Key, OutboxCounts, Setback};
use crate::net::{BrowserClock, BrowserRng, Runner};
use crate::store::{DeskStore, database_name};

/// What a person is typing, by its place.
pub type Drafts = HashMap<String, String>;

pub struct Live {
    ledger: Rc<Ledger<DeskStore>>,
    runner: Rc<Runner>,
    drafts: Rc<RefCell<Drafts>>,
    _listeners: Vec<EventListener>,
}

impl Live {
    /// Opens the person's store, shows what it holds, and starts syncing.
    pub async fn open(desk: Desk, backend: &Backend, session: &Session, policies: Arc<Policies>) -> Live {
        let database = database_name(&backend.key, &session.id);
        let (store, fault) = DeskStore::open(&backend.key, &session.id).await;
        desk.durable.set(store.is_durable());
        device::listen(desk, &store);
        if let Some(fault) = fault {
            desk.setback.set(Some(Setback::NotStored(fault.to_string())));
        }
        let drafts: Drafts = store.drafts().await.unwrap_or_default().into_iter().collect();
        let ledger = match Ledger::open(store, policies.clone()).await {
            Ok(ledger) => ledger,
            Err(fault) => {
                // The store opened and cannot be read: go on in memory, and say so.
                desk.durable.set(false);
                desk.setback.set(Some(Setback::NotStored(fault.to_string())));
                let memory = DeskStore::Memory(baton_sync::MemoryStore::default());
                match Ledger::open(memory, policies).await {
                    Ok(ledger) => ledger,
                    Err(fault) => panic!("an empty memory store cannot fail: {fault}"),
                }
            }
        };
        let ledger = Rc::new(ledger);
        let (watched, pending) = (Rc::downgrade(&ledger), Rc::new(std::cell::Cell::new(false)));
        ledger.on_change(move || {
            // Many changes of one moment are carried over together.
            if pending.replace(true) {
                return;
            }
            let (ledger, pending) = (watched.clone(), pending.clone());
            spawn_local(async move {
                pending.set(false);
                if let Some(ledger) = ledger.upgrade() {
                    carry_over(desk, &ledger);
                }
            });
        });
        carry_over_all(desk, &ledger);
        let listeners = device::tend(desk, &ledger);
        let (connector, net) = (backend.connector.clone(), desk.net.get_value());
        let syncer = Syncer::new(ledger.clone(), connector, net, BrowserClock, BrowserRng, session.id.clone());
        let runner = Runner::start(ledger.clone(), syncer, &database, move |status| show(desk, &status));
        let drafts = Rc::new(RefCell::new(drafts));
        device::restore(desk, &ledger, &runner, &drafts);
        Live { ledger, runner, drafts, _listeners: listeners }
    }

    /// Stores `commands`, and only then drops the stuck entries that they stand in for.
    pub fn act(&self, desk: Desk, commands: Vec<Command>, instead_of: Vec<String>) {
        let (ledger, runner) = (self.ledger.clone(), self.runner.clone());
        spawn_local(async move {
            let keys: Vec<Key> = commands.iter().map(|c| (c.collection, c.id.clone())).collect();
            let setback = match ledger.act(commands).await {
                Ok(()) => {
                    for entry in instead_of {
                        // An entry that is gone meanwhile needs no dropping.
                        let _ = ledger.discard(&entry).await;
                    }
                    runner.wake();
                    return;
                }
                Err(ActError::Refused { refusal, .. }) => Setback::Refused(refusal),
                Err(ActError::Unreadable(fault)) => Setback::Unreadable(fault.to_string()),
                Err(ActError::Store(fault)) => {
                    if matches!(fault, StoreError::Quota(_)) {
                        device::no_room(desk, &ledger);
                    }
                    Setback::NotStored(fault.to_string())
                }
            };
            // What was shown is taken back: the replica has the truth.
            let changes = keys.into_iter().map(|key| held(&ledger, key)).collect();
            desk.take(changes);
            desk.setback.set(Some(setback));
        });
    }

    /// Whether entries of the document are on their way. What is stuck is told by the outbox.
    pub fn is_pending(&self, collection: Collection, id: &str) -> bool {
        let replica = self.ledger.replica();
        let mut pending = replica.pending(collection, id).iter();
        pending.any(|item| matches!(item.state, ItemState::Queued | ItemState::Sent))
    }

    /// Whether exclusive work of this desk (a claim, an acceptance) may still turn out to be somebody else's. Where the
    /// backend refuses the second of two, that is so only while there is no network.
    pub fn is_provisional(&self, collection: Collection, id: &str) -> bool {
        let syncer = self.runner.syncer();
        let (promises, offline) = (syncer.connector().promises(), syncer.status().link == Link::Offline);
        let replica = self.ledger.replica();
        let mut claims = replica.pending(collection, id).iter().filter(|item| item.entry.intent.is_exclusive());
        claims.any(|item| provisional(&promises, offline, &item.state))
    }

    /// Fetches a document that somebody looks at, if its text was dropped for room.
    pub fn bring_back(&self, collection: Collection, id: &str) {
        if self.ledger.replica().is_pruned(collection, id) {
            self.runner.bring_back((collection, id.to_owned()));
        }
    }

    /// Number of documents whose text was dropped for room.
    pub fn pruned(&self) -> usize {
        self.ledger.replica().pruned()
    }

    pub fn outbox(&self) -> Vec<OutboxItem> {
        self.ledger.replica().outbox().cloned().collect()
    }

    pub fn confirmed(&self) -> Vec<String> {
        self.ledger.replica().confirmed().map(str::to_owned).collect()
    }

    pub fn unreadable(&self) -> Vec<(String, String, String)> {
        let replica = self.ledger.replica();
        let documents = replica
            .faults()
            .into_iter()
            .map(|f| (format!("{}/{}", f.collection.name(), f.id), f.what.clone(), String::new()));
        let items =
            replica.unreadable_items().map(|(id, text, why)| (format!("outbox/{id}"), why.to_owned(), text.to_owned()));
        documents.chain(items).collect()
    }

    pub fn export(&self) -> String {
        serde_json::to_string_pretty(&self.ledger.export()).unwrap_or_default()
    }

    pub fn retry(&self, entry: &str) {
        let (ledger, runner, entry) = (self.ledger.clone(), self.runner.clone(), entry.to_owned());
        spawn_local(async move {
            // An entry that is gone meanwhile needs no retry.
            let _ = ledger.retry(&entry).await;
            runner.wake();
        });
    }

    pub fn discard(&self, entry: &str) {
        let (ledger, entry) = (self.ledger.clone(), entry.to_owned());
        spawn_local(async move {
            // An entry that is gone meanwhile needs no discarding.
            let _ = ledger.discard(&entry).await;
        });
    }

    pub fn retry_now(&self) {
        self.runner.retry_now();
    }

    pub fn resume(&self, person: &str) -> bool {
        self.runner.resume(person).is_ok()
    }

    pub fn set_policies(&self, policies: Arc<Policies>) {
        let ledger = self.ledger.clone();
        spawn_local(async move {
            // If the outcome cannot be stored it is worked out again at the next start.
            let _ = ledger.set_policies(policies).await;
        });
    }

    pub async fn close(self, everything: bool) {
        self.runner.stop();
        // A store that cannot be wiped now is wiped by the browser's own means; the session has ended anyway.
        let _ = self.ledger.store().wipe(everything).await;
    }

    pub fn draft(&self, key: &str) -> Option<String> {
        self.drafts.borrow().get(key).cloned()
    }

    /// An empty text forgets the draft.
    pub fn put_draft(&self, key: &str, text: &str) {
        let empty = text.is_empty();
        if empty {
            self.drafts.borrow_mut().remove(key);
        } else {
            self.drafts.borrow_mut().insert(key.to_owned(), text.to_owned());
        }
        let (ledger, key, text) = (self.ledger.clone(), key.to_owned(), text.to_owned());
        spawn_local(async move {
            let store = ledger.store();
            // The next keystroke tries again; the text is still in the field.
            let _ = if empty { store.remove_draft(&key).await } else { store.put_draft(&key, &text).await };
        });
    }
}

/// Whether a claim in this state may still be lost.
fn provisional(promises: &Promises, offline: bool, state: &ItemState) -> bool {
    match state {
        ItemState::Queued | ItemState::Sent => offline || promises.cas != Cas::Atomic,
        // The claim document has decided, where there is one.
        ItemState::Settling => promises.cas != Cas::Atomic && !promises.create_once,
        ItemState::Refused { .. } | ItemState::Dead { .. } => false,
    }
}

fn held(ledger: &Ledger<DeskStore>, key: Key) -> (Key, Option<Arc<baton_engine::model::Document>>) {
    let document = ledger.replica().document(key.0, &key.1).cloned();
    (key, document)
}

fn carry_over(desk: Desk, ledger: &Ledger<DeskStore>) {
    let (keys, outbox) = ledger.take_changes();
    let changes = keys.into_iter().map(|key| held(ledger, key)).collect();
    desk.take(changes);
    // Documents that cannot be read come with documents, not with the outbox.
    let counts = counts(ledger);
    if outbox || desk.outbox.get_untracked() != counts {
        desk.outbox_changed(counts);
    }
}

fn carry_over_all(desk: Desk, ledger: &Ledger<DeskStore>) {
    let _ = ledger.take_changes();
    let changes = Collection::ALL
        .into_iter()
        .flat_map(|c| {
            let replica = ledger.replica();
            let list: Vec<_> = replica.documents(c).map(|d| ((c, d.id().to_owned()), Some(d.clone()))).collect();
            list
        })
        .collect();
    desk.take(changes);
    desk.outbox_changed(counts(ledger));
}

fn counts(ledger: &Ledger<DeskStore>) -> OutboxCounts {
    let c = ledger.replica().counts();
    OutboxCounts { queued: c.queued, sent: c.sent, refused: c.refused, dead: c.dead, unreadable: c.unreadable }
}

fn show(desk: Desk, status: &Status) {
    let server = |device_ms: i64| Timestamp::from_millis(device_ms + status.server_offset_ms.unwrap_or(0));
    if let Some(offset) = status.server_offset_ms {
        super::time::set_offset_millis(offset);
        set_if_new(desk.skew_ms, offset);
    }
    let connection = match (status.link, desk.connection.get_untracked()) {
        (Link::Unknown, now) => now,
        (Link::Online, _) => Connection::Online,
        (Link::SignedOut, _) => Connection::LoggedOut,
        (Link::Offline, offline @ Connection::Offline { .. }) => offline,
        (Link::Offline, _) => Connection::Offline { since: super::time::server_now() },
    };
    set_if_new(desk.connection, connection);
    set_if_new(desk.last_contact, status.last_contact_ms.map(server));
    set_if_new(desk.retry_at, status.retry_at_ms.map(server));
    set_if_new(desk.first_sync, status.first_sync);
    set_if_new(desk.documents, status.documents);
    set_if_new(desk.unlisted, status.unlisted.iter().map(|(collection, _)| *collection).collect());
}

fn set_if_new<T: PartialEq + Clone + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|old| *old != value) {
        signal.set(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_provisional_until_it_can_no_longer_be_lost() {
        let best = Promises { cas: Cas::Atomic, create_once: true, journal: true, tombstones: true, since: true };
        let racy = Promises { cas: Cas::Doubtful, ..best };
        let bare = Promises { create_once: false, ..racy };
        let watched = ItemState::Settling;
        assert!(!provisional(&best, false, &ItemState::Queued), "on its way, and decided at once");
        assert!(provisional(&best, true, &ItemState::Queued), "nobody has heard of it");
        assert!(provisional(&racy, false, &ItemState::Sent));
        assert!(!provisional(&racy, false, &watched), "the claim document has decided");
        assert!(provisional(&bare, false, &watched));
    }
}
