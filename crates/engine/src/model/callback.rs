//! A promised call back in a window (TMF646 Appointment, category relayCallback).

use serde::{Deserialize, Serialize};

use super::{CustomerRef, Entry, PersonRef, PolicyPin};
use crate::time::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CallbackStatus {
    #[default]
    Initialized,
    Confirmed,
    Cancelled,
    Completed,
    Failed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AttemptOutcome {
    Reached,
    NoAnswer,
    Busy,
    WrongNumber,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    pub at: Timestamp,
    pub by: PersonRef,
    pub outcome: AttemptOutcome,
    #[serde(default)]
    pub note: String,
    /// Round in which it was made: a new round begins with each new slot.
    #[serde(default)]
    pub round: u32,
}

/// Who works a call-back. It lapses without an attempt after the pack's time, so that work never sticks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Claim {
    pub by: ClaimedBy,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClaimedBy {
    pub id: String,
    pub name: String,
    pub seat: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Callback {
    pub id: String,
    pub desk: String,
    pub topic: String,
    pub status: CallbackStatus,
    pub customer: CustomerRef,
    pub policy: PolicyPin,
    pub note: String,
    pub interaction: Option<String>,
    pub case: Option<String>,
    pub booked_by: PersonRef,
    pub registered_at: Option<Timestamp>,
    /// Start of the present round: the registration, or the moment at which the next slot was promised.
    pub round_from: Option<Timestamp>,
    pub round: u32,
    /// Not before this moment may the next try be made.
    pub next_try_at: Option<Timestamp>,
    pub claim: Option<Claim>,
    pub attempts: Vec<Attempt>,
    /// Texts owed to the customer after the last try of a round, by round.
    pub texts: Vec<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub reason: String,
    pub journal: Vec<Entry>,
}

impl Callback {
    pub fn is_open(&self) -> bool {
        matches!(self.status, CallbackStatus::Initialized | CallbackStatus::Confirmed)
    }
    /// Failed tries of the present round.
    pub fn tries(&self) -> u32 {
        self.attempts.iter().filter(|a| a.round == self.round && a.outcome != AttemptOutcome::Reached).count() as u32
    }
}
