//! Sessions, roles, accounts, protection against other sites, limits of log-ins and requests.
#![allow(clippy::unwrap_used)]

mod common;

use chrono::TimeDelta;
use common::{Desk, PASSWORD, Site, header, ok, problem};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

fn with_cookie(site: &Site, desk: &Desk, method: &str, path: &str) -> RequestBuilder {
    let method = method.parse().unwrap();
    let request = site.http.request(method, site.url(path));
    request.header("cookie", format!("other=1; baton_session={}; x=y", desk.token))
}

#[tokio::test]
async fn log_in_look_and_log_out() {
    let site = Site::start().await;
    let response = site.try_log_in(json!({"user": "agent", "password": PASSWORD})).await;
    let cookie = header(&response, "set-cookie");
    let body = ok(response, 200).await;
    let token = body["token"].as_str().unwrap();
    assert_eq!(cookie, format!("baton_session={token}; HttpOnly; SameSite=Strict; Path=/; Max-Age=43200"));
    assert_eq!(token.len(), 64);
    assert_eq!(body["user"], json!({"id": "agent", "name": "The agent", "role": "agent", "profile": {"org": "maker"}}));
    let desk = Desk { base: site.base.clone(), token: token.into(), http: site.http.clone() };
    let by_cookie = with_cookie(&site, &desk, "GET", "/api/session");
    for request in [by_cookie, desk.ask("GET", "/api/session")] {
        let seen = ok(request.send().await.unwrap(), 200).await;
        assert_eq!(seen["user"], body["user"]);
        assert_eq!(seen["expiresAt"], body["expiresAt"]);
        assert!(seen.get("token").is_none());
    }

    let response = desk.ask("DELETE", "/api/session").send().await.unwrap();
    assert_eq!(response.status(), 204);
    assert!(header(&response, "set-cookie").contains("Max-Age=0"));
    problem(desk.get("/api/session").await, 401).await;
    let refused = desk.get("/api/cases").await;
    assert!(header(&refused, "www-authenticate").starts_with("Bearer"));
    problem(refused, 401).await;
    let response = desk.ask("DELETE", "/api/session").send().await.unwrap();
    assert_eq!(response.status(), 204, "ending nothing is fine");
}

#[tokio::test]
async fn nothing_but_health_without_a_session() {
    let site = Site::start().await;
    let health = ok(site.http.get(site.url("/api/health")).send().await.unwrap(), 200).await;
    assert_eq!(health["ok"], true);
    assert_eq!(health["seq"], 0);
    assert!(health["now"].is_string() && health["version"].is_string());
    for path in ["/api/cases", "/api/cases/x", "/api/changes", "/api/session", "/api/users", "/api/nonsense"] {
        problem(site.http.get(site.url(path)).send().await.unwrap(), 401).await;
    }
    for credentials in ["Bearer", "Bearer ", "Bearer 00", "Basic YTpi", "bearer \u{ff}"] {
        let request = site.http.get(site.url("/api/cases")).header("authorization", credentials);
        problem(request.send().await.unwrap(), 401).await;
    }
}

#[tokio::test]
async fn wrong_credentials_all_look_alike() {
    let site = Site::start().await;
    let wrong = json!({"user": "agent", "password": "wrong"});
    let unknown = json!({"user": "nobody", "password": PASSWORD});
    let wrong = problem(site.try_log_in(wrong).await, 401).await;
    let unknown = problem(site.try_log_in(unknown).await, 401).await;
    assert_eq!(wrong, unknown);
    assert_eq!(wrong["type"], "urn:baton:bad-credentials");
    for (body, pointer) in [
        (json!({"password": "x"}), "/user"),
        (json!({"user": 5, "password": "x"}), "/user"),
        (json!({"user": "a"}), "/password"),
        (json!({"user": "a", "password": null}), "/password"),
        (json!({"user": "a", "password": "x", "otp/x": 1}), "/otp~1x"),
        (json!([]), ""),
    ] {
        let refused = problem(site.try_log_in(body).await, 400).await;
        assert_eq!(refused["pointer"], pointer);
    }
    let long = json!({"user": "agent", "password": "x".repeat(100_000)});
    problem(site.try_log_in(long).await, 401).await;
}

#[tokio::test]
async fn failed_log_ins_are_slowed_down_per_user_and_per_address() {
    let site = Site::with(|config| {
        config.login_burst = 3.0;
        config.login_burst_per_address = 8.0;
        config.trust_proxy = true;
    })
    .await;
    let attempt = |user: &str, password: &str, from: &str| {
        let body = json!({"user": user, "password": password});
        let request = site.http.post(site.url("/api/session")).json(&body);
        // Only the last entry was written by our own proxy.
        let request = request.header("x-forwarded-for", "6.6.6.6");
        request.header("x-forwarded-for", format!("7.7.7.7, {from}")).send()
    };
    for _ in 0..3 {
        problem(attempt("agent", "wrong", "10.0.0.1").await.unwrap(), 401).await;
    }
    let refused = attempt("agent", PASSWORD, "10.0.0.2").await.unwrap();
    let wait: u64 = header(&refused, "retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    let refused = problem(refused, 429).await;
    assert_eq!(refused["type"], "urn:baton:log-in-rate");
    ok(attempt("lead", PASSWORD, "10.0.0.1").await.unwrap(), 200).await;

    // Right passwords cost nothing.
    for _ in 0..12 {
        ok(attempt("lead", PASSWORD, "10.0.0.1").await.unwrap(), 200).await;
    }
    for n in 0..5 {
        problem(attempt(&format!("u{n}"), "x", "10.0.0.1").await.unwrap(), 401).await;
    }
    problem(attempt("u9", "x", "10.0.0.1").await.unwrap(), 429).await;
    ok(attempt("lead", PASSWORD, "10.0.0.9").await.unwrap(), 200).await;
}

#[tokio::test]
async fn guesses_at_once_do_not_slip_through() {
    let site = Site::with(|config| config.login_burst = 3.0).await;
    let body = json!({"user": "agent", "password": "wrong"});
    let tries = (0..20).map(|_| site.try_log_in(body.clone()));
    let answers = futures_util::future::join_all(tries).await;
    let looked_at = answers.iter().filter(|answer| answer.status() == 401);
    assert_eq!(looked_at.count(), 3);
}

#[tokio::test]
async fn a_session_slides_expires_and_survives_a_restart() {
    let site = Site::start().await;
    let desk = site.log_in("agent").await;
    let file = std::fs::read(site.folder.path().join("site.db-wal")).unwrap();
    let token = desk.token.as_bytes();
    assert!(!file.windows(token.len()).any(|window| window == token), "the token itself is not stored");

    let response = with_cookie(&site, &desk, "GET", "/api/session").send().await.unwrap();
    assert_eq!(header(&response, "set-cookie"), "", "nothing to renew yet");
    let first = ok(response, 200).await["expiresAt"].clone();
    site.pass(TimeDelta::hours(11));
    let response = with_cookie(&site, &desk, "GET", "/api/session").send().await.unwrap();
    assert!(header(&response, "set-cookie").contains("Max-Age=43200"), "the cookie slides too");
    let second = ok(response, 200).await["expiresAt"].clone();
    assert!(second.as_str() > first.as_str());

    let site = site.restart().await;
    let desk = Desk { base: site.base.clone(), http: site.http.clone(), ..desk };
    site.pass(TimeDelta::hours(11));
    ok(desk.get("/api/session").await, 200).await;
    site.pass(TimeDelta::hours(12));
    problem(desk.get("/api/session").await, 401).await;
}

#[tokio::test]
async fn roles_allow_what_the_table_says() {
    let site = Site::start().await;
    let admin = site.log_in("admin").await;
    ok(admin.post("/api/customers", &json!({"id": "c"})).await, 201).await;
    ok(admin.post("/api/cases", &json!({"id": "k"})).await, 201).await;
    let mut made = 0;
    for (role, method, path, allowed) in [
        ("agent", "GET", "/api/customers", true),
        ("agent", "GET", "/api/policies/x", true),
        ("agent", "POST", "/api/cases", true),
        ("agent", "POST", "/api/seats", true),
        ("agent", "POST", "/api/customers", false),
        ("agent", "PUT", "/api/customers/c", true),
        ("agent", "PUT", "/api/policies/c", false),
        ("agent", "DELETE", "/api/cases/k", false),
        ("agent", "GET", "/api/users", false),
        ("lead", "DELETE", "/api/cases/k", true),
        ("lead", "DELETE", "/api/policies/k", false),
        ("lead", "GET", "/api/users", false),
        ("lead", "POST", "/api/users", false),
        ("lead", "PUT", "/api/users/lead", false),
        ("kiosk", "GET", "/api/tickets", true),
        ("kiosk", "GET", "/api/policies", true),
        ("kiosk", "GET", "/api/cases", false),
        ("kiosk", "GET", "/api/customers/c", false),
        ("kiosk", "POST", "/api/cases", true),
        ("kiosk", "POST", "/api/tickets", true),
        ("kiosk", "POST", "/api/messages", true),
        ("kiosk", "POST", "/api/callbacks", false),
        ("kiosk", "PUT", "/api/tickets/t", false),
        ("kiosk", "DELETE", "/api/tickets/t", false),
        ("admin", "GET", "/api/users", true),
        ("admin", "DELETE", "/api/policies/k", true),
    ] {
        let desk = site.log_in(role).await;
        let mut request = desk.ask(method, path);
        made += 1;
        if method == "POST" {
            request = request.json(&json!({"id": format!("made-{made}")}));
        } else if method == "PUT" || method == "DELETE" {
            request = request.header("if-match", "\"1\"").json(&json!({}));
        }
        let response = request.send().await.unwrap();
        if allowed {
            assert_ne!(response.status(), 403, "{role} {method} {path}");
        } else {
            let refused = problem(response, 403).await;
            let detail = refused["detail"].as_str().unwrap();
            assert_eq!(refused["role"], role, "{role} {method} {path}");
            assert!(detail.contains(role), "{detail}");
            assert!(detail.contains(refused["action"].as_str().unwrap()), "{detail}");
        }
    }
}

#[tokio::test]
async fn a_refusal_does_not_show_what_the_role_may_not_read() {
    let site = Site::start().await;
    let agent = site.log_in("agent").await;
    ok(agent.post("/api/cases", &json!({"id": "k", "secret": 1})).await, 201).await;
    let kiosk = site.log_in("kiosk").await;
    let taken = problem(kiosk.post("/api/cases", &json!({"id": "k"})).await, 409).await;
    assert!(taken.get("current").is_none(), "{taken}");
    let create = kiosk.ask("PUT", "/api/cases/k").header("if-none-match", "*");
    let stale = problem(create.json(&json!({})).send().await.unwrap(), 412).await;
    assert!(stale.get("current").is_none(), "{stale}");
}

#[tokio::test]
async fn own_tables_of_roles() {
    let table = r#"{"guest": {"read": "*"}, "root": {"read": ["users", "cases"], "create": ["users"]}}"#;
    let roles = baton_backend::Roles::parse(table).unwrap();
    assert!(roles.strangers(&["cases".into()]).is_empty());
    assert_eq!(roles.strangers(&["case".into()]), ["cases"]);
    for bad in
        ["[]", r#"{"a": {"raed": "*"}}"#, r#"{"a": {"read": "cases"}}"#, r#"{"a": {"read": [1]}}"#, r#"{"a": 1}"#]
    {
        assert!(baton_backend::Roles::parse(bad).is_err(), "{bad}");
    }
    let site = Site::with(|config| config.roles = roles).await;
    let lead = site.log_in("lead").await;
    problem(lead.get("/api/cases").await, 403).await;
    problem(lead.get("/api/changes").await, 403).await;
}

#[tokio::test]
async fn accounts_are_managed_by_admins_and_hashes_stay_inside() {
    let site = Site::start().await;
    let admin = site.log_in("admin").await;
    let new = json!({"id": "eve", "role": "agent", "password": "long enough", "profile": {"org": "home"}});
    let response = admin.post("/api/users", &new).await;
    assert_eq!(header(&response, "location"), "/api/users/eve");
    let made = ok(response, 201).await;
    let shown = json!({"id": "eve", "name": "eve", "role": "agent", "profile": {"org": "home"}});
    assert_eq!(made, shown);
    assert_eq!(ok(admin.get("/api/users/eve").await, 200).await, shown);
    let text = admin.get("/api/users").await.text().await.unwrap();
    assert!(!text.contains("argon2") && !text.contains("hash"), "{text}");
    let all: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(all["items"].as_array().unwrap().len(), 5);
    problem(admin.post("/api/users", &new).await, 409).await;
    problem(admin.get("/api/users/nobody").await, 404).await;

    let eve = json!({"user": "eve", "password": "long enough"});
    let body = ok(site.try_log_in(eve.clone()).await, 200).await;
    let session = body["token"].as_str().unwrap();
    let change = |body: Value| admin.ask("PUT", "/api/users/eve").json(&body).send();
    let changed = ok(change(json!({"role": "lead", "name": "Eve"})).await.unwrap(), 200).await;
    assert_eq!(changed["role"], "lead");
    assert_eq!(changed["profile"], json!({"org": "home"}), "what is not sent stays");
    let seen = site.http.get(site.url("/api/session")).bearer_auth(session).send().await.unwrap();
    assert_eq!(ok(seen, 200).await["user"]["role"], "lead", "a new role holds at once");
    ok(change(json!({"password": "another one"})).await.unwrap(), 200).await;
    problem(site.try_log_in(eve).await, 401).await;
    let seen = site.http.get(site.url("/api/session")).bearer_auth(session).send().await.unwrap();
    problem(seen, 401).await;

    for (body, pointer) in [
        (json!({"role": "emperor"}), "/role"),
        (json!({"password": "short"}), "/password"),
        (json!({"id": "adam"}), "/id"),
        (json!({"hash": "x"}), "/hash"),
        (json!({"profile": []}), "/profile"),
    ] {
        let refused = problem(change(body).await.unwrap(), 400).await;
        assert_eq!(refused["pointer"], pointer);
    }
    let nobody = admin.ask("PUT", "/api/users/nobody").json(&json!({}));
    problem(nobody.send().await.unwrap(), 404).await;
}

#[tokio::test]
async fn other_sites_cannot_use_our_cookie() {
    let site = Site::start().await;
    let desk = site.log_in("lead").await;
    let post = || with_cookie(&site, &desk, "POST", "/api/cases");
    let body = r#"{"a":1}"#;
    let json = "application/json";

    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        let sent = post().header("content-type", kind).body(body).send().await.unwrap();
        problem(sent, 415).await;
    }
    let host = site.base.trim_start_matches("http://");
    for origin in [
        "http://evil.example".to_owned(),
        "null".to_owned(),
        format!("{}.evil.example", site.base),
        format!("ftp://{host}"),
        host.to_owned(),
    ] {
        let sent = post().header("content-type", json).header("origin", &origin).body(body);
        let refused = problem(sent.send().await.unwrap(), 403).await;
        assert_eq!(refused["type"], "urn:baton:cross-origin", "{origin}");
        let log_out = with_cookie(&site, &desk, "DELETE", "/api/session").header("origin", &origin);
        problem(log_out.send().await.unwrap(), 403).await;
        let log_in = site.http.post(site.url("/api/session")).header("origin", &origin);
        let log_in = log_in.json(&json!({"user": "lead", "password": PASSWORD}));
        problem(log_in.send().await.unwrap(), 403).await;
    }
    assert_eq!(site.store.head(), 0, "nothing was written");
    let own = post().header("content-type", "application/json; charset=utf-8").header("origin", &site.base);
    let made = ok(own.body(body).send().await.unwrap(), 201).await;
    let path = format!("/api/cases/{}", made["id"].as_str().unwrap());
    let gone = with_cookie(&site, &desk, "DELETE", &path).header("if-match", "\"1\"");
    ok(gone.send().await.unwrap(), 200).await;
    // A program with a token is no browser: its origin does not matter.
    let program = desk.ask("POST", "/api/cases").header("origin", "http://tool.example");
    ok(program.json(&json!({})).send().await.unwrap(), 201).await;
}

#[tokio::test]
async fn one_session_cannot_flood_the_others() {
    let site = Site::with(|config| {
        config.rate = 0.5;
        config.burst = 5.0;
        config.secure_cookie = true;
    })
    .await;
    let token = |user: &str| {
        let account = site.store.user(user).unwrap().unwrap();
        site.store.open_session(&account).unwrap().0
    };
    let desk = |user: &str| Desk { base: site.base.clone(), token: token(user), http: site.http.clone() };
    let (loud, quiet) = (desk("agent"), desk("lead"));
    for _ in 0..5 {
        ok(loud.get("/api/cases").await, 200).await;
    }
    let refused = loud.get("/api/cases").await;
    let wait: u64 = header(&refused, "retry-after").parse().unwrap();
    assert!((1..=2).contains(&wait));
    assert_eq!(problem(refused, 429).await["type"], "urn:baton:rate");
    ok(quiet.get("/api/cases").await, 200).await;
    ok(loud.get("/api/health").await, 200).await;
    // Made-up tokens are counted together, by address.
    for n in 0..5 {
        let fake = Desk { token: format!("fake{n}"), ..quiet.clone() };
        problem(fake.get("/api/cases").await, 401).await;
    }
    let fake = Desk { token: "fake".into(), ..quiet.clone() };
    problem(fake.get("/api/cases").await, 429).await;
}
