//! The settings page: language, theme, keys, reminders, and what this device keeps.

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::browser::{self, set_setting, setting};
use super::keymap::Keymap;
use super::state::Desk;
use super::ui_state::{Dialog, Page, Ui};
use super::{backend, chime, notify};
use crate::i18n::backend::BackendTexts;
use crate::i18n::rules::RulesTexts;
use crate::i18n::shell::ShellTexts;
use crate::i18n::{Lang, fill, lang};

#[component]
pub fn SettingsPage() -> impl IntoView {
    let s = move || ShellTexts::get(lang());
    view! {
        <main class="page" data-test="settings-page">
            <div class="page-head"><h1>{move || s().settings}</h1></div>
            <Looks/>
            <Shortcuts/>
            <Reminders/>
            <Backend/>
            <Device/>
        </main>
    }
}

#[component]
fn Looks() -> impl IntoView {
    let language = expect_context::<RwSignal<Lang>>();
    let t = move || RulesTexts::get(lang());
    let theme = RwSignal::new(browser::theme());
    let choose_language = move |to: Lang, name: &'static str| {
        view! {
            <button type="button" class="btn" lang=to.tag() aria-pressed=move || (language.get() == to).to_string()
                on:click=move |_| language.set(to)>{name}</button>
        }
    };
    let choose_theme = move |to: Option<&'static str>, name: fn(&RulesTexts) -> &'static str| {
        view! {
            <button type="button" class="btn" data-test="theme-choice" aria-pressed=move || (theme.get().as_deref() == to).to_string()
                on:click=move |_| { browser::set_theme(to); theme.set(to.map(str::to_owned)); }>{move || name(t())}</button>
        }
    };
    view! {
        <section class="set">
            <h2>{move || t().language}</h2>
            <div class="hline">{choose_language(Lang::Zh, "中文")}{choose_language(Lang::En, "English")}</div>
        </section>
        <section class="set">
            <h2>{move || t().theme}</h2>
            <div class="hline">
                {choose_theme(None, |t| t.theme_system)}
                {choose_theme(Some("light"), |t| t.theme_light)}
                {choose_theme(Some("dark"), |t| t.theme_dark)}
            </div>
        </section>
    }
}

#[component]
fn Shortcuts() -> impl IntoView {
    let (ui, keys) = (Ui::get(), Keymap::get());
    let t = move || RulesTexts::get(lang());
    view! {
        <section class="set">
            <h2>{move || t().shortcuts}</h2>
            <label class="hline"><input type="checkbox" data-test="single-keys" prop:checked=keys.single
                on:change=move |ev| keys.set_single(event_target_checked(&ev))/>{move || t().single_keys}</label>
            <div class="hline"><button type="button" class="btn" data-test="show-keys" on:click=move |_| ui.open(Dialog::Shortcuts)>{move || t().keys}</button></div>
        </section>
    }
}

#[component]
fn Reminders() -> impl IntoView {
    let t = move || RulesTexts::get(lang());
    let permission = RwSignal::new(notify::permission());
    let ring = RwSignal::new(setting(notify::CHIME).as_deref() == Some("on"));
    view! {
        <section class="set">
            <h2>{move || t().notifications}</h2>
            {move || match permission.get() {
                notify::Permission::Granted => view! { <p>{t().notify_granted}</p> }.into_any(),
                notify::Permission::Denied => view! { <p>{t().notify_denied}</p> }.into_any(),
                notify::Permission::Ask => view! {
                    <div class="hline"><button type="button" class="btn" on:click=move |_| notify::ask(permission)>{t().notify_on}</button></div>
                }.into_any(),
            }}
            <div class="hline">
                <label class="hline"><input type="checkbox" data-test="chime" prop:checked=ring on:change=move |ev| {
                    ring.set(event_target_checked(&ev));
                    set_setting(notify::CHIME, Some(if ring.get_untracked() { "on" } else { "off" }));
                }/>{move || t().chime}</label>
                <button type="button" class="btn" data-kind="quiet" on:click=move |_| chime::ring()>{move || t().test_chime}</button>
            </div>
        </section>
    }
}

/// Which backend it is, and the way to its page.
#[component]
fn Backend() -> impl IntoView {
    let (desk, ui) = (Desk::get(), Ui::get());
    let t = move || BackendTexts::get(lang());
    view! {
        <section class="set">
            <h2>{move || t().title}</h2>
            <p>{move || desk.backend.get().map(|b| view! {
                <b>{b.connector.name.clone()}</b>" "<span class="mute">{backend::origin(b.from, lang())}</span>
            })}</p>
            <div class="hline"><button type="button" class="btn" data-test="open-backend" on:click=move |_| ui.page.set(Page::Backend)>{move || t().open_page}</button></div>
        </section>
    }
}

#[component]
fn Device() -> impl IntoView {
    let (desk, ui) = (Desk::get(), Ui::get());
    let t = move || RulesTexts::get(lang());
    let s = move || ShellTexts::get(lang());
    let (used, safe) = (RwSignal::new(None::<(f64, f64)>), RwSignal::new(None::<bool>));
    spawn_local(async move {
        let (bytes, promised) = (browser::stored().await, browser::is_persisted().await);
        // The page may be gone by now.
        let _ = used.try_set(bytes);
        let _ = safe.try_set(Some(promised));
    });
    let ask = move |_| {
        spawn_local(async move {
            let promised = browser::persist().await;
            let _ = safe.try_set(Some(promised));
        });
    };
    let mega = |bytes: f64| format!("{:.1}", bytes / 1e6);
    view! {
        <section class="set">
            <h2>{move || t().device}</h2>
            <p>{move || t().person}": "{move || desk.session.with(|s| s.as_ref().map(|s| s.name.clone()))}</p>
            <p data-test="storage">{move || if desk.durable.get() { t().stored } else { t().not_stored }}</p>
            <Show when=move || desk.durable.get()>
                <p class="mute" data-test="sealed">{move || if desk.device.with(|d| d.unsealed) { t().unsealed } else { t().sealed }}</p>
            </Show>
            <p class="num mute">{move || used.get().map(|(used, most)| fill(t().used, &[&mega(used), &format!("{:.0}", most / 1e6)]))}</p>
            {move || {
                desk.device.track();
                let dropped = desk.pruned();
                (dropped > 0).then(|| view! { <p class="num mute" data-test="dropped">{fill(t().dropped, &[&dropped.to_string()])}</p> })
            }}
            {move || match safe.get() {
                Some(true) => view! { <p class="mute">{t().kept_safe}</p> }.into_any(),
                Some(false) => view! {
                    <p class="mute">{t().keep_unsafe}</p>
                    <div class="hline"><button type="button" class="btn" data-test="persist" on:click=ask>{t().keep_safe}</button></div>
                }.into_any(),
                None => ().into_any(),
            }}
            <p class="num mute">{move || fill(t().skew, &[&format!("{:.1}", desk.skew_ms.get() as f64 / 1000.0)])}</p>
            <div class="hline"><button type="button" class="btn" data-test="log-out" on:click=move |_| ui.open(Dialog::ConfirmLogout)>{move || s().log_out}</button></div>
        </section>
        <section class="set">
            <h2>{move || t().about}</h2>
            <p>"Baton 接力台 "<span class="num">{env!("CARGO_PKG_VERSION")}</span></p>
            <p class="mute">{move || t().licence}</p>
        </section>
    }
}
