//! Work without the server, and what it comes to when it is back: nothing lost, nothing doubled, nobody deceived.

use std::collections::BTreeSet;

use baton_e2e::{Customer, Desk, Key, Person, Site, desks, hook, leg, row, until};
use baton_engine::model::{Case, Collection, Intent, Status};
use serde_json::Value;

const BASE: &str = "base-province";

/// Ids of all entries in the journals of a collection on the server, in the order in which documents were last written.
fn journal_ids(site: &Site, collection: Collection) -> Vec<String> {
    let mut documents = site.api().all(collection);
    documents.sort_by_key(|d| d["_seq"].as_i64());
    let entries = documents.iter().flat_map(|d| d["journal"].as_array().cloned().unwrap_or_default());
    entries.filter_map(|e| e["id"].as_str().map(str::to_owned)).collect()
}

#[test]
fn three_cases_without_a_server_arrive_once_and_in_order() {
    let site = Site::quiet();
    let home = Desk::of(&site, Person::Home);
    home.ready_to_start_offline();
    site.kill();
    let titles = ["离线一：短信收不到", "离线二：无法上网", "离线三：多收费"];
    let taken = [Customer::Chen, Customer::Liang, Customer::Xie];
    for (title, customer) in titles.into_iter().zip(taken) {
        home.take_in(customer, "NETWORK.signal", title);
        home.dispatch_to(BASE, "请核实");
    }
    home.wait_for(&hook("banner-offline"));
    home.until("all six intents are stored", || (home.outbox().len() == 6).then_some(()));
    let waiting = home.outbox_ids();
    // Each says whose it is, its number masked, and leads there.
    home.go("outbox");
    home.until("all are shown", || (home.count(&hook("outbox-subject")) == 6).then_some(()));
    home.wait_text(&hook("outbox-subject"), "case, customer and matter", |text| {
        text.contains("个案") && text.contains("****") && text.contains(titles[0])
    });
    home.tab_to(&hook("outbox-subject"));
    home.press(Key::Enter);
    home.wait_text(&hook("case-title"), "the case is open", |text| text.contains(titles[0]));

    home.reload();
    home.at_work();
    assert_eq!(home.outbox_ids(), waiting, "the reload lost or doubled something");
    let ids: Vec<String> = titles.iter().map(|title| home.row_of(title)).collect();
    for (id, title) in ids.iter().zip(titles) {
        home.open_work(id);
        home.wait_text(&hook("case-title"), "its title", |text| text.contains(title));
        home.wait_for(&leg(BASE));
    }

    site.revive();
    home.retry_connection();
    home.until("everything is sent", || home.outbox().is_empty().then_some(()));
    home.wait_gone(&hook("banner-offline"));
    let mut arrived: Vec<(i64, Case)> = titles
        .iter()
        .map(|title| {
            let case = site.api().case(title, "once", |c| c.legs.len() == 1);
            let stored = site.api().get(&format!("cases/{}", case.id)).ok();
            (stored["_seq"].as_i64().unwrap(), case)
        })
        .collect();
    assert!(arrived.is_sorted_by_key(|(seq, _)| *seq), "not in the order in which they were taken");
    for ((_, case), id) in arrived.iter_mut().zip(&ids) {
        assert_eq!((&case.id, case.journal.len(), case.status), (id, 2, Status::InProgress));
        assert!(matches!(case.journal[0].intent, Intent::OpenCase { .. }));
        assert!(matches!(case.journal[1].intent, Intent::Dispatch { .. }));
    }
    let arrived: BTreeSet<String> = journal_ids(&site, Collection::Cases).into_iter().collect();
    assert_eq!(arrived, waiting.into_iter().collect(), "exactly what waited, and nothing else");
    // And it shows on the desk that it was sent to.
    let base = Desk::of(&site, Person::Base);
    for id in &ids {
        base.wait_for(&row(id));
    }
}

#[test]
fn of_two_desks_that_claim_one_callback_offline_one_wins_and_the_other_is_told() {
    let site = Site::quiet();
    let id = "callback-race";
    site.book(Customer::Chen, "wlan", id);
    let [one, two] = desks(&site, [Person::Expert, Person::Expert2]);
    let both = [&one, &two];
    for desk in both {
        desk.open_work(id);
        desk.ready_to_start_offline();
    }
    site.kill();
    for desk in both {
        desk.click(&hook("claim-callback"));
        desk.until("the claim is stored", || (desk.outbox().len() == 1).then_some(()));
    }
    site.revive();
    for desk in both {
        desk.retry_connection();
    }
    let claimed = until("the claim is settled", || {
        let stored: Value = site.api().get(&format!("callbacks/{id}")).ok();
        stored["claim"]["by"]["id"].as_str().map(str::to_owned)
    });
    let (winner, loser) = if claimed == "expert" { (&one, &two) } else { (&two, &one) };
    winner.wait_for(&format!("{}[data-status=\"mine\"]", hook("callback-status")));
    loser.wait_text(&hook("callback-status"), "who has it", |text| text.contains(winner.person.name()));
    winner.until("the winner's outbox is empty", || winner.outbox().is_empty().then_some(()));
    loser.go("outbox");
    loser.wait_text(&format!("{}[data-state=\"failed\"]", hook("outbox-item")), "who took it", |text| {
        text.contains(winner.person.name())
    });
    assert_eq!(loser.outbox().len(), 1, "the refused claim stays until somebody decides");
    let stored = site.api().get(&format!("callbacks/{id}")).ok();
    assert_eq!(stored["journal"].as_array().unwrap().len(), 2, "booked and claimed once");
}
