//! What every dialog here has at hand: the desk, the case it acts on, the language, the last refusal; and the one way
//! in which a dialog sends its intents. Refused: the dialog stays, says why, and keeps the text.

use std::sync::Arc;

use baton_engine::Refusal;
use baton_engine::calendar::Zone;
use baton_engine::model::{Case, Collection, Intent};
use baton_engine::policy::Policy;
use baton_engine::time::Timestamp;
use leptos::prelude::*;

use crate::app::state::{Command, Desk, Doc};
use crate::app::ui_state::{Tone, Ui};
use crate::i18n::dialogs::DialogTexts;
use crate::i18n::{Lang, format};
use crate::ui::draft::Draft;
use crate::ui::undo::lasting;

#[derive(Clone, Copy)]
pub struct Hand {
    pub desk: Desk,
    pub ui: Ui,
    pub lang: RwSignal<Lang>,
    pub fault: RwSignal<Option<Refusal>>,
    /// Empty where the dialog is about no case.
    pub id: StoredValue<String>,
    pub case: Memo<Option<Doc<Case>>>,
}

/// What to say once it is done, and how to take it back.
#[derive(Default)]
pub struct Done {
    pub toast: String,
    /// Intents on the case that undo it.
    pub undo: Option<Intent>,
}

impl Hand {
    pub fn of_case(id: &str) -> Hand {
        let desk = Desk::get();
        let key = id.to_owned();
        Hand {
            desk,
            ui: Ui::get(),
            lang: expect_context(),
            fault: RwSignal::new(None),
            id: StoredValue::new(id.to_owned()),
            case: Memo::new(move |_| desk.get_doc::<Case>(&key)),
        }
    }

    /// For a dialog about no case.
    pub fn free() -> Hand {
        Hand::of_case("")
    }

    /// The texts; follows the language where it is read in a view.
    pub fn t(&self) -> &'static DialogTexts {
        DialogTexts::get(self.lang.get())
    }

    /// The same in an event.
    pub fn t_now(&self) -> &'static DialogTexts {
        DialogTexts::get(self.lang.get_untracked())
    }

    /// The pack that the case was taken under, or the one in force.
    pub fn policy(&self) -> Option<Arc<Policy>> {
        self.case.with(|c| match c {
            Some(case) => self.desk.policy_of(&case.policy),
            None => self.desk.policy(),
        })
    }

    pub fn policy_now(&self) -> Option<Arc<Policy>> {
        untrack(|| self.policy())
    }

    /// The moment as people read it, in the operator's own zone.
    pub fn moment(&self, policy: &Policy, at: Timestamp) -> String {
        let now = self.desk.now.get_untracked();
        format::moment(at, now, zone(policy), self.lang.get_untracked())
    }

    /// The time for computing what would happen, a new one each minute: views need no more.
    pub fn minute(&self) -> Memo<Timestamp> {
        let now = self.desk.now;
        let minute = Memo::new(move |_| now.get().millis().div_euclid(60_000));
        Memo::new(move |_| {
            minute.track();
            now.get_untracked()
        })
    }

    /// Sends one intent on the case. True: done, and the dialog is closed.
    pub fn one(&self, intent: Intent, drafts: &[Draft], done: Done) -> bool {
        let command = self.desk.command(Collection::Cases, &self.id.get_value(), intent);
        self.act(vec![command], drafts, done)
    }

    /// Sends intents together. True: done, drafts are cleared and the dialog is closed.
    pub fn act(&self, commands: Vec<Command>, drafts: &[Draft], done: Done) -> bool {
        match self.desk.act(commands) {
            Err(refusal) => {
                self.fault.set(Some(refusal));
                false
            }
            Ok(()) => {
                self.fault.set(None);
                drafts.iter().for_each(Draft::clear);
                let undo = done.undo.map(|intent| self.undo(intent));
                self.ui.close();
                if !done.toast.is_empty() {
                    self.ui.toast(done.toast, Tone::Plain, undo);
                }
                true
            }
        }
    }

    fn undo(&self, intent: Intent) -> Callback<()> {
        let (desk, ui, lang, id) = (self.desk, self.ui, self.lang, self.id.get_value());
        lasting(move || {
            if let Err(refusal) = desk.act_one(Collection::Cases, &id, intent.clone()) {
                let policy = untrack(|| desk.policy());
                let text = crate::i18n::words::refusal(&refusal, policy.as_deref(), lang.get_untracked());
                ui.toast(text, Tone::Bad, None);
            }
        })
    }
}

pub fn zone(policy: &Policy) -> &Zone {
    policy.home().zone()
}

/// The part of a case number that people say, or the whole where it has none.
pub fn spoken(case: &Case) -> String {
    if case.number.is_empty() { case.title.clone() } else { case.number.clone() }
}
