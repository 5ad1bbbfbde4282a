//! Time limits by service class, the other limits, and the tiers that lead to a class.

use std::collections::BTreeSet;

use baton_engine::order;
use baton_engine::policy::{Policy, Rule, Tier, TierMeasure};
use leptos::prelude::*;

use super::{line, proof, table};
use crate::i18n::rules::RulesTexts;
use crate::i18n::{Lang, fill, format};

fn limit(rule: &Rule, lang: Lang) -> impl IntoView + use<> {
    view! { <b>{format::rule_length(rule.limit, lang)}</b>" "<span class="mute">{rule.id.clone()}</span> }
}

pub fn classes(policy: &Policy, lang: Lang) -> impl IntoView + use<> {
    let t = RulesTexts::get(lang);
    let lines = policy.classes.iter().enumerate().map(|(i, class)| {
        let fallback = (i == policy.default_class).then(|| view! { " "<span class="tag">{t.fallback}</span> });
        view! {
            <tr>
                <th scope="row">{lang.of(&class.name)}{fallback}</th>
                <td class="num">{limit(&class.reply, lang)}</td>
                <td class="num">{limit(&class.leg, lang)}</td>
                {proof(&class.reply.provenance, lang)}
            </tr>
        }
    });
    view! {
        <h2 class="page-h2">{t.classes}</h2>
        <table class="table" data-test="rules-classes">
            <thead><tr>
                <th scope="col">{t.class}</th><th scope="col">{t.reply}</th><th scope="col">{t.leg}</th>
                <th scope="col">{t.certainty}</th><th scope="col">{t.source}</th>
            </tr></thead>
            <tbody>{lines.collect_view()}</tbody>
        </table>
    }
}

/// Every rule once, but for those of the classes.
pub fn others(policy: &Policy, lang: Lang) -> AnyView {
    let mut seen: BTreeSet<&str> =
        order::gather(policy.classes.iter().flat_map(|c| [c.reply.id.as_str(), c.leg.id.as_str()]));
    let lines = policy.rules().filter(|rule| seen.insert(&rule.id)).map(|rule| {
        let name = view! { {lang.of(&rule.name)}" "<span class="mute">{rule.id.clone()}</span> };
        let hours = &policy.calendars[rule.calendar];
        let open = (!hours.calendar.is_always_open()).then(|| lang.of(&hours.name));
        let value =
            view! { <b>{format::rule_length(rule.limit, lang)}</b>{open.map(|o| view! { <p class="mute">{o}</p> })} };
        line(name, value, &rule.provenance, lang)
    });
    table(RulesTexts::get(lang).limits, "rules-limits", lines.collect_view(), lang)
}

pub fn tiers(policy: &Policy, lang: Lang) -> AnyView {
    let lines = policy.tiers.iter().map(|tier| {
        let badge = view! { <span class="tier" data-tier=tier.badge.clone()>{lang.of(&tier.name)}</span> };
        let class = tier.service_class.as_ref().map(|c| lang.of(&policy.class(c).name));
        let class = class.unwrap_or_else(|| RulesTexts::get(lang).by_brand.to_owned());
        let value = view! { {class}{range(tier, lang).map(|r| view! { <p class="mute">{r}</p> })} };
        line(badge, value, &tier.provenance, lang)
    });
    table(RulesTexts::get(lang).tiers, "rules-tiers", lines.collect_view(), lang)
}

fn range(tier: &Tier, lang: Lang) -> Option<String> {
    let (t, range) = (RulesTexts::get(lang), tier.range?);
    let measure = match range.measure {
        TierMeasure::AnnualSpend => t.annual_spend,
        TierMeasure::MonthlyArpu => t.monthly_arpu,
    };
    let from = format::yuan(range.at_least_fen);
    Some(match range.below_fen {
        Some(below) => fill(t.between, &[measure, &from, &format::yuan(below)]),
        None => fill(t.at_least, &[measure, &from]),
    })
}
