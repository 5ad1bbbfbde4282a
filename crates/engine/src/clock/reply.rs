//! The clock of the reply to the customer: its period, the pauses, the strictest class so far, the law's ceiling.

use super::run::{Frame, Run, Stop, finish, in_order, per_mille, run};
use super::{Clock, ClockKind, PieceKind};
use crate::model::{Case, Period};
use crate::policy::{Policy, ServiceClass};
use crate::time::{Span, Timestamp};

/// The clock of the reply to the customer. None when the case has no time of intake or lies outside the calendars.
pub fn reply(policy: &Policy, case: &Case, now: Timestamp) -> Option<Clock> {
    parts(policy, case, now).map(|r| r.clock)
}

pub(super) struct Reply<'a> {
    pub clock: Clock,
    pub class: &'a ServiceClass,
    pub period: Period,
    pub limit: Span,
    pub run: Run,
    pub stops: Vec<Stop>,
    pub ceiling: Option<Timestamp>,
}

pub(super) fn parts<'a>(policy: &'a Policy, case: &'a Case, now: Timestamp) -> Option<Reply<'a>> {
    let period = period(case)?;
    let stops = in_order(customer_stops(case), period.from, period.to, now);
    let (run, class, limit) = strictest(policy, case, &period, &stops, period.to, now)?;
    let ceiling = ceiling(policy, case, &period);
    let due = ceiling.map_or(run.due, |c| run.due.min(c));
    let frame = Frame {
        kind: ClockKind::Reply,
        policy,
        calendar: policy.calendar_of(&class.reply),
        started: period.from,
        stopped: period.to,
        now,
        stops: &stops,
    };
    let mut clock = finish(&frame, &run, due)?;
    // A ceiling in years that the calendar does not know cannot be said; the promise still can.
    clock.provisional |= ceiling.is_none() && policy.clocks.statutory_days.is_some();
    Some(Reply { clock, class, period, limit, run, stops, ceiling })
}

/// When the reply was due as things stood at `at`, in the period to which a leg dispatched then belongs.
pub(super) fn due_as_of(policy: &Policy, case: &Case, dispatched: Timestamp, at: Timestamp) -> Option<Timestamp> {
    let period = match case.periods.iter().rfind(|p| p.from <= dispatched).or(case.periods.first()) {
        Some(period) => period.clone(),
        None => self::period(case)?,
    };
    let known = customer_stops(case).filter(|s| s.from <= at).map(|s| Stop { to: s.to.filter(|to| *to <= at), ..s });
    let stops = in_order(known, period.from, None, at);
    let (run, ..) = strictest(policy, case, &period, &stops, Some(at), at)?;
    Some(ceiling(policy, case, &period).map_or(run.due, |c| run.due.min(c)))
}

/// The run of the class that is due first, with that class and its limit.
fn strictest<'a>(
    policy: &'a Policy,
    case: &'a Case,
    period: &Period,
    stops: &[Stop],
    stopped: Option<Timestamp>,
    now: Timestamp,
) -> Option<(Run, &'a ServiceClass, Span)> {
    let mut best: Option<(Run, &ServiceClass, Span)> = None;
    for (class, _) in classes(policy, case, stopped) {
        let limit = limit(policy, class, period);
        let this = run(policy.calendar_of(&class.reply), period.from, limit, stops, stopped.unwrap_or(now))?;
        if best.as_ref().is_none_or(|(b, ..)| this.due < b.due) {
            best = Some((this, class, limit));
        }
    }
    best
}

/// What a class allows in a period: a reopened case gets the pack's share of the full limit.
pub(super) fn limit(policy: &Policy, class: &ServiceClass, period: &Period) -> Span {
    let full = class.reply.limit;
    if period.reopened { per_mille(full, policy.clocks.reopen_per_mille) } else { full }
}

/// The end of the law's days after intake. Whoever was answered in time and comes back has complained anew: a
/// reopened case counts from its reopening. None without such a rule, or outside the calendar's years.
fn ceiling(policy: &Policy, case: &Case, period: &Period) -> Option<Timestamp> {
    let (days, _) = policy.clocks.statutory_days.as_ref()?;
    let from = if period.reopened { period.from } else { case.opened_at.unwrap_or(period.from) };
    policy.home().add_working_days(from, *days).ok()
}

/// The period of the reply clock that counts: the last one, or one made up for a document posted by hand. In a
/// case that has ended the clock stands, whatever the document says.
fn period(case: &Case) -> Option<Period> {
    let mut period = match case.periods.last() {
        Some(period) => period.clone(),
        None => Period { from: case.opened_at?, to: None, reopened: false },
    };
    if period.to.is_none() && !case.status.is_open() {
        period.to = Some(case.answers.last().map_or(period.from, |a| a.at.max(period.from)));
    }
    Some(period)
}

/// Waiting for the customer.
pub(super) fn customer_stops(case: &Case) -> impl Iterator<Item = Stop> {
    case.pauses.iter().map(|p| Stop { from: p.from, to: p.to, kind: PieceKind::PausedForCustomer })
}

/// The classes that the case has had, or that of its customer. What changed after a clock has `stopped` is of no
/// account to it; the class of intake always is.
pub(super) fn classes<'a>(
    policy: &'a Policy,
    case: &'a Case,
    stopped: Option<Timestamp>,
) -> impl Iterator<Item = (&'a ServiceClass, Timestamp)> {
    let start = case.opened_at.unwrap_or(Timestamp::from_millis(0));
    let none = case.classes.is_empty().then(|| (policy.class(&case.customer.service_class), start));
    case.classes
        .iter()
        .enumerate()
        .filter(move |(i, c)| *i == 0 || stopped.is_none_or(|s| c.at <= s))
        .map(|(_, c)| (policy.class(&c.service_class), c.at))
        .chain(none)
}
