//! The browser throws away what it keeps for the site: under a running desk, and between two runs. The person is told, what
//! the page still holds is put back, what the server has is copied again, nothing is sent twice, and work goes on.

use std::collections::BTreeSet;

use baton_e2e::{Customer, Desk, Person, Site, hook, row};
use baton_engine::model::Collection;
use serde_json::json;

const DATABASES: &str = "indexeddb";
const EVERYTHING: &str = "all";

fn throw_away(desk: &Desk, site: &Site, what: &str) {
    desk.cdp("Storage.clearDataForOrigin", json!({ "origin": site.url(), "storageTypes": what }));
}

/// A desk with two cases that the server has.
fn two_cases(site: &Site) -> (Desk, [String; 2]) {
    let home = Desk::of(site, Person::Home);
    let cases = [("清除一", Customer::Chen), ("清除二", Customer::Liang)].map(|(title, customer)| {
        home.take_in(customer, "NETWORK.signal", title);
        site.api().case(title, "taken in", |_| true).id
    });
    home.ready_to_start_offline();
    home.until("everything is sent", || home.outbox().is_empty().then_some(()));
    (home, cases)
}

/// Both cases are there, with their customers, and can be worked on: one more note each arrives, and everything is there
/// once.
fn all_is_there_again(home: &Desk, site: &Site, cases: &[String; 2], notes: usize) {
    home.online();
    for id in cases {
        home.open_work(id);
        home.wait_for(&hook("act-note"));
        home.note("清除以后");
    }
    home.until("everything is sent", || home.outbox().is_empty().then_some(()));
    home.until("both notes have arrived", || (entries(site).len() == 2 + notes + 2).then_some(()));
    let entries = entries(site);
    assert_eq!(entries.iter().collect::<BTreeSet<_>>().len(), entries.len(), "something was sent twice");
    assert_eq!(site.api().all(Collection::Cases).len(), 2);
    for customer in Customer::ALL {
        assert!(home.keeps(customer.number()), "{customer:?} was not copied again");
    }
}

fn entries(site: &Site) -> Vec<String> {
    let documents = site.api().all(Collection::Cases);
    let entries = documents.iter().flat_map(|d| d["journal"].as_array().cloned().unwrap_or_default());
    entries.filter_map(|e| e["id"].as_str().map(str::to_owned)).collect()
}

/// One note waits in the page's memory: it is put back with everything else, and sent when there is a server again.
#[test]
fn databases_thrown_away_under_a_running_desk_are_put_back_and_told() {
    let site = Site::quiet();
    let (home, cases) = two_cases(&site);
    site.kill();
    home.open_work(&cases[0]);
    home.note("没有发送");
    let waiting = home.outbox_ids();
    assert_eq!(waiting.len(), 1);
    throw_away(&home, &site, DATABASES);
    home.wait_for(&hook("banner-restored"));
    assert_eq!(home.outbox_ids(), waiting);
    home.click(&hook("restored-understood"));
    home.wait_gone(&hook("banner-restored"));
    home.reload();
    home.at_work();
    assert_eq!(home.outbox_ids(), waiting);
    site.revive();
    home.retry_connection();
    all_is_there_again(&home, &site, &cases, 1);
    assert!(entries(&site).contains(&waiting[0]));
}

#[test]
fn everything_thrown_away_under_a_running_desk_ends_the_session_and_no_work() {
    let site = Site::quiet();
    let (home, cases) = two_cases(&site);
    throw_away(&home, &site, EVERYTHING);
    home.reload();
    home.back_to_work();
    all_is_there_again(&home, &site, &cases, 0);
}

/// One note waits when the browser is closed and its storage is thrown away: nobody can send it any more, so the person is
/// told that one is lost.
#[test]
fn databases_thrown_away_between_two_runs_are_told_with_what_was_unsent() {
    let site = Site::quiet();
    let (home, cases) = two_cases(&site);
    site.kill();
    home.open_work(&cases[0]);
    home.note("没有发送");
    home.until("the note is stored", || (home.outbox().len() == 1).then_some(()));
    let desk = home.tab();
    let other = home.new_tab();
    home.turn_to(&desk);
    home.close_tab();
    home.turn_to(&other);
    throw_away(&home, &site, DATABASES);
    site.revive();
    home.open(&site.url());
    home.back_to_work();
    home.wait_text(&hook("banner-lost"), "how much is lost", |text| text.contains('1'));
    for id in &cases {
        home.wait_for(&row(id));
    }
    all_is_there_again(&home, &site, &cases, 0);
}

#[test]
fn everything_thrown_away_between_two_runs_is_a_new_device() {
    let site = Site::quiet();
    let (home, cases) = two_cases(&site);
    let desk = home.tab();
    let other = home.new_tab();
    home.turn_to(&desk);
    home.close_tab();
    home.turn_to(&other);
    throw_away(&home, &site, EVERYTHING);
    home.open(&site.url());
    home.log_in();
    all_is_there_again(&home, &site, &cases, 0);
    assert_eq!(home.faults(), Vec::<String>::new());
}
