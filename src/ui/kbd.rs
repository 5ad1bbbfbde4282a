//! The hint of a key beside what it does. It follows the person's own keys and the machine's way to write them.

use leptos::prelude::*;

use crate::app::commands::Action;
use crate::app::keymap::Keymap;

/// Shows nothing for a command without a key, or when single keys are switched off.
#[component]
pub fn Hint(act: Action) -> impl IntoView {
    let keys = Keymap::get();
    let key = Memo::new(move |_| keys.hint(act));
    move || key.with(|k| (!k.is_empty()).then(|| view! { <kbd class="kbd">{k.clone()}</kbd> }))
}
