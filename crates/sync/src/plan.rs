//! A change of the replica that is worked out but not carried out: first it goes to the store, then into memory.
//! So memory never shows as done what the disk does not hold.

use baton_engine::model::{Collection, DocumentFault};
use baton_engine::{Refusal, model::Entry};

use crate::outbox::{ItemState, OutboxItem};
use crate::slot::{DocKey, Frame, Slot};
use crate::store::{Batch, ItemRecord, StoreError};

/// One entry for one document. What a person does at once is a list of these.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    pub collection: Collection,
    pub id: String,
    pub entry: Entry,
}

/// Why an act was not taken. Nothing of it was.
#[derive(Debug, Clone, PartialEq)]
pub enum ActError {
    /// The command of that index does not hold.
    Refused { command: usize, refusal: Refusal },
    /// The document is there but cannot be read, so nothing can be decided about it.
    Unreadable(DocumentFault),
    /// It could not be kept on this device. Do it again, or free some room.
    Store(StoreError),
}

impl From<StoreError> for ActError {
    fn from(error: StoreError) -> ActError {
        ActError::Store(error)
    }
}

#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub slots: Vec<(DocKey, Slot)>,
    pub batch: Batch,
    pub done: Vec<OutboxItem>,
    /// Ids of entries that are stored no longer.
    pub removed: Vec<String>,
    pub cursors: Vec<(Collection, Option<String>)>,
    /// Entries that were seen at the backend and are to be watched, and when that was (by the steady clock).
    pub seen: Vec<(String, i64)>,
    /// Collections that were listed to their end for the first time.
    pub complete: Vec<Collection>,
    /// Whether everything has to be read again.
    pub sweep: Option<bool>,
}

/// Kept beside the cursors: a name with this prefix says that the collection was listed to its end once.
pub(crate) const COMPLETE: &str = "complete:";

/// Kept beside the cursors while everything has to be read again: see [`Plan::mark_sweep`].
pub(crate) const SWEEP: &str = "sweep";

impl Plan {
    /// Takes a slot in whose base or entries changed: settles it and notes what must be stored.
    pub fn settle(&mut self, frame: &Frame<'_>, key: DocKey, mut slot: Slot) {
        let settled = slot.settle(frame, &key);
        for item in &settled.done {
            self.batch.remove.push(item.id().into());
        }
        for item in &settled.changed {
            self.batch.update.push(record(item));
        }
        self.done.extend(settled.done);
        if let Some(trip) = frame.trip {
            let watched = slot.pending.iter().filter(|item| item.state == ItemState::Settling);
            self.seen.extend(watched.map(|item| (item.id().to_owned(), trip.answered_ms)));
        }
        self.slots.push((key, slot));
    }

    pub fn mark_complete(&mut self, collection: Collection) {
        self.batch.cursors.push((format!("{COMPLETE}{}", collection.name()), Some("1".into())));
        self.complete.push(collection);
    }

    /// Everything has to be read again, or that is done. Stored, so that a tab that is closed meanwhile goes on with it.
    pub fn mark_sweep(&mut self, due: bool) {
        self.batch.cursors.push((SWEEP.into(), due.then(|| "1".into())));
        self.sweep = Some(due);
    }

    pub fn move_cursor(&mut self, collection: Collection, cursor: Option<String>) {
        self.batch.cursors.push((collection.name().into(), cursor.clone()));
        self.cursors.push((collection, cursor));
    }
}

pub(crate) fn record(item: &OutboxItem) -> ItemRecord {
    ItemRecord { id: item.id().into(), text: item.to_json().to_string() }
}
