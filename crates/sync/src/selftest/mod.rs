//! The connector self-test: asks a live backend, through its connector, what it really does, and says what can be
//! promised there.
//!
//! Pure over Net, Clock and Rng; no texts for people. Its documents have ids that begin with [`PREFIX`], are in a state
//! that no work list shows, and are removed at the end, also when the test is cancelled; what an earlier run could not
//! remove is removed at the start of the next.

mod bench;
mod canary;
mod clean;
mod cors;
mod lists;
mod preview;
mod races;
mod report;
mod writes;

pub use preview::preview;
pub use report::{Check, CheckId, Cors, Fact, Report, Verdict};

use baton_engine::model::Collection;
use baton_engine::time::Timestamp;
use bench::{Bench, Found, Outcome, Stop, found};

use crate::connector::{Cas, Connector, Place, Promises};
use crate::net::{Clock, Net, Rng};

/// Beginning of the id of every document that the self-test makes.
pub const PREFIX: &str = "baton-selftest-";

/// Above this the desk tells the person that the device's clock is wrong, milliseconds.
const SKEW_MS: i64 = 60_000;

/// What can be chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Where the documents are made. None: messages if the backend has them, for a message that belongs to no contact
    /// is shown nowhere; else the first that it has of interactions, callbacks, cases and customers.
    pub place: Option<Collection>,
    /// How many write at once in a race.
    pub racers: usize,
    /// Rounds of the race on one revision; the race of creates has a third of them.
    pub rounds: u32,
    /// The longest document that is tried, in bytes.
    pub largest: usize,
    /// The origin of a desk, where it is not the backend's and no browser looks after it. None: in a browser, or when
    /// both have one origin.
    pub origin: Option<String>,
}

impl Default for Options {
    fn default() -> Options {
        Options { place: None, racers: 16, rounds: 30, largest: 4 * 1024 * 1024, origin: None }
    }
}

/// Follows a test while it runs.
#[allow(async_fn_in_trait)]
pub trait Watch {
    fn begun(&self, check: CheckId) {
        let _ = check;
    }

    fn ended(&self, check: &Check) {
        let _ = check;
    }

    /// True: no further check begins, and what was made is removed.
    fn cancelled(&self) -> bool {
        false
    }

    /// Waits, because the backend asked for patience (`Retry-After`), or so that old and new can be told apart.
    async fn wait(&self, ms: u32);
}

/// Runs all checks. What goes wrong is in the report.
pub async fn run(
    connector: &Connector,
    net: &impl Net,
    clock: &impl Clock,
    rng: &impl Rng,
    options: &Options,
    watch: &impl Watch,
) -> Report {
    let has = |place: &Collection| connector.list(Place::Of(*place), None).is_some();
    let place = options.place.or_else(|| canary::PLACES.into_iter().find(has));
    let run = format!("{:x}", rng.next_u64() >> 24);
    // Without any collection the first check says so.
    let bench = Bench::new(connector, net, clock, watch, options, place.unwrap_or(Collection::Messages), run);
    let begun_ms = clock.now_ms();
    let mut checks: Vec<Check> = Vec::new();
    let mut left = Vec::new();
    for id in CheckId::ALL {
        watch.begun(id);
        let from_ms = clock.now_ms();
        let before = needs(id).filter(|needed| {
            let stands = |check: &Check| check.id == *needed && check.verdict <= Verdict::Differs;
            !matches!(checks.iter().find(|check| check.id == *needed), Some(check)
                if stands(check) && check.verdict != Verdict::Skipped)
        });
        let outcome = match before {
            Some(check) => found(Verdict::Skipped, vec![Fact::After { check }]),
            None if id == CheckId::CleanUp => {
                let (outcome, ids) = bench.clean_up().await;
                left = ids;
                outcome
            }
            None if watch.cancelled() => Err(Stop::Cancelled),
            None => ask(&bench, id).await,
        };
        let Found { verdict, facts } = settled(outcome);
        let seconds = (clock.now_ms() - from_ms).max(0) as f64 / 1000.0;
        let check = Check { id, verdict, found: facts, seconds };
        watch.ended(&check);
        checks.push(check);
    }
    let offset_ms = bench.skew.borrow().offset_ms().unwrap_or(0);
    Report {
        backend: connector.name.clone(),
        at: Timestamp::from_millis(begun_ms + offset_ms),
        place,
        declared: connector.promises(),
        promises: promises(&checks),
        checks,
        left,
    }
}

/// The check without which another makes no sense.
fn needs(id: CheckId) -> Option<CheckId> {
    match id {
        CheckId::Reach | CheckId::Cors | CheckId::CleanUp => None,
        CheckId::Clock | CheckId::Create => Some(CheckId::Reach),
        _ => Some(CheckId::Create),
    }
}

async fn ask<N: Net, C: Clock, W: Watch>(bench: &Bench<'_, N, C, W>, id: CheckId) -> Outcome {
    match id {
        CheckId::Reach => bench.reach().await,
        CheckId::Clock => clock(bench),
        CheckId::Create => bench.create_check().await,
        CheckId::DuplicateCreate => bench.duplicate_create().await,
        CheckId::StaleWrite => bench.stale_write().await,
        CheckId::UnknownFields => bench.unknown_fields().await,
        CheckId::Since => bench.since().await,
        CheckId::UnknownParameter => bench.unknown_parameter().await,
        CheckId::Paging => bench.paging().await,
        CheckId::ClaimRace => bench.claim_race().await,
        CheckId::CreateRace => bench.create_race().await,
        CheckId::BodyLimit => bench.body_limit().await,
        CheckId::DeleteTwice => bench.delete_twice().await,
        CheckId::Cors => bench.cors().await,
        CheckId::CleanUp => bench.clean_up().await.0,
    }
}

fn clock<N: Net, C: Clock, W: Watch>(bench: &Bench<'_, N, C, W>) -> Outcome {
    match bench.skew.borrow().best() {
        None => found(Verdict::Differs, vec![Fact::NoClock]),
        Some((trip_ms, ms)) => {
            let verdict = if ms.abs() > SKEW_MS { Verdict::Differs } else { Verdict::Passed };
            found(verdict, vec![Fact::Skew { ms, error_ms: trip_ms / 2 + bench.step_ms.get() }])
        }
    }
}

fn settled(outcome: Outcome) -> Found {
    match outcome {
        Ok(found) | Err(Stop::Found(found)) => found,
        Err(Stop::Cancelled) => Found { verdict: Verdict::Skipped, facts: vec![Fact::Cancelled] },
        Err(Stop::NotInFile) => Found { verdict: Verdict::Skipped, facts: vec![Fact::NotInFile] },
        Err(Stop::Problem(problem)) => Found { verdict: Verdict::Failed, facts: vec![Fact::Problem { problem }] },
    }
}

/// What was seen, and no more.
fn promises(checks: &[Check]) -> Promises {
    let facts = |id: CheckId| checks.iter().find(|check| check.id == id).into_iter().flat_map(|check| &check.found);
    let saw = |id: CheckId, fact: &Fact| facts(id).any(|found| found == fact);
    let kept = |id: CheckId| {
        let check = checks.iter().find(|check| check.id == id);
        let missed = facts(id).any(|fact| matches!(fact, Fact::Missed { .. } | Fact::Endless { .. }));
        check.is_some_and(|check| matches!(check.verdict, Verdict::Passed | Verdict::Differs)) && !missed
    };
    let won = |id: CheckId| facts(id).any(|fact| matches!(fact, Fact::Race { one: 1.., several: 0, .. }));
    let refuses = |id: CheckId| saw(id, &Fact::Refused) && !saw(id, &Fact::NoRevision);
    Promises {
        cas: match (refuses(CheckId::StaleWrite), won(CheckId::ClaimRace)) {
            (true, true) => Cas::Atomic,
            (true, false) => Cas::Doubtful,
            (false, _) => Cas::None,
        },
        create_once: refuses(CheckId::DuplicateCreate) && won(CheckId::CreateRace),
        journal: saw(CheckId::UnknownFields, &Fact::JournalKept),
        tombstones: saw(CheckId::DeleteTwice, &Fact::Tombstone),
        since: kept(CheckId::Since) && kept(CheckId::Paging),
    }
}
