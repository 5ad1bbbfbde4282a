//! json-server 0.17.4, as it answered on 2026-11-22.

use baton_sync::auth::Style;
use baton_sync::connector::{Cas, Failure, Live, Place, WriteAnswer};
use serde_json::json;

use super::{CASES, NOW_MS, answer, body, json, page, response, shipped, stored};

#[test]
fn it_promises_little() {
    let connector = shipped("json-server");
    let promises = connector.promises();
    assert_eq!((promises.cas, promises.create_once, promises.since), (Cas::None, true, false));
    assert!(promises.journal && !promises.tombstones && !connector.is_ordered());
    assert_eq!(connector.auth_style(), Style::None);
    assert_eq!(connector.live(), Live::Poll { every_ms: 10_000 });
    assert!(connector.has(Place::Claims) && connector.reconcile_ms() == Some(300_000));
}

#[test]
fn the_desk_writes_the_stamp() {
    let connector = shipped("json-server");
    let sent = json!({"id": "c1", "title": "slow data", "journal": []});
    let create = connector.create(CASES, "c1", &sent, NOW_MS).unwrap();
    assert_eq!((create.method.as_str(), create.url.as_str()), ("POST", "http://127.0.0.1:3000/cases"));
    let stamped = json!({"id": "c1", "title": "slow data", "journal": [], "updatedAt": "2026-11-22T08:30:00.000Z"});
    assert_eq!(body(&create), stamped);
    let replace = connector.replace(CASES, "c1", "whatever", &stamped, NOW_MS + 1).unwrap();
    assert_eq!((replace.method.as_str(), replace.url.as_str()), ("PUT", "http://127.0.0.1:3000/cases/c1"));
    assert_eq!(body(&replace)["updatedAt"], "2026-11-22T08:30:00.001Z");
    assert!(!replace.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("if-match")));
}

#[test]
fn answers_of_writes() {
    let connector = shipped("json-server");
    let sent = json!({"id": "c1"});
    let created = "{\n  \"id\": \"c1\",\n  \"status\": \"open\",\n  \"updatedAt\": \"2026-11-22T08:30:00.000Z\"\n}";
    let remote = stored(connector.create_answer(CASES, "c1", &sent, &response(201, created)));
    assert_eq!((remote.id.as_str(), &*remote.raw, remote.deleted), ("c1", created, false));
    assert_eq!(remote.stamp.unwrap().to_string(), "2026-11-22T08:30:00.000Z");
    // The list is indented otherwise; it is the same document all the same.
    let list = "[\n  {\n    \"id\": \"c1\",\n    \"status\": \"open\",\n    \"updatedAt\": \"2026-11-22T08:30:00.000Z\"\n  }\n]";
    let (items, ..) = page(connector.list_answer(CASES, None, &response(200, list)));
    assert_eq!((items[0].rev.len(), &items[0].rev), (16, &remote.rev));

    let duplicate = "Error: Insert failed, duplicate id\n    at Function.insert (…/lodash-id/src/index.js:49:18)";
    assert_eq!(connector.create_answer(CASES, "c1", &sent, &response(500, duplicate)), WriteAnswer::Stale(None));
    let replaced = "{\n  \"status\": \"put\",\n  \"n\": 2,\n  \"id\": \"c1\"\n}";
    let remote = stored(connector.replace_answer(CASES, "c1", &sent, &response(200, replaced)));
    assert_eq!(json(&remote.raw), json!({"id": "c1", "n": 2, "status": "put"}));
    assert_eq!(connector.replace_answer(CASES, "c9", &sent, &response(404, "{}")), WriteAnswer::Missing);
    assert_eq!(connector.get_answer(CASES, "none", &response(404, "{}")), WriteAnswer::Missing);
    assert_eq!(connector.delete_answer(CASES, "c2", &response(200, "{}")), WriteAnswer::Gone(None));
    assert_eq!(connector.delete_answer(CASES, "c2", &response(404, "{}")), WriteAnswer::Missing);
    let broken = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>";
    assert!(matches!(
        connector.replace_answer(CASES, "c1", &sent, &response(400, broken)),
        WriteAnswer::Failed(Failure::Refused(_))
    ));
}

/// What json-server 0.17 does with a list request: sorted by id, `_gte` compares as text, the total is of what is left.
fn list(all: &[(&str, &str)], url: &str, limit: usize) -> baton_sync::net::Response {
    let parameter = |name: &str| {
        let found = url.split(['?', '&']).find_map(|p| p.strip_prefix(name));
        found.map(|value| value.replace("%3A", ":"))
    };
    let id = parameter("id_gte=").unwrap_or_default();
    let since = parameter("updatedAt_gte=").unwrap_or_default();
    let rest: Vec<_> = all.iter().filter(|(i, at)| **i >= *id && **at >= *since).collect();
    let items: Vec<_> = rest.iter().take(limit).map(|(id, at)| json!({"id": id, "updatedAt": at})).collect();
    let date = ("Date", "Sun, 22 Nov 2026 08:30:00 GMT");
    answer(200, &[("X-Total-Count", &rest.len().to_string()), date], &json!(items).to_string())
}

#[test]
fn a_listing_goes_by_id_and_ends_by_the_total() {
    let connector = {
        let mut file = json(&super::root("connector/json-server.json"));
        file["list"]["limit"] = 2.into();
        baton_sync::Connector::read(&file.to_string()).unwrap()
    };
    let all = [
        ("a", "2026-11-22T08:00:00.000Z"),
        ("b", "2026-11-22T07:00:00.000Z"),
        // A desk whose clock runs ahead.
        ("c", "2031-01-01T00:00:00.000Z"),
        ("d", "2026-11-22T08:10:00.000Z"),
        ("e", ""),
    ];
    let (mut cursor, mut seen, mut urls) = (None::<String>, Vec::new(), Vec::new());
    loop {
        let request = connector.list(CASES, cursor.as_deref()).unwrap();
        let (items, next, more) = page(connector.list_answer(CASES, cursor.as_deref(), &list(&all, &request.url, 2)));
        seen.extend(items.into_iter().map(|r| r.id));
        urls.push(request.url.strip_prefix("http://127.0.0.1:3000/cases").unwrap().to_owned());
        cursor = next;
        if !more {
            break;
        }
    }
    seen.dedup();
    assert_eq!(seen, ["a", "b", "c", "d", "e"]);
    assert_eq!(urls[0], "?_limit=2&_order=asc&_sort=id");
    assert_eq!(urls[1], "?_limit=2&_order=asc&_sort=id&id_gte=b");
    assert_eq!(urls.len(), 4);
    // The next listing begins before the newest stamp, and the stamp from the future does not lead it astray.
    let request = connector.list(CASES, cursor.as_deref()).unwrap();
    assert!(request.url.ends_with("&updatedAt_gte=2026-11-22T08%3A29%3A00.000Z"), "{}", request.url);
}

#[test]
fn an_empty_collection_is_listed_from_the_beginning_again() {
    let connector = shipped("json-server");
    let empty = answer(200, &[("X-Total-Count", "0"), ("Link", "")], "[]");
    assert_eq!(page(connector.list_answer(CASES, None, &empty)), (Vec::new(), None, false));
}

#[test]
fn who_somebody_is_stands_among_the_people() {
    let connector = shipped("json-server");
    assert_eq!(connector.person("ann").unwrap().url, "http://127.0.0.1:3000/people/ann");
    let found = response(200, r#"{"id":"ann","name":"Ann","role":"lead","org":"home-province","seat":"8802"}"#);
    let person = connector.person_answer("ann", Some(&found)).unwrap();
    let profile = json!({"org": "home-province", "seat": "8802"});
    assert_eq!(person, json!({"id": "ann", "name": "Ann", "role": "lead", "profile": profile}));
    let unknown = connector.person_answer("bob", Some(&response(404, "{}"))).unwrap();
    assert_eq!(unknown, json!({"id": "bob", "name": "bob", "role": "agent", "profile": {}}));
}
