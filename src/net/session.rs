//! Logging in and out at Baton's own backend, and who is logged in. A code adapter: log-in dances are not data.

use baton_sync::net::{Net, NetError, Problem, ProblemKind, Request, Response};
use serde_json::{Value, json};

const URL: &str = "/api/session";

/// Why there is no session.
#[derive(Debug, Clone, PartialEq)]
pub enum SessionError {
    /// No answer: the backend cannot be reached. Whoever was logged in before may go on working offline.
    Offline(NetError),
    /// Nobody is logged in, or user or password are wrong.
    NoSession,
    /// Too many tries; try again after this many seconds.
    TooMany { after_secs: u32 },
    /// Anything else.
    Refused(Problem),
}

/// Logs in and gives the account as the backend describes it: `id`, `name`, `role`, `profile`…
///
/// # Errors
/// [`SessionError`].
pub async fn log_in(net: &impl Net, user: &str, password: &str) -> Result<Value, SessionError> {
    account(ask(net, "POST", Some(json!({"user": user, "password": password}))).await?)
}

/// The account that the browser's cookie stands for.
///
/// # Errors
/// [`SessionError`].
pub async fn current(net: &impl Net) -> Result<Value, SessionError> {
    account(ask(net, "GET", None).await?)
}

/// Ends the session. Wipe the store (see [`crate::store::DeskStore::wipe`]) beside it.
///
/// # Errors
/// [`SessionError`]; the cookie is then still valid.
pub async fn log_out(net: &impl Net) -> Result<(), SessionError> {
    match ask(net, "DELETE", None).await {
        Ok(_) | Err(SessionError::NoSession) => Ok(()),
        Err(error) => Err(error),
    }
}

async fn ask(net: &impl Net, method: &str, body: Option<Value>) -> Result<Response, SessionError> {
    let mut headers = vec![("Accept".to_owned(), "application/json".to_owned())];
    if body.is_some() {
        headers.push(("Content-Type".into(), "application/json".into()));
    }
    let request = Request { method: method.into(), url: URL.into(), headers, body: body.map(|b| b.to_string()) };
    let response = net.send(request).await.map_err(SessionError::Offline)?;
    match response.status {
        200..=299 => Ok(response),
        401 => Err(SessionError::NoSession),
        429 => {
            let after = response.header("retry-after").and_then(|t| t.trim().parse().ok());
            Err(SessionError::TooMany { after_secs: after.unwrap_or(1) })
        }
        status => Err(SessionError::Refused(Problem::new(ProblemKind::Rejected, status, response.body))),
    }
}

fn account(response: Response) -> Result<Value, SessionError> {
    let body = serde_json::from_str::<Value>(&response.body).ok();
    let user = body.and_then(|b| b.get("user").cloned()).filter(|u| u.get("id").is_some_and(Value::is_string));
    // A hotel's log-in page answers 200 to everything: that is not our backend.
    user.ok_or_else(|| SessionError::Offline(NetError("the answer is not Baton's".into())))
}
