//! What arrives while the agent works on something else: the ring bar over the caller line, and the card of a
//! call that is offered to this seat. Neither takes the focus or moves anything.

use baton_engine::model::{CallState, Channel, Collection, Interaction, InteractionStatus, Presence};
use baton_engine::order;
use baton_engine::route::{self, Waiter};
use baton_engine::time::Span;
use leptos::prelude::*;

use super::acts::Acts;
use super::{presence, runner};
use crate::app::keymap::written;
use crate::app::state::Doc;
use crate::i18n::contact::ContactTexts;
use crate::i18n::{fill, format, lang};
use crate::ui::each::Each;
use crate::ui::icon::Icon;
use crate::ui::tier::TierBadge;

/// Rings for a person: a voice call that nobody took, at the desk where he sits.
fn rings(contact: &Interaction, desk: Option<&str>) -> bool {
    contact.channel == Channel::Voice
        && contact.status == InteractionStatus::Opened
        && contact.call == CallState::Ringing
        && contact.holder.is_none()
        && desk.is_some_and(|d| d == contact.desk)
}

/// Whether somebody in this presence is rung at all.
fn may_ring(presence: Presence) -> bool {
    matches!(presence, Presence::Available | Presence::WrapUp)
}

/// What rings for this person while he works on something else. Mount in the work area's column (position:
/// relative).
#[component]
pub fn ContactAlerts() -> impl IntoView {
    let acts = Acts::get();
    let ringing = Memo::new(move |_| {
        let home = acts.desk.session.with(|s| s.as_ref().and_then(|s| s.profile.desk.clone()));
        let mut found = acts.desk.find::<Interaction>(|c| rings(c, home.as_deref()));
        order::sort_by(&mut found, |a, b| (a.arrived_at, &a.id).cmp(&(b.arrived_at, &b.id)));
        found
    });
    view! { <RingBar ringing=ringing/> }
}

/// Calls that are offered to this person's seat. Mount once beside the pages: an offer is seen wherever he is,
/// and transfers that he began go on.
#[component]
pub fn Offers() -> impl IntoView {
    let acts = Acts::get();
    runner::start(acts);
    let offered = Memo::new(move |_| {
        let (me, seat) =
            acts.desk.session.with(|s| s.as_ref().map(|s| (s.id.clone(), s.profile.seat.clone()))).unwrap_or_default();
        let to_me = |c: &Interaction| c.pending_offer().is_some_and(|o| Some(&o.seat) == seat.as_ref());
        let from_me = |c: &Interaction| c.holder.as_ref().is_some_and(|h| h.id == me);
        let mut offered: Vec<String> = Vec::new();
        for contact in acts.desk.find::<Interaction>(|c| c.pending_offer().is_some() && (to_me(c) || from_me(c))) {
            if to_me(&contact) {
                offered.push(contact.id.clone());
            } else {
                runner::resume(&contact);
            }
        }
        order::sort_by(&mut offered, String::cmp);
        offered
    });
    reserve_while_offered(acts, Memo::new(move |_| offered.with(|o| !o.is_empty())));
    view! { <Each each=move || offered.get() key=|id| id.clone() let:id><OfferCard id=id/></Each> }
}

/// A seat that is being asked is reserved, so that two calls are not offered to it at once.
fn reserve_while_offered(acts: Acts, offered: Memo<bool>) {
    Effect::new(move |_| {
        let offered = offered.get();
        untrack(|| {
            let Some(seat) = presence::mine(acts.desk) else { return };
            match (offered, seat.presence) {
                (true, Presence::Available) => presence::follow(acts.desk, Presence::Reserved),
                (false, Presence::Reserved) => presence::follow(acts.desk, Presence::Available),
                _ => {}
            }
        });
    });
}

#[component]
fn RingBar(ringing: Memo<Vec<Doc<Interaction>>>) -> impl IntoView {
    let acts = Acts::get();
    let t = move || ContactTexts::get(acts.lang.get());
    // Calls that this person left to the group; they stay in the list.
    let passed = RwSignal::new(Vec::<String>::new());
    let free = Memo::new(move |_| presence::mine(acts.desk).is_some_and(|s| may_ring(s.presence)));
    // Who is next is decided when the bar is empty; a call that rings stays until it is taken or left.
    let shown = Memo::new(move |before: Option<&Option<(Doc<Interaction>, usize)>>| {
        if !free.get() {
            return None;
        }
        let open = acts.ui.selected.get().map(|(_, id)| id);
        let wanted = |c: &&Doc<Interaction>| Some(&c.id) != open.as_ref() && passed.with(|p| !p.contains(&c.id));
        let calls = ringing.get();
        let calls: Vec<&Doc<Interaction>> = calls.iter().filter(wanted).collect();
        let same = before.and_then(|b| b.as_ref()).and_then(|(b, _)| calls.iter().find(|c| c.id == b.id));
        let first = same.copied().or_else(|| next(acts, &calls))?;
        Some((first.clone(), calls.len() - 1))
    });
    let id_now = move || shown.try_get_untracked().flatten().map(|(c, _)| c.id.clone());
    let answer = move || {
        if let Some(id) = id_now() {
            acts.answer(&id);
        }
    };
    let pass = move || {
        if let Some(id) = id_now() {
            passed.update(|p| p.push(id));
            acts.say(ContactTexts::get(acts.lang_now()).left_to_group);
        }
    };
    super::on_keys(move |ev| {
        if !ev.alt_key() || ev.ctrl_key() || ev.meta_key() || ev.is_composing() || id_now().is_none() {
            return;
        }
        match ev.code().as_str() {
            "KeyA" => answer(),
            "KeyG" => pass(),
            _ => return,
        }
        ev.prevent_default();
    });
    // Over the caller line of a call; where there is none, above what is worked on, so that no name is hidden.
    let over = Memo::new(move |_| match acts.ui.selected.get() {
        Some((Collection::Interactions, id)) => {
            acts.desk.get_doc::<Interaction>(&id).is_some_and(|c| c.channel == Channel::Voice)
        }
        _ => false,
    });
    let first = Memo::new(move |_| shown.get().map(|(c, _)| c));
    let more = Memo::new(move |_| shown.get().map_or(0, |(_, more)| more));
    move || {
        first.get().map(|c| {
            let arrived = c.arrived_at;
            let waited = move || arrived.map(|a| format::length(acts.desk.now.get().since(a), lang()));
            let name = if c.customer.name.is_empty() { t().unknown_caller.to_owned() } else { c.customer.name.clone() };
            view! {
                <div class="ringbar" role="alert" data-over=move || over.get().to_string() data-test="ring-bar" data-id=c.id.clone()>
                    <Icon name="phone"/><b>{fill(t().ring_from, &[&name])}</b>
                    <TierBadge tier=c.customer.tier.clone()/>
                    <span class="dim cut">{c.reason.clone()}</span>
                    // Alerts are read out as they change; the seconds are not.
                    <span class="num strong" aria-hidden="true">{waited}</span>
                    {move || (more.get() > 0).then(|| view! { <span class="tag">{fill(t().ring_more, &[&more.get().to_string()])}</span> })}
                    <span class="grow"></span>
                    <span class="small mute ring-stay">{t().ring_stay}</span>
                    <button class="btn" type="button" data-test="ring-pass" on:click=move |_| pass()>{t().to_group}" "<kbd class="kbd">{written("Alt G")}</kbd></button>
                    <button class="btn" type="button" data-kind="primary" data-test="ring-answer" on:click=move |_| answer()>{t().answer}" "<kbd class="kbd">{written("Alt A")}</kbd></button>
                </div>
            }
        })
    }
}

/// The next call for this person's seat: class, then waiting time, as the engine orders them.
fn next<'a>(acts: Acts, calls: &[&'a Doc<Interaction>]) -> Option<&'a Doc<Interaction>> {
    let policies = acts.desk.policies();
    let policy = policies.in_force()?;
    let seat = untrack(|| presence::mine(acts.desk))?;
    let now = acts.desk.now.get_untracked();
    let ageing = policies.desk(&seat.desk).map_or(Span::from_minutes(3), |(_, d)| d.ageing);
    let waiting: Vec<Waiter<'_>> = calls
        .iter()
        .map(|c| Waiter {
            id: &c.id,
            rank: policy.class(&c.customer.service_class).rank,
            since: c.arrived_at.unwrap_or(now),
            skill: "",
        })
        .collect();
    let first = route::next_for(&seat, &waiting, ageing, now)?.id.to_owned();
    calls.iter().find(|c| c.id == first).copied()
}

/// A call that a colleague offers to this seat.
#[component]
fn OfferCard(id: String) -> impl IntoView {
    let acts = Acts::get();
    let t = move || ContactTexts::get(acts.lang.get());
    let key = id.clone();
    let contact = Memo::new(move |_| acts.desk.get_doc::<Interaction>(&key));
    let offer = Memo::new(move |_| contact.get().and_then(|c| c.pending_offer().cloned()));
    let left = Memo::new(move |_| {
        offer.get().map_or(0, |o| (o.until.since(acts.desk.now.get()).millis() + 999).max(0) / 1000)
    });
    let share = move || {
        let whole = offer.get().map_or(1, |o| o.until.since(o.at).millis() / 1000).max(1);
        (100 - (left.get() * 100 / whole).clamp(0, 100)).to_string()
    };
    let topic = move || {
        let lang = acts.lang.get();
        let (offer, contact) = (offer.get()?, contact.get()?);
        let policies = acts.desk.policies();
        policies.desk(&offer.desk)?.1.topic(&contact.topic).map(|x| lang.of(&x.name))
    };
    let reason = RwSignal::new(0_usize);
    let reasons = move || [t().decline_busy, t().decline_scope, t().decline_skill, t().decline_tech];
    let (yes, no) = (id.clone(), id.clone());
    let head = format!("offer-head-{id}");
    let head_id = head.clone();
    view! {
        <div class="pop offer" role="alertdialog" aria-modal="false" aria-labelledby=head data-test="offer" data-id=id>
            <div class="pop-h" id=head_id>
                <Icon name="transfer"/><b>{move || t().offer_title}</b>
                <span class="small mute cut grow">{move || contact.get().and_then(|c| c.holder.as_ref().map(|h| fill(t().offer_from, &[&h.name])))}</span>
                <span class="clock" data-s="soon" data-test="offer-left" aria-hidden="true" style:--p=share>{move || fill(t().offer_left, &[&left.get().to_string()])}</span>
            </div>
            <div class="offer-b">
                <div class="hline">
                    <b class="cut">{move || contact.get().map(|c| c.customer.name.clone())}</b>
                    <TierBadge tier=Signal::derive(move || contact.get().map(|c| c.customer.tier.clone()).unwrap_or_default())/>
                    <span class="num dim nowrap">{move || contact.get().map(|c| format::masked(&c.customer.number))}</span>
                    <span class="mute nowrap">{move || contact.get().map(|c| c.customer.city.clone())}</span>
                    <span class="grow"></span>
                    <span class="tag" data-s="accent">{move || topic().unwrap_or_else(|| t().no_topic.to_owned())}</span>
                </div>
                <p class="dim">{move || contact.get().map(|c| c.reason.clone())}</p>
                {move || contact.get().filter(|c| !c.note.is_empty()).map(|c| view! { <p class="offer-note">{c.note.clone()}</p> })}
            </div>
            <div class="pop-f">
                <button class="btn" type="button" data-kind="primary" data-test="offer-accept" on:click=move |_| { acts.accept_offer(&yes); }>{move || t().accept}</button>
                <span class="grow"></span>
                <select class="btn" aria-label=move || t().decline_why data-test="offer-reason"
                    on:change=move |ev| reason.set(event_target_value(&ev).parse().unwrap_or(0))>
                    {move || reasons().into_iter().enumerate().map(|(n, r)| view! { <option value=n.to_string()>{r}</option> }).collect_view()}
                </select>
                <button class="btn" type="button" data-test="offer-decline"
                    on:click=move |_| { let why = untrack(reasons)[reason.get_untracked().min(3)]; acts.decline_offer(&no, why); }>
                    {move || t().decline}
                </button>
            </div>
        </div>
    }
}

/// The look of a presence, for dots beside names.
pub fn dot(presence: Presence) -> &'static str {
    match presence {
        Presence::Available => "ok",
        Presence::Offline => "off",
        Presence::OnContact | Presence::Reserved | Presence::WrapUp => "accent",
        _ => "pause",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baton_engine::model::PersonRef;

    #[test]
    fn only_waiting_calls_of_the_own_desk_ring() {
        let call = Interaction { desk: "front".into(), ..Interaction::default() };
        assert!(rings(&call, Some("front")));
        assert!(!rings(&call, Some("expert")));
        assert!(!rings(&call, None));
        let taken = Interaction { holder: Some(PersonRef { id: "x".into(), name: "X".into() }), ..call.clone() };
        assert!(!rings(&taken, Some("front")));
        let chat = Interaction { channel: Channel::WebChat, ..call };
        assert!(!rings(&chat, Some("front")));
    }

    #[test]
    fn nobody_is_rung_on_a_call_or_a_break() {
        assert!(may_ring(Presence::Available) && may_ring(Presence::WrapUp));
        for p in [Presence::OnContact, Presence::Break, Presence::Meal, Presence::Offline, Presence::Reserved] {
            assert!(!may_ring(p), "{p:?}");
        }
    }
}
