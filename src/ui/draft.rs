//! Texts that are being written, by key: kept on this device about a second after the last keystroke, when their field
//! is left and when their view goes; there again when the view comes back; forgotten when they were sent. Never sent,
//! never touched by anything remote. One signal per key, so that a text shown twice is one text.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;

use crate::app::state::Desk;

const DEBOUNCE: Duration = Duration::from_millis(900);

/// A draft that is on the screen.
struct Held {
    text: ArcRwSignal<String>,
    /// What stood there before anybody wrote: alone it is no draft.
    first: String,
    /// A keystroke waits to be kept.
    waiting: Option<TimeoutHandle>,
    /// Views that show it.
    views: usize,
}

thread_local! {
    static HELD: RefCell<HashMap<String, Held>> = RefCell::default();
}

/// A draft in a view. Cheap to copy; owned by the view that asked for it.
#[derive(Clone, Copy)]
pub struct Draft {
    pub text: RwSignal<String>,
    desk: Desk,
    key: StoredValue<String>,
}

/// The draft of `key` (`<what>/<doc id>/<field>`), empty if there is none yet.
pub fn use_draft(key: impl Into<String>) -> Draft {
    use_draft_or(key, String::new())
}

/// The same; `first` stands in the field until somebody changes it.
pub fn use_draft_or(key: impl Into<String>, first: impl Into<String>) -> Draft {
    let (desk, key) = (Desk::get(), key.into());
    let text = HELD.with_borrow_mut(|all| {
        let held = all.entry(key.clone()).or_insert_with_key(|key| {
            let first = first.into();
            let text = ArcRwSignal::new(desk.draft(key).unwrap_or_else(|| first.clone()));
            Held { text, first, waiting: None, views: 0 }
        });
        held.views += 1;
        held.text.clone()
    });
    let left = key.clone();
    on_cleanup(move || {
        keep(desk, &left);
        HELD.with_borrow_mut(|all| {
            let views = all.get_mut(&left).map(|held| {
                held.views -= 1;
                held.views
            });
            if views == Some(0) {
                all.remove(&left);
            }
        });
    });
    Draft { text: RwSignal::from(text), desk, key: StoredValue::new(key) }
}

impl Draft {
    pub fn get(&self) -> String {
        self.text.get()
    }

    pub fn get_untracked(&self) -> String {
        self.text.get_untracked()
    }

    /// The person typed: shown at once, kept a little later.
    pub fn write(&self, text: String) {
        self.text.set(text);
        let (desk, key) = (self.desk, self.key.get_value());
        stop(&key);
        let later = key.clone();
        let waiting = set_timeout_with_handle(move || keep(desk, &later), DEBOUNCE).ok();
        HELD.with_borrow_mut(|all| {
            if let Some(held) = all.get_mut(&key) {
                held.waiting = waiting;
            }
        });
    }

    /// The field was left: what waits is kept now. A field may be left because its view has gone.
    pub fn keep(&self) {
        self.key.try_with_value(|key| keep(self.desk, key));
    }

    /// What stands in the field from now on unless the person has written something else.
    pub fn suggest(&self, text: String) {
        let now = self.text.get_untracked();
        let untouched = self.with_held(|held| {
            let untouched = held.first == now;
            if untouched {
                held.first.clone_from(&text);
            }
            untouched
        });
        if untouched == Some(true) {
            self.text.set(text);
        }
    }

    /// Back to what stood there at first, and nothing is kept.
    pub fn reset(&self) {
        self.clear();
        if let Some(first) = self.with_held(|held| held.first.clone()) {
            self.text.set(first);
        }
    }

    /// Sent or thrown away: nothing is kept.
    pub fn clear(&self) {
        self.key.with_value(|key| forget(self.desk, key));
    }

    fn with_held<R>(&self, read: impl FnOnce(&mut Held) -> R) -> Option<R> {
        self.key.with_value(|key| HELD.with_borrow_mut(|all| all.get_mut(key).map(read)))
    }
}

/// What is being written there, on the screen or kept.
pub fn peek(desk: Desk, key: &str) -> Option<String> {
    let shown = HELD.with_borrow(|all| all.get(key).map(|held| held.text.get_untracked()));
    shown.or_else(|| desk.draft(key))
}

/// Nothing is kept of it.
pub fn forget(desk: Desk, key: &str) {
    stop(key);
    desk.put_draft(key, "");
}

/// True if a keystroke was waiting to be kept.
fn stop(key: &str) -> bool {
    let waiting = HELD.with_borrow_mut(|all| all.get_mut(key).and_then(|held| held.waiting.take()));
    waiting.inspect(TimeoutHandle::clear).is_some()
}

fn keep(desk: Desk, key: &str) {
    if !stop(key) {
        return;
    }
    let text = HELD.with_borrow(|all| {
        let held = all.get(key)?;
        // What was suggested and left alone is no draft.
        Some(held.text.get_untracked()).filter(|text| *text != held.first)
    });
    desk.put_draft(key, &text.unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use baton_engine::time::Timestamp;

    use super::*;

    #[test]
    fn a_text_shown_twice_is_one_text_and_goes_with_the_last_view() {
        let desk = Owner::new();
        desk.with(|| provide_context(Desk::new(Timestamp::from_millis(0))));
        let (one, two) = (desk.with(Owner::new), desk.with(Owner::new));
        let first = one.with(|| use_draft_or("note/c1", "as saved"));
        let second = two.with(|| use_draft_or("note/c1", "as saved later"));
        assert_eq!(second.get_untracked(), "as saved", "the first view says what stood there");
        first.text.set("typed".into());
        assert_eq!(second.get_untracked(), "typed");
        second.suggest("another".into());
        assert_eq!(first.get_untracked(), "typed", "what was written stays");
        let seen = || desk.with(|| peek(Desk::get(), "note/c1"));
        one.cleanup();
        assert_eq!(seen().as_deref(), Some("typed"));
        second.reset();
        assert_eq!(seen().as_deref(), Some("as saved"));
        two.cleanup();
        assert_eq!(seen(), None);
    }
}
