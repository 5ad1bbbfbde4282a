//! Whose duty a request is, whether it is a duplicate, and how a mixed cause splits. Suggestions as data;
//! the person decides.

use crate::model::{Case, CaseLink, LinkKind, Status};
use crate::policy::{Category, Duty, Policy};
use crate::time::Timestamp;

/// What the category says about a new request.
#[derive(Debug, Clone, PartialEq)]
pub struct Triage<'a> {
    pub category: Option<&'a Category>,
    pub duty: Duty,
    /// Desk and topic of an expert desk's catalogue that covers it.
    pub expert: Option<(&'a str, &'a str)>,
}

pub fn triage<'a>(policy: &'a Policy, category: &str) -> Triage<'a> {
    let category = policy.category(category);
    let expert = category
        .and_then(|c| c.topic.as_deref())
        .and_then(|topic| policy.desks.iter().find_map(|d| d.topic(topic).map(|t| (d.id.as_str(), t.id.as_str()))));
    Triage { category, duty: category.map_or(Duty::Either, |c| c.duty), expert }
}

/// The open case that a new request of this number and category belongs to, oldest first (S13).
pub fn duplicate_of<'a>(cases: impl Iterator<Item = &'a Case>, number: &str, category: &str) -> Option<&'a Case> {
    if number.is_empty() {
        return None;
    }
    cases
        .filter(|c| !c.status.is_final() && c.customer.number == number && c.category == category)
        .min_by_key(|c| (c.opened_at, &c.id))
}

/// The closed case that a new request repeats, if it was closed within the pack's window: link as `reopenOf`.
pub fn repeat_of<'a>(
    policy: &Policy,
    cases: impl Iterator<Item = &'a Case>,
    number: &str,
    category: &str,
    now: Timestamp,
) -> Option<CaseLink> {
    let since = now.minus(policy.clocks.repeat_window);
    cases
        .filter(|c| c.status == Status::Closed && c.customer.number == number && c.category == category)
        .filter(|c| !number.is_empty() && c.periods.last().and_then(|p| p.to).is_some_and(|t| t >= since))
        .max_by_key(|c| c.opened_at)
        .map(|c| CaseLink { kind: LinkKind::ReopenOf, case: c.id.clone() })
}
