//! Reads and checks a connector file. Every fault is reported, with the JSON Pointer of its place.

use std::collections::BTreeMap;
use std::fmt;

use baton_engine::model::Collection;
use serde_json::{Map, Value};

use super::auth::Auth;
use super::template::{Template, Var};
use super::{Connector, FORMAT, Feed, List, Op};

/// One thing that is wrong with a connector file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// JSON Pointer (RFC 6901) into the file.
    pub at: String,
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", if self.at.is_empty() { "/" } else { &self.at }, self.what)
    }
}

type Object = Map<String, Value>;
type Pairs = Vec<(String, Template)>;

const DOCUMENT: &[Var] = &[Var::Collection, Var::Id];
const WRITE: &[Var] = &[Var::Collection, Var::Id, Var::Rev];
const LIST: &[Var] = &[Var::Collection, Var::Cursor, Var::Limit];

impl Connector {
    /// Reads a connector file.
    ///
    /// # Errors
    /// All faults of the file at once.
    pub fn read(text: &str) -> Result<Connector, Vec<Fault>> {
        let value: Value = serde_json::from_str(text)
            .map_err(|e| vec![Fault { at: String::new(), what: format!("not JSON: {e}") }])?;
        let mut reader = Reader::default();
        let connector = reader.connector(&value);
        match connector {
            Some(connector) if reader.faults.is_empty() => Ok(connector),
            _ => Err(reader.faults),
        }
    }
}

#[derive(Default)]
struct Reader {
    faults: Vec<Fault>,
}

impl Reader {
    fn fault<T>(&mut self, at: impl Into<String>, what: impl Into<String>) -> Option<T> {
        self.faults.push(Fault { at: at.into(), what: what.into() });
        None
    }

    fn connector(&mut self, value: &Value) -> Option<Connector> {
        let known = [
            "$schema",
            "format",
            "name",
            "base",
            "headers",
            "collections",
            "document",
            "list",
            "get",
            "create",
            "replace",
            "auth",
            "signedOut",
            "feed",
            "clock",
            "notes",
        ];
        let file = self.object("", value, &known)?;
        match file.get("format") {
            Some(Value::String(format)) if format == FORMAT => {}
            Some(other) => self.fault::<()>("/format", format!("{other} is not {FORMAT:?}")).unwrap_or_default(),
            None => self.fault::<()>("/format", format!("missing; expected {FORMAT:?}")).unwrap_or_default(),
        }
        // Every part is read before any is unwrapped, so that all faults are found.
        let name = self.text("", file, "name");
        let base = self.optional_text("", file, "base").unwrap_or_default();
        if base.ends_with('/') {
            self.fault::<()>("/base", "must not end with '/': paths begin with it");
        }
        let headers = self.pairs("", file, "headers", &[]);
        let collections = self.collections(file);
        let document = self.part("", file, "document", &["id", "rev", "order", "stamp", "deleted", "serverFields"]);
        let document = document.map(|d| {
            let at = "/document";
            (
                self.pointer(at, d, "id"),
                self.pointer(at, d, "rev"),
                self.optional_pointer(at, d, "order"),
                self.optional_pointer(at, d, "stamp"),
                self.optional_pointer(at, d, "deleted"),
                self.texts(at, d, "serverFields"),
            )
        });
        let list = self.list(file);
        let get = self.op(file, "get", DOCUMENT, &[200]);
        let create = self.op(file, "create", DOCUMENT, &[200, 201]);
        let replace = self.op(file, "replace", WRITE, &[200]);
        if let Some(op) = &replace {
            let sent = |pairs: &Pairs| pairs.iter().any(|(_, t)| t.uses(Var::Rev));
            if !sent(&op.headers) && !sent(&op.query) && !op.path.uses(Var::Rev) {
                self.fault::<()>("/replace", "{rev} is sent nowhere: a write would not be conditional");
            }
        }
        let auth = Auth::read(file.get("auth"), &mut self.faults);
        let signed_out = self.statuses("", file, "signedOut").unwrap_or_else(|| vec![401]);
        let feed = self.feed(file);
        let clock = self.optional_text("", file, "clock");
        let (id, rev, order, stamp, deleted, server_fields) = document?;
        Some(Connector {
            name: name?,
            base,
            headers,
            collections,
            id: id?,
            rev: rev?,
            order,
            stamp,
            deleted,
            server_fields,
            list: list?,
            get: get?,
            create: create?,
            replace: replace?,
            signed_out,
            feed,
            clock,
            auth,
        })
    }

    fn collections(&mut self, file: &Object) -> BTreeMap<Collection, String> {
        let known: Vec<&str> = Collection::ALL.iter().map(|c| c.name()).collect();
        let mut found = BTreeMap::new();
        let Some(map) = self.part("", file, "collections", &known) else { return found };
        for collection in Collection::ALL {
            if let Some(name) = self.optional_text("/collections", map, collection.name()) {
                found.insert(collection, name);
            }
        }
        if map.is_empty() {
            self.fault::<()>("/collections", "names no collection");
        }
        found
    }

    fn list(&mut self, file: &Object) -> Option<List> {
        let at = "/list";
        let known = ["method", "path", "query", "headers", "limit", "items", "cursor", "more", "reset"];
        let map = self.part("", file, "list", &known)?;
        let path = self.path(at, map, LIST);
        let query = self.pairs(at, map, "query", LIST);
        let headers = self.pairs(at, map, "headers", LIST);
        let limit = match map.get("limit") {
            None => Some(200),
            Some(value) => match value.as_u64() {
                Some(n @ 1..=10_000) => Some(n),
                _ => self.fault("/list/limit", "must be a whole number from 1 to 10000"),
            },
        };
        let items = self.optional_pointer(at, map, "items").unwrap_or_default();
        let cursor = self.pointer(at, map, "cursor");
        if !query.iter().chain(&headers).any(|(_, t)| t.uses(Var::Cursor)) {
            self.fault::<()>(at, "{cursor} is sent nowhere: every pull would list everything");
        }
        Some(List {
            method: self.method(at, map, "GET"),
            path: path?,
            query,
            headers,
            limit: limit?.to_string(),
            items,
            cursor: cursor?,
            more: self.optional_pointer(at, map, "more"),
            reset: self.statuses(at, map, "reset").unwrap_or_default(),
        })
    }

    fn op(&mut self, file: &Object, key: &str, vars: &[Var], ok: &[u16]) -> Option<Op> {
        let at = format!("/{key}");
        let known = ["method", "path", "query", "headers", "ok", "stale", "gone", "missing", "doc", "current"];
        let map = self.part("", file, key, &known)?;
        let path = self.path(&at, map, vars);
        Some(Op {
            method: self.method(&at, map, if key == "get" { "GET" } else { "PUT" }),
            query: self.pairs(&at, map, "query", vars),
            headers: self.pairs(&at, map, "headers", vars),
            ok: self.statuses(&at, map, "ok").unwrap_or_else(|| ok.to_vec()),
            stale: self.statuses(&at, map, "stale").unwrap_or_default(),
            gone: self.statuses(&at, map, "gone").unwrap_or_default(),
            missing: self.statuses(&at, map, "missing").unwrap_or_default(),
            doc: self.optional_pointer(&at, map, "doc").unwrap_or_default(),
            current: self.optional_pointer(&at, map, "current"),
            path: path?,
        })
    }

    fn feed(&mut self, file: &Object) -> Option<Feed> {
        let at = "/feed";
        file.get("feed")?;
        let map = self.part("", file, "feed", &["style", "path", "query", "event", "collection", "doc"])?;
        if self.text(at, map, "style").is_some_and(|style| style != "sse") {
            self.fault::<()>("/feed/style", "only \"sse\" is known in this version");
        }
        let path = self.path(at, map, &[]);
        let query = self.pairs(at, map, "query", &[]);
        let event = self.text(at, map, "event");
        let collection = self.pointer(at, map, "collection");
        let doc = self.pointer(at, map, "doc");
        Some(Feed { path: path?, query, event: event?, collection: collection?, doc: doc? })
    }

    fn object<'a>(&mut self, at: &str, value: &'a Value, known: &[&str]) -> Option<&'a Object> {
        let Some(map) = value.as_object() else {
            return self.fault(at, "must be an object");
        };
        for key in map.keys().filter(|k| !known.contains(&k.as_str())) {
            self.fault::<()>(child(at, key), format!("unknown; possible: {}", known.join(", ")));
        }
        Some(map)
    }

    fn part<'a>(&mut self, at: &str, map: &'a Object, key: &str, known: &[&str]) -> Option<&'a Object> {
        match map.get(key) {
            Some(value) => self.object(&child(at, key), value, known),
            None => self.fault(child(at, key), "missing"),
        }
    }

    fn optional_text(&mut self, at: &str, map: &Object, key: &str) -> Option<String> {
        match map.get(key)? {
            Value::String(text) => Some(text.clone()),
            _ => self.fault(child(at, key), "must be a text"),
        }
    }

    fn text(&mut self, at: &str, map: &Object, key: &str) -> Option<String> {
        if !map.contains_key(key) {
            return self.fault(child(at, key), "missing");
        }
        let text = self.optional_text(at, map, key)?;
        if text.is_empty() {
            return self.fault(child(at, key), "must not be empty");
        }
        Some(text)
    }

    fn texts(&mut self, at: &str, map: &Object, key: &str) -> Vec<String> {
        let Some(value) = map.get(key) else { return Vec::new() };
        let Some(list) = value.as_array() else {
            self.fault::<()>(child(at, key), "must be a list of texts");
            return Vec::new();
        };
        let mut found = Vec::new();
        for (i, item) in list.iter().enumerate() {
            match item.as_str() {
                Some(text) => found.push(text.into()),
                None => self.fault::<()>(child(&child(at, key), &i.to_string()), "must be a text").unwrap_or_default(),
            }
        }
        found
    }

    fn optional_pointer(&mut self, at: &str, map: &Object, key: &str) -> Option<String> {
        let text = self.optional_text(at, map, key)?;
        if text.is_empty() || text.starts_with('/') {
            return Some(text);
        }
        self.fault(child(at, key), "must be a JSON Pointer: empty, or beginning with '/'")
    }

    fn pointer(&mut self, at: &str, map: &Object, key: &str) -> Option<String> {
        if !map.contains_key(key) {
            return self.fault(child(at, key), "missing");
        }
        self.optional_pointer(at, map, key)
    }

    fn method(&mut self, at: &str, map: &Object, default: &str) -> String {
        let Some(method) = self.optional_text(at, map, "method") else { return default.into() };
        if !["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method.as_str()) {
            self.fault::<()>(child(at, "method"), "must be GET, POST, PUT, PATCH or DELETE");
        }
        method
    }

    fn path(&mut self, at: &str, map: &Object, vars: &[Var]) -> Option<Template> {
        let text = self.text(at, map, "path")?;
        if !text.starts_with('/') {
            self.fault::<()>(child(at, "path"), "must begin with '/'");
        }
        self.template(child(at, "path"), &text, vars)
    }

    fn template(&mut self, at: String, text: &str, vars: &[Var]) -> Option<Template> {
        Template::parse(text, vars).map_err(|what| self.faults.push(Fault { at, what })).ok()
    }

    fn pairs(&mut self, at: &str, map: &Object, key: &str, vars: &[Var]) -> Pairs {
        let at = child(at, key);
        let Some(value) = map.get(key) else { return Vec::new() };
        let Some(map) = value.as_object() else {
            self.fault::<()>(at, "must be an object of texts");
            return Vec::new();
        };
        let mut pairs = Vec::new();
        for (name, value) in map {
            match value.as_str() {
                Some(text) => {
                    pairs.extend(self.template(child(&at, name), text, vars).map(|t| (name.clone(), t)));
                }
                None => self.fault::<()>(child(&at, name), "must be a text").unwrap_or_default(),
            }
        }
        pairs
    }

    fn statuses(&mut self, at: &str, map: &Object, key: &str) -> Option<Vec<u16>> {
        let at = child(at, key);
        let Some(list) = map.get(key)?.as_array() else {
            return self.fault(at, "must be a list of HTTP statuses");
        };
        let mut found = Vec::new();
        for (i, item) in list.iter().enumerate() {
            match item.as_u64().and_then(|n| u16::try_from(n).ok()) {
                Some(status @ 100..=599) => found.push(status),
                _ => self.fault::<()>(child(&at, &i.to_string()), "is no HTTP status").unwrap_or_default(),
            }
        }
        Some(found)
    }
}

pub(super) fn child(at: &str, key: &str) -> String {
    format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"))
}
