//! `cargo xtask simulate`: many simulated days of several people on every kind of backend, under every fault. The
//! simulator itself is a test of `crates/sync`; this builds it optimised, with all checks on, and tells it what to do.

use crate::{Outcome, cmd};
use lexopt::prelude::*;

#[derive(Default)]
pub struct Options {
    seeds: Option<u64>,
    from: Option<u64>,
    without: Vec<String>,
    on: Option<String>,
}

impl Options {
    /// # Errors
    /// An unknown option, or a number that is none.
    pub fn parse(mut args: lexopt::Parser) -> Result<Self, lexopt::Error> {
        let mut options = Self::default();
        while let Some(arg) = args.next()? {
            match arg {
                Long("seeds") => options.seeds = Some(args.value()?.parse()?),
                Long("from") => options.from = Some(args.value()?.parse()?),
                Long("seed") => {
                    options.from = Some(args.value()?.parse()?);
                    options.seeds = Some(1);
                }
                Long("without") => options.without.push(args.value()?.string()?),
                Long("on") => options.on = Some(args.value()?.string()?),
                other => return Err(other.unexpected()),
            }
        }
        Ok(options)
    }
}

/// # Errors
/// A promise was broken, or the simulator could not be built.
pub fn run(options: &Options) -> Outcome {
    let mut command = cmd::cargo(["test", "--quiet", "--locked", "--profile", "simulate", "-p", "baton-sync"]);
    command.args(["--test", "simulator", "--", "--ignored", "--exact", "simulate", "--nocapture"]);
    command.env("SIMULATE_SEEDS", options.seeds.unwrap_or(2_000).to_string());
    command.env("SIMULATE_FROM", options.from.unwrap_or(0).to_string());
    command.env("SIMULATE_WITHOUT", options.without.join(","));
    if let Some(on) = &options.on {
        command.env("SIMULATE_KIND", on);
    }
    cmd::become_it(command)
}
