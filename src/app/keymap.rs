//! Which key does which command: the table's keys, with the person's own changes kept on this device. Shortcuts, the
//! palette, the list of keys and the hints on buttons all ask here, so that a changed key shows everywhere.

use std::collections::BTreeMap;

use leptos::prelude::*;

use super::browser::{set_setting, setting};
use super::commands::{Action, TABLE};

/// Local setting; "off" switches single keys off.
const SINGLE_KEYS: &str = "baton-keys";
/// Local setting with the person's own keys, JSON: command → key, empty for none.
const OWN_KEYS: &str = "baton-keymap";

/// A key as the table writes it, and a command that has it already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken(pub Action);

#[derive(Clone, Copy)]
pub struct Keymap {
    own: RwSignal<BTreeMap<String, String>>,
    /// Whether letters without Ctrl or Alt act at all.
    pub single: RwSignal<bool>,
}

fn id(action: Action) -> String {
    format!("{action:?}")
}

impl Keymap {
    /// As kept on this device; what cannot be read counts as nothing changed.
    pub fn restore() -> Keymap {
        let own = setting(OWN_KEYS).and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default();
        let single = setting(SINGLE_KEYS).as_deref() != Some("off");
        Keymap { own: RwSignal::new(own), single: RwSignal::new(single) }
    }

    pub fn get() -> Keymap {
        expect_context()
    }

    /// The key of a command; empty: none. The caller follows.
    pub fn key(&self, action: Action) -> String {
        let shipped = action.line().map_or("", |l| l.key);
        self.own.with(|own| own.get(&id(action)).cloned()).unwrap_or_else(|| shipped.to_owned())
    }

    /// The key as a hint shows it: nothing for a single key when those are off.
    pub fn hint(&self, action: Action) -> String {
        let key = self.key(action);
        let silent = is_single(&key) && !self.single.get();
        if silent { String::new() } else { written(&key) }
    }

    /// The key in the form of `aria-keyshortcuts`; None: no key, or a single one when those are off.
    pub fn aria(&self, action: Action) -> Option<String> {
        let key = self.key(action);
        let acts = !key.is_empty() && (!is_single(&key) || self.single.get());
        acts.then(|| key.replace("Ctrl", "Control").replace(' ', "+"))
    }

    /// The command of a key.
    pub fn command(&self, key: &str) -> Option<Action> {
        untrack(|| TABLE.iter().map(|l| l.action).find(|a| self.key(*a) == key))
    }

    /// The same, unless it is a single key and those are off.
    pub fn acting(&self, key: &str) -> Option<Action> {
        self.command(key).filter(|_| !is_single(key) || self.single.get_untracked())
    }

    /// Gives a command another key; an empty one takes it away.
    ///
    /// # Errors
    /// Another command has that key.
    pub fn set(&self, action: Action, key: &str) -> Result<(), Taken> {
        if let Some(other) = self.command(key).filter(|other| *other != action && !key.is_empty()) {
            return Err(Taken(other));
        }
        let shipped = action.line().map_or("", |l| l.key);
        self.own.update(|own| {
            if key == shipped {
                own.remove(&id(action))
            } else {
                own.insert(id(action), key.to_owned())
            };
        });
        self.keep();
        Ok(())
    }

    /// The shipped keys again.
    pub fn reset(&self) {
        self.own.set(BTreeMap::new());
        self.keep();
    }

    pub fn is_changed(&self) -> bool {
        self.own.with(|own| !own.is_empty())
    }

    pub fn set_single(&self, on: bool) {
        self.single.set(on);
        set_setting(SINGLE_KEYS, Some(if on { "on" } else { "off" }));
    }

    fn keep(&self) {
        let text =
            self.own.with_untracked(|own| (!own.is_empty()).then(|| serde_json::to_string(own).unwrap_or_default()));
        set_setting(OWN_KEYS, text.as_deref());
    }
}

/// A key that acts outside text fields only.
fn is_single(key: &str) -> bool {
    !key.is_empty() && !key.starts_with("Ctrl ") && !key.starts_with("Alt ")
}

/// The key as this machine writes it: ⌘ and ⌥ on macOS.
pub fn written(key: &str) -> String {
    if super::browser::is_mac() {
        key.replace("Ctrl ", "⌘ ").replace("Alt ", "⌥ ").replace("Shift ", "⇧ ")
    } else {
        key.to_owned()
    }
}
