//! Corners of clocks: what has ended, pauses that overlap, ceilings, thresholds; each was wrong once.
#![allow(clippy::unwrap_used)]

mod support;

use baton_engine::Refusal;
use baton_engine::clock::{self, ClockState, PieceKind, Threshold};
use baton_engine::model::*;
use baton_engine::time::{Span, Timestamp};
use support::*;

fn text(t: &str) -> String {
    t.to_owned()
}

fn reason() -> String {
    text("reason")
}

fn upgrade(class: &str) -> Intent {
    Intent::ChangeClass { service_class: class.into(), tier: "GOLD".into() }
}

fn leg_clock(b: &Bench, leg: &str, now: Timestamp) -> clock::Clock {
    clock::leg(b.policy(), b.the_case(), b.the_case().leg(leg).unwrap(), now).unwrap()
}

fn reply_clock(b: &Bench, now: Timestamp) -> clock::Clock {
    clock::reply(b.policy(), b.the_case(), now).unwrap()
}

/// Reads the case, changes its JSON, and puts it back as another system would.
fn rewritten(b: &mut Bench, change: impl FnOnce(&mut serde_json::Value)) {
    let mut json = b.doc.as_ref().unwrap().to_json();
    change(&mut json);
    b.doc = Some(Document::from_json(b.collection, &json, None).unwrap());
}

#[test]
fn an_upgrade_after_the_answer_makes_no_one_late() {
    let mut b = Bench::case(HOME, "GOTONE", "08:00");
    let leg = b.dispatches(HOME, BASE, at(23, "08:10")).unwrap();
    b.answers(BASE, &leg, at(23, "13:00")).unwrap();
    let before = leg_clock(&b, &leg, at(23, "13:30"));
    b.does(person(HOME), at(23, "14:00"), upgrade("VIP")).unwrap();
    assert_eq!(leg_clock(&b, &leg, at(23, "14:00")), before, "answered in the time of its class");
    b.does(person(HOME), at(23, "15:00"), Intent::AnswerCustomer { text: text("好") }).unwrap();
    let answered = reply_clock(&b, at(23, "15:30"));
    assert!(!answered.was_late());
    // The customer becomes somebody else's sort of customer after the answer: that changes nothing.
    let mut b = Bench::case(HOME, "GOTONE", "08:00");
    b.does(person(HOME), at(23, "20:00"), Intent::AnswerCustomer { text: text("好") }).unwrap();
    let answered = reply_clock(&b, at(23, "20:30"));
    b.does(person(HOME), at(24, "09:00"), upgrade("VIP")).unwrap();
    assert_eq!(reply_clock(&b, at(24, "10:00")), answered);
    b.does(person(HOME), at(24, "10:00"), Intent::CloseCase { note: text("") }).unwrap();
    let closed = b.does(person(HOME), at(24, "11:00"), upgrade("VIP"));
    assert_eq!(closed, Err(Refusal::WrongStatus { status: Status::Closed }));
}

#[test]
fn an_ended_leg_keeps_the_cap_that_it_ran_under() {
    let mut b = Bench::case(HOME, "VIP", "10:00");
    let despite = Intent::Dispatch { to: BASE.into(), request: text("急"), consent: true, despite_deadline: true };
    let leg = b.does(person(HOME), at(23, "15:00"), despite).unwrap();
    b.receives(BASE, &leg, at(23, "15:00"));
    b.answers(BASE, &leg, at(23, "17:45")).unwrap();
    // 18:00 less the reserve: 17:30, so it was a quarter of an hour late.
    let late = leg_clock(&b, &leg, at(23, "17:46"));
    assert_eq!((late.due, late.was_late()), (at(23, "17:30"), true));
    // Neither a later pause, nor the answer, nor a reopening make it punctual.
    b.does(person(HOME), at(23, "17:50"), Intent::AwaitCustomer { what: reason() }).unwrap();
    assert_eq!(leg_clock(&b, &leg, at(23, "20:00")).due, at(23, "17:30"));
    b.does(person(HOME), at(23, "21:00"), Intent::AnswerCustomer { text: reason() }).unwrap();
    assert_eq!(leg_clock(&b, &leg, at(23, "21:01")).due, at(23, "17:30"));
    b.does(person(HOME), at(24, "09:00"), Intent::ReopenCase { reason: reason() }).unwrap();
    assert_eq!(leg_clock(&b, &leg, at(24, "09:01")), late);
}

#[test]
fn a_case_reopened_after_the_ceiling_has_time_again() {
    let mut b = Bench::case(HOME, "VIP", "10:00");
    b.does(person(HOME), at(23, "12:00"), Intent::AnswerCustomer { text: reason() }).unwrap();
    let late: Timestamp = "2026-12-20T10:00:00+08:00".parse().unwrap();
    b.does(person(HOME), late, Intent::ReopenCase { reason: reason() }).unwrap();
    let clock = reply_clock(&b, late);
    assert_eq!((clock.due, clock.state), (late.plus(hours(4)), ClockState::OnTrack));
    let leg = b.dispatches(HOME, BASE, late.plus(minutes(5))).unwrap();
    assert_eq!(leg_clock(&b, &leg, late.plus(minutes(5))).due, late.plus(minutes(5 + 15 + 180)));
}

#[test]
fn a_ceiling_beyond_the_calendar_hides_no_clock() {
    let mut b = Bench::new(Collection::Cases);
    let intent = opening(&b.policies, "VIP");
    let year_end: Timestamp = "2030-12-28T10:00:00+08:00".parse().unwrap();
    b.does(person(HOME), year_end, intent).unwrap();
    let clock = reply_clock(&b, year_end);
    assert_eq!(clock.due, year_end.plus(hours(8)));
    assert!(clock.provisional, "and it says that something is not known");
}

#[test]
fn eighty_percent_is_where_it_was_even_after_a_pause() {
    let mut b = Bench::case(HOME, "VIP", "10:00");
    b.does(person(HOME), at(23, "17:00"), Intent::AwaitCustomer { what: reason() }).unwrap();
    b.does(person(HOME), at(23, "20:00"), Intent::CustomerResponded { text: text("") }).unwrap();
    let clock = reply_clock(&b, at(23, "20:01"));
    assert_eq!((clock.due, clock.soon), (at(23, "21:00"), at(23, "16:24")));
    let seen: Vec<_> = clock.events(at(23, "10:00"), at(23, "22:00")).collect();
    assert_eq!(
        seen,
        [(Threshold::Soon, at(23, "16:24")), (Threshold::Due, at(23, "21:00")), (Threshold::Overdue, at(23, "21:00"))]
    );
    assert_eq!(clock.events(at(23, "16:24"), at(23, "20:59:59")).count(), 0, "each is said once");
    // Answered at the last second: due, and not overdue.
    b.does(person(HOME), at(23, "21:00"), Intent::AnswerCustomer { text: reason() }).unwrap();
    let clock = reply_clock(&b, at(24, "10:00"));
    let seen: Vec<_> = clock.events(at(23, "10:00"), at(24, "10:00")).map(|(t, _)| t).collect();
    assert_eq!(seen, [Threshold::Soon, Threshold::Due]);
}

#[test]
fn time_used_leaves_out_a_pause_that_came_too_late() {
    let mut b = Bench::case(HOME, "VIP", "10:00");
    b.does(person(HOME), at(23, "19:00"), Intent::AwaitCustomer { what: reason() }).unwrap();
    b.does(person(HOME), at(23, "20:00"), Intent::CustomerResponded { text: text("") }).unwrap();
    let clock = reply_clock(&b, at(23, "21:00"));
    assert_eq!((clock.due, clock.state, clock.used), (at(23, "18:00"), ClockState::Overdue, hours(10)));
}

#[test]
fn overlapping_and_reversed_pauses_count_once() {
    let mut b = Bench::case(HOME, "VIP", "10:00");
    rewritten(&mut b, |json| {
        json["pauses"] = serde_json::json!([
            { "from": at(23, "14:00"), "to": at(23, "13:00") },
            { "from": at(23, "11:30"), "to": at(23, "12:30") },
            { "from": at(23, "11:00"), "to": at(23, "12:00") },
            { "from": at(23, "11:10"), "to": at(23, "11:20") },
            { "from": at(22, "11:00"), "to": at(22, "12:00") },
        ]);
    });
    let clock = reply_clock(&b, at(23, "15:00"));
    assert_eq!((clock.due, clock.used), (at(23, "19:30"), minutes(210)));
    let why = clock::explain_reply(b.policy(), b.the_case(), at(23, "15:00")).unwrap();
    assert_eq!(why.pieces.iter().map(|p| p.counts.millis()).sum::<i64>(), hours(8).millis());
}

#[test]
fn two_reasons_to_wait_are_both_told() {
    let mut b = Bench::case(HOME, "VIP", "10:00");
    let base = b.dispatches(HOME, BASE, at(23, "10:00")).unwrap();
    b.receives(BASE, &base, at(23, "10:00"));
    let group = b.dispatches(BASE, GROUP, at(23, "11:00")).unwrap();
    b.does(person(HOME), at(23, "11:30"), Intent::AwaitCustomer { what: reason() }).unwrap();
    b.answers(GROUP, &group, at(23, "12:00")).unwrap();
    let now = at(23, "12:30");
    let clock = leg_clock(&b, &base, now);
    assert_eq!((clock.state, clock.used, clock.paused_since), (ClockState::Paused, hours(1), Some(at(23, "11:00"))));
    let why = clock::explain_leg(b.policy(), b.the_case(), b.the_case().leg(&base).unwrap(), now).unwrap();
    let told: Vec<_> = why.pieces.iter().map(|p| (p.kind, p.from)).collect();
    assert_eq!(
        told,
        [
            (PieceKind::Open, at(23, "10:00")),
            (PieceKind::PausedDownstream, at(23, "11:00")),
            (PieceKind::PausedForCustomer, at(23, "12:00")),
            (PieceKind::Open, now),
        ]
    );
}

#[test]
fn a_leg_in_its_grace_stands_with_the_case() {
    let mut b = Bench::case(HOME, "VIP", "10:00");
    let leg = b.dispatches(HOME, BASE, at(23, "10:00")).unwrap();
    b.does(person(HOME), at(23, "10:05"), Intent::AwaitCustomer { what: reason() }).unwrap();
    for now in ["10:06", "10:15", "10:20"] {
        assert_eq!(leg_clock(&b, &leg, at(23, now)).state, ClockState::Paused, "{now}");
    }
    b.does(person(HOME), at(23, "10:45"), Intent::CustomerResponded { text: text("") }).unwrap();
    assert_eq!(leg_clock(&b, &leg, at(23, "10:45")).due, at(23, "13:45"), "three hours from here");
}

#[test]
fn a_leg_ended_elsewhere_without_a_time_holds_nobody_up() {
    let mut b = Bench::case(HOME, "VIP", "10:00");
    let base = b.dispatches(HOME, BASE, at(23, "10:00")).unwrap();
    b.receives(BASE, &base, at(23, "10:00"));
    let group = b.dispatches(BASE, GROUP, at(23, "11:00")).unwrap();
    rewritten(&mut b, |json| json["legs"][1]["state"] = "answered".into());
    assert_eq!(leg_clock(&b, &group, at(23, "20:00")).state, ClockState::Stopped);
    assert_eq!(leg_clock(&b, &base, at(23, "12:00")).state, ClockState::DueSoon, "it does not wait any more");
}

#[test]
fn a_closed_case_is_never_overdue_again() {
    let mut b = Bench::case(HOME, "VIP", "10:00");
    rewritten(&mut b, |json| json["status"] = "closed".into());
    assert_eq!(reply_clock(&b, at(25, "10:00")).state, ClockState::Stopped);
}

#[test]
fn an_explanation_of_a_thousand_pauses_is_short_and_still_adds_up() {
    let mut b = Bench::case(HOME, "EASYOWN", "00:00");
    rewritten(&mut b, |json| {
        let pause = |i: i64| {
            let from = at(23, "00:00").plus(Span::from_minutes(2 * i + 1));
            serde_json::json!({ "from": from, "to": from.plus(Span::from_minutes(1)) })
        };
        json["pauses"] = (0..1000).map(pause).collect();
    });
    let why = clock::explain_reply(b.policy(), b.the_case(), at(23, "01:00")).unwrap();
    assert!(why.pieces.len() <= 48);
    assert_eq!(why.pieces.iter().map(|p| p.counts.millis()).sum::<i64>(), hours(48).millis());
    assert_eq!(why.pieces.last().unwrap().to, why.clock.due);
}
