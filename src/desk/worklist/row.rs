//! One slot of the list: whichever row lies there now.

use std::sync::Arc;

use baton_engine::clock::ClockState;
use baton_engine::model::{Channel, Collection};
use baton_engine::worklist::{Row, Stake};
use leptos::prelude::*;

use crate::app::state::Desk;
use crate::app::ui_state::Ui;
use crate::i18n::words;
use crate::i18n::worklist::WorklistTexts;
use crate::i18n::{fill, format, lang};
use crate::ui::clock::ClockView;
use crate::ui::icon::Icon;
use crate::ui::tier::TierBadge;
use crate::ui::virtual_list::VirtualList;

#[component]
pub fn RowSlot(rows: Signal<Arc<Vec<Arc<Row>>>>, list: VirtualList, nth: usize, of: usize) -> impl IntoView {
    let (desk, ui) = (Desk::get(), Ui::get());
    let t = move || WorklistTexts::get(lang());
    let placed = Memo::new(move |_| list.placed(nth, of));
    // The row in the list's order, with the newest clock and texts of its document.
    let row = Memo::new(move |_| {
        let index = placed.get()?.index;
        let held = rows.with(|r| r.get(index).cloned())?;
        Some(desk.row(held.collection, &held.id).unwrap_or(held))
    });
    let index = move || placed.get().map(|p| p.index);
    let icon = Signal::derive(move || row.with(|r| r.as_ref().map_or("case", |r| kind_icon(r))));
    let clock = Signal::derive(move || row.with(|r| r.as_ref().and_then(|r| r.clock)));
    let selected = move || {
        let chosen = ui.selected.get();
        row.with(|r| r.as_ref().zip(chosen).is_some_and(|(r, (c, id))| r.collection == c && r.id == id))
    };
    let pending = move || row.with(|r| r.as_ref().is_some_and(|r| desk.is_pending(r.collection, &r.id)));
    let detail = move || {
        let row = row.get()?;
        let with = row.with.as_ref().filter(|_| row.collection == Collection::Cases).and_then(|org| {
            let policy = desk.policy()?;
            Some(fill(t().with, &[&words::organisation(&policy, org, lang())]))
        });
        Some(match with {
            Some(with) => format!("{}{}{with}", row.title, if lang().tag() == "en" { ", " } else { "，" }),
            None => row.title.clone(),
        })
    };
    let under = move || {
        let row = row.get()?;
        let policy = desk.policy()?;
        let clock = row.clock?;
        let zone = policy.home().zone();
        Some(match clock.state {
            ClockState::Paused => {
                fill(t().stopped_at, &[&format::clock_time(clock.paused_since.unwrap_or(clock.started), zone)])
            }
            ClockState::Overdue => fill(t().due, &[&format::moment(clock.due, desk.now.get_untracked(), zone, lang())]),
            // The date changes at midnight only; no need to look every second.
            _ => format::moment(clock.due, desk.now.get_untracked(), zone, lang()),
        })
    };
    let open = move |_| {
        if let Some(row) = row.get_untracked() {
            ui.select(row.collection, &row.id);
        }
    };
    view! {
        <div class="row" role="option" data-test="row"
            id=move || index().map(|i| format!("work-{i}"))
            hidden=move || row.with(Option::is_none)
            data-id=move || row.with(|r| r.as_ref().map(|r| r.id.clone()))
            data-collection=move || row.with(|r| r.as_ref().map(|r| r.collection.name()))
            data-state=move || clock.get().map(|c| words::state(c.state, crate::i18n::Lang::En))
            aria-posinset=move || index().map(|i| (i + 1).to_string())
            aria-setsize=move || rows.with(|r| r.len()).to_string()
            aria-selected=move || selected().to_string()
            aria-current=move || selected().then_some("true")
            data-pending=move || pending().then_some("")
            data-new=move || row.with(|r| r.as_ref().is_some_and(|r| r.stake == Stake::Open)).then_some("")
            style:transform=move || placed.get().map(|p| format!("translateY({}px)", p.top))
            on:click=open>
            <Icon name=icon/>
            <div class="row-m">
                <div class="row-t">
                    <b class="cut">{move || row.with(|r| r.as_ref().map(who))}</b>
                    <TierBadge tier=Signal::derive(move || row.with(|r| r.as_ref().map(|r| r.tier.clone()).unwrap_or_default())) short=true/>
                </div>
                <div class="row-d cut">{detail}</div>
            </div>
            <div class="row-c">
                <ClockView clock=clock/>
                <small>{move || if pending() { Some(t().pending.to_owned()) } else { under() }}</small>
            </div>
        </div>
    }
}

fn who(row: &Arc<Row>) -> String {
    if row.who.is_empty() { format::masked(&row.phone) } else { row.who.clone() }
}

fn kind_icon(row: &Row) -> &'static str {
    match (row.collection, row.channel) {
        (Collection::Cases, _) => "case",
        (Collection::Callbacks, _) => "callback",
        (_, Channel::Voice) => "phone",
        (_, Channel::WebChat) => "chat",
        (_, Channel::Sms) => "sms",
        (_, Channel::Mms) => "image",
        (_, Channel::Email) => "mail",
        (_, Channel::Counter | Channel::Kiosk | Channel::Other) => "ticket",
    }
}
