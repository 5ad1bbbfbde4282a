//! One backend's dialect as data: a connector file, checked and compiled, and what it makes of requests and answers.
//!
//! Pure: it builds [`Request`]s and reads [`Response`]s and sends nothing. The format is described in
//! `docs/connectors.md`. It knows nothing of replicas or queues.

mod answer;
mod auth;
mod probe;
mod read;
mod request;
mod template;

pub use answer::{Failure, ListAnswer, Remote, WriteAnswer};
pub use auth::LoginFault;
pub use read::Fault;

use std::collections::BTreeMap;

use baton_engine::model::Collection;
use serde::Serialize;

use auth::Auth;
use template::Template;

/// The format that this version reads.
pub const FORMAT: &str = "baton-connector/1";

/// Where a document is kept: one of the collections that the desk works on, or the claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    Of(Collection),
    /// Claim documents: whoever creates `claim-…` first has the work. For backends whose compare-and-set is absent or doubtful.
    Claims,
}

impl From<Collection> for Place {
    fn from(collection: Collection) -> Place {
        Place::Of(collection)
    }
}

/// How the desk hears of changes soon. Never believed alone: lists are the truth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Live {
    /// Server-sent events of this name at this address.
    Events { url: String, event: String },
    /// A list of each collection that waits on the server until there is something new.
    LongPoll,
    /// Nothing but listing again; half of it again as jitter.
    Poll { every_ms: u64 },
}

const POLL_EVERY_MS: u64 = 120_000;

/// What the backend does with a write whose revision is no longer the present one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Cas {
    /// Refuses it, always: of many at once exactly one gets through.
    Atomic,
    /// Refuses it mostly: two at once may get through.
    Doubtful,
    /// Takes it: the last write wins.
    #[default]
    None,
}

/// What the backend can be relied on for: declared in its connector file, or measured by the self-test. What is not
/// said is not promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Promises {
    pub cas: Cas,
    /// Of many that create the same id at once, exactly one gets through.
    pub create_once: bool,
    /// The journal is kept in the document: history survives, and a repeated write does no harm.
    pub journal: bool,
    /// Deletions are in the lists.
    pub tombstones: bool,
    /// A list since a cursor misses nothing that was written (with the overlap that the file gives).
    pub since: bool,
}

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
    auth: Auth,
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

    /// What this backend can be relied on for.
    pub fn promises(&self) -> Promises {
        Promises { cas: Cas::Atomic, create_once: true, journal: true, tombstones: self.deleted.is_some(), since: true }
    }

    fn backend_name(&self, place: Place) -> Option<&str> {
        match place {
            Place::Of(collection) => self.collections.get(&collection).map(String::as_str),
            Place::Claims => None,
        }
    }

    fn by_backend_name(&self, name: &str) -> Option<Collection> {
        self.collections.iter().find(|(_, n)| n.as_str() == name).map(|(c, _)| *c)
    }
}
