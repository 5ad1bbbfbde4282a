//! Which desk takes expert questions, and choosing a topic of its scope catalogue: in scope first, what is out
//! with what to do instead.

use std::sync::Arc;

use baton_engine::model::{Case, Interaction};
use baton_engine::policy::{Desk, Policies, Policy, Topic};
use baton_engine::triage;
use leptos::prelude::*;

use super::acts::Acts;
use crate::i18n::expert::ExpertTexts;
use crate::ui::icon::Icon;

/// The expert desk: the first one with a scope catalogue, of the pack in force before others.
pub fn expert_desk(policies: &Policies) -> Option<(&Arc<Policy>, &Desk)> {
    policies
        .in_force()
        .into_iter()
        .chain(policies.all().iter().rev())
        .find_map(|p| p.desks.iter().find(|d| !d.topics.is_empty()).map(|d| (p, d)))
}

/// The topic of a contact: what was set, else what the category of its case says.
pub fn topic_of(policy: &Policy, contact: &Interaction, case: Option<&Case>) -> Option<String> {
    if !contact.topic.is_empty() {
        return Some(contact.topic.clone());
    }
    triage::triage(policy, &case?.category).expert.map(|(_, topic)| topic.to_owned())
}

/// Whether a topic matches what was typed, by either language or its id.
pub fn matches(topic: &Topic, typed: &str) -> bool {
    let typed = typed.trim().to_lowercase();
    typed.is_empty() || [&topic.name.zh, &topic.name.en, &topic.id].iter().any(|n| n.to_lowercase().contains(&typed))
}

/// The searchable catalogue of a desk; `chosen` gets the topic's id.
#[component]
pub fn TopicPicker(desk: String, chosen: Callback<String>) -> impl IntoView {
    let acts = Acts::get();
    let t = move || ExpertTexts::get(acts.lang.get());
    let typed = RwSignal::new(String::new());
    let topics = StoredValue::new(
        untrack(|| acts.desk.policies()).desk(&desk).map(|(_, d)| d.topics.clone()).unwrap_or_default(),
    );
    let group = move |wanted: bool| {
        let lang = acts.lang.get();
        let shown = topics.with_value(|all| {
            all.iter().filter(|x| x.in_scope == wanted && typed.with(|q| matches(x, q))).cloned().collect::<Vec<_>>()
        });
        if shown.is_empty() {
            return None;
        }
        let rows = shown.into_iter().map(|topic| {
            let id = topic.id.clone();
            let instead = (!wanted).then(|| topic.alternative.as_ref().map(|a| lang.of(a))).flatten();
            view! {
                <li>
                    <button class="topic" type="button" data-test="topic" data-id=topic.id.clone() data-scope=wanted.to_string()
                        on:click=move |_| chosen.run(id.clone())>
                        <Icon name=if wanted { "check" } else { "swap" } small=true/>
                        <span class="grow"><span class="cut">{lang.of(&topic.name)}</span>{instead.map(|i| view! { <small class="mute">{i}</small> })}</span>
                    </button>
                </li>
            }
        });
        let head = if wanted { t().in_scope } else { t().out_scope };
        Some(view! { <h3 class="cmd-g">{head}</h3><ul>{rows.collect_view()}</ul> })
    };
    let nothing = move || topics.with_value(|all| !all.iter().any(|x| typed.with(|q| matches(x, q))));
    view! {
        <div class="topics" data-test="topics">
            <label class="find">
                <Icon name="search" small=true/>
                <span class="sr">{move || t().find_topic}</span>
                <input class="grow" autofocus data-test="topic-search" placeholder=move || t().find_topic
                    prop:value=move || typed.get() on:input=move |ev| typed.set(event_target_value(&ev))/>
            </label>
            <div class="topics-list">
                {move || group(true)}
                {move || group(false)}
                {move || nothing().then(|| view! { <p class="hint topics-none">{t().no_topic}</p> })}
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baton_engine::policy::{Certainty, Provenance, Text};

    #[test]
    fn topics_are_found_in_either_language() {
        let topic = Topic {
            id: "mobileTv".into(),
            name: Text { zh: "手机电视".into(), en: "Mobile TV".into() },
            skill: "tv".into(),
            in_scope: true,
            alternative: None,
            provenance: Provenance { source: String::new(), certainty: Certainty::Default, note: None },
        };
        for typed in ["电视", "tv", " MOBILE", ""] {
            assert!(matches(&topic, typed), "{typed}");
        }
        assert!(!matches(&topic, "GPRS"));
    }
}
