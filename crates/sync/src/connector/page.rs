//! Walking through a list page by page, and where the next listing begins.
//!
//! The cursor is a text that only this module reads. While a listing is under way it holds the position, so that a
//! first sync goes on after a restart; at the end it holds the newest stamp. The overlap is taken off when a request
//! is made, so that writes which were committed late are listed after all.

use baton_engine::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::List;
use super::scan::{self, Envelope, Members};
use super::shape::scalar;
use super::template::{Pairs, Var};
use super::when::{earlier, http_date, like, moment};
use crate::defence::{self, Defence};
use crate::net::Response;

/// A value of an answer: a header, or a place in its body.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Source {
    Header(String),
    Pointer(String),
}

impl Source {
    pub(super) fn header(&self) -> Option<&str> {
        match self {
            Source::Header(name) => Some(name),
            Source::Pointer(_) => None,
        }
    }

    pub(super) fn value<T>(&self, response: &Response, envelope: &Envelope<'_, T>) -> Option<Value> {
        match self {
            Source::Header(name) => response.header(name).filter(|t| !t.trim().is_empty()).map(Value::from),
            Source::Pointer(at) => envelope.value(at),
        }
    }
}

/// How only what changed is asked for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Since {
    pub query: Pairs,
    pub from: SinceFrom,
    pub kind: Kind,
    pub overlap_ms: i64,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum SinceFrom {
    /// The greatest value at this pointer into the documents.
    Documents(String),
    /// What the answer says.
    Envelope(Source),
}

/// What the stamp of a listing is, for comparing and for the overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Opaque, or compared as text; has no overlap.
    Text,
    /// Compared as a whole number; the overlap is in its unit.
    Number,
    /// A moment.
    Time,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Page {
    /// One text of the backend's is both the place in the list and the place to go on from later.
    Cursor(Source),
    Number {
        query: Pairs,
        first: u64,
    },
    /// `reread`: rows of the last page that are read again, because rows move while they are listed.
    Offset {
        query: Pairs,
        reread: usize,
    },
    /// After the sort keys (pointers) of the last row.
    Keyset {
        keys: Vec<String>,
        query: Pairs,
    },
    /// At the address in a `Link` header, `rel="next"`.
    Link,
    /// At an address in the answer.
    Next(Source),
    Bookmark {
        from: Source,
        query: Pairs,
    },
    /// There is one page only.
    All,
}

/// Where a listing stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    /// Stamp from which this listing began; at its end, from which the next one begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Page number, offset, keys, bookmark or address of the next page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub position: Vec<String>,
    /// The newest stamp in it so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<String>,
    /// When it began, by the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began: Option<Timestamp>,
}

impl State {
    /// A text that is none of ours, as when the file has been changed, means: from the beginning.
    pub(super) fn read(cursor: Option<&str>) -> State {
        cursor.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// None: there is nothing to remember.
    fn text(&self) -> Option<String> {
        if *self == State::default() { None } else { serde_json::to_string(self).ok() }
    }
}

impl Since {
    /// The value for a request: the stamp less the overlap.
    pub(super) fn value(&self, stamp: &str) -> String {
        if !defence::on(Defence::CursorOverlap) {
            return stamp.into();
        }
        let earlier = match self.kind {
            Kind::Text => None,
            Kind::Number => stamp.parse::<i64>().ok().map(|n| n.saturating_sub(self.overlap_ms).max(0).to_string()),
            Kind::Time => earlier(stamp, self.overlap_ms),
        };
        earlier.unwrap_or_else(|| stamp.into())
    }

    /// The newer of two stamps.
    fn newer(&self, one: Option<String>, other: Option<String>) -> Option<String> {
        let (Some(a), Some(b)) = (&one, &other) else { return one.or(other) };
        let later = match self.kind {
            Kind::Text => b > a,
            Kind::Number => b.parse::<i64>().ok() > a.parse::<i64>().ok(),
            Kind::Time => moment(b) > moment(a),
        };
        if later { other } else { one }
    }

    fn is_sound(&self, stamp: &str) -> bool {
        match self.kind {
            Kind::Text => !stamp.is_empty(),
            Kind::Number => stamp.parse::<i64>().is_ok(),
            Kind::Time => moment(stamp).is_some(),
        }
    }
}

/// An item of a list as it is written, and its members that the shape asks for; None if it is no object.
pub(super) type Row<'a> = (&'a str, Option<Members<'a, 7>>);

/// What is known of a page when its documents have been read.
pub(super) struct Read<'a> {
    pub response: &'a Response,
    pub envelope: &'a Envelope<'a, Row<'a>>,
    /// The documents in the items.
    pub documents: &'a [&'a str],
    /// How many were asked for.
    pub limit: usize,
}

/// The cursor after a page, and whether there is another page.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct After {
    pub cursor: Option<String>,
    pub more: bool,
}

impl List {
    /// After this page; `next_url` checks and takes in an address of a next page.
    ///
    /// # Errors
    /// An answer that leads away from the backend.
    pub(super) fn after(
        &self,
        before: State,
        page: &Read<'_>,
        next_url: impl Fn(&str) -> Option<String>,
    ) -> Result<After, String> {
        if let Page::Cursor(from) = &self.page {
            let cursor = from.value(page.response, page.envelope).as_ref().and_then(scalar);
            // Where the page size is said, a short page is the last one; else only an empty one is.
            let sized = self.ask.query.iter().chain(&self.ask.headers).any(|(_, t)| t.uses(Var::Limit));
            let least = if sized { page.limit } else { 1 };
            let more = self.more(page).unwrap_or(page.envelope.items.len() >= least);
            // "More" without a way on would ask for the same page for ever.
            return Ok(After { more: more && cursor.is_some(), cursor });
        }
        let position = self.next_position(&before, page, next_url)?;
        let more = !position.is_empty() && position != before.position;
        let mut state = State { position, ..before };
        if state.began.is_none() {
            state.began = page.response.header("date").and_then(http_date);
        }
        if let Some(since) = &self.since {
            for stamp in self.stamps(since, page) {
                state.newest = since.newer(state.newest, Some(stamp));
            }
        }
        if !more {
            let newest = self.since.as_ref().and_then(|since| {
                // What was written while we listed may have been passed by, and a client's clock may run ahead.
                let began = state.began.filter(|_| since.kind == Kind::Time);
                let capped = match (&state.newest, began) {
                    (Some(newest), Some(began)) if moment(newest).is_some_and(|n| n > began) => {
                        Some(like(newest, began))
                    }
                    (newest, _) => newest.clone(),
                };
                since.newer(state.since, capped)
            });
            state = State { since: newest, ..State::default() };
        }
        Ok(After { cursor: state.text(), more })
    }

    fn stamps(&self, since: &Since, page: &Read<'_>) -> Vec<String> {
        let found: Vec<Option<Value>> = match &since.from {
            SinceFrom::Envelope(source) => vec![source.value(page.response, page.envelope)],
            SinceFrom::Documents(at) => page.documents.iter().map(|document| look(document, at)).collect(),
        };
        found.iter().flatten().filter_map(scalar).filter(|stamp| since.is_sound(stamp)).collect()
    }

    fn next_position(
        &self,
        before: &State,
        page: &Read<'_>,
        next_url: impl Fn(&str) -> Option<String>,
    ) -> Result<Vec<String>, String> {
        let count = page.envelope.items.len();
        let number = |default: u64| before.position.first().and_then(|t| t.parse().ok()).unwrap_or(default);
        let url = |url: &str| {
            let url = next_url(url).ok_or_else(|| "the next page is said to be elsewhere".to_owned())?;
            Ok::<_, String>(vec![url])
        };
        let value = |from: &Source| from.value(page.response, page.envelope).as_ref().and_then(scalar);
        let (next, listed) = match &self.page {
            Page::Cursor(_) | Page::All => return Ok(Vec::new()),
            Page::Link => {
                let link = page.response.header("link").and_then(next_link);
                return link.map_or(Ok(Vec::new()), url);
            }
            Page::Next(from) => return value(from).map_or(Ok(Vec::new()), |next| url(&next)),
            Page::Bookmark { from, .. } => {
                let next = value(from).filter(|_| count > 0 && self.more(page) != Some(false));
                return Ok(next.into_iter().collect());
            }
            Page::Number { first, .. } => {
                let here = number(*first);
                let listed = here.saturating_sub(*first).saturating_add(1).saturating_mul(page.limit as u64);
                (vec![here.saturating_add(1).to_string()], listed)
            }
            Page::Offset { reread, .. } => {
                let here = number(0);
                let on = count.saturating_sub(*reread).max(1) as u64;
                (vec![here.saturating_add(on).to_string()], here.saturating_add(count as u64))
            }
            Page::Keyset { keys, .. } => {
                // The last row that has them all.
                let of = |document: &&str| {
                    keys.iter().map(|at| look(document, at).as_ref().and_then(scalar)).collect::<Option<Vec<_>>>()
                };
                (page.documents.iter().rev().find_map(of).unwrap_or_default(), count as u64)
            }
        };
        // The total counts what was asked for: with keys that is what lay behind them.
        let more = self.more(page).or_else(|| Some(listed < self.total(page)?)).unwrap_or(count >= page.limit);
        Ok(if more && count > 0 { next } else { Vec::new() })
    }

    /// Whether the answer says that there is more.
    fn more(&self, page: &Read<'_>) -> Option<bool> {
        match (self.more.as_ref()?, self.more.as_ref()?.value(page.response, page.envelope)) {
            (Source::Header(_), value) => Some(value.is_some()),
            (_, Some(Value::Bool(more))) => Some(more),
            (_, Some(Value::Number(left))) => Some(left.as_f64().is_some_and(|n| n > 0.0)),
            (_, Some(Value::String(next))) => Some(!next.is_empty()),
            (_, Some(Value::Null)) => Some(false),
            _ => None,
        }
    }

    fn total(&self, page: &Read<'_>) -> Option<u64> {
        let total = self.total.as_ref()?.value(page.response, page.envelope).as_ref().and_then(scalar)?;
        // `Content-Range: 0-24/3573`.
        total.rsplit('/').next()?.trim().parse().ok()
    }
}

fn look(document: &str, at: &str) -> Option<Value> {
    serde_json::from_str(scan::at(document, at)?).ok()
}

/// The address of `rel="next"` in a `Link` header (RFC 8288).
fn next_link(header: &str) -> Option<&str> {
    let mut rest = header;
    while let Some((_, after)) = rest.split_once('<') {
        let (url, tail) = after.split_once('>')?;
        let params = tail.split('<').next().unwrap_or_default();
        let next = |param: &str| {
            let (name, value) = param.trim().trim_end_matches(',').trim().split_once('=')?;
            let rels = value.trim().trim_matches('"');
            (name.trim().eq_ignore_ascii_case("rel") && rels.split(' ').any(|r| r.eq_ignore_ascii_case("next")))
                .then_some(())
        };
        if params.split(';').any(|p| next(p).is_some()) {
            return Some(url);
        }
        rest = tail;
    }
    None
}
