//! The calm screen of a conflict: of each field that two people have edited what it was, what stands there now, and
//! what oneself wrote. Nothing is chosen beforehand and nothing changes until it is applied. What did not collide goes
//! along. A value that changes again under the person's eyes is asked about again.

use baton_engine::fields::{self, Choice, Keep};
use baton_engine::model::{Collection, Field, FieldChange, FieldConflict, Intent};
use baton_engine::time::Timestamp;
use leptos::prelude::*;

use super::edit::{draft_key, forget, test_id};
use super::form::{ActForm, Card, CaseLine, CustomerLine, LineField, TextField};
use super::hand::Hand;
use crate::app::conflicts::{self, RefusedEdit};
use crate::app::ui_state::Tone;
use crate::i18n::fields::{self as texts, FieldTexts};
use crate::i18n::{fill, words};
use crate::ui::apart::Apart;
use crate::ui::draft::{Draft, use_draft_or};
use crate::ui::each::Each;

/// What was chosen: of which field, against which value of theirs, and whether mine is to stand.
type Chosen = RwSignal<Vec<(Field, String, bool)>>;

/// `typed`: an edit that is not sent yet; empty: the refused ones of the outbox.
#[component]
pub fn CompareDialog(collection: Collection, id: String, typed: Vec<FieldChange>) -> impl IntoView {
    let hand = Hand::of_case(if collection == Collection::Cases { &id } else { "" });
    let (desk, lang) = (hand.desk, hand.lang);
    let waits = typed.is_empty();
    let edit = if waits {
        untrack(|| conflicts::of(desk, collection, &id))
    } else {
        RefusedEdit { changes: typed, ..RefusedEdit::default() }
    };
    let draft = |c: &FieldChange| {
        let key = match edit.entries.last() {
            Some(entry) => format!("compare/{entry}/{}", c.field.name()),
            // Wording mine anew is going on with the draft.
            None => draft_key(&id, c.field),
        };
        (c.field, use_draft_or(key, c.to.clone()))
    };
    let mine = StoredValue::new(edit.changes.iter().map(draft).collect::<Vec<_>>());
    let edit = StoredValue::new(edit);
    let key = id.clone();
    let doc = Memo::new(move |_| desk.document(collection, &key));
    let open = Memo::new(move |_| {
        doc.with(|d| d.as_ref().map(|d| edit.with_value(|e| fields::conflicts(d, &e.changes)))).unwrap_or_default()
    });
    let chosen: Chosen = RwSignal::new(Vec::new());
    let resolved = move || {
        let text = |field: Field| mine.with_value(|m| m.iter().find(|m| m.0 == field).map(|m| m.1.get()));
        let choice = |(field, theirs, mine): &(Field, String, bool)| {
            let keep = if *mine { Keep::Mine(text(*field)?) } else { Keep::Theirs };
            Some(Choice { field: *field, theirs: theirs.clone(), keep })
        };
        let choices: Vec<Choice> = chosen.with(|list| list.iter().filter_map(choice).collect());
        edit.with_value(|e| fields::resolve(&*doc.get()?, &e.changes, &choices).ok())
    };
    let off = Memo::new(move |_| resolved().is_none());
    let apply = move || {
        let Some(changes) = untrack(resolved) else { return };
        let t = FieldTexts::get(lang.get_untracked());
        let done = if changes.is_empty() { t.dropped } else { t.applied };
        let write = (!changes.is_empty()).then(|| desk.command(collection, &id, Intent::EditFields { changes }));
        let edit = edit.get_value();
        if let Err(refusal) = desk.act_instead(write.into_iter().collect(), edit.entries) {
            return hand.fault.set(Some(refusal));
        }
        mine.with_value(|m| m.iter().for_each(|m| m.1.clear()));
        if !waits {
            forget(desk, &id, &edit.changes);
        }
        hand.ui.close();
        hand.ui.toast(done, Tone::Plain, None);
    };
    let t = move || FieldTexts::get(lang.get());
    let row = move |conflict: FieldConflict| {
        let draft = mine.with_value(|m| m.iter().find(|m| m.0 == conflict.field).map(|m| m.1));
        let first = open.with_untracked(|o| o.first().is_some_and(|f| f.field == conflict.field));
        draft.map(|draft| view! { <Row hand conflict draft chosen first at=edit.with_value(|e| e.at)/> })
    };
    let along = move || {
        let (open, doc) = (open.get(), doc.get()?);
        let rest: Vec<FieldChange> = edit.with_value(|e| e.changes.clone());
        let rest: Vec<FieldChange> = rest.into_iter().filter(|c| open.iter().all(|o| o.field != c.field)).collect();
        let write = fields::resolve(&doc, &rest, &[]).ok().filter(|w| !w.is_empty())?;
        let names = texts::names(write.iter().map(|c| c.field), lang.get());
        Some(view! { <p class="hint" data-test="compare-along">{fill(t().along, &[&names])}</p> })
    };
    let foot = MaybeProp::derive(move || waits.then(|| t().waits.to_owned()));
    let word = move |w: fn(&FieldTexts) -> &'static str| Signal::derive(move || w(t()).to_owned());
    view! {
        <ActForm hand kind="compare" wide=true title=word(|t| t.compare_title) submit=word(|t| t.apply) cancel=word(|t| t.later)
            foot off on_submit=apply>
            {match collection {
                Collection::Cases => view! { <CaseLine hand/> }.into_any(),
                _ => view! { <CustomerLine doc/> }.into_any(),
            }}
            <p class="hint">{move || match (doc.with(Option::is_some), open.with(Vec::is_empty)) {
                (false, _) => None,
                (true, true) => Some(t().settled),
                (true, false) => Some(t().compare_why),
            }}</p>
            <Each each=move || open.get() key=|c| (c.field, c.theirs.clone()) children=row/>
            {along}
        </ActForm>
    }
}

/// One field: what it was, and a card for each of the two values.
#[component]
fn Row(
    hand: Hand,
    conflict: FieldConflict,
    draft: Draft,
    chosen: Chosen,
    /// Gets the focus when the dialog opens.
    first: bool,
    /// When mine was written.
    at: Option<Timestamp>,
) -> impl IntoView {
    let FieldConflict { field, base, theirs, by, at: theirs_at, .. } = conflict;
    let (lang, name) = (hand.lang, field.name());
    let t = move || FieldTexts::get(lang.get());
    let shown = move |text: &str| texts::value(field, text, hand.policy().as_deref(), lang.get());
    let is = {
        let theirs = theirs.clone();
        move |mine| {
            chosen.with(|list| list.iter().any(|(f, against, m)| *f == field && *against == theirs && *m == mine))
        }
    };
    let choose = {
        let theirs = theirs.clone();
        move |mine| {
            chosen.update(|list| {
                list.retain(|c| c.0 != field);
                list.push((field, theirs.clone(), mine));
            });
        }
    };
    let when = move |at: Option<Timestamp>| Some(hand.moment(&*hand.policy()?, at?));
    let wrote = move || {
        let who = match &by {
            None => t().elsewhere.to_owned(),
            Some(by) if by.id == hand.desk.actor().id => t().you.to_owned(),
            Some(by) => match hand.policy() {
                Some(policy) => format!("{} · {}", by.name, words::organisation(&policy, &by.org, lang.get())),
                None => by.name.clone(),
            },
        };
        [Some(t().theirs.to_owned()), Some(who), when(theirs_at)].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    };
    let (before, before_mine, was) = (base.clone(), base.clone(), base);
    let theirs_text = move || view! { <Apart before=shown(&before) text=shown(&theirs)/> };
    let mine_text = move || view! { <Apart before=shown(&before_mine) text=shown(&draft.get())/> };
    let mine_by = move || [Some(t().mine.to_owned()), when(at)].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let (is_theirs, is_mine, choose_mine) = (is.clone(), is.clone(), choose.clone());
    let reword = Signal::derive(move || t().reword.to_owned());
    let again = move || {
        is(true).then(|| match field {
            Field::Description => {
                view! { <TextField hand draft field=name test=test_id(field) label=reword rows=4/> }.into_any()
            }
            Field::Category | Field::DoNotDisturb => ().into_any(),
            _ => view! { <LineField hand draft field=name test=test_id(field) label=reword/> }.into_any(),
        })
    };
    view! {
        <fieldset class="dlg-cards cmp" data-test="compare-field" data-field=name>
            <legend class="dlg-n">{move || texts::name(field, lang.get())}</legend>
            <p class="dlg-quote" data-test="compare-was"><b>{move || t().was}</b>{move || shown(&was)}</p>
            <Card group=name test="compare-theirs" first checked=Signal::derive(move || is_theirs(false)) on_choose=move || choose(false)>
                {theirs_text}<small>{wrote}</small>
            </Card>
            <Card group=name test="compare-mine" checked=Signal::derive(move || is_mine(true)) on_choose=move || choose_mine(true)>
                {mine_text}<small>{mine_by}</small>
            </Card>
            {again}
        </fieldset>
    }
}
