//! Texts that are being written, by key: kept on this device by the desk, never sent, never touched by anything
//! remote. One signal per key, so that a text shown twice is one text.

use std::cell::RefCell;
use std::collections::HashMap;

use leptos::prelude::*;

use crate::app::state::Desk;

thread_local! {
    static OPEN: RefCell<HashMap<String, ArcRwSignal<String>>> = RefCell::default();
}

pub fn note_key(contact: &str) -> String {
    format!("note/{contact}")
}

pub fn reply_key(contact: &str) -> String {
    format!("reply/{contact}")
}

/// The draft of that key; `first` is what it holds when there is none yet.
pub fn open(desk: Desk, key: &str, first: impl FnOnce() -> String) -> ArcRwSignal<String> {
    if let Some(known) = OPEN.with_borrow(|o| o.get(key).cloned()) {
        return known;
    }
    let kept = desk.draft(key).filter(|d| !d.is_empty());
    let signal = ArcRwSignal::new(kept.unwrap_or_else(first));
    OPEN.with_borrow_mut(|o| o.insert(key.to_owned(), signal.clone()));
    signal
}

/// Changes and keeps it.
pub fn write(desk: Desk, key: &str, text: &str) {
    open(desk, key, String::new).set(text.to_owned());
    desk.put_draft(key, text);
}

/// The draft, if there is one.
pub fn peek(desk: Desk, key: &str) -> Option<String> {
    let open = OPEN.with_borrow(|o| o.get(key).map(|s| s.get_untracked()));
    open.or_else(|| desk.draft(key).filter(|d| !d.is_empty()))
}

/// Done with it.
pub fn drop(desk: Desk, key: &str) {
    OPEN.with_borrow_mut(|o| o.remove(key));
    desk.put_draft(key, "");
}
