//! Contacts (TMF683 PartyInteraction) and single messages (TMF681). Messages are documents of their own,
//! made once and never changed.

use serde::{Deserialize, Serialize};

use super::{CustomerRef, Entry, Pause, PersonRef};
use crate::time::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Channel {
    #[default]
    Voice,
    WebChat,
    Sms,
    Mms,
    Email,
    Counter,
    Kiosk,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    #[default]
    Inbound,
    Outbound,
}

/// TMF683 status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum InteractionStatus {
    #[default]
    Opened,
    InProgress,
    Completed,
}

/// Where a voice call stands. Manual mode: the agent says what the desk phone does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CallState {
    #[default]
    Ringing,
    Talking,
    Held,
    Consulting,
    ThreeWay,
    WrapUp,
    Ended,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OfferState {
    #[default]
    Pending,
    Accepted,
    Declined,
    Lapsed,
}

/// A call offered to one seat until a moment; declined or lapsed, the next seat is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Offer {
    pub desk: String,
    pub seat: String,
    pub at: Timestamp,
    pub until: Timestamp,
    #[serde(default)]
    pub state: OfferState,
    #[serde(default)]
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Interaction {
    pub id: String,
    pub channel: Channel,
    pub direction: Direction,
    pub status: InteractionStatus,
    pub customer: CustomerRef,
    pub reason: String,
    /// Topic id of the desks' scope catalogue, once known.
    pub topic: String,
    /// Desk (queue) that it waits at or is worked at.
    pub desk: String,
    pub holder: Option<PersonRef>,
    pub seat: Option<String>,
    pub arrived_at: Option<Timestamp>,
    pub accepted_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub call: CallState,
    /// Times on hold.
    pub holds: Vec<Pause>,
    pub offers: Vec<Offer>,
    /// Cases that it concerns.
    pub cases: Vec<String>,
    pub disposition: String,
    pub note: String,
    pub journal: Vec<Entry>,
}

impl Interaction {
    pub fn pending_offer(&self) -> Option<&Offer> {
        self.offers.last().filter(|o| o.state == OfferState::Pending)
    }
    pub fn is_open(&self) -> bool {
        self.status != InteractionStatus::Completed
    }
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Message {
    pub id: String,
    pub interaction: String,
    pub channel: Channel,
    pub direction: Direction,
    pub customer: CustomerRef,
    pub text: String,
    pub at: Option<Timestamp>,
    pub by: PersonRef,
    pub journal: Vec<Entry>,
}
