//! Whose turn it is to be waited for. A browser has six connections to one server, so only a few collections are waited for
//! at a time, each for one long poll, in turns; what is not waited for just now is heard of when its turn comes.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use baton_engine::model::Collection;

/// Long polls at once: two connections stay free for the work.
pub const AT_ONCE: usize = 4;

#[derive(Default)]
pub struct Turns {
    waiting: RefCell<VecDeque<Collection>>,
    begun: Cell<bool>,
    open: Cell<usize>,
}

impl Turns {
    /// Opens another long poll, if there is room for one and a collection that nobody waits for.
    pub fn open(&self, all: impl Iterator<Item = Collection>) -> Option<Collection> {
        if !self.begun.replace(true) {
            self.waiting.replace(all.collect());
        }
        if self.open.get() >= AT_ONCE {
            return None;
        }
        let next = self.waiting.borrow_mut().pop_front()?;
        self.open.set(self.open.get() + 1);
        Some(next)
    }

    /// This one was waited for: the next one's turn.
    pub fn next(&self, done: Collection) -> Collection {
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
    fn a_few_at_once_and_everyone_gets_a_turn() {
        let turns = Turns::default();
        let open = || turns.open(Collection::ALL.into_iter());
        let first: Vec<_> = std::iter::from_fn(open).collect();
        assert_eq!(first, Collection::ALL[..AT_ONCE], "own work first");
        assert!(!turns.has_room());
        let mut seen = first.clone();
        let mut held = first;
        for round in 0..Collection::ALL.len() {
            let at = round % held.len();
            held[at] = turns.next(held[at]);
            seen.push(held[at]);
        }
        assert!(Collection::ALL.iter().all(|c| seen.contains(c)), "{seen:?}");
        turns.close(held[0]);
        assert!(turns.has_room());
        assert_eq!(open(), Some(held[0]));
    }
}
