//! Calls, chats and messages at the desk: answering, hold, transfer offers, wrap-up. In manual mode the agent
//! says what the desk phone does; the rules are the same when a phone is connected.

use crate::decide::{Refusal, not_before, optional, required};
use crate::model::{CallState, Entry, Intent, Interaction, InteractionStatus, Offer, OfferState, Pause};

use crate::time::Span;

/// No offer blocks a call for longer, whatever it says of itself; the pack's time is much shorter.
const LONGEST_OFFER: Span = Span::from_minutes(5);

pub(crate) fn start(id: &str, entry: &Entry) -> Result<Interaction, Refusal> {
    let Intent::StartInteraction { channel, direction, customer, reason, desk, answered } = &entry.intent else {
        return Err(Refusal::NotFound);
    };
    let mut next = Interaction {
        id: id.into(),
        channel: *channel,
        direction: *direction,
        customer: customer.clone(),
        reason: reason.clone(),
        desk: desk.clone(),
        arrived_at: Some(entry.at),
        ..Interaction::default()
    };
    optional(reason, "reason")?;
    if *answered {
        accept(&mut next, entry);
    }
    Ok(next)
}

pub(crate) fn apply(contact: &Interaction, entry: &Entry) -> Result<Interaction, Refusal> {
    let mut next = contact.clone();
    let by = &entry.by;
    let done = contact.status == InteractionStatus::Completed;
    match &entry.intent {
        // Wrap-up and links may still be recorded after the end.
        Intent::Dispose { disposition, note } => {
            holder_acts(contact, entry)?;
            required(disposition, "disposition")?;
            optional(note, "note")?;
            end(&mut next, entry);
            next.disposition = disposition.clone();
            next.note = note.clone();
            next.call = CallState::Ended;
            next.status = InteractionStatus::Completed;
        }
        Intent::AddNote { text } => {
            required(text, "text")?;
            next.note = text.clone();
        }
        Intent::LinkInteraction { case } => {
            if !next.cases.contains(case) {
                next.cases.push(case.clone());
            }
        }
        Intent::SetTopic { topic } => next.topic = topic.clone(),
        // Nobody took it: the customer hung up, or left the chat. The feed, or a lead, says so.
        Intent::EndInteraction if contact.holder.is_none() && !done && by.leads() => {
            end(&mut next, entry);
            next.call = CallState::Ended;
            next.status = InteractionStatus::Completed;
        }
        // After the end nothing rings, talks or moves to another seat; the wrap-up remains.
        Intent::SetCallState { state: state @ (CallState::WrapUp | CallState::Ended) } if !done => {
            holder_acts(contact, entry)?;
            set_call(&mut next, *state, entry);
        }
        Intent::EndInteraction if !done => {
            holder_acts(contact, entry)?;
            end(&mut next, entry);
            next.call = CallState::WrapUp;
        }
        _ if done || contact.ended_at.is_some() => return Err(taken(contact, entry)),
        Intent::AcceptInteraction => {
            if contact.holder.as_ref().is_some_and(|h| h.id != by.id) {
                return Err(taken(contact, entry));
            }
            if contact.holder.is_none() {
                accept(&mut next, entry);
            }
        }
        Intent::SetCallState { state } => {
            holder_acts(contact, entry)?;
            set_call(&mut next, *state, entry);
        }
        Intent::OfferTransfer { desk, seat, until } => {
            holder_acts(contact, entry)?;
            if let Some(offer) = contact.pending_offer().filter(|o| o.until > entry.at) {
                return Err(Refusal::TooEarly { not_before: offer.until });
            }
            lapse(&mut next);
            next.offers.push(Offer {
                desk: desk.clone(),
                seat: seat.clone(),
                at: entry.at,
                until: (*until).min(entry.at.plus(LONGEST_OFFER)),
                state: OfferState::Pending,
                reason: String::new(),
            });
        }
        Intent::DeclineTransfer { reason } => {
            let offer = offer_for(&mut next, entry)?;
            offer.state = OfferState::Declined;
            offer.reason = reason.clone();
        }
        Intent::LapseTransfer => {
            match contact.pending_offer() {
                Some(offer) if offer.until <= entry.at => {}
                Some(offer) => {
                    return Err(Refusal::TooEarly { not_before: offer.until });
                }
                None => return Err(Refusal::NoOffer),
            }
            lapse(&mut next);
        }
        Intent::AcceptTransfer => {
            let offer = offer_for(&mut next, entry)?;
            if offer.until <= entry.at {
                return Err(Refusal::NoOffer);
            }
            offer.state = OfferState::Accepted;
            let desk = offer.desk.clone();
            next.desk = desk;
            next.holder = Some(by.person());
            next.seat = by.seat.clone();
            set_call(&mut next, CallState::Talking, entry);
        }
        _ => return Err(Refusal::WrongDocument),
    }
    Ok(next)
}

fn accept(next: &mut Interaction, entry: &Entry) {
    next.holder = Some(entry.by.person());
    next.seat = entry.by.seat.clone();
    next.accepted_at = Some(not_before(entry, next.arrived_at));
    next.status = InteractionStatus::InProgress;
    next.call = CallState::Talking;
}

fn set_call(next: &mut Interaction, state: CallState, entry: &Entry) {
    if let Some(hold) = next.holds.last_mut()
        && hold.to.is_none()
        && state != CallState::Held
    {
        hold.to = Some(entry.at.max(hold.from));
    }
    if state == CallState::Held && next.call != CallState::Held {
        let from = not_before(entry, next.holds.last().and_then(|h| h.to).or(next.accepted_at));
        next.holds.push(Pause { from, to: None, reason: String::new() });
    }
    next.call = state;
}

fn end(next: &mut Interaction, entry: &Entry) {
    lapse(next);
    set_call(next, CallState::WrapUp, entry);
    if next.ended_at.is_none() {
        next.ended_at = Some(not_before(entry, next.accepted_at.or(next.arrived_at)));
    }
}

fn lapse(next: &mut Interaction) {
    if let Some(offer) = next.offers.last_mut()
        && offer.state == OfferState::Pending
    {
        offer.state = OfferState::Lapsed;
    }
}

/// The pending offer, if it is for the actor's seat.
fn offer_for<'a>(next: &'a mut Interaction, entry: &Entry) -> Result<&'a mut Offer, Refusal> {
    next.offers
        .last_mut()
        .filter(|o| o.state == OfferState::Pending && entry.by.seat.as_deref() == Some(o.seat.as_str()))
        .ok_or(Refusal::NoOffer)
}

fn holder_acts(contact: &Interaction, entry: &Entry) -> Result<(), Refusal> {
    match &contact.holder {
        Some(holder) if holder.id == entry.by.id || entry.by.leads() => Ok(()),
        Some(_) => Err(taken(contact, entry)),
        None => Err(Refusal::NotTaken),
    }
}

fn taken(contact: &Interaction, entry: &Entry) -> Refusal {
    let by = contact.holder.as_ref().map(|h| h.name.clone()).unwrap_or_default();
    Refusal::Taken { by, at: contact.accepted_at.unwrap_or(entry.at) }
}
