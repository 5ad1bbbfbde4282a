//! `cargo xtask test`: every proof, step by step, with one table at the end. What could not run has not passed.

use crate::tools::{self, Tools};
use crate::{Outcome, app, browser, cmd, dist, paths, servers};
use lexopt::prelude::*;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Fmt,
    Lint,
    Native,
    Servers,
    Browser,
    Size,
    E2e,
}

/// What a step does with the words that were given for `cargo test`: names of tests, say.
type Act = fn(&[String]) -> Outcome;

const STEPS: [(Step, &str, Act); 7] = [
    (Step::Fmt, "fmt", fmt),
    (Step::Lint, "lint", lint),
    (Step::Native, "native", native),
    (Step::Servers, "servers", real_servers),
    (Step::Browser, "browser", browser_tests),
    (Step::Size, "size", size),
    (Step::E2e, "e2e", e2e),
];

pub struct Options {
    only: Vec<Step>,
    quick: bool,
    words: Vec<String>,
}

impl Options {
    /// # Errors
    /// An unknown option or step.
    pub fn parse(mut args: lexopt::Parser) -> Result<Self, lexopt::Error> {
        let mut options = Self { only: Vec::new(), quick: false, words: Vec::new() };
        while let Some(arg) = args.next()? {
            match arg {
                Long("quick") => options.quick = true,
                Long("only") => {
                    let name = args.value()?.string()?;
                    let step = STEPS.iter().find(|(_, known, _)| *known == name);
                    options.only.push(step.ok_or("--only takes fmt, lint, native, servers, browser, size or e2e")?.0);
                }
                Value(word) => options.words.push(word.string()?),
                other => return Err(other.unexpected()),
            }
        }
        Ok(options)
    }

    fn wants(&self, step: Step) -> bool {
        let chosen = self.only.is_empty() || self.only.contains(&step);
        chosen && !(self.quick && matches!(step, Step::Servers | Step::Browser | Step::Size | Step::E2e))
    }
}

/// Goes on after a failure, so that one run shows all of them.
///
/// # Errors
/// Names the steps that failed.
pub fn run(options: &Options) -> Outcome {
    let begun = Instant::now();
    let mut results: Vec<(&str, Duration, Outcome)> = Vec::new();
    for (step, name, act) in STEPS {
        if options.wants(step) {
            eprintln!("\n── {name} {}", "─".repeat(60 - name.len()));
            let begun = Instant::now();
            let outcome = act(&options.words);
            if let Err(why) = &outcome {
                eprintln!("{why}");
            }
            results.push((name, begun.elapsed(), outcome));
        }
    }
    eprintln!("\n── summary {}", "─".repeat(53));
    for (name, time, outcome) in &results {
        let verdict = if outcome.is_ok() { "passed" } else { "FAILED" };
        eprintln!("  {name:<8} {verdict}  {:>7.1} s", time.as_secs_f64());
        // Servers: a line for each, what passed, and what was skipped and why. End to end: what was skipped.
        let told = match *name {
            "servers" => server_counts(),
            "e2e" => e2e_skipped(),
            _ => continue,
        };
        for line in fs::read_to_string(told).unwrap_or_default().lines() {
            eprintln!("    {line}");
        }
    }
    eprintln!("  {:<8}         {:>7.1} s", "total", begun.elapsed().as_secs_f64());
    let failed: Vec<&str> = results.iter().filter(|(_, _, outcome)| outcome.is_err()).map(|(name, ..)| *name).collect();
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
}

fn fmt(_: &[String]) -> Outcome {
    cmd::run(cmd::at_root("cargo").args(["fmt", "--all", "--check"]))
        .map_err(|why| format!("{why}\n`cargo fmt --all` mends it."))
}

fn lint(_: &[String]) -> Outcome {
    tools::wasm_target()?;
    let native = cmd::run(&mut cmd::cargo([
        "clippy",
        "--quiet",
        "--locked",
        "--workspace",
        "--all-targets",
        "--features",
        "xtask/press",
        "--",
        "-D",
        "warnings",
    ]));
    let wasm = cmd::run(&mut cmd::cargo([
        "clippy",
        "--quiet",
        "--locked",
        "-p",
        "baton",
        "--all-targets",
        "--target",
        tools::WASM,
        "--",
        "-D",
        "warnings",
    ]));
    native.and(wasm)
}

fn native(words: &[String]) -> Outcome {
    let mut command = cmd::cargo(["test", "--locked", "--workspace"]);
    command.args(["--exclude", "baton-e2e", "--exclude", "baton-servers"]);
    command.arg("--no-fail-fast").arg("--").args(words);
    cmd::run(&mut command)
}

/// The sync stories against real JSON servers. What the tests are told: see `servers::ensure`, and in
/// `BATON_SERVERS_COUNTS` the file for the summary.
fn real_servers(words: &[String]) -> Outcome {
    let counts = server_counts();
    let _ = fs::remove_file(&counts); // an old one would be read if the tests do not come to their end
    cmd::run(&mut cmd::cargo(["build", "--locked", "-p", "baton-connect", "--bin", "baton-connector"]))?;
    let connector = paths::target().join("debug").join(paths::exe("baton-connector"));
    cmd::run(
        cmd::cargo(["test", "--locked", "-p", "baton-servers", "--"])
            .args(words)
            .envs(servers::ensure())
            .env("BATON_SERVERS_COUNTS", counts)
            .env("BATON_CONNECTOR", connector),
    )
}

fn server_counts() -> PathBuf {
    paths::target().join("servers.txt")
}

fn e2e_skipped() -> PathBuf {
    paths::target().join("e2e-skipped.txt")
}

fn browser_tests(words: &[String]) -> Outcome {
    if !paths::root().join("tests/browser.rs").is_file() {
        return Err("tests/browser.rs is missing".to_owned());
    }
    let tools = tools::ensure()?;
    let browser = browser::ensure()?;
    let capabilities = paths::target().join("webdriver.json");
    let arguments = [
        "disable-gpu",
        "disable-background-networking",
        "disable-component-update",
        "disable-sync",
        "disable-quic",
        "no-first-run",
    ];
    let text = format!("{{\"goog:chromeOptions\":{{\"binary\":{:?},\"args\":{arguments:?}}}}}", browser.chrome);
    fs::write(&capabilities, text).map_err(|error| format!("{}: {error}", capabilities.display()))?;
    cmd::run(
        cmd::cargo(["test", "--locked", "-p", "baton", "--target", tools::WASM, "--test", "browser", "--"])
            .args(words)
            .env("PATH", cmd::path_with(&[&tools.wasm_bindgen_bin])?)
            .env("CHROMEDRIVER", &browser.driver)
            .env("WASM_BINDGEN_TEST_TIMEOUT", "180")
            .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &capabilities),
    )
}

/// What a first visit transfers, against the budget that is committed.
fn size(_: &[String]) -> Outcome {
    let tools = tools::ensure()?;
    let site = app::app(&tools)?;
    if tools.npm.is_none() {
        return Err("the budget is for the app as wasm-opt makes it: install Node.js with npm".to_owned());
    }
    dist::press("weigh", &site)
}

/// The real app and the real server, driven by real browsers. What the tests are told:
/// `BATON_SITE` (built app), `BATON_SERVER` (demo server), `CHROME`, `CHROMEDRIVER`, `BATON_AXE` (axe.min.js), the real
/// servers as for `real_servers`, and in `BATON_E2E_SKIPPED` the file for the summary.
fn e2e(words: &[String]) -> Outcome {
    let built = app::build_all()?;
    let tools: Tools = tools::ensure()?;
    let browser = browser::ensure()?;
    let npm =
        tools.npm.ok_or("axe-core comes from npm, and the accessibility tests need it: install Node.js with npm")?;
    let skipped = e2e_skipped();
    let _ = fs::remove_file(&skipped); // as with the servers
    cmd::run(
        cmd::cargo(["test", "--locked", "-p", "baton-e2e", "--no-fail-fast", "--"])
            .args(words)
            .envs(servers::ensure())
            .env("BATON_E2E_SKIPPED", skipped)
            .env("BATON_SITE", built.site)
            .env("BATON_SERVER", built.server)
            .env("BATON_AXE", npm.axe)
            .env("CHROME", browser.chrome)
            .env("CHROMEDRIVER", browser.driver),
    )
}
