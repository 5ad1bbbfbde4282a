//! `baton-policy`: lets the author of a policy pack check it and try its clocks without a browser.
//! This file reads the command line; `packs` finds files, `due` plays intents. The rules are the engine's.

mod due;
mod packs;

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use lexopt::prelude::*;

const HELP: &str = "\
baton-policy check FILE [--base DIR]
    Every fault of the pack FILE as `FILE#/json/pointer: what is wrong`, and exit code 1; or one line if it is right.
baton-policy due [--base DIR] < LINES
    Reads JSON lines {pack, customer, now, intents}, prints each clock as a JSON line.

--base DIR   where the packs are that others extend (otherwise public/policy of this repository)
The formats are described in docs/policy-packs.md.
";

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<ExitCode, String> {
    let usage = |e: lexopt::Error| format!("{e}\n\n{HELP}");
    let mut args = lexopt::Parser::from_env();
    let (mut command, mut file, mut base): (Option<String>, Option<PathBuf>, Option<PathBuf>) = (None, None, None);
    while let Some(arg) = args.next().map_err(usage)? {
        match arg {
            Long("base") => base = Some(args.value().map_err(usage)?.into()),
            Short('h') | Long("help") => {
                print!("{HELP}");
                return Ok(ExitCode::SUCCESS);
            }
            Value(word) if command.is_none() => command = Some(word.string().map_err(usage)?),
            Value(path) if file.is_none() => file = Some(path.into()),
            other => return Err(usage(other.unexpected())),
        }
    }
    let shelf = packs::Shelf::open(base)?;
    match (command.as_deref(), file) {
        (Some("check"), Some(file)) => check(&shelf, &file),
        (Some("check"), None) => Err(format!("check: which file?\n\n{HELP}")),
        (Some("due"), None) => due(&shelf),
        (Some("due"), Some(_)) => Err(format!("due reads its lines from standard input\n\n{HELP}")),
        _ => Err(HELP.to_owned()),
    }
}

fn check(shelf: &packs::Shelf, file: &Path) -> Result<ExitCode, String> {
    let shown = file.display();
    let text = std::fs::read_to_string(file).map_err(|e| format!("{shown}: {e}"))?;
    match shelf.check(&text) {
        Ok(p) => {
            println!(
                "{shown}: {} {} is right: {} classes, {} rules, {} calendars, {} organisations, {} flows, {} desks",
                p.id,
                p.version,
                p.classes.len(),
                packs::count_rules(&p),
                p.calendars.len(),
                p.organisations.len(),
                p.flows.len(),
                p.desks.len()
            );
            Ok(ExitCode::SUCCESS)
        }
        Err(faults) => {
            for fault in faults {
                println!("{shown}#{}: {}", fault.pointer, fault.message);
            }
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Answers line by line, so that it can be talked to. A line that cannot be read makes the exit code 1; a refusal
/// does not, because it is an answer of the engine.
fn due(shelf: &packs::Shelf) -> Result<ExitCode, String> {
    let mut code = ExitCode::SUCCESS;
    let mut out = std::io::stdout().lock();
    for (i, line) in std::io::stdin().lock().lines().enumerate() {
        let line = line.map_err(|e| format!("standard input, line {}: {e}", i + 1))?;
        if line.trim().is_empty() {
            continue;
        }
        let answers = due::answer(shelf, &line).unwrap_or_else(|error| {
            code = ExitCode::FAILURE;
            vec![error]
        });
        for mut answer in answers {
            if let Some(fields) = answer.as_object_mut() {
                fields.insert("line".to_owned(), (i + 1).into());
            }
            writeln!(out, "{answer}").map_err(|e| format!("standard output: {e}"))?;
        }
    }
    Ok(code)
}
