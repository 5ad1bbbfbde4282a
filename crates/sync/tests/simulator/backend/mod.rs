//! Fakes of backends with their measured habits, each speaking its own HTTP dialect. One file a fake.
//!
//! A fake keeps rows, answers requests and tells the [`Audit`] of every version that becomes visible. It knows
//! nothing of clients, faults of the network or schedules.

mod baton;
mod couchdb;
mod filter;
mod json_server;
mod kind;
mod kinto;
mod pocketbase;
mod postgrest;
mod tmf;

use baton_sync::net::{Request, Response};
use serde_json::Value;

use crate::audit::Audit;
use crate::dice::Dice;

pub use kind::Kind;

/// What a fake may use while it answers.
pub struct Visit<'a> {
    /// True time; a server's own clock is right.
    pub now_ms: i64,
    pub dice: &'a Dice,
    pub audit: &'a mut Audit,
}

pub enum Reply {
    Now(Response),
    /// The write is begun under this number: it is answered and becomes visible when it is committed.
    Begun(u64),
    /// Another write has locked the row: ask again.
    Locked,
}

pub trait Backend {
    fn answer(&mut self, visit: Visit<'_>, request: &Request) -> Reply;

    /// Ends what [`Reply::Begun`] began.
    fn commit(&mut self, visit: Visit<'_>, begun: u64) -> Response {
        let _ = visit;
        panic!("{begun} was not begun here")
    }

    /// Another system deletes a document in the backend's own way.
    fn delete(&mut self, visit: Visit<'_>, collection: &str, id: &str);

    /// Live events in commit order from this place on, if the backend has such a feed.
    fn events(&self, from: usize) -> &[String] {
        let _ = from;
        &[]
    }
}

/// The parts of a request that fakes look at.
pub struct Parts<'a> {
    pub method: &'a str,
    /// Decoded segments below the backend's base.
    pub path: Vec<String>,
    pub query: Vec<(String, String)>,
    request: &'a Request,
}

impl<'a> Parts<'a> {
    pub fn of(request: &'a Request, base: &str) -> Parts<'a> {
        let url = request.url.strip_prefix(base).unwrap_or_else(|| panic!("{} is not below {base}", request.url));
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        Parts {
            method: &request.method,
            path: path.split('/').filter(|part| !part.is_empty()).map(decode).collect(),
            query: pairs
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(k, v)| (decode(k), decode(v)))
                .collect(),
            request,
        }
    }

    pub fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.request.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub fn body(&self) -> Value {
        let text = self.request.body.as_deref().expect("a body");
        serde_json::from_str(text).expect("a JSON body")
    }
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = (*first == b'%').then(|| std::str::from_utf8(&tail[..2]).ok()).flatten();
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(if *first == b'+' { b' ' } else { *first });
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).expect("an address in UTF-8")
}

pub fn response(status: u16, body: &Value) -> Response {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    Response { status, headers: vec![("content-type".into(), "application/json".into())], body }
}

pub fn html(status: u16, text: &str) -> Response {
    Response {
        status,
        headers: vec![("content-type".into(), "text/html".into())],
        body: format!("<html>{text}</html>"),
    }
}
