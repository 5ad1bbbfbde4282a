//! Lengths of time, and ISO 8601 durations. No calendar, no instants.

use std::fmt;
use std::str::FromStr;

use super::TimeError;

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

const NOT_A_SPAN: TimeError = TimeError("expected an ISO 8601 duration such as PT8H, P15D or P1DT2H30M");
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
            let unit_at = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or(NOT_A_SPAN)?;
            let (number, tail) = rest.split_at(unit_at);
            let (order, unit_millis) = match (tail.as_bytes().first(), in_time) {
                (Some(b'W'), false) => (1, 604_800_000),
                (Some(b'D'), false) => (2, 86_400_000),
                (Some(b'H'), true) => (3, 3_600_000),
                (Some(b'M'), true) => (4, 60_000),
                (Some(b'S'), true) => (5, 1_000),
                (Some(b'Y' | b'M'), false) => {
                    return Err(TimeError("years and months vary in length; give the duration in days or hours"));
                }
                _ => return Err(NOT_A_SPAN),
            };
            if order <= last {
                return Err(NOT_A_SPAN);
            }
            // Summed below zero, so that the most negative span can be read back too.
            total = total.checked_sub(amount(number, unit_millis)?).ok_or(SPAN_TOO_LONG)?;
            (last, seen, rest) = (order, true, &tail[1..]);
        }
        if !seen {
            return Err(NOT_A_SPAN);
        }
        if negative { Ok(Self(total)) } else { total.checked_neg().map(Self).ok_or(SPAN_TOO_LONG) }
    }
}

/// `number` times `unit_millis` in milliseconds; decimals only for seconds, at most three.
fn amount(number: &str, unit_millis: i64) -> Result<i64, TimeError> {
    let (whole, fraction) = match number.split_once('.') {
        None => (number, "0"),
        Some((_, fraction)) if fraction.len() > 3 => {
            return Err(TimeError("durations are kept to the millisecond: at most three decimals of a second"));
        }
        Some(_) if unit_millis != 1000 => {
            return Err(TimeError("only the seconds of a duration may have decimals"));
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
    whole.checked_mul(unit_millis).and_then(|ms| ms.checked_add(millis)).ok_or(SPAN_TOO_LONG)
}
