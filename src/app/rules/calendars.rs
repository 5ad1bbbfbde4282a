//! The calendars of the pack: zone, covered years, what is provisional, and the next days that differ from the week.

use baton_engine::calendar::{CalendarWarning, DayRule};
use baton_engine::order;
use baton_engine::policy::{NamedCalendar, Policy};
use baton_engine::time::{Span, Timestamp};
use leptos::prelude::*;

use super::{line, table};
use crate::i18n::rules::RulesTexts;
use crate::i18n::{Lang, fill};

/// How many of the next special days are listed.
const NEXT_DAYS: usize = 10;

/// Years between now and `ahead` whose holidays are not announced yet, in any calendar of the pack.
pub fn provisional(policy: &Policy, now: Timestamp, ahead: Span) -> Vec<i32> {
    let mut years: Vec<i32> = policy
        .calendars
        .iter()
        .flat_map(|c| c.calendar.warnings(now, now.plus(ahead)))
        .filter_map(|w| match w {
            CalendarWarning::ProvisionalYear(year) => Some(year),
            CalendarWarning::NotCovered => None,
        })
        .collect();
    order::sort_by(&mut years, i32::cmp);
    years.dedup();
    years
}

pub fn calendars(policy: &Policy, lang: Lang, now: Timestamp) -> AnyView {
    let t = RulesTexts::get(lang);
    let lines = policy.calendars.iter().enumerate().map(|(i, named)| {
        let home = (i == policy.home_calendar).then(|| view! { " "<span class="tag">{t.home}</span> });
        let name = view! { {lang.of(&named.name)}{home}<p class="mute">{named.calendar.zone().id().to_owned()}</p> };
        line(name, facts(named, lang, now), &named.provenance, lang)
    });
    table(t.calendars, "rules-calendars", lines.collect_view(), lang)
}

fn facts(named: &NamedCalendar, lang: Lang, now: Timestamp) -> impl IntoView + use<> {
    let (t, calendar) = (RulesTexts::get(lang), &named.calendar);
    if calendar.is_always_open() {
        return view! { {t.always} }.into_any();
    }
    let (first, last) = calendar.covered_years();
    let years = fill(t.covered, &[&first.to_string(), &last.to_string()]);
    let warnings: Vec<i32> = calendar
        .warnings(now, now.plus(Span::from_days(730)))
        .into_iter()
        .filter_map(|w| if let CalendarWarning::ProvisionalYear(year) = w { Some(year) } else { None })
        .collect();
    let today = calendar.zone().local(now).0;
    let days: Vec<_> = named.days.iter().filter(|d| d.date >= today).take(NEXT_DAYS).collect();
    let days = days.into_iter().map(|d| {
        let what = match calendar.day_rule(d.date) {
            DayRule::Holiday(_) => t.holiday,
            DayRule::MakeUp(_) => t.worked,
            DayRule::Weekly | DayRule::Override(_) => t.special,
        };
        view! { <li><span class="num">{d.date.to_string()}</span>" "{lang.of(&d.name)}" "<span class="mute">{what}</span></li> }
    }).collect_view();
    let some = named.days.iter().any(|d| d.date >= today);
    view! {
        {years}
        {warnings.into_iter().map(|y| view! { <p><span class="tag" data-s="soon">{fill(t.year_provisional, &[&y.to_string()])}</span></p> }).collect_view()}
        {some.then(|| view! { <details><summary class="link">{t.next_days}</summary><ul>{days}</ul></details> })}
    }.into_any()
}
