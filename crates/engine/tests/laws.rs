//! The laws of the relay as properties: random people do random things at random times, and whatever `decide`
//! lets through keeps them true (architecture: "What stays true").
#![allow(clippy::unwrap_used)]

mod support;

use baton_engine::clock;
use baton_engine::decide::decide;
use baton_engine::model::{
    Actor, AttemptOutcome, Case, Collection, Document, Entry, Intent, LegState, PersonRef, Status,
};
use baton_engine::policy::{Policies, Policy};
use baton_engine::time::{Span, Timestamp};
use proptest::prelude::*;
use std::sync::LazyLock;
use support::*;

static POLICIES: LazyLock<Policies> = LazyLock::new(policies);

fn policy() -> &'static Policy {
    POLICIES.in_force().unwrap()
}

/// One step: who (a fixed organisation, the holder of the baton, or the owner), which intent, how many minutes
/// later. Legs are named by place, so that ids fit what exists.
#[derive(Debug, Clone)]
struct Step {
    org: usize,
    lead: bool,
    what: usize,
    pick: usize,
    minutes: i64,
}

const ORGS: [&str; 4] = [MAKER, BASE, HOME, GROUP];
const CLASSES: [&str; 4] = ["VIP", "GOTONE", "MZONE", "EASYOWN"];

fn step() -> impl Strategy<Value = Step> {
    (0..10usize, any::<bool>(), 0..18usize, 0..6usize, 0..200i64).prop_map(|(org, lead, what, pick, minutes)| Step {
        org,
        lead,
        what,
        pick,
        minutes,
    })
}

fn intent(step: &Step, case: &Case) -> Intent {
    // Mostly the last active leg, sometimes any.
    let any = case.legs.get(step.pick % case.legs.len().max(1));
    let leg = || {
        let active = case.legs.iter().rfind(|l| l.state.is_active());
        if step.pick < 4 { active.or(any) } else { any }.map(|l| l.id.clone()).unwrap_or_default()
    };
    let text = || "text".to_owned();
    match step.what {
        0..=3 => Intent::Dispatch {
            to: {
                // Mostly along an arrow, sometimes anywhere.
                let edges = baton_engine::relay::edges_from(policy(), case, &actor(step, case).org);
                let edge = edges.get(step.pick % edges.len().max(1)).filter(|_| step.pick < 4);
                edge.map_or(ORGS[step.pick % 4], |e| e.to.as_str()).into()
            },
            request: text(),
            consent: true,
            despite_deadline: step.pick.is_multiple_of(2),
        },
        4 | 5 => Intent::ReceiveLeg { leg: leg() },
        6 | 7 => Intent::AnswerLeg { leg: leg(), text: text() },
        8 => Intent::ReturnLeg { leg: leg(), reason: text() },
        9 => Intent::WithdrawLeg { leg: leg(), reason: text() },
        10 => Intent::AwaitCustomer { what: text() },
        11 => Intent::CustomerResponded { text: text() },
        12 => Intent::ChangeClass { service_class: CLASSES[step.pick % 4].into(), tier: text() },
        13 => Intent::AnswerCustomer { text: text() },
        14 => Intent::CloseCase { note: text() },
        15 => Intent::ReopenCase { reason: text() },
        16 => Intent::CancelCase { reason: text(), into: None },
        _ => Intent::ReassignCase { person: PersonRef { id: format!("p{}", step.pick), name: text() } },
    }
}

fn actor(step: &Step, case: &Case) -> Actor {
    let org = match step.org {
        fixed @ 0..4 => ORGS[fixed],
        4..8 => case.holders().last().copied().unwrap_or(HOME),
        _ => &case.owner.org,
    };
    if step.lead { lead(org) } else { person(org) }
}

/// Runs steps; `see` is called with (before, after, entry) for everything that was accepted.
fn play(owner: usize, class: usize, steps: &[Step], mut see: impl FnMut(&Case, &Case, &Entry)) -> Case {
    let mut bench = Bench { policies: POLICIES.clone(), collection: Collection::Cases, doc: None, entries: 0 };
    let mut now = at(23, "08:00");
    let open = opening(&POLICIES, CLASSES[class]);
    bench.does(person(ORGS[owner]), now, open).unwrap();
    for step in steps {
        now = now.plus(Span::from_minutes(step.minutes));
        let before = bench.the_case().clone();
        if bench.does(actor(step, &before), now, intent(step, &before)).is_ok() {
            let after = bench.the_case();
            see(&before, after, after.journal.last().unwrap());
        }
    }
    bench.the_case().clone()
}

fn all_clocks(case: &Case, now: Timestamp) -> Vec<clock::Clock> {
    let legs = case.legs.iter().map(|l| clock::leg(policy(), case, l, now).unwrap());
    clock::reply(policy(), case, now).into_iter().chain(legs).collect()
}

/// The laws say nothing if the random steps never get anywhere: they reach every corner that the laws are about.
#[test]
fn the_steps_reach_what_the_laws_speak_of() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let strategy = (0..3usize, 0..4usize, prop::collection::vec(step(), 0..40));
    let (mut closed, mut deep, mut paused, mut returned, mut reopened, mut answered) = (0, 0, 0, 0, 0, 0);
    for _ in 0..300 {
        let (owner, class, steps) = strategy.new_tree(&mut runner).unwrap().current();
        let case = play(owner, class, &steps, |_, _, _| {});
        closed += usize::from(case.status == Status::Closed);
        deep += usize::from(case.legs.iter().any(|l| l.parent.is_some()));
        paused += usize::from(!case.pauses.is_empty());
        returned += usize::from(case.legs.iter().any(|l| l.state == LegState::Returned));
        answered += usize::from(case.legs.iter().any(|l| l.state == LegState::Answered));
        reopened += usize::from(case.periods.len() > 1);
    }
    for (name, count) in [
        ("closed", closed),
        ("deep", deep),
        ("paused", paused),
        ("returned", returned),
        ("answered", answered),
        ("reopened", reopened),
    ] {
        assert!(count >= 8, "{name}: only {count} of 300 runs");
    }
}

proptest! {
    #![proptest_config(cases(300))]

    /// First-asked ownership: the owning interface is set once and for all.
    #[test]
    fn the_owner_is_always_exactly_the_first_asked_interface(owner in 0..3usize, class in 0..4usize, steps in prop::collection::vec(step(), 0..40)) {
        play(owner, class, &steps, |_, after, _| assert_eq!(after.owner.org, ORGS[owner]));
    }

    /// Closed loop: closing needs an answer (or the failed tries), and no leg may be open.
    #[test]
    fn no_case_closes_before_its_customer_was_answered(owner in 0..3usize, steps in prop::collection::vec(step(), 0..40)) {
        let case = play(owner, 1, &steps, |before, after, _| {
            if after.status == Status::Closed && before.status != Status::Closed {
                assert!(before.status == Status::Resolved && !before.answers.is_empty());
            }
            if matches!(after.status, Status::Closed | Status::Resolved | Status::Cancelled | Status::Rejected) {
                assert_eq!(after.active_legs().count(), 0, "a leg was left open");
            }
        });
        for leg in &case.legs {
            prop_assert_eq!(leg.state.is_active(), leg.ended_at.is_none());
            if leg.state == LegState::Answered {
                prop_assert!(leg.received_at.unwrap() <= leg.ended_at.unwrap());
            }
        }
    }

    /// Legs only along the arrows of the owner's flow, and the chain never comes back to itself.
    #[test]
    fn every_leg_runs_along_an_arrow(owner in 0..3usize, steps in prop::collection::vec(step(), 0..40)) {
        let case = play(owner, 2, &steps, |_, after, _| {
            let mut active: Vec<&str> = after.active_legs().map(|l| l.to.as_str()).collect();
            active.push(&after.owner.org);
            let n = active.len();
            active.sort_unstable();
            active.dedup();
            assert_eq!(n, active.len(), "an organisation carries the baton twice");
        });
        let flow = policy().flow(&case.flow).unwrap();
        for leg in &case.legs {
            prop_assert!(flow.edges.iter().any(|e| e.from == leg.from && e.to == leg.to));
            match &leg.parent {
                Some(parent) => prop_assert_eq!(&case.leg(parent).unwrap().to, &leg.from),
                None => prop_assert_eq!(&leg.from, &case.owner.org),
            }
        }
    }

    /// A tier change never moves a due time later.
    #[test]
    fn a_class_change_never_moves_a_due_time_later(owner in 0..3usize, class in 0..4usize, steps in prop::collection::vec(step(), 0..40)) {
        play(owner, class, &steps, |before, after, entry| {
            if matches!(entry.intent, Intent::ChangeClass { .. }) {
                for (a, b) in all_clocks(before, entry.at).iter().zip(all_clocks(after, entry.at)) {
                    assert!(b.due <= a.due, "{:?} moved from {} to {}", a.kind, a.due, b.due);
                }
            }
        });
    }

    /// A due time is a pure function of (policy, journal): running the journal again gives the same bytes.
    #[test]
    fn the_journal_makes_the_document(owner in 0..3usize, class in 0..4usize, steps in prop::collection::vec(step(), 0..40), later in 0..10_000i64) {
        let case = play(owner, class, &steps, |_, _, _| {});
        let mut again: Option<Document> = None;
        for entry in &case.journal {
            again = Some(decide(&POLICIES, Collection::Cases, "doc-1", again.as_ref(), entry).unwrap());
        }
        let json = again.unwrap().to_json();
        prop_assert_eq!(serde_json::to_string(&json).unwrap(), serde_json::to_string(&Document::Case(case.clone()).to_json()).unwrap());
        // And reading it back gives the same clocks.
        let Document::Case(read) = Document::from_json(Collection::Cases, &json, None).unwrap() else { panic!() };
        let now = at(23, "08:00").plus(Span::from_minutes(later));
        prop_assert_eq!(all_clocks(&read, now), all_clocks(&case, now));
    }

    /// While a leg runs, its due time leaves the reserve untouched, and time only makes clocks older.
    #[test]
    fn clocks_agree_with_each_other(owner in 0..3usize, class in 0..4usize, steps in prop::collection::vec(step(), 1..40), later in 0..3000i64) {
        let case = play(owner, class, &steps, |_, _, _| {});
        let now = case.journal.last().unwrap().at.plus(Span::from_minutes(later));
        let reply = clock::reply(policy(), &case, now).unwrap();
        for leg in case.active_legs() {
            let c = clock::leg(policy(), &case, leg, now).unwrap();
            let cap = reply.due.minus(policy().clocks.reserve.limit);
            prop_assert!(c.due <= cap || c.due <= c.started, "leg {} due {} after cap {}", leg.id, c.due, cap);
        }
        for c in all_clocks(&case, now) {
            prop_assert!(c.used.millis() >= 0 && c.allowance.millis() > 0);
            prop_assert!(c.soon <= c.due.max(c.started));
            match c.state {
                clock::ClockState::Overdue => prop_assert!(c.remaining.millis() <= 0),
                clock::ClockState::OnTrack | clock::ClockState::DueSoon => prop_assert!(c.remaining.millis() > 0),
                _ => {}
            }
        }
    }

    /// What has ended is history: nothing that happens later makes an answered leg or an answered customer late, or
    /// punctual.
    #[test]
    fn a_clock_that_has_stopped_never_changes(owner in 0..3usize, class in 0..4usize, steps in prop::collection::vec(step(), 0..40)) {
        play(owner, class, &steps, |before, after, entry| {
            let (now, later) = (entry.at, entry.at.plus(Span::from_hours(50)));
            for leg in before.legs.iter().filter(|l| l.ended_at.is_some()) {
                let then = clock::leg(policy(), before, leg, now).unwrap();
                assert_eq!(clock::leg(policy(), after, leg, later).unwrap(), then, "{:?}", entry.intent);
            }
            if !before.status.is_open() && !after.status.is_open() {
                let then = clock::reply(policy(), before, now).unwrap();
                assert_eq!(clock::reply(policy(), after, later).unwrap(), then, "{:?}", entry.intent);
            }
        });
    }

    /// A row is looked at only when it says so, and shows the right state at every moment in between.
    #[test]
    fn rows_wake_in_time(owner in 0..3usize, class in 0..4usize, steps in prop::collection::vec(step(), 0..25), looks in prop::collection::vec(1..600i64, 1..60)) {
        use baton_engine::worklist::case_row;
        let case = play(owner, class, &steps, |_, _, _| {});
        for org in ORGS {
            let mut now = case.journal.last().unwrap().at;
            let Some(mut row) = case_row(&POLICIES, &case, &person(org), now) else { continue };
            for minutes in &looks {
                now = now.plus(Span::from_minutes(*minutes));
                if row.next_change().is_some_and(|t| t <= now) {
                    row = case_row(&POLICIES, &case, &person(org), now).unwrap();
                }
                let fresh = case_row(&POLICIES, &case, &person(org), now).unwrap();
                prop_assert_eq!(row.clock.map(|c| c.state), fresh.clock.map(|c| c.state));
                prop_assert!(row.next_change().is_none_or(|t| t > now));
            }
        }
    }

    /// Two desks work on one case without a network; whichever comes second is decided again on what the first
    /// left. Every entry then is in the journal or refused, and the case is as sound as any.
    #[test]
    fn entries_decided_again_on_another_base_keep_the_laws(
        owner in 0..3usize,
        common in prop::collection::vec(step(), 0..12),
        ours in prop::collection::vec(step(), 0..8),
        theirs in prop::collection::vec(step(), 0..8),
    ) {
        let base = play(owner, 1, &common, |_, _, _| {});
        let begin = base.journal.last().unwrap().at;
        let offline = |name: &str, steps: &[Step]| {
            let (mut doc, mut now, mut entries) = (Document::Case(base.clone()), begin, Vec::new());
            for (i, step) in steps.iter().enumerate() {
                let Document::Case(case) = &doc else { unreachable!() };
                now = now.plus(Span::from_minutes(step.minutes));
                let entry = Entry { id: format!("{name}{i}"), at: now, by: actor(step, case), intent: intent(step, case) };
                if let Ok(next) = decide(&POLICIES, Collection::Cases, "doc-1", Some(&doc), &entry) {
                    doc = next;
                    entries.push(entry);
                }
            }
            (doc, entries)
        };
        let (mut doc, first) = offline("a", &ours);
        let (_, second) = offline("b", &theirs);
        let mut refused = 0;
        for entry in &second {
            match decide(&POLICIES, Collection::Cases, "doc-1", Some(&doc), entry) {
                Ok(next) => doc = next,
                Err(_) => refused += 1,
            }
        }
        let Document::Case(case) = &doc else { unreachable!() };
        prop_assert_eq!(case.journal.len(), base.journal.len() + first.len() + second.len() - refused);
        prop_assert_eq!(&case.owner.org, ORGS[owner]);
        for leg in &case.legs {
            prop_assert!(leg.ended_at.is_none_or(|e| e >= leg.received_at.unwrap_or(leg.dispatched_at)));
            prop_assert_eq!(leg.state.is_active(), leg.ended_at.is_none());
        }
        if matches!(case.status, Status::Closed | Status::Resolved | Status::Cancelled | Status::Rejected) {
            prop_assert_eq!(case.active_legs().count(), 0);
            prop_assert!(!case.is_paused() && case.periods.last().unwrap().to.is_some());
        } else {
            prop_assert!(case.periods.last().unwrap().to.is_none());
            prop_assert_eq!(case.is_paused(), case.status == Status::Pending);
        }
        let mut open = 0;
        for pause in &case.pauses {
            prop_assert!(pause.to.is_none_or(|t| t >= pause.from));
            open += usize::from(pause.to.is_none());
        }
        prop_assert!(open <= 1);
    }

    /// The explanation adds up: what counts in its pieces is the allowance.
    #[test]
    fn explanations_add_up(owner in 0..3usize, class in 0..4usize, steps in prop::collection::vec(step(), 0..30), later in 0..3000i64) {
        let case = play(owner, class, &steps, |_, _, _| {});
        let now = case.journal.last().unwrap().at.plus(Span::from_minutes(later));
        let mut all = vec![clock::explain_reply(policy(), &case, now).unwrap()];
        all.extend(case.legs.iter().filter_map(|l| clock::explain_leg(policy(), &case, l, now)));
        for why in all {
            let sum: i64 = why.pieces.iter().map(|p| p.counts.millis()).sum();
            let wanted = why.clock.allowance.millis();
            prop_assert!((sum - wanted).abs() <= 1, "{}: pieces {} of {}", why.rule, sum, wanted);
            for pair in why.pieces.windows(2) {
                prop_assert_eq!(pair[0].to, pair[1].from, "a gap in the explanation");
            }
        }
    }

    /// A clock that a skewed machine puts back does not turn an interval around.
    #[test]
    fn a_skewed_clock_never_turns_time_around(owner in 0..3usize, steps in prop::collection::vec((step(), -600..600i64), 0..40)) {
        let mut bench = Bench { policies: POLICIES.clone(), collection: Collection::Cases, doc: None, entries: 0 };
        let mut now = at(23, "08:00");
        bench.does(person(ORGS[owner]), now, opening(&POLICIES, "VIP")).unwrap();
        for (step, skew) in &steps {
            now = now.plus(Span::from_minutes(step.minutes));
            let case = bench.the_case().clone();
            let _ = bench.does(actor(step, &case), now.plus(Span::from_minutes(*skew)), intent(step, &case));
        }
        let case = bench.the_case();
        for leg in &case.legs {
            prop_assert!(leg.received_at.is_none_or(|r| r >= leg.dispatched_at));
            prop_assert!(leg.ended_at.is_none_or(|e| e >= leg.received_at.unwrap_or(leg.dispatched_at)));
        }
        for pause in &case.pauses {
            prop_assert!(pause.to.is_none_or(|t| t >= pause.from));
        }
        for c in all_clocks(case, now) {
            prop_assert!(c.used.millis() >= 0);
        }
    }

    /// A call-back ends only by being reached or cancelled; whoever holds it is one person.
    #[test]
    fn callbacks_never_vanish(steps in prop::collection::vec((0..3usize, 0..6usize, 0..90i64), 0..60)) {
        let mut bench = Bench { policies: POLICIES.clone(), collection: Collection::Callbacks, doc: None, entries: 0 };
        let mut now = at(23, "09:00");
        let book = Intent::BookCallback { desk: EXPERT.into(), topic: "wlan".into(), customer: customer("GOTONE"), policy: pin(&POLICIES), note: String::new(), interaction: None, case: None };
        bench.does(person(HOME), now, book).unwrap();
        let mut ended = false;
        for (who, what, minutes) in steps {
            now = now.plus(Span::from_minutes(minutes));
            let intent = match what {
                0 => Intent::ClaimCallback,
                1 => Intent::ReleaseCallback { reason: String::new() },
                2 | 3 => Intent::LogCallbackAttempt { outcome: AttemptOutcome::NoAnswer, note: String::new() },
                4 => Intent::LogCallbackAttempt { outcome: AttemptOutcome::Reached, note: String::new() },
                _ => Intent::CancelCallback { reason: "reached elsewhere".into() },
            };
            let ends = what >= 4;
            let done = bench.does(at_seat(&format!("880{}", who + 1)), now, intent).is_ok();
            ended |= done && ends;
            let callback = bench.the_callback();
            prop_assert_eq!(callback.is_open(), !ended);
            prop_assert!(clock::callback(&POLICIES, callback, now).is_some(), "an open promise always has a due time");
            prop_assert!(callback.tries() < 3);
        }
    }
}
