//! Who holds the case for its organisation: oneself, a colleague who is known, or anybody by id (leads).

use std::collections::BTreeMap;

use baton_engine::model::{Case, Intent, PersonRef, Seat};
use leptos::prelude::*;

use super::form::{ActForm, Card, CaseLine, LineField};
use super::hand::{Done, Hand};
use crate::i18n::fill;
use crate::ui::draft::use_draft;

#[derive(Debug, Clone, PartialEq)]
enum Choice {
    Known(PersonRef),
    /// Typed by id and name.
    Other,
}

#[component]
pub fn ReassignDialog(case: String) -> impl IntoView {
    let hand = Hand::of_case(&case);
    let me = untrack(|| hand.desk.actor());
    let leads = me.leads();
    let mine = me.person();
    let choice = RwSignal::new(Choice::Known(mine.clone()));
    let (id, name) = (use_draft(format!("reassign/{case}/id")), use_draft(format!("reassign/{case}/name")));
    let people = Memo::new(move |_| colleagues(hand));
    let send = move || {
        let person = match choice.get_untracked() {
            Choice::Known(person) => person,
            Choice::Other => {
                PersonRef { id: id.get_untracked().trim().to_owned(), name: name.get_untracked().trim().to_owned() }
            }
        };
        if person.id.is_empty() {
            hand.fault.set(Some(baton_engine::Refusal::TextMissing { field: "id".to_owned() }));
            return;
        }
        let shown = if person.name.is_empty() { person.id.clone() } else { person.name.clone() };
        let toast = fill(hand.t_now().reassign_done, &[&shown]);
        hand.one(Intent::ReassignCase { person }, &[id, name], Done { toast, undo: None });
    };
    let card = move |who: Choice, shown: String, detail: String, first: bool| {
        let (here, set) = (who.clone(), who);
        view! {
            <Card group="reassign" test="reassign-to" first checked=Signal::derive(move || choice.get() == here)
                on_choose=move || choice.set(set.clone())>
                <span class="hline"><b class="cut">{shown}</b><span class="mute small cut">{detail}</span></span>
            </Card>
        }
    };
    let cards = move || {
        let known = people
            .get()
            .into_iter()
            .map(|p| card(Choice::Known(p.clone()), p.name.clone(), p.id.clone(), false))
            .collect_view();
        view! {
            {card(Choice::Known(mine.clone()), hand.t().reassign_me.to_owned(), mine.name.clone(), true)}
            {known}
            {leads.then(|| card(Choice::Other, hand.t().reassign_other.to_owned(), String::new(), false))}
        }
    };
    let typed = move || {
        (choice.get() == Choice::Other).then(|| {
            view! {
                <div class="dlg-two">
                    <LineField hand draft=id field="id" test="reassign-id" first=true label=Signal::derive(move || hand.t().reassign_id.to_owned())/>
                    <LineField hand draft=name field="name" test="reassign-name" label=Signal::derive(move || hand.t().reassign_name.to_owned())/>
                </div>
            }
        })
    };
    view! {
        <ActForm hand kind="reassign" title=Signal::derive(move || hand.t().reassign.to_owned())
            submit=Signal::derive(move || hand.t().reassign_submit.to_owned()) on_submit=send>
            <CaseLine hand/>
            <fieldset class="dlg-cards dlg-many"><legend class="dlg-n">{move || hand.t().reassign_to}</legend>{cards}</fieldset>
            {typed}
            {(!leads).then(|| view! { <p class="hint">{move || hand.t().reassign_lead}</p> })}
        </ActForm>
    }
}

/// People of the owning organisation that this desk has seen, at seats or as owners, without oneself and the present
/// owner. Whether the person may give them the case, the engine says.
fn colleagues(hand: Hand) -> Vec<PersonRef> {
    let Some(case) = hand.case.get() else { return Vec::new() };
    let (org, me) = (case.owner.org.clone(), hand.desk.actor());
    let mut known: BTreeMap<String, PersonRef> = BTreeMap::new();
    for seat in hand.desk.find::<Seat>(|s| s.org == org && !s.person.id.is_empty()) {
        known.insert(seat.person.id.clone(), seat.person.clone());
    }
    for other in hand.desk.find::<Case>(|c| c.owner.org == org && !c.owner.person.id.is_empty()) {
        known.entry(other.owner.person.id.clone()).or_insert_with(|| other.owner.person.clone());
    }
    known.remove(&me.id);
    known.remove(&case.owner.person.id);
    let may = |p: &PersonRef| {
        let intent = Intent::ReassignCase { person: p.clone() };
        hand.desk.would(baton_engine::model::Collection::Cases, &case.id, intent).is_none()
    };
    known.into_values().filter(may).take(60).collect()
}
