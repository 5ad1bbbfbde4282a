//! A text field that is a draft: kept on this device about a second after the last keystroke and when its view goes,
//! there again when the view comes back, and forgotten when it was sent.

use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;

use crate::app::state::Desk;

const DEBOUNCE: Duration = Duration::from_millis(900);

/// The text of a draft and its key. Cheap to copy; owned by the view that made it.
#[derive(Clone, Copy)]
pub struct Draft {
    pub text: RwSignal<String>,
    desk: Desk,
    key: StoredValue<String>,
    first: StoredValue<String>,
    timer: StoredValue<Option<TimeoutHandle>>,
}

/// The draft of `key` (`<dialog>/<doc id>/<field>`), empty if there is none yet.
pub fn use_draft(key: impl Into<String>) -> Draft {
    use_draft_or(key, String::new())
}

/// The same; `first` stands in the field until somebody changes it.
pub fn use_draft_or(key: impl Into<String>, first: impl Into<String>) -> Draft {
    let (desk, key, first) = (Desk::get(), key.into(), first.into());
    let text = RwSignal::new(desk.draft(&key).unwrap_or_else(|| first.clone()));
    let draft =
        Draft { text, desk, key: StoredValue::new(key), first: StoredValue::new(first), timer: StoredValue::new(None) };
    on_cleanup(move || {
        if draft.stop_timer() {
            draft.keep();
        }
    });
    draft
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
        self.stop_timer();
        let draft = *self;
        let handle = set_timeout_with_handle(
            move || {
                if draft.stop_timer() {
                    draft.keep();
                }
            },
            DEBOUNCE,
        );
        self.timer.set_value(handle.ok());
    }

    /// What stands in the field from now on unless the person has written something else.
    pub fn suggest(&self, text: String) {
        let untouched = self.first.with_value(|f| self.text.with_untracked(|t| t == f));
        if untouched {
            self.first.set_value(text.clone());
            self.text.set(text);
        }
    }

    /// Back to what stood there at first, and nothing is kept.
    pub fn reset(&self) {
        self.clear();
        self.text.set(self.first.get_value());
    }

    /// Sent or thrown away: nothing is kept.
    pub fn clear(&self) {
        self.stop_timer();
        self.key.with_value(|key| self.desk.put_draft(key, ""));
    }

    /// True if a keystroke was waiting to be kept.
    fn stop_timer(&self) -> bool {
        let mut waiting = None;
        let _ = self.timer.try_update_value(|t| waiting = t.take());
        waiting.inspect(|handle| handle.clear()).is_some()
    }

    fn keep(&self) {
        let text = self.text.try_get_untracked();
        if let Some((text, key)) = text.zip(self.key.try_get_value()) {
            // What was suggested and left alone is no draft.
            let same = self.first.try_with_value(|f| *f == text).unwrap_or(false);
            self.desk.put_draft(&key, if same { "" } else { &text });
        }
    }
}
