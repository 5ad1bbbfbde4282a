//! Many seeds on all cores, and what a person reads of it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use baton_sync::defence::Defence;

use crate::backend::Kind;
use crate::run::{Setup, kind_of, run, shrink};
use crate::totals::Totals;

pub struct Plan {
    pub from: u64,
    pub seeds: u64,
    pub kind: Option<Kind>,
    pub without: Vec<Defence>,
    pub proof: Option<Defence>,
    pub threads: usize,
    /// Stop at the first failing seed.
    pub stop: bool,
}

pub struct Report {
    pub totals: Totals,
    /// Failing seeds and what they broke.
    pub failed: Vec<(u64, String)>,
    pub seconds: f64,
}

impl Plan {
    pub fn setup(&self, seed: u64) -> Setup {
        Setup { seed, kind: self.kind, without: self.without.clone(), proof: self.proof }
    }

    pub fn run(&self) -> Report {
        let next = AtomicU64::new(self.from);
        let end = self.from + self.seeds;
        let found = Mutex::new((Totals::default(), Vec::new()));
        let begun = Instant::now();
        let work = || {
            let mut totals = Totals::default();
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= end {
                    break;
                }
                let outcome = run(&self.setup(seed), None, false);
                totals.add(&outcome.totals);
                if let Some(fault) = outcome.fault {
                    if let Ok(mut found) = found.lock() {
                        found.1.push((seed, fault));
                    }
                    if self.stop {
                        next.store(end, Ordering::Relaxed);
                    }
                }
            }
            if let Ok(mut found) = found.lock() {
                found.0.add(&totals);
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..self.threads.max(1) {
                scope.spawn(work);
            }
        });
        let (totals, mut failed) = found.into_inner().unwrap_or_default();
        failed.sort();
        Report { totals, failed, seconds: begun.elapsed().as_secs_f64() }
    }
}

/// Failures of the same words count as one kind: (how many, one seed, what).
pub fn kinds_of(failed: &[(u64, String)]) -> Vec<(usize, u64, &str)> {
    let mut kinds: Vec<(usize, u64, &str)> = Vec::new();
    for (seed, fault) in failed {
        match kinds.iter_mut().find(|(_, _, known)| kind_of(known) == kind_of(fault)) {
            Some(kind) => kind.0 += 1,
            None => kinds.push((1, *seed, fault)),
        }
    }
    kinds
}

/// A failing seed with the shortest trace found.
pub fn tell_failure(setup: &Setup) -> String {
    let outcome = run(setup, None, false);
    let Some(fault) = outcome.fault else { return format!("seed {}: nothing is wrong", setup.seed) };
    let all = outcome.actions.len();
    let small = shrink(setup, outcome.actions, &fault);
    let kind = setup.weather().kind;
    let mut text = format!("seed {} on {}: {fault}\n", setup.seed, kind.name());
    let fault = small.fault.unwrap_or_default();
    text += &format!("{} of {all} actions are enough for: {fault}\n", small.actions.len());
    for line in small.trace {
        text += &line;
        text.push('\n');
    }
    text + &format!("replay: cargo xtask simulate --seed {}", setup.seed)
}
