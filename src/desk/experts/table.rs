//! The seats: who, in which state, for how long, with which skills, and whether the state is fresh.

use baton_engine::model::{Presence, Seat};
use baton_engine::policy::Desk;
use baton_engine::route::{SeatVerdict, Verdict};
use leptos::prelude::*;

use crate::app::state::Doc;
use crate::desk::contact::{Acts, plan, seats as seat_words};
use crate::i18n::expert::ExpertTexts;
use crate::i18n::{format, words};
use crate::ui::each::Each;

#[component]
pub fn SeatTable(desk: StoredValue<Desk>, rows: Memo<Vec<SeatVerdict>>, seats: Memo<Vec<Doc<Seat>>>) -> impl IntoView {
    let acts = Acts::get();
    let t = move || ExpertTexts::get(acts.lang.get());
    view! {
        <section class="page-main" aria-label=move || t().live>
            <table class="grid" data-test="seat-table">
                <thead><tr>
                    <th>{move || t().person}</th><th>{move || t().state}</th><th class="r">{move || t().duration}</th>
                    <th>{move || t().skills}</th><th>{move || t().freshness}</th>
                </tr></thead>
                <tbody>
                    <Each each=move || rows.get() key=|r| format!("{}{:?}{:?}", r.seat, r.verdict, r.since) let:row>
                        <SeatLine row=row desk=desk seats=seats/>
                    </Each>
                </tbody>
            </table>
        </section>
    }
}

#[component]
fn SeatLine(row: SeatVerdict, desk: StoredValue<Desk>, seats: Memo<Vec<Doc<Seat>>>) -> impl IntoView {
    let acts = Acts::get();
    let t = move || ExpertTexts::get(acts.lang.get());
    let seat = StoredValue::new(row.seat.clone());
    let found = Memo::new(move |_| seat.with_value(|id| seats.with(|s| s.iter().find(|s| s.id == *id).cloned())));
    let look = plan::look(&row.verdict);
    let verdict = row.verdict.clone();
    let sits = row.name.clone();
    let name = move || {
        let name = desk.with_value(|d| {
            plan::person(d.seats.iter().find(|s| seat.with_value(|id| s.id == *id)), &sits, acts.lang.get())
        });
        let me = found.get().is_some_and(|s| s.person.id == acts.desk.actor().id);
        view! { <b class="cut">{name}</b>{me.then(|| view! { <span class="tag" data-s="accent">{t().mine}</span> })} }
    };
    let state = move || {
        let lang = acts.lang.get();
        match &verdict {
            Verdict::Free { .. } => t().free.to_owned(),
            Verdict::Busy { presence: Presence::Reserved } => t().reserved.to_owned(),
            Verdict::Busy { presence } => words::presence(*presence, lang).to_owned(),
            Verdict::Stale => t().stale.to_owned(),
            _ => t().offline.to_owned(),
        }
    };
    let since = row.since.filter(|_| look != "off");
    let time = move || since.map(|s| format::length(acts.desk.now.get().since(s), acts.lang.get()));
    // Skills of whoever sits there, else those of the plan.
    let skills = move || {
        let lang = acts.lang.get();
        desk.with_value(|d| {
            let planned = d.seats.iter().find(|s| seat.with_value(|id| s.id == *id)).map(|s| s.skills.clone());
            let own = found.get().map(|s| s.skills.clone()).filter(|s| !s.is_empty()).or(planned).unwrap_or_default();
            own.iter().map(|s| seat_words::skill_name(d, s, lang)).collect::<Vec<_>>()
        })
    };
    let stale = matches!(row.verdict, Verdict::Stale);
    let off = matches!(row.verdict, Verdict::Offline);
    let fresh = move || {
        if off {
            return view! { <span class="mute">"—"</span> }.into_any();
        }
        let (tone, text) = if stale { ("pause", t().lease_stale) } else { ("ok", t().lease_ok) };
        view! { <span class="tag" data-s=tone>{text}</span> }.into_any()
    };
    view! {
        <tr data-test="seat" data-id=row.seat.clone() data-seat=look>
            <td><span class="hline"><span class="seatdot" data-seat=look></span><span class="num">{row.seat.clone()}</span>{name}</span></td>
            <td class="nowrap" data-test="seat-state">{state}</td>
            <td class="r num">{time}</td>
            <td><span class="skills">{move || skills().into_iter().map(|s| view! { <span class="tag">{s}</span> }).collect_view()}</span></td>
            <td>{fresh}</td>
        </tr>
    }
}
