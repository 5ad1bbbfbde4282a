//! Reading what changed: one page of one collection at a time, from where the last list ended.

use baton_engine::model::Collection;

use super::{Link, PULL_EVERY_MS, Step, Syncer};
use crate::connector::{Failure, ListAnswer, Live};
use crate::join::both;
use crate::moment::Trip;
use crate::net::{Clock, Net, Response, Rng};
use crate::store::Store;

/// A page that came before its turn. A write makes it worthless: it may show what was there before.
pub(super) struct Ahead {
    collection: Collection,
    cursor: Option<String>,
    answered: (Response, Trip),
}

impl<S: Store, N: Net, C: Clock, R: Rng> Syncer<S, N, C, R> {
    /// One page of one collection, if a pull is due.
    pub async fn pull_step(&self) -> Step {
        let Some(_turn) = self.turn() else { return Step::Idle };
        let now = self.clock.steady_ms();
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
        let ahead = self.state.borrow_mut().ahead.take().filter(|a| a.collection == collection && a.cursor == cursor);
        let answered = match ahead {
            Some(ahead) => Some(ahead.answered),
            None => self.send(request).await,
        };
        let Some((response, trip)) = answered else { return Step::Worked };
        match self.connector.list_answer(collection.into(), cursor.as_deref(), &response) {
            ListAnswer::Page { items, nameless, cursor: next, more } => {
                self.met();
                self.ledger.note_nameless(collection, nameless);
                // A page that says "more" from the same place would be asked for for ever.
                let last = !more || next == cursor;
                let page = self.ledger.page(collection, (items, trip), cursor.as_deref(), next.clone(), last);
                let (stored, ahead) = both(page, self.ask_ahead(collection, next, last)).await;
                self.state.borrow_mut().ahead = ahead.filter(|_| stored == Ok(true));
                match stored {
                    Ok(true) if last => self.listed(collection),
                    Ok(_) => {}
                    Err(error) => self.store_failed(&error),
                }
            }
            ListAnswer::Reset => {
                self.met();
                // A sweep that is under way has seen some of what is gone.
                self.state.borrow_mut().sweep = None;
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

    /// In a first listing the next page is asked for while this one is stored.
    async fn ask_ahead(&self, collection: Collection, cursor: Option<String>, last: bool) -> Option<Ahead> {
        if last || self.ledger.replica().is_complete(collection) {
            return None;
        }
        let request = self.connector.list(collection.into(), cursor.as_deref())?;
        let answered = self.send(request).await?;
        Some(Ahead { collection, cursor, answered })
    }

    fn pull_at(&self) -> i64 {
        let state = self.state.borrow();
        if state.pulls.is_empty() { state.pull_at_ms } else { i64::MIN }
    }

    fn listed(&self, collection: Collection) {
        let every = match self.connector.live() {
            Live::Poll { every_ms } => every_ms,
            Live::Events { .. } | Live::LongPoll => PULL_EVERY_MS,
        };
        let mut state = self.state.borrow_mut();
        state.pulls.retain(|c| *c != collection);
        if state.pulls.is_empty() {
            let jitter = self.rng.up_to(every / 2);
            let next = self.clock.steady_ms().saturating_add_unsigned(every.saturating_add(jitter));
            // Somebody may have asked for another pull meanwhile.
            if state.pull_at_ms == i64::MAX {
                state.pull_at_ms = next;
            }
        }
    }

    /// Waits on the server until a collection changes, beside the steps; for backends that hold a list open. Ends at
    /// once where the backend cannot, or while there is nothing to hear. True: call it again.
    pub async fn listen(&self, collection: Collection) -> bool {
        let listens = self.connector.live() == Live::LongPoll
            && self.ledger.is_leading()
            && self.ledger.replica().is_complete(collection)
            && self.state.borrow().link == Link::Online;
        if !listens {
            return false;
        }
        let cursor = self.ledger.replica().cursor(collection).map(str::to_owned);
        let Some(request) = self.connector.wait(collection.into(), cursor.as_deref()) else { return false };
        let Ok(response) = self.net.send(request).await else { return false };
        match self.connector.list_answer(collection.into(), cursor.as_deref(), &response) {
            ListAnswer::Page { items, .. } => {
                if !items.is_empty() {
                    self.pull_soon();
                }
                true
            }
            _ => false,
        }
    }
}
