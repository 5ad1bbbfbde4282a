//! What an answer's status means, where needed with a look into its body.

use std::cell::OnceCell;

use serde_json::Value;

use crate::net::Response;

/// A status, perhaps only with something at a place of the answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Match {
    pub status: u16,
    /// A JSON Pointer that must lead somewhere, and what must be there, if that is said.
    pub at: Option<(String, Option<Value>)>,
}

pub(super) type Statuses = Vec<Match>;

pub(super) fn plain(statuses: &[u16]) -> Statuses {
    statuses.iter().map(|status| Match { status: *status, at: None }).collect()
}

/// An answer whose body is read as JSON once, and only if that is needed.
pub(super) struct Answer<'a> {
    pub response: &'a Response,
    body: OnceCell<Option<Value>>,
}

impl<'a> Answer<'a> {
    pub(super) fn new(response: &'a Response) -> Answer<'a> {
        Answer { response, body: OnceCell::new() }
    }

    pub(super) fn body(&self) -> Option<&Value> {
        self.body.get_or_init(|| serde_json::from_str(&self.response.body).ok()).as_ref()
    }

    /// Matches by status and body.
    pub(super) fn is_special(&self, statuses: &Statuses) -> bool {
        statuses.iter().filter(|m| m.status == self.response.status).any(|m| match &m.at {
            None => false,
            Some((at, equals)) => {
                let found = self.body().and_then(|body| body.pointer(at));
                found.is_some_and(|found| equals.as_ref().is_none_or(|equals| equals == found))
            }
        })
    }

    /// Matches by status alone.
    pub(super) fn is_plain(&self, statuses: &Statuses) -> bool {
        statuses.iter().any(|m| m.status == self.response.status && m.at.is_none())
    }

    pub(super) fn is(&self, statuses: &Statuses) -> bool {
        self.is_special(statuses) || self.is_plain(statuses)
    }
}
