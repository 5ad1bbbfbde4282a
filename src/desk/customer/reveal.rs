//! Fields whose mask was lifted in this tab: each for a minute after the act was recorded, gone with the tab.

use std::collections::HashMap;

use baton_engine::time::{Span, Timestamp};
use leptos::prelude::*;

use crate::app::state::Desk;

/// How long a field stays readable.
const OPEN_FOR: Span = Span::from_secs(60);

type Open = HashMap<(String, String), Timestamp>;

thread_local! {
    static OPEN: ArcRwSignal<Open> = ArcRwSignal::new(HashMap::new());
}

/// Shows the field of that customer for a minute. To be called once [`baton_engine::model::Intent::RevealField`] holds.
pub fn open(desk: Desk, customer: &str, field: &str) {
    let until = desk.now.get_untracked().plus(OPEN_FOR);
    let key = (customer.to_owned(), field.to_owned());
    OPEN.with(|open| {
        open.update(|o| {
            o.insert(key, until);
        });
    });
}

/// Hides it again at once.
pub fn shut(customer: &str, field: &str) {
    let key = (customer.to_owned(), field.to_owned());
    OPEN.with(|open| {
        open.update(|o| {
            o.remove(&key);
        });
    });
}

/// Seconds for which the field may still be read; 0 when it is masked. Follows the time while it is open.
pub fn seconds_left(desk: Desk, customer: &str, field: &str) -> i64 {
    let until = OPEN.with(|open| open.with(|o| o.get(&(customer.to_owned(), field.to_owned())).copied()));
    until.map_or(0, |until| (until.since(desk.now.get()).millis() + 999).max(0) / 1000)
}
