//! A device that is short of room: finished work goes first, the person is told, and what is opened comes back.

use baton_e2e::{Customer, Desk, Person, Site, hook, row};

/// The browser says that nine tenths of its room are used. A real disk is not filled.
const SHORT_OF_ROOM: &str =
    "Object.defineProperty(navigator.storage, 'estimate', { value: async () => ({ usage: 90e6, quota: 100e6 }) });";

#[test]
fn finished_work_makes_room_and_comes_back_when_it_is_opened() {
    let site = Site::quiet();
    site.set_clock("2026-11-24T10:00:00+08:00");
    let home = Desk::of(&site, Person::Home);
    let [closed, open] = [("办结的", Customer::Chen), ("在办的", Customer::Liang)].map(|(title, customer)| {
        home.take_in(customer, "NETWORK.signal", title);
        site.api().case(title, "taken in", |_| true).id
    });
    home.open_work(&closed);
    home.answer_customer("已修好");
    home.close_case();
    site.api().case("办结的", "closed", |case| case.status.is_final());
    home.until("everything is sent", || home.outbox().is_empty().then_some(()));

    site.set_clock("2026-11-27T10:00:00+08:00");
    home.run_in_every_page(SHORT_OF_ROOM.to_owned());
    home.reload();
    home.at_work();
    home.wait_for(&hook("banner-made-room"));
    home.wait_for(&row(&open));
    home.go("settings");
    home.wait_text(&hook("dropped"), "what was dropped", |text| text.contains('1'));
    home.click(&hook("made-room-understood"));
    home.wait_gone(&hook("banner-made-room"));

    home.open(&format!("{}#/desk/cases/{closed}", site.url()));
    home.until("the case is fetched", || (home.attribute(&hook("case"), "data-id")? == closed).then_some(()));
    assert_eq!(home.faults(), Vec::<String>::new());
}
