//! Call-backs: one in the work area, and the page with the whole backlog.

use leptos::prelude::*;

#[component]
pub fn CallbackView(#[prop(into)] id: String) -> impl IntoView {
    let _ = id;
}

#[component]
pub fn CallbacksPage() -> impl IntoView {}
