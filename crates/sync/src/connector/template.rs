//! Texts with placeholders such as `/{collection}/{id}`: parsed once, filled for every request.

use std::fmt::Write as _;

/// What a placeholder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Var {
    /// The backend's name of the collection.
    Collection,
    Id,
    /// Revision of the base that a write builds on.
    Rev,
    /// Where the last list ended.
    Cursor,
    /// Page size.
    Limit,
}

impl Var {
    fn name(self) -> &'static str {
        match self {
            Var::Collection => "collection",
            Var::Id => "id",
            Var::Rev => "rev",
            Var::Cursor => "cursor",
            Var::Limit => "limit",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Var(Var),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template(Vec<Part>);

/// Values for the placeholders. A missing value makes the whole text missing, so that for instance a first
/// list is asked for without its `since`.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Values<'a> {
    pub collection: Option<&'a str>,
    pub id: Option<&'a str>,
    pub rev: Option<&'a str>,
    pub cursor: Option<&'a str>,
    pub limit: Option<&'a str>,
}

impl<'a> Values<'a> {
    fn get(&self, var: Var) -> Option<&'a str> {
        match var {
            Var::Collection => self.collection,
            Var::Id => self.id,
            Var::Rev => self.rev,
            Var::Cursor => self.cursor,
            Var::Limit => self.limit,
        }
    }
}

impl Template {
    /// # Errors
    /// What is wrong: an open brace, or a placeholder that has no meaning in this place.
    pub(super) fn parse(text: &str, allowed: &[Var]) -> Result<Template, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, tail)) = after.split_once('}') else {
                return Err("a '{' is not closed".into());
            };
            if !before.is_empty() {
                parts.push(Part::Text(before.into()));
            }
            let Some(var) = allowed.iter().find(|v| v.name() == name) else {
                let names: Vec<String> = allowed.iter().map(|v| format!("{{{}}}", v.name())).collect();
                return Err(format!("{{{name}}} has no meaning here; possible: {}", names.join(" ")));
            };
            parts.push(Part::Var(*var));
            rest = tail;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.into()));
        }
        Ok(Template(parts))
    }

    pub(super) fn uses(&self, var: Var) -> bool {
        self.0.contains(&Part::Var(var))
    }

    /// The text with its values put in as they are.
    pub(super) fn plain(&self, values: &Values<'_>) -> Option<String> {
        self.fill(values, |out, value| out.push_str(value))
    }

    /// The text with its values percent-encoded, for paths and queries.
    pub(super) fn encoded(&self, values: &Values<'_>) -> Option<String> {
        self.fill(values, encode)
    }

    fn fill(&self, values: &Values<'_>, put: impl Fn(&mut String, &str)) -> Option<String> {
        let mut out = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Var(var) => put(&mut out, values.get(*var)?),
            }
        }
        Some(out)
    }
}

/// Appends `value` percent-encoded; only the unreserved characters of RFC 3986 stay.
pub(super) fn encode(out: &mut String, value: &str) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}
