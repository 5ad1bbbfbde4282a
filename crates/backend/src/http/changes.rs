//! The change feed: server-sent events. Every listener reads from the database at its own pace and is only woken by commits, so one that
//! lags is caught up and never skipped. Not here: what a change is.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Query as Pairs, State};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_stream::wrappers::ReceiverStream;

use super::app::App;
use super::auth::Caller;
use super::input::{self, Query};
use super::problem::Problem;
use crate::roles::Action;
use crate::store::{Change, StoreError, rfc3339};

/// What the browser waits before it connects again.
const RETRY: Duration = Duration::from_secs(1);
const BATCH: usize = 256;
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

pub async fn changes(
    State(app): State<App>,
    caller: Caller,
    Pairs(pairs): Pairs<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let query = Query::check(pairs, &["since"])?;
    if readable(&app, &caller).is_empty() {
        let role = caller.session.account.role.as_str();
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "urn:baton:forbidden",
            "Not allowed",
            format!("the role {role} may not read any collection"),
        )
        .with("role", role)
        .with("action", Action::Read.name()));
    }
    let head = app.config.store.head();
    let heartbeat = app.config.heartbeat;
    // The browser repeats the address when it connects again: what it has seen since then counts more.
    let since = match (input::one(&headers, LAST_EVENT_ID)?, query.text("since")) {
        (Some(id), _) => input::number("Last-Event-ID", id, 0..=i64::MAX)?,
        (None, Some("now")) => head,
        (None, Some(text)) => input::number("since", text, 0..=i64::MAX)?,
        (None, None) => 0,
    };
    if since > head {
        return Err(StoreError::CursorAhead { since, head }.into());
    }
    let (events, stream) = mpsc::channel(64);
    let hello = json!({"seq": head, "now": rfc3339(app.config.store.now())});
    let hello = Event::default().event("hello").id(since.to_string()).retry(RETRY).data(hello.to_string());
    tokio::spawn(async move {
        if events.send(Ok(hello)).await.is_ok() {
            pump(app, caller, since, events).await;
        }
    });
    let feed = Sse::new(ReceiverStream::new(stream));
    Ok(feed.keep_alive(KeepAlive::new().interval(heartbeat)).into_response())
}

/// Sends what changed after `cursor` until the listener leaves, the session ends or the server stops.
async fn pump(app: App, mut caller: Caller, mut cursor: i64, events: mpsc::Sender<Result<Event, Infallible>>) {
    let mut heads = app.config.store.subscribe();
    let mut stopping = app.stopping.clone();
    // A stream is worth no more than its session, which is looked at with every heartbeat.
    let recheck = app.config.heartbeat;
    let mut checked = Instant::now();
    loop {
        if checked.elapsed() >= recheck {
            let key = caller.session.key;
            match app.store(move |store| store.session_by_key(key)).await {
                Ok(Some(session)) => caller = Caller { session },
                _ => return,
            }
            checked = Instant::now();
        }
        // Marked as seen before reading: a commit during the read wakes us again.
        heads.borrow_and_update();
        let read = app.store(move |store| store.changes(cursor, BATCH)).await;
        let Ok((changes, next)) = read else {
            return;
        };
        let caught_up = changes.len() < BATCH;
        let readable = readable(&app, &caller);
        for change in changes {
            if !readable.contains(&change.collection) {
                continue;
            }
            tokio::select! {
                sent = events.send(Ok(event(&change))) => if sent.is_err() { return },
                _ = stopping.wait_for(|stop| *stop) => return,
            }
        }
        cursor = next;
        if caught_up {
            tokio::select! {
                moved = heads.changed() => if moved.is_err() { return },
                _ = stopping.wait_for(|stop| *stop) => return,
                () = events.closed() => return,
                () = tokio::time::sleep_until(checked + recheck) => {}
            }
        }
    }
}

fn event(change: &Change) -> Event {
    let document = &change.document;
    // Collection names need no escaping, and the document is JSON already.
    let data = format!("{{\"collection\":\"{}\",\"doc\":{}}}", change.collection, document.json);
    Event::default().event("change").id(document.seq.to_string()).data(data)
}

fn readable(app: &App, caller: &Caller) -> Vec<String> {
    let collections = app.config.collections.iter();
    collections.filter(|name| app.may(caller, Action::Read, name)).cloned().collect()
}
