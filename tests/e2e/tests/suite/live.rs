//! What happens elsewhere shows on an open desk at once.

use std::time::{Duration, Instant};

use baton_e2e::{Desk, Person, Site, row};
use serde_json::json;

#[test]
fn a_document_posted_by_hand_is_on_the_desk_within_a_second() {
    let site = Site::quiet();
    let home = Desk::of(&site, Person::Home);
    home.online();
    let mut slowest = Duration::ZERO;
    for n in 0..5 {
        let id = format!("by-hand-{n}");
        let begun = Instant::now();
        let body = json!({ "id": id, "title": format!("手工单 {n}"), "customer": { "number": "13900001111" } });
        site.api().post("cases", &body).ok();
        home.wait_for(&row(&id));
        slowest = slowest.max(begun.elapsed());
    }
    // A second for the product; half a second for WebDriver's looking and a loaded machine.
    assert!(slowest < Duration::from_millis(1500), "the slowest took {slowest:?}");
}
