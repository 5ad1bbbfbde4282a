//! Documents and packs from people who mean no good, or mean well and slipped. The page never blanks, the list goes on
//! working, and what cannot be read is listed.

use std::fs;
use std::path::Path;

use baton_e2e::{Customer, Desk, Person, Site, SiteOptions, hook, row};
use serde_json::{Value, json};

/// (id, document): readable by the model or not.
fn documents() -> Vec<(&'static str, Value)> {
    let mut deep = json!("bottom");
    for _ in 0..55 {
        deep = json!({ "in": deep });
    }
    vec![
        ("bare", json!({})),
        ("nulls", json!({ "title": null, "customer": null, "legs": null, "journal": null })),
        ("wrong-types", json!({ "title": 7, "legs": "none", "customer": [], "journal": { "0": 1 } })),
        ("wrong-time", json!({ "title": "时间不对", "openedAt": "yesterday", "periods": [{ "from": 12 }] })),
        (
            "far-time",
            json!({ "title": "时间太远", "openedAt": "9999-12-31T23:59:59Z", "owner": { "org": "home-province" } }),
        ),
        ("unknown-status", json!({ "title": "状态不明", "status": "exploded" })),
        (
            "unknown-pack",
            json!({ "title": "规则不明", "policy": { "id": "nobody", "version": "9.9" }, "owner": { "org": "home-province" } }),
        ),
        ("giant", json!({ "title": "巨".repeat(1000), "description": "x".repeat(900_000) })),
        (
            "markup",
            json!({ "title": "<img src=x onerror=\"window.stolen=1\"><script>window.stolen=1</script>", "description": "<b onmouseover=window.stolen=1>b</b>" }),
        ),
        (
            "rtl",
            json!({ "title": "\u{202e}gnp.exe\u{202c}\u{200b}\u{200d}\u{feff}\u{0007}", "customer": { "name": "\u{202e}\u{200f}", "number": "\u{200b}" } }),
        ),
        ("combining", json!({ "title": format!("a{}", "\u{0301}".repeat(3000)) })),
        ("deep", json!({ "title": "深", "extra": deep })),
        (
            "cycle",
            json!({ "title": "环", "owner": { "org": "home-province" }, "policy": { "id": "dongguan-expert-desk", "version": "1.0.0" }, "legs": [
            { "id": "a", "from": "home-province", "to": "base-province", "parent": "b", "dispatchedAt": "2026-11-22T02:00:00Z" },
            { "id": "b", "from": "base-province", "to": "home-province", "parent": "a", "dispatchedAt": "2026-11-22T02:00:00Z" } ] }),
        ),
        (
            "negative",
            json!({ "title": "倒着的", "openedAt": "2026-11-22T02:00:00Z", "pauses": [{ "from": "2026-11-22T05:00:00Z", "to": "2026-11-22T01:00:00Z" }], "owner": { "org": "home-province" } }),
        ),
    ]
}

#[test]
fn hostile_documents_never_blank_the_page() {
    let site = Site::quiet();
    let home = Desk::of(&site, Person::Home);
    home.online();
    for (id, mut document) in documents() {
        document["id"] = id.into();
        let answer = site.api().post("cases", &document);
        assert!(answer.status < 500, "{id}: {answer:?}");
    }
    for (collection, document) in [
        ("callbacks", json!({ "id": "cb-bad", "status": 5, "claim": "me" })),
        ("interactions", json!({ "id": "in-bad", "channel": "telepathy" })),
        ("messages", json!({ "id": "ms-bad", "interaction": 3, "text": { "a": 1 } })),
        ("seats", json!({ "id": "8802", "presence": ["available"] })),
        ("customers", json!({ "id": "cu-bad", "number": 13900000000u64, "tenureMonths": -4 })),
    ] {
        site.api().post(collection, &document).ok();
    }
    // The desk goes on: what comes after the bad ones is taken in and can be worked with.
    site.api().post("cases", &json!({ "id": "after", "title": "之后的好单" })).ok();
    home.wait_for(&row("after"));
    home.open_work("after");
    for id in ["markup", "rtl", "far-time", "cycle", "giant", "combining", "negative", "unknown-pack"] {
        if home.is_visible(&row(id)) {
            home.click(&row(id));
            home.until("the list is still there", || home.is_visible(&row("after")).then_some(()));
        }
    }
    assert_eq!(home.js("return window.stolen === undefined", &[]), true, "markup ran");
    home.go("outbox");
    home.until("unreadable documents are listed", || (home.count(&hook("unreadable-item")) >= 5).then_some(()));
    // A fresh start with all of it in the store, too.
    home.reload();
    home.go("desk");
    home.wait_for(&row("after"));
    home.take_in(Customer::Chen, "NETWORK.signal", "坏数据之中的好单");
    site.api().case("坏数据之中的好单", "taken in", |_| true);
    let faults: Vec<String> = home.faults().into_iter().filter(|f| !f.contains("not loaded")).collect();
    assert_eq!(faults, Vec::<String>::new());
}

/// A pack that gets bad while the desk is open: refused whole, its faults are shown, the last good one stays in force.
#[test]
fn a_bad_pack_is_refused_and_the_last_good_one_stays_in_force() {
    let copy = tempfile::tempdir().unwrap();
    copy_folder(&baton_e2e::setup().site, copy.path());
    let site = Site::start(SiteOptions { folder: Some(copy.path().to_owned()), ..SiteOptions::default() });
    let home = Desk::of(&site, Person::Home);
    home.take_in(Customer::Chen, "NETWORK.signal", "规则还好的时候");
    let pack = copy.path().join("policy/china-mobile-td.json");
    let good = fs::read_to_string(&pack).unwrap();
    let bad = good.replacen("\"limit\": \"PT8H\"", "\"limit\": \"eight hours\"", 1);
    assert_ne!(bad, good);
    for end in ["", ".br", ".gz"] {
        let _ = fs::remove_file(format!("{}{end}", pack.display()));
    }
    fs::write(&pack, bad).unwrap();
    // Once to fetch it behind the kept copy, once to read it.
    for _ in 0..2 {
        home.reload();
        home.at_work();
        home.online();
    }
    home.go("rules");
    home.wait_text(&hook("pack-faults"), "the fault with its place", |text| {
        text.contains("/rules/0/limit") && text.contains("“eight hours”不是时长")
    });
    home.go("desk");
    home.take_in(Customer::Liang, "NETWORK.signal", "规则坏了以后");
    let case = site.api().case("规则坏了以后", "taken in under the last good pack", |_| true);
    assert_eq!(case.policy.id, "dongguan-expert-desk");
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
