//! Another service class for a case, and what that does to its due time before it is done.

use baton_engine::clock;
use baton_engine::model::{Case, ClassAt, Intent};
use baton_engine::order;
use baton_engine::policy::Policy;
use baton_engine::time::Timestamp;
use leptos::prelude::*;

use super::form::{ActForm, Card, CaseLine};
use super::hand::{Done, Hand, zone};
use crate::i18n::{fill, format};

#[component]
pub fn ChangeClassDialog(case: String) -> impl IntoView {
    let hand = Hand::of_case(&case);
    let (class, tier) = untrack(|| hand.case.get())
        .map(|c| (c.current_class().to_owned(), c.customer.tier.clone()))
        .unwrap_or_default();
    let (class, tier) = (RwSignal::new(class), RwSignal::new(tier));
    let minute = hand.minute();
    let send = move || {
        let name = hand.policy_now().map(|p| hand.lang.get_untracked().of(&p.class(&class.get_untracked()).name));
        let toast = fill(hand.t_now().class_done, &[&name.unwrap_or_default()]);
        let intent = Intent::ChangeClass { service_class: class.get_untracked(), tier: tier.get_untracked() };
        hand.one(intent, &[], Done { toast, undo: None });
    };
    let cards = move || {
        let (policy, lang) = (hand.policy()?, hand.lang.get());
        let current = hand.case.with(|c| c.as_ref().map(|c| c.current_class().to_owned())).unwrap_or_default();
        let mut list: Vec<_> = policy.classes.iter().collect();
        order::sort_by_key(&mut list, |c| c.rank);
        Some(
            list.into_iter()
                .map(|c| {
                    let (id, here) = (c.id.clone(), c.id.clone());
                    let limits = [format::rule_length(c.reply.limit, lang), format::rule_length(c.leg.limit, lang)];
                    let limits = fill(hand.t().class_limits, &[&limits[0], &limits[1]]);
                    let name = lang.of(&c.name);
                    let first = c.id == current;
                    let now = (c.id == current).then(|| view! { <span class="tag">{hand.t().class_now}</span> });
                    view! {
                        <Card group="class" test="class-choice" first org=c.id.clone()
                            checked=Signal::derive(move || class.get() == here) on_choose=move || class.set(id.clone())>
                            <span class="hline"><b>{name}</b>{now}<span class="grow"></span>
                                <span class="num mute small">{limits}</span></span>
                        </Card>
                    }
                })
                .collect_view(),
        )
    };
    let tiers = move || {
        let (policy, lang) = (hand.policy()?, hand.lang.get());
        let options = policy
            .tiers
            .iter()
            .map(|t| view! { <option value=t.id.clone() selected=tier.get_untracked() == t.id>{lang.of(&t.name)}</option> })
            .collect_view();
        Some(view! { <option value="" selected=tier.get_untracked().is_empty()>{hand.t().none}</option>{options} })
    };
    // A tier brings its class along; the person may still choose another.
    let choose_tier = move |ev: leptos::ev::Event| {
        let id = event_target_value(&ev);
        let brings = hand.policy_now().and_then(|p| p.tier(&id).and_then(|t| t.service_class.clone()));
        tier.set(id);
        if let Some(brought) = brings {
            class.set(brought);
        }
    };
    let effect = move || {
        let (case, policy) = (hand.case.get()?, hand.policy()?);
        let (before, after) = due_after(&policy, &case, &class.get(), minute.get())?;
        let (t, lang) = (hand.t(), hand.lang.get());
        let at = format::moment(after, minute.get(), zone(&policy), lang);
        let downgrade = policy.class(&class.get()).reply.limit > policy.class(case.current_class()).reply.limit;
        let (text, state) = if after < before {
            (fill(t.class_earlier, &[&at, &format::length(before.since(after), lang)]), "soon")
        } else if downgrade {
            (fill(t.class_kept, &[&at]), "ok")
        } else {
            (fill(t.class_same, &[&at]), "ok")
        };
        Some(view! { <p class="hint" data-s=state role="status" data-test="class-effect">{text}</p> })
    };
    view! {
        <ActForm hand kind="change-class" title=Signal::derive(move || hand.t().change_class.to_owned())
            submit=Signal::derive(move || hand.t().class_submit.to_owned()) on_submit=send>
            <CaseLine hand/>
            <fieldset class="dlg-cards"><legend class="dlg-n">{move || hand.t().class}</legend>{cards}</fieldset>
            <label class="dlg-l"><span class="dlg-n">{move || hand.t().tier}</span>
                <select class="dlg-select" data-test="class-tier" on:change=choose_tier>{tiers}</select>
            </label>
            {effect}
        </ActForm>
    }
}

/// The reply's due time as it is, and as it would be with the class: (before, after).
fn due_after(policy: &Policy, case: &Case, class: &str, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let before = clock::reply(policy, case, now)?.due;
    let mut changed = case.clone();
    changed.classes.push(ClassAt { at: now, service_class: class.to_owned(), tier: String::new() });
    Some((before, clock::reply(policy, &changed, now)?.due))
}
