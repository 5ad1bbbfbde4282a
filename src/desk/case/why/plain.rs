//! Why a call-back or a waiting contact is due then: no pauses, only the open hours of a calendar.

use baton_engine::clock::{self, ClockState, Explanation};
use baton_engine::model::{Callback, Interaction};
use baton_engine::policy::Policies;
use baton_engine::time::Timestamp;

use super::sheet::{Ground, Line, Sheet};
use crate::i18n::fill;

pub fn callback(g: Ground<'_>, policies: &Policies, callback: &Callback) -> Option<Sheet> {
    let x = clock::explain_callback(policies, callback, g.now)?;
    let (t, clock) = (g.t(), x.clock);
    let mut rows: Vec<Line> = g.outcome(&clock).into_iter().collect();
    rows.push(hours(g, policies, &x));
    if callback.round > 0 {
        let head = fill(t.round_head, &[&(callback.round + 1).to_string()]);
        rows.push(Line::new("refresh", head, fill(t.round_detail, &[&g.at(clock.started)]), String::new()));
    }
    let rules = policies.desk(&callback.desk).and_then(|(_, d)| d.callback.as_ref());
    if let Some(rules) = rules.filter(|_| callback.is_open()) {
        let (tried, of) = (callback.tries().to_string(), rules.tries.to_string());
        let next = callback.next_try_at.filter(|at| *at > g.now);
        let detail = next.map_or(t.tries_none.to_owned(), |at| fill(t.tries_next, &[&g.at(at)]));
        let line = Line::new("callback", fill(t.tries_head, &[&tried, &of]), detail, format!("{tried} / {of}"));
        rows.push(line.of(&rules.provenance));
    }
    rows.extend(g.provisional(&clock));
    let say = match clock.state {
        ClockState::Overdue => fill(t.say_callback_over, &[&g.spoken(clock.due)]),
        ClockState::Stopped => String::new(),
        _ => fill(t.say_callback, &[&g.spoken(clock.due)]),
    };
    Some(sheet(g, x, t.registered, t.limit_callback, rows, say, t.foot_callback))
}

pub fn contact(g: Ground<'_>, policies: &Policies, contact: &Interaction, since: Option<Timestamp>) -> Option<Sheet> {
    let clock = clock::contact(g.policy, contact, since, g.now)?;
    let x = clock::explain_contact(g.policy, contact, clock)?;
    let t = g.t();
    let mut rows: Vec<Line> = g.outcome(&clock).into_iter().collect();
    rows.push(hours(g, policies, &x));
    rows.extend(g.provisional(&clock));
    let start = if contact.accepted_at.is_none() { t.arrived } else { t.waiting };
    let say = fill(t.say_contact, &[&g.spoken(clock.due)]);
    Some(sheet(g, x, start, t.limit_contact, rows, say, t.foot_contact))
}

/// The rule with its limit, and the hours in which it counts.
fn hours(g: Ground<'_>, policies: &Policies, x: &Explanation) -> Line {
    let t = g.t();
    let found = policies.all().iter().rev().find_map(|p| p.rule(&x.rule).map(|r| (p, r)));
    let calendar = found.map(|(p, r)| g.lang.of(&p.calendars[r.calendar].name)).unwrap_or_default();
    let always = found.is_some_and(|(p, r)| p.calendar_of(r).is_always_open());
    let name = found.map(|(_, r)| g.lang.of(&r.name)).unwrap_or_default();
    let (head, detail) =
        if always { (name, calendar) } else { (fill(t.hours_head, &[&calendar]), t.hours_detail.to_owned()) };
    g.of_rule(Line::new("calendar", head, detail, String::new()), found.map(|f| f.1), &x.rule)
}

fn sheet(g: Ground<'_>, x: Explanation, start: &str, limit: &str, rows: Vec<Line>, say: String, foot: &str) -> Sheet {
    Sheet {
        title: g.title(x.clock.state, &x.clock),
        clock: x.clock,
        state: x.clock.state,
        sum: g.sum(&x, start, limit),
        pieces: x.pieces,
        rows,
        say,
        foot: foot.to_owned(),
    }
}
