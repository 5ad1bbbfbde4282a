//! A complaint's way between organisations, on all their desks at once.

use baton_e2e::{Customer, Person, Site, SiteOptions, desks, hook, leg};
use baton_engine::model::{LegState, Status};

use crate::clocks::Expect::{Due, Paused, Stopped};
use crate::clocks::clocks;

const BASE: &str = "base-province";
const HOME: &str = "home-province";
const GROUP: &str = "group";

/// A gold card's complaint comes to the terminal maker: eight hours to the answer, three for each leg.
#[test]
fn maker_base_home_base_maker_customer() {
    let site = Site::start(SiteOptions { now: Some("2026-11-24T10:00:00+08:00"), ..SiteOptions::default() });
    let [maker, base, home] = desks(&site, [Person::Maker, Person::Base, Person::Home]);
    let all = [&maker, &base, &home];
    let title = "上网本激活后无法上网";

    site.set_clock("2026-11-24T10:00:00+08:00");
    maker.hear_the_clock();
    maker.take_in(Customer::Chen, "TERMINAL.netbook", title);
    let case = site.api().case(title, "taken in", |c| c.status == Status::Acknowledged);
    assert_eq!(case.owner.org, "oem-service");
    clocks(&site, &[&maker], title, Due("18:00"), &[]);

    site.set_clock("2026-11-24T10:10:00+08:00");
    maker.hear_the_clock();
    maker.dispatch_to(BASE, "请核实上网本激活状态");
    site.api().case(title, "at the base", |c| c.legs.len() == 1);
    base.open_work(&case.id);
    // Not received: fifteen minutes' grace.
    clocks(&site, &[&maker, &base], title, Due("18:00"), &[(BASE, Due("13:25"))]);

    site.set_clock("2026-11-24T10:12:00+08:00");
    base.hear_the_clock();
    base.receive();
    site.api().case(title, "received by the base", |c| c.legs[0].state == LegState::Received);
    clocks(&site, &[&maker, &base], title, Due("18:00"), &[(BASE, Due("13:12"))]);

    site.set_clock("2026-11-24T11:00:00+08:00");
    base.hear_the_clock();
    base.dispatch_to(HOME, "请核实归属省开户资料");
    site.api().case(title, "at home", |c| c.legs.len() == 2);
    home.open_work(&case.id);
    // The base used 48 of its 180 minutes and stands still.
    clocks(&site, &all, title, Due("18:00"), &[(BASE, Paused(132)), (HOME, Due("14:15"))]);

    site.set_clock("2026-11-24T11:05:00+08:00");
    home.hear_the_clock();
    home.receive();
    site.api().case(title, "received at home", |c| c.legs[1].state == LegState::Received);
    clocks(&site, &all, title, Due("18:00"), &[(BASE, Paused(132)), (HOME, Due("14:05"))]);

    site.set_clock("2026-11-24T12:00:00+08:00");
    home.hear_the_clock();
    home.answer("开户资料无误，数据业务未开通，已补开");
    site.api().case(title, "answered by home", |c| c.legs[1].state == LegState::Answered);
    // 12:00 and the 132 minutes that were left.
    clocks(&site, &all, title, Due("18:00"), &[(BASE, Due("14:12")), (HOME, Stopped)]);

    site.set_clock("2026-11-24T12:30:00+08:00");
    base.hear_the_clock();
    base.answer("归属省已补开数据业务，请客户重启后再试");
    site.api().case(title, "answered by the base", |c| c.legs[0].state == LegState::Answered);
    clocks(&site, &all, title, Due("18:00"), &[(BASE, Stopped)]);

    site.set_clock("2026-11-24T13:00:00+08:00");
    maker.hear_the_clock();
    assert!(
        !maker.is_visible(&format!("{}:not([aria-disabled=\"true\"])", hook("act-close"))),
        "not before the answer"
    );
    maker.answer_customer("已为您补开数据业务，重启后即可上网");
    site.api().case(title, "answered", |c| c.status == Status::Resolved);
    clocks(&site, &all, title, Stopped, &[]);
    maker.close_case();
    let closed = site.api().case(title, "closed", |c| c.status == Status::Closed);
    assert_eq!(closed.answers.len(), 1);
    for desk in all {
        desk.until("the desk shows it closed", || {
            (desk.attribute(&hook("case-status"), "data-status").as_deref() == Some("closed")).then_some(())
        });
        assert_eq!(desk.faults(), Vec::<String>::new(), "{:?}", desk.person);
    }
}

/// Home asks the base, the base asks the group; the group's answer goes back; before that the base returned it once.
#[test]
fn home_base_with_group_help_after_a_return_for_wrong_duty() {
    let site = Site::start(SiteOptions { now: Some("2026-11-24T10:00:00+08:00"), ..SiteOptions::default() });
    let [home, base, group] = desks(&site, [Person::Home, Person::Base, Person::Group]);
    let title = "手机视频无法播放";
    home.take_in(Customer::Liang, "DATA_SERVICE.video", title);
    let case = site.api().case(title, "taken in", |_| true);

    home.dispatch_to(BASE, "请核实业务平台");
    base.open_work(&case.id);
    base.receive();
    base.return_leg("归属省未附终端型号，退回补充");
    let returned = site.api().case(title, "returned", |c| c.legs.len() == 1 && c.legs[0].state == LegState::Returned);
    assert_eq!(returned.holders(), [HOME]);
    home.wait_text(&leg(BASE), "the reason", |text| text.contains("退回") || text.contains("未附终端型号"));

    site.set_clock("2026-11-24T11:00:00+08:00");
    home.hear_the_clock();
    home.dispatch_to(BASE, "终端为青竹 S5 Pro，请核实业务平台");
    site.api().case(title, "dispatched again", |c| c.legs.len() == 2);
    site.set_clock("2026-11-24T11:10:00+08:00");
    base.hear_the_clock();
    base.receive();
    site.api().case(title, "received", |c| c.legs[1].state == LegState::Received);
    // GoTone: 24 h to the answer, 6 h a leg.
    clocks(&site, &[&home, &base], title, Due("10:00+1"), &[(BASE, Due("17:10"))]);

    site.set_clock("2026-11-24T12:10:00+08:00");
    base.hear_the_clock();
    base.dispatch_to(GROUP, "请协助核查平台日志");
    site.api().case(title, "at the group", |c| c.legs.len() == 3);
    group.open_work(&case.id);
    group.receive();
    site.api().case(title, "received by the group", |c| c.legs[2].state == LegState::Received);
    clocks(&site, &[&home, &base, &group], title, Due("10:00+1"), &[(BASE, Paused(300)), (GROUP, Due("18:10"))]);
    group.answer("平台证书过期，已更换");
    site.api().case(title, "answered by the group", |c| c.legs[2].state == LegState::Answered);
    base.answer("集团已更换平台证书");
    site.api().case(title, "answered by the base", |c| c.legs[1].state == LegState::Answered);
    home.answer_customer("平台已恢复，请重新打开手机视频");
    home.close_case();
    let closed = site.api().case(title, "closed", |c| c.status == Status::Closed);
    let states: Vec<LegState> = closed.legs.iter().map(|l| l.state).collect();
    assert_eq!(states, [LegState::Returned, LegState::Answered, LegState::Answered]);
}
