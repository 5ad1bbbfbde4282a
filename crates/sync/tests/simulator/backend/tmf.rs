//! TM Forum Open APIs: four APIs with bases of their own, ids that the server makes, ours as an external identifier that
//! nothing keeps unique, merge patches without a condition, 202 now and then, and no tombstones.

use std::collections::BTreeMap;

use baton_engine::model::Collection;
use baton_engine::time::Timestamp;
use baton_sync::Connector;
use baton_sync::connector::{Place, WriteAnswer};
use baton_sync::net::{Request, Response};
use serde_json::{Map, Value, json};

use super::{Backend, Parts, Reply, Visit, response};

pub struct Tmf {
    connector: Connector,
    /// Collection and the server's id → the resource.
    rows: BTreeMap<(Collection, String), Value>,
    next: u64,
}

/// Our collection, and the base and name of theirs.
const PLACES: [(Collection, &str, &str); 4] = [
    (Collection::Cases, "/tmf-api/troubleTicket/v5/", "troubleTicket"),
    (Collection::Interactions, "/tmf-api/partyInteractionManagement/v5/", "partyInteraction"),
    (Collection::Customers, "/tmf-api/customerManagement/v5/", "customer"),
    (Collection::Callbacks, "/tmf-api/appointment/v4/", "appointment"),
];
/// Percent of writes that are answered with 202.
const ACCEPTED: u32 = 8;

impl Tmf {
    pub fn new(connector: Connector) -> Tmf {
        Tmf { connector, rows: BTreeMap::new(), next: 0 }
    }

    fn list(&self, collection: Collection, parts: &Parts<'_>) -> Response {
        let mut rows: Vec<&Value> = self.rows.iter().filter(|((c, _), _)| *c == collection).map(|(_, r)| r).collect();
        for (name, wanted) in &parts.query {
            match name.as_str() {
                "offset" | "limit" | "sort" | "fields" => {}
                "externalIdentifier.id" => rows.retain(|row| {
                    let names = row["externalIdentifier"].as_array();
                    names.is_some_and(|names| names.iter().any(|n| n["id"] == **wanted))
                }),
                field => rows.retain(|row| row[field] == **wanted),
            }
        }
        let number = |name: &str| parts.param(name).map(|text| text.parse::<usize>().expect("a number"));
        let total = rows.len();
        let rows: Vec<&Value> =
            rows.into_iter().skip(number("offset").unwrap_or(0)).take(number("limit").unwrap_or(100)).collect();
        let mut answer = response(200, &json!(rows));
        answer.headers.push(("X-Total-Count".into(), total.to_string()));
        answer
    }

    fn write(
        &mut self,
        visit: &mut Visit<'_>,
        collection: Collection,
        key: &str,
        mut row: Value,
        status: u16,
    ) -> Response {
        row["lastUpdate"] = Timestamp::from_millis(visit.now_ms).to_string().into();
        self.rows.insert((collection, key.into()), row.clone());
        let id = named(&row).expect("a resource of ours");
        let place = Place::Of(collection);
        let WriteAnswer::Stored(remote) = self.connector.get_answer(place, &id, &response(200, &row)) else {
            panic!("{row} cannot be read");
        };
        let mut same =
            self.rows.iter().filter(|((c, k), other)| *c == collection && k != key && named(other) == Some(id.clone()));
        if same.next().is_some() {
            visit.audit.broken(format!("{id} was made twice"));
        }
        let ours: Value = serde_json::from_str(&remote.raw).expect("JSON");
        let stamp = remote.stamp.map_or(visit.now_ms, Timestamp::millis);
        visit.audit.wrote(collection.name(), &id, &ours, stamp);
        let status = if visit.dice.chance(ACCEPTED) { 202 } else { status };
        response(status, &row)
    }
}

/// Our id of a resource.
fn named(row: &Value) -> Option<String> {
    let mut names = row["externalIdentifier"].as_array().into_iter().flatten();
    let ours = names.find(|name| name["owner"] == "baton").map_or(&row["externalId"], |name| &name["id"]);
    Some(ours.as_str()?.to_owned())
}

/// RFC 7386.
fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Some(target) = target.as_object_mut() else { return };
    for (name, value) in patch {
        if value.is_null() {
            target.remove(&name);
        } else {
            merge(target.entry(name).or_insert(Value::Null), value);
        }
    }
}

impl Backend for Tmf {
    fn answer(&mut self, mut visit: Visit<'_>, request: &Request) -> Reply {
        let place = PLACES.into_iter().find(|(_, base, _)| request.url.starts_with(base));
        let (collection, base, name) = place.unwrap_or_else(|| panic!("no API at {}", request.url));
        let parts = Parts::of(request, base);
        let path: Vec<&str> = parts.path.iter().map(String::as_str).collect();
        assert_eq!(path.first(), Some(&name), "another resource");
        let answer = match (parts.method, &path[1..]) {
            ("GET", []) => self.list(collection, &parts),
            ("GET", [key]) => match self.rows.get(&(collection, (*key).to_owned())) {
                Some(row) => response(200, row),
                None => response(404, &json!({"code": "60", "reason": "not found"})),
            },
            ("POST", []) => {
                self.next += 1;
                let key = format!("T-{:04}", self.next);
                let mut row = parts.body();
                row["id"] = key.clone().into();
                row["href"] = format!("{base}{name}/{key}").into();
                row["creationDate"] = Timestamp::from_millis(visit.now_ms).to_string().into();
                self.write(&mut visit, collection, &key, row, 201)
            }
            ("PATCH", [key]) => match self.rows.get(&(collection, (*key).to_owned())).cloned() {
                Some(mut row) => {
                    merge(&mut row, parts.body());
                    self.write(&mut visit, collection, key, row, 200)
                }
                None => response(404, &json!({"code": "60", "reason": "not found"})),
            },
            other => panic!("unexpected request {other:?}"),
        };
        Reply::Now(answer)
    }

    fn delete(&mut self, visit: Visit<'_>, collection: &str, id: &str) {
        let Some(collection) = Collection::from_name(collection) else { return };
        self.rows.retain(|(c, _), row| *c != collection || named(row).as_deref() != Some(id));
        visit.audit.deleted(collection.name(), id);
    }
}
