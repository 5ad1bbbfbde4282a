//! The dialogs that ask for one text: legs, answer to the customer, waiting, notes, escalation, reopening.

use baton_engine::model::{Case, Intent, LegState};
use leptos::prelude::*;

use super::hand::{Hand, zone};
use super::simple::{OneText, OneTextDialog};
use crate::i18n::{fill, format, words};

/// Answer back, return or withdraw a leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LegAct {
    Answer,
    Return,
    Withdraw,
}

#[component]
pub fn LegDialog(case: String, leg: String, act: LegAct) -> impl IntoView {
    let hand = Hand::of_case(&case);
    let key = leg.clone();
    let found = move || hand.case.with(|c| c.as_ref().and_then(|c| c.leg(&key).cloned()));
    let now = untrack(&found);
    let org = |id: &str| {
        let id = id.to_owned();
        hand.policy_now().map_or_else(|| id.clone(), |p| words::organisation(&p, &id, hand.lang.get_untracked()))
    };
    let (from, to) = now.as_ref().map(|l| (org(&l.from), org(&l.to))).unwrap_or_default();
    let id = leg.clone();
    let spec = match act {
        LegAct::Answer => OneText {
            done_with: from,
            ..OneText::new("answer-leg", &leg, move |text| Intent::AnswerLeg { leg: id.clone(), text }).words(
                |t| t.answer_leg,
                |t| t.answer_leg_text,
                |t| t.answer_leg_hint,
                |t| t.answer_leg_submit,
                |t| t.answer_leg_done,
            )
        },
        LegAct::Return => OneText {
            done_with: from,
            ..OneText::new("return-leg", &leg, move |reason| Intent::ReturnLeg { leg: id.clone(), reason })
                .reason()
                .words(
                    |t| t.return_leg,
                    |t| t.return_leg_text,
                    |t| t.return_leg_hint,
                    |t| t.return_leg_submit,
                    |t| t.return_leg_done,
                )
        },
        LegAct::Withdraw => OneText {
            done_with: to,
            danger: true,
            ..OneText::new("withdraw-leg", &leg, move |reason| Intent::WithdrawLeg { leg: id.clone(), reason })
                .reason()
                .words(
                    |t| t.withdraw_leg,
                    |t| t.withdraw_leg_text,
                    |t| t.withdraw_leg_hint,
                    |t| t.withdraw_leg_submit,
                    |t| t.withdraw_leg_done,
                )
        },
    };
    let request = move || {
        found().filter(|l| !l.request.is_empty()).map(|leg| {
            view! { <p class="dlg-quote"><b>{hand.t().leg_request}</b>{leg.request}</p> }
        })
    };
    view! { <OneTextDialog hand spec above=request.into_any()/> }
}

#[component]
pub fn AnswerCustomerDialog(case: String) -> impl IntoView {
    let hand = Hand::of_case(&case);
    let last = untrack(|| hand.case.with(|c| c.as_ref().and_then(|c| last_answer(c))));
    let spec = OneText {
        first: last.as_ref().map(|(_, text)| text.clone()).unwrap_or_default(),
        ..OneText::new("answer-customer", &case, |text| Intent::AnswerCustomer { text }).words(
            |t| t.answer_customer,
            |t| t.answer_customer_text,
            |t| t.answer_customer_hint,
            |t| t.answer_customer_submit,
            |t| t.answer_customer_done,
        )
    };
    let from = StoredValue::new(last.map(|(org, _)| org));
    let above = move || {
        let org = from.get_value()?;
        let name = hand.policy().map_or(org.clone(), |p| words::organisation(&p, &org, hand.lang.get()));
        Some(view! { <p class="hint">{fill(hand.t().answer_customer_from, &[&name])}</p> })
    };
    view! { <OneTextDialog hand spec above=above.into_any()/> }
}

/// The answer that came back last to the owner: (organisation, text).
fn last_answer(case: &Case) -> Option<(String, String)> {
    case.children(None)
        .filter(|l| l.state == LegState::Answered)
        .max_by_key(|l| l.ended_at)
        .map(|l| (l.to.clone(), l.answer.clone()))
}

#[component]
pub fn CloseDialog(case: String) -> impl IntoView {
    let hand = Hand::of_case(&case);
    let spec = OneText {
        optional: true,
        field: "note",
        ..OneText::new("close-case", &case, |note| Intent::CloseCase { note }).words(
            |t| t.close_case,
            |t| t.close_case_text,
            |t| t.close_case_hint,
            |t| t.close_case_submit,
            |t| t.close_case_done,
        )
    };
    // What the customer was told stands above: whoever closes reads it once more.
    let above = move || {
        let case = hand.case.get()?;
        let policy = hand.policy()?;
        let answer = case.answers.last()?;
        let at = hand.moment(&policy, answer.at);
        Some(view! { <p class="dlg-quote">{fill(hand.t().close_case_answer, &[&at, &answer.text])}</p> })
    };
    view! { <OneTextDialog hand spec above=above.into_any()/> }
}

#[component]
pub fn ReopenDialog(case: String) -> impl IntoView {
    let hand = Hand::of_case(&case);
    let spec = OneText::new("reopen", &case, |reason| Intent::ReopenCase { reason }).reason().words(
        |t| t.reopen,
        |t| t.reopen_text,
        |t| t.reopen_hint,
        |t| t.reopen_submit,
        |t| t.reopen_done,
    );
    let above = move || {
        let policy = hand.policy()?;
        let percent = (policy.clocks.reopen_per_mille / 10).to_string();
        (policy.clocks.reopen_per_mille < 1000)
            .then(|| view! { <p class="hint">{fill(hand.t().reopen_limit, &[&percent])}</p> })
    };
    view! { <OneTextDialog hand spec above=above.into_any()/> }
}

#[component]
pub fn AwaitDialog(case: String) -> impl IntoView {
    let hand = Hand::of_case(&case);
    let spec = OneText {
        test: "field-what",
        field: "what",
        undo: Some(Intent::CustomerResponded { text: String::new() }),
        ..OneText::new("await-customer", &case, |what| Intent::AwaitCustomer { what }).words(
            |t| t.await_customer,
            |t| t.await_text,
            |t| t.await_hint,
            |t| t.await_submit,
            |t| t.await_done,
        )
    };
    view! { <OneTextDialog hand spec/> }
}

#[component]
pub fn HoldDialog(case: String) -> impl IntoView {
    let hand = Hand::of_case(&case);
    let spec = OneText {
        undo: Some(Intent::UnholdCase),
        ..OneText::new("hold", &case, |reason| Intent::HoldCase { reason }).reason().words(
            |t| t.hold,
            |t| t.hold_text,
            |t| t.hold_hint,
            |t| t.hold_submit,
            |t| t.hold_done,
        )
    };
    // The clocks run on: say until when.
    let above = move || {
        let (case, policy) = (hand.case.get()?, hand.policy()?);
        let due = baton_engine::clock::reply(&policy, &case, hand.desk.now.get_untracked())?.due;
        let at = format::moment(due, hand.desk.now.get_untracked(), zone(&policy), hand.lang.get());
        Some(view! { <p class="hint">{fill(hand.t().intake_due, &[&at])}</p> })
    };
    view! { <OneTextDialog hand spec above=above.into_any()/> }
}

#[component]
pub fn NoteDialog(case: String) -> impl IntoView {
    let hand = Hand::of_case(&case);
    let spec = OneText::new("note", &case, |text| Intent::AddNote { text }).words(
        |t| t.note,
        |t| t.note_text,
        |t| t.note_hint,
        |t| t.note_submit,
        |t| t.note_done,
    );
    view! { <OneTextDialog hand spec/> }
}

/// A failed try to answer. Tries on enough separate days allow closing without an answer; the pack says how many.
#[component]
pub fn NotReachedDialog(case: String) -> impl IntoView {
    let hand = Hand::of_case(&case);
    let mut spec = OneText::new("not-reached", &case, |note| Intent::LogContactAttempt { note }).words(
        |t| t.not_reached,
        |t| t.not_reached_text,
        |t| t.not_reached_hint,
        |t| t.not_reached_submit,
        |t| t.not_reached_done,
    );
    spec.optional = true;
    view! { <OneTextDialog hand spec/> }
}

#[component]
pub fn EscalateDialog(case: String) -> impl IntoView {
    let hand = Hand::of_case(&case);
    let spec = OneText::new("escalate", &case, |reason| Intent::EscalateCase { reason }).reason().words(
        |t| t.escalate,
        |t| t.escalate_text,
        |t| t.escalate_hint,
        |t| t.escalate_submit,
        |t| t.escalate_done,
    );
    view! { <OneTextDialog hand spec/> }
}
