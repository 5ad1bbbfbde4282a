//! The aggregate documents by collection, and reading them from JSON that may be hostile.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Callback, Case, Customer, Entry, Interaction, Message, Seat};
use crate::time::Timestamp;

/// A backend collection that the desk keeps a replica of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Collection {
    Customers,
    Cases,
    Interactions,
    Messages,
    Callbacks,
    Seats,
}

impl Collection {
    /// In the order in which a first sync should fetch them: own work first.
    pub const ALL: [Collection; 6] = [
        Collection::Cases,
        Collection::Callbacks,
        Collection::Interactions,
        Collection::Seats,
        Collection::Messages,
        Collection::Customers,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Collection::Customers => "customers",
            Collection::Cases => "cases",
            Collection::Interactions => "interactions",
            Collection::Messages => "messages",
            Collection::Callbacks => "callbacks",
            Collection::Seats => "seats",
        }
    }

    pub fn from_name(name: &str) -> Option<Collection> {
        Collection::ALL.into_iter().find(|c| c.name() == name)
    }
}

/// Why a document could not be read; it is shown in a list of its own and never blanks the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentFault {
    pub collection: Collection,
    pub id: String,
    pub what: String,
}

impl fmt::Display for DocumentFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}: {}", self.collection.name(), self.id, self.what)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Document {
    Customer(Customer),
    Case(Case),
    Interaction(Interaction),
    Message(Message),
    Callback(Callback),
    Seat(Seat),
}

impl Document {
    pub fn collection(&self) -> Collection {
        match self {
            Document::Customer(_) => Collection::Customers,
            Document::Case(_) => Collection::Cases,
            Document::Interaction(_) => Collection::Interactions,
            Document::Message(_) => Collection::Messages,
            Document::Callback(_) => Collection::Callbacks,
            Document::Seat(_) => Collection::Seats,
        }
    }

    pub fn id(&self) -> &str {
        match self {
            Document::Customer(d) => &d.id,
            Document::Case(d) => &d.id,
            Document::Interaction(d) => &d.id,
            Document::Message(d) => &d.id,
            Document::Callback(d) => &d.id,
            Document::Seat(d) => &d.id,
        }
    }

    pub fn journal(&self) -> &[Entry] {
        match self {
            Document::Customer(d) => &d.journal,
            Document::Case(d) => &d.journal,
            Document::Interaction(d) => &d.journal,
            Document::Message(d) => &d.journal,
            Document::Callback(d) => &d.journal,
            Document::Seat(d) => &d.journal,
        }
    }

    pub fn journal_mut(&mut self) -> &mut Vec<Entry> {
        match self {
            Document::Customer(d) => &mut d.journal,
            Document::Case(d) => &mut d.journal,
            Document::Interaction(d) => &mut d.journal,
            Document::Message(d) => &mut d.journal,
            Document::Callback(d) => &mut d.journal,
            Document::Seat(d) => &mut d.journal,
        }
    }

    /// Nobody has to do anything about it any more. What never ends by itself (a customer, a seat) and what belongs to
    /// something else (a message) is not finished.
    pub fn is_finished(&self) -> bool {
        match self {
            Document::Case(case) => case.status.is_final(),
            Document::Interaction(contact) => !contact.is_open(),
            Document::Callback(callback) => !callback.is_open(),
            Document::Customer(_) | Document::Message(_) | Document::Seat(_) => false,
        }
    }

    /// An entry whose id is in the journal has been done already.
    pub fn holds(&self, entry_id: &str) -> bool {
        self.journal().iter().rev().any(|e| e.id == entry_id)
    }

    /// The document as JSON, without the backend's own `_` fields.
    pub fn to_json(&self) -> Value {
        match self {
            Document::Customer(d) => json(d),
            Document::Case(d) => json(d),
            Document::Interaction(d) => json(d),
            Document::Message(d) => json(d),
            Document::Callback(d) => json(d),
            Document::Seat(d) => json(d),
        }
    }

    /// Reads a document of `collection`. Missing fields get defaults; a time of birth that is missing is
    /// taken from `stamp`, the backend's own time of the document.
    ///
    /// # Errors
    /// [`DocumentFault`] when a field has the wrong type, the id is missing, or the value is no object.
    pub fn from_json(
        collection: Collection,
        value: &Value,
        stamp: Option<Timestamp>,
    ) -> Result<Document, DocumentFault> {
        let id = value.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let fault = |what: String| DocumentFault { collection, id: id.clone(), what };
        if !value.is_object() {
            return Err(fault("not a JSON object".into()));
        }
        if id.is_empty() {
            return Err(fault("/id is missing or not a text".into()));
        }
        let doc = match collection {
            Collection::Customers => Document::Customer(read(value).map_err(fault)?),
            Collection::Cases => {
                let mut case: Case = read(value).map_err(fault)?;
                case.opened_at = case.opened_at.or(stamp);
                if case.number.is_empty() {
                    case.number = case.id.clone();
                }
                Document::Case(case)
            }
            Collection::Interactions => {
                let mut interaction: Interaction = read(value).map_err(fault)?;
                interaction.arrived_at = interaction.arrived_at.or(stamp);
                Document::Interaction(interaction)
            }
            Collection::Messages => {
                let mut message: Message = read(value).map_err(fault)?;
                message.at = message.at.or(stamp);
                Document::Message(message)
            }
            Collection::Callbacks => {
                let mut callback: Callback = read(value).map_err(fault)?;
                callback.registered_at = callback.registered_at.or(stamp);
                callback.round_from = callback.round_from.or(callback.registered_at);
                Document::Callback(callback)
            }
            Collection::Seats => Document::Seat(read(value).map_err(fault)?),
        };
        Ok(doc)
    }
}

fn json<T: Serialize>(document: &T) -> Value {
    // The model has only text keys and finite numbers, so this cannot fail; Null would be refused on reading.
    serde_json::to_value(document).unwrap_or(Value::Null)
}

fn read<T: DeserializeOwned>(value: &Value) -> Result<T, String> {
    T::deserialize(value).map_err(|e| e.to_string())
}
