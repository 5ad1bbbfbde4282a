//! Logging in, as a connector file says: what is sent, what comes of each answer, and that no password shows.

use std::cell::RefCell;

use baton_sync::Connector;
use baton_sync::auth::{Authorized, LogInError, Style, log_in};
use baton_sync::net::{Net, NetError, ProblemKind, Request, Response};
use serde_json::{Value, json};

use super::{file, now};

/// Gives prepared answers and remembers the requests.
#[derive(Default)]
struct Scripted {
    answers: RefCell<Vec<Result<Response, NetError>>>,
    requests: RefCell<Vec<Request>>,
}

impl Scripted {
    fn new(answers: &[(u16, Value)]) -> Scripted {
        let answer = |(status, body): &(u16, Value)| {
            Ok(Response { status: *status, headers: vec![("Retry-After".into(), "7".into())], body: body.to_string() })
        };
        Scripted { answers: RefCell::new(answers.iter().rev().map(answer).collect()), requests: RefCell::default() }
    }
}

impl Net for Scripted {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        self.requests.borrow_mut().push(request);
        self.answers.borrow_mut().pop().unwrap_or(Err(NetError("no answer".into())))
    }
}

fn connector(auth: Value) -> Connector {
    let mut file = file();
    file["auth"] = auth;
    Connector::read(&file.to_string()).unwrap()
}

fn token() -> Connector {
    let mut auth = json!({
        "style": "login",
        "path": "/auth",
        "body": {"identity": "{user}", "secret": ["{password}"]},
        "token": "/data/token",
        "headers": {"Authorization": "Bearer {token}"}
    });
    auth["person"] = json!({
        "path": "/people/{user}",
        "doc": "/record",
        "fields": {"name": "/title", "role": "/role", "org": "/org", "desk": "/place/desk"},
        "defaults": {"role": "lead", "org": "base-province"}
    });
    connector(auth)
}

#[test]
fn a_token_goes_with_every_request_and_the_person_is_found() {
    let person = json!({"record": {"title": "安娜", "role": "agent", "place": {"desk": "front"}}});
    let net = Scripted::new(&[(200, json!({"data": {"token": "t0k"}})), (200, person), (200, json!({}))]);
    let connector = token();
    assert_eq!(connector.auth_style(), Style::LogIn);
    let session = now(log_in(&connector, &net, "ann/{password}", "pa\"ss")).unwrap();
    assert_eq!(session.headers, [("Authorization".to_owned(), "Bearer t0k".to_owned())]);
    let expected = json!({"id": "ann/{password}", "name": "安娜", "role": "agent",
        "profile": {"org": "base-province", "desk": "front"}});
    assert_eq!(session.person, expected);
    assert!(!format!("{session:?}").contains("t0k"));
    let requests = net.requests.take();
    let sent: Value = serde_json::from_str(requests[0].body.as_deref().unwrap()).unwrap();
    assert_eq!(sent, json!({"identity": "ann/{password}", "secret": ["pa\"ss"]}));
    assert_eq!((requests[0].method.as_str(), requests[0].url.as_str()), ("POST", "/api/auth"));
    assert_eq!(requests[1].url, "/api/people/ann%2F%7Bpassword%7D");
    assert!(requests[1].headers.contains(&session.headers[0]));
    // Later requests carry it, a preflight does not.
    let net = Authorized::new(&net, session.headers.clone());
    for method in ["GET", "OPTIONS"] {
        let request = Request { method: method.into(), url: "/api/x".into(), headers: Vec::new(), body: None };
        let _ = now(net.send(request));
    }
    let later = requests.len();
    assert_eq!(later, 2);
}

#[test]
fn what_is_not_described_has_defaults() {
    let net = Scripted::new(&[(200, json!({"data": {"token": "t"}})), (404, json!({}))]);
    let session = now(log_in(&token(), &net, "ann", "x")).unwrap();
    let expected = json!({"id": "ann", "name": "ann", "role": "lead", "profile": {"org": "base-province"}});
    assert_eq!(session.person, expected);
}

#[test]
fn every_way_to_fail_is_told_apart() {
    let fails = |answers: &[(u16, Value)]| now(log_in(&token(), &Scripted::new(answers), "ann", "x")).unwrap_err();
    assert_eq!(fails(&[]), LogInError::Offline(NetError("no answer".into())));
    for status in [400, 401, 403] {
        assert_eq!(fails(&[(status, json!({}))]), LogInError::Wrong, "{status}");
    }
    assert_eq!(fails(&[(429, json!({}))]), LogInError::TooMany { after_secs: 7 });
    for answers in [&[(200, json!({}))][..], &[(200, json!({"data": {"token": "t"}})), (200, json!("hotel"))][..]] {
        let LogInError::Refused(problem) = fails(answers) else { panic!("{answers:?}") };
        assert_eq!(problem.kind, ProblemKind::Garbled);
    }
    assert!(matches!(fails(&[(500, json!({}))]), LogInError::Refused(p) if p.status == 500));
}

#[test]
fn basic_is_proved_by_a_list() {
    let connector = connector(json!({"style": "basic"}));
    let list = json!({"items": [], "next": "0", "more": false});
    let net = Scripted::new(&[(200, list)]);
    let session = now(log_in(&connector, &net, "Aladdin", "open sesame")).unwrap();
    let header = ("Authorization".to_owned(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==".to_owned());
    assert_eq!(session.headers, std::slice::from_ref(&header));
    assert_eq!(session.person["id"], "Aladdin");
    assert!(net.requests.take()[0].headers.contains(&header));
    let wrong = now(log_in(&connector, &Scripted::new(&[(401, json!({}))]), "Aladdin", "x"));
    assert_eq!(wrong, Err(LogInError::Wrong));
}

#[test]
fn nobody_asks_or_the_browser_does() {
    let connector = connector(json!({"style": "none"}));
    let net = Scripted::default();
    let session = now(log_in(&connector, &net, "ann", "")).unwrap();
    assert_eq!((session.headers.len(), net.requests.take().len()), (0, 0));
    assert_eq!(session.person["name"], "ann");
    let own = Connector::read(&file().to_string()).unwrap();
    assert_eq!(now(log_in(&own, &net, "ann", "x")), Err(LogInError::Session));
}

#[test]
fn all_faults_of_a_log_in_are_told_at_once() {
    let faults = |auth: Value| {
        let mut file = file();
        file["auth"] = auth;
        let faults = Connector::read(&file.to_string()).unwrap_err();
        let mut at: Vec<String> = faults.into_iter().map(|fault| fault.at).collect();
        at.sort();
        at
    };
    let login = json!({
        "style": "login",
        "method": "DELETE",
        "path": "auth",
        "body": {"name": "{token}", "secret": ["{passwort}", "{"]},
        "headers": {"Authorization": "Bearer", "X-Who": "{password}", "X-Number": 1},
        "surprise": true,
        "person": {
            "path": "/people/{password}",
            "doc": "record",
            "fields": {"name": "name", "shoeSize": "/shoe"},
            "defaults": {"wage": 1}
        }
    });
    let expected = [
        "/auth/body",
        "/auth/body/name",
        "/auth/body/secret/0",
        "/auth/body/secret/1",
        "/auth/headers",
        "/auth/headers/X-Number",
        "/auth/headers/X-Who",
        "/auth/method",
        "/auth/path",
        "/auth/person/defaults/wage",
        "/auth/person/doc",
        "/auth/person/fields/name",
        "/auth/person/fields/shoeSize",
        "/auth/person/path",
        "/auth/surprise",
        "/auth/token",
    ];
    assert_eq!(faults(login), expected);
    assert_eq!(faults(json!({"style": "oauth"})), ["/auth/style"]);
    assert_eq!(faults(json!("basic")), ["/auth"]);
    assert_eq!(faults(json!({"style": "basic", "token": "/x"})), ["/auth/token"]);
    let nowhere = json!({"style": "basic", "person": {"fields": {"name": "/name"}}});
    assert_eq!(faults(nowhere), ["/auth/person/path"]);
}
