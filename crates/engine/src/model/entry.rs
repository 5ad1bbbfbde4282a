//! Who did what, when: the actor, the intent, and the journal entry that carries both.
//! The list of intents is the list of what the product can do.

use serde::{Deserialize, Serialize};

use super::{AttemptOutcome, CallState, CaseLink, Channel, CustomerRef, Direction, FieldChange, Presence};
use crate::tagged;
use crate::time::Timestamp;

/// What a person may do at the desk. The backend enforces the same roles on its side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    #[default]
    Agent,
    Lead,
    Kiosk,
    Admin,
    /// Baton itself: feeds, timers.
    System,
}

/// The acting person, with the organisation (service interface) that they act for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Actor {
    pub id: String,
    pub name: String,
    /// Organisation id of the policy pack, e.g. `base-province`.
    pub org: String,
    pub role: Role,
    /// Seat id where the person works at a seat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seat: Option<String>,
}

impl Actor {
    pub fn person(&self) -> PersonRef {
        PersonRef { id: self.id.clone(), name: self.name.clone() }
    }
    /// Leads and administrators may act for colleagues of their organisation.
    pub fn leads(&self) -> bool {
        matches!(self.role, Role::Lead | Role::Admin | Role::System)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PersonRef {
    pub id: String,
    pub name: String,
}

/// The pack under whose rules a document was taken; its deadlines are computed with this version for good.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PolicyPin {
    pub id: String,
    pub version: String,
}

/// One line of a document's journal. `id` is a UUIDv7 and the idempotency record:
/// an entry whose id is already in the journal has been done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    pub id: String,
    /// When the person acted, server-corrected, UTC.
    pub at: Timestamp,
    pub by: Actor,
    pub intent: Intent,
}

/// Everything that a person or a feed can want. Each intent concerns exactly one document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Intent {
    // ── Case (TMF621) ────────────────────────────────────────────────────
    /// Takes a complaint or request in; the actor's organisation becomes its first-asked owner.
    OpenCase {
        title: String,
        #[serde(default)]
        description: String,
        category: String,
        #[serde(default)]
        channel: Channel,
        customer: CustomerRef,
        policy: PolicyPin,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        links: Vec<CaseLink>,
        /// The interaction that it came from, if any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        interaction: Option<String>,
    },
    /// Takes ownership of a case that has none (posted by another system).
    TakeCase,
    AddNote {
        text: String,
    },
    /// The same number and category called again while the case is open: attached instead of a second case.
    RecordRepeat {
        #[serde(default)]
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        interaction: Option<String>,
    },
    /// Hands the baton on along an allowed edge. The leg's id is the entry's id.
    Dispatch {
        to: String,
        request: String,
        /// The customer agreed that data leave for an outside organisation (PIPL art. 23).
        #[serde(default)]
        consent: bool,
        /// The person saw that the leg would break the customer's deadline and dispatches all the same.
        #[serde(default)]
        despite_deadline: bool,
    },
    ReceiveLeg {
        leg: String,
    },
    AnswerLeg {
        leg: String,
        text: String,
    },
    /// Wrong duty: back to the sender with a reason.
    ReturnLeg {
        leg: String,
        reason: String,
    },
    WithdrawLeg {
        leg: String,
        reason: String,
    },
    /// A chase (催办) of a running leg.
    ChaseLeg {
        leg: String,
        #[serde(default)]
        text: String,
    },
    /// The customer was guided to another party (the maker's hotline); the case is not ours.
    RecordReferral {
        to: String,
        note: String,
    },
    /// The clocks stop until the customer has given something.
    AwaitCustomer {
        what: String,
    },
    CustomerResponded {
        #[serde(default)]
        text: String,
    },
    /// Waits for a third party outside the dispatch chain; clocks run.
    HoldCase {
        reason: String,
    },
    UnholdCase,
    ChangeClass {
        service_class: String,
        tier: String,
    },
    AnswerCustomer {
        text: String,
    },
    /// Tried to answer the customer and did not reach him.
    LogContactAttempt {
        #[serde(default)]
        note: String,
    },
    CloseCase {
        #[serde(default)]
        note: String,
    },
    ReopenCase {
        reason: String,
    },
    CancelCase {
        reason: String,
        /// Merged into this case, if it was a duplicate.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        into: Option<String>,
    },
    /// Another person of the owning organisation holds the case from now on.
    ReassignCase {
        person: PersonRef,
    },
    LinkCase {
        link: CaseLink,
    },
    EscalateCase {
        reason: String,
    },

    // ── Interaction (TMF683) and message (TMF681) ────────────────────────
    StartInteraction {
        channel: Channel,
        direction: Direction,
        customer: CustomerRef,
        #[serde(default)]
        reason: String,
        /// Desk (queue) id that it waits at.
        #[serde(default)]
        desk: String,
        /// Answered already: a call taken on a desk phone is logged as talking.
        #[serde(default)]
        answered: bool,
    },
    /// Takes a waiting contact; the first one wins.
    AcceptInteraction,
    SetCallState {
        state: CallState,
    },
    SetTopic {
        topic: String,
    },
    /// Offers the call to a seat for a limited time.
    OfferTransfer {
        desk: String,
        seat: String,
        until: Timestamp,
    },
    DeclineTransfer {
        #[serde(default)]
        reason: String,
    },
    /// Nobody took the offer in its time; anyone at the sending side may say so.
    LapseTransfer,
    AcceptTransfer,
    LinkInteraction {
        case: String,
    },
    EndInteraction,
    /// Wrap-up: how the contact ended.
    Dispose {
        disposition: String,
        #[serde(default)]
        note: String,
    },
    SendMessage {
        interaction: String,
        channel: Channel,
        direction: Direction,
        #[serde(default)]
        customer: CustomerRef,
        text: String,
    },

    // ── Call-back (TMF646) ───────────────────────────────────────────────
    BookCallback {
        desk: String,
        topic: String,
        customer: CustomerRef,
        policy: PolicyPin,
        #[serde(default)]
        note: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        interaction: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        case: Option<String>,
    },
    ClaimCallback,
    ReleaseCallback {
        #[serde(default)]
        reason: String,
    },
    LogCallbackAttempt {
        outcome: AttemptOutcome,
        #[serde(default)]
        note: String,
    },
    /// Reached elsewhere, or no longer wanted.
    CancelCallback {
        reason: String,
    },

    // ── Seat ─────────────────────────────────────────────────────────────
    /// Presence is a lease: without renewal by `until` it is stale and gets no work.
    SetPresence {
        presence: Presence,
        until: Timestamp,
        /// Set on the first log-in at a seat.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        desk: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        skills: Option<Vec<String>>,
    },

    // ── Free fields of a case or a customer ──────────────────────────────
    /// Mends facts that no rule hangs on; merged field by field with what others wrote meanwhile.
    EditFields {
        changes: Vec<FieldChange>,
    },

    // ── Customer (TMF629) ────────────────────────────────────────────────
    /// Somebody looked behind the mask of a field; kept as proof.
    RevealField {
        field: String,
        reason: String,
    },
}

tagged!(
    Intent,
    "type",
    [
        "takeCase",
        "unholdCase",
        "acceptInteraction",
        "lapseTransfer",
        "acceptTransfer",
        "endInteraction",
        "claimCallback",
    ]
);

impl Intent {
    /// Takes work that only one can have: of two who do it at once, one must be told that he lost.
    pub fn is_exclusive(&self) -> bool {
        matches!(self, Intent::AcceptInteraction | Intent::ClaimCallback | Intent::TakeCase | Intent::AcceptTransfer)
    }
}
