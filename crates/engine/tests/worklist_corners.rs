//! Corners of the list of work: rows wake by themselves, one per document, in order at any size.
#![allow(clippy::unwrap_used)]

mod support;

use baton_engine::clock::ClockState;
use baton_engine::model::*;
use baton_engine::time::{Span, Timestamp};
use baton_engine::worklist::{self, Row, Stake, Worklist};
use support::*;

fn text(t: &str) -> String {
    t.to_owned()
}

fn reason() -> String {
    text("reason")
}

fn call() -> Bench {
    let mut b = Bench::new(Collection::Interactions);
    let start = Intent::StartInteraction {
        channel: Channel::Voice,
        direction: Direction::Inbound,
        customer: customer("VIP"),
        reason: text("WLAN"),
        desk: text("hotline-front"),
        answered: false,
    };
    b.does(Actor { role: Role::System, ..person(HOME) }, at(23, "10:00"), start).unwrap();
    b
}

fn offer(seat: &str, until: Timestamp) -> Intent {
    Intent::OfferTransfer { desk: EXPERT.into(), seat: seat.into(), until }
}

fn booked(time: &str) -> Bench {
    let mut b = Bench::new(Collection::Callbacks);
    let intent = Intent::BookCallback {
        desk: EXPERT.into(),
        topic: text("wlan"),
        customer: customer("VIP"),
        policy: pin(&b.policies),
        note: text(""),
        interaction: None,
        case: None,
    };
    b.does(person(HOME), at(23, time), intent).unwrap();
    b
}

fn case_row(b: &Bench, org: &str, now: Timestamp) -> Row {
    worklist::case_row(&b.policies, b.the_case(), &person(org), now).unwrap()
}

#[test]
fn a_paused_row_wakes_when_its_cap_is_reached() {
    let mut b = Bench::case(HOME, "VIP", "10:00");
    b.does(person(HOME), at(23, "11:00"), Intent::AwaitCustomer { what: reason() }).unwrap();
    let ceiling: Timestamp = "2026-12-09T00:00:00+08:00".parse().unwrap();
    let mut list = Worklist::default();
    let mut now = at(23, "11:00");
    list.reset([case_row(&b, HOME, now)]);
    // Looked at only when the list says so, it is overdue at the ceiling, and the list is asked rarely.
    let mut looks = 0;
    while list.rows()[0].clock.unwrap().state == ClockState::Paused {
        now = list.rows()[0].next_change().unwrap();
        assert_eq!(list.due_for_change(now).len(), 1);
        list.set(Collection::Cases, "doc-1", Some(case_row(&b, HOME, now)));
        looks += 1;
    }
    assert_eq!((list.rows()[0].clock.unwrap().state, now), (ClockState::Overdue, ceiling));
    assert!(looks < 60, "{looks}");
    assert!(list.due_for_change(Timestamp::MAX).is_empty());
}

#[test]
fn lapsed_claims_and_offers_leave_the_list_by_themselves() {
    let mut b = booked("10:00");
    b.does(at_seat("8802"), at(23, "10:05"), Intent::ClaimCallback).unwrap();
    let row = |b: &Bench, now| worklist::callback_row(&b.policies, b.the_callback(), &at_seat("8805"), now).unwrap();
    let claimed = row(&b, at(23, "10:06"));
    assert_eq!((claimed.stake, claimed.with.as_deref()), (Stake::Waiting, Some("seat 8802")));
    let lapse = claimed.lapses.unwrap();
    assert!(claimed.next_change().unwrap() <= lapse);
    let free = row(&b, lapse);
    assert_eq!((free.stake, free.with), (Stake::Open, None));
    let mut b = call();
    let front = at_seat("1001");
    b.does(front.clone(), at(23, "10:01"), Intent::AcceptInteraction).unwrap();
    b.does(front, at(23, "10:02"), offer("8802", at(23, "10:02:15"))).unwrap();
    let row = |now| worklist::contact_row(&b.policies, b.the_contact(), None, &at_seat("8802"), now);
    let offered = row(at(23, "10:02:14")).unwrap();
    assert_eq!((offered.stake, offered.next_change()), (Stake::Mine, Some(at(23, "10:02:15"))));
    assert_eq!(row(at(23, "10:02:15")), None);
}

#[test]
fn a_document_has_one_row() {
    let b = Bench::case(HOME, "VIP", "10:00");
    let mut list = Worklist::default();
    list.reset([case_row(&b, HOME, at(23, "10:00")), case_row(&b, HOME, at(23, "17:30"))]);
    assert_eq!(list.rows().len(), 1);
    assert_eq!(list.rows()[0].clock.unwrap().state, ClockState::DueSoon);
    list.set(Collection::Cases, "doc-1", None);
    assert!(list.rows().is_empty() && list.due_for_change(Timestamp::MAX).is_empty());
}

/// Random changes keep the list sorted, complete and in step with its index.
#[test]
fn a_hundred_thousand_rows_stay_in_order() {
    let b = Bench::case(HOME, "VIP", "10:00");
    let model = case_row(&b, HOME, at(23, "10:00"));
    let row = |id: u64, seed: u64| {
        let mut row = Row { id: format!("case-{id}"), rank: (seed % 4) as u32, ..model.clone() };
        if let Some(clock) = &mut row.clock {
            clock.due = clock.due.plus(Span::from_secs((seed % 100_000) as i64));
        }
        row
    };
    let mut list = Worklist::default();
    list.reset((0..100_000).map(|i| row(i, i * 7919)));
    for i in 0..2_000u64 {
        let id = i * 49 % 100_000;
        let next = (i % 3 != 0).then(|| row(id, i * 104_729));
        list.set(Collection::Cases, &format!("case-{id}"), next);
    }
    assert!(list.rows().windows(2).all(|w| w[0].key() < w[1].key()));
    let gone = (0..2_000u64).filter(|i| i % 3 == 0).count();
    assert_eq!(list.rows().len(), 100_000 - gone);
    let all = list.due_for_change(Timestamp::MAX).len();
    assert_eq!(all, list.rows().len());
}
