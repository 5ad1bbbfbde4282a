//! One call-back in the work area: whom to call about what, until when and why, who has it, the tries so far, and
//! what can be done next.

use baton_engine::clock;
use baton_engine::model::{Callback as Appointment, CallbackStatus, Case, Collection, Intent};
use leptos::prelude::*;

use super::attempt::outcome;
use super::line;
use crate::app::commands::Action;
use crate::app::state::Doc;
use crate::app::ui_state::Dialog;
use crate::desk::contact::{Acts, plan};
use crate::i18n::callback::CallbackTexts;
use crate::i18n::{fill, format, words};
use crate::ui::clock::ClockView;
use crate::ui::icon::Icon;
use crate::ui::kbd::Hint;
use crate::ui::tier::TierBadge;

type Shown = Memo<Option<Doc<Appointment>>>;

#[component]
pub fn CallbackView(#[prop(into)] id: String) -> impl IntoView {
    let acts = Acts::get();
    let t = move || CallbackTexts::get(acts.lang.get());
    let key = id.clone();
    let callback: Shown = Memo::new(move |_| acts.desk.get_doc::<Appointment>(&key));
    let there = Memo::new(move |_| callback.get().is_some());
    let id = StoredValue::new(id);
    move || {
        if !there.get() {
            return view! { <div class="empty" data-test="callback-gone"><Icon name="callback"/><b>{t().gone}</b></div> }.into_any();
        }
        view! {
            <div class="contact cb" data-test="callback" data-id=id.get_value()>
                <Head callback=callback/>
                <div class="cb-body">
                    <Facts callback=callback/>
                    <Owed callback=callback/>
                    <Tries callback=callback/>
                </div>
                <Actions id=id callback=callback/>
            </div>
        }
        .into_any()
    }
}

#[component]
fn Head(callback: Shown) -> impl IntoView {
    let acts = Acts::get();
    let t = move || CallbackTexts::get(acts.lang.get());
    // The clock ticks by itself; it is computed again when the call-back changes.
    let clock = Signal::derive(move || {
        let policies = acts.desk.policies();
        callback.get().and_then(|c| clock::callback(&policies, &c, acts.desk.now.get_untracked()))
    });
    let text = move |read: fn(&Appointment) -> String| callback.get().map(|c| read(&c)).unwrap_or_default();
    let due = move || clock.get().map(|c| fill(t().due_at, &[&acts.time(c.due)]));
    let why = move |_| {
        if let Some(c) = callback.get_untracked() {
            acts.ui.open(Dialog::Why { collection: Collection::Callbacks, id: c.id.clone(), leg: None });
        }
    };
    view! {
        <header class="call cb-h">
            <div class="grow">
                <div class="call-who">
                    <Icon name="callback"/>
                    <h1 class="cut">{move || text(|c| c.customer.name.clone())}</h1>
                    <TierBadge tier=Signal::derive(move || text(|c| c.customer.tier.clone()))/>
                    <span class="num dim nowrap">{move || format::masked(&text(|c| c.customer.number.clone()))}</span>
                    <span class="mute nowrap">{move || text(|c| c.customer.city.clone())}</span>
                    <StatusTag callback=callback/>
                </div>
                <p class="dim" data-test="callback-topic">
                    {move || callback.get().map(|c| line::topic(&acts.desk.policies(), &c, acts.lang.get()))}
                </p>
            </div>
            <div class="case-clock">
                <span data-test="clock-callback"><ClockView clock=clock big=true/></span>
                <p class="small mute nowrap">{due}" "<button class="link" type="button" data-test="why" on:click=why>{move || t().why}</button>" "<Hint act=Action::Why/></p>
            </div>
        </header>
    }
}

/// Open, claimed and by whom, or how it ended.
#[component]
pub fn StatusTag(callback: Shown) -> impl IntoView {
    let acts = Acts::get();
    let t = move || CallbackTexts::get(acts.lang.get());
    // A claim lapses by itself; the minute is near enough to show it.
    let minute = Memo::new(move |_| plan::minute(acts.desk.now.get()));
    move || {
        let c = callback.get()?;
        minute.track();
        let now = acts.desk.now.get_untracked();
        let (tone, key, words) = match c.status {
            CallbackStatus::Completed => {
                ("ok", "completed", fill(t().done, &[&c.ended_at.map(|e| acts.time(e)).unwrap_or_default()]))
            }
            CallbackStatus::Cancelled => ("pause", "cancelled", fill(t().cancelled, &[&c.reason])),
            CallbackStatus::Failed => ("over", "failed", t().failed.to_owned()),
            _ => match line::claim(&acts.desk.policies(), &c, now) {
                Some((claim, _)) if claim.by.id == acts.desk.actor().id => {
                    if acts.desk.is_provisional(Collection::Callbacks, &c.id) {
                        ("pause", "provisional", t().claimed_provisional.to_owned())
                    } else {
                        ("accent", "mine", t().claimed_you.to_owned())
                    }
                }
                Some((claim, _)) => ("pause", "claimed", fill(t().claimed_by, &[&claim.by.name, &acts.time(claim.at)])),
                None => ("soon", "open", t().unclaimed.to_owned()),
            },
        };
        Some(view! { <span class="tag" data-s=tone data-test="callback-status" data-status=key>{words}</span> })
    }
}

#[component]
fn Facts(callback: Shown) -> impl IntoView {
    let acts = Acts::get();
    let t = move || CallbackTexts::get(acts.lang.get());
    let open_case = move |id: String| acts.ui.select(Collection::Cases, &id);
    let open_contact = move |id: String| acts.ui.select(Collection::Interactions, &id);
    move || {
        let c = callback.get()?;
        let number = c
            .case
            .as_deref()
            .and_then(|id| acts.desk.get_doc::<Case>(id))
            .map(|k| format::case_number(&k.number).to_owned());
        let registered = c.registered_at.map(|at| acts.time(at)).unwrap_or_default();
        let minute = plan::minute(acts.desk.now.get_untracked());
        let lapse = line::claim(&acts.desk.policies(), &c, minute)
            .map(|(_, until)| fill(t().claim_until, &[&acts.time(until)]));
        Some(view! {
            <section class="sec">
                {(!c.note.is_empty()).then(|| view! { <p class="say">{c.note.clone()}</p> })}
                <ul class="lines">
                    <li><Icon name="clock"/><span class="grow">{fill(t().booked, &[&registered, &c.booked_by.name])}</span></li>
                    {lapse.map(|l| view! { <li><Icon name="user"/><span class="grow">{l}</span></li> })}
                    {c.case.clone().map(|id| view! { <li><Icon name="case"/><button class="link" type="button" on:click=move |_| open_case(id.clone())>{fill(t().from_case, &[&number.unwrap_or_default()])}</button></li> })}
                    {c.interaction.clone().map(|id| view! { <li><Icon name="phone"/><button class="link" type="button" on:click=move |_| open_contact(id.clone())>{t().from_contact}</button></li> })}
                </ul>
            </section>
        })
    }
}

/// The text that is owed to the customer after the last try of a round.
#[component]
fn Owed(callback: Shown) -> impl IntoView {
    let acts = Acts::get();
    let t = move || CallbackTexts::get(acts.lang.get());
    move || {
        let c = callback.get().filter(|c| c.is_open())?;
        let since = *c.texts.last()?;
        let policies = acts.desk.policies();
        // The customer reads Chinese, whatever the language of the desk.
        let text = line::desk_of(&policies, &c).map(|(_, _, r)| r.text.zh.clone()).unwrap_or_default();
        let copy = text.clone();
        let next = c.round_from.map(|at| fill(t().next_slot, &[&acts.time(at)]));
        Some(view! {
            <section class="sec cb-owed" data-test="text-owed" role="status">
                <div class="sec-h"><Icon name="sms"/><h2>{t().text_owed}</h2><span class="grow"></span><span>{next}</span></div>
                <p class="small mute">{fill(t().text_due, &[&acts.time(since)])}</p>
                <blockquote class="cb-text" lang="zh-CN">{text}</blockquote>
                <button class="btn" type="button" data-test="copy-text" on:click=move |_| copy_text(acts, &copy)><Icon name="clip" small=true/>{t().text_copy}</button>
            </section>
        })
    }
}

fn copy_text(acts: Acts, text: &str) {
    if let Some(window) = web_sys::window() {
        let _ = window.navigator().clipboard().write_text(text);
        acts.say(CallbackTexts::get(acts.lang_now()).copied);
    }
}

#[component]
fn Tries(callback: Shown) -> impl IntoView {
    let acts = Acts::get();
    let t = move || CallbackTexts::get(acts.lang.get());
    move || {
        let c = callback.get()?;
        let most = line::desk_of(&acts.desk.policies(), &c).map_or(0, |(_, _, r)| r.tries);
        let head = fill(t().tries, &[&c.tries().to_string(), &most.to_string()]);
        let next = c
            .next_try_at
            .filter(|n| c.is_open() && *n > acts.desk.now.get_untracked())
            .map(|n| fill(t().not_before, &[&acts.time(n)]));
        let rows = c.attempts.iter().rev().map(|a| {
            view! {
                <li data-test="attempt-line"><time>{acts.time(a.at)}</time><b>{outcome(a.outcome, t())}</b>
                    <span class="cut">{a.by.name.clone()}" "{a.note.clone()}</span><span class="mute">{fill(t().round, &[&(a.round + 1).to_string()])}</span></li>
            }
        });
        let none = c.attempts.is_empty();
        Some(view! {
            <section class="sec">
                <div class="sec-h"><h2>{t().attempts}</h2><span class="num mute" data-test="tries">{head}</span><span class="grow"></span>
                    <span data-test="not-before">{next}</span></div>
                {none.then(|| view! { <p class="hint">{t().no_tries}</p> })}
                <ol class="log cb-log">{rows.collect_view()}</ol>
            </section>
        })
    }
}

#[component]
fn Actions(id: StoredValue<String>, callback: Shown) -> impl IntoView {
    let acts = Acts::get();
    let t = move || CallbackTexts::get(acts.lang.get());
    let asking = RwSignal::new(false);
    let reason = RwSignal::new(String::new());
    let minute = Memo::new(move |_| plan::minute(acts.desk.now.get()));
    let refusal = move |intent: Intent| {
        callback.track();
        minute.track();
        acts.desk.session.track();
        let why = id.with_value(|id| acts.desk.would(Collection::Callbacks, id, intent))?;
        Some(words::refusal(&why, acts.desk.policy().as_deref(), acts.lang.get()))
    };
    let act = move |intent: Intent| id.with_value(|id| acts.tell(acts.desk.act_one(Collection::Callbacks, id, intent)));
    let mine = Memo::new(move |_| {
        minute.track();
        let c = callback.get()?;
        line::claim(&acts.desk.policies(), &c, acts.desk.now.get_untracked())
            .filter(|(claim, _)| claim.by.id == acts.desk.actor().id)
    });
    let claim_off = Memo::new(move |_| refusal(Intent::ClaimCallback));
    let cancel = move |ev: leptos::ev::SubmitEvent| {
        ev.prevent_default();
        let reason = reason.get_untracked().trim().to_owned();
        if !reason.is_empty() && act(Intent::CancelCallback { reason }) {
            asking.set(false);
        }
    };
    let preset = move |text: &'static str| {
        view! { <button class="btn" type="button" data-test="cancel-preset" on:click=move |_| reason.set(text.to_owned())>{text}</button> }
    };
    let open = Memo::new(move |_| callback.get().is_some_and(|c| c.is_open()));
    move || {
        if !open.get() {
            return ().into_any();
        }
        if asking.get() {
            return view! {
                <form class="acts cb-acts" on:submit=cancel data-test="cancel-form">
                    {preset(t().elsewhere)}{preset(t().unwanted)}
                    <span class="in grow"><input class="grow" autofocus aria-label=t().cancel_why placeholder=t().cancel_why data-test="cancel-reason"
                        prop:value=move || reason.get() on:input=move |ev| reason.set(event_target_value(&ev))/></span>
                    <button class="btn" type="button" on:click=move |_| asking.set(false)>{words::Words::get(acts.lang.get()).close}</button>
                    <button class="btn" data-kind="danger" type="submit" data-test="cancel-submit" disabled=move || reason.with(|r| r.trim().is_empty())>{t().cancel}</button>
                </form>
            }
            .into_any();
        }
        let first = if mine.get().is_some() {
            let attempt = move |_| acts.ui.open(Dialog::CallbackAttempt { callback: id.get_value() });
            view! {
                <button class="btn" type="button" data-kind="primary" data-test="log-try" on:click=attempt><Icon name="phone"/>{t().log_try}</button>
                <button class="btn" type="button" data-test="release" on:click=move |_| { act(Intent::ReleaseCallback { reason: String::new() }); }>{t().release}</button>
            }
            .into_any()
        } else {
            view! {
                <button class="btn" type="button" data-kind="primary" data-test="claim-callback" title=move || claim_off.get()
                    aria-disabled=move || claim_off.get().map(|_| "true") aria-describedby="claim-off"
                    on:click=move |_| { act(Intent::ClaimCallback); }><Icon name="callback"/>{t().claim}</button>
                <span class="small mute cut" id="claim-off" data-test="claim-refused">{move || claim_off.get()}</span>
            }
            .into_any()
        };
        view! {
            <div class="acts cb-acts" role="group" aria-label=t().one>
                {first}
                <span class="grow"></span>
                <button class="btn" type="button" data-test="cancel-callback" on:click=move |_| asking.set(true)>{t().elsewhere}"…"</button>
            </div>
        }
        .into_any()
    }
}
