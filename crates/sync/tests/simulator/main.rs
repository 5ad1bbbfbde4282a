//! The simulator: the real engine and the real sync code, several people with several tabs, every kind of backend and
//! every fault that we could think of, deterministic from a seed. `cargo xtask simulate` runs many seeds and shows what
//! it takes to break a promise; 2,000 of them run with the ordinary tests.
#![allow(clippy::unwrap_used)]

mod audit;
mod backend;
mod check;
mod damage;
mod desk;
mod device;
#[path = "../support/dice.rs"]
mod dice;
mod disk;
mod lanes;
mod laws;
mod many;
mod people;
mod proofs;
mod rest;
mod run;
mod schedule;
mod totals;
mod weather;
mod wire;
mod world;

use many::{Plan, kinds_of, tell_failure};

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

#[test]
fn no_promise_is_broken() {
    let plan =
        Plan { from: 0, seeds: 2_000, kind: None, without: Vec::new(), proof: None, threads: cores(), stop: true };
    let report = plan.run();
    println!("{}", report.totals);
    if let Some((seed, _)) = report.failed.first() {
        panic!("{}", tell_failure(&plan.setup(*seed)));
    }
    assert!(report.totals.acknowledged > 10_000, "the people did some work");
}

/// A seed is one run, to the last request: only so can a failing one be looked at. On every kind of backend.
#[test]
fn a_seed_is_one_run() {
    for seed in 0..2 * backend::Kind::ALL.len() as u64 {
        let setup = run::Setup { seed, kind: None, without: Vec::new(), proof: None };
        let first = run::run(&setup, None, true);
        assert!(first.trace.len() > 100, "the trace says what happened");
        assert_eq!(first.trace, run::run(&setup, None, true).trace, "seed {seed} runs in two ways");
        assert_eq!(first.trace, run::run(&setup, Some(&first.actions), true).trace, "seed {seed} plays in another way");
    }
}

/// A failing seed is made smaller, fails for the same reason, and its trace shows what happened.
#[test]
fn a_failing_seed_is_made_small() {
    let without = vec![baton_sync::defence::Defence::KeepUntilAcknowledged];
    let setup = run::Setup { seed: 0, kind: Some(backend::Kind::Baton), without, proof: None };
    let failing = run::run(&setup, None, false);
    let fault = failing.fault.unwrap();
    let all = failing.actions.len();
    let small = run::shrink(&setup, failing.actions, &fault);
    assert_eq!(small.fault.map(|found| run::kind_of(&found)), Some(run::kind_of(&fault)));
    assert!(small.actions.len() * 4 < all, "{} of {all} actions are left", small.actions.len());
    assert!(small.trace.iter().any(|line| line.contains("acknowledged")));
}

/// What `cargo xtask simulate` starts; the environment says what to do.
#[test]
#[ignore = "started by `cargo xtask simulate`"]
fn simulate() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let seeds = number("SIMULATE_SEEDS").unwrap_or(1);
    let without = std::env::var("SIMULATE_WITHOUT").unwrap_or_default();
    let kind = std::env::var("SIMULATE_KIND").ok();
    let without: Vec<_> = without.split(',').filter(|name| !name.is_empty()).map(defence_named).collect();
    let plan = Plan {
        from: number("SIMULATE_FROM").unwrap_or(0),
        seeds,
        kind: kind.map(|name| backend::Kind::named(&name).unwrap_or_else(|| panic!("no backend {name:?}"))),
        proof: without.first().copied(),
        without,
        threads: cores(),
        stop: false,
    };
    std::panic::set_hook(Box::new(|_| {}));
    let report = plan.run();
    let _ = std::panic::take_hook();
    println!("{} seeds in {:.1} s: {:.0} seeds per second", seeds, report.seconds, seeds as f64 / report.seconds);
    println!("{}", report.totals);
    for (times, seed, fault) in kinds_of(&report.failed) {
        println!("  FAILED {times} times, as seed {seed}: {fault}");
    }
    if let Some((seed, _)) = report.failed.first() {
        std::panic::set_hook(Box::new(|_| {}));
        let told = tell_failure(&plan.setup(*seed));
        let _ = std::panic::take_hook();
        panic!("{} of {seeds} seeds fail\n{told}", report.failed.len());
    }
    println!("  no promise was broken");
}

fn defence_named(name: &str) -> baton_sync::defence::Defence {
    use baton_sync::defence::Defence;
    let all = [
        Defence::CursorOverlap,
        Defence::OneTransaction,
        Defence::KeepUntilAcknowledged,
        Defence::RecheckOnMove,
        Defence::CompareAndSet,
        Defence::JournalIds,
        Defence::RebaseOnPull,
        Defence::Settling,
        Defence::ClaimDocument,
        Defence::Reconcile,
        Defence::TombstonesStay,
        Defence::FetchBeforeRepeat,
        Defence::Correlation,
        Defence::Fence,
        Defence::Vanished,
    ];
    let found = all.into_iter().find(|defence| format!("{defence:?}").eq_ignore_ascii_case(name));
    found.unwrap_or_else(|| panic!("no defence {name:?}; there are {all:?}"))
}
