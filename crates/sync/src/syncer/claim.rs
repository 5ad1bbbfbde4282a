//! Exclusive work on backends that cannot be trusted to refuse the second of two writers: whoever creates the claim
//! document has the work, because creating a document with an id of one's own has exactly one winner everywhere.
//!
//! A claim counts for [`LAPSE_MS`]; if the document does not hold the claimer's entry by then, the claim is void for
//! everybody, the claimer included, and the next attempt has a claim document of its own.

use baton_engine::Refusal;
use baton_engine::time::Timestamp;
use serde_json::{Value, json};

use super::push::missing;
use super::{Step, Syncer};
use crate::connector::{Cas, Failure, Place, Remote, WriteAnswer};
use crate::defence::{self, Defence};
use crate::moment::Moment;
use crate::net::{Clock, Net, Problem, ProblemKind, Rng};
use crate::outbox::OutboxItem;
use crate::replica::Outgoing;
use crate::slot::DocKey;
use crate::store::Store;

/// After this time a claim without its entry in the document is void, milliseconds.
const LAPSE_MS: i64 = 15 * 60_000;
/// So long before the lapse a claim of our own is no longer relied on, milliseconds.
const CAUTION_MS: i64 = 2 * 60_000;

/// Where an entry's claim stands.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Claimed {
    /// Claims before this one were void.
    attempt: u32,
    held: Option<Held>,
    /// When this desk first saw the claim that stands in the way, by the steady clock: for backends that do not tell
    /// their time.
    seen_ms: Option<i64>,
}

/// A claim of our own.
#[derive(Debug, Clone, Copy)]
struct Held {
    since: Moment,
    /// It is relied on so long after that, milliseconds.
    good_ms: i64,
}

/// What a claim document says.
enum Verdict {
    Ours { age_ms: i64 },
    Void,
    Taken { by: String, at: Timestamp },
}

impl<S: Store, N: Net, C: Clock, R: Rng> Syncer<S, N, C, R> {
    /// The first entry of a write that has to be claimed before, with the number of claims that its document has seen.
    pub(super) fn unclaimed(&self, outgoing: &Outgoing) -> Option<(OutboxItem, usize)> {
        let promises = self.connector.promises();
        if promises.cas == Cas::Atomic || !promises.create_once || !defence::on(Defence::ClaimDocument) {
            return None;
        }
        let replica = self.ledger.replica();
        let mut epoch = replica.claims_before(&outgoing.key);
        for entry in &outgoing.entries {
            let Some(item) = replica.item(entry).filter(|i| i.entry.intent.is_exclusive()) else { continue };
            let state = self.state.borrow();
            let held = state.claims.get(entry).and_then(|c| c.held);
            if !held.is_some_and(|held| held.since.is_within(held.good_ms, Moment::now(&self.clock))) {
                return Some((item.clone(), epoch));
            }
            epoch += 1;
        }
        None
    }

    /// Creates the claim document, or finds out who has.
    pub(super) async fn claim(&self, key: &DocKey, item: &OutboxItem, epoch: usize) -> Step {
        let attempt = self.state.borrow().claims.get(item.id()).map_or(0, |c| c.attempt);
        let id = claim_id(key, epoch, attempt);
        let (begun, now) = (Moment::now(&self.clock), self.server_now());
        let body = json!({
            "id": id, "entry": item.id(), "by": item.entry.by.name, "at": Timestamp::from_millis(now).to_string(),
        });
        let Some(request) = self.connector.create(Place::Claims, &id, &body, now) else {
            // This backend has no place for claims: its promise says so, and the desk shows it.
            self.hold(item.id(), attempt, begun, 0);
            return Step::Worked;
        };
        let Some((response, _)) = self.send(request).await else { return Step::Worked };
        match self.connector.create_answer(Place::Claims, &id, &body, &response) {
            WriteAnswer::Stored(_) => {
                self.met();
                // Made before the server's time was known, it may have been old from the first moment on.
                self.hold(item.id(), attempt, begun, self.server_now() - now);
                // The claim took a while: look again before writing.
                self.state.borrow_mut().fresh.remove(key);
            }
            WriteAnswer::Stale(Some(remote)) => self.judge(key, item, attempt, &remote).await,
            WriteAnswer::Stale(None) => return self.read_claim(key, item, attempt, &id).await,
            answer => self.unclaimable(key, item, answer).await,
        }
        Step::Worked
    }

    async fn read_claim(&self, key: &DocKey, item: &OutboxItem, attempt: u32, id: &str) -> Step {
        let Some(request) = self.connector.get(Place::Claims, id, None) else { return Step::Worked };
        let Some((response, _)) = self.send(request).await else { return Step::Worked };
        match self.connector.get_answer(Place::Claims, id, &response) {
            WriteAnswer::Stored(remote) => self.judge(key, item, attempt, &remote).await,
            answer => self.unclaimable(key, item, answer).await,
        }
        Step::Worked
    }

    async fn judge(&self, key: &DocKey, item: &OutboxItem, attempt: u32, remote: &Remote) {
        self.met();
        match self.verdict(key, item, remote) {
            Verdict::Ours { age_ms } if age_ms > LAPSE_MS - CAUTION_MS => {
                let text = "the claim is about to lapse and will be made again";
                let problem = Problem::new(ProblemKind::Unavailable, 0, text);
                self.doc_failed(key, Some((LAPSE_MS - age_ms).max(0)), problem);
            }
            Verdict::Ours { age_ms } => self.hold(item.id(), attempt, Moment::now(&self.clock), age_ms),
            Verdict::Void => {
                let next = Claimed { attempt: attempt + 1, ..Claimed::default() };
                self.state.borrow_mut().claims.insert(item.id().into(), next);
            }
            Verdict::Taken { by, at } => {
                if let Err(error) = self.ledger.refused(key, item.id(), &Refusal::Taken { by, at }).await {
                    self.store_failed(&error);
                }
                // What the winner makes of it is worth seeing.
                self.pull_soon();
            }
        }
        self.state.borrow_mut().fresh.remove(key);
    }

    fn verdict(&self, key: &DocKey, item: &OutboxItem, remote: &Remote) -> Verdict {
        let claim: Value = serde_json::from_str(&remote.raw).unwrap_or_default();
        let text = |name: &str| claim.get(name).and_then(Value::as_str).unwrap_or_default();
        // A claim that cannot be read is as old as can be.
        let at = text("at").parse::<Timestamp>().unwrap_or(Timestamp::from_millis(0));
        let entry = text("entry");
        let held = self.ledger.replica().base_holds(key, entry);
        let age_ms = if self.knows_time() {
            self.server_now().saturating_sub(at.millis())
        } else {
            self.clock.steady_ms() - self.first_seen(item.id())
        };
        if !held && age_ms > LAPSE_MS {
            return Verdict::Void;
        }
        if entry == item.id() {
            return Verdict::Ours { age_ms };
        }
        Verdict::Taken { by: text("by").into(), at }
    }

    async fn unclaimable(&self, key: &DocKey, item: &OutboxItem, answer: WriteAnswer) {
        match answer {
            WriteAnswer::Failed(Failure::SignedOut) => self.signed_out(),
            WriteAnswer::Failed(Failure::Again { problem, after_ms, line: true }) => {
                self.line_failed(after_ms, problem);
            }
            WriteAnswer::Failed(Failure::Again { problem, after_ms, line: false }) => {
                self.met();
                self.doc_failed(key, after_ms, problem);
            }
            WriteAnswer::Failed(Failure::Refused(problem)) => {
                self.met();
                self.bury(key, &[item.id().to_owned()], &problem).await;
            }
            WriteAnswer::Unconfirmed => {
                self.met();
                let text = "the backend has taken the claim and not confirmed it";
                self.doc_failed(key, None, Problem::new(ProblemKind::Unavailable, 202, text));
            }
            WriteAnswer::Missing | WriteAnswer::Gone(_) | WriteAnswer::Stale(_) | WriteAnswer::Stored(_) => {
                self.met();
                self.doc_failed(key, None, missing());
            }
        }
    }

    fn knows_time(&self) -> bool {
        self.state.borrow().skew.offset_ms().is_some()
    }

    /// When this desk first saw the claim that stands in an entry's way. Without the server's time a claim's own
    /// moment says nothing: the clock of the device that wrote it, or of this one, may be a day off.
    fn first_seen(&self, entry: &str) -> i64 {
        let now = self.clock.steady_ms();
        *self.state.borrow_mut().claims.entry(entry.into()).or_default().seen_ms.get_or_insert(now)
    }

    fn hold(&self, entry: &str, attempt: u32, since: Moment, age_ms: i64) {
        let held = Some(Held { since, good_ms: LAPSE_MS - CAUTION_MS - age_ms.max(0) });
        self.state.borrow_mut().claims.insert(entry.into(), Claimed { attempt, held, seen_ms: None });
    }

    /// Server time as far as it is known, milliseconds.
    pub(super) fn server_now(&self) -> i64 {
        self.clock.now_ms().saturating_add(self.server_offset_ms())
    }
}

fn claim_id(key: &DocKey, epoch: usize, attempt: u32) -> String {
    let base = format!("claim-{}-{}-{epoch}", key.0.name(), key.1);
    if attempt == 0 { base } else { format!("{base}-{attempt}") }
}
