//! A case: head, relay track, scale of time, log, actions, and its dialogs.

use leptos::prelude::*;

use crate::app::ui_state::Dialog;

#[component]
pub fn CaseView(#[prop(into)] id: String) -> impl IntoView {
    let _ = id;
}

/// The dialogs that act on a case (and Why, Intake).
#[component]
pub fn CaseDialog(dialog: Dialog) -> impl IntoView {
    let _ = dialog;
}
