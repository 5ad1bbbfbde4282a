//! Who is asking: the session of a request from its cookie or bearer token, the protection of cookies against other sites, and the
//! limit of requests. Not here: logging in (see `session.rs`), what a role may do (see `roles.rs`).

use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::header::{AUTHORIZATION, COOKIE, HOST, ORIGIN, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};

use super::app::{App, Party};
use super::input;
use super::problem::Problem;
use crate::store::Session;

pub const COOKIE_NAME: &str = "baton_session";

/// The logged-in sender of a request.
#[derive(Debug, Clone)]
pub struct Caller {
    pub session: Session,
}

/// The sender's network address.
#[derive(Debug, Clone, Copy)]
pub struct Address(pub IpAddr);

/// Who was found to be asking, for the log.
#[derive(Debug, Clone)]
pub struct Who(pub String);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Via {
    Bearer,
    Cookie,
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts
            .extensions
            .get()
            .cloned()
            .ok_or_else(|| Problem::unauthorized("urn:baton:no-session", "log in with POST /api/session"))
    }
}

/// Finds the session, checks the origin, counts the request, and passes it on with a [`Caller`] if there is one.
pub async fn identify(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let (caller, via) = match admit(&app, &mut request).await {
        Ok(found) => found,
        Err(problem) => return problem.into_response(),
    };
    let mut fresh_cookie = None;
    if let Some(caller) = &caller {
        if caller.session.extended && via == Some(Via::Cookie) {
            fresh_cookie = token(request.headers()).map(|(token, _)| app.cookie(token, &caller.session));
        }
        request.extensions_mut().insert(caller.clone());
    }
    let mut response = next.run(request).await;
    if let Some(Ok(cookie)) = fresh_cookie
        && !response.headers().contains_key(SET_COOKIE)
    {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    if let Some(caller) = caller {
        response.extensions_mut().insert(Who(caller.session.account.id));
    }
    response
}

async fn admit(app: &App, request: &mut Request) -> Result<(Option<Caller>, Option<Via>), Problem> {
    let address = address(app, request);
    request.extensions_mut().insert(Address(address));
    if request.uri().path() == "/health" {
        return Ok((None, None));
    }
    let mut caller = None;
    let mut via = None;
    if let Some((token, how)) = token(request.headers()) {
        let token = token.to_owned();
        let session = app.store(move |store| store.use_session(&token)).await?;
        caller = session.map(|session| Caller { session });
        via = Some(how);
    }
    if let Some(limiter) = &app.requests {
        let party = caller.as_ref().map_or(Party::Address(address), |caller| Party::Session(caller.session.key));
        limiter.take(party, Instant::now()).map_err(|wait| {
            Problem::too_many("urn:baton:rate", "too many requests in a short time; wait as Retry-After says", wait)
        })?;
    }
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !safe && via != Some(Via::Bearer) {
        guard_cookie(request)?;
    }
    Ok((caller, via))
}

/// Other sites can make a browser send our cookie. They cannot make it send JSON without asking us first, nor hide their origin. Holds for
/// logging in as well, where there is no cookie yet: nobody should be logged in to a stranger's account by a stranger's page.
fn guard_cookie(request: &Request) -> Result<(), Problem> {
    let headers = request.headers();
    if !input::is_json(headers) && !input::is_empty(headers) {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "urn:baton:media-type",
            "Unsupported media type",
            "send Content-Type: application/json",
        ));
    }
    let Some(origin) = input::one(headers, ORIGIN)? else {
        return Ok(());
    };
    let host = input::one(headers, HOST)?.unwrap_or_default();
    let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    if authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host)) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "urn:baton:cross-origin",
        "Another site's request",
        "the Origin header is not this server's own",
    ))
}

fn token(headers: &HeaderMap) -> Option<(&str, Via)> {
    if let Some(value) = headers.get(AUTHORIZATION) {
        let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
        return scheme.eq_ignore_ascii_case("bearer").then(|| (token.trim(), Via::Bearer));
    }
    let cookies = headers.get_all(COOKIE).iter();
    cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE_NAME)
        .map(|(_, token)| (token, Via::Cookie))
}

/// The cookie that carries a session's token until the session's end.
pub fn cookie(token: &str, session: &Session, now: DateTime<Utc>, secure: bool) -> Result<HeaderValue, Problem> {
    let left = session.expires - now;
    baked(token, (left.num_milliseconds() + 999).max(0) / 1000, secure)
}

/// The cookie that takes the token away.
pub fn no_cookie(secure: bool) -> Result<HeaderValue, Problem> {
    baked("", 0, secure)
}

fn baked(token: &str, seconds: i64, secure: bool) -> Result<HeaderValue, Problem> {
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{COOKIE_NAME}={token}; HttpOnly; SameSite=Strict; Path=/; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&text).map_err(|error| Problem::internal(&error))
}

fn address(app: &App, request: &Request) -> IpAddr {
    let peer =
        request.extensions().get::<ConnectInfo<SocketAddr>>().map_or(IpAddr::from([0, 0, 0, 0]), |info| info.0.ip());
    if !app.config.trust_proxy {
        return peer;
    }
    let forwarded = request.headers().get_all("x-forwarded-for").iter().next_back();
    forwarded.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()).unwrap_or(peer)
}
