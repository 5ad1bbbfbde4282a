//! The shipped connector against Baton's own backend, over HTTP: what the fake of the other tests promises, this one keeps.
#![allow(clippy::unwrap_used)]

mod support;

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use baton_backend::{Account, Config, NewAccount, Store as Site};
use baton_engine::Refusal;
use baton_engine::model::{Actor, Collection, Document, Entry, Intent, Role};
use baton_engine::time::Timestamp;
use baton_sync::connector::Live;
use baton_sync::net::{Clock, Net, NetError, ProblemKind, Request, Response};
use baton_sync::{Command, ItemState, Ledger, Link, MemoryStore, Step, Syncer};
use serde_json::json;
use support::{Dice, connector, note, policies, start_contact, topic};
use tempfile::TempDir;
use tokio::sync::oneshot;

const C: Collection = Collection::Interactions;

struct Server {
    base: String,
    store: Site,
    _folder: TempDir,
    stop: Option<oneshot::Sender<()>>,
}

impl Server {
    async fn start() -> Server {
        let folder = tempfile::tempdir().unwrap();
        let store = Site::open(folder.path().join("baton.db")).unwrap();
        for (id, role) in [("a", "agent"), ("b", "agent"), ("k", "kiosk")] {
            let account = Account { id: id.into(), name: id.into(), role: role.into(), profile: Default::default() };
            store.add_user(NewAccount { account, password: "correct horse".into() }).unwrap();
        }
        let mut config = Config::new(store.clone()).unwrap();
        config.rate = 0.0;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(baton_backend::serve(config, listener, async move {
            let _ = stopped.await;
        }));
        Server { base, store, _folder: folder, stop: Some(stop) }
    }
}

/// HTTP with a session's token; it can lose answers.
#[derive(Clone)]
struct Http {
    base: String,
    client: reqwest::Client,
    token: Rc<std::cell::RefCell<String>>,
    lose_replies: Rc<Cell<u32>>,
}

impl Net for Http {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        let method = reqwest::Method::from_bytes(request.method.as_bytes()).unwrap();
        let mut call = self.client.request(method, format!("{}{}", self.base, request.url));
        call = call.bearer_auth(&*self.token.borrow());
        for (name, value) in &request.headers {
            call = call.header(name, value);
        }
        let lost = |e: reqwest::Error| NetError(e.to_string());
        let answer = call.body(request.body.unwrap_or_default()).send().await.map_err(lost)?;
        let text = |v: &reqwest::header::HeaderValue| v.to_str().unwrap_or_default().to_owned();
        let headers = answer.headers().iter().map(|(n, v)| (n.to_string(), text(v))).collect();
        let response = Response { status: answer.status().as_u16(), headers, body: answer.text().await.map_err(lost)? };
        let left = self.lose_replies.get();
        if left > 0 {
            self.lose_replies.set(left - 1);
            return Err(NetError("lost on the way".into()));
        }
        Ok(response)
    }
}

struct DeviceClock;
impl Clock for DeviceClock {
    fn now_ms(&self) -> i64 {
        // Far off, so that the correction shows.
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64 - 3_600_000
    }

    fn steady_ms(&self) -> i64 {
        self.now_ms()
    }
}

struct Desk {
    name: &'static str,
    http: Http,
    ledger: Rc<Ledger<MemoryStore>>,
    syncer: Syncer<MemoryStore, Http, DeviceClock, Dice>,
    counter: Cell<u32>,
}

impl Desk {
    async fn log_in(server: &Server, name: &'static str) -> Desk {
        let client = reqwest::Client::new();
        let http = Http { base: server.base.clone(), client, token: Rc::default(), lose_replies: Rc::default() };
        let desk_http = http.clone();
        let ledger = Rc::new(Ledger::open(MemoryStore::default(), policies()).await.unwrap());
        ledger.take_lead(name.into()).await.unwrap();
        let syncer = Syncer::new(ledger.clone(), connector(), http, DeviceClock, Dice::new(1), name.into());
        let desk = Desk { name, http: desk_http, ledger, syncer, counter: Cell::new(0) };
        desk.new_session().await;
        desk
    }

    async fn new_session(&self) {
        let request = Request {
            method: "POST".into(),
            url: "/api/session".into(),
            headers: vec![("Content-Type".into(), "application/json".into())],
            body: Some(json!({"user": self.name, "password": "correct horse"}).to_string()),
        };
        let answer = self.http.send(request).await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.body);
        let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        *self.http.token.borrow_mut() = body["token"].as_str().unwrap().into();
    }

    async fn act(&self, id: &str, intent: Intent) -> String {
        self.counter.set(self.counter.get() + 1);
        let entry_id = format!("{}{}", self.name, self.counter.get());
        let by = Actor { id: self.name.into(), name: self.name.into(), role: Role::Agent, ..Actor::default() };
        let entry = Entry { id: entry_id.clone(), at: Timestamp::from_millis(support::START_MS), by, intent };
        self.ledger.act(vec![Command { collection: C, id: id.into(), entry }]).await.unwrap();
        entry_id
    }

    async fn rest(&self) {
        self.syncer.pull_soon();
        for _ in 0..1000 {
            match self.syncer.step().await {
                Step::Worked => {}
                Step::Waiting => self.syncer.kick(),
                _ => return,
            }
        }
        panic!("no rest: {:?}", self.syncer.status());
    }

    fn state(&self, entry: &str) -> Option<ItemState> {
        self.ledger.replica().item(entry).map(|i| i.state.clone())
    }

    fn seen(&self, id: &str) -> Option<Document> {
        self.ledger.replica().document(C, id).map(|d| (**d).clone())
    }

    fn journal(&self, id: &str) -> Vec<String> {
        self.seen(id).unwrap().journal().iter().map(|e| e.id.clone()).collect()
    }
}

#[tokio::test]
async fn two_desks_work_on_one_backend() {
    let server = Server::start().await;
    let (a, b) = (Desk::log_in(&server, "a").await, Desk::log_in(&server, "b").await);
    let opened = a.act("i1", start_contact()).await;
    a.rest().await;
    b.rest().await;
    assert_eq!(a.seen("i1"), b.seen("i1"));
    assert_eq!(b.syncer.status().link, Link::Online);
    assert_eq!(b.syncer.status().first_sync, (6, 6));
    // The race: both accept on the same base.
    let winner = a.act("i1", Intent::AcceptInteraction).await;
    let loser = b.act("i1", Intent::AcceptInteraction).await;
    let noted = b.act("i1", note("seen")).await;
    a.rest().await;
    b.rest().await;
    a.rest().await;
    assert!(matches!(b.state(&loser), Some(ItemState::Refused { refusal: Refusal::Taken { .. } })));
    assert_eq!(a.journal("i1"), [opened, winner, noted]);
    assert_eq!(a.seen("i1"), b.seen("i1"));
    let offset = a.syncer.server_offset_ms();
    assert!((3_595_000..3_605_000).contains(&offset), "{offset}");
}

#[tokio::test]
async fn lost_answers_are_found_out_and_nothing_is_done_twice() {
    let server = Server::start().await;
    let a = Desk::log_in(&server, "a").await;
    let first = a.act("i1", start_contact()).await;
    a.http.lose_replies.set(2);
    a.rest().await;
    let second = a.act("i1", topic("gprs")).await;
    a.http.lose_replies.set(2);
    a.rest().await;
    assert_eq!(a.journal("i1"), [first, second]);
    assert_eq!(server.store.get(C.name(), "i1").unwrap().unwrap().rev, 2);
}

#[tokio::test]
async fn deletion_lost_sessions_and_forbidden_collections() {
    let server = Server::start().await;
    let a = Desk::log_in(&server, "a").await;
    a.act("i1", start_contact()).await;
    a.rest().await;
    server.store.delete(C.name(), "i1", 1).unwrap();
    let late = a.act("i1", topic("x")).await;
    *a.http.token.borrow_mut() = "nonsense".into();
    a.rest().await;
    assert_eq!(a.syncer.step().await, Step::SignedOut);
    assert_eq!(a.state(&late), Some(ItemState::Queued));
    a.new_session().await;
    a.syncer.resume("a").unwrap();
    a.rest().await;
    assert!(matches!(a.state(&late), Some(ItemState::Dead { problem }) if problem.kind == ProblemKind::Deleted));
    assert_eq!(a.seen("i1"), None);
    // A kiosk may not read everything, and works all the same.
    let kiosk = Desk::log_in(&server, "k").await;
    kiosk.rest().await;
    assert!(!kiosk.syncer.status().unlisted.is_empty());
    assert_eq!(kiosk.syncer.status().link, Link::Online);
}

#[tokio::test]
async fn the_feed_brings_what_others_did() {
    let server = Server::start().await;
    let (a, b) = (Desk::log_in(&server, "a").await, Desk::log_in(&server, "b").await);
    let Live::Events { url, event } = b.syncer.connector().live() else { panic!("no feed") };
    let url = format!("{}{url}", server.base);
    let call = b.http.client.get(url).bearer_auth(&*b.http.token.borrow());
    let mut feed = call.send().await.unwrap();
    let mut text = String::new();
    let mut until = async |what: &str| {
        while !text.contains(what) || !text.ends_with("\n\n") {
            let chunk = tokio::time::timeout(Duration::from_secs(10), feed.chunk()).await.unwrap().unwrap().unwrap();
            text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
        text.clone()
    };
    until("event: hello").await;
    a.act("i1", start_contact()).await;
    a.rest().await;
    let text = until("i1").await;
    let event = format!("event: {event}");
    let data = text.split("\n\n").find(|e| e.contains(&event)).unwrap();
    let data = data.lines().find_map(|l| l.strip_prefix("data: ")).unwrap();
    b.syncer.on_changes(&[data.to_owned()]).await;
    assert_eq!(b.seen("i1"), a.seen("i1"));
    assert!(b.seen("i1").is_some());
}

#[tokio::test]
async fn a_backend_that_is_gone_is_waited_for() {
    let mut server = Server::start().await;
    let a = Desk::log_in(&server, "a").await;
    a.rest().await;
    let _ = server.stop.take().unwrap().send(());
    let entry = a.act("i1", start_contact()).await;
    while a.syncer.status().link != Link::Offline {
        a.syncer.kick();
        a.syncer.pull_soon();
        a.syncer.step().await;
    }
    // It may have arrived in the last moment before the stop; then it is confirmed, never lost.
    let waits = a.state(&entry) == Some(ItemState::Queued);
    assert!(waits || a.ledger.replica().confirmed().any(|e| e == entry));
    assert!(a.syncer.status().problem.is_some());
}
