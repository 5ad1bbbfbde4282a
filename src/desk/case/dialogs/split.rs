//! Two matters in one call: a second case is made and both are linked, in one act.

use baton_engine::model::{CaseLink, Collection, Intent, LinkKind};
use leptos::prelude::*;

use super::form::{ActForm, CaseLine, LineField, TextField};
use super::hand::{Done, Hand};
use super::intake::CategorySelect;
use crate::ui::draft::{use_draft, use_draft_or};

#[component]
pub fn SplitDialog(case: String) -> impl IntoView {
    let hand = Hand::of_case(&case);
    let was = untrack(|| hand.case.get()).map(|c| c.category.clone()).unwrap_or_default();
    let title = use_draft(format!("split/{case}/title"));
    let text = use_draft(format!("split/{case}/description"));
    let category = use_draft_or(format!("split/{case}/category"), was);
    let send = move || {
        let Some((from, policy)) = untrack(|| hand.case.get().zip(hand.desk.policy())) else { return };
        let new = hand.desk.new_id();
        let link = |kind, case: &str| CaseLink { kind, case: case.to_owned() };
        let open = Intent::OpenCase {
            title: title.get_untracked().trim().to_owned(),
            description: text.get_untracked().trim().to_owned(),
            category: category.get_untracked(),
            channel: from.channel,
            customer: from.customer.clone(),
            policy: policy.pin(),
            links: vec![link(LinkKind::SplitFrom, &from.id)],
            interaction: from.interaction.clone(),
        };
        let back = Intent::LinkCase { link: link(LinkKind::SplitInto, &new) };
        let commands = vec![
            hand.desk.command(Collection::Cases, &new, open),
            hand.desk.command(Collection::Cases, &from.id, back),
        ];
        let toast = hand.t_now().split_done.to_owned();
        if hand.act(commands, &[title, text, category], Done { toast, undo: None }) {
            hand.ui.select(Collection::Cases, &new);
        }
    };
    view! {
        <ActForm hand kind="split" title=Signal::derive(move || hand.t().split.to_owned())
            submit=Signal::derive(move || hand.t().split_submit.to_owned()) on_submit=send>
            <CaseLine hand/>
            <p class="hint">{move || hand.t().split_why}</p>
            <LineField hand draft=title field="title" test="field-title" first=true
                label=Signal::derive(move || hand.t().intake_title.to_owned())/>
            <CategorySelect hand draft=category test="field-category"/>
            <TextField hand draft=text field="description" test="field-text" optional=true rows=3
                label=Signal::derive(move || hand.t().intake_description.to_owned())/>
        </ActForm>
    }
}
