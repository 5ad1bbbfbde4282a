//! What sync needs of the outside world besides a store: one way to send a request, a clock, and dice.
//!
//! Plain data and traits only. The browser's fetch, native clients and the fakes of the tests implement them;
//! nothing here may know a backend's dialect, that is the connector's subject.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An HTTP request with an address relative to the backend's origin, or absolute if the connector says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    /// A JSON text.
    pub body: Option<String>,
}

/// An HTTP answer, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Response {
    /// The first header of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// No answer came: refused, reset, timed out, or the device has no network. Whether the request
/// was carried out is unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetError(pub String);

impl fmt::Display for NetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Sends one request and gives its answer. Implementations end by themselves after a time limit.
#[allow(async_fn_in_trait)]
pub trait Net {
    async fn send(&self, request: Request) -> Result<Response, NetError>;
}

impl<N: Net + ?Sized> Net for &N {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        (**self).send(request).await
    }
}

/// The device's two clocks, uncorrected.
pub trait Clock {
    /// Milliseconds since the Unix epoch. It may be wrong, and be set at any moment.
    fn now_ms(&self) -> i64;

    /// Milliseconds since some moment of this run. It never goes back and never runs ahead; it may stand still while
    /// the device sleeps.
    fn steady_ms(&self) -> i64;
}

/// Uniform random numbers for jitter and tokens; they need not be secret.
pub trait Rng {
    fn next_u64(&self) -> u64;

    /// A number in `0..=max`. The bias of the remainder does not matter for jitter.
    fn up_to(&self, max: u64) -> u64 {
        if max == u64::MAX { self.next_u64() } else { self.next_u64() % (max + 1) }
    }
}

/// Why the backend did not do what was asked, in a form that can be kept and shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    pub kind: ProblemKind,
    /// HTTP status, 0 if there was no answer.
    #[serde(default)]
    pub status: u16,
    /// The backend's own words (shortened), or ours in English. Not trusted: show it as text.
    #[serde(default)]
    pub text: String,
}

impl Problem {
    pub fn new(kind: ProblemKind, status: u16, text: impl Into<String>) -> Problem {
        Problem { kind, status, text: text.into() }
    }
}

/// The kinds of trouble that views word differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ProblemKind {
    /// No answer.
    Network,
    /// The backend has trouble (5xx) or asks for patience (429).
    Unavailable,
    /// An answer that makes no sense: HTML of a proxy, wrong shape.
    Garbled,
    /// 401.
    SignedOut,
    /// 403.
    Forbidden,
    /// Any other refusal of this very write, such as 400, 413 or 422.
    Rejected,
    /// The document was deleted on the backend.
    Deleted,
    /// The backend does not know the document that we have had from it.
    Missing,
    /// The stored document cannot be read by this version.
    Unreadable,
    /// The backend accepted the write but did not keep the journal entry.
    NotKept,
}
