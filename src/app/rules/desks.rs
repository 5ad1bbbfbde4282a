//! Who may hand the baton to whom, the expert desks with their scope and call-backs, and the doubts of the source.

use baton_engine::policy::{Desk, Edge, EdgeKind, Flag, Policy, Topic};
use baton_engine::time::Timestamp;
use leptos::prelude::*;

use super::{line, setting, table};
use crate::i18n::rules::RulesTexts;
use crate::i18n::{Lang, fill, format, words};

/// Every edge of every flow.
pub fn relay(policy: &Policy, lang: Lang) -> AnyView {
    let t = RulesTexts::get(lang);
    let edge = |edge: &Edge| {
        let name = |org: &str| words::organisation(policy, org, lang);
        let kind = match edge.kind {
            EdgeKind::Dispatch => t.edge_dispatch,
            EdgeKind::Assist => t.edge_assist,
        };
        let parallel = edge.parallel.then_some(t.parallel);
        let value = [Some(kind), parallel].into_iter().flatten().collect::<Vec<_>>().join(t.comma);
        line(format!("{} → {}", name(&edge.from), name(&edge.to)), value, &edge.provenance, lang)
    };
    let lines = policy.flows.iter().map(|flow| {
        let owner = fill(t.flow_owner, &[&words::organisation(policy, &flow.entry, lang)]);
        view! {
            <tr class="table-group"><th scope="rowgroup" colspan="4">{lang.of(&flow.name)}" "<span class="mute">{owner}</span></th></tr>
            {flow.edges.iter().map(edge).collect_view()}
        }
    });
    table(t.relay, "rules-relay", lines.collect_view(), lang)
}

/// Every desk: hours, cities, seats, scope, and how its call-backs are kept.
pub fn desks(policy: &Policy, lang: Lang, now: Timestamp) -> AnyView {
    let lines = policy.desks.iter().map(|desk| one_desk(policy, desk, lang, now)).collect_view();
    table(RulesTexts::get(lang).desks, "rules-desks", lines, lang)
}

fn one_desk(policy: &Policy, desk: &Desk, lang: Lang, now: Timestamp) -> impl IntoView + use<> {
    let t = RulesTexts::get(lang);
    let hours = &policy.calendars[desk.calendar];
    let open = if hours.calendar.is_open(now).unwrap_or(false) { t.open_now } else { t.closed_now };
    let value = format!("{}{}{open}", lang.of(&hours.name), t.comma);
    let cities: Vec<String> = desk.cities.iter().map(|c| lang.of(&c.name)).collect();
    let cities = if cities.is_empty() { t.everywhere.to_owned() } else { cities.join(t.comma) };
    let cities = format!("{cities}{}{}", t.comma, fill(t.seats, &[&desk.seats.len().to_string()]));
    let name = view! { {lang.of(&desk.name)}<p class="mute">{cities}</p> };
    let callback = desk.callback.as_ref().map(|c| {
        let window =
            line(lang.of(&c.window.name), format::rule_length(c.window.limit, lang), &c.window.provenance, lang);
        view! { {window}{c.settings.iter().map(|s| setting(s, lang)).collect_view()} }
    });
    view! {
        {line(name, value, &desk.provenance, lang)}
        {desk.settings.iter().map(|s| setting(s, lang)).collect_view()}
        {callback}
        {desk.topics.iter().map(|topic| scope(topic, lang)).collect_view()}
    }
}

fn scope(topic: &Topic, lang: Lang) -> AnyView {
    let t = RulesTexts::get(lang);
    let instead = topic.alternative.as_ref().filter(|_| !topic.in_scope).map(|a| lang.of(a));
    let name = view! { <span class="table-sub">{lang.of(&topic.name)}</span> };
    let value = view! {
        {if topic.in_scope { t.in_scope } else { t.out_of_scope }}
        {instead.map(|i| view! { <p class="mute">{i}</p> })}
    };
    line(name, value, &topic.provenance, lang)
}

/// The doubts of the source, with what was chosen and what else was possible.
pub fn flags(policy: &Policy, lang: Lang) -> Option<AnyView> {
    let t = RulesTexts::get(lang);
    let lines = policy.flags.iter().map(|flag| {
        let others: Vec<String> =
            flag.options.iter().filter(|o| **o != flag.value).map(|o| option(flag, o, lang)).collect();
        let value = view! {
            <b>{option(flag, &flag.value, lang)}</b>
            <p class="mute">{fill(t.instead_of, &[&others.join(t.comma)])}</p>
        };
        line(lang.of(&flag.name), value, &flag.provenance, lang)
    });
    (!policy.flags.is_empty()).then(|| table(t.flags, "rules-flags", lines.collect_view(), lang))
}

fn option(flag: &Flag, id: &str, lang: Lang) -> String {
    let at = flag.options.iter().position(|o| o == id);
    at.and_then(|at| flag.option_names.get(at)).map_or_else(|| id.to_owned(), |name| lang.of(name))
}
