//! Open cases and call-backs of a number, most urgent first; a click selects one.

use baton_engine::clock::{self, Clock};
use baton_engine::model::{Callback, Case, Collection};
use baton_engine::order;
use leptos::prelude::*;

use crate::app::state::Desk;
use crate::app::ui_state::Ui;
use crate::i18n::customer::CustomerTexts;
use crate::i18n::{format, lang};
use crate::ui::clock::ClockView;

/// One piece of open work.
#[derive(Debug, Clone, PartialEq)]
struct Item {
    collection: Collection,
    id: String,
    mark: String,
    text: String,
    clock: Option<Clock>,
}

#[component]
pub fn OpenWork(number: Memo<String>) -> impl IntoView {
    let desk = Desk::get();
    let t = move || CustomerTexts::get(lang());
    let cases = Memo::new(move |_| cases(desk, &number.get()));
    let callbacks = Memo::new(move |_| callbacks(desk, &number.get()));
    view! {
        <section class="sec" data-test="customer-cases">
            <div class="sec-h"><h2>{move || t().open_cases}</h2><span class="num mute">{move || cases.with(Vec::len)}</span></div>
            {move || match cases.get() {
                list if list.is_empty() => view! { <p class="small mute">{t().no_cases}</p> }.into_any(),
                list => view! { <ItemList list/> }.into_any(),
            }}
        </section>
        {move || {
            let list = callbacks.get();
            (!list.is_empty()).then(|| view! {
                <section class="sec" data-test="customer-callbacks">
                    <div class="sec-h"><h2>{t().callbacks}</h2><span class="num mute">{list.len()}</span></div>
                    <ItemList list/>
                </section>
            })
        }}
    }
}

#[component]
fn ItemList(list: Vec<Item>) -> impl IntoView {
    let ui = Ui::get();
    let rows = list
        .into_iter()
        .map(|item| {
            let Item { collection, id, mark, text, clock } = item;
            let here = id.clone();
            let current = move || {
                ui.selected.with(|s| s.as_ref().is_some_and(|s| s.0 == collection && s.1 == here)).then_some("true")
            };
            view! {
                <li>
                    <button class="cust-row" type="button" data-test="customer-item" data-id=id.clone() aria-current=current
                        on:click=move |_| ui.select(collection, &id)>
                        <span class="num mute">{mark}</span><span class="grow cut">{text}</span>
                        <ClockView clock=Signal::stored(clock)/>
                    </button>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="lines">{rows}</ul> }
}

fn cases(desk: Desk, number: &str) -> Vec<Item> {
    let (policies, now) = (desk.policies(), desk.now.get_untracked());
    let mut list: Vec<Item> = desk
        .find::<Case>(|c| c.customer.number == number && !c.status.is_final())
        .into_iter()
        .map(|c| Item {
            collection: Collection::Cases,
            id: c.id.clone(),
            mark: format::case_number(&c.number).to_owned(),
            text: c.title.clone(),
            clock: policies.of(&c.policy).and_then(|p| clock::reply(p, &c, now)),
        })
        .collect();
    urgent_first(&mut list);
    list
}

fn callbacks(desk: Desk, number: &str) -> Vec<Item> {
    let (policies, now, lang) = (desk.policies(), desk.now.get_untracked(), lang());
    let mut list: Vec<Item> = desk
        .find::<Callback>(|c| c.customer.number == number && c.is_open())
        .into_iter()
        .map(|c| {
            let topic = policies.desk(&c.desk).and_then(|(_, d)| d.topic(&c.topic)).map(|t| lang.of(&t.name));
            Item {
                collection: Collection::Callbacks,
                id: c.id.clone(),
                mark: String::new(),
                text: topic.unwrap_or_else(|| c.note.clone()),
                clock: clock::callback(&policies, &c, now),
            }
        })
        .collect();
    urgent_first(&mut list);
    list
}

fn urgent_first(list: &mut [Item]) {
    order::sort_by_key(list, |i| i.clock.map_or((clock::ClockState::Stopped, i64::MAX), |c| (c.state, c.due.millis())));
}
