//! Kinto 26.5, as it answered on 2026-11-22.

use baton_sync::auth::Style;
use baton_sync::connector::{Cas, Failure, ListAnswer, Remote, WriteAnswer};
use serde_json::json;

use super::{CASES, NOW_MS, answer, body, header, json, page, response, shipped, stored};

const RECORDS: &str = "http://127.0.0.1:8888/v1/buckets/baton/collections/cases/records";
const NEXT: (&str, &str) = ("Next-Page", "http://127.0.0.1:8888/v1/buckets/baton/collections/cases/records?_token=eyJ");

#[test]
fn it_promises_what_a_desk_needs() {
    let connector = shipped("kinto");
    let promises = connector.promises();
    assert_eq!((promises.cas, promises.create_once, promises.since), (Cas::Atomic, true, true));
    assert!(promises.journal && promises.tombstones && connector.is_ordered());
    assert_eq!(connector.auth_style(), Style::Basic);
}

#[test]
fn writes_are_conditional_and_wrapped() {
    let connector = shipped("kinto");
    let create = connector.create(CASES, "c1", &json!({"id": "c1", "title": "t"}), NOW_MS).unwrap();
    assert_eq!((create.method.as_str(), create.url), ("PUT", format!("{RECORDS}/c1")));
    assert_eq!(create.body.as_deref(), Some(r#"{"data":{"id":"c1","title":"t"}}"#));
    assert!(create.headers.contains(&("If-None-Match".into(), "*".into())));
    let known = json!({"id": "c1", "last_modified": 1_795_336_061_037_i64, "title": "u", "theirs": 1});
    let replace = connector.replace(CASES, "c1", "1795336061037", &known, NOW_MS).unwrap();
    assert_eq!(header(&replace, "If-Match"), Some("\"1795336061037\""));
    assert_eq!(body(&replace), json!({"data": {"id": "c1", "title": "u", "theirs": 1}}));
}

#[test]
fn answers_of_writes() {
    let connector = shipped("kinto");
    let sent = json!({"id": "c1"});
    let create = |status, body: &str| connector.create_answer(CASES, "c1", &sent, &response(status, body));
    let replace = |status, body: &str| connector.replace_answer(CASES, "c1", &sent, &response(status, body));
    let remote = stored(create(
        201,
        r#"{"permissions":{"write":["account:bob"]},"data":{"status":"open","id":"c1","last_modified":1795336061037}}"#,
    ));
    assert_eq!((remote.rev.as_str(), remote.order), ("1795336061037", Some(1_795_336_061_037)));
    assert_eq!(remote.stamp.unwrap().to_string(), "2026-11-22T08:27:41.037Z");
    assert_eq!(&*remote.raw, r#"{"status":"open","id":"c1","last_modified":1795336061037}"#);
    let stale = r#"{"code":412,"errno":114,"error":"Precondition Failed","message":"Resource was modified meanwhile","details":{"existing":{"status":"two","id":"c1","last_modified":1795336061153}}}"#;
    for answer in [create(412, stale), replace(412, stale)] {
        let WriteAnswer::Stale(Some(Remote { rev, .. })) = answer else { panic!("{answer:?}") };
        assert_eq!(rev, "1795336061153");
    }
    // Deleted, or never there: it does not say which, so one looks.
    let gone = r#"{"code":412,"errno":114,"error":"Precondition Failed","message":"Resource was modified meanwhile"}"#;
    assert_eq!(replace(412, gone), WriteAnswer::Stale(None));
    let missing = r#"{"code":404,"errno":110,"error":"Not Found","details":{"id":"none","resource_name":"record"}}"#;
    assert_eq!(connector.get_answer(CASES, "c1", &response(404, missing)), WriteAnswer::Missing);
    assert_eq!(connector.delete_answer(CASES, "c1", &response(404, missing)), WriteAnswer::Missing);
    let deleted = r#"{"data":{"id":"c1","last_modified":1795336061504,"deleted":true}}"#;
    assert_eq!(connector.delete_answer(CASES, "c1", &response(200, deleted)), WriteAnswer::Gone(None));
    let nobody = r#"{"code":401,"errno":104,"error":"Unauthorized","message":"Please authenticate yourself to use this endpoint."}"#;
    assert_eq!(replace(401, nobody), WriteAnswer::Failed(Failure::SignedOut));
}

#[test]
fn a_collection_that_is_gone_is_no_document_that_is_gone() {
    let connector = shipped("kinto");
    let nope = r#"{"code":404,"errno":111,"error":"Not Found","details":{"id":"nope","resource_name":"collection"}}"#;
    let answer = connector.get_answer(CASES, "c1", &response(404, nope));
    assert!(matches!(answer, WriteAnswer::Failed(Failure::Refused(_))), "{answer:?}");
    let list = connector.list_answer(CASES, None, &response(404, nope));
    assert!(matches!(list, ListAnswer::Failed(Failure::Refused(_))), "{list:?}");
}

#[test]
fn losers_on_postgresql_wait_and_try_again() {
    let connector = shipped("kinto");
    let busy = r#"{"code":503,"errno":201,"error":"Service Unavailable","message":"Service temporary unavailable due to overloading or maintenance, please retry later."}"#;
    let answer = answer(503, &[("Retry-After", "3")], busy);
    match connector.replace_answer(CASES, "c1", &json!({}), &answer) {
        WriteAnswer::Failed(Failure::Again { after_ms: Some(3000), problem, .. }) => {
            assert!(problem.text.starts_with("Service Unavailable: "), "{problem:?}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_listing_goes_by_the_stamp_and_has_tombstones() {
    let connector = shipped("kinto");
    let first = connector.list(CASES, None).unwrap();
    assert_eq!(first.url, format!("{RECORDS}?_limit=500&_sort=last_modified"));
    let body = r#"{"data":[{"id":"c1","last_modified":1795336061153},{"id":"c3","last_modified":1795336061438}]}"#;
    let (items, cursor, more) = page(connector.list_answer(CASES, None, &answer(200, &[NEXT], body)));
    assert_eq!((items.len(), more), (2, true));
    let second = connector.list(CASES, cursor.as_deref()).unwrap();
    assert_eq!(second.url, format!("{RECORDS}?_limit=500&_sort=last_modified&_since=1795336061438"));
    let body = r#"{"data":[{"id":"c2","last_modified":1795336061504,"deleted":true}]}"#;
    let (items, cursor, more) = page(connector.list_answer(CASES, cursor.as_deref(), &response(200, body)));
    assert_eq!((items[0].deleted, more), (true, false));
    // Half a minute before the newest: what was committed late is listed after all.
    let next = connector.list(CASES, cursor.as_deref()).unwrap();
    assert_eq!(next.url, format!("{RECORDS}?_limit=500&_sort=last_modified&_since=1795336031504"));
    let (items, again, more) = page(connector.list_answer(CASES, cursor.as_deref(), &response(200, r#"{"data":[]}"#)));
    assert_eq!((items.len(), again, more), (0, cursor, false));
}

#[test]
fn without_the_overlap_the_cursor_is_bare() {
    let connector = shipped("kinto");
    let cursor = r#"{"since":"1795336061504"}"#;
    baton_sync::defence::without(&[baton_sync::defence::Defence::CursorOverlap], || {
        assert!(connector.list(CASES, Some(cursor)).unwrap().url.ends_with("_since=1795336061504"));
    });
}

#[test]
fn several_writes_go_in_one() {
    let connector = shipped("kinto");
    let make = |id: &str| connector.create(CASES, id, &json!({"id": id}), NOW_MS).unwrap();
    let batch = connector.batch(&[make("b1"), make("b2")]).unwrap();
    assert_eq!((batch.method.as_str(), batch.url.as_str()), ("POST", "http://127.0.0.1:8888/v1/batch"));
    let headers = json!({"Accept": "application/json", "Content-Type": "application/json", "If-None-Match": "*"});
    let first = json!({"method": "PUT", "path": "/buckets/baton/collections/cases/records/b1", "headers": headers,
        "body": {"data": {"id": "b1"}}});
    assert_eq!(body(&batch)["requests"][0], first);
    let answers = r#"{"responses":[{"path":"/v1/x","status":201,"headers":{"ETag":"\"7\""},"body":{"data":{"id":"b1","last_modified":7}}},
        {"path":"/v1/y","status":412,"headers":{},"body":{"code":412}}]}"#;
    let answers = connector.batch_answers(2, &response(200, answers)).unwrap();
    let stored = connector.create_answer(CASES, "b1", &json!({"id": "b1"}), &answers[0]);
    assert!(matches!(stored, WriteAnswer::Stored(_)), "{stored:?}");
    assert_eq!((answers[0].header("etag"), answers[1].status), (Some("\"7\""), 412));
    assert_eq!(json(&answers[1].body), json!({"code": 412}));
    assert_eq!(connector.batch_answers(3, &response(200, r#"{"responses":[]}"#)), None);
    assert_eq!(connector.batch_answers(1, &response(503, "")), None);
    let many: Vec<_> = (0..26).map(|n| make(&n.to_string())).collect();
    assert!(connector.batch(&many).is_none() && connector.batch(&[]).is_none());
}
