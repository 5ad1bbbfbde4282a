//! PostgREST as its documentation says it answers; it could not be had where this was written.

use baton_sync::connector::{Cas, Failure, WriteAnswer};
use serde_json::json;

use super::{CASES, NOW_MS, body, header, json, page, response, shipped, stored};

const CASES_URL: &str = "http://127.0.0.1:3001/cases";
const ROW: &str = r#"{"id":"c1","rev":7,"updated_at":"2026-11-22T08:29:29.565123+00:00","deleted":false,"body":{"id":"c1","title":"t"}}"#;

#[test]
fn an_update_names_its_revision_and_writes_the_next() {
    let connector = shipped("postgrest");
    assert_eq!(connector.promises().cas, Cas::Atomic);
    let create = connector.create(CASES, "c1", &json!({"id": "c1", "title": "t"}), NOW_MS).unwrap();
    assert_eq!((create.method.as_str(), create.url.as_str()), ("POST", CASES_URL));
    assert_eq!(body(&create), json!({"id": "c1", "rev": 1, "body": {"id": "c1", "title": "t"}}));
    assert_eq!(header(&create, "prefer"), Some("return=representation"));
    let row = format!("[{ROW}]");
    let remote = stored(connector.get_answer(CASES, "c1", &response(200, &row)));
    assert_eq!((remote.rev.as_str(), remote.order), ("7", Some(7)));
    assert_eq!(remote.stamp.unwrap().to_string(), "2026-11-22T08:29:29.565Z");
    let replace = connector.replace(CASES, "c1", &remote.rev, &json(&remote.raw), NOW_MS).unwrap();
    assert_eq!((replace.method.as_str(), &replace.url), ("PATCH", &format!("{CASES_URL}?id=eq.c1&rev=eq.7")));
    assert_eq!(body(&replace), json!({"id": "c1", "rev": 8, "deleted": false, "body": {"id": "c1", "title": "t"}}));
    let delete = connector.delete(CASES, "c1", &remote.rev, Some(&json(&remote.raw))).unwrap();
    assert_eq!((&body(&delete)["deleted"], &body(&delete)["rev"]), (&json!(true), &json!(8)));
}

#[test]
fn answers_of_writes() {
    let connector = shipped("postgrest");
    let create = |status, body: &str| connector.create_answer(CASES, "c1", &json!({}), &response(status, body));
    let replace = |status, body: &str| connector.replace_answer(CASES, "c1", &json!({}), &response(status, body));
    assert_eq!(stored(create(201, &format!("[{ROW}]"))).rev, "7");
    let taken = r#"{"code":"23505","details":"Key (id)=(c1) already exists.","hint":null,"message":"duplicate key value violates unique constraint \"cases_pkey\""}"#;
    assert_eq!(create(409, taken), WriteAnswer::Stale(None));
    // No row has that revision any more.
    assert_eq!(replace(200, "[]"), WriteAnswer::Stale(None));
    assert_eq!(connector.get_answer(CASES, "c1", &response(200, "[]")), WriteAnswer::Missing);
    let tombstone = format!("[{}]", ROW.replace("\"deleted\":false", "\"deleted\":true"));
    assert!(stored(connector.get_answer(CASES, "c1", &response(200, &tombstone))).deleted);
    let expired = r#"{"code":"PGRST301","details":null,"hint":null,"message":"JWT expired"}"#;
    assert_eq!(replace(401, expired), WriteAnswer::Failed(Failure::SignedOut));
    let bad = r#"{"code":"23514","message":"new row violates check constraint"}"#;
    assert!(
        matches!(replace(400, bad), WriteAnswer::Failed(Failure::Refused(p)) if p.text.contains("check constraint"))
    );
}

#[test]
fn a_listing_goes_by_stamp_and_id_whatever_the_id_holds() {
    let connector = {
        let mut file = json(&super::root("connector/postgrest.json"));
        file["list"]["limit"] = 1.into();
        baton_sync::Connector::read(&file.to_string()).unwrap()
    };
    assert_eq!(connector.list(CASES, None).unwrap().url, format!("{CASES_URL}?limit=1&order=updated_at%2Cid"));
    let row = format!("[{}]", ROW.replacen("\"id\":\"c1\"", r#""id":"a\"b""#, 1));
    let (_, cursor, more) = page(connector.list_answer(CASES, None, &response(206, &row)));
    assert!(more);
    let url = connector.list(CASES, cursor.as_deref()).unwrap().url;
    let at = "%222026-11-22T08%3A29%3A29.565123%2B00%3A00%22";
    let or = format!("&or=%28updated_at.gt.{at}%2Cand%28updated_at.eq.{at}%2Cid.gt.%22a%5C%22b%22%29%29");
    assert!(url.ends_with(&or), "{url}");
    let (_, cursor, more) = page(connector.list_answer(CASES, cursor.as_deref(), &response(200, "[]")));
    assert!(!more);
    let url = connector.list(CASES, cursor.as_deref()).unwrap().url;
    assert!(url.ends_with("&updated_at=gte.2026-11-22T08%3A28%3A59.565Z"), "{url}");
}
