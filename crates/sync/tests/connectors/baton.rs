//! The connector of Baton's own backend, and the faults of files.

use baton_sync::Connector;
use baton_sync::connector::{Cas, Failure, ListAnswer, Live, WriteAnswer};
use baton_sync::net::ProblemKind;
use serde_json::{Value, json};

use super::{CASES, response, root, shipped};

fn faults(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut file: Value = serde_json::from_str(&root("connector/baton.json")).unwrap();
    change(&mut file);
    Connector::read(&file.to_string()).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn all_faults_are_reported_at_once_with_their_places() {
    let found = faults(|file| {
        file["format"] = "baton-connector/2".into();
        file["base"] = "/api/".into();
        file["collections"]["tickets"] = "tickets".into();
        file["collections"]["cases"] = 1.into();
        file["document"]["id"] = "id".into();
        file["list"].as_object_mut().unwrap().remove("cursor");
        file["list"]["limit"] = 0.into();
        file["list"]["query"]["since"] = "{until}".into();
        file["get"]["path"] = "{collection}/{id".into();
        file["create"]["stale"] = json!([412, "409", 99]);
        file["feed"]["style"] = "morse".into();
        file["promises"]["cas"] = "often".into();
        file["extra"] = true.into();
    });
    let places: Vec<&str> = found.iter().map(|f| f.split_once(": ").unwrap().0).collect();
    for place in [
        "/format",
        "/base",
        "/collections/tickets",
        "/collections/cases",
        "/document/id",
        "/list/cursor",
        "/list/limit",
        "/list/query/since",
        "/get/path",
        "/create/stale/1",
        "/create/stale/2",
        "/feed/style",
        "/promises/cas",
        "/extra",
    ] {
        assert!(places.contains(&place), "{place} is missing in {found:#?}");
    }
}

#[test]
fn a_promise_of_conditional_writes_needs_the_revision_in_them() {
    let found = faults(|file| file["replace"]["headers"] = json!({"If-Match": "*"}));
    assert!(found.len() == 1 && found[0].starts_with("/replace: "), "{found:?}");
    let mut file: Value = serde_json::from_str(&root("connector/baton.json")).unwrap();
    file["replace"]["headers"] = json!({});
    file["promises"] = json!({"cas": "none"});
    assert_eq!(Connector::read(&file.to_string()).unwrap().promises().cas, Cas::None);
}

#[test]
fn files_that_are_no_connectors_are_refused_without_harm() {
    for text in ["", "[]", "null", "7", "{", r#"{"format":"baton-connector/1"}"#, r#"{"list":[],"collections":{}}"#] {
        assert!(!Connector::read(text).unwrap_err().is_empty(), "{text}");
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(Connector::read(&deep).is_err());
}

#[test]
fn requests_of_the_shipped_connector() {
    let connector = shipped("baton");
    let list = connector.list(CASES, None).unwrap();
    assert_eq!((list.method.as_str(), list.url.as_str()), ("GET", "/api/cases?limit=2000"));
    let list = connector.list(CASES, Some("17 &x")).unwrap();
    assert_eq!(list.url, "/api/cases?limit=2000&since=17%20%26x");
    let body = json!({"id": "a/b", "_rev": 3, "_seq": 9, "_at": "x", "title": "t"});
    let put = connector.replace(CASES, "a/b ü", "3", &body, 0).unwrap();
    assert_eq!((put.method.as_str(), put.url.as_str()), ("PUT", "/api/cases/a%2Fb%20%C3%BC"));
    assert!(put.headers.contains(&("If-Match".into(), "\"3\"".into())));
    assert_eq!(put.body.unwrap(), r#"{"id":"a/b","title":"t"}"#);
    let create = connector.create(CASES, "c", &json!({}), 0).unwrap();
    assert!(create.headers.contains(&("If-None-Match".into(), "*".into())));
    assert!(create.headers.contains(&("Content-Type".into(), "application/json".into())));
    assert_eq!(connector.live(), Live::Events { url: "/api/changes?since=now".into(), event: "change".into() });
    assert!(connector.is_ordered());
}

#[test]
fn answers_are_told_apart() {
    let connector = shipped("baton");
    let list = |status, body: &str| connector.list_answer(CASES, None, &response(status, body));
    let ListAnswer::Page { items, nameless, cursor, more } = list(
        200,
        r#"{"items":[{"id":"a","_rev":2,"_seq":7},{"title":"no id"},3,{"id":"b","_deleted":true}],"next":"7","more":true}"#,
    ) else {
        panic!()
    };
    assert_eq!((items.len(), nameless.len(), cursor.as_deref(), more), (2, 2, Some("7"), true));
    assert_eq!((items[0].rev.as_str(), items[0].order, items[1].deleted), ("2", Some(7), true));
    assert_eq!(list(410, "{}"), ListAnswer::Reset);
    for (status, body) in [(200, "<html>"), (200, "{}"), (302, ""), (503, ""), (0, "")] {
        assert!(matches!(list(status, body), ListAnswer::Failed(Failure::Again { .. })), "{status} {body}");
    }
    let put = |status, body: &str| connector.replace_answer(CASES, "a", &json!({}), &response(status, body));
    assert!(matches!(put(200, r#"{"id":"a","_rev":3}"#), WriteAnswer::Stored(_)));
    assert!(matches!(put(200, r#"{"id":"b"}"#), WriteAnswer::Failed(Failure::Again { .. })), "another document");
    assert!(matches!(put(412, r#"{"current":{"id":"a","_rev":9}}"#), WriteAnswer::Stale(Some(_))));
    assert!(matches!(put(412, r#"{"current":null}"#), WriteAnswer::Stale(None)));
    assert!(matches!(put(409, r#"{"current":{"id":"a","_deleted":true}}"#), WriteAnswer::Gone(Some(_))));
    assert!(matches!(put(410, ""), WriteAnswer::Gone(None)));
    assert!(matches!(put(404, ""), WriteAnswer::Missing));
    assert!(matches!(put(401, ""), WriteAnswer::Failed(Failure::SignedOut)));
    for (status, kind) in [(400, ProblemKind::Rejected), (403, ProblemKind::Forbidden), (413, ProblemKind::Rejected)] {
        assert!(matches!(put(status, ""), WriteAnswer::Failed(Failure::Refused(p)) if p.kind == kind), "{status}");
    }
    assert!(matches!(put(500, ""), WriteAnswer::Failed(Failure::Again { line: false, .. })));
    assert!(matches!(put(429, ""), WriteAnswer::Failed(Failure::Again { line: true, .. })));
}

#[test]
fn feed_events_that_make_no_sense_are_passed_over() {
    let connector = shipped("baton");
    assert!(connector.feed_change(r#"{"collection":"cases","doc":{"id":"a","_rev":1,"_seq":1}}"#).is_some());
    for event in ["", "{}", r#"{"collection":"users","doc":{"id":"a"}}"#, r#"{"collection":"cases","doc":7}"#] {
        assert!(connector.feed_change(event).is_none(), "{event}");
    }
}
