//! Lists, cursors and the change feed: nothing is ever missed.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;

use common::{Desk, Feed, Site, ok, problem};
use serde_json::{Value, json};

/// Follows a collection from `since` to its end, as a client does, and returns the cursor it got to.
async fn follow(desk: &Desk, seen: &mut BTreeMap<String, Value>, since: Option<String>) -> String {
    let mut cursor = since;
    loop {
        let query = cursor.map_or_else(String::new, |cursor| format!("&since={cursor}"));
        let page = ok(desk.get(&format!("/api/cases?limit=7{query}")).await, 200).await;
        for doc in page["items"].as_array().unwrap() {
            seen.insert(doc["id"].as_str().unwrap().to_owned(), doc.clone());
        }
        let next = page["next"].as_str().unwrap().to_owned();
        if page["more"] == false {
            return next;
        }
        cursor = Some(next);
    }
}

#[tokio::test]
async fn pages_in_the_order_of_writing() {
    let site = Site::start().await;
    let desk = site.log_in("lead").await;
    let empty = ok(desk.get("/api/cases").await, 200).await;
    assert_eq!(empty, json!({"items": [], "next": "0", "more": false}));

    let docs = (0..10).map(|n| json!({"id": n.to_string()})).collect();
    assert_eq!(site.store.import("cases", docs).unwrap(), 10);
    ok(desk.post("/api/messages", &json!({})).await, 201).await;
    ok(desk.delete("/api/cases/3", 1).await, 200).await;
    ok(desk.put("/api/cases/0", 1, &json!({})).await, 200).await;

    let first = ok(desk.get("/api/cases?limit=4").await, 200).await;
    let ids = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap().iter();
        items.map(|doc| doc["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&first), ["1", "2", "4", "5"], "no tombstones from the beginning");
    assert_eq!(first["more"], true);
    let next = first["next"].as_str().unwrap();
    let rest = ok(desk.get(&format!("/api/cases?since={next}")).await, 200).await;
    assert_eq!(ids(&rest), ["6", "7", "8", "9", "3", "0"]);
    assert_eq!(rest["items"][4]["_deleted"], true);
    assert_eq!(rest["more"], false);
    let next = rest["next"].as_str().unwrap();
    let nothing = ok(desk.get(&format!("/api/cases?since={next}")).await, 200).await;
    assert_eq!(nothing, json!({"items": [], "next": next, "more": false}));
    let living = ok(desk.get("/api/cases").await, 200).await;
    assert_eq!(ids(&living).len(), 9, "no tombstones from the beginning");
    let all = ok(desk.get("/api/cases?since=0&limit=1000").await, 200).await;
    assert_eq!(ids(&all).len(), 10);

    let ahead = problem(desk.get("/api/cases?since=999").await, 410).await;
    assert_eq!(ahead["type"], "urn:baton:cursor-ahead");
    for query in [
        "sinse=1",
        "since=",
        "since=-1",
        "since=x",
        "since=1.0",
        "since=+1",
        "limit=0",
        "limit=2001",
        "limit=x",
        "since=1&since=2",
        "updatedAt_gte=3",
        "since=99999999999999999999",
    ] {
        let refused = problem(desk.get(&format!("/api/cases?{query}")).await, 400).await;
        let name = query.split('=').next().unwrap();
        assert_eq!(refused["parameter"], name, "{query}");
        assert!(refused["detail"].as_str().unwrap().contains(name));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_big_documents_is_short_and_says_so() {
    let site = Site::start().await;
    let desk = site.log_in("lead").await;
    let long = "x".repeat(900_000);
    site.store.import("cases", (0..12).map(|n| json!({"id": format!("d{n}"), "long": long})).collect()).unwrap();
    let (mut found, mut since, mut pages) = (0, "0".to_owned(), 0);
    loop {
        let page = ok(desk.get(&format!("/api/cases?since={since}&limit=2000")).await, 200).await;
        let count = page["items"].as_array().unwrap().len();
        assert!((1..=5).contains(&count), "{count} documents");
        (found, since, pages) = (found + count, page["next"].as_str().unwrap().to_owned(), pages + 1);
        if page["more"] == false {
            break;
        }
    }
    assert_eq!((found, pages), (12, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn paging_while_others_write_misses_nothing() {
    let site = Site::start().await;
    let desk = site.log_in("lead").await;
    let docs = (0..60).map(|n| json!({"id": format!("d{n}")})).collect();
    site.store.import("cases", docs).unwrap();

    let writers = (0..6).map(|writer| {
        let desk = desk.clone();
        tokio::spawn(async move {
            for n in 0..10 {
                let id = format!("d{}", writer * 10 + n);
                let path = format!("/api/cases/{id}");
                let changed = ok(desk.put(&path, 1, &json!({"by": writer})).await, 200).await;
                if n % 3 == 0 {
                    ok(desk.delete(&path, changed["_rev"].as_i64().unwrap()).await, 200).await;
                }
                ok(desk.post("/api/cases", &json!({"id": format!("n{writer}-{n}")})).await, 201).await;
            }
        })
    });
    let writers: Vec<_> = writers.collect();
    let mut seen = BTreeMap::new();
    let mut cursor = None;
    while !writers.iter().all(tokio::task::JoinHandle::is_finished) {
        cursor = Some(follow(&desk, &mut seen, cursor).await);
    }
    for writer in writers {
        writer.await.unwrap();
    }
    follow(&desk, &mut seen, cursor).await;

    let mut truth = BTreeMap::new();
    let all = site.store.list("cases", Some(0), 1000).unwrap();
    for doc in all.items {
        truth.insert(doc.id.clone(), doc.value());
    }
    assert_eq!(truth.len(), 120);
    assert_eq!(seen, truth);
}

#[tokio::test]
async fn the_feed_greets_catches_up_and_follows() {
    let site = Site::start().await;
    let desk = site.log_in("agent").await;
    let early = ok(desk.post("/api/cases", &json!({"id": "early"})).await, 201).await;

    let mut all = desk.feed("?since=0").await;
    let mut live = desk.feed("?since=now").await;
    let hello = live.next().await.unwrap();
    assert_eq!((hello.event.as_str(), hello.id.as_str()), ("hello", "1"));
    assert_eq!(hello.data["seq"], 1);
    assert!(hello.data["now"].as_str().unwrap().ends_with('Z'));
    assert_eq!(all.next().await.unwrap().id, "0");
    let change = all.change().await;
    assert_eq!(change.data, json!({"collection": "cases", "doc": early}));

    let begun = std::time::Instant::now();
    let late = ok(desk.post("/api/messages", &json!({"text": "a\nb"})).await, 201).await;
    for feed in [&mut all, &mut live] {
        let change = feed.change().await;
        assert_eq!(change.data, json!({"collection": "messages", "doc": late}));
        assert_eq!(change.id, "2");
    }
    assert!(begun.elapsed().as_millis() < 500, "{:?}", begun.elapsed());

    // Where the browser left off counts more than the address.
    let request = desk.ask("GET", "/api/changes?since=now").header("last-event-id", "1");
    let mut again = Feed::of(request.send().await.unwrap());
    assert_eq!(again.next().await.unwrap().event, "hello");
    assert_eq!(again.change().await.data["doc"], late);

    problem(desk.get("/api/changes?since=99").await, 410).await;
    problem(desk.get("/api/changes?since=soon").await, 400).await;
    problem(desk.get("/api/changes?from=1").await, 400).await;
    let bad = desk.ask("GET", "/api/changes").header("last-event-id", "x");
    problem(bad.send().await.unwrap(), 400).await;
}

#[tokio::test]
async fn the_feed_shows_what_the_role_may_read() {
    let site = Site::start().await;
    let (desk, kiosk) = (site.log_in("lead").await, site.log_in("kiosk").await);
    let mut feed = kiosk.feed("?since=0").await;
    assert_eq!(feed.next().await.unwrap().event, "hello");
    ok(desk.post("/api/cases", &json!({"id": "secret"})).await, 201).await;
    ok(kiosk.post("/api/tickets", &json!({"id": "A001"})).await, 201).await;
    let change = feed.change().await;
    assert_eq!(change.data["collection"], "tickets");
    assert_eq!(change.id, "2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_is_cut_and_resumed_under_load_loses_nothing() {
    let site = Site::start().await;
    let desk = site.log_in("lead").await;
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let desk = desk.clone();
            tokio::spawn(async move {
                for n in 0..25 {
                    let body = json!({"id": format!("{writer}-{n}"), "pad": "x".repeat(2000)});
                    ok(desk.post("/api/cases", &body).await, 201).await;
                }
            })
        })
        .collect();
    let mut order = Vec::new();
    let mut last = "0".to_owned();
    while order.len() < 200 {
        let request = desk.ask("GET", "/api/changes").header("last-event-id", &last);
        let mut feed = Feed::of(request.send().await.unwrap());
        assert_eq!(feed.next().await.unwrap().event, "hello");
        // The line is cut after every seventeenth event.
        for _ in 0..17.min(200 - order.len()) {
            let change = feed.change().await;
            last.clone_from(&change.id);
            order.push(change.data["doc"]["_seq"].as_i64().unwrap());
        }
    }
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(order, (1..=200).collect::<Vec<_>>(), "each once, in order");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_that_does_not_read_is_caught_up_later() {
    let site = Site::start().await;
    let desk = site.log_in("lead").await;
    let mut slow = desk.feed("?since=now").await;
    assert_eq!(slow.next().await.unwrap().event, "hello");
    // Some 30 MB: far more than the buffers of the server and the two sockets hold.
    let pad = "x".repeat(50_000);
    for batch in 0..6 {
        let docs = (0..100).map(|n| json!({"id": format!("{batch}-{n}"), "pad": pad}));
        site.store.import("cases", docs.collect()).unwrap();
    }
    for seq in 1..=600 {
        assert_eq!(slow.change().await.data["doc"]["_seq"], seq);
    }
}

#[tokio::test]
async fn stopping_ends_the_feeds() {
    let mut site = Site::start().await;
    let desk = site.log_in("lead").await;
    let mut feed = desk.feed("?since=now").await;
    assert_eq!(feed.next().await.unwrap().event, "hello");
    site.stop().await;
    assert_eq!(feed.next().await, None);
}

#[tokio::test]
async fn an_idle_feed_beats_and_ends_with_its_session() {
    let site = Site::with(|config| config.heartbeat = std::time::Duration::from_millis(50)).await;
    let desk = site.log_in("lead").await;
    let mut response = desk.get("/api/changes?since=now").await;
    let mut text = String::new();
    while !text.contains("\n:\n") {
        let chunk = tokio::time::timeout(common::PATIENCE, response.chunk());
        let chunk = chunk.await.unwrap().unwrap().expect("a heartbeat");
        text.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    let mut feed = desk.feed("?since=now").await;
    assert_eq!(feed.next().await.unwrap().event, "hello");
    let out = desk.ask("DELETE", "/api/session").send().await.unwrap();
    assert_eq!(out.status(), 204);
    assert_eq!(feed.next().await, None);
}
