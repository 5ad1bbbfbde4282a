//! The file's `auth`: how a person logs in at this backend, and where it describes the person.
//!
//! Data and its faults only. The requests are made in [`crate::auth`]; nothing here keeps a user or a password.

use baton_engine::model::Role;
use baton_engine::order;
use serde_json::{Map, Value};

use super::read::{Fault, Loss, Wanted, Wrong, child};
use super::template::encode;
use super::{Connector, Failure};
use crate::auth::Style;
use crate::net::{Problem, ProblemKind, Request, Response};

/// Why nobody is logged in now.
#[derive(Debug, Clone, PartialEq)]
pub enum LoginFault {
    /// User or password are wrong.
    Wrong,
    Failed(Failure),
}

#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Auth {
    pub style: Option<Style>,
    /// With [`Style::LogIn`] only.
    pub request: Option<LogInRequest>,
    pub person: Person,
}

/// Texts may hold `{user}`, `{password}`; those of `headers` `{token}`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LogInRequest {
    pub method: String,
    pub path: String,
    pub body: Value,
    /// Pointer to the token in the answer.
    pub token: String,
    /// Sent with every later request.
    pub headers: Vec<(String, String)>,
}

/// Where the person is described.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Person {
    /// May hold `{user}`. None: the answer to the log-in describes the person, or nothing does.
    pub path: Option<String>,
    /// Pointer to the description in the answer.
    pub doc: String,
    /// Ours → pointer into the description.
    pub fields: Vec<(String, String)>,
    /// Ours → value, where the description says nothing.
    pub defaults: Map<String, Value>,
}

/// What the desk knows of a person: the first three of the account, the rest of the place of work.
pub(crate) const PERSON: [&str; 8] = ["id", "name", "role", "org", "desk", "seat", "skills", "policy"];

impl Auth {
    /// Reads the member `auth` of a file; every fault is added to `faults`.
    pub fn read(value: Option<&Value>, faults: &mut Vec<Fault>) -> Auth {
        let Some(value) = value else { return Auth::default() };
        let mut reader = Reader { faults };
        let Some(map) = reader.object("/auth", value) else { return Auth::default() };
        let style = match map.get("style").and_then(Value::as_str) {
            Some("none") => Style::None,
            Some("session") => Style::Session,
            Some("basic") => Style::Basic,
            Some("login") => Style::LogIn,
            _ => {
                let known = vec!["none", "session", "basic", "login"];
                reader.fault("/auth/style", Wrong::OneOf { known });
                return Auth::default();
            }
        };
        let known: &[&'static str] = match style {
            Style::Session => &["style"],
            Style::None | Style::Basic => &["style", "person"],
            Style::LogIn => &["style", "method", "path", "body", "token", "headers", "person"],
        };
        reader.only("/auth", map, known);
        let request = if style == Style::LogIn { reader.request(map) } else { None };
        let person = map.get("person").and_then(|value| reader.person(value, style)).unwrap_or_default();
        Auth { style: Some(style), request, person }
    }
}

impl Connector {
    /// The request that logs somebody in. None: this backend has no such log-in.
    pub fn login(&self, user: &str, password: &str) -> Option<Request> {
        let login = self.auth.request.as_ref()?;
        let body = Some(fill_json(&login.body, &[("user", user), ("password", password)]).to_string());
        let path = fill(&login.path, &[("user", user)], encode);
        Some(self.ask_auth(&login.method, &path, body))
    }

    /// The token in the answer of [`Connector::login`].
    ///
    /// # Errors
    /// [`LoginFault`].
    pub fn login_answer(&self, response: &Response) -> Result<String, LoginFault> {
        match response.status {
            200..=299 => {
                let body: Value = serde_json::from_str(&response.body).unwrap_or(Value::Null);
                let at = self.auth.request.as_ref().map_or("", |login| &login.token);
                let token = body.pointer(at).and_then(Value::as_str).map(str::to_owned);
                token.ok_or_else(|| LoginFault::Failed(garbled(response, "no token in the answer")))
            }
            // Many backends say "bad request" to a wrong password.
            400 | 401 | 403 | 404 => Err(LoginFault::Wrong),
            _ => Err(LoginFault::Failed(self.failure(response))),
        }
    }

    /// Headers that go with every request of somebody who logged in with a token.
    pub fn token_headers(&self, token: &str) -> Vec<(String, String)> {
        let headers = self.auth.request.iter().flat_map(|login| &login.headers);
        let put = |out: &mut String, value: &str| out.push_str(value);
        headers.map(|(name, text)| (name.clone(), fill(text, &[("token", token)], put))).collect()
    }

    /// Asks who a person is. None: the file does not say where that stands, see [`Connector::person_answer`].
    pub fn person(&self, user: &str) -> Option<Request> {
        let path = fill(self.auth.person.path.as_deref()?, &[("user", user)], encode);
        Some(self.ask_auth("GET", &path, None))
    }

    /// A person in the form of a session: `id`, `name`, `role` and a `profile` with the rest: what the description
    /// says, else the defaults, else the name that was typed. `response`: of [`Connector::person`], or of the log-in.
    ///
    /// # Errors
    /// The answer made no sense, or nobody is logged in.
    pub fn person_answer(&self, user: &str, response: Option<&Response>) -> Result<Value, Failure> {
        let body: Option<Value> = match response {
            Some(Response { status: 200..=299, body, .. }) => serde_json::from_str(body).ok(),
            Some(Response { status: 404, .. }) | None => None,
            Some(response) => return Err(self.failure(response)),
        };
        let Person { doc, fields, defaults, .. } = &self.auth.person;
        let described = body.as_ref().and_then(|body| body.pointer(doc));
        // Who is not known has what the file says of everybody; an answer that describes nobody makes no sense.
        let described = match (described, response) {
            (None, Some(response)) if response.status != 404 && !fields.is_empty() => {
                return Err(garbled(response, "the answer does not hold the person"));
            }
            (described, _) => described.unwrap_or(&Value::Null),
        };
        let known = |key: &str| {
            let at = fields.iter().find(|(name, _)| name == key).map(|(_, at)| at);
            let said = at.and_then(|at| described.pointer(at)).filter(|value| !value.is_null() && **value != "");
            // A role that the desk does not have must not make it refuse the person: the file's default counts.
            let fits = |value: &&Value| key != "role" || serde_json::from_value::<Role>((*value).clone()).is_ok();
            said.filter(fits).or_else(|| defaults.get(key)).cloned()
        };
        let id = known("id").filter(Value::is_string).unwrap_or_else(|| user.into());
        let name = known("name").filter(Value::is_string).unwrap_or_else(|| id.clone());
        let role = known("role").unwrap_or_else(|| "agent".into());
        let profile: Map<String, Value> =
            order::gather(PERSON[3..].iter().filter_map(|key| Some(((*key).into(), known(key)?))));
        let account = [("id", id), ("name", name), ("role", role), ("profile", Value::Object(profile))];
        Ok(Value::Object(order::gather(account.into_iter().map(|(key, value)| (key.to_owned(), value)))))
    }

    fn ask_auth(&self, method: &str, path: &str, body: Option<String>) -> Request {
        let mut headers = vec![("Accept".to_owned(), "application/json".to_owned())];
        if body.is_some() {
            headers.push(("Content-Type".into(), "application/json".into()));
        }
        Request { method: method.into(), url: format!("{}{path}", self.base), headers, body }
    }
}

fn garbled(response: &Response, what: &str) -> Failure {
    let problem = Problem::new(ProblemKind::Garbled, response.status, what);
    Failure::Again { problem, after_ms: None, line: true }
}

struct Reader<'a> {
    faults: &'a mut Vec<Fault>,
}

impl Reader<'_> {
    fn fault(&mut self, at: impl Into<String>, what: Wrong) {
        self.faults.push(Fault { at: at.into(), what });
    }

    fn object<'v>(&mut self, at: &str, value: &'v Value) -> Option<&'v Map<String, Value>> {
        let map = value.as_object();
        if map.is_none() {
            self.fault(at, Wrong::MustBe(Wanted::Object));
        }
        map
    }

    fn only(&mut self, at: &str, map: &Map<String, Value>, known: &[&'static str]) {
        for key in map.keys().filter(|key| !known.contains(&key.as_str())) {
            self.fault(child(at, key), Wrong::UnknownKey { known: known.to_vec() });
        }
    }

    fn request(&mut self, map: &Map<String, Value>) -> Option<LogInRequest> {
        let method = map.get("method").map_or(Some("POST"), Value::as_str);
        if !matches!(method, Some("POST" | "PUT" | "GET")) {
            self.fault("/auth/method", Wrong::OneOf { known: vec!["POST", "PUT", "GET"] });
        }
        let path = self.path("/auth", map);
        if path.is_none() {
            self.fault("/auth/path", Wrong::MustBe(Wanted::Path));
        }
        let body = map.get("body").cloned().unwrap_or(Value::Null);
        self.texts("/auth/body", &body, &["user", "password"]);
        if !body.to_string().contains("{password}") {
            self.fault("/auth/body", Wrong::NotSent { name: "password", so: Loss::LogIn });
        }
        let token = match map.get("token").map(|_| self.pointer("/auth", map, "token")) {
            Some(token) => token,
            None => {
                self.fault("/auth/token", Wrong::Missing);
                None
            }
        };
        let mut headers = Vec::new();
        match map.get("headers").and_then(Value::as_object) {
            Some(map) => {
                for (name, value) in map {
                    let at = child("/auth/headers", name);
                    match value.as_str() {
                        Some(text) => {
                            self.placeholders(&at, text, &["user", "token"]);
                            headers.push((name.clone(), text.to_owned()));
                        }
                        None => self.fault(at, Wrong::MustBe(Wanted::Text)),
                    }
                }
                if !headers.iter().any(|(_, text)| text.contains("{token}")) {
                    self.fault("/auth/headers", Wrong::NotSent { name: "token", so: Loss::LogIn });
                }
            }
            None => self.fault("/auth/headers", Wrong::MustBe(Wanted::LogInHeaders)),
        }
        Some(LogInRequest { method: method?.into(), path: path?, body, token: token?, headers })
    }

    fn person(&mut self, value: &Value, style: Style) -> Option<Person> {
        let at = "/auth/person";
        let map = self.object(at, value)?;
        self.only(at, map, &["path", "doc", "fields", "defaults"]);
        let path = self.path(at, map);
        if path.is_none() && (map.contains_key("path") || (style != Style::LogIn && map.contains_key("fields"))) {
            self.fault(child(at, "path"), Wrong::MustBe(Wanted::Path));
        }
        let doc = map.get("doc").and_then(|_| self.pointer(at, map, "doc")).unwrap_or_default();
        let mut fields = Vec::new();
        if let Some(given) = map.get("fields") {
            let at = child(at, "fields");
            if let Some(given) = self.object(&at, given) {
                self.only(&at, given, &PERSON);
                for key in PERSON.iter().filter(|key| given.contains_key(**key)) {
                    fields.extend(self.pointer(&at, given, key).map(|pointer| ((*key).to_owned(), pointer)));
                }
            }
        }
        let mut defaults = Map::new();
        if let Some(given) = map.get("defaults") {
            let at = child(at, "defaults");
            if let Some(given) = self.object(&at, given) {
                self.only(&at, given, &PERSON);
                defaults = given.clone();
            }
        }
        Some(Person { path, doc, fields, defaults })
    }

    fn path(&mut self, at: &str, map: &Map<String, Value>) -> Option<String> {
        let text = map.get("path")?.as_str().filter(|text| text.starts_with('/'))?;
        self.placeholders(&child(at, "path"), text, &["user"]);
        Some(text.into())
    }

    fn pointer(&mut self, at: &str, map: &Map<String, Value>, key: &str) -> Option<String> {
        let text = map.get(key).and_then(Value::as_str).filter(|text| text.is_empty() || text.starts_with('/'));
        if text.is_none() {
            self.fault(child(at, key), Wrong::MustBe(Wanted::Pointer));
        }
        text.map(str::to_owned)
    }

    fn texts(&mut self, at: &str, value: &Value, allowed: &[&'static str]) {
        match value {
            Value::String(text) => self.placeholders(at, text, allowed),
            Value::Array(list) => {
                for (i, item) in list.iter().enumerate() {
                    self.texts(&child(at, &i.to_string()), item, allowed);
                }
            }
            Value::Object(map) => {
                for (key, item) in map {
                    self.texts(&child(at, key), item, allowed);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn placeholders(&mut self, at: &str, text: &str, allowed: &[&'static str]) {
        let mut rest = text;
        while let Some((_, after)) = rest.split_once('{') {
            let Some((name, tail)) = after.split_once('}') else {
                return self.fault(at, Wrong::NotClosed);
            };
            if !allowed.contains(&name) {
                let what = Wrong::UnknownPlaceholder { found: name.to_owned(), known: allowed.to_vec() };
                self.fault(at, what);
            }
            rest = tail;
        }
    }
}

/// `text` with its placeholders filled; a value that looks like a placeholder stays what it is.
fn fill(text: &str, values: &[(&str, &str)], put: impl Fn(&mut String, &str)) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else { break };
        out.push_str(before);
        if let Some((_, value)) = values.iter().find(|(known, _)| *known == name) {
            put(&mut out, value);
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// As [`fill`], in every text inside.
fn fill_json(value: &Value, values: &[(&str, &str)]) -> Value {
    match value {
        Value::String(text) => fill(text, values, |out, value| out.push_str(value)).into(),
        Value::Array(list) => list.iter().map(|item| fill_json(item, values)).collect(),
        Value::Object(map) => {
            Value::Object(order::gather(map.iter().map(|(key, item)| (key.clone(), fill_json(item, values)))))
        }
        other => other.clone(),
    }
}
