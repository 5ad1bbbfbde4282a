//! Relay call-backs (接力): booking, claiming, tries, the next slot, and whether a backlog can be kept.
//!
//! Source: Dongguan expert desk specification V2.0 (S2): call back within one hour of open time, night
//! registrations from opening. Tries, spacing and lapse are defaults of the pack.

use crate::clock;
use crate::decide::{Refusal, not_before};
use crate::model::{Attempt, AttemptOutcome, Callback, CallbackStatus, Claim, ClaimedBy, Entry, Intent};
use crate::policy::{CallbackRules, Desk, Policies, Policy};
use crate::time::{Span, Timestamp};

pub(crate) fn book(policies: &Policies, id: &str, entry: &Entry) -> Result<Callback, Refusal> {
    let Intent::BookCallback { desk, topic, customer, policy: pin, note, interaction, case } = &entry.intent else {
        return Err(Refusal::NotFound);
    };
    let policy = policies.of(pin).ok_or(Refusal::PolicyMissing)?;
    rules(policies, policy, desk).ok_or_else(|| Refusal::UnknownId { id: desk.clone() })?;
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
    let (desk, rules) =
        rules(policies, policy, &callback.desk).ok_or_else(|| Refusal::UnknownId { id: callback.desk.clone() })?;
    let mut next = callback.clone();
    if !callback.is_open() {
        let by = callback.reason.clone();
        return Err(Refusal::Taken { by, at: callback.ended_at.unwrap_or(entry.at) });
    }
    match &entry.intent {
        Intent::ClaimCallback => {
            if let Some(claim) = live_claim(rules, callback, entry.at)
                && claim.by.id != entry.by.id
            {
                return Err(Refusal::Taken { by: claim.by.name.clone(), at: claim.at });
            }
            let by = ClaimedBy { id: entry.by.id.clone(), name: entry.by.name.clone(), seat: entry.by.seat.clone() };
            next.claim = Some(Claim { by, at: entry.at });
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
            attempt(policy, desk, rules, &mut next, entry, *outcome, note);
        }
        Intent::CancelCallback { reason } => {
            next.status = CallbackStatus::Cancelled;
            next.ended_at = Some(not_before(entry, callback.registered_at));
            next.reason = reason.clone();
            next.claim = None;
        }
        _ => return Err(Refusal::WrongDocument),
    }
    Ok(next)
}

fn attempt(
    policy: &Policy,
    desk: &Desk,
    rules: &CallbackRules,
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
    let calendar = &policy_calendar(policy, desk);
    if next.tries() >= rules.tries {
        // Out of tries: a text to the customer, and the promise begins anew with the next slot.
        next.texts.push(at);
        next.round += 1;
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

fn policy_calendar<'a>(policy: &'a Policy, desk: &Desk) -> &'a crate::calendar::Calendar {
    &policy.calendars[desk.calendar.min(policy.calendars.len() - 1)].calendar
}

/// The call-back rules of a desk: in the pinned pack, else in any loaded one.
fn rules<'a>(policies: &'a Policies, pinned: &'a Policy, desk: &str) -> Option<(&'a Desk, &'a CallbackRules)> {
    let found = pinned.desk(desk).or_else(|| policies.desk(desk).map(|(_, d)| d))?;
    found.callback.as_ref().map(|r| (found, r))
}

/// The claim, unless it has lapsed because nobody tried in time.
pub fn live_claim<'a>(rules: &CallbackRules, callback: &'a Callback, now: Timestamp) -> Option<&'a Claim> {
    let claim = callback.claim.as_ref()?;
    let base = callback.next_try_at.map_or(claim.at, |next| claim.at.max(next));
    (now < base.plus(rules.claim_lapse)).then_some(claim)
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
        .filter_map(|c| {
            let due = clock::callback(policies, c, now)?.due;
            let rank = policies.of(&c.policy).map_or(u32::MAX, |p| p.class(&c.customer.service_class).rank);
            Some(Waiting { id: c.id.clone(), due, rank, not_before: c.next_try_at.unwrap_or(now).max(now) })
        })
        .collect();
    list.sort_by(|a, b| (a.due, a.rank, &a.id).cmp(&(b.due, b.rank, &b.id)));
    list
}

/// Call-backs that cannot be kept if `seats` people work the list from `now`, with how late each would be.
/// The list must be in order of work.
pub fn backlog(policy: &Policy, desk: &Desk, list: &[Waiting], seats: usize, now: Timestamp) -> Vec<(String, Span)> {
    let Some(rules) = &desk.callback else {
        return Vec::new();
    };
    let calendar = policy_calendar(policy, desk);
    let mut free = vec![now; seats.max(1)];
    let mut late = Vec::new();
    for item in list {
        let Some((slot, at)) = free.iter().copied().enumerate().min_by_key(|(_, t)| *t) else {
            break;
        };
        let Ok(begin) = calendar.next_open(at.max(item.not_before)) else {
            break;
        };
        // It is kept when the customer is reached, so the start of the call counts.
        if begin > item.due || seats == 0 {
            late.push((item.id.clone(), begin.since(item.due)));
        }
        let Ok(end) = calendar.add(begin, rules.handling) else {
            break;
        };
        free[slot] = end;
    }
    late
}
