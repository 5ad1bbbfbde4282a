//! Worked examples of the relay: the three flows of S0, what is refused and why, and the closed loop.
#![allow(clippy::unwrap_used)]

mod support;

use baton_engine::Refusal;
use baton_engine::model::{CaseLink, Collection, Intent, LegState, LinkKind, PersonRef, Status};
use baton_engine::relay;
use support::*;

fn text(t: &str) -> String {
    t.to_owned()
}

#[test]
fn maker_to_base_to_home_and_back_the_same_way() {
    let mut b = Bench::case(MAKER, "GOTONE", "10:00");
    assert_eq!(b.the_case().status, Status::Acknowledged);
    assert_eq!(b.the_case().owner.org, MAKER);
    let to_base = b.dispatches(MAKER, BASE, at(23, "10:10")).unwrap();
    b.receives(BASE, &to_base, at(23, "10:20"));
    let to_home = b.dispatches(BASE, HOME, at(23, "11:00")).unwrap();
    assert_eq!(b.the_case().holders(), [HOME]);
    assert_eq!(b.answers(BASE, &to_base, at(23, "11:30")), Err(Refusal::LegsOpen { orgs: vec![HOME.into()] }));
    b.receives(HOME, &to_home, at(23, "11:10"));
    b.answers(HOME, &to_home, at(23, "12:00")).unwrap();
    assert_eq!(b.the_case().holders(), [BASE]);
    let early = b.does(person(MAKER), at(23, "12:10"), Intent::AnswerCustomer { text: text("好") });
    assert_eq!(early, Err(Refusal::LegsOpen { orgs: vec![BASE.into()] }));
    b.answers(BASE, &to_base, at(23, "12:30")).unwrap();
    assert_eq!(b.the_case().holders(), [MAKER]);
    let close = Intent::CloseCase { note: String::new() };
    assert_eq!(
        b.does(person(MAKER), at(23, "12:40"), close.clone()),
        Err(Refusal::NotAnswered { failed_days: 0, needed: 3 })
    );
    // Whoever worked it: the first-asked owner answers.
    let foreign = b.does(person(BASE), at(23, "12:40"), Intent::AnswerCustomer { text: text("好") });
    assert_eq!(foreign, Err(Refusal::NotYours { org: MAKER.into() }));
    b.does(person(MAKER), at(23, "12:45"), Intent::AnswerCustomer { text: text("好") }).unwrap();
    assert_eq!(b.the_case().status, Status::Resolved);
    b.does(person(MAKER), at(23, "12:50"), close).unwrap();
    assert_eq!(b.the_case().status, Status::Closed);
}

#[test]
fn only_the_arrows_of_the_flow() {
    let mut b = Bench::case(MAKER, "GOTONE", "10:00");
    let refused = b.dispatches(MAKER, HOME, at(23, "10:10")).unwrap_err();
    assert_eq!(refused, Refusal::EdgeNotAllowed { from: MAKER.into(), to: HOME.into(), allowed: vec![BASE.into()] });
    let mut b = Bench::case(HOME, "GOTONE", "10:00");
    assert!(matches!(b.dispatches(HOME, GROUP, at(23, "10:10")), Err(Refusal::EdgeNotAllowed { .. })));
    assert!(matches!(b.dispatches(HOME, MAKER, at(23, "10:10")), Err(Refusal::EdgeNotAllowed { .. })));
    // Not carrying the baton: not yours to dispatch.
    assert!(matches!(b.dispatches(BASE, GROUP, at(23, "10:10")), Err(Refusal::NotYours { .. })));
}

#[test]
fn group_help_and_one_return_for_wrong_duty() {
    let mut b = Bench::case(HOME, "GOTONE", "09:00");
    let first = b.dispatches(HOME, BASE, at(23, "09:10")).unwrap();
    let wrong = Intent::ReturnLeg { leg: first.clone(), reason: text("非视频业务") };
    assert_eq!(b.does(person(HOME), at(23, "09:20"), wrong.clone()), Err(Refusal::NotYours { org: BASE.into() }));
    b.does(person(BASE), at(23, "09:20"), wrong).unwrap();
    assert_eq!(b.the_case().leg(&first).unwrap().state, LegState::Returned);
    assert_eq!(b.the_case().holders(), [HOME]);
    let second = b.dispatches(HOME, BASE, at(23, "09:30")).unwrap();
    b.receives(BASE, &second, at(23, "09:35"));
    let group = b.dispatches(BASE, GROUP, at(23, "10:00")).unwrap();
    b.answers(GROUP, &group, at(23, "10:30")).unwrap();
    b.answers(BASE, &second, at(23, "11:00")).unwrap();
    b.does(person(HOME), at(23, "11:10"), Intent::AnswerCustomer { text: text("好") }).unwrap();
    assert_eq!(b.the_case().status, Status::Resolved);
}

#[test]
fn two_legs_at_once_where_the_flow_allows() {
    let mut b = Bench::case(BASE, "GOTONE", "09:00");
    let home = b.dispatches(BASE, HOME, at(23, "09:10")).unwrap();
    let group = b.dispatches(BASE, GROUP, at(23, "09:20")).unwrap();
    assert_eq!(b.the_case().holders(), [HOME, GROUP]);
    assert_eq!(b.dispatches(BASE, HOME, at(23, "09:30")), Err(Refusal::InChain { org: HOME.into() }));
    b.answers(HOME, &home, at(23, "10:00")).unwrap();
    assert_eq!(b.the_case().holders(), [GROUP]);
    b.answers(GROUP, &group, at(23, "10:30")).unwrap();
    assert_eq!(b.the_case().holders(), [BASE]);
}

#[test]
fn the_baton_does_not_run_in_circles() {
    let mut b = Bench::case(HOME, "GOTONE", "09:00");
    let leg = b.dispatches(HOME, BASE, at(23, "09:10")).unwrap();
    b.receives(BASE, &leg, at(23, "09:15"));
    // Back to the owner is an answer, never a dispatch; the flow has no such arrow either.
    assert!(b.dispatches(BASE, HOME, at(23, "09:20")).is_err());
    for round in 0..3 {
        let open = b.the_case().active_leg_of(BASE).unwrap().id.clone();
        b.answers(BASE, &open, at(23, &format!("10:{round}0"))).unwrap();
        let again = b.dispatches(HOME, BASE, at(23, &format!("10:{round}5")));
        if round < 2 {
            again.unwrap();
        } else {
            assert_eq!(again, Err(Refusal::LoopLimit { from: HOME.into(), to: BASE.into(), times: 3 }));
        }
    }
}

#[test]
fn withdrawing_takes_back_what_was_passed_on() {
    let mut b = Bench::case(HOME, "GOTONE", "09:00");
    let base = b.dispatches(HOME, BASE, at(23, "09:10")).unwrap();
    let group = b.dispatches(BASE, GROUP, at(23, "09:20")).unwrap();
    let withdraw = Intent::WithdrawLeg { leg: base.clone(), reason: text("客户已自行解决") };
    assert_eq!(b.does(person(BASE), at(23, "09:30"), withdraw.clone()), Err(Refusal::NotYours { org: HOME.into() }));
    b.does(person(HOME), at(23, "09:30"), withdraw).unwrap();
    for leg in [&base, &group] {
        assert_eq!(b.the_case().leg(leg).unwrap().state, LegState::Withdrawn);
    }
    assert_eq!(b.answers(GROUP, &group, at(23, "09:40")), Err(Refusal::LegEnded));
}

#[test]
fn three_failed_tries_on_separate_days_allow_closing() {
    let mut b = Bench::case(HOME, "EASYOWN", "09:00");
    let tried = || Intent::LogContactAttempt { note: text("无人接听") };
    let close = || Intent::CloseCase { note: text("三日未联系上") };
    for time in ["10:00", "11:00", "12:00"] {
        b.does(person(HOME), at(23, time), tried()).unwrap();
    }
    assert_eq!(b.does(person(HOME), at(23, "13:00"), close()), Err(Refusal::NotAnswered { failed_days: 1, needed: 3 }));
    b.does(person(HOME), at(24, "00:10"), tried()).unwrap();
    b.does(person(HOME), at(25, "10:00"), tried()).unwrap();
    b.does(person(HOME), at(25, "10:05"), close()).unwrap();
    assert_eq!(b.the_case().status, Status::Closed);
}

#[test]
fn reopening_and_what_closed_means() {
    let mut b = Bench::case(HOME, "VIP", "09:00");
    let reopen = || Intent::ReopenCase { reason: text("又不行了") };
    assert!(matches!(b.does(person(HOME), at(23, "09:30"), reopen()), Err(Refusal::WrongStatus { .. })));
    b.does(person(HOME), at(23, "10:00"), Intent::AnswerCustomer { text: text("好") }).unwrap();
    b.does(person(HOME), at(23, "11:00"), reopen()).unwrap();
    assert_eq!(b.the_case().status, Status::InProgress);
    b.does(person(HOME), at(23, "11:30"), Intent::AnswerCustomer { text: text("好") }).unwrap();
    b.does(person(HOME), at(23, "11:40"), Intent::CloseCase { note: String::new() }).unwrap();
    assert_eq!(b.does(person(HOME), at(23, "12:00"), reopen()), Err(Refusal::ClosedOpenNew));
}

#[test]
fn referral_hold_split_and_reassignment() {
    let mut b = Bench::case(HOME, "GOTONE", "09:00");
    b.does(person(HOME), at(23, "09:10"), Intent::HoldCase { reason: text("等基站扩容") }).unwrap();
    assert_eq!(b.the_case().status, Status::Held);
    b.does(person(HOME), at(23, "09:20"), Intent::UnholdCase).unwrap();
    let link = CaseLink { kind: LinkKind::SplitInto, case: "doc-2".into() };
    b.does(person(HOME), at(23, "09:25"), Intent::LinkCase { link: link.clone() }).unwrap();
    assert_eq!(b.the_case().links, vec![link]);
    let third = PersonRef { id: "third".into(), name: "third".into() };
    let to_third = Intent::ReassignCase { person: third.clone() };
    let mut other = person(HOME);
    other.id = "other".into();
    assert!(matches!(b.does(other.clone(), at(23, "09:30"), to_third.clone()), Err(Refusal::RoleForbids { .. })));
    b.does(other.clone(), at(23, "09:31"), Intent::ReassignCase { person: other.person() }).unwrap();
    b.does(lead(HOME), at(23, "09:32"), to_third).unwrap();
    assert_eq!((b.the_case().owner.person.clone(), b.the_case().owner.org.as_str()), (third, HOME));
    let refer = Intent::RecordReferral { to: text("厂家热线"), note: text("硬件") };
    b.does(person(HOME), at(23, "09:40"), refer).unwrap();
    assert_eq!(b.the_case().status, Status::Rejected);
    assert!(b.dispatches(HOME, BASE, at(23, "09:50")).is_err());
}

#[test]
fn data_leave_for_an_outside_party_only_with_consent() {
    // The base answers the maker as owner; a dispatch to the maker exists in no shipped flow, so take the pack's
    // own words: every edge into an external organisation asks for consent.
    let policies = policies();
    let policy = policies.in_force().unwrap();
    for flow in &policy.flows {
        for edge in &flow.edges {
            let outside = policy.organisation(&edge.to).unwrap().external;
            assert!(!outside, "{}: an edge to {} would need a consent example here", flow.id, edge.to);
        }
    }
}

#[test]
fn a_case_posted_by_hand_can_be_taken() {
    let value = serde_json::json!({ "id": "by-hand", "title": "短信收不到", "customer": { "number": "13900001111" } });
    let stamp = at(23, "10:00");
    let doc = baton_engine::model::Document::from_json(Collection::Cases, &value, Some(stamp)).unwrap();
    let mut b = Bench::new(Collection::Cases);
    b.doc = Some(doc);
    assert!(matches!(b.dispatches(HOME, BASE, at(23, "10:05")), Err(Refusal::NotYours { .. })));
    b.does(person(HOME), at(23, "10:10"), Intent::TakeCase).unwrap();
    assert_eq!(b.the_case().owner.org, HOME);
    let due = baton_engine::clock::reply(b.policy(), b.the_case(), at(23, "10:10")).unwrap().due;
    let class = b.policy().class("").reply.limit;
    assert_eq!(due, stamp.plus(class), "the clock runs from the moment of birth, not of taking");
    assert_eq!(relay::edges_from(b.policy(), b.the_case(), HOME).len(), 1);
}

#[test]
fn an_entry_that_is_in_the_journal_is_done() {
    let mut b = Bench::case(HOME, "VIP", "10:00");
    let id = b.dispatches(HOME, BASE, at(23, "10:10")).unwrap();
    let entry = b.the_case().journal.iter().find(|e| e.id == id).unwrap().clone();
    let again = baton_engine::decide(&b.policies, Collection::Cases, "doc-1", b.doc.as_ref(), &entry).unwrap();
    assert_eq!(Some(again), b.doc);
}

#[test]
fn a_customer_who_comes_back_counts_a_repeat_or_opens_an_answered_case_again() {
    let mut b = Bench::case(HOME, "VIP", "10:00");
    let back = |b: &Bench| baton_engine::triage::come_back(b.the_case(), text("又打来了"), None);
    let intent = back(&b);
    b.does(person(HOME), at(23, "11:00"), intent).unwrap();
    assert_eq!(b.the_case().repeats.len(), 1);
    b.does(person(HOME), at(23, "12:00"), Intent::AnswerCustomer { text: text("好") }).unwrap();
    let intent = back(&b);
    b.does(person(HOME), at(23, "13:00"), intent).unwrap();
    assert_eq!((b.the_case().status, b.the_case().periods.len()), (Status::InProgress, 2));
}
