//! The list of keys, where each can be changed or taken away.

use leptos::prelude::*;

use crate::app::commands::{Action, TABLE};
use crate::app::keymap::{Keymap, Taken, written};
use crate::app::keys::pressed;
use crate::i18n::commands::CommandTexts;
use crate::i18n::{fill, lang};
use crate::ui::dialog::DialogFrame;

#[component]
pub fn Keys() -> impl IntoView {
    let keys = Keymap::get();
    let t = move || CommandTexts::get(lang());
    // The command that waits for its new key.
    let waiting = RwSignal::new(None::<Action>);
    let said = RwSignal::new(None::<Action>);
    view! {
        <DialogFrame title=Signal::derive(move || t().keys.to_owned()) kind="keys" wide=true>
            <div class="keys" role="group" tabindex="0" aria-label=move || t().keys>
                {TABLE.iter().map(|line| view! { <Row action=line.action waiting said/> }).collect_view()}
                <div><span>{move || t().open_row}</span><kbd class="kbd">"↵"</kbd></div>
                <div><span>{move || t().back}</span><kbd class="kbd">"Esc"</kbd></div>
                <div><span>{move || t().writing}</span><kbd class="kbd">{written("Alt ").trim().to_owned()}</kbd></div>
            </div>
            <div class="pop-f">
                <label class="hline"><input type="checkbox" data-test="keys-single" prop:checked=keys.single
                    on:change=move |ev| keys.set_single(event_target_checked(&ev))/>{move || t().keys_on}</label>
                <span class="grow cut" role="status" data-s="over">{move || match (waiting.get(), said.get()) {
                    (Some(_), None) => t().press_key.to_owned(),
                    (_, Some(other)) => fill(t().key_taken, &[other.line().map_or("", |l| (l.name)(t()))]),
                    (None, None) => String::new(),
                }}</span>
                <Show when=move || keys.is_changed()>
                    <button type="button" class="btn" data-test="keys-reset" on:click=move |_| keys.reset()>{move || t().keys_reset}</button>
                </Show>
            </div>
        </DialogFrame>
    }
}

#[component]
fn Row(action: Action, waiting: RwSignal<Option<Action>>, said: RwSignal<Option<Action>>) -> impl IntoView {
    let keys = Keymap::get();
    let t = move || CommandTexts::get(lang());
    let name = move || action.line().map_or("", |l| (l.name)(t()));
    let here = move || waiting.get() == Some(action);
    let take = move |ev: leptos::ev::KeyboardEvent| {
        if waiting.get_untracked() != Some(action) || ev.is_composing() {
            return;
        }
        let key = match ev.key().as_str() {
            "Tab" => return waiting.set(None),
            "Escape" => None,
            "Backspace" | "Delete" => Some(String::new()),
            _ => match pressed(&ev) {
                Some(key) => Some(key),
                None => return,
            },
        };
        ev.prevent_default();
        ev.stop_propagation();
        let taken = key.and_then(|key| keys.set(action, &key).err());
        said.set(taken.as_ref().map(|Taken(other)| *other));
        if taken.is_none() {
            waiting.set(None);
        }
    };
    view! {
        <div>
            <span class="cut">{name}</span>
            <button type="button" class="key" data-test="key" data-action=format!("{action:?}") aria-pressed=move || here().to_string()
                aria-label=move || format!("{}: {}", name(), keys.key(action)) title=move || t().change_key
                on:click=move |_| { said.set(None); waiting.set((!here()).then_some(action)); }
                on:blur=move |_| {
                    // The button also loses the focus when the dialog goes.
                    if waiting.try_get_untracked() == Some(Some(action)) {
                        waiting.set(None);
                        said.set(None);
                    }
                }
                on:keydown=take>
                <kbd class="kbd">{move || match (here(), keys.key(action)) {
                    (true, _) => "…".to_owned(),
                    (false, key) if key.is_empty() => "–".to_owned(),
                    (false, key) => written(&key),
                }}</kbd>
            </button>
        </div>
    }
}
