//! A complaint or request (TMF621 TroubleTicket) and its legs (TMF701 TaskFlow).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Channel, CustomerRef, Entry, PersonRef, PolicyPin};
use crate::order;
use crate::time::Timestamp;

/// TMF621 status. `pending` waits for the customer, `held` for another party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    #[default]
    Acknowledged,
    Rejected,
    Pending,
    Held,
    InProgress,
    Cancelled,
    Closed,
    Resolved,
}

impl Status {
    /// Nothing more will happen to it.
    pub fn is_final(self) -> bool {
        matches!(self, Status::Rejected | Status::Cancelled | Status::Closed)
    }
    /// Still owed an answer.
    pub fn is_open(self) -> bool {
        !self.is_final() && self != Status::Resolved
    }
}

/// The first-asked interface and the person who holds the case for it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Owner {
    pub org: String,
    pub person: PersonRef,
}

/// A stretch in which clocks stood still; open while `to` is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pause {
    pub from: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
    #[serde(default)]
    pub reason: String,
}

/// One run of the reply clock: from intake, or from a reopening.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Period {
    pub from: Timestamp,
    /// The customer was answered (or the case ended) here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
    #[serde(default)]
    pub reopened: bool,
}

/// The service class in force from a moment on; the strictest one so far sets the clocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClassAt {
    pub at: Timestamp,
    pub service_class: String,
    #[serde(default)]
    pub tier: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LegState {
    #[default]
    Dispatched,
    Received,
    Answered,
    Returned,
    Withdrawn,
}

impl LegState {
    pub fn is_active(self) -> bool {
        matches!(self, LegState::Dispatched | LegState::Received)
    }
}

/// One dispatch of a case to another organisation. The answer comes back along it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Leg {
    /// Equals the id of the entry that dispatched it.
    pub id: String,
    pub from: String,
    pub to: String,
    /// The leg that the sender itself answers, if the sender is not the owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    #[serde(default)]
    pub state: LegState,
    #[serde(default)]
    pub request: String,
    pub dispatched_at: Timestamp,
    #[serde(default)]
    pub dispatched_by: PersonRef,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_by: Option<PersonRef>,
    /// Answered, returned or withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<PersonRef>,
    /// The answer, or the reason of a return or withdrawal.
    #[serde(default)]
    pub answer: String,
    #[serde(default)]
    pub chases: u32,
}

impl Leg {
    /// When it was answered, returned or withdrawn; None while it runs. A leg that has ended without saying when
    /// (written by another system) ended when it was last heard of.
    pub fn end(&self) -> Option<Timestamp> {
        if self.state.is_active() {
            return None;
        }
        Some(self.ended_at.or(self.received_at).unwrap_or(self.dispatched_at))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LinkKind {
    #[default]
    Related,
    DuplicateOf,
    ReopenOf,
    SplitFrom,
    SplitInto,
    EscalatedFrom,
}

/// TMF621 troubleTicketRelationship.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CaseLink {
    pub kind: LinkKind,
    pub case: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomerAnswer {
    pub at: Timestamp,
    pub by: PersonRef,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContactAttempt {
    pub at: Timestamp,
    #[serde(default)]
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Repeat {
    pub at: Timestamp,
    #[serde(default)]
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Referral {
    pub at: Timestamp,
    pub to: String,
    pub note: String,
}

/// A case. Only `id` and `title` are needed of a document posted by hand; `openedAt` then is the backend's stamp.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Case {
    pub id: String,
    /// What people say on the phone, e.g. `CS-1123-0418`.
    pub number: String,
    pub title: String,
    pub description: String,
    pub category: String,
    pub channel: Channel,
    pub status: Status,
    pub customer: CustomerRef,
    pub owner: Owner,
    /// Dispatch flow id of the pack, chosen by the owner's organisation.
    pub flow: String,
    pub policy: PolicyPin,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_at: Option<Timestamp>,
    pub periods: Vec<Period>,
    pub pauses: Vec<Pause>,
    pub classes: Vec<ClassAt>,
    pub legs: Vec<Leg>,
    pub answers: Vec<CustomerAnswer>,
    pub attempts: Vec<ContactAttempt>,
    pub repeats: Vec<Repeat>,
    pub links: Vec<CaseLink>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referral: Option<Referral>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interaction: Option<String>,
    pub escalated: bool,
    pub journal: Vec<Entry>,
}

impl Case {
    pub fn leg(&self, id: &str) -> Option<&Leg> {
        self.legs.iter().find(|l| l.id == id)
    }
    pub fn active_legs(&self) -> impl Iterator<Item = &Leg> {
        self.legs.iter().filter(|l| l.state.is_active())
    }
    /// Legs that `parent` (a leg id, or None for the owner) dispatched, ended ones too.
    pub fn children<'a>(&'a self, parent: Option<&'a str>) -> impl Iterator<Item = &'a Leg> {
        self.legs.iter().filter(move |l| l.parent.as_deref() == parent)
    }
    /// The active leg that `org` works on, if it carries one.
    pub fn active_leg_of(&self, org: &str) -> Option<&Leg> {
        self.active_legs().find(|l| l.to == org)
    }
    /// Organisations that carry a baton now: ends of the chains of active legs, or the owner.
    pub fn holders(&self) -> Vec<&str> {
        let waiting: BTreeSet<&str> = order::gather(self.active_legs().filter_map(|l| l.parent.as_deref()));
        let ends: Vec<&str> =
            self.active_legs().filter(|l| !waiting.contains(l.id.as_str())).map(|l| l.to.as_str()).collect();
        if ends.is_empty() { vec![self.owner.org.as_str()] } else { ends }
    }
    /// The class that was in force last.
    pub fn current_class(&self) -> &str {
        self.classes.last().map_or(self.customer.service_class.as_str(), |c| c.service_class.as_str())
    }
    pub fn is_paused(&self) -> bool {
        self.pauses.last().is_some_and(|p| p.to.is_none())
    }
}
