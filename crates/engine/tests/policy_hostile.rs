//! Whatever the text: the reader answers with a pack or with faults, soon, and never panics.
#![allow(clippy::unwrap_used)]

use std::sync::LazyLock;

use baton_engine::policy::{FaultCode, PackLoader, check};
use proptest::prelude::*;
use serde_json::{Value, json};

const CHINA_MOBILE: &str = include_str!("../../../public/policy/china-mobile-td.json");
const DONGGUAN: &str = include_str!("../../../public/policy/dongguan-expert-desk.json");
const HUDSON: &str = include_str!("data/policy/hudson-wireless.json");

static BASES: LazyLock<PackLoader> = LazyLock::new(|| {
    let mut loader = PackLoader::new();
    loader.add("base", CHINA_MOBILE).unwrap();
    loader
});

/// Refused with at least one fault, each with a pointer that can be one and a sentence.
fn refused(text: &str) -> Vec<FaultCode> {
    let faults = check(text, &BASES).unwrap_err();
    assert!(!faults.is_empty());
    for fault in &faults {
        assert!(fault.pointer.is_empty() || fault.pointer.starts_with('/'), "{fault}");
        assert!(!fault.message.is_empty() && fault.message.len() < 4000, "{fault}");
        assert_ne!(fault.code, FaultCode::Internal, "{fault}");
    }
    faults.into_iter().map(|f| f.code).collect()
}

#[test]
fn size_depth_and_number_are_limited() {
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    assert!(refused(&format!("{{\"a\": {deep}}}")).contains(&FaultCode::TooDeep { limit: 16 }));
    assert!(matches!(refused(&"[".repeat(500_000))[0], FaultCode::NotJson { .. }));
    let big = format!("{{\"id\": \"{}\"}}", "x".repeat(2_000_000));
    assert!(matches!(refused(&big)[0], FaultCode::TooBig { .. }));
    let many = format!("{{\"rules\": [{}1]}}", "1,".repeat(200_000));
    let codes = refused(&many);
    assert!(codes.contains(&FaultCode::TooManyValues { limit: 50_000 }));
    assert!(codes.contains(&FaultCode::TooManyFaults { limit: 500 }) && codes.len() == 501);
    let keys: Vec<String> = (0..40_000).map(|i| format!("\"{}{i}\": {{}}", "k".repeat(10))).collect();
    refused(&format!("{{{}}}", keys.join(",")));
    refused(&format!("{{\"{}\": 1}}", "k".repeat(900_000)));
}

#[test]
fn many_calendars_over_many_years_are_refused_before_they_are_built() {
    let mut pack: Value = serde_json::from_str(HUDSON).unwrap();
    let day = json!([
        ["00:00", "01:00"],
        ["02:00", "03:00"],
        ["04:00", "05:00"],
        ["06:00", "07:00"],
        ["08:00", "09:00"],
        ["10:00", "11:00"],
        ["12:00", "13:00"]
    ]);
    pack["calendars"][1]["weekly"]["mon"] = day;
    pack["calendars"][1]["years"] = json!([1970, 2200]);
    for i in 0..60 {
        let calendar = json!({"id": format!("c{i}"), "name": {"zh": "一", "en": "One"}, "alwaysOpen": true, "source": "x", "certainty": "default"});
        pack["calendars"].as_array_mut().unwrap().push(calendar);
    }
    let pointers: Vec<String> = check(&pack.to_string(), &BASES).unwrap_err().into_iter().map(|f| f.pointer).collect();
    assert_eq!(pointers, ["/calendars/32", "/calendars/1/weekly/mon", "/calendars/1/years/1"]);
}

#[test]
fn a_wide_net_of_bases_is_walked_once() {
    let mut loader = PackLoader::new();
    for i in 0..40 {
        let extends: Vec<String> = (0..40).map(|j| format!("p{j}")).collect();
        let text = json!({"format": "baton-policy/1", "id": format!("p{i}"), "extends": extends}).to_string();
        loader.add("p", &text).unwrap();
    }
    let faults = loader.load("p0").unwrap_err();
    assert!(faults.iter().any(|f| matches!(f.code, FaultCode::TooManyBases { .. } | FaultCode::ExtendsCycle { .. })));
}

/// Values that a careless or hostile author may write.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        prop::sample::select(vec![
            "",
            "P",
            "PT",
            "-PT1H",
            "PT9223372036854775807S",
            "P99999999999999999D",
            "24:00",
            "48:00",
            "99:99",
            "2026-02-29",
            "0000-00-00",
            "CST-8",
            "<-03>3",
            "EST5EDT,M13.9.9,M0.0.0",
            "always-on",
            "CR-VIP",
            "mon",
            "byBrand",
            "/",
            "~1",
            "\u{0}",
            "\u{202e}",
            "\u{10ffff}",
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let key = prop_oneof![
            prop::sample::select(vec![
                "id",
                "name",
                "zh",
                "en",
                "value",
                "source",
                "certainty",
                "remove",
                "from",
                "to",
                "channel",
                "limit",
                "weekly",
                "mon",
                "rules",
                "calendars",
                "extends",
                "year",
                "first",
                "last",
                "flag",
                "is",
            ])
            .prop_map(str::to_owned),
            ".{0,6}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(key, inner, 0..6).prop_map(|m| m.into_iter().collect::<Value>()),
        ]
    })
}

/// All places of a document.
fn places(value: &Value, at: String, out: &mut Vec<String>) {
    match value {
        Value::Array(list) => list.iter().enumerate().for_each(|(i, v)| places(v, format!("{at}/{i}"), out)),
        Value::Object(map) => {
            map.iter().for_each(|(k, v)| places(v, format!("{at}/{}", k.replace('~', "~0").replace('/', "~1")), out))
        }
        _ => {}
    }
    out.push(at);
}

/// The pointer leads to a value of the author's file, or to the object in which one is missing.
fn leads_somewhere(pack: &Value, pointer: &str) -> bool {
    pack.pointer(pointer).is_some()
        || pointer.rsplit_once('/').is_some_and(|(parent, _)| pack.pointer(parent).is_some())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_json_never_panics(value in any_value()) {
        refused(&value.to_string());
    }

    #[test]
    fn random_text_never_panics(text in ".{0,200}") {
        refused(&text);
    }

    #[test]
    fn random_changes_of_real_packs_never_panic(
        which in 0..3_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any_value()), 1..4),
    ) {
        let mut pack: Value = serde_json::from_str([CHINA_MOBILE, DONGGUAN, HUDSON][which]).unwrap();
        for (index, value) in changes {
            let mut all = Vec::new();
            places(&pack, String::new(), &mut all);
            let place = index.get(&all).clone();
            *pack.pointer_mut(&place).unwrap() = value;
        }
        match check(&pack.to_string(), &BASES) {
            Ok(policy) => prop_assert!(policy.default_class < policy.classes.len()),
            Err(faults) => {
                prop_assert!(!faults.is_empty());
                for fault in faults {
                    prop_assert_ne!(&fault.code, &FaultCode::Internal);
                    prop_assert!(leads_somewhere(&pack, &fault.pointer), "{}", fault);
                }
            }
        }
    }

    #[test]
    fn a_pack_cut_anywhere_is_refused(share in 0.0..1.0_f64) {
        let mut at = (HUDSON.len() as f64 * share) as usize;
        while !HUDSON.is_char_boundary(at) {
            at -= 1;
        }
        prop_assume!(HUDSON[at..].trim() != "");
        prop_assert_eq!(refused(&HUDSON[..at]).len(), 1);
    }
}
