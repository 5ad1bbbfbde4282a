//! The server's API as a program beside the desk would use it: to look what arrived, and to post documents by hand.

use std::time::Duration;

use baton_engine::model::{Case, Collection, Document};
use baton_engine::time::Timestamp;
use reqwest::Method;
use reqwest::blocking::Client;
use serde_json::{Value, json};

use crate::wait::until;

/// A logged-in client.
#[derive(Clone)]
pub struct Api {
    client: Client,
    base: String,
    token: String,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Answer {
    /// The body of a success.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "the server answered {}: {}", self.status, self.body);
        self.body
    }
}

impl Api {
    /// Logs in.
    #[track_caller]
    pub fn log_in(base: &str, user: &str, password: &str) -> Api {
        let client =
            Client::builder().timeout(Duration::from_secs(20)).no_proxy().build().expect("a plain HTTP client");
        let mut api = Api { client, base: format!("{base}/api"), token: String::new() };
        let session = api.post("session", &json!({ "user": user, "password": password })).ok();
        api.token = session["token"].as_str().expect("a session has a token").to_owned();
        api
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[])
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(body), &[])
    }

    /// Replaces whatever revision is there, or creates.
    pub fn put(&self, collection: &str, id: &str, body: &Value) -> Answer {
        let path = format!("{collection}/{id}");
        let now = self.get(&path);
        let rev = now.body["_rev"].as_i64().map(|rev| format!("\"{rev}\""));
        match rev.filter(|_| now.status == 200) {
            Some(rev) => self.send(Method::PUT, &path, Some(body), &[("If-Match", &rev)]),
            None => self.send(Method::PUT, &path, Some(body), &[("If-None-Match", "*")]),
        }
    }

    /// A body that need not be JSON.
    pub fn post_text(&self, path: &str, text: &str) -> Answer {
        let request = self.client.post(format!("{}/{path}", self.base)).bearer_auth(&self.token);
        answer(request.header("Content-Type", "application/json").body(text.to_owned()))
    }

    fn send(&self, method: Method, path: &str, body: Option<&Value>, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.client.request(method, format!("{}/{path}", self.base));
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        answer(request)
    }

    /// Every document of a collection, tombstones left out.
    pub fn all(&self, collection: Collection) -> Vec<Value> {
        let mut all = Vec::new();
        let mut since = String::new();
        loop {
            let page = self.get(&format!("{}?limit=500{since}", collection.name())).ok();
            all.extend(page["items"].as_array().into_iter().flatten().filter(|d| d["_deleted"] != true).cloned());
            if page["more"] != true {
                return all;
            }
            since = format!("&since={}", page["next"].as_str().map_or(page["next"].to_string(), str::to_owned));
        }
    }

    /// The cases with that title, oldest write first.
    pub fn cases(&self, title: &str) -> Vec<Case> {
        let documents = self.all(Collection::Cases).into_iter().filter(|d| d["title"] == title);
        documents.map(|d| self.read_case(&d)).collect()
    }

    /// The one case with that title that satisfies `wanted`, once it is there.
    #[track_caller]
    pub fn case(&self, title: &str, what: &str, wanted: impl Fn(&Case) -> bool) -> Case {
        let mut last = Vec::new();
        until(&format!("the server has the case {title:?}, {what}"), || {
            last = self.cases(title);
            assert!(last.len() < 2, "the case {title:?} is there {} times", last.len());
            last.pop().filter(|case| wanted(case))
        })
    }

    #[track_caller]
    fn read_case(&self, value: &Value) -> Case {
        match Document::from_json(Collection::Cases, value, None) {
            Ok(Document::Case(case)) => case,
            other => panic!("no case: {other:?}"),
        }
    }

    /// The server's clock.
    pub fn now(&self) -> Timestamp {
        let health = self.get("health").ok();
        health["now"].as_str().and_then(|text| text.parse().ok()).expect("the server says what time it is")
    }
}

fn answer(request: reqwest::blocking::RequestBuilder) -> Answer {
    let response = request.send().expect("the server answers");
    let status = response.status().as_u16();
    let text = response.text().unwrap_or_default();
    Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
}
