//! Whose turn it is to be waited for. A browser has six connections to one server, so of the collections that a long poll
//! waits for, those with own work have one each, and the others share one in turns. What is not waited for just now is heard
//! of when its turn comes, or when anything else is heard of.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use baton_engine::model::Collection;

/// Long polls at once: one connection stays free for the work, which needs one at a time.
pub const AT_ONCE: usize = 5;

#[derive(Default)]
pub struct Turns {
    waiting: RefCell<VecDeque<Collection>>,
    begun: Cell<bool>,
    open: Cell<usize>,
}

/// Whether it may share a connection: what happens there is not waited for with a customer on the line.
fn can_share(collection: Collection) -> bool {
    matches!(collection, Collection::Seats | Collection::Customers)
}

impl Turns {
    /// Opens another long poll, if there is room for one and a collection that nobody waits for.
    pub fn open(&self, all: impl Iterator<Item = Collection>) -> Option<Collection> {
        if !self.begun.replace(true) {
            let (shared, own): (Vec<_>, Vec<_>) = all.partition(|c| can_share(*c));
            self.waiting.replace(own.into_iter().chain(shared).collect());
        }
        if self.open.get() >= AT_ONCE {
            return None;
        }
        let next = self.waiting.borrow_mut().pop_front()?;
        self.open.set(self.open.get() + 1);
        Some(next)
    }

    /// This one was waited for: what is waited for next in its place.
    pub fn next(&self, done: Collection) -> Collection {
        if !can_share(done) {
            return done;
        }
        let mut waiting = self.waiting.borrow_mut();
        waiting.push_back(done);
        waiting.pop_front().unwrap_or(done)
    }

    /// A long poll ended for now.
    pub fn close(&self, last: Collection) {
        self.waiting.borrow_mut().push_front(last);
        self.open.set(self.open.get().saturating_sub(1));
    }

    /// Whether another one could be opened.
    pub fn has_room(&self) -> bool {
        self.open.get() < AT_ONCE && (!self.begun.get() || !self.waiting.borrow().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_work_is_always_waited_for_and_the_rest_gets_its_turns() {
        let turns = Turns::default();
        let open = || turns.open(Collection::ALL.into_iter());
        let held: Vec<_> = std::iter::from_fn(open).collect();
        assert_eq!(held.len(), AT_ONCE);
        assert!(!turns.has_room());
        for own in [Collection::Cases, Collection::Callbacks, Collection::Interactions, Collection::Messages] {
            assert!(held.contains(&own));
            assert_eq!(turns.next(own), own, "a second change is heard as soon as the first");
        }
        assert_eq!(held.last(), Some(&Collection::Seats));
        assert_eq!(turns.next(Collection::Seats), Collection::Customers);
        assert_eq!(turns.next(Collection::Customers), Collection::Seats);
        turns.close(Collection::Cases);
        assert!(turns.has_room());
        assert_eq!(open(), Some(Collection::Cases));
    }
}
