//! To the expert desk: topic, seats with a reason for each, the offer under way; and when no seat can take it,
//! the call-back that will be kept, or what to do instead.

use baton_engine::model::{Collection, Intent, Interaction, Offer, Seat};
use baton_engine::policy::{Desk, Topic};
use baton_engine::route::{NoSeat, Request};
use leptos::prelude::*;

use super::acts::Acts;
use super::plan::{self, Plan, Way};
use super::seats::SeatRow;
use super::slots::Slot;
use super::topics::{self, TopicPicker};
use super::{runner, voice};
use crate::app::commands::Action;
use crate::app::keymap::Keymap;
use crate::app::keys::pressed;
use crate::app::state::Doc;
use crate::app::ui_state::Dialog;
use crate::i18n::expert::ExpertTexts;
use crate::i18n::{fill, format, lang};
use crate::ui::dialog::DialogFrame;
use crate::ui::icon::Icon;
use crate::ui::kbd::Hint;

#[component]
pub fn TransferDialog(contact: String) -> impl IntoView {
    let acts = Acts::get();
    let t = move || ExpertTexts::get(acts.lang.get());
    let id = StoredValue::new(contact.clone());
    let contact = Memo::new(move |_| id.with_value(|id| acts.desk.get_doc::<Interaction>(id)));
    let case = voice::case_of(acts, contact);
    let desk = untrack(|| acts.desk.policies());
    let Some((_, desk)) = topics::expert_desk(&desk).map(|(p, d)| (p.clone(), d.clone())) else {
        return view! {
            <DialogFrame kind="transfer" title=Signal::derive(move || t().transfer.to_owned())>
                <div class="empty" data-test="no-expert-desk"><Icon name="users"/><b>{move || t().no_desk}</b><p>{move || t().no_desk_hint}</p></div>
            </DialogFrame>
        }
        .into_any();
    };
    // A topic that follows from the case is set on opening, so that the seat sees it too.
    untrack(|| {
        if let (Some(c), Some(policy)) = (contact.get(), acts.desk.policy())
            && c.topic.is_empty()
            && let Some(topic) = topics::topic_of(&policy, &c, case.get().as_deref())
        {
            let _ = acts.desk.act_one(Collection::Interactions, &c.id, Intent::SetTopic { topic });
        }
    });
    let desk = StoredValue::new(desk);
    let picking = RwSignal::new(untrack(|| contact.get()).is_none_or(|c| c.topic.is_empty()));
    let topic_id = Memo::new(move |_| contact.get().map(|c| c.topic.clone()).unwrap_or_default());
    let choose = Callback::new(move |topic: String| {
        if id.with_value(|id| acts.tell(acts.desk.act_one(Collection::Interactions, id, Intent::SetTopic { topic }))) {
            picking.set(false);
        }
    });
    let body = move || {
        if picking.get() || topic_id.get().is_empty() {
            let desk = desk.with_value(|d| d.id.clone());
            return view! {
                <p class="sheet-q">{t().choose_topic}</p>
                <TopicPicker desk=desk chosen=choose/>
            }
            .into_any();
        }
        let topic = desk.with_value(|d| d.topic(&topic_id.get()).cloned());
        view! { <Decided id=id desk=desk topic=topic contact=contact picking=picking/> }.into_any()
    };
    let label = Signal::derive(move || desk.with_value(|d| acts.lang.get().of(&d.name)));
    view! { <DialogFrame kind="transfer" title=label>{body}</DialogFrame> }.into_any()
}

/// The topic is known: what the engine says.
#[component]
fn Decided(
    id: StoredValue<String>,
    desk: StoredValue<Desk>,
    topic: Option<Topic>,
    contact: Memo<Option<Doc<Interaction>>>,
    picking: RwSignal<bool>,
) -> impl IntoView {
    let acts = Acts::get();
    let t = move || ExpertTexts::get(acts.lang.get());
    let seats = Memo::new(move |_| desk.with_value(|d| acts.desk.find::<Seat>(|s| s.desk == d.id)));
    let topic_id = topic.as_ref().map(|t| t.id.clone()).unwrap_or_default();
    let plan = Memo::new(move |_| {
        let (contact, now) = (contact.get()?, acts.desk.now.get());
        let policies = acts.desk.policies();
        desk.with_value(|d| {
            let (policy, d) = policies.desk(&d.id)?;
            let seats = seats.get();
            let seats: Vec<&Seat> = seats.iter().map(|s| &**s).collect();
            let others = acts.desk.find::<Interaction>(|i| i.is_open() && i.id != contact.id);
            let asked = plan::asked(&contact, &d.id);
            let request = Request { topic: &topic_id, city: &contact.customer.city, asked: &asked, now };
            Some(plan::plan(policy, d, &seats, others.iter().map(|i| &**i), request))
        })
    });
    let way = Memo::new(move |_| plan.get().map(|p: Plan| p.way));
    let offer = Memo::new(move |_| contact.get().and_then(|c| c.pending_offer().cloned()));
    let accepted = Memo::new(move |_| {
        let c = contact.get()?;
        let last = c.offers.last().filter(|o| o.state == baton_engine::model::OfferState::Accepted)?;
        c.holder.as_ref().is_some_and(|h| h.id != acts.desk.actor().id).then(|| last.seat.clone())
    });
    // After the topic was chosen the focus goes to what Enter will do.
    request_animation_frame(|| super::focus("[data-kind='transfer'] [data-kind='primary']"));
    // The seat took the call: nothing more to do here.
    Effect::new(move |_| {
        if accepted.get().is_some() {
            acts.ui.close();
        }
    });
    let scope = {
        let topic = topic.clone();
        move || {
            let name = topic.as_ref().map(|x| lang().of(&x.name)).unwrap_or_default();
            let inside = topic.as_ref().is_some_and(|x| x.in_scope);
            view! {
                <div class="sheet-scope">
                    <DeskHours desk=desk/>
                    <span class="grow"></span>
                    <span class="tag" data-s=if inside { "ok" } else { "pause" } data-test="scope-tag">
                        {if inside { fill(t().in_scope_tag, &[&name]) } else { name }}
                    </span>
                    <button class="link" type="button" data-test="change-topic" on:click=move |_| picking.set(true)>{t().other_topic}</button>
                </div>
            }
        }
    };
    let main = move || {
        match (offer.get(), way.get()) {
        (Some(offer), _) => view! { <Offering offer=offer desk=desk/> }.into_any(),
        (None, Some(Way::OutOfScope(alternative))) => {
            view! { <Instead id=id lead=t().out_lead.to_owned() text=alternative.map(|a| lang().of(&a)) test="out-of-scope"/> }.into_any()
        }
        (None, Some(Way::OtherCity(alternative))) => {
            let city = contact.get_untracked().map(|c| c.customer.city.clone()).unwrap_or_default();
            view! { <Instead id=id lead=fill(t().city_lead, &[&city]) text=alternative.map(|a| lang().of(&a)) test="other-city"/> }.into_any()
        }
        (None, Some(Way::Callback { why, due, .. })) => view! { <CallbackLead id=id why=why due=due/> }.into_any(),
        _ => ().into_any(),
    }
    };
    let seats_shown = move || !matches!(way.get(), Some(Way::OutOfScope(_) | Way::OtherCity(_)));
    view! {
        {scope}
        {main}
        {move || seats_shown().then(|| view! { <SeatList id=id desk=desk topic=topic.clone() plan=plan offer=offer/> })}
    }
}

/// Number of seats and today's hours.
#[component]
pub fn DeskHours(desk: StoredValue<Desk>) -> impl IntoView {
    let acts = Acts::get();
    let t = move || ExpertTexts::get(acts.lang.get());
    let state = Memo::new(move |_| {
        let now = acts.desk.now.get();
        let policies = acts.desk.policies();
        let (policy, d) = policies.desk(&desk.with_value(|d| d.id.clone()))?;
        let calendar = &policy.calendars[d.calendar].calendar;
        let open = calendar.is_open(now).unwrap_or(false);
        let next = if open { calendar.next_close(now) } else { calendar.next_open(now) };
        Some((open, calendar.is_always_open(), next.ok()))
    });
    let text = move || {
        let (open, always, next) = state.get()?;
        if always {
            return Some(t().open_always.to_owned());
        }
        let time = next.map(|n| acts.time(n)).unwrap_or_default();
        Some(fill(if open { t().open_now } else { t().closed_now }, &[&time]))
    };
    let count = move || desk.with_value(|d| fill(t().seats, &[&d.seats.len().to_string()]));
    view! { <span class="small mute" data-test="desk-hours">{count}" · "{text}</span> }
}

/// The seats, first free one chosen; arrows move, digits choose, Enter transfers.
#[component]
fn SeatList(
    id: StoredValue<String>,
    desk: StoredValue<Desk>,
    topic: Option<Topic>,
    plan: Memo<Option<Plan>>,
    offer: Memo<Option<Offer>>,
) -> impl IntoView {
    let acts = Acts::get();
    let t = move || ExpertTexts::get(acts.lang.get());
    let rows = Memo::new(move |_| plan.get().map(|p| plan::sorted(&p.seats)).unwrap_or_default());
    let free = Memo::new(move |_| {
        rows.with(|r| r.iter().filter(|s| plan::look(&s.verdict) == "free").map(|s| s.seat.clone()).collect::<Vec<_>>())
    });
    let picked = RwSignal::new(None::<String>);
    // What was picked, as long as it is free; else the first.
    let chosen = Memo::new(move |_| {
        let free = free.get();
        picked.get().filter(|p| free.contains(p)).or_else(|| free.first().cloned())
    });
    let can = Memo::new(move |_| matches!(plan.get().map(|p| p.way), Some(Way::Offer(_))) && offer.get().is_none());
    let go = move || {
        if let (true, Some(seat)) = (can.get_untracked(), chosen.get_untracked()) {
            id.with_value(|id| desk.with_value(|d| acts.offer(id, &d.id, &seat)));
        }
    };
    let step = move |by: i64| {
        let free = free.get_untracked();
        let at = chosen.get_untracked().and_then(|c| free.iter().position(|f| *f == c)).unwrap_or(0) as i64;
        if !free.is_empty() {
            picked.set(free.get((at + by).rem_euclid(free.len() as i64) as usize).cloned());
        }
    };
    let keys = Keymap::get();
    super::on_keys(move |ev| {
        if ev.is_composing() || ev.ctrl_key() || ev.alt_key() || ev.meta_key() || super::in_text(ev) {
            return;
        }
        let on_button = ev.target().is_some_and(|e| is_button(&e));
        match ev.key().as_str() {
            "ArrowDown" => step(1),
            "ArrowUp" => step(-1),
            "Enter" if !on_button => go(),
            key => match (key.parse::<usize>(), pressed(ev).and_then(|key| keys.acting(&key))) {
                (Ok(nth @ 1..=9), _) => picked.set(free.get_untracked().get(nth - 1).cloned()),
                (_, Some(Action::BookCallback)) => book(acts, id),
                (_, Some(Action::Consult)) => consult(acts, id),
                _ => return,
            },
        }
        ev.prevent_default();
    });
    let choose = Callback::new(move |seat: String| picked.set(Some(seat)));
    let list = move || {
        acts.lang.track();
        let chosen = chosen.get();
        let one = |seat: baton_engine::route::SeatVerdict| {
            let selected = can.get() && chosen.as_ref() == Some(&seat.seat);
            let (desk, topic) = (desk.get_value(), topic.clone());
            view! { <SeatRow seat=seat desk=desk topic=topic selected=selected choose=choose/> }
        };
        rows.get().into_iter().map(one).collect_view()
    };
    let foot = move || {
        can.get().then(|| {
            let secs = desk.with_value(|d| d.offer.millis() / 1000);
            let seat = chosen.get().unwrap_or_default();
            view! {
                <div class="pop-f"><span class="grow cut">{fill(t().goes_along, &[&secs.to_string()])}</span></div>
                <div class="pop-f">
                    <button class="btn" type="button" data-kind="primary" autofocus data-test="transfer-submit" on:click=move |_| go()>
                        {fill(t().transfer_to, &[&seat])}" "<kbd class="kbd">"↵"</kbd>
                    </button>
                    <button class="btn" type="button" data-test="transfer-consult" on:click=move |_| consult(acts, id)>{t().consult_first}" "<Hint act=Action::Consult/></button>
                    <span class="grow"></span>
                    <button class="btn" type="button" data-test="transfer-book" on:click=move |_| book(acts, id)>{t().book}" "<Hint act=Action::BookCallback/></button>
                </div>
            }
        })
    };
    view! {
        <div class="seats" role="listbox" aria-label=move || t().live data-test="seats">{list}</div>
        {foot}
    }
}

fn is_button(target: &web_sys::EventTarget) -> bool {
    use wasm_bindgen::JsCast;
    target.dyn_ref::<web_sys::Element>().is_some_and(|e| matches!(e.tag_name().as_str(), "BUTTON" | "A"))
}

fn book(acts: Acts, id: StoredValue<String>) {
    if let Some(id) = id.try_get_value() {
        acts.ui.open(Dialog::BookCallback { contact: Some(id), case: None });
    }
}

/// The call stays here; the agent asks the expert first.
fn consult(acts: Acts, id: StoredValue<String>) {
    if let Some(id) = id.try_get_value() {
        acts.press(&id, Slot::Consult);
        acts.ui.close();
    }
}

/// An offer is under way: to whom, and what comes next.
#[component]
fn Offering(offer: Offer, desk: StoredValue<Desk>) -> impl IntoView {
    let acts = Acts::get();
    let t = move || ExpertTexts::get(acts.lang.get());
    let whole = (offer.until.since(offer.at).millis() / 1000).max(1);
    let until = offer.until;
    let left = Memo::new(move |_| ((until.since(acts.desk.now.get()).millis() + 999) / 1000).clamp(0, whole));
    let name = move || {
        acts.lang.track();
        desk.with_value(|d| runner::seat_name(&acts, &d.id, &offer.seat))
    };
    view! {
        <div class="sheet-lead" data-test="offering" role="status">
            <span class="clock" data-s="soon" aria-hidden="true" style:--p=move || (100 - left.get() * 100 / whole).to_string()>
                {move || format!("{} s", left.get())}
            </span>
            <div class="grow"><b>{move || fill(t().offering, &[&name()])}</b><p class="small mute">{move || fill(t().offering_left, &[&whole.to_string()])}</p></div>
        </div>
    }
}

/// No seat can take it now: the call-back leads, with its exact due time.
#[component]
fn CallbackLead(id: StoredValue<String>, why: NoSeat, due: baton_engine::time::Timestamp) -> impl IntoView {
    let acts = Acts::get();
    let t = move || ExpertTexts::get(acts.lang.get());
    let reason = move || match why {
        NoSeat::AllBusy => t().all_busy,
        NoSeat::Closed => t().closed,
        NoSeat::Unknown => t().unknown,
    };
    let time = move || {
        let now = acts.desk.now.get_untracked();
        acts.desk.policy().map_or_else(String::new, |p| format::moment(due, now, p.home().zone(), acts.lang.get()))
    };
    view! {
        <div class="sheet-lead" data-test="callback-lead" data-why=format!("{why:?}")>
            <Icon name="callback"/>
            <div class="grow"><b>{reason}</b><p data-test="callback-due">{move || fill(t().callback_lead, &[&time()])}</p></div>
            <button class="link" type="button" data-test="callback-why" on:click=move |_| book(acts, id)>{move || t().why_due}</button>
            <button class="btn" type="button" data-kind="primary" autofocus data-test="transfer-book" on:click=move |_| book(acts, id)>
                {move || t().book}" "<Hint act=Action::BookCallback/>
            </button>
        </div>
    }
}

/// Not this desk's: the right way in words.
#[component]
fn Instead(id: StoredValue<String>, lead: String, text: Option<String>, test: &'static str) -> impl IntoView {
    let acts = Acts::get();
    let t = move || ExpertTexts::get(acts.lang.get());
    view! {
        <div class="sheet-lead" data-test=test>
            <Icon name="swap"/>
            <div class="grow"><b>{lead}</b>{text.map(|x| view! { <p>{move || t().instead}{x}</p> })}</div>
        </div>
        <div class="pop-f">
            <button class="btn" type="button" data-kind="primary" data-test="instead-case"
                on:click=move |_| acts.ui.open(Dialog::Intake { contact: id.try_get_value() })>{move || t().take_case}</button>
        </div>
    }
}
