//! Clocks: when an answer is due, how much is left, and why. Every due time is a pure function of
//! (policy, document, now); `now` matters only for paused clocks and for the state.
//!
//! Rules (S0 time limits; defaults are named in the pack): reply to the customer and reply per leg by service
//! class; legs in series, so a sender's clock stands still while it waits downstream; a reserve for the last
//! leg caps every leg; waiting for the customer stops both; the strictest class so far counts, so an upgrade
//! pulls a due time earlier and a downgrade never moves it later; the statutory ceiling caps the reply.

//!
//! Here: what a clock is, and the clocks without pauses (call-backs, contacts). `run` counts, `reply` and `leg`
//! know which pauses, classes and caps hold, `forecast` looks ahead, `explain` takes a due time apart.

mod explain;
mod forecast;
mod leg;
mod reply;
mod run;

pub use explain::{Cap, Explanation, Piece, PieceKind, explain_callback, explain_contact, explain_leg, explain_reply};
pub use forecast::{Forecast, forecast};
pub use leg::leg;
pub use reply::reply;

use serde::Serialize;

use crate::model::{Callback, Interaction};
use crate::policy::{Policies, Policy, Rule};
use crate::time::{Span, Timestamp};
use run::{Frame, finish, run};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ClockKind {
    /// Reply to the customer.
    Reply,
    /// Reply of one organisation on its leg.
    Leg,
    Callback,
    /// A waiting call or chat.
    Contact,
}

/// In order of urgency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ClockState {
    Overdue,
    DueSoon,
    OnTrack,
    Paused,
    Stopped,
}

/// One clock as it stands at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Clock {
    pub kind: ClockKind,
    pub state: ClockState,
    /// From when it counts; may lie a little ahead for a leg that is not received yet.
    pub started: Timestamp,
    /// For a paused clock: the due time if it went on now.
    pub due: Timestamp,
    /// It becomes due soon here (80 % used, or the last hour, as the pack says).
    pub soon: Timestamp,
    /// Counted time so far (open time without pauses).
    pub used: Span,
    /// The whole allowance, after caps.
    pub allowance: Span,
    /// To the due time; negative when overdue; frozen when paused; at the end when stopped.
    pub remaining: Span,
    pub stopped: Option<Timestamp>,
    pub paused_since: Option<Timestamp>,
    /// The calendar is provisional somewhere between start and due.
    pub provisional: bool,
}

impl Clock {
    /// Share of the allowance that is used, 0–100.
    pub fn used_percent(&self) -> u32 {
        if self.allowance.millis() <= 0 {
            return 100;
        }
        (self.used.millis().max(0) * 100 / self.allowance.millis()).clamp(0, 100) as u32
    }
    /// Stopped after its due time.
    pub fn was_late(&self) -> bool {
        self.stopped.is_some_and(|s| s > self.due)
    }
    /// The moments at which something happens, for reminders: (what the state becomes, when).
    pub fn thresholds(&self) -> [(ClockState, Timestamp); 2] {
        [(ClockState::DueSoon, self.soon), (ClockState::Overdue, self.due)]
    }
    /// The thresholds that were crossed later than `after` and not later than `until`, in order. What a clock would
    /// have crossed had it not stopped or paused does not count; stopped exactly when due is not overdue.
    pub fn events(&self, after: Timestamp, until: Timestamp) -> impl Iterator<Item = (Threshold, Timestamp)> {
        let end = self.stopped.or(self.paused_since).unwrap_or(Timestamp::MAX);
        let late = self.stopped.is_none_or(|s| s > self.due);
        [(Threshold::Soon, self.soon), (Threshold::Due, self.due), (Threshold::Overdue, self.due)].into_iter().filter(
            move |(what, at)| after < *at && *at <= until && *at <= end && (late || *what != Threshold::Overdue),
        )
    }
}

/// What a clock reports once, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Threshold {
    /// 80 % is used, or the last hour begins, as the pack says.
    Soon,
    /// Nothing is left.
    Due,
    /// It runs on beyond its due time.
    Overdue,
}

/// The clock of a call-back: the promised window in the open time of its desk.
pub fn callback(policies: &Policies, callback: &Callback, now: Timestamp) -> Option<Clock> {
    let (policy, rule) = callback_rule(policies, callback)?;
    let started = callback.round_from.or(callback.registered_at)?;
    let stopped = if callback.is_open() { None } else { callback.ended_at.or(Some(started)) };
    plain(ClockKind::Callback, policy, rule, started, stopped, now)
}

/// The clock of a contact: from arrival until somebody takes it, or from `waiting_since` (the customer's last
/// unanswered message) for written channels.
pub fn contact(
    policy: &Policy,
    contact: &Interaction,
    waiting_since: Option<Timestamp>,
    now: Timestamp,
) -> Option<Clock> {
    if !contact.is_open() {
        return None;
    }
    let rule = policy.contact_rule(contact.channel)?;
    let started = match contact.accepted_at {
        None => contact.arrived_at?,
        Some(_) => waiting_since?,
    };
    plain(ClockKind::Contact, policy, rule, started, None, now)
}

fn plain(
    kind: ClockKind,
    policy: &Policy,
    rule: &Rule,
    started: Timestamp,
    stopped: Option<Timestamp>,
    now: Timestamp,
) -> Option<Clock> {
    let calendar = policy.calendar_of(rule);
    let run = run(calendar, started, rule.limit, &[], stopped.unwrap_or(now))?;
    finish(&Frame { kind, policy, calendar, started, stopped, now, stops: &[] }, &run, run.due)
}

fn callback_rule<'a>(policies: &'a Policies, callback: &Callback) -> Option<(&'a Policy, &'a Rule)> {
    let pinned = policies.of(&callback.policy)?;
    let of = |p: &'a Policy| p.desk(&callback.desk).and_then(|d| d.callback.as_ref()).map(|c| (p, &c.window));
    of(pinned).or_else(|| policies.desk(&callback.desk).and_then(|(p, _)| of(p)))
}
