//! Bad input of every kind is refused with what and where, and never stored.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Site, header, ok, problem, raw};
use serde_json::{Value, json};

#[tokio::test]
async fn a_table_of_bad_bodies() {
    let site = Site::start().await;
    let desk = site.log_in("admin").await;
    let nest = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    let table: Vec<(Vec<u8>, &str, Value)> = vec![
        (b"".to_vec(), "line", json!(1)),
        (b"{".to_vec(), "line", json!(1)),
        (b"{\n \"a\": 1,\n}".to_vec(), "line", json!(3)),
        (b"{\"a\": 01}".to_vec(), "column", json!(8)),
        (b"{} {}".to_vec(), "column", json!(4)),
        (b"{\"a\":\"\xff\"}".to_vec(), "line", json!(1)),
        (br#"{"a":"\ud800"}"#.to_vec(), "line", json!(1)),
        (b"{\"a\":1e999}".to_vec(), "line", json!(1)),
        (b"\xef\xbb\xbf{}".to_vec(), "column", json!(1)),
        (b"{'a':1}".to_vec(), "line", json!(1)),
        (b"{\"a\":NaN}".to_vec(), "line", json!(1)),
        (nest(100_000).into_bytes(), "line", json!(1)),
        (nest(64).into_bytes(), "pointer", json!("/a")),
        (b"[]".to_vec(), "pointer", json!("")),
        (b"null".to_vec(), "pointer", json!("")),
        (b"\"x\"".to_vec(), "pointer", json!("")),
        (br#"{"id":7}"#.to_vec(), "pointer", json!("/id")),
        (br#"{"id":null}"#.to_vec(), "pointer", json!("/id")),
        (br#"{"id":""}"#.to_vec(), "pointer", json!("/id")),
        (br#"{"id":"a b"}"#.to_vec(), "pointer", json!("/id")),
        (br#"{"id":"../x"}"#.to_vec(), "pointer", json!("/id")),
        (br#"{"id":".."}"#.to_vec(), "pointer", json!("/id")),
        (r#"{"id":"é"}"#.into(), "pointer", json!("/id")),
        (format!(r#"{{"id":"{}"}}"#, "x".repeat(129)).into_bytes(), "pointer", json!("/id")),
    ];
    for (body, member, expected) in table {
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        let request = desk.ask("POST", "/api/cases").header("content-type", "application/json");
        let refused = problem(request.body(body).send().await.unwrap(), 400).await;
        assert_eq!(refused[member], expected, "{shown}: {refused}");
    }
    assert_eq!(site.store.head(), 0);
    let fine = desk.ask("POST", "/api/cases").header("content-type", "application/json");
    ok(fine.body(nest(63)).send().await.unwrap(), 201).await;
    ok(desk.post("/api/cases", &json!({"id": "x".repeat(128)})).await, 201).await;
}

#[tokio::test]
async fn sizes_and_media_types() {
    let site = Site::with(|config| config.max_body = 10_000).await;
    let desk = site.log_in("admin").await;
    let body = |size: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(size - 8));
    let post = || desk.ask("POST", "/api/cases").header("content-type", "application/json");
    ok(post().body(body(10_000)).send().await.unwrap(), 201).await;
    for size in [10_001, 5_000_000] {
        let refused = problem(post().body(body(size)).send().await.unwrap(), 413).await;
        assert_eq!(refused["limit"], 10_000);
    }
    let pieces = (0..3).map(|_| Ok::<_, std::io::Error>("x".repeat(5_000)));
    let stream = reqwest::Body::wrap_stream(futures_util::stream::iter(pieces));
    problem(post().body(stream).send().await.unwrap(), 413).await;
    for kind in ["text/plain", "application/jsonp", "application/xml"] {
        let other = desk.ask("POST", "/api/cases").header("content-type", kind).body("{}");
        let refused = problem(other.send().await.unwrap(), 415).await;
        assert_eq!(refused["type"], "urn:baton:media-type");
    }
    problem(desk.ask("POST", "/api/cases").body("{}").send().await.unwrap(), 415).await;
}

#[tokio::test]
async fn addresses_methods_and_parameters() {
    let site = Site::with(|config| config.collections = vec!["cases".into(), "notes".into()]).await;
    let desk = site.log_in("admin").await;
    for path in ["/api/nonsense", "/api/nonsense/x"] {
        let refused = problem(desk.get(path).await, 404).await;
        assert_eq!(refused["collections"], json!(["cases", "notes"]));
        assert!(refused["detail"].as_str().unwrap().contains("nonsense"));
    }
    problem(desk.get("/api/cases/a/b").await, 404).await;
    problem(desk.get("/api").await, 404).await;
    problem(desk.get("/api/").await, 404).await;
    problem(desk.get("/api/cases/%ff").await, 400).await;
    problem(desk.get("/api/cases/a%2Fb").await, 404).await;
    let bad = desk.put("/api/cases/a%20b", 1, &json!({})).await;
    assert_eq!(problem(bad, 400).await["pointer"], "/id");

    for (method, path, allowed) in [
        ("PATCH", "/api/cases", "GET,HEAD,POST"),
        ("DELETE", "/api/cases", "GET,HEAD,POST"),
        ("POST", "/api/cases/x", "GET,HEAD,PUT,DELETE"),
        ("PUT", "/api/session", "GET,HEAD,POST,DELETE"),
        ("POST", "/api/health", "GET,HEAD"),
    ] {
        let response = desk.ask(method, path).send().await.unwrap();
        assert_eq!(header(&response, "allow"), allowed, "{method} {path}");
        problem(response, 405).await;
    }
    for (method, path) in [
        ("GET", "/api/cases/x?rev=1"),
        ("POST", "/api/cases?x=1"),
        ("PUT", "/api/cases/x?x=1"),
        ("DELETE", "/api/cases/x?x=1"),
        ("GET", "/api/session?x"),
        ("GET", "/api/users?x=1"),
    ] {
        let request = desk.ask(method, path).header("if-match", "\"1\"").json(&json!({}));
        let refused = problem(request.send().await.unwrap(), 400).await;
        assert_eq!(refused["type"], "urn:baton:unknown-parameter", "{method} {path}");
    }
    let twice = desk.ask("PUT", "/api/cases/x").header("if-match", "\"1\"").header("if-match", "\"2\"");
    problem(twice.json(&json!({})).send().await.unwrap(), 400).await;
    let answer = raw(&site.base, "nonsense\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    ok(desk.get("/api/cases").await, 200).await;
}

#[tokio::test]
async fn every_answer_tells_the_time() {
    let site = Site::start().await;
    site.pass(chrono::TimeDelta::days(400));
    for path in ["/api/health", "/api/cases", "/nothing"] {
        let response = site.http.get(site.url(path)).send().await.unwrap();
        let now = header(&response, "x-baton-now");
        let now = chrono::DateTime::parse_from_rfc3339(&now).unwrap();
        let off = (now.to_utc() - site.store.now()).num_milliseconds();
        assert!((-5000..=0).contains(&off), "{off}");
        assert!(header(&response, "date").ends_with("GMT"));
    }
}

#[test]
fn names_that_cannot_be_collections() {
    let folder = tempfile::tempdir().unwrap();
    let store = baton_backend::Store::open(folder.path().join("x.db")).unwrap();
    for bad in ["", "Users", "users", "health", "a/b", "a b", "ä"] {
        let mut config = baton_backend::Config::new(store.clone()).unwrap();
        config.collections = vec![bad.into()];
        assert!(config.check().is_err(), "{bad}");
    }
    let mut config = baton_backend::Config::new(store).unwrap();
    config.check().unwrap();
    config.rate = f64::NAN;
    assert!(config.check().is_err());
}
