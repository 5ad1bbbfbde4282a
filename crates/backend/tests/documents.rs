//! Documents over HTTP: every status of create, read, replace and delete, and races.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Site, header, ok, problem, tag};
use serde_json::json;

#[tokio::test]
async fn create_read_replace_delete() {
    let site = Site::start().await;
    let desk = site.log_in("lead").await;

    let body = json!({"id": "c:1", "title": "断网 \u{0}\"", "_rev": 99, "_mine": 1, "deep": {"_kept": true}});
    let response = desk.post("/api/cases", &body).await;
    assert_eq!(header(&response, "location"), "/api/cases/c:1");
    assert_eq!(header(&response, "etag"), "\"1\"");
    let made = ok(response, 201).await;
    assert_eq!(made["_rev"], 1);
    assert_eq!(made["title"], "断网 \u{0}\"");
    assert_eq!(made["deep"], json!({"_kept": true}), "only top keys are ours");
    assert!(made.get("_mine").is_none());
    let at = made["_at"].as_str().unwrap();
    assert!(at.ends_with('Z') && at.len() == 24, "{at}");

    let response = desk.get("/api/cases/c:1").await;
    assert_eq!(header(&response, "etag"), "\"1\"");
    assert_eq!(ok(response, 200).await, made);

    let response = desk.put("/api/cases/c:1", 1, &json!({"id": "c:1", "n": 2})).await;
    assert_eq!(header(&response, "etag"), "\"2\"");
    let replaced = ok(response, 200).await;
    assert_eq!(replaced["_rev"], 2);
    assert!(replaced.get("title").is_none(), "a put replaces");
    assert!(replaced["_seq"].as_i64() > made["_seq"].as_i64());

    for (known, status) in [("\"2\"", 304), ("\"1\", W/\"2\"", 304), ("*", 304), ("\"1\"", 200)] {
        let request = desk.ask("GET", "/api/cases/c:1");
        let response = request.header("if-none-match", known).send().await.unwrap();
        assert_eq!(response.status(), status, "{known}");
        assert_eq!(header(&response, "etag"), "\"2\"");
    }

    let stale = problem(desk.delete("/api/cases/c:1", 1).await, 412).await;
    assert_eq!(stale["type"], "urn:baton:stale");
    assert_eq!(stale["current"], replaced);

    let response = desk.delete("/api/cases/c:1", 2).await;
    let tombstone = ok(response, 200).await;
    assert_eq!(tombstone, json!({"id": "c:1", "_deleted": true, "_rev": 3, "_seq": 3, "_at": tombstone["_at"]}));

    // What was deleted stays deleted, whatever is tried.
    let gone = problem(desk.get("/api/cases/c:1").await, 410).await;
    assert_eq!(gone["current"], tombstone);
    problem(desk.delete("/api/cases/c:1", 3).await, 410).await;
    let stale = problem(desk.put("/api/cases/c:1", 3, &json!({})).await, 412).await;
    assert_eq!(stale["current"], tombstone);
    let taken = problem(desk.post("/api/cases", &json!({"id": "c:1"})).await, 409).await;
    assert_eq!(taken["current"], tombstone);
    let create = desk.ask("PUT", "/api/cases/c:1").header("if-none-match", "*");
    let stale = problem(create.json(&json!({})).send().await.unwrap(), 412).await;
    assert_eq!(stale["current"], tombstone);
}

#[tokio::test]
async fn missing_taken_and_unconditional() {
    let site = Site::start().await;
    let desk = site.log_in("lead").await;
    problem(desk.get("/api/cases/nothing").await, 404).await;
    problem(desk.delete("/api/cases/nothing", 1).await, 404).await;
    let stale = problem(desk.put("/api/cases/nothing", 1, &json!({})).await, 412).await;
    assert!(stale["current"].is_null());

    let minted = ok(desk.post("/api/cases", &json!({})).await, 201).await;
    let id = minted["id"].as_str().unwrap();
    assert_eq!(id.len(), 36);
    assert_eq!(&id[14..15], "7", "a UUIDv7");

    let create = || desk.ask("PUT", "/api/cases/mine").header("if-none-match", "*");
    let made = ok(create().json(&json!({"a": 1})).send().await.unwrap(), 201).await;
    assert_eq!(made["id"], "mine");
    let stale = problem(create().json(&json!({})).send().await.unwrap(), 412).await;
    assert_eq!(stale["current"], made);
    let taken = problem(desk.post("/api/cases", &json!({"id": "mine"})).await, 409).await;
    assert_eq!(taken["type"], "urn:baton:exists");
    assert_eq!(taken["current"], made);

    let bare = desk.ask("PUT", "/api/cases/mine").json(&json!({}));
    problem(bare.send().await.unwrap(), 428).await;
    problem(desk.ask("DELETE", "/api/cases/mine").send().await.unwrap(), 428).await;
    let other = desk.put("/api/cases/mine", 1, &json!({"id": "yours"})).await;
    assert_eq!(problem(other, 400).await["pointer"], "/id");
    for (name, value) in [
        ("if-match", "1"),
        ("if-match", "*"),
        ("if-match", "\"1\", \"2\""),
        ("if-match", "\"x\""),
        ("if-none-match", "\"1\""),
    ] {
        let request = desk.ask("PUT", "/api/cases/mine").header(name, value);
        let refused = problem(request.json(&json!({})).send().await.unwrap(), 400).await;
        assert_eq!(refused["type"], "urn:baton:bad-condition", "{name}: {value}");
    }
    let both = desk.ask("PUT", "/api/cases/mine").header("if-match", "\"1\"");
    let both = both.header("if-none-match", "*").json(&json!({}));
    problem(both.send().await.unwrap(), 400).await;
    assert_eq!(ok(desk.get("/api/cases/mine").await, 200).await, made);
}

#[tokio::test]
async fn a_repeated_create_creates_once() {
    let site = Site::start().await;
    let (ann, bob) = (site.log_in("lead").await, site.log_in("agent").await);
    let send = |desk: &common::Desk, path: &str, key: &str| {
        let request = desk.ask("POST", path).header("idempotency-key", key);
        request.json(&json!({"n": 1})).send()
    };
    let first = ok(send(&ann, "/api/cases", "k").await.unwrap(), 201).await;
    let id = first["id"].as_str().unwrap();
    ok(ann.put(&format!("/api/cases/{id}"), 1, &json!({"n": 2})).await, 200).await;
    let response = send(&ann, "/api/cases", "k").await.unwrap();
    assert_eq!(header(&response, "idempotency-replayed"), "true");
    assert_eq!(header(&response, "location"), format!("/api/cases/{id}"));
    assert_eq!(ok(response, 201).await, first, "the first answer, not today's document");

    for (desk, path, key) in [(&ann, "/api/cases", "k2"), (&ann, "/api/messages", "k"), (&bob, "/api/cases", "k")] {
        let other = ok(send(desk, path, key).await.unwrap(), 201).await;
        assert_ne!(other["id"], first["id"], "{path} {key}");
    }

    site.pass(chrono::TimeDelta::days(8));
    let late = site.log_in("lead").await;
    let fresh = ok(send(&late, "/api/cases", "k").await.unwrap(), 201).await;
    assert_ne!(fresh["id"], first["id"], "forgotten after a week");
    problem(send(&late, "/api/cases", "").await.unwrap(), 400).await;

    let repeats = (0..8).map(|_| send(&late, "/api/cases", "at once"));
    let answers = futures_util::future::join_all(repeats).await;
    let mut ids = std::collections::BTreeSet::new();
    for answer in answers {
        let id = ok(answer.unwrap(), 201).await["id"].clone();
        ids.insert(id.as_str().unwrap().to_owned());
    }
    assert_eq!(ids.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_sixteen_claims_exactly_one_wins() {
    let site = Site::start().await;
    let desk = site.log_in("agent").await;
    for round in 0..12 {
        let path = format!("/api/callbacks/{round}");
        ok(desk.post("/api/callbacks", &json!({"id": round.to_string()})).await, 201).await;
        let claims = (0..16).map(|seat| {
            let (desk, path) = (desk.clone(), path.clone());
            tokio::spawn(async move { desk.put(&path, 1, &json!({"owner": seat})).await })
        });
        let mut winner = None;
        let mut told = Vec::new();
        for claim in futures_util::future::join_all(claims).await {
            let response = claim.unwrap();
            if response.status() == 200 {
                let won: serde_json::Value = response.json().await.unwrap();
                assert!(winner.replace(won).is_none(), "two winners");
            } else {
                told.push(problem(response, 412).await["current"].clone());
            }
        }
        let winner = winner.expect("one winner");
        assert_eq!(told.len(), 15);
        assert!(told.iter().all(|current| *current == winner));
        let last = ok(desk.get(&path).await, 200).await;
        assert_eq!(last, winner);
    }
    // The same with creates.
    let creates = (0..16).map(|seat| {
        let create = desk.ask("PUT", "/api/callbacks/claim").header("if-none-match", "*");
        create.json(&json!({"seat": seat})).send()
    });
    let answers = futures_util::future::join_all(creates).await;
    let won = answers.into_iter().filter(|answer| answer.as_ref().unwrap().status() == 201);
    assert_eq!(won.count(), 1);
}

#[tokio::test]
async fn two_refused_writes_leave_no_gap_and_no_trace() {
    let site = Site::start().await;
    let desk = site.log_in("lead").await;
    ok(desk.post("/api/cases", &json!({"id": "a"})).await, 201).await;
    let before = site.store.head();
    problem(desk.post("/api/cases", &json!({"id": "a"})).await, 409).await;
    let bad = desk.ask("PUT", "/api/cases/a").header("if-match", tag(7));
    problem(bad.json(&json!({})).send().await.unwrap(), 412).await;
    assert_eq!(site.store.head(), before);
    let next = ok(desk.post("/api/cases", &json!({"id": "b"})).await, 201).await;
    assert_eq!(next["_seq"], before + 1);
}
