//! The relay of a case between organisations: first-asked ownership, legs along allowed edges, answers back
//! the same way, and the closed loop. Pure checks and changes of a [`Case`]; due times live in `clock`, legs in
//! `legs`.
//!
//! Source of the rules: China Mobile TD/G3 service mode (S0), complaint flows 1–3; defaults are named in the pack.

mod legs;

pub(crate) use legs::sender_leg;
pub use legs::{carries, edges_from};

use crate::decide::{Refusal, acts_for, not_before, optional, required};
use crate::model::{
    Actor, Case, CaseLink, ClassAt, ContactAttempt, CustomerAnswer, Entry, Intent, LegState, Owner, Pause, Period,
    Referral, Repeat, Status,
};
use crate::order;
use crate::policy::{Policies, Policy};
use crate::time::Timestamp;
use legs::{active_leg, dispatch, end_by_receiver, leg_of_receiver, no_open_legs, receive, withdraw};

/// Takes a case in. The actor's organisation is its first-asked owner from here on.
pub(crate) fn open(policies: &Policies, id: &str, entry: &Entry) -> Result<Case, Refusal> {
    let Intent::OpenCase { title, description, category, channel, customer, policy: pin, links, interaction } =
        &entry.intent
    else {
        return Err(Refusal::NotFound);
    };
    let policy = policies.of(pin).ok_or(Refusal::PolicyMissing)?;
    required(title, "title")?;
    optional(description, "description")?;
    let by = &entry.by;
    let org = policy.organisation(&by.org).ok_or_else(|| Refusal::UnknownId { id: by.org.clone() })?;
    if !org.interface {
        return Err(Refusal::NotAnInterface { org: by.org.clone() });
    }
    let class = policy.class(&customer.service_class);
    Ok(Case {
        id: id.into(),
        number: spoken_number(policy, id, entry.at),
        title: title.trim().into(),
        description: description.clone(),
        category: category.clone(),
        channel: *channel,
        status: Status::Acknowledged,
        customer: customer.clone(),
        owner: Owner { org: by.org.clone(), person: by.person() },
        flow: policy.flow_of_entry(&by.org).map(|f| f.id.clone()).unwrap_or_default(),
        policy: pin.clone(),
        opened_at: Some(entry.at),
        periods: vec![Period { from: entry.at, to: None, reopened: false }],
        classes: vec![ClassAt { at: entry.at, service_class: class.id.clone(), tier: customer.tier.clone() }],
        links: links.clone(),
        interaction: interaction.clone(),
        ..Case::default()
    })
}

/// Changes an existing case.
pub(crate) fn apply(policies: &Policies, case: &Case, entry: &Entry) -> Result<Case, Refusal> {
    let policy = policies.of(&case.policy).ok_or(Refusal::PolicyMissing)?;
    let by = &entry.by;
    let mut next = case.clone();
    match &entry.intent {
        Intent::TakeCase => take(policy, &mut next, entry)?,
        Intent::AddNote { text } => required(text, "text")?,
        Intent::RecordRepeat { text, .. } => {
            // An answered case is asked about again: it is to be reopened, a note on it would end in silence.
            open_status(case)?;
            optional(text, "text")?;
            next.repeats.push(Repeat { at: entry.at, text: text.clone() });
        }
        Intent::Dispatch { to, request, consent, despite_deadline } => {
            dispatch(policy, &mut next, entry, to, request, *consent, *despite_deadline)?;
        }
        Intent::ReceiveLeg { leg } => {
            let leg = leg_of_receiver(&mut next, leg, by)?;
            if leg.state == LegState::Dispatched {
                receive(leg, entry);
            }
        }
        Intent::AnswerLeg { leg, text } => {
            required(text, "text")?;
            end_by_receiver(&mut next, leg, entry, LegState::Answered, text)?;
        }
        Intent::ReturnLeg { leg, reason } => {
            required(reason, "reason")?;
            end_by_receiver(&mut next, leg, entry, LegState::Returned, reason)?;
        }
        Intent::WithdrawLeg { leg, reason } => {
            required(reason, "reason")?;
            withdraw(&mut next, leg, entry, reason)?;
        }
        Intent::ChaseLeg { leg, text } => {
            optional(text, "text")?;
            let leg = active_leg(&mut next, leg)?;
            leg.chases = leg.chases.saturating_add(1);
        }
        Intent::RecordReferral { to, note } => {
            owner_acts(case, by)?;
            required(to, "to")?;
            optional(note, "note")?;
            open_status(case)?;
            no_open_legs(case)?;
            end_periods(&mut next, entry);
            next.referral = Some(Referral { at: entry.at, to: to.clone(), note: note.clone() });
            next.status = Status::Rejected;
        }
        Intent::AwaitCustomer { what } => {
            owner_acts(case, by)?;
            required(what, "what")?;
            open_status(case)?;
            if case.is_paused() {
                return Err(Refusal::WrongStatus { status: case.status });
            }
            let floor = case.pauses.last().and_then(|p| p.to).max(began(case));
            let from = not_before(entry, floor);
            next.pauses.push(Pause { from, to: None, reason: what.clone() });
            next.status = Status::Pending;
        }
        Intent::CustomerResponded { text } => {
            optional(text, "text")?;
            if !resume(&mut next, entry) {
                return Err(Refusal::WrongStatus { status: case.status });
            }
            next.status = Status::InProgress;
        }
        Intent::HoldCase { reason } => {
            owner_acts(case, by)?;
            required(reason, "reason")?;
            if !matches!(case.status, Status::Acknowledged | Status::InProgress) {
                return Err(Refusal::WrongStatus { status: case.status });
            }
            next.status = Status::Held;
        }
        Intent::UnholdCase => {
            owner_acts(case, by)?;
            if case.status != Status::Held {
                return Err(Refusal::WrongStatus { status: case.status });
            }
            next.status = Status::InProgress;
        }
        Intent::ChangeClass { service_class, tier } => {
            let class = policy.classes.iter().find(|c| c.id == *service_class);
            let class = class.ok_or_else(|| Refusal::UnknownId { id: service_class.clone() })?;
            if case.status.is_final() {
                return Err(Refusal::WrongStatus { status: case.status });
            }
            next.classes.push(ClassAt { at: entry.at, service_class: class.id.clone(), tier: tier.clone() });
            next.customer.service_class = class.id.clone();
            next.customer.tier = tier.clone();
        }
        Intent::AnswerCustomer { text } => {
            owner_acts(case, by)?;
            required(text, "text")?;
            open_status(case)?;
            no_open_legs(case)?;
            end_periods(&mut next, entry);
            next.answers.push(CustomerAnswer { at: entry.at, by: by.person(), text: text.clone() });
            next.status = Status::Resolved;
        }
        Intent::LogContactAttempt { note } => {
            owner_acts(case, by)?;
            optional(note, "note")?;
            open_status(case)?;
            next.attempts.push(ContactAttempt { at: entry.at, note: note.clone() });
        }
        Intent::CloseCase { .. } => {
            owner_acts(case, by)?;
            may_close(policy, case)?;
            end_periods(&mut next, entry);
            next.status = Status::Closed;
        }
        Intent::ReopenCase { reason } => {
            required(reason, "reason")?;
            match case.status {
                Status::Resolved => {}
                Status::Closed => return Err(Refusal::ClosedOpenNew),
                status => return Err(Refusal::WrongStatus { status }),
            }
            let from = not_before(entry, case.periods.last().and_then(|p| p.to));
            next.periods.push(Period { from, to: None, reopened: true });
            next.status = Status::InProgress;
        }
        Intent::CancelCase { reason, into } => {
            owner_acts(case, by)?;
            required(reason, "reason")?;
            open_status(case)?;
            no_open_legs(case)?;
            end_periods(&mut next, entry);
            if let Some(into) = into {
                another(case, into)?;
                next.links.push(CaseLink { kind: crate::model::LinkKind::DuplicateOf, case: into.clone() });
            }
            next.status = Status::Cancelled;
        }
        Intent::ReassignCase { person } => {
            owner_acts(case, by)?;
            if case.status.is_final() {
                return Err(Refusal::WrongStatus { status: case.status });
            }
            // A colleague may take a case over himself; giving it to a third person is for leads.
            if person.id != by.id && case.owner.person.id != by.id && !by.leads() {
                return Err(Refusal::RoleForbids { role: by.role });
            }
            next.owner.person = person.clone();
        }
        Intent::LinkCase { link } => {
            another(case, &link.case)?;
            if !case.links.contains(link) {
                next.links.push(link.clone());
            }
        }
        Intent::EscalateCase { reason } => {
            required(reason, "reason")?;
            next.escalated = true;
        }
        _ => return Err(Refusal::WrongDocument),
    }
    Ok(next)
}

/// Local dates, in the operator's own calendar, on which the customer could not be reached since the last reopening.
fn failed_days(policy: &Policy, case: &Case) -> u32 {
    let since = case.periods.last().map(|p| p.from);
    let mut days: Vec<_> = case
        .attempts
        .iter()
        .filter(|a| since.is_none_or(|s| a.at >= s))
        .map(|a| policy.home().zone().local(a.at).0)
        .collect();
    order::sort_by(&mut days, Ord::cmp);
    days.dedup();
    days.len() as u32
}

fn may_close(policy: &Policy, case: &Case) -> Result<(), Refusal> {
    if case.status.is_final() {
        return Err(Refusal::WrongStatus { status: case.status });
    }
    no_open_legs(case)?;
    if case.status == Status::Resolved {
        return Ok(());
    }
    let (failed_days, needed) = (failed_days(policy, case), policy.clocks.close_after_failed_days);
    if failed_days >= needed {
        return Ok(());
    }
    Err(Refusal::NotAnswered { failed_days, needed })
}

fn take(policy: &Policy, next: &mut Case, entry: &Entry) -> Result<(), Refusal> {
    if !next.owner.org.is_empty() {
        return Err(Refusal::Owned { org: next.owner.org.clone() });
    }
    open_status(next)?;
    let by = &entry.by;
    let org = policy.organisation(&by.org).ok_or_else(|| Refusal::UnknownId { id: by.org.clone() })?;
    if !org.interface {
        return Err(Refusal::NotAnInterface { org: by.org.clone() });
    }
    next.owner = Owner { org: by.org.clone(), person: by.person() };
    next.flow = policy.flow_of_entry(&by.org).map(|f| f.id.clone()).unwrap_or_default();
    if next.policy.id.is_empty() {
        next.policy = policy.pin();
    }
    let opened = next.opened_at.unwrap_or(entry.at);
    next.opened_at = Some(opened);
    if next.periods.is_empty() {
        next.periods.push(Period { from: opened, to: None, reopened: false });
    }
    if next.classes.is_empty() {
        let class = policy.class(&next.customer.service_class).id.clone();
        next.classes.push(ClassAt { at: opened, service_class: class, tier: next.customer.tier.clone() });
    }
    Ok(())
}

/// Nothing of the present run of a case lies before this: its last reopening, or its intake.
fn began(case: &Case) -> Option<Timestamp> {
    case.periods.last().map(|p| p.from).max(case.opened_at)
}

/// A link must lead to another case.
fn another(case: &Case, id: &str) -> Result<(), Refusal> {
    if id.is_empty() || id == case.id { Err(Refusal::UnknownId { id: id.into() }) } else { Ok(()) }
}

fn open_status(case: &Case) -> Result<(), Refusal> {
    if case.status.is_open() { Ok(()) } else { Err(Refusal::WrongStatus { status: case.status }) }
}

fn owner_acts(case: &Case, by: &Actor) -> Result<(), Refusal> {
    acts_for(by, &case.owner.org)
}

fn resume(case: &mut Case, entry: &Entry) -> bool {
    match case.pauses.last_mut() {
        Some(pause) if pause.to.is_none() => {
            pause.to = Some(entry.at.max(pause.from));
            true
        }
        _ => false,
    }
}

fn end_periods(case: &mut Case, entry: &Entry) {
    resume(case, entry);
    if let Some(period) = case.periods.last_mut()
        && period.to.is_none()
    {
        period.to = Some(entry.at.max(period.from));
    }
}

/// A short number for the telephone: month and day of intake and four signs of the id's hash (no look-alikes).
fn spoken_number(policy: &Policy, id: &str, at: Timestamp) -> String {
    const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut hash: u32 = 0x811c_9dc5;
    for byte in id.bytes() {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    let tail: String = (0..4).map(|i| SIGNS[((hash >> (i * 5 + 4)) & 31) as usize] as char).collect();
    let (date, _) = policy.home().zone().local(at);
    format!("CS-{:02}{:02}-{tail}", date.month(), date.day())
}
