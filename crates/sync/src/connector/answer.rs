//! From the backend's answer to what it means.

use std::sync::Arc;

use baton_engine::time::Timestamp;
use serde_json::Value;

use super::{Connector, Op, Place};
use crate::net::{Problem, ProblemKind, Response};

/// Longest text of a problem that is kept, in characters.
const PROBLEM_LIMIT: usize = 400;

/// A document as the backend gave it.
#[derive(Debug, Clone, PartialEq)]
pub struct Remote {
    pub place: Place,
    /// Our id of it.
    pub id: String,
    /// The backend's revision as text, to be sent back as it came.
    pub rev: String,
    /// Grows with every write of the backend, where it has such a number.
    pub order: Option<i64>,
    pub deleted: bool,
    /// When the backend stored it.
    pub stamp: Option<Timestamp>,
    /// The document in our form, as JSON text, with what we do not know of it.
    pub raw: Arc<str>,
}

/// Why a request did not do its work.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    /// Log in again; nothing is lost.
    SignedOut,
    /// Try later. `line`: the trouble is the connection's or the whole backend's, not this document's.
    Again { problem: Problem, after_ms: Option<i64>, line: bool },
    /// This very request will never succeed.
    Refused(Problem),
}

#[derive(Debug, Clone, PartialEq)]
pub enum ListAnswer {
    Page {
        items: Vec<Remote>,
        /// Items that are no documents: no object, no id. Counted and shown, never fatal.
        nameless: Vec<String>,
        cursor: Option<String>,
        more: bool,
    },
    /// The cursor is no longer good: list from the beginning.
    Reset,
    Failed(Failure),
}

#[derive(Debug, Clone, PartialEq)]
pub enum WriteAnswer {
    /// Done; the document as it is stored now.
    Stored(Remote),
    /// Somebody else was faster; the present document if the answer has it, else it must be fetched.
    Stale(Option<Remote>),
    /// Deleted; its tombstone if the answer has it.
    Gone(Option<Remote>),
    /// The backend does not know it.
    Missing,
    /// Taken, but not done for certain (202): look again later.
    Unconfirmed,
    Failed(Failure),
}

impl Connector {
    /// `cursor` is the one that was asked with.
    pub fn list_answer(&self, place: Place, cursor: Option<&str>, response: &Response) -> ListAnswer {
        let _ = cursor;
        if self.list.reset.contains(&response.status) {
            return ListAnswer::Reset;
        }
        if response.status != 200 {
            return ListAnswer::Failed(self.failure(response));
        }
        let envelope: Value = match serde_json::from_str(&response.body) {
            Ok(value) => value,
            Err(e) => return ListAnswer::Failed(garbled(response, &format!("the list is not JSON: {e}"))),
        };
        let Some(list) = envelope.pointer(&self.list.items).and_then(Value::as_array) else {
            return ListAnswer::Failed(garbled(response, &format!("no list at {:?}", self.list.items)));
        };
        let (mut items, mut nameless) = (Vec::with_capacity(list.len()), Vec::new());
        for item in list {
            match self.remote(place, item) {
                Some(remote) => items.push(remote),
                None => nameless.push(shorten(&item.to_string())),
            }
        }
        let cursor = envelope.pointer(&self.list.cursor).and_then(scalar);
        let more = match &self.list.more {
            Some(at) => envelope.pointer(at).and_then(Value::as_bool).unwrap_or(false),
            None => !list.is_empty(),
        };
        // "More" without a way on would ask for the same page for ever.
        ListAnswer::Page { items, nameless, more: more && cursor.is_some(), cursor }
    }

    pub fn get_answer(&self, place: Place, id: &str, response: &Response) -> WriteAnswer {
        self.op_answer(&self.get, place, id, response)
    }

    /// Answer of [`Connector::find`]: `Stored` or `Missing`.
    pub fn find_answer(&self, place: Place, id: &str, response: &Response) -> WriteAnswer {
        self.op_answer(&self.get, place, id, response)
    }

    /// `sent` is the body that was given to [`Connector::create`]: some backends answer with no more than a revision.
    pub fn create_answer(&self, place: Place, id: &str, sent: &Value, response: &Response) -> WriteAnswer {
        let _ = sent;
        self.op_answer(&self.create, place, id, response)
    }

    /// As [`Connector::create_answer`].
    pub fn replace_answer(&self, place: Place, id: &str, sent: &Value, response: &Response) -> WriteAnswer {
        let _ = sent;
        self.op_answer(&self.replace, place, id, response)
    }

    /// `Gone` or `Missing` when it is deleted now.
    pub fn delete_answer(&self, place: Place, id: &str, response: &Response) -> WriteAnswer {
        self.op_answer(&self.get, place, id, response)
    }

    /// The server's time in an answer, milliseconds since the Unix epoch.
    pub fn server_time_ms(&self, response: &Response) -> Option<i64> {
        let text = response.header(self.clock.as_deref()?)?;
        Some(text.parse::<Timestamp>().ok()?.millis())
    }

    /// One event of the live feed; None if it is not about a document that we keep.
    pub fn feed_change(&self, data: &str) -> Option<Remote> {
        let feed = self.feed.as_ref()?;
        let event: Value = serde_json::from_str(data).ok()?;
        let collection = self.by_backend_name(event.pointer(&feed.collection)?.as_str()?)?;
        self.remote(Place::Of(collection), event.pointer(&feed.doc)?)
    }

    /// Reads what the connector must know of a document; None if it has no id.
    pub fn remote(&self, place: Place, raw: &Value) -> Option<Remote> {
        let id = raw.pointer(&self.id)?.as_str()?;
        if id.is_empty() || !raw.is_object() {
            return None;
        }
        Some(Remote {
            place,
            id: id.into(),
            rev: raw.pointer(&self.rev).and_then(scalar).unwrap_or_default(),
            order: self.order.as_ref().and_then(|at| raw.pointer(at)).and_then(Value::as_i64),
            deleted: self.deleted.as_ref().and_then(|at| raw.pointer(at)) == Some(&Value::Bool(true)),
            stamp: self
                .stamp
                .as_ref()
                .and_then(|at| raw.pointer(at))
                .and_then(Value::as_str)
                .and_then(|t| t.parse().ok()),
            raw: raw.to_string().into(),
        })
    }

    fn op_answer(&self, op: &Op, place: Place, id: &str, response: &Response) -> WriteAnswer {
        let status = response.status;
        let body = || serde_json::from_str::<Value>(&response.body).ok();
        let ours = |value: &Value| self.remote(place, value).filter(|r| r.id == id);
        let current = || ours(body()?.pointer(op.current.as_deref()?)?);
        if op.ok.contains(&status) {
            let stored = body().and_then(|b| ours(b.pointer(&op.doc)?));
            return match stored {
                Some(remote) => WriteAnswer::Stored(remote),
                None => WriteAnswer::Failed(garbled(response, "the answer does not hold the document")),
            };
        }
        if op.gone.contains(&status) {
            return WriteAnswer::Gone(current());
        }
        if op.stale.contains(&status) {
            return match current() {
                Some(remote) if remote.deleted => WriteAnswer::Gone(Some(remote)),
                current => WriteAnswer::Stale(current),
            };
        }
        if op.missing.contains(&status) {
            return WriteAnswer::Missing;
        }
        WriteAnswer::Failed(self.failure(response))
    }

    pub(super) fn failure(&self, response: &Response) -> Failure {
        let status = response.status;
        if self.signed_out.contains(&status) {
            return Failure::SignedOut;
        }
        let after_ms = response.header("retry-after").and_then(retry_after_ms);
        match status {
            408 | 425 | 429 | 502 | 503 | 504 => {
                Failure::Again { problem: problem(ProblemKind::Unavailable, response), after_ms, line: true }
            }
            500..=599 => Failure::Again { problem: problem(ProblemKind::Unavailable, response), after_ms, line: false },
            403 => Failure::Refused(problem(ProblemKind::Forbidden, response)),
            400..=499 => Failure::Refused(problem(ProblemKind::Rejected, response)),
            _ => garbled(response, "unexpected status"),
        }
    }
}

/// A captive portal or a broken proxy rather than our backend: nothing is decided by it.
fn garbled(response: &Response, what: &str) -> Failure {
    let text = format!("{what} (status {})", response.status);
    Failure::Again { problem: Problem::new(ProblemKind::Garbled, response.status, text), after_ms: None, line: true }
}

/// The words of an RFC 9457 problem, or the beginning of whatever came.
fn problem(kind: ProblemKind, response: &Response) -> Problem {
    let parsed = serde_json::from_str::<Value>(&response.body).ok();
    let word = |key: &str| parsed.as_ref().and_then(|p| p.get(key)).and_then(Value::as_str);
    let text = match (word("title"), word("detail")) {
        (Some(title), Some(detail)) => format!("{title}: {detail}"),
        (Some(one), None) | (None, Some(one)) => one.into(),
        (None, None) => response.body.clone(),
    };
    Problem::new(kind, response.status, shorten(&text))
}

fn shorten(text: &str) -> String {
    text.chars().take(PROBLEM_LIMIT).collect()
}

/// A text, number or bool as text; cursors and revisions are opaque to us.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// `Retry-After` in whole seconds, as milliseconds; at most an hour is believed. Its date form is not read.
fn retry_after_ms(value: &str) -> Option<i64> {
    let seconds: i64 = value.trim().parse().ok()?;
    (seconds >= 0).then_some(seconds.min(3600) * 1000)
}
