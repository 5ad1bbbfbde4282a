//! The free fields of a case or a customer, to be edited. Only what was changed is sent, together with what the person
//! saw when beginning to write; if somebody else was faster, the two are compared.

use std::sync::Arc;

use baton_engine::Refusal;
use baton_engine::fields;
use baton_engine::model::{Collection, Document, Field, FieldChange, Intent, NO, YES};
use leptos::prelude::*;

use super::form::{ActForm, CaseLine, CustomerLine, LineField, TextField};
use super::hand::Hand;
use super::intake::CategorySelect;
use crate::app::state::Desk;
use crate::app::ui_state::{Dialog, Tone};
use crate::i18n::fields::{self as texts, FieldTexts};
use crate::i18n::{fill, words};
use crate::ui::draft::{Draft, use_draft_or};
use crate::ui::undo::lasting;

/// One field in the hand of a person: the draft, and what was seen when it was begun, which is kept with it.
#[derive(Clone, Copy)]
struct Edited {
    field: Field,
    draft: Draft,
    from: RwSignal<String>,
}

/// Key of the draft of a field.
pub fn draft_key(doc: &str, field: Field) -> String {
    format!("edit/{doc}/{}", field.name())
}

/// Key of what was seen in it. That text is kept with a sign before it, because empty ones are not kept.
fn from_key(doc: &str, field: Field) -> String {
    format!("{}/from", draft_key(doc, field))
}

/// The drafts of an edit are no longer wanted.
pub fn forget(desk: Desk, doc: &str, changes: &[FieldChange]) {
    for change in changes {
        desk.put_draft(&draft_key(doc, change.field), "");
        desk.put_draft(&from_key(doc, change.field), "");
    }
}

impl Edited {
    fn new(desk: Desk, id: &str, doc: &Document, field: Field) -> Edited {
        let (key, from_key) = (draft_key(id, field), from_key(id, field));
        let now = fields::value(doc, field).unwrap_or_default().to_owned();
        let begun = desk.draft(&key).and_then(|_| desk.draft(&from_key));
        let from = RwSignal::new(begun.and_then(|t| Some(t.strip_prefix('=')?.to_owned())).unwrap_or(now));
        let draft = use_draft_or(key, from.get_untracked());
        Effect::new(move |kept: Option<bool>| {
            let (touched, kept) = (draft.get().trim() != from.get().trim(), kept.unwrap_or_default());
            if touched && !kept {
                desk.put_draft(&from_key, &format!("={}", from.get_untracked()));
            }
            touched
        });
        Edited { field, draft, from }
    }

    fn change(&self) -> Option<FieldChange> {
        let (from, to) = (self.from.get(), self.draft.get().trim().to_owned());
        (to != from.trim()).then_some(FieldChange { field: self.field, from, to })
    }

    /// The document has moved: what nobody has touched here shows what it says now.
    fn follow(&self, doc: &Document) {
        if let Some(now) = fields::value(doc, self.field)
            && untrack(|| self.change()).is_none()
            && self.from.with_untracked(|f| f != now)
        {
            self.from.set(now.to_owned());
            self.draft.suggest(now.to_owned());
        }
    }
}

#[component]
pub fn EditDialog(collection: Collection, id: String) -> impl IntoView {
    let hand = Hand::of_case(if collection == Collection::Cases { &id } else { "" });
    let (desk, lang) = (hand.desk, hand.lang);
    let key = id.clone();
    let doc = Memo::new(move |_| desk.document(collection, &key));
    let Some(first) = doc.get_untracked() else { return gone(hand).into_any() };
    let edited: Vec<Edited> = fields::of(&first).iter().map(|f| Edited::new(desk, &id, &first, *f)).collect();
    let (id, edited) = (StoredValue::new(id), StoredValue::new(edited));
    Effect::new(move || {
        if let Some(doc) = doc.get() {
            edited.with_value(|list| list.iter().for_each(|e| e.follow(&doc)));
        }
    });
    let t = move || FieldTexts::get(lang.get());
    let send = move || {
        let changes: Vec<FieldChange> =
            untrack(|| edited.with_value(|list| list.iter().filter_map(Edited::change).collect()));
        let id = id.get_value();
        if changes.is_empty() {
            return hand.ui.close();
        }
        match desk.act_one(collection, &id, Intent::EditFields { changes: changes.clone() }) {
            Ok(()) => {
                edited.with_value(|list| list.iter().for_each(|e| e.draft.clear()));
                forget(desk, &id, &changes);
                hand.ui.close();
                hand.ui.toast(untrack(t).saved, Tone::Plain, Some(undo(hand, collection, id, changes)));
            }
            // Somebody was faster: the draft stays until a choice is made.
            Err(Refusal::FieldConflict { .. }) => hand.ui.open(Dialog::Compare { collection, id, typed: changes }),
            Err(refusal) => hand.fault.set(Some(refusal)),
        }
    };
    let is_case = collection == Collection::Cases;
    let title = Signal::derive(move || if is_case { t().edit_case } else { t().edit_customer }.to_owned());
    let rows = edited.with_value(|list| {
        list.iter().enumerate().map(|(n, e)| view! { <Row hand doc edited=*e first=n == 0/> }).collect_view()
    });
    view! {
        <ActForm hand kind="edit" title submit=Signal::derive(move || t().save.to_owned()) on_submit=send>
            {if is_case { view! { <CaseLine hand/> }.into_any() } else { view! { <CustomerLine doc/> }.into_any() }}
            {rows}
        </ActForm>
    }
    .into_any()
}

fn gone(hand: Hand) -> impl IntoView {
    hand.ui.close();
}

/// One field as it is written, and what became of it elsewhere meanwhile.
#[component]
fn Row(hand: Hand, doc: Memo<Option<Arc<Document>>>, edited: Edited, first: bool) -> impl IntoView {
    let Edited { field, draft, .. } = edited;
    let lang = hand.lang;
    let (name, test) = (field.name(), test_id(field));
    let label = Signal::derive(move || texts::name(field, lang.get()).to_owned());
    let input = match field {
        Field::Description => {
            view! { <TextField hand draft field=name test label first optional=true rows=5/> }.into_any()
        }
        Field::Category => view! { <CategorySelect hand draft test/> }.into_any(),
        Field::DoNotDisturb => view! {
            <label class="dlg-check">
                <input type="checkbox" data-test=test prop:checked=move || draft.get() == YES
                    on:change=move |ev| draft.write(if event_target_checked(&ev) { YES } else { NO }.to_owned())/>
                <span>{move || FieldTexts::get(lang.get()).dnd_label}</span>
            </label>
        }
        .into_any(),
        Field::ContactHours => {
            let hint = Signal::derive(move || FieldTexts::get(lang.get()).hours_hint.to_owned());
            view! { <LineField hand draft field=name test label hint first/> }.into_any()
        }
        _ => view! { <LineField hand draft field=name test label first/> }.into_any(),
    };
    let moved = move || {
        let (doc, change) = (doc.get()?, edited.change()?);
        let conflict = fields::conflicts(&doc, &[change]).pop()?;
        let (t, policy, lang) = (FieldTexts::get(lang.get()), hand.policy(), lang.get());
        let who = conflict.by.map_or_else(|| t.elsewhere.to_owned(), |by| by.name);
        let text = fill(t.moved, &[&who, &texts::value(field, &conflict.theirs, policy.as_deref(), lang)]);
        Some(view! { <p class="hint" data-s="soon" data-test="edit-moved">{text}</p> })
    };
    view! { <div class="dlg-l">{input}<div role="status">{moved}</div></div> }
}

pub fn test_id(field: Field) -> &'static str {
    match field {
        Field::Title => "field-title",
        Field::Category => "field-category",
        Field::Description => "field-description",
        Field::ContactHours => "field-hours",
        Field::Device => "field-device",
        Field::Manager => "field-manager",
        Field::DoNotDisturb => "field-dnd",
    }
}

/// Back to what was there, unless somebody has changed it again.
fn undo(hand: Hand, collection: Collection, id: String, changes: Vec<FieldChange>) -> Callback<()> {
    let back: Vec<FieldChange> =
        changes.into_iter().map(|c| FieldChange { field: c.field, from: c.to, to: c.from }).collect();
    let (desk, ui, lang) = (hand.desk, hand.ui, hand.lang);
    lasting(move || {
        if let Err(refusal) = desk.act_one(collection, &id, Intent::EditFields { changes: back.clone() }) {
            let policy = untrack(|| desk.policy());
            ui.toast(words::refusal(&refusal, policy.as_deref(), lang.get_untracked()), Tone::Bad, None);
        }
    })
}
