//! From what sync wants to the request that this backend understands.

use serde_json::Value;

use super::template::{Template, Values, encode};
use super::{Connector, Live, Op, POLL_EVERY_MS, Place};
use crate::net::Request;

impl Connector {
    /// One page of a collection after `cursor` (None: from the beginning). None if the backend lacks the collection.
    pub fn list(&self, place: Place, cursor: Option<&str>) -> Option<Request> {
        let values = Values {
            collection: Some(self.backend_name(place)?),
            cursor,
            limit: Some(&self.list.limit),
            ..Values::default()
        };
        let list = &self.list;
        self.request(&list.method, &list.path, &list.query, &list.headers, &values, None)
    }

    /// One document as it is now. `known` is the document as we have it, if we do: where the backend makes the ids,
    /// its own is in there. None: the backend lacks the collection, or its id is not known (then [`Connector::find`]).
    pub fn get(&self, place: Place, id: &str, known: Option<&Value>) -> Option<Request> {
        let _ = known;
        self.op(&self.get, place, id, None, None)
    }

    /// Looks for a document by our id where the backend makes ids of its own; None elsewhere.
    pub fn find(&self, place: Place, id: &str) -> Option<Request> {
        let _ = (place, id);
        None
    }

    /// Makes a document that the backend must not have yet. `now_ms`: server time as far as it is known, for backends
    /// whose clients write the stamp.
    pub fn create(&self, place: Place, id: &str, body: &Value, now_ms: i64) -> Option<Request> {
        let _ = now_ms;
        self.op(&self.create, place, id, None, Some(self.outgoing(body)))
    }

    /// Replaces the document, where the backend can only if it still has revision `rev` of it. `body` is in our form,
    /// with what we do not know of it as it was read.
    pub fn replace(&self, place: Place, id: &str, rev: &str, body: &Value, now_ms: i64) -> Option<Request> {
        let _ = now_ms;
        self.op(&self.replace, place, id, Some(rev), Some(self.outgoing(body)))
    }

    /// Deletes a document, which only the self-test does, for what it made itself. None: it cannot be done.
    pub fn delete(&self, place: Place, id: &str, rev: &str, known: Option<&Value>) -> Option<Request> {
        let _ = (place, id, rev, known);
        None
    }

    /// A list that waits on the server until something comes after `cursor`; None: the backend has no such thing.
    pub fn wait(&self, place: Place, cursor: Option<&str>) -> Option<Request> {
        let _ = (place, cursor);
        None
    }

    /// How often everything is listed from the beginning, milliseconds; None: never without a reason.
    pub fn reconcile_ms(&self) -> Option<i64> {
        None
    }

    /// How to hear of changes soon.
    pub fn live(&self) -> Live {
        let feed = self.feed.as_ref();
        let url = feed.and_then(|feed| self.url(&feed.path, &feed.query, &Values::default()));
        match (feed, url) {
            (Some(feed), Some(url)) => Live::Events { url, event: feed.event.clone() },
            _ => Live::Poll { every_ms: POLL_EVERY_MS },
        }
    }

    fn outgoing(&self, body: &Value) -> String {
        let mut body = body.clone();
        if let Value::Object(map) = &mut body {
            map.retain(|key, _| !self.server_fields.contains(key));
        }
        body.to_string()
    }

    fn op(&self, op: &Op, place: Place, id: &str, rev: Option<&str>, body: Option<String>) -> Option<Request> {
        let values = Values { collection: Some(self.backend_name(place)?), id: Some(id), rev, ..Values::default() };
        self.request(&op.method, &op.path, &op.query, &op.headers, &values, body)
    }

    fn request(
        &self,
        method: &str,
        path: &Template,
        query: &[(String, Template)],
        headers: &[(String, Template)],
        values: &Values<'_>,
        body: Option<String>,
    ) -> Option<Request> {
        let mut sent: Vec<(String, String)> = Vec::new();
        for (name, template) in self.headers.iter().chain(headers) {
            if let Some(value) = template.plain(values) {
                sent.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
                sent.push((name.clone(), value));
            }
        }
        if body.is_some() && !sent.iter().any(|(n, _)| n.eq_ignore_ascii_case("content-type")) {
            sent.push(("Content-Type".into(), "application/json".into()));
        }
        Some(Request { method: method.into(), url: self.url(path, query, values)?, headers: sent, body })
    }

    fn url(&self, path: &Template, query: &[(String, Template)], values: &Values<'_>) -> Option<String> {
        let mut url = format!("{}{}", self.base, path.encoded(values)?);
        let mut separator = if url.contains('?') { '&' } else { '?' };
        for (name, template) in query {
            if let Some(value) = template.encoded(values) {
                url.push(separator);
                encode(&mut url, name);
                url.push('=');
                url.push_str(&value);
                separator = '&';
            }
        }
        Some(url)
    }
}
