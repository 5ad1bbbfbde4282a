//! The clock of one leg: from receipt, standing still while its organisation waits downstream or for the customer,
//! capped so that the owner keeps the reserve.

use super::reply::{self, classes, customer_stops};
use super::run::{Frame, Run, Stop, finish, in_order, run};
use super::{Clock, ClockKind, PieceKind};
use crate::model::{Case, Leg};
use crate::policy::{Policy, ServiceClass};
use crate::time::Timestamp;

/// The clock of one leg.
pub fn leg(policy: &Policy, case: &Case, leg: &Leg, now: Timestamp) -> Option<Clock> {
    parts(policy, case, leg, now).map(|l| l.clock)
}

pub(super) struct LegParts<'a> {
    pub clock: Clock,
    pub class: &'a ServiceClass,
    pub run: Run,
    pub stops: Vec<Stop>,
    pub cap: Timestamp,
}

pub(super) fn parts<'a>(policy: &'a Policy, case: &'a Case, leg: &Leg, now: Timestamp) -> Option<LegParts<'a>> {
    let started = start(policy, leg);
    let stopped = leg.end();
    let downstream = case.children(Some(&leg.id)).map(|c| Stop {
        from: c.dispatched_at,
        to: c.end(),
        kind: PieceKind::PausedDownstream,
    });
    let stops = in_order(customer_stops(case).chain(downstream), started, stopped, now);
    let mut best: Option<(Run, &ServiceClass)> = None;
    for (class, _) in classes(policy, case, stopped) {
        let this = run(policy.calendar_of(&class.leg), started, class.leg.limit, &stops, stopped.unwrap_or(now))?;
        if best.as_ref().is_none_or(|(b, _)| this.due < b.due) {
            best = Some((this, class));
        }
    }
    let (run, class) = best?;
    // A leg that has ended keeps the cap that it ran under: what happens to the case later is not its fault.
    let reply_due = match stopped {
        None => reply::parts(policy, case, now)?.clock.due,
        Some(end) => reply::due_as_of(policy, case, leg.dispatched_at, end)?,
    };
    let cap = reply_due.minus(policy.clocks.reserve.limit);
    let calendar = policy.calendar_of(&class.leg);
    let frame = Frame { kind: ClockKind::Leg, policy, calendar, started, stopped, now, stops: &stops };
    let clock = finish(&frame, &run, run.due.min(cap))?;
    Some(LegParts { clock, class, run, stops, cap })
}

/// A leg counts from receipt, at the latest when the grace after dispatch is over.
fn start(policy: &Policy, leg: &Leg) -> Timestamp {
    let grace = leg.dispatched_at.plus(policy.clocks.receipt_grace.limit);
    leg.received_at.map_or(grace, |r| r.min(grace))
}
