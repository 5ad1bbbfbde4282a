//! The rules page: the pack in force with every value, where it comes from and how certain it is; and the faults of
//! packs that were refused.

use std::sync::Arc;

use baton_engine::policy::{Certainty, Policy, Provenance};
use leptos::prelude::*;

use super::start::RefusedPacks;
use super::state::Desk;
use crate::i18n::rules::RulesTexts;
use crate::i18n::{Lang, fill, format, lang};

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

#[component]
pub fn RulesPage() -> impl IntoView {
    let desk = Desk::get();
    let refused = expect_context::<RefusedPacks>();
    let t = move || RulesTexts::get(lang());
    view! {
        <main class="page" data-test="rules-page">
            <div class="page-h"><h1>{move || t().pack}</h1></div>
            <Show when=move || !refused.with(Vec::is_empty)>
                <h2 class="page-h2">{move || t().refused}</h2>
                {move || refused.get().into_iter().map(|(file, faults)| view! {
                    <div class="fault-list" data-test="pack-faults">
                        <b>{file}</b>
                        <ul>{faults.into_iter().map(|f| view! {
                            <li data-test="pack-fault"><code>{if f.pointer.is_empty() { "/".to_owned() } else { f.pointer }}</code>" "{f.message}</li>
                        }).collect_view()}</ul>
                    </div>
                }).collect_view()}
            </Show>
            {move || match desk.policy() {
                Some(policy) => view! { <Pack policy/> }.into_any(),
                None => view! { <div class="empty"><b>{t().none}</b></div> }.into_any(),
            }}
        </main>
    }
}

fn line(name: String, value: String, provenance: &Provenance, lang: Lang) -> impl IntoView + use<> {
    let (word, colour) = certainty(provenance.certainty, lang);
    let note = provenance.note.as_ref().map(|n| lang.of(n));
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td class="num">{value}</td>
            <td><span class="tag" data-s=colour>{word}</span></td>
            <td><span>{provenance.source.clone()}</span>{note.map(|n| view! { <p class="mute">{n}</p> })}</td>
        </tr>
    }
}

#[component]
fn Pack(policy: Arc<Policy>) -> impl IntoView {
    let desk = Desk::get();
    let lang = lang();
    let t = RulesTexts::get(lang);
    let head = move || {
        view! {
            <thead><tr><th scope="col">{t.rule}</th><th scope="col">{t.value}</th><th scope="col">{t.certainty}</th><th scope="col">{t.source}</th></tr></thead>
        }
    };
    let rules = policy
        .rules()
        .into_iter()
        .map(|rule| {
            line(
                format!("{} · {}", rule.id, lang.of(&rule.name)),
                format::rule_length(rule.limit, lang),
                &rule.provenance,
                lang,
            )
        })
        .collect_view();
    let settings = policy
        .settings
        .iter()
        .chain(&policy.clocks.settings)
        .map(|s| line(s.id.clone(), s.value.clone(), &s.provenance, lang))
        .collect_view();
    let desks = policy
        .desks
        .iter()
        .map(|d| {
            let open = policy.calendars[d.calendar].calendar.is_open(desk.now.get_untracked()).unwrap_or(false);
            let now = if open { t.open_now } else { t.closed_now };
            let hours = lang.of(&policy.calendars[d.calendar].name);
            line(lang.of(&d.name), format!("{hours} · {now}"), &d.provenance, lang)
        })
        .collect_view();
    let flags =
        policy.flags.iter().map(|f| line(lang.of(&f.name), f.value.clone(), &f.provenance, lang)).collect_view();
    let calendars = policy
        .calendars
        .iter()
        .map(|c| line(lang.of(&c.name), c.calendar.zone().id().to_owned(), &c.provenance, lang))
        .collect_view();
    let extends = (!policy.extends.is_empty()).then(|| fill(t.extends, &[&policy.extends.join(", ")]));
    let kept: Vec<String> = desk.policies().all().iter().map(|p| format!("{} {}", p.id, p.version)).collect();
    let year = {
        let now = desk.now.get_untracked();
        let soon = now.plus(baton_engine::time::Span::from_days(60));
        let warn = policy.calendars.iter().any(|c| {
            c.calendar
                .warnings(now, soon)
                .iter()
                .any(|w| matches!(w, baton_engine::calendar::CalendarWarning::ProvisionalYear(_)))
        });
        warn.then(|| policy.home().zone().local(soon).0.year())
    };
    view! {
        <p><b>{lang.of(&policy.name)}</b>" "<span class="mute">{policy.id.clone()}" · "{fill(t.version, &[&policy.version])}" "{extends}</span></p>
        {year.map(|y| view! { <div class="banner" data-s="soon" role="status" data-test="provisional-year"><p>{fill(t.provisional, &[&y.to_string()])}</p></div> })}
        <h2 class="page-h2">{t.limits}</h2>
        <table class="table" data-test="rules-limits">{head()}<tbody>{rules}</tbody></table>
        <h2 class="page-h2">{t.desks}</h2>
        <table class="table">{head()}<tbody>{desks}</tbody></table>
        <h2 class="page-h2">{t.flags}</h2>
        <table class="table">{head()}<tbody>{flags}</tbody></table>
        <h2 class="page-h2">{t.settings}</h2>
        <table class="table">{head()}<tbody>{settings}</tbody></table>
        <h2 class="page-h2">{t.calendars}</h2>
        <table class="table">{head()}<tbody>{calendars}</tbody></table>
        <p class="mute small">{t.kept}": "{kept.join(", ")}</p>
    }
}
