//! Logging in from a native program: as the file says, and at Baton's own backend by its token.

use baton_sync::Connector;
use baton_sync::auth::{self, LogInError, LoggedIn, Style};
use baton_sync::net::{Net, Problem, ProblemKind, Request};
use serde_json::{Value, json};

/// As [`auth::log_in`]; a session of Baton's own backend is carried by its token instead of a browser's cookie.
///
/// # Errors
/// [`LogInError`], never its `Session`.
pub async fn log_in(connector: &Connector, net: &impl Net, user: &str, password: &str) -> Result<LoggedIn, LogInError> {
    if connector.auth_style() != Style::Session {
        return auth::log_in(connector, net, user, password).await;
    }
    let request = Request {
        method: "POST".into(),
        url: format!("{}/session", connector.base()),
        headers: vec![("Content-Type".into(), "application/json".into())],
        body: Some(json!({"user": user, "password": password}).to_string()),
    };
    let response = net.send(request).await.map_err(LogInError::Offline)?;
    let refused = |kind, text: &str| LogInError::Refused(Problem::new(kind, response.status, text));
    match response.status {
        200..=299 => {}
        401 => return Err(LogInError::Wrong),
        429 => {
            let after = response.header("retry-after").and_then(|text| text.trim().parse().ok());
            return Err(LogInError::TooMany { after_secs: after.unwrap_or(1) });
        }
        _ => return Err(refused(ProblemKind::Rejected, &response.body)),
    }
    let body: Value = serde_json::from_str(&response.body).unwrap_or(Value::Null);
    let token = body["token"].as_str().ok_or_else(|| refused(ProblemKind::Garbled, "the answer holds no token"))?;
    let headers = vec![("Authorization".into(), format!("Bearer {token}"))];
    Ok(LoggedIn { headers, person: body["user"].clone() })
}
