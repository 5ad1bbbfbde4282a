//! Banners over the work, never covering it: offline, refused work, clock skew, new version, faulty rules.

use gloo_events::EventListener;
use leptos::prelude::*;

use super::browser;
use super::commands::Action;
use super::conflicts;
use super::device;
use super::rules::provisional;
use super::start::RefusedPacks;
use super::state::{Connection, Desk};
use super::ui_state::{Dialog, Page, Ui};
use crate::i18n::fields::FieldTexts;
use crate::i18n::shell::ShellTexts;
use crate::i18n::{fill, format, lang};
use crate::ui::icon::Icon;
use crate::ui::kbd::Hint;

/// From this skew on the person is told, milliseconds.
const SKEW_TOLD_MS: i64 = 60_000;

#[component]
pub fn Banners() -> impl IntoView {
    let (desk, ui) = (Desk::get(), Ui::get());
    let refused = expect_context::<RefusedPacks>();
    let t = move || ShellTexts::get(lang());
    let update = RwSignal::new(browser::root_attribute("data-update").as_deref() == Some("ready"));
    if let Some(window) = web_sys::window() {
        let listener = EventListener::new(&window, "baton:update-ready", move |_| {
            let _ = update.try_set(true);
        });
        let listener = StoredValue::new_local(Some(listener));
        on_cleanup(move || listener.update_value(|l| drop(l.take())));
    }
    let offline = Memo::new(move |_| match desk.connection.get() {
        Connection::Offline { since } => Some(since),
        _ => None,
    });
    let stuck = Memo::new(move |_| desk.outbox.with(|o| o.refused + o.dead));
    let conflict = Memo::new(move |_| conflicts::only_one(desk));
    let unreadable = Memo::new(move |_| desk.outbox.with(|o| o.unreadable));
    let skewed = Memo::new(move |_| {
        let ms = desk.skew_ms.get();
        (ms.abs() > SKEW_TOLD_MS).then_some(ms / 1000)
    });
    view! {
        <Show when=move || offline.get().is_some()>
            <div class="banner" data-s="pause" role="status" data-test="banner-offline">
                <Icon name="cloud-off"/>
                <b class="nowrap">{move || {
                    let since = offline.get()?;
                    Some(fill(t().banner_offline, &[&format::length(desk.now.get().since(since), lang())]))
                }}</b>
                <p class="grow cut">{move || {
                    let n = desk.outbox.with(|o| o.queued + o.sent);
                    fill(t().banner_offline_more, &[&n.to_string()])
                }}</p>
                <span class="small nowrap">{move || {
                    let secs = desk.retry_at.get()?.since(desk.now.get()).millis() / 1000;
                    (secs > 0).then(|| fill(t().retry_in, &[&secs.to_string()]))
                }}</span>
                <button type="button" class="btn" data-test="retry-now" on:click=move |_| desk.retry_connection()>
                    <Icon name="refresh" small=true/>{move || t().retry_now}<Hint act=Action::Retry/>
                </button>
            </div>
        </Show>
        <Recovering/>
        <Show when=move || desk.connection.get() == Connection::LoggedOut>
            <div class="banner" data-s="soon" role="status" data-test="banner-logged-out">
                <Icon name="lock"/><p class="grow">{move || t().banner_logged_out}</p>
                <button type="button" class="btn" on:click=move |_| ui.open(Dialog::LogInAgain)>{move || t().log_in}</button>
            </div>
        </Show>
        <Show when=move || { stuck.get() > 0 }>
            <div class="banner" data-s=move || if conflict.with(Option::is_some) { "soon" } else { "over" } role="status" data-test="banner-refused">
                <Icon name="alert"/>
                <p class="grow">{move || match conflict.with(Option::is_some) {
                    true => FieldTexts::get(lang()).collided.to_owned(),
                    false => fill(t().banner_refused, &[&stuck.get().to_string()]),
                }}</p>
                <button type="button" class="btn" data-test="refused-look" on:click=move |_| match conflict.get_untracked() {
                    Some((collection, id)) => ui.open(Dialog::Compare { collection, id, typed: Vec::new() }),
                    None => ui.page.set(Page::Outbox),
                }>{move || if conflict.with(Option::is_some) { FieldTexts::get(lang()).compare } else { t().look }}</button>
            </div>
        </Show>
        <Show when=move || { unreadable.get() > 0 }>
            <div class="banner" data-s="soon" role="status" data-test="banner-unreadable">
                <Icon name="alert"/><p class="grow">{move || fill(t().banner_unreadable, &[&unreadable.get().to_string()])}</p>
                <button type="button" class="btn" on:click=move |_| ui.page.set(Page::Outbox)>{move || t().look}</button>
            </div>
        </Show>
        <Show when=move || !refused.get().is_empty()>
            <div class="banner" data-s="soon" role="status" data-test="banner-rules">
                <Icon name="alert"/><p class="grow">{move || if desk.policy().is_some() { t().banner_rules } else { t().banner_no_rules }}</p>
                <button type="button" class="btn" on:click=move |_| ui.page.set(Page::Rules)>{move || t().look}</button>
            </div>
        </Show>
        <Show when=move || !desk.refused_connectors.with(Vec::is_empty)>
            <div class="banner" data-s="soon" role="status" data-test="banner-connector">
                <Icon name="alert"/><p class="grow">{move || t().banner_connector}</p>
                <button type="button" class="btn" on:click=move |_| ui.page.set(Page::Backend)>{move || t().look}</button>
            </div>
        </Show>
        <Show when=move || skewed.get().is_some()>
            <div class="banner" data-s="soon" role="status" data-test="banner-skew">
                <Icon name="clock"/>
                <p class="grow">{move || fill(t().banner_skew, &[&skewed.get().unwrap_or_default().abs().to_string()])}</p>
            </div>
        </Show>
        <Provisional/>
        <Show when=move || !desk.durable.get()>
            <div class="banner" data-s="soon" role="status" data-test="banner-memory">
                <Icon name="alert"/><p class="grow">{move || t().banner_memory}</p>
            </div>
        </Show>
        <Storage/>
        <Show when=move || update.get()>
            <div class="banner" data-s="ok" role="status" data-test="banner-update">
                <Icon name="refresh"/><p class="grow">{move || t().banner_update}</p>
                <button type="button" class="btn" on:click=move |_| browser::fire("baton:apply-update")>{move || t().reload}</button>
            </div>
        </Show>
    }
}

/// What has become of this device's storage, when the person must know.
#[component]
fn Storage() -> impl IntoView {
    let desk = Desk::get();
    let t = move || ShellTexts::get(lang());
    let full = Memo::new(move |_| desk.device.with(|d| d.full));
    let kept_days = Memo::new(move |_| desk.device.with(|d| d.kept_days.filter(|_| d.made_room)));
    let lost = Memo::new(move |_| desk.device.with(|d| d.lost));
    let restored = Memo::new(move |_| desk.device.with(|d| d.restored));
    let outdated = Memo::new(move |_| desk.device.with(|d| d.outdated));
    view! {
        <Show when=move || outdated.get()>
            <div class="banner" data-s="over" role="status" data-test="banner-outdated">
                <Icon name="alert"/><p class="grow">{move || t().banner_outdated}</p>
                <button type="button" class="btn" on:click=move |_| browser::reload()>{move || t().reload}</button>
            </div>
        </Show>
        <Show when=move || lost.get().is_some()>
            <div class="banner" data-s="over" role="status" data-test="banner-lost">
                <Icon name="alert"/>
                <p class="grow">{move || match lost.get().unwrap_or_default() {
                    0 => t().banner_lost.to_owned(),
                    unsent => fill(t().banner_lost_unsent, &[&unsent.to_string()]),
                }}</p>
                <button type="button" class="btn" data-test="lost-understood" on:click=move |_| device::understood(desk)>{move || t().understood}</button>
            </div>
        </Show>
        <Show when=move || restored.get()>
            <div class="banner" data-s="soon" role="status" data-test="banner-restored">
                <Icon name="alert"/><p class="grow">{move || t().banner_restored}</p>
                <button type="button" class="btn" data-test="restored-understood" on:click=move |_| device::understood(desk)>{move || t().understood}</button>
            </div>
        </Show>
        <Show when=move || kept_days.get().is_some()>
            <div class="banner" role="status" data-test="banner-made-room">
                <Icon name="alert"/>
                <p class="grow">{move || fill(t().banner_made_room, &[&kept_days.get().unwrap_or_default().to_string()])}</p>
                <button type="button" class="btn" data-test="made-room-understood" on:click=move |_| device::room_understood(desk)>{move || t().understood}</button>
            </div>
        </Show>
        <Show when=move || full.get().is_some()>
            <div class="banner" data-s="soon" role="status" data-test="banner-full">
                <Icon name="alert"/>
                <p class="grow">{move || fill(t().banner_full, &[&full.get().unwrap_or_default().to_string()])}</p>
            </div>
        </Show>
    }
}

/// After an outage, while what had queued up is being sent.
#[component]
fn Recovering() -> impl IntoView {
    let desk = Desk::get();
    let t = move || ShellTexts::get(lang());
    let left = Memo::new(move |_| desk.outbox.with(|o| o.queued + o.sent));
    // True from the end of an outage until everything has been sent.
    let recovering = Memo::new(move |before: Option<&(bool, bool)>| {
        let offline = matches!(desk.connection.get(), Connection::Offline { .. });
        let (was_offline, was) = before.copied().unwrap_or_default();
        let online = desk.connection.get() == Connection::Online;
        (offline || was_offline && !online, online && left.get() > 0 && (was || was_offline))
    });
    view! {
        <Show when=move || recovering.get().1>
            <div class="banner" data-s="ok" role="status" data-test="banner-sending">
                <Icon name="refresh"/><p class="grow">{move || fill(t().banner_sending, &[&left.get().to_string()])}</p>
            </div>
        </Show>
    }
}

/// The first year whose holidays are not announced, when a clock in the list touches it. Told once for each year.
#[component]
fn Provisional() -> impl IntoView {
    let desk = Desk::get();
    let t = move || ShellTexts::get(lang());
    let touched = Memo::new(move |_| {
        desk.with_rows(|rows| rows.iter().filter_map(|r| r.clock.as_ref()).find(|c| c.provisional).map(|c| c.due))
    });
    let understood = RwSignal::new(());
    let year = Memo::new(move |_| {
        understood.track();
        let (due, policy) = (touched.get()?, desk.policy()?);
        let now = desk.now.get_untracked();
        let year = provisional(&policy, now, due.since(now)).into_iter().next()?;
        browser::setting(&seen(year)).is_none().then_some(year)
    });
    view! {
        <Show when=move || year.get().is_some()>
            <div class="banner" data-s="soon" role="status" data-test="banner-provisional">
                <Icon name="calendar"/>
                <p class="grow">{move || fill(t().banner_provisional, &[&year.get().unwrap_or_default().to_string()])}</p>
                <button type="button" class="btn" on:click=move |_| {
                    if let Some(year) = year.get_untracked() {
                        browser::set_setting(&seen(year), Some("seen"));
                        understood.set(());
                    }
                }>{move || t().understood}</button>
            </div>
        </Show>
    }
}

/// Local setting: the person knows that the holidays of that year are provisional.
fn seen(year: i32) -> String {
    format!("baton-provisional/{year}")
}
