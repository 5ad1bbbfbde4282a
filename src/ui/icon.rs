//! Line icons by name, from the sprite `icons.svg` that the build copies beside the page.

use leptos::prelude::*;

/// `name` is the symbol's id without `i-`, e.g. `phone`. Decorative: a label belongs to the control.
#[component]
pub fn Icon(#[prop(into)] name: Signal<&'static str>, #[prop(optional)] small: bool) -> impl IntoView {
    let href = move || format!("/icons.svg#i-{}", name.get());
    view! { <svg class=if small { "i s" } else { "i" } aria-hidden="true"><use href=href/></svg> }
}
