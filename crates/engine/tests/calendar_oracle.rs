//! Every row of the independent oracle, compared exactly. `data/calendar/generate.py` says how the truth was made.

#![allow(clippy::unwrap_used)]

#[path = "data/calendar/fixtures.rs"]
mod fixtures;

use std::collections::BTreeMap;

use baton_engine::calendar::Calendar;
use baton_engine::time::{Span, Timestamp};

#[test]
fn every_answer_equals_that_of_the_tick_by_tick_walk() {
    let calendars: BTreeMap<String, Calendar> =
        fixtures::specs().iter().map(|spec| (spec.id.clone(), Calendar::new(spec).unwrap())).collect();
    let mut seen: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    let mut wrong = Vec::new();
    for row in include_str!("data/calendar/cases.csv").lines() {
        let fields: Vec<&str> = row.split(',').collect();
        let [name, function, a, b, truth] = fields[..] else { panic!("bad row: {row}") };
        let number = |text: &str| text.parse::<i64>().unwrap();
        let calendar = &calendars[name];
        let (t, b, truth) = (Timestamp::from_millis(number(a)), number(b), number(truth));
        let answer = match function {
            "add" => calendar.add(t, Span::from_millis(b)).map(Timestamp::millis),
            "subtract" => calendar.subtract(t, Span::from_millis(b)).map(Timestamp::millis),
            "between" => calendar.between(t, Timestamp::from_millis(b)).map(Span::millis),
            "next_open" => calendar.next_open(t).map(Timestamp::millis),
            "is_open" => calendar.is_open(t).map(i64::from),
            "working_days" => calendar.add_working_days(t, u32::try_from(b).unwrap()).map(Timestamp::millis),
            _ => panic!("unknown function: {row}"),
        };
        if answer != Ok(truth) {
            wrong.push(format!("{row}, but got {answer:?}"));
        }
        *seen.entry((name, function)).or_default() += 1;
    }
    assert!(
        wrong.is_empty(),
        "{} wrong answers, the first ones:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
    // The file is whole: every calendar was asked every question.
    assert_eq!(seen.len(), calendars.len() * 6);
    assert!(seen.values().sum::<u32>() > 6000 && seen.values().all(|&rows| rows >= 10));
}
