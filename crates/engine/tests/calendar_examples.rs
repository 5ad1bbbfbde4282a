//! Worked examples of business time, each checkable by hand with a paper calendar.

#![allow(clippy::unwrap_used)]

#[path = "data/calendar/fixtures.rs"]
mod fixtures;

use baton_engine::calendar::*;
use baton_engine::time::*;
use fixtures::{at, calendar, span, spec};

/// The expert desk is open 9:00–22:00 every day. China keeps UTC+8 all year.
#[test]
fn a_call_back_within_one_open_hour_of_the_expert_desk() {
    let desk = calendar("expert-desk");
    for (registered, due) in [
        // An ordinary hour.
        ("2026-11-23T10:00+08:00", "2026-11-23T11:00+08:00"),
        // 20 minutes until closing, 40 in the morning.
        ("2026-11-23T21:40+08:00", "2026-11-24T09:40+08:00"),
        // Closed: the hour starts at nine.
        ("2026-11-23T22:30+08:00", "2026-11-24T10:00+08:00"),
        ("2026-11-24T03:00+08:00", "2026-11-24T10:00+08:00"),
        // Exactly at opening, and a minute before.
        ("2026-11-24T09:00+08:00", "2026-11-24T10:00+08:00"),
        ("2026-11-24T08:59+08:00", "2026-11-24T10:00+08:00"),
        // Ends exactly at closing: 22:00, not nine the next day.
        ("2026-11-23T21:00+08:00", "2026-11-23T22:00+08:00"),
        // Exactly at closing is closed.
        ("2026-11-23T22:00+08:00", "2026-11-24T10:00+08:00"),
        // Over New Year; the desk has no holidays.
        ("2026-12-31T21:30+08:00", "2027-01-01T09:30+08:00"),
    ] {
        assert_eq!(desk.add(at(registered), span("PT1H")), Ok(at(due)), "{registered}");
        assert_eq!(desk.between(at(registered), at(due)), Ok(span("PT1H")), "{registered}");
        assert_eq!(desk.between(at(due), at(registered)), Ok(span("-PT1H")), "{registered}");
    }
}

#[test]
fn opening_and_closing_of_the_expert_desk_to_the_millisecond() {
    let desk = calendar("expert-desk");
    let (nine, ten_at_night) = (at("2026-11-23T09:00+08:00"), at("2026-11-23T22:00+08:00"));
    let before = |t: Timestamp| t.minus(Span::from_millis(1));
    assert_eq!(desk.is_open(before(nine)), Ok(false));
    assert_eq!(desk.is_open(nine), Ok(true));
    assert_eq!(desk.is_open(before(ten_at_night)), Ok(true));
    assert_eq!(desk.is_open(ten_at_night), Ok(false));

    assert_eq!(desk.next_open(before(nine)), Ok(nine));
    assert_eq!(desk.next_open(nine), Ok(nine));
    assert_eq!(desk.next_open(ten_at_night), Ok(at("2026-11-24T09:00+08:00")));
    assert_eq!(desk.next_close(before(nine)), Ok(ten_at_night));
    assert_eq!(desk.next_close(nine), Ok(ten_at_night));
    assert_eq!(desk.next_close(ten_at_night), Ok(at("2026-11-24T22:00+08:00")));

    // No time at all ends where it began, even when closed.
    assert_eq!(desk.add(ten_at_night, Span::ZERO), Ok(ten_at_night));
    assert_eq!(desk.subtract(ten_at_night, Span::ZERO), Ok(ten_at_night));
    // Back from closing over the whole day one arrives at opening; one more millisecond is the evening before.
    assert_eq!(desk.subtract(ten_at_night, span("PT13H")), Ok(nine));
    assert_eq!(desk.subtract(ten_at_night, span("PT13H0.001S")), Ok(before(at("2026-11-22T22:00+08:00"))));
    assert_eq!(desk.add(ten_at_night, span("-PT13H")), Ok(nine));
    // 91 open hours a week.
    assert_eq!(desk.between(nine, nine.plus(span("P7D"))), Ok(span("PT91H")));
}

/// National Day 2026: Thu 1 to Wed 7 October off, Sat 10 October worked for it; and Sun 20 September before.
#[test]
fn working_hours_over_the_national_day_holidays() {
    let office = calendar("working-days-cn");
    for (start, length, end) in [
        // Wed 30 Sep 17:00 + 2 h: one hour, then a week off, then one on Thu 8 Oct.
        ("2026-09-30T17:00+08:00", "PT2H", "2026-10-08T10:00+08:00"),
        // Exactly at closing on the eve.
        ("2026-09-30T17:00+08:00", "PT1H", "2026-09-30T18:00+08:00"),
        // Registered in the holidays.
        ("2026-10-03T12:00+08:00", "PT1H", "2026-10-08T10:00+08:00"),
        // Fri 9 Oct 17:30 + 1 h: the Saturday is worked.
        ("2026-10-09T17:30+08:00", "PT1H", "2026-10-10T09:30+08:00"),
        // Sat 10 Oct 17:30 + 1 h: over the Sunday.
        ("2026-10-10T17:30+08:00", "PT1H", "2026-10-12T09:30+08:00"),
        // An ordinary Saturday is not worked: Fri 16 Oct 17:30 + 1 h.
        ("2026-10-16T17:30+08:00", "PT1H", "2026-10-19T09:30+08:00"),
    ] {
        assert_eq!(office.add(at(start), span(length)), Ok(at(end)), "{start}");
    }
    let date = |text: &str| text.parse::<Date>().unwrap();
    assert_eq!(office.day_rule(date("2026-09-30")), DayRule::Weekly);
    assert!(matches!(office.day_rule(date("2026-10-01")), DayRule::Holiday(_)));
    assert!(matches!(office.day_rule(date("2026-10-10")), DayRule::MakeUp(_)));
}

/// The day one starts is not counted; the last day counts to its end, 24:00 (Civil Code art. 201).
#[test]
fn working_days() {
    let office = calendar("working-days-cn");
    for (start, days, end) in [
        // Mon 23 Nov + 5: Tue, Wed, Thu, Fri, Mon.
        ("2026-11-23T00:00+08:00", 5, "2026-12-01T00:00+08:00"),
        ("2026-11-23T23:59+08:00", 5, "2026-12-01T00:00+08:00"),
        // Wed 30 Sep + 1: Thu 8 Oct.
        ("2026-09-30T10:00+08:00", 1, "2026-10-09T00:00+08:00"),
        // Wed 30 Sep + 3: Thu 8, Fri 9, Sat 10 (make-up).
        ("2026-09-30T10:00+08:00", 3, "2026-10-11T00:00+08:00"),
        // From within the holidays.
        ("2026-10-05T10:00+08:00", 1, "2026-10-09T00:00+08:00"),
        // None at all: the end of the day, or of the next working day.
        ("2026-11-23T10:00+08:00", 0, "2026-11-24T00:00+08:00"),
        ("2026-10-05T10:00+08:00", 0, "2026-10-09T00:00+08:00"),
        // Spring Festival: Fri 13 Feb + 2: Sat 14 (make-up), Tue 24.
        ("2026-02-13T09:00+08:00", 2, "2026-02-25T00:00+08:00"),
    ] {
        assert_eq!(office.add_working_days(at(start), days), Ok(at(end)), "{start} + {days}");
    }
    // Natural days: always on, so every day counts. 15 days from 1 November end with 16 November.
    let natural = calendar("always-on");
    assert_eq!(natural.add_working_days(at("2026-11-01T08:00+08:00"), 15), Ok(at("2026-11-17T00:00+08:00")));
}

/// Sun 1 Nov 2026: New York falls back from 02:00 EDT (-4) to 01:00 EST (-5); Sun 8 Mar it springs from 02:00 to 03:00.
#[test]
fn new_york_weekdays_over_both_changes() {
    let office = calendar("new-york-weekdays");
    for (start, length, end) in [
        // Fri 30 Oct 16:30 EDT + 1 h: Mon 2 Nov 09:30 EST. The wall clock stays, the offset changes.
        ("2026-10-30T16:30-04:00", "PT1H", "2026-11-02T09:30-05:00"),
        // Fri 6 Mar 16:30 EST + 1 h: Mon 9 Mar 09:30 EDT.
        ("2026-03-06T16:30-05:00", "PT1H", "2026-03-09T09:30-04:00"),
        // Three full days across the change.
        ("2026-10-29T09:00-04:00", "PT24H", "2026-11-02T17:00-05:00"),
    ] {
        assert_eq!(office.add(at(start), span(length)), Ok(at(end)), "{start}");
        assert_eq!(office.subtract(at(end), span(length)), Ok(at(start)), "{end}");
    }
    // The day of the change ends at local midnight: Fri 30 Oct + 1 working day is Mon 2 Nov 24:00 EST.
    assert_eq!(office.add_working_days(at("2026-10-30T12:00-04:00"), 1), Ok(at("2026-11-03T00:00-05:00")));
}

#[test]
fn new_york_nights_are_nine_hours_in_autumn_and_seven_in_spring() {
    let night = calendar("new-york-overnight");
    // Sat 31 Oct 22:00 EDT to Sun 1 Nov 06:00 EST.
    let (open, close) = (at("2026-10-31T22:00-04:00"), at("2026-11-01T06:00-05:00"));
    assert_eq!(night.between(open, close), Ok(span("PT9H")));
    assert_eq!(night.next_close(open), Ok(close));
    assert_eq!(night.add(open, span("PT9H")), Ok(close));
    // 01:30 comes twice, an hour apart, and both are open.
    assert_eq!(night.between(at("2026-11-01T01:30-04:00"), at("2026-11-01T01:30-05:00")), Ok(span("PT1H")));
    assert_eq!(night.is_open(at("2026-11-01T01:30-05:00")), Ok(true));

    // Sat 7 Mar 22:00 EST to Sun 8 Mar 06:00 EDT.
    let (open, close) = (at("2026-03-07T22:00-05:00"), at("2026-03-08T06:00-04:00"));
    assert_eq!(night.between(open, close), Ok(span("PT7H")));
    // Five hours from 22:00 EST: four until 02:00, which is 03:00 EDT, and one more.
    assert_eq!(night.add(open, span("PT5H")), Ok(at("2026-03-08T04:00-04:00")));
}

/// A wall time in the gap is its end; a repeated one is its first occurrence.
#[test]
fn opening_times_inside_a_clock_change() {
    let edges = calendar("new-york-edges");
    let sunday = |a: &str, b: &str| {
        let pieces: Vec<_> = edges.intervals(at(a), at(b)).unwrap().collect();
        pieces
    };
    // Sun 8 Mar: 01:40–02:00 and 02:50–04:00 remain and now touch; 02:15–02:45 does not happen.
    assert_eq!(
        sunday("2026-03-08T01:35-05:00", "2026-03-08T12:00-04:00"),
        [(at("2026-03-08T01:40-05:00"), at("2026-03-08T04:00-04:00"))]
    );
    // Sun 1 Nov: Saturday's hours end at the first 01:30. 01:40–02:00 opens at the first 01:40, lasts 80 minutes.
    assert_eq!(
        sunday("2026-11-01T00:00-04:00", "2026-11-01T12:00-05:00"),
        [
            (at("2026-11-01T00:00-04:00"), at("2026-11-01T01:30-04:00")),
            (at("2026-11-01T01:40-04:00"), at("2026-11-01T02:00-05:00")),
            (at("2026-11-01T02:15-05:00"), at("2026-11-01T02:45-05:00")),
            (at("2026-11-01T02:50-05:00"), at("2026-11-01T04:00-05:00")),
        ]
    );
}

#[test]
fn the_order_of_precedence_is_override_make_up_holiday_week() {
    let nine_to_ten = vec![(9 * 3600, 10 * 3600)];
    let date: Date = "2026-10-10".parse().unwrap(); // a Saturday
    let open = |spec: &CalendarSpec| {
        let (a, b) = (at("2026-10-10T00:00+08:00"), at("2026-10-11T00:00+08:00"));
        Calendar::new(spec).unwrap().between(a, b).unwrap()
    };
    let mut spec = CalendarSpec::new("precedence", ZoneSpec::shanghai());
    (spec.closed_on_holidays, spec.open_on_make_up_days) = (true, true);
    spec.weekly[0] = vec![(0, 2 * 3600)];
    spec.weekly[5] = vec![(0, 4 * 3600)];
    assert_eq!(open(&spec), span("PT4H"));
    spec.holidays.push(Holiday { date, name: "a holiday".to_owned() });
    assert_eq!(open(&spec), Span::ZERO);
    spec.make_up_days.push(MakeUpDay { date, name: "its price".to_owned(), hours: MakeUpHours::As(Weekday::Mon) });
    assert_eq!(open(&spec), span("PT2H"));
    spec.make_up_days[0].hours = MakeUpHours::Own(vec![(0, 3 * 3600)]);
    assert_eq!(open(&spec), span("PT3H"));
    spec.overrides.push(DayOverride { date, hours: nine_to_ten, reason: "drill".to_owned() });
    assert_eq!(open(&spec), span("PT1H"));
    assert_eq!(Calendar::new(&spec).unwrap().day_rule(date), DayRule::Override("drill"));
    // The two switches: a desk that works on holidays needs no make-up days.
    spec.overrides.clear();
    spec.open_on_make_up_days = false;
    assert_eq!(open(&spec), Span::ZERO);
    spec.closed_on_holidays = false;
    assert_eq!(open(&spec), span("PT4H"));
}

#[test]
fn a_night_shift_goes_on_into_a_holiday_but_none_begins_on_it() {
    let mut spec = CalendarSpec::new("nights", ZoneSpec::shanghai());
    spec.weekly = std::array::from_fn(|_| vec![(22 * 3600, 30 * 3600)]);
    spec.closed_on_holidays = true;
    spec.holidays.push(Holiday { date: "2026-10-01".parse().unwrap(), name: "National Day".to_owned() });
    let nights = Calendar::new(&spec).unwrap();
    let eve = at("2026-09-30T22:00+08:00");
    assert_eq!(nights.next_close(eve), Ok(at("2026-10-01T06:00+08:00")));
    assert_eq!(nights.next_open(at("2026-10-01T06:00+08:00")), Ok(at("2026-10-02T22:00+08:00")));
    // The tail does not make 1 October a working day.
    assert_eq!(nights.add_working_days(eve, 1), Ok(at("2026-10-03T00:00+08:00")));
}

#[test]
fn always_open_is_elapsed_time() {
    let always = calendar("always-on");
    let t = at("2026-11-23T02:00Z");
    assert!(always.is_always_open());
    assert_eq!(always.add(t, span("P15D")), Ok(at("2026-12-08T02:00Z")));
    assert_eq!(always.subtract(t, span("PT48H")), Ok(at("2026-11-21T02:00Z")));
    assert_eq!(always.intervals(t, t.plus(span("PT8H"))).unwrap().count(), 1);
    assert_eq!(always.next_close(t), Err(OutOfRange::After));
    // It needs no covered years, only an end of time.
    assert_eq!(always.is_open(at("1999-01-01T00:00Z")), Ok(true));
    assert_eq!(always.add(t, Span::from_millis(i64::MAX)), Err(OutOfRange::After));
    assert_eq!(always.subtract(t, Span::from_millis(i64::MAX)), Err(OutOfRange::Before));
    // One closed day, and it is a calendar like any other.
    let mut closed = spec("always-on");
    let date = "2026-11-24".parse().unwrap();
    closed.overrides.push(DayOverride { date, hours: Vec::new(), reason: "typhoon".to_owned() });
    let closed = Calendar::new(&closed).unwrap();
    assert!(!closed.is_always_open());
    assert_eq!(closed.add(at("2026-11-23T20:00+08:00"), span("PT8H")), Ok(at("2026-11-25T04:00+08:00")));
}

/// Covered are 2024 to 2030 by local date; outside there is an error, never a guess.
#[test]
fn outside_the_covered_years_nothing_is_answered() {
    let desk = calendar("expert-desk");
    let (first, last) = (at("2024-01-01T00:00+08:00"), at("2031-01-01T00:00+08:00"));
    let tick = Span::from_millis(1);
    assert_eq!(desk.is_open(first), Ok(false));
    assert_eq!(desk.is_open(first.minus(tick)), Err(OutOfRange::Before));
    assert_eq!(desk.is_open(last.minus(tick)), Ok(false));
    assert_eq!(desk.is_open(last), Err(OutOfRange::After));
    assert_eq!(desk.next_open(last.minus(tick)), Err(OutOfRange::After));
    assert_eq!(desk.next_close(last.minus(tick)), Err(OutOfRange::After));
    assert_eq!(desk.add(last.minus(span("PT2H")), tick), Err(OutOfRange::After));
    assert_eq!(desk.add(last.minus(span("PT3H")), span("PT1H")), Ok(last.minus(span("PT2H"))));
    assert_eq!(desk.add(first, Span::from_millis(i64::MAX)), Err(OutOfRange::After));
    assert_eq!(desk.add(last, Span::from_millis(i64::MIN)), Err(OutOfRange::Before));
    assert_eq!(desk.subtract(first.plus(span("PT10H")), span("PT1H0.001S")), Err(OutOfRange::Before));
    assert_eq!(desk.subtract(first.plus(span("PT10H")), span("PT1H")), Ok(first.plus(span("PT9H"))));
    assert_eq!(desk.between(first, last.plus(tick)), Err(OutOfRange::After));
    // 2,557 days of 13 hours.
    assert_eq!(desk.between(first, last), Ok(Span::from_hours(2557 * 13)));
    assert_eq!(desk.add_working_days(last.minus(span("P1DT1H")), 1), Ok(last));
    assert_eq!(desk.add_working_days(last.minus(tick), 1), Err(OutOfRange::After));
    assert_eq!(desk.add_working_days(first.minus(tick), 1), Err(OutOfRange::Before));
    assert_eq!(desk.add_working_days(first, u32::MAX), Err(OutOfRange::After));
    assert!(desk.intervals(first, last).is_ok());
    assert!(desk.intervals(first, last.plus(tick)).is_err());
    assert!(desk.intervals(first.minus(tick), last).is_err());

    // A shift that runs on past the end has no known closing time; one that ran in from before does reach in.
    let night = calendar("new-york-overnight");
    assert_eq!(night.next_close(at("2030-12-31T23:00-05:00")), Err(OutOfRange::After));
    assert_eq!(night.is_open(at("2024-01-01T00:00-05:00")), Ok(true));
}

/// The widest range there is, on both sides of the epoch and with buckets at their limits.
#[test]
fn from_1970_to_2200() {
    for id in ["expert-desk", "split-shifts", "new-york-overnight"] {
        let mut wide = spec(id);
        wide.covered_years = (1970, 2200);
        let (wide, usual) = (Calendar::new(&wide).unwrap(), calendar(id));
        let first = wide.zone().instant("1970-01-01".parse().unwrap(), 0);
        assert!(wide.is_open(first).is_ok() && wide.is_open(first.minus(span("PT0.001S"))).is_err());
        let t = at("2026-11-23T21:40+08:00");
        assert_eq!(wide.add(t, span("PT9H")), usual.add(t, span("PT9H")));
        assert_eq!(wide.subtract(t, span("PT9H")), usual.subtract(t, span("PT9H")));
        let last = at("2200-12-30T12:00+00:00");
        assert!(wide.add(last, span("PT1H")).unwrap() > last);
    }
}

#[test]
fn provisional_years_give_a_warning_where_holidays_matter() {
    let office = calendar("working-days-cn");
    let (a, b) = (at("2026-12-31T23:00+08:00"), at("2027-01-01T00:00+08:00"));
    assert_eq!(office.warnings(a, a), []);
    assert_eq!(office.warnings(a, b), [CalendarWarning::ProvisionalYear(2027)]);
    assert_eq!(office.warnings(b, a), [CalendarWarning::ProvisionalYear(2027)]);
    let years_on = at("2031-01-01T00:00+08:00");
    assert_eq!(office.warnings(b, years_on), [CalendarWarning::ProvisionalYear(2027), CalendarWarning::NotCovered]);
    // The expert desk keeps no holidays.
    let mut desk = spec("expert-desk");
    desk.provisional_years = vec![2027];
    assert_eq!(Calendar::new(&desk).unwrap().warnings(a, b), []);
}

#[test]
fn a_batch_reports_what_is_out_of_range_and_answers_the_rest() {
    let desk = calendar("expert-desk");
    let t = at("2026-11-23T21:40+08:00");
    let starts = [t, at("2019-01-01T00:00Z"), t, t];
    let spans = [span("PT1H"), span("PT1H"), Span::from_days(9999), span("PT20M")];
    let mut due = [Timestamp::default(); 4];
    assert_eq!(desk.add_many(&starts, &spans, &mut due), Err(BatchError::OutOfRange { first: 1, count: 2 }));
    let expected = [at("2026-11-24T09:40+08:00"), Timestamp::MIN, Timestamp::MAX, at("2026-11-23T22:00+08:00")];
    assert_eq!(due, expected);
    assert_eq!(desk.add_many(&starts, &spans[1..], &mut due), Err(BatchError::Lengths));
    assert_eq!(desk.add_many(&starts[..1], &spans[..1], &mut due[..1]), Ok(()));
}

/// Every fault is reported, each with its place.
#[test]
fn a_faulty_calendar_is_refused_whole() {
    let mut spec = CalendarSpec::new("faulty", ZoneSpec::posix("Nowhere", "EST5EDT"));
    spec.weekly[0] = vec![(9 * 3600, 12 * 3600), (11 * 3600, 13 * 3600), (14 * 3600, 14 * 3600)];
    spec.weekly[6] = vec![(86_400, 90_000), (80_000, 172_801)];
    spec.covered_years = (2030, 2024);
    let date: Date = "2026-10-01".parse().unwrap();
    spec.holidays = vec![Holiday { date, name: String::new() }; 2];
    spec.make_up_days.push(MakeUpDay { date, name: String::new(), hours: MakeUpHours::Own(vec![(5, 4)]) });
    spec.overrides = vec![DayOverride { date, hours: vec![(5, 4)], reason: String::new() }];
    let faults = Calendar::new(&spec).unwrap_err();
    let places: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(
        places,
        [
            "/coveredYears",
            "/weekly/mon/1",
            "/weekly/mon/2",
            "/weekly/sun/0",
            "/weekly/sun/1",
            "/makeUpDays/0/hours/0",
            "/overrides/0/hours/0",
            "/holidays/1/date",
            "/zone/rule"
        ]
    );
    spec = CalendarSpec::new("faulty", ZoneSpec::shanghai());
    (spec.always_open, spec.weekly[2]) = (true, vec![(0, 1)]);
    assert_eq!(Calendar::new(&spec).unwrap_err()[0].pointer, "/weekly");
}

#[test]
fn a_calendar_may_never_open() {
    let never = Calendar::new(&CalendarSpec::new("never", ZoneSpec::shanghai())).unwrap();
    let t = at("2026-11-23T10:00+08:00");
    assert_eq!(never.is_open(t), Ok(false));
    assert_eq!(never.next_open(t), Err(OutOfRange::After));
    assert_eq!(never.add(t, Span::from_millis(1)), Err(OutOfRange::After));
    assert_eq!(never.subtract(t, Span::from_millis(1)), Err(OutOfRange::Before));
    assert_eq!(never.add_working_days(t, 1), Err(OutOfRange::After));
    assert_eq!(never.intervals(t, t.plus(Span::from_days(9))).unwrap().count(), 0);
}

/// Calendars are shared between threads and with the browser's workers.
#[test]
fn a_calendar_is_send_and_sync() {
    fn is_send_and_sync<T: Send + Sync>() {}
    is_send_and_sync::<Calendar>();
}
