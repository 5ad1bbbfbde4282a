//! From what sync wants to the request that this backend understands.

use serde_json::Value;

use super::path::Path;
use super::shape::Writing;
use super::template::{Template, Values, encode};
use super::{Ask, Connector, Delete, Dialect, Live, LiveFeed, Op, Place};
use crate::net::Request;

impl Connector {
    /// One document as it is now. `known` is the document as we have it, if we do: where the backend makes the ids,
    /// its own is in there. None: the backend lacks the collection, or its id is not known (then [`Connector::find`]).
    pub fn get(&self, place: Place, id: &str, known: Option<&Value>) -> Option<Request> {
        let op = &self.home(place)?.dialect.get;
        self.op(op, place, id, None, known, None)
    }

    /// Looks for a document by our id where the backend makes ids of its own; None elsewhere.
    pub fn find(&self, place: Place, id: &str) -> Option<Request> {
        let home = self.home(place)?;
        let find = home.dialect.find.as_ref()?;
        let values = Values { id: Some(id), ..self.values(home) };
        self.ask(&home.dialect, &find.ask, &[], &values, None)
    }

    /// Makes a document that the backend must not have yet. `now_ms`: server time as far as it is known, for backends
    /// whose clients write the stamp.
    pub fn create(&self, place: Place, id: &str, body: &Value, now_ms: i64) -> Option<Request> {
        let home = self.home(place)?;
        let op = &home.dialect.create;
        let writing = Writing { id, rev: None, now_ms: Some(now_ms), delete: false };
        self.write(op, place, body, &writing, Some(body))
    }

    /// Replaces the document, where the backend can only if it still has revision `rev` of it. `body` is in our form,
    /// with what we do not know of it as it was read. None: see [`Connector::get`].
    pub fn replace(&self, place: Place, id: &str, rev: &str, body: &Value, now_ms: i64) -> Option<Request> {
        let home = self.home(place)?;
        let writing = Writing { id, rev: Some(rev), now_ms: Some(now_ms), delete: false };
        self.write(&home.dialect.replace, place, body, &writing, Some(body))
    }

    /// Deletes a document, which only the self-test does, for what it made itself. Where deletion is a mark, `known` is
    /// the document. None: it cannot be done.
    pub fn delete(&self, place: Place, id: &str, rev: &str, known: Option<&Value>) -> Option<Request> {
        let home = self.home(place)?;
        match home.dialect.delete.as_ref()? {
            Delete::Ask(op) => self.op(op, place, id, Some(rev), known, None),
            Delete::Mark => {
                let writing = Writing { id, rev: Some(rev), now_ms: None, delete: true };
                self.write(&home.dialect.replace, place, known?, &writing, known)
            }
        }
    }

    /// How to hear of changes soon.
    pub fn live(&self) -> Live {
        match &self.live {
            LiveFeed::Events { path, query, event, .. } => {
                let query: Vec<_> = query.iter().collect();
                match url(&self.base, path, &query, &Values::default()) {
                    Some(url) => Live::Events { url, event: event.clone() },
                    None => Live::Poll { every_ms: super::read::POLL_EVERY_MS },
                }
            }
            LiveFeed::LongPoll { .. } => Live::LongPoll,
            LiveFeed::Poll { every_ms } => Live::Poll { every_ms: *every_ms },
        }
    }

    fn write(
        &self,
        op: &Op,
        place: Place,
        body: &Value,
        writing: &Writing<'_>,
        known: Option<&Value>,
    ) -> Option<Request> {
        let document = self.home(place)?.dialect.shape.theirs(body, op, writing);
        let body = if op.wrap == Path::default() {
            document
        } else {
            let mut body = Value::Null;
            op.wrap.set(&mut body, document);
            body
        };
        self.op(op, place, writing.id, writing.rev, known, Some(body.to_string()))
    }

    fn op(
        &self,
        op: &Op,
        place: Place,
        id: &str,
        rev: Option<&str>,
        known: Option<&Value>,
        body: Option<String>,
    ) -> Option<Request> {
        let home = self.home(place)?;
        let key = home.dialect.shape.key(id, known);
        let values = Values { id: Some(id), key: key.as_deref(), rev, ..self.values(home) };
        self.ask(&home.dialect, &op.ask, &[], &values, body)
    }

    /// `more` parameters take the place of those of the same name.
    pub(super) fn ask(
        &self,
        dialect: &Dialect,
        ask: &Ask,
        more: &[(String, Template)],
        values: &Values<'_>,
        body: Option<String>,
    ) -> Option<Request> {
        // A parameter counts if all its values are known, so a later one without them leaves an earlier one alone.
        let mut query: Vec<&(String, Template)> = Vec::new();
        for pair in ask.query.iter().chain(more).filter(|(_, template)| template.plain(values).is_some()) {
            match query.iter_mut().find(|(name, _)| *name == pair.0) {
                Some(earlier) => *earlier = pair,
                None => query.push(pair),
            }
        }
        let url = url(&dialect.base, &ask.path, &query, values)?;
        let headers = self.headers.iter().chain(&ask.headers);
        Some(Request { method: ask.method.clone(), url, headers: filled(headers, values, body.is_some()), body })
    }
}

/// Headers with their values; a later one takes the place of an earlier one.
pub(super) fn filled<'a>(
    templates: impl Iterator<Item = &'a (String, Template)>,
    values: &Values<'_>,
    has_body: bool,
) -> Vec<(String, String)> {
    let mut sent: Vec<(String, String)> = Vec::new();
    for (name, template) in templates {
        if let Some(value) = template.plain(values) {
            sent.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
            sent.push((name.clone(), value));
        }
    }
    if has_body && !sent.iter().any(|(n, _)| n.eq_ignore_ascii_case("content-type")) {
        sent.push(("Content-Type".into(), "application/json".into()));
    }
    sent
}

pub(super) fn url(base: &str, path: &Template, query: &[&(String, Template)], values: &Values<'_>) -> Option<String> {
    let mut url = format!("{base}{}", path.path(values)?);
    let mut separator = if url.contains('?') { '&' } else { '?' };
    for (name, template) in query {
        if let Some(value) = template.parameter(values) {
            url.push(separator);
            encode(&mut url, name);
            url.push('=');
            url.push_str(&value);
            separator = '&';
        }
    }
    Some(url)
}

/// An address that an answer gave, as one of ours: behind `base` and nowhere else. Which host and scheme a backend
/// calls itself behind a proxy is its own matter where `base` is a path; an absolute `base` must be the same host.
pub(super) fn own_url(base: &str, url: &str) -> Option<String> {
    let split = |url: &str| {
        let (_, rest) = url.split_once("://")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        Some((rest[..end].to_ascii_lowercase(), rest[end..].to_owned()))
    };
    let is_http = |url: &str| ["http://", "https://"].iter().any(|scheme| url.starts_with(scheme));
    let (base_host, base_path) = if is_http(base) { split(base)? } else { (String::new(), base.to_owned()) };
    let rest = if is_http(url) {
        let (host, rest) = split(url)?;
        if !base_host.is_empty() && host != base_host {
            return None;
        }
        rest
    } else if url.starts_with('/') && !url.starts_with("//") {
        url.to_owned()
    } else {
        return None;
    };
    let behind = rest.strip_prefix(&base_path)?;
    let path = behind.split(['?', '#']).next()?.to_ascii_lowercase();
    let climbs = path.contains("..") || path.contains("%2e") || path.contains('\\') || path.contains("//");
    let odd = rest.chars().any(|c| c.is_control() || c.is_whitespace());
    (behind.starts_with(['/', '?']) && !climbs && !odd).then(|| format!("{base}{behind}"))
}

#[cfg(test)]
mod tests {
    use super::own_url;

    #[test]
    fn addresses_of_answers_stay_behind_the_base() {
        let own = |base, url| own_url(base, url);
        let absolute = "http://127.0.0.1:8889/v1";
        assert_eq!(
            own(absolute, "http://127.0.0.1:8889/v1/x?_token=a").as_deref(),
            Some("http://127.0.0.1:8889/v1/x?_token=a")
        );
        assert_eq!(own(absolute, "/v1/x?p=2").as_deref(), Some("http://127.0.0.1:8889/v1/x?p=2"));
        assert_eq!(own("/kinto/v1", "http://inside:8888/kinto/v1/x").as_deref(), Some("/kinto/v1/x"));
        for url in [
            "http://evil.example/v1/x",
            "http://127.0.0.1:8889.evil.example/v1/x",
            "http://127.0.0.1:8889@evil.example/v1/x",
            "//evil.example/v1/x",
            "https://127.0.0.1:1/v1/x",
            "/v2/x",
            "/v1x",
            "/v1/../admin",
            "/v1/%2E%2e/admin",
            "/v1/a\\b",
            "/v1/a b",
            "javascript:alert(1)",
            "x",
            "",
        ] {
            assert_eq!(own(absolute, url), None, "{url}");
        }
        assert_eq!(own("/api", "http://x/apix"), None);
    }
}
