//! A store in memory: for tests, and for browsers that offer no storage (then work lives as long as the tab).
//!
//! Clones share their content, as tabs share a database. Failures can be ordered in advance.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use crate::store::{Batch, DocRecord, ItemRecord, Snapshot, Store, StoreError};

/// How an ordered failure of a commit behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fail {
    /// Nothing is stored.
    Before,
    /// Everything is stored, but the caller is told that it failed.
    After,
}

/// What a store keeps, and what a commit does to it. The model that every other store is held against.
#[derive(Debug, Default)]
pub struct Kept {
    /// By collection and id.
    pub docs: BTreeMap<(String, String), DocRecord>,
    /// Entries' texts by id.
    pub outbox: BTreeMap<String, String>,
    pub cursors: BTreeMap<String, String>,
    pub drafts: BTreeMap<String, String>,
    /// The token of the tab that leads.
    pub fence: Option<String>,
    /// Counts commits.
    pub version: u64,
}

impl Kept {
    /// These documents with everything else.
    pub fn snapshot(&self, docs: Vec<DocRecord>) -> Snapshot {
        let outbox = self.outbox.iter();
        Snapshot {
            docs,
            outbox: outbox.map(|(id, text)| ItemRecord { id: id.clone(), text: text.clone() }).collect(),
            cursors: self.cursors.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
            version: self.version,
            partial: false,
        }
    }

    /// All documents with everything else.
    pub fn whole(&self) -> Snapshot {
        self.snapshot(self.docs.values().cloned().collect())
    }

    /// Those of these documents that are here, with everything else.
    pub fn some(&self, keys: &[(String, String)]) -> Snapshot {
        self.snapshot(keys.iter().filter_map(|key| self.docs.get(key).cloned()).collect())
    }

    /// Carries a batch out.
    ///
    /// # Errors
    /// It is of a tab that does not lead any more.
    pub fn apply(&mut self, batch: Batch) -> Result<(), StoreError> {
        if batch.fence.is_some() && batch.fence != self.fence {
            return Err(StoreError::Fenced);
        }
        for doc in batch.docs {
            self.docs.insert((doc.collection.clone(), doc.id.clone()), doc);
        }
        for item in batch.insert {
            self.outbox.insert(item.id, item.text);
        }
        for item in batch.update {
            if let Some(text) = self.outbox.get_mut(&item.id) {
                *text = item.text;
            }
        }
        for id in batch.remove {
            self.outbox.remove(&id);
        }
        for (name, cursor) in batch.cursors {
            match cursor {
                Some(cursor) => self.cursors.insert(name, cursor),
                None => self.cursors.remove(&name),
            };
        }
        self.version += 1;
        Ok(())
    }
}

#[derive(Debug, Default)]
struct Inner {
    kept: Kept,
    failures: VecDeque<Option<Fail>>,
}

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore(Rc<RefCell<Inner>>);

impl MemoryStore {
    /// Orders how the next commits end, one by one; None: well.
    pub fn fail_next(&self, failures: impl IntoIterator<Item = Option<Fail>>) {
        self.0.borrow_mut().failures.extend(failures);
    }

    /// As if the browser had thrown everything away, drafts included.
    pub fn empty(&self) {
        *self.0.borrow_mut() = Inner::default();
    }
}

impl Store for MemoryStore {
    async fn load(&self) -> Result<Snapshot, StoreError> {
        Ok(self.0.borrow().kept.whole())
    }

    async fn load_some(&self, keys: &[(String, String)]) -> Result<Snapshot, StoreError> {
        Ok(self.0.borrow().kept.some(keys))
    }

    async fn commit(&self, batch: Batch) -> Result<u64, StoreError> {
        let mut inner = self.0.borrow_mut();
        if batch.fence.is_some() && batch.fence != inner.kept.fence {
            return Err(StoreError::Fenced);
        }
        let failure = inner.failures.pop_front().flatten();
        if failure == Some(Fail::Before) {
            return Err(StoreError::Failed("the transaction was aborted".into()));
        }
        inner.kept.apply(batch)?;
        match failure {
            Some(Fail::After) => Err(StoreError::Failed("the connection was lost".into())),
            _ => Ok(inner.kept.version),
        }
    }

    async fn take_lead(&self, token: &str) -> Result<(), StoreError> {
        self.0.borrow_mut().kept.fence = Some(token.into());
        Ok(())
    }

    async fn put_draft(&self, key: &str, text: &str) -> Result<(), StoreError> {
        self.0.borrow_mut().kept.drafts.insert(key.into(), text.into());
        Ok(())
    }

    async fn remove_draft(&self, key: &str) -> Result<(), StoreError> {
        self.0.borrow_mut().kept.drafts.remove(key);
        Ok(())
    }

    async fn drafts(&self) -> Result<Vec<(String, String)>, StoreError> {
        Ok(self.0.borrow().kept.drafts.iter().map(|(k, v)| (k.clone(), v.clone())).collect())
    }
}
