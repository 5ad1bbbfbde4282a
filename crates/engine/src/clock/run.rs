//! How a clock counts: open time of a calendar from a start on, without the stretches in which it stands still.
//! Which stretches those are, and which caps hold, is for `reply` and `leg` to say.

use super::{Clock, ClockKind, ClockState, PieceKind};
use crate::calendar::Calendar;
use crate::policy::Policy;
use crate::time::{Span, Timestamp};

/// A stretch in which a clock stands still; open while `to` is missing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stop {
    pub from: Timestamp,
    pub to: Option<Timestamp>,
    pub kind: PieceKind,
}

/// Puts the stops of a clock in order: none before its `start`, none turned around, none after it has `stopped`
/// or that begins after `now`, and no two at once (of two the one that began first counts until it ends).
pub(super) fn in_order(
    stops: impl Iterator<Item = Stop>,
    start: Timestamp,
    stopped: Option<Timestamp>,
    now: Timestamp,
) -> Vec<Stop> {
    let cut = |mut stop: Stop| {
        // A clock may yet have to start (a leg in its grace) when it is already known to stand.
        let begun = stop.from <= now;
        stop.from = stop.from.max(start);
        if let Some(end) = stopped {
            stop.to = Some(stop.to.map_or(end, |to| to.min(end)));
        }
        let holds = stop.to.map_or(begun, |to| to > stop.from);
        holds.then_some(stop)
    };
    let mut list: Vec<Stop> = stops.filter_map(cut).collect();
    one_after_another(&mut list, start);
    list
}

/// Sorted, and none begins before the last one ended.
fn one_after_another(list: &mut Vec<Stop>, start: Timestamp) {
    list.sort_by_key(|s| s.from);
    // Until when the last one kept stands; None: for good.
    let mut until = Some(start);
    list.retain_mut(|stop| {
        let Some(reached) = until else { return false };
        stop.from = stop.from.max(reached);
        if stop.to.is_some_and(|to| to <= stop.from) {
            return false;
        }
        until = stop.to;
        true
    });
}

/// A clock without caps: counts `limit` of open time from `start`, without the stops.
pub(super) struct Run {
    pub due: Timestamp,
    pub used: Span,
    pub left: Span,
    pub paused_since: Option<Timestamp>,
}

impl Run {
    /// What the organisation still has once it goes on.
    pub fn left_at(&self, clock: &Clock) -> Span {
        if clock.state == ClockState::Paused { clock.remaining } else { clock.allowance.minus(self.used) }
    }
}

/// `stops` must be in order; `end` is when the clock stopped, or now. None outside the calendar's years.
pub(super) fn run(calendar: &Calendar, start: Timestamp, limit: Span, stops: &[Stop], end: Timestamp) -> Option<Run> {
    let (mut at, mut left) = (start, limit);
    // Beginning of the stops that follow each other without a gap up to `at`.
    let mut standing: Option<Timestamp> = None;
    for stop in stops {
        let part = calendar.between(at, stop.from).ok()?;
        if part >= left {
            break;
        }
        left = left.minus(part);
        let since = standing.filter(|_| stop.from == at).unwrap_or(stop.from);
        let Some(to) = stop.to else {
            let due = calendar.add(end.max(stop.from), left).ok()?;
            return Some(Run { due, used: limit.minus(left), left, paused_since: Some(since.min(end)) });
        };
        standing = Some(since);
        at = to;
    }
    let due = calendar.add(at, left).ok()?;
    Some(Run { due, used: counted(calendar, start, stops, end)?, left, paused_since: None })
}

/// Counted time from `start` to `until`: open time without the stops.
fn counted(calendar: &Calendar, start: Timestamp, stops: &[Stop], until: Timestamp) -> Option<Span> {
    let (mut at, mut sum) = (start, Span::ZERO);
    for stop in stops.iter().filter(|s| s.from < until) {
        sum = sum.plus(calendar.between(at, stop.from).ok()?);
        at = stop.to.unwrap_or(until).min(until);
    }
    if until > at { Some(sum.plus(calendar.between(at, until).ok()?)) } else { Some(sum) }
}

/// `share` per mille of a span.
pub(super) fn per_mille(span: Span, share: u32) -> Span {
    Span::from_millis((span.millis() / 1000).saturating_mul(i64::from(share)))
}

pub(super) struct Frame<'a> {
    pub kind: ClockKind,
    pub policy: &'a Policy,
    pub calendar: &'a Calendar,
    pub started: Timestamp,
    pub stopped: Option<Timestamp>,
    pub now: Timestamp,
    pub stops: &'a [Stop],
}

/// Turns a run and its cap into a clock. It is never due before it started.
pub(super) fn finish(frame: &Frame<'_>, run: &Run, due: Timestamp) -> Option<Clock> {
    let Frame { kind, policy, calendar, started, stopped, now, stops } = *frame;
    let capped = due < run.due;
    let due = due.max(started);
    let end = stopped.unwrap_or(now);
    let paused = run.paused_since.is_some() && stopped.is_none() && due > now;
    let left = if capped || !paused { calendar.between(end.max(started), due).ok()? } else { run.left };
    // What counts in all: used so far and what is still open, or up to the due time when that is past.
    let allowance = if end <= due { run.used.plus(left) } else { counted(calendar, started, stops, due)? };
    let allowance = allowance.max(Span::from_millis(1));
    let share = per_mille(allowance, policy.clocks.soon_per_mille.min(1000));
    let by_share = self::run(calendar, started, share, stops, end)?.due;
    let soon = by_share.min(last(policy.clocks.soon_under, due, stops, end)).clamp(started, due);
    let state = if stopped.is_some() {
        ClockState::Stopped
    } else if now >= due {
        ClockState::Overdue
    } else if paused {
        ClockState::Paused
    } else if now >= soon {
        ClockState::DueSoon
    } else {
        ClockState::OnTrack
    };
    let remaining = if state == ClockState::Paused { left } else { due.since(end) };
    Some(Clock {
        kind,
        state,
        started,
        due,
        soon,
        used: run.used,
        allowance,
        remaining,
        stopped,
        paused_since: if paused { run.paused_since } else { None },
        provisional: !calendar.warnings(started, due).is_empty(),
    })
}

/// Where the last `span` before `due` begins, on the clock of the world without the stops.
fn last(span: Span, due: Timestamp, stops: &[Stop], end: Timestamp) -> Timestamp {
    let mut at = due.minus(span);
    for stop in stops.iter().rev().filter(|s| s.from < due) {
        let to = stop.to.unwrap_or(end).min(due);
        if to > at && to > stop.from {
            at = at.minus(to.since(stop.from));
        }
    }
    at
}
