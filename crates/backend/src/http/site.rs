//! The desk's files: types, precompressed siblings, caching, and the fallback that lets the app have its own addresses. Finding and reading
//! files, ranges, and keeping inside the folder are tower-http's work. Not here: compression on the fly and security headers, which hold
//! for the API as well.

use std::path::Path;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{
    ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_MODIFIED_SINCE, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use tower::ServiceExt;
use tower_http::services::{ServeDir, ServeFile};

use super::app::App;
use super::problem::Problem;

/// Files up to this size get an ETag from their content; larger ones are revalidated by their time.
const TAGGED: usize = 4 << 20;

/// Where every desk looks for the connector to use.
const CONNECTOR: &str = "/connector/baton.json";

/// Everything that is not under `/api`.
pub async fn site(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let Some(folder) = &app.config.site else {
        return Err(Problem::plain(StatusCode::NOT_FOUND));
    };
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response = Problem::plain(StatusCode::METHOD_NOT_ALLOWED).into_response();
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET,HEAD"));
        return Ok(response);
    }
    let path = request.uri().path().to_owned();
    if path == "/api" || path.starts_with("/api/") || is_hidden(&path) {
        return Err(Problem::plain(StatusCode::NOT_FOUND));
    }
    let name = path.rsplit('/').next().unwrap_or_default().to_owned();
    let tags = request.headers().get(IF_NONE_MATCH).cloned();
    let (head, _) = request.into_parts();
    // Always read as GET: the connection leaves the body out of the answer to a HEAD, and its headers are the same.
    let asked = |uri: Uri| {
        let mut request = Request::new(Body::empty());
        *request.headers_mut() = head.headers.clone();
        *request.uri_mut() = uri;
        if tags.is_some() {
            // A tag says more than a time, which is in whole seconds (RFC 9110, 13.1.3).
            request.headers_mut().remove(IF_MODIFIED_SINCE);
        }
        request
    };

    let mut response = match &app.config.connector {
        Some(file) if path == CONNECTOR => one_file(file, asked(head.uri.clone())).await?,
        _ => read(folder, asked(head.uri.clone())).await?,
    };
    if response.status() == StatusCode::NOT_FOUND && !name.contains('.') {
        response = read(folder, asked(Uri::from_static("/index.html"))).await?;
    }
    if response.status() == StatusCode::NOT_FOUND {
        return Err(Problem::plain(StatusCode::NOT_FOUND));
    }
    // Only the app's own policy can know the hashes of the app's inline scripts; read each time, so that a new build brings its own.
    if let Some(policy) = own_policy(folder).await {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    let headers = response.headers_mut();
    if !headers.contains_key(VARY) {
        headers.insert(VARY, HeaderValue::from(ACCEPT_ENCODING));
    }
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if let Some(kind) = kind.filter(|kind| kind.starts_with("text/") && !kind.contains(';'))
        && let Ok(kind) = HeaderValue::from_str(&format!("{kind}; charset=utf-8"))
    {
        headers.insert(CONTENT_TYPE, kind);
    }
    if is_hashed(&name) {
        let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
        headers.insert(CACHE_CONTROL, forever);
        return Ok(response);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if name.ends_with(".webmanifest") {
        let kind = HeaderValue::from_static("application/manifest+json");
        headers.insert(CONTENT_TYPE, kind);
    }
    tagged(response, tags.as_ref()).await
}

/// Whether a part of the path starts with a dot, or hides a dot or a slash behind an escape, which no link of ours needs.
fn is_hidden(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let escaped = ["%2e", "%2f", "%5c", "%00"].iter().any(|code| lower.contains(code));
    escaped || path.split('/').any(|part| part.starts_with('.') && part != ".well-known")
}

async fn read(folder: &Path, request: Request) -> Result<Response, Problem> {
    let files = ServeDir::new(folder).append_index_html_on_directories(false).precompressed_br().precompressed_gzip();
    match files.oneshot(request).await {
        Ok(response) => Ok(response.map(Body::new)),
        Err(never) => match never {},
    }
}

/// The connector file in use, in place of the site's own.
async fn one_file(file: &Path, request: Request) -> Result<Response, Problem> {
    let json = HeaderValue::from_static("application/json");
    match ServeFile::new(file).oneshot(request).await {
        Ok(mut response) => {
            response.headers_mut().insert(CONTENT_TYPE, json);
            Ok(response.map(Body::new))
        }
        Err(never) => match never {},
    }
}

/// Adds an ETag from the content, and answers 304 if the client has it.
async fn tagged(response: Response, tags: Option<&HeaderValue>) -> Result<Response, Problem> {
    let size = response.headers().get(CONTENT_LENGTH).and_then(|size| size.to_str().ok()?.parse::<usize>().ok());
    if response.status() != StatusCode::OK || size.is_none_or(|size| size > TAGGED) {
        return Ok(response);
    }
    let (mut parts, body) = response.into_parts();
    let bytes = to_bytes(body, TAGGED).await.map_err(|error| Problem::internal(&error))?;
    let hash = Sha256::digest(&bytes);
    let short: String = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("W/\"{short}\"");
    let known = tags.and_then(|tags| tags.to_str().ok()).is_some_and(|tags| {
        let quoted = tag.trim_start_matches("W/");
        tags.split(',').any(|known| {
            let known = known.trim();
            known == "*" || known.trim_start_matches("W/") == quoted
        })
    });
    parts.headers.insert(ETAG, HeaderValue::from_str(&tag).map_err(|error| Problem::internal(&error))?);
    if known {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(CONTENT_LENGTH);
        return Ok(Response::from_parts(parts, Body::empty()));
    }
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

/// The policy in `csp.txt`, on one line.
async fn own_policy(folder: &Path) -> Option<HeaderValue> {
    let text = tokio::fs::read_to_string(folder.join("csp.txt")).await.ok()?;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() {
        return None;
    }
    HeaderValue::from_str(&line).inspect_err(|error| tracing::error!(%error, "csp.txt cannot be sent as a header")).ok()
}

/// Whether the build put a hash of the content into the name: `-` and at least 8 hexadecimal digits, then `.`, `_` or `-`.
fn is_hashed(name: &str) -> bool {
    name.match_indices('-').any(|(at, _)| {
        let rest = &name[at + 1..];
        let digits = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        digits >= 8 && matches!(rest.as_bytes().get(digits), Some(b'.' | b'_' | b'-'))
    })
}

#[cfg(test)]
mod tests {
    use super::is_hashed;

    #[test]
    fn names_with_a_hash() {
        for name in ["baton-1a2b3c4d5e6f7a8b.js", "baton-1a2b3c4d5e6f7a8b_bg.wasm", "main-app-deadbeef.css"] {
            assert!(is_hashed(name), "{name}");
        }
        for name in [
            "index.html",
            "sw.js",
            "china-mobile-td.json",
            "a-1234567.js",
            "a-deadbeefx.js",
            "dongguan-expert-desk.json",
            "-12345678",
        ] {
            assert!(!is_hashed(name), "{name}");
        }
    }
}
