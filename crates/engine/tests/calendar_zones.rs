//! Time zone rules against the zoneinfo database: every change of offset of 23 zones in 2024 to 2030.

#![allow(clippy::unwrap_used)]

#[path = "data/calendar/fixtures.rs"]
mod fixtures;

use baton_engine::calendar::{Zone, ZoneSpec};
use baton_engine::time::{Date, Timestamp};
use fixtures::at;
use proptest::prelude::*;

fn zone(rule: &str) -> Zone {
    Zone::new(&ZoneSpec::posix("test", rule)).unwrap()
}

const NEW_YORK: &str = "EST5EDT,M3.2.0,M11.1.0";

#[test]
fn offsets_change_when_the_zoneinfo_database_says() {
    let last_hour = at("2030-12-31T23:00+00:00").millis() / 1000;
    for row in include_str!("data/calendar/zones.csv").lines() {
        let fields: Vec<&str> = row.split(';').collect();
        let [name, rule, changes] = fields[..] else { panic!("bad row: {row}") };
        let zone = zone(rule);
        let mut changes: Vec<(i64, i32)> = changes
            .split(' ')
            .map(|change| change.split_once(':').unwrap())
            .map(|(second, offset)| (second.parse().unwrap(), offset.parse().unwrap()))
            .collect();
        changes.push((last_hour, 0));
        for pair in changes.windows(2) {
            let ((since, offset), (until, _)) = (pair[0], pair[1]);
            let moments = [since, since + 1, (since + until) / 2, until - 1];
            let hours = (since..until).step_by(3600);
            for second in hours.chain(moments) {
                let found = zone.offset_at(Timestamp::from_millis(second * 1000));
                assert_eq!(found, offset, "{name} ({rule}) at {second}");
            }
        }
    }
}

#[test]
fn wall_times_in_a_gap_and_in_a_fold() {
    let new_york = zone(NEW_YORK);
    let spring = Date::from_ymd(2026, 3, 8).unwrap();
    let hour = 3600;
    assert_eq!(
        new_york.instant(spring, 2 * hour - 1).plus(baton_engine::time::Span::from_secs(1)),
        at("2026-03-08T03:00-04:00")
    );
    assert_eq!(new_york.instant(spring, 2 * hour), at("2026-03-08T03:00-04:00"));
    assert_eq!(new_york.instant(spring, 2 * hour + 1800), at("2026-03-08T03:00-04:00"));
    assert_eq!(new_york.instant(spring, 3 * hour), at("2026-03-08T03:00-04:00"));
    assert_eq!(new_york.instant(spring, 3 * hour + 60), at("2026-03-08T03:01-04:00"));
    let autumn = Date::from_ymd(2026, 11, 1).unwrap();
    assert_eq!(new_york.instant(autumn, hour), at("2026-11-01T01:00-04:00"));
    assert_eq!(new_york.instant(autumn, hour + 1800), at("2026-11-01T01:30-04:00"));
    assert_eq!(new_york.instant(autumn, 2 * hour), at("2026-11-01T02:00-05:00"));
    assert_eq!(new_york.instant(autumn.plus_days(-1), 26 * hour), at("2026-11-01T02:00-05:00"));
}

#[test]
fn local_date_and_time_of_day() {
    let shanghai = Zone::new(&ZoneSpec::shanghai()).unwrap();
    assert_eq!(shanghai.id(), "Asia/Shanghai");
    let (date, millis) = shanghai.local(at("2026-11-22T16:30+00:00"));
    assert_eq!((date.to_string().as_str(), millis), ("2026-11-23", 30 * 60_000));
    let (date, millis) = zone(NEW_YORK).local(at("2026-01-01T00:00+00:00"));
    assert_eq!((date.to_string().as_str(), millis), ("2025-12-31", 19 * 3_600_000));
}

/// Daylight time all year (RFC 8536, section 3.3.1), days of the year with and without 29 February.
#[test]
fn unusual_rules() {
    let always_daylight = zone("EST5EDT,0/0,J365/25");
    for month in 1..=12 {
        let t = at(&format!("2028-{month:02}-01T00:00+00:00"));
        assert_eq!(always_daylight.offset_at(t), -4 * 3600, "month {month}");
    }
    assert_eq!(always_daylight.offset_at(at("2028-01-01T04:59+00:00")), -4 * 3600);
    assert_eq!(always_daylight.offset_at(at("2028-01-01T05:00+00:00")), -4 * 3600);
    // J60 is 1 March in every year, 60 (from zero) is 29 February + 1 in a leap year and 2 March in others.
    for (rule, year, first_day) in [("J60", 2028, 1), ("J60", 2027, 1), ("60", 2028, 1), ("60", 2027, 2)] {
        let zone = zone(&format!("STD0DST,{rule}/0,M12.1.0"));
        let start = at(&format!("{year}-03-0{first_day}T00:00+00:00"));
        assert_eq!(zone.offset_at(start), 3600, "{rule} in {year}");
        assert_eq!(zone.offset_at(start.minus(baton_engine::time::Span::from_millis(1))), 0, "{rule} in {year}");
    }
}

#[test]
fn bad_rules_are_refused_with_the_reason() {
    for (rule, reason) in [
        ("", "three letters"),
        ("Asia/Shanghai", "number is missing"),
        ("E5", "three letters"),
        ("<+08-8", "not closed"),
        ("EST", "number is missing"),
        ("EST25", "out of range"),
        ("EST5:60", "out of range"),
        ("EST5EDT", "begins and ends"),
        ("EST5EDT4", "begins"),
        ("EST5EDT,M3.2.0", "begins"),
        ("EST5EDT,M13.2.0,M11.1.0", "out of range"),
        ("EST5EDT,M3.6.0,M11.1.0", "out of range"),
        ("EST5EDT,M3.2.7,M11.1.0", "out of range"),
        ("EST5EDT,M3,M11.1.0", "number is missing"),
        ("EST5EDT,J0,M11.1.0", "out of range"),
        ("EST5EDT,366,M11.1.0", "out of range"),
        ("EST5EDT,M3.2.0/168,M11.1.0", "out of range"),
        ("EST5EDT,M3.2.0,M11.1.0,", "after the end"),
        ("CST-8 ", "three letters"),
        ("中国标准时间-8", "three letters"),
    ] {
        let message = Zone::new(&ZoneSpec::posix("test", rule)).unwrap_err();
        assert!(message.contains(reason), "{rule}: {message}");
    }
    assert!(Zone::new(&ZoneSpec::fixed("test", i32::MIN)).is_err());
    assert!(Zone::new(&ZoneSpec::fixed("test", 100_000)).is_err());
}

proptest! {
    #[test]
    fn no_rule_panics(rule in "([A-Z]{3}|<[+0-9]{3}>|M|J|,|/|-|:|\\.|[0-9]{1,3}|\\PC){0,14}", ms in any::<i64>()) {
        if let Ok(zone) = Zone::new(&ZoneSpec::posix("test", rule)) {
            let t = Timestamp::from_millis(ms);
            let _ = (zone.offset_at(t), zone.local(t));
        }
    }

    /// A wall time that the clock shows leads back to itself, or to an earlier showing of the same time.
    #[test]
    fn an_instant_on_the_wall_and_back(second in 0i64..3_000_000_000, rule in prop::sample::select(vec![
        "CST-8", NEW_YORK, "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "<-04>4<-03>,M9.1.6/24,M4.1.6/24",
        "CST5CDT,M3.2.0/0,M11.1.0/1", "IST-1GMT0,M10.5.0,M3.5.0/1",
    ])) {
        let zone = zone(rule);
        let t = Timestamp::from_millis(second * 1000);
        let (date, millis) = zone.local(t);
        let back = zone.instant(date, millis / 1000);
        prop_assert!(back <= t);
        prop_assert_eq!(zone.local(back), (date, millis));
        if back < t {
            prop_assert!(zone.offset_at(back) > zone.offset_at(t));
        }
    }
}
