//! The relay on backends that are not ours, in real browsers: the desk is served by our server, its documents are with
//! Kinto or with pouchdb-server, through the connector files that ship. A server that is not on this machine is told of in
//! a line, and its story counts as skipped, never as passed. One: `cargo xtask test --only e2e -- relay::kinto`.

mod relay;

use std::process::ExitCode;
use std::{env, fs};

use baton_servers::Kind;
use libtest_mimic::{Arguments, Trial};

const KINDS: [Kind; 2] = [Kind::KintoMemory, Kind::CouchDb];

fn main() -> ExitCode {
    // As with cargo's own tests: several names choose what has any of them.
    let words: Vec<String> = env::args().skip(1).collect();
    let names = if words.iter().any(|word| word.starts_with('-')) { Vec::new() } else { words };
    let mut arguments = if names.is_empty() { Arguments::from_args() } else { Arguments::default() };
    // Three browsers at once are enough.
    arguments.test_threads = Some(1);
    let mut skipped = Vec::new();
    let mut trials = Vec::new();
    for kind in KINDS {
        let name = format!("relay::{}", kind.name());
        if !names.is_empty() && !names.iter().any(|wanted| name.contains(wanted)) {
            continue;
        }
        let missing = kind.missing();
        skipped.extend(missing.as_ref().map(|why| format!("{name:<24} SKIPPED: {why}")));
        let trial = Trial::test(name, move || {
            relay::maker_base_home_base_maker_customer(kind);
            Ok(())
        });
        trials.push(trial.with_ignored_flag(missing.is_some()));
    }
    for line in &skipped {
        println!("{line}");
    }
    // For the summary of the whole run.
    if let Some(file) = env::var_os("BATON_E2E_SKIPPED")
        && let Err(error) = fs::write(&file, skipped.join("\n"))
    {
        eprintln!("{}: {error}", file.display());
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
