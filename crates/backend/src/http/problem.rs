//! Every refusal as `application/problem+json` (RFC 9457): one type, so that a client learns in one place what and where.
//! Not here: deciding to refuse.

use std::time::Duration;

use axum::Json;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::store::{Document, Fault, StoreError};

pub const MEDIA_TYPE: &str = "application/problem+json";

/// A refusal. `kind` is a stable URN that programs may match; `title` and `detail` are for people.
#[derive(Debug)]
pub struct Problem {
    pub status: StatusCode,
    kind: &'static str,
    title: &'static str,
    detail: String,
    members: Map<String, Value>,
    retry_after: Option<u64>,
}

impl Problem {
    pub fn new(status: StatusCode, kind: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self { status, kind, title, detail: detail.into(), members: Map::new(), retry_after: None }
    }

    /// A refusal that says no more than its status.
    pub fn plain(status: StatusCode) -> Self {
        let title = status.canonical_reason().unwrap_or("Refused");
        let detail = match status {
            StatusCode::METHOD_NOT_ALLOWED => "this address does not take this method; see the Allow header",
            StatusCode::NOT_FOUND => "there is nothing at this address",
            StatusCode::REQUEST_TIMEOUT => "the request did not arrive in time",
            _ => title,
        };
        Self::new(status, "about:blank", title, detail)
    }

    pub fn bad_request(kind: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, kind, "Bad request", detail)
    }

    /// A member at `pointer` of the sent document is wrong.
    pub fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::bad_request("urn:baton:invalid", detail).with("pointer", pointer.into())
    }

    pub fn unauthorized(kind: &'static str, detail: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, kind, "Not logged in", detail)
    }

    pub fn too_many(kind: &'static str, detail: &str, wait: Duration) -> Self {
        let mut problem = Self::new(StatusCode::TOO_MANY_REQUESTS, kind, "Too many requests", detail);
        problem.retry_after = Some((wait.as_secs_f64().ceil() as u64).max(1));
        problem
    }

    /// Something broke on our side: logged here, not told to the client.
    pub fn internal(error: &dyn std::fmt::Display) -> Self {
        tracing::error!(%error, "a request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "urn:baton:internal",
            "The server failed",
            "the server failed; nothing was stored",
        )
    }

    /// Adds a member.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    fn with_current(self, current: Option<&Document>) -> Self {
        self.with("current", current.map_or(Value::Null, Document::value))
    }

    /// Takes away the stored document: for callers that may not read it.
    #[must_use]
    pub fn without_current(mut self) -> Self {
        self.members.remove("current");
        self
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Self::invalid(fault.pointer, fault.detail)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Exists(current) => Self::new(
                StatusCode::CONFLICT,
                "urn:baton:exists",
                "The id is taken",
                if current.deleted {
                    "a document with this id was deleted; ids are not used twice"
                } else {
                    "a document with this id exists"
                },
            )
            .with_current(Some(&current)),
            StoreError::Stale(current) => Self::new(
                StatusCode::PRECONDITION_FAILED,
                "urn:baton:stale",
                "The document is not as expected",
                match current.as_deref() {
                    None => "there is no document with this id".to_owned(),
                    Some(current) if current.deleted => "the document was deleted".to_owned(),
                    Some(current) => format!("the document is at revision {}", current.rev),
                },
            )
            .with_current(current.as_deref()),
            StoreError::Gone(current) => {
                Self::new(StatusCode::GONE, "urn:baton:gone", "Deleted", "the document was deleted")
                    .with_current(Some(&current))
            }
            StoreError::Missing => Self::plain(StatusCode::NOT_FOUND),
            StoreError::Invalid(fault) => fault.into(),
            StoreError::CursorAhead { .. } => Self::new(
                StatusCode::GONE,
                "urn:baton:cursor-ahead",
                "The cursor is not of this store",
                format!("{error}: an older backup was restored; read from the beginning again"),
            ),
            other => Self::internal(&other),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = json!({
            "type": self.kind,
            "title": self.title,
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        if let Value::Object(fields) = &mut body {
            fields.extend(self.members);
        }
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"baton\""));
        }
        response
    }
}
