//! The top bar: search, state of the connection, date and clock, language and theme.

use leptos::prelude::*;

use super::browser::toggle_theme;
use super::commands::Action;
use super::state::{Connection, Desk};
use super::ui_state::{Dialog, Page, Ui};
use crate::i18n::shell::ShellTexts;
use crate::i18n::{Lang, fill, format, lang};
use crate::ui::icon::Icon;
use crate::ui::kbd::Hint;

#[component]
pub fn TopBar() -> impl IntoView {
    let (desk, ui) = (Desk::get(), Ui::get());
    let language = expect_context::<RwSignal<Lang>>();
    let t = move || ShellTexts::get(lang());
    let date = move || {
        let now = desk.now.get();
        desk.policy().map(|p| format::long_date(now, p.home().zone(), lang()))
    };
    let time = move || {
        let now = desk.now.get();
        desk.policy().map(|p| format::clock_time_secs(now, p.home().zone()))
    };
    view! {
        <header class="topbar">
            <button type="button" class="omni" data-test="omni" on:click=move |_| ui.open(Dialog::Palette)>
                <Icon name="search" small=true/>
                <span class="grow cut">{move || t().search}</span>
                <Hint act=Action::Palette/>
            </button>
            <button type="button" class="btn" data-test="take-in" on:click=move |_| ui.open(Dialog::Intake { contact: None })>
                <Icon name="plus" small=true/>{move || t().take_in}<Hint act=Action::Intake/>
            </button>
            <span class="grow"></span>
            <Sync/>
            <span class="hline"><span class="mute small">{date}</span><time class="now">{time}</time></span>
            <Show when=move || ui.page.get() == Page::Desk && ui.selected.with(Option::is_some)>
                <button type="button" class="ib side-toggle" data-test="side-toggle" aria-expanded=move || ui.side_open.get().to_string()
                    aria-label=move || t().customer_panel title=move || t().customer_panel on:click=move |_| ui.side_open.update(|o| *o = !*o)>
                    <Icon name="user"/>
                </button>
            </Show>
            <button type="button" class="btn" data-kind="quiet" data-test="language"
                on:click=move |_| language.update(|l| *l = if *l == Lang::Zh { Lang::En } else { Lang::Zh })>
                {move || t().switch_language}
            </button>
            <button type="button" class="ib" data-test="theme" aria-label=move || t().toggle_theme
                title=move || t().toggle_theme on:click=move |_| toggle_theme()>
                <Icon name="theme"/>
            </button>
        </header>
    }
}

/// How the backend is met, and what waits to be sent. Opens the outbox.
#[component]
fn Sync() -> impl IntoView {
    let (desk, ui) = (Desk::get(), Ui::get());
    let t = move || ShellTexts::get(lang());
    let state = move || match desk.connection.get() {
        Connection::Connecting => "connecting",
        Connection::Online => "online",
        Connection::Offline { .. } => "offline",
        Connection::LoggedOut => "logged-out",
    };
    let icon = Signal::derive(move || match desk.connection.get() {
        Connection::Online => "cloud-ok",
        Connection::Connecting => "cloud",
        _ => "cloud-off",
    });
    let words = Memo::new(move |_| {
        let t = t();
        let last = desk.last_contact.get();
        match desk.connection.get() {
            Connection::Connecting => t.connecting.to_owned(),
            Connection::LoggedOut => t.logged_out.to_owned(),
            Connection::Offline { .. } => match (last, desk.policy()) {
                (Some(at), Some(p)) => fill(t.offline, &[&format::clock_time_secs(at, p.home().zone())]),
                _ => t.offline_never.to_owned(),
            },
            Connection::Online => {
                let (done, all) = desk.first_sync.get();
                if done < all {
                    let documents = format::grouped(desk.documents.get());
                    return fill(t.syncing, &[&done.to_string(), &all.to_string(), &documents]);
                }
                let age = last.map_or(0, |at| desk.now.get().since(at).millis().max(0) / 1000);
                // The live feed carries changes at once; seconds matter only when it has been long.
                if age < 60 { t.online.to_owned() } else { fill(t.synced, &[&age.to_string()]) }
            }
        }
    });
    let waiting = move || {
        let o = desk.outbox.get();
        let n = o.queued + o.sent;
        (n > 0).then(|| fill(t().queued, &[&n.to_string()]))
    };
    view! {
        <button type="button" class="sync" data-test="sync" data-state=state on:click=move |_| ui.page.set(Page::Outbox)>
            <Icon name=icon small=true/>{move || words.get()}
            <span data-test="sync-waiting">{waiting}</span>
        </button>
    }
}
