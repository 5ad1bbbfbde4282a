//! Dialogs of one text: what is written becomes one intent on the case.

use baton_engine::model::Intent;
use leptos::prelude::*;

use super::form::{ActForm, CaseLine, TextField};
use super::hand::{Done, Hand};
use crate::i18n::dialogs::DialogTexts;
use crate::i18n::fill;
use crate::ui::draft::use_draft_or;

type Word = fn(&'static DialogTexts) -> &'static str;

/// What makes such a dialog.
pub struct OneText {
    pub kind: &'static str,
    pub test: &'static str,
    /// Name under which the engine refuses the text.
    pub field: &'static str,
    /// Document of the draft: the case, or the leg.
    pub doc: String,
    pub title: Word,
    pub label: Word,
    pub hint: Word,
    pub submit: Word,
    pub done: Word,
    /// Fills `{0}` of `done`.
    pub done_with: String,
    /// Stands in the field at first.
    pub first: String,
    pub optional: bool,
    pub danger: bool,
    pub undo: Option<Intent>,
    pub intent: Box<dyn Fn(String) -> Intent + Send + Sync>,
}

impl OneText {
    pub fn new(kind: &'static str, doc: &str, intent: impl Fn(String) -> Intent + Send + Sync + 'static) -> OneText {
        let none: Word = |_| "";
        OneText {
            kind,
            test: "field-text",
            field: "text",
            doc: doc.to_owned(),
            title: none,
            label: none,
            hint: none,
            submit: none,
            done: none,
            done_with: String::new(),
            first: String::new(),
            optional: false,
            danger: false,
            undo: None,
            intent: Box::new(intent),
        }
    }

    /// The field is a reason.
    pub fn reason(self) -> OneText {
        OneText { test: "field-reason", field: "reason", ..self }
    }

    pub fn words(self, title: Word, label: Word, hint: Word, submit: Word, done: Word) -> OneText {
        OneText { title, label, hint, submit, done, ..self }
    }
}

/// The dialog; `above` stands between the case's line and the field.
#[component]
pub fn OneTextDialog(hand: Hand, spec: OneText, #[prop(optional)] above: Option<AnyView>) -> impl IntoView {
    let OneText {
        kind,
        test,
        field,
        doc,
        title,
        label,
        hint,
        submit,
        done,
        done_with,
        first,
        optional,
        danger,
        undo,
        intent,
    } = spec;
    let draft = use_draft_or(format!("{kind}/{doc}/{field}"), first);
    let spec = StoredValue::new((intent, undo, done_with));
    let send = move || {
        let (intent, undo, with) = spec.with_value(|(make, undo, with)| {
            (make(draft.get_untracked().trim().to_owned()), undo.clone(), with.clone())
        });
        let toast = fill(done(hand.t_now()), &[&with]);
        hand.one(intent, &[draft], Done { toast, undo });
    };
    let word = move |w: Word| Signal::derive(move || w(hand.t()).to_owned());
    view! {
        <ActForm hand kind danger title=word(title) submit=word(submit) on_submit=send>
            <CaseLine hand/>
            {above}
            <TextField hand draft field test label=word(label) hint=word(hint) first=true optional/>
        </ActForm>
    }
}
