//! The little of PocketBase's filter language that connectors use: comparisons of texts with `&&`, `||` and brackets.

use serde_json::Value;

/// Whether the row passes the filter.
pub fn holds(filter: &str, row: &Value) -> bool {
    let mut rest = filter.trim();
    let found = any(&mut rest, row);
    assert!(rest.is_empty(), "{rest:?} is left of the filter {filter:?}");
    found
}

fn any(rest: &mut &str, row: &Value) -> bool {
    let mut found = all(rest, row);
    while skip(rest, "||") {
        let next = all(rest, row);
        found = found || next;
    }
    found
}

fn all(rest: &mut &str, row: &Value) -> bool {
    let mut found = one(rest, row);
    while skip(rest, "&&") {
        let next = one(rest, row);
        found = found && next;
    }
    found
}

fn one(rest: &mut &str, row: &Value) -> bool {
    if skip(rest, "(") {
        let found = any(rest, row);
        assert!(skip(rest, ")"), "a bracket is not closed before {rest:?}");
        return found;
    }
    *rest = rest.trim_start();
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    let (name, tail) = rest.split_at(end);
    *rest = tail;
    let stands = row.get(name).unwrap_or_else(|| panic!("no field {name:?}")).as_str().unwrap_or_default();
    let operator = ["!=", ">=", "<=", "=", ">", "<"].into_iter().find(|operator| skip(rest, operator));
    let wanted = quoted(rest);
    match operator {
        Some("=") => stands == wanted,
        Some("!=") => stands != wanted,
        Some(">=") => stands >= wanted.as_str(),
        Some("<=") => stands <= wanted.as_str(),
        Some(">") => stands > wanted.as_str(),
        Some("<") => stands < wanted.as_str(),
        _ => panic!("no comparison before {rest:?}"),
    }
}

fn quoted(rest: &mut &str) -> String {
    *rest = rest.trim_start();
    let quote = rest.chars().next().filter(|c| *c == '\'' || *c == '"').expect("a quoted text");
    let inner = &rest[1..];
    let end = inner.find(quote).expect("the end of a quoted text");
    *rest = &inner[end + 1..];
    inner[..end].to_owned()
}

fn skip(rest: &mut &str, word: &str) -> bool {
    *rest = rest.trim_start();
    match rest.strip_prefix(word) {
        Some(tail) => {
            *rest = tail;
            true
        }
        None => false,
    }
}
