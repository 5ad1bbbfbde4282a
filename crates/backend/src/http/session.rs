//! Logging in and out. Not here: finding the session of a request (see `auth.rs`).

use std::time::Instant;

use axum::Extension;
use axum::Json;
use axum::body::Body;
use axum::extract::{Query as Pairs, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::app::App;
use super::auth::{Address, Caller, no_cookie};
use super::input::{self, Fields, Query};
use super::problem::Problem;
use crate::store::{Session, rfc3339};

/// `POST /api/session`. A try is paid for before the password is looked at and given back if it was right, so that many tries at once are
/// no way around the limit.
pub async fn log_in(
    State(app): State<App>,
    Extension(Address(address)): Extension<Address>,
    Pairs(pairs): Pairs<Vec<(String, String)>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    Query::check(pairs, &[])?;
    let body = input::json(&headers, body, app.config.max_body).await?;
    let mut fields = Fields::of(body)?;
    let user = fields.string("user")?;
    let password = fields.string("password")?;
    fields.end()?;

    let slow_down =
        |wait| Problem::too_many("urn:baton:log-in-rate", "too many failed log-ins; wait as Retry-After says", wait);
    let now = Instant::now();
    let known_as: String = user.chars().take(128).collect();
    app.failures_by_address.take(address, now).map_err(slow_down)?;
    if let Err(wait) = app.failures_by_user.take(known_as.clone(), now) {
        app.failures_by_address.refund(&address);
        return Err(slow_down(wait));
    }
    let permit = app.passwords.acquire().await;
    let account = app.store(move |store| store.check_password(&user, &password)).await?;
    drop(permit);
    let Some(account) = account else {
        tracing::warn!(user = known_as, %address, "a log-in failed");
        return Err(Problem::unauthorized("urn:baton:bad-credentials", "the user or the password is wrong"));
    };
    app.failures_by_address.refund(&address);
    app.failures_by_user.refund(&known_as);

    let (token, session) = app.store(move |store| store.open_session(&account)).await?;
    let cookie = app.cookie(&token, &session)?;
    let mut shown = show(&session);
    shown["token"] = token.into();
    Ok(([(SET_COOKIE, cookie)], Json(shown)).into_response())
}

/// `GET /api/session`.
pub async fn who_am_i(Pairs(pairs): Pairs<Vec<(String, String)>>, caller: Caller) -> Result<Json<Value>, Problem> {
    Query::check(pairs, &[])?;
    Ok(Json(show(&caller.session)))
}

/// `DELETE /api/session`; without a session there is nothing to end, which is fine.
pub async fn log_out(State(app): State<App>, caller: Option<Extension<Caller>>) -> Result<Response, Problem> {
    if let Some(Extension(caller)) = caller {
        app.store(move |store| store.close_session(caller.session.key)).await?;
    }
    let cookie = no_cookie(app.config.secure_cookie)?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}

fn show(session: &Session) -> Value {
    json!({"expiresAt": rfc3339(session.expires), "user": session.account})
}
