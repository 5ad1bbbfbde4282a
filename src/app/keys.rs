//! Shortcuts: from a key press to a command of the table. Single letters act outside text fields only; inside,
//! with Alt. Nothing fires while an input method is composing. ⌘ replaces Ctrl on macOS. Enter goes from the list
//! into the work area, Esc back.

use gloo_events::{EventListener, EventListenerOptions};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use super::commands::{Action, Context};
use super::keymap::Keymap;
use super::ui_state::Page;

/// Listens on the window until the owner is cleaned up.
pub fn listen(context: Context) {
    let Some(window) = web_sys::window() else { return };
    let keys = Keymap::get();
    let options = EventListenerOptions::enable_prevent_default();
    let listener = EventListener::new_with_options(&window, "keydown", options, move |event| {
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
        if is_composing(event) || event.default_prevented() {
            return;
        }
        if let Some(action) = action_of(event, context, keys) {
            event.prevent_default();
            action.run(&context);
        } else if walk(event, context) {
            event.prevent_default();
        }
    });
    let listener = StoredValue::new_local(Some(listener));
    on_cleanup(move || listener.update_value(|l| drop(l.take())));
}

fn action_of(event: &KeyboardEvent, context: Context, keys: Keymap) -> Option<Action> {
    let key = pressed(event)?;
    let control = key.starts_with("Ctrl ");
    // A dialog has the keyboard to itself.
    if !control && context.ui.dialog.try_get_untracked()?.is_some() {
        return None;
    }
    let typing = target(event).is_some_and(|e| is_text(&e));
    let action = match key.strip_prefix("Alt ") {
        // Alt D, E, F belong to the browser.
        Some(rest) => keys.command(&key).or_else(|| keys.command(rest).filter(|_| !matches!(rest, "D" | "E" | "F")))?,
        None if control => keys.command(&key)?,
        None if typing || !keys.single.get_untracked() => return None,
        None => keys.command(&key)?,
    };
    // Inside a text, undo is the text's own.
    if typing && action == Action::Undo {
        return None;
    }
    // A key held down repeats moves only.
    (!event.repeat() || matches!(action, Action::Next | Action::Previous)).then_some(action)
}

/// Enter: from the list, or from nowhere, into the work area. Esc: out of a text or the work area to the list.
fn walk(event: &KeyboardEvent, context: Context) -> bool {
    let plain = !(event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key());
    let here = context.ui.page.try_get_untracked() == Some(Page::Desk);
    let dialog = context.ui.dialog.try_get_untracked().is_none_or(|d| d.is_some());
    if !plain || !here || dialog {
        return false;
    }
    let from = target(event);
    let inside = |css: &str| from.as_ref().and_then(|e| e.closest(css).ok().flatten()).is_some();
    match event.key().as_str() {
        "Enter" if inside("[role=listbox].scroll") || from.as_ref().is_some_and(|e| e.tag_name() == "BODY") => {
            focus(".centre")
        }
        "Escape" if inside(".centre, .side, .filter") => focus(".worklist [role=listbox]"),
        _ => false,
    }
}

fn focus(css: &str) -> bool {
    let found = document().query_selector(css).ok().flatten().and_then(|e| e.dyn_into::<HtmlElement>().ok());
    found.is_some_and(|e| e.focus().is_ok())
}

fn is_composing(event: &KeyboardEvent) -> bool {
    event.is_composing() || event.key_code() == 229
}

fn target(event: &KeyboardEvent) -> Option<Element> {
    event.target().and_then(|t| t.dyn_into::<Element>().ok())
}

/// The key as the table writes it. Letters by their place, so that Alt and other layouts do not change them.
pub fn pressed(event: &KeyboardEvent) -> Option<String> {
    let code = event.code();
    let bare = match code.strip_prefix("Key") {
        Some(letter) => letter.to_owned(),
        None if event.key() == "?" => "?".into(),
        None if code == "Slash" => "/".into(),
        None => code.strip_prefix("Digit")?.to_owned(),
    };
    let bare = if event.shift_key() && bare != "?" { format!("Shift {bare}") } else { bare };
    Some(match (event.ctrl_key() || event.meta_key(), event.alt_key()) {
        (true, true) => return None,
        (true, false) => format!("Ctrl {bare}"),
        (false, true) => format!("Alt {bare}"),
        (false, false) => bare,
    })
}

fn is_text(element: &Element) -> bool {
    let tag = element.tag_name();
    if tag == "INPUT" {
        let kind = element.get_attribute("type").unwrap_or_default();
        return !matches!(kind.as_str(), "checkbox" | "radio" | "button" | "submit");
    }
    tag == "TEXTAREA" || tag == "SELECT" || element.has_attribute("contenteditable")
}
