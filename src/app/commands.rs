//! Commands as data: one table gives each its words, icon, key and group, says whether it applies to what is
//! selected and why not, and does it. Shortcuts, the palette and the list of keys are all read from here.

use baton_engine::Refusal;
use baton_engine::model::{Callback, Case, Collection, Intent, Interaction, Leg};
use leptos::prelude::*;

use super::browser;
use super::state::{Desk, Doc};
use super::ui_state::{Dialog, Page, Tone, Ui};
use crate::desk::contact::{Acts, Slot};
use crate::desk::worklist::Shown;
use crate::i18n::commands::CommandTexts;
use crate::i18n::{Lang, words};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Next,
    Previous,
    Why,
    Answer,
    Hold,
    Mute,
    Consult,
    Expert,
    ThreeWay,
    End,
    LogCall,
    BookCallback,
    Claim,
    Attempt,
    Intake,
    Receive,
    AnswerLeg,
    ReturnLeg,
    Dispatch,
    Chase,
    AnswerCustomer,
    Await,
    Note,
    Edit,
    Escalate,
    Close,
    CustomerPanel,
    Presence,
    Undo,
    Retry,
    Palette,
    Keys,
    Theme,
    Language,
    GoDesk,
    GoCustomers,
    GoCallbacks,
    GoExperts,
    GoOutbox,
    GoRules,
    GoBackend,
    GoSettings,
    LogOut,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    Call,
    Case,
    Callback,
    Go,
    Desk,
}

/// One line of the table.
pub struct Line {
    pub action: Action,
    pub group: Group,
    pub icon: &'static str,
    /// How the key is written in hints; empty: no key.
    pub key: &'static str,
    pub name: fn(&CommandTexts) -> &'static str,
}

macro_rules! table {
    ($($action:ident $group:ident $icon:literal $key:literal $name:ident;)*) => {
        /// Every command, in the order of the palette.
        pub static TABLE: &[Line] = &[$(Line {
            action: Action::$action, group: Group::$group, icon: $icon, key: $key, name: |t| t.$name,
        }),*];
    };
}
table! {
    Answer Call "phone" "A" answer;
    Hold Call "hold" "H" hold;
    Mute Call "mute" "M" mute;
    Consult Call "consult" "C" consult;
    Expert Call "transfer" "T" expert;
    ThreeWay Call "three" "B" three_way;
    End Call "hangup" "E" end;
    LogCall Call "phone" "L" log_call;
    BookCallback Callback "callback" "Y" book_callback;
    Claim Callback "callback" "Shift C" claim;
    Attempt Callback "phone" "Shift A" attempt;
    Intake Case "plus" "O" intake;
    Receive Case "down" "G" receive;
    AnswerLeg Case "back" "Shift R" answer_leg;
    ReturnLeg Case "back" "Shift X" return_leg;
    Dispatch Case "baton" "P" dispatch;
    Chase Case "nudge" "N" chase;
    AnswerCustomer Case "check" "R" answer_customer;
    Await Case "hold" "Shift W" await_customer;
    Note Case "edit" "I" note;
    Edit Case "type" "Shift E" edit;
    Escalate Case "flag" "U" escalate;
    Close Case "lock" "W" close;
    Why Case "help" "?" why;
    Next Go "dn" "J" next;
    Previous Go "up" "K" previous;
    CustomerPanel Go "user" "V" customer_panel;
    GoDesk Go "inbox" "" go_desk;
    GoCustomers Go "users" "" go_customers;
    GoCallbacks Go "callback" "" go_callbacks;
    GoExperts Go "consult" "" go_experts;
    GoOutbox Go "send" "" go_outbox;
    GoRules Go "book" "" go_rules;
    GoBackend Go "link" "" go_backend;
    GoSettings Go "sliders" "" go_settings;
    Presence Desk "user" "Shift S" presence;
    Undo Desk "back" "Ctrl Z" undo;
    Retry Desk "refresh" "Alt R" retry;
    Palette Desk "search" "Ctrl K" palette;
    Keys Desk "keypad" "Ctrl /" keys;
    Theme Desk "theme" "" theme;
    Language Desk "globe" "" language;
    LogOut Desk "door" "" log_out;
}

/// What a command works on: taken once at the root, `Copy`.
#[derive(Clone, Copy)]
pub struct Context {
    pub desk: Desk,
    pub ui: Ui,
    pub lang: RwSignal<Lang>,
    pub acts: Acts,
    pub shown: RwSignal<Option<Shown>>,
}

impl Context {
    pub fn take() -> Context {
        Context { desk: Desk::get(), ui: Ui::get(), lang: expect_context(), acts: Acts::get(), shown: expect_context() }
    }

    fn chosen(&self, collection: Collection) -> Option<String> {
        self.ui.selected.get_untracked().filter(|(c, _)| *c == collection).map(|(_, id)| id)
    }

    fn contact(&self) -> Option<Doc<Interaction>> {
        self.desk.peek(&self.chosen(Collection::Interactions)?)
    }

    /// The selected case, or the one that the selected contact concerns.
    pub fn case(&self) -> Option<Doc<Case>> {
        if let Some(id) = self.chosen(Collection::Cases) {
            return self.desk.peek(&id);
        }
        let contact = self.contact()?;
        contact.cases.last().and_then(|id| self.desk.peek(id))
    }

    fn callback(&self) -> Option<Doc<Callback>> {
        self.desk.peek(&self.chosen(Collection::Callbacks)?)
    }

    /// The leg that the person's organisation works on.
    fn my_leg(&self, case: &Case) -> Option<Leg> {
        let org = untrack(|| self.desk.actor()).org;
        case.active_leg_of(&org).cloned()
    }

    fn refused(&self, why: &Refusal) -> String {
        let policy = untrack(|| self.desk.policy());
        words::refusal(why, policy.as_deref(), self.lang.get_untracked())
    }
}

/// The representative intent of a command on a case: the engine says whether it would hold.
fn case_intent(context: &Context, action: Action, case: &Case) -> Option<Intent> {
    let text = || "–".to_owned();
    let leg = context.my_leg(case).map(|l| l.id);
    let org = untrack(|| context.desk.actor()).org;
    let mine_out = case.active_legs().find(|l| l.from == org).map(|l| l.id.clone());
    Some(match action {
        Action::Receive => Intent::ReceiveLeg { leg: leg? },
        Action::AnswerLeg => Intent::AnswerLeg { leg: leg?, text: text() },
        Action::ReturnLeg => Intent::ReturnLeg { leg: leg?, reason: text() },
        Action::Chase => Intent::ChaseLeg { leg: mine_out?, text: String::new() },
        Action::AnswerCustomer => Intent::AnswerCustomer { text: text() },
        Action::Await => Intent::AwaitCustomer { what: text() },
        Action::Note => Intent::AddNote { text: text() },
        Action::Edit => crate::desk::case::edits_nothing(case),
        Action::Escalate => Intent::EscalateCase { reason: text() },
        Action::Close => Intent::CloseCase { note: String::new() },
        _ => return None,
    })
}

impl Action {
    pub fn line(self) -> Option<&'static Line> {
        TABLE.iter().find(|l| l.action == self)
    }

    /// Whether it applies now.
    ///
    /// # Errors
    /// The reason in words; empty when there simply is nothing selected that it could mean.
    pub fn available(self, context: &Context) -> Result<(), String> {
        let nothing = || Err(String::new());
        match self {
            Action::Answer
            | Action::Hold
            | Action::Mute
            | Action::Consult
            | Action::Expert
            | Action::ThreeWay
            | Action::End => {
                let Some(contact) = context.contact() else { return nothing() };
                let me = untrack(|| context.desk.actor());
                match crate::desk::contact::slot_off(self.slot(), &contact, &me) {
                    Some(off) => Err(context.acts.off_text(off, &contact)),
                    None => Ok(()),
                }
            }
            Action::Claim | Action::Attempt => {
                let Some(callback) = context.callback() else { return nothing() };
                if self == Action::Attempt {
                    return Ok(());
                }
                match context.desk.would(Collection::Callbacks, &callback.id, Intent::ClaimCallback) {
                    Some(why) => Err(context.refused(&why)),
                    None => Ok(()),
                }
            }
            Action::Dispatch => {
                let Some(case) = context.case() else { return nothing() };
                let policy = untrack(|| context.desk.policy_of(&case.policy));
                let org = untrack(|| context.desk.actor()).org;
                let possible = policy.is_some_and(|p| !baton_engine::relay::edges_from(&p, &case, &org).is_empty());
                if possible && case.status.is_open() { Ok(()) } else { nothing() }
            }
            Action::Receive
            | Action::AnswerLeg
            | Action::ReturnLeg
            | Action::Chase
            | Action::AnswerCustomer
            | Action::Await
            | Action::Note
            | Action::Edit
            | Action::Escalate
            | Action::Close => {
                let Some(case) = context.case() else { return nothing() };
                let Some(intent) = case_intent(context, self, &case) else { return nothing() };
                match context.desk.would(Collection::Cases, &case.id, intent) {
                    Some(why) => Err(context.refused(&why)),
                    None => Ok(()),
                }
            }
            Action::Undo if context.ui.undoable().is_none() => nothing(),
            Action::Why => match context.ui.selected.get_untracked() {
                Some(_) => Ok(()),
                None => nothing(),
            },
            _ => Ok(()),
        }
    }

    fn slot(self) -> Slot {
        match self {
            Action::Hold => Slot::Hold,
            Action::Mute => Slot::Mute,
            Action::Consult => Slot::Consult,
            Action::Expert => Slot::Expert,
            Action::ThreeWay => Slot::ThreeWay,
            Action::End => Slot::End,
            _ => Slot::Answer,
        }
    }

    /// Does it, or says why not.
    pub fn run(self, context: &Context) {
        if let Err(why) = self.available(context) {
            if !why.is_empty() {
                context.ui.toast(why, Tone::Bad, None);
            }
            return;
        }
        let (ui, desk) = (context.ui, context.desk);
        match self {
            Action::Next | Action::Previous => {
                if let Some(shown) = context.shown.get_untracked() {
                    shown.step(ui, if self == Action::Next { 1 } else { -1 });
                }
            }
            Action::Answer
            | Action::Hold
            | Action::Mute
            | Action::Consult
            | Action::Expert
            | Action::ThreeWay
            | Action::End => {
                if let Some(contact) = context.contact() {
                    context.acts.press(&contact.id, self.slot());
                }
            }
            Action::LogCall => ui.open(Dialog::LogCall),
            Action::BookCallback => ui.open(Dialog::BookCallback {
                contact: context.contact().map(|c| c.id.clone()),
                case: context.case().map(|c| c.id.clone()),
            }),
            Action::Claim => {
                if let Some(callback) = context.callback() {
                    self.act(context, Collection::Callbacks, &callback.id, Intent::ClaimCallback);
                }
            }
            Action::Attempt => {
                if let Some(callback) = context.callback() {
                    ui.open(Dialog::CallbackAttempt { callback: callback.id.clone() });
                }
            }
            Action::Intake => ui.open(Dialog::Intake { contact: context.contact().map(|c| c.id.clone()) }),
            Action::Receive | Action::Chase => {
                if let Some(case) = context.case()
                    && let Some(intent) = case_intent(context, self, &case)
                {
                    self.act(context, Collection::Cases, &case.id, intent);
                }
            }
            Action::AnswerLeg
            | Action::ReturnLeg
            | Action::Dispatch
            | Action::AnswerCustomer
            | Action::Await
            | Action::Note
            | Action::Edit
            | Action::Escalate
            | Action::Close => {
                if let Some(dialog) = self.case_dialog(context) {
                    ui.open(dialog);
                }
            }
            Action::Why => {
                if let Some((collection, id)) = ui.selected.get_untracked() {
                    let leg = context.case().and_then(|c| context.my_leg(&c)).map(|l| l.id);
                    let leg = leg.filter(|_| collection == Collection::Cases);
                    ui.open(Dialog::Why { collection, id, leg });
                }
            }
            Action::CustomerPanel => ui.side_open.update(|o| *o = !*o),
            Action::Presence => ui.open(Dialog::Presence),
            Action::Undo => ui.undo(),
            Action::Retry => desk.retry_connection(),
            Action::Palette => ui.open(Dialog::Palette),
            Action::Keys => ui.open(Dialog::Shortcuts),
            Action::Theme => browser::toggle_theme(),
            Action::Language => context.lang.update(|l| *l = if *l == Lang::Zh { Lang::En } else { Lang::Zh }),
            Action::GoDesk => ui.page.set(Page::Desk),
            Action::GoCustomers => ui.page.set(Page::Customers),
            Action::GoCallbacks => ui.page.set(Page::Callbacks),
            Action::GoExperts => ui.page.set(Page::Experts),
            Action::GoOutbox => ui.page.set(Page::Outbox),
            Action::GoRules => ui.page.set(Page::Rules),
            Action::GoBackend => ui.page.set(Page::Backend),
            Action::GoSettings => ui.page.set(Page::Settings),
            Action::LogOut => ui.open(Dialog::ConfirmLogout),
        }
    }

    fn case_dialog(self, context: &Context) -> Option<Dialog> {
        let case = context.case()?;
        let leg = context.my_leg(&case).map(|l| l.id);
        let case = case.id.clone();
        Some(match self {
            Action::AnswerLeg => Dialog::AnswerLeg { case, leg: leg? },
            Action::ReturnLeg => Dialog::ReturnLeg { case, leg: leg? },
            Action::Dispatch => Dialog::Dispatch { case },
            Action::AnswerCustomer => Dialog::AnswerCustomer { case },
            Action::Await => Dialog::AwaitCustomer { case },
            Action::Note => Dialog::Note { case },
            Action::Edit => Dialog::Edit { collection: Collection::Cases, id: case },
            Action::Escalate => Dialog::Escalate { case },
            Action::Close => Dialog::CloseCase { case },
            _ => return None,
        })
    }

    fn act(self, context: &Context, collection: Collection, id: &str, intent: Intent) {
        match context.desk.act_one(collection, id, intent) {
            Ok(()) => {
                let name = self.line().map(|l| (l.name)(CommandTexts::get(context.lang.get_untracked())));
                context.ui.toast(name.unwrap_or_default(), Tone::Plain, None);
            }
            Err(why) => context.ui.toast(context.refused(&why), Tone::Bad, None),
        }
    }
}
