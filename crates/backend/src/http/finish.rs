//! What every response gets on its way out: security headers, the server's time, one line in the log; and errors of the framework in the
//! form of our own. Not here: deciding anything about a request.

use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::app::App;
use super::auth::Who;
use super::connect;
use super::problem::{MEDIA_TYPE, Problem};
use crate::store::rfc3339;

/// Nothing but the app's own files; WebAssembly may be compiled. A site may bring its own in `csp.txt`.
pub const DEFAULT_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";

const NOW: HeaderName = HeaderName::from_static("x-baton-now");

/// The desk needs the microphone (phone), the clipboard and notifications; nothing else of the device.
const FIXED: [(HeaderName, &str); 5] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), \
         microphone=(self), midi=(), payment=(), usb=(), browsing-topics=()",
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

pub async fn finish(State(app): State<App>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let api = path.starts_with("/api/");
    let mut response = next.run(request).await;
    let status = response.status();
    if (status.is_client_error() || status.is_server_error()) && !is_problem(response.headers()) {
        response = restated(response);
    }
    let who = response.extensions().get::<Who>().map(|who| who.0.clone());
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let policy = headers.get(CONTENT_SECURITY_POLICY).and_then(|own| own.to_str().ok()).unwrap_or(DEFAULT_POLICY);
    if let Ok(policy) = HeaderValue::from_str(&connect::allowed(policy, &app.origins)) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    if api && !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if let Ok(now) = HeaderValue::from_str(&rfc3339(app.config.store.now())) {
        headers.insert(NOW, now);
    }
    let ms = begun.elapsed().as_secs_f64() * 1000.0;
    tracing::info!(%method, path, status = status.as_u16(), ms, user = who, "request");
    response
}

fn is_problem(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes() == MEDIA_TYPE.as_bytes())
}

/// The framework's own refusal (no such method, a bad address, a panic) as a problem, with its headers kept.
fn restated(response: Response) -> Response {
    let (parts, _) = response.into_parts();
    let mut problem = Problem::plain(parts.status).into_response();
    for (name, value) in &parts.headers {
        if name != CONTENT_TYPE && name != CONTENT_LENGTH {
            problem.headers_mut().insert(name, value.clone());
        }
    }
    *problem.extensions_mut() = parts.extensions;
    problem
}
