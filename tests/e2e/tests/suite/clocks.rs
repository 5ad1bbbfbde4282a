//! Checking the clocks of a case on several desks at once: what each shows must be what the rules give for the server's
//! document at the server's time, and that must be what a person would compute by hand.

use baton_e2e::{Desk, Site, at, hook, leg, policies};
use baton_engine::clock::{self, Clock, ClockState};
use baton_engine::model::Case;
use baton_engine::time::{Span, Timestamp};

/// What a person computed by hand.
pub enum Expect {
    /// Runs and is due at that time of the day.
    Due(&'static str),
    /// Stands still with so many minutes left.
    Paused(i64),
    /// Has ended.
    Stopped,
}
use Expect::{Due, Paused, Stopped};

/// `reply` and legs (by organisation) of the case with that title.
#[track_caller]
pub fn clocks(site: &Site, desks: &[&Desk], title: &str, reply: Expect, legs: &[(&str, Expect)]) {
    let rules = policies();
    let case = || site.api().case(title, "once", |_| true);
    let now = || site.api().now();
    let seen = case();
    let policy = rules.of(&seen.policy).expect("the pack of the case").clone();
    let find = |case: &Case, org: Option<&str>, now: Timestamp| -> Clock {
        let found = match org {
            None => clock::reply(&policy, case, now),
            Some(org) => case.legs.iter().rev().find(|l| l.to == org).and_then(|l| clock::leg(&policy, case, l, now)),
        };
        found.unwrap_or_else(|| panic!("no clock of {org:?}"))
    };
    let all = std::iter::once((None, &reply)).chain(legs.iter().map(|(org, expect)| (Some(*org), expect)));
    for (org, expect) in all {
        let clock = find(&seen, org, now());
        match expect {
            Due(time) => {
                // Each step of the story takes the page a moment, and the moments add up or cancel out.
                let off = clock.due.since(at(time)).millis().abs();
                assert!(off < 60_000, "{org:?} is due {off} ms beside {time}: {clock:?}");
            }
            Paused(minutes) => {
                assert_eq!(clock.state, ClockState::Paused, "{org:?}: {clock:?}");
                let left = clock.remaining.millis() / 1000;
                assert!((left - minutes * 60).abs() < 60, "{org:?}: {left} s left, not {minutes} min");
            }
            Stopped => assert_eq!(clock.state, ClockState::Stopped, "{org:?}: {clock:?}"),
        }
        let css = match org {
            None => hook("clock-reply"),
            Some(org) => format!("{} .clock", leg(org)),
        };
        for desk in desks {
            if matches!(expect, Stopped) {
                let stopped = match org {
                    None => format!("{css}[data-state=\"stopped\"]"),
                    Some(org) => format!("{}:not(:has(.clock))", leg(org)),
                };
                desk.wait_for(&stopped);
                continue;
            }
            desk.hear_the_clock();
            let left = || -> Span { find(&seen, org, now()).remaining };
            desk.shows_left(&css, left);
        }
    }
}
