//! Accounts over HTTP, for whoever's role may touch `users`. Passwords come in and never go out.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query as Pairs, State};
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::app::App;
use super::auth::Caller;
use super::input::{self, Fields, Query};
use super::problem::Problem;
use crate::roles::{Action, USERS};
use crate::store::{Account, Fault, NewAccount, StoreError};

/// The shortest password that is accepted over HTTP, in characters (NIST SP 800-63B).
const MIN_PASSWORD: usize = 8;

pub async fn list(
    State(app): State<App>,
    caller: Caller,
    Pairs(pairs): Pairs<Vec<(String, String)>>,
) -> Result<Json<Value>, Problem> {
    app.require(&caller, Action::Read, USERS)?;
    Query::check(pairs, &[])?;
    let items = app.store(|store| store.users()).await?;
    Ok(Json(json!({"items": items})))
}

pub async fn get(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<Account>, Problem> {
    app.require(&caller, Action::Read, USERS)?;
    let found = app.store(move |store| store.user(&id)).await?;
    found.map(Json).ok_or_else(|| Problem::plain(StatusCode::NOT_FOUND))
}

pub async fn create(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    app.require(&caller, Action::Create, USERS)?;
    let body = input::json(&headers, body, app.config.max_body).await?;
    let mut fields = Fields::of(body)?;
    let id = fields.string("id")?;
    let account = Account {
        name: fields.optional_string("name")?.unwrap_or_else(|| id.clone()),
        role: known_role(&app, fields.string("role")?)?,
        profile: fields.optional_object("profile")?.unwrap_or_default(),
        id,
    };
    let password = good_password(fields.string("password")?)?;
    fields.end()?;
    let shown = account.clone();
    let added = app
        .store(move |store| {
            if store.user(&account.id)?.is_some() {
                return Ok(false);
            }
            store.add_user(NewAccount { account, password })?;
            Ok(true)
        })
        .await?;
    if !added {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "urn:baton:exists",
            "The id is taken",
            "this user exists already",
        )
        .with("pointer", "/id"));
    }
    let location = format!("/api/users/{}", shown.id);
    Ok((StatusCode::CREATED, [(LOCATION, location)], Json(shown)).into_response())
}

/// Changes what is sent and keeps the rest.
pub async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Account>, Problem> {
    app.require(&caller, Action::Write, USERS)?;
    let body = input::json(&headers, body, app.config.max_body).await?;
    let mut fields = Fields::of(body)?;
    if fields.optional_string("id")?.is_some_and(|inside| inside != id) {
        let detail = "the id in the body is not the id in the address";
        return Err(Fault::new("/id", detail).into());
    }
    let name = fields.optional_string("name")?;
    let role = fields.optional_string("role")?;
    let role = role.map(|role| known_role(&app, role)).transpose()?;
    let password = fields.optional_string("password")?;
    let password = password.map(good_password).transpose()?;
    let profile = fields.optional_object("profile")?;
    fields.end()?;
    let changed = app
        .store(move |store| {
            let old = store.user(&id)?.ok_or(StoreError::Missing)?;
            let account = Account {
                name: name.unwrap_or(old.name),
                role: role.unwrap_or(old.role),
                profile: profile.unwrap_or(old.profile),
                id,
            };
            store.update_user(account.clone(), password.as_deref())?;
            Ok(account)
        })
        .await?;
    Ok(Json(changed))
}

fn known_role(app: &App, role: String) -> Result<String, Problem> {
    if app.config.roles.knows(&role) {
        return Ok(role);
    }
    let known: Vec<_> = app.config.roles.names().collect();
    Err(Problem::invalid("/role", format!("there is no such role; known are {}", known.join(", "))))
}

fn good_password(password: String) -> Result<String, Problem> {
    if password.chars().count() < MIN_PASSWORD {
        return Err(Problem::invalid("/password", format!("a password has at least {MIN_PASSWORD} characters")));
    }
    Ok(password)
}
