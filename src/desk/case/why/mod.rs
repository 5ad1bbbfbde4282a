//! Why a time is due.

use baton_engine::model::Collection;
use leptos::prelude::*;

#[component]
pub fn WhyDialog(collection: Collection, id: String, leg: Option<String>) -> impl IntoView {
    let _ = (collection, id, leg);
}
