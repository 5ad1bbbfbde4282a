//! Behind the mask of a customer's number: with a reason that is kept on record, for a minute, in this tab.

use baton_engine::model::{Collection, Intent};
use leptos::prelude::*;

use super::form::{ActForm, TextField};
use super::hand::{Done, Hand};
use crate::desk::customer::reveal;
use crate::ui::draft::use_draft;

#[component]
pub fn RevealDialog(customer: String, field: String) -> impl IntoView {
    let hand = Hand::free();
    let reason = use_draft(format!("reveal/{customer}/reason"));
    let about = StoredValue::new((customer, field));
    let send = move || {
        let (customer, field) = about.get_value();
        let intent = Intent::RevealField { field: field.clone(), reason: reason.get_untracked().trim().to_owned() };
        let command = hand.desk.command(Collection::Customers, &customer, intent);
        if hand.act(vec![command], &[reason], Done::default()) {
            reveal::open(hand.desk, &customer, &field);
        }
    };
    let ready = move || {
        [hand.t().reveal_verify, hand.t().reveal_dial, hand.t().reveal_read]
            .into_iter()
            .map(|text| {
                view! {
                    <button class="btn" type="button" data-test="reveal-reason"
                        aria-pressed=move || (reason.get() == text).to_string()
                        on:click=move |_| reason.write(text.to_owned())>{text}</button>
                }
            })
            .collect_view()
    };
    view! {
        <ActForm hand kind="reveal" title=Signal::derive(move || hand.t().reveal.to_owned())
            submit=Signal::derive(move || hand.t().reveal_submit.to_owned()) on_submit=send>
            <TextField hand draft=reason field="reason" test="field-reason" first=true rows=2
                label=Signal::derive(move || hand.t().reveal_text.to_owned())/>
            <div class="disp">{ready}</div>
            <p class="hint">{move || hand.t().reveal_hint}</p>
        </ActForm>
    }
}
