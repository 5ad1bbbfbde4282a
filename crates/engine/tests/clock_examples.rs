//! Worked examples of clocks, each a small story with the due times that a person would compute by hand.
//! Numbers: S0 time limits (VIP 8 h / 3 h, GoTone 24 h / 6 h, M-Zone and Easyown 48 h / 6 h), pack defaults
//! (reserve 30 min, receipt grace 15 min), statutory 15 days.
#![allow(clippy::unwrap_used)]

mod support;

use baton_engine::clock::{self, Cap, ClockState, PieceKind};
use baton_engine::model::Intent;
use support::*;

#[test]
fn reply_limits_by_class() {
    for (class, limit) in [("VIP", 8), ("GOTONE", 24), ("MZONE", 48), ("EASYOWN", 48)] {
        let bench = Bench::case(HOME, class, "10:00");
        let clock = clock::reply(bench.policy(), bench.the_case(), at(23, "10:00")).unwrap();
        assert_eq!(clock.due, at(23, "10:00").plus(hours(limit)), "{class}");
        assert_eq!(clock.allowance, hours(limit), "{class}");
    }
}

/// The case of the design pages: gold card, 10:00 intake, base at 10:10, group at 12:30, now 14:57:36.
#[test]
fn a_chain_of_two_legs() {
    let mut b = Bench::case(HOME, "VIP", "10:00");
    let base = b.dispatches(HOME, BASE, at(23, "10:10")).unwrap();
    b.receives(BASE, &base, at(23, "10:10"));
    let group = b.dispatches(BASE, GROUP, at(23, "12:30")).unwrap();
    b.receives(GROUP, &group, at(23, "12:30"));
    let now = at(23, "14:57:36");
    let (policy, case) = (b.policy(), b.the_case());
    let reply = clock::reply(policy, case, now).unwrap();
    assert_eq!((reply.due, reply.state), (at(23, "18:00"), ClockState::OnTrack));
    assert_eq!(reply.remaining.millis(), (3 * 3600 + 2 * 60 + 24) * 1000);
    let group_clock = clock::leg(policy, case, case.leg(&group).unwrap(), now).unwrap();
    assert_eq!((group_clock.due, group_clock.state), (at(23, "15:30"), ClockState::DueSoon));
    // The base waits downstream: 2:20 used, 0:40 left, standing still.
    let base_clock = clock::leg(policy, case, case.leg(&base).unwrap(), now).unwrap();
    assert_eq!(base_clock.state, ClockState::Paused);
    assert_eq!((base_clock.used, base_clock.remaining), (minutes(140), minutes(40)));
    // Group answers at 15:00: the base goes on with its 40 minutes.
    b.answers(GROUP, &group, at(23, "15:00")).unwrap();
    let (policy, case) = (b.policy(), b.the_case());
    let base_clock = clock::leg(policy, case, case.leg(&base).unwrap(), at(23, "15:12")).unwrap();
    assert_eq!((base_clock.due, base_clock.remaining), (at(23, "15:40"), minutes(28)));
}

#[test]
fn a_leg_counts_from_receipt_at_the_latest_after_the_grace() {
    let mut b = Bench::case(HOME, "VIP", "10:00");
    let leg = b.dispatches(HOME, BASE, at(23, "10:00")).unwrap();
    let due = |b: &Bench| {
        let case = b.the_case();
        clock::leg(b.policy(), case, case.leg(&leg).unwrap(), at(23, "10:01")).unwrap().due
    };
    assert_eq!(due(&b), at(23, "13:15"), "not received: 15 min grace");
    b.receives(BASE, &leg, at(23, "10:05"));
    assert_eq!(due(&b), at(23, "13:05"));
    let mut late = Bench::case(HOME, "VIP", "10:00");
    let leg = late.dispatches(HOME, BASE, at(23, "10:00")).unwrap();
    late.receives(BASE, &leg, at(23, "11:00"));
    let case = late.the_case();
    let clock = clock::leg(late.policy(), case, case.leg(&leg).unwrap(), at(23, "11:00")).unwrap();
    assert_eq!(clock.due, at(23, "13:15"), "received late: the grace is the end of it");
}

#[test]
fn the_reserve_caps_a_leg() {
    let mut b = Bench::case(HOME, "VIP", "10:00");
    // 14:00 + 3 h = 17:00 < 17:30: not capped, and it fits with the reserve (17:30 <= 18:00).
    let leg = b.dispatches(HOME, BASE, at(23, "14:00")).unwrap();
    b.receives(BASE, &leg, at(23, "14:00"));
    let case = b.the_case();
    assert_eq!(clock::leg(b.policy(), case, case.leg(&leg).unwrap(), at(23, "14:00")).unwrap().due, at(23, "17:00"));
    // 15:00 + 3 h = 18:00 is capped at 17:30, and only after the person insists.
    let mut b = Bench::case(HOME, "VIP", "10:00");
    let refusal = b.dispatches(HOME, BASE, at(23, "15:00")).unwrap_err();
    assert_eq!(refusal, baton_engine::Refusal::WouldBreakDeadline { short_by: minutes(30) });
    let despite = Intent::Dispatch { to: BASE.into(), request: "急".into(), consent: false, despite_deadline: true };
    let leg = b.does(person(HOME), at(23, "15:00"), despite).unwrap();
    b.receives(BASE, &leg, at(23, "15:00"));
    let case = b.the_case();
    let why = clock::explain_leg(b.policy(), case, case.leg(&leg).unwrap(), at(23, "15:00")).unwrap();
    assert_eq!((why.clock.due, why.uncapped), (at(23, "17:30"), at(23, "18:00")));
    assert!(matches!(why.caps[0], Cap::Reserve { binds: true, .. }));
}

#[test]
fn waiting_for_the_customer_stops_the_clock() {
    let mut b = Bench::case(HOME, "VIP", "10:00");
    b.does(person(HOME), at(23, "11:00"), Intent::AwaitCustomer { what: "购机凭证".into() }).unwrap();
    let paused = clock::reply(b.policy(), b.the_case(), at(23, "15:00")).unwrap();
    assert_eq!((paused.state, paused.remaining, paused.used), (ClockState::Paused, hours(7), hours(1)));
    b.does(person(HOME), at(23, "16:00"), Intent::CustomerResponded { text: "已补".into() }).unwrap();
    let running = clock::reply(b.policy(), b.the_case(), at(23, "16:00")).unwrap();
    assert_eq!((running.state, running.due), (ClockState::OnTrack, at(23, "23:00")));
    let why = clock::explain_reply(b.policy(), b.the_case(), at(23, "16:00")).unwrap();
    let kinds: Vec<PieceKind> = why.pieces.iter().map(|p| p.kind).collect();
    assert_eq!(kinds, [PieceKind::Open, PieceKind::PausedForCustomer, PieceKind::Open]);
    assert_eq!(why.pieces[1].to.since(why.pieces[1].from), hours(5));
}

#[test]
fn an_upgrade_pulls_earlier_and_a_downgrade_never_moves_later() {
    let mut b = Bench::case(HOME, "GOTONE", "09:30");
    let leg = b.dispatches(HOME, BASE, at(23, "10:00")).unwrap();
    b.receives(BASE, &leg, at(23, "10:00"));
    let leg_due = |b: &Bench| {
        let case = b.the_case();
        clock::leg(b.policy(), case, case.leg(&leg).unwrap(), at(23, "13:00")).unwrap().due
    };
    let reply_due = |b: &Bench| clock::reply(b.policy(), b.the_case(), at(23, "13:00")).unwrap().due;
    assert_eq!((reply_due(&b), leg_due(&b)), (at(24, "09:30"), at(23, "16:00")));
    let to = |class: &str| Intent::ChangeClass { service_class: class.into(), tier: "GOLD".into() };
    b.does(person(HOME), at(23, "12:00"), to("VIP")).unwrap();
    assert_eq!((reply_due(&b), leg_due(&b)), (at(23, "17:30"), at(23, "13:00")));
    b.does(person(HOME), at(23, "12:30"), to("EASYOWN")).unwrap();
    assert_eq!((reply_due(&b), leg_due(&b)), (at(23, "17:30"), at(23, "13:00")));
    let why = clock::explain_reply(b.policy(), b.the_case(), at(23, "13:00")).unwrap();
    assert_eq!(why.class.as_deref(), Some("VIP"));
    assert_eq!(why.caps.iter().filter(|c| matches!(c, Cap::Class { .. })).count(), 3);
}

#[test]
fn overdue_is_negative_and_stays_after_the_answer() {
    let mut b = Bench::case(HOME, "VIP", "10:00");
    let over = clock::reply(b.policy(), b.the_case(), at(23, "18:12:36")).unwrap();
    assert_eq!(over.state, ClockState::Overdue);
    assert_eq!(over.remaining.millis(), -(12 * 60 + 36) * 1000);
    b.does(person(HOME), at(23, "18:20"), Intent::AnswerCustomer { text: "已处理".into() }).unwrap();
    let stopped = clock::reply(b.policy(), b.the_case(), at(24, "10:00")).unwrap();
    assert_eq!((stopped.state, stopped.remaining, stopped.was_late()), (ClockState::Stopped, minutes(-20), true));
}

#[test]
fn thresholds_are_at_eighty_percent_or_the_last_hour() {
    let b = Bench::case(HOME, "VIP", "10:00");
    let clock = clock::reply(b.policy(), b.the_case(), at(23, "10:00")).unwrap();
    // 20 % of 8 h is 96 min, more than an hour: due soon from 16:24.
    assert_eq!(clock.soon, at(23, "16:24"));
    let b = Bench::case(HOME, "VIP", "10:00");
    let state = |t: &str| clock::reply(b.policy(), b.the_case(), at(23, t)).unwrap().state;
    assert_eq!(state("16:23:59"), ClockState::OnTrack);
    assert_eq!(state("16:24:00"), ClockState::DueSoon);
    assert_eq!(state("17:59:59"), ClockState::DueSoon);
    assert_eq!(state("18:00:00"), ClockState::Overdue);
}

#[test]
fn a_reopened_case_gets_half_of_the_limit() {
    let mut b = Bench::case(HOME, "VIP", "10:00");
    b.does(person(HOME), at(23, "12:00"), Intent::AnswerCustomer { text: "好了".into() }).unwrap();
    b.does(person(HOME), at(23, "15:00"), Intent::ReopenCase { reason: "仍不能播放".into() }).unwrap();
    let clock = clock::reply(b.policy(), b.the_case(), at(23, "15:00")).unwrap();
    assert_eq!((clock.due, clock.allowance), (at(23, "19:00"), hours(4)));
}

#[test]
fn the_statutory_ceiling_does_not_stop_for_pauses() {
    let mut b = Bench::case(HOME, "VIP", "10:00");
    b.does(person(HOME), at(23, "11:00"), Intent::AwaitCustomer { what: "凭证".into() }).unwrap();
    // 15 days after 23 November, the start day not counted, end of 8 December.
    let ceiling = "2026-12-09T00:00:00+08:00".parse().unwrap();
    let late = "2026-12-08T23:00:00+08:00".parse().unwrap();
    let clock = clock::reply(b.policy(), b.the_case(), late).unwrap();
    assert_eq!(clock.due, ceiling, "seven hours are left, but the law's ceiling is nearer");
    let over = clock::reply(b.policy(), b.the_case(), ceiling).unwrap();
    assert_eq!(over.state, ClockState::Overdue);
}

#[test]
fn the_forecast_says_by_how_much_a_third_leg_is_too_late() {
    let mut b = Bench::case(HOME, "VIP", "10:00");
    let base = b.dispatches(HOME, BASE, at(23, "10:10")).unwrap();
    b.receives(BASE, &base, at(23, "10:10"));
    // At 14:57:36 a leg of 3:00 and the reserve of 0:30 exceed the 3:02:24 that are left.
    let forecast = clock::forecast(b.policy(), b.the_case(), BASE, at(23, "14:57:36")).unwrap();
    assert!(!forecast.fits);
    assert_eq!(forecast.short_by.millis(), (27 * 60 + 36) * 1000);
    let forecast = clock::forecast(b.policy(), b.the_case(), BASE, at(23, "12:30")).unwrap();
    assert!(forecast.fits);
    assert_eq!(forecast.leg_due, at(23, "15:30"));
    // The base would go on with its remaining 40 minutes: 16:10, 1:20 before the reserve begins.
    assert_eq!(forecast.latest, vec![(BASE.to_owned(), at(23, "16:10"))]);
    assert_eq!(forecast.slack, minutes(80));
}

#[test]
fn provisional_years_are_marked() {
    let mut b = Bench::new(baton_engine::model::Collection::Cases);
    let intent = opening(&b.policies, "VIP");
    b.does(person(HOME), "2027-02-05T10:00:00+08:00".parse().unwrap(), intent).unwrap();
    let clock = clock::reply(b.policy(), b.the_case(), "2027-02-05T10:00:00+08:00".parse().unwrap()).unwrap();
    assert!(!clock.provisional, "the reply clock counts natural time: holidays do not touch it");
}
