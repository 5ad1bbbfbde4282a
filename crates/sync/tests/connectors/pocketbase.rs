//! PocketBase 0.22.20, as it answered on 2026-11-22.

use baton_sync::auth::Style;
use baton_sync::connector::{Cas, Failure, WriteAnswer};
use serde_json::json;

use super::{CASES, NOW_MS, body, header, json, page, response, shipped, stored};

const RECORDS: &str = "http://127.0.0.1:8090/api/collections/cases/records";
const RECORD: &str = r#"{"bid":"c1","body":{"id":"c1","title":"t"},"collectionId":"x1","collectionName":"cases","created":"2026-11-22 08:29:29.565Z","deleted":false,"id":"znrrydupysv4z0s","updated":"2026-11-22 08:29:29.565Z"}"#;
const NOT_FOUND: &str = r#"{"code":404,"message":"The requested resource wasn't found.","data":{}}"#;

#[test]
fn it_promises_claims_and_no_certain_winner() {
    let connector = shipped("pocketbase");
    let promises = connector.promises();
    assert_eq!((promises.cas, promises.create_once, promises.since), (Cas::Doubtful, true, true));
    assert!(promises.journal && promises.tombstones);
    assert_eq!(connector.auth_style(), Style::LogIn);
}

#[test]
fn keys_are_made_of_our_ids() {
    let connector = shipped("pocketbase");
    let key = |id: &str| {
        let create = connector.create(CASES, id, &json!({"id": id}), NOW_MS).unwrap();
        assert_eq!((create.method.as_str(), create.url.as_str()), ("POST", RECORDS));
        let body = body(&create);
        assert_eq!((&body["bid"], &body["body"]), (&json!(id), &json!({"id": id})));
        body["id"].as_str().unwrap().to_owned()
    };
    let keys = [key("c1"), key("c2"), key("0198c2f0-0000-7000-8000-000000000001")];
    for key in &keys {
        assert!(key.len() == 15 && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()), "{key}");
    }
    assert!(keys[0] != keys[1] && key("c1") == keys[0]);
    assert_eq!(key("znrrydupysv4z0s"), "znrrydupysv4z0s");
}

#[test]
fn writes_go_by_the_backends_key_and_name_what_was_seen() {
    let connector = shipped("pocketbase");
    let remote = stored(connector.create_answer(CASES, "c1", &json!({}), &response(200, RECORD)));
    assert_eq!((remote.id.as_str(), remote.rev.as_str()), ("c1", "2026-11-22 08:29:29.565Z"));
    assert_eq!(remote.stamp.unwrap().to_string(), "2026-11-22T08:29:29.565Z");
    let mut ours = json(&remote.raw);
    ours["title"] = "u".into();
    let replace = connector.replace(CASES, "c1", &remote.rev, &ours, NOW_MS).unwrap();
    assert_eq!((replace.method.as_str(), &replace.url), ("PATCH", &format!("{RECORDS}/znrrydupysv4z0s")));
    assert_eq!(header(&replace, "if-match"), Some("2026-11-22 08:29:29.565Z"));
    let sent = json!({"id": "znrrydupysv4z0s", "bid": "c1", "deleted": false, "body": {"id": "c1", "title": "u"}});
    assert_eq!(body(&replace), sent);
    // Deletion is a mark.
    let delete = connector.delete(CASES, "c1", &remote.rev, Some(&ours)).unwrap();
    assert_eq!((delete.method.as_str(), &body(&delete)["deleted"]), ("PATCH", &json!(true)));
    let gone = RECORD.replace("\"deleted\":false", "\"deleted\":true");
    assert!(matches!(connector.delete_answer(CASES, "c1", &response(200, &gone)), WriteAnswer::Gone(Some(_))));
}

#[test]
fn answers_of_writes() {
    let connector = shipped("pocketbase");
    let create = |status, body: &str| connector.create_answer(CASES, "c1", &json!({}), &response(status, body));
    let taken = r#"{"code":400,"message":"Failed to create record.","data":{"bid":{"code":"validation_not_unique","message":"Value must be unique."}}}"#;
    assert_eq!(create(400, taken), WriteAnswer::Stale(None));
    let taken = r#"{"code":400,"message":"Failed to create record.","data":{"id":{"code":"validation_invalid_id","message":"…"}}}"#;
    assert_eq!(create(400, taken), WriteAnswer::Stale(None));
    let bad =
        r#"{"code":400,"message":"Failed to create record.","data":{"body":{"code":"validation_json_size_limit"}}}"#;
    assert!(matches!(create(400, bad), WriteAnswer::Failed(Failure::Refused(_))));
    // Stale, gone or never there: all the same, so one looks.
    assert_eq!(connector.replace_answer(CASES, "c1", &json!({}), &response(404, NOT_FOUND)), WriteAnswer::Stale(None));
    let hook = r#"{"code":401,"message":"Log in first.","data":{}}"#;
    assert_eq!(create(401, hook), WriteAnswer::Failed(Failure::SignedOut));

    let get = connector.get(CASES, "c'1", None).unwrap();
    assert_eq!(get.url, format!("{RECORDS}?filter=%28bid%3D%27c%5C%271%27%29&perPage=1&skipTotal=1"));
    let get = |body: &str| connector.get_answer(CASES, "c1", &response(200, body));
    let none = r#"{"page":1,"perPage":1,"totalItems":-1,"totalPages":-1,"items":[]}"#;
    assert_eq!(get(none), WriteAnswer::Missing);
    assert_eq!(stored(get(&none.replace("[]", &format!("[{RECORD}]")))).id, "c1");
}

#[test]
fn a_listing_goes_by_stamp_and_key() {
    let connector = {
        let mut file = json(&super::root("connector/pocketbase.json"));
        file["list"]["limit"] = 1.into();
        baton_sync::Connector::read(&file.to_string()).unwrap()
    };
    let decoded = |cursor: Option<&str>| {
        let url = connector.list(CASES, cursor).unwrap().url;
        let query = url.strip_prefix(&format!("{RECORDS}?")).unwrap().to_owned();
        [
            ("%20", " "),
            ("%27", "'"),
            ("%28", "("),
            ("%29", ")"),
            ("%3A", ":"),
            ("%3D", "="),
            ("%3E", ">"),
            ("%7C", "|"),
            ("%26", "&"),
            ("%2C", ","),
        ]
        .iter()
        .fold(query, |query, (code, text)| query.replace(code, text))
    };
    assert_eq!(decoded(None), "perPage=1&skipTotal=1&sort=updated,id");
    let list = format!(r#"{{"page":1,"perPage":1,"totalItems":-1,"totalPages":-1,"items":[{RECORD}]}}"#);
    let (items, cursor, more) = page(connector.list_answer(CASES, None, &response(200, &list)));
    assert_eq!((items.len(), more), (1, true));
    let next = "perPage=1&skipTotal=1&sort=updated,id&filter=(updated>'2026-11-22 08:29:29.565Z' || \
                (updated='2026-11-22 08:29:29.565Z' && id>'znrrydupysv4z0s'))";
    assert_eq!(decoded(cursor.as_deref()), next);
    let empty = r#"{"page":1,"perPage":1,"totalItems":-1,"totalPages":-1,"items":[]}"#;
    let (_, cursor, more) = page(connector.list_answer(CASES, cursor.as_deref(), &response(200, empty)));
    assert!(!more);
    assert!(decoded(cursor.as_deref()).ends_with("&filter=(updated>='2026-11-22 08:28:59.565Z')"));
}

#[test]
fn what_was_made_elsewhere_goes_by_its_own_key() {
    let connector = shipped("pocketbase");
    let made = r#"{"items":[{"id":"abcdefghijklmno","body":{"title":"by hand"},"updated":"2026-11-22 08:29:29.565Z"},
        {"id":"pocketbasestock","bid":"","body":null,"updated":"x"}]}"#;
    let (items, ..) = page(connector.list_answer(CASES, None, &response(200, made)));
    assert_eq!((items[0].id.as_str(), items[1].id.as_str()), ("abcdefghijklmno", "pocketbasestock"));
    let ours = json(&items[0].raw);
    assert_eq!((&ours["id"], &ours["title"]), (&json!("abcdefghijklmno"), &json!("by hand")));
    let replace = connector.replace(CASES, &items[0].id, &items[0].rev, &ours, NOW_MS).unwrap();
    assert!(replace.url.ends_with("/abcdefghijklmno"), "{}", replace.url);
}

#[test]
fn who_somebody_is_stands_in_the_answer_to_the_log_in() {
    let connector = shipped("pocketbase");
    let login = connector.login("ann", "correct horse").unwrap();
    assert_eq!(body(&login), json!({"identity": "ann", "password": "correct horse"}));
    let answer = response(
        200,
        r#"{"record":{"username":"ann","name":"林晓岚","role":"agent","org":"home-province"},"token":"eyJ"}"#,
    );
    let token = connector.login_answer(&answer).unwrap();
    assert_eq!(connector.token_headers(&token), [("Authorization".to_owned(), "eyJ".to_owned())]);
    assert!(connector.person("ann").is_none());
    let person = connector.person_answer("ann", Some(&answer)).unwrap();
    assert_eq!((&person["id"], &person["profile"]["org"]), (&json!("ann"), &json!("home-province")));
}
