//! Civil dates. No zones and no time of day.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};

use super::{TimeError, Weekday};

/// A civil date of the proleptic Gregorian calendar, years 0000 to 9999, in no particular time zone.
///
/// Text and JSON: `YYYY-MM-DD`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Date(i32);

impl Date {
    /// Day number of 1970-01-01 counted from 0001-01-01 as day 1, as chrono counts.
    const EPOCH_FROM_CE: i32 = 719_163;
    const FIRST: i32 = -719_528;
    const LAST: i32 = 2_932_896;

    /// The date, or nothing when there is no such day or the year is not 0 to 9999.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        let date = NaiveDate::from_ymd_opt(year, month, day)?;
        Self::from_days(date.num_days_from_ce() - Self::EPOCH_FROM_CE)
    }

    /// The date `days` days after 1970-01-01 (before it when negative), if its year is 0 to 9999.
    pub fn from_days(days: i32) -> Option<Self> {
        (Self::FIRST..=Self::LAST).contains(&days).then_some(Self(days))
    }

    /// The date `days` days after 1970-01-01, saturating at the years 0000 and 9999.
    pub(crate) fn saturating_from_days(days: i64) -> Self {
        Self(days.clamp(i64::from(Self::FIRST), i64::from(Self::LAST)) as i32)
    }

    /// Days since 1970-01-01.
    #[inline]
    pub const fn days(self) -> i32 {
        self.0
    }

    /// The date `days` later (earlier when negative), saturating at the years 0000 and 9999.
    pub fn plus_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(days).clamp(Self::FIRST, Self::LAST))
    }

    /// Day of the week.
    pub fn weekday(self) -> Weekday {
        self.civil().weekday()
    }

    /// Year, 0 to 9999.
    pub fn year(self) -> i32 {
        self.civil().year()
    }

    /// Month, 1 to 12.
    pub fn month(self) -> u32 {
        self.civil().month()
    }

    /// Day of the month, 1 to 31.
    pub fn day(self) -> u32 {
        self.civil().day()
    }

    fn civil(self) -> NaiveDate {
        NaiveDate::from_num_days_from_ce_opt(self.0 + Self::EPOCH_FROM_CE).unwrap_or_default()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let civil = self.civil();
        write!(f, "{:04}-{:02}-{:02}", civil.year(), civil.month(), civil.day())
    }
}

impl FromStr for Date {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        const WRONG: TimeError = TimeError("expected a date such as 2026-10-01");
        let digits = |range: std::ops::Range<usize>| {
            text.get(range).filter(|s| s.bytes().all(|b| b.is_ascii_digit())).and_then(|s| s.parse::<u32>().ok())
        };
        let dashed = text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-';
        match (dashed, digits(0..4), digits(5..7), digits(8..10)) {
            (true, Some(year), Some(month), Some(day)) => {
                Self::from_ymd(year as i32, month, day).ok_or(TimeError("there is no such day"))
            }
            _ => Err(WRONG),
        }
    }
}
