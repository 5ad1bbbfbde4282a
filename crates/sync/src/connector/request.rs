//! From what sync wants to the request that this backend understands.

use baton_engine::model::Collection;
use serde_json::Value;

use super::template::{Template, Values, encode};
use super::{Connector, Op};
use crate::net::Request;

impl Connector {
    /// One page of a collection after `cursor` (None: from the beginning). None if the backend lacks the collection.
    pub fn list(&self, collection: Collection, cursor: Option<&str>) -> Option<Request> {
        let values = Values {
            collection: Some(self.backend_name(collection)?),
            cursor,
            limit: Some(&self.list.limit),
            ..Values::default()
        };
        let list = &self.list;
        self.request(&list.method, &list.path, &list.query, &list.headers, &values, None)
    }

    /// One document as it is now.
    pub fn get(&self, collection: Collection, id: &str) -> Option<Request> {
        self.op(&self.get, collection, id, None, None)
    }

    /// Makes a document that the backend must not have yet.
    pub fn create(&self, collection: Collection, id: &str, body: &Value) -> Option<Request> {
        self.op(&self.create, collection, id, None, Some(self.outgoing(body)))
    }

    /// Replaces the document, only if the backend still has revision `rev` of it.
    pub fn replace(&self, collection: Collection, id: &str, rev: &str, body: &Value) -> Option<Request> {
        self.op(&self.replace, collection, id, Some(rev), Some(self.outgoing(body)))
    }

    /// Address of the live feed, from now on.
    pub fn feed_url(&self) -> Option<String> {
        let feed = self.feed.as_ref()?;
        self.url(&feed.path, &feed.query, &Values::default())
    }

    /// Name of the feed's events that carry a change.
    pub fn feed_event(&self) -> Option<&str> {
        self.feed.as_ref().map(|f| f.event.as_str())
    }

    fn outgoing(&self, body: &Value) -> String {
        let mut body = body.clone();
        if let Value::Object(map) = &mut body {
            map.retain(|key, _| !self.server_fields.contains(key));
        }
        body.to_string()
    }

    fn op(
        &self,
        op: &Op,
        collection: Collection,
        id: &str,
        rev: Option<&str>,
        body: Option<String>,
    ) -> Option<Request> {
        let values =
            Values { collection: Some(self.backend_name(collection)?), id: Some(id), rev, ..Values::default() };
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
