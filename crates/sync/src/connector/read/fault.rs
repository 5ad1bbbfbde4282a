//! What can be wrong with a connector file, as data with one English sentence each; views word it in their own language.
//! No reading happens here.

use std::fmt;

/// One thing that is wrong with a connector file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// JSON Pointer (RFC 6901) into the file; for something missing, where it should stand.
    pub at: String,
    pub what: Wrong,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", if self.at.is_empty() { "/" } else { &self.at }, self.what)
    }
}

/// The kinds of fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// Line and column count from 1; `reason` is the parser's English.
    NotJson {
        line: usize,
        column: usize,
        reason: String,
    },
    // ── shape ──
    Missing,
    Empty,
    MustBe(Wanted),
    /// The value is none of these texts.
    OneOf {
        known: Vec<&'static str>,
    },
    OutOfRange {
        min: u64,
        max: u64,
    },
    UnknownKey {
        known: Vec<&'static str>,
    },
    // ── placeholders ──
    /// A `{` without its `}`.
    NotClosed,
    UnknownPlaceholder {
        found: String,
        known: Vec<&'static str>,
    },
    /// A placeholder that must be sent, without its braces.
    NotSent {
        name: &'static str,
        so: Loss,
    },
    // ── sections that do not fit each other ──
    /// A part that nobody reads here.
    Unread(Unread),
    NoCollection,
    NoSection {
        section: &'static str,
    },
    RevisionNotSent,
    NoFind,
    NoMark,
    NoRevision,
    NoOrigin,
    NoOurs,
    ConstantOfOurs,
    OverlapOfText,
    CursorOfAnotherStyle,
    AnswerWithoutDocument,
}

/// The form that a value must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    Object,
    Text,
    Flag,
    List,
    Texts,
    /// An object whose members are texts.
    Pairs,
    /// The same for the headers of a log-in, which carry its token.
    LogInHeaders,
    Pointer,
    PointerOrNull,
    /// A pointer that is not empty.
    Member,
    /// `[member=text]` in a pointer.
    Pick,
    Keys,
    /// `header:Name`.
    Header,
    Path,
    Base,
    /// Without a slash at its end.
    OpenBase,
    Status,
    Statuses,
    Moment,
    Collection,
    Values,
    Delete,
}

/// What comes of it when a placeholder is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// Every pull lists everything.
    News,
    /// Every page is the same.
    Page,
    /// Nothing is searched for.
    Search,
    /// Nobody can log in, or stays logged in.
    LogIn,
}

/// Why a part means nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// The section has another style.
    Style,
    /// No document is sent here.
    NoDocument,
    /// There is no field of ours.
    NoOurs,
}

impl Wanted {
    fn english(self) -> &'static str {
        match self {
            Wanted::Object => "must be an object",
            Wanted::Text => "must be a text",
            Wanted::Flag => "must be true or false",
            Wanted::List => "must be a list",
            Wanted::Texts => "must be a list of texts",
            Wanted::Pairs => "must be an object of texts, such as {\"Accept\": \"application/json\"}",
            Wanted::LogInHeaders => "must be an object of texts, such as {\"Authorization\": \"{token}\"}",
            Wanted::Pointer => "must be a JSON Pointer: empty, or beginning with '/'",
            Wanted::PointerOrNull => "must be a JSON Pointer, or null for nowhere",
            Wanted::Member => "must lead to a member of the document, such as \"/id\"",
            Wanted::Pick => "an entry of a list is picked by [member=text]",
            Wanted::Keys => "must be a list of one to three JSON Pointers",
            Wanted::Header => "names no header; write \"header:\" and its name",
            Wanted::Path => "must be a text that begins with '/'",
            Wanted::Base => "must begin with '/', 'http://' or 'https://'",
            Wanted::OpenBase => "must not end with '/': paths begin with it",
            Wanted::Status => "is no HTTP status",
            Wanted::Statuses => "must be a list of HTTP statuses",
            Wanted::Moment => "must be a time such as 2026-11-23T02:00:00Z",
            Wanted::Collection => "must be a name, or an object with a name and sections of its own",
            Wanted::Values => "must be an object of our values with theirs",
            Wanted::Delete => "must be an object, or \"mark\"",
        }
    }
}

impl Loss {
    fn english(self) -> &'static str {
        match self {
            Loss::News => "every pull would list everything",
            Loss::Page => "every page would be the same",
            Loss::Search => "nothing would be searched for",
            Loss::LogIn => "nobody could log in",
        }
    }
}

/// `"a", "b"`, as they would stand in the file.
fn quoted(known: &[&str]) -> String {
    known.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Wrong::NotJson { line, column, reason } => {
                return write!(f, "this is not JSON, line {line} column {column}: {reason}");
            }
            Wrong::OneOf { known } => return write!(f, "must be one of: {}", quoted(known)),
            Wrong::OutOfRange { min, max } => return write!(f, "must be a whole number from {min} to {max}"),
            Wrong::UnknownKey { known } => return write!(f, "is not known here; possible: {}", quoted(known)),
            Wrong::UnknownPlaceholder { found, known } => {
                let names: Vec<String> = known.iter().map(|name| format!("{{{name}}}")).collect();
                let possible = if names.is_empty() { "none".to_owned() } else { names.join(" ") };
                return write!(f, "{{{found}}} has no meaning here; possible: {possible}");
            }
            Wrong::NotSent { name, so } => return write!(f, "{{{name}}} is sent nowhere: {}", so.english()),
            Wrong::NoSection { section } => return write!(f, "has no {section:?}, and neither has the file"),
            Wrong::MustBe(form) => form.english(),
            Wrong::Missing => "is missing",
            Wrong::Empty => "must not be empty",
            Wrong::NotClosed => "a '{' is not closed",
            Wrong::Unread(Unread::Style) => "means nothing with this style",
            Wrong::Unread(Unread::NoDocument) => "means nothing here: no document is sent",
            Wrong::Unread(Unread::NoOurs) => "means nothing without \"ours\"",
            Wrong::NoCollection => "names no collection",
            Wrong::RevisionNotSent => {
                "the revision is sent nowhere, so a write is not conditional: send {rev} (or revIn), or say \"cas\": \
                 \"none\" in /promises"
            }
            Wrong::NoFind => "is missing: where the backend makes the ids, a document must be found by ours",
            Wrong::NoMark => "deletion by a mark needs /document/deleted",
            Wrong::NoRevision => "is missing: answers hold nothing but a revision",
            Wrong::NoOrigin => "needs \"from\" (in a document) or \"envelope\" (in the answer), and not both",
            Wrong::NoOurs => "needs \"ours\", or a \"constant\" or \"default\" to write",
            Wrong::ConstantOfOurs => "is written whatever ours is: leave \"ours\" out",
            Wrong::OverlapOfText => "needs \"type\": \"number\" or \"time\": nothing can be taken off a text",
            Wrong::CursorOfAnotherStyle => "the list has a \"cursor\", which goes with the style \"cursor\" only",
            Wrong::AnswerWithoutDocument => "is for create and replace, instead of \"doc\"",
        })
    }
}
