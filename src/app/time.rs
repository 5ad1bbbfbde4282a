//! The desk's clock: the browser's time corrected by what the server says, and one tick a second for all views.

use std::cell::Cell;

use baton_engine::time::Timestamp;

thread_local! {
    /// Server time less browser time, in milliseconds.
    static OFFSET: Cell<i64> = const { Cell::new(0) };
}

/// The server's time now, as far as we know it.
pub fn server_now() -> Timestamp {
    Timestamp::from_millis(js_sys::Date::now() as i64 + OFFSET.get())
}

/// Milliseconds by which this machine's clock is behind the server's (negative: ahead).
pub fn offset_millis() -> i64 {
    OFFSET.get()
}

pub fn set_offset_millis(offset: i64) {
    OFFSET.set(offset);
}

/// Milliseconds until the next full second.
pub fn to_next_second() -> u32 {
    1000 - (server_now().millis().rem_euclid(1000)) as u32
}
