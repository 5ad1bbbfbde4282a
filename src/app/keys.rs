//! Shortcuts: from a key press to a command of the table. Single letters act outside text fields only; inside,
//! with Alt. Nothing fires while an input method is composing. ⌘ replaces Ctrl on macOS.

use gloo_events::{EventListener, EventListenerOptions};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::browser::setting;
use super::commands::{Action, Context, TABLE};

/// Local setting; "off" switches single keys off.
pub const SINGLE_KEYS: &str = "baton-keys";

/// Listens on the window until the owner is cleaned up.
pub fn listen(context: Context) {
    let Some(window) = web_sys::window() else { return };
    let options = EventListenerOptions::enable_prevent_default();
    let listener = EventListener::new_with_options(&window, "keydown", options, move |event| {
        let Some(event) = event.dyn_ref::<web_sys::KeyboardEvent>() else { return };
        if let Some(action) = action_of(event, context) {
            event.prevent_default();
            action.run(&context);
        }
    });
    let listener = StoredValue::new_local(Some(listener));
    on_cleanup(move || listener.update_value(|l| drop(l.take())));
}

fn action_of(event: &web_sys::KeyboardEvent, context: Context) -> Option<Action> {
    if event.is_composing() || event.key_code() == 229 || event.default_prevented() || event.repeat() && !is_move(event) {
        return None;
    }
    let written = written(event)?;
    let control = event.ctrl_key() || event.meta_key();
    if control {
        return TABLE.iter().find(|l| l.key.strip_prefix("Ctrl ") == Some(&written)).map(|l| l.action);
    }
    // A dialog has the keyboard to itself.
    if context.ui.dialog.try_get_untracked()?.is_some() {
        return None;
    }
    let typing = event.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok()).is_some_and(|e| is_text(&e));
    if event.alt_key() {
        if let Some(line) = TABLE.iter().find(|l| l.key.strip_prefix("Alt ") == Some(&written)) {
            return Some(line.action);
        }
        // Alt D, E, F belong to the browser.
        if matches!(written.as_str(), "D" | "E" | "F") {
            return None;
        }
    } else if typing || setting(SINGLE_KEYS).as_deref() == Some("off") {
        return None;
    }
    let key = if event.shift_key() && written != "?" { format!("Shift {written}") } else { written };
    TABLE.iter().find(|l| l.key == key).map(|l| l.action)
}

fn is_move(event: &web_sys::KeyboardEvent) -> bool {
    matches!(event.code().as_str(), "KeyJ" | "KeyK")
}

/// The key as the table writes it. Letters by their place, so that Alt and other layouts do not change them.
fn written(event: &web_sys::KeyboardEvent) -> Option<String> {
    if event.key() == "?" {
        return Some("?".into());
    }
    let code = event.code();
    match code.strip_prefix("Key") {
        Some(letter) => Some(letter.to_owned()),
        None if code == "Slash" => Some("/".into()),
        None => None,
    }
}

fn is_text(element: &web_sys::Element) -> bool {
    let tag = element.tag_name();
    if tag == "INPUT" {
        let kind = element.get_attribute("type").unwrap_or_default();
        return !matches!(kind.as_str(), "checkbox" | "radio" | "button" | "submit");
    }
    tag == "TEXTAREA" || tag == "SELECT" || element.has_attribute("contenteditable")
}
