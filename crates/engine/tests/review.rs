//! What a second reading of the engine found: each test is a defect that was there, or a corner that was not proven.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;

use baton_engine::Refusal;
use baton_engine::callback::{self, Waiting};
use baton_engine::clock::{self, ClockState, PieceKind, Threshold};
use baton_engine::model::*;
use baton_engine::route::{self, Request, Route, Verdict};
use baton_engine::time::{Span, Timestamp};
use baton_engine::worklist::{self, Stake, Worklist};
use baton_engine::{triage, worklist::Row};
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

// ── clocks ───────────────────────────────────────────────────────────────

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

// ── relay ────────────────────────────────────────────────────────────────

#[test]
fn nobody_acts_for_a_case_that_is_nobodys() {
    let mut b = Bench::new(Collection::Cases);
    let value = serde_json::json!({ "id": "doc-1", "title": "by hand" });
    b.doc = Some(Document::from_json(Collection::Cases, &value, Some(at(23, "10:00"))).unwrap());
    let nobody = person("");
    for intent in [
        Intent::AnswerCustomer { text: reason() },
        Intent::CancelCase { reason: reason(), into: None },
        Intent::RecordReferral { to: reason(), note: reason() },
        Intent::ReassignCase { person: nobody.person() },
    ] {
        assert_eq!(b.does(nobody.clone(), at(23, "10:05"), intent), Err(Refusal::NotYours { org: text("") }));
    }
    rewritten(&mut b, |json| json["status"] = "closed".into());
    let taken = b.does(person(HOME), at(23, "10:10"), Intent::TakeCase);
    assert_eq!(taken, Err(Refusal::WrongStatus { status: Status::Closed }));
}

#[test]
fn an_answered_case_is_reopened_by_a_repeat_not_annotated() {
    let mut b = Bench::case(HOME, "VIP", "10:00");
    let again = || Intent::RecordRepeat { text: reason(), interaction: None };
    b.does(person(BASE), at(23, "10:30"), again()).unwrap();
    b.does(person(HOME), at(23, "11:00"), Intent::AnswerCustomer { text: reason() }).unwrap();
    let refused = b.does(person(HOME), at(23, "12:00"), again());
    assert_eq!(refused, Err(Refusal::WrongStatus { status: Status::Resolved }));
    b.does(person(HOME), at(23, "12:00"), Intent::ReopenCase { reason: reason() }).unwrap();
    b.does(person(HOME), at(23, "12:00"), again()).unwrap();
    assert_eq!(b.the_case().repeats.len(), 2);
}

#[test]
fn what_was_answered_is_closed_not_cancelled() {
    let mut b = Bench::case(HOME, "VIP", "10:00");
    b.does(person(HOME), at(23, "11:00"), Intent::AnswerCustomer { text: reason() }).unwrap();
    let cancel = |into: Option<&str>| Intent::CancelCase { reason: reason(), into: into.map(str::to_owned) };
    assert!(matches!(b.does(person(HOME), at(23, "11:01"), cancel(None)), Err(Refusal::WrongStatus { .. })));
    let mut b = Bench::case(HOME, "VIP", "10:00");
    let itself = b.does(person(HOME), at(23, "11:01"), cancel(Some("doc-1")));
    assert_eq!(itself, Err(Refusal::UnknownId { id: text("doc-1") }));
    b.does(person(HOME), at(23, "11:01"), cancel(Some("doc-0"))).unwrap();
    assert_eq!(b.the_case().links, [CaseLink { kind: LinkKind::DuplicateOf, case: text("doc-0") }]);
}

#[test]
fn links_are_made_once_and_lead_away() {
    let mut b = Bench::case(HOME, "VIP", "10:00");
    let link = |case: &str| Intent::LinkCase { link: CaseLink { kind: LinkKind::Related, case: case.into() } };
    for _ in 0..2 {
        b.does(person(HOME), at(23, "10:01"), link("doc-2")).unwrap();
    }
    assert_eq!(b.the_case().links.len(), 1);
    assert_eq!(b.does(person(HOME), at(23, "10:02"), link("doc-1")), Err(Refusal::UnknownId { id: text("doc-1") }));
}

#[test]
fn a_mixed_cause_becomes_two_linked_cases() {
    let mut first = Bench::case(HOME, "VIP", "10:00");
    let (open, link) = triage::split(first.the_case(), "doc-2", "上网本驱动", "TERMINAL.netbook");
    first.does(person(HOME), at(23, "10:10"), link).unwrap();
    let mut second = Bench::new(Collection::Cases);
    second.does(person(HOME), at(23, "10:10"), open).unwrap();
    assert_eq!(first.the_case().links, [CaseLink { kind: LinkKind::SplitInto, case: text("doc-2") }]);
    assert_eq!(second.the_case().links, [CaseLink { kind: LinkKind::SplitFrom, case: text("doc-1") }]);
    assert_eq!(second.the_case().customer, first.the_case().customer);
    assert_eq!(second.the_case().owner.org, HOME);
}

#[test]
fn duplicates_attach_to_what_is_open_before_what_was_answered() {
    let case = |id: &str, status: Status, hour: &str| Case {
        id: id.into(),
        status,
        category: text("FEE"),
        customer: customer("VIP"),
        opened_at: Some(at(23, hour)),
        ..Case::default()
    };
    let answered = case("a", Status::Resolved, "08:00");
    let open = case("b", Status::Held, "09:00");
    let closed = case("c", Status::Closed, "07:00");
    let number = &customer("VIP").number;
    let find = |all: &[&Case]| triage::duplicate_of(all.iter().copied(), number, "FEE").map(|c| c.id.clone());
    assert_eq!(find(&[&answered, &open, &closed]).as_deref(), Some("b"));
    assert_eq!(find(&[&answered, &closed]).as_deref(), Some("a"));
    assert_eq!(find(&[&closed]), None);
}

#[test]
fn withdrawing_reaches_every_branch_of_a_strange_tree() {
    let mut b = Bench::case(HOME, "VIP", "10:00");
    let top = b.dispatches(HOME, BASE, at(23, "10:10")).unwrap();
    rewritten(&mut b, |json| {
        let leg = |id: &str, parent: &str| serde_json::json!({ "id": id, "parent": parent, "from": BASE, "to": id, "dispatchedAt": at(23, "10:20") });
        let legs = json["legs"].as_array_mut().unwrap();
        // Children before parents, a circle through the top, and a leg that is its own parent.
        legs[0]["parent"] = "c".into();
        legs.insert(0, leg("c", "b"));
        legs.insert(0, leg("d", "b"));
        legs.push(leg("b", "e2"));
        legs.push(leg("self", "self"));
    });
    assert!(b.the_case().holders().len() < 5);
    b.does(person(HOME), at(23, "10:30"), Intent::WithdrawLeg { leg: top, reason: reason() }).unwrap();
    let left: Vec<&str> = b.the_case().active_legs().map(|l| l.id.as_str()).collect();
    assert_eq!(left, ["self"]);
}

#[test]
fn an_offline_answer_meets_a_withdrawal_and_is_told() {
    let mut b = Bench::case(HOME, "VIP", "10:00");
    let leg = b.dispatches(HOME, BASE, at(23, "10:10")).unwrap();
    b.does(person(HOME), at(23, "11:00"), Intent::WithdrawLeg { leg: leg.clone(), reason: reason() }).unwrap();
    // Written at 10:50 with no network, decided again on the new base.
    assert_eq!(b.answers(BASE, &leg, at(23, "10:50")), Err(Refusal::LegEnded));
    assert_eq!(b.dispatches(BASE, GROUP, at(23, "10:55")), Err(Refusal::NotYours { org: HOME.into() }));
}

#[test]
fn a_late_leg_never_begins_before_its_reopening() {
    let mut b = Bench::case(HOME, "VIP", "10:00");
    b.does(person(HOME), at(23, "11:00"), Intent::AnswerCustomer { text: reason() }).unwrap();
    b.does(person(HOME), at(23, "12:00"), Intent::ReopenCase { reason: reason() }).unwrap();
    // The clock of this machine is two hours behind.
    let leg = b.dispatches(HOME, BASE, at(23, "10:05")).unwrap();
    assert_eq!(b.the_case().leg(&leg).unwrap().dispatched_at, at(23, "12:00"));
}

#[test]
fn texts_are_bounded_wherever_they_come_in() {
    let huge = || "长".repeat(10_000);
    let mut b = Bench::case(HOME, "VIP", "10:00");
    let refused = |r: Result<String, Refusal>| assert!(matches!(r, Err(Refusal::TextMissing { .. })), "{r:?}");
    refused(b.does(person(HOME), at(23, "10:01"), Intent::LogContactAttempt { note: huge() }));
    refused(b.does(person(HOME), at(23, "10:01"), Intent::RecordRepeat { text: huge(), interaction: None }));
    refused(b.does(person(HOME), at(23, "10:01"), Intent::RecordReferral { to: text("x"), note: huge() }));
    refused(b.does(person(HOME), at(23, "10:01"), Intent::AddNote { text: huge() }));
}

#[test]
fn a_kiosk_complains_and_writes_but_does_not_answer() {
    let kiosk = Actor { role: Role::Kiosk, ..person(HOME) };
    let mut b = Bench::new(Collection::Cases);
    let open = opening(&b.policies, "VIP");
    b.does(kiosk.clone(), at(23, "10:00"), open).unwrap();
    let forbidden = Err(Refusal::RoleForbids { role: Role::Kiosk });
    assert_eq!(b.does(kiosk.clone(), at(23, "10:01"), Intent::AnswerCustomer { text: reason() }), forbidden);
    let message = |direction| Intent::SendMessage {
        interaction: text("i"),
        channel: Channel::Kiosk,
        direction,
        customer: customer("VIP"),
        text: reason(),
    };
    let mut b = Bench::new(Collection::Messages);
    assert_eq!(b.does(kiosk.clone(), at(23, "10:01"), message(Direction::Outbound)), forbidden);
    b.does(kiosk, at(23, "10:01"), message(Direction::Inbound)).unwrap();
}

// ── seats and calls ──────────────────────────────────────────────────────

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

// ── call-backs ───────────────────────────────────────────────────────────

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

// ── the list of work ─────────────────────────────────────────────────────

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
