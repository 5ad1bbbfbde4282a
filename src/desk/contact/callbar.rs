//! The caller line and the call bar below it. Slots are fixed: a slot that cannot be used stays where it is and
//! says why. Manual mode: the agent acts on a desk phone and records here what he does.

use baton_engine::model::{CallState, Case, Channel, Direction, Interaction, Seat};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::acts::Acts;
use super::slots::{self, Slot};
use super::{local, note, plan};
use crate::app::commands::Action;
use crate::app::keymap::Keymap;
use crate::app::state::Doc;
use crate::i18n::contact::ContactTexts;
use crate::i18n::{fill, format};
use crate::ui::icon::Icon;
use crate::ui::tier::TierBadge;

type Contact = Memo<Option<Doc<Interaction>>>;

/// Name, tier, number, verification, repeat, and the running time.
#[component]
pub fn CallerLine(id: String, contact: Contact, case: Memo<Option<Doc<Case>>>) -> impl IntoView {
    let acts = Acts::get();
    let t = move || ContactTexts::get(acts.lang.get());
    let with = move |read: fn(&Interaction) -> String| contact.get().map(|c| read(&c)).unwrap_or_default();
    let name = move || match with(|c| c.customer.name.clone()) {
        n if n.is_empty() => t().unknown_caller.to_owned(),
        n => n,
    };
    let verified = Memo::new(move |_| contact.get().is_some_and(|c| note::is_verified(&c.note)));
    let with_other = Memo::new(move |_| {
        let me = acts.desk.actor().id;
        contact.get().and_then(|c| c.holder.clone()).filter(|h| h.id != me).map(|h| h.name)
    });
    let attach_id = id.clone();
    let repeat = move || {
        let (contact, case) = (contact.get()?, case.get()?);
        if case.interaction.as_deref() == Some(&contact.id) || !case.status.is_open() {
            return None;
        }
        let number = format::case_number(&case.number);
        let linked = contact.cases.contains(&case.id);
        let text = fill(if linked { t().repeat_linked } else { t().repeat_call }, &[number]);
        let (id, case) = (attach_id.clone(), case.clone());
        let mine = contact.holder.as_ref().is_some_and(|h| h.id == acts.desk.actor().id);
        let attach = (!linked && mine && contact.is_open()).then(|| {
            view! {
                <button class="link" type="button" data-test="attach-repeat" on:click=move |_| { acts.attach(&id, &case); }>
                    {move || t().attach}
                </button>
            }
        });
        Some(view! {
            <span class="tag" data-test="repeat-tag" data-linked=linked.to_string()><Icon name="merge"/><span class="cut">{text}</span>{attach}</span>
        })
    };
    view! {
        <div class="call-who">
            <h1 class="cut" data-test="caller-name">{name}</h1>
            <TierBadge tier=Signal::derive(move || with(|c| c.customer.tier.clone()))/>
            <span class="num dim nowrap" data-test="caller-number">{move || format::masked(&with(|c| c.customer.number.clone()))}</span>
            <span class="mute nowrap caller-city">{move || with(|c| c.customer.city.clone())}</span>
            {move || verified.get().then(|| view! {
                <span class="tag" data-s="ok" data-test="verified-tag"><Icon name="shield"/>{t().verified}</span>
            })}
            {repeat}
            {move || with_other.get().map(|who| view! { <span class="tag" data-test="with-other"><Icon name="user"/>{fill(t().with_other, &[&who])}</span> })}
            <span class="grow cut mute small caller-reason" title=move || with(|c| c.reason.clone())>{move || with(|c| c.reason.clone())}</span>
            <CallTime contact=contact/>
        </div>
    }
}

/// What the call is doing, and for how long; ticks with the desk.
#[component]
fn CallTime(contact: Contact) -> impl IntoView {
    let acts = Acts::get();
    let t = move || ContactTexts::get(acts.lang.get());
    let text = move || {
        let lang = acts.lang.get();
        let Some(c) = contact.get() else { return String::new() };
        let since = |from| format::length(acts.desk.now.get().since(from), lang);
        match (c.accepted_at, c.ended_at) {
            (Some(from), Some(to)) => fill(t().ended_talk, &[&format::length(to.since(from), lang)]),
            (None, Some(_)) => t().ended_missed.to_owned(),
            (Some(from), None) => since(from),
            (None, None) => c.arrived_at.map_or_else(String::new, |a| fill(t().waiting, &[&since(a)])),
        }
    };
    let state = move || {
        let c = contact.get()?;
        let text = match c.call {
            CallState::Held => t().on_hold,
            CallState::Consulting => t().consulting,
            CallState::ThreeWay => t().three,
            CallState::Talking if c.direction == Direction::Outbound => t().outbound_call,
            _ => return None,
        };
        let tone = if c.call == CallState::Held { "pause" } else { "accent" };
        Some(view! { <span class="tag" data-s=tone data-test="call-state">{text}</span> })
    };
    let over = move || contact.get().is_some_and(|c| c.ended_at.is_some());
    view! {
        {state}
        {move || (!over()).then(|| view! { <span class="tag call-manual" title=move || t().manual_why>{move || t().manual}</span> })}
        <span class=move || if over() { "small mute nowrap" } else { "call-time nowrap" } data-test="call-time">{text}</span>
    }
}

struct Control {
    slot: Slot,
    icon: &'static str,
    /// The command that does the same; None: no key.
    action: Option<Action>,
    test: &'static str,
}

const LINE: [Control; 4] = [
    Control { slot: Slot::Answer, icon: "phone", action: Some(Action::Answer), test: "ctl-answer" },
    Control { slot: Slot::Hold, icon: "hold", action: Some(Action::Hold), test: "ctl-hold" },
    Control { slot: Slot::Mute, icon: "mute", action: Some(Action::Mute), test: "ctl-mute" },
    Control { slot: Slot::Keypad, icon: "keypad", action: None, test: "ctl-keypad" },
];
const CONSULT: Control =
    Control { slot: Slot::Consult, icon: "consult", action: Some(Action::Consult), test: "ctl-consult" };
const EXPERT: Control =
    Control { slot: Slot::Expert, icon: "transfer", action: Some(Action::Expert), test: "ctl-expert" };
const THREE: Control =
    Control { slot: Slot::ThreeWay, icon: "three", action: Some(Action::ThreeWay), test: "ctl-three" };
const END: Control = Control { slot: Slot::End, icon: "hangup", action: Some(Action::End), test: "ctl-end" };

/// The slots. One of them is in the tab order; arrows move between them.
#[component]
pub fn CallBar(id: String, contact: Contact) -> impl IntoView {
    let acts = Acts::get();
    let t = move || ContactTexts::get(acts.lang.get());
    let at = RwSignal::new(1_usize);
    let bar = NodeRef::<leptos::html::Div>::new();
    let go = move |ev: KeyboardEvent| {
        let next = match ev.key().as_str() {
            "ArrowRight" => (at.get_untracked() + 1) % 8,
            "ArrowLeft" => (at.get_untracked() + 7) % 8,
            "Home" => 0,
            "End" => 7,
            _ => return,
        };
        ev.prevent_default();
        at.set(next);
        let found = bar.get_untracked().and_then(|b| b.query_selector(&format!("[data-at='{next}']")).ok().flatten());
        if let Some(button) = found.and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = button.focus();
        }
    };
    let one = {
        let id = id.clone();
        move |control: &'static Control, place: usize| view! { <Ctl id=id.clone() control=control place=place at=at contact=contact/> }
    };
    view! {
        <div class="ctls" role="toolbar" aria-label=move || t().controls data-test="call-bar" node_ref=bar on:keydown=go>
            <div class="ctlg">{LINE.iter().enumerate().map(|(n, c)| one(c, n)).collect_view()}</div>
            <div class="ctlg">{one(&CONSULT, 4)}{one(&EXPERT, 5)}{one(&THREE, 6)}</div>
            <div class="ctlg hang">{one(&END, 7)}</div>
        </div>
    }
}

#[component]
fn Ctl(id: String, control: &'static Control, place: usize, at: RwSignal<usize>, contact: Contact) -> impl IntoView {
    let acts = Acts::get();
    let t = move || ContactTexts::get(acts.lang.get());
    let (slot, keys) = (control.slot, Keymap::get());
    let muted = local::of(&id).muted;
    let off = Memo::new(move |_| contact.get().and_then(|c| slots::off(slot, &c, &acts.desk.actor())));
    let why = move || {
        acts.lang.track();
        contact.get().zip(off.get()).map(|(c, off)| acts.off_text(off, &c))
    };
    let pressed = {
        let muted = muted.clone();
        move || match slot {
            Slot::Mute => Some(muted.get()),
            Slot::Hold | Slot::Consult | Slot::ThreeWay => {
                Some(contact.get().is_some_and(|c| slots::pressed(slot, &c)))
            }
            _ => None,
        }
    };
    let label = move || match slot {
        Slot::Answer => t().answer,
        Slot::Hold if contact.get().is_some_and(|c| slots::pressed(slot, &c)) => t().resume,
        Slot::Hold => t().hold,
        Slot::Mute if muted.get() => t().unmute,
        Slot::Mute => t().mute,
        Slot::Keypad => t().keys,
        Slot::Consult => t().consult,
        Slot::Expert => t().to_expert,
        Slot::ThreeWay => t().three_way,
        Slot::End => t().end,
    };
    let class = match slot {
        Slot::Answer => "ctl answer",
        Slot::Expert => "ctl wide",
        Slot::End => "ctl hang",
        _ => "ctl",
    };
    let icon = {
        let held = move || contact.get().is_some_and(|c| slot == Slot::Hold && c.call == CallState::Held);
        Signal::derive(move || if held() { "play" } else { control.icon })
    };
    let press = move |_| {
        at.set(place);
        acts.press(&id, slot);
    };
    view! {
        <button class=class type="button" data-test=control.test data-at=place
            tabindex=move || if at.get() == place { "0" } else { "-1" }
            aria-disabled=move || off.get().map(|_| "true")
            aria-pressed=move || pressed().map(|p| p.to_string())
            aria-keyshortcuts=move || control.action.and_then(|action| keys.aria(action))
            title=why on:click=press>
            <Icon name=icon/>
            <span>{label}<span class="k" aria-hidden="true">{move || control.action.map(|action| keys.hint(action))}</span></span>
            {(slot == Slot::Expert).then(|| view! { <SeatPips/> })}
        </button>
    }
}

/// How many expert seats are free, and a dot for each.
#[component]
pub fn SeatPips() -> impl IntoView {
    let acts = Acts::get();
    let t = move || ContactTexts::get(acts.lang.get());
    let expert = Memo::new(move |_| super::topics::expert_desk(&acts.desk.policies()).map(|(_, d)| d.id.clone()));
    let seats = Memo::new(move |_| expert.get().map(|id| acts.desk.find::<Seat>(|s| s.desk == id)).unwrap_or_default());
    let shown = Memo::new(move |_| {
        let now = acts.desk.now.get();
        let policies = acts.desk.policies();
        let (policy, desk) = policies.desk(&expert.get()?)?;
        let open = policy.calendars[desk.calendar].calendar.is_open(now).unwrap_or(false);
        let seats = seats.get();
        let seats: Vec<&Seat> = seats.iter().map(|s| &**s).collect();
        Some((open, plan::pips(desk, &seats, now)))
    });
    let words = move || match shown.get() {
        None => t().no_expert_desk.to_owned(),
        Some((false, _)) => t().desk_closed.to_owned(),
        Some((true, (_, free))) => fill(t().seats_free, &[&free.to_string()]),
    };
    view! {
        <span class="mute" data-test="seats-free">
            {words}
            <span class="seatpips" aria-hidden="true">
                {move || shown.get().map(|(_, (looks, _))| looks.into_iter().map(|l| view! { <i data-seat=l></i> }).collect_view())}
            </span>
        </span>
    }
}

/// The name of a channel's icon.
pub fn channel_icon(channel: Channel) -> &'static str {
    match channel {
        Channel::Voice => "phone",
        Channel::WebChat => "chat",
        Channel::Sms => "sms",
        Channel::Mms => "image",
        Channel::Email => "mail",
        _ => "user",
    }
}
