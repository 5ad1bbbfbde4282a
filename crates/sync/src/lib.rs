//! Keeps a person's desk and any JSON backend in step, so that acknowledged work is never lost: it ends applied, or
//! refused in plain sight.
//!
//! Here: the replica, the outbox, rebasing, the connector interpreter and the sync loop as small steps. Everything
//! outside (store, net, clock, dice) comes in through the traits in [`store`] and [`net`]. Not here: the browser,
//! HTTP, threads, timers; and no rule of the domain, which is the engine's.
//!
//! A view layer opens a [`Ledger`], reads its [`Replica`], sends acts as lists of [`Command`]s and is told of changes.
//! A loop drives a [`Syncer`] beside it.

pub mod auth;
mod backoff;
pub mod connector;
pub mod defence;
mod join;
mod ledger;
mod memory;
mod merge;
mod moment;
pub mod net;
mod outbox;
mod plan;
mod replica;
pub mod selftest;
mod slot;
pub mod store;
mod syncer;

pub use connector::Connector;
pub use ledger::{ItemError, Ledger, Notice};
pub use memory::{Fail, Kept, MemoryStore};
pub use merge::merge;
pub use outbox::{ItemState, OUTBOX_VERSION, OutboxItem};
pub use plan::{ActError, Command};
pub use replica::{Counts, Replica};
pub use slot::{DOCUMENT_LIMIT, DocKey};
pub use syncer::{Link, OtherPerson, Status, Step, Syncer};
