//! The scope catalogue: what the desk takes, and what to do with the rest; each with where it comes from.

use baton_engine::policy::{Desk, Topic};
use leptos::prelude::*;

use crate::desk::contact::Acts;
use crate::i18n::expert::ExpertTexts;
use crate::ui::icon::Icon;

#[component]
pub fn Catalogue(desk: StoredValue<Desk>) -> impl IntoView {
    let acts = Acts::get();
    let t = move || ExpertTexts::get(acts.lang.get());
    let list = move |inside: bool| {
        let lang = acts.lang.get();
        let one = |topic: &Topic| {
            let instead = topic.alternative.as_ref().filter(|_| !inside).map(|a| lang.of(a));
            let note = topic.provenance.note.as_ref().map(|n| lang.of(n)).unwrap_or_default();
            let from = if note.is_empty() {
                topic.provenance.source.clone()
            } else {
                format!("{note} ({})", topic.provenance.source)
            };
            view! {
                <li title=from data-test="scope-topic" data-id=topic.id.clone()>
                    <Icon name=if inside { "check" } else { "swap" } small=true/>
                    <span class="grow">{lang.of(&topic.name)}{instead.map(|i| view! { <small class="mute">{i}</small> })}</span>
                </li>
            }
        };
        desk.with_value(|d| d.topics.iter().filter(|t| t.in_scope == inside).map(one).collect_view())
    };
    view! {
        <aside class="page-side" tabindex="0" aria-label=move || t().catalogue data-test="scope">
            <h2>{move || t().catalogue}</h2>
            <h3 class="cmd-g">{move || t().in_scope}</h3>
            <ul class="scope">{move || list(true)}</ul>
            <h3 class="cmd-g">{move || t().out_scope}</h3>
            <ul class="scope">{move || list(false)}</ul>
        </aside>
    }
}
