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

mod compile;
mod spec;
mod zone;

use std::fmt;

pub use spec::{
    CalendarFault, CalendarSpec, DEFAULT_COVERED_YEARS, DayHours, DayOverride, Holiday, MakeUpDay,
    MakeUpHours, ZoneRule, ZoneSpec,
};
pub use zone::Zone;

use crate::time::{Date, Span, Timestamp};

/// A lookup that left the years the calendar covers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OutOfRange {
    /// Before the first covered day.
    Before,
    /// After the last covered day.
    After,
}

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Before => "the time lies before the years the calendar covers",
            Self::After => "the time lies after the years the calendar covers",
        })
    }
}

impl std::error::Error for OutOfRange {}

/// What went wrong in [`Calendar::add_many`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BatchError {
    /// The three slices are not equally long; nothing was written.
    Lengths,
    /// `count` results are out of range, the first at index `first`; all others are written and right.
    OutOfRange {
        /// Index of the first one.
        first: usize,
        /// How many there are.
        count: usize,
    },
}

impl fmt::Display for BatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lengths => f.write_str("the slices are not equally long"),
            Self::OutOfRange { first, count } => {
                write!(
                    f,
                    "{count} results leave the years the calendar covers, the first at index {first}"
                )
            }
        }
    }
}

impl std::error::Error for BatchError {}

/// Something a person should know about an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CalendarWarning {
    /// The public holidays of this year are not announced yet.
    ProvisionalYear(i32),
    /// The time asked about reaches outside the covered years.
    NotCovered,
}

/// Where the hours of a day come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DayRule<'a> {
    /// The weekly pattern.
    Weekly,
    /// Closed on a public holiday, by name.
    Holiday(&'a str),
    /// Worked in exchange for a holiday, by name.
    MakeUp(&'a str),
    /// A day of its own, with the reason.
    Override(&'a str),
}

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

/// Sorted, disjoint, not touching open intervals in `[from, until)`, all in ms since the epoch.
#[derive(Clone, Debug)]
struct Intervals {
    from: i64,
    until: i64,
    /// Followed by one that begins at `until`, never ends, and comes after all open time.
    list: Vec<Interval>,
    /// For each 2^[`ELAPSED_SHIFT`] ms from `from`: the first interval that ends after the bucket's beginning.
    by_elapsed: Vec<u32>,
    /// For each 2^`open_shift` ms of open time: the interval in which the bucket's first open ms lies.
    by_open: Vec<u32>,
    open_shift: u32,
}

#[derive(Clone, Copy, Debug)]
struct Interval {
    start: i64,
    end: i64,
    /// Open time from the beginning of the covered years to `start`.
    before: i64,
}

/// A bucket of elapsed time: 18 h 38 min. A power of two, because a shift is cheaper than a division.
const ELAPSED_SHIFT: u32 = 26;

/// Within a bucket a short walk beats a binary search.
const WALK: usize = 8;

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
                let next = open.list[open.at(open.inside(t.millis())?)]
                    .start
                    .max(t.millis());
                if next < open.until {
                    Ok(Timestamp::from_millis(next))
                } else {
                    Err(OutOfRange::After)
                }
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
                if close < open.until {
                    Ok(Timestamp::from_millis(close))
                } else {
                    Err(OutOfRange::After)
                }
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
            OpenTime::Intervals(open) => open
                .shift(t.millis(), span.millis())
                .map(Timestamp::from_millis),
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
    pub fn add_many(
        &self,
        starts: &[Timestamp],
        spans: &[Span],
        results: &mut [Timestamp],
    ) -> Result<(), BatchError> {
        if starts.len() != spans.len() || starts.len() != results.len() {
            return Err(BatchError::Lengths);
        }
        let (mut first, mut count) = (0, 0);
        for (index, ((&t, &span), result)) in
            starts.iter().zip(spans).zip(results.iter_mut()).enumerate()
        {
            *result = self.add(t, span).unwrap_or_else(|out| {
                first = if count == 0 { index } else { first };
                count += 1;
                match out {
                    OutOfRange::Before => Timestamp::MIN,
                    OutOfRange::After => Timestamp::MAX,
                }
            });
        }
        if count == 0 {
            Ok(())
        } else {
            Err(BatchError::OutOfRange { first, count })
        }
    }

    /// Open time from `a` to `b`; negative when `b` is earlier.
    #[inline]
    pub fn between(&self, a: Timestamp, b: Timestamp) -> Result<Span, OutOfRange> {
        match &self.open {
            OpenTime::Always => Ok(b.since(a)),
            OpenTime::Intervals(open) => Ok(Span::from_millis(
                open.open_before(b.millis())? - open.open_before(a.millis())?,
            )),
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
        Ok(Pieces {
            from: a,
            until: b,
            list,
        })
    }

    /// Where the hours of a local day come from; [`DayRule::Weekly`] too for days outside the covered years.
    pub fn day_rule(&self, date: Date) -> DayRule<'_> {
        match self
            .special_days
            .binary_search_by_key(&date, |day| day.date)
        {
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

impl Intervals {
    /// `t` if it is a covered instant.
    #[inline]
    fn inside(&self, t: i64) -> Result<i64, OutOfRange> {
        if t < self.until {
            self.within(t)
        } else {
            Err(OutOfRange::After)
        }
    }

    /// `t` if it is covered or the very end of what is covered, which may bound a piece of time.
    #[inline]
    fn within(&self, t: i64) -> Result<i64, OutOfRange> {
        if t < self.from {
            Err(OutOfRange::Before)
        } else if t > self.until {
            Err(OutOfRange::After)
        } else {
            Ok(t)
        }
    }

    /// The first interval that ends after `t`, which is within.
    #[inline]
    fn at(&self, t: i64) -> usize {
        let bucket = ((t - self.from) >> ELAPSED_SHIFT) as usize;
        self.first_in(
            self.by_elapsed[bucket],
            self.by_elapsed[bucket + 1],
            |interval| interval.end > t,
        )
    }

    /// The interval in which the open millisecond number `open_ms` lies: at least 0, below the total.
    #[inline]
    fn at_open(&self, open_ms: i64) -> usize {
        let bucket = (open_ms >> self.open_shift) as usize;
        self.first_in(self.by_open[bucket], self.by_open[bucket + 1], |interval| {
            interval.before + (interval.end - interval.start) > open_ms
        })
    }

    /// The first interval from `low` to `high` that is `wanted`; `high` if none before it is.
    #[inline]
    fn first_in(&self, low: u32, high: u32, wanted: impl Fn(&Interval) -> bool) -> usize {
        let (mut low, high) = (low as usize, high as usize);
        if high - low > WALK {
            return low + self.list[low..high].partition_point(|interval| !wanted(interval));
        }
        while low < high && !wanted(&self.list[low]) {
            low += 1;
        }
        low
    }

    /// All open time there is.
    #[inline]
    fn total(&self) -> i64 {
        self.list[self.list.len() - 1].before
    }

    /// Open time from the beginning of the covered years to `t`.
    #[inline]
    fn open_before(&self, t: i64) -> Result<i64, OutOfRange> {
        let interval = self.list[self.at(self.within(t)?)];
        Ok(interval.before + (t - interval.start).max(0))
    }

    /// Open time added (or, below zero, taken away).
    #[inline]
    fn shift(&self, t: i64, span: i64) -> Result<i64, OutOfRange> {
        let target = self.open_before(t)?.saturating_add(span);
        if span > 0 {
            if target > self.total() {
                return Err(OutOfRange::After);
            }
            // The end of the millisecond before: the earliest of the instants with this much open time before them.
            let interval = self.list[self.at_open(target - 1)];
            Ok(interval.start + (target - interval.before))
        } else if span < 0 {
            if target < 0 {
                return Err(OutOfRange::Before);
            }
            // The beginning of this millisecond: the latest of those instants.
            let interval = self.list[self.at_open(target)];
            Ok(interval.start + (target - interval.before))
        } else {
            Ok(t)
        }
    }
}

impl Days {
    /// The covered local day in which `t` lies.
    fn index_of(&self, t: Timestamp) -> Result<usize, OutOfRange> {
        match self
            .midnights
            .partition_point(|&midnight| midnight <= t.millis())
        {
            0 => Err(OutOfRange::Before),
            after if after == self.midnights.len() => Err(OutOfRange::After),
            after => Ok(after - 1),
        }
    }
}

/// Iterator over open pieces, made by [`Calendar::intervals`]. Does not allocate.
#[derive(Clone, Debug)]
pub struct Pieces<'a> {
    from: Timestamp,
    until: Timestamp,
    /// Nothing when always open.
    list: Option<&'a [Interval]>,
}

impl Iterator for Pieces<'_> {
    type Item = (Timestamp, Timestamp);

    fn next(&mut self) -> Option<Self::Item> {
        if self.from >= self.until {
            return None;
        }
        let (open, close) = match self.list {
            None => (self.from, self.until),
            Some(list) => {
                let (first, rest) = list.split_first()?;
                self.list = Some(rest);
                let open = Timestamp::from_millis(first.start).max(self.from);
                (open, Timestamp::from_millis(first.end).min(self.until))
            }
        };
        self.from = close;
        (open < close).then_some((open, close))
    }
}
