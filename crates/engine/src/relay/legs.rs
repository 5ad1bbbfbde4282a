//! Legs of a case: along which edges the baton may go, who carries it, and how a leg ends. What concerns the whole
//! case lives in the parent module.

use std::collections::{BTreeMap, BTreeSet};

use super::began;
use crate::clock;
use crate::decide::{Refusal, acts_for, not_before, required};
use crate::model::{Actor, Case, Entry, Leg, LegState, Status};
use crate::policy::{Edge, Policy};

/// Edges that whoever carries the baton for `org` may dispatch along now; refusals are left to [`apply`].
pub fn edges_from<'a>(policy: &'a Policy, case: &Case, org: &str) -> Vec<&'a Edge> {
    let Some(flow) = policy.flow(&case.flow) else {
        return Vec::new();
    };
    let parent = sender_leg(case, org);
    flow.edges.iter().filter(|e| e.from == org && !in_chain(policy, case, parent, &e.to)).collect()
}

/// Whether an organisation carries the baton: it is the owner, or it has an active leg.
pub fn carries(case: &Case, org: &str) -> bool {
    !org.is_empty() && (case.owner.org == org || case.active_leg_of(org).is_some())
}

pub(super) fn dispatch(
    policy: &Policy,
    next: &mut Case,
    entry: &Entry,
    to: &str,
    request: &str,
    consent: bool,
    despite_deadline: bool,
) -> Result<(), Refusal> {
    required(request, "request")?;
    if !matches!(next.status, Status::Acknowledged | Status::InProgress | Status::Held) {
        return Err(Refusal::WrongStatus { status: next.status });
    }
    let from = entry.by.org.as_str();
    if !carries(next, from) {
        return Err(Refusal::NotYours { org: next.holders().first().copied().unwrap_or_default().into() });
    }
    let parent = sender_leg(next, from).map(|l| l.id.clone());
    let edges: Vec<&Edge> =
        policy.flow(&next.flow).map(|f| f.edges.iter().filter(|e| e.from == from).collect()).unwrap_or_default();
    let Some(edge) = edges.iter().find(|e| e.to == to) else {
        let allowed = edges.iter().map(|e| e.to.clone()).collect();
        return Err(Refusal::EdgeNotAllowed { from: from.into(), to: to.into(), allowed });
    };
    if in_chain(policy, next, sender_leg(next, from), to) {
        return Err(Refusal::InChain { org: to.into() });
    }
    let busy =
        |leg: &&Leg| leg.state.is_active() && !(edge.parallel && edges.iter().any(|e| e.to == leg.to && e.parallel));
    if let Some(other) = next.children(parent.as_deref()).find(busy) {
        return Err(Refusal::NotParallel { to: other.to.clone() });
    }
    let times = next.legs.iter().filter(|l| l.from == from && l.to == to).count() as u32;
    if times >= policy.clocks.loop_limit && !entry.by.leads() {
        return Err(Refusal::LoopLimit { from: from.into(), to: to.into(), times });
    }
    if policy.organisation(to).is_some_and(|o| o.external) && !consent {
        return Err(Refusal::ConsentMissing { org: to.into() });
    }
    if let Some(forecast) = clock::forecast(policy, next, from, entry.at)
        && !forecast.fits
        && (policy.clocks.guard_blocks || !despite_deadline)
    {
        return Err(Refusal::WouldBreakDeadline { short_by: forecast.short_by });
    }
    // The sender receives its own leg by working on it.
    if let Some(parent) = &parent
        && let Some(leg) = next.legs.iter_mut().find(|l| l.id == *parent && l.state == LegState::Dispatched)
    {
        receive(leg, entry);
    }
    let floor = parent.as_deref().and_then(|p| next.leg(p)).and_then(|l| l.received_at).max(began(next));
    next.legs.push(Leg {
        id: entry.id.clone(),
        from: from.into(),
        to: to.into(),
        parent,
        state: LegState::Dispatched,
        request: request.into(),
        dispatched_at: not_before(entry, floor),
        dispatched_by: entry.by.person(),
        received_at: None,
        received_by: None,
        ended_at: None,
        ended_by: None,
        answer: String::new(),
        chases: 0,
    });
    next.status = Status::InProgress;
    Ok(())
}

/// The active leg that `org` works on when it is not the owner; None for the owner itself.
pub(crate) fn sender_leg<'a>(case: &'a Case, org: &str) -> Option<&'a Leg> {
    if case.owner.org == org { None } else { case.active_leg_of(org) }
}

/// Whether `to` is upstream of the sender (or the owner): going back there is an answer, not a dispatch.
fn in_chain(policy: &Policy, case: &Case, sender: Option<&Leg>, to: &str) -> bool {
    if case.owner.org == to {
        return true;
    }
    let mut at = sender;
    // An organisation is in a chain once; the bound guards against a parent cycle in a document made elsewhere.
    for _ in 0..policy.organisations.len() {
        let Some(leg) = at else { break };
        if leg.to == to || leg.from == to {
            return true;
        }
        at = leg.parent.as_deref().and_then(|p| case.leg(p));
    }
    case.active_legs().any(|l| l.to == to)
}

pub(super) fn receive(leg: &mut Leg, entry: &Entry) {
    leg.state = LegState::Received;
    leg.received_at = Some(not_before(entry, Some(leg.dispatched_at)));
    leg.received_by = Some(entry.by.person());
}

pub(super) fn active_leg<'a>(case: &'a mut Case, id: &str) -> Result<&'a mut Leg, Refusal> {
    let leg = case.legs.iter_mut().find(|l| l.id == id).ok_or_else(|| Refusal::UnknownId { id: id.into() })?;
    if leg.state.is_active() { Ok(leg) } else { Err(Refusal::LegEnded) }
}

pub(super) fn leg_of_receiver<'a>(case: &'a mut Case, id: &str, by: &Actor) -> Result<&'a mut Leg, Refusal> {
    let leg = active_leg(case, id)?;
    acts_for(by, &leg.to)?;
    Ok(leg)
}

pub(super) fn end_by_receiver(
    case: &mut Case,
    id: &str,
    entry: &Entry,
    state: LegState,
    text: &str,
) -> Result<(), Refusal> {
    leg_of_receiver(case, id, &entry.by)?;
    waits_for_none(case, id)?;
    let leg = active_leg(case, id)?;
    if leg.state == LegState::Dispatched {
        receive(leg, entry);
    }
    end(leg, entry, state, text);
    Ok(())
}

pub(super) fn withdraw(case: &mut Case, id: &str, entry: &Entry, reason: &str) -> Result<(), Refusal> {
    let from = active_leg(case, id)?.from.clone();
    acts_for(&entry.by, &from)?;
    // What the receiver dispatched further goes back with it.
    let mut children: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for leg in case.active_legs() {
        if let Some(parent) = &leg.parent {
            children.entry(parent).or_default().push(&leg.id);
        }
    }
    let (mut ids, mut open) = (BTreeSet::new(), vec![id]);
    while let Some(next) = open.pop() {
        if ids.insert(next.to_owned()) {
            open.extend(children.get(next).into_iter().flatten());
        }
    }
    for leg in case.legs.iter_mut().filter(|l| l.state.is_active() && ids.contains(&l.id)) {
        end(leg, entry, LegState::Withdrawn, reason);
    }
    Ok(())
}

fn end(leg: &mut Leg, entry: &Entry, state: LegState, text: &str) {
    leg.ended_at = Some(not_before(entry, leg.received_at.or(Some(leg.dispatched_at))));
    leg.ended_by = Some(entry.by.person());
    leg.state = state;
    leg.answer = text.into();
}

fn waits_for_none(case: &Case, leg: &str) -> Result<(), Refusal> {
    let orgs: Vec<String> = case.children(Some(leg)).filter(|l| l.state.is_active()).map(|l| l.to.clone()).collect();
    if orgs.is_empty() { Ok(()) } else { Err(Refusal::LegsOpen { orgs }) }
}

pub(super) fn no_open_legs(case: &Case) -> Result<(), Refusal> {
    let orgs: Vec<String> = case.active_legs().map(|l| l.to.clone()).collect();
    if orgs.is_empty() { Ok(()) } else { Err(Refusal::LegsOpen { orgs }) }
}
