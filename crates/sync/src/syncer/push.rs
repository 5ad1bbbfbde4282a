//! Sending what waits: one document at a time, after a look or a claim where the backend needs that.

use baton_engine::time::Timestamp;

use super::{LOOK_MS, Step, Syncer, watch_over};
use crate::connector::{Cas, Failure, WriteAnswer};
use crate::defence::{self, Defence};
use crate::moment::{Moment, Trip};
use crate::net::{Clock, Net, Problem, ProblemKind, Response, Rng};
use crate::replica::Outgoing;
use crate::slot::DocKey;
use crate::store::Store;

/// After so many attempts an entry that the backend accepts but does not keep is dead.
const NOT_KEPT_LIMIT: u32 = 5;

impl<S: Store, N: Net, C: Clock, R: Rng> Syncer<S, N, C, R> {
    /// One write (or a look or claim that a write needs), if entries wait and may be sent now.
    pub async fn push_step(&self) -> Step {
        let Some(_turn) = self.turn() else { return Step::Idle };
        let now = self.clock.steady_ms();
        let (next, any) = self.next_push(now);
        if let Some(step) = self.blocked(now) {
            return if step == Step::Waiting && !any { Step::Idle } else { step };
        }
        let Some(key) = next else { return if any { Step::Waiting } else { Step::Idle } };
        self.state.borrow_mut().ahead = None;
        if self.must_look(&key) {
            return self.look(&key).await;
        }
        let Some(outgoing) = self.ledger.outgoing(&key) else { return Step::Idle };
        if let Some((item, epoch)) = self.unclaimed(&outgoing) {
            return self.claim(&key, &item, epoch).await;
        }
        let batch = self.gather(outgoing, now);
        self.write(batch).await
    }

    /// More documents that can go with the first one in one request, where the backend takes several.
    fn gather(&self, first: Outgoing, now: i64) -> Vec<Outgoing> {
        let limit = self.connector.batch_limit().filter(|_| !self.state.borrow().single).unwrap_or(1);
        let mut batch = vec![first];
        if limit <= 1 {
            return batch;
        }
        let keys: Vec<DocKey> = {
            let state = self.state.borrow();
            let replica = self.ledger.replica();
            let free = |key: &&DocKey| state.docs.get(*key).is_none_or(|b| !b.is_waiting(now));
            replica.ready().filter(free).filter(|key| **key != batch[0].key).cloned().collect()
        };
        for key in keys {
            if batch.len() == limit {
                break;
            }
            if !self.must_look(&key)
                && let Some(outgoing) = self.ledger.outgoing(&key)
                && self.unclaimed(&outgoing).is_none()
            {
                batch.push(outgoing);
            }
        }
        batch
    }

    /// The document to turn to, and whether any waits at all.
    fn next_push(&self, now: i64) -> (Option<DocKey>, bool) {
        let state = self.state.borrow();
        let replica = self.ledger.replica();
        let watched = replica.watched().filter(|(_, since)| watch_over(*since) <= now).map(|(key, _)| key);
        let mut waiting = replica.ready().chain(watched).chain(&state.wanted).peekable();
        let any = waiting.peek().is_some();
        (waiting.find(|key| state.docs.get(*key).is_none_or(|b| !b.is_waiting(now))).cloned(), any)
    }

    fn must_look(&self, key: &DocKey) -> bool {
        let state = self.state.borrow();
        let replica = self.ledger.replica();
        if state.fetch.contains(key) || !replica.is_ready(key) {
            return true;
        }
        let blind = if replica.rev(key).is_some() {
            // The last write wins, so it must not be made on an old base.
            self.connector.promises().cas == Cas::None && defence::on(Defence::FetchBeforeRepeat)
        } else {
            // The backend makes the ids: an earlier try may have made it.
            self.connector.find(key.0.into(), &key.1).is_some() && defence::on(Defence::Correlation)
        };
        let fresh = state.fresh.get(key).is_some_and(|look| look.is_within(LOOK_MS, Moment::now(&self.clock)));
        blind && !fresh
    }

    async fn write(&self, batch: Vec<Outgoing>) -> Step {
        let now = Timestamp::from_millis(self.clock.now_ms());
        let (mut requests, mut sent) = (Vec::new(), Vec::new());
        for outgoing in batch {
            let (place, id, body) = (outgoing.key.0.into(), outgoing.key.1.as_str(), &outgoing.body);
            let request = match &outgoing.rev {
                None => self.connector.create(place, id, body, self.server_now()),
                Some(rev) => self.connector.replace(place, id, rev, body, self.server_now()),
            };
            let Some(request) = request else {
                let problem = Problem::new(ProblemKind::Rejected, 0, "the backend has no such collection");
                self.bury(&outgoing.key, &outgoing.entries, &problem).await;
                continue;
            };
            self.ledger.mark(&outgoing.key, &outgoing.entries, Some(now), None);
            if !defence::on(Defence::KeepUntilAcknowledged) {
                // As if sending were arriving.
                let _ = self.ledger.confirmed(&outgoing.key, &outgoing.entries).await;
            }
            self.state.borrow_mut().fresh.remove(&outgoing.key);
            requests.push(request);
            sent.push(outgoing);
        }
        let whole = if requests.len() > 1 { self.connector.batch(&requests) } else { requests.pop() };
        let Some(whole) = whole else { return Step::Worked };
        let answers = match self.send(whole).await {
            Some((response, trip)) if sent.len() == 1 => Some((vec![response], trip)),
            Some((response, trip)) => self.split(sent.len(), &response).map(|answers| (answers, trip)),
            None => None,
        };
        match answers {
            Some((answers, trip)) => {
                for (outgoing, response) in sent.into_iter().zip(answers) {
                    let answer = self.answer(&outgoing, &response);
                    self.written(outgoing, answer, trip).await;
                }
            }
            None => sent.iter().for_each(|outgoing| self.unanswered(outgoing)),
        }
        Step::Worked
    }

    fn answer(&self, outgoing: &Outgoing, response: &Response) -> WriteAnswer {
        let (place, id, body) = (outgoing.key.0.into(), outgoing.key.1.as_str(), &outgoing.body);
        match outgoing.rev {
            None => self.connector.create_answer(place, id, body, response),
            Some(_) => self.connector.replace_answer(place, id, body, response),
        }
    }

    /// The answers in the answer to a batch. A backend that will not have batches gets the writes one by one.
    fn split(&self, count: usize, response: &Response) -> Option<Vec<Response>> {
        let answers = self.connector.batch_answers(count, response);
        if answers.is_none() {
            let text = format!("the batch was answered with {}", response.status);
            match response.status {
                401 => self.signed_out(),
                408 | 429 | 500..=599 => {
                    self.line_failed(None, Problem::new(ProblemKind::Unavailable, response.status, text));
                }
                _ => self.state.borrow_mut().single = true,
            }
        }
        answers
    }

    /// Whether it was done is unknown.
    fn unanswered(&self, outgoing: &Outgoing) {
        let problem = self.state.borrow().line.problem.clone();
        if outgoing.rev.is_some() && defence::on(Defence::FetchBeforeRepeat) {
            // It may have been done: look before it is done again.
            self.state.borrow_mut().fetch.insert(outgoing.key.clone());
        }
        self.ledger.mark(&outgoing.key, &outgoing.entries, None, problem.as_ref());
    }

    async fn written(&self, outgoing: Outgoing, answer: WriteAnswer, trip: Trip) {
        let Outgoing { key, rev, entries, body } = outgoing;
        let answered = Some((&key, rev.as_deref()));
        let mut error = None;
        match answer {
            WriteAnswer::Stored(remote) => {
                self.met();
                match self.ledger.incoming(vec![remote], answered, trip).await {
                    Ok(()) => self.check_kept(&key, &entries).await,
                    Err(e) => self.store_failed(&e),
                }
            }
            WriteAnswer::Stale(Some(remote)) if !defence::on(Defence::CompareAndSet) => {
                // As if there were no revisions: the same write, over whatever is there.
                let again = self.connector.replace(key.0.into(), &key.1, &remote.rev, &body, self.server_now());
                if let Some(again) = again {
                    let _ = self.send(again).await;
                }
                self.state.borrow_mut().fetch.insert(key.clone());
            }
            WriteAnswer::Gone(Some(remote)) if rev.as_deref() == Some(remote.rev.as_str()) => {
                self.lost(&key, &deleted()).await;
            }
            WriteAnswer::Stale(Some(remote)) | WriteAnswer::Gone(Some(remote)) => {
                self.met();
                let same = rev.as_deref() == Some(remote.rev.as_str());
                match self.ledger.incoming(vec![remote], answered, trip).await {
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
            WriteAnswer::Unconfirmed => {
                self.met();
                self.state.borrow_mut().fetch.insert(key.clone());
                let text = "the backend has taken it and not confirmed it";
                error = self.doc_failed(&key, None, Problem::new(ProblemKind::Unavailable, 202, text));
            }
            WriteAnswer::Gone(None) => self.lost(&key, &deleted()).await,
            WriteAnswer::Missing => self.lost(&key, &missing()).await,
            WriteAnswer::Failed(Failure::SignedOut) => self.signed_out(),
            WriteAnswer::Failed(Failure::Again { problem, after_ms, line }) => {
                if rev.is_some() && defence::on(Defence::FetchBeforeRepeat) {
                    self.state.borrow_mut().fetch.insert(key.clone());
                }
                error = Some(problem.clone());
                if line {
                    self.line_failed(after_ms, problem);
                } else {
                    self.met();
                    self.doc_failed(&key, after_ms, problem);
                }
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
        if !self.connector.promises().journal {
            if let Err(error) = self.ledger.confirmed(key, entries).await {
                self.store_failed(&error);
            }
            return;
        }
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

    /// Gets the present document: before a write that would be blind, after an answer that did not show it, and at the
    /// end of a watch.
    async fn look(&self, key: &DocKey) -> Step {
        let (known, rev) = (self.ledger.replica().raw(key), self.ledger.replica().rev(key));
        let (place, id) = (key.0.into(), key.1.as_str());
        let get = self.connector.get(place, id, known.as_ref());
        let finds = get.is_none();
        let Some(request) = get.or_else(|| self.connector.find(place, id)) else {
            let problem = Problem::new(ProblemKind::Rejected, 0, "the backend has no such collection");
            let entries = self.ledger.replica().waiting(key);
            self.bury(key, &entries, &problem).await;
            return Step::Worked;
        };
        let Some((response, trip)) = self.send(request).await else { return Step::Worked };
        let seen = Moment::now(&self.clock);
        let answer = match finds {
            true => self.connector.find_answer(place, id, &response),
            false => self.connector.get_answer(place, id, &response),
        };
        match answer {
            WriteAnswer::Stored(remote) | WriteAnswer::Stale(Some(remote)) | WriteAnswer::Gone(Some(remote)) => {
                self.met();
                if let Err(error) = self.ledger.looked(key, Some(remote), rev.as_deref(), trip).await {
                    self.store_failed(&error);
                    return Step::Worked;
                }
            }
            // What has the backend's own id no longer may be there under another: it is searched for before it is made again.
            WriteAnswer::Gone(None) => {
                self.lost(key, &deleted()).await;
                self.looked(key);
                return Step::Worked;
            }
            WriteAnswer::Missing if rev.is_some() => {
                self.lost(key, &missing()).await;
                self.looked(key);
                return Step::Worked;
            }
            // Nobody has made it yet.
            WriteAnswer::Missing if finds => self.met(),
            // It exists when we create it and does not when we look: somebody is at work there.
            WriteAnswer::Missing | WriteAnswer::Stale(None) | WriteAnswer::Unconfirmed => {
                self.met();
                self.doc_failed(key, None, missing());
                self.looked(key);
                return Step::Worked;
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
                let entries = self.ledger.replica().waiting(key);
                self.bury(key, &entries, &problem).await;
                // Watched entries stay: what cannot be seen is looked for again, but not at once.
                self.doc_failed(key, None, problem);
            }
        }
        self.looked(key);
        self.state.borrow_mut().fresh.insert(key.clone(), seen);
        Step::Worked
    }

    fn looked(&self, key: &DocKey) {
        let mut state = self.state.borrow_mut();
        state.fetch.remove(key);
        state.wanted.remove(key);
    }

    /// The backend has the document no longer, and shows no tombstone.
    async fn lost(&self, key: &DocKey, problem: &Problem) {
        self.met();
        self.state.borrow_mut().fresh.remove(key);
        let entries = self.ledger.replica().waiting(key);
        self.bury(key, &entries, problem).await;
        if let Err(error) = self.ledger.vanished(key).await {
            self.store_failed(&error);
        }
    }

    /// Makes moving entries dead letters; entries that are stuck already keep their own reason.
    pub(super) async fn bury(&self, key: &DocKey, entries: &[String], problem: &Problem) {
        let moving = self.ledger.replica().still_waiting(key, entries);
        match self.ledger.dead(key, &moving, problem).await {
            Ok(()) => drop(self.state.borrow_mut().docs.remove(key)),
            Err(error) => self.store_failed(&error),
        }
    }
}

fn deleted() -> Problem {
    Problem::new(ProblemKind::Deleted, 410, "the document was deleted")
}

pub(super) fn missing() -> Problem {
    Problem::new(ProblemKind::Missing, 404, "the backend no longer knows this document")
}
