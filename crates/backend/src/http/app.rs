//! What every request handler shares: the configuration, the limits and the way to call the blocking store. Not here: routes.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::{HeaderValue, StatusCode};
use tokio::sync::{Semaphore, watch};

use super::auth::{self, Caller};
use super::config::Config;
use super::problem::Problem;
use crate::limits::Limiter;
use crate::roles::Action;
use crate::store::{Session, Store, StoreError};

/// How many passwords are checked at the same time; each takes 19 MiB.
const PASSWORDS_AT_ONCE: usize = 4;

/// Whose requests are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Party {
    Session([u8; 32]),
    Address(IpAddr),
}

#[derive(Clone)]
pub struct App(Arc<Shared>);

pub struct Shared {
    pub config: Config,
    pub requests: Option<Limiter<Party>>,
    pub failures_by_user: Limiter<String>,
    pub failures_by_address: Limiter<IpAddr>,
    pub passwords: Semaphore,
    /// See [`Config::origins`].
    pub origins: Vec<String>,
    /// Turns true when the server is to stop.
    pub stopping: watch::Receiver<bool>,
}

impl std::ops::Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl App {
    pub fn new(config: Config, stopping: watch::Receiver<bool>) -> crate::Result<Self> {
        let requests = (config.rate > 0.0).then(|| Limiter::new(config.rate, config.burst));
        let origins = config.origins()?;
        Ok(Self(Arc::new(Shared {
            requests,
            origins,
            failures_by_user: Limiter::new(1.0 / 60.0, config.login_burst),
            failures_by_address: Limiter::new(1.0 / 5.0, config.login_burst_per_address),
            passwords: Semaphore::new(PASSWORDS_AT_ONCE),
            stopping,
            config,
        })))
    }

    /// Runs blocking store work off the event loop.
    pub async fn store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Problem> {
        let store = self.config.store.clone();
        match tokio::task::spawn_blocking(move || work(&store)).await {
            Ok(result) => result.map_err(Problem::from),
            Err(error) => Err(Problem::internal(&error)),
        }
    }

    /// The cookie that carries a session's token until the session's end.
    pub fn cookie(&self, token: &str, session: &Session) -> Result<HeaderValue, Problem> {
        let now = self.config.store.now();
        auth::cookie(token, session, now, self.config.secure_cookie)
    }

    pub fn check_collection(&self, name: &str) -> Result<(), Problem> {
        let known = &self.config.collections;
        if known.iter().any(|collection| collection == name) {
            return Ok(());
        }
        let shown: String = name.chars().take(80).collect();
        Err(Problem::new(
            StatusCode::NOT_FOUND,
            "urn:baton:unknown-collection",
            "Unknown collection",
            format!("there is no collection {shown:?}; known are {}", known.join(", ")),
        )
        .with("collections", known.clone()))
    }

    pub fn may(&self, caller: &Caller, action: Action, collection: &str) -> bool {
        let role = &caller.session.account.role;
        self.config.roles.allow(role, action, collection)
    }

    pub fn require(&self, caller: &Caller, action: Action, collection: &str) -> Result<(), Problem> {
        if self.may(caller, action, collection) {
            return Ok(());
        }
        let role = caller.session.account.role.as_str();
        let action = action.name();
        Err(Problem::new(
            StatusCode::FORBIDDEN,
            "urn:baton:forbidden",
            "Not allowed",
            format!("the role {role} may not {action} {collection}"),
        )
        .with("role", role)
        .with("action", action)
        .with("collection", collection))
    }
}
