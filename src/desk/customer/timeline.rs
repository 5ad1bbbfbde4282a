//! What happened with a number, newest first: cases, contacts, call-backs.

use baton_engine::calendar::Zone;
use baton_engine::model::{AttemptOutcome, Callback, Case, Collection, Interaction, Status};
use baton_engine::order;
use baton_engine::time::Timestamp;
use leptos::prelude::*;

use crate::app::state::Desk;
use crate::app::ui_state::Ui;
use crate::i18n::customer::CustomerTexts;
use crate::i18n::{Lang, fill, format, lang, words};

/// So many are shown; the rest is in the documents themselves.
const SHOWN: usize = 12;

#[derive(Debug, Clone, PartialEq)]
struct Event {
    at: Timestamp,
    text: String,
    collection: Collection,
    id: String,
    /// A contact that goes on now.
    live: bool,
}

#[component]
pub fn Timeline(number: Memo<String>) -> impl IntoView {
    let (desk, ui) = (Desk::get(), Ui::get());
    let t = move || CustomerTexts::get(lang());
    let events = Memo::new(move |_| events(desk, &number.get(), lang()));
    let list = move || {
        let events = events.get();
        if events.is_empty() {
            return view! { <p class="small mute">{t().no_timeline}</p> }.into_any();
        }
        let (policy, now) = (desk.policy(), desk.now.get_untracked());
        let zone = policy.as_ref().map(|p| p.home().zone());
        let rows = events
            .into_iter()
            .map(|e| {
                let time = zone.map(|z| when(e.at, now, z)).unwrap_or_default();
                view! {
                    <li data-live=e.live.then_some("")>
                        <time datetime=e.at.to_string()>{time}</time>
                        <button class="cut cust-tl" type="button" title=e.text.clone() on:click=move |_| ui.select(e.collection, &e.id)>{e.text.clone()}</button>
                    </li>
                }
            })
            .collect_view();
        view! { <ol class="tl">{rows}</ol> }.into_any()
    };
    view! {
        <section class="sec" data-test="customer-timeline">
            <div class="sec-h"><h2>{move || t().timeline}</h2></div>
            {list}
        </section>
    }
}

/// The time if it was today, else the date.
fn when(at: Timestamp, now: Timestamp, zone: &Zone) -> String {
    if zone.local(at).0 == zone.local(now).0 { format::clock_time(at, zone) } else { format::short_date(at, zone) }
}

fn events(desk: Desk, number: &str, lang: Lang) -> Vec<Event> {
    let t = CustomerTexts::get(lang);
    let mut events = Vec::new();
    let mut push = |at: Option<Timestamp>, text: String, collection, id: &str, live| {
        events.extend(at.map(|at| Event { at, text, collection, id: id.to_owned(), live }));
    };
    for case in desk.find::<Case>(|c| c.customer.number == number) {
        let mark = format::case_number(&case.number);
        let mut of = |at, text| push(at, text, Collection::Cases, &case.id, false);
        of(case.opened_at, fill(t.opened, &[mark, &case.title]));
        for repeat in &case.repeats {
            of(Some(repeat.at), fill(t.repeated, &[mark]));
        }
        for answer in &case.answers {
            of(Some(answer.at), fill(t.answered, &[mark]));
        }
        if case.status == Status::Closed {
            of(case.journal.last().map(|e| e.at), fill(t.closed, &[mark]));
        }
    }
    for contact in desk.find::<Interaction>(|c| c.customer.number == number) {
        let channel = words::channel(contact.channel, lang);
        let text =
            if contact.reason.is_empty() { channel.to_owned() } else { fill(t.contact, &[channel, &contact.reason]) };
        push(contact.arrived_at, text, Collection::Interactions, &contact.id, contact.is_open());
    }
    for callback in desk.find::<Callback>(|c| c.customer.number == number) {
        push(callback.registered_at, t.booked.to_owned(), Collection::Callbacks, &callback.id, false);
        let reached = callback.attempts.iter().find(|a| a.outcome == AttemptOutcome::Reached).map(|a| a.at);
        push(reached, t.called.to_owned(), Collection::Callbacks, &callback.id, false);
    }
    order::sort_by_key(&mut events, |e| std::cmp::Reverse(e.at));
    events.truncate(SHOWN);
    events
}
