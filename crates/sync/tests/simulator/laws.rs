//! The engine's laws that every stored document must keep, whoever wrote it in whatever order. They are proved for
//! the engine alone in its own tests; here they are watched while clients fight over documents.

use baton_engine::model::{AttemptOutcome, Callback, Case, Document, Intent, Interaction, LegState, Status};
use baton_engine::policy::Policies;

/// The first law that `new` breaks. `foreign`: another system wrote the document, which may be as it likes.
pub fn broken(policies: &Policies, old: Option<&Document>, new: &Document, foreign: bool) -> Option<String> {
    if foreign {
        return None;
    }
    match (old, new) {
        (Some(Document::Case(old)), Document::Case(new)) => (old.owner.org != new.owner.org)
            .then(|| "the first-asked owner changed".into())
            .or_else(|| case(policies, new)),
        (None, Document::Case(new)) => case(policies, new),
        (_, Document::Callback(new)) => callback(new),
        (_, Document::Interaction(new)) => interaction(new),
        _ => None,
    }
}

fn when(broken: bool, what: &str) -> Option<String> {
    broken.then(|| what.to_owned())
}

fn case(policies: &Policies, case: &Case) -> Option<String> {
    let opened_by = case.journal.first().map(|e| e.by.org.as_str());
    let mut carrying: Vec<&str> = case.active_legs().map(|l| l.to.as_str()).collect();
    carrying.push(&case.owner.org);
    let n = carrying.len();
    carrying.sort_unstable();
    carrying.dedup();
    let running = case.periods.last().is_some_and(|p| p.to.is_none());
    let open_pauses = case.pauses.iter().filter(|p| p.to.is_none()).count();
    let flow = policies.of(&case.policy).and_then(|policy| policy.flow(&case.flow));
    when(opened_by != Some(case.owner.org.as_str()), "the owner is not who was asked first")
        .or_else(|| when(n != carrying.len(), "an organisation carries the baton twice"))
        .or_else(|| when(!case.status.is_open() && n > 1, "a leg was left open"))
        .or_else(|| when(running != case.status.is_open(), "the reply clock does not fit the status"))
        .or_else(|| {
            when(
                case.status == Status::Closed && case.answers.is_empty() && case.attempts.is_empty(),
                "closed without an answer",
            )
        })
        .or_else(|| {
            when(open_pauses != usize::from(case.status == Status::Pending), "the pauses do not fit the status")
        })
        .or_else(|| {
            let wrong = case.legs.iter().find(|leg| {
                let arrow = flow.is_some_and(|f| f.edges.iter().any(|e| e.from == leg.from && e.to == leg.to));
                let parent = match &leg.parent {
                    Some(parent) => case.leg(parent).is_some_and(|p| p.to == leg.from),
                    None => leg.from == case.owner.org,
                };
                let times = leg.received_at.is_none_or(|r| r >= leg.dispatched_at)
                    && leg.ended_at.is_none_or(|e| e >= leg.received_at.unwrap_or(leg.dispatched_at));
                let ended = leg.state.is_active() == leg.ended_at.is_none();
                let received = leg.state != LegState::Answered || leg.received_at.is_some();
                !(arrow && parent && times && ended && received)
            });
            wrong.map(|leg| format!("leg {} is not sound", leg.id))
        })
}

fn callback(callback: &Callback) -> Option<String> {
    let ended = callback.journal.iter().any(|e| {
        matches!(
            e.intent,
            Intent::CancelCallback { .. } | Intent::LogCallbackAttempt { outcome: AttemptOutcome::Reached, .. }
        )
    });
    when(callback.is_open() == ended, "a promised call ends only by being reached or cancelled")
        .or_else(|| when(!callback.is_open() && callback.claim.is_some(), "somebody still holds an ended call-back"))
}

fn interaction(contact: &Interaction) -> Option<String> {
    let pending = contact.offers.iter().filter(|o| o.state == baton_engine::model::OfferState::Pending).count();
    when(contact.holder.is_some() != contact.accepted_at.is_some(), "held by nobody who took it")
        .or_else(|| when(pending > 1, "two offers at once"))
}
