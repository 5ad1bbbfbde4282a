//! The page of customers: found by number, name or city; the profile beside the list.

use std::cmp::Reverse;
use std::collections::HashMap;

use baton_engine::model::{Case, Customer};
use leptos::prelude::*;

use super::card::CustomerCard;
use crate::app::state::{Desk, Doc};
use crate::i18n::customer::CustomerTexts;
use crate::i18n::{fill, format, lang};
use crate::ui::each::Each;
use crate::ui::icon::Icon;
use crate::ui::tier::TierBadge;

/// More rows help nobody: the search narrows down.
const SHOWN: usize = 200;

#[component]
pub fn CustomersPage() -> impl IntoView {
    let desk = Desk::get();
    let t = move || CustomerTexts::get(lang());
    let wanted = RwSignal::new(String::new());
    let picked = RwSignal::new(None::<String>);
    let open_cases = Memo::new(move |_| {
        let mut count: HashMap<String, usize> = HashMap::new();
        for case in desk.find::<Case>(|c| !c.status.is_final() && !c.customer.number.is_empty()) {
            *count.entry(case.customer.number.clone()).or_default() += 1;
        }
        count
    });
    let found = Memo::new(move |_| found(desk, &wanted.get(), &open_cases.get()));
    let number = Memo::new(move |_| {
        let id = picked.get()?;
        desk.get_doc::<Customer>(&id).map(|c| c.number.clone())
    });
    let count = move || {
        let total = found.with(|f| f.1);
        let text = if total > SHOWN { t().capped } else { t().count };
        fill(text, &[&total.min(SHOWN).to_string()])
    };
    let body = move || {
        if found.with(|f| f.0.is_empty()) {
            let (head, hint) = if wanted.with(|w| w.trim().is_empty()) {
                (t().nothing, t().nothing_hint)
            } else {
                (t().empty, t().empty_hint)
            };
            return view! { <div class="empty" data-test="customers-empty"><Icon name="search"/><b>{head}</b><p>{hint}</p></div> }.into_any();
        }
        view! { <List found open_cases picked/> }.into_any()
    };
    view! {
        <main class="customers" data-test="customers">
            <section class="col">
                <header class="cust-head">
                    <h1>{move || t().page}</h1>
                    <label class="in">
                        <Icon name="search" small=true/>
                        <input class="grow" type="search" autocomplete="off" data-test="customers-search" autofocus
                            placeholder=move || t().search aria-label=move || t().search
                            prop:value=move || wanted.get() on:input=move |ev| wanted.set(event_target_value(&ev))/>
                    </label>
                    <span class="small mute num" role="status" data-test="customers-count">{count}</span>
                </header>
                <div class="scroll" tabindex="0" role="region" aria-label=move || t().list>{body}</div>
            </section>
            <aside class="col side" aria-label=move || t().title>
                {move || match number.get() {
                    Some(_) => view! { <CustomerCard number=Signal::derive(move || number.get().unwrap_or_default())/> }.into_any(),
                    None => view! { <div class="empty"><Icon name="user"/><p>{t().pick}</p></div> }.into_any(),
                }}
            </aside>
        </main>
    }
}

#[component]
fn List(
    found: Memo<(Vec<Doc<Customer>>, usize)>,
    open_cases: Memo<HashMap<String, usize>>,
    picked: RwSignal<Option<String>>,
) -> impl IntoView {
    let t = move || CustomerTexts::get(lang());
    let row = move |c: Doc<Customer>| {
        let (id, here) = (c.id.clone(), c.id.clone());
        let number = c.number.clone();
        let open = move || open_cases.with(|o| o.get(&number).copied()).map(|n| n.to_string()).unwrap_or_default();
        let tier = c.tier.clone();
        view! {
            <tr data-test="customer-row" data-id=c.id.clone() aria-current=move || picked.with(|p| p.as_ref() == Some(&here)).then_some("true")
                on:click=move |_| picked.set(Some(id.clone()))>
                <th scope="row"><button class="cut" type="button">{c.name.clone()}</button></th>
                <td class="num nowrap">{format::masked(&c.number)}</td>
                <td><TierBadge tier/></td>
                <td>{c.city.clone()}</td>
                <td class="cust-plan">{c.plan.clone()}</td>
                <td class="num">{open}</td>
            </tr>
        }
    };
    view! {
        <table class="cust-table">
            <thead><tr>
                <th scope="col">{move || t().col_name}</th><th scope="col">{move || t().col_number}</th>
                <th scope="col">{move || t().col_tier}</th><th scope="col">{move || t().col_city}</th>
                <th scope="col">{move || t().col_plan}</th><th scope="col">{move || t().col_open}</th>
            </tr></thead>
            <tbody><Each each=move || found.get().0 key=|c| c.id.clone() children=row/></tbody>
        </table>
    }
}

/// Those whose number, name or city holds the text, with open cases first, then by tier; and how many there are.
fn found(desk: Desk, wanted: &str, open: &HashMap<String, usize>) -> (Vec<Doc<Customer>>, usize) {
    let wanted = wanted.trim().to_lowercase();
    let digits: String = wanted.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let by_number = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
    let mut list = desk.find::<Customer>(|c| {
        wanted.is_empty()
            || (by_number && c.number.contains(&digits))
            || c.name.to_lowercase().contains(&wanted)
            || c.city.to_lowercase().contains(&wanted)
    });
    let policy = desk.policy();
    let rank = |c: &Customer| policy.as_ref().and_then(|p| p.tier(&c.tier)).map_or(u32::MAX, |t| t.rank);
    list.sort_by_cached_key(|c| {
        (Reverse(open.get(&c.number).copied().unwrap_or(0)), rank(c), c.name.clone(), c.id.clone())
    });
    let total = list.len();
    list.truncate(SHOWN);
    (list, total)
}
