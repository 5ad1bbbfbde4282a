//! Baton's own backend: revisions, atomic compare-and-set, commit order, tombstones, pages, a live feed.

use std::collections::BTreeMap;

use baton_engine::time::Timestamp;
use baton_sync::net::{Request, Response};
use serde_json::{Value, json};

use super::{Backend, Parts, Reply, Visit, response};

#[derive(Default)]
pub struct Baton {
    rows: BTreeMap<(String, String), Value>,
    seq: i64,
    events: Vec<String>,
}

/// What is listed at most, and if nothing is said.
const PAGE: usize = 500;

impl Backend for Baton {
    fn answer(&mut self, mut visit: Visit<'_>, request: &Request) -> Reply {
        let now_ms = visit.now_ms;
        let mut answer = self.handle(&mut visit, &Parts::of(request, "/api/"));
        answer.headers.push(("x-baton-now".into(), Timestamp::from_millis(now_ms).to_string()));
        Reply::Now(answer)
    }

    fn delete(&mut self, mut visit: Visit<'_>, collection: &str, id: &str) {
        let there = self.rows.get(&(collection.into(), id.into()));
        if there.is_some_and(|row| row["_deleted"] != true) {
            self.write(&mut visit, collection, id, json!({"_deleted": true}));
        }
    }

    fn events(&self, from: usize) -> &[String] {
        &self.events[from.min(self.events.len())..]
    }
}

impl Baton {
    fn handle(&mut self, visit: &mut Visit<'_>, parts: &Parts<'_>) -> Response {
        let path: Vec<&str> = parts.path.iter().map(String::as_str).collect();
        match (parts.method, path.as_slice()) {
            ("GET", [collection]) => {
                let since = parts.param("since").map_or(0, |v| v.parse().expect("a number"));
                let limit = parts.param("limit").map_or(200, |v| v.parse().expect("a number"));
                self.list(collection, since, limit.min(PAGE))
            }
            ("GET", [collection, id]) => match self.row(collection, id) {
                None => problem(404, &Value::Null),
                Some(row) if row["_deleted"] == true => problem(410, row),
                Some(row) => response(200, row),
            },
            ("PUT", [collection, id]) => {
                let condition = (parts.header("if-match"), parts.header("if-none-match"));
                self.put(visit, collection, id, parts.body(), condition)
            }
            other => panic!("unexpected request {other:?}"),
        }
    }

    fn row(&self, collection: &str, id: &str) -> Option<&Value> {
        self.rows.get(&(collection.to_owned(), id.to_owned()))
    }

    fn list(&self, collection: &str, since: i64, limit: usize) -> Response {
        if since > self.seq {
            return problem(410, &Value::Null);
        }
        let rows = self.rows.iter().filter(|((c, _), _)| c == collection).map(|(_, row)| row);
        let mut rows: Vec<&Value> = rows.filter(|row| row["_seq"].as_i64() > Some(since)).collect();
        rows.sort_by_key(|row| row["_seq"].as_i64());
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().map_or(since, |row| row["_seq"].as_i64().unwrap_or(0));
        response(200, &json!({"items": rows, "next": next.to_string(), "more": more}))
    }

    fn put(
        &mut self,
        visit: &mut Visit<'_>,
        collection: &str,
        id: &str,
        body: Value,
        condition: (Option<&str>, Option<&str>),
    ) -> Response {
        let current = self.row(collection, id).cloned();
        for field in ["_rev", "_seq", "_at"] {
            assert!(body.get(field).is_none(), "server fields are not sent back");
        }
        match (&current, condition) {
            (Some(row), _) if row["_deleted"] == true => problem(410, row),
            (None, (None, Some("*"))) => response(201, &self.write(visit, collection, id, body)),
            (Some(row), (Some(rev), None)) if rev == format!("\"{}\"", row["_rev"]) => {
                response(200, &self.write(visit, collection, id, body))
            }
            (_, (None, None)) => problem(428, &Value::Null),
            _ => problem(412, &current.unwrap_or(Value::Null)),
        }
    }

    fn write(&mut self, visit: &mut Visit<'_>, collection: &str, id: &str, mut body: Value) -> Value {
        let rev = self.row(collection, id).and_then(|row| row["_rev"].as_i64()).unwrap_or(0) + 1;
        self.seq += 1;
        body["id"] = id.into();
        body["_rev"] = rev.into();
        body["_seq"] = self.seq.into();
        body["_at"] = Timestamp::from_millis(visit.now_ms).to_string().into();
        self.events.push(json!({"collection": collection, "doc": body}).to_string());
        self.rows.insert((collection.into(), id.into()), body.clone());
        if body["_deleted"] == true {
            visit.audit.deleted(collection, id);
        } else {
            visit.audit.wrote(collection, id, &body, visit.now_ms);
        }
        body
    }
}

fn problem(status: u16, current: &Value) -> Response {
    response(status, &json!({"title": "no", "status": status, "detail": "as the fake has it", "current": current}))
}
