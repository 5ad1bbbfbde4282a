//! From the data of a calendar to its tables: checks everything, lays out every covered day, builds the buckets.
//! No lookups here.

use super::intervals::{Interval, Intervals};
use super::spec::{CalendarFault, CalendarSpec, DayHours, MakeUpHours};
use super::zone::{Offsets, Zone};
use super::{Calendar, Days, OpenTime, SpecialDay, SpecialKind};
use crate::time::Date;

const DAY: u32 = 86_400;
const ROUND_THE_CLOCK: (u32, u32) = (0, DAY);
/// log2 of ms: 2 h 20 min. Seven years are 26,000 buckets of it, 100 kB.
const NARROWEST_BUCKET: u32 = 23;
/// log2 of ms: 18 h 38 min.
const WIDEST_BUCKET: u32 = 26;
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const YEARS: std::ops::RangeInclusive<i32> = 1970..=2200;

/// Compiles a calendar, or reports every fault.
pub(super) fn compile(spec: &CalendarSpec) -> Result<Calendar, Vec<CalendarFault>> {
    let mut faults = check(spec);
    let (first, last) = spec.covered_years;
    let ends = (Date::from_ymd(first, 1, 1), Date::from_ymd(last, 12, 31));
    let (zone, (first_day, last_day)) = match (Zone::new(&spec.zone), ends) {
        (Ok(zone), (Some(first_day), Some(last_day))) if faults.is_empty() => (zone, (first_day, last_day)),
        (zone, _) => {
            faults.extend(zone.err().map(|message| fault("/zone/rule", message)));
            return Err(faults);
        }
    };
    let plan = Plan::new(spec);
    let offsets = zone.offsets(first, last);
    let days = days(&plan, &offsets, first_day, last_day);
    let open =
        if plan.is_always_open() { OpenTime::Always } else { OpenTime::Intervals(intervals(&plan, &offsets, &days)) };
    let keeps_holidays = spec.closed_on_holidays || spec.open_on_make_up_days;
    let mut provisional_years = if keeps_holidays { spec.provisional_years.clone() } else { Vec::new() };
    provisional_years.sort_unstable();
    provisional_years.dedup();
    Ok(Calendar {
        id: spec.id.clone(),
        zone,
        covered_years: spec.covered_years,
        provisional_years,
        special_days: plan.special.into_iter().map(|(day, _)| day).collect(),
        open,
        days,
    })
}

/// The hours of every day, by the order of precedence.
struct Plan<'a> {
    weekly: [&'a [(u32, u32)]; 7],
    /// By date, each date once.
    special: Vec<(SpecialDay, &'a [(u32, u32)])>,
}

impl<'a> Plan<'a> {
    fn new(spec: &'a CalendarSpec) -> Self {
        let weekly: [&[(u32, u32)]; 7] =
            if spec.always_open { [&[ROUND_THE_CLOCK]; 7] } else { spec.weekly.each_ref().map(Vec::as_slice) };
        let day = |date, kind, name: &String| SpecialDay { date, kind, name: name.clone() };
        let mut special: Vec<(SpecialDay, &[(u32, u32)])> = Vec::new();
        special.extend(spec.overrides.iter().map(|o| (day(o.date, SpecialKind::Override, &o.reason), &o.hours[..])));
        if spec.open_on_make_up_days {
            special.extend(spec.make_up_days.iter().map(|m| {
                let hours = match &m.hours {
                    MakeUpHours::As(weekday) => weekly[weekday.num_days_from_monday() as usize],
                    MakeUpHours::Own(hours) => hours,
                };
                (day(m.date, SpecialKind::MakeUp, &m.name), hours)
            }));
        }
        if spec.closed_on_holidays {
            special.extend(spec.holidays.iter().map(|h| (day(h.date, SpecialKind::Holiday, &h.name), &[][..])));
        }
        // Stable, and the strongest came first.
        special.sort_by_key(|(day, _)| day.date);
        special.dedup_by_key(|(day, _)| day.date);
        Self { weekly, special }
    }

    fn hours(&self, date: Date) -> &'a [(u32, u32)] {
        match self.special.binary_search_by_key(&date, |(day, _)| day.date) {
            Ok(i) => self.special[i].1,
            Err(_) => self.weekly[date.weekday().num_days_from_monday() as usize],
        }
    }

    fn is_always_open(&self) -> bool {
        let all_day = |hours: &[(u32, u32)]| hours == [ROUND_THE_CLOCK];
        self.weekly.iter().all(|hours| all_day(hours)) && self.special.iter().all(|(_, hours)| all_day(hours))
    }
}

/// Milliseconds since the epoch of a wall time.
fn instant(offsets: &Offsets, date: Date, seconds: u32) -> i64 {
    offsets.instant(i64::from(date.days()) * i64::from(DAY) + i64::from(seconds)) * 1000
}

fn days(plan: &Plan<'_>, offsets: &Offsets, first: Date, last: Date) -> Days {
    let count = (last.days() - first.days() + 1) as usize;
    let mut days = Days {
        first,
        midnights: Vec::with_capacity(count + 1),
        open: Vec::new(),
        open_before: Vec::with_capacity(count + 1),
    };
    for index in 0..count as u32 {
        let date = first.plus_days(index as i32);
        days.midnights.push(instant(offsets, date, 0));
        days.open_before.push(days.open.len() as u32);
        if !plan.hours(date).is_empty() {
            days.open.push(index);
        }
    }
    days.midnights.push(instant(offsets, last, DAY));
    days.open_before.push(days.open.len() as u32);
    days
}

fn intervals(plan: &Plan<'_>, offsets: &Offsets, days: &Days) -> Intervals {
    let (from, until) = (days.midnights[0], days.midnights[days.midnights.len() - 1]);
    let mut pieces = Vec::new();
    // Hours may run 48 h from midnight, so the day before the first one can matter.
    for ahead in -1..days.midnights.len() as i32 - 1 {
        let date = days.first.plus_days(ahead);
        for &(open, close) in plan.hours(date) {
            let start = instant(offsets, date, open).max(from);
            let end = instant(offsets, date, close).min(until);
            if start < end {
                pieces.push((start, end));
            }
        }
    }
    pieces.sort_unstable();
    let mut list: Vec<Interval> = Vec::with_capacity(pieces.len() + 1);
    let mut total = 0;
    for (start, end) in pieces {
        match list.last_mut() {
            Some(last) if start <= last.end => {
                total += (end - last.end).max(0);
                last.end = last.end.max(end);
            }
            _ => {
                list.push(Interval { start, end, before: total });
                total += end - start;
            }
        }
    }
    list.push(Interval { start: until, end: i64::MAX, before: total });
    let (by_elapsed, elapsed_shift) =
        buckets(list.iter().map(|interval| interval.end.saturating_sub(from)), until - from);
    let (by_open, open_shift) = buckets(list.iter().skip(1).map(|next| next.before).chain([i64::MAX]), total);
    Intervals { from, until, list, by_elapsed, elapsed_shift, by_open, open_shift }
}

/// For each bucket of 2^shift in `0..=length`, and one more: the index of the first of the rising `ends` that is
/// greater than the bucket's beginning. Also chooses the shift (a power of two, because a shift is cheaper than a
/// division): as wide as it may be with no more than one end in each bucket, within limits of size.
fn buckets(ends: impl Iterator<Item = i64> + Clone, length: i64) -> (Vec<u32>, u32) {
    let gaps = ends.clone().zip(ends.clone().skip(1)).map(|(end, next)| next - end);
    let shift = gaps.min().unwrap_or(i64::MAX).ilog2().clamp(NARROWEST_BUCKET, WIDEST_BUCKET);
    let mut index = 0;
    let mut ends = ends.peekable();
    let table = (0..=(length >> shift) + 1).map(|bucket| {
        while ends.next_if(|&end| end <= bucket << shift).is_some() {
            index += 1;
        }
        index
    });
    (table.collect(), shift)
}

fn fault(pointer: impl Into<String>, message: impl Into<String>) -> CalendarFault {
    CalendarFault { pointer: pointer.into(), message: message.into() }
}

/// Everything wrong with the data, except its zone.
fn check(spec: &CalendarSpec) -> Vec<CalendarFault> {
    let mut faults = Vec::new();
    let (first, last) = spec.covered_years;
    if first > last || !YEARS.contains(&first) || !YEARS.contains(&last) {
        faults.push(fault("/coveredYears", "the covered years must run forwards and lie in 1970 to 2200"));
    }
    if spec.always_open && spec.weekly.iter().any(|day| !day.is_empty()) {
        faults.push(fault("/weekly", "a calendar that is always open has no weekly hours"));
    }
    for (name, hours) in WEEKDAYS.iter().zip(&spec.weekly) {
        check_hours(&format!("/weekly/{name}"), hours, &mut faults);
    }
    for (i, day) in spec.make_up_days.iter().enumerate() {
        if let MakeUpHours::Own(hours) = &day.hours {
            check_hours(&format!("/makeUpDays/{i}/hours"), hours, &mut faults);
        }
    }
    for (i, day) in spec.overrides.iter().enumerate() {
        check_hours(&format!("/overrides/{i}/hours"), &day.hours, &mut faults);
    }
    check_dates("/holidays", spec.holidays.iter().map(|day| day.date), &mut faults);
    check_dates("/makeUpDays", spec.make_up_days.iter().map(|day| day.date), &mut faults);
    check_dates("/overrides", spec.overrides.iter().map(|day| day.date), &mut faults);
    faults
}

fn check_hours(pointer: &str, hours: &DayHours, faults: &mut Vec<CalendarFault>) {
    for (i, &(open, close)) in hours.iter().enumerate() {
        if open >= close {
            faults.push(fault(format!("{pointer}/{i}"), "it must close after it opens"));
        } else if open >= DAY {
            faults.push(fault(format!("{pointer}/{i}"), "it must open before 24:00"));
        } else if close > 2 * DAY {
            faults.push(fault(format!("{pointer}/{i}"), "it must close by 48:00, the end of the next day"));
        } else if hours[..i].iter().any(|&(o, c)| open < c && o < close) {
            faults.push(fault(format!("{pointer}/{i}"), "it overlaps an earlier interval of the same day"));
        }
    }
}

fn check_dates(pointer: &str, dates: impl Iterator<Item = Date>, faults: &mut Vec<CalendarFault>) {
    let mut seen = std::collections::BTreeSet::new();
    for (i, date) in dates.enumerate() {
        if !seen.insert(date) {
            faults.push(fault(format!("{pointer}/{i}/date"), format!("{date} is listed twice")));
        }
    }
}
