//! The free fields of documents: facts that people write down and mend later, with no rule hanging on them. Status,
//! owner, clocks and money are none: those change by intents of their own. How an edit is merged lives in
//! [`crate::fields`].

use serde::{Deserialize, Serialize};

use super::Actor;
use crate::time::Timestamp;

/// The closed list of fields that can be edited freely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Field {
    // ── Case ──
    Title,
    Description,
    /// Category id of the pack.
    Category,
    // ── Customer ──
    ContactHours,
    Device,
    Manager,
    /// [`YES`] or [`NO`].
    DoNotDisturb,
}

/// A flag that is set, as the text of a field.
pub const YES: &str = "true";
/// A flag that is not set.
pub const NO: &str = "false";

impl Field {
    /// As documents and refusals name it.
    pub fn name(self) -> &'static str {
        match self {
            Field::Title => "title",
            Field::Description => "description",
            Field::Category => "category",
            Field::ContactHours => "contactHours",
            Field::Device => "device",
            Field::Manager => "manager",
            Field::DoNotDisturb => "doNotDisturb",
        }
    }
}

/// One field of an edit. Texts are taken without the blanks around them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldChange {
    pub field: Field,
    /// What the person saw and changed.
    pub from: String,
    pub to: String,
}

/// A field that somebody else has changed since the person saw it: both values, and who wrote theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldConflict {
    pub field: Field,
    /// What the person saw.
    pub base: String,
    /// What stands there now.
    pub theirs: String,
    /// What the person wrote.
    pub mine: String,
    /// Who wrote theirs and when; None where the journal does not say (another system did).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Actor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}
