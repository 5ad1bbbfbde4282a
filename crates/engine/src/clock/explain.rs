//! "Why due then?": a due time taken apart into the stretches that make it, its caps and its rule. Data only; the
//! views word it.

use serde::Serialize;

use super::reply::{self, classes};
use super::run::{Stop, run};
use super::{Clock, callback_rule, leg};
use crate::calendar::Calendar;
use crate::model::{Callback, Case, Interaction, Leg, LegState};
use crate::policy::{Policies, Policy, Rule};
use crate::time::{Span, Timestamp};

/// A cap that made a due time earlier, or would have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "cap", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Cap {
    /// The reply's due time less the reserve for the last leg.
    Reserve { at: Timestamp, reserve: Span, rule: String, binds: bool },
    /// The law's ceiling.
    Statutory { at: Timestamp, days: u32, rule: String, binds: bool },
    /// The class was changed: what each class gives.
    Class { class: String, since: Timestamp, due: Timestamp, rule: String, binds: bool },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum PieceKind {
    /// Counts.
    Open,
    /// The desk is closed.
    Closed,
    /// Waits for the customer.
    PausedForCustomer,
    /// Waits for a leg of its own.
    PausedDownstream,
    /// Dispatched, not received yet, inside the grace.
    NotReceived,
}

/// A stretch of time between start and due, and whether it counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Piece {
    pub from: Timestamp,
    pub to: Timestamp,
    pub kind: PieceKind,
    /// What the piece adds to the time counted.
    pub counts: Span,
}

/// "Why due then?": the sum that makes a due time, as data; the views word it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    pub clock: Clock,
    /// Id of the rule, e.g. `CR-VIP`, and its limit before any cap.
    pub rule: String,
    pub limit: Span,
    pub calendar: String,
    /// The class whose rule it is.
    pub class: Option<String>,
    /// Due time before caps.
    pub uncapped: Timestamp,
    pub pieces: Vec<Piece>,
    pub caps: Vec<Cap>,
}

/// Why the reply is due then.
pub fn explain_reply(policy: &Policy, case: &Case, now: Timestamp) -> Option<Explanation> {
    let reply = reply::parts(policy, case, now)?;
    let rule = &reply.class.reply;
    let mut caps = Vec::new();
    let (period, end) = (&reply.period, reply.period.to.unwrap_or(now));
    if case.classes.len() > 1 {
        for (class, since) in classes(policy, case, period.to) {
            let limit = reply::limit(policy, class, period);
            let due = run(policy.calendar_of(&class.reply), period.from, limit, &reply.stops, end)?.due;
            let binds = class.id == reply.class.id;
            caps.push(Cap::Class { class: class.id.clone(), since, due, rule: class.reply.id.clone(), binds });
        }
    }
    if let (Some(at), Some((days, rule))) = (reply.ceiling, &policy.clocks.statutory_days) {
        caps.push(Cap::Statutory { at, days: *days, rule: rule.id.clone(), binds: at < reply.run.due });
    }
    Some(Explanation {
        pieces: pieces(policy.calendar_of(rule), &reply.clock, &reply.stops, end, None),
        clock: reply.clock,
        rule: rule.id.clone(),
        limit: reply.limit,
        calendar: policy.calendars[rule.calendar].id.clone(),
        class: Some(reply.class.id.clone()),
        uncapped: reply.run.due,
        caps,
    })
}

/// Why a leg is due then.
pub fn explain_leg(policy: &Policy, case: &Case, leg: &Leg, now: Timestamp) -> Option<Explanation> {
    let parts = leg::parts(policy, case, leg, now)?;
    let rule = &parts.class.leg;
    let reserve = &policy.clocks.reserve;
    let caps = vec![Cap::Reserve {
        at: parts.cap,
        reserve: reserve.limit,
        rule: reserve.id.clone(),
        binds: parts.clock.due < parts.run.due,
    }];
    let waiting = (leg.state == LegState::Dispatched || parts.clock.started > leg.dispatched_at)
        .then_some((leg.dispatched_at, parts.clock.started));
    Some(Explanation {
        pieces: pieces(policy.calendar_of(rule), &parts.clock, &parts.stops, now, waiting),
        clock: parts.clock,
        rule: rule.id.clone(),
        limit: rule.limit,
        calendar: policy.calendars[rule.calendar].id.clone(),
        class: Some(parts.class.id.clone()),
        uncapped: parts.run.due,
        caps,
    })
}

/// Why a call-back is due then.
pub fn explain_callback(policies: &Policies, callback: &Callback, now: Timestamp) -> Option<Explanation> {
    let (policy, rule) = callback_rule(policies, callback)?;
    let clock = super::callback(policies, callback, now)?;
    Some(explain_plain(policy, rule, clock))
}

/// Why a waiting contact is due then.
pub fn explain_contact(policy: &Policy, contact: &Interaction, clock: Clock) -> Option<Explanation> {
    policy.contact_rule(contact.channel).map(|rule| explain_plain(policy, rule, clock))
}

fn explain_plain(policy: &Policy, rule: &Rule, clock: Clock) -> Explanation {
    Explanation {
        pieces: pieces(policy.calendar_of(rule), &clock, &[], clock.due, None),
        clock,
        rule: rule.id.clone(),
        limit: rule.limit,
        calendar: policy.calendars[rule.calendar].id.clone(),
        class: None,
        uncapped: clock.due,
        caps: Vec::new(),
    }
}

/// No explanation lists more pieces than a person would read; the last one then stands for all the rest.
const MOST_PIECES: usize = 48;

/// The time from start to due, piece by piece without gaps. A stop that is still open is drawn up to `now`: the
/// due time of a paused clock moves with it.
fn pieces(
    calendar: &Calendar,
    clock: &Clock,
    stops: &[Stop],
    now: Timestamp,
    not_received: Option<(Timestamp, Timestamp)>,
) -> Vec<Piece> {
    let mut list = Pieces { calendar, list: Vec::new(), counted: Span::ZERO };
    if let Some((from, to)) = not_received {
        list.push(from, to, PieceKind::NotReceived);
    }
    let mut at = clock.started;
    for stop in stops.iter().take_while(|s| s.from < clock.due) {
        list.open(at, stop.from);
        at = stop.to.unwrap_or(now).clamp(stop.from, clock.due);
        list.push(stop.from, at, stop.kind);
    }
    list.open(at, clock.due);
    let Pieces { mut list, counted, .. } = list;
    if list.len() > MOST_PIECES {
        list.truncate(MOST_PIECES - 1);
        let listed = list.iter().fold(Span::ZERO, |sum, p| sum.plus(p.counts));
        let from = list.last().map_or(clock.started, |p| p.to);
        list.push(Piece { from, to: clock.due, kind: PieceKind::Open, counts: counted.minus(listed) });
    }
    list
}

struct Pieces<'a> {
    calendar: &'a Calendar,
    list: Vec<Piece>,
    counted: Span,
}

impl Pieces<'_> {
    fn push(&mut self, from: Timestamp, to: Timestamp, kind: PieceKind) {
        if to <= from {
            return;
        }
        let counts = if kind == PieceKind::Open { to.since(from) } else { Span::ZERO };
        self.counted = self.counted.plus(counts);
        // One more than is shown, so that it is known that there are more.
        if self.list.len() <= MOST_PIECES {
            self.list.push(Piece { from, to, kind, counts });
        }
    }

    /// The open and closed stretches of the calendar between two stops.
    fn open(&mut self, from: Timestamp, to: Timestamp) {
        let mut at = from;
        for (open, close) in self.calendar.intervals(from, to).into_iter().flatten() {
            self.push(at, open, PieceKind::Closed);
            self.push(open, close, PieceKind::Open);
            at = close;
        }
        self.push(at, to, PieceKind::Closed);
    }
}
