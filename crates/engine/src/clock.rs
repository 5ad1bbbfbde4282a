//! Clocks: when an answer is due, how much is left, and why. Every due time is a pure function of
//! (policy, document, now); `now` matters only for paused clocks and for the state.
//!
//! Rules (S0 time limits; defaults are named in the pack): reply to the customer and reply per leg by service
//! class; legs in series, so a sender's clock stands still while it waits downstream; a reserve for the last
//! leg caps every leg; waiting for the customer stops both; the strictest class so far counts, so an upgrade
//! pulls a due time earlier and a downgrade never moves it later; the statutory ceiling caps the reply.

use serde::Serialize;

use crate::calendar::Calendar;
use crate::model::{Callback, Case, Interaction, Leg, LegState, Period};
use crate::policy::{Policies, Policy, Rule, ServiceClass};
use crate::relay;
use crate::time::{Span, Timestamp};

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
}

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

/// A stretch in which a clock stands still.
#[derive(Debug, Clone, Copy)]
struct Stop {
    from: Timestamp,
    to: Option<Timestamp>,
    kind: PieceKind,
}

/// A clock without caps: counts `limit` of open time from `start`, without the stops.
struct Run {
    due: Timestamp,
    used: Span,
    left: Span,
    paused_since: Option<Timestamp>,
}

fn run(calendar: &Calendar, start: Timestamp, limit: Span, stops: &[Stop], end: Timestamp) -> Option<Run> {
    let (mut at, mut left, mut used) = (start, limit, Span::ZERO);
    for stop in stops {
        if stop.to.is_some_and(|to| to <= at) || stop.from > end && stop.to.is_none() {
            continue;
        }
        let from = stop.from.max(at);
        let part = calendar.between(at, from).ok()?;
        if part >= left {
            break;
        }
        left = left.minus(part);
        used = used.plus(if from <= end { part } else { calendar.between(at, end.max(at)).ok()? });
        let Some(to) = stop.to else {
            let due = calendar.add(end.max(from), left).ok()?;
            return Some(Run { due, used, left, paused_since: Some(from) });
        };
        at = at.max(to);
    }
    let due = calendar.add(at, left).ok()?;
    let used = used.plus(if end > at { calendar.between(at, end).ok()? } else { Span::ZERO });
    Some(Run { due, used, left, paused_since: None })
}

/// Puts stops in order and merges the overlaps; allocates only where there is something to merge.
/// A clock that has `stopped` knows no stops after that.
fn ordered(mut stops: Vec<Stop>, stopped: Option<Timestamp>) -> Vec<Stop> {
    if let Some(end) = stopped {
        stops.retain(|s| s.from < end);
        for stop in &mut stops {
            stop.to = Some(stop.to.map_or(end, |to| to.min(end)));
        }
    }
    if stops.len() < 2 {
        return stops;
    }
    stops.sort_by_key(|s| s.from);
    let mut merged: Vec<Stop> = Vec::with_capacity(stops.len());
    for stop in stops {
        match merged.last_mut() {
            Some(last) if last.to.is_none_or(|to| to >= stop.from) => {
                if last.to.is_some() && (stop.to.is_none() || stop.to > last.to) {
                    last.to = stop.to;
                    last.kind = stop.kind;
                }
            }
            _ => merged.push(stop),
        }
    }
    merged
}

/// `share` per mille of a span.
fn per_mille(span: Span, share: u32) -> Span {
    Span::from_millis(span.millis() / 1000 * i64::from(share))
}

/// Counted time from `start` to `until`: open time without the stops.
fn counted(calendar: &Calendar, start: Timestamp, stops: &[Stop], until: Timestamp) -> Option<Span> {
    let (mut at, mut sum) = (start, Span::ZERO);
    for stop in stops.iter().filter(|s| s.from < until) {
        let from = stop.from.max(at);
        sum = sum.plus(calendar.between(at, from).ok()?);
        at = at.max(stop.to.unwrap_or(until)).min(until);
    }
    if until > at { Some(sum.plus(calendar.between(at, until).ok()?)) } else { Some(sum) }
}

struct Frame<'a> {
    kind: ClockKind,
    policy: &'a Policy,
    calendar: &'a Calendar,
    started: Timestamp,
    stopped: Option<Timestamp>,
    now: Timestamp,
    stops: &'a [Stop],
}

/// Turns a run and its cap into a clock.
fn finish(frame: &Frame<'_>, run: &Run, due: Timestamp) -> Option<Clock> {
    let Frame { kind, policy, calendar, started, stopped, now, stops } = *frame;
    let capped = due < run.due;
    let end = stopped.unwrap_or(now);
    let paused = run.paused_since.is_some() && stopped.is_none() && due > now;
    let left = if capped || !paused { calendar.between(end.max(started), due).ok()? } else { run.left };
    // What counts in all: used so far and what is still open, or up to the due time when that is past.
    let allowance = if end <= due { run.used.plus(left) } else { counted(calendar, started, stops, due)? };
    let allowance = allowance.max(Span::from_millis(1));
    let rules = &policy.clocks;
    let by_share = Span::from_millis(allowance.millis() / 1000 * i64::from(1000 - rules.soon_per_mille.min(1000)));
    let soon = calendar.subtract(due, by_share).ok()?.min(due.minus(rules.soon_under)).max(started);
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

/// The period of the reply clock that counts: the last one, or one made up for a document posted by hand.
fn period(case: &Case) -> Option<Period> {
    match case.periods.last() {
        Some(period) => Some(period.clone()),
        None => {
            let from = case.opened_at?;
            let to = if case.status.is_open() { None } else { Some(from) };
            Some(Period { from, to, reopened: false })
        }
    }
}

fn customer_stops(case: &Case) -> impl Iterator<Item = Stop> {
    case.pauses.iter().map(|p| Stop { from: p.from, to: p.to, kind: PieceKind::PausedForCustomer })
}

/// The classes that the case has had, or that of its customer.
fn classes<'a>(policy: &'a Policy, case: &'a Case) -> impl Iterator<Item = (&'a ServiceClass, Timestamp)> {
    let start = case.opened_at.unwrap_or(Timestamp::from_millis(0));
    let none = case.classes.is_empty().then(|| (policy.class(&case.customer.service_class), start));
    case.classes.iter().map(|c| (policy.class(&c.service_class), c.at)).chain(none)
}

struct Reply<'a> {
    clock: Clock,
    class: &'a ServiceClass,
    limit: Span,
    run: Run,
    stops: Vec<Stop>,
    statutory: Option<Timestamp>,
}

fn reply_parts<'a>(policy: &'a Policy, case: &'a Case, now: Timestamp) -> Option<Reply<'a>> {
    let period = period(case)?;
    let stops = customer_stops(case).filter(|s| s.to.is_none_or(|to| to > period.from)).collect();
    let stops = ordered(stops, period.to);
    let end = period.to.unwrap_or(now);
    let share = |limit: Span| {
        if period.reopened { per_mille(limit, policy.clocks.reopen_per_mille) } else { limit }
    };
    let mut best: Option<(Run, &ServiceClass, Span)> = None;
    for (class, _) in classes(policy, case) {
        let limit = share(class.reply.limit);
        let this = run(policy.calendar_of(&class.reply), period.from, limit, &stops, end)?;
        if best.as_ref().is_none_or(|(b, _, _)| this.due < b.due) {
            best = Some((this, class, limit));
        }
    }
    let (run, class, limit) = best?;
    let statutory = match &policy.clocks.statutory_days {
        Some((days, _)) => Some(policy.home().add_working_days(case.opened_at.unwrap_or(period.from), *days).ok()?),
        None => None,
    };
    let due = statutory.map_or(run.due, |s| run.due.min(s));
    let calendar = policy.calendar_of(&class.reply);
    let frame = Frame {
        kind: ClockKind::Reply,
        policy,
        calendar,
        started: period.from,
        stopped: period.to,
        now,
        stops: &stops,
    };
    let clock = finish(&frame, &run, due)?;
    Some(Reply { clock, class, limit, run, stops, statutory })
}

/// The clock of the reply to the customer. None when the case has no time of intake or lies outside the calendars.
pub fn reply(policy: &Policy, case: &Case, now: Timestamp) -> Option<Clock> {
    reply_parts(policy, case, now).map(|r| r.clock)
}

/// When a leg's clock starts: on receipt, at the latest when the grace after dispatch is over.
fn leg_start(policy: &Policy, leg: &Leg) -> Timestamp {
    let grace = leg.dispatched_at.plus(policy.clocks.receipt_grace.limit);
    leg.received_at.map_or(grace, |r| r.min(grace))
}

struct LegParts<'a> {
    clock: Clock,
    class: &'a ServiceClass,
    run: Run,
    stops: Vec<Stop>,
    cap: Timestamp,
}

fn leg_parts<'a>(policy: &'a Policy, case: &'a Case, leg: &Leg, now: Timestamp) -> Option<LegParts<'a>> {
    let started = leg_start(policy, leg);
    let stopped = if leg.state.is_active() { None } else { leg.ended_at };
    let end = stopped.unwrap_or(now);
    let downstream = case.children(Some(&leg.id)).map(|c| Stop {
        from: c.dispatched_at,
        to: c.ended_at,
        kind: PieceKind::PausedDownstream,
    });
    let stops = customer_stops(case).chain(downstream).filter(|s| s.to.is_none_or(|t| t > started)).collect();
    let stops = ordered(stops, stopped);
    let mut best: Option<(Run, &ServiceClass)> = None;
    for (class, _) in classes(policy, case) {
        let this = run(policy.calendar_of(&class.leg), started, class.leg.limit, &stops, end)?;
        if best.as_ref().is_none_or(|(b, _)| this.due < b.due) {
            best = Some((this, class));
        }
    }
    let (run, class) = best?;
    // The cap follows the reply as it stood while the leg ran; a stopped reply caps nothing any more.
    let reply = reply_parts(policy, case, now)?;
    let cap = reply.clock.due.minus(policy.clocks.reserve.limit);
    let due = if stopped.is_some() && reply.clock.stopped.is_some() { run.due } else { run.due.min(cap.max(started)) };
    let calendar = policy.calendar_of(&class.leg);
    let frame = Frame { kind: ClockKind::Leg, policy, calendar, started, stopped, now, stops: &stops };
    let clock = finish(&frame, &run, due)?;
    Some(LegParts { clock, class, run, stops, cap })
}

/// The clock of one leg.
pub fn leg(policy: &Policy, case: &Case, leg: &Leg, now: Timestamp) -> Option<Clock> {
    leg_parts(policy, case, leg, now).map(|l| l.clock)
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

/// What dispatching one more leg from `sender` at `now` would do. None when no reply clock runs.
pub fn forecast(policy: &Policy, case: &Case, sender: &str, now: Timestamp) -> Option<Forecast> {
    let reply = reply_parts(policy, case, now)?.clock;
    let mut leg_due: Option<(Timestamp, Span)> = None;
    for (class, _) in classes(policy, case) {
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
    for _ in 0..=case.legs.len() {
        let Some(leg) = parent else { break };
        let left = leg_parts(policy, case, leg, now).map_or(Span::ZERO, |l| l.run.left_at(&l.clock));
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

impl Run {
    /// What the organisation still has once it goes on.
    fn left_at(&self, clock: &Clock) -> Span {
        if clock.state == ClockState::Paused { clock.remaining } else { clock.allowance.minus(self.used) }
    }
}

/// Why the reply is due then.
pub fn explain_reply(policy: &Policy, case: &Case, now: Timestamp) -> Option<Explanation> {
    let reply = reply_parts(policy, case, now)?;
    let rule = &reply.class.reply;
    let mut caps = Vec::new();
    if case.classes.len() > 1 {
        let period = period(case)?;
        for (class, since) in classes(policy, case) {
            let limit = if period.reopened {
                per_mille(class.reply.limit, policy.clocks.reopen_per_mille)
            } else {
                class.reply.limit
            };
            let calendar = policy.calendar_of(&class.reply);
            let due = run(calendar, period.from, limit, &reply.stops, period.to.unwrap_or(now))?.due;
            let binds = class.id == reply.class.id;
            caps.push(Cap::Class { class: class.id.clone(), since, due, rule: class.reply.id.clone(), binds });
        }
    }
    if let (Some(at), Some((days, rule))) = (reply.statutory, &policy.clocks.statutory_days) {
        caps.push(Cap::Statutory { at, days: *days, rule: rule.id.clone(), binds: at < reply.run.due });
    }
    Some(Explanation {
        pieces: pieces(policy.calendar_of(rule), &reply.clock, &reply.stops, None),
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
    let parts = leg_parts(policy, case, leg, now)?;
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
        pieces: pieces(policy.calendar_of(rule), &parts.clock, &parts.stops, waiting),
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
    let clock = self::callback(policies, callback, now)?;
    Some(explain_plain(policy, rule, clock))
}

/// Why a waiting contact is due then.
pub fn explain_contact(policy: &Policy, contact: &Interaction, clock: Clock) -> Option<Explanation> {
    policy.contact_rule(contact.channel).map(|rule| explain_plain(policy, rule, clock))
}

fn explain_plain(policy: &Policy, rule: &Rule, clock: Clock) -> Explanation {
    Explanation {
        pieces: pieces(policy.calendar_of(rule), &clock, &[], None),
        clock,
        rule: rule.id.clone(),
        limit: rule.limit,
        calendar: policy.calendars[rule.calendar].id.clone(),
        class: None,
        uncapped: clock.due,
        caps: Vec::new(),
    }
}

/// No explanation lists more pieces than a person would read.
const MOST_PIECES: usize = 48;

fn pieces(
    calendar: &Calendar,
    clock: &Clock,
    stops: &[Stop],
    not_received: Option<(Timestamp, Timestamp)>,
) -> Vec<Piece> {
    let mut list = Vec::new();
    if let Some((from, to)) = not_received
        && to > from
    {
        list.push(Piece { from, to, kind: PieceKind::NotReceived, counts: Span::ZERO });
    }
    let mut at = clock.started;
    let open = |list: &mut Vec<Piece>, from: Timestamp, to: Timestamp| {
        let mut at = from;
        for (a, b) in calendar.intervals(from, to).into_iter().flatten() {
            if list.len() >= MOST_PIECES {
                return;
            }
            if a > at {
                list.push(Piece { from: at, to: a, kind: PieceKind::Closed, counts: Span::ZERO });
            }
            list.push(Piece { from: a, to: b, kind: PieceKind::Open, counts: b.since(a) });
            at = b;
        }
        if at < to {
            list.push(Piece { from: at, to, kind: PieceKind::Closed, counts: Span::ZERO });
        }
    };
    for stop in stops {
        let from = stop.from.max(at);
        if from >= clock.due {
            break;
        }
        open(&mut list, at, from);
        let to = stop.to.unwrap_or(clock.due).min(clock.due).max(from);
        // An open stop is drawn up to now: the due time of a paused clock moves with it.
        let to = if stop.to.is_none() { clock.due.minus(clock.remaining.max(Span::ZERO)).max(from) } else { to };
        if to > from {
            list.push(Piece { from, to, kind: stop.kind, counts: Span::ZERO });
        }
        at = at.max(to);
    }
    if at < clock.due {
        open(&mut list, at, clock.due);
    }
    list
}
