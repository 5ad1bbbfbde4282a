//! A device that is short of room: finished work goes first, the person is told, and what is opened comes back.

use baton_e2e::{Customer, Desk, Person, Site, hook, row};
use baton_engine::model::Collection;
use serde_json::json;

/// The browser says that nine tenths of its room are used. A real disk is not filled.
const SHORT_OF_ROOM: &str =
    "Object.defineProperty(navigator.storage, 'estimate', { value: async () => ({ usage: 90e6, quota: 100e6 }) });";

#[test]
fn finished_work_makes_room_and_comes_back_when_it_is_opened() {
    let site = Site::quiet();
    let home = Desk::of(&site, Person::Home);
    home.take_in(Customer::Liang, "NETWORK.signal", "在办的");
    let open = site.api().case("在办的", "taken in", |_| true).id;
    // The same, closed in winter.
    let mut old = site.api().all(Collection::Cases).remove(0);
    old["title"] = json!("办结的");
    old["status"] = json!("closed");
    old["journal"][0]["at"] = json!("2026-01-05T02:00:00.000Z");
    old.as_object_mut().unwrap().retain(|member, _| !member.starts_with('_') && member != "id");
    site.api().put("cases", "old", &old).ok();

    home.open(&format!("{}#/desk/cases/old", site.url()));
    home.wait_text(&hook("case-title"), "the closed case", |text| text.contains("办结的"));
    home.go("desk");
    home.quit();
    home.run_in_every_page(SHORT_OF_ROOM.to_owned());
    home.launch();
    home.open(&format!("{}#/settings", site.url()));
    home.wait_for(&hook("banner-made-room"));
    home.wait_text(&hook("dropped"), "what was dropped", |text| text.contains('1'));
    home.click(&hook("made-room-understood"));
    home.wait_gone(&hook("banner-made-room"));

    home.go("desk");
    home.wait_for(&row(&open));
    home.open(&format!("{}#/desk/cases/old", site.url()));
    home.wait_text(&hook("case-title"), "the case that was fetched", |text| text.contains("办结的"));
    assert_eq!(home.faults(), Vec::<String>::new());
}
