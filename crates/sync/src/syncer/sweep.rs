//! Reading everything again now and then: for what a cursor missed, and for what vanished without a tombstone.
//!
//! A document that is in no list any more is not believed to be gone: the backend is asked for it by its id.

use std::collections::{BTreeSet, VecDeque};

use baton_engine::model::Collection;

use super::{State, Step, Syncer};
use crate::connector::{Failure, ListAnswer, WriteAnswer};
use crate::defence::{self, Defence};
use crate::moment::Trip;
use crate::net::{Clock, Net, Rng};
use crate::slot::DocKey;
use crate::store::{Store, StoreError};

/// A listing of everything, under way. It is kept in memory only: one that was cut off begins again.
pub(super) struct Sweep {
    queue: VecDeque<Collection>,
    cursor: Option<String>,
    /// Ids that were here when the collection's listing began and have not been in it yet.
    missed: BTreeSet<String>,
    begun: bool,
    /// The ledger's cursor of the collection when its listing began.
    from: Option<String>,
    /// Documents that were in no list.
    suspects: VecDeque<DocKey>,
    /// Documents that were in some list.
    listed: usize,
}

/// A backend that shows nothing at all, though this desk knows more documents than these, is not believed: it may have
/// forgotten who asks, or have been wiped. The desk says so and keeps what it has.
const BELIEVED: usize = 10;
/// How often it is looked at again until it shows something, milliseconds.
const DOUBT_MS: i64 = 60_000;

impl<S: Store, N: Net, C: Clock, R: Rng> Syncer<S, N, C, R> {
    /// One page of a sweep, or one question for a document that was in no list.
    pub async fn sweep_step(&self) -> Step {
        let Some(_turn) = self.turn() else { return Step::Idle };
        let now = self.clock.steady_ms();
        if !self.is_sweep_due(now) {
            return Step::Idle;
        }
        if let Some(step) = self.blocked(now) {
            return step;
        }
        let suspect = self.state.borrow_mut().suspects.pop_front();
        if let Some(key) = suspect {
            let step = self.ask_for(key).await;
            self.sweep_over().await;
            return step;
        }
        let Some((collection, cursor)) = self.next_in_sweep() else {
            self.sweep_later(now);
            self.sweep_over().await;
            return Step::Worked;
        };
        let Some(request) = self.connector.list(collection.into(), cursor.as_deref()) else {
            self.swept(false);
            return Step::Worked;
        };
        let Some((response, trip)) = self.send(request).await else { return Step::Worked };
        match self.connector.list_answer(collection.into(), cursor.as_deref(), &response) {
            ListAnswer::Page { items, cursor: next, more, .. } => {
                self.met();
                let present = items.iter().filter(|r| !r.deleted);
                let present: Vec<(String, String)> = present.map(|r| (r.id.clone(), r.rev.clone())).collect();
                if let Err(error) = self.ledger.incoming(items, None, trip).await {
                    self.store_failed(&error);
                    return Step::Worked;
                }
                let stuck = next == cursor;
                if let Some(sweep) = self.state.borrow_mut().sweep.as_mut() {
                    sweep.listed += present.len();
                    let replica = self.ledger.replica();
                    for (id, rev) in present {
                        sweep.missed.remove(&id);
                        let key = (collection, id);
                        // Passed over for its number, or deleted as far as we know: either this page is old, or what is here.
                        // A list may show no revisions.
                        if !rev.is_empty() && !replica.is_at(&key, &rev) {
                            sweep.suspects.push_back(key);
                        }
                    }
                    sweep.cursor = next.clone();
                }
                if !more || stuck {
                    if let Err(error) = self.go_on_from_here(collection, next, trip).await {
                        self.store_failed(&error);
                        return Step::Worked;
                    }
                    self.swept(true);
                }
            }
            ListAnswer::Reset | ListAnswer::Failed(Failure::Refused(_)) => {
                self.met();
                self.swept(false);
            }
            ListAnswer::Failed(Failure::SignedOut) => self.signed_out(),
            ListAnswer::Failed(Failure::Again { problem, after_ms, .. }) => self.line_failed(after_ms, problem),
        }
        Step::Worked
    }

    /// What to list next; None: the sweep has come to its end.
    fn next_in_sweep(&self) -> Option<(Collection, Option<String>)> {
        let mut state = self.state.borrow_mut();
        let sweep = state.sweep.get_or_insert_with(|| Sweep {
            queue: self.connector.collections().collect(),
            cursor: None,
            missed: BTreeSet::new(),
            begun: false,
            from: None,
            suspects: VecDeque::new(),
            listed: 0,
        });
        let Some(collection) = sweep.queue.front().copied() else {
            let (listed, suspects) = state.sweep.take().map(|s| (s.listed, s.suspects)).unwrap_or_default();
            state.emptied = listed == 0 && suspects.len() > BELIEVED;
            if !state.emptied {
                state.suspects.extend(suspects);
            }
            return None;
        };
        if !sweep.begun {
            sweep.begun = true;
            let replica = self.ledger.replica();
            sweep.missed = replica.living(collection);
            sweep.from = replica.cursor(collection).map(str::to_owned);
        }
        Some((collection, sweep.cursor.clone()))
    }

    fn is_sweep_due(&self, now: i64) -> bool {
        let state = self.state.borrow();
        let due = state.sweep_at_ms.is_some_and(|at| at <= now) && defence::on(Defence::Reconcile);
        due || self.must_sweep(&state) || state.sweep.is_some() || !state.suspects.is_empty()
    }

    /// The collection was listed to its end, so going on from there misses nothing, also where the old cursor is of a
    /// backend that was wiped. But if the store was emptied meanwhile, what this listing brought before that is gone: then
    /// the cursor is another one, and stays.
    async fn go_on_from_here(
        &self,
        collection: Collection,
        next: Option<String>,
        trip: Trip,
    ) -> Result<(), StoreError> {
        let from = self.state.borrow().sweep.as_ref().and_then(|sweep| sweep.from.clone());
        let Some(from) = from else { return Ok(()) };
        let stored = self.ledger.page(collection, (Vec::new(), trip), Some(&from), next, true).await;
        if stored.is_err()
            && let Some(sweep) = self.state.borrow_mut().sweep.as_mut()
        {
            (sweep.cursor, sweep.begun) = (None, false);
        }
        stored.map(drop)
    }

    /// A backend that has lost its memory is read again at once; one that shows nothing, now and then.
    pub(super) fn must_sweep(&self, state: &State) -> bool {
        self.ledger.replica().is_sweep_due() && !state.emptied && defence::on(Defence::Reconcile)
    }

    async fn sweep_over(&self) {
        let over = {
            let state = self.state.borrow();
            self.must_sweep(&state) && state.sweep.is_none() && state.suspects.is_empty()
        };
        if over && let Err(error) = self.ledger.swept().await {
            self.store_failed(&error);
        }
    }

    /// The collection's listing has ended, or cannot be had.
    fn swept(&self, whole: bool) {
        let mut state = self.state.borrow_mut();
        let Some(sweep) = state.sweep.as_mut() else { return };
        let Some(collection) = sweep.queue.pop_front() else { return };
        sweep.cursor = None;
        sweep.begun = false;
        let missed = std::mem::take(&mut sweep.missed);
        if whole && defence::on(Defence::Vanished) {
            sweep.suspects.extend(missed.into_iter().map(|id| (collection, id)));
        }
    }

    fn sweep_later(&self, now: i64) {
        let doubt = self.state.borrow().emptied.then_some(DOUBT_MS);
        let next = doubt.or(self.connector.reconcile_ms()).map(|every| {
            let jitter = self.rng.up_to(every.unsigned_abs() / 4);
            now.saturating_add(every).saturating_add_unsigned(jitter)
        });
        self.state.borrow_mut().sweep_at_ms = next;
    }

    async fn ask_for(&self, key: DocKey) -> Step {
        let known = self.ledger.replica().raw(&key);
        let rev = self.ledger.replica().rev(&key);
        let Some(request) = self.connector.get(key.0.into(), &key.1, known.as_ref()) else { return Step::Worked };
        let Some((response, trip)) = self.send(request).await else {
            self.state.borrow_mut().suspects.push_front(key);
            return Step::Worked;
        };
        let stored = match self.connector.get_answer(key.0.into(), &key.1, &response) {
            WriteAnswer::Stored(remote) | WriteAnswer::Stale(Some(remote)) | WriteAnswer::Gone(Some(remote)) => {
                self.met();
                self.ledger.looked(&key, Some(remote), rev.as_deref(), trip).await
            }
            WriteAnswer::Gone(None) | WriteAnswer::Missing => {
                self.met();
                self.ledger.vanished(&key).await
            }
            WriteAnswer::Failed(Failure::SignedOut) => {
                self.signed_out();
                self.state.borrow_mut().suspects.push_front(key);
                return Step::Worked;
            }
            WriteAnswer::Failed(Failure::Again { problem, after_ms, .. }) => {
                self.line_failed(after_ms, problem);
                self.state.borrow_mut().suspects.push_front(key);
                return Step::Worked;
            }
            // Not to be had for another reason: no proof that it is gone.
            WriteAnswer::Stale(None) | WriteAnswer::Unconfirmed | WriteAnswer::Failed(Failure::Refused(_)) => {
                self.met();
                Ok(())
            }
        };
        if let Err(error) = stored {
            self.store_failed(&error);
            self.state.borrow_mut().suspects.push_front(key);
        }
        Step::Worked
    }
}
