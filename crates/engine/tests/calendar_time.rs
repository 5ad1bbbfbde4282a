//! Instants, spans and dates: how they are written, read, refused and reckoned with.

#![allow(clippy::unwrap_used)]

use baton_engine::time::*;
use proptest::prelude::*;

/// 0000-01-01 and 9999-12-31 in days since 1970-01-01.
const FIRST_DAY: i32 = -719_528;
const LAST_DAY: i32 = 2_932_896;

#[test]
fn timestamps_are_written_in_utc_with_milliseconds_and_read_at_any_offset() {
    let t: Timestamp = serde_json::from_str("\"2026-11-23T10:00:00+08:00\"").unwrap();
    assert_eq!(serde_json::to_string(&t).unwrap(), "\"2026-11-23T02:00:00.000Z\"");
    assert_eq!("1969-12-31T23:59:59.999Z".parse::<Timestamp>().unwrap().millis(), -1);
    assert_eq!("2026-01-01T00:00:00.0019Z".parse::<Timestamp>().unwrap().to_string(), "2026-01-01T00:00:00.001Z");
    assert_eq!(Timestamp::MIN.to_string(), "0000-01-01T00:00:00.000Z");
    assert_eq!(Timestamp::MAX.to_string(), "9999-12-31T23:59:59.999Z");
}

#[test]
fn a_bad_timestamp_says_what_was_expected() {
    for bad in ["", "2026-11-23", "2026-11-23T10:00:00", "2026-13-01T00:00:00Z", "9999-12-31T23:59:59-01:00", "x"] {
        let error = serde_json::from_value::<Timestamp>(bad.into()).unwrap_err().to_string();
        assert!(error.contains("RFC 3339"), "{bad}: {error}");
    }
    let error = serde_json::from_str::<Timestamp>("17").unwrap_err().to_string();
    assert!(error.contains("RFC 3339") && error.contains("17"), "{error}");
}

#[test]
fn arithmetic_saturates() {
    assert_eq!(Timestamp::MAX.plus(Span::from_millis(i64::MAX)), Timestamp::MAX);
    assert_eq!(Timestamp::MIN.minus(Span::from_millis(i64::MAX)), Timestamp::MIN);
    assert_eq!(Timestamp::from_millis(5).since(Timestamp::from_millis(8)), Span::from_millis(-3));
    assert_eq!(Span::from_days(i64::MAX).plus(Span::from_hours(1)).millis(), i64::MAX);
    assert_eq!(Span::from_millis(i64::MIN).negated().millis(), i64::MAX);
}

#[test]
fn spans_are_read_and_written_as_iso_8601() {
    for (text, millis, canonical) in [
        ("PT8H", 8 * 3_600_000, "PT8H"),
        ("PT48H", 48 * 3_600_000, "P2D"),
        ("P15D", 15 * 86_400_000, "P15D"),
        ("P2W", 14 * 86_400_000, "P14D"),
        ("P1W1DT1H", 8 * 86_400_000 + 3_600_000, "P8DT1H"),
        ("-P1DT2H3M4.05S", -93_784_050, "-P1DT2H3M4.050S"),
        ("PT0.001S", 1, "PT0.001S"),
        ("PT90M", 5_400_000, "PT1H30M"),
        ("-PT0S", 0, "PT0S"),
    ] {
        let span: Span = text.parse().unwrap();
        assert_eq!((span.millis(), span.to_string().as_str()), (millis, canonical), "{text}");
    }
}

#[test]
fn a_bad_span_is_refused_with_the_reason() {
    for bad in [
        "", "P", "PT", "P1", "1D", "P1H", "PT1D", "P1DT", "PT1S1M", "PT1H1H", "P-1D", "p1d", "P1D ", "PT1.S", "PT.5S",
        "PT时H",
    ] {
        let error = bad.parse::<Span>().unwrap_err().to_string();
        assert!(error.contains("ISO 8601"), "{bad}: {error}");
    }
    for (bad, word) in [
        ("P1Y", "years and months"),
        ("P3M", "years and months"),
        ("PT0.0001S", "millisecond"),
        ("PT1.5H", "only the seconds"),
        ("P99999999999999999999D", "too long"),
        ("P200000000000D", "too long"),
    ] {
        assert!(bad.parse::<Span>().unwrap_err().to_string().contains(word), "{bad}");
    }
}

#[test]
fn dates_know_their_weekday_and_refuse_what_is_no_day() {
    let date: Date = "2026-11-22".parse().unwrap();
    assert_eq!((date.weekday(), date.year(), date.month(), date.day()), (Weekday::Sun, 2026, 11, 22));
    assert_eq!(date.plus_days(9).to_string(), "2026-12-01");
    assert_eq!(Date::from_ymd(1970, 1, 1).unwrap().days(), 0);
    assert_eq!(
        (Date::from_days(FIRST_DAY).unwrap().to_string(), Date::from_days(LAST_DAY).unwrap().to_string()),
        ("0000-01-01".into(), "9999-12-31".into())
    );
    for bad in ["2026-02-29", "2026-2-01", "2026/02/01", "+026-02-01", "2026-02-011", "20260201", "é26-02-01"] {
        assert!(bad.parse::<Date>().is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn every_timestamp_survives_json(ms in Timestamp::MIN.millis()..=Timestamp::MAX.millis()) {
        let t = Timestamp::from_millis(ms);
        prop_assert_eq!(serde_json::from_str::<Timestamp>(&serde_json::to_string(&t).unwrap()).unwrap(), t);
    }

    #[test]
    fn every_span_survives_json(ms in prop_oneof![any::<i64>(), -100_000_000i64..100_000_000, Just(i64::MIN), Just(i64::MAX)]) {
        let span = Span::from_millis(ms);
        prop_assert_eq!(serde_json::from_str::<Span>(&serde_json::to_string(&span).unwrap()).unwrap(), span);
    }

    #[test]
    fn every_date_survives_json(days in FIRST_DAY..=LAST_DAY) {
        let date = Date::from_days(days).unwrap();
        prop_assert_eq!(serde_json::from_str::<Date>(&serde_json::to_string(&date).unwrap()).unwrap(), date);
    }

    #[test]
    fn no_text_panics(text in "\\PC*") {
        let _ = (text.parse::<Span>(), text.parse::<Date>(), text.parse::<Timestamp>());
    }
}
