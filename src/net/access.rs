//! How a person gets in at a backend, whichever way its connector names, and the net that carries what the log-in gave.
//!
//! What a log-in gives is secret: it lives in memory and in this tab's session storage, goes to the backend's own address
//! only, and is wiped at log-out.

use std::sync::{Arc, Mutex, PoisonError};

use baton_sync::Connector;
use baton_sync::auth::{self, Authorized, LogInError, Style};
use baton_sync::net::{Net, NetError, Request, Response};
use serde_json::Value;

use super::{FetchNet, session};
use crate::net::session::SessionError;

/// Headers of a log-in.
pub type Headers = Vec<(String, String)>;

/// Fetch, with what the log-in gave. Clones share it, so that a later log-in goes on with the same queue.
#[derive(Clone, Default)]
pub struct DeskNet(Arc<Mutex<Headers>>);

impl DeskNet {
    pub fn carry(&self, headers: Headers) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = headers;
    }

    fn headers(&self) -> Headers {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Net for DeskNet {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        Authorized::new(FetchNet, self.headers()).send(request).await
    }
}

/// Logs in and gives the person as the desk reads him, with the headers that go with his requests from now on.
///
/// # Errors
/// [`SessionError`].
pub async fn log_in(connector: &Connector, user: &str, password: &str) -> Result<(Value, Headers), SessionError> {
    if connector.auth_style() == Style::Session {
        return Ok((session::log_in(&FetchNet, user, password).await?, Headers::new()));
    }
    match auth::log_in(connector, &FetchNet, user, password).await {
        Ok(found) => Ok((found.person, found.headers)),
        Err(LogInError::Wrong | LogInError::Session) => Err(SessionError::NoSession),
        Err(LogInError::TooMany { after_secs }) => Err(SessionError::TooMany { after_secs }),
        Err(LogInError::Offline(why)) => Err(SessionError::Offline(why)),
        Err(LogInError::Refused(problem)) => Err(SessionError::Refused(problem)),
    }
}

/// Whether the backend answers at all; what it answers does not matter.
pub async fn answers(connector: &Connector) -> bool {
    let Some(collection) = connector.collections().next() else { return false };
    match connector.list(collection.into(), None) {
        Some(request) => FetchNet.send(request).await.is_ok(),
        None => false,
    }
}
