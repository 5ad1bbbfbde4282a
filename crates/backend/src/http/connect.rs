//! Other backends that the desk may call from the browser: their origins, and the Content-Security-Policy that lets it. Not here: what is
//! said to them, which is the connector file's subject and not this server's.

use std::path::Path;

use axum::http::Uri;
use serde_json::Value;

use crate::{Error, Result};

/// The origin of an absolute http(s) address, as a policy names it: scheme, host and port.
///
/// # Errors
/// It is no such address, or carries a user name.
pub fn origin(address: &str) -> Result<String> {
    let bad = || Error::Config(format!("{address:?} is no origin such as https://kinto.example:8443"));
    let uri: Uri = address.parse().map_err(|_| bad())?;
    let scheme = uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https")).ok_or_else(bad)?;
    let authority = uri.authority().map(|authority| authority.as_str()).ok_or_else(bad)?;
    let allowed = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    if authority.chars().all(allowed) { Ok(format!("{scheme}://{authority}")) } else { Err(bad()) }
}

/// The origins of every absolute `base` in a connector file.
///
/// # Errors
/// The file cannot be read, is not JSON, or one of its addresses is none.
pub fn origins_of(file: &Path) -> Result<Vec<String>> {
    let fault = |what: String| Error::Config(format!("{}: {what}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| fault(error.to_string()))?;
    let value: Value = serde_json::from_str(&text).map_err(|error| fault(format!("not JSON: {error}")))?;
    let mut found = Vec::new();
    gather(&value, &mut found)?;
    Ok(found)
}

fn gather(value: &Value, found: &mut Vec<String>) -> Result<()> {
    match value {
        Value::Object(map) => {
            let base = map.get("base").and_then(Value::as_str).filter(|base| base.contains("://"));
            if let Some(origin) = base.map(origin).transpose()?
                && !found.contains(&origin)
            {
                found.push(origin);
            }
            map.values().try_for_each(|value| gather(value, found))
        }
        Value::Array(list) => list.iter().try_for_each(|value| gather(value, found)),
        _ => Ok(()),
    }
}

/// The policy, with these origins among those that may be called.
pub fn allowed(policy: &str, origins: &[String]) -> String {
    if origins.is_empty() {
        return policy.to_owned();
    }
    let more = origins.join(" ");
    let mut parts: Vec<String> = policy.split(';').map(|part| part.trim().to_owned()).collect();
    match parts.iter_mut().find(|part| part.starts_with("connect-src ")) {
        Some(part) => *part = format!("{part} {more}"),
        None => parts.push(format!("connect-src 'self' {more}")),
    }
    parts.retain(|part| !part.is_empty());
    parts.join("; ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_scheme_a_host_and_a_port() {
        assert_eq!(origin("https://kinto.example:8443/v1").unwrap(), "https://kinto.example:8443");
        assert_eq!(origin("http://[::1]:3000").unwrap(), "http://[::1]:3000");
        for bad in
            ["", "kinto.example", "/api", "ftp://x", "https://", "https://a;b", "https://u:p@host", "*", "https://*"]
        {
            assert!(origin(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_policy_gets_the_origins_once_and_stays_as_it_is_without_any() {
        let more = ["https://a".to_owned(), "https://b".to_owned()];
        assert_eq!(
            allowed("default-src 'none'; connect-src 'self'; base-uri 'none'", &more),
            "default-src 'none'; connect-src 'self' https://a https://b; base-uri 'none'"
        );
        assert_eq!(allowed("default-src 'none';", &more[..1]), "default-src 'none'; connect-src 'self' https://a");
        assert_eq!(allowed("x;", &[]), "x;");
    }
}
