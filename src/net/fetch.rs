//! Requests by fetch, the device's clock, and the browser's dice.

use baton_sync::net::{Clock, Net, NetError, Request, Response, Rng};
use gloo_net::http::{Method, RequestBuilder};
use web_sys::{AbortSignal, RequestCache, RequestCredentials};

/// How long one request may take, answer included, milliseconds.
const LIMIT_MS: u32 = 30_000;

/// Some servers begin a text with it; it is no part of the text.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Sends requests to the app's own origin (or an absolute address), with the session's cookie.
#[derive(Debug, Clone, Copy, Default)]
pub struct FetchNet;

impl Net for FetchNet {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        let lost = |e: gloo_net::Error| NetError(e.to_string());
        let method = match request.method.as_str() {
            "POST" => Method::POST,
            "PUT" => Method::PUT,
            "PATCH" => Method::PATCH,
            "DELETE" => Method::DELETE,
            _ => Method::GET,
        };
        let mut builder = RequestBuilder::new(&request.url)
            .method(method)
            .cache(RequestCache::NoStore)
            .credentials(RequestCredentials::SameOrigin)
            .abort_signal(Some(&AbortSignal::timeout_with_u32(LIMIT_MS)));
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        let sent = match request.body {
            Some(body) => builder.body(body),
            None => builder.build(),
        };
        let response = sent.map_err(lost)?.send().await.map_err(lost)?;
        let headers = response.headers().entries().collect();
        let status = response.status();
        // As bytes: the browser's text would be turned into UTF-16 and back.
        let body = response.binary().await.map_err(lost)?;
        let mut body = String::from_utf8(body).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned());
        if body.starts_with(BYTE_ORDER_MARK) {
            body.remove(0);
        }
        Ok(Response { status, headers, body })
    }
}

/// The device's clock, uncorrected.
#[derive(Debug, Clone, Copy, Default)]
pub struct BrowserClock;

impl Clock for BrowserClock {
    fn now_ms(&self) -> i64 {
        js_sys::Date::now() as i64
    }

    fn steady_ms(&self) -> i64 {
        web_sys::window().and_then(|window| window.performance()).map_or(0, |performance| performance.now() as i64)
    }
}

/// `Math.random`: good enough for jitter and for telling tabs apart.
#[derive(Debug, Clone, Copy, Default)]
pub struct BrowserRng;

impl Rng for BrowserRng {
    fn next_u64(&self) -> u64 {
        let half = || (js_sys::Math::random() * f64::from(u32::MAX)) as u64;
        (half() << 32) ^ half()
    }
}
