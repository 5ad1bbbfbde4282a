//! Instants, spans and civil dates, and how each is written in JSON.
//!
//! What lives here: [`Timestamp`] (an instant, UTC), [`Span`] (a signed length of time) and [`Date`] (a day on
//! somebody's wall, without a zone). What may not: reading a clock (time always comes in as an argument), time
//! zones and opening hours (see [`crate::calendar`]), words for people.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Timelike};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

mod date;
mod span;

pub use chrono::Weekday;
pub use date::Date;
pub use span::Span;

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
        Self::from_millis(self.0.saturating_add(span.millis()))
    }

    /// This instant moved back by `span` of elapsed (not business) time, saturating.
    #[inline]
    pub const fn minus(self, span: Span) -> Self {
        Self::from_millis(self.0.saturating_sub(span.millis()))
    }

    /// Elapsed time from `earlier` to this instant; negative when `earlier` is in fact later.
    #[inline]
    pub const fn since(self, earlier: Self) -> Span {
        Span::from_millis(self.0 - earlier.0)
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

const NOT_A_TIMESTAMP: TimeError =
    TimeError("expected an RFC 3339 date and time with an offset, such as 2026-11-23T02:00:00.000Z");

impl FromStr for Timestamp {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let parsed = DateTime::parse_from_rfc3339(text).map_err(|_| NOT_A_TIMESTAMP)?;
        let millis = parsed.timestamp_millis();
        if (Self::MIN.0..=Self::MAX.0).contains(&millis) { Ok(Self(millis)) } else { Err(NOT_A_TIMESTAMP) }
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
