//! The browser adapters in a real browser: IndexedDB, tabs, fetch. Run by wasm-bindgen-test-runner.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used)]

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use baton::net::{BrowserClock, BrowserRng, DeskNet, FetchNet, Runner, session};
use baton::store::{DeskStore, IdbStore, Tabs, Word, database_name};
use baton_engine::model::{Actor, Channel, Collection, CustomerRef, Direction, Entry, Intent};
use baton_engine::policy::Policies;
use baton_engine::time::Timestamp;
use baton_sync::net::{Clock, Net, Request, Rng};
use baton_sync::{Command, Connector, ItemState, Ledger, Syncer};
use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

#[path = "browser/seal.rs"]
mod seal;
#[path = "browser/store.rs"]
mod store;

wasm_bindgen_test_configure!(run_in_browser);

/// A name that no other test uses.
fn name() -> String {
    database_name("test", &format!("{:016x}", BrowserRng.next_u64()))
}

/// Waits until the condition holds; fails after five seconds.
async fn until(condition: impl Fn() -> bool) {
    for _ in 0..500 {
        if condition() {
            return;
        }
        TimeoutFuture::new(10).await;
    }
    panic!("it never came true");
}

#[wasm_bindgen_test]
async fn two_people_have_two_databases() {
    assert_ne!(database_name("a", "b/c"), database_name("a/b", "c"));
    let (store, problem) = DeskStore::open("test", &format!("{:x}", BrowserRng.next_u64())).await;
    assert!(store.is_durable() && problem.is_none());
}

async fn ledger(name: &str) -> Rc<Ledger<IdbStore>> {
    Rc::new(Ledger::open(IdbStore::open(name.into()).await.unwrap(), Arc::new(Policies::default())).await.unwrap())
}

fn command(entry: &str, id: &str) -> Command {
    let intent = Intent::StartInteraction {
        channel: Channel::Voice,
        direction: Direction::Inbound,
        customer: CustomerRef::default(),
        reason: "慢".into(),
        desk: String::new(),
        answered: false,
    };
    let at = Timestamp::from_millis(BrowserClock.now_ms());
    let entry = Entry { id: entry.into(), at, by: Actor::default(), intent };
    Command { collection: Collection::Interactions, id: id.into(), entry }
}

#[wasm_bindgen_test]
async fn an_acknowledged_act_is_there_after_the_tab_is_gone() {
    let name = name();
    let first = ledger(&name).await;
    first.act(vec![command("e1", "i1"), command("e2", "i2")]).await.unwrap();
    let seen = first.replica().document(Collection::Interactions, "i1").cloned();
    drop(first);
    let second = ledger(&name).await;
    assert!(seen.is_some());
    assert_eq!(second.replica().document(Collection::Interactions, "i1").cloned(), seen);
    assert_eq!(second.replica().counts().queued, 2);
}

/// A tab that notes when it leads (true) and when the lead was taken from it.
fn join(name: &str, heard: Rc<Cell<usize>>) -> (Tabs, Rc<RefCell<Vec<bool>>>) {
    let leads = Rc::new(RefCell::new(Vec::new()));
    let noted = leads.clone();
    let tabs = Tabs::join(
        name,
        move |leads| noted.borrow_mut().push(leads),
        move |word| {
            if let Word::Changed(notice) = word {
                heard.set(heard.get() + notice.docs.len());
            }
        },
    );
    (tabs, leads)
}

#[wasm_bindgen_test]
async fn one_tab_leads_and_the_others_hear_and_inherit() {
    let name = name();
    let heard = Rc::new(Cell::new(0));
    let (first, first_leads) = join(&name, heard.clone());
    until(|| *first_leads.borrow() == [true]).await;
    let (second, second_leads) = join(&name, heard.clone());
    let ledger = ledger(&name).await;
    let notices = Rc::new(RefCell::new(Vec::new()));
    let told = notices.clone();
    ledger.on_commit(move |notice| told.borrow_mut().push(notice.clone()));
    ledger.act(vec![command("e1", "i1")]).await.unwrap();
    second.tell(&notices.borrow()[0]);
    until(|| heard.get() == 1).await;
    assert!(second_leads.borrow().is_empty());
    drop(first);
    until(|| *second_leads.borrow() == [true]).await;
    assert_eq!(*first_leads.borrow(), [true]);
}

#[wasm_bindgen_test]
async fn a_leader_that_answers_keeps_the_lead() {
    let name = name();
    let (_first, first_leads) = join(&name, Rc::default());
    until(|| *first_leads.borrow() == [true]).await;
    let (second, second_leads) = join(&name, Rc::default());
    // A third tab on the same channel hears the answers, too: each has come when it has come there.
    let answers = js_sys::Function::new_with_args(
        "name",
        "globalThis.answers = 0; new BroadcastChannel(name).onmessage = (e) => { if (e.data.startsWith('here')) globalThis.answers += 1; };",
    );
    answers.call1(&JsValue::NULL, &name.as_str().into()).unwrap();
    let count = js_sys::Function::new_no_args("return globalThis.answers");
    for asked in 1..=3 {
        second.look_for_leader();
        until(|| count.call0(&JsValue::NULL).unwrap() == f64::from(asked)).await;
    }
    assert!(second_leads.borrow().is_empty());
    assert_eq!(*first_leads.borrow(), [true]);
}

#[wasm_bindgen_test]
async fn a_frozen_leader_loses_the_lead_and_notices_when_it_thaws() {
    let name = name();
    // A tab that holds the lock and answers nobody; what its promise says comes when it thaws.
    let frozen = js_sys::Function::new_with_args(
        "name",
        "globalThis.thawed = ''; return new Promise((yes) => navigator.locks.request(name, () => { yes(); return new Promise(() => {}); })
            .catch((e) => { globalThis.thawed = e.name; }));",
    );
    let holds: js_sys::Promise = frozen.call1(&JsValue::NULL, &name.as_str().into()).unwrap().unchecked_into();
    wasm_bindgen_futures::JsFuture::from(holds).await.unwrap();
    let (first, first_leads) = join(&name, Rc::default());
    first.look_for_leader();
    first.look_for_leader();
    assert!(first_leads.borrow().is_empty());
    // The time that a leader has to answer in is over.
    let later = "const now = performance.now; performance.now = function () { return now.call(performance) + 60000; };
        globalThis.backInTime = () => { performance.now = now; };";
    js_sys::Function::new_no_args(later).call0(&JsValue::NULL).unwrap();
    first.look_for_leader();
    js_sys::Function::new_no_args("globalThis.backInTime()").call0(&JsValue::NULL).unwrap();
    until(|| *first_leads.borrow() == [true]).await;
    let thawed = js_sys::Function::new_no_args("return globalThis.thawed");
    until(|| thawed.call0(&JsValue::NULL).unwrap() == "AbortError").await;
    // The same happens to one of ours: it hears of it, and is next in the queue again.
    let steal = js_sys::Function::new_with_args(
        "name",
        "navigator.locks.request(name, { steal: true }, () => new Promise((yes) => { globalThis.giveBack = yes; })); ",
    );
    steal.call1(&JsValue::NULL, &name.as_str().into()).unwrap();
    until(|| *first_leads.borrow() == [true, false]).await;
    js_sys::Function::new_no_args("globalThis.giveBack()").call0(&JsValue::NULL).unwrap();
    until(|| *first_leads.borrow() == [true, false, true]).await;
}

#[wasm_bindgen_test]
async fn answers_of_any_status_are_answers_and_silence_is_an_error() {
    let get = |url: &str| Request { method: "GET".into(), url: url.into(), headers: Vec::new(), body: None };
    let missing = FetchNet.send(get("/no/such/thing")).await.unwrap();
    assert_eq!(missing.status, 404);
    assert!(FetchNet.send(get("http://127.0.0.1:9/")).await.is_err());
    assert!(session::current(&FetchNet).await.is_err());
}

/// A tab with its loop. The test's page has no backend: every address answers 404, which makes an act a dead letter.
async fn tab(person: &str) -> (Rc<Ledger<DeskStore>>, Rc<Runner>) {
    let (store, problem) = DeskStore::open("test", person).await;
    assert_eq!(problem, None);
    let ledger = Rc::new(Ledger::open(store, Arc::new(Policies::default())).await.unwrap());
    let connector = Connector::read(include_str!("../public/connector/baton.json")).unwrap();
    let syncer = Syncer::new(ledger.clone(), connector, DeskNet::default(), BrowserClock, BrowserRng, person.into());
    let runner = Runner::start(ledger.clone(), syncer, &database_name("test", person), |_| {});
    (ledger, runner)
}

#[wasm_bindgen_test]
async fn the_loop_sends_for_all_tabs_and_another_tab_takes_over() {
    let person = format!("{:x}", BrowserRng.next_u64());
    let (first, runner) = tab(&person).await;
    until(|| first.is_leading()).await;
    let (second, _second_runner) = tab(&person).await;
    let dead = |ledger: &Ledger<DeskStore>, entry: &str| {
        matches!(ledger.replica().item(entry).map(|i| &i.state), Some(ItemState::Dead { .. }))
    };
    // Taken in the second tab, sent by the first, and both see what became of it.
    second.act(vec![command("e1", "i1")]).await.unwrap();
    until(|| dead(&first, "e1") && dead(&second, "e1")).await;
    assert!(!second.is_leading());
    runner.stop();
    until(|| second.is_leading()).await;
    second.act(vec![command("e2", "i2")]).await.unwrap();
    until(|| dead(&second, "e2")).await;
    second.discard("e1").await.unwrap();
    assert!(second.replica().item("e1").is_none());
}
