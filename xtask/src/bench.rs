//! `cargo xtask bench`: builds what is measured as it is released, gets the packages that it is compared with, and
//! hands over to the harness (benches/harness), which measures. No measuring here.

use crate::tools::{self, Tools};
use crate::{Outcome, app, browser, cmd, dist, finish, paths};
use lexopt::prelude::*;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the deadlines are compared with, from npm; the last item of the folder's name changes whenever one does.
const PEERS: [&str; 5] = [
    "dayjs@1.11.23",
    "dayjs-business-time@1.0.4",
    "moment@2.31.0",
    "moment-business-time@2.0.0",
    "opening_hours@3.15.0",
];
const PEER_SET: &str = "bench-peers-1";
/// What the first sync is compared with.
const SYNC_PEERS: [&str; 4] = ["rxdb@17.6.0", "rxjs@7.8.2", "pouchdb-browser@9.0.0", "events@3.3.0"];
const SYNC_PEER_SET: &str = "bench-sync-peers-1";
const SIDE: &str = "baton-bench-deadline";
const SYNC_SIDE: &str = "baton-bench-sync";
const HARNESS: &str = "baton-bench";

#[derive(Default)]
pub struct Options {
    what: Option<String>,
    rounds: Option<u32>,
}

impl Options {
    /// # Errors
    /// An unknown option, or something that is not measured.
    pub fn parse(mut args: lexopt::Parser) -> Result<Self, lexopt::Error> {
        let mut options = Self::default();
        while let Some(arg) = args.next()? {
            match arg {
                Long("rounds") => options.rounds = Some(args.value()?.parse()?),
                Value(word) if options.what.is_none() && ["deadline", "sync", "desk"].iter().any(|w| word == *w) => {
                    options.what = Some(word.string()?);
                }
                Value(word) => return Err(format!("bench takes deadline, sync or desk, not {}", word.display()).into()),
                other => return Err(other.unexpected()),
            }
        }
        Ok(options)
    }

    fn wants(&self, name: &str) -> bool {
        self.what.as_deref().is_none_or(|what| what == name)
    }
}

/// # Errors
/// Says what could not be built, or what the harness could not measure.
pub fn run(options: &Options) -> Outcome {
    let tools = tools::ensure()?;
    let mut told: Vec<(&str, OsString)> =
        vec![("BENCH_ROOT", paths::root().into()), ("BENCH_OUT", paths::target().join("bench.json").into())];
    match browser::ensure() {
        Ok(browser) => told.push(("CHROME", browser.chrome.into())),
        Err(why) => cmd::say(&format!("{why}\n  Going on without a browser.")),
    }
    if options.wants("deadline") {
        told.push(("BENCH_NATIVE", native_side()?.into()));
        told.push(("BENCH_WASM", wasm_side(&tools, SIDE, "wasm")?.into()));
        match peers(&PEERS, PEER_SET) {
            Ok(folder) => told.push(("BENCH_PEERS", folder.into())),
            Err(why) => cmd::say(&format!("{why}\n  Going on without packages to compare with.")),
        }
    }
    if options.wants("sync") {
        told.push(("BENCH_SYNC", sync_sides(&tools)?.into()));
    }
    if options.wants("desk") {
        // Compressed as for a deployment, so that the bytes on the wire are those of one.
        let out = folder().join("deploy");
        dist::run(Some(out.clone()))?;
        told.push(("BENCH_SITE", out.join("site").into()));
        told.push(("BENCH_SERVER", app::server("baton-demo")?.into()));
    }
    if let Some(rounds) = options.rounds {
        told.push(("BENCH_ROUNDS", rounds.to_string().into()));
    }
    let mut harness = Command::new(app::server(HARNESS)?);
    harness.args(&options.what).envs(told);
    cmd::become_it(harness)
}

/// The sides' own target directory: the app's flags differ, and neither should build the other anew.
fn folder() -> PathBuf {
    paths::target().join("bench")
}

fn native_side() -> Outcome<PathBuf> {
    let build = ["build", "--locked", "--release", "-p", SIDE, "--bin", SIDE];
    cmd::run_quietly("building the native side", cmd::cargo(build).env("CARGO_TARGET_DIR", folder()))?;
    Ok(folder().join("release").join(paths::exe(SIDE)))
}

/// As the app is built: the same profile, the same tools, the same optimisation.
fn wasm_side(tools: &Tools, side: &str, out: &str) -> Outcome<PathBuf> {
    let build = ["build", "--locked", "--release", "-p", side, "--lib", "--target", tools::WASM];
    cmd::run_quietly("building the wasm side", cmd::cargo(build).env("CARGO_TARGET_DIR", folder()))?;
    let built = folder().join(tools::WASM).join("release").join(format!("{}.wasm", side.replace('-', "_")));
    let out = folder().join(out);
    let mut bindgen = Command::new(tools.wasm_bindgen_bin.join(paths::exe("wasm-bindgen")));
    bindgen.args(["--target", "no-modules", "--no-typescript", "--out-name", "bench", "--out-dir"]).arg(&out);
    cmd::run(bindgen.arg(&built))?;
    let wasm = out.join("bench_bg.wasm");
    match &tools.npm {
        Some(npm) => cmd::run(
            Command::new(npm.bin.join("wasm-opt")).args(finish::WASM_OPT).arg("--output").arg(&wasm).arg(&wasm),
        )?,
        None => cmd::say("without Node.js and npm there is no wasm-opt, and only the sides in Chromium and native"),
    }
    Ok(out)
}

/// Baton's side as the app is built, and each peer in a bundle of its own.
fn sync_sides(tools: &Tools) -> Outcome<PathBuf> {
    let out = wasm_side(tools, SYNC_SIDE, "sync")?;
    let sides = paths::root().join("benches/sync/sides");
    let fault = |name: &str, error: std::io::Error| format!("{name}: {error}");
    for name in ["baton.js", "control.js", "rxdb.js", "pouchdb.js"] {
        // A bundle of an earlier run must not stand in for one that cannot be made now.
        let _ = fs::remove_file(out.join(name));
    }
    for name in ["baton.js", "control.js"] {
        fs::copy(sides.join(name), out.join(name)).map_err(|error| fault(name, error))?;
    }
    match (&tools.npm, peers(&SYNC_PEERS, SYNC_PEER_SET)) {
        (Some(npm), Ok(peers)) => {
            for name in ["rxdb.js", "pouchdb.js"] {
                let flags =
                    ["--bundle", "--minify", "--format=iife", "--log-level=error", "--define:global=globalThis"];
                let mut bundle = Command::new(npm.bin.join("esbuild"));
                bundle.arg(sides.join(name)).args(flags).arg(format!("--outfile={}", out.join(name).display()));
                cmd::run(bundle.env("NODE_PATH", peers.join("node_modules")))?;
            }
        }
        (_, peers) => {
            let why = peers.err().unwrap_or_else(|| "there is no esbuild".to_owned());
            cmd::say(&format!("{why}\n  Going on without packages to compare with."));
        }
    }
    Ok(out)
}

/// The packages, in the per-user cache: installed beside, then renamed, so that what is there is whole.
fn peers(packages: &[&str], set: &str) -> Outcome<PathBuf> {
    let cache = paths::tools()?;
    let there = cache.join(set);
    if there.is_dir() {
        return Ok(there);
    }
    let npm = cmd::which("npm").ok_or("npm is not on PATH")?;
    let making = cache.join(format!(".{set}-{}", std::process::id()));
    let fault = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    fs::create_dir_all(&making).map_err(|error| fault(&making, error))?;
    cmd::say(&format!("installing {} (npm packages)", packages.join(", ")));
    let mut command = Command::new(npm);
    command
        .current_dir(&making)
        .args([
            "install",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--no-package-lock",
            "--loglevel=error",
            "--prefix",
        ])
        .arg(&making)
        .args(packages);
    let installed = cmd::run_quietly("npm", &mut command);
    // Another run may have been faster: its folder is as good.
    let done = installed.and_then(|()| {
        fs::rename(&making, &there).or_else(|error| if there.is_dir() { Ok(()) } else { Err(fault(&there, error)) })
    });
    let _ = fs::remove_dir_all(&making);
    done.map(|()| there)
}
