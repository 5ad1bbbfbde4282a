//! What would be promised if a call-back were booked now, computed by the same clock as a booked one; and what a
//! try's next moment is. Pure.

use baton_engine::clock::{self, Explanation};
use baton_engine::model::{Callback, CallbackStatus, CustomerRef, PolicyPin};
use baton_engine::policy::{Desk, Policies, Text};
use baton_engine::time::Timestamp;

/// A call-back that is not booked yet.
pub fn imagined(desk: &str, topic: &str, customer: CustomerRef, policy: PolicyPin, now: Timestamp) -> Callback {
    Callback {
        desk: desk.into(),
        topic: topic.into(),
        status: CallbackStatus::Confirmed,
        customer,
        policy,
        registered_at: Some(now),
        round_from: Some(now),
        ..Callback::default()
    }
}

/// Why it would be due then.
pub fn explain(policies: &Policies, desk: &str, pin: PolicyPin, now: Timestamp) -> Option<Explanation> {
    clock::explain_callback(policies, &imagined(desk, "", CustomerRef::default(), pin, now), now)
}

/// Why no call-back may be booked, if so.
#[derive(Debug, Clone, PartialEq)]
pub enum No {
    /// The topic is not the desk's: what to do instead.
    Scope(Option<Text>),
    /// The customer's city is not served.
    City,
}

/// Checks scope and city as the engine does for transfers.
pub fn refused(policies: &Policies, desk: &Desk, topic: &str, city: &str, now: Timestamp) -> Option<No> {
    use baton_engine::route::{Request, Route, decide};
    let (policy, desk) = policies.desk(&desk.id)?;
    match decide(policy, desk, &[], Request { topic, city, asked: &[], now }).route {
        Route::OutOfScope { alternative } => Some(No::Scope(alternative.cloned())),
        Route::OtherCity { .. } => Some(No::City),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use baton_engine::policy::PackLoader;

    fn packs() -> Policies {
        let mut loader = PackLoader::new();
        let mut policies = Policies::default();
        for name in ["china-mobile-td", "dongguan-expert-desk"] {
            let path = format!("{}/public/policy/{name}.json", env!("CARGO_MANIFEST_DIR"));
            let id = loader.add(name, &std::fs::read_to_string(path).unwrap()).unwrap();
            policies.insert(loader.load(&id).unwrap());
        }
        assert!(policies.put_in_force("dongguan-expert-desk"));
        policies
    }

    fn at(text: &str) -> Timestamp {
        serde_json::from_value(serde_json::Value::String(text.into())).unwrap()
    }

    #[test]
    fn a_promise_crosses_the_night() {
        let policies = packs();
        let pin = policies.in_force().unwrap().pin();
        let why = explain(&policies, "expert-data-dg", pin, at("2026-11-23T21:40:00+08:00")).unwrap();
        assert_eq!(why.clock.due, at("2026-11-24T09:40:00+08:00"));
        assert!(why.pieces.len() >= 3);
    }

    #[test]
    fn what_is_out_of_scope_or_town_is_refused() {
        let policies = packs();
        let desk = policies.desk("expert-data-dg").unwrap().1;
        let now = at("2026-11-23T12:00:00+08:00");
        let scope = refused(&policies, desk, "gprs", "东莞", now).unwrap();
        assert!(matches!(scope, No::Scope(Some(way)) if way.zh.contains("GPRS")));
        assert_eq!(refused(&policies, desk, "wlan", "广州", now), Some(No::City));
        assert_eq!(refused(&policies, desk, "wlan", "惠州", now), None);
    }
}
