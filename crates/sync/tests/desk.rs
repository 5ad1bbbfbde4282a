//! Whole stories of desks that work, lose the network, meet, and come to rest.
#![allow(clippy::unwrap_used)]

mod support;

use baton_engine::Refusal;
use baton_engine::model::{Collection, Document, Intent};
use baton_sync::net::ProblemKind;
use baton_sync::store::Store;
use baton_sync::{ActError, Command, Fail, ItemState, Link, OutboxItem, Step};
use serde_json::json;
use support::server::Server;
use support::{Fate, World, book_callback, note, now, response, start_contact, topic};

const C: Collection = Collection::Interactions;

fn of(doc: &Document) -> &baton_engine::model::Interaction {
    match doc {
        Document::Interaction(i) => i,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_one_desk_does_the_other_sees() {
    let world = World::new(1);
    let (a, b) = (world.client("a"), world.client("b"));
    let first = a.act(C, "i1", start_contact()).unwrap();
    let second = a.act(C, "i1", topic("gprs")).unwrap();
    assert_eq!(of(&a.document(C, "i1").unwrap()).topic, "gprs", "seen at once");
    a.rest();
    assert_eq!(world.server.borrow().writes, [201], "both entries in one write");
    assert_eq!(world.server.borrow().journal(C, "i1"), [first.clone(), second.clone()]);
    assert_eq!(a.ledger.replica().confirmed().collect::<Vec<_>>(), [first.as_str(), second.as_str()]);
    assert_eq!(a.ledger.replica().counts(), Default::default());
    b.rest();
    assert_eq!(b.document(C, "i1"), a.document(C, "i1"));
    assert_eq!(b.syncer.status().first_sync, (6, 6));
    assert_eq!(b.syncer.status().link, Link::Online);
}

#[test]
fn an_act_is_taken_as_a_whole_or_not_at_all() {
    let world = World::new(1);
    let a = world.client("a");
    let good = Command { collection: C, id: "i1".into(), entry: a.entry(start_contact()) };
    let bad = Command { collection: C, id: "i1".into(), entry: a.entry(start_contact()) };
    let refused = now(a.ledger.act(vec![good.clone(), bad]));
    assert!(matches!(refused, Err(ActError::Refused { command: 1, .. })), "{refused:?}");
    assert_eq!(a.document(C, "i1"), None);
    assert_eq!(a.moving(), 0);
    // The same act twice (a double click) is done once.
    let more = Command { collection: C, id: "i1".into(), entry: a.entry(topic("x")) };
    now(a.ledger.act(vec![good.clone(), more.clone()])).unwrap();
    now(a.ledger.act(vec![good, more])).unwrap();
    assert_eq!(a.moving(), 2);
    let replica = a.ledger.replica();
    assert!(replica.outbox().all(|i| i.act == replica.outbox().next().unwrap().act), "one act");
}

#[test]
fn a_burst_taken_offline_arrives_once_and_in_order() {
    let world = World::new(2);
    let mut a = world.client("a");
    a.line.up.set(false);
    let mut entries = Vec::new();
    for n in 0..3 {
        let id = format!("i{n}");
        entries.push(vec![a.act(C, &id, start_contact()).unwrap()]);
    }
    for step in 0..4 {
        for (n, list) in entries.iter_mut().enumerate() {
            list.push(a.act(C, &format!("i{n}"), topic(&format!("t{step}"))).unwrap());
        }
        assert_eq!(a.step(), Step::Worked, "tried in vain");
        a.crash();
    }
    assert_eq!(a.moving(), 15);
    a.line.up.set(true);
    // The answer to the first write is lost: it must not be done again.
    a.line.script.borrow_mut().push_back(Fate::LoseReply);
    a.rest();
    for (n, list) in entries.iter().enumerate() {
        assert_eq!(&world.server.borrow().journal(C, &format!("i{n}")), list);
    }
    assert_eq!(world.server.borrow().writes, [201, 412, 201, 201]);
    assert_eq!(a.ledger.replica().outbox().count(), 0);
}

#[test]
fn two_desks_claim_one_callback_offline_and_one_wins() {
    let world = World::new(3);
    let (a, b) = (world.client("a"), world.client("b"));
    let c = Collection::Callbacks;
    a.act(c, "cb", book_callback()).unwrap();
    world.rest(&[&a, &b]);
    let winner = a.act(c, "cb", Intent::ClaimCallback).unwrap();
    let loser = b.act(c, "cb", Intent::ClaimCallback).unwrap();
    world.rest(&[&a, &b]);
    assert!(a.state(&winner).is_none());
    let Some(ItemState::Refused { refusal: Refusal::Taken { by, .. } }) = b.state(&loser) else {
        panic!("{:?}", b.state(&loser));
    };
    assert_eq!(by, "a");
    assert_eq!(a.document(c, "cb"), b.document(c, "cb"));
    let Document::Callback(doc) = &*b.document(c, "cb").unwrap() else { panic!() };
    assert_eq!(doc.claim.as_ref().unwrap().by.id, "a");
    // The refusal stays as it is until the person decides, even when the claim would hold again.
    a.act(c, "cb", Intent::ReleaseCallback { reason: String::new() }).unwrap();
    world.rest(&[&a, &b]);
    assert!(matches!(b.state(&loser), Some(ItemState::Refused { .. })));
    now(b.ledger.retry(&loser)).unwrap();
    world.rest(&[&a, &b]);
    assert_eq!(b.state(&loser), None);
    assert_eq!(world.server.borrow().journal(c, "cb").last(), Some(&loser));
}

#[test]
fn a_refusal_survives_a_restart_and_can_be_exported_and_discarded() {
    let world = World::new(4);
    let (a, mut b) = (world.client("a"), world.client("b"));
    a.act(C, "i1", start_contact()).unwrap();
    world.rest(&[&a, &b]);
    a.act(C, "i1", Intent::AcceptInteraction).unwrap();
    let accept = b.act(C, "i1", Intent::AcceptInteraction).unwrap();
    let dispose = b.act(C, "i1", Intent::Dispose { disposition: "ok".into(), note: String::new() }).unwrap();
    let other = b.act(C, "i1", topic("mms")).unwrap();
    world.rest(&[&a, &b]);
    b.crash();
    for entry in [&accept, &dispose] {
        assert!(matches!(b.state(entry), Some(ItemState::Refused { .. })), "{entry}");
    }
    assert_eq!(b.state(&other), None, "an entry after a refused one is still tried");
    assert_eq!(of(&b.document(C, "i1").unwrap()).topic, "mms");
    let export = b.ledger.export();
    assert_eq!(export["items"][0]["entry"]["id"], accept.as_str());
    assert_eq!(export["items"][0]["state"]["is"], "refused");
    now(b.ledger.discard(&accept)).unwrap();
    now(b.ledger.discard(&dispose)).unwrap();
    b.crash();
    assert_eq!(b.ledger.replica().outbox().count(), 0);
    assert!(now(b.ledger.discard(&accept)).is_err());
}

#[test]
fn a_commit_that_fails_takes_nothing_and_says_so() {
    let world = World::new(5);
    let mut a = world.client("a");
    a.store.fail_next([Some(Fail::Before)]);
    assert!(matches!(a.act(C, "i1", start_contact()), Err(ActError::Store(_))));
    assert_eq!(a.document(C, "i1"), None);
    // Stored, but the connection broke: it is unknown to the caller, and shown as soon as memory is loaded again.
    a.store.fail_next([Some(Fail::After)]);
    assert!(matches!(a.act(C, "i2", start_contact()), Err(ActError::Store(_))));
    a.act(C, "i3", start_contact()).unwrap();
    assert!(a.document(C, "i2").is_some());
    // A failure while an answer is taken in: asked again, done once.
    a.store.fail_next([Some(Fail::Before), Some(Fail::After)]);
    a.rest();
    assert_eq!(world.server.borrow().docs.len(), 2);
    assert_eq!(world.server.borrow().journal(C, "i2").len(), 1);
    a.crash();
    assert_eq!(a.moving(), 0);
    assert!(a.document(C, "i2").is_some() && a.document(C, "i3").is_some());
}

#[test]
fn an_act_during_a_request_is_neither_lost_nor_sent_twice() {
    let world = World::new(6);
    let a = world.client("a");
    a.act(C, "i1", start_contact()).unwrap();
    let entry = a.entry(topic("late"));
    let late = entry.id.clone();
    let ledger = a.ledger.clone();
    *a.line.during.borrow_mut() = Some(Box::new(move || {
        now(ledger.act(vec![Command { collection: C, id: "i1".into(), entry }])).unwrap();
    }));
    assert_eq!(a.step(), Step::Worked);
    assert_eq!(a.state(&late), Some(ItemState::Queued));
    a.rest();
    assert_eq!(world.server.borrow().writes, [201, 200]);
    assert_eq!(world.server.borrow().journal(C, "i1").len(), 2);
}

#[test]
fn an_older_answer_that_arrives_late_changes_nothing() {
    let world = World::new(7);
    let a = world.client("a");
    a.act(C, "i1", start_contact()).unwrap();
    a.rest();
    // A list is answered before the change and arrives after the feed has told of it.
    let list = a.syncer.connector().list(C.into(), Some("0")).unwrap();
    let old = world.server.borrow_mut().handle(&list);
    let mut doc = world.server.borrow().doc(C, "i1").unwrap().clone();
    doc["topic"] = "new".into();
    world.server.borrow_mut().write("interactions", "i1", doc);
    let event = world.server.borrow().events.last().unwrap().clone();
    now(a.syncer.on_changes(&[event]));
    assert_eq!(of(&a.document(C, "i1").unwrap()).topic, "new");
    a.syncer.pull_soon();
    let elsewhere = response(200, r#"{"items":[],"next":"1","more":false}"#);
    a.line.script.borrow_mut().extend([Fate::Answer(elsewhere.clone()), Fate::Answer(elsewhere), Fate::Answer(old)]);
    for _ in 0..3 {
        assert_eq!(a.step(), Step::Worked);
    }
    assert!(a.line.sent.borrow().last().unwrap().url.starts_with("/api/interactions?"));
    assert_eq!(of(&a.document(C, "i1").unwrap()).topic, "new");
}

#[test]
fn a_document_that_cannot_be_read_is_kept_aside_and_comes_back() {
    let world = World::new(8);
    let mut a = world.client("a");
    a.act(C, "i1", start_contact()).unwrap();
    a.rest();
    a.line.up.set(false);
    let waiting = a.act(C, "i1", topic("x")).unwrap();
    let good = world.server.borrow().doc(C, "i1").unwrap().clone();
    let mut bad = good.clone();
    bad["offers"] = json!("<script>alert(1)</script>");
    world.server.borrow_mut().write("interactions", "i1", bad.clone());
    world.server.borrow_mut().write("cases", "c1", json!({"title": 7}));
    world.server.borrow_mut().write("cases", "c2", json!({"title": "by hand"}));
    a.line.up.set(true);
    world.rest(&[&a]);
    a.crash();
    assert_eq!(a.document(C, "i1"), None);
    assert_eq!(a.document(Collection::Cases, "c1"), None);
    assert_eq!(a.ledger.replica().faults().len(), 2);
    assert!(a.document(Collection::Cases, "c2").is_some(), "a neighbour is not harmed");
    assert_eq!(a.state(&waiting), Some(ItemState::Queued), "work on it waits");
    assert!(matches!(a.act(C, "i1", topic("y")), Err(ActError::Unreadable(_))));
    assert_eq!(world.server.borrow().doc(C, "i1").unwrap()["offers"], bad["offers"], "not overwritten");
    world.server.borrow_mut().write("interactions", "i1", good);
    world.rest(&[&a]);
    assert_eq!(of(&a.document(C, "i1").unwrap()).topic, "x");
    assert_eq!(a.moving(), 0);
}

#[test]
fn fields_that_we_do_not_know_survive_our_writes() {
    let world = World::new(9);
    let a = world.client("a");
    world.server.borrow_mut().write(
        "interactions",
        "i1",
        json!({"x-crm": {"deep": [1, 2]}, "customer": {"name": "A", "vat": "42"}, "reason": "r"}),
    );
    a.rest();
    a.act(C, "i1", topic("gprs")).unwrap();
    a.rest();
    let server = world.server.borrow();
    let doc = server.doc(C, "i1").unwrap();
    assert_eq!(doc["x-crm"], json!({"deep": [1, 2]}));
    assert_eq!(doc["customer"], json!({"name": "A", "vat": "42"}));
    assert_eq!(doc["topic"], "gprs");
}

#[test]
fn a_dead_letter_blocks_only_itself() {
    let world = World::new(10);
    let a = world.client("a");
    a.act(C, "i1", start_contact()).unwrap();
    a.rest();
    let bad = a.act(C, "i1", note("too long")).unwrap();
    let good = a.act(C, "i1", topic("gprs")).unwrap();
    let elsewhere = a.act(C, "i2", start_contact()).unwrap();
    let refuse = || Fate::Answer(response(413, r#"{"title":"Too large","detail":"64 kB at most"}"#));
    // Both entries together, then the first one alone.
    a.line.script.borrow_mut().extend([refuse(), refuse()]);
    a.rest();
    let Some(ItemState::Dead { problem }) = a.state(&bad) else { panic!("{:?}", a.state(&bad)) };
    assert_eq!((problem.kind, problem.status), (ProblemKind::Rejected, 413));
    assert_eq!(problem.text, "Too large: 64 kB at most");
    assert_eq!((a.state(&good), a.state(&elsewhere)), (None, None));
    now(a.ledger.retry(&bad)).unwrap();
    a.rest();
    assert_eq!(a.state(&bad), None);
    assert_eq!(world.server.borrow().journal(C, "i1").last(), Some(&bad));
}

#[test]
fn trouble_with_one_document_does_not_hold_up_another() {
    let world = World::new(11);
    let a = world.client("a");
    a.act(C, "i1", start_contact()).unwrap();
    a.act(C, "i2", start_contact()).unwrap();
    a.line.script.borrow_mut().push_back(Fate::Answer(response(500, "bug")));
    assert_eq!(a.step(), Step::Worked);
    assert_eq!(a.step(), Step::Worked);
    assert_eq!(world.server.borrow().writes, [201]);
    assert!(world.server.borrow().doc(C, "i2").is_some());
    a.rest();
    assert!(world.server.borrow().doc(C, "i1").is_some());
}

#[test]
fn retry_after_is_honoured_by_all_requests() {
    let world = World::new(12);
    let a = world.client("a");
    a.act(C, "i1", start_contact()).unwrap();
    let mut slow_down = response(429, "{}");
    slow_down.headers.push(("Retry-After".into(), "30".into()));
    a.line.script.borrow_mut().push_back(Fate::Answer(slow_down));
    a.step();
    let sent = a.line.sent.borrow().len();
    assert_eq!(a.step(), Step::Waiting);
    let rest_ms = a.syncer.rest_ms().unwrap();
    assert!((30_000..=30_500).contains(&rest_ms));
    let wake = world.true_ms.get() + rest_ms;
    world.true_ms.set(wake - 1);
    assert_eq!(a.step(), Step::Waiting);
    assert_eq!(a.line.sent.borrow().len(), sent);
    world.true_ms.set(wake);
    assert_eq!(a.step(), Step::Worked);
    assert_eq!(world.server.borrow().writes, [201]);
}

#[test]
fn a_lost_session_pauses_and_goes_on_as_the_same_person_only() {
    let world = World::new(13);
    let a = world.client("a");
    let entry = a.act(C, "i1", start_contact()).unwrap();
    a.line.script.borrow_mut().push_back(Fate::Answer(response(401, "{}")));
    a.rest();
    assert_eq!(a.step(), Step::SignedOut);
    assert_eq!(a.syncer.status().link, Link::SignedOut);
    assert_eq!(a.syncer.rest_ms(), None);
    assert_eq!(a.state(&entry), Some(ItemState::Queued));
    assert!(a.syncer.resume("b").is_err());
    assert_eq!(a.step(), Step::SignedOut);
    a.syncer.resume("a").unwrap();
    a.rest();
    assert_eq!(a.state(&entry), None);
}

#[test]
fn a_forbidden_collection_does_not_hold_up_the_others() {
    let world = World::new(14);
    world.server.borrow_mut().write("customers", "k1", json!({"name": "A"}));
    let a = world.client("a");
    a.line.script.borrow_mut().push_back(Fate::Answer(response(403, r#"{"title":"Forbidden"}"#)));
    a.rest();
    assert!(a.document(Collection::Customers, "k1").is_some());
    assert_eq!(a.syncer.status().unlisted.len(), 1);
    assert_eq!(a.syncer.status().first_sync, (6, 6));
}

#[test]
fn a_deleted_document_turns_waiting_work_into_dead_letters() {
    let world = World::new(15);
    let (a, b) = (world.client("a"), world.client("b"));
    a.act(C, "i1", start_contact()).unwrap();
    world.rest(&[&a, &b]);
    let entry = a.act(C, "i1", topic("x")).unwrap();
    world.server.borrow_mut().delete("interactions", "i1");
    world.rest(&[&a, &b]);
    assert!(matches!(a.state(&entry), Some(ItemState::Dead { problem }) if problem.kind == ProblemKind::Deleted));
    assert_eq!((a.document(C, "i1"), b.document(C, "i1")), (None, None));
}

#[test]
fn a_stale_answer_without_the_document_is_followed_by_a_fetch() {
    let world = World::new(16);
    let (a, b) = (world.client("a"), world.client("b"));
    world.server.borrow_mut().terse = true;
    a.act(C, "i1", start_contact()).unwrap();
    world.rest(&[&a, &b]);
    a.act(C, "i1", topic("a")).unwrap();
    b.act(C, "i1", topic("b")).unwrap();
    world.rest(&[&a, &b]);
    assert_eq!(world.server.borrow().journal(C, "i1").len(), 3);
    assert_eq!(a.document(C, "i1"), b.document(C, "i1"));
}

#[test]
fn a_backend_that_drops_journal_entries_is_found_out() {
    let world = World::new(17);
    let a = world.client("a");
    a.act(C, "i1", start_contact()).unwrap();
    a.rest();
    world.server.borrow_mut().forgets_entries = true;
    let entry = a.act(C, "i1", topic("x")).unwrap();
    a.rest();
    let Some(ItemState::Dead { problem }) = a.state(&entry) else { panic!("{:?}", a.state(&entry)) };
    assert_eq!(problem.kind, ProblemKind::NotKept);
    assert_eq!(world.server.borrow().writes, [201, 200, 200, 200, 200, 200]);
}

#[test]
fn a_backend_put_back_to_an_older_state_is_read_from_the_beginning() {
    let world = World::new(18);
    let a = world.client("a");
    world.server.borrow_mut().write("cases", "c1", json!({"title": "first"}));
    let backup = (world.server.borrow().docs.clone(), world.server.borrow().seq);
    world.server.borrow_mut().write("cases", "c1", json!({"title": "second"}));
    world.server.borrow_mut().write("cases", "c2", json!({"title": "lost"}));
    a.rest();
    {
        let mut server = world.server.borrow_mut();
        (server.docs, server.seq) = backup;
    }
    world.rest(&[&a]);
    let Document::Case(case) = &*a.document(Collection::Cases, "c1").unwrap() else { panic!() };
    assert_eq!(case.title, "first");
}

#[test]
fn a_first_sync_goes_on_where_it_was_cut_off() {
    let world = World::new(19);
    for n in 0..10 {
        world.server.borrow_mut().write("cases", &format!("c{n}"), json!({"title": "t"}));
    }
    world.server.borrow_mut().page = 3;
    let mut a = world.client("a");
    a.step();
    a.step();
    assert_eq!(a.syncer.status().first_sync, (0, 6));
    assert_eq!(a.ledger.replica().documents(Collection::Cases).count(), 6, "usable while it runs");
    a.crash();
    a.rest();
    assert_eq!(a.ledger.replica().documents(Collection::Cases).count(), 10);
    let lists = a.line.sent.borrow().iter().filter(|r| r.url.starts_with("/api/cases")).count();
    assert_eq!(lists, 5, "only the page that was asked for ahead and died with the tab is asked for again");
}

#[test]
fn the_clock_of_the_server_is_known_through_its_answers() {
    let world = World::new(20);
    let mut a = world.client("a");
    a.clock.skew_ms = -600_000;
    a.crash();
    assert_eq!(a.syncer.server_offset_ms(), 0);
    a.rest();
    assert_eq!(a.syncer.server_offset_ms(), 600_000);
}

#[test]
fn entries_of_older_versions_are_read() {
    let world = World::new(22);
    let a = world.client("a");
    a.act(C, "i1", start_contact()).unwrap();
    let mut item = a.ledger.export()["items"][0].clone();
    item["v"] = json!(2);
    item["state"] = json!({"is": "settling", "until": "2026-11-23T02:00:00.000Z"});
    let read = OutboxItem::read(&item.to_string()).unwrap();
    assert_eq!((&read.state, &read.to_json()["v"]), (&ItemState::Settling, &json!(3)));
    item["v"] = json!(1);
    item["state"] = json!({"is": "queued"});
    assert_eq!(OutboxItem::read(&item.to_string()).unwrap().state, ItemState::Queued);
}

#[test]
fn an_outbox_entry_of_a_newer_version_is_carried_along() {
    use baton_sync::store::{Batch, ItemRecord, Store};
    let world = World::new(21);
    let mut a = world.client("a");
    let text = r#"{"v":9,"secret":"sauce"}"#;
    let batch = Batch { insert: vec![ItemRecord { id: "n1".into(), text: text.into() }], ..Batch::default() };
    now(a.store.commit(batch)).unwrap();
    a.crash();
    a.act(C, "i1", start_contact()).unwrap();
    a.rest();
    a.crash();
    assert_eq!(a.ledger.replica().unreadable_items().next().unwrap().1, text);
    assert_eq!(a.ledger.export()["unreadable"][0]["stored"], text);
    now(a.ledger.discard("n1")).unwrap();
    a.crash();
    assert_eq!(a.ledger.replica().unreadable_items().count(), 0);
}

#[test]
fn drafts_are_kept_apart() {
    use baton_sync::store::Store;
    let world = World::new(22);
    let mut a = world.client("a");
    now(a.ledger.store().put_draft("case/c1", "half a sen")).unwrap();
    world.server.borrow_mut().write("cases", "c1", json!({"title": "t"}));
    a.rest();
    a.crash();
    assert_eq!(now(a.ledger.store().drafts()).unwrap(), [("case/c1".to_owned(), "half a sen".to_owned())]);
}

#[test]
fn a_wiped_backend_is_remembered_by_the_next_start() {
    let world = World::new(32);
    let mut a = world.client("a");
    for n in 0..20 {
        a.act(C, &format!("i{n}"), start_contact()).unwrap();
    }
    a.rest();
    *world.server.borrow_mut() = Server::new(world.true_ms.clone());
    a.syncer.pull_soon();
    // As soon as the backend has said that the cursor is none of its own.
    while a.ledger.replica().cursor(C).is_some() {
        assert_eq!(a.step(), Step::Worked);
    }
    a.crash();
    assert_eq!(a.ledger.replica().len(C), 20);
    a.rest();
    assert!(a.syncer.status().emptied, "a backend that shows nothing at all is not believed");
    a.crash();
    a.rest();
    assert!(a.syncer.status().emptied, "nor by a later start");

    world.server.borrow_mut().write("cases", "case-1", json!({"deleted": false}));
    world.true_ms.set(world.true_ms.get() + 600_000);
    a.rest();
    assert!(!a.syncer.status().emptied);
    assert_eq!(a.ledger.replica().documents(C).count(), 0, "what the backend does not know when asked is gone");
    let listed = a.line.sent.borrow().len();
    a.crash();
    a.rest();
    let asked = a.line.sent.borrow()[listed..].iter().filter(|r| r.url.contains("/i0")).count();
    assert_eq!(asked, 0, "and not asked for again");
}

#[test]
fn a_store_that_was_emptied_gets_everything_back() {
    let world = World::new(31);
    let mut a = world.client("a");
    a.act(C, "i1", start_contact()).unwrap();
    a.rest();
    a.line.up.set(false);
    let waiting = a.act(C, "i1", topic("x")).unwrap();
    let before = now(a.store.load()).unwrap();
    a.store.empty();
    assert!(now(a.store.load()).unwrap().docs.is_empty());
    now(a.ledger.save_all()).unwrap();
    let after = now(a.store.load()).unwrap();
    assert_eq!((after.docs, after.outbox, after.cursors), (before.docs, before.outbox, before.cursors));
    a.crash();
    a.line.up.set(true);
    assert_eq!(a.state(&waiting), Some(ItemState::Queued));
    a.rest();
    assert_eq!(of(&a.document(C, "i1").unwrap()).topic, "x");
    assert_eq!(world.server.borrow().journal(C, "i1").len(), 2);
}
