//! The desk's own self-test against every server: what it measures is what docs/connectors.md says in its table, and no
//! server keeps less than its shipped file promises.

use std::path::Path;
use std::time::Duration;

use baton_engine::model::Collection;
use baton_servers::Kind;
use baton_sync::auth::Authorized;
use baton_sync::connector::{Cas, Promises};
use baton_sync::net::{Clock, Rng};
use baton_sync::selftest::{self, CheckId, Fact, Options, Report, Verdict, Watch};

use crate::desk::{DeviceClock, Http};
use crate::world::World;

/// Where the table begins and ends.
const MARKS: (&str, &str) = ("<!-- promises: measured -->", "<!-- /promises -->");

/// Several tries, because a race is chance: where of 16 sometimes two get through, once in a while none do.
const TRIES: u32 = 3;

pub async fn measured(kind: Kind) {
    let world = World::new(kind).await;
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/connectors.md");
    let text = std::fs::read_to_string(docs).unwrap();
    let table = text.split_once(MARKS.0).and_then(|(_, rest)| rest.split_once(MARKS.1)).expect("the table").0;
    let mut seen = String::new();
    for _ in 0..TRIES {
        seen = row(kind, &test(&world).await);
        if table.lines().any(|line| line == seen) {
            return;
        }
    }
    panic!("docs/connectors.md does not say:\n{seen}");
}

/// # Panics
/// The server keeps less than its shipped file promises, or something is left behind.
async fn test(world: &World) -> Report {
    let net = Authorized::new(Http::new(world.server.origin()), world.log_in("ann").await);
    let clock = DeviceClock(world.passed_ms.clone());
    let absolute = world.connector.base().contains("://");
    let options = Options { origin: absolute.then(|| "http://127.0.0.1:8080".to_owned()), ..Options::default() };
    let report = selftest::run(&world.connector, &net, &clock, &Seed, &options, &Patient).await;
    let all = serde_json::to_string_pretty(&report).unwrap();
    assert_eq!(report.place, Some(Collection::Messages));
    assert_eq!(report.left, [""; 0], "{all}");
    assert_ne!(report.verdict(), Verdict::Failed, "{all}");
    assert!(keeps(&report.promises, &report.declared), "the file promises more than was measured: {all}");
    report
}

fn keeps(seen: &Promises, said: &Promises) -> bool {
    let rank = |cas: Cas| match cas {
        Cas::None => 0,
        Cas::Doubtful => 1,
        Cas::Atomic => 2,
    };
    let both = |get: fn(&Promises) -> bool| get(seen) || !get(said);
    rank(seen.cas) >= rank(said.cas)
        && both(|p| p.create_once)
        && both(|p| p.journal)
        && both(|p| p.tombstones)
        && both(|p| p.since)
}

/// A line of the table.
fn row(kind: Kind, report: &Report) -> String {
    let facts = |id: CheckId| &report.check(id).unwrap().found;
    let yes = |is: bool| if is { "yes" } else { "no" };
    let Promises { cas, create_once, journal, tombstones, since } = report.promises;
    let cas = match cas {
        // Once in some hundred rounds two get through, so one test rarely sees it.
        Cas::Atomic if kind == Kind::KintoMemory => "mostly",
        Cas::Atomic => "always",
        Cas::Doubtful => "mostly",
        Cas::None => "no",
    };
    let longest = facts(CheckId::BodyLimit).iter().find_map(|fact| match fact {
        Fact::Stored { bytes } if *bytes >= 4_000_000 => Some("4 MB or more".to_owned()),
        Fact::Stored { bytes } if *bytes >= 1_000_000 => Some(format!("{} MB", bytes / 1_000_000)),
        Fact::Stored { bytes } => Some(format!("{} kB", bytes / 1000)),
        _ => None,
    });
    let parameter = facts(CheckId::UnknownParameter).iter().find_map(|fact| match fact {
        Fact::ParameterIgnored => Some("ignored"),
        Fact::ParameterFilters => Some("a filter"),
        Fact::ParameterRefused => Some("refused"),
        _ => None,
    });
    let clock = facts(CheckId::Clock).iter().any(|fact| matches!(fact, Fact::Skew { .. }));
    let hidden = facts(CheckId::Cors).iter().any(|fact| matches!(fact, Fact::Hidden { .. }));
    let browser = match &facts(CheckId::Cors)[..] {
        [Fact::SameOrigin] => "same origin",
        facts if facts.iter().any(|fact| matches!(fact, Fact::Allowed { .. })) => "let in",
        _ => "blocked",
    };
    let clock = match (clock, hidden) {
        (true, false) => "yes",
        (true, true) => "not in a browser",
        (false, _) => "no",
    };
    format!(
        "| {} | {cas} | {} | {} | {} | {} | {} | {} | {clock} | {browser} |",
        kind.name(),
        yes(create_once),
        yes(journal),
        yes(tombstones),
        yes(since),
        longest.as_deref().unwrap_or("?"),
        parameter.unwrap_or("?"),
    )
}

struct Seed;

impl Rng for Seed {
    fn next_u64(&self) -> u64 {
        DeviceClock(Default::default()).now_ms().unsigned_abs() << 20
    }
}

struct Patient;

impl Watch for Patient {
    async fn wait(&self, ms: u32) {
        tokio::time::sleep(Duration::from_millis(ms.into())).await;
    }
}
