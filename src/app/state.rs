//! What every view reads and the one way in which a view changes something: the [`Desk`] handle in context.
//! Views read documents, rows, the time and the connection as signals, and send intents by [`Desk::act`].
//! No view may touch the store, the network or the replica in another way.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use baton_engine::model::{
    Actor, Callback, Case, Collection, Customer, Document, Entry, Intent, Interaction, Message, PolicyPin, Seat,
};
use baton_engine::policy::{Policies, Policy};
use baton_engine::time::Timestamp;
use baton_engine::worklist::{self, Row, Worklist};
use baton_engine::{Refusal, decide};
use leptos::prelude::*;

use super::session::Session;

/// One intent for one document. Several of them together are accepted or refused as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    pub collection: Collection,
    pub id: String,
    pub entry: Entry,
}

/// The connection as the person sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Connection {
    #[default]
    Connecting,
    Online,
    /// Since when.
    Offline { since: Timestamp },
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
}

/// A kind of document, so that `desk.get::<Case>(id)` can be written.
pub trait Kind: Sized + 'static {
    const COLLECTION: Collection;
    fn of(document: &Document) -> Option<&Self>;
}

macro_rules! kinds {
    ($($kind:ident $collection:ident;)*) => { $(
        impl Kind for $kind {
            const COLLECTION: Collection = Collection::$collection;
            fn of(document: &Document) -> Option<&Self> {
                match document { Document::$kind(d) => Some(d), _ => None }
            }
        }
    )* };
}
kinds! { Case Cases; Interaction Interactions; Message Messages; Callback Callbacks; Seat Seats; Customer Customers; }

/// A document in the hand of a view: cheap to clone, read like the document itself.
#[derive(Debug)]
pub struct Doc<T: Kind>(Arc<Document>, PhantomData<T>);

impl<T: Kind> Doc<T> {
    pub fn new(document: Arc<Document>) -> Option<Doc<T>> {
        T::of(&document).is_some().then(|| Doc(document.clone(), PhantomData))
    }
}

impl<T: Kind> Clone for Doc<T> {
    fn clone(&self) -> Self {
        Doc(self.0.clone(), PhantomData)
    }
}

impl<T: Kind> PartialEq for Doc<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T: Kind> Deref for Doc<T> {
    type Target = T;
    fn deref(&self) -> &T {
        // `new` is the only way to make one and checks the kind.
        match T::of(&self.0) {
            Some(document) => document,
            None => unreachable!("a Doc is made only of its own kind"),
        }
    }
}

#[derive(Default)]
struct Inner {
    documents: HashMap<(Collection, String), Arc<Document>>,
    worklist: Worklist,
    policies: Arc<Policies>,
    triggers: HashMap<(Collection, String), ArcTrigger>,
}

/// The handle. `Copy`, from context: `let desk = Desk::get();`
#[derive(Clone, Copy)]
pub struct Desk {
    inner: StoredValue<Inner>,
    /// Server-corrected time; ticks once a second, aligned to the second.
    pub now: RwSignal<Timestamp>,
    pub session: RwSignal<Option<Session>>,
    pub connection: RwSignal<Connection>,
    pub outbox: RwSignal<OutboxCounts>,
    list_rev: RwSignal<u64>,
    policy_rev: RwSignal<u64>,
    collection_rev: StoredValue<HashMap<Collection, RwSignal<u64>>>,
}

impl Desk {
    pub fn new(now: Timestamp) -> Desk {
        let revs = Collection::ALL.into_iter().map(|c| (c, RwSignal::new(0))).collect();
        Desk {
            inner: StoredValue::new(Inner::default()),
            now: RwSignal::new(now),
            session: RwSignal::new(None),
            connection: RwSignal::new(Connection::default()),
            outbox: RwSignal::new(OutboxCounts::default()),
            list_rev: RwSignal::new(0),
            policy_rev: RwSignal::new(0),
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

    /// The same without following.
    pub fn peek<T: Kind>(&self, id: &str) -> Option<Doc<T>> {
        self.inner.with_value(|i| i.documents.get(&(T::COLLECTION, id.to_owned())).cloned()).and_then(Doc::new)
    }

    /// All documents of a kind that `keep` wants; the caller follows every change of the collection.
    pub fn find<T: Kind>(&self, keep: impl Fn(&T) -> bool) -> Vec<Doc<T>> {
        if let Some(rev) = self.collection_rev.with_value(|r| r.get(&T::COLLECTION).copied()) {
            rev.track();
        }
        self.inner.with_value(|i| {
            i.documents
                .iter()
                .filter(|((c, _), d)| *c == T::COLLECTION && T::of(d).is_some_and(&keep))
                .filter_map(|(_, d)| Doc::new(d.clone()))
                .collect()
        })
    }

    /// The list of work, most urgent first; the caller follows it.
    pub fn with_rows<R>(&self, read: impl FnOnce(&[Arc<Row>]) -> R) -> R {
        self.list_rev.track();
        self.inner.with_value(|i| read(i.worklist.rows()))
    }

    /// One row of it.
    pub fn row(&self, collection: Collection, id: &str) -> Option<Arc<Row>> {
        self.list_rev.track();
        self.inner.with_value(|i| i.worklist.get(collection, id).cloned())
    }

    pub fn policies(&self) -> Arc<Policies> {
        self.policy_rev.track();
        self.inner.with_value(|i| i.policies.clone())
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

    // ── changing ─────────────────────────────────────────────────────────

    /// A new document's id (UUIDv7 at the desk's own time).
    pub fn new_id(&self) -> String {
        let millis = self.now.get_untracked().millis().max(0) as u64;
        let stamp = uuid::Timestamp::from_unix(uuid::NoContext, millis / 1000, (millis % 1000) as u32 * 1_000_000);
        uuid::Uuid::new_v7(stamp).to_string()
    }

    /// An intent of the logged-in person, now.
    pub fn command(&self, collection: Collection, id: &str, intent: Intent) -> Command {
        let by = self.session.with_untracked(|s| s.as_ref().map(Session::actor)).unwrap_or_default();
        let entry = Entry { id: self.new_id(), at: self.precise_now(), by, intent };
        Command { collection, id: id.to_owned(), entry }
    }

    /// Sends intents. They show at once and are stored durably right after; `Err` says why they do not hold.
    ///
    /// # Errors
    /// The first [`Refusal`]; nothing has changed then.
    pub fn act(&self, commands: Vec<Command>) -> Result<(), Refusal> {
        let mut next: Vec<Document> = Vec::new();
        let policies = self.inner.with_value(|i| i.policies.clone());
        for c in &commands {
            let known = next.iter().rposition(|d| d.collection() == c.collection && d.id() == c.id);
            let held = self.inner.with_value(|i| i.documents.get(&(c.collection, c.id.clone())).cloned());
            let base = known.map(|at| &next[at]).or(held.as_deref());
            let document = decide(&policies, c.collection, &c.id, base, &c.entry)?;
            match known {
                Some(at) => next[at] = document,
                None => next.push(document),
            }
        }
        self.put(next);
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
        let command = self.command(collection, id, intent);
        let (policies, held) = self
            .inner
            .with_value(|i| (i.policies.clone(), i.documents.get(&(collection, id.to_owned())).cloned()));
        decide(&policies, collection, id, held.as_deref(), &command.entry).err()
    }

    // ── for the shell: data coming in ────────────────────────────────────

    /// Takes documents in, from the backend or from an act.
    pub fn put(&self, documents: Vec<Document>) {
        let (actor, now) = (self.actor_untracked(), self.now.get_untracked());
        let bulk = documents.len() > 200;
        let mut touched: Vec<(Collection, String)> = Vec::new();
        self.inner.update_value(|i| {
            for document in documents {
                let key = (document.collection(), document.id().to_owned());
                i.documents.insert(key.clone(), Arc::new(document));
                touched.push(key);
            }
            if bulk {
                let rows: Vec<Row> = i.documents.values().filter_map(|d| row(i, d, &actor, now)).collect();
                i.worklist.reset(rows);
            } else {
                for key in &touched {
                    set_row(i, key, &actor, now);
                }
            }
        });
        self.fire(&touched);
    }

    pub fn set_policies(&self, policies: Policies) {
        self.inner.update_value(|i| i.policies = Arc::new(policies));
        self.policy_rev.update(|r| *r += 1);
        self.rebuild();
    }

    /// Computes every row anew: after log-in or a change of rules.
    pub fn rebuild(&self) {
        let (actor, now) = (self.actor_untracked(), self.now.get_untracked());
        self.inner.update_value(|i| {
            let rows: Vec<Row> = i.documents.values().filter_map(|d| row(i, d, &actor, now)).collect();
            i.worklist.reset(rows);
        });
        self.list_rev.update(|r| *r += 1);
    }

    /// One second has passed: rows that crossed a threshold move.
    pub fn tick(&self, now: Timestamp) {
        self.now.set(now);
        let due = self.inner.with_value(|i| i.worklist.due_for_change(now));
        if due.is_empty() {
            return;
        }
        let actor = self.actor_untracked();
        self.inner.update_value(|i| {
            for key in &due {
                set_row(i, key, &actor, now);
            }
        });
        self.list_rev.update(|r| *r += 1);
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
        self.inner.update_value(|i| trigger = Some(i.triggers.entry(key).or_default().clone()));
        if let Some(trigger) = trigger {
            trigger.track();
        }
    }

    fn fire(&self, touched: &[(Collection, String)]) {
        let triggers: Vec<ArcTrigger> =
            self.inner.with_value(|i| touched.iter().filter_map(|k| i.triggers.get(k).cloned()).collect());
        for trigger in triggers {
            trigger.notify();
        }
        let mut seen: Vec<Collection> = touched.iter().map(|k| k.0).collect();
        seen.sort_unstable();
        seen.dedup();
        for collection in seen {
            if let Some(rev) = self.collection_rev.with_value(|r| r.get(&collection).copied()) {
                rev.update(|r| *r += 1);
            }
        }
        self.list_rev.update(|r| *r += 1);
    }
}

fn set_row(inner: &mut Inner, key: &(Collection, String), actor: &Actor, now: Timestamp) {
    // A message changes the clock of its conversation.
    let key = match inner.documents.get(key).map(|d| &**d) {
        Some(Document::Message(m)) => (Collection::Interactions, m.interaction.clone()),
        _ => key.clone(),
    };
    let row = inner.documents.get(&key).and_then(|d| row(inner, d, actor, now));
    inner.worklist.set(key.0, &key.1, row);
}

fn row(inner: &Inner, document: &Document, actor: &Actor, now: Timestamp) -> Option<Row> {
    match document {
        Document::Case(case) => worklist::case_row(&inner.policies, case, actor, now),
        Document::Callback(callback) => worklist::callback_row(&inner.policies, callback, actor, now),
        Document::Interaction(contact) => {
            worklist::contact_row(&inner.policies, contact, waiting_since(inner, contact), actor, now)
        }
        _ => None,
    }
}

/// The customer's first message since the desk's last one.
fn waiting_since(inner: &Inner, contact: &Interaction) -> Option<Timestamp> {
    use baton_engine::model::{Channel, Direction};
    if contact.channel == Channel::Voice || !contact.is_open() {
        return None;
    }
    let mut own: Vec<(Timestamp, Direction)> = inner
        .documents
        .values()
        .filter_map(|d| match &**d {
            Document::Message(m) if m.interaction == contact.id => m.at.map(|at| (at, m.direction)),
            _ => None,
        })
        .collect();
    own.sort_by_key(|(at, _)| *at);
    let last_out = own.iter().rposition(|(_, d)| *d == Direction::Outbound).map_or(0, |i| i + 1);
    own.get(last_out).map(|(at, _)| *at)
}
