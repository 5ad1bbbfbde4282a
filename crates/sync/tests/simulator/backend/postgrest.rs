//! PostgREST over tables with id, rev, updated_at, deleted, body: a write is an UPDATE with a filter, and an empty list
//! says that nothing matched. The stamp is taken when a transaction begins and visible when it commits.

use std::collections::BTreeMap;

use baton_engine::time::Timestamp;
use baton_sync::net::{Request, Response};
use serde_json::{Value, json};

use super::{Backend, Parts, Reply, Visit, response};

pub struct PostgRest {
    base: String,
    /// Table and id → the row.
    rows: BTreeMap<(String, String), Value>,
    begun: BTreeMap<u64, Begun>,
    next: u64,
}

struct Begun {
    table: String,
    row: Value,
    status: u16,
    /// Revision that the write builds on.
    on: Option<i64>,
}

const PAGE: usize = 500;
const SLOW: u32 = 40;

impl PostgRest {
    pub fn new(base: &str) -> PostgRest {
        let base = format!("{}/", base.trim_end_matches('/'));
        PostgRest { base, rows: BTreeMap::new(), begun: BTreeMap::new(), next: 1 }
    }

    fn select(&self, table: &str, parts: &Parts<'_>) -> Vec<&Value> {
        let reserved = ["select", "order", "limit", "offset", "on_conflict", "columns"];
        let mut rows: Vec<&Value> = self.rows.iter().filter(|((t, _), _)| t == table).map(|(_, row)| row).collect();
        for (name, condition) in parts.query.iter().filter(|(name, _)| !reserved.contains(&name.as_str())) {
            rows.retain(|row| matches(row, name, condition));
        }
        for key in parts.param("order").unwrap_or_default().rsplit(',').filter(|key| !key.is_empty()) {
            let key = key.trim_end_matches(".asc");
            rows.sort_by_key(|row| text(row, key));
        }
        rows
    }

    fn list(&self, table: &str, parts: &Parts<'_>) -> Response {
        let rows = self.select(table, parts);
        let total = rows.len();
        let offset = parts.param("offset").map_or(0, |n| n.parse::<usize>().expect("a number"));
        let limit = parts.param("limit").map_or(PAGE, |n| n.parse::<usize>().expect("a number").min(PAGE));
        let rows: Vec<&Value> = rows.into_iter().skip(offset).take(limit).collect();
        let range = match rows.len() {
            0 => format!("*/{total}"),
            n => format!("{offset}-{}/{total}", offset + n - 1),
        };
        let mut answer = response(200, &json!(rows));
        answer.headers.push(("Content-Range".into(), range));
        answer
    }

    fn begin(&mut self, visit: &mut Visit<'_>, table: &str, row: Value, status: u16) -> Reply {
        let locked = self.begun.values().any(|b| b.table == table && b.row["id"] == row["id"]);
        if locked {
            return Reply::Locked;
        }
        self.next += 1;
        let on = self.rows.get(&(table.to_owned(), text(&row, "id"))).and_then(|row| row["rev"].as_i64());
        self.begun.insert(self.next, Begun { table: table.into(), row, status, on });
        if visit.dice.chance(SLOW) { Reply::Begun(self.next) } else { Reply::Now(self.finish(visit, self.next)) }
    }

    fn finish(&mut self, visit: &mut Visit<'_>, begun: u64) -> Response {
        let Some(Begun { table, row, status, on }) = self.begun.remove(&begun) else { panic!("{begun} was not begun") };
        let id = text(&row, "id");
        if self.rows.get(&(table.clone(), id.clone())).and_then(|row| row["rev"].as_i64()) != on {
            // Somebody else was faster while it waited for the row: the filter matches nothing any more.
            return if on.is_some() { response(200, &json!([])) } else { duplicate() };
        }
        self.rows.insert((table.clone(), id.clone()), row.clone());
        if row["deleted"] == true {
            visit.audit.deleted(&table, &id);
        } else {
            let mut ours = row["body"].clone();
            ours["id"] = id.clone().into();
            visit.audit.wrote(&table, &id, &ours, visit.now_ms);
        }
        response(status, &json!([row]))
    }
}

fn duplicate() -> Response {
    let message = "duplicate key value violates unique constraint";
    response(409, &json!({"code": "23505", "message": message}))
}

fn text(row: &Value, key: &str) -> String {
    match &row[key] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// `name=eq.value` and its like, and `or=(a.gt.1,and(a.eq.1,b.gt.2))`.
fn matches(row: &Value, name: &str, condition: &str) -> bool {
    if name == "or" || name == "and" {
        let inner = condition.strip_prefix('(').and_then(|c| c.strip_suffix(')')).expect("brackets");
        let mut parts = split(inner).into_iter().map(|part| match part.split_once('(') {
            Some((word @ ("or" | "and"), _)) => matches(row, word, &part[word.len()..]),
            _ => {
                let (name, condition) = part.split_once('.').expect("a condition");
                matches(row, name, condition)
            }
        });
        return if name == "or" { parts.any(|p| p) } else { parts.all(|p| p) };
    }
    let (operator, value) = condition.split_once('.').expect("an operator");
    let value = value.trim_matches('"');
    let stands = text(row, name);
    // Times are compared as times: PostgreSQL does not mind how they are written.
    let time = |text: &str| text.parse::<Timestamp>().ok().map(Timestamp::millis);
    let number = |text: &str| text.parse::<i64>().ok();
    let order = match (time(&stands), time(value), number(&stands), number(value)) {
        (Some(a), Some(b), ..) => a.cmp(&b),
        (_, _, Some(a), Some(b)) => a.cmp(&b),
        _ => stands.as_str().cmp(value),
    };
    match operator {
        "eq" | "is" => order.is_eq(),
        "neq" => order.is_ne(),
        "gt" => order.is_gt(),
        "gte" => order.is_ge(),
        "lt" => order.is_lt(),
        "lte" => order.is_le(),
        other => panic!("no operator {other:?}"),
    }
}

/// Splits at the commas that are in no brackets and no quotes.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut quoted, mut from) = (Vec::new(), 0, false, 0);
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            ',' if depth == 0 && !quoted => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts
}

impl Backend for PostgRest {
    fn answer(&mut self, mut visit: Visit<'_>, request: &Request) -> Reply {
        let parts = Parts::of(request, &self.base.clone());
        let path: Vec<&str> = parts.path.iter().map(String::as_str).collect();
        let stamp = Timestamp::from_millis(visit.now_ms).to_string();
        match (parts.method, path.as_slice()) {
            ("GET", [table]) => Reply::Now(self.list(table, &parts)),
            ("POST", [table]) => {
                let mut row = parts.body();
                let id = row["id"].as_str().expect("an id").to_owned();
                if self.rows.contains_key(&((*table).to_owned(), id)) {
                    return Reply::Now(duplicate());
                }
                row["updated_at"] = stamp.into();
                if row.get("rev").is_none() {
                    row["rev"] = 1.into();
                }
                if row.get("deleted").is_none() {
                    row["deleted"] = false.into();
                }
                self.begin(&mut visit, table, row, 201)
            }
            ("PATCH", [table]) => {
                assert!(parts.param("id").is_some(), "an update of the whole table");
                let Some(row) = self.select(table, &parts).into_iter().next() else {
                    return Reply::Now(response(200, &json!([])));
                };
                let mut row = row.clone();
                let rev = row["rev"].as_i64();
                if let (Some(row), Value::Object(changes)) = (row.as_object_mut(), parts.body()) {
                    row.extend(changes);
                }
                if row["rev"].as_i64() != rev.map(|rev| rev + 1) {
                    return Reply::Now(response(400, &json!({"code": "23514", "message": "rev must be one more"})));
                }
                row["updated_at"] = stamp.into();
                self.begin(&mut visit, table, row, 200)
            }
            other => panic!("unexpected request {other:?}"),
        }
    }

    fn commit(&mut self, mut visit: Visit<'_>, begun: u64) -> Response {
        self.finish(&mut visit, begun)
    }

    fn delete(&mut self, visit: Visit<'_>, collection: &str, id: &str) {
        let key = (collection.to_owned(), id.to_owned());
        if let Some(row) = self.rows.get_mut(&key) {
            row["deleted"] = true.into();
            row["rev"] = (row["rev"].as_i64().unwrap_or(0) + 1).into();
            row["updated_at"] = Timestamp::from_millis(visit.now_ms).to_string().into();
            visit.audit.deleted(collection, id);
        }
    }
}
