//! What every view reads and the one way in which a view changes something: the [`Desk`] handle in context.
//! Views read documents, rows, the time and the connection as signals, and send intents by [`Desk::act`].
//! No view may touch the store, the network or the replica in another way. Here: what the desk holds; what can be done
//! with it has a module for each direction.

mod act;
mod feed;
mod kinds;
mod read;
mod shelf;

use std::collections::HashMap;
use std::sync::Arc;

use baton_engine::Refusal;
use baton_engine::model::{Actor, Collection};
use baton_engine::time::Timestamp;
use leptos::prelude::*;

pub use baton_sync::Command;
pub use kinds::{Doc, Kind};
pub use shelf::Key;
use shelf::Shelf;

use super::backend::{Backend, RefusedFile};
use super::device::Device;
use super::live::Live;
use super::session::Session;
use crate::net::DeskNet;

/// The connection as the person sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Connection {
    #[default]
    Connecting,
    Online,
    /// Since when.
    Offline {
        since: Timestamp,
    },
    /// The session ended; the queue waits for the same person.
    LoggedOut,
}

/// Numbers of the outbox for the top bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutboxCounts {
    pub queued: usize,
    pub sent: usize,
    pub refused: usize,
    pub dead: usize,
    /// Documents and entries that cannot be read.
    pub unreadable: usize,
}

/// Something went wrong after an act was shown: it is not kept, and the person is told.
#[derive(Debug, Clone, PartialEq)]
pub enum Setback {
    Refused(Refusal),
    /// The document cannot be read, so nothing can be decided about it.
    Unreadable(String),
    /// This device could not store it.
    NotStored(String),
}

/// The handle. `Copy`, from context: `let desk = Desk::get();`
#[derive(Clone, Copy)]
pub struct Desk {
    shelf: StoredValue<Shelf>,
    triggers: StoredValue<HashMap<Key, ArcTrigger>>,
    live: StoredValue<Option<Live>, LocalStorage>,
    /// The backend in force; None until it is known.
    pub backend: RwSignal<Option<Arc<Backend>>>,
    /// Connector files that could not be used at the start.
    pub refused_connectors: RwSignal<Vec<RefusedFile>>,
    /// Carries the person's log-in.
    pub net: StoredValue<DeskNet>,
    /// Server-corrected time; ticks once a second, aligned to the second.
    pub now: RwSignal<Timestamp>,
    pub session: RwSignal<Option<Session>>,
    pub connection: RwSignal<Connection>,
    pub outbox: RwSignal<OutboxCounts>,
    /// Server time minus this device's, milliseconds.
    pub skew_ms: RwSignal<i64>,
    /// When the backend answered last.
    pub last_contact: RwSignal<Option<Timestamp>>,
    /// When it is asked again, while offline.
    pub retry_at: RwSignal<Option<Timestamp>>,
    /// Collections listed to their end once, of how many: progress of the first sync.
    pub first_sync: RwSignal<(usize, usize)>,
    /// Documents that are here so far.
    pub documents: RwSignal<usize>,
    /// Collections that cannot be listed: they are missing from the desk.
    pub unlisted: RwSignal<Vec<Collection>>,
    /// False: this browser keeps nothing, so work lives only as long as the tab.
    pub durable: RwSignal<bool>,
    /// What the person must know of this device's storage.
    pub device: RwSignal<Device>,
    /// The last act that was shown and then could not be kept.
    pub setback: RwSignal<Option<Setback>>,
    list_rev: RwSignal<u64>,
    policy_rev: RwSignal<u64>,
    outbox_rev: RwSignal<u64>,
    collection_rev: StoredValue<HashMap<Collection, RwSignal<u64>>>,
}

impl Desk {
    pub fn new(now: Timestamp) -> Desk {
        let revs = Collection::ALL.into_iter().map(|c| (c, RwSignal::new(0))).collect();
        Desk {
            shelf: StoredValue::new(Shelf::default()),
            triggers: StoredValue::new(HashMap::new()),
            live: StoredValue::new_local(None),
            backend: RwSignal::new(None),
            refused_connectors: RwSignal::new(Vec::new()),
            net: StoredValue::new(DeskNet::default()),
            now: RwSignal::new(now),
            session: RwSignal::new(None),
            connection: RwSignal::new(Connection::default()),
            outbox: RwSignal::new(OutboxCounts::default()),
            skew_ms: RwSignal::new(0),
            last_contact: RwSignal::new(None),
            retry_at: RwSignal::new(None),
            first_sync: RwSignal::new((0, 0)),
            documents: RwSignal::new(0),
            unlisted: RwSignal::new(Vec::new()),
            durable: RwSignal::new(true),
            device: RwSignal::new(Device::default()),
            setback: RwSignal::new(None),
            list_rev: RwSignal::new(0),
            policy_rev: RwSignal::new(0),
            outbox_rev: RwSignal::new(0),
            collection_rev: StoredValue::new(revs),
        }
    }

    /// From context; the app provides it at its root.
    pub fn get() -> Desk {
        expect_context()
    }

    /// Nothing happens while nobody is logged in.
    fn with_live(&self, act: impl FnOnce(&Live)) {
        self.live.with_value(|live| {
            if let Some(live) = live {
                act(live);
            }
        });
    }

    fn actor_untracked(&self) -> Actor {
        self.session.with_untracked(|s| s.as_ref().map(Session::actor)).unwrap_or_default()
    }
}
