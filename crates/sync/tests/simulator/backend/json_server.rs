//! json-server 0.17: no revisions, no conditions (the last write wins), no stamps of its own, a duplicate create is
//! 500 in HTML, unknown parameters are ignored, and a deleted document is gone without a trace.

use std::collections::BTreeMap;

use baton_engine::time::Timestamp;
use baton_sync::net::{Request, Response};
use serde_json::{Value, json};

use super::{Backend, Parts, Reply, Visit, html, response};

pub struct JsonServer {
    base: String,
    /// By collection, in order of insertion.
    rows: BTreeMap<String, Vec<Value>>,
}

/// What is listed at most, and if nothing is said.
const PAGE: usize = 500;

impl JsonServer {
    pub fn new(base: &str) -> JsonServer {
        JsonServer { base: base.into(), rows: BTreeMap::new() }
    }

    fn list(&self, collection: &str, parts: &Parts<'_>) -> Response {
        let none = Vec::new();
        let mut rows: Vec<&Value> = self.rows.get(collection).unwrap_or(&none).iter().collect();
        for (name, value) in parts.query.iter().filter(|(name, _)| !name.starts_with('_')) {
            let (field, keep): (&str, fn(&str, &str) -> bool) = match name.rsplit_once('_') {
                Some((field, "gte")) => (field, |a, b| a >= b),
                Some((field, "lte")) => (field, |a, b| a <= b),
                Some((field, "ne")) => (field, |a, b| a != b),
                _ => (name, |a, b| a == b),
            };
            // A document without the field is left out.
            rows.retain(|row| row.get(field).and_then(Value::as_str).is_some_and(|text| keep(text, value)));
        }
        if let Some(keys) = parts.param("_sort") {
            let text = |row: &Value, key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            rows.sort_by_key(|row| keys.split(',').map(|key| text(row, key)).collect::<Vec<_>>());
        }
        let total = rows.len();
        let limit = parts.param("_limit").and_then(|n| n.parse::<usize>().ok()).map_or(usize::MAX, |n| n.min(PAGE));
        let page = parts.param("_page").and_then(|n| n.parse::<usize>().ok()).unwrap_or(1).max(1);
        let rows: Vec<&Value> = rows.into_iter().skip((page - 1).saturating_mul(limit)).take(limit).collect();
        let mut answer = response(200, &json!(rows));
        answer.headers.push(("X-Total-Count".into(), total.to_string()));
        answer
    }

    fn write(&mut self, visit: &mut Visit<'_>, collection: &str, id: &str, mut body: Value) -> Value {
        body["id"] = id.into();
        let rows = self.rows.entry(collection.into()).or_default();
        match rows.iter_mut().find(|row| row["id"] == id) {
            Some(row) => *row = body.clone(),
            None => rows.push(body.clone()),
        }
        let stamp = body["updatedAt"].as_str().and_then(|t| t.parse::<Timestamp>().ok());
        visit.audit.wrote(collection, id, &body, stamp.map_or(visit.now_ms, Timestamp::millis));
        body
    }
}

impl Backend for JsonServer {
    fn answer(&mut self, mut visit: Visit<'_>, request: &Request) -> Reply {
        let parts = Parts::of(request, &self.base.clone());
        let path: Vec<&str> = parts.path.iter().map(String::as_str).collect();
        let found = |server: &JsonServer, collection: &str, id: &str| {
            server.rows.get(collection).and_then(|rows| rows.iter().find(|row| row["id"] == id)).cloned()
        };
        let answer = match (parts.method, path.as_slice()) {
            ("GET", [collection]) => self.list(collection, &parts),
            ("GET", [collection, id]) => match found(self, collection, id) {
                Some(row) => response(200, &row),
                None => response(404, &json!({})),
            },
            ("POST", [collection]) => {
                let body = parts.body();
                let id = body["id"].as_str().expect("an id").to_owned();
                match found(self, collection, &id) {
                    Some(_) => html(500, "Error: Insert failed, duplicate id"),
                    None => response(201, &self.write(&mut visit, collection, &id, body)),
                }
            }
            ("PUT", [collection, id]) => match found(self, collection, id) {
                Some(_) => response(200, &self.write(&mut visit, collection, id, parts.body())),
                None => response(404, &json!({})),
            },
            ("PATCH", [collection, id]) => match found(self, collection, id) {
                Some(mut row) => {
                    if let (Some(row), Value::Object(changes)) = (row.as_object_mut(), parts.body()) {
                        row.extend(changes);
                    }
                    response(200, &self.write(&mut visit, collection, id, row))
                }
                None => response(404, &json!({})),
            },
            other => panic!("unexpected request {other:?}"),
        };
        Reply::Now(answer)
    }

    fn delete(&mut self, visit: Visit<'_>, collection: &str, id: &str) {
        if let Some(rows) = self.rows.get_mut(collection) {
            rows.retain(|row| row["id"] != id);
            visit.audit.deleted(collection, id);
        }
    }
}
