//! Refused edits of free fields in the outbox: which documents have some, and what the person wrote in them. What is
//! then chosen is the business of the dialog that compares both values.

use baton_engine::Refusal;
use baton_engine::fields;
use baton_engine::model::{Collection, FieldChange, Intent};
use baton_engine::time::Timestamp;
use baton_sync::{ItemState, OutboxItem};

use super::state::Desk;

/// Edits of one document that met somebody else's.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RefusedEdit {
    /// The entries, oldest first.
    pub entries: Vec<String>,
    /// All of them as one.
    pub changes: Vec<FieldChange>,
    /// When the last one was written.
    pub at: Option<Timestamp>,
}

/// What an item wanted to change, if that is why it was refused.
fn refused(item: &OutboxItem) -> Option<&[FieldChange]> {
    match (&item.state, &item.entry.intent) {
        (ItemState::Refused { refusal: Refusal::FieldConflict { .. } }, Intent::EditFields { changes }) => {
            Some(changes)
        }
        _ => None,
    }
}

pub fn is_conflict(item: &OutboxItem) -> bool {
    refused(item).is_some()
}

/// The refused edits of one document; the caller follows the outbox.
pub fn of(desk: Desk, collection: Collection, doc: &str) -> RefusedEdit {
    let items = desk.outbox_items();
    let items = || items.iter().filter(|i| i.collection == collection && i.doc == doc && is_conflict(i));
    RefusedEdit {
        entries: items().map(|i| i.id().to_owned()).collect(),
        at: items().map(|i| i.entry.at).max(),
        changes: fields::join(items().filter_map(refused).flatten()),
    }
}

/// The document that everything stuck in the outbox is a refused edit of; None: there is none, there are several, or
/// something else is stuck too. The caller follows the outbox.
pub fn only_one(desk: Desk) -> Option<(Collection, String)> {
    let items = desk.outbox_items();
    let mut stuck = items.iter().filter(|i| i.state.is_stuck());
    let first = stuck.next().filter(|i| is_conflict(i))?;
    let same = |i: &OutboxItem| is_conflict(i) && i.collection == first.collection && i.doc == first.doc;
    stuck.all(same).then(|| (first.collection, first.doc.clone()))
}
