//! Requests of the furnishing: JSON in, JSON out, and every unexpected status is a failure of the test.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Client, Method, StatusCode};
use serde_json::Value;

use crate::PASSWORD;

/// Somebody who speaks to one server.
#[derive(Clone)]
pub struct Http {
    client: Client,
    base: String,
    pub headers: Vec<(String, String)>,
}

impl Http {
    pub fn new(base: String) -> Http {
        Http { client: Client::new(), base, headers: Vec::new() }
    }

    pub fn with(mut self, headers: Vec<(String, String)>) -> Http {
        self.headers = headers;
        self
    }

    /// None: nobody answers there.
    pub async fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Option<(StatusCode, Value)> {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut call = self.client.request(method, format!("{}{path}", self.base)).header("Accept", "application/json");
        for (name, value) in &self.headers {
            call = call.header(name, value);
        }
        if let Some(body) = body {
            call = call.json(body);
        }
        let answer = call.send().await.ok()?;
        let status = answer.status();
        let text = answer.text().await.ok()?;
        Some((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
    }

    /// Must succeed.
    pub async fn must(&self, method: &str, path: &str, body: Value) -> Value {
        let body = (!body.is_null()).then_some(body);
        let answer = self.send(method, path, body.as_ref()).await;
        let (status, value) = answer.unwrap_or_else(|| panic!("{method} {path}: no answer"));
        assert!(status.is_success(), "{method} {path}: {status} {value}");
        value
    }
}

/// The header of HTTP's basic log-in.
pub fn basic(user: &str) -> (String, String) {
    ("Authorization".to_owned(), format!("Basic {}", STANDARD.encode(format!("{user}:{PASSWORD}"))))
}
