//! Texts that are being written, by key: kept on this device by the desk, never sent, never touched by anything
//! remote. One signal per key, so that a text shown twice is one text.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;

use crate::app::state::Desk;

/// A text is kept this long after the last keystroke.
const DEBOUNCE: Duration = Duration::from_millis(900);

thread_local! {
    static TIMERS: RefCell<HashMap<String, TimeoutHandle>> = RefCell::default();
    static OPEN: RefCell<HashMap<String, ArcRwSignal<String>>> = RefCell::default();
}

pub fn note_key(contact: &str) -> String {
    format!("note/{contact}")
}

pub fn reply_key(contact: &str) -> String {
    format!("reply/{contact}")
}

/// Two people may use one page after another: each has his own.
fn slot(desk: Desk, key: &str) -> String {
    let person = desk.session.with_untracked(|s| s.as_ref().map(|s| s.id.clone())).unwrap_or_default();
    format!("{person}/{key}")
}

fn opened(slot: &str) -> Option<ArcRwSignal<String>> {
    OPEN.with_borrow(|o| o.get(slot).cloned())
}

/// The draft of that key; `first` is what it holds when there is none yet.
pub fn open(desk: Desk, key: &str, first: impl FnOnce() -> String) -> ArcRwSignal<String> {
    let slot = slot(desk, key);
    if let Some(known) = opened(&slot) {
        return known;
    }
    let kept = desk.draft(key).filter(|d| !d.is_empty());
    let signal = ArcRwSignal::new(kept.unwrap_or_else(first));
    OPEN.with_borrow_mut(|o| o.insert(slot, signal.clone()));
    signal
}

/// Changes it at once and keeps it a little later.
pub fn write(desk: Desk, key: &str, text: &str) {
    open(desk, key, String::new).set(text.to_owned());
    let kept = key.to_owned();
    let timer = set_timeout_with_handle(move || keep(desk, &kept), DEBOUNCE).ok();
    stop_timer(key);
    if let Some(timer) = timer {
        TIMERS.with_borrow_mut(|t| t.insert(key.to_owned(), timer));
    }
}

/// True if a keystroke was waiting to be kept.
fn stop_timer(key: &str) -> bool {
    let waiting = TIMERS.with_borrow_mut(|t| t.remove(key));
    waiting.inspect(|w| w.clear()).is_some()
}

/// Keeps it now: its field was left.
pub fn keep(desk: Desk, key: &str) {
    if stop_timer(key)
        && let Some(text) = opened(&slot(desk, key))
    {
        desk.put_draft(key, &text.get_untracked());
    }
}

/// The draft, if there is one.
pub fn peek(desk: Desk, key: &str) -> Option<String> {
    let open = opened(&slot(desk, key)).map(|s| s.get_untracked());
    open.or_else(|| desk.draft(key).filter(|d| !d.is_empty()))
}

/// Sent: the field is empty again.
pub fn clear(desk: Desk, key: &str) {
    stop_timer(key);
    if let Some(open) = opened(&slot(desk, key)) {
        open.set(String::new());
    }
    desk.put_draft(key, "");
}

/// Done with it for good.
pub fn drop(desk: Desk, key: &str) {
    stop_timer(key);
    let slot = slot(desk, key);
    OPEN.with_borrow_mut(|o| o.remove(&slot));
    desk.put_draft(key, "");
}
