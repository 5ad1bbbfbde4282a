//! One backend's dialect as data: a connector file, checked and compiled, and what it makes of requests and answers.
//!
//! Pure: it builds [`Request`]s and reads [`Response`]s and sends nothing. The format is described in
//! `docs/connectors.md`. It knows nothing of replicas or queues.
//!
//! Above this module all documents have our form. What a backend keeps besides travels in the member [`THEIRS`] and is
//! written back as it was.
//!
//! [`Request`]: crate::net::Request
//! [`Response`]: crate::net::Response

mod answer;
mod auth;
mod batch;
mod field;
mod listing;
mod notes;
mod page;
mod path;
mod probe;
mod read;
mod request;
mod scan;
mod shape;
mod status;
mod template;
mod when;

pub use answer::{Failure, Remote, WriteAnswer};
pub use auth::LoginFault;
pub use listing::ListAnswer;
pub use read::{Fault, Loss, Unread, Wanted, Wrong};

use std::collections::BTreeMap;
use std::sync::Arc;

use baton_engine::model::Collection;
use baton_engine::time::Timestamp;
use serde::Serialize;

use crate::net::Response;
use auth::Auth;
use batch::Batch;
use page::{Page, Since, Source};
use path::Path;
use shape::Shape;
use status::Statuses;
use template::{Pairs, Template};

/// The format that this version reads.
pub const FORMAT: &str = "baton-connector/1";

/// Member of a document in our form that holds what only the backend knows of it.
pub const THEIRS: &str = "_theirs";

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
    /// A list of each collection that waits on the server until there is something new: [`Connector::wait`].
    LongPoll,
    /// Nothing but listing again; half of it again as jitter.
    Poll { every_ms: u64 },
}

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
    /// Prefix of the paths that are not of a collection: log-in, live feed, batches.
    base: String,
    headers: Pairs,
    homes: BTreeMap<Place, Home>,
    signed_out: Statuses,
    live: LiveFeed,
    clock: Clock,
    auth: Auth,
    batch: Option<Batch>,
    promises: Promises,
    tested: Option<Timestamp>,
    reconcile_ms: Option<i64>,
}

/// Where one collection is kept, and how it is spoken to.
#[derive(Debug, Clone, PartialEq)]
struct Home {
    /// The backend's name of it.
    name: String,
    dialect: Arc<Dialect>,
}

/// How documents look and are asked for. Collections of one file may differ.
#[derive(Debug, Clone, PartialEq)]
struct Dialect {
    /// Prefix of every path: a path on the app's own origin, or an absolute address.
    base: String,
    shape: Shape,
    list: List,
    get: Op,
    find: Option<Find>,
    create: Op,
    replace: Op,
    delete: Option<Delete>,
}

/// How to ask for one document, or to write one.
#[derive(Debug, Clone, PartialEq)]
struct Op {
    ask: Ask,
    ok: Statuses,
    /// The base has moved, or the document exists already.
    stale: Statuses,
    /// It was deleted.
    gone: Statuses,
    /// The backend does not know it.
    missing: Statuses,
    /// Taken, but not done for certain.
    unconfirmed: Statuses,
    reply: Reply,
    /// Pointer to the present document in an answer that says stale or gone.
    current: Option<String>,
    /// Only what has changed is sent (JSON Merge Patch), not the whole document.
    changes: bool,
    /// Where in the body the document is sent.
    wrap: Path,
    /// Where in the document the revision of the base is sent.
    rev_in: Option<Path>,
    /// Where in the document the client counts the revision up.
    next_rev: Option<Path>,
}

/// Method, path, query and headers.
#[derive(Debug, Clone, PartialEq)]
struct Ask {
    method: String,
    path: Template,
    query: Pairs,
    headers: Pairs,
}

/// What a good answer holds.
#[derive(Debug, Clone, PartialEq)]
enum Reply {
    /// Nothing of the document: it is deleted.
    Nothing,
    /// The document, at this pointer.
    Document(String),
    /// Its revision only, and perhaps its key.
    Revision { rev: String, key: Option<String> },
}

/// How a document is found by our id where the backend makes its own.
#[derive(Debug, Clone, PartialEq)]
struct Find {
    ask: Ask,
    items: String,
    doc: String,
}

#[derive(Debug, Clone, PartialEq)]
enum Delete {
    Ask(Box<Op>),
    /// By the mark of a deleted document.
    Mark,
}

#[derive(Debug, Clone, PartialEq)]
struct List {
    ask: Ask,
    limit: usize,
    /// Pointer to the list in the answer.
    items: String,
    /// Pointer to the document in an item.
    doc: String,
    /// How many rows there are in all.
    total: Option<Source>,
    /// Whether there is more.
    more: Option<Source>,
    /// The cursor is no longer good: start again.
    reset: Statuses,
    since: Option<Since>,
    page: Page,
}

/// How changes are heard of.
#[derive(Debug, Clone, PartialEq)]
enum LiveFeed {
    Events { path: Template, query: Pairs, event: String, collection: String, doc: String },
    LongPoll { query: Pairs },
    Poll { every_ms: u64 },
}

/// Where the server's time is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Clock {
    header: String,
    /// `Sun, 22 Nov 2026 08:27:41 GMT` instead of RFC 3339.
    http: bool,
}

impl Connector {
    /// The collections that this backend has, in the order of a first sync.
    pub fn collections(&self) -> impl Iterator<Item = Collection> {
        Collection::ALL.into_iter().filter(|c| self.homes.contains_key(&Place::Of(*c)))
    }

    /// Whether the backend has this place: [`Place::Claims`] above all.
    pub fn has(&self, place: Place) -> bool {
        self.homes.contains_key(&place)
    }

    /// Whether documents carry a number that grows with every write, so that a late, older answer can be told apart.
    pub fn is_ordered(&self) -> bool {
        self.homes.values().all(|home| home.dialect.shape.is_ordered())
    }

    /// The server's time in an answer, milliseconds since the Unix epoch.
    pub fn server_time_ms(&self, response: &Response) -> Option<i64> {
        let text = response.header(&self.clock.header)?;
        let moment = if self.clock.http { when::http_date(text) } else { when::moment(text) };
        moment.map(Timestamp::millis)
    }

    /// What this backend can be relied on for.
    pub fn promises(&self) -> Promises {
        self.promises
    }

    /// When the promises were measured, if they were.
    pub fn tested(&self) -> Option<Timestamp> {
        self.tested
    }

    /// How often everything is listed from the beginning, milliseconds; None: never without a reason.
    pub fn reconcile_ms(&self) -> Option<i64> {
        self.reconcile_ms
    }

    fn home(&self, place: Place) -> Option<&Home> {
        self.homes.get(&place)
    }

    fn by_backend_name(&self, name: &str) -> Option<Place> {
        self.homes.iter().find(|(_, home)| home.name == name).map(|(place, _)| *place)
    }
}
