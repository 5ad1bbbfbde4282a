//! What a browser keeps for one person: shared by the person's tabs, and it outlives them.
//!
//! Every operation of [`TabStore`] waits for the scheduler, who also says how it ends.

use std::cell::RefCell;
use std::rc::Rc;

use baton_sync::Kept;
use baton_sync::store::{Batch, DocRecord, Portion, Snapshot, Store, StoreError};

use crate::lanes::{Hub, StoreFate, Wait};

#[derive(Debug, Default)]
pub struct Disk {
    pub kept: Kept,
    /// Documents to show first, as they were when they were put.
    pub front: Vec<DocRecord>,
    /// Counts evictions: connections that were opened before one are dead.
    pub epoch: u64,
}

/// Few documents in a portion, so that much can happen between two.
const PORTION: usize = 3;

impl Disk {
    /// The browser throws everything of this origin away.
    pub fn evict(&mut self) {
        *self = Disk { epoch: self.epoch + 1, ..Disk::default() };
    }

    /// With a front, only that at first.
    fn open(&self) -> Snapshot {
        if self.front.is_empty() {
            return self.kept.whole();
        }
        Snapshot { partial: true, ..self.kept.snapshot(self.front.clone()) }
    }

    fn portion(&self, from: u64) -> Portion {
        let rest = self.kept.docs.values().skip(usize::try_from(from).unwrap_or(usize::MAX));
        let docs: Vec<DocRecord> = rest.take(PORTION).cloned().collect();
        let next = (docs.len() == PORTION).then_some(from + PORTION as u64);
        Portion { docs, next }
    }

    fn commit(&mut self, batch: Batch, fate: StoreFate) -> Result<u64, StoreError> {
        self.kept.apply(batch)?;
        match fate {
            StoreFate::After => Err(StoreError::Failed("the connection was lost".into())),
            _ => Ok(self.kept.version),
        }
    }
}

/// One tab's connection to its person's disk.
#[derive(Clone)]
pub struct TabStore {
    pub hub: Rc<Hub>,
    pub disk: Rc<RefCell<Disk>>,
    /// The epoch that this connection was opened in.
    pub epoch: Rc<RefCell<u64>>,
}

impl TabStore {
    async fn operation<T: 'static>(
        &self,
        what: &'static str,
        work: impl FnOnce(&mut Disk, StoreFate) -> Result<T, StoreError> + 'static,
    ) -> Result<T, StoreError> {
        let (disk, epoch) = (self.disk.clone(), self.epoch.clone());
        let register = |cell: Rc<RefCell<Option<Result<T, StoreError>>>>| {
            let run = move |fate| {
                let mut disk = disk.borrow_mut();
                // After an eviction the old connection is dead once, then opened again.
                let dead = epoch.replace(disk.epoch) != disk.epoch;
                let outcome = match fate {
                    StoreFate::Before => Err(StoreError::Failed("the transaction was aborted".into())),
                    StoreFate::Quota => Err(StoreError::Quota("the disk is full".into())),
                    _ if dead => Err(StoreError::Failed("the connection was closed".into())),
                    fate => work(&mut disk, fate),
                };
                *cell.borrow_mut() = Some(outcome);
            };
            Wait::Store { what, run: Box::new(run) }
        };
        self.hub.wait(register).await
    }
}

impl Store for TabStore {
    async fn open(&self) -> Result<Snapshot, StoreError> {
        self.operation("load (open)", |disk, _| Ok(disk.open())).await
    }

    async fn portion(&self, from: Option<u64>) -> Result<Portion, StoreError> {
        self.operation("load (portion)", move |disk, _| Ok(disk.portion(from.unwrap_or(0)))).await
    }

    async fn put_front(&self, docs: Vec<DocRecord>) -> Result<(), StoreError> {
        let work = move |disk: &mut Disk, fate| {
            disk.front = docs;
            if fate == StoreFate::After { Err(StoreError::Failed("the connection was lost".into())) } else { Ok(()) }
        };
        self.operation("put_front", work).await
    }

    async fn load(&self) -> Result<Snapshot, StoreError> {
        self.operation("load", |disk, _| Ok(disk.kept.whole())).await
    }

    async fn load_some(&self, keys: &[(String, String)]) -> Result<Snapshot, StoreError> {
        let keys = keys.to_vec();
        self.operation("load_some", move |disk, _| Ok(disk.kept.some(&keys))).await
    }

    async fn commit(&self, batch: Batch) -> Result<u64, StoreError> {
        self.operation("commit", move |disk, fate| disk.commit(batch, fate)).await
    }

    async fn take_lead(&self, token: &str) -> Result<(), StoreError> {
        let token = token.to_owned();
        let work = move |disk: &mut Disk, fate| {
            disk.kept.fence = Some(token);
            if fate == StoreFate::After { Err(StoreError::Failed("the connection was lost".into())) } else { Ok(()) }
        };
        self.operation("take_lead", work).await
    }

    async fn put_draft(&self, key: &str, text: &str) -> Result<(), StoreError> {
        let (key, text) = (key.to_owned(), text.to_owned());
        let work = move |disk: &mut Disk, fate| {
            disk.kept.drafts.insert(key, text);
            if fate == StoreFate::After { Err(StoreError::Failed("the connection was lost".into())) } else { Ok(()) }
        };
        self.operation("put_draft", work).await
    }

    async fn remove_draft(&self, key: &str) -> Result<(), StoreError> {
        let key = key.to_owned();
        let work = move |disk: &mut Disk, fate| {
            disk.kept.drafts.remove(&key);
            if fate == StoreFate::After { Err(StoreError::Failed("the connection was lost".into())) } else { Ok(()) }
        };
        self.operation("remove_draft", work).await
    }

    async fn drafts(&self) -> Result<Vec<(String, String)>, StoreError> {
        self.operation("drafts", |disk, _| Ok(disk.kept.drafts.iter().map(|(k, v)| (k.clone(), v.clone())).collect()))
            .await
    }
}
