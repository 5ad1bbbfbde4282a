//! Reads time zones, holidays and calendars, checks them so that every fault has its own place, and compiles them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::cursor::{Cx, Obj, every};
use super::fault::{Expected, FaultCode, Noun};
use super::node::{Kind, Node, short};
use crate::calendar::{Calendar, CalendarSpec, DayHours, DayOverride, Holiday, MakeUpDay, MakeUpHours, Zone, ZoneSpec};
use crate::order;
use crate::policy::{NamedCalendar, NamedDay, Text};
use crate::time::{Date, Weekday};

/// Limits that keep the compiled tables of a hostile pack small.
const MAX_CALENDARS: usize = 32;
const MAX_INTERVALS: usize = 6;
const MAX_YEARS: i64 = 30;
const MAX_DAYS_OF_YEAR: usize = 400;

const DAY: u32 = 86_400;

pub(super) const WEEK: [(&str, Weekday); 7] = [
    ("mon", Weekday::Mon),
    ("tue", Weekday::Tue),
    ("wed", Weekday::Wed),
    ("thu", Weekday::Thu),
    ("fri", Weekday::Fri),
    ("sat", Weekday::Sat),
    ("sun", Weekday::Sun),
];

/// The holidays of one set and year.
pub(super) struct Year {
    year: i32,
    provisional: bool,
    off: Vec<(Date, Text)>,
    make_up: Vec<(Date, Text, Weekday)>,
}

/// Holiday tables by the name of their set.
pub(super) type Sets = HashMap<String, Vec<Year>>;

/// `{"id": "Asia/Shanghai", "rule": "CST-8"}`.
pub(super) fn zone(cx: &Cx, node: &Node) -> Option<ZoneSpec> {
    let o = Obj::new(cx, node)?;
    let id = o.req("id", Cx::text);
    let rule = o.req("rule", |cx, n| {
        let text = cx.text(n)?;
        let spec = ZoneSpec::posix("", text.clone());
        match Zone::new(&spec) {
            Ok(_) => Some(text),
            Err(reason) => cx.fault(n, FaultCode::BadZone { rule: short(&text), reason: first(&reason).to_owned() }),
        }
    });
    o.done();
    Some(ZoneSpec::posix(id?, rule?))
}

/// The section `holidays`. Sets that have a faulty year are there too, so that references to them hold.
pub(super) fn holidays(cx: &Cx, nodes: &[Node]) -> Sets {
    let mut sets: Sets = HashMap::new();
    for node in nodes {
        let Some(o) = Obj::new(cx, node) else {
            continue;
        };
        o.req("id", Cx::id);
        let set = o.req("set", Cx::id);
        let year = o.req("year", |cx, n| cx.whole(n, 1970, 2200));
        let provisional = o.opt("provisional", Cx::boolean);
        let mut seen = HashSet::new();
        let off = o.req("off", |cx, n| days(cx, n, year, &mut seen, |_| Some(())));
        let make_up = o.req("makeUp", |cx, n| {
            days(cx, n, year, &mut seen, |o| {
                o.opt("like", |cx, n| cx.choice(n, &WEEK)).map(|d| d.unwrap_or(Weekday::Mon))
            })
        });
        o.provenance();
        o.done();
        let Some(set) = set else { continue };
        let years = sets.entry(set.clone()).or_default();
        let (Some(year), Some(off), Some(make_up)) = (year, off, make_up) else {
            continue;
        };
        let (Ok(year32), Some(provisional)) = (i32::try_from(year), provisional) else {
            continue;
        };
        if years.iter().any(|y| y.year == year32) {
            let place = node.field("year").unwrap_or(node);
            cx.fault::<()>(place, FaultCode::YearTwice { set, year });
            continue;
        }
        years.push(Year {
            year: year32,
            provisional: provisional.unwrap_or(false),
            off: off.into_iter().map(|(d, t, ())| (d, t)).collect(),
            make_up,
        });
    }
    sets
}

/// `[{"first": "2026-10-01", "last": "2026-10-07", "name": …}]`; `last` may be missing. A day stands in one list only.
fn days<'a, T: Clone>(
    cx: &'a Cx,
    node: &'a Node,
    year: Option<i64>,
    seen: &mut HashSet<Date>,
    more: impl Fn(&Obj<'a>) -> Option<T>,
) -> Option<Vec<(Date, Text, T)>> {
    let mut out = Vec::new();
    let mut whole = true;
    for entry in cx.at_most(node, MAX_DAYS_OF_YEAR)? {
        let Some(o) = Obj::new(cx, entry) else {
            whole = false;
            continue;
        };
        let in_year = |cx: &Cx, n: &Node| {
            let day = date(cx, n)?;
            match year {
                Some(year) if i64::from(day.year()) != year => {
                    cx.fault(n, FaultCode::WrongYear { date: day.to_string(), year })
                }
                _ => Some(day),
            }
        };
        let first = o.req("first", in_year);
        let last = o.opt("last", in_year);
        let (name, extra) = (o.req("name", Cx::both), more(&o));
        o.done();
        let (Some(first), Some(last), Some(name), Some(extra)) = (first, last, name, extra) else {
            whole = false;
            continue;
        };
        let last = last.unwrap_or(first);
        if last < first {
            whole = false;
            cx.fault::<()>(entry.field("last").unwrap_or(entry), FaultCode::DatesReversed);
            continue;
        }
        let mut day = first;
        while day <= last && day.year() == first.year() {
            if !seen.insert(day) {
                whole = false;
                cx.fault::<()>(entry.field("first").unwrap_or(entry), FaultCode::DateTwice { date: day.to_string() });
                break;
            }
            out.push((day, name.clone(), extra.clone()));
            day = day.plus_days(1);
        }
    }
    whole.then_some(out)
}

/// The section `calendars`: one slot for each entry, empty where it is faulty.
pub(super) fn calendars(cx: &Cx, nodes: &[Node], home: Option<&ZoneSpec>, sets: &Sets) -> Vec<Option<NamedCalendar>> {
    if let Some(extra) = nodes.get(MAX_CALENDARS) {
        cx.fault::<()>(extra, FaultCode::TooMany { limit: MAX_CALENDARS });
    }
    nodes.iter().take(MAX_CALENDARS).map(|n| calendar(cx, n, home, sets)).collect()
}

fn calendar(cx: &Cx, node: &Node, home: Option<&ZoneSpec>, sets: &Sets) -> Option<NamedCalendar> {
    let o = Obj::new(cx, node)?;
    let (id, name) = (o.req("id", Cx::id), o.req("name", Cx::both));
    let own_zone = o.opt("zone", zone);
    let always = o.opt("alwaysOpen", Cx::boolean);
    let weekly = match always {
        Some(Some(true)) => match o.get("weekly") {
            Some(n) => cx.fault(n, FaultCode::HoursAndAlwaysOpen),
            None => Some(Default::default()),
        },
        None => o.opt("weekly", week).map(Option::unwrap_or_default),
        _ => o.req("weekly", week),
    };
    let set = o.opt("holidays", |cx, n| {
        let name = cx.id(n)?;
        if sets.contains_key(&name) {
            return Some(name);
        }
        cx.unknown(n, Noun::HolidaySet, &name, sorted(sets).into_iter())
    });
    let overrides = o.opt("overrides", overrides);
    let years = o.opt("years", years);
    let provenance = o.provenance();
    o.done();

    let (mut days, set) = (Vec::new(), set?);
    let zone = own_zone?.or_else(|| home.cloned())?;
    let mut spec = CalendarSpec::new(id.clone()?, zone);
    (spec.weekly, spec.always_open) = (weekly?, always?.unwrap_or(false));
    if let Some(years) = years? {
        spec.covered_years = years;
    }
    for (day, reason) in overrides?.unwrap_or_default() {
        days.push(NamedDay { date: day.date, name: reason });
        spec.overrides.push(day);
    }
    if let Some(tables) = set.and_then(|s| sets.get(&s)) {
        use_holidays(&mut spec, &mut days, tables);
    }
    if !spec.always_open && spec.weekly.iter().all(Vec::is_empty) {
        return cx.fault(node, FaultCode::NeverOpen);
    }
    let calendar = match Calendar::new(&spec) {
        Ok(calendar) => Arc::new(calendar),
        Err(faults) => {
            for fault in faults {
                cx.fault::<()>(node, FaultCode::BadCalendar { reason: fault.to_string() });
            }
            return None;
        }
    };
    Some(NamedCalendar { id: id?, name: name?, calendar, days, provenance: provenance? })
}

/// Years of which the set says nothing count as provisional: their holidays are not known.
fn use_holidays(spec: &mut CalendarSpec, days: &mut Vec<NamedDay>, tables: &[Year]) {
    (spec.closed_on_holidays, spec.open_on_make_up_days) = (true, true);
    let covered = spec.covered_years.0..=spec.covered_years.1;
    for table in tables.iter().filter(|t| covered.contains(&t.year)) {
        for (date, name) in &table.off {
            spec.holidays.push(Holiday { date: *date, name: name.zh.clone() });
            days.push(NamedDay { date: *date, name: name.clone() });
        }
        for (date, name, like) in &table.make_up {
            let hours = MakeUpHours::As(*like);
            spec.make_up_days.push(MakeUpDay { date: *date, name: name.zh.clone(), hours });
            days.push(NamedDay { date: *date, name: name.clone() });
        }
    }
    let known = |year: &i32| tables.iter().any(|t| t.year == *year && !t.provisional);
    spec.provisional_years = covered.filter(|y| !known(y)).collect();
}

fn sorted(sets: &Sets) -> Vec<&str> {
    let mut names: Vec<&str> = sets.keys().map(String::as_str).collect();
    order::sort_by(&mut names, Ord::cmp);
    names
}

/// `{"mon": [["09:00", "12:00"], ["14:00", "18:00"]], …}`; days not named are closed.
fn week(cx: &Cx, node: &Node) -> Option<[DayHours; 7]> {
    let o = Obj::new(cx, node)?;
    let mut out: [DayHours; 7] = Default::default();
    let mut whole = true;
    for (slot, (key, _)) in out.iter_mut().zip(WEEK) {
        match o.opt(key, hours) {
            Some(day) => *slot = day.unwrap_or_default(),
            None => whole = false,
        }
    }
    o.done();
    whole.then_some(())?;
    // An interval over midnight may run into the next day's first one; Sunday's runs into Monday.
    for (i, (key, _)) in WEEK.iter().enumerate() {
        let next = WEEK[(i + 1) % 7].0;
        for (j, &(_, close)) in out[i].iter().enumerate() {
            if close > DAY && out[(i + 1) % 7].iter().any(|&(open, _)| open < close - DAY) {
                let place = node.field(key).and_then(Node::list).and_then(|l| l.get(j)).unwrap_or(node);
                cx.fault::<()>(place, FaultCode::OverlapsDay { day: next });
                whole = false;
            }
        }
    }
    whole.then_some(out)
}

/// `[["09:00", "12:00"], ["14:00", "30:00"]]`, half-open, from local midnight.
fn hours(cx: &Cx, node: &Node) -> Option<DayHours> {
    let entries = cx.at_most(node, MAX_INTERVALS)?;
    let out = every(entries.iter().map(|n| interval(cx, n)))?;
    for (i, a) in out.iter().enumerate() {
        if let Some(b) = out[..i].iter().find(|b| a.0 < b.1 && b.0 < a.1) {
            let with = format!("{}–{}", clock(b.0), clock(b.1));
            return cx.fault(&entries[i], FaultCode::Overlap { with });
        }
    }
    Some(out)
}

fn interval(cx: &Cx, node: &Node) -> Option<(u32, u32)> {
    let [from, to] = cx.list(node)? else {
        return cx.wrong(node, Expected::Times);
    };
    let (a, b) = (time(cx, from), time(cx, to));
    let (a, b) = (a?, b?);
    if b <= a {
        return cx.fault(node, FaultCode::IntervalReversed { from: clock(a), to: clock(b) });
    }
    if a >= DAY || b > 2 * DAY || b - a > DAY {
        return cx.fault(node, FaultCode::IntervalTooLate { to: clock(b) });
    }
    Some((a, b))
}

/// `HH:MM` or `HH:MM:SS`, 00:00 to 48:00, in seconds.
fn time(cx: &Cx, node: &Node) -> Option<u32> {
    let Some(text) = node.text() else {
        return cx.wrong(node, Expected::Time);
    };
    let parts: Vec<&str> = if text.len() <= 8 { text.split(':').collect() } else { Vec::new() };
    let two = |part: &str| {
        let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| part.parse::<u32>().ok()).flatten()
    };
    let seconds = match parts.as_slice() {
        [h, m] => two(h).zip(two(m)).map(|(h, m)| (h, m, 0)),
        [h, m, s] => two(h).zip(two(m)).zip(two(s)).map(|((h, m), s)| (h, m, s)),
        _ => None,
    };
    match seconds {
        Some((h, m, s)) if m < 60 && s < 60 && h * 3600 + m * 60 + s <= 2 * DAY => Some(h * 3600 + m * 60 + s),
        _ => cx.fault(node, FaultCode::BadTime { found: short(text) }),
    }
}

fn clock(seconds: u32) -> String {
    let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if s == 0 { format!("{h:02}:{m:02}") } else { format!("{h:02}:{m:02}:{s:02}") }
}

fn date(cx: &Cx, node: &Node) -> Option<Date> {
    let Some(text) = node.text() else {
        return cx.wrong(node, Expected::Date);
    };
    match text.parse::<Date>() {
        Ok(date) => Some(date),
        Err(_) => cx.fault(node, FaultCode::BadDate { found: short(text) }),
    }
}

/// `[{"date": …, "hours": [[…]], "reason": …}]`; no hours at all means closed.
fn overrides(cx: &Cx, node: &Node) -> Option<Vec<(DayOverride, Text)>> {
    let mut seen = HashSet::new();
    every(cx.at_most(node, MAX_DAYS_OF_YEAR)?.iter().map(|entry| {
        let o = Obj::new(cx, entry)?;
        let date = o.req("date", |cx, n| {
            let day = date(cx, n)?;
            if seen.insert(day) { Some(day) } else { cx.fault(n, FaultCode::DateTwice { date: day.to_string() }) }
        });
        let (hours, reason) = (o.req("hours", hours), o.req("reason", Cx::both));
        o.done();
        let reason = reason?;
        Some((DayOverride { date: date?, hours: hours?, reason: reason.zh.clone() }, reason))
    }))
}

/// `[2024, 2030]`: first and last year for which the calendar answers.
fn years(cx: &Cx, node: &Node) -> Option<(i32, i32)> {
    let Kind::List(list) = &node.kind else {
        return cx.wrong(node, Expected::Years);
    };
    let [first, last] = list.as_slice() else {
        return cx.wrong(node, Expected::Years);
    };
    let first = cx.whole(first, 1970, 2200);
    let last = first.and_then(|f| cx.whole(last, f, (f + MAX_YEARS - 1).min(2200)));
    Some((i32::try_from(first?).ok()?, i32::try_from(last?).ok()?))
}

fn first(text: &str) -> &str {
    text.split(';').next().unwrap_or(text)
}
