//! A server on loopback that every side reads from, each through its own door: Baton's list, and as much of CouchDB's
//! protocol as a one-way replication asks for. Its answers are ready before anybody asks, so that it is nobody's brake.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::thread;

use serde_json::{Value, json};

use crate::Outcome;

/// Documents of a page, as the shipped connector asks for them at most. It divides all of them.
pub const PAGE: usize = 2_000;

/// A file that the server gives, with its media type.
pub type File = (&'static str, Vec<u8>);

/// Dropped, its listener stays until the program ends: there is nothing to lose.
pub struct Server {
    pub address: String,
}

struct Content {
    /// Documents in the order of their sequence, as Baton's backend gives them.
    docs: Vec<String>,
    /// The same as PouchDB gives them with `_bulk_get`, by id.
    couch: HashMap<String, String>,
    files: HashMap<String, File>,
}

impl Server {
    /// `docs` are documents with `id`; `files` are named by their path.
    pub fn start(docs: &[Value], files: HashMap<String, File>) -> Outcome<Server> {
        let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let mut content = Content { docs: Vec::new(), couch: HashMap::new(), files };
        for (nth, doc) in docs.iter().enumerate() {
            let mut ours = doc.clone();
            ours["_rev"] = "1".into();
            ours["_seq"] = (nth + 1).into();
            ours["_at"] = "2026-03-02T01:00:00Z".into();
            content.docs.push(ours.to_string());
            let id = doc["id"].as_str().unwrap_or_default();
            let mut theirs = doc.clone();
            theirs["_id"] = id.into();
            theirs["_rev"] = revision(nth).into();
            theirs["_revisions"] = json!({ "start": 1, "ids": [&revision(nth)[2..]] });
            content.couch.insert(id.to_owned(), json!({ "id": id, "docs": [{ "ok": theirs }] }).to_string());
        }
        let content = Arc::new(content);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let content = content.clone();
                // A browser that goes away ends its connection in the middle: nobody's fault.
                thread::spawn(move || drop(serve(stream, &content)));
            }
        });
        Ok(Server { address: format!("http://{address}") })
    }
}

fn revision(nth: usize) -> String {
    format!("1-{nth:032x}")
}

fn serve(stream: TcpStream, content: &Content) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut reader, mut writer) = (BufReader::new(stream.try_clone()?), stream);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let mut words = line.split(' ');
        let (method, target) =
            (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default().to_owned());
        let mut length = 0;
        loop {
            let mut header = String::new();
            reader.read_line(&mut header)?;
            if header.trim().is_empty() {
                break;
            }
            if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let (status, kind, answer) = content.answer(&method, &target, &body);
        write!(
            writer,
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\r\n",
            answer.len()
        )?;
        writer.write_all(&answer)?;
    }
}

impl Content {
    fn answer(&self, method: &str, target: &str, body: &[u8]) -> (&'static str, &str, Vec<u8>) {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let number = |name: &str| {
            let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            value.and_then(|value| value.parse::<usize>().ok())
        };
        let json = "application/json";
        if let Some(collection) = path.strip_prefix("/api/") {
            let (since, limit) = (number("since").unwrap_or(0), number("limit").unwrap_or(PAGE));
            let docs: &[String] = if collection == "cases" { &self.docs } else { &[] };
            let (from, to) = (since.min(docs.len()), (since + limit).min(docs.len()));
            let text =
                format!("{{\"items\":[{}],\"next\":\"{to}\",\"more\":{}}}", docs[from..to].join(","), to < docs.len());
            return ("200 OK", json, text.into_bytes());
        }
        if path == "/lines" {
            let from = (number("page").unwrap_or(0) * PAGE) % self.docs.len();
            return ("200 OK", "text/plain", self.docs[from..from + PAGE].join("\n").into_bytes());
        }
        if let Some(rest) = path.strip_prefix("/couch") {
            return match self.couch(method, rest.trim_start_matches('/'), &number, body) {
                Some(text) => ("200 OK", json, text.into_bytes()),
                None => ("404 Not Found", json, b"{\"error\":\"not_found\",\"reason\":\"missing\"}".to_vec()),
            };
        }
        match self.files.get(path) {
            Some((kind, bytes)) => ("200 OK", kind, bytes.clone()),
            None => ("404 Not Found", "text/plain", Vec::new()),
        }
    }

    fn couch(&self, method: &str, path: &str, number: &dyn Fn(&str) -> Option<usize>, body: &[u8]) -> Option<String> {
        let all = self.docs.len();
        match path {
            "" => Some(
                json!({ "db_name": "couch", "doc_count": all, "update_seq": all, "instance_start_time": "0" })
                    .to_string(),
            ),
            "_changes" => {
                let (since, limit) = (number("since").unwrap_or(0), number("limit").unwrap_or(all));
                let (from, to) = (since.min(all), (since + limit).min(all));
                let ids = self.docs[from..to].iter().enumerate().map(|(i, text)| {
                    let id = serde_json::from_str::<Value>(text).map(|doc| doc["id"].clone()).unwrap_or_default();
                    json!({ "seq": from + i + 1, "id": id, "changes": [{ "rev": revision(from + i) }] })
                });
                let results: Vec<Value> = ids.collect();
                Some(json!({ "results": results, "last_seq": to, "pending": all - to }).to_string())
            }
            "_bulk_get" => {
                let asked: Value = serde_json::from_slice(body).ok()?;
                let ids = asked["docs"].as_array()?.iter().filter_map(|doc| doc["id"].as_str());
                let found: Vec<&str> = ids.filter_map(|id| self.couch.get(id)).map(String::as_str).collect();
                Some(format!("{{\"results\":[{}]}}", found.join(",")))
            }
            _ if path.starts_with("_local/") && method == "PUT" => {
                Some(json!({ "ok": true, "id": path, "rev": "0-1" }).to_string())
            }
            _ => None,
        }
    }
}

/// # Errors
/// The file cannot be read.
pub fn read(path: &Path) -> Outcome<Vec<u8>> {
    std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}
