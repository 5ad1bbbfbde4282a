//! Whatever a file or an answer holds, nothing panics: both come from outside.

use baton_engine::model::Collection;
use baton_sync::Connector;
use baton_sync::connector::{ListAnswer, Place, WriteAnswer};
use baton_sync::net::Response;
use proptest::prelude::*;
use serde_json::{Map, Value};

use super::{CASES, root};

const FILES: [&str; 7] = ["baton", "json-server", "kinto", "couchdb", "pocketbase", "postgrest", "tmf"];

fn file(name: &str) -> Value {
    serde_json::from_str(&root(&format!("connector/{name}.json"))).unwrap()
}

/// Any JSON, with names that answers and files really have among its keys and texts.
fn any_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        prop::sample::select(vec![
            "id",
            "bid",
            "_id",
            "_rev",
            "data",
            "items",
            "results",
            "doc",
            "next",
            "more",
            "last_seq",
            "pending",
            "errno",
            "body",
            "baton",
            "deleted",
            "updated",
            "last_modified",
            "updatedAt",
            "journal",
            "note",
            "externalIdentifier",
            "relatedParty",
            "role",
            "customer",
            "owner",
            "_theirs",
            "status",
            "details",
            "existing",
            "current",
            "",
        ])
        .prop_map(str::to_owned),
        ".{0,12}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
        Just(Value::from("2026-11-22 08:29:29.565Z")),
        Just(Value::from("9999-12-31T23:59:59Z")),
    ];
    leaf.prop_recursive(5, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((word.clone(), inner), 0..6)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// All places of a value, as pointers.
fn places(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                places(value, format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        Value::Array(list) => {
            for (i, value) in list.iter().enumerate() {
                places(value, format!("{at}/{i}"), found);
            }
        }
        _ => {}
    }
    found.push(at);
}

fn body() -> impl Strategy<Value = String> {
    prop_oneof![
        any_json().prop_map(|v| v.to_string()),
        (any_json(), any::<prop::sample::Index>()).prop_map(|(v, cut)| {
            let text = v.to_string();
            let at = (0..=cut.index(text.len() + 1)).rev().find(|i| text.is_char_boundary(*i)).unwrap();
            text[..at].to_owned()
        }),
        ".{0,60}",
    ]
}

fn answers(connector: &Connector, response: &Response, known: &Value) {
    let places = Collection::ALL.map(Place::Of).into_iter().chain([Place::Claims]);
    for place in places {
        let mut cursor: Option<String> = None;
        for _ in 0..3 {
            let _ = connector.list(place, cursor.as_deref());
            match connector.list_answer(place, cursor.as_deref(), response) {
                ListAnswer::Page { items, cursor: next, .. } => {
                    for item in items {
                        // What was read can be written again, and is the same document.
                        let ours: Value = serde_json::from_str(&item.raw).unwrap();
                        assert_eq!(ours["id"], item.id.as_str());
                        let _ = connector.replace(place, &item.id, &item.rev, &ours, 0);
                        let _ = connector.delete(place, &item.id, &item.rev, Some(&ours));
                        let _ = connector.get(place, &item.id, Some(&ours));
                    }
                    cursor = next;
                }
                _ => break,
            }
        }
        for answer in [
            connector.get_answer(place, "a", response),
            connector.find_answer(place, "a", response),
            connector.create_answer(place, "a", known, response),
            connector.replace_answer(place, "a", known, response),
            connector.delete_answer(place, "a", response),
        ] {
            if let WriteAnswer::Stored(remote) | WriteAnswer::Stale(Some(remote)) | WriteAnswer::Gone(Some(remote)) =
                answer
            {
                assert_eq!(remote.id, "a");
            }
        }
        let _ = connector.create(place, "a", known, 0);
        let _ = connector.replace(place, "a", "1", known, 0);
    }
    let _ = connector.feed_change(&response.body);
    let _ = connector.batch_answers(2, response);
    let _ = connector.server_time_ms(response);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn answers_of_any_kind(
        name in prop::sample::select(&FILES[..]),
        status in prop::sample::select(vec![0_u16, 200, 201, 202, 204, 206, 302, 400, 401, 404, 409, 410, 412, 500, 503]),
        body in body(),
        known in any_json(),
        header in ".{0,40}",
    ) {
        let headers = ["Link", "Next-Page", "X-Total-Count", "Date", "Retry-After", "X-Baton-Now"];
        let headers = headers.map(|name| (name.to_owned(), header.clone())).to_vec();
        let connector = Connector::read(&file(name).to_string()).unwrap();
        answers(&connector, &Response { status, headers, body }, &known);
    }

    #[test]
    fn files_with_anything_anywhere(
        name in prop::sample::select(&FILES[..]),
        place in any::<prop::sample::Index>(),
        with in any_json(),
        body in body(),
    ) {
        let mut file = file(name);
        let mut all = Vec::new();
        places(&file, String::new(), &mut all);
        *file.pointer_mut(&all[place.index(all.len())]).unwrap() = with.clone();
        match Connector::read(&file.to_string()) {
            Ok(connector) => answers(&connector, &Response { status: 200, headers: Vec::new(), body }, &with),
            Err(faults) => prop_assert!(!faults.is_empty()),
        }
    }

    #[test]
    fn cursors_of_any_kind(name in prop::sample::select(&FILES[..]), cursor in any_json()) {
        let connector = Connector::read(&file(name).to_string()).unwrap();
        let request = connector.list(CASES, Some(&cursor.to_string()));
        // An address in a cursor is believed as little as one in an answer.
        let base = file(name)["collections"]["cases"]["base"].as_str().map(str::to_owned);
        let base = base.unwrap_or_else(|| file(name)["base"].as_str().unwrap().to_owned());
        let behind = format!("{base}/");
        prop_assert!(request.is_none_or(|r| r.url.starts_with(&behind)));
    }
}

#[test]
fn a_list_as_deep_as_it_is_long_is_cut_without_harm() {
    for name in FILES {
        let connector = Connector::read(&file(name).to_string()).unwrap();
        let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
        for body in [deep.clone(), format!("{{\"items\":{deep},\"data\":{deep},\"results\":[{{\"doc\":{deep}}}]}}")] {
            answers(&connector, &Response { status: 200, headers: Vec::new(), body }, &Value::Null);
        }
    }
}
