//! What every view reads and the one way in which a view changes something: the [`Desk`] handle in context.
//! Views read documents, rows, the time and the connection as signals, and send intents by [`Desk::act`].
//! No view may touch the store, the network or the replica in another way.

mod kinds;
mod shelf;

use std::collections::HashMap;
use std::sync::Arc;

use baton_engine::model::{Actor, Collection, Document, Entry, Intent, Interaction, Message, PolicyPin};
use baton_engine::policy::{Policies, Policy};
use baton_engine::time::Timestamp;
use baton_engine::worklist::Row;
use baton_engine::{Refusal, decide};
use baton_sync::OutboxItem;
use leptos::prelude::*;

pub use baton_sync::Command;
pub use kinds::{Doc, Kind};
pub use shelf::Key;
use shelf::Shelf;

use super::backend::{Backend, RefusedFile};
use super::device::Device;
use super::live::Live;
use super::session::Session;
use crate::net::DeskNet;

/// The connection as the person sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Connection {
    #[default]
    Connecting,
    Online,
    /// Since when.
    Offline {
        since: Timestamp,
    },
    /// The session ended; the queue waits for the same person.
    LoggedOut,
}

/// Numbers of the outbox for the top bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutboxCounts {
    pub queued: usize,
    pub sent: usize,
    pub refused: usize,
    pub dead: usize,
    /// Documents and entries that cannot be read.
    pub unreadable: usize,
}

/// Something went wrong after an act was shown: it is not kept, and the person is told.
#[derive(Debug, Clone, PartialEq)]
pub enum Setback {
    Refused(Refusal),
    /// The document cannot be read, so nothing can be decided about it.
    Unreadable(String),
    /// This device could not store it.
    NotStored(String),
}

/// The handle. `Copy`, from context: `let desk = Desk::get();`
#[derive(Clone, Copy)]
pub struct Desk {
    shelf: StoredValue<Shelf>,
    triggers: StoredValue<HashMap<Key, ArcTrigger>>,
    live: StoredValue<Option<Live>, LocalStorage>,
    /// The backend in force; None until it is known.
    pub backend: RwSignal<Option<Arc<Backend>>>,
    /// Connector files that could not be used at the start.
    pub refused_connectors: RwSignal<Vec<RefusedFile>>,
    /// Carries the person's log-in.
    pub net: StoredValue<DeskNet>,
    /// Server-corrected time; ticks once a second, aligned to the second.
    pub now: RwSignal<Timestamp>,
    pub session: RwSignal<Option<Session>>,
    pub connection: RwSignal<Connection>,
    pub outbox: RwSignal<OutboxCounts>,
    /// Server time minus this device's, milliseconds.
    pub skew_ms: RwSignal<i64>,
    /// When the backend answered last.
    pub last_contact: RwSignal<Option<Timestamp>>,
    /// When it is asked again, while offline.
    pub retry_at: RwSignal<Option<Timestamp>>,
    /// Collections listed to their end once, of how many: progress of the first sync.
    pub first_sync: RwSignal<(usize, usize)>,
    /// Documents that are here so far.
    pub documents: RwSignal<usize>,
    /// Collections that cannot be listed: they are missing from the desk.
    pub unlisted: RwSignal<Vec<Collection>>,
    /// False: this browser keeps nothing, so work lives only as long as the tab.
    pub durable: RwSignal<bool>,
    /// What the person must know of this device's storage.
    pub device: RwSignal<Device>,
    /// The last act that was shown and then could not be kept.
    pub setback: RwSignal<Option<Setback>>,
    list_rev: RwSignal<u64>,
    policy_rev: RwSignal<u64>,
    outbox_rev: RwSignal<u64>,
    collection_rev: StoredValue<HashMap<Collection, RwSignal<u64>>>,
}

impl Desk {
    pub fn new(now: Timestamp) -> Desk {
        let revs = Collection::ALL.into_iter().map(|c| (c, RwSignal::new(0))).collect();
        Desk {
            shelf: StoredValue::new(Shelf::default()),
            triggers: StoredValue::new(HashMap::new()),
            live: StoredValue::new_local(None),
            backend: RwSignal::new(None),
            refused_connectors: RwSignal::new(Vec::new()),
            net: StoredValue::new(DeskNet::default()),
            now: RwSignal::new(now),
            session: RwSignal::new(None),
            connection: RwSignal::new(Connection::default()),
            outbox: RwSignal::new(OutboxCounts::default()),
            skew_ms: RwSignal::new(0),
            last_contact: RwSignal::new(None),
            retry_at: RwSignal::new(None),
            first_sync: RwSignal::new((0, 0)),
            documents: RwSignal::new(0),
            unlisted: RwSignal::new(Vec::new()),
            durable: RwSignal::new(true),
            device: RwSignal::new(Device::default()),
            setback: RwSignal::new(None),
            list_rev: RwSignal::new(0),
            policy_rev: RwSignal::new(0),
            outbox_rev: RwSignal::new(0),
            collection_rev: StoredValue::new(revs),
        }
    }

    /// From context; the app provides it at its root.
    pub fn get() -> Desk {
        expect_context()
    }

    // ── reading ──────────────────────────────────────────────────────────

    /// The document of that id; the caller follows its changes.
    pub fn get_doc<T: Kind>(&self, id: &str) -> Option<Doc<T>> {
        self.follow(T::COLLECTION, id);
        self.peek(id)
    }

    /// The document of any kind; the caller follows its changes.
    pub fn document(&self, collection: Collection, id: &str) -> Option<Arc<Document>> {
        self.follow(collection, id);
        self.shelf.with_value(|s| s.get(collection, id).cloned())
    }

    /// The same without following.
    pub fn peek<T: Kind>(&self, id: &str) -> Option<Doc<T>> {
        self.shelf.with_value(|s| s.get(T::COLLECTION, id).cloned()).and_then(Doc::new)
    }

    /// All documents of a kind that `keep` wants; the caller follows every change of the collection.
    pub fn find<T: Kind>(&self, keep: impl Fn(&T) -> bool) -> Vec<Doc<T>> {
        self.follow_all(T::COLLECTION);
        self.shelf.with_value(|s| {
            s.all(T::COLLECTION).filter(|d| T::of(d).is_some_and(&keep)).filter_map(|d| Doc::new(d.clone())).collect()
        })
    }

    /// The messages of a conversation, oldest first; the caller follows.
    pub fn messages(&self, interaction: &str) -> Vec<Doc<Message>> {
        self.follow_all(Collection::Messages);
        let mut list: Vec<Doc<Message>> =
            self.shelf.with_value(|s| s.messages_of(interaction).filter_map(|d| Doc::new(d.clone())).collect());
        list.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        list
    }

    /// The customer's first message since the desk's last one.
    pub fn waiting_since(&self, contact: &Interaction) -> Option<Timestamp> {
        self.shelf.with_value(|s| s.waiting_since(contact))
    }

    /// The list of work, most urgent first; the caller follows it.
    pub fn with_rows<R>(&self, read: impl FnOnce(&[Arc<Row>]) -> R) -> R {
        self.list_rev.track();
        self.shelf.with_value(|s| read(s.worklist().rows()))
    }

    /// The documents of its first rows, and the messages that these are judged by.
    pub fn urgent(&self, most: usize) -> Vec<Key> {
        self.shelf.with_value(|s| {
            let rows = s.worklist().rows().iter().take(most);
            let messages = |row: &Row| -> Vec<Key> {
                let contact = (row.collection == Collection::Interactions).then_some(&row.id);
                let messages = contact.into_iter().flat_map(|id| s.messages_of(id));
                messages.map(|m| (Collection::Messages, m.id().to_owned())).collect()
            };
            rows.flat_map(|row| std::iter::once((row.collection, row.id.clone())).chain(messages(row))).collect()
        })
    }

    /// One row of it.
    pub fn row(&self, collection: Collection, id: &str) -> Option<Arc<Row>> {
        self.list_rev.track();
        self.shelf.with_value(|s| s.worklist().get(collection, id).cloned())
    }

    pub fn policies(&self) -> Arc<Policies> {
        self.policy_rev.track();
        self.shelf.with_value(|s| s.policies.clone())
    }

    /// The pack in force.
    pub fn policy(&self) -> Option<Arc<Policy>> {
        self.policies().in_force().cloned()
    }

    /// The pack under which a document was taken.
    pub fn policy_of(&self, pin: &PolicyPin) -> Option<Arc<Policy>> {
        self.policies().of(pin).cloned()
    }

    pub fn actor(&self) -> Actor {
        self.session.with(|s| s.as_ref().map(Session::actor)).unwrap_or_default()
    }

    /// Whether entries of the document wait to be confirmed by the backend; the caller follows.
    pub fn is_pending(&self, collection: Collection, id: &str) -> bool {
        self.outbox_rev.track();
        self.live.with_value(|l| l.as_ref().is_some_and(|l| l.is_pending(collection, id)))
    }

    /// Whether this desk's claim of the document may still turn out to be somebody else's; the caller follows.
    pub fn is_provisional(&self, collection: Collection, id: &str) -> bool {
        self.outbox_rev.track();
        self.connection.track();
        self.live.with_value(|l| l.as_ref().is_some_and(|l| l.is_provisional(collection, id)))
    }

    /// Waiting entries, oldest first; the caller follows.
    pub fn outbox_items(&self) -> Vec<OutboxItem> {
        self.outbox_rev.track();
        self.live.with_value(|l| l.as_ref().map(Live::outbox)).unwrap_or_default()
    }

    /// Ids of entries that the backend confirmed last, oldest first; the caller follows.
    pub fn confirmed(&self) -> Vec<String> {
        self.outbox_rev.track();
        self.live.with_value(|l| l.as_ref().map(Live::confirmed)).unwrap_or_default()
    }

    /// What cannot be read: (where, why, the stored text if we have it); the caller follows.
    pub fn unreadable(&self) -> Vec<(String, String, String)> {
        self.outbox_rev.track();
        self.live.with_value(|l| l.as_ref().map(Live::unreadable)).unwrap_or_default()
    }

    /// The outbox as a JSON text to keep.
    pub fn export_outbox(&self) -> String {
        self.live.with_value(|l| l.as_ref().map(Live::export)).unwrap_or_default()
    }

    // ── changing ─────────────────────────────────────────────────────────

    /// A new document's id (UUIDv7 at the desk's own time).
    pub fn new_id(&self) -> String {
        let millis = self.precise_now().millis().max(0) as u64;
        let stamp = uuid::Timestamp::from_unix(uuid::NoContext, millis / 1000, (millis % 1000) as u32 * 1_000_000);
        uuid::Uuid::new_v7(stamp).to_string()
    }

    /// An intent of the logged-in person, now.
    pub fn command(&self, collection: Collection, id: &str, intent: Intent) -> Command {
        let entry = Entry { id: self.new_id(), at: self.precise_now(), by: self.actor_untracked(), intent };
        Command { collection, id: id.to_owned(), entry }
    }

    /// Sends intents. They show at once and are stored durably right after; `Err` says why they do not hold.
    /// If storing fails later, [`Desk::setback`] says so and the view goes back.
    ///
    /// # Errors
    /// The first [`Refusal`]; nothing has changed then.
    pub fn act(&self, commands: Vec<Command>) -> Result<(), Refusal> {
        self.act_instead(commands, Vec::new())
    }

    /// The same in the place of refused or dead `entries`, which are dropped once the new ones are stored.
    ///
    /// # Errors
    /// The first [`Refusal`]; nothing has changed then.
    pub fn act_instead(&self, commands: Vec<Command>, entries: Vec<String>) -> Result<(), Refusal> {
        let next = self.decide_all(&commands)?;
        let changes = next.into_iter().map(|d| ((d.collection(), d.id().to_owned()), Some(Arc::new(d)))).collect();
        self.take(changes);
        self.live.with_value(|l| {
            if let Some(live) = l {
                live.act(*self, commands, entries);
            }
        });
        Ok(())
    }

    /// One intent.
    ///
    /// # Errors
    /// The [`Refusal`]; nothing has changed then.
    pub fn act_one(&self, collection: Collection, id: &str, intent: Intent) -> Result<(), Refusal> {
        self.act(vec![self.command(collection, id, intent)])
    }

    /// What [`Desk::act`] would answer, without doing it: buttons ask this to be disabled with the reason.
    pub fn would(&self, collection: Collection, id: &str, intent: Intent) -> Option<Refusal> {
        self.decide_all(&[self.command(collection, id, intent)]).err()
    }

    /// Tries a refused or dead entry again.
    pub fn retry_item(&self, entry: &str) {
        self.live.with_value(|l| {
            if let Some(live) = l {
                live.retry(entry);
            }
        });
    }

    /// Drops a refused or dead entry for good.
    pub fn discard_item(&self, entry: &str) {
        self.live.with_value(|l| {
            if let Some(live) = l {
                live.discard(entry);
            }
        });
    }

    /// Asks the backend now, whatever the waiting time.
    pub fn retry_connection(&self) {
        self.live.with_value(|l| {
            if let Some(live) = l {
                live.retry_now();
            }
        });
    }

    fn decide_all(&self, commands: &[Command]) -> Result<Vec<Document>, Refusal> {
        let policies = self.shelf.with_value(|s| s.policies.clone());
        let mut next: Vec<Document> = Vec::new();
        for c in commands {
            let known = next.iter().rposition(|d| d.collection() == c.collection && d.id() == c.id);
            let held = self.shelf.with_value(|s| s.get(c.collection, &c.id).cloned());
            let base = known.map(|at| &next[at]).or(held.as_deref());
            let document = decide(&policies, c.collection, &c.id, base, &c.entry)?;
            match known {
                Some(at) => next[at] = document,
                None => next.push(document),
            }
        }
        Ok(next)
    }

    // ── for the shell and the live link: data coming in ──────────────────

    /// Documents as the replica has them; None: gone.
    pub fn take(&self, changes: Vec<(Key, Option<Arc<Document>>)>) {
        if changes.is_empty() {
            return;
        }
        let (actor, now) = (self.actor_untracked(), self.now.get_untracked());
        let touched: Vec<Key> = changes.iter().map(|(key, _)| key.clone()).collect();
        self.shelf.update_value(|s| s.take(changes, &actor, now));
        self.fire(&touched);
    }

    /// The outbox changed.
    pub fn outbox_changed(&self, counts: OutboxCounts) {
        self.outbox.set(counts);
        self.outbox_rev.update(|r| *r += 1);
    }

    pub fn set_policies(&self, policies: Policies) {
        let policies = Arc::new(policies);
        self.shelf.update_value(|s| s.policies = policies.clone());
        self.live.with_value(|l| {
            if let Some(live) = l {
                live.set_policies(policies);
            }
        });
        self.policy_rev.update(|r| *r += 1);
        self.rebuild();
    }

    /// Computes every row anew: after log-in or a change of rules.
    pub fn rebuild(&self) {
        let (actor, now) = (self.actor_untracked(), self.now.get_untracked());
        self.shelf.update_value(|s| s.rebuild(&actor, now));
        self.list_rev.update(|r| *r += 1);
    }

    /// One second has passed: rows that crossed a threshold move.
    pub fn tick(&self, now: Timestamp) {
        self.now.set(now);
        let actor = self.actor_untracked();
        let mut moved = false;
        self.shelf.update_value(|s| moved = s.tick(&actor, now));
        if moved {
            self.list_rev.update(|r| *r += 1);
        }
    }

    /// Connects the desk to the person's own store and to the backend. Returns when what the store holds can be seen;
    /// syncing goes on behind. Called once after log-in, or after a start with no network.
    pub async fn connect(&self, session: Session) {
        self.session.set(Some(session.clone()));
        let policies = self.shelf.with_value(|s| s.policies.clone());
        if let Some(backend) = self.backend.get_untracked() {
            let live = Live::open(*self, &backend, &session, policies).await;
            self.live.set_value(Some(live));
        }
        self.rebuild();
    }

    /// Logged in again after the session had ended. False: it is somebody else, who must log in anew.
    pub fn resume(&self, person: &str) -> bool {
        self.live.with_value(|l| l.as_ref().is_some_and(|l| l.resume(person)))
    }

    /// Ends the work at this desk: documents leave the device; unsent work and drafts stay for the same person
    /// unless `everything` is to go.
    pub async fn disconnect(&self, everything: bool) {
        let mut live = None;
        self.live.update_value(|l| live = l.take());
        if let Some(live) = live {
            live.close(everything).await;
        }
        let policies = self.shelf.with_value(|s| s.policies.clone());
        self.shelf.update_value(|s| {
            *s = Shelf::default();
            s.policies = policies;
        });
        self.session.set(None);
        self.connection.set(Connection::Connecting);
        self.outbox_changed(OutboxCounts::default());
        for collection in Collection::ALL {
            self.bump(collection);
        }
        self.list_rev.update(|r| *r += 1);
    }

    /// What a person types, kept on this device until it is sent. Nothing remote touches it.
    pub fn put_draft(&self, key: &str, text: &str) {
        self.live.with_value(|l| {
            if let Some(live) = l {
                live.put_draft(key, text);
            }
        });
    }

    /// The kept draft.
    pub fn draft(&self, key: &str) -> Option<String> {
        self.live.with_value(|l| l.as_ref().and_then(|l| l.draft(key)))
    }

    /// The time to the millisecond, for journal entries.
    fn precise_now(&self) -> Timestamp {
        super::time::server_now()
    }

    fn actor_untracked(&self) -> Actor {
        self.session.with_untracked(|s| s.as_ref().map(Session::actor)).unwrap_or_default()
    }

    fn follow(&self, collection: Collection, id: &str) {
        let key = (collection, id.to_owned());
        let mut trigger = None;
        self.triggers.update_value(|t| trigger = Some(t.entry(key).or_default().clone()));
        if let Some(trigger) = trigger {
            trigger.track();
        }
    }

    fn follow_all(&self, collection: Collection) {
        if let Some(rev) = self.collection_rev.with_value(|r| r.get(&collection).copied()) {
            rev.track();
        }
    }

    fn bump(&self, collection: Collection) {
        if let Some(rev) = self.collection_rev.with_value(|r| r.get(&collection).copied()) {
            rev.update(|r| *r += 1);
        }
    }

    fn fire(&self, touched: &[Key]) {
        let triggers: Vec<ArcTrigger> =
            self.triggers.with_value(|t| touched.iter().filter_map(|k| t.get(k).cloned()).collect());
        for trigger in triggers {
            trigger.notify();
        }
        let mut seen: Vec<Collection> = touched.iter().map(|k| k.0).collect();
        seen.sort_unstable();
        seen.dedup();
        for collection in seen {
            self.bump(collection);
        }
        self.list_rev.update(|r| *r += 1);
    }
}
