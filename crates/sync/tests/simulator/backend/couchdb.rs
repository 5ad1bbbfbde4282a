//! The CouchDB API: revisions in the body, 409 without the document, an opaque sequence, tombstones, and now and then
//! 202: taken, but not by enough nodes to be sure.

use std::collections::BTreeMap;

use baton_sync::net::{Request, Response};
use serde_json::{Value, json};

use super::{Backend, Parts, Reply, Visit, response};

pub struct CouchDb {
    base: String,
    /// Database and id → (sequence, document).
    docs: BTreeMap<(String, String), (u64, Value)>,
    seq: u64,
}

const PAGE: usize = 500;
/// Percent of writes that are answered with 202.
const UNCONFIRMED: u32 = 8;

impl CouchDb {
    pub fn new(base: &str) -> CouchDb {
        CouchDb { base: format!("{}/", base.trim_end_matches('/')), docs: BTreeMap::new(), seq: 0 }
    }

    fn doc(&self, db: &str, id: &str) -> Option<&Value> {
        self.docs.get(&(db.to_owned(), id.to_owned())).map(|(_, doc)| doc)
    }

    fn changes(&self, db: &str, parts: &Parts<'_>) -> Response {
        let number = |text: &str| text.split('-').next().and_then(|n| n.parse::<u64>().ok()).unwrap_or(u64::MAX);
        let since = parts.param("since").map_or(0, number);
        let limit = parts.param("limit").map_or(PAGE, |n| n.parse::<usize>().expect("a number").clamp(1, PAGE));
        let mut docs: Vec<(u64, &str, &Value)> = self
            .docs
            .iter()
            .filter(|((d, _), (seq, _))| d == db && *seq > since)
            .map(|((_, id), (seq, doc))| (*seq, id.as_str(), doc))
            .collect();
        docs.sort_by_key(|(seq, ..)| *seq);
        let more = docs.len() > limit;
        docs.truncate(limit);
        let last = docs.last().map_or(if since == u64::MAX { self.seq } else { since }, |(seq, ..)| *seq);
        let results: Vec<Value> = docs
            .into_iter()
            .map(|(seq, id, doc)| {
                let mut row = json!({"seq": opaque(seq), "id": id, "changes": [{"rev": doc["_rev"]}], "doc": doc});
                if doc["_deleted"] == true {
                    row["deleted"] = true.into();
                }
                row
            })
            .collect();
        let pending = u64::from(more);
        response(200, &json!({"results": results, "last_seq": opaque(last), "pending": pending}))
    }

    fn put(&mut self, visit: &mut Visit<'_>, db: &str, id: &str, body: Value) -> Response {
        let current = self.doc(db, id);
        let alive = current.filter(|doc| doc["_deleted"] != true);
        let conflict = match (alive, body.get("_rev")) {
            (Some(doc), Some(rev)) => doc["_rev"] != *rev,
            (Some(_), None) | (None, Some(_)) => true,
            (None, None) => false,
        };
        if conflict {
            return response(409, &json!({"error": "conflict", "reason": "Document update conflict"}));
        }
        let odd = body
            .as_object()
            .into_iter()
            .flatten()
            .find(|(name, _)| name.starts_with('_') && !["_id", "_rev", "_deleted"].contains(&name.as_str()));
        if let Some((name, _)) = odd {
            let reason = format!("Bad special document member: {name}");
            return response(500, &json!({"error": "doc_validation", "reason": reason}));
        }
        let unconfirmed = visit.dice.chance(UNCONFIRMED);
        if unconfirmed && visit.dice.chance(20) {
            // The node that took it has not told the others, and is gone.
            return response(202, &json!({"ok": true, "id": id, "rev": "0-lost"}));
        }
        let rev = self.write(visit, db, id, body);
        response(if unconfirmed { 202 } else { 201 }, &json!({"ok": true, "id": id, "rev": rev}))
    }

    fn write(&mut self, visit: &mut Visit<'_>, db: &str, id: &str, mut body: Value) -> String {
        let number = self.doc(db, id).and_then(|doc| doc["_rev"].as_str()?.split('-').next()?.parse::<u64>().ok());
        self.seq += 1;
        let rev = format!("{}-{:08x}", number.unwrap_or(0) + 1, self.seq.wrapping_mul(0x9E37_79B9));
        body["_id"] = id.into();
        body["_rev"] = rev.clone().into();
        let collection = db.strip_prefix("baton_").expect("a database of ours");
        if body["_deleted"] == true {
            visit.audit.deleted(collection, id);
        } else {
            let mut ours = body.clone();
            ours["id"] = id.into();
            visit.audit.wrote(collection, id, &ours, visit.now_ms);
        }
        self.docs.insert((db.into(), id.into()), (self.seq, body));
        rev
    }
}

/// A sequence that nobody can count with.
fn opaque(seq: u64) -> String {
    format!("{seq}-g1AAA{:x}", seq.wrapping_mul(0x5851_F42D))
}

impl Backend for CouchDb {
    fn answer(&mut self, mut visit: Visit<'_>, request: &Request) -> Reply {
        let parts = Parts::of(request, &self.base.clone());
        let path: Vec<&str> = parts.path.iter().map(String::as_str).collect();
        let answer = match (parts.method, path.as_slice()) {
            ("GET", [db, "_changes"]) => self.changes(db, &parts),
            ("GET", [db, id]) => match self.doc(db, id) {
                Some(doc) if doc["_deleted"] != true => response(200, doc),
                Some(_) => response(404, &json!({"error": "not_found", "reason": "deleted"})),
                None => response(404, &json!({"error": "not_found", "reason": "missing"})),
            },
            ("PUT", [db, id]) => self.put(&mut visit, db, id, parts.body()),
            other => panic!("unexpected request {other:?}"),
        };
        Reply::Now(answer)
    }

    fn delete(&mut self, mut visit: Visit<'_>, collection: &str, id: &str) {
        let db = format!("baton_{collection}");
        if self.doc(&db, id).is_some_and(|doc| doc["_deleted"] != true) {
            self.write(&mut visit, &db, id, json!({"_deleted": true}));
        }
    }
}
