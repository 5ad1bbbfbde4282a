//! Where a call for the expert desk goes, as the transfer dialog shows it: the engine's decision without its
//! borrowed parts, rounded so that it changes only when something that is shown changes.

use baton_engine::model::{Interaction, OfferState, Seat};
use baton_engine::order;
use baton_engine::policy::{Desk, Policy, SeatPlan, Text};
use baton_engine::route::{self, NoSeat, Request, Route, SeatVerdict, Verdict};
use baton_engine::time::{Span, Timestamp};

use crate::i18n::Lang;

#[derive(Debug, Clone, PartialEq)]
pub enum Way {
    /// This seat is next.
    Offer(String),
    /// A call-back, due then (cut to the minute); the desk works from `opens`.
    Callback {
        why: NoSeat,
        opens: Timestamp,
        due: Timestamp,
    },
    OutOfScope(Option<Text>),
    OtherCity(Option<Text>),
    UnknownTopic,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub way: Way,
    pub seats: Vec<SeatVerdict>,
}

/// Seats of this desk that were asked for this call and did not take it, since it last changed hands.
pub fn asked(contact: &Interaction, desk: &str) -> Vec<String> {
    let from = contact.offers.iter().rposition(|o| o.state == OfferState::Accepted).map_or(0, |i| i + 1);
    contact.offers[from..]
        .iter()
        .filter(|o| o.desk == desk && matches!(o.state, OfferState::Declined | OfferState::Lapsed))
        .map(|o| o.seat.clone())
        .collect()
}

pub fn minute(at: Timestamp) -> Timestamp {
    at.minus(Span::from_millis(at.millis().rem_euclid(60_000)))
}

/// `others`: the other calls of the moment, so that two callers are never offered to one seat.
pub fn plan<'a>(
    policy: &Policy,
    desk: &Desk,
    seats: &[&Seat],
    others: impl Iterator<Item = &'a Interaction>,
    request: Request<'_>,
) -> Plan {
    let engaged = route::engaged(others, request.now);
    let decision = route::decide_beside(policy, desk, seats, &engaged, request);
    let way = match decision.route {
        Route::Offer { seat, .. } => Way::Offer(seat),
        Route::Callback { why, opens, due } => Way::Callback { why, opens: minute(opens), due: minute(due) },
        Route::OutOfScope { alternative } => Way::OutOfScope(alternative.cloned()),
        Route::OtherCity { alternative } => Way::OtherCity(alternative.cloned()),
        Route::UnknownTopic => Way::UnknownTopic,
    };
    Plan { way, seats: decision.seats }
}

/// Free seats first in their order, then the others as they come.
pub fn sorted(seats: &[SeatVerdict]) -> Vec<SeatVerdict> {
    let mut seats = seats.to_vec();
    order::sort_by_key(&mut seats, |s| match s.verdict {
        Verdict::Free { place } => (0, place),
        Verdict::Busy { .. } => (1, 0),
        Verdict::Asked => (2, 0),
        Verdict::MissingSkill { .. } => (3, 0),
        Verdict::Stale => (4, 0),
        Verdict::Offline => (5, 0),
    });
    seats
}

/// The look of a seat in lists and pips.
pub fn look(verdict: &Verdict) -> &'static str {
    use baton_engine::model::Presence;
    match verdict {
        Verdict::Free { .. } => "free",
        Verdict::Busy { presence: Presence::WrapUp } => "wrap",
        Verdict::Busy { .. } | Verdict::MissingSkill { .. } | Verdict::Asked => "busy",
        Verdict::Stale | Verdict::Offline => "off",
    }
}

/// The look of each seat of a desk whatever the topic, and how many are free. Planned seats at which nobody
/// sits count as off.
pub fn pips(desk: &Desk, seats: &[&Seat], now: Timestamp) -> (Vec<&'static str>, usize) {
    use baton_engine::model::Presence;
    let mut looks: Vec<&'static str> = seats
        .iter()
        .filter(|s| s.desk == desk.id)
        .map(|s| match s.presence {
            _ if s.is_stale(now) => "off",
            Presence::Offline => "off",
            Presence::Available => "free",
            Presence::WrapUp => "wrap",
            _ => "busy",
        })
        .collect();
    let missing = desk.seats.iter().filter(|p| !seats.iter().any(|s| s.id == p.id)).count();
    looks.extend(std::iter::repeat_n("off", missing));
    order::sort_by_key(&mut looks, |l| ["free", "busy", "wrap", "off"].iter().position(|k| k == l));
    let free = looks.iter().filter(|l| **l == "free").count();
    (looks, free)
}

/// The person at a seat: who sits there, written as the plan writes him in the language of the desk.
pub fn person(planned: Option<&SeatPlan>, sits: &str, lang: Lang) -> String {
    match planned {
        Some(p) if sits.is_empty() || sits == p.name => {
            if lang == Lang::En && !p.name_en.is_empty() {
                p.name_en.clone()
            } else {
                p.name.clone()
            }
        }
        _ => sits.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use baton_engine::model::Offer;

    fn offer(seat: &str, state: OfferState) -> Offer {
        let at = Timestamp::from_millis(0);
        Offer { desk: "d".into(), seat: seat.into(), at, until: at, state, reason: String::new() }
    }

    #[test]
    fn only_seats_that_let_this_call_go_were_asked() {
        let mut contact = Interaction { offers: vec![offer("1", OfferState::Declined)], ..Interaction::default() };
        contact.offers.push(offer("2", OfferState::Accepted));
        contact.offers.push(offer("3", OfferState::Lapsed));
        contact.offers.push(offer("4", OfferState::Pending));
        assert_eq!(asked(&contact, "d"), ["3"]);
        assert!(asked(&contact, "other").is_empty());
    }

    #[test]
    fn free_seats_lead_in_their_order() {
        let seat = |id: &str, verdict| SeatVerdict { seat: id.into(), name: String::new(), verdict, since: None };
        let list = [
            seat("a", Verdict::Stale),
            seat("b", Verdict::Free { place: 2 }),
            seat("c", Verdict::Asked),
            seat("d", Verdict::Free { place: 1 }),
        ];
        let ids: Vec<String> = sorted(&list).into_iter().map(|s| s.seat).collect();
        assert_eq!(ids, ["d", "b", "c", "a"]);
    }

    #[test]
    fn a_moment_is_cut_to_its_minute() {
        assert_eq!(minute(Timestamp::from_millis(125_999)), Timestamp::from_millis(120_000));
        assert_eq!(minute(Timestamp::from_millis(-1)), Timestamp::from_millis(-60_000));
    }
}
