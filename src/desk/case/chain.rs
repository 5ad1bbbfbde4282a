//! Who has carried a case's baton, who carries it now, and when each must be done: the facts that the relay track,
//! its list form and the scale show. Pure; due times come from the engine's clocks, places from `track_geometry`.

use baton_engine::clock::{self, Cap, Clock, ClockState};
use baton_engine::model::{Case, Leg, LegState};
use baton_engine::policy::Policy;
use baton_engine::time::{Span, Timestamp};

/// Legs that a track shows beside customer and owner; earlier ones of a longer chain are only counted.
const MOST_LEGS: usize = 3;

/// When the baton comes back from a hop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Back {
    /// It did.
    Was(Timestamp),
    /// At the latest.
    Latest(Timestamp),
    /// It should have.
    Overdue(Timestamp),
    /// No clock runs, so nothing can be said.
    Open,
}

impl Back {
    pub fn at(self) -> Option<Timestamp> {
        match self {
            Back::Was(at) | Back::Latest(at) | Back::Overdue(at) => Some(at),
            Back::Open => None,
        }
    }
}

/// One organisation of the chain: the owner, or the receiver of a leg.
#[derive(Debug, Clone, PartialEq)]
pub struct Hop {
    /// None: the owner.
    pub leg: Option<String>,
    pub org: String,
    /// Who took it on; empty while nobody has.
    pub person: String,
    pub request: String,
    pub answer: String,
    /// None: the owner.
    pub state: Option<LegState>,
    pub chases: u32,
    /// The baton was handed here.
    pub taken: Option<Timestamp>,
    /// And from here on.
    pub passed: Option<Timestamp>,
    pub back: Back,
    /// The leg's clock; of the owner the reply clock.
    pub clock: Option<Clock>,
}

impl Hop {
    pub fn has_ended(&self) -> bool {
        self.state.is_some_and(|s| !s.is_active())
    }
}

/// The chain that a case shows: the active one, or else the last of the present run.
#[derive(Debug, Clone, PartialEq)]
pub struct Chain {
    /// The owner first, then downstream. Never empty.
    pub hops: Vec<Hop>,
    /// Which of `hops` carries the baton; None when the case has been answered or ended.
    pub holder: Option<usize>,
    /// Legs of the chain that are left out between the owner and the first leg shown.
    pub elided: usize,
    /// Other legs of the same run: parallel ones, earlier ones.
    pub branches: Vec<Hop>,
    pub started: Option<Timestamp>,
    /// The customer was answered, or the case ended.
    pub done: Option<Timestamp>,
    pub reply: Option<Clock>,
    pub reserve: Span,
    /// What is left to the owner before the reserve; negative when the legs need more than there is.
    pub slack: Option<Span>,
}

impl Chain {
    /// The hop that carries the baton.
    pub fn holding(&self) -> Option<&Hop> {
        self.holder.and_then(|h| self.hops.get(h))
    }
    /// The owner keeps the time after this for the last leg.
    pub fn reserve_from(&self) -> Option<Timestamp> {
        self.reply.map(|r| r.due.minus(self.reserve))
    }
}

/// The chain of a case at `now`.
pub fn chain(policy: &Policy, case: &Case, now: Timestamp) -> Chain {
    let period = case.periods.last();
    let started = period.map(|p| p.from).or(case.opened_at);
    let reply = clock::reply(policy, case, now);
    let done = if case.status.is_open() { None } else { reply.and_then(|r| r.stopped).or(started) };
    let in_run = |l: &&Leg| l.state.is_active() || started.is_none_or(|s| l.dispatched_at >= s);
    let mut path = path(policy, case, &in_run, now);
    let elided = path.len().saturating_sub(MOST_LEGS);
    let whole: Vec<&str> = path.iter().map(|l| l.id.as_str()).collect();
    let others: Vec<&Leg> = case.legs.iter().filter(in_run).filter(|l| !whole.contains(&l.id.as_str())).collect();
    path.drain(..elided);

    let mut hops = vec![Hop {
        leg: None,
        org: case.owner.org.clone(),
        person: case.owner.person.name.clone(),
        request: String::new(),
        answer: String::new(),
        state: None,
        chases: 0,
        taken: started,
        passed: None,
        back: Back::Open,
        clock: reply,
    }];
    hops.extend(path.iter().map(|l| hop(policy, case, l, now)));
    for k in 1..hops.len() {
        hops[k - 1].passed = hops[k].taken;
    }
    let reserve = policy.clocks.reserve.limit;
    let holder = match done {
        Some(_) => None,
        None => Some(hops.iter().rposition(|h| h.state.is_some_and(LegState::is_active)).unwrap_or(0)),
    };
    let owner_latest = reply.map(|r| r.due.minus(reserve));
    let first = latest(policy, case, &mut hops, now);
    hops[0].back = match (done, owner_latest) {
        (Some(at), _) => Back::Was(at),
        (None, Some(at)) if now > at && holder == Some(0) => Back::Overdue(at),
        (None, Some(at)) => Back::Latest(at),
        (None, None) => Back::Open,
    };
    let slack = owner_latest.zip(first).filter(|_| holder != Some(0)).map(|(at, first)| at.since(first));
    let branches = others.into_iter().map(|l| hop(policy, case, l, now)).collect();
    Chain { hops, holder, elided, branches, started, done, reply, reserve, slack }
}

fn hop(policy: &Policy, case: &Case, leg: &Leg, now: Timestamp) -> Hop {
    let clock = clock::leg(policy, case, leg, now);
    let back = match (leg.end(), clock) {
        (Some(at), _) => Back::Was(at),
        (None, Some(c)) if c.state == ClockState::Overdue => Back::Overdue(c.due),
        (None, Some(c)) => Back::Latest(c.due),
        (None, None) => Back::Open,
    };
    Hop {
        leg: Some(leg.id.clone()),
        org: leg.to.clone(),
        person: leg.received_by.as_ref().map(|p| p.name.clone()).unwrap_or_default(),
        request: leg.request.clone(),
        answer: leg.answer.clone(),
        state: Some(leg.state),
        chases: leg.chases,
        taken: Some(leg.dispatched_at),
        passed: None,
        back,
        clock,
    }
}

/// From the owner downstream: at each step the most urgent active leg, else the one that ended last.
fn path<'a>(policy: &Policy, case: &'a Case, in_run: &impl Fn(&&'a Leg) -> bool, now: Timestamp) -> Vec<&'a Leg> {
    let mut path: Vec<&Leg> = Vec::new();
    // The bound guards against a parent cycle in a document made elsewhere.
    while path.len() < case.legs.len() {
        let parent = path.last().map(|l| l.id.as_str());
        let under: Vec<&Leg> = case.children(parent).filter(in_run).collect();
        let due = |l: &Leg| clock::leg(policy, case, l, now).map_or(Timestamp::MAX, |c| c.due);
        let active = under.iter().filter(|l| l.state.is_active()).min_by_key(|l| due(l));
        let Some(next) = active.or_else(|| under.iter().max_by_key(|l| l.end())) else { break };
        path.push(next);
    }
    path
}

/// Fills in when each waiting hop gets the baton back at the latest, and when the owner does (the answer).
/// Upstream organisations go on with what they had left, in their own open time, never beyond the reserve.
fn latest(policy: &Policy, case: &Case, hops: &mut [Hop], now: Timestamp) -> Option<Timestamp> {
    let mut at: Option<Timestamp> = None;
    for hop in hops.iter_mut().skip(1).rev() {
        if hop.has_ended() {
            continue;
        }
        let (Some(clock), Some(leg)) = (hop.clock, hop.leg.as_deref().and_then(|id| case.leg(id))) else { return None };
        at = Some(match at {
            // The holder: late already means from now on at the earliest.
            None => clock.due.max(now),
            Some(below) => {
                let why = clock::explain_leg(policy, case, leg, now);
                let left = if clock.remaining.is_negative() { Span::ZERO } else { clock.remaining };
                let calendar = why.as_ref().and_then(|w| policy.calendars.iter().find(|c| c.id == w.calendar));
                let end = calendar.and_then(|c| c.calendar.add(below, left).ok()).unwrap_or(below.plus(left));
                let cap = why.iter().flat_map(|w| &w.caps).find_map(|c| match c {
                    Cap::Reserve { at, .. } => Some(*at),
                    _ => None,
                });
                let end = cap.map_or(end, |c| end.min(c)).max(below);
                hop.back = Back::Latest(end);
                end
            }
        });
    }
    at
}
