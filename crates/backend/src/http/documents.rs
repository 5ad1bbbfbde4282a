//! The collections over HTTP: list, get, create, replace, delete. Not here: the rules of revisions (see the store).

use axum::body::Body;
use axum::extract::{Path, Query as Pairs, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, LOCATION};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::app::App;
use super::auth::Caller;
use super::input::{self, Query};
use super::problem::Problem;
use crate::roles::Action;
use crate::store::{Condition, Document, Idempotency, check_id};

const DEFAULT_LIMIT: i64 = 200;
const MAX_LIMIT: i64 = 2000;
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

type Parameters = Pairs<Vec<(String, String)>>;

pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(collection): Path<String>,
    Pairs(pairs): Parameters,
) -> Result<Response, Problem> {
    app.check_collection(&collection)?;
    app.require(&caller, Action::Read, &collection)?;
    let query = Query::check(pairs, &["since", "limit"])?;
    let since = query.number("since", 0..=i64::MAX)?;
    let limit = query.number("limit", 1..=MAX_LIMIT)?;
    let limit = usize::try_from(limit.unwrap_or(DEFAULT_LIMIT)).unwrap_or(1);
    let page = app.store(move |store| store.list(&collection, since, limit)).await?;
    // Documents are stored as they are served: the page is put together without parsing them.
    let size: usize = page.items.iter().map(|item| item.json.len() + 1).sum();
    let mut text = String::with_capacity(size + 64);
    text.push_str("{\"items\":[");
    for (index, item) in page.items.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(&item.json);
    }
    text.push_str(&format!("],\"next\":\"{}\",\"more\":{}}}", page.next, page.more));
    Ok(json_response(StatusCode::OK, text))
}

pub async fn get(
    State(app): State<App>,
    caller: Caller,
    Path((collection, id)): Path<(String, String)>,
    Pairs(pairs): Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    app.check_collection(&collection)?;
    app.require(&caller, Action::Read, &collection)?;
    Query::check(pairs, &[])?;
    let found = app.store(move |store| store.get(&collection, &id)).await?;
    match found {
        None => Err(Problem::plain(StatusCode::NOT_FOUND)),
        Some(document) if document.deleted => Err(crate::StoreError::Gone(Box::new(document)).into()),
        Some(document) if input::none_match(&headers, document.rev) => {
            let mut response = StatusCode::NOT_MODIFIED.into_response();
            tag(&mut response, &document);
            Ok(response)
        }
        Some(document) => Ok(document_response(StatusCode::OK, document)),
    }
}

pub async fn create(
    State(app): State<App>,
    caller: Caller,
    Path(collection): Path<String>,
    Pairs(pairs): Parameters,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    app.check_collection(&collection)?;
    app.require(&caller, Action::Create, &collection)?;
    Query::check(pairs, &[])?;
    let key = input::one(&headers, IDEMPOTENCY_KEY)?;
    if key.is_some_and(|key| key.is_empty() || key.len() > 255) {
        return Err(Problem::bad_request("urn:baton:bad-header", "an Idempotency-Key is 1 to 255 characters"));
    }
    let idempotency = key.map(|key| Idempotency { account: caller.session.account.id.clone(), key: key.to_owned() });
    let body = input::json(&headers, body, app.config.max_body).await?;
    let into = collection.clone();
    let created = app
        .store(move |store| store.create(&into, body, idempotency))
        .await
        .map_err(|problem| redact(&app, &caller, &collection, problem))?;
    let location = format!("/api/{collection}/{}", created.document.id);
    let mut response = document_response(StatusCode::CREATED, created.document);
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(LOCATION, location);
    }
    if created.replayed {
        response.headers_mut().insert(IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}

pub async fn put(
    State(app): State<App>,
    caller: Caller,
    Path((collection, id)): Path<(String, String)>,
    Pairs(pairs): Parameters,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    app.check_collection(&collection)?;
    let condition = input::condition(&headers)?;
    let action = match condition {
        Some(Condition::Absent) => Action::Create,
        _ => Action::Write,
    };
    app.require(&caller, action, &collection)?;
    Query::check(pairs, &[])?;
    let condition = condition
        .ok_or_else(|| precondition_required("If-Match: \"<revision>\" to replace or If-None-Match: * to create"))?;
    check_id(&id)?;
    let body = input::json(&headers, body, app.config.max_body).await?;
    let into = collection.clone();
    let document = app
        .store(move |store| store.put(&into, &id, body, condition))
        .await
        .map_err(|problem| redact(&app, &caller, &collection, problem))?;
    let status = match condition {
        Condition::Absent => StatusCode::CREATED,
        Condition::Revision(_) => StatusCode::OK,
    };
    Ok(document_response(status, document))
}

pub async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path((collection, id)): Path<(String, String)>,
    Pairs(pairs): Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    app.check_collection(&collection)?;
    app.require(&caller, Action::Delete, &collection)?;
    Query::check(pairs, &[])?;
    let Some(Condition::Revision(rev)) = input::condition(&headers)? else {
        return Err(precondition_required("If-Match: \"<revision>\""));
    };
    let from = collection.clone();
    let document = app
        .store(move |store| store.delete(&from, &id, rev))
        .await
        .map_err(|problem| redact(&app, &caller, &collection, problem))?;
    Ok(document_response(StatusCode::OK, document))
}

fn precondition_required(what: &str) -> Problem {
    Problem::new(
        StatusCode::PRECONDITION_REQUIRED,
        "urn:baton:no-condition",
        "Precondition required",
        format!("send {what}"),
    )
}

/// A refusal shows the stored document only to those who may read it.
fn redact(app: &App, caller: &Caller, collection: &str, problem: Problem) -> Problem {
    if app.may(caller, Action::Read, collection) { problem } else { problem.without_current() }
}

fn document_response(status: StatusCode, document: Document) -> Response {
    let mut response = json_response(status, String::new());
    tag(&mut response, &document);
    *response.body_mut() = Body::from(document.json);
    response
}

fn json_response(status: StatusCode, text: String) -> Response {
    let kind = HeaderValue::from_static("application/json");
    (status, [(CONTENT_TYPE, kind)], text).into_response()
}

fn tag(response: &mut Response, document: &Document) {
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", document.rev)) {
        headers.insert(ETAG, tag);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
}
