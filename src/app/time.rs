//! The desk's clock: the browser's time corrected by what the server says, and one tick a second for all views.

use std::cell::Cell;

use baton_engine::time::Timestamp;

use super::browser::{set_setting, setting};

/// Local setting with the offset, and how exactly it is kept.
const KEPT: &str = "baton-clock-offset";
const KEPT_TO_MS: u64 = 500;

thread_local! {
    /// Server time less browser time, in milliseconds.
    static OFFSET: Cell<i64> = const { Cell::new(0) };
}

/// The server's time now, as far as we know it.
pub fn server_now() -> Timestamp {
    Timestamp::from_millis(js_sys::Date::now() as i64 + OFFSET.get())
}

/// Takes the server's word, and keeps it: after a reload with no network the desk still knows the right time.
pub fn set_offset_millis(offset: i64) {
    if OFFSET.replace(offset).abs_diff(offset) > KEPT_TO_MS {
        set_setting(KEPT, Some(&offset.to_string()));
    }
}

/// What the server said last, before it has been asked again.
pub fn restore_offset() {
    if let Some(offset) = setting(KEPT).and_then(|text| text.parse().ok()) {
        OFFSET.set(offset);
    }
}

/// Milliseconds until the next full second.
pub fn to_next_second() -> u32 {
    1000 - (server_now().millis().rem_euclid(1000)) as u32
}
