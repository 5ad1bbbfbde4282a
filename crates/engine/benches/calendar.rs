//! Nanoseconds per deadline, natively: `cargo bench -p baton-engine --bench calendar`.
//!
//! Prints, per calendar and lookup, the median and the range of 15 rounds over one seeded corpus of 100,000 starts.
//! The same loop over [`Calendar::add_many`] is what a measurement in the browser calls.

use std::hint::black_box;
use std::time::Instant;

use baton_engine::calendar::*;
use baton_engine::time::{Span, Timestamp, Weekday};

const COUNT: usize = 100_000;
const ROUNDS: usize = 15;

fn nine_to(close: u32, days: usize) -> [DayHours; 7] {
    std::array::from_fn(|day| if day < days { vec![(9 * 3600, close * 3600)] } else { Vec::new() })
}

fn calendars() -> Vec<CalendarSpec> {
    let new_york = ZoneSpec::posix("America/New_York", "EST5EDT,M3.2.0,M11.1.0");
    let mut always = CalendarSpec::new("always on", ZoneSpec::shanghai());
    always.always_open = true;
    let mut desk = CalendarSpec::new("expert desk 9-22", ZoneSpec::shanghai());
    desk.weekly = nine_to(22, 7);
    let mut office = CalendarSpec::new("working days, holidays", ZoneSpec::shanghai());
    office.weekly = nine_to(18, 5);
    (office.closed_on_holidays, office.open_on_make_up_days) = (true, true);
    for (month, day) in [(1, 1), (2, 16), (2, 17), (5, 1), (10, 1), (10, 2), (10, 5), (10, 6), (10, 7)] {
        let date = baton_engine::time::Date::from_ymd(2026, month, day);
        office.holidays.extend(date.map(|date| Holiday { date, name: String::new() }));
    }
    let make_up = baton_engine::time::Date::from_ymd(2026, 10, 10);
    let hours = MakeUpHours::As(Weekday::Mon);
    office.make_up_days.extend(make_up.map(|date| MakeUpDay { date, name: String::new(), hours }));
    let mut split = CalendarSpec::new("split shifts", ZoneSpec::shanghai());
    split.weekly = std::array::from_fn(|_| vec![(9 * 3600, 12 * 3600), (14 * 3600, 20 * 3600)]);
    let mut weekdays = CalendarSpec::new("New York weekdays", new_york.clone());
    weekdays.weekly = nine_to(17, 5);
    let mut nights = CalendarSpec::new("New York nights", new_york);
    nights.weekly = std::array::from_fn(|_| vec![(22 * 3600, 30 * 3600)]);
    vec![always, desk, office, split, weekdays, nights]
}

/// Knuth's 64-bit linear congruential generator: the corpus is the same on every machine.
fn random(state: &mut u64) -> i64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 20) as i64
}

/// Prints the median and the range of the rounds, in ns for one of `COUNT`.
fn measure(what: &str, mut round: impl FnMut()) {
    round();
    let mut nanos: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            round();
            start.elapsed().as_nanos() as f64 / COUNT as f64
        })
        .collect();
    nanos.sort_by(f64::total_cmp);
    println!("  {what:<22} {:6.2} ns  [{:.2}..{:.2}]", nanos[ROUNDS / 2], nanos[0], nanos[ROUNDS - 1]);
}

fn main() {
    // `cargo test --all-targets` starts benchmarks too, without this flag.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let mut state = 20_261_101;
    let (begin, year) = (1_767_225_600_000, 365 * 86_400_000); // 2026
    let starts: Vec<_> = (0..COUNT).map(|_| Timestamp::from_millis(begin + random(&mut state) % year)).collect();
    let lengths = [1, 3, 6, 8, 24, 48];
    let spans: Vec<_> = (0..COUNT).map(|_| Span::from_hours(lengths[random(&mut state) as usize % 6])).collect();
    let mut due = vec![Timestamp::default(); COUNT];
    for spec in calendars() {
        let started = Instant::now();
        let calendar = match Calendar::new(&spec) {
            Ok(calendar) => calendar,
            Err(faults) => panic!("{faults:?}"),
        };
        println!("{} (compiled in {:.2} ms)", spec.id, started.elapsed().as_secs_f64() * 1e3);
        measure("deadline (add_many)", || {
            black_box(&calendar).add_many(black_box(&starts), black_box(&spans), black_box(&mut due)).unwrap_or(())
        });
        measure("remaining (between)", || {
            for (&start, &due) in starts.iter().zip(&due) {
                black_box(black_box(&calendar).between(start, due).ok());
            }
        });
        measure("is_open", || {
            for &start in &starts {
                black_box(black_box(&calendar).is_open(start).ok());
            }
        });
        measure("5 working days", || {
            for &start in &starts {
                black_box(black_box(&calendar).add_working_days(start, 5).ok());
            }
        });
    }
}
