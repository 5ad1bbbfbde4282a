//! `baton-bench WHAT`: measures, prints tables, and writes what it found into one JSON file. Started by `cargo xtask
//! bench`, which builds everything that is measured and says by environment variables where it is (see [`Setup`]).
//!
//! Nothing here asserts a time: a number is printed with its range and the machine's load, and called inconclusive when
//! the machine was too busy to tell.

mod browser;
mod cdp;
mod corpus;
mod deadline;
mod desk;
mod load;
mod page;
mod server;
mod side;
mod stats;
mod sync;
mod trace;

use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, fs};

use serde_json::{Value, json};

/// The error is a whole sentence for a person.
pub type Outcome<T = ()> = Result<T, String>;

/// Where everything is.
pub struct Setup {
    /// `BENCH_ROOT`: the workspace.
    pub root: PathBuf,
    /// `BENCH_OUT`: the JSON file.
    pub out: PathBuf,
    /// `BENCH_NATIVE`: the native side of the deadlines.
    pub native: Option<PathBuf>,
    /// `BENCH_WASM`: folder of `bench.js` and `bench_bg.wasm`.
    pub wasm: Option<PathBuf>,
    /// `BENCH_PEERS`: folder with `node_modules`; without it no peers.
    pub peers: Option<PathBuf>,
    /// `BENCH_SYNC`: folder of the sides of the first sync: `bench.js`, `bench_bg.wasm` and a script for each.
    pub sync: Option<PathBuf>,
    /// `BENCH_SITE`: folder of the built app, compressed as for a deployment.
    pub site: Option<PathBuf>,
    /// `BENCH_SERVER`: the program `baton-demo`.
    pub server: Option<PathBuf>,
    /// `CHROME`.
    pub chrome: Option<PathBuf>,
    /// `BENCH_ROUNDS`, 15 if not set.
    pub rounds: usize,
}

impl Setup {
    fn read() -> Outcome<Setup> {
        let path = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.exists());
        Ok(Setup {
            root: path("BENCH_ROOT").ok_or("BENCH_ROOT is not set: use `cargo xtask bench`")?,
            out: env::var_os("BENCH_OUT").map(PathBuf::from).ok_or("BENCH_OUT is not set: use `cargo xtask bench`")?,
            native: path("BENCH_NATIVE"),
            wasm: path("BENCH_WASM"),
            peers: path("BENCH_PEERS"),
            sync: path("BENCH_SYNC"),
            site: path("BENCH_SITE"),
            server: path("BENCH_SERVER"),
            chrome: path("CHROME"),
            rounds: env::var("BENCH_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(15),
        })
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("baton-bench: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome {
    let setup = Setup::read()?;
    let what: Vec<String> = env::args().skip(1).collect();
    let wants = |name: &str| what.is_empty() || what.iter().any(|word| word == name);
    let mut result = Ok(());
    let all = [("deadline", deadline::run as fn(&Setup) -> Outcome<Value>), ("sync", sync::run), ("desk", desk::run)];
    for (name, measure) in all {
        if wants(name) {
            match measure(&setup) {
                Ok(found) => keep(&setup, name, found)?,
                Err(why) => {
                    eprintln!("{name}: {why}");
                    result = Err(format!("{name} was not measured"));
                }
            }
        }
    }
    println!("\nwritten to {}", setup.out.display());
    result
}

/// Replaces one part of the file; what another run measured stays.
fn keep(setup: &Setup, name: &str, found: Value) -> Outcome {
    let old = fs::read_to_string(&setup.out).ok().and_then(|text| serde_json::from_str(&text).ok());
    let mut all: Value = old.filter(Value::is_object).unwrap_or_else(|| json!({}));
    all[name] = found;
    let text = serde_json::to_string_pretty(&all).map_err(|error| error.to_string())?;
    fs::write(&setup.out, text + "\n").map_err(|error| format!("{}: {error}", setup.out.display()))
}
