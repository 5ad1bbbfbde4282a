//! The nouns of the desk, as they are stored and sent: plain documents with a journal.
//!
//! Only data and its serde form live here, with tolerant defaults so that a document typed by hand
//! can be read. Rules live beside the model (`relay`, `callback`, `contact`, `clock`), never in it.
//! Names follow the TM Forum Open APIs where they have one (TMF621, 683, 681, 646, 629).

mod callback;
mod case;
mod customer;
mod document;
mod entry;
mod field;
mod interaction;
mod seat;
mod tagged;

pub use callback::{Attempt, AttemptOutcome, Callback, CallbackStatus, Claim, ClaimedBy};
pub use case::{
    Case, CaseLink, ClassAt, ContactAttempt, CustomerAnswer, Leg, LegState, LinkKind, Owner, Pause, Period, Referral,
    Repeat, Status,
};
pub use customer::{Customer, CustomerRef};
pub use document::{Collection, Document, DocumentFault};
pub use entry::{Actor, Entry, Intent, PersonRef, PolicyPin, Role};
pub use field::{Field, FieldChange, FieldConflict, NO, YES};
pub use interaction::{CallState, Channel, Direction, Interaction, InteractionStatus, Message, Offer, OfferState};
#[doc(hidden)]
pub use tagged::{read_plain, write_tagged};

pub use seat::{Presence, Seat};
