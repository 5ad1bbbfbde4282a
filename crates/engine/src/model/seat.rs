//! An agent's position. Presence is a lease that goes stale, so that a dead browser gets no work.

use serde::{Deserialize, Serialize};

use super::{Entry, PersonRef};
use crate::time::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Presence {
    #[default]
    Offline,
    Available,
    Reserved,
    OnContact,
    WrapUp,
    Break,
    Meal,
    Training,
    Outbound,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Seat {
    /// Agent id that people dial, e.g. `8802`.
    pub id: String,
    pub desk: String,
    pub org: String,
    pub person: PersonRef,
    pub skills: Vec<String>,
    pub presence: Presence,
    /// Since when in this presence: the idle time counts from here.
    pub since: Option<Timestamp>,
    /// The lease: stale from here on.
    pub lease_until: Option<Timestamp>,
    /// Last entries only; presence is not history.
    pub journal: Vec<Entry>,
}

impl Seat {
    pub fn is_stale(&self, now: Timestamp) -> bool {
        self.lease_until.is_none_or(|until| until <= now)
    }
}
