//! The backlog of a desk in the order of work, with a warning when it cannot be kept by who is there.

use std::collections::HashMap;

use baton_engine::callback::{self as rules};
use baton_engine::clock;
use baton_engine::model::{Callback as Appointment, Collection, Intent, Presence, Seat};
use baton_engine::policy::Policies;
use baton_engine::time::{Span, Timestamp};
use leptos::prelude::*;

use super::attempt::tries_line;
use super::line;
use crate::app::state::Doc;
use crate::desk::contact::{Acts, plan};
use crate::i18n::callback::CallbackTexts;
use crate::i18n::{fill, format};
use crate::ui::clock::ClockView;
use crate::ui::each::Each;
use crate::ui::icon::Icon;
use crate::ui::tier::TierBadge;

/// More rows than anybody works through on one page.
const MOST: usize = 300;

/// The backlog of a desk: ids in the order of work, and by how much some would be late.
#[derive(Debug, Clone, PartialEq, Default)]
struct Backlog {
    order: Vec<String>,
    late: HashMap<String, Span>,
    seats: usize,
}

/// Seats that are there to make calls: fresh and not away.
fn working(seat: &Seat, now: Timestamp) -> bool {
    let away = [Presence::Offline, Presence::Break, Presence::Meal, Presence::Training];
    !seat.is_stale(now) && !away.contains(&seat.presence)
}

fn backlog(policies: &Policies, desk: &str, all: &[Doc<Appointment>], seats: usize, now: Timestamp) -> Backlog {
    let order = rules::order(policies, desk, all.iter().map(|c| &**c), now);
    let late = policies.desk(desk).map(|(p, d)| rules::backlog(p, d, &order, seats, now)).unwrap_or_default();
    Backlog { order: order.into_iter().map(|w| w.id).collect(), late: late.into_iter().collect(), seats }
}

#[component]
pub fn CallbacksPage() -> impl IntoView {
    let acts = Acts::get();
    let t = move || CallbackTexts::get(acts.lang.get());
    let desks = Memo::new(move |_| {
        let lang = acts.lang.get();
        let policies = acts.desk.policies();
        let mut found: Vec<(String, String)> = Vec::new();
        for policy in policies.in_force().into_iter().chain(policies.all().iter().rev()) {
            for desk in policy.desks.iter().filter(|d| d.callback.is_some()) {
                if !found.iter().any(|(id, _)| *id == desk.id) {
                    found.push((desk.id.clone(), lang.of(&desk.name)));
                }
            }
        }
        found
    });
    let picked = RwSignal::new(None::<String>);
    let desk = Memo::new(move |_| picked.get().or_else(|| desks.get().first().map(|(id, _)| id.clone())));
    let tabs = move || {
        let desks = desks.get();
        (desks.len() > 1).then(|| {
            desks
                .into_iter()
                .map(|(id, name)| {
                    let (here, go) = (id.clone(), id);
                    let on = move || desk.get().as_ref() == Some(&here);
                    view! { <button class="btn" type="button" aria-pressed=move || on().to_string() on:click=move |_| picked.set(Some(go.clone()))>{name}</button> }
                })
                .collect_view()
        })
    };
    view! {
        <main class="page" data-test="callbacks-page">
            <header class="page-h">
                <h1>{move || t().page}</h1><span class="small mute grow">{move || t().in_order}</span>{tabs}
            </header>
            {move || match desk.get() {
                None => view! { <div class="empty"><Icon name="callback"/><b>{t().book_no_desk}</b></div> }.into_any(),
                Some(id) => view! { <DeskBacklog desk=id/> }.into_any(),
            }}
        </main>
    }
}

#[component]
fn DeskBacklog(desk: String) -> impl IntoView {
    let acts = Acts::get();
    let t = move || CallbackTexts::get(acts.lang.get());
    let desk = StoredValue::new(desk);
    let all = Memo::new(move |_| desk.with_value(|d| acts.desk.find::<Appointment>(|c| c.desk == *d && c.is_open())));
    let seats = Memo::new(move |_| desk.with_value(|d| acts.desk.find::<Seat>(|s| s.desk == *d)));
    // Order and forecast are looked at once a minute and when something changes.
    let minute = Memo::new(move |_| plan::minute(acts.desk.now.get()));
    let list = Memo::new(move |_| {
        minute.track();
        let now = acts.desk.now.get_untracked();
        let seats = seats.with(|s| s.iter().filter(|s| working(s, now)).count());
        desk.with_value(|d| all.with(|all| backlog(&acts.desk.policies(), d, all, seats, now)))
    });
    let next = move || {
        let me = acts.me().id;
        let now = acts.desk.now.get_untracked();
        let policies = untrack(|| acts.desk.policies());
        list.get_untracked().order.into_iter().find(|id| {
            acts.desk.peek::<Appointment>(id).is_some_and(|c| {
                let free = line::claim(&policies, &c, now).is_none_or(|(claim, _)| claim.by.id == me);
                free && c.next_try_at.is_none_or(|n| n <= now)
            })
        })
    };
    let claim_next = move |_| match next() {
        Some(id) => {
            if acts.tell(acts.desk.act_one(Collection::Callbacks, &id, Intent::ClaimCallback)) {
                acts.ui.select(Collection::Callbacks, &id);
            }
        }
        None => acts.say(CallbackTexts::get(acts.lang_now()).nothing_next),
    };
    let forecast = move || {
        let list = list.get();
        let seats = list.seats.to_string();
        if list.order.is_empty() {
            return ().into_any();
        }
        let worst = list.late.values().max().copied();
        let (tone, icon, text) = match worst {
            None if list.seats == 1 => ("ok", "check", t().keeps_one.to_owned()),
            None => ("ok", "check", fill(t().keeps, &[&seats])),
            Some(_) if list.seats == 0 => ("over", "alert", fill(t().no_seat_warn, &[&list.order.len().to_string()])),
            Some(worst) => {
                let by = format::length(worst, acts.lang.get());
                ("soon", "alert", fill(t().late_warn, &[&seats, &list.late.len().to_string(), &by]))
            }
        };
        view! { <div class="banner" data-s=tone role="status" data-test="backlog" data-late=list.late.len().to_string()><Icon name=icon/><p class="grow">{text}</p></div> }.into_any()
    };
    let empty = Memo::new(move |_| list.with(|l| l.order.is_empty()));
    let body = move || {
        if empty.get() {
            return view! { <div class="empty" data-test="backlog-empty"><Icon name="callback"/><b>{t().empty}</b><p>{t().empty_hint}</p></div> }.into_any();
        }
        view! {
            <div class="scroll"><table class="grid">
                <thead><tr><th>{t().col_customer}</th><th>{t().col_topic}</th><th>{t().col_tries}</th><th>{t().col_claim}</th><th class="r">{t().col_due}</th></tr></thead>
                <tbody>
                    <Each each=move || list.with(|l| l.order.iter().take(MOST).cloned().collect::<Vec<_>>()) key=|id| id.clone() let:id>
                        <BacklogRow id=id list=list minute=minute/>
                    </Each>
                </tbody>
            </table></div>
        }
        .into_any()
    };
    view! {
        {forecast}
        <div class="page-acts">
            <button class="btn" type="button" data-kind="primary" data-test="claim-next" on:click=claim_next><Icon name="callback"/>{move || t().claim_next}</button>
        </div>
        {body}
    }
}

#[component]
fn BacklogRow(id: String, list: Memo<Backlog>, minute: Memo<Timestamp>) -> impl IntoView {
    let acts = Acts::get();
    let t = move || CallbackTexts::get(acts.lang.get());
    let key = id.clone();
    let callback = Memo::new(move |_| acts.desk.get_doc::<Appointment>(&key));
    let clock = Signal::derive(move || {
        let policies = acts.desk.policies();
        callback.get().and_then(|c| clock::callback(&policies, &c, acts.desk.now.get_untracked()))
    });
    let late_id = id.clone();
    let late = Memo::new(move |_| list.with(|l| l.late.get(&late_id).copied()));
    let holder = move || {
        minute.track();
        let c = callback.get()?;
        line::claim(&acts.desk.policies(), &c, acts.desk.now.get_untracked()).map(|(claim, _)| claim.by.name)
    };
    let tries = move || {
        let c = callback.get()?;
        let most = line::desk_of(&acts.desk.policies(), &c).map_or(0, |(_, _, r)| r.tries);
        let line = tries_line(&c, acts, t());
        let next = c.next_try_at.filter(|n| *n > minute.get()).map(|n| fill(t().not_before, &[&acts.time(n)]));
        Some(
            view! { <span class="num" title=line>{fill(t().tries, &[&c.tries().to_string(), &most.to_string()])}</span>{next.map(|n| view! { <small class="mute">{n}</small> })} },
        )
    };
    let open = id.clone();
    let text = move |read: fn(&Appointment) -> String| callback.get().map(|c| read(&c)).unwrap_or_default();
    view! {
        <tr data-test="callback-row" data-id=id>
            <td><button class="grid-open hline" type="button" on:click=move |_| acts.ui.select(Collection::Callbacks, &open)>
                <b class="cut">{move || text(|c| c.customer.name.clone())}</b>
                <TierBadge tier=Signal::derive(move || text(|c| c.customer.tier.clone()))/>
                <span class="num dim nowrap">{move || format::masked(&text(|c| c.customer.number.clone()))}</span>
            </button></td>
            <td><span class="cut">{move || callback.get().map(|c| line::topic(&acts.desk.policies(), &c, acts.lang.get()))}</span><small class="mute cut">{move || text(|c| c.note.clone())}</small></td>
            <td>{tries}</td>
            <td>{move || holder().unwrap_or_else(|| t().unclaimed.to_owned())}</td>
            <td class="r"><ClockView clock=clock/>
                <small class="mute num">{move || clock.get().map(|c| acts.time(c.due))}</small>
                {move || late.get().map(|l| view! { <span class="tag" data-s="soon" data-test="will-be-late">{fill(t().will_be_late, &[&format::length(l, acts.lang.get())])}</span> })}
            </td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_away_or_silent_makes_no_calls() {
        let now = Timestamp::from_millis(1000);
        let seat =
            |presence, until| Seat { presence, lease_until: Some(Timestamp::from_millis(until)), ..Seat::default() };
        assert!(working(&seat(Presence::Available, 2000), now));
        assert!(working(&seat(Presence::OnContact, 2000), now));
        assert!(!working(&seat(Presence::Available, 1000), now));
        assert!(!working(&seat(Presence::Meal, 2000), now));
    }
}
