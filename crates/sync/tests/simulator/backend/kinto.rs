//! Kinto on PostgreSQL: a stamp that is also the revision, taken when a write begins and visible when it is committed,
//! so that later stamps may be seen before it; 412 with the present document, tombstones in lists since, batches.
//! `racy`: without repeatable read, two writes on one revision may both get through.

use std::collections::BTreeMap;

use baton_sync::net::{Request, Response};
use serde_json::{Value, json};

use super::{Backend, Parts, Reply, Visit, response};

pub struct Kinto {
    base: String,
    racy: bool,
    /// Collection and id → the row; a tombstone has `deleted`.
    rows: BTreeMap<(String, String), Value>,
    /// The greatest stamp given in each collection.
    stamps: BTreeMap<String, i64>,
    begun: BTreeMap<u64, Begun>,
    next: u64,
}

struct Begun {
    collection: String,
    id: String,
    row: Value,
    status: u16,
    /// Revision that the write builds on.
    on: Option<i64>,
}

const PAGE: usize = 500;
/// Percent of writes that take their time between stamp and commit.
const SLOW: u32 = 40;

impl Kinto {
    pub fn new(base: &str, racy: bool) -> Kinto {
        let base = format!("{}/", base.trim_end_matches('/'));
        Kinto { base, racy, rows: BTreeMap::new(), stamps: BTreeMap::new(), begun: BTreeMap::new(), next: 1 }
    }

    fn row(&self, collection: &str, id: &str) -> Option<&Value> {
        self.rows.get(&(collection.to_owned(), id.to_owned()))
    }

    fn list(&self, collection: &str, parts: &Parts<'_>) -> Response {
        let since = parts.param("_since").map(|text| text.trim_matches('"').parse::<i64>().expect("a number"));
        let limit = parts.param("_limit").map_or(PAGE, |n| n.parse::<usize>().expect("a number").min(PAGE));
        let known = ["_since", "_limit", "_sort", "_token"];
        let odd = parts.query.iter().any(|(name, _)| !known.contains(&name.as_str()));
        let mut rows: Vec<&Value> = self.rows.iter().filter(|((c, _), _)| c == collection).map(|(_, r)| r).collect();
        rows.retain(|row| !odd && row["last_modified"].as_i64() > since && (since.is_some() || row["deleted"] != true));
        rows.sort_by_key(|row| row["last_modified"].as_i64());
        let token = parts.param("_token").map(|text| text.parse::<i64>().expect("a token"));
        rows.retain(|row| row["last_modified"].as_i64() > token);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let mut answer = response(200, &json!({"data": rows}));
        if more && let Some(last) = rows.last().and_then(|row| row["last_modified"].as_i64()) {
            let since = since.map(|since| format!("&_since={since}")).unwrap_or_default();
            let base = &self.base;
            let page = format!(
                "{base}buckets/baton/collections/{collection}/records?_sort=last_modified&_limit={limit}{since}&_token={last}"
            );
            answer.headers.push(("Next-Page".into(), page));
        }
        answer
    }

    fn put(&mut self, visit: &mut Visit<'_>, path: (&str, &str), body: Value, rev: Option<&str>, slow: bool) -> Reply {
        let (collection, id) = path;
        let current = self.row(collection, id).cloned();
        let alive = current.as_ref().filter(|row| row["deleted"] != true);
        let present = alive.and_then(|row| row["last_modified"].as_i64());
        let stale = match (rev, alive) {
            (Some(rev), Some(_)) => rev.trim_matches('"').parse::<i64>().ok() != present,
            (Some(_), None) => true,
            (None, alive) => alive.is_some(),
        };
        if stale {
            let details = alive.map(|row| json!({"existing": row}));
            return Reply::Now(response(412, &json!({"code": 412, "errno": 114, "details": details})));
        }
        let locked = self.begun.values().any(|b| b.collection == collection && b.id == id);
        if locked && !self.racy {
            return Reply::Locked;
        }
        let stamp = self.stamp(collection, visit.now_ms);
        let mut row = body;
        row["id"] = id.into();
        row["last_modified"] = stamp.into();
        let status = if alive.is_some() { 200 } else { 201 };
        let begun = Begun { collection: collection.into(), id: id.into(), row, status, on: present };
        self.next += 1;
        self.begun.insert(self.next, begun);
        if slow && visit.dice.chance(SLOW) {
            Reply::Begun(self.next)
        } else {
            Reply::Now(self.finish(visit, self.next))
        }
    }

    fn stamp(&mut self, collection: &str, now_ms: i64) -> i64 {
        let last = self.stamps.entry(collection.into()).or_default();
        *last = now_ms.max(*last + 1);
        *last
    }

    fn finish(&mut self, visit: &mut Visit<'_>, begun: u64) -> Response {
        let Some(Begun { collection, id, mut row, status, on }) = self.begun.remove(&begun) else {
            panic!("{begun} was not begun")
        };
        let current = self.row(&collection, &id).filter(|row| row["deleted"] != true).cloned();
        let moved = current.as_ref().and_then(|row| row["last_modified"].as_i64()) != on;
        if moved && (!self.racy || on.is_none()) {
            // A transaction that began earlier was faster: creating is unique in either mode.
            return response(412, &json!({"code": 412, "errno": 114, "details": {"existing": current}}));
        }
        if moved {
            // It waited for the row, and is stamped when it gets it.
            row["last_modified"] = self.stamp(&collection, visit.now_ms).into();
        }
        let stamp_ms = row["last_modified"].as_i64().unwrap_or(visit.now_ms);
        self.rows.insert((collection.clone(), id.clone()), row.clone());
        visit.audit.wrote(&collection, &id, &row, stamp_ms);
        response(status, &json!({"data": row, "permissions": {}}))
    }

    fn batch(&mut self, visit: &mut Visit<'_>, body: &Value) -> Reply {
        let mut responses = Vec::new();
        for part in body["requests"].as_array().expect("requests") {
            let headers = part["headers"].as_object().into_iter().flatten();
            let path = part["path"].as_str().expect("a path");
            let path = path.trim_start_matches("/v1").trim_start_matches('/');
            let request = Request {
                method: part["method"].as_str().expect("a method").into(),
                url: format!("{}{path}", self.base),
                headers: headers.map(|(k, v)| (k.clone(), v.as_str().unwrap_or_default().into())).collect(),
                body: part.get("body").map(Value::to_string),
            };
            // A batch is one transaction: it is committed before it is answered.
            let answer = match self.handle(visit, &request, false) {
                Reply::Now(answer) => answer,
                Reply::Begun(_) | Reply::Locked => response(503, &json!({"code": 503, "errno": 201})),
            };
            let body: Value = serde_json::from_str(&answer.body).unwrap_or(Value::Null);
            responses.push(json!({"status": answer.status, "headers": {}, "body": body}));
        }
        Reply::Now(response(200, &json!({"responses": responses})))
    }
}

impl Kinto {
    fn handle(&mut self, visit: &mut Visit<'_>, request: &Request, slow: bool) -> Reply {
        let parts = Parts::of(request, &self.base.clone());
        let path: Vec<&str> = parts.path.iter().map(String::as_str).collect();
        let missing = || response(404, &json!({"code": 404, "errno": 110}));
        match (parts.method, path.as_slice()) {
            ("POST", ["batch"]) => self.batch(visit, &parts.body()),
            ("GET", ["buckets", "baton", "collections", collection, "records"]) => {
                Reply::Now(self.list(collection, &parts))
            }
            ("GET", ["buckets", "baton", "collections", collection, "records", id]) => {
                Reply::Now(match self.row(collection, id).filter(|row| row["deleted"] != true) {
                    Some(row) => response(200, &json!({"data": row, "permissions": {}})),
                    None => missing(),
                })
            }
            ("PUT", ["buckets", "baton", "collections", collection, "records", id]) => {
                let rev = parts.header("if-match");
                assert!(rev.is_some() || parts.header("if-none-match") == Some("*"), "a write without a condition");
                let body = parts.body()["data"].clone();
                self.put(visit, (collection, id), body, rev, slow)
            }
            other => panic!("unexpected request {other:?}"),
        }
    }
}

impl Backend for Kinto {
    fn answer(&mut self, mut visit: Visit<'_>, request: &Request) -> Reply {
        self.handle(&mut visit, request, true)
    }

    fn commit(&mut self, mut visit: Visit<'_>, begun: u64) -> Response {
        self.finish(&mut visit, begun)
    }

    fn delete(&mut self, visit: Visit<'_>, collection: &str, id: &str) {
        let stamp = self.stamp(collection, visit.now_ms);
        let tombstone = json!({"id": id, "last_modified": stamp, "deleted": true});
        self.rows.insert((collection.into(), id.into()), tombstone);
        visit.audit.deleted(collection, id);
    }
}
