//! What several views say about a call-back: its topic, its rules, who holds it.

use std::sync::Arc;

use baton_engine::callback as rules;
use baton_engine::model::{Callback as Appointment, Claim};
use baton_engine::policy::{CallbackRules, Desk, Policies, Policy};
use baton_engine::time::Timestamp;

use crate::i18n::Lang;

/// The desk of a call-back and its rules.
pub fn desk_of<'a>(
    policies: &'a Policies,
    callback: &Appointment,
) -> Option<(&'a Arc<Policy>, &'a Desk, &'a CallbackRules)> {
    let pinned = policies.of(&callback.policy).and_then(|p| p.desk(&callback.desk).map(|d| (p, d)));
    let (policy, desk) = pinned.or_else(|| policies.desk(&callback.desk))?;
    desk.callback.as_ref().map(|r| (policy, desk, r))
}

/// The topic in words; its id when no pack knows it.
pub fn topic(policies: &Policies, callback: &Appointment, lang: Lang) -> String {
    let named = desk_of(policies, callback).and_then(|(_, d, _)| d.topic(&callback.topic)).map(|t| lang.of(&t.name));
    named.unwrap_or_else(|| callback.topic.clone())
}

/// The claim that holds now, and when it lapses without a try.
pub fn claim(policies: &Policies, callback: &Appointment, now: Timestamp) -> Option<(Claim, Timestamp)> {
    let (_, _, rule) = desk_of(policies, callback)?;
    let claim = rules::live_claim(rule, callback, now)?;
    let base = callback.next_try_at.map_or(claim.at, |next| claim.at.max(next));
    Some((claim.clone(), base.plus(rule.claim_lapse)))
}
