//! Texts with placeholders such as `/{collection}/{id}`: parsed once, filled for every request.

use std::fmt::Write as _;

use super::read::Wrong;

/// What a placeholder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Var {
    /// The backend's name of the collection.
    Collection,
    /// Our id of the document.
    Id,
    /// The backend's key of the document: our id, unless the backend makes keys of its own.
    Key,
    /// Revision of the base that a write builds on.
    Rev,
    /// Where the last list ended, as the backend said it.
    Cursor,
    /// The newest stamp of the last listing, less the overlap.
    Since,
    /// Page size.
    Limit,
    /// Number of the page, or of the first row, or the backend's bookmark.
    Page,
    Offset,
    Bookmark,
    /// The sort keys of the last row of the page before.
    Sort(u8),
}

impl Var {
    pub(super) fn name(self) -> &'static str {
        match self {
            Var::Collection => "collection",
            Var::Id => "id",
            Var::Key => "key",
            Var::Rev => "rev",
            Var::Cursor => "cursor",
            Var::Since => "since",
            Var::Limit => "limit",
            Var::Page => "page",
            Var::Offset => "offset",
            Var::Bookmark => "bookmark",
            Var::Sort(0) => "key0",
            Var::Sort(1) => "key1",
            Var::Sort(_) => "key2",
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

/// Parameters or headers: names with their templates.
pub(super) type Pairs = Vec<(String, Template)>;

/// Values for the placeholders. A missing value makes the whole text missing, so that for instance a first
/// list is asked for without its `since`.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Values<'a> {
    pub collection: Option<&'a str>,
    pub id: Option<&'a str>,
    pub key: Option<&'a str>,
    pub rev: Option<&'a str>,
    pub cursor: Option<&'a str>,
    pub since: Option<&'a str>,
    pub limit: Option<&'a str>,
    /// Of whatever kind the paging is.
    pub position: &'a [String],
}

impl<'a> Values<'a> {
    fn get(&self, var: Var) -> Option<&'a str> {
        let position = |n: usize| self.position.get(n).map(String::as_str);
        match var {
            Var::Collection => self.collection,
            Var::Id => self.id,
            Var::Key => self.key,
            Var::Rev => self.rev,
            Var::Cursor => self.cursor,
            Var::Since => self.since,
            Var::Limit => self.limit,
            Var::Page | Var::Offset | Var::Bookmark => position(0),
            Var::Sort(n) => position(usize::from(n)),
        }
    }
}

impl Template {
    /// # Errors
    /// What is wrong: an open brace, or a placeholder that has no meaning in this place.
    pub(super) fn parse(text: &str, allowed: &[Var]) -> Result<Template, Wrong> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, tail)) = after.split_once('}') else {
                return Err(Wrong::NotClosed);
            };
            if !before.is_empty() {
                parts.push(Part::Text(before.into()));
            }
            let Some(var) = allowed.iter().find(|v| v.name() == name) else {
                let known = allowed.iter().map(|v| v.name()).collect();
                return Err(Wrong::UnknownPlaceholder { found: name.to_owned(), known });
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

    /// The text with its values put in as they are: for headers.
    pub(super) fn plain(&self, values: &Values<'_>) -> Option<String> {
        self.fill(values, String::push_str, |out, value, _| out.push_str(value))
    }

    /// The text with its values percent-encoded: for paths.
    pub(super) fn path(&self, values: &Values<'_>) -> Option<String> {
        self.fill(values, String::push_str, |out, value, _| encode(out, value))
    }

    /// All percent-encoded: for the value of a parameter. What follows a quote, as in `id>'{key1}'`, is text inside
    /// that quote and cannot end it.
    pub(super) fn parameter(&self, values: &Values<'_>) -> Option<String> {
        self.fill(values, encode, |out, value, quote| match quote {
            Some(quote) if value.contains([quote, '\\']) => {
                encode(out, &value.replace('\\', "\\\\").replace(quote, &format!("\\{quote}")));
            }
            _ => encode(out, value),
        })
    }

    fn fill(
        &self,
        values: &Values<'_>,
        text: impl Fn(&mut String, &str),
        value: impl Fn(&mut String, &str, Option<char>),
    ) -> Option<String> {
        let mut out = String::new();
        let mut quote = None;
        for part in &self.0 {
            match part {
                Part::Text(part) => {
                    text(&mut out, part);
                    quote = part.chars().last().filter(|c| ['\'', '"'].contains(c));
                }
                Part::Var(var) => {
                    value(&mut out, values.get(*var)?, quote);
                    quote = None;
                }
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
