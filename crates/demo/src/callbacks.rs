//! Call-backs of the expert desk in every state: promised, claimed, tried, texted, kept, cancelled, and those
//! registered in the night. Their moments lie in the open time of the desk, whenever the day is.

use baton_engine::calendar::Calendar;
use baton_engine::model::{Actor, AttemptOutcome, Collection, Customer, CustomerRef, Intent};
use baton_engine::time::{Span, Timestamp};

use crate::people::{Cast, EXPERT_DESK, HOTLINE};
use crate::plot::pin;
use crate::texts::talk;
use crate::world::World;

const C: Collection = Collection::Callbacks;

/// Minutes of open time between the registration and now, and what was done since.
const PLAN: &[(i64, Done)] = &[
    (7, Done::Nothing),
    (19, Done::Nothing),
    (34, Done::Nothing),
    (48, Done::Nothing),
    (66, Done::Nothing),
    (26, Done::Claimed),
    (12, Done::ClaimedByLogin),
    (44, Done::Tried(1)),
    (58, Done::Tried(2)),
    (95, Done::Tried(3)),
    (120, Done::Kept(1)),
    (165, Done::Kept(2)),
    (210, Done::Kept(1)),
    (240, Done::Kept(1)),
    (140, Done::Cancelled),
];

#[derive(Debug, Clone, Copy)]
enum Done {
    Nothing,
    Claimed,
    ClaimedByLogin,
    /// So many tries without success.
    Tried(i64),
    /// Reached at the try of this number.
    Kept(i64),
    Cancelled,
}

/// The call-backs of the plan and, if the desk has just been or is closed, those of the night.
pub fn play(world: &mut World<'_>, cast: &Cast, customers: &[Customer]) {
    let policies = world.policies;
    let Some((policy, desk)) = policies.desk(EXPERT_DESK) else { return };
    let Some(calendar) = policy.calendars.get(desk.calendar).map(|c| &*c.calendar) else { return };
    let cities: Vec<&str> = desk.cities.iter().map(|c| c.name.zh.as_str()).collect();
    let served: Vec<CustomerRef> = customers
        .iter()
        .filter(|c| cities.is_empty() || cities.contains(&c.city.as_str()))
        .map(Customer::reference)
        .collect();
    if served.is_empty() {
        return;
    }
    for (nth, (minutes, done)) in PLAN.iter().enumerate() {
        // Kept ones of an odd place at most: nobody has two open call-backs.
        let who = served[nth * 5 % served.len()].clone();
        one(world, cast, calendar, who, nth, *minutes, *done);
    }
    night(world, cast, calendar, &served);
}

fn book(world: &mut World<'_>, cast: &Cast, who: CustomerRef, nth: usize, at: Timestamp) -> Option<String> {
    let (topic, note) = talk::CALLBACKS[nth % talk::CALLBACKS.len()];
    let by = if nth.is_multiple_of(3) { cast.user("hotline") } else { world.rng.pick(&cast.seated(HOTLINE)).clone() };
    let id = world.id(at);
    let intent = Intent::BookCallback {
        desk: EXPERT_DESK.into(),
        topic: topic.into(),
        customer: who,
        policy: pin(world),
        note: note.into(),
        interaction: None,
        case: None,
    };
    world.act(C, &id, at, &by, intent).map(|_| id)
}

fn one(
    world: &mut World<'_>,
    cast: &Cast,
    calendar: &Calendar,
    who: CustomerRef,
    nth: usize,
    minutes: i64,
    done: Done,
) {
    let now = world.now;
    let ago = |minutes: i64| calendar.subtract(now, Span::from_minutes(minutes)).unwrap_or(now);
    let Some(id) = book(world, cast, who, nth, ago(minutes)) else { return };
    let colleagues = cast.seated(EXPERT_DESK);
    let Some(by) = colleagues.get(nth % colleagues.len().max(1)) else { return };
    match done {
        Done::Nothing => {}
        Done::Claimed => {
            world.act(C, &id, ago(3), by, Intent::ClaimCallback);
        }
        Done::ClaimedByLogin => {
            let by = cast.user("expert");
            world.act(C, &id, ago(2), &by, Intent::ClaimCallback);
        }
        Done::Tried(times) => {
            // Twenty minutes apart, the last one lately.
            tries(world, &id, by, times, |nth| ago(6 + (times - 1 - nth) * 21), AttemptOutcome::NoAnswer);
        }
        Done::Kept(times) => {
            tries(world, &id, by, times, |nth| ago(minutes - 12 - nth * 22), AttemptOutcome::Reached);
        }
        Done::Cancelled => {
            let reason = "客户已在营业厅办妥。".into();
            world.act(C, &id, ago(minutes - 30), by, Intent::CancelCallback { reason });
        }
    }
}

/// `times` tries, each claimed a minute before; the last one ends as `last`.
fn tries(world: &mut World<'_>, id: &str, by: &Actor, times: i64, at: impl Fn(i64) -> Timestamp, last: AttemptOutcome) {
    for nth in 0..times {
        let outcome = if nth + 1 == times { last } else { AttemptOutcome::Busy };
        let note = if outcome == AttemptOutcome::Reached {
            "已逐步指导，客户确认可用。".to_owned()
        } else {
            (*world.rng.pick(talk::ATTEMPTS)).to_owned()
        };
        world.act(C, id, at(nth).minus(Span::from_minutes(1)), by, Intent::ClaimCallback);
        world.act(C, id, at(nth), by, Intent::LogCallbackAttempt { outcome, note });
    }
}

/// Registrations since the desk closed, while it is closed or in the first half hour of its day.
fn night(world: &mut World<'_>, cast: &Cast, calendar: &Calendar, served: &[CustomerRef]) {
    let now = world.now;
    let Ok(closed) = calendar.subtract(now, Span::from_minutes(31)).and_then(|t| calendar.next_close(t)) else {
        return;
    };
    if closed >= now {
        return;
    }
    let opens = calendar.next_open(closed).unwrap_or(now).min(now);
    let hours = opens.since(closed).millis() / 1000;
    for nth in 0..5 {
        let at = closed.plus(Span::from_secs(hours * (nth * 2 + 1) / 11));
        let at_least = usize::try_from(nth).unwrap_or(0);
        let who = served[(at_least * 5 + 3) % served.len()].clone();
        book(world, cast, who, at_least + 6, at);
    }
}
