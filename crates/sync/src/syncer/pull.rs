//! Reading what changed: one page of one collection at a time, from where the last list ended.

use baton_engine::model::Collection;

use super::{LOOK_MS, Link, PULL_EVERY_MS, Step, Syncer};
use crate::connector::{Failure, ListAnswer, Live};
use crate::join::both;
use crate::moment::Trip;
use crate::net::{Clock, Net, Request, Rng};
use crate::store::Store;

/// Documents of the first page: soon on the screen, also over a slow line.
const FIRST_PAGE: usize = 500;
/// Documents of a page at least, however slow the line.
const LEAST_PAGE: usize = 50;
/// A page that came within this time may be followed by a bigger one, milliseconds; one that took ten times as long is
/// followed by a smaller one.
const QUICK_MS: i64 = 1_000;

/// A page that came before its turn. A write or some time makes it worthless: it may show what was there before.
pub(super) struct Ahead {
    collection: Collection,
    cursor: Option<String>,
    answered: (ListAnswer, Trip),
}

/// How many documents a page is asked to have, where the backend leaves that to us: a request ends after a time, so a slow
/// line gets small pages, and a quick one big ones.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace(usize);

impl Default for Pace {
    fn default() -> Pace {
        Pace(FIRST_PAGE)
    }
}

impl Pace {
    /// `took_ms`: None if no answer came.
    fn note(&mut self, took_ms: Option<i64>) {
        match took_ms {
            Some(ms) if ms <= QUICK_MS => self.0 = self.0.saturating_mul(4),
            Some(ms) if ms < 10 * QUICK_MS => {}
            _ => self.0 = (self.0 / 2).clamp(LEAST_PAGE, FIRST_PAGE),
        }
    }
}

impl<S: Store, N: Net, C: Clock, R: Rng> Syncer<S, N, C, R> {
    /// One page of one collection, if a pull is due.
    pub async fn pull_step(&self) -> Step {
        let Some(_turn) = self.turn() else { return Step::Idle };
        let now = self.clock.steady_ms();
        if let Some(step) = self.blocked(now) {
            self.state.borrow_mut().ahead = None;
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
        let Pace(most) = self.state.borrow().pace;
        let Some(request) = self.connector.list_some(collection.into(), cursor.as_deref(), most) else {
            self.listed(collection);
            return Step::Worked;
        };
        let fresh = |a: &Ahead| {
            a.collection == collection && a.cursor == cursor && now.saturating_sub(a.answered.1.asked_ms) <= LOOK_MS
        };
        let ahead = self.state.borrow_mut().ahead.take().filter(fresh);
        let answered = match ahead {
            Some(ahead) => Some(ahead.answered),
            None => self.ask(request, collection, cursor.as_deref(), most).await,
        };
        let Some((answer, trip)) = answered else { return Step::Worked };
        match answer {
            ListAnswer::Page { items, nameless, cursor: next, more } => {
                self.met();
                self.ledger.note_nameless(collection, nameless);
                // A page that says "more" from the same place would be asked for for ever.
                let last = !more || next == cursor;
                // The request is out before the page is worked out and stored, which takes as long as the answer.
                let ahead = self.ask_ahead(collection, next.clone(), last);
                let page = self.ledger.page(collection, (items, trip), cursor.as_deref(), next, last);
                let (ahead, stored) = both(ahead, page).await;
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

    /// In a first listing the next page is asked for, and read, while this one is stored; after the last one the first page
    /// of the next collection.
    async fn ask_ahead(&self, collection: Collection, cursor: Option<String>, last: bool) -> Option<Ahead> {
        let (collection, cursor) = if last {
            let next = self.state.borrow().pulls.get(1).copied()?;
            (next, self.ledger.replica().cursor(next).map(str::to_owned))
        } else {
            (collection, cursor)
        };
        if self.ledger.replica().is_complete(collection) {
            return None;
        }
        let Pace(most) = self.state.borrow().pace;
        let request = self.connector.list_some(collection.into(), cursor.as_deref(), most)?;
        let answered = self.ask(request, collection, cursor.as_deref(), most).await?;
        Some(Ahead { collection, cursor, answered })
    }

    async fn ask(
        &self,
        request: Request,
        collection: Collection,
        cursor: Option<&str>,
        most: usize,
    ) -> Option<(ListAnswer, Trip)> {
        let sent_ms = self.clock.steady_ms();
        let answered = self.send(request).await;
        let took_ms = answered.as_ref().map(|_| self.clock.steady_ms().saturating_sub(sent_ms));
        let answered = answered
            .map(|(response, trip)| (self.connector.some_answer(collection.into(), cursor, most, &response), trip));
        // The last page says little: it may be short.
        if !matches!(answered, Some((ListAnswer::Page { more: false, .. }, _))) {
            self.state.borrow_mut().pace.note(took_ms);
        }
        answered
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quick_line_gets_bigger_pages_and_a_slow_one_smaller() {
        let after = |times: &[Option<i64>]| {
            let mut pace = Pace::default();
            times.iter().for_each(|ms| pace.note(*ms));
            pace.0
        };
        assert_eq!(after(&[Some(1), Some(QUICK_MS)]), 16 * FIRST_PAGE);
        assert_eq!(after(&[Some(QUICK_MS + 1); 9]), FIRST_PAGE);
        assert_eq!(after(&[Some(1), Some(1), Some(1), None]), FIRST_PAGE, "after a failure no more than at first");
        assert_eq!(after(&[Some(29_000), None]), FIRST_PAGE / 4);
        assert_eq!(after(&[None; 99]), LEAST_PAGE);
    }
}
