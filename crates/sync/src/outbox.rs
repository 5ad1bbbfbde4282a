//! One waiting entry: what a person did that the backend has not confirmed yet.
//!
//! Only the data and its versioned JSON form. When an item moves on is decided in `slot` and by the syncer.

use baton_engine::Refusal;
use baton_engine::model::{Collection, Entry};
use baton_engine::time::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use crate::net::Problem;

/// Version of the stored form that this version writes. Every older one must stay readable.
pub const OUTBOX_VERSION: u32 = 3;

/// Where an entry stands. An acknowledged entry is in the base's journal and no longer in the outbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ItemState {
    Queued,
    /// A request with it is under way. Kept in memory only: after a restart its outcome is unknown, so it is
    /// queued again, and the backend's journal shows whether it was done.
    Sent,
    /// The backend holds it. It is one where a later write of somebody else may undo that unnoticed, so the entry is
    /// watched for a while, and done again if it vanishes. How long already is not kept: after a restart the watch
    /// begins anew.
    Settling,
    /// It does not hold on the new base. Stays until the person retries or discards it.
    Refused {
        refusal: Refusal,
    },
    /// The backend will not take it. Stays until the person retries or discards it.
    Dead {
        problem: Problem,
    },
}

baton_engine::tagged!(ItemState, "is", ["queued", "sent", "settling"]);

impl ItemState {
    /// Still on its way by itself.
    pub fn is_moving(&self) -> bool {
        matches!(self, ItemState::Queued | ItemState::Sent)
    }

    /// Waits for the person.
    pub fn is_stuck(&self) -> bool {
        matches!(self, ItemState::Refused { .. } | ItemState::Dead { .. })
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OutboxItem {
    v: u32,
    /// Order within the outbox; entries of two tabs may share a number, then the entry's id decides.
    pub seq: u64,
    /// Entries of one act of the person share this: the id of its first entry.
    pub act: String,
    #[serde(serialize_with = "write_collection", deserialize_with = "read_collection")]
    pub collection: Collection,
    pub doc: String,
    pub entry: Entry,
    pub state: ItemState,
    #[serde(default)]
    pub attempts: u32,
    /// Device time, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_tried: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_tried: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<Problem>,
}

impl OutboxItem {
    pub(crate) fn new(seq: u64, act: &str, collection: Collection, doc: &str, entry: Entry) -> OutboxItem {
        OutboxItem {
            v: OUTBOX_VERSION,
            seq,
            act: act.into(),
            collection,
            doc: doc.into(),
            entry,
            state: ItemState::Queued,
            attempts: 0,
            first_tried: None,
            last_tried: None,
            last_error: None,
        }
    }

    /// The entry's id, which is also the item's.
    pub fn id(&self) -> &str {
        &self.entry.id
    }

    pub(crate) fn order(&self) -> (u64, &str) {
        (self.seq, &self.entry.id)
    }

    /// The form that is stored and exported.
    pub fn to_json(&self) -> Value {
        let mut item = OutboxItem { v: OUTBOX_VERSION, ..self.clone() };
        if item.state == ItemState::Sent {
            item.state = ItemState::Queued;
        }
        // The model has only text keys and finite numbers, so this cannot fail.
        serde_json::to_value(&item).unwrap_or(Value::Null)
    }

    /// (collection name, id) of the document that a stored entry of any version waits on, so that a store can keep it.
    pub fn document_of(text: &str) -> Option<(String, String)> {
        let value: Value = serde_json::from_str(text).ok()?;
        let field = |name| Some(value.get(name)?.as_str()?.to_owned());
        Some((field("collection")?, field("doc")?))
    }

    /// # Errors
    /// Why the text cannot be read by this version.
    pub fn read(text: &str) -> Result<OutboxItem, String> {
        let value: Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
        match value.get("v").and_then(Value::as_u64) {
            Some(1..=3) => OutboxItem::deserialize(value).map_err(|e| e.to_string()),
            Some(v) => Err(format!("written by a newer version (form {v})")),
            None => Err("/v is missing".into()),
        }
    }
}

fn write_collection<S: Serializer>(collection: &Collection, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(collection.name())
}

fn read_collection<'de, D: Deserializer<'de>>(from: D) -> Result<Collection, D::Error> {
    let name = String::deserialize(from)?;
    Collection::from_name(&name).ok_or_else(|| de::Error::custom(format!("unknown collection {name:?}")))
}
