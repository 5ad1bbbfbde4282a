//! One run from one seed, the playing again of a recorded one, and making a failing one small.

use std::panic::{AssertUnwindSafe, catch_unwind};

use baton_sync::defence::{Defence, without};

use crate::backend::Kind;
use crate::check;
use crate::dice::Dice;
use crate::schedule::{self, Action};
use crate::totals::Totals;
use crate::weather::Weather;
use crate::world::World;

/// Calm time before the first look: long enough for every wait, for the pull that comes by itself, and for watching
/// what might be undone; shorter than it takes until everything is listed again.
const SETTLE_MS: i64 = 6 * 60_000;
/// Calm time in which everything is listed again at least once.
const SWEEP_MS: i64 = 12 * 60_000;

/// What to run.
#[derive(Debug, Clone)]
pub struct Setup {
    pub seed: u64,
    /// None: the seed says.
    pub kind: Option<Kind>,
    pub without: Vec<Defence>,
    /// Weather that fits this defence.
    pub proof: Option<Defence>,
}

impl Setup {
    pub fn weather(&self) -> Weather {
        let weather = Weather::of(self.seed, self.kind.unwrap_or_else(|| Kind::of(self.seed)));
        match self.proof {
            Some(defence) => weather.for_proof(defence),
            None => weather,
        }
    }
}

pub struct Outcome {
    pub totals: Totals,
    pub actions: Vec<Action>,
    /// The promise that was broken.
    pub fault: Option<String>,
    pub trace: Vec<String>,
}

/// Runs a seed, or plays `recorded` actions of it.
pub fn run(setup: &Setup, recorded: Option<&[Action]>, trace: bool) -> Outcome {
    let weather = setup.weather();
    let mut world = World::new(setup.seed, &weather, trace);
    let mut actions = Vec::new();
    let lived = catch_unwind(AssertUnwindSafe(|| {
        without(&setup.without, || live(&mut world, &weather, recorded, &mut actions))
    }));
    let fault = match lived {
        Ok(Ok(())) => None,
        Ok(Err(fault)) => Some(fault),
        Err(panic) => Some(format!("panic: {}", words(panic.as_ref()))),
    };
    let mut totals = std::mem::take(&mut world.totals);
    totals.runs = 1;
    totals.actions = actions.len() as u64;
    totals.versions = world.audit.versions;
    totals.dropped = world.audit.dropped;
    let trace = match world.promises.try_borrow_mut() {
        Ok(mut promises) => {
            totals.acknowledged = promises.acknowledged.len() as u64;
            totals.refused_at_once = promises.refused_at_once;
            totals.pruned = promises.pruned;
            promises.trace.take().unwrap_or_default()
        }
        Err(_) => Vec::new(),
    };
    Outcome { totals, actions, fault, trace }
}

fn live(
    world: &mut World,
    weather: &Weather,
    recorded: Option<&[Action]>,
    actions: &mut Vec<Action>,
) -> Result<(), String> {
    let dice = Dice::of(&[world.seed, 0xAC7]);
    let mut watch = check::Watch::default();
    for n in 0..recorded.map_or(weather.actions, <[Action]>::len) {
        let action = match recorded {
            Some(recorded) => recorded[n].clone(),
            None => schedule::next(world, weather, &dice),
        };
        world.note(|| format!("{n:4} {action:?}"));
        actions.push(action);
        world.apply(&actions[n]);
        watch.after_action(world)?;
    }
    world.note(|| "     then all goes well".into());
    world.heal();
    world.run_calmly(SETTLE_MS)?;
    watch.after_action(world)?;
    if weather.kind.is_soon_whole() {
        check::soon(world)?;
    }
    // What is found out late (gone without a tombstone) is then done again, and watched.
    let mut rest = check::at_rest(world);
    for ms in [SWEEP_MS, SETTLE_MS, SETTLE_MS] {
        if rest.is_err() && weather.kind.sweeps() {
            world.run_calmly(ms)?;
            watch.after_action(world)?;
            rest = check::at_rest(world);
        }
    }
    let (refused, let_go) = rest?;
    if weather.prunes > 0 {
        // All that is finished goes, and then all of it is wanted.
        for wish in [|tab| Action::Prune { tab }, |tab| Action::BringBack { tab }] {
            world.leaders().into_iter().for_each(|tab| world.apply(&wish(tab)));
            world.run_calmly(SWEEP_MS)?;
            check::at_rest(world)?;
        }
        check::all_back(world)?;
    }
    world.totals.refused = refused;
    world.totals.let_go = let_go;
    Ok(())
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned())).unwrap_or_default()
}

/// The words of a fault without names and numbers.
pub fn kind_of(fault: &str) -> String {
    let words = fault.split(' ').filter(|word| !word.contains(|c: char| c.is_ascii_digit()));
    words.take(6).collect::<Vec<_>>().join(" ")
}

/// How often a failing run is played again to make it smaller.
const TRIES: usize = 1_500;

/// The fewest actions found that still break a promise, and the trace of them.
pub fn shrink(setup: &Setup, actions: Vec<Action>, fault: &str) -> Outcome {
    let mut best = actions;
    let mut piece = (best.len() / 2).max(1);
    let mut tries = 0;
    loop {
        let (mut at, mut smaller) = (0, false);
        while at < best.len() && tries < TRIES {
            let mut fewer = best.clone();
            fewer.drain(at..(at + piece).min(best.len()));
            tries += 1;
            if run(setup, Some(&fewer), false).fault.is_some_and(|found| kind_of(&found) == kind_of(fault)) {
                best = fewer;
                smaller = true;
            } else {
                at += piece;
            }
        }
        if tries >= TRIES || (piece == 1 && !smaller) {
            break;
        }
        piece = if piece > 1 { piece / 2 } else { 1 };
    }
    run(setup, Some(&best), true)
}
