//! Whose duty a request is, whether it is a duplicate, and how a mixed cause splits. Suggestions as data;
//! the person decides.

use crate::model::{Case, CaseLink, Intent, LinkKind, Status};
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

/// The case that a new request of this number and category belongs to, oldest first (S13): an open one, to which it
/// is attached; else one that was answered and not closed yet, which is to be reopened.
pub fn duplicate_of<'a>(cases: impl Iterator<Item = &'a Case>, number: &str, category: &str) -> Option<&'a Case> {
    if number.is_empty() {
        return None;
    }
    cases
        .filter(|c| !c.status.is_final() && c.customer.number == number && c.category == category)
        .min_by_key(|c| (!c.status.is_open(), c.opened_at, &c.id))
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

/// Splits a mixed cause (device and network, say): what opens the second case, and what links the first one to it.
/// `id` is that of the new case. Customer, channel and contact are taken over; each part has an owner and clocks of
/// its own (S06).
pub fn split(case: &Case, id: &str, title: &str, category: &str) -> (Intent, Intent) {
    let open = Intent::OpenCase {
        title: title.into(),
        description: case.description.clone(),
        category: category.into(),
        channel: case.channel,
        customer: case.customer.clone(),
        policy: case.policy.clone(),
        links: vec![CaseLink { kind: LinkKind::SplitFrom, case: case.id.clone() }],
        interaction: case.interaction.clone(),
    };
    (open, Intent::LinkCase { link: CaseLink { kind: LinkKind::SplitInto, case: id.into() } })
}

/// How a customer's coming back is put down on the case that it belongs to (see [`duplicate_of`]): an answered case
/// is open again, an open one counts a repeat.
pub fn come_back(case: &Case, text: String, interaction: Option<String>) -> Intent {
    if case.status == Status::Resolved {
        Intent::ReopenCase { reason: text }
    } else {
        Intent::RecordRepeat { text, interaction }
    }
}
