//! Getting in and out.

use baton_e2e::{Desk, Person, Site};

#[test]
fn a_person_logs_in() {
    let site = Site::quiet();
    let desk = Desk::of(&site, Person::Home);
    assert_eq!(desk.faults(), Vec::<String>::new());
}
