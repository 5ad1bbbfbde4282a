//! What the desk remembers of a contact only while it is open here: mute (the desk phone's own), the step of the
//! script, the disposition chosen during the call. Survives a change of selection, not a reload; texts are drafts.

use std::cell::RefCell;
use std::collections::HashMap;

use leptos::prelude::*;

#[derive(Clone)]
pub struct Local {
    pub muted: ArcRwSignal<bool>,
    /// Steps of the script that are done.
    pub step: ArcRwSignal<usize>,
    pub disposition: ArcRwSignal<Option<String>>,
}

impl Local {
    fn new() -> Local {
        Local { muted: ArcRwSignal::new(false), step: ArcRwSignal::new(0), disposition: ArcRwSignal::new(None) }
    }
}

thread_local! {
    static LOCAL: RefCell<HashMap<String, Local>> = RefCell::default();
}

/// The local state of a contact; made on first use.
pub fn of(contact: &str) -> Local {
    LOCAL.with_borrow_mut(|all| all.entry(contact.to_owned()).or_insert_with(Local::new).clone())
}

/// Forgets it once the contact is done.
pub fn forget(contact: &str) {
    LOCAL.with_borrow_mut(|all| all.remove(contact));
}
