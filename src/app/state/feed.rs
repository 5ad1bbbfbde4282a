//! What comes into the desk: for the shell and the live link alone. Views never call anything here.

use std::collections::BTreeSet;
use std::sync::Arc;

use baton_engine::model::{Collection, Document};
use baton_engine::order;
use baton_engine::policy::Policies;
use baton_engine::time::Timestamp;
use leptos::prelude::*;

use super::{Connection, Desk, Key, OutboxCounts, Shelf};
use crate::app::live::Live;
use crate::app::session::Session;

impl Desk {
    /// Documents as the replica has them; None: gone.
    pub fn take(&self, changes: Vec<(Key, Option<Arc<Document>>)>) {
        if changes.is_empty() {
            return;
        }
        let (actor, now) = (self.actor_untracked(), self.now.get_untracked());
        let touched: Vec<Key> = changes.iter().map(|(key, _)| key.clone()).collect();
        self.shelf.update_value(|s| s.take(changes, &actor, now));
        self.fire(&touched);
    }

    /// The outbox changed.
    pub fn outbox_changed(&self, counts: OutboxCounts) {
        self.outbox.set(counts);
        self.outbox_rev.update(|r| *r += 1);
    }

    pub fn set_policies(&self, policies: Policies) {
        let policies = Arc::new(policies);
        self.shelf.update_value(|s| s.policies = policies.clone());
        self.with_live(|live| live.set_policies(policies));
        self.policy_rev.update(|r| *r += 1);
        self.rebuild();
    }

    /// Computes every row anew: after log-in or a change of rules.
    pub fn rebuild(&self) {
        let (actor, now) = (self.actor_untracked(), self.now.get_untracked());
        self.shelf.update_value(|s| s.rebuild(&actor, now));
        self.list_rev.update(|r| *r += 1);
    }

    /// One second has passed: rows that crossed a threshold move.
    pub fn tick(&self, now: Timestamp) {
        self.now.set(now);
        let actor = self.actor_untracked();
        let mut moved = false;
        self.shelf.update_value(|s| moved = s.tick(&actor, now));
        if moved {
            self.list_rev.update(|r| *r += 1);
        }
    }

    /// Connects the desk to the person's own store and to the backend. Returns when what the store holds can be seen;
    /// syncing goes on behind. Called once after log-in, or after a start with no network.
    pub async fn connect(&self, session: Session) {
        self.session.set(Some(session.clone()));
        let policies = self.shelf.with_value(|s| s.policies.clone());
        if let Some(backend) = self.backend.get_untracked() {
            let live = Live::open(*self, &backend, &session, policies).await;
            self.live.set_value(Some(live));
        }
        self.rebuild();
    }

    /// Logged in again after the session had ended. False: it is somebody else, who must log in anew.
    pub fn resume(&self, person: &str) -> bool {
        self.live.with_value(|l| l.as_ref().is_some_and(|l| l.resume(person)))
    }

    /// Ends the work at this desk: documents leave the device; unsent work and drafts stay for the same person
    /// unless `everything` is to go.
    pub async fn disconnect(&self, everything: bool) {
        let mut live = None;
        self.live.update_value(|l| live = l.take());
        if let Some(live) = live {
            live.close(everything).await;
        }
        let policies = self.shelf.with_value(|s| s.policies.clone());
        self.shelf.update_value(|s| {
            *s = Shelf::default();
            s.policies = policies;
        });
        self.session.set(None);
        self.connection.set(Connection::Connecting);
        self.outbox_changed(OutboxCounts::default());
        for collection in Collection::ALL {
            self.bump(collection);
        }
        self.list_rev.update(|r| *r += 1);
    }

    fn bump(&self, collection: Collection) {
        if let Some(rev) = self.collection_rev.with_value(|r| r.get(&collection).copied()) {
            rev.update(|r| *r += 1);
        }
    }

    fn fire(&self, touched: &[Key]) {
        let triggers: Vec<ArcTrigger> =
            self.triggers.with_value(|t| touched.iter().filter_map(|k| t.get(k).cloned()).collect());
        for trigger in triggers {
            trigger.notify();
        }
        let seen: BTreeSet<Collection> = order::gather(touched.iter().map(|k| k.0));
        for collection in seen {
            self.bump(collection);
        }
        self.list_rev.update(|r| *r += 1);
    }
}
