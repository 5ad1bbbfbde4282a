//! The self-test through the shipped TM Forum file: a server that makes the ids, keeps no revisions and takes the same
//! document twice. Also what it made twice must go.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use baton_engine::model::Collection;
use baton_engine::time::Timestamp;
use baton_sync::Connector;
use baton_sync::connector::{Cas, Promises};
use baton_sync::net::{Clock, Net, NetError, Request, Response};
use baton_sync::selftest::{self, CheckId, Fact, Options, Verdict, Watch};
use serde_json::{Value, json};

use super::fake::Fake;
use super::{found, now};

#[derive(Default)]
struct Tmf {
    docs: RefCell<BTreeMap<(String, u32), Value>>,
    count: Cell<u32>,
    now_ms: Cell<i64>,
}

impl Clock for Tmf {
    fn now_ms(&self) -> i64 {
        1_795_399_200_000 + self.now_ms.get()
    }

    fn steady_ms(&self) -> i64 {
        self.now_ms.get()
    }
}

impl Watch for &Tmf {
    async fn wait(&self, ms: u32) {
        self.now_ms.set(self.now_ms.get() + i64::from(ms));
    }
}

impl Net for Tmf {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        self.now_ms.set(self.now_ms.get() + 1);
        let (path, query) = request.url.split_once('?').unwrap_or((&request.url, ""));
        let parts: Vec<&str> = path.split('/').filter(|part| part.parse::<u32>().is_err()).collect();
        let name = (*parts.last().unwrap()).to_owned();
        let key = path.rsplit('/').next().and_then(|part| part.parse::<u32>().ok());
        let body = || serde_json::from_str::<Value>(request.body.as_deref().unwrap()).unwrap();
        let mut docs = self.docs.borrow_mut();
        let stamp = Timestamp::from_millis(self.now_ms());
        let reply = |status, body: Value| Response { status, headers: Vec::new(), body: body.to_string() };
        Ok(match (request.method.as_str(), key) {
            ("POST", None) => {
                self.count.set(self.count.get() + 1);
                let mut doc = body();
                doc["id"] = self.count.get().to_string().into();
                doc["lastUpdate"] = json!(stamp);
                docs.insert((name, self.count.get()), doc.clone());
                reply(201, doc)
            }
            ("GET", None) => {
                let param = |key: &str| query.split('&').find_map(|p| p.strip_prefix(key)?.strip_prefix('='));
                let wanted = param("externalIdentifier.id");
                let fits = |doc: &Value| wanted.is_none_or(|id| doc["externalIdentifier"][0]["id"] == *id);
                let all: Vec<&Value> =
                    docs.iter().filter(|((n, _), d)| *n == name && fits(d)).map(|(_, d)| d).collect();
                let number = |key: &str, default| param(key).and_then(|t| t.parse().ok()).unwrap_or(default);
                let page: Vec<&Value> =
                    all.iter().skip(number("offset", 0)).take(number("limit", 100)).copied().collect();
                let mut answer = reply(200, json!(page));
                answer.headers.push(("X-Total-Count".into(), all.len().to_string()));
                answer
            }
            (method, Some(key)) => match (method, docs.get_mut(&(name.clone(), key))) {
                (_, None) => reply(404, json!({"code": "404"})),
                ("GET", Some(doc)) => reply(200, doc.clone()),
                ("PATCH", Some(doc)) => {
                    merge(doc, body());
                    doc["lastUpdate"] = json!(stamp);
                    reply(200, doc.clone())
                }
                ("DELETE", Some(_)) => {
                    docs.remove(&(name, key));
                    reply(204, Value::Null)
                }
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        })
    }
}

/// RFC 7396.
fn merge(into: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *into = patch;
        return;
    };
    if !into.is_object() {
        *into = json!({});
    }
    let into = into.as_object_mut().unwrap();
    for (key, value) in patch {
        match value {
            Value::Null => drop(into.remove(&key)),
            value => merge(into.entry(key).or_insert(Value::Null), value),
        }
    }
}

#[test]
fn what_a_server_took_twice_is_removed_twice() {
    let path = format!("{}/../../public/connector/tmf.json", env!("CARGO_MANIFEST_DIR"));
    let connector = Connector::read(&std::fs::read_to_string(path).unwrap()).unwrap();
    let tmf = Tmf::default();
    let options = Options::default();
    let report = now(selftest::run(&connector, &tmf, &tmf, &Fake::new(&[]), &options, &&tmf));
    assert_eq!(report.verdict(), Verdict::Differs, "{report:#?}");
    assert_eq!(report.place, Some(Collection::Interactions));
    assert!(found(&report, CheckId::DuplicateCreate).1.contains(&Fact::Overwritten));
    let Promises { cas, create_once, journal, tombstones, .. } = report.promises;
    assert_eq!((cas, create_once, journal, tombstones), (Cas::None, false, true, false));
    assert!(report.left.is_empty());
    let left: Vec<_> = tmf.docs.borrow().keys().cloned().collect();
    assert!(left.is_empty(), "{} of {}: {left:?}", left.len(), tmf.count.get());
}
