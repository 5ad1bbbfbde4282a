//! The badge of a customer's tier: weight, not rainbow.

use leptos::prelude::*;

use crate::app::state::Desk;
use crate::i18n::lang;

/// `tier` is a tier id of the pack. Nothing is shown for an unknown one.
#[component]
pub fn TierBadge(#[prop(into)] tier: Signal<String>) -> impl IntoView {
    let desk = Desk::get();
    move || {
        let policy = desk.policy()?;
        let found = policy.tier(&tier.get())?.clone();
        let name = lang().of(&found.name);
        Some(view! { <span class="tier" data-tier=found.badge.clone()>{name}</span> })
    }
}
