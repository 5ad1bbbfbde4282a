//! The left rail: pages, and the person with his presence.

use baton_engine::model::Seat;
use leptos::prelude::*;

use super::state::Desk;
use super::ui_state::{Dialog, Page, Ui};
use crate::i18n::shell::ShellTexts;
use crate::i18n::{lang, words};
use crate::ui::icon::Icon;

#[component]
fn Item(page: Page, icon: &'static str, test: &'static str, #[prop(into)] text: Signal<&'static str>) -> impl IntoView {
    let ui = Ui::get();
    // The backend's page is reached from the settings.
    let within = move |now: Page| now == page || (now == Page::Backend && page == Page::Settings);
    let here = move || within(ui.page.get()).then_some("page");
    view! {
        <button type="button" class="rail-i" aria-current=here data-test=test on:click=move |_| ui.page.set(page)>
            <Icon name=icon/><span>{move || text.get()}</span>
        </button>
    }
}

#[component]
pub fn Rail() -> impl IntoView {
    let (desk, ui) = (Desk::get(), Ui::get());
    let t = move || ShellTexts::get(lang());
    let presence = move || {
        let seat = desk.session.with(|s| s.as_ref().and_then(|s| s.profile.seat.clone()))?;
        desk.get_doc::<Seat>(&seat).map(|s| s.presence)
    };
    let initials = move || desk.session.with(|s| s.as_ref().map(|s| initials(&s.name)).unwrap_or_default());
    let waiting = move || {
        let o = desk.outbox.get();
        (o.refused + o.dead + o.unreadable > 0).then(|| view! { <i class="rail-dot" aria-hidden="true"></i> })
    };
    let person = move || {
        let name = desk.session.with(|s| s.as_ref().map(|s| s.name.clone()).unwrap_or_default());
        let state = presence().map(|p| words::presence(p, lang())).unwrap_or_default();
        format!("{}: {name} {state}", t().presence)
    };
    view! {
        <nav class="rail" aria-label=move || t().main_nav>
            <span class="rail-logo" title=move || t().product><Icon name="brand"/></span>
            <Item page=Page::Desk icon="inbox" test="nav-desk" text=Signal::derive(move || t().desk)/>
            <Item page=Page::Customers icon="user" test="nav-customers" text=Signal::derive(move || t().rail_customers)/>
            <Item page=Page::Callbacks icon="callback" test="nav-callbacks" text=Signal::derive(move || t().rail_callbacks)/>
            <Item page=Page::Experts icon="consult" test="nav-experts" text=Signal::derive(move || t().experts)/>
            <span class="rail-outbox">
                <Item page=Page::Outbox icon="send" test="nav-outbox" text=Signal::derive(move || t().outbox)/>
                {waiting}
            </span>
            <span class="grow"></span>
            <Item page=Page::Rules icon="book" test="nav-rules" text=Signal::derive(move || t().rules)/>
            <Item page=Page::Settings icon="sliders" test="nav-settings" text=Signal::derive(move || t().settings)/>
            <button type="button" class="rail-i" data-test="presence" aria-label=person title=person
                on:click=move |_| ui.open(Dialog::Presence)>
                <span class="ava">{initials}<i data-off=move || presence().is_none_or(|p| p == baton_engine::model::Presence::Offline)></i></span>
            </button>
        </nav>
    }
}

/// The first sign of a Chinese name, two initials of a Latin one.
fn initials(name: &str) -> String {
    let first = name.chars().next();
    match first {
        Some(c) if c.is_ascii() => {
            name.split_whitespace().filter_map(|w| w.chars().next()).take(2).collect::<String>().to_uppercase()
        }
        Some(c) => c.to_string(),
        None => String::new(),
    }
}
