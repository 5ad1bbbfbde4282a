//! The generated day: the same for the same seed, true to the rules, and with everything in it that a newcomer should see.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use baton_demo::{DemoDay, crowd, day, load};
use baton_engine::clock::{self, ClockState};
use baton_engine::model::{
    Callback, CallbackStatus, Case, Channel, Collection, Document, Interaction, LegState, LinkKind, Status,
};
use baton_engine::policy::Policies;
use baton_engine::time::{Span, Timestamp};
use baton_engine::worklist;

fn policies() -> Policies {
    load::read_policies(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../public/policy")).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A Monday afternoon in Dongguan.
fn afternoon() -> Timestamp {
    at("2026-11-23T14:57:36+08:00")
}

fn documents(day: &DemoDay) -> Vec<Document> {
    day.documents.iter().map(|(c, value)| Document::from_json(*c, value, None).unwrap()).collect()
}

fn cases(day: &DemoDay) -> Vec<Case> {
    let only = |d| if let Document::Case(case) = d { Some(case) } else { None };
    documents(day).into_iter().filter_map(only).collect()
}

fn callbacks(day: &DemoDay) -> Vec<Callback> {
    let only = |d| if let Document::Callback(callback) = d { Some(callback) } else { None };
    documents(day).into_iter().filter_map(only).collect()
}

fn contacts(day: &DemoDay) -> Vec<Interaction> {
    let only = |d| if let Document::Interaction(contact) = d { Some(contact) } else { None };
    documents(day).into_iter().filter_map(only).collect()
}

/// Moments at which a rule of the calendar could trip the plan.
fn moments() -> Vec<Timestamp> {
    [
        "2026-11-23T14:57:36+08:00",
        "2026-11-23T02:30:00+08:00",
        "2026-11-23T09:00:00+08:00",
        "2026-11-23T09:12:00+08:00",
        "2026-11-23T21:40:00+08:00",
        "2026-11-23T22:30:00+08:00",
        "2027-01-01T00:00:00+08:00",
        "2026-10-01T12:00:00.999+08:00",
    ]
    .map(at)
    .to_vec()
}

#[test]
fn the_same_seed_and_moment_give_the_same_bytes() {
    let policies = policies();
    let text = |seed, now| format!("{:?}", day(seed, now, &policies).documents);
    assert_eq!(text(1, afternoon()), text(1, afternoon()));
    assert_ne!(text(1, afternoon()), text(2, afternoon()));
}

#[test]
fn nothing_is_refused_whenever_the_day_is() {
    let policies = policies();
    for now in moments() {
        for seed in 1..6 {
            let day = day(seed, now, &policies);
            assert!(day.refused.is_empty(), "{now}, seed {seed}: {}", day.refused[0]);
        }
    }
}

#[test]
fn every_document_reads_back_as_it_was_written_and_has_an_id_of_its_own() {
    for now in moments() {
        let day = day(1, now, &policies());
        let mut ids = BTreeSet::new();
        for (collection, value) in &day.documents {
            let document = Document::from_json(*collection, value, None).unwrap();
            assert_eq!(&document.to_json(), value);
            assert!(ids.insert((*collection, document.id().to_owned())), "{}", document.id());
            assert!(*collection == Collection::Customers || !document.journal().is_empty());
            for pair in document.journal().windows(2) {
                assert!(pair[0].at <= pair[1].at && pair[0].id != pair[1].id);
            }
            for entry in document.journal() {
                assert!(entry.at <= now, "{} acts in the future of {now}", document.id());
                assert_eq!(entry.id.len(), 36);
                assert_eq!(&entry.id[14..15], "7", "a UUIDv7: {}", entry.id);
            }
        }
    }
}

#[test]
fn every_stage_is_there_in_every_organisation_that_can_have_it() {
    let day = day(1, afternoon(), &policies());
    let cases = cases(&day);
    assert!((60..=80).contains(&cases.len()), "{}", cases.len());
    let mut status: BTreeMap<String, usize> = BTreeMap::new();
    let mut legs: BTreeMap<String, usize> = BTreeMap::new();
    for case in &cases {
        *status.entry(format!("{} {:?}", case.owner.org, case.status)).or_default() += 1;
        for leg in &case.legs {
            *legs.entry(format!("{} {:?}", leg.to, leg.state)).or_default() += 1;
        }
    }
    let both = ["home-province", "oem-service"];
    for org in both.into_iter().chain(["base-province"]) {
        for wanted in ["Acknowledged", "InProgress", "Pending", "Resolved", "Closed"] {
            assert!(status.contains_key(&format!("{org} {wanted}")), "{org} {wanted}: {status:?}");
        }
    }
    for org in both {
        for wanted in ["Held", "Cancelled"] {
            assert!(status.contains_key(&format!("{org} {wanted}")), "{org} {wanted}: {status:?}");
        }
    }
    assert!(status.contains_key("home-province Rejected") && status.contains_key("base-province Rejected"));
    for org in ["base-province", "home-province", "group"] {
        for wanted in ["Dispatched", "Received"] {
            assert!(legs.contains_key(&format!("{org} {wanted}")), "{org} {wanted}: {legs:?}");
        }
    }
    let some = |what: &str, found: bool| assert!(found, "no case with {what}");
    let any = |test: fn(&Case) -> bool| cases.iter().any(test);
    some("an answered second leg", any(|c| c.legs.iter().any(|l| l.parent.is_some() && l.state == LegState::Answered)));
    some("a return", any(|c| c.legs.iter().any(|l| l.state == LegState::Returned)));
    some("a withdrawal", any(|c| c.legs.iter().any(|l| l.state == LegState::Withdrawn)));
    some("two legs at once", any(|c| c.children(None).filter(|l| l.state.is_active()).count() == 2));
    some("a reopening", any(|c| c.periods.len() == 2));
    some("a repeat", any(|c| !c.repeats.is_empty()));
    some("a raised class", any(|c| c.classes.len() > 1 && c.current_class() == "VIP"));
    some("a chase", any(|c| c.legs.iter().any(|l| l.chases > 0)));
    some("an escalation", any(|c| c.escalated));
    some("a split", any(|c| c.links.iter().any(|l| l.kind == LinkKind::SplitFrom)));
    let classes: BTreeSet<&str> = cases.iter().map(|c| c.current_class()).collect();
    assert_eq!(classes, BTreeSet::from(["VIP", "GOTONE", "MZONE", "EASYOWN"]));
}

#[test]
fn nobody_has_two_open_cases_of_one_category() {
    let day = day(1, afternoon(), &policies());
    let mut seen = BTreeSet::new();
    for case in cases(&day).iter().filter(|c| !c.status.is_final()) {
        assert!(seen.insert((case.customer.number.clone(), case.category.clone())), "{}", case.title);
    }
}

#[test]
fn the_packs_know_what_the_day_speaks_of() {
    let policies = policies();
    let policy = policies.in_force().unwrap().clone();
    let day = day(1, afternoon(), &policies);
    for case in cases(&day) {
        assert!(policy.category(&case.category).is_some(), "category {}", case.category);
        assert!(policies.has(&case.policy));
    }
    for callback in callbacks(&day) {
        let (_, desk) = policies.desk(&callback.desk).unwrap();
        assert!(desk.topic(&callback.topic).is_some_and(|t| t.in_scope), "topic {}", callback.topic);
    }
    for contact in contacts(&day) {
        assert!(policies.desk(&contact.desk).is_some());
        let known = policy.dispositions.iter().any(|d| d.id == contact.disposition);
        assert!(known || contact.disposition.is_empty(), "disposition {}", contact.disposition);
    }
    for user in &day.users {
        let org = user.profile["org"].as_str().unwrap();
        assert!(policy.organisation(org).is_some(), "{org}");
    }
}

#[test]
fn every_clock_runs_and_each_desk_begins_with_every_state() {
    let policies = policies();
    for now in moments() {
        let day = day(1, now, &policies);
        for case in cases(&day) {
            let policy = policies.of(&case.policy).unwrap();
            assert!(clock::reply(policy, &case, now).is_some());
            assert!(case.legs.iter().all(|leg| clock::leg(policy, &case, leg, now).is_some()));
        }
        assert!(callbacks(&day).iter().all(|c| clock::callback(&policies, c, now).is_some()));
        for (id, wanted) in [
            ("home", &[ClockState::Overdue, ClockState::DueSoon, ClockState::OnTrack, ClockState::Paused][..]),
            ("maker", &[ClockState::Overdue, ClockState::DueSoon, ClockState::OnTrack, ClockState::Paused]),
            ("base", &[ClockState::Overdue, ClockState::DueSoon, ClockState::OnTrack, ClockState::Paused]),
            ("group", &[ClockState::Overdue, ClockState::DueSoon, ClockState::OnTrack]),
        ] {
            let actor = day.users.iter().find(|u| u.id == id).unwrap().actor();
            let rows = cases(&day).into_iter().filter_map(|c| worklist::case_row(&policies, &c, &actor, now));
            let states: BTreeSet<ClockState> = rows.filter_map(|r| r.clock).map(|c| c.state).collect();
            for state in wanted {
                assert!(states.contains(state), "{id} at {now}: no {state:?} among {states:?}");
            }
        }
    }
}

#[test]
fn call_backs_are_there_in_every_state_and_the_night_has_its_registrations() {
    let policies = policies();
    for now in moments() {
        let all = callbacks(&day(1, now, &policies));
        let some = |what: &str, test: &dyn Fn(&Callback) -> bool| assert!(all.iter().any(test), "{now}: none {what}");
        some("open", &|c| c.is_open() && c.claim.is_none() && c.attempts.is_empty());
        some("claimed", &|c| c.is_open() && c.claim.is_some() && c.attempts.is_empty());
        some("tried twice", &|c| c.is_open() && c.tries() == 2);
        some("texted", &|c| c.is_open() && c.texts.len() == 1 && c.round == 1);
        some("kept", &|c| c.status == CallbackStatus::Completed);
        some("cancelled", &|c| c.status == CallbackStatus::Cancelled);
    }
    let night = at("2026-11-23T02:30:00+08:00");
    let closed = at("2026-11-22T22:00:00+08:00");
    let all = callbacks(&day(1, night, &policies));
    assert!(all.iter().filter(|c| c.registered_at > Some(closed)).count() >= 4);
    let desk = policies.desk("expert-data-dg").map(|(p, d)| p.calendars[d.calendar].calendar.clone()).unwrap();
    for attempt in all.iter().flat_map(|c| &c.attempts) {
        assert_eq!(desk.is_open(attempt.at), Ok(true), "nobody is called at night: {}", attempt.at);
    }
}

#[test]
fn contacts_of_every_channel_wait_run_and_have_ended() {
    let day = day(1, afternoon(), &policies());
    let all = contacts(&day);
    for channel in [Channel::Voice, Channel::WebChat, Channel::Sms, Channel::Email] {
        let own = || all.iter().filter(move |c| c.channel == channel);
        assert!(own().any(|c| c.is_open() && c.holder.is_none()), "no {channel:?} waits");
        assert!(own().any(|c| c.is_open() && c.holder.is_some()), "no {channel:?} runs");
    }
    let held = all.iter().filter(|c| c.is_open() && c.holder.as_ref().is_some_and(|h| h.id == "hotline")).count();
    assert!(held >= 3, "the hotline's log-in has {held} conversations");
    assert!(all.iter().filter(|c| !c.is_open()).count() >= 14);
    assert!(all.iter().any(|c| c.desk == "expert-data-dg" && c.is_open()), "no call at the expert desk");
    let messages = day.documents.iter().filter(|(c, _)| *c == Collection::Messages).count();
    assert!(messages >= 25, "{messages}");
}

#[test]
fn six_expert_seats_two_of_them_free_for_those_who_log_in() {
    let now = afternoon();
    let day = day(1, now, &policies());
    let seats: Vec<_> = documents(&day)
        .into_iter()
        .filter_map(|d| if let Document::Seat(seat) = d { Some(seat) } else { None })
        .filter(|s| s.desk == "expert-data-dg")
        .collect();
    let ids: Vec<&str> = seats.iter().map(|s| s.id.as_str()).collect();
    assert_eq!(ids, ["8801", "8802", "8803", "8804", "8805", "8806"]);
    assert!(seats.iter().filter(|s| !s.is_stale(now)).count() == 4);
    assert!(seats.iter().all(|s| !s.skills.is_empty()));
    for id in ["8802", "8805"] {
        assert!(seats.iter().any(|s| s.id == id && s.is_stale(now)), "{id} must be free to log in at");
    }
}

#[test]
fn customers_are_many_of_every_tier_and_nobodys() {
    let day = day(1, afternoon(), &policies());
    let all: Vec<_> = documents(&day)
        .into_iter()
        .filter_map(|d| if let Document::Customer(c) = d { Some(c) } else { None })
        .collect();
    assert_eq!(all.len(), 120);
    let numbers: BTreeSet<&str> = all.iter().map(|c| c.number.as_str()).collect();
    assert_eq!(numbers.len(), 120);
    assert!(numbers.iter().all(|n| n.len() == 11 && n.starts_with('1') && &n[3..7] == "0000"));
    let tiers: BTreeSet<&str> = all.iter().map(|c| c.tier.as_str()).collect();
    assert_eq!(tiers, BTreeSet::from(["DIAMOND", "GOLD", "SILVER", "A", "B", "C"]));
    assert!(all.iter().filter(|c| c.city == "东莞").count() > 25);
    let policies = policies();
    let policy = policies.in_force().unwrap();
    for customer in &all {
        let range = policy.tier(&customer.tier).and_then(|t| t.range).unwrap();
        let spent = match range.measure {
            baton_engine::policy::TierMeasure::AnnualSpend => customer.annual_spend_fen,
            baton_engine::policy::TierMeasure::MonthlyArpu => customer.arpu_fen,
        };
        let below = range.below_fen.is_none_or(|below| spent < below);
        assert!(spent >= range.at_least_fen && below, "{} {}: {spent}", customer.id, customer.tier);
    }
}

#[test]
fn no_placeholder_is_left_in_any_text() {
    let day = day(3, afternoon(), &policies());
    for (_, value) in &day.documents {
        let text = value.to_string();
        for name in ["{city}", "{device}", "{plan}", "{amount}", "{day}"] {
            assert!(!text.contains(name), "{name} in {text}");
        }
    }
}

#[test]
fn the_crowd_is_as_many_as_asked_for_and_simple() {
    let policies = policies();
    let now = afternoon();
    let all: Vec<Document> = crowd(1, now, &policies, 2000).collect();
    assert_eq!(all.len(), 2000);
    let ids: BTreeSet<&str> = all.iter().map(Document::id).collect();
    assert_eq!(ids.len(), 2000);
    for document in &all {
        let Document::Case(case) = document else { panic!("no case") };
        assert!(case.status == Status::Acknowledged && case.opened_at <= Some(now));
        assert!(case.opened_at >= Some(now.minus(Span::from_days(6))));
        assert_eq!(&case.customer.number[3..7], "0000");
    }
}
