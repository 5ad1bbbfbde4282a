//! The expert desk's seats with their live states, and its scope catalogue.

use baton_engine::model::{Callback as Appointment, Seat};
use baton_engine::order;
use baton_engine::policy::Desk;
use baton_engine::route::{Request, SeatVerdict};
use leptos::prelude::*;

use super::contact::{Acts, plan, topics};
use crate::app::ui_state::Page;
use crate::i18n::expert::ExpertTexts;
use crate::i18n::fill;
use crate::ui::icon::Icon;

mod hours;
mod scope;
mod table;

#[component]
pub fn ExpertsPage() -> impl IntoView {
    let acts = Acts::get();
    let t = move || ExpertTexts::get(acts.lang.get());
    let desk = Memo::new(move |_| topics::expert_desk(&acts.desk.policies()).map(|(_, d)| d.clone()));
    view! {
        <main class="page" data-test="experts-page">
            {move || match desk.get() {
                None => view! { <h1 class="sr">{t().page}</h1><div class="empty" data-test="no-expert-desk"><Icon name="users"/><b>{t().no_desk}</b><p>{t().no_desk_hint}</p></div> }.into_any(),
                Some(desk) => view! { <ExpertDesk desk=desk/> }.into_any(),
            }}
        </main>
    }
}

/// All seats of a desk, whatever the topic: those that people sit at and those of the plan.
fn verdicts(acts: Acts, desk: &Desk, seats: &[&Seat]) -> Vec<SeatVerdict> {
    let policies = acts.desk.policies();
    let Some((policy, desk)) = policies.desk(&desk.id) else { return Vec::new() };
    let request = Request { topic: "", city: "", asked: &[], now: acts.desk.now.get() };
    let mut found = plan::plan(policy, desk, seats, std::iter::empty(), request).seats;
    order::sort_by(&mut found, |a, b| a.seat.cmp(&b.seat));
    found
}

#[component]
fn ExpertDesk(desk: Desk) -> impl IntoView {
    let acts = Acts::get();
    let t = move || ExpertTexts::get(acts.lang.get());
    let desk = StoredValue::new(desk);
    let seats = Memo::new(move |_| desk.with_value(|d| acts.desk.find::<Seat>(|s| s.desk == d.id)));
    let rows = Memo::new(move |_| {
        let seats = seats.get();
        let seats: Vec<&Seat> = seats.iter().map(|s| &**s).collect();
        desk.with_value(|d| verdicts(acts, d, &seats))
    });
    let count = move |look: &[&str]| {
        rows.with(|r| r.iter().filter(|s| look.contains(&plan::look(&s.verdict))).count()).to_string()
    };
    let waiting =
        Memo::new(move |_| desk.with_value(|d| acts.desk.find::<Appointment>(|c| c.is_open() && c.desk == d.id).len()));
    view! {
        <header class="page-h">
            <h1>{move || desk.with_value(|d| acts.lang.get().of(&d.name))}</h1>
            <hours::Hours desk=desk/>
            <span class="grow"></span>
            <span class="tag" data-s="ok" data-test="free-count">{move || fill(t().free_count, &[&count(&["free"])])}</span>
            <span class="tag">{move || fill(t().busy_count, &[&count(&["busy", "wrap"])])}</span>
            <span class="tag">{move || fill(t().off_count, &[&count(&["off"])])}</span>
            <button class="link" type="button" data-test="backlog-link" on:click=move |_| acts.ui.page.set(Page::Callbacks)>
                {move || fill(t().backlog_link, &[&waiting.get().to_string()])}
            </button>
        </header>
        <div class="page-cols">
            <table::SeatTable desk=desk rows=rows seats=seats/>
            <scope::Catalogue desk=desk/>
        </div>
    }
}
