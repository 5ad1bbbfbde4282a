//! Reads `calendars.json` into calendars, and writes instants the way the examples are easiest to check.

#![allow(dead_code, clippy::unwrap_used)] // shared by several test programs, each of which uses a part

use baton_engine::calendar::*;
use baton_engine::time::*;
use serde_json::Value;

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Every calendar of the file, as data.
pub fn specs() -> Vec<CalendarSpec> {
    let file: Value = serde_json::from_str(include_str!("calendars.json")).unwrap();
    file["calendars"].as_array().unwrap().iter().map(|calendar| spec_from(calendar, &file["holidays"])).collect()
}

/// One calendar of the file, as data.
pub fn spec(id: &str) -> CalendarSpec {
    specs().into_iter().find(|spec| spec.id == id).unwrap()
}

/// One calendar of the file.
pub fn calendar(id: &str) -> Calendar {
    Calendar::new(&spec(id)).unwrap()
}

fn spec_from(calendar: &Value, holidays: &Value) -> CalendarSpec {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let date = |value: &Value| value.as_str().unwrap().parse::<Date>().unwrap();
    let zone = ZoneSpec::posix(text(&calendar["zone"]), text(&calendar["posix"]));
    let mut spec = CalendarSpec::new(text(&calendar["id"]), zone);
    spec.always_open = calendar["alwaysOpen"] == true;
    for (names, day) in calendar["weekly"].as_object().into_iter().flatten() {
        for name in names.split(',') {
            spec.weekly[WEEKDAYS.iter().position(|known| *known == name).unwrap()] = hours(day);
        }
    }
    for (day, value) in calendar["overrides"].as_object().into_iter().flatten() {
        let date = day.parse().unwrap();
        spec.overrides.push(DayOverride { date, hours: hours(value), reason: "override".to_owned() });
    }
    if calendar["holidays"] == true {
        (spec.closed_on_holidays, spec.open_on_make_up_days) = (true, true);
        let name = || "holiday".to_owned();
        let off = holidays["off"].as_array().unwrap().iter();
        spec.holidays = off.map(|day| Holiday { date: date(day), name: name() }).collect();
        let make_up = holidays["makeUp"].as_array().unwrap().iter();
        spec.make_up_days = make_up
            .map(|day| MakeUpDay { date: date(day), name: name(), hours: MakeUpHours::As(Weekday::Mon) })
            .collect();
        let years = holidays["provisionalYears"].as_array().unwrap().iter();
        spec.provisional_years = years.map(|year| year.as_i64().unwrap() as i32).collect();
    }
    spec
}

fn hours(day: &Value) -> DayHours {
    let seconds = |value: &Value| {
        let parts = value.as_str().unwrap().split(':').map(|part| part.parse::<u32>().unwrap());
        parts.zip([3600, 60, 1]).map(|(n, unit)| n * unit).sum()
    };
    day.as_array().unwrap().iter().map(|pair| (seconds(&pair[0]), seconds(&pair[1]))).collect()
}

/// An instant from RFC 3339 without seconds: `2026-11-23T09:00+08:00`.
pub fn at(text: &str) -> Timestamp {
    let (local, offset) = text.split_at(16);
    format!("{local}:00{offset}").parse().unwrap()
}

/// A duration.
pub fn span(text: &str) -> Span {
    text.parse().unwrap()
}
