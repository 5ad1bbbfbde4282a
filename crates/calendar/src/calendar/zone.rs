//! Time zones from POSIX TZ rules: when the offset changes, and where a wall time lies on the UTC line.
//!
//! What may not live here: opening hours, a time zone database, the zone of the machine.
//!
//! Why a parser of our own: the zone of a desk is data of its policy pack, and one rule line per zone is enough for
//! the years a calendar covers. `chrono-tz` brings the whole database (hundreds of kB in the browser); `tz-rs` is
//! well kept, but reaches its rule parser only through a zone-file reader, refuses there the RFC 8536 extensions
//! (negative and long transition times), and lists no transitions. The rules here are compared with the zoneinfo
//! database in `tests/calendar_zones.rs`.

use super::spec::{ZoneRule, ZoneSpec};
use crate::time::{Date, Timestamp};

const DAY: i64 = 86_400;

/// A compiled time zone, valid for every year.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Zone {
    id: String,
    standard: i32,
    daylight: Option<Daylight>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Daylight {
    offset: i32,
    start: Change,
    end: Change,
}

/// A yearly change of offset: a day, and seconds of the wall clock in force just before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Change {
    day: ChangeDay,
    seconds: i32,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum ChangeDay {
    /// Month 1–12, week 1–5 (5 = last), day of the week 0–6 from Sunday.
    Weekday(u32, u32, u32),
    /// Day 1–365, 29 February never counted.
    WithoutLeapDay(u32),
    /// Day 0–365, 29 February counted.
    DayOfYear(u32),
}

impl Zone {
    /// Compiles a zone, or says what is wrong with its rule.
    pub fn new(spec: &ZoneSpec) -> Result<Self, String> {
        match &spec.rule {
            ZoneRule::Fixed(seconds) if seconds.unsigned_abs() > 26 * 3600 => {
                Err("a zone's offset is at most 26 hours".to_owned())
            }
            ZoneRule::Fixed(seconds) => Ok(Self { id: spec.id.clone(), standard: *seconds, daylight: None }),
            ZoneRule::Posix(rule) => {
                let (standard, daylight) = parse(rule).map_err(|what| {
                    format!("{what}; expected a POSIX TZ rule such as CST-8 or EST5EDT,M3.2.0,M11.1.0")
                })?;
                Ok(Self { id: spec.id.clone(), standard, daylight })
            }
        }
    }

    /// The name to show.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Seconds by which local time is ahead of UTC (negative west of Greenwich) at `t`.
    pub fn offset_at(&self, t: Timestamp) -> i32 {
        let second = t.millis().div_euclid(1000);
        match self.daylight {
            None => self.standard,
            Some(_) => self.around(second).offset_at(second),
        }
    }

    /// Local date and milliseconds since local midnight, as the wall clock shows them at `t`.
    /// Near the ends of the years 0000 and 9999 the date saturates.
    pub fn local(&self, t: Timestamp) -> (Date, u32) {
        let local = t.millis() + i64::from(self.offset_at(t)) * 1000;
        (Date::saturating_from_days(local.div_euclid(DAY * 1000)), local.rem_euclid(DAY * 1000) as u32)
    }

    /// The first instant at which the wall clock shows `seconds` after midnight of `date`, or a later time.
    ///
    /// So a wall time skipped in spring is the end of the gap, and one repeated in autumn is its first occurrence.
    /// `seconds` may exceed a day.
    pub fn instant(&self, date: Date, seconds: u32) -> Timestamp {
        let local = i64::from(date.days()) * DAY + i64::from(seconds);
        Timestamp::from_millis(self.around(local).instant(local) * 1000)
    }

    /// Every change of offset that may matter around `second`.
    fn around(&self, second: i64) -> Offsets {
        let year = Date::saturating_from_days(second.div_euclid(DAY)).year();
        self.offsets(year, year)
    }

    /// All changes of offset in these years and in the ones before and after.
    pub(super) fn offsets(&self, first_year: i32, last_year: i32) -> Offsets {
        let mut changes = Vec::new();
        let mut before = self.standard;
        if let Some(daylight) = self.daylight {
            for year in first_year - 1..=last_year + 1 {
                let start = (daylight.start.local(year) - i64::from(self.standard), daylight.offset);
                let end = (daylight.end.local(year) - i64::from(daylight.offset), self.standard);
                changes.extend([start, end]);
            }
            // Stable: where one year's end meets the next year's start (daylight time all year), the later rule wins.
            changes.sort_by_key(|&(at, _)| at);
            if changes.first().is_some_and(|&(_, offset)| offset == self.standard) {
                before = daylight.offset;
            }
        }
        Offsets { before, changes }
    }
}

impl Change {
    /// Seconds from 1970-01-01 on the wall clock in force before the change.
    fn local(self, year: i32) -> i64 {
        i64::from(self.day.in_year(year)) * DAY + i64::from(self.seconds)
    }
}

impl ChangeDay {
    /// Days since 1970-01-01. Years at the ends of the range of [`Date`] give its first or last day.
    fn in_year(self, year: i32) -> i32 {
        let day = |month, day| Date::from_ymd(year.clamp(0, 9999), month, day).map_or(0, Date::days);
        match self {
            Self::DayOfYear(n) => day(1, 1) + n as i32,
            Self::WithoutLeapDay(n) => {
                let leap = day(3, 1) - day(2, 28) == 2;
                day(1, 1) + n as i32 - 1 + i32::from(leap && n >= 60)
            }
            Self::Weekday(month, week, weekday) => {
                let first = day(month, 1);
                let length = if month == 12 { 31 } else { day(month + 1, 1) - first };
                let first_weekday = (first + 4).rem_euclid(7); // 1970-01-01 was a Thursday
                let mut n = (weekday as i32 - first_weekday).rem_euclid(7) + 7 * (week as i32 - 1);
                if n >= length {
                    n -= 7;
                }
                first + n
            }
        }
    }
}

/// The offsets in force over some years, in order of time.
pub(super) struct Offsets {
    before: i32,
    /// (second of the change since the Unix epoch, offset from then on)
    changes: Vec<(i64, i32)>,
}

impl Offsets {
    /// Offset in force at a second since the Unix epoch.
    pub(super) fn offset_at(&self, second: i64) -> i32 {
        let after = self.changes.partition_point(|&(at, _)| at <= second);
        after.checked_sub(1).map_or(self.before, |i| self.changes[i].1)
    }

    /// First second at which the wall clock shows `local` seconds (since 1970-01-01 local) or later.
    pub(super) fn instant(&self, local: i64) -> i64 {
        let (mut since, mut offset) = (i64::MIN, self.before);
        for &(change, next) in &self.changes {
            if local < change + i64::from(offset) {
                break;
            }
            (since, offset) = (change, next);
        }
        since.max(local - i64::from(offset))
    }
}

type Parsed<T> = Result<T, &'static str>;

/// Parses `std offset [dst [offset] , start [/time] , end [/time]]`.
fn parse(rule: &str) -> Parsed<(i32, Option<Daylight>)> {
    let mut rest = Cursor(rule.as_bytes());
    rest.name()?;
    let standard = -rest.time(24)?;
    if rest.0.is_empty() {
        return Ok((standard, None));
    }
    rest.name()?;
    let offset = match rest.0.first() {
        Some(b',') => standard + 3600,
        Some(_) => -rest.time(24)?,
        None => return Err("the rule names daylight saving time but not when it begins and ends"),
    };
    let start = rest.change()?;
    let end = rest.change()?;
    if !rest.0.is_empty() {
        return Err("there is something after the end of the rule");
    }
    Ok((standard, Some(Daylight { offset, start, end })))
}

struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn eat(&mut self, byte: u8) -> bool {
        match self.0.split_first() {
            Some((&first, rest)) if first == byte => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> usize {
        let length = self.0.iter().take_while(|&&b| wanted(b)).count();
        self.0 = &self.0[length..];
        length
    }

    fn name(&mut self) -> Parsed<()> {
        let length = if self.eat(b'<') {
            let length = self.take_while(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'-');
            if !self.eat(b'>') {
                return Err("a name in angle brackets is not closed");
            }
            length
        } else {
            self.take_while(|b| b.is_ascii_alphabetic())
        };
        if length >= 3 { Ok(()) } else { Err("a zone's abbreviation needs three letters at least") }
    }

    fn number(&mut self, range: std::ops::RangeInclusive<u32>) -> Parsed<u32> {
        let digits = self.0;
        let length = self.take_while(|b| b.is_ascii_digit());
        let value = match length {
            1..=3 => digits[..length].iter().fold(0, |n, &b| n * 10 + u32::from(b - b'0')),
            _ => return Err("a number is missing or too long"),
        };
        if range.contains(&value) { Ok(value) } else { Err("a number is out of range") }
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    fn time(&mut self, max_hours: u32) -> Parsed<i32> {
        let negative = self.eat(b'-');
        if !negative {
            self.eat(b'+');
        }
        let mut seconds = self.number(0..=max_hours)? * 3600;
        if self.eat(b':') {
            seconds += self.number(0..=59)? * 60;
            if self.eat(b':') {
                seconds += self.number(0..=59)?;
            }
        }
        Ok(if negative { -(seconds as i32) } else { seconds as i32 })
    }

    /// `,day[/time]`; the time is 02:00 unless given.
    fn change(&mut self) -> Parsed<Change> {
        if !self.eat(b',') {
            return Err("the rule must say when daylight saving time begins and when it ends");
        }
        let day = if self.eat(b'M') {
            let month = self.number(1..=12)?;
            let dot = self.eat(b'.');
            let week = self.number(1..=5)?;
            let dots = dot && self.eat(b'.');
            let weekday = self.number(0..=6)?;
            if !dots {
                return Err("a day of change is written Mm.w.d");
            }
            ChangeDay::Weekday(month, week, weekday)
        } else if self.eat(b'J') {
            ChangeDay::WithoutLeapDay(self.number(1..=365)?)
        } else {
            ChangeDay::DayOfYear(self.number(0..=365)?)
        };
        let seconds = if self.eat(b'/') { self.time(167)? } else { 2 * 3600 };
        Ok(Change { day, seconds })
    }
}
