//! Line icons by name. The sprite is part of the app and is put into the page once, so that no icon is ever missing
//! or fetched, with a network or without.

use leptos::prelude::*;

const SPRITE: &str = include_str!("icons.svg");

/// Puts the sprite into the page; called once, before anything is drawn.
pub fn install() {
    let page = document();
    if let (Some(body), Ok(holder)) = (page.body(), page.create_element("div")) {
        let _ = holder.set_attribute("class", "sprite");
        let _ = holder.set_attribute("aria-hidden", "true");
        holder.set_inner_html(SPRITE);
        // Without a sprite the desk has no pictures, and every word.
        let _ = body.append_child(&holder);
    }
}

/// `name` is the symbol's id without `i-`, e.g. `phone`. Decorative: a label belongs to the control.
#[component]
pub fn Icon(#[prop(into)] name: Signal<&'static str>, #[prop(optional)] small: bool) -> impl IntoView {
    let href = move || format!("#i-{}", name.get());
    view! { <svg class=if small { "i s" } else { "i" } aria-hidden="true"><use href=href/></svg> }
}
