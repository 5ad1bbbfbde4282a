//! Tending the store while nobody waits for it: many small segments become one, and damage is noted.

use std::cell::Cell;
use std::rc::Rc;

use baton_sync::store::StoreError;
use gloo_timers::future::TimeoutFuture;
use wasm_bindgen_futures::spawn_local;

use super::connection::failed;
use super::documents::{close, numbers, put, remove};
use super::idb::Inner;
use super::layout::{DAMAGED, ONLY, SEAL, SEGMENTS, TEXTS};
use super::request::{Mode, Transaction, value};
use super::segment::chunks;

/// Segments are merged when no documents were written for so long, milliseconds.
const CALM_MS: u32 = 2_000;

#[derive(Default)]
pub struct Tending {
    under_way: Cell<bool>,
    /// Documents were written since the tending began to wait.
    stirred: Cell<bool>,
}

impl Inner {
    /// See [`super::IdbStore::merge`].
    ///
    /// # Errors
    /// The store failed; nothing is changed then.
    pub async fn merge(&self) -> Result<bool, StoreError> {
        if !self.documents.wants_merge() {
            return Ok(false);
        }
        // Neither the outbox nor the commits' number is in its transactions: a person's act does not wait for it.
        let ask = async |tx: &Transaction| self.documents.to_merge(tx).await;
        let Some((old, present)) = self.indexed(&[SEGMENTS, TEXTS], ask).await? else { return Ok(false) };
        let seal = self.seal();
        let docs = self.documents.open(&seal, &old, |number, key| self.documents.is_live(number, key)).await;
        let (chunks, old) = (chunks(docs), old.iter().map(|lying| lying.number).collect::<Vec<_>>());
        let first = present.last().copied().unwrap_or(0).max(self.next() - 1) + 1;
        let new = close(&seal, &chunks, first).await.map_err(failed)?;
        let tx = self.connection.begin(&[SEGMENTS, TEXTS, SEAL], Mode::Strict).await?;
        let work = async {
            let kept = value(tx.store(SEAL)?.get(&ONLY.into())?).await?;
            // A segment that came meanwhile may hold newer forms, and would be older by its number.
            let holds = seal.is_kept_as(&kept) && numbers(&tx.store(SEGMENTS)?).await? == present;
            if holds {
                put(&tx, &new)?;
                remove(&tx, &old)?;
            }
            Ok(holds)
        };
        let work = work.await;
        if self.connection.end(tx, work).await? {
            self.documents.merged(&chunks, first, &old);
            self.number_from(first + new.len() as u64);
        }
        Ok(true)
    }

    /// Merges when no documents were written for a while, and notes damage.
    pub fn tend_later(self: &Rc<Self>) {
        self.tending.stirred.set(true);
        if self.tending.under_way.replace(true) {
            return;
        }
        let weak = Rc::downgrade(self);
        spawn_local(async move {
            loop {
                TimeoutFuture::new(CALM_MS).await;
                let Some(inner) = weak.upgrade() else { return };
                if inner.tending.stirred.replace(false) {
                    continue;
                }
                if inner.documents.take_damage() {
                    // A failure is noted at the next reading.
                    let _ = inner.note(DAMAGED, "1", Mode::Relaxed).await;
                }
                // A failure is nobody's loss: it is tried again after the next documents.
                while inner.merge().await.is_ok_and(|merged| merged) && !inner.tending.stirred.get() {}
                inner.tending.under_way.set(false);
                return;
            }
        });
    }
}
