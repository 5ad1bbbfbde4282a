//! The rules page: the pack in force with every value, where it comes from and how certain it is; and the faults of
//! packs that were refused.

mod calendars;
mod desks;
mod limits;

use std::sync::Arc;

use baton_engine::policy::{Certainty, Policy, Provenance, Setting};
use baton_engine::time::Span;
use leptos::prelude::*;

pub use self::calendars::provisional;
use super::start::RefusedPacks;
use super::state::Desk;
use crate::i18n::rules::{RulesTexts, SettingNames};
use crate::i18n::{Lang, faults, fill, lang};

/// The word and the colour of a certainty.
pub fn certainty(certainty: Certainty, lang: Lang) -> (&'static str, &'static str) {
    let t = RulesTexts::get(lang);
    match certainty {
        Certainty::Stated => (t.stated, "ok"),
        Certainty::Decoded => (t.decoded, "ok"),
        Certainty::Uncertain => (t.uncertain, "over"),
        Certainty::Inferred => (t.inferred, "soon"),
        Certainty::Default => (t.default_, "pause"),
        Certainty::External => (t.external, "accent"),
    }
}

type Word = fn(&RulesTexts) -> &'static str;

/// Every certainty with what it means, in the order of trust.
const CERTAINTIES: [(Certainty, Word); 6] = [
    (Certainty::Stated, |t| t.stated_more),
    (Certainty::Decoded, |t| t.decoded_more),
    (Certainty::Inferred, |t| t.inferred_more),
    (Certainty::External, |t| t.external_more),
    (Certainty::Default, |t| t.default_more),
    (Certainty::Uncertain, |t| t.uncertain_more),
];

#[component]
pub fn RulesPage() -> impl IntoView {
    let desk = Desk::get();
    let refused = expect_context::<RefusedPacks>();
    let t = move || RulesTexts::get(lang());
    view! {
        <main class="page" data-test="rules-page">
            <div class="page-head"><h1>{move || t().pack}</h1></div>
            <Show when=move || !refused.with(Vec::is_empty)>
                <section class="fault-box">
                    <h2>{move || t().refused}</h2>
                    <p>{move || if desk.policy().is_some() { t().refused_more } else { t().refused_all }}</p>
                    {move || refused.get().into_iter().map(|(file, found)| view! {
                        <div data-test="pack-faults">
                            <b>{file}</b>" "<span class="mute">{fill(t().fault_count, &[&found.len().to_string()])}</span>
                            <ul>{found.into_iter().map(|f| view! {
                                <li data-test="pack-fault"><code>{if f.pointer.is_empty() { "/".to_owned() } else { f.pointer }}</code>" "{faults::pack(&f.code, lang())}</li>
                            }).collect_view()}</ul>
                        </div>
                    }).collect_view()}
                </section>
            </Show>
            {move || match desk.policy() {
                Some(policy) => view! { <Pack policy lang=lang()/> }.into_any(),
                None => view! { <div class="empty"><b>{t().none}</b></div> }.into_any(),
            }}
        </main>
    }
}

#[component]
fn Pack(policy: Arc<Policy>, lang: Lang) -> impl IntoView {
    let desk = Desk::get();
    let t = RulesTexts::get(lang);
    let extends = (!policy.extends.is_empty()).then(|| fill(t.extends, &[&policy.extends.join(", ")]));
    let kept: Vec<String> = desk.policies().all().iter().map(|p| format!("{} {}", p.id, p.version)).collect();
    let settings = policy.settings.iter().chain(&policy.clocks.settings);
    let settings = settings.map(|s| setting(s, lang)).collect_view();
    let (now, policy_) = (desk.now.get_untracked(), policy.clone());
    view! {
        <p class="pack-id" data-test="pack-in-force">
            <b>{lang.of(&policy.name)}</b>" "<code>{policy.id.clone()}</code>" "
            <span class="mute">{fill(t.version, &[&policy.version])}"　"{extends}</span>
        </p>
        <p class="mute small">{t.pinned}</p>
        <Provisional policy=policy.clone() lang/>
        <dl class="legend" aria-label=t.certainty>
            {CERTAINTIES.map(|(c, more)| {
                let (word, colour) = certainty(c, lang);
                view! { <div><dt><span class="tag" data-s=colour>{word}</span></dt><dd>{more(t)}</dd></div> }
            }).collect_view()}
        </dl>
        {limits::classes(&policy, lang)}
        {limits::others(&policy, lang)}
        {desks::relay(&policy, lang)}
        {desks::desks(&policy, lang, now)}
        {desks::flags(&policy, lang)}
        {table(t.settings, "rules-settings", settings, lang)}
        {limits::tiers(&policy, lang)}
        {calendars::calendars(&policy_, lang, now)}
        <p class="mute small">{t.kept}": "{kept.join(", ")}</p>
    }
}

/// A warning when dates of the next two months rest on holidays that are not announced.
#[component]
fn Provisional(policy: Arc<Policy>, lang: Lang) -> impl IntoView {
    let desk = Desk::get();
    let years = provisional(&policy, desk.now.get_untracked(), Span::from_days(60));
    years.into_iter().map(move |year| {
        let words = fill(RulesTexts::get(lang).provisional, &[&year.to_string()]);
        view! { <div class="note-box" data-s="soon" role="status" data-test="provisional-year"><p>{words}</p></div> }
    }).collect_view()
}

/// A section with a table of name, value, certainty and source.
fn table(title: &'static str, test: &'static str, lines: impl IntoAny, lang: Lang) -> AnyView {
    let t = RulesTexts::get(lang);
    view! {
        <h2 class="page-h2">{title}</h2>
        <table class="table" data-test=test>
            <thead><tr>
                <th scope="col">{t.rule}</th><th scope="col">{t.value}</th>
                <th scope="col">{t.certainty}</th><th scope="col">{t.source}</th>
            </tr></thead>
            <tbody>{lines.into_any()}</tbody>
        </table>
    }
    .into_any()
}

/// One line of such a table.
fn line(name: impl IntoAny, value: impl IntoAny, provenance: &Provenance, lang: Lang) -> AnyView {
    view! {
        <tr>
            <th scope="row">{name.into_any()}</th>
            <td class="num">{value.into_any()}</td>
            {proof(provenance, lang)}
        </tr>
    }
    .into_any()
}

/// The cells of certainty and source.
fn proof(provenance: &Provenance, lang: Lang) -> impl IntoView + use<> {
    let (word, colour) = certainty(provenance.certainty, lang);
    let note = provenance.note.as_ref().map(|n| lang.of(n));
    view! {
        <td><span class="tag" data-s=colour>{word}</span></td>
        <td><span>{provenance.source.clone()}</span>{note.map(|n| view! { <p class="mute">{n}</p> })}</td>
    }
}

/// A single value of the pack in words; what has no words shows its key.
fn setting(setting: &Setting, lang: Lang) -> AnyView {
    let name = SettingNames::of(&setting.id, lang)
        .map_or_else(|| view! { <code>{setting.id.clone()}</code> }.into_any(), |name| view! { {name} }.into_any());
    line(name, worded(&setting.value, lang), &setting.provenance, lang)
}

/// Lengths as people say them, yes and no; anything else as the pack writes it.
fn worded(value: &str, lang: Lang) -> String {
    let t = RulesTexts::get(lang);
    match value {
        "true" => t.yes.to_owned(),
        "false" => t.no.to_owned(),
        _ => match value.parse::<Span>() {
            Ok(span) => crate::i18n::format::rule_length(span, lang),
            Err(_) => value.to_owned(),
        },
    }
}
