//! Several tabs of one person on one store: all take acts, one sends, and none undoes another's work.
#![allow(clippy::unwrap_used)]

mod support;

use std::cell::RefCell;
use std::rc::Rc;

use baton_engine::model::Collection;
use baton_sync::{Command, ItemState, Ledger, MemoryStore, Step};
use support::{World, now, policies, start_contact, topic};

const C: Collection = Collection::Interactions;

fn second_tab(store: &MemoryStore) -> Rc<Ledger<MemoryStore>> {
    Rc::new(now(Ledger::open(store.clone(), policies())).unwrap())
}

#[test]
fn what_a_tab_takes_the_leading_tab_sends() {
    let world = World::new(1);
    let a = world.client("a");
    let tab = second_tab(&a.store);
    assert!(!tab.is_leading());
    let notices = Rc::new(RefCell::new(Vec::new()));
    let heard = notices.clone();
    tab.on_commit(move |notice| heard.borrow_mut().push(notice.clone()));
    let entry = a.entry(start_contact());
    now(tab.act(vec![Command { collection: C, id: "i1".into(), entry }])).unwrap();
    assert_eq!(a.document(C, "i1"), None);
    now(a.ledger.heard(&notices.borrow()[0])).unwrap();
    assert!(a.document(C, "i1").is_some());
    a.rest();
    assert_eq!(world.server.borrow().writes, [201]);
    // The hint of the other direction is lost: refreshing makes up for it.
    assert_eq!(tab.replica().counts().queued, 1);
    now(tab.refresh()).unwrap();
    assert_eq!(tab.replica().counts().queued, 0);
    assert_eq!(tab.replica().document(C, "i1"), a.ledger.replica().document(C, "i1"));
}

#[test]
fn a_tab_that_lost_the_lead_moves_nothing() {
    let world = World::new(2);
    let a = world.client("a");
    a.act(C, "i1", start_contact()).unwrap();
    let tab = second_tab(&a.store);
    now(tab.take_lead("other".into())).unwrap();
    // The frozen leader wakes up and sends: the backend takes it, the store does not take the answer from here.
    assert_eq!(a.step(), Step::Worked);
    assert_eq!(a.step(), Step::NotLeading);
    assert!(!a.ledger.is_leading());
    assert_eq!(tab.replica().counts().queued, 1, "for the new leader the outcome is still open");
    // It can still take work.
    a.act(C, "i1", topic("x")).unwrap();
    now(tab.refresh()).unwrap();
    assert_eq!(tab.replica().counts().queued, 2);
}

#[test]
fn a_slow_tab_does_not_bring_back_what_is_done() {
    let world = World::new(3);
    let (a, b) = (world.client("a"), world.client("b"));
    a.act(C, "i1", start_contact()).unwrap();
    world.rest(&[&a, &b]);
    b.act(C, "i1", baton_engine::model::Intent::AcceptInteraction).unwrap();
    b.rest();
    let entry = a.act(C, "i1", baton_engine::model::Intent::AcceptInteraction).unwrap();
    a.rest();
    let slow = second_tab(&a.store);
    assert!(matches!(slow.replica().item(&entry).unwrap().state, ItemState::Refused { .. }));
    now(a.ledger.discard(&entry)).unwrap();
    now(slow.retry(&entry)).unwrap();
    now(slow.refresh()).unwrap();
    assert!(slow.replica().item(&entry).is_none(), "discarded elsewhere, it stays discarded");
}
