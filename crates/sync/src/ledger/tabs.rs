//! Several tabs on one store: who leads, and what the others have done meanwhile.

use std::collections::BTreeSet;

use baton_engine::model::Collection;
use baton_engine::order;

use super::{Ledger, Notice};
use crate::outbox::OutboxItem;
use crate::slot::DocKey;
use crate::store::{Store, StoreError};

impl<S: Store> Ledger<S> {
    /// Makes this tab the one that moves bases and the outbox on. Call it when the tab wins the election.
    ///
    /// # Errors
    /// The store failed; this tab does not lead then.
    pub async fn take_lead(&self, token: String) -> Result<(), StoreError> {
        let _gate = self.gate.lock().await;
        self.store.take_lead(&token).await?;
        let snapshot = self.load_docs(&[]).await?;
        *self.lead.borrow_mut() = Some(token);
        // What became of watched entries while another tab led is not known here.
        self.replica.borrow_mut().forget_watched();
        if snapshot.version != self.version.get() || self.doubtful.get() {
            return self.load_all().await;
        }
        // What this tab has only shown until now is stored.
        let plan = self.replica.borrow_mut().plan_load(snapshot, Some(&[]));
        self.keep_if_leading(plan).await
    }

    /// Another tab has taken the lead. The store would refuse this one's batches anyway.
    pub fn lose_lead(&self) {
        *self.lead.borrow_mut() = None;
    }

    pub fn is_leading(&self) -> bool {
        self.lead.borrow().is_some()
    }

    /// Another tab committed: loads what changed.
    ///
    /// # Errors
    /// The store cannot be read; the next [`Ledger::refresh`] makes up for it.
    pub async fn heard(&self, notice: &Notice) -> Result<(), StoreError> {
        let _gate = self.gate.lock().await;
        let mut keys = notice.docs.clone();
        let mut snapshot = self.load_docs(&keys).await?;
        // The outbox is of now, so the documents that it is about must be, too.
        let about = snapshot.outbox.iter().filter_map(|item| OutboxItem::document_of(&item.text));
        let about = about.filter_map(|(c, id)| Some((Collection::from_name(&c)?, id)));
        let more: BTreeSet<DocKey> = order::gather(about.filter(|key| !keys.contains(key)));
        if !more.is_empty() {
            keys.extend(more);
            snapshot = self.load_docs(&keys).await?;
        }
        if snapshot.version == self.version.get() + 1 {
            self.version.set(snapshot.version);
        }
        let plan = self.replica.borrow_mut().plan_load(snapshot, Some(&keys));
        self.keep_if_leading(plan).await
    }

    /// Loads everything again if another tab has committed something that we have not heard of. Call it now and then,
    /// and when the tab comes to the front.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn refresh(&self) -> Result<(), StoreError> {
        let _gate = self.gate.lock().await;
        let seen = self.load_docs(&[]).await?;
        if seen.version == self.version.get() && !self.doubtful.get() {
            return Ok(());
        }
        self.load_all().await
    }
}
