//! Corners of seats, calls and call-backs: offline outboxes, races, closing time, other packs.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;

use baton_engine::Refusal;
use baton_engine::callback::{self, Waiting};
use baton_engine::clock;
use baton_engine::model::*;
use baton_engine::route::{self, Request, Route, Verdict};
use baton_engine::time::{Span, Timestamp};
use support::*;

fn text(t: &str) -> String {
    t.to_owned()
}

fn reason() -> String {
    text("reason")
}

/// Reads the case, changes its JSON, and puts it back as another system would.
fn rewritten(b: &mut Bench, change: impl FnOnce(&mut serde_json::Value)) {
    let mut json = b.doc.as_ref().unwrap().to_json();
    change(&mut json);
    b.doc = Some(Document::from_json(b.collection, &json, None).unwrap());
}

fn sits(presence: Presence, until: Timestamp) -> Intent {
    Intent::SetPresence { presence, until, desk: Some(EXPERT.into()), skills: None }
}

fn the_seat(b: &Bench) -> &Seat {
    match b.doc.as_ref().unwrap() {
        Document::Seat(seat) => seat,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_outbox_that_comes_late_does_not_bring_old_presence_back() {
    let mut b = Bench::new(Collection::Seats);
    let me = at_seat("doc-1");
    // Twenty changes while offline: more than a seat's journal keeps.
    let mut entries = Vec::new();
    for i in 0..20u32 {
        let now = at(23, "10:00").plus(Span::from_minutes(i.into()));
        let presence = if i == 19 { Presence::Break } else { Presence::Available };
        b.does(me.clone(), now, sits(presence, now.plus(minutes(2)))).unwrap();
        entries.push(match b.doc.as_ref().unwrap() {
            Document::Seat(seat) => seat.journal.last().unwrap().clone(),
            other => panic!("{other:?}"),
        });
    }
    let settled = the_seat(&b).clone();
    // The journal that comes back holds the last ones only; the others are decided again on it.
    let before = b.doc.clone().unwrap();
    let missing: Vec<&Entry> = entries.iter().filter(|e| !before.holds(&e.id)).collect();
    assert!(!missing.is_empty());
    for entry in missing {
        let next = baton_engine::decide(&b.policies, Collection::Seats, "doc-1", b.doc.as_ref(), entry).unwrap();
        b.doc = Some(next);
    }
    let seat = the_seat(&b);
    assert_eq!(seat.presence, Presence::Break);
    assert_eq!((seat.since, seat.lease_until), (settled.since, settled.lease_until));
}

#[test]
fn a_stale_seat_can_be_taken_over_and_no_lease_is_for_ever() {
    let mut b = Bench::new(Collection::Seats);
    b.does(at_seat("doc-1"), at(23, "10:00"), sits(Presence::Available, Timestamp::MAX)).unwrap();
    assert!(the_seat(&b).is_stale(at(24, "10:00")));
    let other = Actor { id: text("other"), ..at_seat("doc-1") };
    let early = b.does(other.clone(), at(23, "11:00"), sits(Presence::Available, at(23, "11:02")));
    assert!(matches!(early, Err(Refusal::Taken { .. })));
    b.does(other, at(24, "11:00"), sits(Presence::Available, at(24, "11:02"))).unwrap();
    assert_eq!((the_seat(&b).person.id.as_str(), the_seat(&b).since), ("other", Some(at(24, "11:00"))));
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

#[test]
fn a_caller_who_hangs_up_before_the_answer_is_off_the_list() {
    let mut b = call();
    assert_eq!(b.does(at_seat("1001"), at(23, "10:01"), Intent::EndInteraction), Err(Refusal::NotTaken));
    let feed = Actor { role: Role::System, ..person(HOME) };
    b.does(feed, at(23, "10:01"), Intent::EndInteraction).unwrap();
    assert!(!b.the_contact().is_open());
    assert_eq!(b.the_contact().ended_at, Some(at(23, "10:01")));
    assert!(b.does(at_seat("1001"), at(23, "10:00:59"), Intent::AcceptInteraction).is_err());
}

#[test]
fn after_hanging_up_nothing_is_transferred() {
    let mut b = call();
    let front = at_seat("1001");
    b.does(front.clone(), at(23, "10:01"), Intent::AcceptInteraction).unwrap();
    b.does(front.clone(), at(23, "10:02"), Intent::EndInteraction).unwrap();
    let late = b.does(front.clone(), at(23, "10:03"), offer("8802", at(23, "10:03:15")));
    assert!(matches!(late, Err(Refusal::Taken { .. })), "{late:?}");
    assert!(b.does(front.clone(), at(23, "10:03"), Intent::SetCallState { state: CallState::Talking }).is_err());
    b.does(front.clone(), at(23, "10:03"), Intent::SetCallState { state: CallState::Ended }).unwrap();
    let wrap = Intent::Dispose { disposition: text("answered"), note: text("") };
    b.does(front, at(23, "10:04"), wrap).unwrap();
    assert_eq!(b.the_contact().ended_at, Some(at(23, "10:02")));
}

#[test]
fn an_offer_never_blocks_a_call_for_good() {
    let mut b = call();
    let front = at_seat("1001");
    b.does(front.clone(), at(23, "10:01"), Intent::AcceptInteraction).unwrap();
    b.does(front.clone(), at(23, "10:02"), offer("8802", Timestamp::MAX)).unwrap();
    let until = b.the_contact().pending_offer().unwrap().until;
    assert!(until <= at(23, "10:07"));
    let second = b.does(front.clone(), at(23, "10:03"), offer("8805", at(23, "10:03:15")));
    assert_eq!(second, Err(Refusal::TooEarly { not_before: until }));
    b.does(front, until, offer("8805", until.plus(Span::from_secs(15)))).unwrap();
    assert!(b.does(at_seat("8802"), until, Intent::AcceptTransfer).is_err(), "it lapsed when the next was asked");
}

#[test]
fn of_accepting_and_lapsing_the_first_wins() {
    let mut b = call();
    let front = at_seat("1001");
    b.does(front.clone(), at(23, "10:01"), Intent::AcceptInteraction).unwrap();
    b.does(front.clone(), at(23, "10:02"), offer("8802", at(23, "10:02:15"))).unwrap();
    b.does(at_seat("8802"), at(23, "10:02:14"), Intent::AcceptTransfer).unwrap();
    assert_eq!(b.does(front.clone(), at(23, "10:02:15"), Intent::LapseTransfer), Err(Refusal::NoOffer));
    let taken = b.does(front, at(23, "10:02:16"), offer("8805", at(23, "10:02:31")));
    assert!(matches!(taken, Err(Refusal::Taken { .. })));
}

#[test]
fn two_callers_are_not_offered_to_one_seat() {
    let mut b = call();
    let front = at_seat("1001");
    b.does(front.clone(), at(23, "10:01"), Intent::AcceptInteraction).unwrap();
    b.does(front, at(23, "10:02"), offer("8802", at(23, "10:02:15"))).unwrap();
    let (policy, desk) = b.policies.desk(EXPERT).unwrap();
    let seat = |id: &str| Seat {
        id: id.into(),
        desk: EXPERT.into(),
        skills: vec![text("wlan")],
        presence: Presence::Available,
        since: Some(at(23, "09:00")),
        lease_until: Some(at(23, "11:00")),
        ..Seat::default()
    };
    let (one, two) = (seat("8802"), seat("8805"));
    let now = at(23, "10:02:05");
    let request = Request { topic: "wlan", city: "东莞", asked: &[], now };
    let engaged = route::engaged([b.the_contact()].into_iter(), now);
    let decision = route::decide_beside(policy, desk, &[&one, &two], &engaged, request);
    assert!(matches!(&decision.route, Route::Offer { seat, .. } if seat == "8805"));
    assert_eq!(decision.seats[0].verdict, Verdict::Busy { presence: Presence::Reserved });
    let alone = route::decide_beside(policy, desk, &[&one], &engaged, request);
    assert!(matches!(alone.route, Route::Callback { .. }));
    let later = route::engaged([b.the_contact()].into_iter(), at(23, "10:02:15"));
    assert_eq!(later, BTreeMap::from([("1001", Presence::OnContact)]), "the offer is over, the front still talks");
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

fn tried(outcome: AttemptOutcome) -> Intent {
    Intent::LogCallbackAttempt { outcome, note: text("") }
}

#[test]
fn whoever_comes_too_late_hears_who_reached_the_customer() {
    let mut b = booked("10:00");
    b.does(at_seat("8802"), at(23, "10:05"), Intent::ClaimCallback).unwrap();
    b.does(at_seat("8802"), at(23, "10:06"), tried(AttemptOutcome::Reached)).unwrap();
    let late = b.does(at_seat("8805"), at(23, "10:04"), Intent::ClaimCallback);
    assert_eq!(late, Err(Refusal::Taken { by: text("seat 8802"), at: at(23, "10:06") }));
}

#[test]
fn a_promise_of_an_unknown_desk_can_still_be_ended() {
    let mut b = booked("10:00");
    rewritten(&mut b, |json| json["desk"] = "no-such-desk".into());
    assert!(matches!(b.does(at_seat("8802"), at(23, "10:05"), Intent::ClaimCallback), Err(Refusal::UnknownId { .. })));
    b.does(at_seat("8802"), at(23, "10:06"), Intent::CancelCallback { reason: reason() }).unwrap();
    assert!(!b.the_callback().is_open());
}

#[test]
fn tries_near_closing_time_go_on_when_the_desk_opens() {
    let mut b = booked("21:30");
    let me = at_seat("8802");
    b.does(me.clone(), at(23, "21:50"), Intent::ClaimCallback).unwrap();
    b.does(me.clone(), at(23, "21:50"), tried(AttemptOutcome::Busy)).unwrap();
    assert_eq!(b.the_callback().next_try_at, Some(at(24, "09:00")), "22:10 is closed");
    let early = b.does(me.clone(), at(24, "08:59"), tried(AttemptOutcome::Busy));
    assert_eq!(early, Err(Refusal::TooEarly { not_before: at(24, "09:00") }));
    b.does(me.clone(), at(24, "09:00"), tried(AttemptOutcome::Busy)).unwrap();
    b.does(me, at(24, "09:20"), tried(AttemptOutcome::Busy)).unwrap();
    let clock = clock::callback(&b.policies, b.the_callback(), at(24, "09:20")).unwrap();
    assert_eq!(clock.due, at(24, "10:40"), "a new promise from 09:40");
}

#[test]
fn the_hours_of_a_desk_come_from_its_own_pack() {
    // Pinned to the base pack, which does not know the desk and whose calendars are others.
    let mut b = booked("21:30");
    let pin = serde_json::json!({ "id": "china-mobile-td", "version": b.policies.all()[0].version });
    rewritten(&mut b, |json| json["policy"] = pin);
    let me = at_seat("8802");
    b.does(me.clone(), at(23, "21:50"), Intent::ClaimCallback).unwrap();
    b.does(me, at(23, "21:50"), tried(AttemptOutcome::Busy)).unwrap();
    assert_eq!(b.the_callback().next_try_at, Some(at(24, "09:00")));
}

#[test]
fn counters_of_a_hostile_document_do_not_overflow() {
    let mut b = booked("10:00");
    rewritten(&mut b, |json| json["round"] = u32::MAX.into());
    b.does(at_seat("8802"), at(23, "10:05"), Intent::ClaimCallback).unwrap();
    for time in ["10:05", "10:25", "10:45"] {
        b.does(at_seat("8802"), at(23, time), tried(AttemptOutcome::NoAnswer)).unwrap();
    }
    assert_eq!(b.the_callback().round, u32::MAX);
    let mut b = Bench::case(HOME, "VIP", "10:00");
    let leg = b.dispatches(HOME, BASE, at(23, "10:10")).unwrap();
    rewritten(&mut b, |json| json["legs"][0]["chases"] = u32::MAX.into());
    b.does(person(HOME), at(23, "11:00"), Intent::ChaseLeg { leg, text: text("") }).unwrap();
}

#[test]
fn nobody_waits_for_a_call_back_that_may_not_be_tried_yet() {
    let b = booked("10:00");
    let (policy, desk) = b.policies.desk(EXPERT).unwrap();
    let handling = desk.callback.as_ref().unwrap().handling;
    let now = at(23, "10:00");
    let one = |id: &str, due: &str, not_before: &str| Waiting {
        id: id.into(),
        due: at(23, due),
        rank: 1,
        not_before: at(23, not_before),
    };
    let list = [one("retry", "10:30", "10:20"), one("fresh", "10:31", "10:00")];
    assert!(handling < minutes(20));
    assert_eq!(callback::backlog(policy, desk, &list, 1, now), [], "the fresh one is done before the retry may be");
    // At 21:58 a full evening is not kept, and the rest goes on in the morning, not at night.
    let evening = at(23, "21:58");
    let list: Vec<Waiting> = (0..3).map(|i| one(&format!("w{i}"), "22:00", "21:00")).collect();
    let late = callback::backlog(policy, desk, &list, 1, evening);
    assert!(late.iter().all(|(_, by)| *by >= hours(11) || *by < minutes(1)), "{late:?}");
    assert_eq!(callback::backlog(policy, desk, &list, usize::MAX, evening), []);
}

#[test]
fn a_backlog_outside_the_calendar_is_a_warning_not_a_silence() {
    let b = booked("10:00");
    let (policy, desk) = b.policies.desk(EXPERT).unwrap();
    let item = Waiting { id: text("w"), due: Timestamp::MAX, rank: 1, not_before: Timestamp::MAX };
    assert_eq!(callback::backlog(policy, desk, &[item], 6, at(23, "10:00")).len(), 1);
    // And a call-back whose due time cannot be told stays on the list.
    let strange = Callback { registered_at: Some(Timestamp::MIN), ..b.the_callback().clone() };
    let strange = Callback { round_from: None, ..strange };
    assert_eq!(callback::order(&b.policies, EXPERT, [&strange].into_iter(), at(23, "10:00")).len(), 1);
}
