//! A real server on a free port with its own database, and small tools to talk to it.
#![allow(dead_code, clippy::unwrap_used)]

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use baton_backend::store::PasswordCost;
use baton_backend::{Account, Config, NewAccount, Store, StoreOptions};
use chrono::{TimeDelta, Utc};
use futures_util::{Stream, StreamExt};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::oneshot;

pub const PASSWORD: &str = "correct horse";
pub const PATIENCE: Duration = Duration::from_secs(10);

pub struct Site {
    pub base: String,
    pub store: Store,
    pub folder: TempDir,
    /// What the server's clock is ahead of the real one, in milliseconds.
    pub ahead: Arc<AtomicI64>,
    pub http: Client,
    stop: Option<oneshot::Sender<()>>,
    server: Option<tokio::task::JoinHandle<baton_backend::Result<()>>>,
}

impl Site {
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ahead = Arc::new(AtomicI64::new(0));
        let store = open(&folder, &ahead);
        for role in ["agent", "lead", "kiosk", "admin"] {
            let account = Account {
                id: role.into(),
                name: format!("The {role}"),
                role: role.into(),
                profile: json!({"org": "maker"}).as_object().unwrap().clone(),
            };
            let password = PASSWORD.into();
            store.add_user(NewAccount { account, password }).unwrap();
        }
        let mut config = Config::new(store.clone()).unwrap();
        config.rate = 0.0;
        change(&mut config);
        Self::run(config, folder, ahead).await
    }

    async fn run(config: Config, folder: TempDir, ahead: Arc<AtomicI64>) -> Self {
        let store = config.store.clone();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(baton_backend::serve(config, listener, async move {
            let _ = stopped.await;
        }));
        Self { base, store, folder, ahead, http: Client::new(), stop: Some(stop), server: Some(server) }
    }

    /// Stops gracefully and starts again on the same database.
    pub async fn restart(mut self) -> Self {
        self.stop().await;
        let Self { folder, ahead, .. } = self;
        let mut config = Config::new(open(&folder, &ahead)).unwrap();
        config.rate = 0.0;
        Self::run(config, folder, ahead).await
    }

    pub async fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        let server = self.server.take().unwrap();
        tokio::time::timeout(PATIENCE, server).await.unwrap().unwrap().unwrap();
    }

    pub fn pass(&self, time: TimeDelta) {
        self.ahead.fetch_add(time.num_milliseconds(), Ordering::SeqCst);
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub async fn log_in(&self, user: &str) -> Desk {
        let body = json!({"user": user, "password": PASSWORD});
        let response = self.try_log_in(body).await;
        assert_eq!(response.status(), 200);
        let body: Value = response.json().await.unwrap();
        Desk { base: self.base.clone(), token: body["token"].as_str().unwrap().to_owned(), http: self.http.clone() }
    }

    pub async fn try_log_in(&self, body: Value) -> Response {
        let request = self.http.post(self.url("/api/session")).json(&body);
        request.send().await.unwrap()
    }
}

fn open(folder: &TempDir, ahead: &Arc<AtomicI64>) -> Store {
    let ahead = ahead.clone();
    let options = StoreOptions {
        clock: Arc::new(move || Utc::now() + TimeDelta::milliseconds(ahead.load(Ordering::SeqCst))),
        password_cost: PasswordCost { memory_kib: 8, passes: 1 },
    };
    Store::open_with(folder.path().join("site.db"), options).unwrap()
}

/// A logged-in client.
#[derive(Clone)]
pub struct Desk {
    pub base: String,
    pub token: String,
    pub http: Client,
}

impl Desk {
    pub fn ask(&self, method: &str, path: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token)
    }

    pub async fn get(&self, path: &str) -> Response {
        self.ask("GET", path).send().await.unwrap()
    }

    pub async fn post(&self, path: &str, body: &Value) -> Response {
        self.ask("POST", path).json(body).send().await.unwrap()
    }

    pub async fn put(&self, path: &str, rev: i64, body: &Value) -> Response {
        let request = self.ask("PUT", path).header("if-match", tag(rev));
        request.json(body).send().await.unwrap()
    }

    pub async fn delete(&self, path: &str, rev: i64) -> Response {
        let request = self.ask("DELETE", path).header("if-match", tag(rev));
        request.send().await.unwrap()
    }

    pub async fn feed(&self, query: &str) -> Feed {
        let response = self.get(&format!("/api/changes{query}")).await;
        Feed::of(response)
    }
}

pub fn tag(rev: i64) -> String {
    format!("\"{rev}\"")
}

/// Checks that a response is a well-formed problem with this status and returns it.
pub async fn problem(response: Response, status: u16) -> Value {
    let found = response.status();
    let kind = header(&response, "content-type");
    let text = response.text().await.unwrap();
    assert_eq!(found, status, "{text}");
    assert_eq!(kind, "application/problem+json", "{text}");
    let body: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(body["status"], status);
    for member in ["type", "title", "detail"] {
        assert!(body[member].as_str().is_some_and(|text| !text.is_empty()), "{text}");
    }
    body
}

pub async fn ok(response: Response, status: u16) -> Value {
    let found = response.status();
    let text = response.text().await.unwrap();
    assert_eq!(found, status, "{text}");
    serde_json::from_str(&text).unwrap()
}

pub fn header(response: &Response, name: &str) -> String {
    let value = response.headers().get(name);
    value.map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Event {
    pub event: String,
    pub id: String,
    pub data: Value,
}

type Chunks = std::pin::Pin<Box<dyn Stream<Item = Vec<u8>> + Send>>;

/// A listener to server-sent events.
pub struct Feed {
    chunks: Chunks,
    text: String,
    ready: VecDeque<Event>,
}

impl Feed {
    pub fn of(response: Response) -> Self {
        assert_eq!(response.status(), 200);
        assert_eq!(header(&response, "content-type"), "text/event-stream");
        let chunks = response
            .bytes_stream()
            .take_while(|chunk| std::future::ready(chunk.is_ok()))
            .map(|chunk| chunk.unwrap().to_vec());
        Self { chunks: Box::pin(chunks), text: String::new(), ready: VecDeque::new() }
    }

    /// The next event; `None` when the stream has ended.
    pub async fn next(&mut self) -> Option<Event> {
        tokio::time::timeout(PATIENCE, self.read()).await.expect("an event in time")
    }

    pub async fn change(&mut self) -> Event {
        let event = self.next().await.expect("a change");
        assert_eq!(event.event, "change");
        event
    }

    async fn read(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            let chunk = self.chunks.next().await?;
            self.text.push_str(&String::from_utf8(chunk).unwrap());
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let mut event = Event::default();
                for line in block.lines() {
                    match line.split_once(": ") {
                        Some(("event", value)) => event.event = value.into(),
                        Some(("id", value)) => event.id = value.into(),
                        Some(("data", value)) => {
                            event.data = serde_json::from_str(value).unwrap();
                        }
                        _ => {}
                    }
                }
                let rest = rest.to_owned();
                if !event.event.is_empty() {
                    self.ready.push_back(event);
                }
                self.text = rest;
            }
        }
    }
}

/// Sends bytes as they are (no client tidies them up) and returns the whole answer as text.
pub async fn raw(base: &str, request: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let address = base.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await.unwrap().unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}
