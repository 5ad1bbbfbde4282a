//! What a calendar is made from: plain data, as a policy pack gives it. No lookups here, and no JSON.

use std::fmt;

use crate::time::{Date, Weekday};

/// The years a calendar covers when its pack does not say.
pub const DEFAULT_COVERED_YEARS: (i32, i32) = (2024, 2030);

/// Opening hours of one day: half-open `[open, close)` in seconds of the wall clock from local midnight.
/// `open` is below 86,400; `close` may reach 172,800, and what lies beyond 86,400 runs over midnight into the next
/// day but still belongs to the day it began on. In any order, but not overlapping.
pub type DayHours = Vec<(u32, u32)>;

/// One calendar, before it is compiled.
///
/// The hours of a day come from the first that applies: override, make-up day, holiday (closed), weekly pattern.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CalendarSpec {
    /// The name other parts of the pack use.
    pub id: String,
    /// The zone whose wall clock the hours are meant in.
    pub zone: ZoneSpec,
    /// Hours of Monday to Sunday.
    pub weekly: [DayHours; 7],
    /// Open round the clock on every day of the week; `weekly` is then empty.
    pub always_open: bool,
    /// Whether `holidays` close the day.
    pub closed_on_holidays: bool,
    /// Whether `make_up_days` open the day.
    pub open_on_make_up_days: bool,
    /// Public holidays, by local date.
    pub holidays: Vec<Holiday>,
    /// Days worked in exchange for a bridge day, by local date.
    pub make_up_days: Vec<MakeUpDay>,
    /// Days that are different here: a typhoon, a drill, an early close.
    pub overrides: Vec<DayOverride>,
    /// Years whose holidays are not announced yet; using them gives a warning.
    pub provisional_years: Vec<i32>,
    /// First and last year for which this calendar answers, both included, 1970 to 2200, local dates.
    pub covered_years: (i32, i32),
}

impl CalendarSpec {
    /// A calendar that is never open, to be filled in.
    pub fn new(id: impl Into<String>, zone: ZoneSpec) -> Self {
        Self {
            id: id.into(),
            zone,
            weekly: Default::default(),
            always_open: false,
            closed_on_holidays: false,
            open_on_make_up_days: false,
            holidays: Vec::new(),
            make_up_days: Vec::new(),
            overrides: Vec::new(),
            provisional_years: Vec::new(),
            covered_years: DEFAULT_COVERED_YEARS,
        }
    }
}

/// A public holiday.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Holiday {
    /// Local date.
    pub date: Date,
    /// What is celebrated, as the pack names it.
    pub name: String,
}

/// A day that is worked although the week or a holiday says otherwise.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MakeUpDay {
    /// Local date.
    pub date: Date,
    /// The holiday it pays for, as the pack names it.
    pub name: String,
    /// Its hours.
    pub hours: MakeUpHours,
}

/// The hours of a make-up day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MakeUpHours {
    /// Those of this day of the week.
    As(Weekday),
    /// Its own.
    Own(DayHours),
}

/// A single day with hours of its own; none at all means closed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DayOverride {
    /// Local date.
    pub date: Date,
    /// Its hours.
    pub hours: DayHours,
    /// Why, for whoever asks.
    pub reason: String,
}

/// A time zone: a name to show, and the rule that makes local time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ZoneSpec {
    /// IANA name for display, such as `Asia/Shanghai`. Nothing is derived from it.
    pub id: String,
    /// How local time is made.
    pub rule: ZoneRule,
}

/// How local time is made from UTC, for every covered year alike.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ZoneRule {
    /// Always this many seconds east of Greenwich.
    Fixed(i32),
    /// A POSIX TZ string with the extensions of RFC 8536, such as `EST5EDT,M3.2.0,M11.1.0`
    /// (the last line of the zone's file in a zoneinfo directory).
    Posix(String),
}

impl ZoneSpec {
    /// A zone with a fixed offset, seconds east of Greenwich.
    pub fn fixed(id: impl Into<String>, seconds_east: i32) -> Self {
        Self { id: id.into(), rule: ZoneRule::Fixed(seconds_east) }
    }

    /// A zone with a POSIX TZ rule.
    pub fn posix(id: impl Into<String>, rule: impl Into<String>) -> Self {
        Self { id: id.into(), rule: ZoneRule::Posix(rule.into()) }
    }

    /// UTC+8 without daylight saving, as all of China keeps it since 1992.
    pub fn shanghai() -> Self {
        Self::fixed("Asia/Shanghai", 8 * 3600)
    }
}

/// One thing that is wrong with a [`CalendarSpec`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CalendarFault {
    /// Where, as a JSON Pointer relative to the calendar, by the camel-cased field names of [`CalendarSpec`]
    /// (`/weekly/0/1` is the second interval of Monday).
    pub pointer: String,
    /// What, in English, for the author of the pack.
    pub message: String,
}

impl fmt::Display for CalendarFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.pointer, self.message)
    }
}
