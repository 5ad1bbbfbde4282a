//! Corners of the relay: cases of nobody, repeats, splits, withdrawals, skewed clocks, texts, roles.
#![allow(clippy::unwrap_used)]

mod support;

use baton_engine::model::*;
use baton_engine::{Refusal, triage};
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
