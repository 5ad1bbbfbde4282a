//! The one door for change: checks a journal entry against a document and the rules, and returns the new
//! document or a refusal that says why. Sync runs it again on every new base, so it must stay pure and
//! depend on nothing but its arguments. The rules themselves live in `relay`, `contact`, `callback` and `fields`.

use serde::{Deserialize, Serialize};

use crate::model::{
    Actor, Collection, Customer, Direction, Document, Entry, FieldConflict, Intent, Message, Role, Seat, Status,
};
use crate::policy::Policies;
use crate::tagged;
use crate::time::{Span, Timestamp};
use crate::{callback, contact, fields, relay};

/// Why an intent does not hold. Data, worded by the views in either language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Refusal {
    /// The document is not there (any more).
    NotFound,
    /// A document of that id exists.
    AlreadyExists,
    /// The intent does not belong to this kind of document.
    WrongDocument,
    /// No policy pack is loaded.
    PolicyMissing,
    /// The id is not in the policy pack.
    UnknownId {
        id: String,
    },
    /// The role may not do that.
    RoleForbids {
        role: Role,
    },
    /// Only this organisation may do that.
    NotYours {
        org: String,
    },
    /// That organisation is no service interface and cannot own a case.
    NotAnInterface {
        org: String,
    },
    /// Not possible in this status.
    WrongStatus {
        status: Status,
    },
    /// Somebody owns it already.
    Owned {
        org: String,
    },
    /// No arrow from here to there in the flow; `allowed` are possible.
    EdgeNotAllowed {
        from: String,
        to: String,
        allowed: Vec<String>,
    },
    /// It already carries the baton in this chain.
    InChain {
        org: String,
    },
    /// Another leg runs and the flow does not allow two at once.
    NotParallel {
        to: String,
    },
    /// The same pair was dispatched too often; supervision decides.
    LoopLimit {
        from: String,
        to: String,
        times: u32,
    },
    /// Data would leave the operator and the customer's consent is not recorded.
    ConsentMissing {
        org: String,
    },
    /// The leg would break the customer's deadline by this much.
    WouldBreakDeadline {
        short_by: Span,
    },
    LegEnded,
    /// These organisations still work on it.
    LegsOpen {
        orgs: Vec<String>,
    },
    /// The customer has not been answered.
    NotAnswered {
        failed_days: u32,
        needed: u32,
    },
    /// It is closed: take a new case that refers to it.
    ClosedOpenNew,
    /// The text is empty, or longer than [`TEXT_LIMIT`].
    TextMissing {
        field: String,
    },
    /// Somebody else took it first.
    Taken {
        by: String,
        at: Timestamp,
    },
    NotTaken,
    /// No offer is pending, or it is for another seat, or its time is over.
    NoOffer,
    TooEarly {
        not_before: Timestamp,
    },
    /// Others have changed these fields since the person saw them; a person chooses.
    FieldConflict {
        fields: Vec<FieldConflict>,
    },
}

tagged!(
    Refusal,
    "why",
    ["notFound", "alreadyExists", "wrongDocument", "policyMissing", "legEnded", "closedOpenNew", "notTaken", "noOffer"]
);

/// Longest text of one field, in bytes; longer input is a mistake or an attack.
pub const TEXT_LIMIT: usize = 20_000;

/// Applies `entry` to `doc` (None: it does not exist yet).
///
/// An entry whose id the journal already holds returns the document unchanged.
///
/// # Errors
/// A [`Refusal`]; the document is then as it was.
pub fn decide(
    policies: &Policies,
    collection: Collection,
    id: &str,
    doc: Option<&Document>,
    entry: &Entry,
) -> Result<Document, Refusal> {
    if let Some(doc) = doc
        && doc.holds(&entry.id)
    {
        return Ok(doc.clone());
    }
    if entry.by.role == Role::Kiosk && !kiosk_may(&entry.intent) {
        return Err(Refusal::RoleForbids { role: Role::Kiosk });
    }
    let mut next = match (collection, doc) {
        (_, Some(doc)) if doc.collection() == collection && matches!(entry.intent, Intent::EditFields { .. }) => {
            fields::edit(doc, entry)?
        }
        (Collection::Cases, None) => Document::Case(relay::open(policies, id, entry)?),
        (Collection::Cases, Some(Document::Case(case))) => Document::Case(relay::apply(policies, case, entry)?),
        (Collection::Interactions, None) => Document::Interaction(contact::start(id, entry)?),
        (Collection::Interactions, Some(Document::Interaction(i))) => Document::Interaction(contact::apply(i, entry)?),
        (Collection::Messages, None) => Document::Message(send_message(id, entry)?),
        (Collection::Messages, Some(_)) => return Err(Refusal::AlreadyExists),
        (Collection::Callbacks, None) => Document::Callback(callback::book(policies, id, entry)?),
        (Collection::Callbacks, Some(Document::Callback(c))) => {
            Document::Callback(callback::apply(policies, c, entry)?)
        }
        (Collection::Seats, None) => Document::Seat(set_presence(&Seat { id: id.into(), ..Seat::default() }, entry)?),
        (Collection::Seats, Some(Document::Seat(seat))) => Document::Seat(set_presence(seat, entry)?),
        (Collection::Customers, Some(Document::Customer(customer))) => Document::Customer(reveal(customer, entry)?),
        (Collection::Customers, None) => return Err(Refusal::NotFound),
        _ => return Err(Refusal::WrongDocument),
    };
    let keep = if collection == Collection::Seats { SEAT_JOURNAL } else { usize::MAX };
    let journal = next.journal_mut();
    journal.push(entry.clone());
    if journal.len() > keep {
        journal.drain(..journal.len() - keep);
    }
    Ok(next)
}

/// At a kiosk stands the customer: he may complain and write, not answer in the desk's name.
fn kiosk_may(intent: &Intent) -> bool {
    match intent {
        Intent::OpenCase { .. } => true,
        Intent::SendMessage { direction, .. } => *direction == Direction::Inbound,
        _ => false,
    }
}

/// No presence is believed for longer than a day, whatever it says of itself.
const LONGEST_LEASE: Span = Span::from_hours(24);

/// Presence is not history: a seat keeps its last entries only.
const SEAT_JOURNAL: usize = 12;

fn send_message(id: &str, entry: &Entry) -> Result<Message, Refusal> {
    let Intent::SendMessage { interaction, channel, direction, customer, text } = &entry.intent else {
        return Err(Refusal::NotFound);
    };
    required(text, "text")?;
    Ok(Message {
        id: id.into(),
        interaction: interaction.clone(),
        channel: *channel,
        direction: *direction,
        customer: customer.clone(),
        text: text.clone(),
        at: Some(entry.at),
        by: entry.by.person(),
        journal: Vec::new(),
    })
}

fn set_presence(seat: &Seat, entry: &Entry) -> Result<Seat, Refusal> {
    let Intent::SetPresence { presence, until, desk, skills } = &entry.intent else {
        return Err(Refusal::WrongDocument);
    };
    let someone_else = !seat.person.id.is_empty() && seat.person.id != entry.by.id;
    if someone_else && !seat.is_stale(entry.at) && !entry.by.leads() {
        return Err(Refusal::Taken { by: seat.person.name.clone(), at: seat.since.unwrap_or(entry.at) });
    }
    // What the person said before what is known already (an outbox that comes late): done, and of no effect.
    if seat.journal.iter().any(|e| e.by.id == entry.by.id && e.at > entry.at) {
        return Ok(seat.clone());
    }
    let mut next = seat.clone();
    if next.presence != *presence || next.since.is_none() || someone_else || seat.is_stale(entry.at) {
        next.since = Some(entry.at);
    }
    next.presence = *presence;
    next.lease_until = Some((*until).min(entry.at.plus(LONGEST_LEASE)));
    if !entry.by.leads() || next.person.id.is_empty() || entry.by.seat.as_deref() == Some(&seat.id) {
        next.person = entry.by.person();
        next.org = entry.by.org.clone();
    }
    if let Some(desk) = desk {
        next.desk = desk.clone();
    }
    if let Some(skills) = skills {
        next.skills = skills.clone();
    }
    Ok(next)
}

fn reveal(customer: &Customer, entry: &Entry) -> Result<Customer, Refusal> {
    let Intent::RevealField { field, reason } = &entry.intent else {
        return Err(Refusal::WrongDocument);
    };
    required(field, "field")?;
    required(reason, "reason")?;
    Ok(customer.clone())
}

/// A text that must be there and of reasonable length.
pub(crate) fn required(text: &str, field: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() || text.len() > TEXT_LIMIT {
        return Err(Refusal::TextMissing { field: field.into() });
    }
    Ok(())
}

/// A text that may be missing, of reasonable length.
pub(crate) fn optional(text: &str, field: &str) -> Result<(), Refusal> {
    if text.len() > TEXT_LIMIT { Err(Refusal::TextMissing { field: field.into() }) } else { Ok(()) }
}

/// Later of the entry's own time and `floor`: a skewed clock must not turn an interval around.
pub(crate) fn not_before(entry: &Entry, floor: Option<Timestamp>) -> Timestamp {
    floor.map_or(entry.at, |f| entry.at.max(f))
}

/// The actor must act for `org` (leads included: they lead an organisation, not all of them). What belongs to
/// nobody yet must be taken first.
pub(crate) fn acts_for(by: &Actor, org: &str) -> Result<(), Refusal> {
    if (by.org == org && !org.is_empty()) || by.role == Role::System {
        return Ok(());
    }
    Err(Refusal::NotYours { org: org.into() })
}
