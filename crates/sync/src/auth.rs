//! Logging in where the connector file says how: no log-in, user and password with every request, or a token.
//!
//! Pure over [`Net`]. The password is in the one request (or in the header that stands for it) and nowhere else; what
//! [`LoggedIn`] holds belongs in memory only. The session of Baton's own backend is the browser's cookie and not here.

use std::fmt;

use baton_engine::model::Role;
use serde_json::{Map, Value};

pub use crate::connector::Style;
use crate::connector::auth::{Auth, LogInRequest, Person, fill, fill_json};
use crate::connector::{Connector, encode};
use crate::net::{Net, NetError, Problem, ProblemKind, Request, Response};

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
    let auth = connector.auth();
    let (headers, answer) = match (auth.style, &auth.request) {
        (Style::Session, _) | (Style::LogIn, None) => return Err(LogInError::Session),
        (Style::None, _) => (Vec::new(), Value::Null),
        (Style::Basic, _) => (vec![("Authorization".into(), basic(user, password))], Value::Null),
        (Style::LogIn, Some(request)) => token(connector, request, net, user, password).await?,
    };
    let net = Authorized::new(net, headers);
    let described = match &auth.person.path {
        Some(path) => {
            let path = fill(path, &[("user", user)], encode);
            let response = ask(connector, &net, "GET", &path, None).await?;
            if response.status == 404 { Value::Null } else { body(&response)? }
        }
        None => {
            if auth.style == Style::Basic {
                prove(connector, &net).await?;
            }
            answer
        }
    };
    let Authorized { headers, .. } = net;
    Ok(LoggedIn { headers, person: person(auth, user, &described) })
}

/// User and password are proved by asking for any list: without it a slip would show at the first write.
async fn prove(connector: &Connector, net: &impl Net) -> Result<(), LogInError> {
    let place = connector.collections().next().map(Into::into);
    let Some(request) = place.and_then(|place| connector.list(place, None)) else { return Ok(()) };
    let response = net.send(request).await.map_err(LogInError::Offline)?;
    if response.status == 403 { Ok(()) } else { body(&response).map(drop) }
}

async fn token(
    connector: &Connector,
    request: &LogInRequest,
    net: &impl Net,
    user: &str,
    password: &str,
) -> Result<(Vec<(String, String)>, Value), LogInError> {
    let values = [("user", user), ("password", password)];
    let sent = fill_json(&request.body, &values).to_string();
    let path = fill(&request.path, &values[..1], encode);
    let response = ask(connector, net, &request.method, &path, Some(sent)).await?;
    let answer = body(&response).map_err(|error| match error {
        // Many backends say "bad request" to a wrong password.
        LogInError::Refused(Problem { status: 400 | 403 | 422, .. }) => LogInError::Wrong,
        other => other,
    })?;
    let Some(token) = answer.pointer(&request.token).and_then(Value::as_str) else {
        let text = format!("the answer holds no token at {:?}", request.token);
        return Err(LogInError::Refused(Problem::new(ProblemKind::Garbled, response.status, text)));
    };
    let put = |out: &mut String, value: &str| out.push_str(value);
    let headers = request.headers.iter();
    let headers = headers.map(|(name, text)| (name.clone(), fill(text, &[("user", user), ("token", token)], put)));
    Ok((headers.collect(), answer))
}

async fn ask(
    connector: &Connector,
    net: &impl Net,
    method: &str,
    path: &str,
    body: Option<String>,
) -> Result<Response, LogInError> {
    let mut headers = vec![("Accept".to_owned(), "application/json".to_owned())];
    if body.is_some() {
        headers.push(("Content-Type".into(), "application/json".into()));
    }
    let request = Request { method: method.into(), url: format!("{}{path}", connector.base()), headers, body };
    net.send(request).await.map_err(LogInError::Offline)
}

/// The JSON of a good answer.
fn body(response: &Response) -> Result<Value, LogInError> {
    match response.status {
        200..=299 => serde_json::from_str(&response.body).map_err(|error| {
            let text = format!("the answer is not JSON: {error}");
            LogInError::Refused(Problem::new(ProblemKind::Garbled, response.status, text))
        }),
        401 => Err(LogInError::Wrong),
        429 => {
            let after = response.header("retry-after").and_then(|text| text.trim().parse().ok());
            Err(LogInError::TooMany { after_secs: after.unwrap_or(1) })
        }
        status => {
            let text: String = response.body.chars().take(400).collect();
            Err(LogInError::Refused(Problem::new(ProblemKind::Rejected, status, text)))
        }
    }
}

/// The person in the desk's form: what the description says, else the defaults, else the name that was typed.
fn person(auth: &Auth, user: &str, answer: &Value) -> Value {
    let Person { doc, fields, defaults, .. } = &auth.person;
    let described = answer.pointer(doc).unwrap_or(&Value::Null);
    let known = |key: &str| {
        let at = fields.iter().find(|(name, _)| name == key).map(|(_, at)| at);
        let said = at.and_then(|at| described.pointer(at)).filter(|value| !value.is_null() && **value != "");
        // A role that the desk does not have must not make it refuse the person: the file's default counts.
        let fits = |value: &&Value| key != "role" || serde_json::from_value::<Role>((*value).clone()).is_ok();
        said.filter(fits).or_else(|| defaults.get(key)).cloned()
    };
    let mut account = Map::new();
    let id = known("id").filter(Value::is_string).unwrap_or_else(|| user.into());
    account.insert("name".into(), known("name").filter(Value::is_string).unwrap_or_else(|| id.clone()));
    account.insert("id".into(), id);
    account.insert("role".into(), known("role").unwrap_or_else(|| "agent".into()));
    let profile = ["org", "desk", "seat", "skills", "policy"];
    let profile: Map<String, Value> = profile.iter().filter_map(|key| Some(((*key).into(), known(key)?))).collect();
    account.insert("profile".into(), Value::Object(profile));
    Value::Object(account)
}

/// RFC 7617, in UTF-8.
fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", base64(format!("{user}:{password}").as_bytes()))
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let group = three.iter().fold(0_u32, |group, byte| group << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
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
