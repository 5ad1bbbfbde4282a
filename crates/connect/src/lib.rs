//! What sync needs of the world, for a native program: HTTP, the device's clock, dice, and a log-in.
//!
//! The program `baton-connector` and tests use it; the desk has its own in the browser. Nothing here knows a dialect.

mod login;

pub use login::log_in;

use std::sync::LazyLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use baton_sync::net::{Clock, Net, NetError, Request, Response, Rng};

/// How long one request may take, answer included.
const LIMIT: Duration = Duration::from_secs(30);

/// Sends requests over HTTP/1.1, plain or with TLS.
#[derive(Debug, Clone)]
pub struct HttpNet {
    client: reqwest::Client,
    /// Stands before addresses that are paths.
    origin: String,
}

impl HttpNet {
    /// `origin`, such as `http://127.0.0.1:8080`, stands before addresses that are paths.
    ///
    /// # Errors
    /// The TLS library cannot be set up.
    pub fn new(origin: &str) -> Result<HttpNet, NetError> {
        let client = reqwest::Client::builder().timeout(LIMIT).build().map_err(|error| lost(&error))?;
        Ok(HttpNet { client, origin: origin.trim_end_matches('/').into() })
    }
}

impl Net for HttpNet {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        let method = reqwest::Method::from_bytes(request.method.as_bytes())
            .map_err(|_| NetError(format!("{:?} is no HTTP method", request.method)))?;
        let url = match request.url.contains("://") {
            true => request.url,
            false if self.origin.is_empty() => {
                return Err(NetError(format!("{} is a path: say where it is", request.url)));
            }
            false => format!("{}{}", self.origin, request.url),
        };
        let mut call = self.client.request(method, url);
        for (name, value) in &request.headers {
            call = call.header(name, value);
        }
        if let Some(body) = request.body {
            call = call.body(body);
        }
        let answer = call.send().await.map_err(|error| lost(&error))?;
        let status = answer.status().as_u16();
        let text = |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = answer.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let body = answer.text().await.map_err(|error| lost(&error))?;
        Ok(Response { status, headers, body })
    }
}

/// The whole chain: the outermost error alone says hardly more than "error sending request".
fn lost(error: &reqwest::Error) -> NetError {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    NetError(text)
}

/// The device's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    fn steady_ms(&self) -> i64 {
        static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);
        i64::try_from(BEGUN.elapsed().as_millis()).unwrap_or(i64::MAX)
    }
}

/// The operating system's random numbers.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRng;

impl Rng for SystemRng {
    fn next_u64(&self) -> u64 {
        // Without them ids of two runs might meet; the clock keeps them apart as well.
        getrandom::u64().unwrap_or_else(|_| SystemClock.now_ms().unsigned_abs())
    }
}
