//! The documents of the self-test, in our form, and how two forms of one are compared.
//!
//! Each is in a state that no work list shows, so that one that cannot be deleted does no harm.

use baton_engine::model::Collection;
use baton_engine::time::Timestamp;
use serde_json::{Value, json};

use crate::connector::Remote;

/// A member that the desk's model does not have, as another system might add one.
const STRANGER: &str = "selfTest";

/// Where documents may be made, the most harmless first. Seats are not: a seat that is not one would be called.
pub(super) const PLACES: [Collection; 5] =
    [Collection::Messages, Collection::Interactions, Collection::Callbacks, Collection::Cases, Collection::Customers];

/// A document with one journal entry and a text, which tells writers apart.
pub(super) fn document(collection: Collection, id: &str, text: &str, at: Timestamp) -> Value {
    let mut doc = json!({
        "id": id,
        "journal": [entry(id, 0, at)],
        STRANGER: {"text": "kept", "number": 17, "list": [1, {"deep": true}]},
    });
    let more = match collection {
        Collection::Messages => json!({"channel": "other", "at": at}),
        Collection::Interactions => json!({"status": "completed", "channel": "other", "arrivedAt": at, "endedAt": at}),
        Collection::Callbacks => json!({"status": "cancelled", "registeredAt": at, "endedAt": at}),
        Collection::Cases => {
            json!({"status": "cancelled", "number": id, "title": "Connector self-test", "openedAt": at})
        }
        Collection::Customers | Collection::Seats => json!({"name": "Connector self-test"}),
    };
    if let (Value::Object(doc), Value::Object(more)) = (&mut doc, more) {
        doc.extend(more);
    }
    set_text(collection, &mut doc, text);
    doc
}

/// A claim, as the desk makes it.
pub(super) fn claim(id: &str, by: &str, at: Timestamp) -> Value {
    json!({"id": id, "entry": format!("{id}-entry"), "by": by, "at": at})
}

/// An entry that is no note: some backends keep notes in a place of their own and no journal.
pub(super) fn entry(id: &str, number: u32, at: Timestamp) -> Value {
    let by = json!({"id": "baton-selftest", "name": "Connector self-test", "org": "", "role": "system"});
    json!({"id": format!("{id}-entry-{number}"), "at": at, "by": by, "intent": {"type": "takeCase"}})
}

pub(super) fn set_text(collection: Collection, doc: &mut Value, text: &str) {
    doc[text_field(collection)] = text.into();
}

/// The text of a document, if the backend keeps it.
pub(super) fn text(collection: Collection, remote: &Remote) -> Option<String> {
    Some(value(remote).get(text_field(collection))?.as_str()?.to_owned())
}

pub(super) fn text_field(collection: Collection) -> &'static str {
    match collection {
        Collection::Messages => "text",
        Collection::Interactions | Collection::Callbacks => "note",
        Collection::Cases => "description",
        Collection::Customers => "plan",
        Collection::Seats => "desk",
    }
}

/// Null if it is not JSON, which a connector never gives.
pub(super) fn value(remote: &Remote) -> Value {
    serde_json::from_str(&remote.raw).unwrap_or(Value::Null)
}

/// Pointers of what `sent` says and `kept` does not.
pub(super) fn missing(sent: &Value, kept: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare(sent, kept, "", &mut found);
    found
}

fn compare(sent: &Value, kept: &Value, at: &str, found: &mut Vec<String>) {
    match (sent, kept) {
        (Value::Object(sent), Value::Object(kept)) => {
            for (key, value) in sent {
                compare(value, kept.get(key).unwrap_or(&Value::Null), &format!("{at}/{key}"), found);
            }
        }
        (sent, kept) if sent == kept || same_time(sent, kept) => {}
        _ => found.push(at.to_owned()),
    }
}

/// The same instant, written otherwise: a backend may have its own way.
fn same_time(sent: &Value, kept: &Value) -> bool {
    let time = |value: &Value| value.as_str().and_then(|text| text.parse::<Timestamp>().ok());
    time(sent).is_some_and(|sent| time(kept) == Some(sent))
}
