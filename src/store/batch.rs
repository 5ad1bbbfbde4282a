//! A batch on its way into the database: sealed, then put into one transaction. Whether it holds is looked at in there.

use baton_sync::store::{Batch, ItemRecord};
use web_sys::IdbObjectStore;

use super::documents::{Segment, close, is_free, put};
use super::layout::{CURSORS, FENCE, META, NUMBERED, OUTBOX, SEALED, SEGMENTS, TEXTS, VERSION};
use super::records::{Record, close_text, number_of, write_pair};
use super::request::{Fault, Mode, Transaction, value};
use super::seal::Seal;
use super::segment::{Columns, chunks};

/// A batch whose documents are laid out as segments.
pub struct Prepared {
    batch: Batch,
    chunks: Vec<(Columns, String)>,
}

/// The same, sealed.
pub struct SealedBatch<'a> {
    batch: &'a Batch,
    seal: &'a Seal,
    first: u64,
    segments: Vec<Segment>,
    insert: Vec<Record>,
    update: Vec<Record>,
}

/// What became of it. Unless it is done the transaction is to be undone.
pub enum Outcome {
    Done(Applied),
    /// Another tab has the lead.
    Fenced,
    /// Another seal is in force, or none.
    OtherSeal,
    /// Another tab has used the numbers.
    Taken,
}

pub struct Applied {
    /// Number of commits.
    pub version: u64,
    /// How many entries wait, if that changed.
    pub unsent: Option<u64>,
}

impl Prepared {
    pub fn of(mut batch: Batch) -> Prepared {
        let chunks = chunks(std::mem::take(&mut batch.docs));
        Prepared { batch, chunks }
    }

    /// The documents as new segments.
    pub fn chunks(&self) -> &[(Columns, String)] {
        &self.chunks
    }

    /// The places that its transaction needs.
    pub fn stores(&self) -> Vec<&'static str> {
        let mut stores = vec![META, OUTBOX];
        if !self.chunks.is_empty() {
            stores.extend([SEGMENTS, TEXTS]);
        }
        if !self.batch.cursors.is_empty() {
            stores.push(CURSORS);
        }
        stores
    }

    pub fn mode(&self) -> Mode {
        if self.batch.must_be_durable() { Mode::Strict } else { Mode::Relaxed }
    }

    /// Seals it, its segments for the numbers from `first` on.
    ///
    /// # Errors
    /// The browser's own.
    pub async fn seal<'a>(&'a self, seal: &'a Seal, first: u64) -> Result<SealedBatch<'a>, Fault> {
        let Prepared { batch, chunks } = self;
        let segments = close(seal, chunks, first).await?;
        let (insert, update) = (close_items(seal, &batch.insert).await?, close_items(seal, &batch.update).await?);
        Ok(SealedBatch { batch, seal, first, segments, insert, update })
    }
}

impl SealedBatch<'_> {
    /// Puts its requests into the transaction.
    ///
    /// # Errors
    /// The browser's own.
    pub async fn apply(&self, tx: &Transaction) -> Result<Outcome, Fault> {
        let (meta, outbox) = (tx.store(META)?, tx.store(OUTBOX)?);
        let ask = |key: &str| -> Result<_, Fault> { Ok(value(meta.get(&key.into())?)) };
        let (fence, sealed, numbered, version) = (ask(FENCE)?, ask(SEALED)?, ask(NUMBERED)?, ask(VERSION)?);
        let known: Result<Vec<_>, Fault> =
            self.update.iter().map(|item| Ok(value(outbox.get_key(&item.key.as_str().into())?))).collect();
        let fence = fence.await?.as_string();
        if self.batch.fence.is_some() && self.batch.fence != fence {
            return Ok(Outcome::Fenced);
        }
        if sealed.await?.as_string().as_deref() != Some(self.seal.mark()) {
            return Ok(Outcome::OtherSeal);
        }
        let numbered = number_of(&numbered.await?);
        if !self.segments.is_empty() && (self.first <= numbered || !is_free(tx, self.first).await?) {
            return Ok(Outcome::Taken);
        }
        let version = number_of(&version.await?) + 1;
        for (item, known) in self.update.iter().zip(known?) {
            if !known.await?.is_undefined() {
                item.put(tx, OUTBOX)?;
            }
        }
        self.insert.iter().try_for_each(|item| item.put(tx, OUTBOX))?;
        for id in &self.batch.remove {
            outbox.delete(&id.as_str().into())?;
        }
        if !self.batch.cursors.is_empty() {
            put_cursors(&tx.store(CURSORS)?, &self.batch.cursors)?;
        }
        meta.put_with_key(&version.to_string().into(), &VERSION.into())?;
        let counted = self.batch.insert.len() + self.batch.remove.len() > 0 || version == 1;
        let unsent = counted.then(|| Ok::<_, Fault>(value(outbox.count()?))).transpose()?;
        put(tx, &self.segments)?;
        let unsent = match unsent {
            Some(unsent) => unsent.await?.as_f64().map(|n| n as u64),
            None => None,
        };
        Ok(Outcome::Done(Applied { version, unsent }))
    }
}

async fn close_items(seal: &Seal, items: &[ItemRecord]) -> Result<Vec<Record>, Fault> {
    let mut records = Vec::new();
    for item in items {
        records.push(close_text(seal, OUTBOX, &item.id, &item.text).await?);
    }
    Ok(records)
}

fn put_cursors(store: &IdbObjectStore, cursors: &[(String, Option<String>)]) -> Result<(), Fault> {
    for (name, cursor) in cursors {
        let key = name.as_str().into();
        match cursor {
            Some(cursor) => drop(store.put_with_key(&write_pair(name, cursor).into(), &key)?),
            None => drop(store.delete(&key)?),
        }
    }
    Ok(())
}
