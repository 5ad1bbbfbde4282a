//! The sections about the whole backend: live feed, clock, batches.

use serde_json::Value;

use super::{Object, POLL_EVERY_MS, Reader, Unread, Wrong, child};
use crate::connector::batch::{Batch, Parts};
use crate::connector::{Clock, LiveFeed};

impl Reader {
    pub(super) fn live(&mut self, file: &Object) -> Option<LiveFeed> {
        let at = "/feed";
        if !file.contains_key("feed") {
            return Some(LiveFeed::Poll { every_ms: POLL_EVERY_MS });
        }
        let known = ["style", "path", "query", "event", "collection", "doc", "everyMs"];
        let map = self.part("", file, "feed", &known)?;
        let style = self.word(at, map, "style", &[("sse", 0), ("longpoll", 1), ("poll", 2)], None)?;
        let allowed = [&["path", "query", "event", "collection", "doc"][..], &["query"], &["everyMs"]][style];
        for key in map.keys().filter(|k| known.contains(&k.as_str()) && *k != "style" && !allowed.contains(&k.as_str()))
        {
            self.complain(child(at, key), Wrong::Unread(Unread::Style));
        }
        match style {
            0 => {
                let path = self.path(at, map, &[]);
                let query = self.pairs(at, map, "query", &[]);
                let event = self.text(at, map, "event");
                let (collection, doc) = (self.pointer(at, map, "collection"), self.pointer(at, map, "doc"));
                let (path, event, collection, doc) = (path?, event?, collection?, doc?);
                Some(LiveFeed::Events { path, query, event, collection, doc })
            }
            1 => {
                let query = self.pairs(at, map, "query", &[]);
                if query.is_empty() {
                    self.complain("/feed/query", Wrong::Missing);
                }
                Some(LiveFeed::LongPoll { query })
            }
            _ => {
                let every = self.number(at, map, "everyMs", 1000..=3_600_000);
                Some(LiveFeed::Poll { every_ms: every.unwrap_or(POLL_EVERY_MS) })
            }
        }
    }

    pub(super) fn clock(&mut self, file: &Object) -> Option<Clock> {
        match file.get("clock") {
            None => Some(Clock { header: "Date".into(), http: true }),
            Some(Value::String(header)) => Some(Clock { header: header.clone(), http: false }),
            Some(_) => {
                let map = self.part("", file, "clock", &["header", "format"])?;
                let header = self.text("/clock", map, "header");
                let http = self.word("/clock", map, "format", &[("rfc3339", false), ("http", true)], Some(false));
                Some(Clock { header: header?, http: http? })
            }
        }
    }

    pub(super) fn batch(&mut self, file: &Object) -> Option<Batch> {
        let at = "/batch";
        let map =
            self.optional_part("", file, "batch", &["path", "limit", "requests", "responses", "request", "response"])?;
        let path = self.path(at, map, &[]);
        let limit = self.number(at, map, "limit", 2..=1000).unwrap_or(25);
        let requests = self.place(at, map, "requests");
        let responses = self.pointer(at, map, "responses");
        let request = self.part(at, map, "request", &["method", "path", "headers", "body"]).map(|map| {
            let mut place = |key| self.place("/batch/request", map, key);
            (place("method"), place("path"), place("headers"), place("body"))
        });
        let response = self.part(at, map, "response", &["status", "headers", "body"]).map(|map| {
            let at = "/batch/response";
            let (status, body) = (self.pointer(at, map, "status"), self.pointer(at, map, "body"));
            (status, self.optional_pointer(at, map, "headers"), body)
        });
        let ((method, place, headers, body), (status, answer_headers, answer_body)) = (request?, response?);
        Some(Batch {
            path: path?,
            limit: usize::try_from(limit).unwrap_or(25),
            requests: requests?,
            responses: responses?,
            request: Parts { method: method?, path: place?, headers: headers?, body: body? },
            status: status?,
            headers: answer_headers,
            body: answer_body?,
        })
    }
}
