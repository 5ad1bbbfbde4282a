//! The dialogs that act on a case, and those that make one. Each words one intent (or the few that belong together)
//! and shows before sending what the engine would say; none contains a rule.

mod cancel;
mod change_class;
mod compare;
mod dispatch;
mod edit;
mod form;
mod hand;
mod intake;
mod people;
mod referral;
mod reveal;
mod simple;
mod split;
mod texts;

use leptos::prelude::*;

use super::why::WhyDialog;
use crate::app::ui_state::Dialog;
use texts::LegAct;

/// The dialogs of a case, the new case, the free fields of cases and customers, the number behind its mask, and why a
/// time is due.
#[component]
pub fn CaseDialog(dialog: Dialog) -> impl IntoView {
    match dialog {
        Dialog::Why { collection, id, leg } => view! { <WhyDialog collection id leg/> }.into_any(),
        Dialog::Intake { contact } => view! { <intake::IntakeDialog contact/> }.into_any(),
        Dialog::Dispatch { case } => view! { <dispatch::DispatchDialog case/> }.into_any(),
        Dialog::AnswerLeg { case, leg } => view! { <texts::LegDialog case leg act=LegAct::Answer/> }.into_any(),
        Dialog::ReturnLeg { case, leg } => view! { <texts::LegDialog case leg act=LegAct::Return/> }.into_any(),
        Dialog::WithdrawLeg { case, leg } => view! { <texts::LegDialog case leg act=LegAct::Withdraw/> }.into_any(),
        Dialog::AnswerCustomer { case } => view! { <texts::AnswerCustomerDialog case/> }.into_any(),
        Dialog::CloseCase { case } => view! { <texts::CloseDialog case/> }.into_any(),
        Dialog::AwaitCustomer { case } => view! { <texts::AwaitDialog case/> }.into_any(),
        Dialog::Hold { case } => view! { <texts::HoldDialog case/> }.into_any(),
        Dialog::Referral { case } => view! { <referral::ReferralDialog case/> }.into_any(),
        Dialog::Reopen { case } => view! { <texts::ReopenDialog case/> }.into_any(),
        Dialog::CancelCase { case } => view! { <cancel::CancelDialog case/> }.into_any(),
        Dialog::ChangeClass { case } => view! { <change_class::ChangeClassDialog case/> }.into_any(),
        Dialog::Reassign { case } => view! { <people::ReassignDialog case/> }.into_any(),
        Dialog::Split { case } => view! { <split::SplitDialog case/> }.into_any(),
        Dialog::Note { case } => view! { <texts::NoteDialog case/> }.into_any(),
        Dialog::NotReached { case } => view! { <texts::NotReachedDialog case/> }.into_any(),
        Dialog::Escalate { case } => view! { <texts::EscalateDialog case/> }.into_any(),
        Dialog::Edit { collection, id } => view! { <edit::EditDialog collection id/> }.into_any(),
        Dialog::Compare { collection, id, typed } => view! { <compare::CompareDialog collection id typed/> }.into_any(),
        Dialog::Reveal { customer, field } => view! { <reveal::RevealDialog customer field/> }.into_any(),
        _ => ().into_any(),
    }
}
