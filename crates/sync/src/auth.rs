//! Logging in where the connector file says how: no log-in, user and password with every request, or a token.
//!
//! Pure over [`Net`]. The password is in the one request (or in the header that stands for it) and nowhere else; what
//! [`LoggedIn`] holds belongs in memory only. The session of Baton's own backend is the browser's cookie and not here.

use std::fmt;

use serde_json::Value;

use crate::connector::{Connector, Failure, LoginFault};
use crate::net::{Net, NetError, Problem, ProblemKind, Request, Response};

/// How a person logs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Nobody asks who it is.
    None,
    /// A session of Baton's own backend, kept by the browser as a cookie.
    Session,
    /// User and password with every request (RFC 7617).
    Basic,
    /// One request that is answered with a token.
    LogIn,
}

/// A [`Net`] that adds the headers of a session to every request, except to a preflight (`OPTIONS`), which never
/// carries any. Give it only what a connector asks: the headers go wherever the request goes.
#[derive(Clone)]
pub struct Authorized<N> {
    net: N,
    headers: Vec<(String, String)>,
}

impl<N> Authorized<N> {
    pub fn new(net: N, headers: Vec<(String, String)>) -> Authorized<N> {
        Authorized { net, headers }
    }
}

impl<N: Net> Net for Authorized<N> {
    async fn send(&self, mut request: Request) -> Result<Response, NetError> {
        if request.method != "OPTIONS" {
            for (name, value) in &self.headers {
                request.headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
                request.headers.push((name.clone(), value.clone()));
            }
        }
        self.net.send(request).await
    }
}

/// Somebody is logged in.
#[derive(Clone, PartialEq)]
pub struct LoggedIn {
    /// Secret: for [`Authorized`], never stored or shown.
    pub headers: Vec<(String, String)>,
    /// `{id, name, role, profile: {org, desk, seat, skills, policy}}`; what is not known is left out.
    pub person: Value,
}

impl fmt::Debug for LoggedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoggedIn").field("person", &self.person).finish_non_exhaustive()
    }
}

/// Why nobody is.
#[derive(Debug, Clone, PartialEq)]
pub enum LogInError {
    /// No answer: the backend cannot be reached.
    Offline(NetError),
    /// User or password are wrong.
    Wrong,
    /// Too many tries; again after this many seconds.
    TooMany { after_secs: u32 },
    /// Anything else, such as an answer that holds no token.
    Refused(Problem),
    /// The file says `session`: that is the browser's matter.
    Session,
}

impl fmt::Display for LogInError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LogInError::Offline(error) => write!(f, "no answer: {error}"),
            LogInError::Wrong => f.write_str("user or password are wrong"),
            LogInError::TooMany { after_secs } => write!(f, "too many tries; try again after {after_secs} s"),
            LogInError::Refused(problem) if problem.status == 0 => f.write_str(&problem.text),
            LogInError::Refused(problem) => write!(f, "refused with status {}: {}", problem.status, problem.text),
            LogInError::Session => f.write_str("the connector uses a session of Baton's own backend"),
        }
    }
}

/// Logs in at the connector's backend and finds out who it is. `net` carries no session yet.
///
/// # Errors
/// [`LogInError`]. With [`Style::None`] nothing is asked, unless the file says where the person is described.
pub async fn log_in(connector: &Connector, net: &impl Net, user: &str, password: &str) -> Result<LoggedIn, LogInError> {
    let style = connector.auth_style();
    let mut answer = None;
    let headers = match style {
        Style::Session => return Err(LogInError::Session),
        Style::None => Vec::new(),
        Style::Basic => vec![("Authorization".into(), basic(user, password))],
        Style::LogIn => {
            let request = connector.login(user, password).ok_or(LogInError::Session)?;
            let response = net.send(request).await.map_err(LogInError::Offline)?;
            let token = connector.login_answer(&response).map_err(|fault| match fault {
                LoginFault::Wrong => LogInError::Wrong,
                LoginFault::Failed(failure) => refused(failure),
            })?;
            answer = Some(response);
            connector.token_headers(&token)
        }
    };
    let net = Authorized::new(net, headers);
    match connector.person(user) {
        Some(request) => answer = Some(net.send(request).await.map_err(LogInError::Offline)?),
        None if style == Style::Basic => prove(connector, &net).await?,
        None => {}
    }
    let person = connector.person_answer(user, answer.as_ref()).map_err(refused)?;
    Ok(LoggedIn { headers: net.headers, person })
}

/// User and password are proved by asking for any list: without it a slip would show at the first write.
async fn prove(connector: &Connector, net: &impl Net) -> Result<(), LogInError> {
    let place = connector.collections().next().map(Into::into);
    let Some(request) = place.and_then(|place| connector.list(place, None)) else { return Ok(()) };
    let response = net.send(request).await.map_err(LogInError::Offline)?;
    if response.status == 401 { Err(LogInError::Wrong) } else { Ok(()) }
}

fn refused(failure: Failure) -> LogInError {
    match failure {
        Failure::SignedOut => LogInError::Wrong,
        Failure::Again { problem, after_ms, .. } if problem.status == 429 => {
            let seconds = after_ms.unwrap_or(1000).div_euclid(1000).max(1);
            LogInError::TooMany { after_secs: u32::try_from(seconds).unwrap_or(u32::MAX) }
        }
        Failure::Again { problem, .. } if problem.kind == ProblemKind::Network => {
            LogInError::Offline(NetError(problem.text))
        }
        Failure::Again { problem, .. } | Failure::Refused(problem) => LogInError::Refused(problem),
    }
}

/// RFC 7617, in UTF-8.
fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", base64(format!("{user}:{password}").as_bytes()))
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let group = three.iter().fold(0_u32, |group, byte| (group << 8) | u32::from(*byte)) << (8 * (3 - three.len()));
        for place in 0..4 {
            let letter = char::from(LETTERS[(group >> (18 - 6 * place) & 63) as usize]);
            out.push(if place <= three.len() { letter } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_as_in_rfc_4648() {
        let examples =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE=")];
        for (text, coded) in examples {
            assert_eq!(base64(text.as_bytes()), coded);
        }
        assert_eq!(base64("接力台:密码?".as_bytes()), "5o6l5Yqb5Y+wOuWvhueggT8=");
    }
}
