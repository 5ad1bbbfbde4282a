//! The desk's files: types, caching, compression, security headers, and nothing outside the folder.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Site, header, problem, raw};
use reqwest::Response;

const WASM: &str = "baton-0123456789abcdef_bg.wasm";

/// A site with one file of each kind, beside a file that must never be seen.
async fn site() -> (Site, tempfile::TempDir) {
    let outside = tempfile::tempdir().unwrap();
    let root = outside.path().join("site");
    let write = |name: &str, content: &str| {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    };
    let text = "body { color: red }\n".repeat(100);
    write("index.html", "<!doctype html><title>Baton</title>");
    write("sw.js", "// worker");
    write("manifest.webmanifest", "{}");
    write("style-00112233aabbccdd.css", &text);
    write(WASM, "\0asm plain");
    write(&format!("{WASM}.br"), "\0asm br");
    write(&format!("{WASM}.gz"), "\0asm gz");
    write("policy/china-mobile-td.json", "{}");
    write(".secret", "hidden");
    write("policy/.hidden", "hidden");
    std::fs::write(outside.path().join("outside.txt"), "outside").unwrap();
    let site = Site::with(|config| config.site = Some(root)).await;
    (site, outside)
}

async fn get(site: &Site, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = site.http.get(site.url(path));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

#[tokio::test]
async fn types_and_caching() {
    let (site, _outside) = site().await;
    let forever = "public, max-age=31536000, immutable";
    for (path, kind, cache) in [
        ("/", "text/html; charset=utf-8", "no-cache"),
        ("/index.html", "text/html; charset=utf-8", "no-cache"),
        ("/sw.js", "text/javascript; charset=utf-8", "no-cache"),
        ("/manifest.webmanifest", "application/manifest+json", "no-cache"),
        ("/policy/china-mobile-td.json", "application/json", "no-cache"),
        ("/style-00112233aabbccdd.css", "text/css; charset=utf-8", forever),
        ("/baton-0123456789abcdef_bg.wasm", "application/wasm", forever),
        ("/case/42", "text/html; charset=utf-8", "no-cache"),
        ("/policy", "text/html; charset=utf-8", "no-cache"),
    ] {
        let response = get(&site, path, &[]).await;
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(header(&response, "content-type"), kind, "{path}");
        assert_eq!(header(&response, "cache-control"), cache, "{path}");
        assert!(header(&response, "vary").contains("accept-encoding"), "{path}");
        if cache == "no-cache" {
            let tag = header(&response, "etag");
            assert!(tag.starts_with("W/\""), "{path}: {tag}");
            let length = header(&response, "content-length");
            let again = get(&site, path, &[("if-none-match", &tag)]).await;
            assert_eq!(again.status(), 304, "{path}");
            assert_eq!(header(&again, "etag"), tag);
            assert_eq!(again.text().await.unwrap(), "");
            let head = site.http.head(site.url(path)).send().await.unwrap();
            assert_eq!(header(&head, "content-length"), length);
            assert_eq!(header(&head, "etag"), tag);
        }
    }
    // A change is seen at once, even within the same second.
    let tag = header(&get(&site, "/sw.js", &[]).await, "etag");
    let date = header(&get(&site, "/sw.js", &[]).await, "last-modified");
    let root = _outside.path().join("site");
    std::fs::write(root.join("sw.js"), "// second").unwrap();
    let headers = [("if-none-match", tag.as_str()), ("if-modified-since", &date)];
    let fresh = get(&site, "/sw.js", &headers).await;
    assert_eq!(fresh.status(), 200);
    assert_eq!(fresh.text().await.unwrap(), "// second");
}

#[tokio::test]
async fn compression() {
    let (site, _outside) = site().await;
    for (accepted, encoding, content) in
        [("gzip, deflate, br", "br", "\0asm br"), ("gzip", "gzip", "\0asm gz"), ("identity", "", "\0asm plain")]
    {
        let response = get(&site, &format!("/{WASM}"), &[("accept-encoding", accepted)]).await;
        assert_eq!(header(&response, "content-encoding"), encoding);
        assert_eq!(header(&response, "content-type"), "application/wasm");
        assert_eq!(response.text().await.unwrap(), content);
    }
    for encoding in ["br", "gzip"] {
        let response = get(&site, "/style-00112233aabbccdd.css", &[("accept-encoding", encoding)]).await;
        assert_eq!(header(&response, "content-encoding"), encoding, "on the fly");
        assert!(response.bytes().await.unwrap().len() < 200);
    }
    let desk = site.log_in("lead").await;
    let docs = (0..50).map(|n| serde_json::json!({"n": n, "same": "x".repeat(50)}));
    site.store.import("cases", docs.collect()).unwrap();
    let list = desk.ask("GET", "/api/cases").header("accept-encoding", "br");
    let response = list.send().await.unwrap();
    assert_eq!(header(&response, "content-encoding"), "br");
    let feed = desk.ask("GET", "/api/changes").header("accept-encoding", "br");
    let response = feed.send().await.unwrap();
    assert_eq!(header(&response, "content-encoding"), "", "a feed must not wait in a compressor");
}

#[tokio::test]
async fn security_headers_on_everything() {
    let (site, outside) = site().await;
    let check = |response: &Response, policy: &str| {
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("content-security-policy", policy),
        ] {
            assert_eq!(header(response, name), value);
        }
        assert!(header(response, "permissions-policy").contains("geolocation=()"));
    };
    let default = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; \
        font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; \
        frame-ancestors 'none'; object-src 'none'";
    for path in ["/", "/sw.js", "/api/health", "/api/cases", "/missing.js", "/api/nonsense"] {
        check(&get(&site, path, &[]).await, default);
    }
    let own = "default-src 'none';\n  script-src 'self' 'sha256-abc='\n";
    std::fs::write(outside.path().join("site/csp.txt"), own).unwrap();
    check(&get(&site, "/", &[]).await, "default-src 'none'; script-src 'self' 'sha256-abc='");
    check(&get(&site, "/api/health", &[]).await, default);
}

#[tokio::test]
async fn another_backend_may_be_called_and_its_connector_is_served() {
    let outside = tempfile::tempdir().unwrap();
    let (root, file) = (outside.path().join("site"), outside.path().join("kinto.json"));
    std::fs::create_dir_all(root.join("connector")).unwrap();
    std::fs::write(root.join("connector/baton.json"), "{}").unwrap();
    std::fs::write(root.join("index.html"), "<!doctype html><title>Baton</title>").unwrap();
    let text = r#"{"base": "http://127.0.0.1:8889/v1", "collections": {"cases": {"base": "https://b.example/x"}, "seats": {"base": "/y"}}}"#;
    std::fs::write(&file, text).unwrap();
    let site = Site::with(|config| {
        config.site = Some(root);
        config.connector = Some(file.clone());
        config.connect = vec!["https://c.example".into(), "https://b.example".into()];
    })
    .await;
    let page = get(&site, "/", &[]).await;
    let policy = header(&page, "content-security-policy");
    let expected = "connect-src 'self' http://127.0.0.1:8889 https://b.example https://c.example;";
    assert!(policy.contains(expected), "{policy}");
    let served = get(&site, "/connector/baton.json", &[]).await;
    assert_eq!(header(&served, "content-type"), "application/json");
    let tag = header(&served, "etag");
    assert_eq!(served.text().await.unwrap(), text);
    assert_eq!(get(&site, "/connector/baton.json", &[("if-none-match", &tag)]).await.status(), 304);
    for (connector, connect) in
        [(Some(outside.path().join("none.json")), ""), (None, "kinto.example"), (None, "https://x;y")]
    {
        let mut config = baton_backend::Config::new(site.store.clone()).unwrap();
        config.connector = connector;
        config.connect = if connect.is_empty() { vec![] } else { vec![connect.into()] };
        assert!(config.check().is_err(), "{connect}");
    }
}

#[tokio::test]
async fn nothing_outside_and_nothing_hidden() {
    let (site, outside) = site().await;
    std::fs::create_dir_all(outside.path().join("site/.git")).unwrap();
    std::fs::write(outside.path().join("site/.git/config"), "hidden").unwrap();
    for path in [
        "/../outside.txt",
        "/%2e%2e/outside.txt",
        "/..%2foutside.txt",
        "/policy/../../outside.txt",
        "//outside.txt",
        "/policy/%2e%2e/%2e%2e/outside.txt",
        "/..\\outside.txt",
        "/%00",
        "/.secret",
        "/%2esecret",
        "/.git/config",
        "/policy%2f..%2f.secret",
        "/policy%2F.hidden",
        "/site/../../outside.txt",
        "/index.html/../../outside.txt",
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let answer = raw(&site.base, &request).await;
        let body = answer.split("\r\n\r\n").nth(1).unwrap_or_default();
        assert!(!body.contains("outside") && !body.contains("hidden"), "{path}: {answer}");
    }
    problem(get(&site, "/missing.js", &[]).await, 404).await;
    problem(get(&site, "/policy/missing.json", &[]).await, 404).await;
    problem(get(&site, "/gone-0123456789abcdef.js", &[]).await, 404).await;
    let post = site.http.post(site.url("/index.html")).send().await.unwrap();
    assert_eq!(header(&post, "allow"), "GET,HEAD");
    problem(post, 405).await;
    let bare = Site::start().await;
    problem(get(&bare, "/", &[]).await, 404).await;
}
