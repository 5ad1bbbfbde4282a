//! Choices of a new case: category with what it says about the duty, service class, channel.

use baton_engine::model::Channel;
use baton_engine::order;
use baton_engine::policy::{Category, Duty, Policy};
use baton_engine::triage;
use leptos::prelude::*;

use crate::desk::case::dialogs::hand::Hand;
use crate::i18n::{fill, format, words};
use crate::ui::draft::Draft;
use crate::ui::icon::Icon;

const CHANNELS: [(Channel, &str); 8] = [
    (Channel::Voice, "voice"),
    (Channel::WebChat, "webChat"),
    (Channel::Sms, "sms"),
    (Channel::Mms, "mms"),
    (Channel::Email, "email"),
    (Channel::Counter, "counter"),
    (Channel::Kiosk, "kiosk"),
    (Channel::Other, "other"),
];

pub fn channel_key(channel: Channel) -> &'static str {
    CHANNELS.iter().find(|c| c.0 == channel).map_or("other", |c| c.1)
}

pub fn channel_of(key: &str) -> Channel {
    CHANNELS.iter().find(|c| c.1 == key).map_or(Channel::Other, |c| c.0)
}

/// The pack's categories as a tree, each with its depth.
fn tree(policy: &Policy) -> Vec<(usize, &Category)> {
    fn below<'a>(policy: &'a Policy, parent: Option<&str>, depth: usize, out: &mut Vec<(usize, &'a Category)>) {
        // Depth and length are bounded whatever a pack says of its parents.
        if depth > 4 {
            return;
        }
        for category in policy.categories.iter().filter(|c| c.parent.as_deref() == parent) {
            out.push((depth, category));
            below(policy, Some(&category.id), depth + 1, out);
        }
    }
    let mut out = Vec::new();
    below(policy, None, 0, &mut out);
    out
}

#[component]
pub fn CategorySelect(hand: Hand, draft: Draft, test: &'static str) -> impl IntoView {
    let options = move || {
        let (policy, lang) = (hand.policy()?, hand.lang.get());
        let chosen = draft.get();
        let list = tree(&policy)
            .into_iter()
            .map(|(depth, c)| {
                let name = format!("{}{}", "\u{3000}".repeat(depth), lang.of(&c.name));
                view! { <option value=c.id.clone() selected=chosen == c.id>{name}</option> }
            })
            .collect_view();
        Some(view! { <option value="" selected=chosen.is_empty()>{hand.t().intake_category_pick}</option>{list} })
    };
    view! {
        <label class="dlg-l"><span class="dlg-n">{move || hand.t().intake_category}</span>
            <select class="dlg-select" data-test=test on:change=move |ev| draft.write(event_target_value(&ev))>{options}</select>
        </label>
    }
}

#[component]
pub fn ClassSelect(hand: Hand, draft: Draft) -> impl IntoView {
    let options = move || {
        let (policy, lang) = (hand.policy()?, hand.lang.get());
        let chosen = policy.class(&draft.get()).id.clone();
        let mut list: Vec<_> = policy.classes.iter().collect();
        order::sort_by_key(&mut list, |c| c.rank);
        Some(
            list.into_iter()
                .map(|c| {
                    let words = format!("{} · {}", lang.of(&c.name), format::rule_length(c.reply.limit, lang));
                    view! { <option value=c.id.clone() selected=chosen == c.id>{words}</option> }
                })
                .collect_view(),
        )
    };
    view! {
        <label class="dlg-l"><span class="dlg-n">{move || hand.t().intake_class}</span>
            <select class="dlg-select" data-test="intake-class" on:change=move |ev| draft.write(event_target_value(&ev))>{options}</select>
        </label>
    }
}

#[component]
pub fn ChannelSelect(hand: Hand, draft: Draft) -> impl IntoView {
    let options = move || {
        let (chosen, lang) = (draft.get(), hand.lang.get());
        CHANNELS
            .into_iter()
            .map(|(channel, key)| view! { <option value=key selected=chosen == key>{words::channel(channel, lang)}</option> })
            .collect_view()
    };
    view! {
        <label class="dlg-l"><span class="dlg-n">{move || hand.t().intake_channel}</span>
            <select class="dlg-select" data-test="intake-channel" on:change=move |ev| draft.write(event_target_value(&ev))>{options}</select>
        </label>
    }
}

/// What the category says: whose duty it is, and whether an expert desk covers it.
pub fn hints(hand: Hand, policy: &Policy, category: &str) -> Option<AnyView> {
    let said = triage::triage(policy, category);
    said.category?;
    let (t, lang) = (hand.t(), hand.lang.get());
    let duty = match said.duty {
        Duty::Mobile => None,
        Duty::Maker => Some(("soon", "swap", t.intake_maker.to_owned())),
        Duty::Either => Some(("pause", "help", t.intake_either.to_owned())),
    };
    // A pack may leave the desks to another one that extends it.
    let policies = hand.desk.policies();
    let expert = said
        .expert
        .and_then(|(desk, topic)| policies.desk(desk).and_then(|(_, d)| d.topic(topic).map(|t| (d, t))))
        .map(|(desk, topic)| {
            let names = [lang.of(&desk.name), lang.of(&topic.name)];
            let text = if topic.in_scope { t.intake_expert } else { t.intake_expert_out };
            (if topic.in_scope { "ok" } else { "pause" }, "users", fill(text, &[&names[0], &names[1]]))
        });
    let lines = duty
        .into_iter()
        .chain(expert)
        .map(|(state, icon, text)| {
            view! { <li class="hint hline" data-s=state data-test="intake-hint"><Icon name=icon small=true/><span>{text}</span></li> }
        })
        .collect_view();
    Some(view! { <ul class="dlg-hints">{lines}</ul> }.into_any())
}
