//! Instants, spans and civil dates, and how each is written in JSON.
//!
//! What lives here: [`Timestamp`] (an instant, UTC), [`Span`] (a signed length of time) and [`Date`] (a day on
//! somebody's wall, without a zone). What may not: reading a clock (time always comes in as an argument), time
//! zones and opening hours (see [`crate::calendar`]), words for people.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, Timelike};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

pub use chrono::Weekday;

/// An instant: milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
///
/// Always between the years 0000 and 9999 (constructors and arithmetic saturate at [`Timestamp::MIN`] and
/// [`Timestamp::MAX`]), so that every value can be written as RFC 3339 and read back unchanged.
///
/// JSON: an RFC 3339 string. Any offset is read; milliseconds and `Z` are written (`2026-11-23T02:00:00.000Z`).
/// Finer fractions than a millisecond are cut off.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 0000-01-01T00:00:00.000Z.
    pub const MIN: Self = Self(-62_167_219_200_000);
    /// 9999-12-31T23:59:59.999Z.
    pub const MAX: Self = Self(253_402_300_799_999);

    /// The instant `millis` milliseconds after the Unix epoch, saturating at the years 0000 and 9999.
    #[inline]
    pub const fn from_millis(millis: i64) -> Self {
        if millis < Self::MIN.0 {
            Self::MIN
        } else if millis > Self::MAX.0 {
            Self::MAX
        } else {
            Self(millis)
        }
    }

    /// Milliseconds since the Unix epoch.
    #[inline]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// This instant moved by `span` of elapsed (not business) time, saturating.
    #[inline]
    pub const fn plus(self, span: Span) -> Self {
        Self::from_millis(self.0.saturating_add(span.0))
    }

    /// This instant moved back by `span` of elapsed (not business) time, saturating.
    #[inline]
    pub const fn minus(self, span: Span) -> Self {
        Self::from_millis(self.0.saturating_sub(span.0))
    }

    /// Elapsed time from `earlier` to this instant; negative when `earlier` is in fact later.
    #[inline]
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0 - earlier.0)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let utc = DateTime::from_timestamp_millis(self.0).unwrap_or_default();
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            utc.year(),
            utc.month(),
            utc.day(),
            utc.hour(),
            utc.minute(),
            utc.second(),
            self.0.rem_euclid(1000)
        )
    }
}

/// Why a text is not a [`Timestamp`], a [`Span`] or a [`Date`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimeError(&'static str);

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for TimeError {}

const NOT_A_TIMESTAMP: TimeError = TimeError(
    "expected an RFC 3339 date and time with an offset, such as 2026-11-23T02:00:00.000Z",
);

impl FromStr for Timestamp {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let parsed = DateTime::parse_from_rfc3339(text).map_err(|_| NOT_A_TIMESTAMP)?;
        let millis = parsed.timestamp_millis();
        if (Self::MIN.0..=Self::MAX.0).contains(&millis) {
            Ok(Self(millis))
        } else {
            Err(NOT_A_TIMESTAMP)
        }
    }
}

/// A signed length of time in milliseconds. Whether it is elapsed or business time depends on who uses it.
///
/// Text and JSON: the ISO 8601 durations `PnDTnHnMnS`, also `PnW`, with a leading `-` for negative ones.
/// A day is exactly 24 hours, a week seven of them. Seconds may have up to three decimals.
/// Years and months are refused, because their length varies.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Span(i64);

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// A span of `millis` milliseconds.
    #[inline]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// A span of `seconds` seconds, saturating.
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// A span of `minutes` minutes, saturating.
    pub const fn from_minutes(minutes: i64) -> Self {
        Self(minutes.saturating_mul(60_000))
    }

    /// A span of `hours` hours, saturating.
    pub const fn from_hours(hours: i64) -> Self {
        Self(hours.saturating_mul(3_600_000))
    }

    /// A span of `days` times 24 hours, saturating.
    pub const fn from_days(days: i64) -> Self {
        Self(days.saturating_mul(86_400_000))
    }

    /// Length in milliseconds.
    #[inline]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The sum, saturating.
    #[inline]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference, saturating.
    #[inline]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The same length in the other direction, saturating.
    #[inline]
    pub const fn negated(self) -> Self {
        Self(self.0.saturating_neg())
    }

    /// True below zero.
    #[inline]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.0.unsigned_abs();
        if total == 0 {
            return f.write_str("PT0S");
        }
        f.write_str(if self.0 < 0 { "-P" } else { "P" })?;
        let (days, rest) = (total / 86_400_000, total % 86_400_000);
        if days > 0 {
            write!(f, "{days}D")?;
        }
        if rest > 0 {
            f.write_str("T")?;
        }
        let (hours, minutes) = (rest / 3_600_000, rest / 60_000 % 60);
        if hours > 0 {
            write!(f, "{hours}H")?;
        }
        if minutes > 0 {
            write!(f, "{minutes}M")?;
        }
        match (rest / 1000 % 60, rest % 1000) {
            (0, 0) => Ok(()),
            (seconds, 0) => write!(f, "{seconds}S"),
            (seconds, millis) => write!(f, "{seconds}.{millis:03}S"),
        }
    }
}

const NOT_A_SPAN: TimeError =
    TimeError("expected an ISO 8601 duration such as PT8H, P15D or P1DT2H30M");
const SPAN_TOO_LONG: TimeError = TimeError("the duration is too long");

impl FromStr for Span {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let (negative, body) = match text.strip_prefix('-') {
            Some(body) => (true, body),
            None => (false, text),
        };
        let mut rest = body.strip_prefix('P').ok_or(NOT_A_SPAN)?;
        let mut total: i64 = 0;
        let mut in_time = false;
        let mut last = 0; // units must come in falling order, each at most once
        let mut seen = false;
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix('T') {
                if in_time || after.is_empty() {
                    return Err(NOT_A_SPAN);
                }
                in_time = true;
                rest = after;
            }
            let unit_at = rest
                .find(|c: char| !c.is_ascii_digit() && c != '.')
                .ok_or(NOT_A_SPAN)?;
            let (number, tail) = rest.split_at(unit_at);
            let (order, unit_millis) = match (tail.as_bytes().first(), in_time) {
                (Some(b'W'), false) => (1, 604_800_000),
                (Some(b'D'), false) => (2, 86_400_000),
                (Some(b'H'), true) => (3, 3_600_000),
                (Some(b'M'), true) => (4, 60_000),
                (Some(b'S'), true) => (5, 1_000),
                (Some(b'Y' | b'M'), false) => {
                    return Err(TimeError(
                        "years and months vary in length; give the duration in days or hours",
                    ));
                }
                _ => return Err(NOT_A_SPAN),
            };
            if order <= last {
                return Err(NOT_A_SPAN);
            }
            // Summed below zero, so that the most negative span can be read back too.
            total = total
                .checked_sub(amount(number, unit_millis)?)
                .ok_or(SPAN_TOO_LONG)?;
            (last, seen, rest) = (order, true, &tail[1..]);
        }
        if !seen {
            return Err(NOT_A_SPAN);
        }
        if negative {
            Ok(Self(total))
        } else {
            total.checked_neg().map(Self).ok_or(SPAN_TOO_LONG)
        }
    }
}

/// `number` times `unit_millis` in milliseconds; decimals only for seconds, at most three.
fn amount(number: &str, unit_millis: i64) -> Result<i64, TimeError> {
    let (whole, fraction) = match number.split_once('.') {
        None => (number, "0"),
        Some((_, fraction)) if fraction.len() > 3 => {
            return Err(TimeError(
                "durations are kept to the millisecond: at most three decimals of a second",
            ));
        }
        Some(_) if unit_millis != 1000 => {
            return Err(TimeError(
                "only the seconds of a duration may have decimals",
            ));
        }
        Some(parts) => parts,
    };
    let all_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) {
        return Err(NOT_A_SPAN);
    }
    let whole: i64 = whole.parse().map_err(|_| SPAN_TOO_LONG)?;
    let scale = [100, 10, 1][fraction.len() - 1];
    let millis: i64 = fraction.parse::<i64>().map_err(|_| NOT_A_SPAN)? * scale;
    whole
        .checked_mul(unit_millis)
        .and_then(|ms| ms.checked_add(millis))
        .ok_or(SPAN_TOO_LONG)
}

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
        (Self::FIRST..=Self::LAST)
            .contains(&days)
            .then_some(Self(days))
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
        write!(
            f,
            "{:04}-{:02}-{:02}",
            civil.year(),
            civil.month(),
            civil.day()
        )
    }
}

impl FromStr for Date {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        const WRONG: TimeError = TimeError("expected a date such as 2026-10-01");
        let digits = |range: std::ops::Range<usize>| {
            text.get(range)
                .filter(|s| s.bytes().all(|b| b.is_ascii_digit()))
                .and_then(|s| s.parse::<u32>().ok())
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

/// Serde by way of `Display` and `FromStr`: what is written is exactly what can be read.
macro_rules! serde_as_text {
    ($($type:ty: $expecting:literal),*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl de::Visitor<'_> for Text {
                    type Value = $type;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expecting)
                    }

                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$type, E> {
                        text.parse().map_err(|why| {
                            let start: String = text.chars().take(40).collect();
                            E::custom(format_args!("{start:?}: {why}"))
                        })
                    }
                }
                deserializer.deserialize_str(Text)
            }
        }
    )*};
}

serde_as_text!(
    Timestamp: "an RFC 3339 date and time as a string",
    Span: "an ISO 8601 duration as a string",
    Date: "a date as a string, YYYY-MM-DD"
);

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn timestamps_are_written_in_utc_with_milliseconds_and_read_at_any_offset() {
        let t: Timestamp = serde_json::from_str("\"2026-11-23T10:00:00+08:00\"").unwrap();
        assert_eq!(
            serde_json::to_string(&t).unwrap(),
            "\"2026-11-23T02:00:00.000Z\""
        );
        assert_eq!(
            "1969-12-31T23:59:59.999Z"
                .parse::<Timestamp>()
                .unwrap()
                .millis(),
            -1
        );
        assert_eq!(
            "2026-01-01T00:00:00.0019Z"
                .parse::<Timestamp>()
                .unwrap()
                .to_string(),
            "2026-01-01T00:00:00.001Z"
        );
        assert_eq!(Timestamp::MIN.to_string(), "0000-01-01T00:00:00.000Z");
        assert_eq!(Timestamp::MAX.to_string(), "9999-12-31T23:59:59.999Z");
    }

    #[test]
    fn a_bad_timestamp_says_what_was_expected() {
        for bad in [
            "",
            "2026-11-23",
            "2026-11-23T10:00:00",
            "2026-13-01T00:00:00Z",
            "9999-12-31T23:59:59-01:00",
            "x",
        ] {
            let error = serde_json::from_value::<Timestamp>(bad.into())
                .unwrap_err()
                .to_string();
            assert!(error.contains("RFC 3339"), "{bad}: {error}");
        }
        let error = serde_json::from_str::<Timestamp>("17")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("RFC 3339") && error.contains("17"),
            "{error}"
        );
    }

    #[test]
    fn arithmetic_saturates() {
        assert_eq!(
            Timestamp::MAX.plus(Span::from_millis(i64::MAX)),
            Timestamp::MAX
        );
        assert_eq!(
            Timestamp::MIN.minus(Span::from_millis(i64::MAX)),
            Timestamp::MIN
        );
        assert_eq!(
            Timestamp::from_millis(5).since(Timestamp::from_millis(8)),
            Span::from_millis(-3)
        );
        assert_eq!(
            Span::from_days(i64::MAX).plus(Span::from_hours(1)).millis(),
            i64::MAX
        );
        assert_eq!(Span::from_millis(i64::MIN).negated().millis(), i64::MAX);
    }

    #[test]
    fn spans_are_read_and_written_as_iso_8601() {
        for (text, millis, canonical) in [
            ("PT8H", 8 * 3_600_000, "PT8H"),
            ("PT48H", 48 * 3_600_000, "P2D"),
            ("P15D", 15 * 86_400_000, "P15D"),
            ("P2W", 14 * 86_400_000, "P14D"),
            ("P1W1DT1H", 8 * 86_400_000 + 3_600_000, "P8DT1H"),
            ("-P1DT2H3M4.05S", -93_784_050, "-P1DT2H3M4.050S"),
            ("PT0.001S", 1, "PT0.001S"),
            ("PT90M", 5_400_000, "PT1H30M"),
            ("-PT0S", 0, "PT0S"),
        ] {
            let span: Span = text.parse().unwrap();
            assert_eq!(
                (span.millis(), span.to_string().as_str()),
                (millis, canonical),
                "{text}"
            );
        }
    }

    #[test]
    fn a_bad_span_is_refused_with_the_reason() {
        for bad in [
            "", "P", "PT", "P1", "1D", "P1H", "PT1D", "P1DT", "PT1S1M", "PT1H1H", "P-1D", "p1d",
            "P1D ", "PT1.S", "PT.5S", "PT时H",
        ] {
            assert_eq!(bad.parse::<Span>(), Err(NOT_A_SPAN), "{bad}");
        }
        for (bad, word) in [
            ("P1Y", "years and months"),
            ("P3M", "years and months"),
            ("PT0.0001S", "millisecond"),
            ("PT1.5H", "only the seconds"),
            ("P99999999999999999999D", "too long"),
            ("P200000000000D", "too long"),
        ] {
            assert!(
                bad.parse::<Span>().unwrap_err().to_string().contains(word),
                "{bad}"
            );
        }
    }

    #[test]
    fn dates_know_their_weekday_and_refuse_what_is_no_day() {
        let date: Date = "2026-11-22".parse().unwrap();
        assert_eq!(
            (date.weekday(), date.year(), date.month(), date.day()),
            (Weekday::Sun, 2026, 11, 22)
        );
        assert_eq!(date.plus_days(9).to_string(), "2026-12-01");
        assert_eq!(Date::from_ymd(1970, 1, 1).unwrap().days(), 0);
        assert_eq!(
            (Date(Date::FIRST).to_string(), Date(Date::LAST).to_string()),
            ("0000-01-01".into(), "9999-12-31".into())
        );
        for bad in [
            "2026-02-29",
            "2026-2-01",
            "2026/02/01",
            "+026-02-01",
            "2026-02-011",
            "20260201",
            "é26-02-01",
        ] {
            assert!(bad.parse::<Date>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn every_timestamp_survives_json(ms in Timestamp::MIN.0..=Timestamp::MAX.0) {
            let t = Timestamp::from_millis(ms);
            prop_assert_eq!(serde_json::from_str::<Timestamp>(&serde_json::to_string(&t).unwrap()).unwrap(), t);
        }

        #[test]
        fn every_span_survives_json(ms in prop_oneof![any::<i64>(), -100_000_000i64..100_000_000, Just(i64::MIN), Just(i64::MAX)]) {
            let span = Span::from_millis(ms);
            prop_assert_eq!(serde_json::from_str::<Span>(&serde_json::to_string(&span).unwrap()).unwrap(), span);
        }

        #[test]
        fn every_date_survives_json(days in Date::FIRST..=Date::LAST) {
            let date = Date::from_days(days).unwrap();
            prop_assert_eq!(serde_json::from_str::<Date>(&serde_json::to_string(&date).unwrap()).unwrap(), date);
        }

        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = (text.parse::<Span>(), text.parse::<Date>(), text.parse::<Timestamp>());
        }
    }
}
