//! A fake of Baton's own backend: revisions, compare-and-set, commit order, tombstones, pages.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use baton_engine::model::Collection;
use baton_engine::time::Timestamp;
use baton_sync::net::{Request, Response};
use serde_json::{Value, json};

pub struct Server {
    pub docs: BTreeMap<(String, String), Value>,
    pub seq: i64,
    pub clock: Rc<Cell<i64>>,
    /// Copies of requests that will arrive late.
    pub lingering: Vec<Request>,
    /// Every change in commit order, as feed events.
    pub events: Vec<String>,
    /// Statuses of all answers to writes.
    pub writes: Vec<u16>,
    /// At most this many items in a page, whatever the client asks for.
    pub page: usize,
    /// Stale answers do not show the present document.
    pub terse: bool,
    /// Breaks the promise: takes every write, and drops the last journal entry.
    pub forgets_entries: bool,
}

impl Server {
    pub fn new(clock: Rc<Cell<i64>>) -> Server {
        Server {
            docs: BTreeMap::new(),
            seq: 0,
            clock,
            lingering: Vec::new(),
            events: Vec::new(),
            writes: Vec::new(),
            page: 500,
            terse: false,
            forgets_entries: false,
        }
    }

    pub fn handle(&mut self, request: &Request) -> Response {
        let mut response = self.answer(request);
        let now = Timestamp::from_millis(self.clock.get()).to_string();
        response.headers.push(("x-baton-now".into(), now));
        if request.method == "PUT" {
            self.writes.push(response.status);
        }
        response
    }

    /// Late copies arrive; nobody reads the answers.
    pub fn deliver_lingering(&mut self) {
        for request in std::mem::take(&mut self.lingering) {
            self.answer(&request);
        }
    }

    fn answer(&mut self, request: &Request) -> Response {
        let url = request.url.strip_prefix("/api/").expect("an address of ours");
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let parts: Vec<&str> = path.split('/').collect();
        let header =
            |name: &str| request.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str());
        match (request.method.as_str(), parts.as_slice()) {
            ("GET", [collection]) => {
                let param = |name: &str| query.split('&').find_map(|p| p.strip_prefix(&format!("{name}=")));
                let since: i64 = param("since").map_or(0, |v| v.parse().unwrap());
                let limit: usize = param("limit").map_or(200, |v| v.parse().unwrap());
                self.list(collection, since, limit.min(self.page))
            }
            ("GET", [collection, id]) => match self.docs.get(&key(collection, id)) {
                None => problem(404, "not found", Value::Null),
                Some(doc) if deleted(doc) => problem(410, "deleted", doc.clone()),
                Some(doc) => reply(200, doc),
            },
            ("PUT", [collection, id]) => {
                let body: Value = serde_json::from_str(request.body.as_deref().unwrap()).unwrap();
                self.put(collection, id, body, header("if-match"), header("if-none-match"))
            }
            other => panic!("unexpected request {other:?}"),
        }
    }

    fn list(&self, collection: &str, since: i64, limit: usize) -> Response {
        if since > self.seq {
            return problem(410, "the cursor is ahead", Value::Null);
        }
        let mut items: Vec<&Value> = self.docs.iter().filter(|((c, _), _)| c == collection).map(|(_, d)| d).collect();
        items.retain(|d| d["_seq"].as_i64().unwrap() > since);
        items.sort_by_key(|d| d["_seq"].as_i64());
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().map_or(since, |d| d["_seq"].as_i64().unwrap());
        reply(200, &json!({"items": items, "next": next.to_string(), "more": more}))
    }

    fn put(&mut self, collection: &str, id: &str, body: Value, rev: Option<&str>, none: Option<&str>) -> Response {
        let current = self.docs.get(&key(collection, id)).cloned();
        let shown = if self.terse { Value::Null } else { current.clone().unwrap_or(Value::Null) };
        for field in ["_rev", "_seq", "_at"] {
            assert!(body.get(field).is_none(), "server fields are not sent back");
        }
        match (&current, rev, none) {
            (Some(doc), ..) if deleted(doc) => problem(410, "deleted", shown),
            (None, None, Some("*")) => reply(201, &self.write(collection, id, body)),
            (Some(doc), Some(rev), None) if rev == format!("\"{}\"", doc["_rev"]) => {
                reply(200, &self.write(collection, id, body))
            }
            (_, None, None) => problem(428, "no condition", Value::Null),
            _ => problem(412, "stale", shown),
        }
    }

    /// Stores a document unconditionally, as `curl` by hand or another system would.
    pub fn write(&mut self, collection: &str, id: &str, mut body: Value) -> Value {
        let rev = self.docs.get(&key(collection, id)).map_or(0, |d| d["_rev"].as_i64().unwrap()) + 1;
        self.seq += 1;
        body["id"] = id.into();
        body["_rev"] = rev.into();
        body["_seq"] = self.seq.into();
        body["_at"] = Timestamp::from_millis(self.clock.get()).to_string().into();
        if self.forgets_entries {
            body["journal"].as_array_mut().unwrap().pop();
        }
        self.events.push(json!({"collection": collection, "doc": body}).to_string());
        self.docs.insert(key(collection, id), body.clone());
        body
    }

    pub fn delete(&mut self, collection: &str, id: &str) {
        self.write(collection, id, json!({"_deleted": true}));
    }

    pub fn doc(&self, collection: Collection, id: &str) -> Option<&Value> {
        self.docs.get(&key(collection.name(), id))
    }

    /// Ids of the journal entries of a document, in order.
    pub fn journal(&self, collection: Collection, id: &str) -> Vec<String> {
        let journal = self.doc(collection, id).and_then(|d| d["journal"].as_array());
        journal.into_iter().flatten().map(|e| e["id"].as_str().unwrap().to_owned()).collect()
    }
}

fn key(collection: &str, id: &str) -> (String, String) {
    (collection.into(), id.into())
}

fn deleted(doc: &Value) -> bool {
    doc["_deleted"] == true
}

fn reply(status: u16, body: &Value) -> Response {
    super::response(status, &body.to_string())
}

fn problem(status: u16, title: &str, current: Value) -> Response {
    reply(status, &json!({"title": title, "status": status, "detail": "as the test wants it", "current": current}))
}
