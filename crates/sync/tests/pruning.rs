//! A device that is short of room drops what is finished, and nothing else; what is wanted again comes back.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::Arc;

use baton_engine::model::{Channel, Collection, CustomerRef, Document, Intent};
use baton_engine::time::Timestamp;
use baton_sync::{Command, ItemState, Ledger};
use support::{Client, World, note, now, policies};

const C: Collection = Collection::Cases;

fn open_case() -> Intent {
    Intent::OpenCase {
        title: "视频无法播放".into(),
        description: String::new(),
        category: "DATA_SERVICE".into(),
        channel: Channel::Voice,
        customer: CustomerRef { number: "13900003311".into(), ..CustomerRef::default() },
        policy: policies().in_force().unwrap().pin(),
        links: Vec::new(),
        interaction: None,
    }
}

fn is_open(document: Option<Arc<Document>>) -> Option<bool> {
    document.map(|document| !document.is_finished())
}

/// One case is finished, one is open, one is finished and something waits on it.
fn furnished(world: &World) -> Client {
    let a = world.client("a");
    for id in ["done", "open", "waits"] {
        a.act(C, id, open_case()).unwrap();
    }
    for id in ["done", "waits"] {
        a.act(C, id, Intent::AnswerCustomer { text: "已恢复".into() }).unwrap();
        a.act(C, id, Intent::CloseCase { note: String::new() }).unwrap();
    }
    a.rest();
    a.line.up.set(false);
    a.act(C, "waits", note("still")).unwrap();
    a
}

fn later(world: &World) -> Timestamp {
    Timestamp::from_millis(world.true_ms.get() + 1)
}

#[test]
fn only_what_is_finished_and_lies_at_the_backend_is_dropped() {
    let world = World::new(1);
    let mut a = furnished(&world);
    assert_eq!(now(a.ledger.prune(Timestamp::from_millis(0))), Ok(0), "it was touched since");
    assert_eq!(now(a.ledger.prune(later(&world))), Ok(1));
    assert_eq!(is_open(a.document(C, "done")), None);
    assert_eq!(is_open(a.document(C, "open")), Some(true));
    assert_eq!(is_open(a.document(C, "waits")), Some(false));
    assert!(a.ledger.replica().is_pruned(C, "done"));
    assert!(a.ledger.replica().faults().is_empty());
    a.crash();
    assert_eq!((a.ledger.replica().pruned(), is_open(a.document(C, "done"))), (1, None), "also after a restart");
    a.line.up.set(true);
    a.rest();
    assert_eq!(a.ledger.replica().counts().queued, 0);
}

#[test]
fn it_comes_back_when_it_changes_or_is_wanted() {
    let world = World::new(2);
    let (a, b) = (furnished(&world), world.client("b"));
    a.line.up.set(true);
    a.rest();
    b.rest();
    assert_eq!(now(a.ledger.prune(later(&world))), Ok(2));
    a.syncer.pull_soon();
    a.rest();
    assert_eq!(a.ledger.replica().pruned(), 2, "a list alone brings nothing back");
    b.act(C, "done", note("one more word")).unwrap();
    b.rest();
    a.syncer.pull_soon();
    a.rest();
    assert_eq!(is_open(a.document(C, "done")), Some(false));
    a.syncer.bring_back((C, "waits".into()));
    a.rest();
    assert_eq!(is_open(a.document(C, "waits")), Some(false));
    assert_eq!(a.ledger.replica().pruned(), 0);
}

#[test]
fn what_another_tab_does_with_it_is_decided_on_the_whole() {
    let world = World::new(3);
    let a = furnished(&world);
    a.line.up.set(true);
    a.rest();
    let tab = now(Ledger::open(a.store.clone(), policies())).unwrap();
    assert_eq!(now(tab.prune(later(&world))), Ok(0), "it does not lead");
    assert_eq!(now(a.ledger.prune(later(&world))), Ok(2));
    // The other tab has not heard of it.
    let entry = a.entry(note("from the other tab"));
    now(tab.act(vec![Command { collection: C, id: "done".into(), entry: entry.clone() }])).unwrap();
    now(a.ledger.refresh()).unwrap();
    assert_eq!(a.state(&entry.id), Some(ItemState::Queued));
    a.rest();
    assert_eq!(a.state(&entry.id), None);
    assert!(world.server.borrow().journal(C, "done").contains(&entry.id));
}
