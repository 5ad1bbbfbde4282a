//! What the syncer brings to the ledger, and what it must know of it. Only the leader's is stored.

use baton_engine::Refusal;
use baton_engine::model::Collection;
use baton_engine::time::Timestamp;

use super::Ledger;
use crate::connector::Remote;
use crate::moment::Trip;
use crate::net::Problem;
use crate::plan::Plan;
use crate::replica::Outgoing;
use crate::slot::{DocKey, Watch};
use crate::store::{Store, StoreError};

impl<S: Store> Ledger<S> {
    /// Documents from the backend.
    pub(crate) async fn incoming(
        &self,
        remotes: Vec<Remote>,
        answered: Option<(&DocKey, Option<&str>)>,
        trip: Trip,
    ) -> Result<(), StoreError> {
        let _gate = self.gate.lock().await;
        self.settle_doubt().await?;
        let plan = self.replica.borrow().plan_incoming(remotes, answered, trip);
        self.carry_out(plan, true).await
    }

    /// One page of a list that was asked for with the cursor `asked`, with the cursor that goes with it; `last`: the
    /// collection's end is reached. False: the cursor is another one by now (the store was emptied, or another tab led
    /// meanwhile), so going on from the page's might miss something: its documents are kept, its cursor is not.
    pub(crate) async fn page(
        &self,
        collection: Collection,
        (remotes, trip): (Vec<Remote>, Trip),
        asked: Option<&str>,
        cursor: Option<String>,
        last: bool,
    ) -> Result<bool, StoreError> {
        let _gate = self.gate.lock().await;
        self.settle_doubt().await?;
        let mut plan = self.replica.borrow().plan_incoming(remotes, None, trip);
        if self.replica.borrow().cursor(collection) != asked {
            self.carry_out(plan, true).await?;
            return Ok(false);
        }
        if cursor.is_some() && self.replica.borrow().cursor(collection) != cursor.as_deref() {
            plan.move_cursor(collection, cursor);
        }
        if last && !self.replica.borrow().is_complete(collection) {
            plan.mark_complete(collection);
        }
        self.carry_out(plan, true).await?;
        Ok(true)
    }

    /// The backend was asked for a document: with what it gave, or as it is known already.
    pub(crate) async fn looked(
        &self,
        key: &DocKey,
        remote: Option<Remote>,
        answered: Option<&str>,
        trip: Trip,
    ) -> Result<(), StoreError> {
        let _gate = self.gate.lock().await;
        self.settle_doubt().await?;
        let mut plan = self.replica.borrow().plan_incoming(remote.into_iter().collect(), Some((key, answered)), trip);
        if plan.slots.is_empty() {
            plan = self.replica.borrow().plan_looked(key, trip);
        }
        self.carry_out(plan, true).await
    }

    pub(crate) async fn vanished(&self, key: &DocKey) -> Result<(), StoreError> {
        let _gate = self.gate.lock().await;
        self.settle_doubt().await?;
        let plan = self.replica.borrow().plan_vanished(key);
        self.carry_out(plan, true).await
    }

    /// Somebody else has the work that these entries claim.
    pub(crate) async fn refused(&self, key: &DocKey, entry: &str, refusal: &Refusal) -> Result<(), StoreError> {
        let _gate = self.gate.lock().await;
        self.settle_doubt().await?;
        let plan = self.replica.borrow().plan_refused(key, entry, refusal);
        self.carry_out(plan, true).await
    }

    /// The backend has stored a write and keeps no journal: its word is all there is.
    pub(crate) async fn confirmed(&self, key: &DocKey, entries: &[String]) -> Result<(), StoreError> {
        let _gate = self.gate.lock().await;
        self.settle_doubt().await?;
        let plan = self.replica.borrow().plan_confirmed(key, entries);
        self.carry_out(plan, true).await
    }

    pub(crate) fn watch(&self) -> Watch {
        self.replica.borrow().watch()
    }

    /// The backend is known now: entries that it holds are done, or watched.
    pub(crate) async fn set_watch(&self, watch: Watch) -> Result<(), StoreError> {
        let _gate = self.gate.lock().await;
        self.settle_doubt().await?;
        self.replica.borrow_mut().set_watch(watch);
        let plan = self.replica.borrow().plan_settle_all();
        self.keep_if_leading(plan).await
    }

    pub(crate) async fn reset(&self, collection: Collection) -> Result<(), StoreError> {
        let _gate = self.gate.lock().await;
        self.settle_doubt().await?;
        let plan = self.replica.borrow().plan_reset(collection);
        self.carry_out(plan, true).await
    }

    /// Everything was read again.
    pub(crate) async fn swept(&self) -> Result<(), StoreError> {
        let _gate = self.gate.lock().await;
        self.settle_doubt().await?;
        let mut plan = Plan::default();
        plan.mark_sweep(false);
        self.carry_out(plan, true).await
    }

    pub(crate) async fn dead(&self, key: &DocKey, entries: &[String], problem: &Problem) -> Result<(), StoreError> {
        let _gate = self.gate.lock().await;
        self.settle_doubt().await?;
        let plan = self.replica.borrow().plan_dead(key, entries, problem);
        self.carry_out(plan, true).await
    }

    pub(crate) fn outgoing(&self, key: &DocKey) -> Option<Outgoing> {
        self.replica.borrow().outgoing(key)
    }

    pub(crate) fn mark(&self, key: &DocKey, entries: &[String], sent_at: Option<Timestamp>, error: Option<&Problem>) {
        self.replica.borrow_mut().mark(key, entries, sent_at, error);
        self.tell();
    }

    pub(crate) fn send_one_by_one(&self, key: &DocKey) {
        self.replica.borrow_mut().send_one_by_one(key);
    }

    pub(crate) fn note_nameless(&self, collection: Collection, items: Vec<String>) {
        self.replica.borrow_mut().note_nameless(collection, items);
        self.tell();
    }
}
