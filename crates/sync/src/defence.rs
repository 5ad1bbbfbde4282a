//! The defences of sync by name, so that a test can take one away and prove that the simulator notices.
//!
//! In the product each is always up: [`on`] is a constant there. With the feature `simulate` a thread can drop some.

/// One thing that keeps acknowledged work from being lost, doubled or misplaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Defence {
    /// Lists begin a while before the newest stamp seen: late commits are not missed.
    CursorOverlap,
    /// All of an act, or of a page with its cursor, in one transaction.
    OneTransaction,
    /// An entry leaves the outbox only when the backend's document holds it.
    KeepUntilAcknowledged,
    /// Waiting entries are decided again on every new base.
    RecheckOnMove,
    /// Writes carry the revision of their base, where the backend heeds it.
    CompareAndSet,
    /// An entry whose id is in the base's journal is done.
    JournalIds,
    /// A new base from the backend keeps the waiting entries on top of it.
    RebaseOnPull,
    /// Where the last write wins, entries are watched for a while and applied again if they vanish.
    Settling,
    /// Where compare-and-set is absent or doubtful, exclusive work is claimed by creating a document.
    ClaimDocument,
    /// Everything is listed again now and then.
    Reconcile,
    /// A deletion is kept, and an older form does not bring the document back.
    TombstonesStay,
    /// After a write without an answer the document is looked at before the write is repeated.
    FetchBeforeRepeat,
    /// Documents whose ids the backend makes are found again by our own id.
    Correlation,
    /// The store takes nothing from a tab that has lost the lead.
    Fence,
    /// A document that is in no list any more is asked for, and gone if it is not there.
    Vanished,
}

#[cfg(feature = "simulate")]
mod dropped {
    use std::cell::RefCell;

    use super::Defence;

    thread_local! {
        static DROPPED: RefCell<Vec<Defence>> = const { RefCell::new(Vec::new()) };
    }

    pub(crate) fn on(defence: Defence) -> bool {
        DROPPED.with_borrow(|dropped| !dropped.contains(&defence))
    }

    /// Runs `work` on this thread without these defences.
    pub fn without<T>(defences: &[Defence], work: impl FnOnce() -> T) -> T {
        struct Back(Vec<Defence>);
        impl Drop for Back {
            fn drop(&mut self) {
                let before = std::mem::take(&mut self.0);
                DROPPED.with_borrow_mut(|dropped| *dropped = before);
            }
        }
        let _back = Back(DROPPED.replace(defences.to_vec()));
        work()
    }
}

#[cfg(feature = "simulate")]
pub(crate) use dropped::on;
#[cfg(feature = "simulate")]
pub use dropped::without;

#[cfg(not(feature = "simulate"))]
pub(crate) const fn on(_: Defence) -> bool {
    true
}
