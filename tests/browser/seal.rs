//! Encryption at rest in a real browser: what lies in IndexedDB, who can read it, and what becomes of it at log-out.

use std::cell::RefCell;
use std::rc::Rc;

use baton::store::{DeskStore, IdbStore, database_name};
use baton_sync::store::{Batch, DocRecord, ItemRecord, Snapshot, Store, StoreError};
use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use wasm_bindgen_test::wasm_bindgen_test;

use super::store::{Broken, doc, item, page, script, stream};
use super::{name, until};

/// Stands for what nobody may find.
const MARK: &str = "13900001111何先生";

/// A page that may not use WebCrypto, while it lives.
struct NoCrypto;

impl NoCrypto {
    fn begin() -> NoCrypto {
        let hide = "Object.defineProperty(crypto, 'subtle', { value: undefined, configurable: true })";
        Function::new_no_args(hide).call0(&JsValue::NULL).unwrap();
        NoCrypto
    }
}

impl Drop for NoCrypto {
    fn drop(&mut self) {
        Function::new_no_args("delete crypto.subtle").call0(&JsValue::NULL).unwrap();
    }
}

fn marked(id: &str) -> DocRecord {
    DocRecord { rev: MARK.into(), raw: format!("{{\"id\": \"{id}\", \"customer\": \"{MARK}\"}}").into(), ..doc(id) }
}

fn entry(id: &str) -> ItemRecord {
    item(id, &format!(r#"{{"v":2,"collection":"cases","doc":"c1","note":"{MARK}"}}"#))
}

/// A document, an entry about it, a draft and a front, all with the mark.
async fn fill(store: &IdbStore) {
    let batch = Batch {
        docs: vec![marked("c1"), marked("c2")],
        insert: vec![entry("e1"), entry("e2")],
        cursors: vec![("cases".into(), Some("17".into()))],
        ..Batch::default()
    };
    store.commit(batch).await.unwrap();
    store.put_draft("intake/new/name", MARK).await.unwrap();
    store.put_front(vec![marked("c1")]).await.unwrap();
}

fn assert_is_full(snapshot: &Snapshot) {
    assert_eq!(snapshot.docs, [marked("c1"), marked("c2")]);
    assert_eq!(snapshot.outbox, [entry("e1"), entry("e2")]);
    assert_eq!(snapshot.cursors, [("cases".to_owned(), "17".to_owned())]);
}

/// Names of the stores in which the mark can be read, with a word for each store that has records.
async fn open_in(name: &str) -> (String, String) {
    let scan = "const plain = (_, v) => ArrayBuffer.isView(v) ? new TextDecoder().decode(v) : typeof v === 'bigint' ? String(v) : v;
        const d = await open(); const found = [], there = [];
        for (const s of d.objectStoreNames) {
            const store = d.transaction(s).objectStore(s);
            const all = [await done(store.getAll()), await done(store.getAllKeys())];
            if (all[1].length) there.push(s);
            if (JSON.stringify(all, plain).includes(MARK)) found.push(s);
        }
        d.close(); return found.join(' ') + '|' + there.join(' ');";
    let said = script(name, &scan.replace("MARK", &format!("{MARK:?}"))).await.as_string().unwrap();
    let (found, there) = said.split_once('|').unwrap();
    (found.to_owned(), there.to_owned())
}

/// Swaps the records of two keys of a store.
async fn swap(name: &str, store: &str, one: &str, two: &str) {
    let swap = format!(
        "const d = await open(); const s = d.transaction('{store}', 'readwrite').objectStore('{store}');
         const [a, b] = [await done(s.get({one})), await done(s.get({two}))];
         await done(s.put(a, {two})); await done(s.put(b, {one})); d.close();"
    );
    script(name, &swap).await;
}

/// How many different keys the records of outbox and segments were sealed with, and whether the database has a key.
async fn keys(name: &str) -> (f64, bool) {
    let count = "const d = await open(); const keys = new Set();
        for (const s of ['outbox', 'segments', 'texts', 'drafts', 'front'])
            for (const r of await done(d.transaction(s).objectStore(s).getAll())) keys.add(r.key);
        const kept = await done(d.transaction('seal').objectStore('seal').count()); d.close(); return [keys.size, kept > 0];";
    let said = js_sys::Array::from(&script(name, count).await);
    (said.get(0).as_f64().unwrap(), said.get(1).is_truthy())
}

#[wasm_bindgen_test]
async fn nothing_about_a_customer_lies_open_and_a_reload_reads_it() {
    let name = name();
    let store = IdbStore::open(name.clone()).await.unwrap();
    assert!(store.is_sealing());
    fill(&store).await;
    assert_eq!(open_in(&name).await, ("".into(), "cursors drafts front meta outbox seal segments texts".into()));
    let again = IdbStore::open(name.clone()).await.unwrap();
    assert_is_full(&again.load().await.unwrap());
    assert_eq!(again.drafts().await.unwrap(), [("intake/new/name".to_owned(), MARK.to_owned())]);
    assert_eq!(again.lost(), None);
    // Nor in what merging makes of it, and a script cannot have the key.
    for n in 0..20 {
        again.commit(Batch { docs: vec![marked(&n.to_string())], ..Batch::default() }).await.unwrap();
    }
    while again.merge().await.unwrap() {}
    assert_eq!(open_in(&name).await.0, "");
    assert_eq!(stream(&again, None).await.len(), 22);
    let steal = "const d = await open(); const { key } = await done(d.transaction('seal').objectStore('seal').get('only')); d.close();
        return crypto.subtle.exportKey('raw', key).then(() => 'stolen', (e) => e.name);";
    assert_eq!(script(&name, steal).await, "InvalidAccessError");
}

#[wasm_bindgen_test]
async fn no_two_records_have_the_same_iv() {
    let name = name();
    let store = IdbStore::open(name.clone()).await.unwrap();
    for _ in 0..20 {
        store.put_draft("d", "the same").await.unwrap();
        store.commit(Batch { docs: vec![doc("same")], insert: vec![entry("e")], ..Batch::default() }).await.unwrap();
    }
    let ivs = "const d = await open(); const ivs = [];
        for (const s of ['outbox', 'segments', 'texts', 'drafts'])
            for (const r of await done(d.transaction(s).objectStore(s).getAll())) ivs.push(r.iv.join());
        d.close(); return new Set(ivs).size === ivs.length && ivs.length;";
    assert_eq!(script(&name, ivs).await, 42.0);
}

#[wasm_bindgen_test]
async fn where_a_page_may_not_seal_it_goes_on_and_says_so_and_seals_when_it_may() {
    let name = name();
    let none = NoCrypto::begin();
    let store = IdbStore::open(name.clone()).await.unwrap();
    assert!(!store.is_sealing());
    fill(&store).await;
    // The scan finds what lies open: otherwise it would prove nothing.
    assert_eq!(open_in(&name).await.0, "drafts front outbox segments texts");
    let again = IdbStore::open(name.clone()).await.unwrap();
    assert!(!again.is_sealing());
    assert_is_full(&again.load().await.unwrap());
    drop(none);
    let sealed = IdbStore::open(name.clone()).await.unwrap();
    assert!(sealed.is_sealing());
    assert_eq!(open_in(&name).await.0, "");
    assert_is_full(&sealed.load().await.unwrap());
    assert_eq!(sealed.drafts().await.unwrap().len(), 1);
    // One that had opened it before takes the key, too.
    again.commit(Batch { insert: vec![entry("e3")], ..Batch::default() }).await.unwrap();
    again.put_draft("intake/new/class", MARK).await.unwrap();
    assert_eq!(open_in(&name).await.0, "");
    assert_eq!(sealed.load().await.unwrap().outbox.len(), 3);
    // And one that may not open it says why, and changes nothing.
    let none = NoCrypto::begin();
    assert!(matches!(IdbStore::open(name.clone()).await, Err(StoreError::Failed(why)) if why.contains("HTTPS")));
    drop(none);
    assert_eq!(IdbStore::open(name).await.unwrap().load().await.unwrap().outbox.len(), 3);
}

#[wasm_bindgen_test]
async fn a_browser_that_cannot_keep_keys_keeps_work_all_the_same() {
    let name = name();
    let broken = Broken::put(
        "seal",
        "if (all[0].key) throw new DOMException('no keys', 'DataCloneError'); return whole.apply(this, all);",
    );
    let store = IdbStore::open(name.clone()).await.unwrap();
    fill(&store).await;
    store.wipe(false).await.unwrap();
    let again = IdbStore::open(name.clone()).await.unwrap();
    assert!(!again.is_sealing());
    let left = again.load().await.unwrap();
    assert_eq!((left.docs, left.outbox), (vec![marked("c1")], vec![entry("e1"), entry("e2")]));
    drop(broken);
    assert!(IdbStore::open(name).await.unwrap().is_sealing());
}

#[wasm_bindgen_test]
async fn without_its_key_nothing_is_read_and_unsent_work_is_told_and_stays() {
    let name = name();
    fill(&IdbStore::open(name.clone()).await.unwrap()).await;
    script(&name, "const d = await open(); await done(d.transaction('seal', 'readwrite').objectStore('seal').clear()); d.close();").await;
    let store = IdbStore::open(name.clone()).await.unwrap();
    assert_eq!(store.lost(), Some(2));
    assert_eq!(store.drafts().await.unwrap(), []);
    let snapshot = store.open().await.unwrap();
    assert_eq!((snapshot.docs.len(), snapshot.cursors.len()), (0, 0), "everything is to be listed again");
    let ids: Vec<&str> = snapshot.outbox.iter().map(|item| item.id.as_str()).collect();
    assert_eq!(ids, ["e1", "e2"]);
    assert!(snapshot.outbox.iter().all(|item| baton_sync::OutboxItem::read(&item.text).is_err()));
    // Work goes on under a new key, and the lost entries stay until the person discards them.
    store.commit(Batch { docs: vec![marked("c1")], insert: vec![entry("e3")], ..Batch::default() }).await.unwrap();
    let again = IdbStore::open(name.clone()).await.unwrap();
    assert_eq!(again.lost(), None, "told once");
    again.wipe(false).await.unwrap();
    let snapshot = again.load().await.unwrap();
    assert_eq!((snapshot.docs, snapshot.outbox.len()), (vec![marked("c1")], 3));
    assert_eq!(snapshot.outbox[2], entry("e3"));
    again.commit(Batch { remove: vec!["e1".into(), "e2".into()], ..Batch::default() }).await.unwrap();
    assert_eq!(again.load().await.unwrap().outbox, [entry("e3")]);
}

#[wasm_bindgen_test]
async fn a_record_in_another_place_or_with_another_bit_is_refused() {
    let name = name();
    let store = IdbStore::open(name.clone()).await.unwrap();
    fill(&store).await;
    store.commit(Batch { docs: vec![marked("c3"), marked("c4")], ..Batch::default() }).await.unwrap();
    store.put_draft("other", "else").await.unwrap();
    let count = |snapshot: &Snapshot| {
        let read = snapshot.outbox.iter().filter(|item| **item == entry(&item.id)).count();
        (snapshot.docs.len(), read, snapshot.outbox.len())
    };
    assert_eq!(count(&store.load().await.unwrap()), (4, 2, 2));
    swap(&name, "outbox", "'e1'", "'e2'").await;
    assert_eq!(count(&store.load().await.unwrap()), (4, 0, 2));
    swap(&name, "outbox", "'e1'", "'e2'").await;
    swap(&name, "drafts", "'intake/new/name'", "'other'").await;
    assert_eq!(store.drafts().await.unwrap(), []);
    for part in ["segments", "texts"] {
        swap(&name, part, "1", "2").await;
    }
    let again = IdbStore::open(name.clone()).await.unwrap();
    assert_eq!(count(&again.load().await.unwrap()), (0, 2, 2));
    for part in ["segments", "texts"] {
        swap(&name, part, "1", "2").await;
    }
    assert_eq!(count(&again.load().await.unwrap()), (4, 2, 2));
    let flip = "const d = await open(); const s = d.transaction('outbox', 'readwrite').objectStore('outbox');
        const r = await done(s.get('e2')); r.data[3] ^= 1; await done(s.put(r, 'e2')); d.close();";
    script(&name, flip).await;
    assert_eq!(count(&again.load().await.unwrap()), (4, 1, 2));
    // A number of documents that is not theirs does not fit either.
    let miscount = "const d = await open(); const s = d.transaction('segments', 'readwrite').objectStore('segments');
        const r = await done(s.get(2)); r.docs = 9; await done(s.put(r, 2)); d.close();";
    script(&name, miscount).await;
    assert_eq!(IdbStore::open(name).await.unwrap().load().await.unwrap().docs.len(), 2);
}

/// A database of layout 2, as it was written then: 20 segments of one document each.
async fn older(name: &str) {
    let make = r#"
        const bytes = (t) => new TextEncoder().encode(t);
        const d = await open(2, (d) => ['segments', 'texts', 'front', 'outbox', 'cursors', 'meta', 'drafts']
            .forEach((s) => d.createObjectStore(s, { autoIncrement: s === 'segments' })));
        const t = d.transaction(['segments', 'texts', 'front', 'outbox', 'cursors', 'meta', 'drafts'], 'readwrite');
        const put = (s, v, k) => t.objectStore(s).put(v, k);
        for (let n = 1; n <= 20; n += 1) {
            const [id, text] = ['c' + n, JSON.stringify({ id: 'c' + n, customer: MARK })];
            const columns = { collections: 'cases', kinds: new Uint8Array(1), names: bytes(id + MARK),
                lengths: new Uint32Array([id.length, bytes(MARK).length, bytes(text).length]), orders: new BigInt64Array([BigInt(-n)]),
                stamps: new BigInt64Array(1), flags: new Uint8Array([2]) };
            put('segments', columns); put('texts', bytes(text), n);
            if (n === 20) put('front', { ...columns, texts: bytes(text), until: 20 }, 'front');
        }
        put('outbox', JSON.stringify(['e1', '{"v":1,"seq":1,"collection":"cases","doc":"c1","note":"' + MARK + '"}']), 'e1');
        put('outbox', 42, 'odd');
        put('cursors', JSON.stringify(['cases', '2500']), 'cases');
        put('meta', '7', 'version'); put('meta', 'mine', 'fence');
        put('drafts', JSON.stringify(['case/c1', MARK]), 'case/c1');
        await new Promise((yes) => { t.oncomplete = yes; });
        d.close();"#;
    script(name, &make.replace("MARK", &format!("{MARK:?}"))).await;
}

async fn assert_is_carried_over(name: &str) {
    let store = IdbStore::open(name.into()).await.unwrap();
    let snapshot = store.load().await.unwrap();
    assert_eq!(snapshot.docs.len(), 20);
    let c7 = snapshot.docs.iter().find(|d| d.id == "c7").unwrap();
    assert_eq!((c7.rev.as_str(), c7.order, c7.stamp_ms), (MARK, Some(-7), None));
    assert!(c7.raw.contains(MARK));
    assert_eq!(snapshot.outbox.len(), 2);
    assert!(snapshot.outbox[0].text.contains(MARK) && snapshot.outbox[0].text.starts_with("{\"v\":1"));
    assert!(baton_sync::OutboxItem::read(&snapshot.outbox[1].text).is_err(), "what is odd stays, unread");
    assert_eq!((snapshot.cursors.len(), snapshot.version), (1, 7));
    assert_eq!(store.drafts().await.unwrap(), [("case/c1".to_owned(), MARK.to_owned())]);
    assert_eq!(open_in(name).await.0, "");
    let newer = Batch {
        docs: vec![DocRecord { id: "c7".into(), ..doc("c7") }],
        fence: Some("mine".into()),
        ..Batch::default()
    };
    assert_eq!(store.commit(newer).await, Ok(8));
    let c7 = store.load_some(&[("cases".into(), "c7".into())]).await.unwrap().docs;
    assert_eq!(c7, [doc("c7")], "what comes later is newer");
}

#[wasm_bindgen_test]
async fn an_open_layout_is_sealed_at_the_first_opening() {
    let name = name();
    older(&name).await;
    assert_eq!(open_in(&name).await.0, "drafts front outbox segments texts");
    assert_is_carried_over(&name).await;
}

#[wasm_bindgen_test]
async fn a_tab_that_is_killed_while_it_seals_leaves_old_or_new_and_the_next_one_goes_on() {
    let fail = "throw new DOMException('no room', 'QuotaExceededError');";
    let later = format!("if (all[1] === 12) {fail} return whole.apply(this, all);");
    for (place, instead) in [("seal", fail), ("outbox", fail), ("drafts", fail), ("texts", &later), ("meta", fail)] {
        let name = name();
        older(&name).await;
        let broken = Broken::put(place, instead);
        assert!(IdbStore::open(name.clone()).await.is_err(), "{place}");
        drop(broken);
        assert_is_carried_over(&name).await;
    }
}

#[wasm_bindgen_test]
async fn a_torn_and_an_open_record_of_an_older_layout_cost_themselves_only() {
    let name = name();
    older(&name).await;
    let tear = "const d = await open(); const t = d.transaction(['segments', 'texts'], 'readwrite');
        t.objectStore('texts').delete(3); t.objectStore('segments').put(7, 4);
        await new Promise((yes) => { t.oncomplete = yes; }); d.close();";
    script(&name, tear).await;
    let store = IdbStore::open(name.clone()).await.unwrap();
    let snapshot = store.open().await.unwrap();
    assert_eq!((snapshot.docs.len(), snapshot.cursors.len()), (18, 0), "and everything is listed again");
}

/// What these do at the same time, in the order in which they were given.
async fn together<T: 'static>(all: impl IntoIterator<Item = std::pin::Pin<Box<dyn Future<Output = T>>>>) -> Vec<T> {
    let done: Rc<RefCell<Vec<Option<T>>>> = Rc::default();
    for (n, one) in all.into_iter().enumerate() {
        done.borrow_mut().push(None);
        let done = done.clone();
        spawn_local(async move {
            let it = one.await;
            done.borrow_mut()[n] = Some(it);
        });
    }
    until(|| done.borrow().iter().all(Option::is_some)).await;
    done.take().into_iter().flatten().collect()
}

#[wasm_bindgen_test]
async fn tabs_that_begin_at_the_same_moment_share_one_key() {
    for begun_before in [false, true] {
        let name = name();
        if begun_before {
            older(&name).await;
        }
        let open = |_| -> std::pin::Pin<Box<dyn Future<Output = IdbStore>>> {
            let name = name.clone();
            Box::pin(async move { IdbStore::open(name).await.unwrap() })
        };
        let tabs = together((0..4).map(open)).await;
        let before = tabs[0].load().await.unwrap();
        let work = tabs.iter().enumerate().map(|(n, tab)| {
            let tab = tab.clone();
            let work: std::pin::Pin<Box<dyn Future<Output = ()>>> = Box::pin(async move {
                let batch = Batch { insert: vec![entry(&format!("x{n}"))], ..page(100 * n..100 * n + 9, "1") };
                tab.commit(batch).await.unwrap();
                tab.put_draft(&n.to_string(), MARK).await.unwrap();
            });
            work
        });
        together(work).await;
        let after = IdbStore::open(name.clone()).await.unwrap().load().await.unwrap();
        assert_eq!((after.docs.len(), after.outbox.len()), (before.docs.len() + 36, before.outbox.len() + 4));
        assert_eq!(after.outbox.iter().filter(|item| item.id.starts_with('x') && **item == entry(&item.id)).count(), 4);
        if !begun_before {
            assert_eq!(keys(&name).await, (1.0, true));
        }
    }
}

#[wasm_bindgen_test]
async fn a_later_document_of_another_tab_is_the_newer_one() {
    let name = name();
    let one = IdbStore::open(name.clone()).await.unwrap();
    let two = IdbStore::open(name.clone()).await.unwrap();
    for (n, tab) in [&one, &two, &one, &two, &two, &one].into_iter().enumerate() {
        tab.commit(page(n..n + 3, &n.to_string())).await.unwrap();
    }
    for tab in [&one, &two] {
        let mut docs = tab.load().await.unwrap().docs;
        docs.sort_by(|a, b| a.id.cmp(&b.id));
        let revs: Vec<&str> = docs.iter().map(|doc| doc.rev.as_str()).collect();
        assert_eq!(revs, ["0", "1", "2", "3", "4", "5", "5", "5"]);
        assert_eq!(tab.load_some(&[("cases".into(), "4".into())]).await.unwrap().docs[0].rev, "4");
    }
}

#[wasm_bindgen_test]
async fn log_out_leaves_neither_documents_nor_a_key() {
    let name = name();
    let store = IdbStore::open(name.clone()).await.unwrap();
    fill(&store).await;
    store.commit(Batch { remove: vec!["e1".into(), "e2".into()], ..Batch::default() }).await.unwrap();
    store.remove_draft("intake/new/name").await.unwrap();
    store.wipe(false).await.unwrap();
    assert_eq!(open_in(&name).await, ("".into(), "meta".into()));
    // The same person logs in again.
    let again = IdbStore::open(name.clone()).await.unwrap();
    assert_eq!((again.lost(), again.load().await.unwrap().docs.len()), (None, 0));
    fill(&again).await;
    assert_eq!(open_in(&name).await.0, "");
    again.wipe(true).await.unwrap();
    assert_eq!(open_in(&name).await, ("".into(), "meta".into()));
    // Numbers of segments are not used twice: a tab that knows the old ones would take them for these.
    again.commit(page(0..1, "1")).await.unwrap();
    let first = "const d = await open(); const k = await done(d.transaction('segments').objectStore('segments').getAllKeys()); d.close(); return k[0];";
    assert!(script(&name, first).await.as_f64().unwrap() > 2.0);
}

#[wasm_bindgen_test]
async fn a_log_out_that_is_cut_short_leaves_nothing_that_can_be_read() {
    for unsent in [false, true] {
        let name = name();
        let store = IdbStore::open(name.clone()).await.unwrap();
        fill(&store).await;
        store.commit(Batch { docs: vec![marked("c3")], ..Batch::default() }).await.unwrap();
        if !unsent {
            store.commit(Batch { remove: vec!["e1".into(), "e2".into()], ..Batch::default() }).await.unwrap();
            store.remove_draft("intake/new/name").await.unwrap();
        }
        let broken = Broken::method("delete", "segments", "throw new DOMException('gone', 'UnknownError');");
        assert!(store.wipe(false).await.is_err());
        drop(broken);
        let (_, there) = open_in(&name).await;
        assert!(there.contains("segments") && there.contains("front"), "they are still there: {there}");
        assert_eq!(keys(&name).await.1, unsent, "but not their key");
        let again = IdbStore::open(name.clone()).await.unwrap();
        let snapshot = again.load().await.unwrap();
        if unsent {
            assert_eq!((snapshot.docs, snapshot.outbox), (vec![marked("c1")], vec![entry("e1"), entry("e2")]));
            assert_eq!(again.drafts().await.unwrap().len(), 1);
            assert_eq!(keys(&name).await, (1.0, true), "what could not be read has gone");
        } else {
            assert_eq!((snapshot.docs, snapshot.outbox, again.lost()), (vec![], vec![], None));
            let (_, there) = open_in(&name).await;
            assert_eq!(there, "meta seal", "what could not be read has gone");
        }
    }
}

#[wasm_bindgen_test]
async fn unsent_work_gets_a_new_key_at_log_out_and_other_tabs_take_it() {
    let name = name();
    let (here, there) = (IdbStore::open(name.clone()).await.unwrap(), IdbStore::open(name.clone()).await.unwrap());
    fill(&here).await;
    let id = "const d = await open(); const { id } = await done(d.transaction('seal').objectStore('seal').get('only')); d.close(); return id;";
    let before = script(&name, id).await;
    assert_is_full(&there.load().await.unwrap());
    here.wipe(false).await.unwrap();
    assert_ne!(script(&name, id).await, before);
    assert_eq!(open_in(&name).await.0, "");
    // The other tabs read, write and draft on.
    assert_eq!(there.load().await.unwrap().outbox, [entry("e1"), entry("e2")]);
    let third = IdbStore::open(name.clone()).await.unwrap();
    here.wipe(false).await.unwrap();
    there.commit(Batch { insert: vec![entry("e3")], ..page(0..1, "1") }).await.unwrap();
    here.wipe(false).await.unwrap();
    there.put_draft("late", MARK).await.unwrap();
    here.wipe(false).await.unwrap();
    assert_eq!(third.drafts().await.unwrap().len(), 2);
    here.wipe(false).await.unwrap();
    assert_eq!(third.load().await.unwrap().outbox, [entry("e1"), entry("e2"), entry("e3")]);
    assert_eq!(third.load().await.unwrap().docs, [marked("c1")]);
}

#[wasm_bindgen_test]
async fn an_act_during_log_out_is_kept() {
    for n in 0..8 {
        let name = name();
        let (here, there) = (IdbStore::open(name.clone()).await.unwrap(), IdbStore::open(name.clone()).await.unwrap());
        if n % 2 == 0 {
            fill(&here).await;
        }
        let act = there.clone();
        let work: [std::pin::Pin<Box<dyn Future<Output = ()>>>; 2] = [
            Box::pin(async move { here.wipe(false).await.unwrap() }),
            Box::pin(async move {
                for n in 0..6 {
                    act.commit(Batch { insert: vec![entry(&format!("x{n}"))], ..Batch::default() }).await.unwrap();
                    act.put_draft(&n.to_string(), MARK).await.unwrap();
                }
            }),
        ];
        together(work).await;
        for tab in [there, IdbStore::open(name.clone()).await.unwrap()] {
            let outbox = tab.load().await.unwrap().outbox;
            assert_eq!(outbox.iter().filter(|item| item.id.starts_with('x') && **item == entry(&item.id)).count(), 6);
            assert_eq!(tab.drafts().await.unwrap().iter().filter(|(_, text)| text == MARK).count(), 6 + (n + 1) % 2);
        }
    }
}

#[wasm_bindgen_test]
async fn the_desk_is_told_when_it_may_not_open_what_is_sealed() {
    let person = name();
    fill(&IdbStore::open(database_name("test", &person)).await.unwrap()).await;
    let none = NoCrypto::begin();
    let (store, problem) = DeskStore::open("test", &person).await;
    drop(none);
    assert!(!store.is_durable() && problem.is_some_and(|why| why.to_string().contains("HTTPS")));
}
