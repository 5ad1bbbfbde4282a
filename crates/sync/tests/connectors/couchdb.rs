//! pouchdb-server 4.2.0, which speaks CouchDB's API, as it answered on 2026-11-22; `pending` and `deleted` as CouchDB says
//! them.

use baton_sync::connector::{Cas, Failure, ListAnswer, WriteAnswer};
use serde_json::json;

use super::{CASES, NOW_MS, body, json, page, response, shipped, stored};

const DB: &str = "http://127.0.0.1:5984/baton_cases";

#[test]
fn it_promises_all_but_one_winner_for_certain() {
    let promises = shipped("couchdb").promises();
    assert_eq!((promises.cas, promises.create_once, promises.since), (Cas::Doubtful, true, true));
    assert!(promises.journal && promises.tombstones);
}

#[test]
fn the_revision_goes_in_the_body() {
    let connector = shipped("couchdb");
    let create = connector.create(CASES, "c1", &json!({"id": "c1", "title": "t"}), NOW_MS).unwrap();
    assert_eq!((create.method.as_str(), &create.url), ("PUT", &format!("{DB}/c1")));
    assert_eq!(json(create.body.as_deref().unwrap()), json!({"_id": "c1", "title": "t"}));
    let known = json!({"id": "c1", "_id": "c1", "_rev": "1-96", "title": "u", "_attachments": {"a": {"stub": true}}});
    let replace = connector.replace(CASES, "c1", "1-96", &known, NOW_MS).unwrap();
    let sent = json!({"_id": "c1", "_rev": "1-96", "title": "u", "_attachments": {"a": {"stub": true}}});
    assert_eq!(body(&replace), sent);
    let delete = connector.delete(CASES, "c1", "2-14", Some(&known)).unwrap();
    assert_eq!((delete.method.as_str(), &delete.url), ("DELETE", &format!("{DB}/c1?rev=2-14")));
    // A preflight for any other header would be refused.
    for (name, _) in [create.headers, replace.headers, delete.headers].concat() {
        assert!(["accept", "content-type"].contains(&name.to_lowercase().as_str()), "{name}");
    }
}

#[test]
fn answers_of_writes() {
    let connector = shipped("couchdb");
    let sent = json!({"id": "c1", "_id": "c1", "_rev": "1-96", "title": "t"});
    let create = |status, body: &str| connector.create_answer(CASES, "c1", &sent, &response(status, body));
    let replace = |status, body: &str| connector.replace_answer(CASES, "c1", &sent, &response(status, body));
    let done = r#"{"ok":true,"id":"c1","rev":"2-14a5194810857c45a9ec64e63135a10f"}"#;
    for answer in [create(201, done), replace(201, done)] {
        let remote = stored(answer);
        assert_eq!((remote.id.as_str(), remote.rev.as_str()), ("c1", "2-14a5194810857c45a9ec64e63135a10f"));
        assert_eq!(json(&remote.raw), json!({"id": "c1", "_id": "c1", "_rev": remote.rev, "title": "t"}));
    }
    let conflict = r#"{"error":"conflict","reason":"Document update conflict"}"#;
    assert_eq!(create(409, conflict), WriteAnswer::Stale(None));
    assert_eq!(replace(409, conflict), WriteAnswer::Stale(None));
    // One node of a cluster has it: that is not yet done.
    assert_eq!(replace(202, done), WriteAnswer::Unconfirmed);
    assert!(matches!(create(201, r#"{"ok":true}"#), WriteAnswer::Failed(Failure::Again { .. })));
    let get = |body: &str| connector.get_answer(CASES, "c1", &response(404, body));
    assert_eq!(get(r#"{"error":"not_found","reason":"missing"}"#), WriteAnswer::Missing);
    assert_eq!(get(r#"{"error":"not_found","reason":"deleted"}"#), WriteAnswer::Gone(None));
    let no_database = get(r#"{"error":"not_found","reason":"no_db_file"}"#);
    assert!(matches!(no_database, WriteAnswer::Failed(Failure::Refused(_))), "{no_database:?}");
    let nobody = r#"{"error":"unauthorized","reason":"You are not authorized to access this db."}"#;
    assert_eq!(replace(401, nobody), WriteAnswer::Failed(Failure::SignedOut));
    let delete = |status, body: &str| connector.delete_answer(CASES, "c1", &response(status, body));
    assert_eq!(delete(200, done), WriteAnswer::Gone(None));
    assert_eq!(delete(409, conflict), WriteAnswer::Stale(None));
    assert_eq!(delete(404, r#"{"error":"not_found","reason":"missing"}"#), WriteAnswer::Missing);
    let odd = r#"{"error":"doc_validation","reason":"Bad special document member: _odd"}"#;
    assert!(matches!(replace(500, odd), WriteAnswer::Failed(Failure::Again { line: false, .. })));
}

#[test]
fn changes_are_listed_with_tombstones_and_without_designs() {
    let connector = shipped("couchdb");
    assert_eq!(connector.list(CASES, None).unwrap().url, format!("{DB}/_changes?include_docs=true&limit=500"));
    let changes = r#"{"results":[
        {"id":"c1","changes":[{"rev":"2-14"}],"doc":{"status":"two","_id":"c1","_rev":"2-14"},"seq":2},
        {"id":"_design/x","changes":[{"rev":"1-1"}],"doc":{"_id":"_design/x","_rev":"1-1","views":{}},"seq":3},
        {"id":"c3","changes":[{"rev":"2-dd"}],"doc":{"_id":"c3","_rev":"2-dd","_deleted":true},"deleted":true,"seq":7}],"last_seq":7}"#;
    let (items, cursor, more) = page(connector.list_answer(CASES, None, &response(200, changes)));
    let seen: Vec<_> = items.iter().map(|r| (r.id.as_str(), r.rev.as_str(), r.deleted)).collect();
    assert_eq!(seen, [("c1", "2-14", false), ("c3", "2-dd", true)]);
    assert_eq!(&*items[0].raw, r#"{"id":"c1","status":"two","_id":"c1","_rev":"2-14"}"#);
    // pouchdb-server does not say whether there is more: a short page is the last.
    assert_eq!((cursor.as_deref(), more), (Some("7"), false));
    assert!(connector.list(CASES, Some("7")).unwrap().url.ends_with("&since=7"));
    let end = r#"{"results":[],"last_seq":7}"#;
    assert_eq!(page(connector.list_answer(CASES, Some("7"), &response(200, end))), (vec![], Some("7".into()), false));
    let couchdb = r#"{"results":[{"seq":"1-g1A","id":"a","changes":[],"doc":{"_id":"a","_rev":"1-a"}}],"last_seq":"1-g1A","pending":0}"#;
    let (_, cursor, more) = page(connector.list_answer(CASES, None, &response(200, couchdb)));
    assert_eq!((cursor.as_deref(), more), (Some("1-g1A"), false));
    let html = connector.list_answer(CASES, None, &response(200, "<html>"));
    assert!(matches!(html, ListAnswer::Failed(Failure::Again { .. })));
}
