//! The tools themselves: a clock that obeys, a server and a browser that come back with what they had.

use baton_e2e::{Browser, Site, SiteOptions, until};

#[test]
fn the_servers_clock_is_the_tests() {
    let site = Site::start(SiteOptions { now: Some("2026-12-31T23:59:58+08:00"), ..SiteOptions::default() });
    assert!(site.api().now() >= "2026-12-31T23:59:58+08:00".parse().unwrap());
    until("the clock runs", || (site.api().now() >= "2027-01-01T00:00:00+08:00".parse().unwrap()).then_some(()));
    site.set_clock("2027-01-01T06:00:00+08:00");
    assert!(site.api().now() >= "2027-01-01T06:00:00+08:00".parse().unwrap());
    let before = site.api().get("customers").ok();
    site.kill();
    site.revive();
    assert_eq!(site.api().get("customers").ok(), before, "the same database, and the session holds");
}

#[test]
fn a_killed_browser_comes_back_with_its_profile() {
    let site = Site::quiet();
    let browser = Browser::start("tools-anybody");
    browser.open(&site.url());
    let keep = "const db = await new Promise((ok, no) => { const r = indexedDB.open('kept', 1); \
        r.onupgradeneeded = () => r.result.createObjectStore('s'); r.onsuccess = () => ok(r.result); r.onerror = no; }); \
        await new Promise((ok, no) => { const t = db.transaction('s', 'readwrite', { durability: 'strict' }); \
        t.objectStore('s').put('here', 1); t.oncomplete = ok; t.onabort = no; }); db.close();";
    browser.js_async(keep, &[]);
    browser.kill();
    browser.launch();
    browser.open(&site.url());
    let read = "const db = await new Promise((ok, no) => { const r = indexedDB.open('kept', 1); \
        r.onsuccess = () => ok(r.result); r.onerror = no; }); \
        return await new Promise((ok, no) => { const r = db.transaction('s').objectStore('s').get(1); \
        r.onsuccess = () => ok(r.result); r.onerror = no; });";
    assert_eq!(browser.js_async(read, &[]), "here");
}
