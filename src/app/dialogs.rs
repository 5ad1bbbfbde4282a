//! The one place where dialogs are shown: each room words its own.

use leptos::prelude::*;

use super::ui_state::{Dialog, Ui};
use super::{leave, palette};
use crate::desk::{case, contact};

#[component]
pub fn Dialogs() -> impl IntoView {
    let ui = Ui::get();
    move || {
        let dialog = ui.dialog.get()?;
        Some(match dialog {
            Dialog::Palette => view! { <palette::Palette/> }.into_any(),
            Dialog::Shortcuts => view! { <palette::Keys/> }.into_any(),
            Dialog::ConfirmLogout => view! { <leave::ConfirmLogout/> }.into_any(),
            Dialog::LogInAgain => view! { <leave::LogInAgain/> }.into_any(),
            Dialog::Presence
            | Dialog::Transfer { .. }
            | Dialog::BookCallback { .. }
            | Dialog::CallbackAttempt { .. }
            | Dialog::LogCall => view! { <contact::ContactDialog dialog/> }.into_any(),
            _ => view! { <case::CaseDialog dialog/> }.into_any(),
        })
    }
}
