//! From the backend's answer to what it means.

use std::sync::Arc;

use baton_engine::time::Timestamp;
use serde_json::Value;

use super::scan;
use super::shape::{Make, Seen, Writing, scalar};
use super::status::Answer;
use super::{Connector, Delete, Home, LiveFeed, Op, Place, Reply};
use crate::net::{Problem, ProblemKind, Response};

/// Longest text of a problem that is kept, in characters.
const PROBLEM_LIMIT: usize = 400;

/// A document as the backend gave it.
#[derive(Debug, Clone, PartialEq)]
pub struct Remote {
    pub place: Place,
    /// Our id of it.
    pub id: String,
    /// The backend's revision as text, to be sent back as it came; where it has none, a digest of the document.
    pub rev: String,
    /// Grows with every write of the backend, where it has such a number.
    pub order: Option<i64>,
    pub deleted: bool,
    /// When the backend stored it.
    pub stamp: Option<Timestamp>,
    /// The document in our form, as JSON text, with what we do not know of it.
    pub raw: Arc<str>,
}

impl Remote {
    pub(super) fn new(place: Place, seen: Seen) -> Remote {
        let Seen { id, rev, order, stamp, deleted, text } = seen;
        Remote { place, id, rev, order, deleted, stamp, raw: text }
    }
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

/// What a request was about, as far as its answer needs it.
struct About<'a> {
    place: Place,
    id: &'a str,
    /// The document as it was sent, in our form.
    sent: Option<(&'a Value, Writing<'a>)>,
}

impl Connector {
    pub fn get_answer(&self, place: Place, id: &str, response: &Response) -> WriteAnswer {
        let Some(home) = self.home(place) else { return nowhere(response) };
        self.op_answer(home, &home.dialect.get, &About { place, id, sent: None }, response)
    }

    /// Answer of [`Connector::find`]: `Stored` or `Missing`.
    pub fn find_answer(&self, place: Place, id: &str, response: &Response) -> WriteAnswer {
        let Some(home) = self.home(place) else { return nowhere(response) };
        let Some(find) = &home.dialect.find else { return nowhere(response) };
        let answer = Answer::new(response);
        if ![200, 206].contains(&response.status) || answer.is_special(&self.signed_out) {
            return WriteAnswer::Failed(self.failed(&answer));
        }
        let envelope = match scan::Envelope::cut(&response.body, &find.items, scan::Scan::value) {
            Ok(envelope) => envelope,
            Err(what) => return WriteAnswer::Failed(garbled(response, &what)),
        };
        let documents = envelope.items.iter().filter_map(|item| scan::at(item, &find.doc));
        let found = documents.filter_map(|document| self.remote(place, home, document).ok().flatten());
        // A backend that makes ids can have made two: everybody takes the same one.
        let first = found.filter(|r| r.id == id).min_by(|a, b| (a.stamp, &a.raw).cmp(&(b.stamp, &b.raw)));
        first.map_or(WriteAnswer::Missing, WriteAnswer::Stored)
    }

    /// `sent` is the body that was given to [`Connector::create`]: some backends answer with no more than a revision.
    pub fn create_answer(&self, place: Place, id: &str, sent: &Value, response: &Response) -> WriteAnswer {
        let Some(home) = self.home(place) else { return nowhere(response) };
        let sent = Some((sent, Writing { id, rev: None, now_ms: None, delete: false }));
        self.op_answer(home, &home.dialect.create, &About { place, id, sent }, response)
    }

    /// As [`Connector::create_answer`].
    pub fn replace_answer(&self, place: Place, id: &str, sent: &Value, response: &Response) -> WriteAnswer {
        let Some(home) = self.home(place) else { return nowhere(response) };
        let sent = Some((sent, Writing { id, rev: Some(""), now_ms: None, delete: false }));
        self.op_answer(home, &home.dialect.replace, &About { place, id, sent }, response)
    }

    /// `Gone` or `Missing` when it is deleted now.
    pub fn delete_answer(&self, place: Place, id: &str, response: &Response) -> WriteAnswer {
        let Some(home) = self.home(place) else { return nowhere(response) };
        let op = match &home.dialect.delete {
            Some(Delete::Ask(op)) => op,
            Some(Delete::Mark) => &home.dialect.replace,
            None => return nowhere(response),
        };
        match self.op_answer(home, op, &About { place, id, sent: None }, response) {
            WriteAnswer::Stored(remote) if remote.deleted => WriteAnswer::Gone(Some(remote)),
            other => other,
        }
    }

    /// One event of the live feed; None if it is not about a document that we keep.
    pub fn feed_change(&self, data: &str) -> Option<Remote> {
        let LiveFeed::Events { collection, doc, .. } = &self.live else { return None };
        let name: String = serde_json::from_str(scan::at(data, collection)?).ok()?;
        let place = self.by_backend_name(&name)?;
        self.remote(place, self.home(place)?, scan::at(data, doc)?).ok().flatten()
    }

    fn op_answer(&self, home: &Home, op: &Op, about: &About<'_>, response: &Response) -> WriteAnswer {
        let answer = Answer::new(response);
        let current = || {
            let raw = scan::at(&response.body, op.current.as_deref()?)?;
            self.remote(about.place, home, raw).ok().flatten().filter(|r| r.id == about.id)
        };
        let stale = || match current() {
            Some(remote) if remote.deleted => WriteAnswer::Gone(Some(remote)),
            current => WriteAnswer::Stale(current),
        };
        // What is told by the body goes before what is told by the status alone.
        for is in [Answer::is_special, Answer::is_plain] {
            if is(&answer, &self.signed_out) {
                return WriteAnswer::Failed(Failure::SignedOut);
            } else if is(&answer, &op.gone) {
                return WriteAnswer::Gone(current());
            } else if is(&answer, &op.missing) {
                return WriteAnswer::Missing;
            } else if is(&answer, &op.stale) {
                return stale();
            } else if is(&answer, &op.unconfirmed) {
                return WriteAnswer::Unconfirmed;
            } else if is(&answer, &op.ok) {
                return self.done(home, op, about, response);
            }
        }
        WriteAnswer::Failed(self.failed(&answer))
    }

    /// A good answer: the document as it is stored now.
    fn done(&self, home: &Home, op: &Op, about: &About<'_>, response: &Response) -> WriteAnswer {
        let remote = match &op.reply {
            Reply::Nothing => return WriteAnswer::Gone(None),
            Reply::Document(at) => scan::at(&response.body, at).map(|raw| self.remote(about.place, home, raw)),
            Reply::Revision { rev, key } => self.as_sent(home, op, about, response, rev, key.as_deref()),
        };
        let lost = |what: &str| WriteAnswer::Failed(garbled(response, what));
        match remote {
            Some(Ok(Some(remote))) if remote.id == about.id => WriteAnswer::Stored(remote),
            // It is there, but nobody will ever find it by our id: trying again would only make more of them.
            Some(Ok(Some(_))) if home.dialect.shape.make == Make::Server && about.sent.is_some() => {
                let text = "the backend has taken the document and not kept the identifier by which it is found again";
                WriteAnswer::Failed(Failure::Refused(Problem::new(ProblemKind::NotKept, response.status, text)))
            }
            Some(Ok(Some(_))) => lost("the answer holds another document"),
            _ => lost("the answer does not hold the document"),
        }
    }

    /// The document as it was sent, with what the answer says of it.
    fn as_sent(
        &self,
        home: &Home,
        op: &Op,
        about: &About<'_>,
        response: &Response,
        rev: &str,
        key: Option<&str>,
    ) -> Option<Result<Option<Remote>, ()>> {
        let (sent, writing) = about.sent.as_ref()?;
        let shape = &home.dialect.shape;
        let mut document = shape.theirs(sent, &Op { changes: false, ..op.clone() }, writing);
        let value = |at: &str| serde_json::from_str::<Value>(scan::at(&response.body, at)?).ok();
        let rev = value(rev).filter(|v| scalar(v).is_some())?;
        shape.id.set(&mut document, about.id.into());
        if let (Some(at), Some(key)) = (&shape.key, key) {
            at.set(&mut document, value(key)?);
        }
        if let Some(at) = &shape.rev {
            at.set(&mut document, rev);
        }
        Some(self.remote(about.place, home, &document.to_string()))
    }

    pub(super) fn failure(&self, response: &Response) -> Failure {
        self.failed(&Answer::new(response))
    }

    pub(super) fn failed(&self, answer: &Answer<'_>) -> Failure {
        let response = answer.response;
        let status = response.status;
        if answer.is(&self.signed_out) {
            return Failure::SignedOut;
        }
        let after_ms = response.header("retry-after").and_then(retry_after_ms);
        match status {
            408 | 425 | 429 | 502 | 503 | 504 => {
                Failure::Again { problem: problem(ProblemKind::Unavailable, answer), after_ms, line: true }
            }
            500..=599 => Failure::Again { problem: problem(ProblemKind::Unavailable, answer), after_ms, line: false },
            403 => Failure::Refused(problem(ProblemKind::Forbidden, answer)),
            400..=499 => Failure::Refused(problem(ProblemKind::Rejected, answer)),
            _ => garbled(response, "unexpected status"),
        }
    }
}

fn nowhere(response: &Response) -> WriteAnswer {
    WriteAnswer::Failed(garbled(response, "the connector file does not say how this is done"))
}

/// A captive portal or a broken proxy rather than our backend: nothing is decided by it.
pub(super) fn garbled(response: &Response, what: &str) -> Failure {
    let text = format!("{what} (status {})", response.status);
    Failure::Again { problem: Problem::new(ProblemKind::Garbled, response.status, text), after_ms: None, line: true }
}

/// The words of an RFC 9457 problem or of the backends that ship with a connector, or the beginning of whatever came.
fn problem(kind: ProblemKind, answer: &Answer<'_>) -> Problem {
    let word = |key: &str| answer.body().and_then(|p| p.get(key)).and_then(Value::as_str).filter(|t| !t.is_empty());
    let title = word("title").or_else(|| word("error"));
    let detail = word("detail").or_else(|| word("message")).or_else(|| word("reason"));
    let text = match (title, detail) {
        (Some(title), Some(detail)) => format!("{title}: {detail}"),
        (Some(one), None) | (None, Some(one)) => one.into(),
        (None, None) => answer.response.body.clone(),
    };
    Problem::new(kind, answer.response.status, shorten(&text))
}

pub(super) fn shorten(text: &str) -> String {
    text.chars().take(PROBLEM_LIMIT).collect()
}

/// `Retry-After` in whole seconds, as milliseconds; at most an hour is believed. Its date form is not read.
fn retry_after_ms(value: &str) -> Option<i64> {
    let seconds: i64 = value.trim().parse().ok()?;
    (seconds >= 0).then_some(seconds.min(3600) * 1000)
}
