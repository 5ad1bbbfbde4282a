//! Reading what clients send: bodies, query parameters, preconditions. Every refusal says what is wrong and where. Not here: acting on it.

use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, IF_MATCH, IF_NONE_MATCH, TRANSFER_ENCODING};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use futures_util::StreamExt;
use serde_json::{Map, Value};

use super::problem::Problem;
use crate::store::{Condition, document_kind, document_pointer};

/// How much of a body that is too large is read and thrown away, so that the client gets to read the refusal.
const DRAIN: usize = 16 << 20;

/// Reads a JSON body of at most `limit` bytes.
pub async fn json(headers: &HeaderMap, body: Body, limit: usize) -> Result<Value, Problem> {
    if !is_json(headers) {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "urn:baton:media-type",
            "Unsupported media type",
            "send Content-Type: application/json",
        ));
    }
    let bytes = read(body, limit).await?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let problem = Problem::bad_request("urn:baton:bad-json", format!("not JSON: {error}"));
        problem.with("line", error.line()).with("column", error.column())
    })
}

/// Whether the body is declared as `application/json`.
pub fn is_json(headers: &HeaderMap) -> bool {
    let declared = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    declared.is_some_and(|declared| {
        let essence = declared.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("application/json")
    })
}

/// Whether the request carries no body (RFC 9112, 6.3: neither a length nor a transfer coding).
pub fn is_empty(headers: &HeaderMap) -> bool {
    let length = headers.get(CONTENT_LENGTH);
    length.is_none_or(|length| length.as_bytes() == b"0") && !headers.contains_key(TRANSFER_ENCODING)
}

async fn read(body: Body, limit: usize) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    let mut total = 0usize;
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk =
            chunk.map_err(|_| Problem::bad_request("urn:baton:cut-off", "the body did not arrive completely"))?;
        total += chunk.len();
        if total <= limit {
            bytes.extend_from_slice(&chunk);
        } else {
            bytes = Vec::new();
            if total > limit.saturating_add(DRAIN) {
                break;
            }
        }
    }
    if total > limit {
        return Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "urn:baton:too-large",
            "Too large",
            format!("a request body has at most {limit} bytes"),
        )
        .with("limit", limit));
    }
    Ok(bytes)
}

/// The members of a JSON object, each taken once and with its type; what is left over is refused.
pub struct Fields(Map<String, Value>);

impl Fields {
    pub fn of(value: Value) -> Result<Self, Problem> {
        match value {
            Value::Object(fields) => Ok(Self(fields)),
            other => Err(wrong_type("", "an object", &other)),
        }
    }

    pub fn optional_string(&mut self, name: &str) -> Result<Option<String>, Problem> {
        match self.0.remove(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(wrong_type(name, "a string", &other)),
        }
    }

    pub fn string(&mut self, name: &str) -> Result<String, Problem> {
        self.optional_string(name)?.ok_or_else(|| Problem::invalid(format!("/{name}"), format!("{name} is missing")))
    }

    pub fn optional_object(&mut self, name: &str) -> Result<Option<Map<String, Value>>, Problem> {
        match self.0.remove(name) {
            None => Ok(None),
            Some(Value::Object(fields)) => Ok(Some(fields)),
            Some(other) => Err(wrong_type(name, "an object", &other)),
        }
    }

    pub fn end(self) -> Result<(), Problem> {
        match self.0.keys().next() {
            None => Ok(()),
            Some(key) => Err(Problem::invalid(format!("/{}", document_pointer(key)), "this member is not known here")),
        }
    }
}

fn wrong_type(name: &str, wanted: &str, found: &Value) -> Problem {
    let pointer = if name.is_empty() { String::new() } else { format!("/{name}") };
    Problem::invalid(pointer, format!("{wanted} is wanted here, and this is {}", document_kind(found)))
}

/// Query parameters, each at most once and only those that are known: a filter that is silently ignored shows the wrong data.
pub struct Query(Vec<(String, String)>);

impl Query {
    pub fn check(pairs: Vec<(String, String)>, known: &[&str]) -> Result<Self, Problem> {
        for (index, (name, _)) in pairs.iter().enumerate() {
            let shown: String = name.chars().take(80).collect();
            if !known.contains(&name.as_str()) {
                let detail = match known {
                    [] => format!("unknown query parameter {shown:?}; this address takes none"),
                    _ => format!("unknown query parameter {shown:?}; known are {}", known.join(", ")),
                };
                return Err(Problem::bad_request("urn:baton:unknown-parameter", detail).with("parameter", shown));
            }
            if pairs[..index].iter().any(|(earlier, _)| earlier == name) {
                return Err(Problem::bad_request(
                    "urn:baton:bad-parameter",
                    format!("the query parameter {shown:?} is given twice"),
                )
                .with("parameter", shown));
            }
        }
        Ok(Self(pairs))
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A whole number within `range`.
    pub fn number(&self, name: &str, range: std::ops::RangeInclusive<i64>) -> Result<Option<i64>, Problem> {
        self.text(name).map(|text| number(name, text, range)).transpose()
    }
}

/// A whole number within `range`, as the parameter `name` gave it.
pub fn number(name: &str, text: &str, range: std::ops::RangeInclusive<i64>) -> Result<i64, Problem> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let parsed = text.parse().ok().filter(|_| digits);
    parsed.filter(|number| range.contains(number)).ok_or_else(|| {
        let detail = match *range.end() {
            i64::MAX => format!("{name} is a whole number from {}", range.start()),
            end => format!("{name} is a whole number from {} to {end}", range.start()),
        };
        Problem::bad_request("urn:baton:bad-parameter", detail).with("parameter", name)
    })
}

/// The precondition of a write: `If-Match: "<rev>"` or `If-None-Match: *`, one of them.
pub fn condition(headers: &HeaderMap) -> Result<Option<Condition>, Problem> {
    let (matching, none) = (one(headers, IF_MATCH)?, one(headers, IF_NONE_MATCH)?);
    match (matching, none) {
        (None, None) => Ok(None),
        (Some(_), Some(_)) => {
            Err(Problem::bad_request("urn:baton:bad-condition", "send either If-Match or If-None-Match"))
        }
        (None, Some("*")) => Ok(Some(Condition::Absent)),
        (None, Some(_)) => Err(Problem::bad_request("urn:baton:bad-condition", "a write takes If-None-Match: * only")),
        (Some(tag), None) => revision(tag).map(|rev| Some(Condition::Revision(rev))).ok_or_else(|| {
            Problem::bad_request(
                "urn:baton:bad-condition",
                "a write takes If-Match: \"<revision>\", one revision in quotes",
            )
        }),
    }
}

/// Whether an `If-None-Match` of a read names this revision.
pub fn none_match(headers: &HeaderMap, rev: i64) -> bool {
    headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|tag| tag.trim() == "*" || revision(tag.trim()) == Some(rev))
}

/// `"7"`; also `W/"7"`, into which proxies that compress turn it.
fn revision(tag: &str) -> Option<i64> {
    let quoted = tag.strip_prefix("W/").unwrap_or(tag);
    let digits = quoted.strip_prefix('"')?.strip_suffix('"')?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| plain)
}

/// The value of a header that may be sent once.
pub fn one(headers: &HeaderMap, name: HeaderName) -> Result<Option<&str>, Problem> {
    let mut values = headers.get_all(&name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value
            .to_str()
            .map(|text| Some(text.trim()))
            .map_err(|_| Problem::bad_request("urn:baton:bad-header", format!("{name} is not plain text"))),
        _ => Err(Problem::bad_request("urn:baton:bad-header", format!("{name} is sent twice"))),
    }
}
