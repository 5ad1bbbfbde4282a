//! The sync loop as small steps: each does one request or little more, so that tests can drive it in any order.
//!
//! Whoever runs it calls [`Syncer::step`] until it rests, then waits for [`Syncer::rest_ms`] or a kick (an act, a
//! feed event, the network coming back). No timers here. The entries' ids in the documents' journals are the record of
//! what was done, so a request whose outcome is unknown can be made again.
//!
//! Here: what others see of the loop, when it does something, and what an answer says of the line. What is sent is in
//! `push`, what is claimed first in `claim`, what is read in `pull`, and what is read again to be sure in `sweep`.

mod claim;
mod pull;
mod push;
mod sweep;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::rc::Rc;

use baton_engine::model::Collection;

use crate::backoff::{Backoff, Skew};
use crate::connector::{Cas, Connector, Promises};
use crate::defence::{self, Defence};
use crate::ledger::Ledger;
use crate::moment::{Moment, Trip};
use crate::net::{Clock, Net, Problem, ProblemKind, Request, Response, Rng};
use crate::slot::{DocKey, Watch};
use crate::store::{Store, StoreError};
use claim::Claimed;
use pull::{Ahead, Pace};
use sweep::Sweep;

/// A pull without any reason is made this often beside a live feed, in case that died in silence; half of it again as
/// jitter.
const PULL_EVERY_MS: u64 = 120_000;
/// How long an entry is watched where a later write may undo it unnoticed, milliseconds: longer than a request may be
/// under way.
const WATCH_MS: i64 = 120_000;
/// A look is good for a write so long, milliseconds. Together with the longest request it stays well below
/// [`WATCH_MS`]: what somebody else does meanwhile is still watched when the write undoes it.
const LOOK_MS: i64 = 20_000;

/// When a watch is over, by the steady clock; one that has not begun calls for a look at once.
fn watch_over(since: Option<i64>) -> i64 {
    since.map_or(i64::MIN, |since| since.saturating_add(WATCH_MS))
}

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// One request was made; there may be more to do.
    Worked,
    /// Nothing to do.
    Idle,
    /// Something is to be done, but not yet: see [`Syncer::rest_ms`].
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
    /// Documents that are here so far.
    pub documents: usize,
    /// The backend shows nothing at all, though documents are here that came from it: it was wiped, or does not know us.
    pub emptied: bool,
    /// What the backend can be relied on for.
    pub promises: Promises,
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
    /// Documents that somebody wants to see and whose text is not here.
    wanted: BTreeSet<DocKey>,
    /// When documents were looked at: for backends where a write must follow a look.
    fresh: HashMap<DocKey, Moment>,
    /// Claims by entry.
    claims: HashMap<String, Claimed>,
    sweep: Option<Sweep>,
    /// When the next sweep is due, by the steady clock as all that follows; None: never.
    sweep_at_ms: Option<i64>,
    /// The backend answered to a batch that it will not have one.
    single: bool,
    /// The last sweep found nothing at all, though this desk knows documents.
    emptied: bool,
    /// Documents that are in no list any more, to be asked for.
    suspects: VecDeque<DocKey>,
    pulls: VecDeque<Collection>,
    ahead: Option<Ahead>,
    pace: Pace,
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
        // A desk that was here before may have been away longer than the backend tells of deletions.
        let returns = connector.collections().any(|c| ledger.replica().is_complete(c));
        let sweep_at_ms =
            connector.reconcile_ms().map(|every| if returns { i64::MIN } else { clock.steady_ms() + every });
        let state = RefCell::new(State { pull_at_ms: i64::MIN, sweep_at_ms, ..State::default() });
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
            retry_at_ms: state.line.until_ms.map(|at| self.clock.now_ms().saturating_add(at - self.clock.steady_ms())),
            unlisted: state.unlisted.clone(),
            documents: self.connector.collections().map(|c| replica.len(c)).sum(),
            emptied: state.emptied,
            promises: self.connector.promises(),
        }
    }

    /// Server time minus device time, milliseconds; 0 before the first answer.
    pub fn server_offset_ms(&self) -> i64 {
        self.state.borrow().skew.offset_ms().unwrap_or(0)
    }

    /// How long there is nothing to do, milliseconds; None: until something happens.
    pub fn rest_ms(&self) -> Option<i64> {
        if !self.ledger.is_whole() {
            return Some(0);
        }
        let now_ms = self.clock.steady_ms();
        let state = self.state.borrow();
        if state.link == Link::SignedOut || !self.ledger.is_leading() {
            return None;
        }
        let replica = self.ledger.replica();
        let free_at = |key: &DocKey| state.docs.get(key).and_then(|b| b.until_ms).unwrap_or(now_ms);
        let pull = if state.pulls.is_empty() { state.pull_at_ms } else { now_ms };
        let push = replica.ready().chain(&state.wanted).map(free_at).min();
        let watch = replica.watched().map(|(key, since)| watch_over(since).max(free_at(key))).min();
        let sweeps = state.sweep.is_some() || !state.suspects.is_empty() || self.must_sweep(&state);
        let sweep = if sweeps { Some(now_ms) } else { state.sweep_at_ms };
        let sweep = sweep.filter(|_| defence::on(Defence::Reconcile));
        let next = [push, watch, sweep].into_iter().flatten().fold(pull, i64::min);
        Some(next.max(state.line.until_ms.unwrap_or(now_ms)).saturating_sub(now_ms).max(0))
    }

    /// Forgets all waiting times: the person asked, or the network seems to be back.
    pub fn kick(&self) {
        let mut state = self.state.borrow_mut();
        state.line.until_ms = None;
        for backoff in state.docs.values_mut() {
            backoff.until_ms = None;
        }
    }

    /// Fetches a document that was pruned, because somebody wants to see it.
    pub fn bring_back(&self, key: DocKey) {
        if self.ledger.replica().is_pruned(key.0, &key.1) {
            self.state.borrow_mut().wanted.insert(key);
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
        if !self.ledger.is_whole() {
            return self.load_step().await;
        }
        if self.ledger.watch() != self.watch() {
            match self.introduce().await {
                Step::Worked => {}
                refused => return refused,
            }
        }
        let mut waits = false;
        match self.push_step().await {
            Step::Idle => {}
            Step::Waiting => waits = true,
            pushed => return pushed,
        }
        match self.pull_step().await {
            Step::Idle => {}
            Step::Waiting => waits = true,
            pulled => return pulled,
        }
        match self.sweep_step().await {
            Step::Idle if waits => Step::Waiting,
            swept => swept,
        }
    }

    /// Some more of what this device holds: before all of it is here nothing is asked of the backend.
    async fn load_step(&self) -> Step {
        let Some(_turn) = self.turn() else { return Step::Idle };
        match self.ledger.load_more().await {
            Ok(()) => Step::Worked,
            Err(error) => {
                self.store_failed(&error);
                Step::Waiting
            }
        }
    }

    /// Events of the live feed, in their order. Those that make no sense are passed over: the next pull has the truth.
    pub async fn on_changes(&self, events: &[String]) {
        if self.ledger.watch() != self.watch() {
            self.introduce().await;
        }
        if !self.ledger.is_leading() || !self.ledger.is_whole() || self.ledger.watch() != self.watch() {
            self.pull_soon();
            return;
        }
        let changes: Vec<_> = events.iter().filter_map(|data| self.connector.feed_change(data)).collect();
        // Without an order a late event cannot be told from a new one, so it is only a hint.
        if changes.len() < events.len() || !self.connector.is_ordered() {
            self.pull_soon();
        }
        if self.connector.is_ordered() && !changes.is_empty() {
            let stored = self.ledger.incoming(changes, None, Trip::told(self.clock.steady_ms())).await;
            if stored.is_err() {
                self.pull_soon();
            }
        }
    }

    async fn send(&self, request: Request) -> Option<(Response, Trip)> {
        let asked_ms = self.clock.steady_ms();
        match self.net.send(request).await {
            Ok(response) => {
                let answered_ms = self.clock.steady_ms();
                if let Some(server) = self.connector.server_time_ms(&response) {
                    self.state.borrow_mut().skew.note(answered_ms - asked_ms, self.clock.now_ms(), server);
                }
                Some((response, Trip { asked_ms, answered_ms }))
            }
            Err(error) => {
                self.line_failed(None, Problem::new(ProblemKind::Network, 0, error.0));
                None
            }
        }
    }

    fn watch(&self) -> Watch {
        if self.connector.promises().cas == Cas::Atomic { Watch::Never } else { Watch::For(WATCH_MS) }
    }

    /// The first thing that a loop does: the ledger learns what the backend promises.
    async fn introduce(&self) -> Step {
        let Some(_turn) = self.turn() else { return Step::Idle };
        match self.ledger.set_watch(self.watch()).await {
            Ok(()) => Step::Worked,
            Err(error) => {
                self.store_failed(&error);
                Step::Waiting
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

    /// The backend answered sensibly.
    fn met(&self) {
        let mut state = self.state.borrow_mut();
        state.link = Link::Online;
        state.line.clear();
        state.last_contact_ms = Some(self.clock.now_ms());
    }

    fn line_failed(&self, after_ms: Option<i64>, problem: Problem) {
        let mut state = self.state.borrow_mut();
        state.link = Link::Offline;
        state.fresh.clear();
        state.line.fail(self.clock.steady_ms(), after_ms, problem, &self.rng);
    }

    fn doc_failed(&self, key: &DocKey, after_ms: Option<i64>, problem: Problem) -> Option<Problem> {
        let mut state = self.state.borrow_mut();
        state.fresh.remove(key);
        let backoff = state.docs.entry(key.clone()).or_default();
        backoff.fail(self.clock.steady_ms(), after_ms, problem.clone(), &self.rng);
        Some(problem)
    }

    /// The answer could not be kept: it is asked for again, so nothing is lost, but not at once.
    fn store_failed(&self, error: &StoreError) {
        if *error != StoreError::Fenced {
            let problem = Problem::new(ProblemKind::Unavailable, 0, format!("this device's storage: {error}"));
            self.state.borrow_mut().line.fail(self.clock.steady_ms(), None, problem, &self.rng);
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
