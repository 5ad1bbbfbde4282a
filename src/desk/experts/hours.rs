//! Whether the desk is open now, and until or from when; which cities it serves.

use baton_engine::policy::Desk;
use leptos::prelude::*;

use crate::desk::contact::Acts;
use crate::i18n::expert::ExpertTexts;
use crate::i18n::{Lang, fill};

#[component]
pub fn Hours(desk: StoredValue<Desk>) -> impl IntoView {
    let acts = Acts::get();
    let t = move || ExpertTexts::get(acts.lang.get());
    let state = Memo::new(move |_| {
        let now = acts.desk.now.get();
        let policies = acts.desk.policies();
        let (policy, found) = policies.desk(&desk.with_value(|d| d.id.clone()))?;
        let calendar = &policy.calendars[found.calendar].calendar;
        let open = calendar.is_open(now).unwrap_or(false);
        let next = if open { calendar.next_close(now) } else { calendar.next_open(now) };
        Some((open, calendar.is_always_open(), next.ok()))
    });
    let cities = move || {
        let lang = acts.lang.get();
        let comma = if lang == Lang::Zh { "、" } else { ", " };
        desk.with_value(|d| {
            if d.cities.is_empty() {
                return t().all_cities.to_owned();
            }
            d.cities.iter().map(|c| lang.of(&c.name)).collect::<Vec<_>>().join(comma)
        })
    };
    view! {
        {move || state.get().map(|(open, always, next)| {
            let time = next.map(|n| acts.time(n)).unwrap_or_default();
            let text = match (open, always) {
                (_, true) => t().open_always.to_owned(),
                (true, _) => fill(t().open_now, &[&time]),
                (false, _) => fill(t().closed_now, &[&time]),
            };
            view! { <span class="tag" data-s=if open { "ok" } else { "pause" } data-test="desk-open" data-open=open.to_string()>{text}</span> }
        })}
        <span class="small mute cut" title=move || t().cities>{cities}</span>
    }
}
