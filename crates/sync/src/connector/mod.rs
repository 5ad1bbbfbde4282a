//! One backend's dialect as data: a connector file, checked and compiled, and what it makes of requests and answers.
//!
//! Pure: it builds [`Request`]s and reads [`Response`]s and sends nothing. The format is described in
//! `docs/connectors.md`. It knows nothing of replicas or queues.

mod answer;
mod read;
mod request;
mod template;

pub use answer::{Failure, ListAnswer, Remote, WriteAnswer};
pub use read::Fault;

use std::collections::BTreeMap;

use baton_engine::model::Collection;

use template::Template;

/// The format that this version reads.
pub const FORMAT: &str = "baton-connector/1";

/// A connector file, ready for use.
#[derive(Debug, Clone, PartialEq)]
pub struct Connector {
    pub name: String,
    /// Prefix of every path: a path on the app's own origin, or an absolute address.
    base: String,
    headers: Vec<(String, Template)>,
    /// The backend's name of each collection that it has.
    collections: BTreeMap<Collection, String>,
    /// JSON Pointers into a document.
    id: String,
    rev: String,
    order: Option<String>,
    stamp: Option<String>,
    deleted: Option<String>,
    /// Top-level fields that the backend sets itself; not sent back.
    server_fields: Vec<String>,
    list: List,
    get: Op,
    create: Op,
    replace: Op,
    signed_out: Vec<u16>,
    feed: Option<Feed>,
    clock: Option<String>,
}

/// How to ask for one document, or to write one.
#[derive(Debug, Clone, PartialEq)]
struct Op {
    method: String,
    path: Template,
    query: Vec<(String, Template)>,
    headers: Vec<(String, Template)>,
    ok: Vec<u16>,
    /// The base has moved.
    stale: Vec<u16>,
    /// It was deleted.
    gone: Vec<u16>,
    /// The backend does not know it.
    missing: Vec<u16>,
    /// Pointer to the document in a good answer; empty: the answer is the document.
    doc: String,
    /// Pointer to the present document in an answer that says stale or gone.
    current: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
struct List {
    method: String,
    path: Template,
    query: Vec<(String, Template)>,
    headers: Vec<(String, Template)>,
    limit: String,
    items: String,
    /// Pointer to the next cursor in the envelope.
    cursor: String,
    /// Pointer to "there is more"; without it a page that is not empty means more.
    more: Option<String>,
    /// The cursor is no longer good: start again.
    reset: Vec<u16>,
}

/// A live feed of server-sent events.
#[derive(Debug, Clone, PartialEq)]
struct Feed {
    path: Template,
    query: Vec<(String, Template)>,
    event: String,
    collection: String,
    doc: String,
}

impl Connector {
    /// The collections that this backend has, in the order of a first sync.
    pub fn collections(&self) -> impl Iterator<Item = Collection> {
        Collection::ALL.into_iter().filter(|c| self.collections.contains_key(c))
    }

    /// Whether documents carry a number that grows with every write, so that a late, older answer can be told apart.
    pub fn is_ordered(&self) -> bool {
        self.order.is_some()
    }

    /// Header that carries the server's time, if any.
    pub fn clock_header(&self) -> Option<&str> {
        self.clock.as_deref()
    }

    fn backend_name(&self, collection: Collection) -> Option<&str> {
        self.collections.get(&collection).map(String::as_str)
    }

    fn by_backend_name(&self, name: &str) -> Option<Collection> {
        self.collections.iter().find(|(_, n)| n.as_str() == name).map(|(c, _)| *c)
    }
}
