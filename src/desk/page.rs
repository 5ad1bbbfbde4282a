//! The desk page: three columns, and which room fills the middle.

use baton_engine::model::Collection;
use leptos::prelude::*;

use super::{callbacks, case, contact};
use crate::app::ui_state::Ui;

#[component]
pub fn DeskPage() -> impl IntoView {
    let ui = Ui::get();
    move || match ui.selected.get() {
        Some((Collection::Cases, id)) => view! { <case::CaseView id=id/> }.into_any(),
        Some((Collection::Interactions, id)) => view! { <contact::ContactView id=id/> }.into_any(),
        Some((Collection::Callbacks, id)) => view! { <callbacks::CallbackView id=id/> }.into_any(),
        _ => ().into_any(),
    }
}
