//! The store in a real IndexedDB: what is stored, what is not, and what happens when the browser misbehaves.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use baton::net::within;
use baton::store::{IdbStore, StoreWord, delete_database};
use baton_sync::store::{Batch, DocRecord, ItemRecord, Store, StoreError};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use super::name;

pub fn doc(id: &str) -> DocRecord {
    let raw = format!("{{\"id\": \"{id}\",\n \"x\": \"中文\"}}");
    DocRecord {
        collection: "cases".into(),
        id: id.into(),
        rev: "1".into(),
        order: Some(9),
        deleted: false,
        stamp_ms: Some(1),
        raw: raw.into(),
    }
}

pub fn item(id: &str, text: &str) -> ItemRecord {
    ItemRecord { id: id.into(), text: text.into() }
}

/// A page of documents `cases/<n>` of that revision.
pub fn page(ids: std::ops::Range<usize>, rev: &str) -> Batch {
    let docs = ids.map(|n| DocRecord { rev: rev.into(), ..doc(&n.to_string()) }).collect();
    Batch { docs, ..Batch::default() }
}

/// Runs a script with the name of a database; `open(version, upgrade)` gives a connection, `done(request)` its value.
pub async fn script(name: &str, body: &str) -> JsValue {
    let helpers = "const done = (r) => new Promise((yes, no) => { r.onsuccess = () => yes(r.result); r.onerror = () => no(r.error); });
        const open = (version, upgrade) => { const r = indexedDB.open(name, version); r.onupgradeneeded = () => upgrade && upgrade(r.result); return done(r); };";
    let function = Function::new_with_args("name", &format!("return (async () => {{ {helpers} {body} }})()"));
    let promise: Promise = function.call1(&JsValue::NULL, &name.into()).unwrap().unchecked_into();
    JsFuture::from(promise).await.unwrap()
}

/// While it lives, a method on the store `store` of any database runs `instead`, in which `this` is the object store.
pub struct Broken(&'static str);

impl Broken {
    pub fn put(store: &str, instead: &str) -> Broken {
        Broken::method("put", store, instead)
    }

    pub fn method(name: &'static str, store: &str, instead: &str) -> Broken {
        let body = format!(
            "const whole = IDBObjectStore.prototype.{name}; globalThis.mended = whole;
             IDBObjectStore.prototype.{name} = function (...all) {{ if (this.name !== {store:?}) return whole.apply(this, all); {instead} }};"
        );
        Function::new_no_args(&body).call0(&JsValue::NULL).unwrap();
        Broken(name)
    }
}

impl Drop for Broken {
    fn drop(&mut self) {
        let mend = Function::new_no_args(&format!("IDBObjectStore.prototype.{} = globalThis.mended", self.0));
        mend.call0(&JsValue::NULL).unwrap();
    }
}

/// Everything that the stream of portions gives: key → revisions.
pub async fn stream(store: &IdbStore, mut from: Option<u64>) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    loop {
        let portion = store.portion(from).await.unwrap();
        for doc in portion.docs {
            all.entry(doc.id).or_default().push(doc.rev);
        }
        from = portion.next;
        if from.is_none() {
            return all;
        }
    }
}

#[wasm_bindgen_test]
async fn a_batch_is_there_after_opening_again() {
    let name = name();
    let store = IdbStore::open(name.clone()).await.unwrap();
    let batch = Batch {
        docs: vec![doc("c1"), doc("c2")],
        insert: vec![item("e1", "one"), item("e2", "two")],
        cursors: vec![("cases".into(), Some("17".into()))],
        ..Batch::default()
    };
    assert_eq!(store.commit(batch).await, Ok(1));
    let batch = Batch {
        update: vec![item("e2", "zwei"), item("e9", "never there")],
        remove: vec!["e1".into()],
        ..Batch::default()
    };
    assert_eq!(store.commit(batch).await, Ok(2));
    store.put_draft("case/c1", "half a sen").await.unwrap();
    let again = IdbStore::open(name).await.unwrap();
    let snapshot = again.load().await.unwrap();
    assert_eq!(snapshot.docs, [doc("c1"), doc("c2")]);
    assert_eq!(snapshot.outbox, [item("e2", "zwei")]);
    assert_eq!(snapshot.cursors, [("cases".to_owned(), "17".to_owned())]);
    assert_eq!(snapshot.version, 2);
    let some = again.load_some(&[("cases".into(), "c2".into()), ("cases".into(), "none".into())]).await.unwrap();
    assert_eq!((some.docs, some.outbox.len()), (vec![doc("c2")], 1));
    assert_eq!(again.drafts().await.unwrap(), [("case/c1".to_owned(), "half a sen".to_owned())]);
    again.remove_draft("case/c1").await.unwrap();
    assert!(again.drafts().await.unwrap().is_empty());
}

#[wasm_bindgen_test]
async fn a_batch_behind_the_fence_stores_nothing() {
    let store = IdbStore::open(name()).await.unwrap();
    store.take_lead("mine").await.unwrap();
    let batch = |fence: &str, id: &str| Batch {
        docs: vec![doc(id)],
        insert: vec![item(id, "x")],
        fence: Some(fence.into()),
        ..Batch::default()
    };
    assert_eq!(store.commit(batch("mine", "c1")).await, Ok(1));
    assert_eq!(store.commit(batch("theirs", "c2")).await, Err(StoreError::Fenced));
    let snapshot = store.load().await.unwrap();
    assert_eq!((snapshot.docs.len(), snapshot.outbox.len(), snapshot.version), (1, 1, 1));
}

#[wasm_bindgen_test]
async fn wiping_keeps_unsent_work_and_drafts_unless_told_otherwise() {
    let store = IdbStore::open(name()).await.unwrap();
    store.take_lead("mine").await.unwrap();
    let batch = Batch {
        docs: vec![doc("c1"), doc("c2")],
        insert: vec![item("e1", r#"{"v":7,"collection":"cases","doc":"c2"}"#), item("e2", "nonsense")],
        cursors: vec![("cases".into(), Some("1".into()))],
        ..Batch::default()
    };
    store.commit(batch).await.unwrap();
    store.put_draft("d", "x").await.unwrap();
    store.wipe(false).await.unwrap();
    let snapshot = store.load().await.unwrap();
    assert_eq!((snapshot.docs, snapshot.cursors.len(), snapshot.outbox.len()), (vec![doc("c2")], 0, 2));
    assert_eq!(store.open().await.unwrap().docs, [doc("c2")]);
    assert_eq!(store.drafts().await.unwrap().len(), 1);
    // An answer that was still under way comes too late.
    let late = Batch { docs: vec![doc("c1")], fence: Some("mine".into()), ..Batch::default() };
    assert_eq!(store.commit(late).await, Err(StoreError::Fenced));
    store.wipe(true).await.unwrap();
    assert_eq!(store.load().await.unwrap(), Default::default());
    assert!(store.drafts().await.unwrap().is_empty());
}

#[wasm_bindgen_test]
async fn the_front_comes_at_once_and_the_rest_in_portions_each_document_once() {
    let name = name();
    let store = IdbStore::open(name.clone()).await.unwrap();
    for start in (0..5_000).step_by(500) {
        store.commit(page(start..start + 500, "1")).await.unwrap();
    }
    assert_eq!(store.load().await.unwrap().docs.len(), 5_000);
    store.put_front(page(10..13, "1").docs).await.unwrap();
    // One of them, and another, are written again after that.
    store.commit(page(12..14, "2")).await.unwrap();
    let waiting = item("e1", r#"{"collection":"cases","doc":"77"}"#);
    store.commit(Batch { insert: vec![waiting.clone()], ..Batch::default() }).await.unwrap();

    let again = IdbStore::open(name).await.unwrap();
    let front = again.open().await.unwrap();
    assert!(front.partial);
    let mut seen: Vec<(&str, &str)> = front.docs.iter().map(|d| (d.id.as_str(), d.rev.as_str())).collect();
    seen.sort_unstable();
    // The front, what is newer than it, and what unsent work is about.
    assert_eq!(seen, [("10", "1"), ("11", "1"), ("12", "2"), ("13", "2"), ("77", "1")]);
    assert_eq!((front.outbox, front.version), (vec![waiting], 12));
    let all = stream(&again, None).await;
    assert_eq!(all.len(), 5_000);
    for (id, revs) in all {
        let expected = if id == "12" || id == "13" { "2" } else { "1" };
        assert_eq!(revs, [expected], "{id}");
    }
    // A small store gives everything at once.
    let small = IdbStore::open(super::name()).await.unwrap();
    small.commit(page(0..3, "1")).await.unwrap();
    let all = small.open().await.unwrap();
    assert_eq!((all.docs.len(), all.partial), (3, false));
}

#[wasm_bindgen_test]
async fn what_moves_while_the_portions_stream_still_comes_once() {
    let name = name();
    let store = IdbStore::open(name.clone()).await.unwrap();
    for start in (0..6_000).step_by(300) {
        store.commit(page(start..start + 300, "1")).await.unwrap();
    }
    let first = store.portion(None).await.unwrap();
    assert!(first.next.is_some() && first.docs.len() < 6_000);
    // Another tab makes other segments of those that were not given yet, and of those that were.
    let other = IdbStore::open(name).await.unwrap();
    other.load().await.unwrap();
    while other.merge().await.unwrap() {}
    // And a document that was not given yet is written again.
    other.commit(page(0..1, "2")).await.unwrap();
    let mut all = stream(&store, first.next).await;
    for doc in first.docs {
        all.entry(doc.id).or_default().push(doc.rev);
    }
    assert_eq!(all.len(), 6_000);
    assert_eq!(all["0"], ["2"]);
    assert!(all.values().all(|revs| revs.len() == 1));
}

#[wasm_bindgen_test]
async fn small_segments_become_one_and_a_torn_merge_changes_nothing() {
    let name = name();
    let store = IdbStore::open(name.clone()).await.unwrap();
    for n in 0..40 {
        store.commit(page(n % 20..n % 20 + 1, &n.to_string())).await.unwrap();
    }
    let before = store.load().await.unwrap();
    let count = "const d = await open(); const n = await done(d.transaction('segments').objectStore('segments').count()); d.close(); return n;";
    assert_eq!(script(&name, count).await, 40.0);
    let broken = Broken::put("texts", "this.transaction.abort(); return whole.apply(this, all);");
    assert!(store.merge().await.is_err());
    drop(broken);
    assert_eq!(script(&name, count).await, 40.0);
    assert_eq!(store.load().await.unwrap(), before);
    while store.merge().await.unwrap() {}
    assert_eq!(script(&name, count).await, 1.0);
    let again = IdbStore::open(name).await.unwrap();
    let mut after = again.load().await.unwrap();
    after.docs.sort_by_key(|doc| doc.id.parse::<usize>().unwrap());
    assert_eq!(after.docs.iter().map(|d| d.rev.parse().unwrap()).collect::<Vec<usize>>(), (20..40).collect::<Vec<_>>());
    assert_eq!(after.version, 40);
}

#[wasm_bindgen_test]
async fn a_torn_commit_stores_nothing_of_it() {
    let store = IdbStore::open(name()).await.unwrap();
    store.commit(page(0..1, "1")).await.unwrap();
    let before = store.load().await.unwrap();
    let batch = || Batch {
        insert: vec![item("e1", "x")],
        cursors: vec![("cases".into(), Some("9".into()))],
        ..page(0..2, "2")
    };
    for instead in [
        "throw new DOMException('broken', 'DataError');",
        "this.transaction.abort(); return whole.apply(this, all);",
        "const r = whole.apply(this, all); this.transaction.abort(); return r;",
        "return this.add(all[0], all[1] ?? 1) && this.add(all[0], all[1] ?? 1);",
    ] {
        for place in ["texts", "outbox", "cursors", "meta"] {
            let broken = Broken::put(place, instead);
            assert!(store.commit(batch()).await.is_err(), "{place}: {instead}");
            drop(broken);
            assert_eq!(store.load().await.unwrap(), before, "{place}: {instead}");
        }
    }
    assert_eq!(store.commit(batch()).await, Ok(2));
}

#[wasm_bindgen_test]
async fn a_full_device_refuses_the_act_by_name() {
    let store = IdbStore::open(name()).await.unwrap();
    let broken = Broken::put("outbox", "throw new DOMException('no room', 'QuotaExceededError');");
    let act = || Batch { insert: vec![item("e1", "x")], ..Batch::default() };
    assert_eq!(store.commit(act()).await, Err(StoreError::Quota("no room".into())));
    drop(broken);
    assert_eq!(store.load().await.unwrap().outbox, []);
    assert_eq!(store.commit(act()).await, Ok(1));
}

#[wasm_bindgen_test]
async fn an_older_layout_is_carried_over_with_its_unsent_work() {
    let name = name();
    let old_item = r#"{"v":1,"seq":1,"collection":"cases","doc":"c1"}"#;
    let make = r#"
        const d = await open(1, (d) => ['docs', 'outbox', 'cursors', 'meta', 'drafts'].forEach((s) => d.createObjectStore(s)));
        const t = d.transaction(['docs', 'outbox', 'cursors', 'meta', 'drafts'], 'readwrite');
        for (let i = 0; i < 2500; i++)
            t.objectStore('docs').put(JSON.stringify(['cases', 'c' + i, '3', i, false, null]) + '\n{"id": "c' + i + '"}', 'cases/c' + i);
        t.objectStore('docs').put(42, 'nonsense');
        t.objectStore('outbox').put(JSON.stringify(['e1', ITEM]), 'e1');
        t.objectStore('cursors').put(JSON.stringify(['cases', '2500']), 'cases');
        t.objectStore('meta').put('7', 'version');
        t.objectStore('meta').put('mine', 'fence');
        t.objectStore('drafts').put(JSON.stringify(['case/c1', 'half']), 'case/c1');
        await new Promise((yes) => { t.oncomplete = yes; });
        d.close();"#;
    script(&name, &make.replace("ITEM", &format!("{old_item:?}"))).await;
    let store = IdbStore::open(name).await.unwrap();
    let snapshot = store.load().await.unwrap();
    assert_eq!(snapshot.docs.len(), 2_500);
    let c7 = snapshot.docs.iter().find(|d| d.id == "c7").unwrap();
    assert_eq!((c7.rev.as_str(), c7.order, c7.stamp_ms, &*c7.raw), ("3", Some(7), None, r#"{"id": "c7"}"#));
    assert_eq!(snapshot.outbox, [item("e1", old_item)]);
    assert_eq!(snapshot.cursors, [("cases".to_owned(), "2500".to_owned())]);
    assert_eq!(store.drafts().await.unwrap(), [("case/c1".to_owned(), "half".to_owned())]);
    assert_eq!(store.commit(Batch { fence: Some("mine".into()), ..page(0..1, "1") }).await, Ok(8));
}

#[wasm_bindgen_test]
async fn an_upgrade_that_breaks_leaves_the_old_layout() {
    let name = name();
    let make = "const d = await open(1, (d) => { d.createObjectStore('docs').put('[\"cases\",\"c1\",\"3\",1,false,null]\\n{}', 'cases/c1'); d.createObjectStore('outbox').put('[\"e1\",\"x\"]', 'e1'); }); d.close();";
    script(&name, make).await;
    let broken = Broken::put("texts", "throw new DOMException('no room', 'QuotaExceededError');");
    assert!(IdbStore::open(name.clone()).await.is_err());
    drop(broken);
    let store = IdbStore::open(name).await.unwrap();
    let snapshot = store.load().await.unwrap();
    assert_eq!((snapshot.docs.len(), snapshot.outbox), (1, vec![item("e1", "x")]));
}

#[wasm_bindgen_test]
async fn a_dead_connection_is_opened_again_once() {
    let store = IdbStore::open(name()).await.unwrap();
    store.commit(page(0..1, "1")).await.unwrap();
    let kill = "const begin = IDBDatabase.prototype.transaction;
        IDBDatabase.prototype.transaction = function (...all) {
            IDBDatabase.prototype.transaction = begin; this.close(); return begin.apply(this, all); };";
    Function::new_no_args(kill).call0(&JsValue::NULL).unwrap();
    assert_eq!(store.commit(page(1..2, "1")).await, Ok(2));
    assert_eq!(store.load().await.unwrap().docs.len(), 2);
}

#[wasm_bindgen_test]
async fn a_newer_version_of_the_app_gets_the_storage_and_the_person_is_told() {
    let name = name();
    let store = IdbStore::open(name.clone()).await.unwrap();
    store.commit(page(0..1, "1")).await.unwrap();
    let words = Rc::new(RefCell::new(Vec::new()));
    let told = words.clone();
    store.on_word(move |word| told.borrow_mut().push(word));
    // It would wait for ever if the store held on.
    script(&name, "(await open(99)).close();").await;
    assert_eq!(*words.borrow(), [StoreWord::Outdated]);
    assert!(matches!(store.commit(page(1..2, "1")).await, Err(StoreError::Failed(why)) if why.contains("reload")));
    // And one that starts only now says so, too.
    assert!(IdbStore::open(name).await.is_err());
}

#[wasm_bindgen_test]
async fn a_copy_that_the_browser_has_thrown_away_is_missed() {
    let name = name();
    let store = IdbStore::open(name.clone()).await.unwrap();
    assert_eq!(store.lost(), None);
    store.commit(Batch { insert: vec![item("e1", "x"), item("e2", "x")], ..Batch::default() }).await.unwrap();
    store.commit(Batch { remove: vec!["e1".into()], ..Batch::default() }).await.unwrap();
    let words = Rc::new(RefCell::new(Vec::new()));
    let told = words.clone();
    store.on_word(move |word| told.borrow_mut().push(word));
    // Deleting needs every connection to close: a store that held on would block it.
    assert!(within(5_000, delete_database(&name)).await.is_some(), "blocked");
    // While the desk is open: nothing is stored beside what is gone.
    assert!(matches!(store.commit(page(0..1, "1")).await, Err(StoreError::Failed(_))));
    assert_eq!(*words.borrow(), [StoreWord::Lost { unsent: 1 }]);
    // At the next start: told once.
    assert_eq!(IdbStore::open(name.clone()).await.unwrap().lost(), Some(1));
    let again = IdbStore::open(name.clone()).await.unwrap();
    assert_eq!(again.lost(), None);
    // A wiped one is not missed.
    again.commit(page(0..1, "1")).await.unwrap();
    again.wipe(true).await.unwrap();
    assert_eq!(IdbStore::open(name).await.unwrap().lost(), None);
}

#[wasm_bindgen_test]
async fn a_damaged_segment_costs_its_documents_and_everything_is_listed_again() {
    let name = name();
    let store = IdbStore::open(name.clone()).await.unwrap();
    for start in (0..2_000).step_by(400) {
        store.commit(page(start..start + 400, "1")).await.unwrap();
    }
    store.commit(Batch { cursors: vec![("cases".into(), Some("9".into()))], ..Batch::default() }).await.unwrap();
    let damage =
        "const d = await open(); const t = d.transaction('texts', 'readwrite'); t.objectStore('texts').delete(1);
        await new Promise((yes) => { t.oncomplete = yes; }); d.close();";
    script(&name, damage).await;
    let store = IdbStore::open(name.clone()).await.unwrap();
    assert_eq!(store.open().await.unwrap().cursors.len(), 1);
    assert_eq!(stream(&store, None).await.len(), 1_600);
    // It is noted when the store is calm.
    for _ in 0..100 {
        if IdbStore::open(name.clone()).await.unwrap().open().await.unwrap().cursors.is_empty() {
            return;
        }
        TimeoutFuture::new(100).await;
    }
    panic!("the cursors stayed");
}

#[wasm_bindgen_test]
async fn reads_and_writes_at_the_same_time_do_not_disturb_each_other() {
    let store = Rc::new(IdbStore::open(name()).await.unwrap());
    let done = Rc::new(Cell::new(0));
    for n in 0..30 {
        let (store, done) = (store.clone(), done.clone());
        wasm_bindgen_futures::spawn_local(async move {
            match n % 3 {
                0 => drop(store.commit(page(n..n + 5, "1")).await.unwrap()),
                1 => drop(store.load_some(&[("cases".into(), n.to_string())]).await.unwrap()),
                _ => drop(store.portion(None).await.unwrap()),
            }
            done.set(done.get() + 1);
        });
    }
    super::until(|| done.get() == 30).await;
    assert_eq!(store.load().await.unwrap().version, 10);
}
