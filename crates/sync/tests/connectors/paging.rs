//! Ways through a list that no shipped file needs, and what must never be believed of an answer.

use baton_sync::Connector;
use baton_sync::connector::{Failure, ListAnswer, Live};
use baton_sync::net::Response;
use serde_json::{Value, json};

use super::{CASES, answer, page, response, root};

/// A backend on its own address with this section `list`, else like json-server.
fn connector(list: Value) -> Connector {
    let mut file: Value = serde_json::from_str(&root("connector/json-server.json")).unwrap();
    file["base"] = "https://api.example/v1".into();
    file["list"] = list;
    Connector::read(&file.to_string()).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

/// What is asked, page by page, when these are the answers.
fn walk(connector: &Connector, answers: &[Response]) -> Vec<String> {
    let (mut cursor, mut urls) = (None, Vec::new());
    for answer in answers {
        let url = connector.list(CASES, cursor.as_deref()).unwrap().url;
        urls.push(url.strip_prefix("https://api.example/v1/").unwrap().to_owned());
        let (_, next, more) = page(connector.list_answer(CASES, cursor.as_deref(), answer));
        cursor = next;
        if !more {
            break;
        }
    }
    urls
}

fn rows(ids: &[&str]) -> String {
    json!(ids.iter().map(|id| json!({"id": id})).collect::<Vec<_>>()).to_string()
}

#[test]
fn pages_by_number_end_with_the_total_or_a_short_page() {
    let list = json!({"path": "/{collection}", "limit": 2, "total": "/count", "items": "/rows",
        "page": {"style": "number", "query": {"p": "{page}", "size": "{limit}"}, "first": 0}});
    let two = |count: u64| response(200, &json!({"count": count, "rows": [{"id": "a"}, {"id": "b"}]}).to_string());
    let urls = walk(&connector(list.clone()), &[two(4), two(4), two(4)]);
    assert_eq!(urls, ["cases?p=0&size=2", "cases?p=1&size=2"]);
    let short = response(200, r#"{"rows":[{"id":"c"}]}"#);
    let full = response(200, r#"{"rows":[{"id":"a"},{"id":"b"}]}"#);
    assert_eq!(walk(&connector(list), &[full.clone(), full, short.clone(), short]).len(), 3);
}

#[test]
fn a_link_header_is_followed_behind_the_base() {
    let connector = connector(json!({"path": "/{collection}", "limit": 2, "page": {"style": "link"}}));
    let link = |url: &str| {
        answer(
            200,
            &[("Link", &format!("<https://api.example/v1/x>; rel=\"first\", <{url}>; rel=\"next\""))],
            &rows(&["a"]),
        )
    };
    let end = answer(200, &[("Link", "<https://api.example/v1/cases?page=1>; rel=\"prev\"")], &rows(&["b"]));
    let urls = walk(&connector, &[link("https://api.example/v1/cases?page=2"), link("?page=3"), end]);
    assert_eq!(urls, ["cases", "cases?page=2", "cases?page=3"]);
    for elsewhere in
        ["https://evil.example/v1/cases?page=2", "//evil.example/", "/admin", "https://api.example/v1/../admin"]
    {
        let answer = connector.list_answer(CASES, None, &link(elsewhere));
        assert!(matches!(answer, ListAnswer::Failed(Failure::Again { line: true, .. })), "{elsewhere}: {answer:?}");
    }
}

#[test]
fn an_address_in_the_answer_is_followed_too() {
    let connector = connector(json!({"path": "/{collection}", "items": "/value",
        "page": {"style": "next", "from": "/@odata.nextLink"}}));
    let first = response(200, r#"{"value":[{"id":"a"}],"@odata.nextLink":"https://api.example/v1/cases?$skip=1"}"#);
    let last = response(200, r#"{"value":[{"id":"b"}]}"#);
    assert_eq!(walk(&connector, &[first, last]), ["cases", "cases?$skip=1"]);
}

#[test]
fn a_bookmark_is_good_while_there_are_rows() {
    let connector = connector(json!({"path": "/{collection}", "items": "/docs",
        "page": {"style": "bookmark", "from": "/bookmark", "query": {"bookmark": "{bookmark}"}}}));
    let row = response(200, r#"{"docs":[{"id":"a"}],"bookmark":"g1/A="}"#);
    let end = response(200, r#"{"docs":[],"bookmark":"nil"}"#);
    assert_eq!(walk(&connector, &[row, end]), ["cases", "cases?bookmark=g1%2FA%3D"]);
}

#[test]
fn one_page_is_all_where_there_are_none() {
    let connector = connector(json!({"path": "/{collection}", "page": {"style": "all"},
        "since": {"query": {"changedAfter": "{since}"}, "envelope": "header:X-Version"}}));
    let answer = answer(200, &[("X-Version", "v 7")], &rows(&["a", "b"]));
    let (_, cursor, more) = page(connector.list_answer(CASES, None, &answer));
    assert!(!more);
    assert!(connector.list(CASES, cursor.as_deref()).unwrap().url.ends_with("cases?changedAfter=v%207"));
}

#[test]
fn a_page_that_leads_back_to_itself_is_the_last() {
    let connector = connector(json!({"path": "/{collection}", "limit": 1, "more": "/more", "items": "/rows",
        "page": {"style": "keyset", "keys": ["/id"], "query": {"from": "{key0}"}}}));
    let same = response(200, r#"{"rows":[{"id":"a"}],"more":true}"#);
    assert_eq!(walk(&connector, &[same.clone(), same.clone(), same]).len(), 2);
}

#[test]
fn a_cursor_that_is_none_of_ours_means_from_the_beginning() {
    let connector = connector(json!({"path": "/{collection}", "page": {"style": "number", "query": {"p": "{page}"}}}));
    for cursor in ["", "7", "null", "[]", "{\"position\":7}", "\u{0}"] {
        assert!(connector.list(CASES, Some(cursor)).unwrap().url.ends_with("cases?p=1"), "{cursor}");
    }
}

#[test]
fn a_long_poll_is_the_list_that_waits() {
    let mut file: Value = serde_json::from_str(&root("connector/couchdb.json")).unwrap();
    file["feed"] = json!({"style": "longpoll", "query": {"feed": "longpoll", "timeout": "25000"}});
    let connector = Connector::read(&file.to_string()).unwrap();
    assert_eq!(connector.live(), Live::LongPoll);
    let url = connector.wait(CASES, Some("7")).unwrap().url;
    assert!(url.ends_with("_changes?include_docs=true&limit=500&since=7&feed=longpoll&timeout=25000"), "{url}");
    assert_eq!(connector.wait(CASES, None), None);
}

#[test]
fn a_number_as_an_id_stays_one_over_there() {
    let connector = connector(json!({"path": "/{collection}", "page": {"style": "all"}}));
    let (items, ..) = page(connector.list_answer(CASES, None, &response(200, r#"[{"id": 7, "title": "t"}]"#)));
    assert_eq!(items[0].id, "7");
    let ours: Value = serde_json::from_str(&items[0].raw).unwrap();
    assert_eq!(ours["id"], "7");
    let replace = connector.replace(CASES, "7", &items[0].rev, &ours, 0).unwrap();
    let sent: Value = serde_json::from_str(&replace.body.unwrap()).unwrap();
    assert_eq!((&sent["id"], sent.get("_theirs")), (&json!(7), None));
}
