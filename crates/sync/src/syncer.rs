//! The sync loop as small steps: each does at most one request, so that tests can drive it in any order.
//!
//! Whoever runs it calls [`Syncer::step`] until it rests, then waits until [`Syncer::next_wake`] or a kick (an act, a
//! feed event, the network coming back). No timers here. The entries' ids in the documents' journals are the record of
//! what was done, so a request whose outcome is unknown is simply made again.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::rc::Rc;

use baton_engine::model::Collection;
use baton_engine::time::Timestamp;

use crate::backoff::{Backoff, Skew};
use crate::connector::{Connector, Failure, ListAnswer, WriteAnswer};
use crate::ledger::Ledger;
use crate::net::{Clock, Net, Problem, ProblemKind, Request, Response, Rng};
use crate::replica::{Outgoing, Replica};
use crate::slot::DocKey;
use crate::store::{Store, StoreError};

/// A pull without any reason is made this often, in case the live feed died in silence; half of it again as jitter.
const PULL_EVERY_MS: u64 = 120_000;
/// After so many attempts an entry that the backend accepts but does not keep is dead.
const NOT_KEPT_LIMIT: u32 = 5;

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// One request was made; there may be more to do.
    Worked,
    /// Nothing to do.
    Idle,
    /// Something is to be done, but not yet: see [`Syncer::next_wake`].
    Waiting,
    /// Log in again, then [`Syncer::resume`].
    SignedOut,
    /// Another tab leads.
    NotLeading,
}

/// How the backend was last met, judged by real answers only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Link {
    #[default]
    Unknown,
    Online,
    /// The last request got no sensible answer.
    Offline,
    SignedOut,
}

/// For the banner and the status line.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    pub link: Link,
    /// Collections that have been listed to their end once, of how many.
    pub first_sync: (usize, usize),
    /// Server time minus device time, milliseconds; add it to the device's clock. None before the first answer.
    pub server_offset_ms: Option<i64>,
    /// Device time of the last sensible answer, milliseconds.
    pub last_contact_ms: Option<i64>,
    pub problem: Option<Problem>,
    /// When the line is tried again, device time in milliseconds.
    pub retry_at_ms: Option<i64>,
    /// Collections that this person may not read, or that the backend refuses to list.
    pub unlisted: Vec<(Collection, Problem)>,
}

/// Resuming is for the person whose work waits; somebody else has a store of his own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtherPerson;

#[derive(Default)]
struct State {
    link: Link,
    line: Backoff,
    docs: HashMap<DocKey, Backoff>,
    /// Documents whose present form must be fetched before the next write.
    fetch: BTreeSet<DocKey>,
    pulls: VecDeque<Collection>,
    unlisted: Vec<(Collection, Problem)>,
    pull_at_ms: i64,
    last_contact_ms: Option<i64>,
    skew: Skew,
}

/// See the module.
pub struct Syncer<S, N, C, R> {
    ledger: Rc<Ledger<S>>,
    connector: Connector,
    net: N,
    clock: C,
    rng: R,
    person: String,
    state: RefCell<State>,
    busy: Cell<bool>,
}

impl<S: Store, N: Net, C: Clock, R: Rng> Syncer<S, N, C, R> {
    /// For the work of `person`, whose session the net carries. The first pull is due at once.
    pub fn new(ledger: Rc<Ledger<S>>, connector: Connector, net: N, clock: C, rng: R, person: String) -> Self {
        let state = RefCell::new(State { pull_at_ms: i64::MIN, ..State::default() });
        Syncer { ledger, connector, net, clock, rng, person, state, busy: Cell::new(false) }
    }

    pub fn connector(&self) -> &Connector {
        &self.connector
    }

    /// Whose work this is.
    pub fn person(&self) -> &str {
        &self.person
    }

    pub fn status(&self) -> Status {
        let state = self.state.borrow();
        let replica = self.ledger.replica();
        let all = self.connector.collections().count();
        let unlisted = |c: &Collection| state.unlisted.iter().any(|(u, _)| u == c);
        let listed = self.connector.collections().filter(|c| replica.is_complete(*c) || unlisted(c));
        Status {
            link: state.link,
            first_sync: (listed.count(), all),
            server_offset_ms: state.skew.offset_ms(),
            last_contact_ms: state.last_contact_ms,
            problem: state.line.problem.clone(),
            retry_at_ms: state.line.until_ms,
            unlisted: state.unlisted.clone(),
        }
    }

    /// Server time minus device time, milliseconds; 0 before the first answer.
    pub fn server_offset_ms(&self) -> i64 {
        self.state.borrow().skew.offset_ms().unwrap_or(0)
    }

    /// Device time in milliseconds at which there is something to do; None: nothing until something happens.
    pub fn next_wake(&self, now_ms: i64) -> Option<i64> {
        let state = self.state.borrow();
        if state.link == Link::SignedOut || !self.ledger.is_leading() {
            return None;
        }
        let replica = self.ledger.replica();
        let pull = if state.pulls.is_empty() { state.pull_at_ms } else { now_ms };
        let push = replica.ready().map(|key| state.docs.get(key).and_then(|b| b.until_ms).unwrap_or(now_ms)).min();
        let next = push.map_or(pull, |push| push.min(pull));
        Some(next.max(state.line.until_ms.unwrap_or(now_ms)).max(now_ms))
    }

    /// Forgets all waiting times: the person asked, or the network seems to be back.
    pub fn kick(&self) {
        let mut state = self.state.borrow_mut();
        state.line.until_ms = None;
        for backoff in state.docs.values_mut() {
            backoff.until_ms = None;
        }
    }

    /// Lists all collections soon. Call it each time the live feed has (re)connected: what happened meanwhile is there.
    pub fn pull_soon(&self) {
        self.state.borrow_mut().pull_at_ms = i64::MIN;
    }

    /// Somebody is logged in again.
    ///
    /// # Errors
    /// It is somebody else: his requests must not carry this person's work.
    pub fn resume(&self, person: &str) -> Result<(), OtherPerson> {
        if person != self.person {
            return Err(OtherPerson);
        }
        let mut state = self.state.borrow_mut();
        if state.link == Link::SignedOut {
            state.link = Link::Unknown;
            state.unlisted.clear();
        }
        drop(state);
        self.pull_soon();
        self.kick();
        Ok(())
    }

    /// The session ended, as something else than a step noticed.
    pub fn signed_out(&self) {
        self.state.borrow_mut().link = Link::SignedOut;
    }

    /// One step: sends if there is something to send, else pulls. Only one runs at a time; a second call is idle.
    pub async fn step(&self) -> Step {
        match self.push_step().await {
            Step::Worked => Step::Worked,
            pushed @ (Step::SignedOut | Step::NotLeading) => pushed,
            pushed => match self.pull_step().await {
                Step::Idle => pushed,
                pulled => pulled,
            },
        }
    }

    /// Events of the live feed, in their order. Those that make no sense are passed over: the next pull has the truth.
    pub async fn on_changes(&self, events: &[String]) {
        if !self.ledger.is_leading() {
            return;
        }
        let changes: Vec<_> = events.iter().filter_map(|data| self.connector.feed_change(data)).collect();
        // Without an order a late event cannot be told from a new one, so it is only a hint.
        if changes.len() < events.len() || !self.connector.is_ordered() {
            self.pull_soon();
        }
        if self.connector.is_ordered() && !changes.is_empty() {
            let stored = self.ledger.incoming(changes, None).await;
            if stored.is_err() {
                self.pull_soon();
            }
        }
    }

    /// One page of one collection, if a pull is due.
    pub async fn pull_step(&self) -> Step {
        let Some(_turn) = self.turn() else { return Step::Idle };
        let now = self.clock.now_ms();
        if let Some(step) = self.blocked(now) {
            return if step == Step::Waiting && self.pull_at() > now { Step::Idle } else { step };
        }
        let next = {
            let mut state = self.state.borrow_mut();
            if state.pulls.is_empty() && state.pull_at_ms <= now {
                state.pulls = self.connector.collections().collect();
                state.unlisted.clear();
                state.pull_at_ms = i64::MAX;
            }
            state.pulls.front().copied()
        };
        let Some(collection) = next else { return Step::Idle };
        let cursor = self.ledger.replica().cursor(collection).map(str::to_owned);
        let Some(request) = self.connector.list(collection.into(), cursor.as_deref()) else {
            self.listed(collection);
            return Step::Worked;
        };
        let Some(response) = self.send(request).await else { return Step::Worked };
        match self.connector.list_answer(collection.into(), cursor.as_deref(), &response) {
            ListAnswer::Page { items, nameless, cursor, more } => {
                self.met();
                self.ledger.note_nameless(collection, nameless);
                // A page that says "more" from the same place would be asked for for ever.
                let stuck = cursor.as_deref() == self.ledger.replica().cursor(collection);
                let last = !more || stuck;
                match self.ledger.page(collection, items, cursor, last).await {
                    Ok(()) if !last => {}
                    Ok(()) => self.listed(collection),
                    Err(error) => self.store_failed(&error),
                }
            }
            ListAnswer::Reset => {
                self.met();
                if let Err(error) = self.ledger.reset(collection).await {
                    self.store_failed(&error);
                }
            }
            ListAnswer::Failed(Failure::Refused(problem)) => {
                self.met();
                self.state.borrow_mut().unlisted.push((collection, problem));
                self.listed(collection);
            }
            ListAnswer::Failed(Failure::SignedOut) => self.signed_out(),
            ListAnswer::Failed(Failure::Again { problem, after_ms, .. }) => self.line_failed(after_ms, problem),
        }
        Step::Worked
    }

    /// One write (or a fetch that a write needs), if entries wait and may be sent now.
    pub async fn push_step(&self) -> Step {
        let Some(_turn) = self.turn() else { return Step::Idle };
        let now = self.clock.now_ms();
        let (next, any) = {
            let state = self.state.borrow();
            let replica = self.ledger.replica();
            let free = |key: &&DocKey| state.docs.get(*key).is_none_or(|b| !b.is_waiting(now));
            (replica.ready().find(free).cloned(), replica.ready().next().is_some())
        };
        if let Some(step) = self.blocked(now) {
            return if step == Step::Waiting && !any { Step::Idle } else { step };
        }
        let Some(key) = next else { return if any { Step::Waiting } else { Step::Idle } };
        if self.state.borrow().fetch.contains(&key) {
            return self.fetch(&key).await;
        }
        let Some(outgoing) = self.ledger.outgoing(&key) else { return Step::Idle };
        let server_now = now + self.server_offset_ms();
        let request = match &outgoing.rev {
            None => self.connector.create(key.0.into(), &key.1, &outgoing.body, server_now),
            Some(rev) => self.connector.replace(key.0.into(), &key.1, rev, &outgoing.body, server_now),
        };
        let Some(request) = request else {
            let problem = Problem::new(ProblemKind::Rejected, 0, "the backend has no such collection");
            self.bury(&key, &outgoing.entries, &problem).await;
            return Step::Worked;
        };
        self.ledger.mark(&key, &outgoing.entries, Some(Timestamp::from_millis(now)), None);
        let Some(response) = self.send(request).await else {
            let problem = self.state.borrow().line.problem.clone();
            self.ledger.mark(&key, &outgoing.entries, None, problem.as_ref());
            return Step::Worked;
        };
        let answer = match outgoing.rev {
            None => self.connector.create_answer(key.0.into(), &key.1, &outgoing.body, &response),
            Some(_) => self.connector.replace_answer(key.0.into(), &key.1, &outgoing.body, &response),
        };
        self.written(outgoing, answer).await;
        Step::Worked
    }

    async fn written(&self, outgoing: Outgoing, answer: WriteAnswer) {
        let Outgoing { key, rev, entries, .. } = outgoing;
        let answered = Some((&key, rev.as_deref()));
        let mut error = None;
        match answer {
            WriteAnswer::Stored(remote) => {
                self.met();
                match self.ledger.incoming(vec![remote], answered).await {
                    Ok(()) => self.check_kept(&key, &entries).await,
                    Err(e) => self.store_failed(&e),
                }
            }
            WriteAnswer::Stale(Some(remote)) | WriteAnswer::Gone(Some(remote)) => {
                self.met();
                let same = rev.as_deref() == Some(remote.rev.as_str());
                match self.ledger.incoming(vec![remote], answered).await {
                    // Refused for a revision that is still the present one: nothing to settle, so not at once again.
                    Ok(()) if same => {
                        let text = "the backend says that the document has moved, and shows the same revision";
                        error = self.doc_failed(&key, None, Problem::new(ProblemKind::Garbled, 0, text));
                    }
                    Ok(()) => drop(self.state.borrow_mut().docs.remove(&key)),
                    Err(e) => self.store_failed(&e),
                }
            }
            WriteAnswer::Stale(None) => {
                self.met();
                self.state.borrow_mut().fetch.insert(key.clone());
            }
            WriteAnswer::Gone(None) => {
                self.met();
                self.bury(&key, &entries, &Replica::deleted_problem()).await;
            }
            WriteAnswer::Missing => {
                self.met();
                self.bury(&key, &entries, &missing()).await;
            }
            WriteAnswer::Unconfirmed => {
                self.met();
                self.state.borrow_mut().fetch.insert(key.clone());
                let text = "the backend has taken it and not confirmed it";
                error = self.doc_failed(&key, None, Problem::new(ProblemKind::Unavailable, 202, text));
            }
            WriteAnswer::Failed(Failure::SignedOut) => self.signed_out(),
            WriteAnswer::Failed(Failure::Again { problem, after_ms, line: true }) => {
                error = Some(problem.clone());
                self.line_failed(after_ms, problem);
            }
            WriteAnswer::Failed(Failure::Again { problem, after_ms, line: false }) => {
                self.met();
                error = self.doc_failed(&key, after_ms, problem);
            }
            // One of several entries is bad: find it by sending them one by one.
            WriteAnswer::Failed(Failure::Refused(problem)) if entries.len() > 1 => {
                self.met();
                error = Some(problem);
                self.ledger.send_one_by_one(&key);
            }
            WriteAnswer::Failed(Failure::Refused(problem)) => {
                self.met();
                self.bury(&key, &entries, &problem).await;
            }
        }
        self.ledger.mark(&key, &entries, None, error.as_ref());
    }

    /// The backend said yes; entries that its document still lacks are tried again a few times.
    async fn check_kept(&self, key: &DocKey, entries: &[String]) {
        let lost = self.ledger.replica().still_waiting(key, entries);
        let Some(first) = lost.first() else {
            self.state.borrow_mut().docs.remove(key);
            return;
        };
        let problem = Problem::new(ProblemKind::NotKept, 0, "accepted, but the journal entry is not in the document");
        if self.ledger.replica().attempts(key, first) >= NOT_KEPT_LIMIT {
            self.bury(key, &lost, &problem).await;
        } else {
            self.doc_failed(key, None, problem);
        }
    }

    /// Gets the present document after a stale answer that did not hold it.
    async fn fetch(&self, key: &DocKey) -> Step {
        let rev = self.ledger.outgoing(key).and_then(|o| o.rev);
        let Some(request) = self.connector.get(key.0.into(), &key.1, None) else { return Step::Idle };
        let Some(response) = self.send(request).await else { return Step::Worked };
        let answer = self.connector.get_answer(key.0.into(), &key.1, &response);
        let entries: Vec<String> =
            self.ledger.replica().pending(key.0, &key.1).iter().map(|i| i.id().to_owned()).collect();
        match answer {
            WriteAnswer::Stored(remote) | WriteAnswer::Stale(Some(remote)) | WriteAnswer::Gone(Some(remote)) => {
                self.met();
                let answered = Some((key, rev.as_deref()));
                if let Err(error) = self.ledger.incoming(vec![remote], answered).await {
                    self.store_failed(&error);
                    return Step::Worked;
                }
            }
            WriteAnswer::Gone(None) => {
                self.met();
                self.bury(key, &entries, &Replica::deleted_problem()).await;
            }
            WriteAnswer::Missing if rev.is_some() => {
                self.met();
                self.bury(key, &entries, &missing()).await;
            }
            // It exists when we create it and does not when we look: somebody is at work there.
            WriteAnswer::Missing | WriteAnswer::Stale(None) | WriteAnswer::Unconfirmed => {
                self.met();
                self.doc_failed(key, None, missing());
            }
            WriteAnswer::Failed(Failure::SignedOut) => {
                self.signed_out();
                return Step::Worked;
            }
            WriteAnswer::Failed(Failure::Again { problem, after_ms, .. }) => {
                self.line_failed(after_ms, problem);
                return Step::Worked;
            }
            WriteAnswer::Failed(Failure::Refused(problem)) => {
                self.met();
                self.bury(key, &entries, &problem).await;
            }
        }
        self.state.borrow_mut().fetch.remove(key);
        Step::Worked
    }

    /// Makes moving entries dead letters; entries that are stuck already keep their own reason.
    async fn bury(&self, key: &DocKey, entries: &[String], problem: &Problem) {
        let moving = self.ledger.replica().still_waiting(key, entries);
        match self.ledger.dead(key, &moving, problem).await {
            Ok(()) => drop(self.state.borrow_mut().docs.remove(key)),
            Err(error) => self.store_failed(&error),
        }
    }

    async fn send(&self, request: Request) -> Option<Response> {
        let sent = self.clock.now_ms();
        match self.net.send(request).await {
            Ok(response) => {
                let header = self.connector.clock_header().and_then(|name| response.header(name));
                if let Some(server) = header.and_then(|text| text.parse::<Timestamp>().ok()) {
                    self.state.borrow_mut().skew.note(sent, self.clock.now_ms(), server.millis());
                }
                Some(response)
            }
            Err(error) => {
                self.line_failed(None, Problem::new(ProblemKind::Network, 0, error.0));
                None
            }
        }
    }

    fn blocked(&self, now: i64) -> Option<Step> {
        if !self.ledger.is_leading() {
            return Some(Step::NotLeading);
        }
        let state = self.state.borrow();
        if state.link == Link::SignedOut {
            return Some(Step::SignedOut);
        }
        state.line.is_waiting(now).then_some(Step::Waiting)
    }

    fn pull_at(&self) -> i64 {
        let state = self.state.borrow();
        if state.pulls.is_empty() { state.pull_at_ms } else { i64::MIN }
    }

    /// The backend answered sensibly.
    fn met(&self) {
        let mut state = self.state.borrow_mut();
        state.link = Link::Online;
        state.line.clear();
        state.last_contact_ms = Some(self.clock.now_ms());
    }

    fn listed(&self, collection: Collection) {
        let mut state = self.state.borrow_mut();
        state.pulls.retain(|c| *c != collection);
        if state.pulls.is_empty() {
            let jitter = self.rng.up_to(PULL_EVERY_MS / 2);
            let next = self.clock.now_ms() + i64::try_from(PULL_EVERY_MS + jitter).unwrap_or(0);
            // Somebody may have asked for another pull meanwhile.
            if state.pull_at_ms == i64::MAX {
                state.pull_at_ms = next;
            }
        }
    }

    fn line_failed(&self, after_ms: Option<i64>, problem: Problem) {
        let mut state = self.state.borrow_mut();
        state.link = Link::Offline;
        state.line.fail(self.clock.now_ms(), after_ms, problem, &self.rng);
    }

    fn doc_failed(&self, key: &DocKey, after_ms: Option<i64>, problem: Problem) -> Option<Problem> {
        let mut state = self.state.borrow_mut();
        let backoff = state.docs.entry(key.clone()).or_default();
        backoff.fail(self.clock.now_ms(), after_ms, problem.clone(), &self.rng);
        Some(problem)
    }

    /// The answer could not be kept: it is asked for again, so nothing is lost, but not at once.
    fn store_failed(&self, error: &StoreError) {
        if *error != StoreError::Fenced {
            let problem = Problem::new(ProblemKind::Unavailable, 0, format!("this device's storage: {error}"));
            self.state.borrow_mut().line.fail(self.clock.now_ms(), None, problem, &self.rng);
        }
    }

    fn turn(&self) -> Option<Turn<'_>> {
        (!self.busy.replace(true)).then_some(Turn(&self.busy))
    }
}

/// Marks the syncer as busy until dropped, also when a step is cancelled.
struct Turn<'a>(&'a Cell<bool>);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

fn missing() -> Problem {
    Problem::new(ProblemKind::Missing, 404, "the backend no longer knows this document")
}
