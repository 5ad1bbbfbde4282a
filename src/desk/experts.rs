//! The expert desk's seats with their live states.

use leptos::prelude::*;

#[component]
pub fn ExpertsPage() -> impl IntoView {}
