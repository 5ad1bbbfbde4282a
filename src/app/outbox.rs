//! The outbox page: every act that the backend has not confirmed, in plain sight, and what cannot be read.

mod raw;
mod subject;

use baton_engine::model::Collection;
use baton_sync::net::ProblemKind;
use baton_sync::{ItemState, OutboxItem};
use leptos::prelude::*;

use self::subject::{Place, Subject};
use super::backend::promises;
use super::browser::{copy, download};
use super::conflicts;
use super::state::Desk;
use super::ui_state::{Dialog, Page, Ui};
use crate::i18n::backend::BackendTexts;
use crate::i18n::fields::FieldTexts;
use crate::i18n::outbox::OutboxTexts;
use crate::i18n::shell::ShellTexts;
use crate::i18n::{fill, format, intents, lang, words};
use crate::ui::each::Each;
use crate::ui::icon::Icon;

/// (data-out, icon, word)
fn state_of(item: &OutboxItem) -> (&'static str, &'static str) {
    match item.state {
        ItemState::Queued => ("queued", "clock"),
        ItemState::Sent => ("sent", "check"),
        ItemState::Settling => ("acked", "checks"),
        ItemState::Refused { .. } => ("failed", "alert"),
        ItemState::Dead { .. } => ("failed", "alert"),
    }
}

#[component]
pub fn OutboxPage() -> impl IntoView {
    let desk = Desk::get();
    let t = move || ShellTexts::get(lang());
    let items = Memo::new(move |_| desk.outbox_items());
    let unreadable = Memo::new(move |_| desk.unreadable());
    let confirmed = Memo::new(move |_| desk.confirmed().len());
    let counter = move |out: &'static str, n: usize, word: &'static str| {
        view! { <div data-out=out data-some=(n > 0).then_some("")><b>{n}</b>{word}</div> }
    };
    view! {
        <main class="page" data-test="outbox-page">
            <div class="page-head">
                <h1>{move || t().outbox}</h1><span class="grow"></span>
                <button type="button" class="btn" data-test="outbox-export" disabled=move || items.with(Vec::is_empty)
                    on:click=move |_| download("baton-outbox.json", &desk.export_outbox())>{move || t().export}</button>
            </div>
            <div class="ob">
                {move || {
                    let o = desk.outbox.get();
                    view! {
                        {counter("queued", o.queued, t().state_queued)}
                        {counter("sent", o.sent, t().state_sent)}
                        {counter("acked", confirmed.get(), t().state_acked)}
                        {counter("failed", o.refused + o.dead, t().state_refused)}
                    }
                }}
            </div>
            <Lacks/>
            <Show when=move || items.with(Vec::is_empty)>
                <div class="empty" data-test="outbox-empty"><Icon name="checks"/><b>{move || t().outbox_empty}</b><span>{move || t().outbox_empty_more}</span></div>
            </Show>
            <ul class="ob-list">
                <Each each=move || items.get() key=|i| (i.id().to_owned(), format!("{:?}", i.state)) let:item>
                    <Line item/>
                </Each>
            </ul>
            <Show when=move || !unreadable.with(Vec::is_empty)>
                <div class="hline page-h2"><h2>{move || t().unreadable}</h2><span class="grow"></span>
                    <button type="button" class="btn" data-test="unreadable-export" on:click=move |_| {
                        let list: Vec<_> = unreadable.get_untracked().into_iter()
                            .map(|(id, why, text)| serde_json::json!({ "id": id, "fault": why, "text": text })).collect();
                        download("baton-unreadable.json", &serde_json::to_string_pretty(&list).unwrap_or_default());
                    }>{move || t().export}</button>
                </div>
                <p class="mute small">{move || OutboxTexts::get(lang()).unreadable_more}</p>
                <ul class="ob-list" data-test="unreadable">
                    <Each each=move || unreadable.get() key=|u| u.0.clone() let:fault>
                        <li class="oi" data-out="failed" data-test="unreadable-item">
                            <Icon name="alert"/>
                            <b class="cut">{fault.0.clone()}</b>
                            <button type="button" class="btn" on:click={
                                let text = format!("{}: {}\n{}", fault.0, fault.1, fault.2);
                                move |_| copy(&text)
                            }>{move || OutboxTexts::get(lang()).copy}</button>
                            <p class="cut">{fault.1.clone()}</p>
                        </li>
                    </Each>
                </ul>
            </Show>
        </main>
    }
}

/// What this backend cannot promise, and what of it cannot be seen at all.
#[component]
fn Lacks() -> impl IntoView {
    let (desk, ui) = (Desk::get(), Ui::get());
    let b = move || BackendTexts::get(lang());
    let lines = Memo::new(move |_| {
        let promises = desk.backend.with(|b| b.as_ref().map(|b| b.connector.promises()));
        let lacks = promises.map(|p| promises::sentences(&p, lang())).unwrap_or_default();
        let mut lines: Vec<String> =
            lacks.into_iter().filter(|(good, _)| !good).map(|(_, words)| words.to_owned()).collect();
        let unlisted = desk.unlisted.get();
        if !unlisted.is_empty() {
            let names: Vec<_> = unlisted.into_iter().map(|k| promises::kind(k, lang())).collect();
            lines.push(fill(b().unlisted, &[&names.join(" · ")]));
        }
        lines
    });
    view! {
        <Show when=move || !lines.with(Vec::is_empty)>
            <details class="ob-lacks" data-test="outbox-lacks">
                <summary class="small">{move || lines.with(|l| l.first().cloned())}</summary>
                <ul class="small mute">{move || lines.get().into_iter().skip(1).map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
                <button type="button" class="link small" on:click=move |_| ui.page.set(Page::Backend)>{move || b().title}</button>
            </details>
        </Show>
    }
}

#[component]
fn Line(item: OutboxItem) -> impl IntoView {
    let desk = Desk::get();
    let t = move || ShellTexts::get(lang());
    let (out, icon) = state_of(&item);
    let stuck = item.state.is_stuck();
    let compare = conflicts::is_conflict(&item).then(|| (item.collection, item.doc.clone()));
    let id = StoredValue::new(item.id().to_owned());
    let at = item.entry.at;
    let when = move || desk.policy().map(|p| format::moment(at, desk.now.get_untracked(), p.home().zone(), lang()));
    let intent = item.entry.intent.clone();
    let what = move || intents::name(&intent, lang());
    let state = item.state.clone();
    let last = item.last_error.clone();
    let why = move || match &state {
        ItemState::Queued => match &last {
            // That there is no network says the banner.
            Some(problem) if problem.kind != ProblemKind::Network && !problem.text.is_empty() => {
                format!("{} · {}", t().state_queued, problem.text)
            }
            _ => t().state_queued.to_owned(),
        },
        ItemState::Sent => t().state_sent.to_owned(),
        ItemState::Settling => t().state_settling.to_owned(),
        ItemState::Refused { refusal } => {
            fill(t().state_refused_why, &[&words::refusal(refusal, desk.policy().as_deref(), lang())])
        }
        ItemState::Dead { problem } => fill(t().state_dead_why, &[&problem.status.to_string(), &problem.text]),
    };
    let raw = StoredValue::new(raw::of(&item.entry));
    let o = move || OutboxTexts::get(lang());
    view! {
        <li class="oi" data-out=out data-test="outbox-item" data-state=out data-entry=id.get_value()>
            <Icon name=icon/>
            <span class="oi-what"><b>{what}</b><About item=item.clone()/></span>
            <span class="num">{when}</span>
            <p data-test="outbox-why">{why}</p>
            <details>
                <summary class="link">{move || o().details}</summary>
                <pre class="oi-raw" tabindex="0">{raw.get_value()}</pre>
                <button type="button" class="btn" on:click=move |_| copy(&raw.get_value())>{move || o().copy}</button>
            </details>
            {stuck.then(|| view! { <Stuck id compare/> })}
        </li>
    }
}

/// The case, call-back, contact or customer of an entry; a click opens it, if there is something to open.
#[component]
fn About(item: OutboxItem) -> impl IntoView {
    let (desk, ui) = (Desk::get(), Ui::get());
    let subject = Memo::new(move |_| {
        let document = desk.document(item.collection, &item.doc);
        subject::of(document.as_deref(), &item.entry.intent, &desk.policies(), lang())
    });
    move || {
        let Subject { text, place } = subject.get();
        match place {
            Some(place) => {
                let open = move |_| match &place {
                    Place::Work(collection, id) => ui.select(*collection, id),
                    Place::Customer(number) => ui.show_customer(number),
                };
                view! { <button type="button" class="link cut" data-test="outbox-subject" title=text.clone() on:click=open>{text.clone()}</button> }
                    .into_any()
            }
            None => view! { <span class="cut" data-test="outbox-subject" title=text.clone()>{text.clone()}</span> }
                .into_any(),
        }
    }
}

/// What can be done about an entry that goes no further by itself. Discarding is for good, so it is asked twice.
#[component]
fn Stuck(
    id: StoredValue<String>,
    /// Another edit stands against it: both are compared instead of trying the same again.
    compare: Option<(Collection, String)>,
) -> impl IntoView {
    let (desk, ui) = (Desk::get(), Ui::get());
    let t = move || ShellTexts::get(lang());
    let o = move || OutboxTexts::get(lang());
    let sure = RwSignal::new(false);
    let discard = move |_| {
        if sure.get_untracked() {
            desk.discard_item(&id.get_value());
        } else {
            sure.set(true);
        }
    };
    view! {
        <span class="oi-acts">
            {match compare {
                Some((collection, doc)) => view! {
                    <button type="button" class="btn" data-kind="primary" data-test="outbox-compare" on:click=move |_| {
                        ui.open(Dialog::Compare { collection, id: doc.clone(), typed: Vec::new() });
                    }>{move || FieldTexts::get(lang()).compare}</button>
                }.into_any(),
                None => view! {
                    <button type="button" class="btn" data-test="outbox-retry" on:click=move |_| desk.retry_item(&id.get_value())>{move || t().retry}</button>
                }.into_any(),
            }}
            <button type="button" class="btn" data-test="outbox-discard" data-kind=move || sure.get().then_some("danger")
                on:click=discard on:blur=move |_| { let _ = sure.try_set(false); }>{move || if sure.get() { o().discard_sure } else { t().discard }}</button>
        </span>
    }
}
