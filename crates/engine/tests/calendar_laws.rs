//! Laws of business time, for the calendars of the fixtures and for arbitrary ones, and agreement with a model that
//! walks minute by minute over the wall clock.

#![allow(clippy::unwrap_used)]

#[path = "data/calendar/fixtures.rs"]
mod fixtures;

use baton_engine::calendar::*;
use baton_engine::time::*;
use fixtures::at;
use proptest::prelude::*;
use std::sync::LazyLock;

/// All fixtures, and one with so many short intervals that buckets are searched and not walked.
static CALENDARS: LazyLock<Vec<Calendar>> = LazyLock::new(|| {
    let mut crowded = CalendarSpec::new("crowded", ZoneSpec::posix("America/New_York", NEW_YORK));
    crowded.weekly = std::array::from_fn(|day| match day {
        0 | 3 => (0..200).map(|i| (i * 300, i * 300 + 7 + i)).collect(),
        4 => vec![(0, 172_800)],
        _ => vec![(1, 2)],
    });
    let specs = fixtures::specs().into_iter().chain([crowded]);
    specs.map(|spec| Calendar::new(&spec).unwrap()).collect()
});

const NEW_YORK: &str = "EST5EDT,M3.2.0,M11.1.0";
const ZONES: [&str; 4] = ["CST-8", NEW_YORK, "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "CST5CDT,M3.2.0/0,M11.1.0/1"];

fn any_calendar() -> impl Strategy<Value = &'static Calendar> {
    (0..CALENDARS.len()).prop_map(|i| &CALENDARS[i])
}

/// Anywhere in 2025 to 2029, and often within a day and a half of New York's and Lord Howe's clock changes or exactly
/// where a calendar opens or closes.
fn any_time() -> impl Strategy<Value = Timestamp> {
    let anywhere = at("2025-01-01T00:00Z").millis()..at("2030-01-01T00:00Z").millis();
    let changes = ["2026-03-08T07:00Z", "2026-11-01T06:00Z", "2026-04-04T15:00Z", "2026-10-03T15:30Z"];
    let near = (prop::sample::select(changes.map(at).to_vec()), -130_000_000i64..130_000_000);
    let minute = (at("2025-01-01T00:00Z").millis() / 60_000)..(at("2030-01-01T00:00Z").millis() / 60_000);
    prop_oneof![
        anywhere.prop_map(Timestamp::from_millis),
        minute.prop_map(|minute| Timestamp::from_millis(minute * 60_000)),
        near.prop_map(|(change, ms)| change.plus(Span::from_millis(ms))),
    ]
}

/// From a millisecond to 300 h.
fn any_span() -> impl Strategy<Value = Span> {
    prop_oneof![1i64..100, 1i64..36_000_000, (1i64..600).prop_map(|n| n * 1_800_000)].prop_map(Span::from_millis)
}

const TICK: Span = Span::from_millis(1);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn between_a_start_and_its_deadline_lies_the_span(c in any_calendar(), t in any_time(), s in any_span()) {
        prop_assert_eq!(c.between(t, c.add(t, s)?)?, s);
        prop_assert_eq!(c.between(c.subtract(t, s)?, t)?, s);
    }

    #[test]
    fn a_deadline_is_the_earliest_such_instant_and_its_counterpart_the_latest(
        c in any_calendar(), t in any_time(), s in any_span()
    ) {
        prop_assert_eq!(c.between(t, c.add(t, s)?.minus(TICK))?, s.minus(TICK));
        prop_assert_eq!(c.between(c.subtract(t, s)?.plus(TICK), t)?, s.minus(TICK));
    }

    #[test]
    fn subtract_undoes_add_where_it_is_open_and_add_undoes_subtract_where_it_just_was(
        c in any_calendar(), t in any_time(), s in any_span()
    ) {
        let open = c.next_open(t)?;
        prop_assert_eq!(c.subtract(c.add(open, s)?, s)?, open);
        let deadline = c.add(t, s)?;
        prop_assert_eq!(c.add(c.subtract(deadline, s)?, s)?, deadline);
        prop_assert_eq!(c.add(t, s.negated())?, c.subtract(t, s)?);
    }

    #[test]
    fn add_and_subtract_are_monotone_and_additive(
        c in any_calendar(), t in any_time(), u in any_time(), s in any_span(), r in any_span()
    ) {
        let (t, u) = (t.min(u), t.max(u));
        prop_assert!(c.add(t, s)? <= c.add(u, s)?);
        prop_assert!(c.subtract(t, s)? <= c.subtract(u, s)?);
        prop_assert!(c.add(t, s)? < c.add(t, s.plus(r))?);
        prop_assert_eq!(c.add(c.add(t, s)?, r)?, c.add(t, s.plus(r))?);
        prop_assert_eq!(c.subtract(c.subtract(t, s)?, r)?, c.subtract(t, s.plus(r))?);
    }

    #[test]
    fn open_time_adds_up_and_turns_its_sign(
        c in any_calendar(), t in any_time(), u in any_time(), v in any_time()
    ) {
        prop_assert_eq!(c.between(t, u)?.plus(c.between(u, v)?), c.between(t, v)?);
        prop_assert_eq!(c.between(t, u)?, c.between(u, t)?.negated());
        prop_assert!(c.between(t.min(u), t.max(u))? <= t.max(u).since(t.min(u)));
    }

    #[test]
    fn open_close_and_intervals_agree(c in any_calendar(), t in any_time()) {
        let open = c.next_open(t)?;
        prop_assert!(open >= t && c.is_open(open)?);
        prop_assert_eq!(c.next_open(open)?, open);
        prop_assert_eq!(c.is_open(t)?, open == t);
        prop_assert_eq!(c.between(t, open)?, Span::ZERO);
        if !c.is_always_open() {
            let close = c.next_close(t)?;
            prop_assert!(close > open && !c.is_open(close)? && c.is_open(close.minus(TICK))?);
            prop_assert_eq!(c.between(open, close)?, close.since(open));
            prop_assert_eq!(c.next_close(open)?, close);
        }
    }

    #[test]
    fn the_pieces_are_apart_in_order_and_make_up_the_open_time(
        c in any_calendar(), t in any_time(), days in 0i64..30, probe in 0i64..1000
    ) {
        let end = t.plus(Span::from_hours(days * 24 + 7));
        let pieces: Vec<_> = c.intervals(t, end)?.collect();
        prop_assert!(pieces.iter().all(|(open, close)| t <= *open && open < close && *close <= end));
        prop_assert!(pieces.windows(2).all(|pair| pair[0].1 < pair[1].0));
        let sum = pieces.iter().fold(Span::ZERO, |sum, (open, close)| sum.plus(close.since(*open)));
        prop_assert_eq!(sum, c.between(t, end)?);
        let probe = Timestamp::from_millis(t.millis() + end.since(t).millis() * probe / 1000);
        let inside = pieces.iter().any(|(open, close)| (*open..*close).contains(&probe));
        prop_assert_eq!(inside, c.is_open(probe)?);
        prop_assert_eq!(c.intervals(end, t)?.count(), 0);
    }

    #[test]
    fn the_batch_agrees_with_single_lookups(
        c in any_calendar(), asked in prop::collection::vec((any_time(), -300_000_000i64..300_000_000), 0..50)
    ) {
        let (starts, spans): (Vec<_>, Vec<_>) =
            asked.into_iter().map(|(t, ms)| (t, Span::from_millis(ms))).unzip();
        let mut due = vec![Timestamp::default(); starts.len()];
        prop_assert_eq!(c.add_many(&starts, &spans, &mut due), Ok(()));
        for ((&t, &span), &due) in starts.iter().zip(&spans).zip(&due) {
            prop_assert_eq!(c.add(t, span)?, due);
        }
    }

    #[test]
    fn working_days_end_at_local_midnight_of_a_day_with_hours_and_add_up(
        c in any_calendar(), t in any_time(), n in 1u32..40, m in 1u32..40
    ) {
        let end = c.add_working_days(t, n)?;
        // The last millisecond of the day lies on the nth working day, and the midnight is the first of the next date.
        let day = c.zone().local(end.minus(TICK)).0;
        prop_assert_eq!(c.zone().instant(day.plus_days(1), 0), end);
        prop_assert!(c.add_working_days(t, n - 1)? <= end && end < c.add_working_days(t, n + 1)?);
        prop_assert_eq!(c.add_working_days(end.minus(TICK), m)?, c.add_working_days(t, n + m)?);
    }
}

/// Hours of a day in whole minutes, up to four intervals, some over midnight.
fn any_hours() -> impl Strategy<Value = DayHours> {
    prop::collection::btree_set(0u32..2880, 0..8).prop_map(|minutes| {
        let minutes: Vec<u32> = minutes.into_iter().collect();
        let pairs = minutes.chunks_exact(2).map(|pair| (pair[0] * 60, pair[1] * 60));
        pairs.filter(|(open, _)| *open < 86_400).collect()
    })
}

fn any_spec() -> impl Strategy<Value = CalendarSpec> {
    let change = prop::sample::select(vec!["2026-03-08", "2026-11-01", "2026-04-05", "2026-10-04"]);
    let days = (change, prop::collection::vec((-3i32..4, any_hours()), 0..4));
    (prop::array::uniform7(any_hours()), prop::sample::select(ZONES.to_vec()), days).prop_map(
        |(weekly, rule, (day, special))| {
            let mut spec = CalendarSpec::new("arbitrary", ZoneSpec::posix("somewhere", rule));
            spec.weekly = weekly;
            spec.covered_years = (2026, 2026);
            let day: Date = day.parse().unwrap();
            for (ahead, hours) in special {
                let date = day.plus_days(ahead);
                if spec.overrides.iter().all(|o| o.date != date) {
                    spec.overrides.push(DayOverride { date, hours, reason: String::new() });
                }
            }
            spec
        },
    )
}

/// Whether each minute of some days is open, found by watching the wall clock: hours are open while the latest time
/// it has shown so far lies in them.
fn minute_walk(spec: &CalendarSpec, zone: &Zone, from: Timestamp, minutes: i64) -> Vec<bool> {
    let hours = |date: Date| {
        let own = spec.overrides.iter().find(|day| day.date == date).map(|day| &day.hours);
        own.unwrap_or(&spec.weekly[date.weekday().num_days_from_monday() as usize])
    };
    let mut mark = i64::MIN;
    let warm_up = 180;
    (-warm_up..minutes)
        .map(|minute| {
            let (date, millis) = zone.local(from.plus(Span::from_minutes(minute)));
            mark = mark.max(i64::from(date.days()) * 86_400 + i64::from(millis / 1000));
            let today = Date::from_days(mark.div_euclid(86_400) as i32).unwrap();
            (0..3).any(|back| {
                let seconds = mark - i64::from(today.plus_days(-back).days()) * 86_400;
                let is_in = |&(open, close): &(u32, u32)| (i64::from(open)..i64::from(close)).contains(&seconds);
                hours(today.plus_days(-back)).iter().any(is_in)
            })
        })
        .skip(warm_up as usize)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn arbitrary_calendars_agree_with_a_walk_over_the_minutes(
        spec in any_spec(),
        change in prop::sample::select(vec!["2026-03-08T07:00Z", "2026-11-01T06:00Z", "2026-04-04T15:00Z", "2026-10-03T15:30Z", "2026-11-01T05:00Z", "2026-07-01T00:00Z"]),
        lead in 0i64..3000,
        spans in prop::collection::vec(1i64..1500, 8),
    ) {
        let calendar = Calendar::new(&spec).unwrap();
        let minutes = 4500;
        let from = at(change).minus(Span::from_minutes(lead));
        let minute_at = |minute: i64| from.plus(Span::from_minutes(minute));
        let open = minute_walk(&spec, calendar.zone(), from, minutes);
        let mut total = 0;
        for (minute, &is_open) in (0..).zip(&open) {
            prop_assert_eq!(calendar.is_open(minute_at(minute))?, is_open, "minute {}", minute_at(minute));
            prop_assert_eq!(calendar.between(from, minute_at(minute))?, Span::from_minutes(total));
            total += i64::from(is_open);
        }
        for span in spans {
            // Count open minutes forwards and backwards.
            let mut left = span;
            let walked = open.iter().position(|&is_open| { left -= i64::from(is_open); left == 0 });
            if let Some(last) = walked {
                prop_assert_eq!(calendar.add(from, Span::from_minutes(span))?, minute_at(last as i64 + 1));
            }
            let mut left = span;
            let walked = open.iter().rposition(|&is_open| { left -= i64::from(is_open); left == 0 });
            if let Some(first) = walked {
                let back = calendar.subtract(minute_at(minutes), Span::from_minutes(span))?;
                prop_assert_eq!(back, minute_at(first as i64));
            }
        }
    }
}
