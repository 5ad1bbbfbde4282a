//! The customer panel, and the page on which customers are looked up.

pub mod reveal;

use leptos::prelude::*;

/// `number`: the customer's telephone number; the panel finds his document by it.
#[component]
pub fn CustomerCard(#[prop(into)] number: Signal<String>) -> impl IntoView {
    let _ = number;
}

#[component]
pub fn CustomersPage() -> impl IntoView {}
