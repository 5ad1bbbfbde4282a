//! The complaint's way of the first relay: to the terminal maker, to the base, to the home province, and back. The desks'
//! clocks are the real ones; what they must show at which hour is told in the suite of our own server.

use std::collections::BTreeSet;

use baton_e2e::{Customer, Desk, Elsewhere, Person, desks, hook};
use baton_engine::model::{LegState, Status};
use baton_servers::Kind;

const BASE: &str = "base-province";
const HOME: &str = "home-province";

pub fn maker_base_home_base_maker_customer(kind: Kind) {
    let there = Elsewhere::start(kind);
    let [maker, base, home] = desks(&there.site, [Person::Maker, Person::Base, Person::Home]);
    let title = "上网本激活后无法上网";

    maker.take_in(Customer::Chen, "TERMINAL.netbook", title);
    let case = there.case(title, "taken in", |c| c.status == Status::Acknowledged);
    assert_eq!(case.owner.org, "oem-service");
    maker.dispatch_to(BASE, "请核实上网本激活状态");
    there.case(title, "at the base", |c| c.legs.len() == 1);

    opens(&base, &case.id);
    base.receive();
    there.case(title, "received by the base", |c| c.legs[0].state == LegState::Received);
    base.dispatch_to(HOME, "请核实归属省开户资料");
    there.case(title, "at home", |c| c.legs.len() == 2);

    opens(&home, &case.id);
    home.receive();
    there.case(title, "received at home", |c| c.legs[1].state == LegState::Received);
    home.answer("开户资料无误，数据业务未开通，已补开");
    there.case(title, "answered by home", |c| c.legs[1].state == LegState::Answered);

    base.ask_now();
    base.answer("归属省已补开数据业务，请客户重启后再试");
    there.case(title, "answered by the base", |c| c.legs[0].state == LegState::Answered);

    maker.ask_now();
    maker.answer_customer("已为您补开数据业务，重启后即可上网");
    there.case(title, "answered", |c| c.status == Status::Resolved);
    maker.close_case();
    let closed = there.case(title, "closed", |c| c.status == Status::Closed);
    assert_eq!(closed.answers.len(), 1);
    let entries: BTreeSet<&str> = closed.journal.iter().map(|entry| entry.id.as_str()).collect();
    assert_eq!((entries.len(), closed.journal.len()), (9, 9), "each act once: {:#?}", closed.journal);

    for desk in [&maker, &base, &home] {
        desk.ask_now();
        desk.until("the desk shows it closed", || {
            (desk.attribute(&hook("case-status"), "data-status").as_deref() == Some("closed")).then_some(())
        });
        // Where the backend's compare-and-set is doubtful, what was sent is watched for a while.
        desk.until("nothing waits", || desk.outbox().iter().all(|waiting| waiting.state == "settling").then_some(()));
        assert_eq!(desk.faults(), Vec::<String>::new(), "{:?}", desk.person);
    }
}

/// What somebody else has just passed on.
fn opens(desk: &Desk, case: &str) {
    desk.ask_now();
    desk.open_work(case);
}
