//! PocketBase 0.22: ids of 15 characters, our id and document in fields (`bid`, `body`, `deleted`), a stamp of the
//! server that is also the revision, taken before the row is visible, and a condition that two may pass at once.
//! A stale write, a missing row and no condition all look the same: 404.

use std::collections::BTreeMap;

use baton_sync::net::{Request, Response};
use serde_json::{Value, json};

use super::{Backend, Parts, Reply, Visit, filter, response};

pub struct PocketBase {
    base: String,
    /// Collection and key → the row.
    rows: BTreeMap<(String, String), Value>,
    begun: BTreeMap<u64, Begun>,
    next: u64,
}

struct Begun {
    collection: String,
    key: String,
    row: Value,
}

const PAGE: usize = 500;
const SLOW: u32 = 40;

impl PocketBase {
    pub fn new(base: &str) -> PocketBase {
        let base = format!("{}/", base.trim_end_matches('/'));
        PocketBase { base, rows: BTreeMap::new(), begun: BTreeMap::new(), next: 1 }
    }

    fn list(&self, collection: &str, parts: &Parts<'_>) -> Response {
        let size = parts.param("perPage").map_or(PAGE, |n| n.parse::<usize>().expect("a number").min(PAGE));
        let page = parts.param("page").map_or(1, |n| n.parse::<usize>().expect("a number")).max(1);
        let mut rows: Vec<&Value> = self.rows.iter().filter(|((c, _), _)| c == collection).map(|(_, r)| r).collect();
        if let Some(wanted) = parts.param("filter").filter(|text| !text.is_empty()) {
            rows.retain(|row| filter::holds(wanted, row));
        }
        for key in parts.param("sort").unwrap_or_default().rsplit(',').filter(|key| !key.is_empty()) {
            rows.sort_by(|a, b| a[key].as_str().cmp(&b[key].as_str()));
        }
        let total = rows.len();
        let items: Vec<&Value> = rows.into_iter().skip((page - 1) * size).take(size).collect();
        let body = json!({"page": page, "perPage": size, "totalItems": total, "totalPages": total.div_ceil(size), "items": items});
        response(200, &body)
    }

    fn begin(&mut self, visit: &mut Visit<'_>, collection: &str, key: &str, mut row: Value) -> Reply {
        row["updated"] = stamp(visit.now_ms).into();
        self.next += 1;
        self.begun.insert(self.next, Begun { collection: collection.into(), key: key.into(), row });
        if visit.dice.chance(SLOW) { Reply::Begun(self.next) } else { Reply::Now(self.finish(visit, self.next)) }
    }

    fn finish(&mut self, visit: &mut Visit<'_>, begun: u64) -> Response {
        let Some(Begun { collection, key, row }) = self.begun.remove(&begun) else { panic!("{begun} was not begun") };
        let place = (collection.clone(), key.clone());
        let fresh = row["created"] == row["updated"];
        if fresh && self.rows.contains_key(&place) {
            return not_unique();
        }
        if !fresh && !self.rows.contains_key(&place) {
            return nowhere();
        }
        self.rows.insert(place, row.clone());
        self.tell(visit, &collection, &row);
        response(200, &row)
    }

    fn tell(&self, visit: &mut Visit<'_>, collection: &str, row: &Value) {
        let id = row["bid"].as_str().expect("our id");
        if row["deleted"] == true {
            return visit.audit.deleted(collection, id);
        }
        let mut ours = row["body"].clone();
        ours["id"] = id.into();
        visit.audit.wrote(collection, id, &ours, visit.now_ms);
    }
}

/// `2026-11-22 08:29:29.565Z`
fn stamp(ms: i64) -> String {
    baton_engine::time::Timestamp::from_millis(ms).to_string().replacen('T', " ", 1)
}

fn nowhere() -> Response {
    response(404, &json!({"code": 404, "message": "The requested resource wasn't found.", "data": {}}))
}

fn not_unique() -> Response {
    let data = json!({"bid": {"code": "validation_not_unique", "message": "Value must be unique."}});
    response(400, &json!({"code": 400, "message": "Failed to create record.", "data": data}))
}

impl Backend for PocketBase {
    fn answer(&mut self, mut visit: Visit<'_>, request: &Request) -> Reply {
        let parts = Parts::of(request, &self.base.clone());
        let path: Vec<&str> = parts.path.iter().map(String::as_str).collect();
        match (parts.method, path.as_slice()) {
            ("GET", ["api", "collections", collection, "records"]) => Reply::Now(self.list(collection, &parts)),
            ("GET", ["api", "collections", collection, "records", key]) => {
                let row = self.rows.get(&((*collection).to_owned(), (*key).to_owned()));
                Reply::Now(row.map_or_else(nowhere, |row| response(200, row)))
            }
            ("POST", ["api", "collections", collection, "records"]) => {
                let mut row = parts.body();
                let key = row["id"].as_str().map(str::to_owned).unwrap_or_default();
                let fits = key.len() == 15 && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
                assert!(fits, "{key:?} is no key of PocketBase");
                let unique = |(c, _): &(String, String), r: &Value| c == collection && r["bid"] == row["bid"];
                if self.rows.iter().any(|(place, r)| unique(place, r)) {
                    return Reply::Now(not_unique());
                }
                row["created"] = stamp(visit.now_ms).into();
                if row.get("deleted").is_none() {
                    row["deleted"] = false.into();
                }
                self.begin(&mut visit, collection, &key, row)
            }
            ("PATCH", ["api", "collections", collection, "records", key]) => {
                let place = ((*collection).to_owned(), (*key).to_owned());
                let Some(row) = self.rows.get(&place) else { return Reply::Now(nowhere()) };
                if parts.header("if-match") != row["updated"].as_str() {
                    return Reply::Now(nowhere());
                }
                let mut row = row.clone();
                if let (Some(row), Value::Object(changes)) = (row.as_object_mut(), parts.body()) {
                    row.extend(changes);
                }
                self.begin(&mut visit, collection, key, row)
            }
            other => panic!("unexpected request {other:?}"),
        }
    }

    fn commit(&mut self, mut visit: Visit<'_>, begun: u64) -> Response {
        self.finish(&mut visit, begun)
    }

    fn delete(&mut self, visit: Visit<'_>, collection: &str, id: &str) {
        self.rows.retain(|(c, _), row| c != collection || row["bid"] != id);
        visit.audit.deleted(collection, id);
    }
}
