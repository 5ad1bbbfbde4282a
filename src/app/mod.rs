//! The shell: mounts the app, holds session, navigation, commands, notifications, theme and language.
//! Rooms with work in them (worklist, case, contact) live in `desk`.

pub mod live;
pub mod session;
pub mod state;
pub mod time;
pub mod ui_state;

use leptos::prelude::*;

use crate::i18n::Lang;

/// Starts the desk in the page's body.
pub fn mount() {
    mount_to_body(App);
}

#[component]
fn App() -> impl IntoView {
    let desk = state::Desk::new(time::server_now());
    provide_context(desk);
    provide_context(ui_state::Ui::new());
    provide_context(RwSignal::new(Lang::default()));
    view! { <p>"Baton"</p> }
}
