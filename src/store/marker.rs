//! A note outside of the database that it had content, and how much of it was unsent: how the desk can tell a browser that
//! has thrown the device's copy away from a new device. Some browsers throw both away; then nobody can tell.

use std::cell::Cell;

use web_sys::Storage;

/// See the module.
pub struct Marker {
    key: String,
    /// This tab has seen or made the content.
    ours: Cell<bool>,
}

impl Marker {
    pub fn new(database: &str) -> Marker {
        Marker { key: format!("baton-kept/{database}"), ours: Cell::new(false) }
    }

    /// How many entries of the database were unsent; None: it had no content as far as is known.
    pub fn read(&self) -> Option<u64> {
        Some(storage()?.get_item(&self.key).ok()??.parse().unwrap_or_default())
    }

    pub fn write(&self, unsent: u64) {
        self.ours.set(true);
        if let Some(storage) = storage() {
            // Without it the desk works; only an eviction goes unnoticed.
            let _ = storage.set_item(&self.key, &unsent.to_string());
        }
    }

    pub fn remove(&self) {
        self.ours.set(false);
        if let Some(storage) = storage() {
            let _ = storage.remove_item(&self.key);
        }
    }

    /// Whether this tab has seen the content, so that an empty database is not a new one.
    pub fn is_ours(&self) -> bool {
        self.ours.get()
    }
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}
