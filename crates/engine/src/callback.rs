//! Relay call-backs (接力): booking, claiming, tries, the next slot, and whether a backlog can be kept.
//!
//! Source: Dongguan expert desk specification V2.0 (S2): call back within one hour of open time, night
//! registrations from opening. Tries, spacing and lapse are defaults of the pack.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::calendar::Calendar;
use crate::clock;
use crate::decide::{Refusal, not_before, optional};
use crate::model::{Attempt, AttemptOutcome, Callback, CallbackStatus, Claim, ClaimedBy, Entry, Intent};
use crate::order;
use crate::policy::{CallbackRules, Desk, Policies, Policy};
use crate::route::hours;
use crate::time::{Span, Timestamp};

pub(crate) fn book(policies: &Policies, id: &str, entry: &Entry) -> Result<Callback, Refusal> {
    let Intent::BookCallback { desk, topic, customer, policy: pin, note, interaction, case } = &entry.intent else {
        return Err(Refusal::NotFound);
    };
    let policy = policies.of(pin).ok_or(Refusal::PolicyMissing)?;
    rules(policies, policy, desk).ok_or_else(|| Refusal::UnknownId { id: desk.clone() })?;
    optional(note, "note")?;
    Ok(Callback {
        id: id.into(),
        desk: desk.clone(),
        topic: topic.clone(),
        status: CallbackStatus::Confirmed,
        customer: customer.clone(),
        policy: pin.clone(),
        note: note.clone(),
        interaction: interaction.clone(),
        case: case.clone(),
        booked_by: entry.by.person(),
        registered_at: Some(entry.at),
        round_from: Some(entry.at),
        ..Callback::default()
    })
}

pub(crate) fn apply(policies: &Policies, callback: &Callback, entry: &Entry) -> Result<Callback, Refusal> {
    let policy = policies.of(&callback.policy).ok_or(Refusal::PolicyMissing)?;
    // Cancelling and releasing need no rules: a promise of a desk that is no longer known can still be ended.
    let rules =
        || rules(policies, policy, &callback.desk).ok_or_else(|| Refusal::UnknownId { id: callback.desk.clone() });
    let mut next = callback.clone();
    if !callback.is_open() {
        return Err(Refusal::Taken { by: ended_by(callback), at: callback.ended_at.unwrap_or(entry.at) });
    }
    match &entry.intent {
        Intent::ClaimCallback => {
            if let Some(claim) = live_claim(rules()?.rules, callback, entry.at)
                && claim.by.id != entry.by.id
            {
                return Err(Refusal::Taken { by: claim.by.name.clone(), at: claim.at });
            }
            let by = ClaimedBy { id: entry.by.id.clone(), name: entry.by.name.clone(), seat: entry.by.seat.clone() };
            let renewed = callback.claim.as_ref().filter(|c| c.by.id == by.id).map(|c| c.at);
            next.claim = Some(Claim { by, at: not_before(entry, renewed) });
        }
        Intent::ReleaseCallback { .. } => {
            let claim = callback.claim.as_ref().ok_or(Refusal::NotTaken)?;
            if claim.by.id != entry.by.id && !entry.by.leads() {
                return Err(Refusal::Taken { by: claim.by.name.clone(), at: claim.at });
            }
            next.claim = None;
        }
        Intent::LogCallbackAttempt { outcome, note } => {
            match &callback.claim {
                None => return Err(Refusal::NotTaken),
                Some(claim) if claim.by.id != entry.by.id => {
                    return Err(Refusal::Taken { by: claim.by.name.clone(), at: claim.at });
                }
                Some(_) => {}
            }
            if let Some(not_before) = callback.next_try_at
                && entry.at < not_before
                && *outcome != AttemptOutcome::Reached
            {
                return Err(Refusal::TooEarly { not_before });
            }
            optional(note, "note")?;
            attempt(rules()?, &mut next, entry, *outcome, note);
        }
        Intent::CancelCallback { reason } => {
            optional(reason, "reason")?;
            next.status = CallbackStatus::Cancelled;
            next.ended_at = Some(not_before(entry, callback.registered_at));
            next.reason = reason.clone();
            next.claim = None;
        }
        _ => return Err(Refusal::WrongDocument),
    }
    Ok(next)
}

/// Who reached the customer or cancelled, to tell those who come too late.
fn ended_by(callback: &Callback) -> String {
    let last = callback.journal.iter().rfind(|e| {
        matches!(
            e.intent,
            Intent::CancelCallback { .. } | Intent::LogCallbackAttempt { outcome: AttemptOutcome::Reached, .. }
        )
    });
    last.map_or_else(|| callback.reason.clone(), |e| e.by.name.clone())
}

fn attempt(
    DeskRules { calendar, rules }: DeskRules<'_>,
    next: &mut Callback,
    entry: &Entry,
    outcome: AttemptOutcome,
    note: &str,
) {
    let at = not_before(entry, next.attempts.last().map(|a| a.at));
    next.attempts.push(Attempt { at, by: entry.by.person(), outcome, note: note.into(), round: next.round });
    if outcome == AttemptOutcome::Reached {
        next.status = CallbackStatus::Completed;
        next.ended_at = Some(at);
        next.claim = None;
        return;
    }
    if next.tries() >= rules.tries {
        // Out of tries: a text to the customer, and the promise begins anew with the next slot.
        next.texts.push(at);
        next.round = next.round.saturating_add(1);
        let from = calendar.next_open(at.plus(rules.spacing)).unwrap_or(at.plus(rules.spacing));
        next.round_from = Some(from);
        next.next_try_at = Some(from);
        next.claim = None;
    } else {
        next.next_try_at = Some(calendar.next_open(at.plus(rules.spacing)).unwrap_or(at.plus(rules.spacing)));
        // The claim stays with the person for the next try, counted from this attempt.
        if let Some(claim) = &mut next.claim {
            claim.at = at;
        }
    }
}

/// The call-back rules of a desk and its hours, from one and the same pack.
struct DeskRules<'a> {
    calendar: &'a Calendar,
    rules: &'a CallbackRules,
}

/// In the pinned pack, else in any loaded one.
fn rules<'a>(policies: &'a Policies, pinned: &'a Policy, desk: &str) -> Option<DeskRules<'a>> {
    let of = |policy: &'a Policy, desk: &'a Desk| {
        desk.callback.as_ref().map(|rules| DeskRules { calendar: hours(policy, desk), rules })
    };
    pinned.desk(desk).and_then(|d| of(pinned, d)).or_else(|| policies.desk(desk).and_then(|(p, d)| of(p, d)))
}

/// The claim, unless it has lapsed because nobody tried in time.
pub fn live_claim<'a>(rules: &CallbackRules, callback: &'a Callback, now: Timestamp) -> Option<&'a Claim> {
    let claim = callback.claim.as_ref()?;
    (now < lapse(rules, callback, claim)).then_some(claim)
}

/// When a claim lapses unless there is a try: after the pack's time, counted from when one may be made.
fn lapse(rules: &CallbackRules, callback: &Callback, claim: &Claim) -> Timestamp {
    callback.next_try_at.map_or(claim.at, |next| claim.at.max(next)).plus(rules.claim_lapse)
}

/// The live claim of a call-back and when it lapses. Without rules for its desk a claim does not lapse.
pub fn claim_until<'a>(policies: &Policies, callback: &'a Callback, now: Timestamp) -> Option<(&'a Claim, Timestamp)> {
    let claim = callback.claim.as_ref()?;
    let known = policies.of(&callback.policy).and_then(|policy| rules(policies, policy, &callback.desk));
    let until = known.map_or(Timestamp::MAX, |r| lapse(r.rules, callback, claim));
    (now < until).then_some((claim, until))
}

/// One call-back of a backlog, as far as order and forecast need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub id: String,
    pub due: Timestamp,
    pub rank: u32,
    pub not_before: Timestamp,
}

/// The open call-backs of a desk in the order of work: earliest due first, then the higher class.
pub fn order<'a>(
    policies: &Policies,
    desk: &str,
    all: impl Iterator<Item = &'a Callback>,
    now: Timestamp,
) -> Vec<Waiting> {
    let mut list: Vec<Waiting> = all
        .filter(|c| c.desk == desk && c.is_open())
        .map(|c| {
            // A promise whose time cannot be told (it lies outside the calendars) is still on the list, and due.
            let due = clock::callback(policies, c, now).map_or(now, |clock| clock.due);
            let rank = policies.of(&c.policy).map_or(u32::MAX, |p| p.class(&c.customer.service_class).rank);
            Waiting { id: c.id.clone(), due, rank, not_before: c.next_try_at.unwrap_or(now).max(now) }
        })
        .collect();
    order::sort_by(&mut list, |a, b| (a.due, a.rank, &a.id).cmp(&(b.due, b.rank, &b.id)));
    list
}

/// Call-backs that cannot be kept if `seats` people work the list from `now`, with how late each would be (at
/// least). The list must be in order of work; nobody waits for one that may not be tried yet while another can be.
pub fn backlog(policy: &Policy, desk: &Desk, list: &[Waiting], seats: usize, now: Timestamp) -> Vec<(String, Span)> {
    let Some(rules) = &desk.callback else {
        return Vec::new();
    };
    let calendar = hours(policy, desk);
    // Those that may be tried by now, by place in the list; and those that may not yet, by time.
    let mut ready: BinaryHeap<Reverse<usize>> = BinaryHeap::new();
    let mut later: BinaryHeap<Reverse<(Timestamp, usize)>> =
        list.iter().enumerate().map(|(place, item)| Reverse((item.not_before.max(now), place))).collect();
    let mut free: BinaryHeap<Reverse<Timestamp>> = vec![Reverse(now); seats.clamp(1, list.len().max(1))].into();
    let mut late: Vec<(usize, Span)> = Vec::new();
    while let Some(Reverse(seat)) = free.pop() {
        let next = later.peek().map_or(seat, |Reverse((at, _))| *at);
        let at = if ready.is_empty() { seat.max(next) } else { seat };
        // Outside the years of the calendar nothing can be promised.
        let begin = calendar.next_open(at).ok();
        while let Some(Reverse((_, place))) =
            later.peek().copied().filter(|Reverse((t, _))| begin.is_none_or(|b| *t <= b))
        {
            later.pop();
            ready.push(Reverse(place));
        }
        let Some(Reverse(place)) = ready.pop() else { break };
        let item = &list[place];
        // It is kept when the customer is reached, so the start of the call counts.
        let begin = begin.filter(|_| seats > 0);
        if begin.is_none_or(|b| b > item.due) {
            late.push((place, begin.unwrap_or(at).since(item.due).max(Span::ZERO)));
        }
        free.push(Reverse(begin.and_then(|b| calendar.add(b, rules.handling).ok()).unwrap_or(at)));
    }
    order::sort_by(&mut late, Ord::cmp);
    late.into_iter().map(|(place, by)| (list[place].id.clone(), by)).collect()
}
