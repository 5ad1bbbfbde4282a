//! Cancelling a case, by itself or merged into another open case of the same number.

use baton_engine::model::{Case, Intent};
use leptos::prelude::*;

use super::form::{ActForm, Card, CaseLine, TextField};
use super::hand::{Done, Hand, spoken};
use crate::i18n::fill;
use crate::ui::draft::use_draft;

#[component]
pub fn CancelDialog(case: String) -> impl IntoView {
    let hand = Hand::of_case(&case);
    let reason = use_draft(format!("cancel-case/{case}/reason"));
    let into = RwSignal::new(None::<String>);
    let others = Memo::new(move |_| {
        let Some(this) = hand.case.get() else { return Vec::new() };
        let number = this.customer.number.clone();
        let same = |c: &Case| c.id != this.id && !c.status.is_final() && c.customer.number == number;
        if number.is_empty() { Vec::new() } else { hand.desk.find::<Case>(same) }
    });
    let send = move || {
        let chosen = into.get_untracked();
        let t = hand.t_now();
        let target = others.with_untracked(|l| l.iter().find(|c| Some(&c.id) == chosen.as_ref()).map(|c| spoken(c)));
        let toast = target.map_or(t.cancel_done.to_owned(), |n| fill(t.cancel_merged, &[&n]));
        let intent = Intent::CancelCase { reason: reason.get_untracked().trim().to_owned(), into: chosen };
        hand.one(intent, &[reason], Done { toast, undo: None });
    };
    let merge = move || {
        let list = others.get();
        (!list.is_empty()).then(|| {
            let cards = list
                .into_iter()
                .map(|c| {
                    let (id, here) = (c.id.clone(), c.id.clone());
                    view! {
                        <Card group="cancel-into" test="cancel-into"
                            checked=Signal::derive(move || into.get().as_deref() == Some(here.as_str()))
                            on_choose=move || into.set(Some(id.clone()))>
                            <span class="hline"><b class="num nowrap">{c.number.clone()}</b><span class="cut">{c.title.clone()}</span></span>
                        </Card>
                    }
                })
                .collect_view();
            let none = hand.t().cancel_none;
            view! {
                <fieldset class="dlg-cards"><legend class="dlg-n">{hand.t().cancel_into}</legend>
                    <Card group="cancel-into" test="cancel-into-none" checked=Signal::derive(move || into.get().is_none())
                        on_choose=move || into.set(None)>{none}</Card>
                    {cards}
                </fieldset>
            }
        })
    };
    view! {
        <ActForm hand kind="cancel-case" danger=true title=Signal::derive(move || hand.t().cancel_case.to_owned())
            submit=Signal::derive(move || hand.t().cancel_submit.to_owned()) on_submit=send>
            <CaseLine hand/>
            <TextField hand draft=reason field="reason" test="field-reason" first=true
                label=Signal::derive(move || hand.t().cancel_text.to_owned())
                hint=Signal::derive(move || hand.t().cancel_hint.to_owned())/>
            {merge}
        </ActForm>
    }
}
