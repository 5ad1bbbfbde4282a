//! A call or conversation: call bar, notes, messages, and their dialogs.

use leptos::prelude::*;

use crate::app::ui_state::Dialog;

#[component]
pub fn ContactView(#[prop(into)] id: String) -> impl IntoView {
    let _ = id;
}

/// The dialogs that act on a contact, a seat or a call-back (Transfer, BookCallback, CallbackAttempt, LogCall, Presence).
#[component]
pub fn ContactDialog(dialog: Dialog) -> impl IntoView {
    let _ = dialog;
}
