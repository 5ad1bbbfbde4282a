//! What a dispatch would do to the customer's deadline, before it is made.

use serde::Serialize;

use super::leg;
use super::reply::{self, classes};
use crate::model::Case;
use crate::policy::Policy;
use crate::relay;
use crate::time::{Span, Timestamp};

/// What a dispatch now would do to the customer's deadline.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Forecast {
    pub leg_limit: Span,
    /// When the new leg would have to be answered.
    pub leg_due: Timestamp,
    pub reserve: Span,
    pub reply_due: Timestamp,
    /// Leg and reserve fit into what is left.
    pub fits: bool,
    /// How much is missing; zero when it fits.
    pub short_by: Span,
    /// Upstream organisations and the latest moment at which each would answer, nearest first.
    pub latest: Vec<(String, Timestamp)>,
    /// What remains before the reserve if everybody uses all his time; may be negative.
    pub slack: Span,
}

/// What dispatching one more leg from `sender` at `now` would do. None when no reply clock runs.
pub fn forecast(policy: &Policy, case: &Case, sender: &str, now: Timestamp) -> Option<Forecast> {
    let reply = reply::parts(policy, case, now)?.clock;
    let mut leg_due: Option<(Timestamp, Span)> = None;
    for (class, _) in classes(policy, case, None) {
        let due = policy.calendar_of(&class.leg).add(now, class.leg.limit).ok()?;
        if leg_due.is_none_or(|(d, _)| due < d) {
            leg_due = Some((due, class.leg.limit));
        }
    }
    let (leg_due, leg_limit) = leg_due?;
    let reserve = policy.clocks.reserve.limit;
    let needed = leg_due.plus(reserve);
    let fits = needed <= reply.due;
    let mut latest = Vec::new();
    let (mut at, mut parent) = (leg_due, relay::sender_leg(case, sender));
    // An organisation is in a chain once; the bound guards against a hostile parent cycle.
    for _ in 0..policy.organisations.len() {
        let Some(leg) = parent else { break };
        let left = leg::parts(policy, case, leg, now).map_or(Span::ZERO, |l| l.run.left_at(&l.clock));
        at = at.plus(left.max(Span::ZERO));
        latest.push((leg.to.clone(), at));
        parent = leg.parent.as_deref().and_then(|p| case.leg(p));
    }
    Some(Forecast {
        leg_limit,
        leg_due,
        reserve,
        reply_due: reply.due,
        fits,
        short_by: if fits { Span::ZERO } else { needed.since(reply.due) },
        latest,
        slack: reply.due.minus(reserve).since(at),
    })
}
