//! The packs that are shipped, and a second operator's: they load without a fault, and every number is the one that
//! the operator's documents print (domain dossier, tables A0, A2, A3) or that we chose as a default.
#![allow(clippy::unwrap_used)]

use baton_engine::model::Channel;
use baton_engine::policy::{Certainty, Duty, EdgeKind, PackLoader, Policy, TierMeasure, check};
use baton_engine::time::{Date, Span, Timestamp};

const CHINA_MOBILE: &str = include_str!("../../../public/policy/china-mobile-td.json");
const DONGGUAN: &str = include_str!("../../../public/policy/dongguan-expert-desk.json");
const HUDSON: &str = include_str!("data/policy/hudson-wireless.json");

fn loader() -> PackLoader {
    let mut loader = PackLoader::new();
    for text in [CHINA_MOBILE, DONGGUAN, HUDSON] {
        loader.add("pack", text).unwrap();
    }
    loader
}

fn load(id: &str) -> Policy {
    loader().load(id).unwrap_or_else(|faults| {
        panic!("{}", faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
    })
}

fn t(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn all_packs_load_without_a_fault_and_checking_says_the_same() {
    assert_eq!(load("china-mobile-td").extends, Vec::<String>::new());
    assert_eq!(load("dongguan-expert-desk").extends, ["china-mobile-td"]);
    let loader = loader();
    let (checked, loaded) = (check(DONGGUAN, &loader).unwrap(), load("dongguan-expert-desk"));
    assert_eq!((checked.pin(), checked.classes, checked.desks), (loaded.pin(), loaded.classes, loaded.desks));
    assert_eq!(check(HUDSON, &PackLoader::new()).unwrap().id, "hudson-wireless");
}

#[test]
fn reply_and_leg_limits_are_those_of_the_printed_table() {
    for id in ["china-mobile-td", "dongguan-expert-desk"] {
        let policy = load(id);
        let table: Vec<_> = policy
            .classes
            .iter()
            .map(|c| (c.id.as_str(), c.reply.id.as_str(), c.reply.limit, c.leg.id.as_str(), c.leg.limit))
            .collect();
        let h = Span::from_hours;
        assert_eq!(
            table,
            [
                ("VIP", "CR-VIP", h(8), "HOP-VIP", h(3)),
                ("GOTONE", "CR-GOTONE", h(24), "HOP-STD", h(6)),
                ("MZONE", "CR-MZONE", h(48), "HOP-STD", h(6)),
                ("EASYOWN", "CR-EASYOWN", h(48), "HOP-STD", h(6)),
                ("ORDINARY", "CR-GOTONE", h(24), "HOP-STD", h(6)),
            ]
        );
        for class in &policy.classes {
            assert_eq!(class.reply.provenance.certainty, Certainty::Stated, "{}", class.id);
            assert_eq!(class.leg.provenance.certainty, Certainty::Stated, "{}", class.id);
            assert!(policy.calendar_of(&class.reply).is_always_open());
        }
        assert_eq!(policy.class("no such class").id, "ORDINARY");
        assert_eq!(policy.class("").provenance.certainty, Certainty::Default);
    }
}

#[test]
fn clock_rules_hold_the_defaults_and_say_that_they_are_defaults() {
    let policy = load("china-mobile-td");
    let clocks = &policy.clocks;
    assert_eq!((clocks.reserve.id.as_str(), clocks.reserve.limit), ("HOP-RESERVE", Span::from_minutes(30)));
    assert_eq!(clocks.reserve.provenance.certainty, Certainty::Default);
    assert_eq!(clocks.receipt_grace.limit, Span::from_minutes(15));
    let (days, rule) = clocks.statutory_days.as_ref().unwrap();
    assert_eq!((*days, rule.id.as_str(), rule.limit), (15, "REG-REPLY", Span::from_days(15)));
    assert_eq!(rule.provenance.certainty, Certainty::External);
    assert_eq!((clocks.soon_per_mille, clocks.soon_under), (800, Span::from_hours(1)));
    assert_eq!((clocks.reopen_per_mille, clocks.repeat_window), (500, Span::from_days(30)));
    assert_eq!((clocks.loop_limit, clocks.close_after_failed_days, clocks.guard_blocks), (3, 3, false));
    let settings: Vec<_> = clocks.settings.iter().map(|s| (s.id.as_str(), s.value.as_str())).collect();
    assert!(settings.contains(&("soonPercent", "80")) && settings.contains(&("guardBlocks", "false")));
    assert!(clocks.settings.iter().all(|s| s.provenance.certainty == Certainty::Default));
    assert_eq!(policy.settings.len(), 2);
}

#[test]
fn contacts_organisations_and_flows_are_as_described() {
    let policy = load("china-mobile-td");
    let limit = |channel| policy.contact_rule(channel).map(|r| (r.limit, r.provenance.certainty));
    assert_eq!(limit(Channel::Voice), Some((Span::from_secs(15), Certainty::External)));
    assert_eq!(limit(Channel::WebChat), Some((Span::from_minutes(1), Certainty::Default)));
    assert_eq!(limit(Channel::Sms), Some((Span::from_minutes(30), Certainty::Default)));
    assert_eq!(limit(Channel::Email), Some((Span::from_hours(4), Certainty::Default)));
    assert_eq!(limit(Channel::Kiosk), None);

    let orgs: Vec<_> = policy.organisations.iter().map(|o| (o.id.as_str(), o.interface, o.external)).collect();
    assert_eq!(
        orgs,
        [
            ("oem-service", true, true),
            ("base-province", true, false),
            ("home-province", true, false),
            ("group", false, false)
        ]
    );
    let edges = |flow: &str| -> Vec<String> {
        let flow = policy.flow(flow).unwrap();
        flow.edges
            .iter()
            .map(|e| {
                let kind = if e.kind == EdgeKind::Assist { "helps" } else { "does" };
                format!("{} {} {kind}{}", e.from, e.to, if e.parallel { " parallel" } else { "" })
            })
            .collect()
    };
    let (help, down) = ("base-province group helps parallel", "base-province home-province does parallel");
    assert_eq!(edges("F-OEM"), ["oem-service base-province does", down, help]);
    assert_eq!(edges("F-HOME"), ["home-province base-province does", help]);
    assert_eq!(edges("F-BASE"), [down, help]);
    for (org, flow, certainty) in [
        ("oem-service", "F-OEM", Certainty::Stated),
        ("home-province", "F-HOME", Certainty::Stated),
        ("base-province", "F-BASE", Certainty::Uncertain),
    ] {
        let found = policy.flow_of_entry(org).unwrap();
        assert_eq!((found.id.as_str(), found.provenance.certainty), (flow, certainty));
    }
    assert!(policy.flow_of_entry("group").is_none());
    assert_eq!(policy.flow("F-OEM").unwrap().edges[2].provenance.certainty, Certainty::Inferred);
    assert_eq!(policy.category("TERMINAL.hardware").unwrap().duty, Duty::Maker);
    assert_eq!(policy.category("NETWORK").unwrap().duty, Duty::Mobile);
    for id in ["answered", "chased", "toExpert", "callback", "newLeg"] {
        assert!(policy.dispositions.iter().any(|d| d.id == id), "{id}");
    }
}

#[test]
fn tiers_hold_the_printed_amounts_and_the_inferred_class() {
    let policy = load("china-mobile-td");
    let tiers: Vec<_> = policy
        .tiers
        .iter()
        .map(|t| {
            let r = t.range.unwrap();
            (t.id.as_str(), t.badge.as_str(), t.service_class.as_deref(), r.measure, r.at_least_fen, r.below_fen)
        })
        .collect();
    let (year, month) = (TierMeasure::AnnualSpend, TierMeasure::MonthlyArpu);
    assert_eq!(
        tiers,
        [
            ("DIAMOND", "diamond", Some("VIP"), year, 600_000, None),
            ("GOLD", "gold", Some("VIP"), year, 400_000, Some(600_000)),
            ("SILVER", "silver", Some("VIP"), year, 250_000, Some(400_000)),
            ("A", "a", None, month, 20_000, None),
            ("B", "b", None, month, 12_000, Some(20_000)),
            ("C", "c", None, month, 0, Some(12_000)),
        ]
    );
    assert!(policy.tiers.iter().all(|t| t.provenance.certainty == Certainty::Inferred));
}

#[test]
fn the_expert_desk_is_as_its_specification_says() {
    let policy = load("dongguan-expert-desk");
    let desk = policy.desk("expert-data-dg").unwrap();
    assert_eq!(desk.org, "home-province");
    assert_eq!(
        desk.seats.iter().map(|s| s.id.as_str()).collect::<Vec<_>>(),
        ["8801", "8802", "8803", "8804", "8805", "8806"]
    );
    assert_eq!((desk.seats[1].name.as_str(), desk.seats[1].name_en.as_str()), ("罗家明", "Luo Jiaming"));
    assert_eq!(
        desk.cities.iter().map(|c| c.name.en.as_str()).collect::<Vec<_>>(),
        ["Dongguan", "Huizhou", "Heyuan", "Meizhou"]
    );
    let scope = |inside: bool| -> Vec<&str> {
        desk.topics.iter().filter(|t| t.in_scope == inside).map(|t| t.id.as_str()).collect()
    };
    let seven = ["mobilePayment", "mobileVideo", "mobileTv", "mobileSecurities", "baihe", "pim", "wlan"];
    assert_eq!(scope(true), [&seven[..], &["handsetParams", "dataOperation"]].concat());
    assert_eq!(scope(false), ["gprs", "otherDataIntro", "staffComplaint", "smallPayments"]);
    assert!(desk.topics.iter().filter(|t| !t.in_scope).all(|t| t.alternative.is_some()));
    for topic in desk.topics.iter().filter(|t| t.in_scope) {
        let able = desk.seats.iter().filter(|s| s.skills.contains(&topic.skill)).count();
        assert!(able >= 2, "{}: a next seat must exist, {able} have the skill", topic.id);
    }
    // 9:00 to 22:00, seven days, holidays too: Saturday, National Day.
    let hours = &policy.calendars[desk.calendar].calendar;
    for (moment, open) in [
        ("2026-11-21T08:59:59+08:00", false),
        ("2026-11-21T09:00:00+08:00", true),
        ("2026-11-21T21:59:59+08:00", true),
        ("2026-11-21T22:00:00+08:00", false),
        ("2026-10-01T12:00:00+08:00", true),
    ] {
        assert_eq!(hours.is_open(t(moment)), Ok(open), "{moment}");
    }
    let rules = desk.callback.as_ref().unwrap();
    assert_eq!((rules.window.id.as_str(), rules.window.limit), ("RELAY-CB", Span::from_hours(1)));
    assert_eq!(rules.window.provenance.certainty, Certainty::Stated);
    assert_eq!(policy.calendars[rules.window.calendar].id, "expert-desk-dg");
    assert_eq!((rules.tries, rules.spacing), (3, Span::from_minutes(20)));
    assert_eq!((rules.claim_lapse, rules.handling), (Span::from_minutes(10), Span::from_minutes(5)));
    assert_eq!((desk.offer, desk.ageing), (Span::from_secs(15), Span::from_minutes(3)));
    let front = policy.desk("hotline-front").unwrap();
    assert!(policy.calendars[front.calendar].calendar.is_always_open() && front.callback.is_none());
    assert_eq!(policy.category("DATA_SERVICE.wlan").unwrap().topic.as_deref(), Some("wlan"));
}

#[test]
fn the_flag_narrows_the_scope_to_four_services() {
    let four = DONGGUAN.replace(r#""value": "seven""#, r#""value": "four""#);
    assert_ne!(four, DONGGUAN);
    let policy = check(&four, &loader()).unwrap();
    let inside = |id: &str| policy.desk("expert-data-dg").unwrap().topic(id).unwrap().in_scope;
    for id in ["mobilePayment", "mobileVideo", "mobileTv", "mobileSecurities", "handsetParams", "dataOperation"] {
        assert!(inside(id), "{id}");
    }
    for id in ["baihe", "pim", "wlan", "gprs"] {
        assert!(!inside(id), "{id}");
    }
    assert_eq!(policy.flags[0].provenance.certainty, Certainty::Uncertain);
}

#[test]
fn holidays_of_2026_and_the_provisional_ones_of_2027_reach_the_calendars() {
    let policy = load("china-mobile-td");
    let work = policy.calendars.iter().find(|c| c.id == "working-days-cn").unwrap();
    let open = |moment: &str| work.calendar.is_open(t(moment)).unwrap();
    let noon = |date: Date| open(&format!("{date}T12:00:00+08:00"));
    let all = |dates: &[&str], want: bool| {
        for date in dates {
            assert_eq!(noon(date.parse().unwrap()), want, "{date}");
        }
    };
    // Every day off of 2026, by the notice; the rest of the year follows the week.
    let off = [(1, 1, 3), (2, 15, 23), (4, 4, 6), (5, 1, 5), (6, 19, 21), (9, 25, 27), (10, 1, 7)];
    let worked = [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)];
    let mut day = Date::from_ymd(2026, 1, 1).unwrap();
    while day.year() == 2026 {
        let (m, d) = (day.month(), day.day());
        let holiday = off.iter().any(|(month, a, b)| *month == m && (*a..=*b).contains(&d));
        let weekend = matches!(day.weekday().number_from_monday(), 6 | 7);
        let want = worked.contains(&(m, d)) || !(holiday || weekend);
        assert_eq!(noon(day), want, "{day}");
        day = day.plus_days(1);
    }
    all(&["2025-01-28", "2025-10-08", "2027-02-05", "2027-10-01"], false);
    all(&["2025-01-26", "2025-10-11", "2027-01-04"], true);
    assert!(work.calendar.warnings(t("2026-03-01T00:00:00Z"), t("2026-03-02T00:00:00Z")).is_empty());
    assert!(!work.calendar.warnings(t("2027-03-01T00:00:00Z"), t("2027-03-02T00:00:00Z")).is_empty());
    let spring = work.days.iter().find(|d| d.date.to_string() == "2026-02-17").unwrap();
    assert_eq!((spring.name.zh.as_str(), spring.name.en.as_str()), ("春节", "Spring Festival"));
}

#[test]
fn another_operator_in_another_zone_needs_no_other_code() {
    let policy = load("hudson-wireless");
    assert_eq!(policy.class("PREMIER").reply.limit, Span::from_hours(4));
    assert_eq!(policy.class("?").id, "STANDARD");
    assert_eq!(policy.clocks.statutory_days, None);
    assert_eq!(policy.clocks.soon_per_mille, 900);
    let night = policy.calendars.iter().find(|c| c.id == "night-desk").unwrap();
    // Saturday 20:00 to Sunday 04:00 across the change of 1 November 2026, 02:00 EDT → 01:00 EST: nine hours.
    let (from, to) = (t("2026-10-31T20:00:00-04:00"), t("2026-11-01T04:00:00-05:00"));
    assert_eq!(night.calendar.between(from, to), Ok(Span::from_hours(9)));
    // A lunch break, and Thanksgiving.
    let office = policy.calendars.iter().find(|c| c.id == "office").unwrap();
    let day = (t("2026-11-23T00:00:00-05:00"), t("2026-11-24T00:00:00-05:00"));
    assert_eq!(office.calendar.between(day.0, day.1), Ok(Span::from_hours(8)));
    assert_eq!(office.calendar.is_open(t("2026-11-26T10:00:00-05:00")), Ok(false));
}
