//! The one list of work.

use leptos::prelude::*;

#[component]
pub fn WorklistView() -> impl IntoView {}
