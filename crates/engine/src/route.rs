//! Seat choice for the expert desk: an online transfer to a free seat, or a call-back that can be kept, or a
//! refusal with the right alternative. Deterministic; every seat gets its reason ("why not me?").
//!
//! Source: Dongguan expert desk specification V2.0 (S2). All seats busy, closed or unknown never ends in silence.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::calendar::Calendar;
use crate::model::{Channel, Interaction, Presence, Seat};
use crate::order;
use crate::policy::{Desk, Policy, Text, Topic};
use crate::time::{Span, Timestamp};

/// What a call needs.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub topic: &'a str,
    pub city: &'a str,
    /// Seats that declined or let the offer lapse.
    pub asked: &'a [String],
    pub now: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Verdict {
    /// Free and next in line; 1 is chosen.
    Free {
        place: u32,
    },
    /// Works on something else.
    Busy {
        presence: Presence,
    },
    MissingSkill {
        skill: String,
    },
    /// Its presence has not been renewed: nobody knows.
    Stale,
    /// Was asked for this call and did not take it.
    Asked,
    Offline,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SeatVerdict {
    pub seat: String,
    pub name: String,
    pub verdict: Verdict,
    /// Time in the present state.
    pub since: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum NoSeat {
    AllBusy,
    Closed,
    /// No seat's presence is fresh: treated as busy, never as free.
    Unknown,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Route<'a> {
    /// Offer the call to this seat until then.
    Offer {
        seat: String,
        until: Timestamp,
    },
    /// Book a call-back; it is due then, and the desk next works from `opens`.
    Callback {
        why: NoSeat,
        opens: Timestamp,
        due: Timestamp,
    },
    /// Not this desk's: what to do instead.
    OutOfScope {
        alternative: Option<&'a Text>,
    },
    /// The desk does not serve that city.
    OtherCity {
        alternative: Option<&'a Text>,
    },
    UnknownTopic,
}

/// A decision with the reason for every seat.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision<'a> {
    pub topic: Option<&'a Topic>,
    pub route: Route<'a>,
    pub seats: Vec<SeatVerdict>,
}

/// Decides where a call for `desk` goes. `seats` are all known seats; those of other desks are ignored.
pub fn decide<'a>(policy: &Policy, desk: &'a Desk, seats: &[&Seat], request: Request<'_>) -> Decision<'a> {
    decide_beside(policy, desk, seats, &BTreeMap::new(), request)
}

/// Seats that have no capacity for one more call, and what they do: a call is on them, or is being offered to them.
/// One voice call is all that a seat can take; its presence may lag behind.
pub fn engaged<'a>(contacts: impl Iterator<Item = &'a Interaction>, now: Timestamp) -> BTreeMap<&'a str, Presence> {
    let mut seats = BTreeMap::new();
    for call in contacts.filter(|c| c.channel == Channel::Voice && c.is_open() && c.ended_at.is_none()) {
        if let Some(offer) = call.pending_offer().filter(|o| o.until > now) {
            seats.entry(offer.seat.as_str()).or_insert(Presence::Reserved);
        }
        if let (Some(seat), Some(_)) = (&call.seat, &call.holder) {
            seats.insert(seat.as_str(), Presence::OnContact);
        }
    }
    seats
}

/// As [`decide`], with regard to the other calls of the moment (see [`engaged`]): two callers are never offered to
/// one seat at once.
pub fn decide_beside<'a>(
    policy: &Policy,
    desk: &'a Desk,
    seats: &[&Seat],
    engaged: &BTreeMap<&str, Presence>,
    request: Request<'_>,
) -> Decision<'a> {
    let topic = desk.topic(request.topic);
    let verdicts = judge(desk, topic, seats, engaged, &request);
    let route = route(policy, desk, topic, &verdicts, &request);
    Decision { topic, route, seats: verdicts }
}

/// The opening hours of a desk of `policy`.
pub(crate) fn hours<'a>(policy: &'a Policy, desk: &Desk) -> &'a Calendar {
    policy.calendars.get(desk.calendar).map_or_else(|| policy.home(), |c| &c.calendar)
}

fn route<'a>(
    policy: &Policy,
    desk: &'a Desk,
    topic: Option<&'a Topic>,
    verdicts: &[SeatVerdict],
    request: &Request<'_>,
) -> Route<'a> {
    let Some(topic) = topic else {
        return Route::UnknownTopic;
    };
    if !topic.in_scope {
        return Route::OutOfScope { alternative: topic.alternative.as_ref() };
    }
    let served = desk.cities.is_empty()
        || request.city.is_empty()
        || desk.cities.iter().any(|c| [&c.id, &c.name.zh, &c.name.en].iter().any(|n| n.as_str() == request.city));
    if !served {
        return Route::OtherCity { alternative: desk.other_city.as_ref() };
    }
    let calendar = hours(policy, desk);
    let open = calendar.is_open(request.now).unwrap_or(false);
    let first = verdicts.iter().find(|v| v.verdict == Verdict::Free { place: 1 });
    if let (true, Some(seat)) = (open, first) {
        return Route::Offer { seat: seat.seat.clone(), until: request.now.plus(desk.offer) };
    }
    let known = verdicts.iter().any(|v| !matches!(v.verdict, Verdict::Stale | Verdict::Offline));
    let why = match (open, known) {
        (false, _) => NoSeat::Closed,
        (true, true) => NoSeat::AllBusy,
        (true, false) => NoSeat::Unknown,
    };
    let opens = calendar.next_open(request.now).unwrap_or(request.now);
    let due = desk
        .callback
        .as_ref()
        .and_then(|rules| policy.calendar_of(&rules.window).add(request.now, rules.window.limit).ok())
        .unwrap_or(opens.plus(Span::from_millis(3_600_000)));
    Route::Callback { why, opens, due }
}

fn judge(
    desk: &Desk,
    topic: Option<&Topic>,
    seats: &[&Seat],
    engaged: &BTreeMap<&str, Presence>,
    request: &Request<'_>,
) -> Vec<SeatVerdict> {
    let mut verdicts: Vec<SeatVerdict> = Vec::new();
    let mut free: Vec<(Timestamp, usize)> = Vec::new();
    let mut own: Vec<&Seat> = seats.iter().copied().filter(|s| s.desk == desk.id).collect();
    order::sort_by(&mut own, |a, b| a.id.cmp(&b.id));
    for seat in own {
        let missing = topic.filter(|t| !t.skill.is_empty() && !seat.skills.contains(&t.skill));
        let verdict = if seat.presence == Presence::Offline {
            Verdict::Offline
        } else if seat.is_stale(request.now) {
            Verdict::Stale
        } else if let Some(topic) = missing {
            Verdict::MissingSkill { skill: topic.skill.clone() }
        } else if request.asked.contains(&seat.id) {
            Verdict::Asked
        } else if seat.presence != Presence::Available {
            Verdict::Busy { presence: seat.presence }
        } else if let Some(presence) = engaged.get(seat.id.as_str()) {
            Verdict::Busy { presence: *presence }
        } else {
            free.push((seat.since.unwrap_or(request.now), verdicts.len()));
            Verdict::Free { place: 0 }
        };
        verdicts.push(SeatVerdict {
            seat: seat.id.clone(),
            name: seat.person.name.clone(),
            verdict,
            since: seat.since,
        });
    }
    // Longest idle first; the seat number breaks a tie, so the same inputs give the same seat.
    order::sort_by(&mut free, Ord::cmp);
    for (place, (_, at)) in free.into_iter().enumerate() {
        verdicts[at].verdict = Verdict::Free { place: place as u32 + 1 };
    }
    // Seats of the plan that nobody has logged in at are listed too.
    for plan in &desk.seats {
        if !verdicts.iter().any(|v| v.seat == plan.id) {
            verdicts.push(SeatVerdict {
                seat: plan.id.clone(),
                name: plan.name.clone(),
                verdict: Verdict::Offline,
                since: None,
            });
        }
    }
    verdicts
}

/// Something that waits for a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiter<'a> {
    pub id: &'a str,
    /// Rank of its class or tier; 1 is served first.
    pub rank: u32,
    pub since: Timestamp,
    pub skill: &'a str,
}

/// Who is next for a seat that became free: rank, then age. Waiting lifts an item one rank per `ageing`, so
/// that a low class is never starved (S04, starvation guard).
pub fn next_for<'a>(seat: &Seat, waiting: &[Waiter<'a>], ageing: Span, now: Timestamp) -> Option<Waiter<'a>> {
    let step = ageing.millis().max(1);
    waiting
        .iter()
        .filter(|w| w.skill.is_empty() || seat.skills.iter().any(|s| s == w.skill))
        .min_by_key(|w| {
            let lifted = now.since(w.since).millis().max(0) / step;
            (i64::from(w.rank) - lifted, w.since, w.id)
        })
        .copied()
}
