//! The shell: mounts the app, holds session, navigation, commands, notifications, theme and language.
//! Rooms with work in them (worklist, case, contact) live in `desk`.

pub mod backend;
pub mod banners;
pub mod browser;
pub mod chime;
pub mod commands;
pub mod conflicts;
pub mod device;
pub mod dialogs;
pub mod keymap;
pub mod keys;
pub mod leave;
pub mod live;
pub mod login;
pub mod notify;
pub mod outbox;
pub mod packs;
pub mod palette;
pub mod rail;
pub mod route;
pub mod rules;
pub mod session;
pub mod settings;
pub mod start;
pub mod state;
pub mod time;
pub mod toasts;
pub mod topbar;
pub mod ui_state;

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::desk::worklist::Shown;
use crate::desk::{callbacks, contact, customer, experts, page};
use crate::i18n::Lang;
use crate::ui::icon;
use start::{RefusedPacks, Stage};
use state::Desk;
use ui_state::{Page, Ui};

/// Starts the desk in the page's body.
pub fn mount() {
    std::panic::set_hook(Box::new(|info| browser::tell_panic(&info.to_string())));
    icon::install();
    mount_to_body(App);
}

#[component]
fn App() -> impl IntoView {
    time::restore_offset();
    let desk = Desk::new(time::server_now());
    let ui = Ui::new();
    let lang =
        RwSignal::new(if browser::root_attribute("lang").as_deref() == Some("en") { Lang::En } else { Lang::Zh });
    let stage = RwSignal::new(Stage::default());
    let refused: RefusedPacks = RwSignal::new(Vec::new());
    provide_context(desk);
    provide_context(ui);
    provide_context(lang);
    provide_context(stage);
    provide_context(refused);
    provide_context(keymap::Keymap::restore());
    Effect::new(move || {
        browser::set_root_attribute("lang", lang.get().tag());
        browser::set_setting("baton-lang", Some(lang.get_untracked().tag()));
    });
    spawn_local(tick(desk));
    start::start(desk, stage, refused);
    view! {
        {move || match stage.get() {
            Stage::Starting => view! { <Starting/> }.into_any(),
            Stage::Backend => view! { <backend::BackendAtTheDoor stage/> }.into_any(),
            Stage::LogIn => view! { <login::LogInPage stage refused/> }.into_any(),
            Stage::Ready => view! { <Shell/> }.into_any(),
        }}
    }
}

/// One tick a second for every clock, aligned to the server's second.
async fn tick(desk: Desk) {
    loop {
        TimeoutFuture::new(time::to_next_second()).await;
        desk.tick(time::server_now());
    }
}

#[component]
fn Starting() -> impl IntoView {
    let t = move || crate::i18n::shell::ShellTexts::get(crate::i18n::lang());
    view! { <main class="login"><p class="mute" role="status">{move || t().starting}</p></main> }
}

#[component]
fn Shell() -> impl IntoView {
    let (desk, ui) = (Desk::get(), Ui::get());
    provide_context(RwSignal::new(None::<Shown>));
    let context = commands::Context::take();
    provide_context(context);
    keys::listen(context);
    route::follow(ui);
    contact::start_presence(desk);
    // A page is built anew only when another one is wanted.
    let page = Memo::new(move |_| ui.page.get());
    view! {
        <div class="app">
            <rail::Rail/>
            <topbar::TopBar/>
            <div class="stack">
                <banners::Banners/>
                {move || match page.get() {
                    Page::Desk => view! { <page::DeskPage/> }.into_any(),
                    Page::Customers => view! { <customer::CustomersPage/> }.into_any(),
                    Page::Callbacks => view! { <callbacks::CallbacksPage/> }.into_any(),
                    Page::Experts => view! { <experts::ExpertsPage/> }.into_any(),
                    Page::Outbox => view! { <outbox::OutboxPage/> }.into_any(),
                    Page::Rules => view! { <rules::RulesPage/> }.into_any(),
                    Page::Backend => view! { <backend::BackendPage/> }.into_any(),
                    Page::Settings => view! { <settings::SettingsPage/> }.into_any(),
                }}
            </div>
        </div>
        <dialogs::Dialogs/>
        <contact::Offers/>
        <toasts::Toasts/>
        <notify::Announcer/>
    }
}
