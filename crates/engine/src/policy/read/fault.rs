//! What can be wrong with a pack, as data with one English sentence each. Where it is wrong is said by a JSON
//! Pointer into the file that the author edits. No reading happens here.

use std::fmt;

/// One fault of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// JSON Pointer (RFC 6901) into the pack that the author edits; for something missing, where it should stand.
    /// A fault inside a base pack points at the entry of `extends` that brings the base in.
    pub pointer: String,
    /// One English sentence that a person can act on; the wording of `code`.
    pub message: String,
    /// The same as data, so that a view can word it in another language.
    pub code: FaultCode,
}

impl Fault {
    pub(super) fn new(pointer: impl Into<String>, code: FaultCode) -> Fault {
        Fault { pointer: pointer.into(), message: code.to_string(), code }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.pointer, self.message)
    }
}

impl std::error::Error for Fault {}

/// What a name stands for, in faults about names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Noun {
    Pack,
    Calendar,
    HolidaySet,
    Rule,
    Class,
    Organisation,
    Category,
    Topic,
    Flag,
    FlagOption,
}

impl Noun {
    /// The English word for it.
    pub fn word(self) -> &'static str {
        match self {
            Noun::Pack => "pack",
            Noun::Calendar => "calendar",
            Noun::HolidaySet => "set of holidays",
            Noun::Rule => "rule",
            Noun::Class => "service class",
            Noun::Organisation => "organisation",
            Noun::Category => "category",
            Noun::Topic => "topic",
            Noun::Flag => "flag",
            Noun::FlagOption => "option of the flag",
        }
    }
}

/// The form that a value must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    Object,
    List,
    Text,
    Flag,
    Id,
    Duration,
    Time,
    Times,
    Date,
    Years,
    /// Whether a topic is in scope: always, never, or by the options of a flag.
    Condition,
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Expected::Object => "an object",
            Expected::List => "a list",
            Expected::Text => "a text",
            Expected::Flag => "true or false",
            Expected::Id => "an id",
            Expected::Duration => "a duration such as PT8H",
            Expected::Time => "a time such as \"09:00\"",
            Expected::Times => "a pair of times such as [\"09:00\", \"18:00\"]",
            Expected::Date => "a date such as \"2026-10-01\"",
            Expected::Years => "a pair of years such as [2024, 2030]",
            Expected::Condition => "true, false or {\"flag\": …, \"is\": […]}",
        })
    }
}

/// What stands there instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// As in the file, shortened.
    Value(String),
    List,
    Object,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Found::Value(value) => value,
            Found::List => "a list",
            Found::Object => "an object",
        })
    }
}

/// The kinds of fault. Texts that came from the file are shortened, so that a fault is always small.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultCode {
    // ── the file ──
    NotJson {
        line: usize,
        column: usize,
        reason: String,
    },
    TooBig {
        bytes: usize,
        limit: usize,
    },
    TooDeep {
        limit: usize,
    },
    TooManyValues {
        limit: usize,
    },
    TooManyFaults {
        limit: usize,
    },
    UnknownFormat {
        found: String,
        known: String,
    },
    /// The fault lies in a base pack, at `pointer` of that pack.
    InBase {
        pack: String,
        pointer: String,
        cause: Box<FaultCode>,
    },
    // ── shape ──
    Missing {
        key: String,
    },
    UnknownKey {
        key: String,
        known: Vec<String>,
    },
    DuplicateKey {
        key: String,
    },
    WrongType {
        expected: Expected,
        found: Found,
    },
    Empty,
    TooLong {
        characters: usize,
    },
    TooMany {
        limit: usize,
    },
    ControlCharacter,
    BadId {
        found: String,
    },
    OutOfRange {
        found: Found,
        min: i64,
        max: i64,
    },
    UnknownChoice {
        found: String,
        known: Vec<String>,
    },
    // ── names ──
    DuplicateId {
        id: String,
    },
    SeatTwice {
        seat: String,
    },
    UnknownName {
        noun: Noun,
        name: String,
        known: Vec<String>,
    },
    ReservedId {
        id: String,
    },
    NothingToRemove {
        id: String,
    },
    RemoveNotTrue,
    // ── time ──
    BadDuration {
        found: String,
    },
    NotPositive {
        found: String,
    },
    DurationTooLong {
        found: String,
        max_days: i64,
    },
    NotWholeDays {
        found: String,
    },
    BadDate {
        found: String,
    },
    WrongYear {
        date: String,
        year: i64,
    },
    DateTwice {
        date: String,
    },
    DatesReversed,
    BadTime {
        found: String,
    },
    IntervalReversed {
        from: String,
        to: String,
    },
    IntervalTooLate {
        to: String,
    },
    Overlap {
        with: String,
    },
    /// With the hours of the next day, by its key in the week.
    OverlapsDay {
        day: &'static str,
    },
    HoursAndAlwaysOpen,
    NeverOpen,
    BadZone {
        rule: String,
        reason: String,
    },
    BadCalendar {
        reason: String,
    },
    YearTwice {
        set: String,
        year: i64,
    },
    // ── packs ──
    ExtendsCycle {
        path: Vec<String>,
    },
    TooManyBases {
        limit: usize,
    },
    // ── sense ──
    UnusedRule {
        id: String,
    },
    ReserveTooLong {
        reserve: String,
        rule: String,
        limit: String,
    },
    NotAnInterface {
        org: String,
    },
    SharedEntry {
        org: String,
        flow: String,
    },
    EdgeToItself {
        org: String,
    },
    UnreachableEdge {
        from: String,
        entry: String,
    },
    ParentCycle {
        id: String,
    },
    NoAlternative,
    NoSeatWithSkill {
        skill: String,
    },
    RangeReversed,
    /// The reader contradicted itself; no pack should ever show this.
    Internal,
}

impl FaultCode {
    /// Whether a base that could not be found may hold what is missed.
    pub(super) fn may_be_in_a_base(&self) -> bool {
        use FaultCode as C;
        match self {
            C::InBase { cause, .. } => cause.may_be_in_a_base(),
            C::Missing { .. } | C::UnknownName { .. } | C::NothingToRemove { .. } => true,
            C::NeverOpen | C::NoSeatWithSkill { .. } | C::NoAlternative | C::UnreachableEdge { .. } => true,
            _ => false,
        }
    }
}

fn list(known: &[String]) -> String {
    if known.is_empty() { "none".to_owned() } else { known.join(", ") }
}

impl fmt::Display for FaultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use FaultCode as C;
        match self {
            C::NotJson { line, column, reason } => write!(f, "this is not JSON, line {line} column {column}: {reason}"),
            C::TooBig { bytes, limit } => {
                write!(f, "the file has {bytes} bytes; a pack may have {limit}")
            }
            C::TooDeep { limit } => write!(f, "values are nested deeper than {limit} levels"),
            C::TooManyValues { limit } => write!(f, "the pack has more than {limit} values"),
            C::TooManyFaults { limit } => write!(f, "there are more faults; only the first {limit} are listed"),
            C::UnknownFormat { found, known } => {
                write!(f, "the format \"{found}\" is not known; this reader reads \"{known}\"")
            }
            C::InBase { pack, pointer, cause } => write!(f, "in the base pack \"{pack}\" at {pointer}: {cause}"),
            C::Missing { key } => write!(f, "\"{key}\" is missing"),
            C::UnknownKey { key, known } => write!(f, "the key \"{key}\" is not known here; known: {}", list(known)),
            C::DuplicateKey { key } => write!(f, "the key \"{key}\" stands here twice"),
            C::WrongType { expected, found } => write!(f, "expected {expected}, found {found}"),
            C::Empty => write!(f, "this must not be empty"),
            C::TooLong { characters } => write!(f, "this is longer than {characters} characters"),
            C::TooMany { limit } => write!(f, "at most {limit} entries are allowed here"),
            C::ControlCharacter => write!(f, "control characters and direction overrides are not allowed in texts"),
            C::BadId { found } => {
                write!(f, "\"{found}\" is no id; use 1 to 64 Latin letters, digits, '-', '_' or '.'")
            }
            C::OutOfRange { found, min, max } => {
                write!(f, "expected a whole number from {min} to {max}, found {found}")
            }
            C::UnknownChoice { found, known } => {
                write!(f, "\"{found}\" is not one of: {}", list(known))
            }
            C::DuplicateId { id } => {
                write!(f, "\"{id}\" stands twice in this list; ids must differ")
            }
            C::SeatTwice { seat } => write!(f, "the seat \"{seat}\" belongs to another desk already"),
            C::UnknownName { noun, name, known } => {
                let word = noun.word();
                let article = if word.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
                write!(f, "{article} {word} named \"{name}\" does not exist; known: {}", list(known))
            }
            C::ReservedId { id } => write!(f, "\"{id}\" has a meaning of its own and cannot be used as an id"),
            C::NothingToRemove { id } => write!(f, "no base pack has \"{id}\" here, so there is nothing to remove"),
            C::RemoveNotTrue => write!(f, "\"remove\" can only be true; leave the key out to keep the entry"),
            C::BadDuration { found } => {
                write!(f, "\"{found}\" is no duration; write ISO 8601 such as PT8H, PT30M or P15D")
            }
            C::NotPositive { found } => {
                write!(f, "the duration must be more than zero, found {found}")
            }
            C::DurationTooLong { found, max_days } => {
                write!(f, "the duration {found} is longer than {max_days} days")
            }
            C::NotWholeDays { found } => {
                write!(f, "expected whole days such as P15D, found {found}")
            }
            C::BadDate { found } => write!(f, "\"{found}\" is no date; write YYYY-MM-DD"),
            C::WrongYear { date, year } => {
                write!(f, "{date} does not lie in the year {year} of this list")
            }
            C::DateTwice { date } => write!(f, "{date} is listed already"),
            C::DatesReversed => write!(f, "the last day lies before the first"),
            C::BadTime { found } => {
                write!(f, "\"{found}\" is no time of day; write HH:MM or HH:MM:SS, up to 48:00 for the next day")
            }
            C::IntervalReversed { from, to } => {
                write!(
                    f,
                    "the interval from {from} to {to} ends before it begins; write hours after midnight as 24:00 plus, e.g. 30:00 for 6 in the morning"
                )
            }
            C::IntervalTooLate { to } => {
                write!(f, "an interval must begin before 24:00 and end by 48:00, found {to}")
            }
            C::Overlap { with } => write!(f, "this interval overlaps with {with}"),
            C::OverlapsDay { day } => write!(f, "this interval overlaps with the hours of {day}"),
            C::HoursAndAlwaysOpen => {
                write!(f, "a calendar that is always open has no weekly hours; keep one of the two")
            }
            C::NeverOpen => write!(f, "this calendar is never open, so nothing would ever be due"),
            C::BadZone { rule, reason } => {
                write!(
                    f,
                    "\"{rule}\" is no time zone rule in POSIX form such as CST-8 or EST5EDT,M3.2.0,M11.1.0: {reason}"
                )
            }
            C::BadCalendar { reason } => write!(f, "the calendar cannot be built: {reason}"),
            C::YearTwice { set, year } => {
                write!(f, "the holidays \"{set}\" of {year} are listed already")
            }
            C::ExtendsCycle { path } => write!(f, "the packs extend one another in a circle: {}", path.join(" → ")),
            C::TooManyBases { limit } => write!(f, "a pack may rest on at most {limit} others"),
            C::UnusedRule { id } => {
                write!(
                    f,
                    "nothing uses the rule \"{id}\"; refer to it from a class, clock, contact or call-back, or remove it"
                )
            }
            C::ReserveTooLong { reserve, rule, limit } => {
                write!(f, "the reserve of {reserve} leaves nothing of the limit {limit} of {rule}")
            }
            C::NotAnInterface { org } => {
                write!(
                    f,
                    "\"{org}\" is no service interface, so no case can begin there; set \"interface\": true or choose another"
                )
            }
            C::SharedEntry { org, flow } => {
                write!(f, "the flow \"{flow}\" begins at \"{org}\" already; an organisation has one flow")
            }
            C::EdgeToItself { org } => write!(f, "\"{org}\" cannot dispatch to itself"),
            C::UnreachableEdge { from, entry } => {
                write!(f, "a case that begins at \"{entry}\" never comes to \"{from}\" by the edges of this flow")
            }
            C::ParentCycle { id } => write!(f, "the category \"{id}\" is its own ancestor"),
            C::NoAlternative => {
                write!(f, "a topic that can be out of scope needs an \"alternative\" that says what to do instead")
            }
            C::NoSeatWithSkill { skill } => {
                write!(f, "no seat of this desk has the skill \"{skill}\"")
            }
            C::RangeReversed => write!(f, "\"below\" must be more than \"atLeast\""),
            C::Internal => write!(f, "the pack could not be compiled although no fault was found"),
        }
    }
}
