//! The open intervals of a calendar and the constant-time way into them. Milliseconds since the epoch throughout;
//! no local time, no rules about days. This is the hot path: nothing here allocates.

use super::answer::OutOfRange;
use crate::time::Timestamp;

/// Sorted, disjoint, not touching open intervals in `[from, until)`, all in ms since the epoch.
#[derive(Clone, Debug)]
pub(super) struct Intervals {
    pub(super) from: i64,
    pub(super) until: i64,
    /// Followed by one that begins at `until`, never ends, and comes after all open time.
    pub(super) list: Vec<Interval>,
    /// For each 2^`elapsed_shift` ms from `from`: the first interval that ends after the bucket's beginning.
    pub(super) by_elapsed: Vec<u32>,
    pub(super) elapsed_shift: u32,
    /// For each 2^`open_shift` ms of open time: the interval in which the bucket's first open ms lies.
    pub(super) by_open: Vec<u32>,
    pub(super) open_shift: u32,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Interval {
    pub(super) start: i64,
    pub(super) end: i64,
    /// Open time from the beginning of the covered years to `start`.
    pub(super) before: i64,
}

impl Intervals {
    /// `t` if it is a covered instant.
    #[inline]
    pub(super) fn inside(&self, t: i64) -> Result<i64, OutOfRange> {
        if t < self.until { self.within(t) } else { Err(OutOfRange::After) }
    }

    /// `t` if it is covered or the very end of what is covered, which may bound a piece of time.
    #[inline]
    pub(super) fn within(&self, t: i64) -> Result<i64, OutOfRange> {
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
    pub(super) fn at(&self, t: i64) -> usize {
        let bucket = ((t - self.from) >> self.elapsed_shift) as usize;
        self.first_in(self.by_elapsed[bucket], self.by_elapsed[bucket + 1], |interval| interval.end > t)
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
        let (low, high) = (low as usize, high as usize);
        if high - low <= 1 {
            // Buckets are cut so that this is the rule. No branch: which of the two it is cannot be predicted.
            low + usize::from(!wanted(&self.list[low]))
        } else {
            low + self.list[low..high].partition_point(|interval| !wanted(interval))
        }
    }

    /// All open time there is.
    #[inline]
    fn total(&self) -> i64 {
        self.list[self.list.len() - 1].before
    }

    /// Open time from the beginning of the covered years to `t`.
    #[inline]
    pub(super) fn open_before(&self, t: i64) -> Result<i64, OutOfRange> {
        let interval = self.list[self.at(self.within(t)?)];
        Ok(interval.before + (t - interval.start).max(0))
    }

    /// Open time added (or, below zero, taken away).
    #[inline]
    pub(super) fn shift(&self, t: i64, span: i64) -> Result<i64, OutOfRange> {
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

/// Iterator over open pieces, made by [`Calendar::intervals`]. Does not allocate.
#[derive(Clone, Debug)]
pub struct Pieces<'a> {
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
    /// Nothing when always open.
    pub(super) list: Option<&'a [Interval]>,
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
