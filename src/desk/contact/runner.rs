//! Carries a transfer through: when a seat declines or lets its time pass, the next one is asked, until one takes
//! the call or none is left. Runs beside the views, so that closing the dialog or looking at a case does not
//! stop it; after a reload the running offers are picked up again.

use std::collections::HashMap;

use baton_engine::model::{CallState, Collection, Intent, Interaction, OfferState, Seat};
use baton_engine::route::Request;
use baton_engine::time::Timestamp;
use leptos::prelude::*;

use super::acts::Acts;
use super::plan::{self, Way};
use super::{note, presence};
use crate::app::time::server_now;
use crate::i18n::expert::ExpertTexts;
use crate::i18n::fill;
use crate::ui::draft;

thread_local! {
    /// Contacts whose transfer runs, with the desk that they go to.
    static RUNNING: ArcRwSignal<HashMap<String, String>> = ArcRwSignal::new(HashMap::new());
}

fn running() -> ArcRwSignal<HashMap<String, String>> {
    RUNNING.with(Clone::clone)
}

/// Asks a seat, and from there on the next ones.
pub fn begin(acts: &Acts, contact: &str, desk: &str, seat: &str) -> bool {
    if !ask(acts, contact, desk, seat) {
        return false;
    }
    running().update(|r| {
        r.insert(contact.to_owned(), desk.to_owned());
    });
    true
}

/// Picks up an offer that was made before a reload.
pub fn resume(contact: &Interaction) {
    if let Some(offer) = contact.pending_offer()
        && !running().with_untracked(|r| r.contains_key(&contact.id))
    {
        running().update(|r| {
            r.insert(contact.id.clone(), offer.desk.clone());
        });
    }
}

/// Looks once a second at the transfers that run; costs nothing when there are none.
pub fn start(acts: Acts) {
    Effect::new(move |_| {
        acts.desk.now.track();
        let contacts = running().with_untracked(|r| r.clone());
        untrack(|| {
            for (contact, desk) in contacts {
                step(&acts, &contact, &desk);
            }
        });
    });
}

fn stop(contact: &str) {
    running().update(|r| {
        r.remove(contact);
    });
}

fn step(acts: &Acts, id: &str, desk: &str) {
    let t = ExpertTexts::get(acts.lang_now());
    let Some(contact) = acts.contact(id) else { return stop(id) };
    let Some(last) = contact.offers.last() else { return stop(id) };
    match last.state {
        OfferState::Accepted => {
            stop(id);
            if contact.holder.as_ref().is_some_and(|h| h.id != acts.me().id) {
                acts.say(fill(t.accepted, &[&seat_name(acts, desk, &last.seat)]));
                draft::forget(acts.desk, &note::draft_key(id));
                presence::after_contact(acts.desk);
            }
        }
        OfferState::Pending if last.until > server_now() => {}
        OfferState::Pending => {
            // The seat may have answered at the last moment elsewhere; then the refusal is right and we wait.
            if acts.desk.act_one(Collection::Interactions, id, Intent::LapseTransfer).is_ok() {
                next(acts, id, desk, &last.seat);
            }
        }
        OfferState::Declined | OfferState::Lapsed => {
            let over = contact.ended_at.is_some() || contact.call == CallState::Ended;
            if over { stop(id) } else { next(acts, id, desk, &last.seat) }
        }
    }
}

/// The next seat, or the end of the list.
fn next(acts: &Acts, id: &str, desk: &str, before: &str) {
    let t = ExpertTexts::get(acts.lang_now());
    let (was, way) = (seat_name(acts, desk, before), way(acts, id, desk, server_now()));
    if let Some(Way::Offer(seat)) = way
        && ask(acts, id, desk, &seat)
    {
        acts.say(fill(t.next_seat, &[&was, &seat_name(acts, desk, &seat)]));
        return;
    }
    stop(id);
    acts.say(t.none_took);
}

fn ask(acts: &Acts, id: &str, desk: &str, seat: &str) -> bool {
    let policies = untrack(|| acts.desk.policies());
    let Some((_, plan)) = policies.desk(desk) else { return false };
    let until = server_now().plus(plan.offer);
    let intent = Intent::OfferTransfer { desk: desk.to_owned(), seat: seat.to_owned(), until };
    acts.tell(acts.desk.act_one(Collection::Interactions, id, intent))
}

/// Where the call goes next.
fn way(acts: &Acts, id: &str, desk: &str, now: Timestamp) -> Option<Way> {
    let contact = acts.contact(id)?;
    let policies = untrack(|| acts.desk.policies());
    let (policy, at) = policies.desk(desk)?;
    let seats = untrack(|| acts.desk.find::<Seat>(|s| s.desk == desk));
    let seats: Vec<&Seat> = seats.iter().map(|s| &**s).collect();
    let others = untrack(|| acts.desk.find::<Interaction>(|i| i.is_open() && i.id != id));
    let asked = plan::asked(&contact, desk);
    let request = Request { topic: &contact.topic, city: &contact.customer.city, asked: &asked, now };
    Some(plan::plan(policy, at, &seats, others.iter().map(|i| &**i), request).way)
}

/// `8802 罗家明`: the person at the seat, in Latin letters where the plan has them.
pub fn seat_name(acts: &Acts, desk: &str, seat: &str) -> String {
    let policies = untrack(|| acts.desk.policies());
    let planned = policies.desk(desk).and_then(|(_, d)| d.seats.iter().find(|s| s.id == seat));
    let sits = acts.desk.peek::<Seat>(seat).map(|s| s.person.name.clone()).unwrap_or_default();
    format!("{seat} {}", plan::person(planned, &sits, acts.lang_now())).trim_end().to_owned()
}
