//! The connector self-test: asks a live backend, through its connector, what it really does, and says what can be
//! promised there.
//!
//! Pure over Net, Clock and Rng; no texts for people. Its documents have ids that begin with [`PREFIX`], are in a state
//! that no work list shows, and are removed at the end, also when the test is cancelled; what an earlier run could not
//! remove is removed at the start of the next.

mod report;

pub use report::{Check, CheckId, Cors, Fact, Report, Verdict};

use baton_engine::model::Collection;
use baton_engine::time::Timestamp;

use crate::connector::{Connector, Promises};
use crate::net::{Clock, Net, Rng};

/// Beginning of the id of every document that the self-test makes.
pub const PREFIX: &str = "baton-selftest-";

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

    /// Waits, because the backend asked for patience (`Retry-After`).
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
    let _ = (net, rng, watch);
    Report {
        backend: connector.name.clone(),
        at: Timestamp::from_millis(clock.now_ms()),
        place: options.place,
        checks: Vec::new(),
        declared: connector.promises(),
        promises: Promises::default(),
        left: Vec::new(),
    }
}
