//! What is open on the screen: page, selection, dialog, toasts. Pure interface state; nothing here is stored
//! or sent. Buttons, shortcuts and the palette all set it the same way.

use baton_engine::model::{Collection, FieldChange};
use leptos::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Page {
    #[default]
    Desk,
    Customers,
    Callbacks,
    Experts,
    Outbox,
    Rules,
    Backend,
    Settings,
}

/// The one dialog or popover that is open. Ids are those of the document it acts on.
#[derive(Debug, Clone, PartialEq)]
pub enum Dialog {
    Palette,
    Shortcuts,
    Presence,
    /// Why due then? `leg` None: the reply (or the call-back or contact itself).
    Why {
        collection: Collection,
        id: String,
        leg: Option<String>,
    },
    /// New case; filled from a contact if one is given.
    Intake {
        contact: Option<String>,
    },
    Dispatch {
        case: String,
    },
    AnswerLeg {
        case: String,
        leg: String,
    },
    ReturnLeg {
        case: String,
        leg: String,
    },
    WithdrawLeg {
        case: String,
        leg: String,
    },
    AnswerCustomer {
        case: String,
    },
    CloseCase {
        case: String,
    },
    AwaitCustomer {
        case: String,
    },
    Hold {
        case: String,
    },
    Referral {
        case: String,
    },
    Reopen {
        case: String,
    },
    CancelCase {
        case: String,
    },
    ChangeClass {
        case: String,
    },
    Reassign {
        case: String,
    },
    Split {
        case: String,
    },
    /// Tried to answer the customer and did not reach him.
    NotReached {
        case: String,
    },
    Note {
        case: String,
    },
    Escalate {
        case: String,
    },
    /// Expert seats for a call: transfer or call-back.
    Transfer {
        contact: String,
    },
    /// Book a call-back, from a contact or for a case.
    BookCallback {
        contact: Option<String>,
        case: Option<String>,
    },
    /// Outcome of a call-back try.
    CallbackAttempt {
        callback: String,
    },
    /// Log a call taken on a desk phone.
    LogCall,
    /// The free fields of a case or a customer.
    Edit {
        collection: Collection,
        id: String,
    },
    /// Two edits of the same fields side by side: `typed`, or the refused ones of the outbox where that is empty.
    Compare {
        collection: Collection,
        id: String,
        typed: Vec<FieldChange>,
    },
    Reveal {
        customer: String,
        field: String,
    },
    ConfirmLogout,
    LogInAgain,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Bad,
}

/// A short message that goes by itself; `undo` offers to take the act back.
#[derive(Clone)]
pub struct Toast {
    pub id: u64,
    pub text: String,
    pub tone: Tone,
    pub undo: Option<Callback<()>>,
}

#[derive(Clone, Copy)]
pub struct Ui {
    pub page: RwSignal<Page>,
    /// What the work area shows.
    pub selected: RwSignal<Option<(Collection, String)>>,
    pub dialog: RwSignal<Option<Dialog>>,
    pub toasts: RwSignal<Vec<Toast>>,
    /// The customer that the customers page shows, by number.
    pub customer: RwSignal<Option<String>>,
    /// The customer panel as a drawer, on narrow screens.
    pub side_open: RwSignal<bool>,
    next_toast: StoredValue<u64>,
}

impl Ui {
    pub fn new() -> Ui {
        Ui {
            page: RwSignal::new(Page::default()),
            selected: RwSignal::new(None),
            dialog: RwSignal::new(None),
            toasts: RwSignal::new(Vec::new()),
            customer: RwSignal::new(None),
            side_open: RwSignal::new(false),
            next_toast: StoredValue::new(0),
        }
    }

    pub fn get() -> Ui {
        expect_context()
    }

    pub fn open(&self, dialog: Dialog) {
        self.dialog.set(Some(dialog));
    }

    pub fn close(&self) {
        self.dialog.set(None);
    }

    pub fn select(&self, collection: Collection, id: &str) {
        let wanted = Some((collection, id.to_owned()));
        if self.page.get_untracked() != Page::Desk {
            self.page.set(Page::Desk);
        }
        if self.selected.with_untracked(|s| *s != wanted) {
            self.selected.set(wanted);
        }
    }

    /// The customers page with this customer.
    pub fn show_customer(&self, number: &str) {
        self.customer.set(Some(number.to_owned()));
        self.page.set(Page::Customers);
    }

    /// The newest toast whose act can be taken back.
    pub fn undoable(&self) -> Option<Toast> {
        self.toasts.with_untracked(|t| t.iter().rfind(|t| t.undo.is_some()).cloned())
    }

    /// Takes the newest act back that a toast still offers to.
    pub fn undo(&self) {
        let Some(toast) = self.undoable() else { return };
        self.toasts.update(|t| t.retain(|other| other.id != toast.id));
        if let Some(undo) = toast.undo {
            undo.run(());
        }
    }

    pub fn toast(&self, text: impl Into<String>, tone: Tone, undo: Option<Callback<()>>) {
        self.next_toast.update_value(|n| *n += 1);
        let toast = Toast { id: self.next_toast.get_value(), text: text.into(), tone, undo };
        self.toasts.update(|t| {
            t.push(toast);
            if t.len() > 4 {
                t.remove(0);
            }
        });
    }
}

impl Default for Ui {
    fn default() -> Self {
        Ui::new()
    }
}
