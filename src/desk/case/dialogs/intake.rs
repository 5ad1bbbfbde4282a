//! A new case: who asks, what for, whether it is on the desk already, and by when the customer is answered. From a
//! contact, the contact is linked in the same act.

mod fields;
mod plan;
mod who;

use baton_engine::model::{Collection, Interaction};
use leptos::prelude::*;

use super::form::{ActForm, LineField, TextField};
use super::hand::{Done, Hand};
use crate::app::state::Doc;
use crate::i18n::fill;
use crate::ui::draft::{use_draft, use_draft_or};
pub use fields::CategorySelect;
use fields::{ChannelSelect, ClassSelect};
use plan::{Plan, PlanView};
use who::{Who, WhoFields};

#[component]
pub fn IntakeDialog(contact: Option<String>) -> impl IntoView {
    let hand = Hand::free();
    let from: Option<Doc<Interaction>> = contact.as_deref().and_then(|id| hand.desk.peek(id));
    let base = format!("intake/{}", contact.as_deref().unwrap_or("new"));
    let who = Who::new(hand, &base, from.as_deref());
    let by_topic = from.as_ref().and_then(|c| {
        let policy = hand.policy_now()?;
        policy
            .categories
            .iter()
            .find(|k| !c.topic.is_empty() && k.topic.as_ref() == Some(&c.topic))
            .map(|k| k.id.clone())
    });
    let (reason, channel) = from.as_ref().map(|c| (c.reason.clone(), c.channel)).unwrap_or_default();
    let category = use_draft_or(format!("{base}/category"), by_topic.unwrap_or_default());
    let title = use_draft_or(format!("{base}/title"), reason);
    let description = use_draft(format!("{base}/description"));
    let channel = use_draft_or(format!("{base}/channel"), fields::channel_key(channel));
    // Attach to the case that is open already, unless the person said of that very case that this is another matter.
    let apart = RwSignal::new(None::<String>);
    let plan = Memo::new(move |_| plan::plan(hand, &who.number.get(), &category.get(), apart.get()));
    let minute = hand.minute();
    let due = Memo::new(move |_| plan::promise(hand, &who.class.get(), minute.get()));
    let drafts = move || [who.text, who.exact, who.name, who.class, category, title, description, channel];
    let contact = StoredValue::new(contact);
    let send = move || {
        let Some(customer) = who.reference() else {
            who.tried.set(true);
            hand.fault.set(None);
            who::focus_number();
            return;
        };
        let request = plan::Request {
            customer,
            category: category.get_untracked(),
            title: title.get_untracked().trim().to_owned(),
            description: description.get_untracked().trim().to_owned(),
            channel: fields::channel_of(&channel.get_untracked()),
            contact: contact.get_value(),
        };
        let plan = untrack(|| plan.get());
        let Some((commands, id)) = plan::commands(hand, &plan, request) else { return };
        let toast = plan.toast(hand, due.get_untracked());
        if hand.act(commands, &drafts(), Done { toast, undo: None }) {
            hand.ui.select(Collection::Cases, &id);
        }
    };
    let clear = move |_| {
        for draft in drafts() {
            draft.reset();
        }
        hand.fault.set(None);
    };
    let submit = move || plan.with(|p| p.submit(hand.t())).to_owned();
    let about = move || {
        let (policy, id) = (hand.policy()?, category.get());
        fields::hints(hand, &policy, &id)
    };
    let due_line = move || {
        plan.with(Plan::is_new).then(|| match (hand.policy(), due.get()) {
            (Some(policy), Some(due)) => {
                let at = hand.moment(&policy, due.due);
                let how = due.how(hand, &policy);
                view! {
                    <p class="dlg-due" data-test="intake-due" role="status">
                        <b>{fill(hand.t().intake_due, &[&at])}</b><span class="mute small num">{how}</span>
                    </p>
                }
                .into_any()
            }
            _ => view! { <p class="dlg-due mute" data-test="intake-due">{hand.t().intake_due_none}</p> }.into_any(),
        })
    };
    view! {
        <ActForm hand kind="intake" wide=true title=Signal::derive(move || hand.t().intake.to_owned())
            submit=Signal::derive(submit) on_submit=send>
            <WhoFields hand who/>
            <div class="dlg-two">
                <CategorySelect hand draft=category test="intake-category"/>
                <ClassSelect hand draft=who.class/>
            </div>
            {about}
            <PlanView hand plan apart/>
            <LineField hand draft=title field="title" test="intake-title" label=Signal::derive(move || hand.t().intake_title.to_owned())/>
            <TextField hand draft=description field="description" test="intake-description" optional=true
                label=Signal::derive(move || hand.t().intake_description.to_owned())
                hint=Signal::derive(move || hand.t().intake_description_hint.to_owned())/>
            <div class="dlg-two">
                <ChannelSelect hand draft=channel/>
                <div class="dlg-l dlg-end">
                    <button class="btn" type="button" data-kind="quiet" data-test="intake-clear" on:click=clear>{move || hand.t().intake_clear}</button>
                </div>
            </div>
            {due_line}
        </ActForm>
    }
}
