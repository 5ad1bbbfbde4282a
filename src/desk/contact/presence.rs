//! The person's presence at his seat: a lease that is renewed while he is logged in and connected, and lapses by
//! itself when the browser dies. The seat's document is the truth, so two tabs of one person agree.
//! Renewals go on for ever, so each is one small intent for one document and nothing is computed for it.

use baton_engine::Refusal;
use baton_engine::model::{CallState, Channel, Collection, Intent, Interaction, Presence, Seat};
use baton_engine::time::{Span, Timestamp};
use leptos::prelude::*;

use crate::app::session::Profile;
use crate::app::state::{Connection, Desk, Doc};
use crate::app::time::server_now;

/// A presence holds so long without renewal. A hidden tab is woken once a minute at most, so it gets longer.
const LEASE: Span = Span::from_secs(60);
const LEASE_HIDDEN: Span = Span::from_secs(150);
const RENEWAL_MILLIS: u32 = 20_000;

thread_local! {
    static THEN: ArcRwSignal<Presence> = ArcRwSignal::new(Presence::Available);
}

/// What the person becomes when the present contact is wrapped up.
pub fn then() -> ArcRwSignal<Presence> {
    THEN.with(Clone::clone)
}

/// The seat of the logged-in person, if he has one. Follows the session.
pub fn seat_id(desk: Desk) -> Option<String> {
    desk.session.with(|s| s.as_ref().and_then(|s| s.profile.seat.clone()))
}

/// The person's seat while he sits at it. Follows the session and the seat.
pub fn mine(desk: Desk) -> Option<Doc<Seat>> {
    let me = desk.session.with(|s| s.as_ref().map(|s| s.id.clone()))?;
    desk.get_doc::<Seat>(&seat_id(desk)?).filter(|s| s.person.id == me)
}

/// Sets the presence from now on. Does nothing for people without a seat.
///
/// # Errors
/// [`Refusal::Taken`] when somebody else sits there.
pub fn set(desk: Desk, presence: Presence) -> Result<(), Refusal> {
    let Some(Profile { seat: Some(id), desk: home, skills, .. }) =
        desk.session.with_untracked(|s| s.as_ref().map(|s| s.profile.clone()))
    else {
        return Ok(());
    };
    let known = desk.peek::<Seat>(&id);
    // Desk and skills are said again only when they are news.
    let home = home.filter(|h| known.as_ref().is_none_or(|s| s.desk != *h));
    let skills = known.as_ref().is_none_or(|s| s.skills != skills).then_some(skills);
    let now = server_now();
    let until = if presence == Presence::Offline { now } else { now.plus(lease()) };
    desk.act_one(Collection::Seats, &id, Intent::SetPresence { presence, until, desk: home, skills })
}

/// Sets it when the person has a seat and it is another one; refusals do not matter to the caller.
pub fn follow(desk: Desk, presence: Presence) {
    let now = desk.session.with_untracked(|s| s.as_ref().and_then(|s| s.profile.seat.clone()));
    if now.and_then(|id| desk.peek::<Seat>(&id)).is_none_or(|s| s.presence != presence) {
        let _ = set(desk, presence);
    }
}

/// The contact is wrapped up: what was chosen for then, which is used up by it.
pub fn after_contact(desk: Desk) {
    let then = then();
    follow(desk, then.get_untracked());
    then.set(Presence::Available);
}

/// Gives the seat up at once; to be called before the log-out.
pub fn leave(desk: Desk) {
    follow(desk, Presence::Offline);
}

/// Keeps the person's presence while he is here: takes the seat at log-in, renews the lease every
/// 20 s while connected. Call once where the desk begins; it ends with its owner.
pub fn start_presence(desk: Desk) {
    Effect::new(move |before: Option<Option<String>>| {
        let person = desk.session.with(|s| s.as_ref().map(|s| s.id.clone()));
        let online = desk.connection.get() == Connection::Online;
        if !online || person.is_none() {
            // The same person coming back online only renews.
            return before.flatten().filter(|b| Some(b) == person.as_ref());
        }
        untrack(|| if before.flatten() == person { renew(desk) } else { arrive(desk) });
        person
    });
    // Gone with the view that began it, so that a log-out ends it.
    let alive = RwSignal::new(());
    leptos::task::spawn_local(async move {
        loop {
            gloo_timers::future::TimeoutFuture::new(RENEWAL_MILLIS).await;
            if alive.try_get_untracked().is_none() {
                return;
            }
            renew(desk);
        }
    });
}

/// At log-in: as the person left it, if that was a moment ago (a reload), else available.
fn arrive(desk: Desk) {
    let Some(session) = desk.session.get_untracked() else { return };
    let Some(id) = session.profile.seat else { return };
    let seat = desk.peek::<Seat>(&id);
    let now = server_now();
    let next =
        seat.as_deref().map_or(Presence::Available, |s| resumed(s, &session.id, now, on_call(desk, &session.id)));
    let _ = set(desk, next);
}

/// What a person becomes who sits down at `seat` now. `on_call`: he has a call that is not wrapped up.
fn resumed(seat: &Seat, me: &str, now: Timestamp, on_call: Option<Presence>) -> Presence {
    if let Some(presence) = on_call {
        return presence;
    }
    let fresh = seat.lease_until.is_some_and(|until| until.plus(Span::from_minutes(10)) > now);
    match seat.presence {
        p @ (Presence::Break | Presence::Meal | Presence::Training | Presence::Outbound)
            if fresh && seat.person.id == me =>
        {
            p
        }
        _ => Presence::Available,
    }
}

fn on_call(desk: Desk, me: &str) -> Option<Presence> {
    untrack(|| desk.find::<Interaction>(|i| voice_of(i, me)))
        .iter()
        .map(|i| if i.call == CallState::WrapUp { Presence::WrapUp } else { Presence::OnContact })
        .min_by_key(|p| *p == Presence::WrapUp)
}

/// A call that the person holds and has not wrapped up.
pub fn voice_of(contact: &Interaction, me: &str) -> bool {
    contact.channel == Channel::Voice && contact.is_open() && contact.holder.as_ref().is_some_and(|h| h.id == me)
}

fn renew(desk: Desk) {
    if desk.connection.get_untracked() != Connection::Online {
        return;
    }
    let Some((me, Some(id))) =
        desk.session.with_untracked(|s| s.as_ref().map(|s| (s.id.clone(), s.profile.seat.clone())))
    else {
        return;
    };
    if let Some(seat) = desk.peek::<Seat>(&id)
        && seat.person.id == me
        && seat.presence != Presence::Offline
    {
        let _ = set(desk, seat.presence);
    }
}

#[cfg(target_arch = "wasm32")]
fn lease() -> Span {
    let hidden = web_sys::window().and_then(|w| w.document()).is_some_and(|d| d.hidden());
    if hidden { LEASE_HIDDEN } else { LEASE }
}

#[cfg(not(target_arch = "wasm32"))]
fn lease() -> Span {
    let _ = LEASE_HIDDEN;
    LEASE
}

#[cfg(test)]
mod tests {
    use super::*;
    use baton_engine::model::PersonRef;

    fn seat(presence: Presence) -> Seat {
        Seat {
            person: PersonRef { id: "luo".into(), name: "Luo".into() },
            presence,
            lease_until: Some(Timestamp::from_millis(60_000)),
            ..Seat::default()
        }
    }

    #[test]
    fn a_reload_keeps_a_break_and_forgets_a_dead_call() {
        let now = Timestamp::from_millis(120_000);
        assert_eq!(resumed(&seat(Presence::Meal), "luo", now, None), Presence::Meal);
        assert_eq!(resumed(&seat(Presence::OnContact), "luo", now, None), Presence::Available);
        assert_eq!(resumed(&seat(Presence::OnContact), "luo", now, Some(Presence::WrapUp)), Presence::WrapUp);
    }

    #[test]
    fn the_break_of_another_or_of_yesterday_does_not_count() {
        let now = Timestamp::from_millis(120_000);
        assert_eq!(resumed(&seat(Presence::Meal), "tan", now, None), Presence::Available);
        let later = now.plus(Span::from_hours(12));
        assert_eq!(resumed(&seat(Presence::Meal), "luo", later, None), Presence::Available);
    }
}
