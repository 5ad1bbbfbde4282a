//! Business time: when a desk is open, and what an hour of its time is on the clock of the world.
//!
//! A [`CalendarSpec`] (data from a policy pack) is compiled once into a [`Calendar`]: the open intervals of every
//! covered year as half-open `[open, close)` on the UTC line, with the open time before each. Two tables of buckets
//! (one over elapsed, one over open time) lead to the interval in constant time, so no lookup allocates.
//! What may not live here: clocks of cases, pauses, caps (they are made of these lookups), JSON, words for people.
//!
//! Rules that hold everywhere here:
//! - A day's hours come from the first that applies: override, make-up day, holiday, weekly pattern. Hours that run
//!   over midnight belong to the day they began on.
//! - A wall time is the first instant at which the local clock shows it or a later time: one skipped in spring is
//!   the end of the gap, one repeated in autumn is its first occurrence. Time in between is real elapsed time.
//! - Outside the covered years, and wherever the answer would depend on what lies outside, there is an
//!   [`OutOfRange`] and never a guess.

mod answer;
mod compile;
mod intervals;
mod spec;
mod zone;

pub use answer::{BatchError, CalendarWarning, DayRule, OutOfRange};
pub use intervals::Pieces;
pub use spec::{
    CalendarFault, CalendarSpec, DEFAULT_COVERED_YEARS, DayHours, DayOverride, Holiday, MakeUpDay, MakeUpHours,
    ZoneRule, ZoneSpec,
};
pub use zone::Zone;

use crate::time::{Date, Span, Timestamp};
use intervals::Intervals;

/// Compiled business time of one calendar. Immutable; see the module for the rules.
#[derive(Clone, Debug)]
pub struct Calendar {
    id: String,
    zone: Zone,
    covered_years: (i32, i32),
    provisional_years: Vec<i32>,
    special_days: Vec<SpecialDay>,
    open: OpenTime,
    days: Days,
}

/// A day whose hours do not come from the weekly pattern.
#[derive(Clone, Debug)]
struct SpecialDay {
    date: Date,
    kind: SpecialKind,
    name: String,
}

#[derive(Clone, Copy, Debug)]
enum SpecialKind {
    Holiday,
    MakeUp,
    Override,
}

/// The open intervals, or the knowledge that there is nothing else.
#[derive(Clone, Debug)]
enum OpenTime {
    Always,
    Intervals(Intervals),
}

/// The local days of the covered years.
#[derive(Clone, Debug)]
struct Days {
    first: Date,
    /// Local midnight at the beginning of each day, ms since the epoch, and that after the last day.
    midnights: Vec<i64>,
    /// Indices of the days with any hours of their own, in order.
    open: Vec<u32>,
    /// Number of open days before each day.
    open_before: Vec<u32>,
}

impl Calendar {
    /// Compiles a calendar, or reports everything that is wrong with it.
    pub fn new(spec: &CalendarSpec) -> Result<Self, Vec<CalendarFault>> {
        compile::compile(spec)
    }

    /// The name other parts of the pack use.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The zone whose wall clock the hours are meant in.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// First and last covered year, both included, by local date.
    pub fn covered_years(&self) -> (i32, i32) {
        self.covered_years
    }

    /// True when the calendar is open at every instant. Only then it also answers outside the covered years
    /// (except for working days).
    pub fn is_always_open(&self) -> bool {
        matches!(self.open, OpenTime::Always)
    }

    /// Whether the instant `t` is open. A closing time is closed.
    #[inline]
    pub fn is_open(&self, t: Timestamp) -> Result<bool, OutOfRange> {
        match &self.open {
            OpenTime::Always => Ok(true),
            OpenTime::Intervals(open) => {
                let t = t.millis();
                Ok(open.list[open.at(open.inside(t)?)].start <= t)
            }
        }
    }

    /// The first open instant at or after `t`: `t` itself when open.
    #[inline]
    pub fn next_open(&self, t: Timestamp) -> Result<Timestamp, OutOfRange> {
        match &self.open {
            OpenTime::Always => Ok(t),
            OpenTime::Intervals(open) => {
                let next = open.list[open.at(open.inside(t.millis())?)].start.max(t.millis());
                if next < open.until { Ok(Timestamp::from_millis(next)) } else { Err(OutOfRange::After) }
            }
        }
    }

    /// The first closing time after `t`: that of the interval open at `t`, or else of the next one.
    #[inline]
    pub fn next_close(&self, t: Timestamp) -> Result<Timestamp, OutOfRange> {
        match &self.open {
            OpenTime::Always => Err(OutOfRange::After),
            OpenTime::Intervals(open) => {
                let close = open.list[open.at(open.inside(t.millis())?)].end;
                // What is open at the end of the last covered day may go on after it.
                if close < open.until { Ok(Timestamp::from_millis(close)) } else { Err(OutOfRange::After) }
            }
        }
    }

    /// The earliest instant by which the open time since `t` equals `span`.
    ///
    /// It may be a closing time: an hour from 21:00 on a desk that closes at 22:00 ends at 22:00, not at nine the
    /// next day. No time at all ends at `t`, open or not. A negative span is [`Calendar::subtract`].
    #[inline]
    pub fn add(&self, t: Timestamp, span: Span) -> Result<Timestamp, OutOfRange> {
        match &self.open {
            OpenTime::Always => always_add(t, span),
            OpenTime::Intervals(open) => open.shift(t.millis(), span.millis()).map(Timestamp::from_millis),
        }
    }

    /// The latest instant from which the open time until `t` equals `span`.
    ///
    /// It may be an opening time. No time at all begins at `t`, open or not. A negative span is [`Calendar::add`].
    #[inline]
    pub fn subtract(&self, t: Timestamp, span: Span) -> Result<Timestamp, OutOfRange> {
        self.add(t, span.negated())
    }

    /// [`Calendar::add`] for many at once: `results[i]` is `starts[i]` plus `spans[i]`.
    ///
    /// A result out of range is written as [`Timestamp::MIN`] or [`Timestamp::MAX`] and reported; the others are
    /// written all the same.
    pub fn add_many(&self, starts: &[Timestamp], spans: &[Span], results: &mut [Timestamp]) -> Result<(), BatchError> {
        if starts.len() != spans.len() || starts.len() != results.len() {
            return Err(BatchError::Lengths);
        }
        let (mut first, mut count) = (0, 0);
        for (index, ((&t, &span), result)) in starts.iter().zip(spans).zip(results.iter_mut()).enumerate() {
            *result = self.add(t, span).unwrap_or_else(|out| {
                first = if count == 0 { index } else { first };
                count += 1;
                match out {
                    OutOfRange::Before => Timestamp::MIN,
                    OutOfRange::After => Timestamp::MAX,
                }
            });
        }
        if count == 0 { Ok(()) } else { Err(BatchError::OutOfRange { first, count }) }
    }

    /// Open time from `a` to `b`; negative when `b` is earlier.
    #[inline]
    pub fn between(&self, a: Timestamp, b: Timestamp) -> Result<Span, OutOfRange> {
        match &self.open {
            OpenTime::Always => Ok(b.since(a)),
            OpenTime::Intervals(open) => {
                Ok(Span::from_millis(open.open_before(b.millis())? - open.open_before(a.millis())?))
            }
        }
    }

    /// The end (local 24:00) of the `n`th working day after the local day of `t`, which is not counted itself
    /// (Civil Code of the People's Republic of China, art. 201).
    ///
    /// A working day is a local day that has hours of its own; the tail of a night shift does not make one. With
    /// `n` = 0 it is the end of the day of `t`, or of the first working day after it when that day is none (art. 203).
    pub fn add_working_days(&self, t: Timestamp, n: u32) -> Result<Timestamp, OutOfRange> {
        let day = self.days.index_of(t)?;
        let nth = if n == 0 {
            self.days.open_before[day] as usize
        } else {
            self.days.open_before[day + 1] as usize + n as usize - 1
        };
        let day = *self.days.open.get(nth).ok_or(OutOfRange::After)? as usize;
        Ok(Timestamp::from_millis(self.days.midnights[day + 1]))
    }

    /// The open pieces between `a` and `b` in order, each `[open, close)`, cut to `a` and `b`; none when `b <= a`.
    /// Their lengths sum up to [`Calendar::between`].
    pub fn intervals(&self, a: Timestamp, b: Timestamp) -> Result<Pieces<'_>, OutOfRange> {
        let list = match &self.open {
            OpenTime::Always => None,
            OpenTime::Intervals(open) => {
                open.within(b.millis())?;
                Some(&open.list[open.at(open.within(a.millis())?)..])
            }
        };
        Ok(Pieces { from: a, until: b, list })
    }

    /// Where the hours of a local day come from; [`DayRule::Weekly`] too for days outside the covered years.
    pub fn day_rule(&self, date: Date) -> DayRule<'_> {
        match self.special_days.binary_search_by_key(&date, |day| day.date) {
            Err(_) => DayRule::Weekly,
            Ok(i) => {
                let day = &self.special_days[i];
                match day.kind {
                    SpecialKind::Holiday => DayRule::Holiday(&day.name),
                    SpecialKind::MakeUp => DayRule::MakeUp(&day.name),
                    SpecialKind::Override => DayRule::Override(&day.name),
                }
            }
        }
    }

    /// What a person should know about an answer that depends on the time from `a` to `b` (in either order).
    /// Provisional years matter only to a calendar that keeps public holidays or make-up days.
    pub fn warnings(&self, a: Timestamp, b: Timestamp) -> Vec<CalendarWarning> {
        let (a, b) = (a.min(b), a.max(b));
        let years = self.zone.local(a).0.year()..=self.zone.local(b).0.year();
        let mut warnings: Vec<_> = self
            .provisional_years
            .iter()
            .filter(|year| years.contains(year))
            .map(|&year| CalendarWarning::ProvisionalYear(year))
            .collect();
        let (first, last) = self.covered_years;
        if !self.is_always_open() && (*years.start() < first || *years.end() > last) {
            warnings.push(CalendarWarning::NotCovered);
        }
        warnings
    }
}

#[inline]
fn always_add(t: Timestamp, span: Span) -> Result<Timestamp, OutOfRange> {
    match t.millis().saturating_add(span.millis()) {
        ms if ms < Timestamp::MIN.millis() => Err(OutOfRange::Before),
        ms if ms > Timestamp::MAX.millis() => Err(OutOfRange::After),
        ms => Ok(Timestamp::from_millis(ms)),
    }
}

impl Days {
    /// The covered local day in which `t` lies.
    fn index_of(&self, t: Timestamp) -> Result<usize, OutOfRange> {
        match self.midnights.partition_point(|&midnight| midnight <= t.millis()) {
            0 => Err(OutOfRange::Before),
            after if after == self.midnights.len() => Err(OutOfRange::After),
            after => Ok(after - 1),
        }
    }
}
