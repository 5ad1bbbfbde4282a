//! Connector files: every fault is found with its place, each shipped file says what its backend understands, and what
//! the backends really answered (recorded) is understood.
#![allow(clippy::unwrap_used)]

mod baton;
mod couchdb;
mod hostile;
mod json_server;
mod kinto;
mod paging;
mod pocketbase;
mod postgrest;
mod tmf;

use baton_engine::model::Collection;
use baton_sync::Connector;
use baton_sync::connector::{ListAnswer, Place, Remote, WriteAnswer};
use baton_sync::net::{Request, Response};
use serde_json::Value;

const CASES: Place = Place::Of(Collection::Cases);
/// 2026-11-22T08:30:00.000Z.
const NOW_MS: i64 = 1_795_336_200_000;

fn root(path: &str) -> String {
    std::fs::read_to_string(format!("{}/../../public/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn shipped(name: &str) -> Connector {
    Connector::read(&root(&format!("connector/{name}.json"))).unwrap_or_else(|faults| panic!("{name}: {faults:#?}"))
}

fn response(status: u16, body: &str) -> Response {
    answer(status, &[], body)
}

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Response { status, headers, body: body.into() }
}

/// A page's documents, cursor and whether there is more.
fn page(answer: ListAnswer) -> (Vec<Remote>, Option<String>, bool) {
    match answer {
        ListAnswer::Page { items, nameless, cursor, more } if nameless.is_empty() => (items, cursor, more),
        other => panic!("{other:#?}"),
    }
}

fn stored(answer: WriteAnswer) -> Remote {
    match answer {
        WriteAnswer::Stored(remote) => remote,
        other => panic!("{other:#?}"),
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn body(request: &Request) -> Value {
    json(request.body.as_deref().unwrap())
}

fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}
