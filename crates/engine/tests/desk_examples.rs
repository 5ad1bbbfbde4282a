//! Worked examples of the expert desk (S2): free seat, busy, closed, stale, out of scope, call-backs.
#![allow(clippy::unwrap_used)]

mod support;

use baton_engine::Refusal;
use baton_engine::callback;
use baton_engine::clock;
use baton_engine::model::{AttemptOutcome, Channel, Collection, Direction, Intent, PersonRef, Presence, Seat};
use baton_engine::policy::Desk;
use baton_engine::route::{self, NoSeat, Request, Route, Verdict, Waiter};
use baton_engine::time::Timestamp;
use support::*;

fn seat(id: &str, presence: Presence, since: Timestamp) -> Seat {
    let skills = policies().desk(EXPERT).unwrap().1.seats.iter().find(|s| s.id == id).unwrap().skills.clone();
    Seat {
        id: id.into(),
        desk: EXPERT.into(),
        org: HOME.into(),
        person: PersonRef { id: format!("p{id}"), name: format!("n{id}") },
        skills,
        presence,
        since: Some(since),
        lease_until: Some(since.plus(hours(24))),
        journal: Vec::new(),
    }
}

/// A topic in scope that both seats can serve.
fn common_topic(desk: &Desk, a: &Seat, b: &Seat) -> String {
    desk.topics
        .iter()
        .find(|t| t.in_scope && a.skills.contains(&t.skill) && b.skills.contains(&t.skill))
        .unwrap()
        .id
        .clone()
}

#[test]
fn the_longest_idle_free_seat_is_offered_the_call_then_the_next() {
    let policies = policies();
    let (policy, desk) = policies.desk(EXPERT).unwrap();
    let a = seat("8801", Presence::Available, at(23, "14:00"));
    let b = Seat { skills: a.skills.clone(), ..seat("8802", Presence::Available, at(23, "13:00")) };
    let topic = common_topic(desk, &a, &b);
    let now = at(23, "15:00");
    let ask = |asked: &[String]| {
        let request = Request { topic: &topic, city: "东莞", asked, now };
        match route::decide(policy, desk, &[&a, &b], request).route {
            Route::Offer { seat, until } => {
                assert_eq!(until, now.plus(desk.offer));
                Some(seat)
            }
            Route::Callback { .. } => None,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(desk.offer.millis(), 15_000);
    assert_eq!(ask(&[]).as_deref(), Some("8802"));
    assert_eq!(ask(&["8802".into()]).as_deref(), Some("8801"));
    assert_eq!(ask(&["8802".into(), "8801".into()]), None);
}

#[test]
fn busy_closed_stale_and_unknown_never_end_in_silence() {
    let policies = policies();
    let (policy, desk) = policies.desk(EXPERT).unwrap();
    let busy = seat("8801", Presence::OnContact, at(23, "14:00"));
    let topic = common_topic(desk, &busy, &busy);
    let route_at = |seats: &[&Seat], now: Timestamp| {
        route::decide(policy, desk, seats, Request { topic: &topic, city: "", asked: &[], now }).route
    };
    let now = at(23, "15:00");
    let hour = now.plus(hours(1));
    assert_eq!(route_at(&[&busy], now), Route::Callback { why: NoSeat::AllBusy, opens: now, due: hour });
    let mut stale = seat("8801", Presence::Available, at(23, "14:00"));
    stale.lease_until = Some(at(23, "14:59"));
    assert_eq!(route_at(&[&stale], now), Route::Callback { why: NoSeat::Unknown, opens: now, due: hour });
    assert_eq!(route_at(&[], now), Route::Callback { why: NoSeat::Unknown, opens: now, due: hour });
    // 21:40: 20 minutes today, 40 tomorrow; 22:30: an hour from opening; free seats do not matter when closed.
    let free = seat("8801", Presence::Available, at(23, "14:00"));
    assert_eq!(
        route_at(&[&busy], at(23, "21:40")),
        Route::Callback { why: NoSeat::AllBusy, opens: at(23, "21:40"), due: at(24, "09:40") }
    );
    assert_eq!(
        route_at(&[&free], at(23, "22:30")),
        Route::Callback { why: NoSeat::Closed, opens: at(24, "09:00"), due: at(24, "10:00") }
    );
    assert_eq!(
        route_at(&[&free], at(23, "22:00")),
        Route::Callback { why: NoSeat::Closed, opens: at(24, "09:00"), due: at(24, "10:00") }
    );
    assert!(matches!(route_at(&[&free], at(23, "09:00")), Route::Offer { .. }));
}

#[test]
fn out_of_scope_names_the_alternative_and_other_cities_too() {
    let policies = policies();
    let (policy, desk) = policies.desk(EXPERT).unwrap();
    let free = seat("8801", Presence::Available, at(23, "14:00"));
    let out = desk.topics.iter().filter(|t| !t.in_scope).collect::<Vec<_>>();
    assert!(!out.is_empty());
    for topic in out {
        let request = Request { topic: &topic.id, city: "东莞", asked: &[], now: at(23, "15:00") };
        let decision = route::decide(policy, desk, &[&free], request);
        assert_eq!(decision.route, Route::OutOfScope { alternative: topic.alternative.as_ref() });
        assert!(topic.alternative.is_some(), "{}: what should the agent do instead?", topic.id);
    }
    let topic = common_topic(desk, &free, &free);
    let request = Request { topic: &topic, city: "长沙", asked: &[], now: at(23, "15:00") };
    assert!(matches!(route::decide(policy, desk, &[&free], request).route, Route::OtherCity { .. }));
}

#[test]
fn every_seat_is_told_why_not() {
    let policies = policies();
    let (policy, desk) = policies.desk(EXPERT).unwrap();
    let mut seats = [
        seat("8801", Presence::Available, at(23, "14:00")),
        seat("8802", Presence::OnContact, at(23, "14:00")),
        seat("8803", Presence::Available, at(23, "14:10")),
        seat("8804", Presence::Available, at(23, "14:20")),
    ];
    let topic = common_topic(desk, &seats[0], &seats[0]);
    let skill = desk.topic(&topic).unwrap().skill.clone();
    seats[0].skills = vec![skill.clone()];
    seats[1].skills = vec![skill.clone()];
    seats[2].skills = vec!["something-else".into()];
    seats[3].lease_until = Some(at(23, "14:30"));
    let refs: Vec<&Seat> = seats.iter().collect();
    let request = Request { topic: &topic, city: "", asked: &[], now: at(23, "15:00") };
    let verdicts: Vec<(String, Verdict)> =
        route::decide(policy, desk, &refs, request).seats.into_iter().map(|v| (v.seat, v.verdict)).collect();
    let expected = [
        ("8801", Verdict::Free { place: 1 }),
        ("8802", Verdict::Busy { presence: Presence::OnContact }),
        ("8803", Verdict::MissingSkill { skill }),
        ("8804", Verdict::Stale),
        ("8805", Verdict::Offline),
        ("8806", Verdict::Offline),
    ];
    let expected: Vec<(String, Verdict)> = expected.into_iter().map(|(s, v)| (s.to_owned(), v)).collect();
    assert_eq!(verdicts, expected);
}

#[test]
fn age_lifts_a_waiting_item_over_a_higher_class() {
    let me = seat("8801", Presence::Available, at(23, "14:00"));
    let now = at(23, "15:00");
    let vip = Waiter { id: "vip", rank: 1, since: at(23, "14:58"), skill: "" };
    let old = Waiter { id: "old", rank: 4, since: at(23, "14:55"), skill: "" };
    let ageing = minutes(5);
    assert_eq!(route::next_for(&me, &[old, vip], ageing, now).unwrap().id, "vip");
    let older = Waiter { since: at(23, "14:40"), ..old };
    assert_eq!(route::next_for(&me, &[older, vip], ageing, now).unwrap().id, "old");
    let foreign = Waiter { skill: "no-such-skill", ..older };
    assert_eq!(route::next_for(&me, &[foreign], ageing, now), None);
}

fn booked(time: &str) -> Bench {
    let mut b = Bench::new(Collection::Callbacks);
    let intent = Intent::BookCallback {
        desk: EXPERT.into(),
        topic: "wlan".into(),
        customer: customer("VIP"),
        policy: pin(&b.policies),
        note: String::new(),
        interaction: None,
        case: None,
    };
    b.does(person(HOME), at(23, time), intent).unwrap();
    b
}

#[test]
fn callback_windows_in_open_time() {
    for (registered, due) in [
        ("13:45", at(23, "14:45")),
        ("21:00", at(23, "22:00")),
        ("21:40", at(24, "09:40")),
        ("22:30", at(24, "10:00")),
        ("03:00", at(23, "10:00")),
    ] {
        let b = booked(registered);
        let clock = clock::callback(&b.policies, b.the_callback(), at(23, registered)).unwrap();
        assert_eq!(clock.due, due, "registered {registered}");
    }
    let b = booked("21:40");
    let why = clock::explain_callback(&b.policies, b.the_callback(), at(23, "21:40")).unwrap();
    let counted: Vec<i64> = why.pieces.iter().map(|p| p.counts.millis() / 60_000).collect();
    assert_eq!(counted, [20, 0, 40]);
}

#[test]
fn three_tries_then_a_text_and_the_next_slot() {
    let mut b = booked("10:00");
    let me = at_seat("8802");
    let missed = || Intent::LogCallbackAttempt { outcome: AttemptOutcome::NoAnswer, note: String::new() };
    assert_eq!(b.does(me.clone(), at(23, "10:05"), missed()), Err(Refusal::NotTaken));
    b.does(me.clone(), at(23, "10:05"), Intent::ClaimCallback).unwrap();
    b.does(me.clone(), at(23, "10:06"), missed()).unwrap();
    assert_eq!(b.does(me.clone(), at(23, "10:10"), missed()), Err(Refusal::TooEarly { not_before: at(23, "10:26") }));
    b.does(me.clone(), at(23, "10:26"), missed()).unwrap();
    b.does(me.clone(), at(23, "10:46"), missed()).unwrap();
    let callback = b.the_callback();
    assert_eq!((callback.round, callback.tries(), callback.texts.len()), (1, 0, 1));
    assert!(callback.claim.is_none() && callback.is_open(), "it goes back to the list with a new promise");
    let next = clock::callback(&b.policies, callback, at(23, "10:46")).unwrap();
    assert_eq!(next.due, at(23, "12:06"), "20 minutes later, and one hour from there");
    b.does(me.clone(), at(23, "11:10"), Intent::ClaimCallback).unwrap();
    let reached = Intent::LogCallbackAttempt { outcome: AttemptOutcome::Reached, note: String::new() };
    b.does(me, at(23, "11:11"), reached).unwrap();
    assert!(!b.the_callback().is_open());
}

#[test]
fn one_claim_wins_and_a_sleeping_one_lapses() {
    let mut b = booked("10:00");
    b.does(at_seat("8802"), at(23, "10:05"), Intent::ClaimCallback).unwrap();
    let second = b.does(at_seat("8805"), at(23, "10:06"), Intent::ClaimCallback);
    assert_eq!(second, Err(Refusal::Taken { by: "seat 8802".into(), at: at(23, "10:05") }));
    let rules = b.policy().desk(EXPERT).unwrap().callback.clone().unwrap();
    let lapsed = at(23, "10:05").plus(rules.claim_lapse);
    b.does(at_seat("8805"), lapsed, Intent::ClaimCallback).unwrap();
    assert_eq!(b.the_callback().claim.as_ref().unwrap().by.name, "seat 8805");
    b.does(person(HOME), at(23, "10:40"), Intent::CancelCallback { reason: "已在别处联系上".into() }).unwrap();
    assert!(!b.the_callback().is_open());
    assert!(matches!(b.does(at_seat("8806"), at(23, "10:41"), Intent::ClaimCallback), Err(Refusal::Taken { .. })));
}

#[test]
fn the_backlog_says_which_promises_cannot_be_kept() {
    let b = booked("10:00");
    let (policy, desk) = b.policies.desk(EXPERT).unwrap();
    let handling = desk.callback.as_ref().unwrap().handling;
    let now = at(23, "10:00");
    let list: Vec<callback::Waiting> = (0..40)
        .map(|i| callback::Waiting { id: format!("w{i}"), due: at(23, "11:00"), rank: 1, not_before: now })
        .collect();
    let one = callback::backlog(policy, desk, &list, 1, now);
    let fit = (hours(1).millis() / handling.millis()) as usize + 1;
    assert_eq!(one.len(), 40 - fit);
    let six = callback::backlog(policy, desk, &list, 6, now);
    assert!(six.len() < one.len());
    assert_eq!(callback::backlog(policy, desk, &list, 0, now).len(), 40, "nobody there: nothing is kept");
    assert!(callback::backlog(policy, desk, &list[..1], 1, now).is_empty());
}

#[test]
fn a_transfer_is_offered_declined_and_accepted_once() {
    let mut b = Bench::new(Collection::Interactions);
    let front = at_seat("1001");
    let start = Intent::StartInteraction {
        channel: Channel::Voice,
        direction: Direction::Inbound,
        customer: customer("VIP"),
        reason: "WLAN".into(),
        desk: "hotline-front".into(),
        answered: true,
    };
    b.does(front.clone(), at(23, "10:00"), start).unwrap();
    let offer = |seat: &str, until: &str| Intent::OfferTransfer {
        desk: EXPERT.into(),
        seat: seat.into(),
        until: at(23, until),
    };
    b.does(front.clone(), at(23, "10:01"), offer("8802", "10:01:15")).unwrap();
    assert_eq!(b.does(at_seat("8805"), at(23, "10:01:05"), Intent::AcceptTransfer), Err(Refusal::NoOffer));
    b.does(at_seat("8802"), at(23, "10:01:05"), Intent::DeclineTransfer { reason: "忙".into() }).unwrap();
    b.does(front.clone(), at(23, "10:01:06"), offer("8805", "10:01:21")).unwrap();
    assert_eq!(
        b.does(front.clone(), at(23, "10:01:10"), Intent::LapseTransfer),
        Err(Refusal::TooEarly { not_before: at(23, "10:01:21") })
    );
    assert_eq!(
        b.does(at_seat("8805"), at(23, "10:01:21"), Intent::AcceptTransfer),
        Err(Refusal::NoOffer),
        "15 s are over"
    );
    b.does(front.clone(), at(23, "10:01:21"), Intent::LapseTransfer).unwrap();
    b.does(front, at(23, "10:01:22"), offer("8806", "10:01:37")).unwrap();
    b.does(at_seat("8806"), at(23, "10:01:30"), Intent::AcceptTransfer).unwrap();
    let contact = b.the_contact();
    assert_eq!((contact.seat.as_deref(), contact.desk.as_str()), (Some("8806"), EXPERT));
    assert!(b.does(at_seat("8805"), at(23, "10:02"), Intent::AcceptInteraction).is_err());
}
