//! Several requests in one, where the backend takes that.

use baton_engine::order;
use serde_json::{Map, Value};

use super::Connector;
use super::path::Path;
use super::request::filled;
use super::scan::{self, Envelope, Scan};
use super::template::{Template, Values};
use crate::net::{Request, Response};

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Batch {
    pub path: Template,
    /// Most requests in one.
    pub limit: usize,
    /// Where the list of requests is in the body.
    pub requests: Path,
    /// Pointer to the list of answers.
    pub responses: String,
    /// Places in a request.
    pub request: Parts,
    /// Pointers into an answer.
    pub status: String,
    pub headers: Option<String>,
    pub body: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Parts {
    pub method: Path,
    pub path: Path,
    pub headers: Path,
    pub body: Path,
}

impl Connector {
    /// How many requests may go in one; None: one by one.
    pub fn batch_limit(&self) -> Option<usize> {
        self.batch.as_ref().map(|batch| batch.limit)
    }

    /// These requests in one. None: the backend does not take that, or not so many, or not these.
    pub fn batch(&self, requests: &[Request]) -> Option<Request> {
        let batch = self.batch.as_ref().filter(|b| (1..=b.limit).contains(&requests.len()))?;
        let list = requests.iter().map(|request| {
            let mut part = Value::Object(Map::new());
            batch.request.method.set(&mut part, request.method.as_str().into());
            batch.request.path.set(&mut part, request.url.strip_prefix(&self.base)?.into());
            let headers = request.headers.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
            batch.request.headers.set(&mut part, Value::Object(order::gather(headers)));
            if let Some(body) = &request.body {
                batch.request.body.set(&mut part, serde_json::from_str(body).ok()?);
            }
            Some(part)
        });
        let list = list.collect::<Option<Vec<_>>>()?;
        let mut body = Value::Null;
        batch.requests.set(&mut body, Value::Array(list));
        let url = super::request::url(&self.base, &batch.path, &[], &Values::default())?;
        let headers = filled(self.headers.iter(), &Values::default(), true);
        Some(Request { method: "POST".into(), url, headers, body: Some(body.to_string()) })
    }

    /// The answers of `count` requests that went in one, in their order. None: the answer is about the batch as a
    /// whole, and none of them is known to be done.
    pub fn batch_answers(&self, count: usize, response: &Response) -> Option<Vec<Response>> {
        let batch = self.batch.as_ref().filter(|_| response.status == 200)?;
        let envelope = Envelope::cut(&response.body, &batch.responses, Scan::value).ok()?;
        let answers = envelope.items.iter().map(|item| {
            let part = |at: &str| scan::at(item, at);
            let headers = batch.headers.as_deref().and_then(part);
            let headers: Map<String, Value> =
                headers.and_then(|raw| serde_json::from_str(raw).ok()).unwrap_or_default();
            let headers = headers.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned())));
            Some(Response {
                status: serde_json::from_str(part(&batch.status)?).ok()?,
                headers: headers.collect(),
                body: part(&batch.body).unwrap_or_default().to_owned(),
            })
        });
        answers.collect::<Option<Vec<_>>>().filter(|all| all.len() == count)
    }
}
