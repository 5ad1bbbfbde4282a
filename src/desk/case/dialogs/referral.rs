//! Guiding the customer to the maker's hotline: the case ends here, as it is not the operator's duty.

use baton_engine::model::Intent;
use leptos::prelude::*;

use super::form::{ActForm, CaseLine, LineField, TextField};
use super::hand::{Done, Hand};
use crate::i18n::fill;
use crate::ui::draft::{use_draft, use_draft_or};

#[component]
pub fn ReferralDialog(case: String) -> impl IntoView {
    let hand = Hand::of_case(&case);
    let to = use_draft_or(format!("referral/{case}/to"), hand.t_now().referral_maker);
    let note = use_draft(format!("referral/{case}/note"));
    let send = move || {
        let to_text = to.get_untracked().trim().to_owned();
        let toast = fill(hand.t_now().referral_done, &[&to_text]);
        let intent = Intent::RecordReferral { to: to_text, note: note.get_untracked().trim().to_owned() };
        hand.one(intent, &[to, note], Done { toast, undo: None });
    };
    view! {
        <ActForm hand kind="referral" title=Signal::derive(move || hand.t().referral.to_owned())
            submit=Signal::derive(move || hand.t().referral_submit.to_owned()) on_submit=send>
            <CaseLine hand/>
            <p class="hint">{move || hand.t().referral_why}</p>
            <LineField hand draft=to field="to" test="field-what" first=true
                label=Signal::derive(move || hand.t().referral_to.to_owned())
                hint=Signal::derive(move || hand.t().referral_to_hint.to_owned())/>
            <TextField hand draft=note field="note" test="field-text" optional=true rows=3
                label=Signal::derive(move || hand.t().referral_note.to_owned())/>
        </ActForm>
    }
}
