//! The settings page: language, theme, keys, reminders, and what this device keeps.

use leptos::prelude::*;

use super::browser::{set_setting, setting, toggle_theme};
use super::keys::SINGLE_KEYS;
use super::notify;
use super::state::Desk;
use super::ui_state::{Dialog, Ui};
use crate::i18n::rules::RulesTexts;
use crate::i18n::shell::ShellTexts;
use crate::i18n::{Lang, fill, lang};

#[component]
pub fn SettingsPage() -> impl IntoView {
    let (desk, ui) = (Desk::get(), Ui::get());
    let language = expect_context::<RwSignal<Lang>>();
    let t = move || RulesTexts::get(lang());
    let s = move || ShellTexts::get(lang());
    let permission = RwSignal::new(notify::permission());
    let single = RwSignal::new(setting(SINGLE_KEYS).as_deref() != Some("off"));
    let chime = RwSignal::new(setting(notify::CHIME).as_deref() == Some("on"));
    let choose = move |to: Lang, name: &'static str| {
        view! {
            <button type="button" class="btn" aria-pressed=move || (language.get() == to).to_string()
                on:click=move |_| language.set(to)>{name}</button>
        }
    };
    view! {
        <main class="page narrow" data-test="settings-page">
            <div class="page-h"><h1>{move || s().settings}</h1></div>
            <section class="set"><h2>{move || t().language}</h2><div class="hline">{choose(Lang::Zh, "中文")}{choose(Lang::En, "English")}</div></section>
            <section class="set"><h2>{move || t().theme}</h2>
                <div class="hline"><button type="button" class="btn" on:click=move |_| toggle_theme()>{move || s().toggle_theme}</button></div>
            </section>
            <section class="set"><h2>{move || s().desk}</h2>
                <label class="hline"><input type="checkbox" data-test="single-keys" prop:checked=single on:change=move |ev| {
                    single.set(event_target_checked(&ev));
                    set_setting(SINGLE_KEYS, Some(if single.get_untracked() { "on" } else { "off" }));
                }/>{move || t().single_keys}</label>
                <div class="hline"><button type="button" class="btn" on:click=move |_| ui.open(Dialog::Shortcuts)>{move || t().keys}</button></div>
            </section>
            <section class="set"><h2>{move || t().notifications}</h2>
                {move || match permission.get() {
                    notify::Permission::Granted => view! { <p>{t().notify_granted}</p> }.into_any(),
                    notify::Permission::Denied => view! { <p>{t().notify_denied}</p> }.into_any(),
                    notify::Permission::Ask => view! {
                        <div class="hline"><button type="button" class="btn" on:click=move |_| notify::ask(permission)>{t().notify_on}</button></div>
                    }.into_any(),
                }}
                <label class="hline"><input type="checkbox" prop:checked=chime on:change=move |ev| {
                    chime.set(event_target_checked(&ev));
                    set_setting(notify::CHIME, Some(if chime.get_untracked() { "on" } else { "off" }));
                }/>{move || t().chime}</label>
            </section>
            <section class="set"><h2>{move || t().device}</h2>
                <p>{move || t().person}": "{move || desk.session.with(|s| s.as_ref().map(|s| s.name.clone()))}</p>
                <p>{move || if desk.durable.get() { t().stored } else { t().not_stored }}</p>
                <p class="num">{move || fill(t().skew, &[&format!("{:.1}", desk.skew_ms.get() as f64 / 1000.0)])}</p>
                <p class="mute">"Baton "{env!("CARGO_PKG_VERSION")}</p>
                <div class="hline"><button type="button" class="btn" data-test="log-out" on:click=move |_| ui.open(Dialog::ConfirmLogout)>{move || s().log_out}</button></div>
            </section>
        </main>
    }
}
