//! `baton-connector`: lets the author of a connector file check it, test its backend and look at what comes of it,
//! without a browser. This file reads the command line; the work is that of `baton-sync`.

mod file;
mod preview;
mod test;
mod words;

use std::path::PathBuf;
use std::process::ExitCode;

use lexopt::prelude::*;

const HELP: &str = "\
baton-connector check FILE
    Every fault of a connector file as `FILE#/json/pointer: what is wrong`, and exit code 1; or one line if it is right.
baton-connector test FILE [--base URL] [--user U] [--password-file F] [--collection C] [--origin O] [--json] [--write]
    Asks the backend what it really does (documents are made and removed again), prints the checks and what can be
    promised, and exits with 1 if a check failed.
baton-connector preview FILE COLLECTION [--base URL] [--user U] [--password-file F]
    The first ten documents of a collection as the desk would see them. Nothing is written.

--base URL          where the backend is: stands before a file's addresses if they are paths, else in place of its `base`
--user U            who logs in; the password is in the file that --password-file names, or in BATON_PASSWORD
--collection C      where the test makes its documents [default: messages, or the most harmless that the file has]
--origin O          the desk's origin, for the CORS check [default: https://desk.example]
--json              the report as JSON on standard output
--write             puts the promises that were measured into FILE, with the time
The format is described in docs/connectors.md.
";

/// What was asked for.
#[derive(Default)]
pub struct Args {
    pub file: PathBuf,
    pub collection: Option<String>,
    pub base: Option<String>,
    pub user: Option<String>,
    pub password_file: Option<PathBuf>,
    pub origin: Option<String>,
    pub json: bool,
    pub write: bool,
}

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
    let Some((command, args)) = read()? else {
        print!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    };
    let runtime = || {
        let built = tokio::runtime::Builder::new_current_thread().enable_all().build();
        built.map_err(|error| format!("cannot start: {error}"))
    };
    match command.as_str() {
        "check" => file::check(&args.file),
        "test" => runtime()?.block_on(test::run(&args)),
        "preview" => runtime()?.block_on(preview::run(&args)),
        _ => Err(HELP.to_owned()),
    }
}

fn read() -> Result<Option<(String, Args)>, String> {
    let usage = |e: lexopt::Error| format!("{e}\n\n{HELP}");
    let mut parser = lexopt::Parser::from_env();
    let mut words: Vec<std::ffi::OsString> = Vec::new();
    let mut args = Args::default();
    while let Some(arg) = parser.next().map_err(usage)? {
        let text = |value: std::ffi::OsString| value.string().map(Some).map_err(usage);
        match arg {
            Short('h') | Long("help") => return Ok(None),
            Long("base") => args.base = text(parser.value().map_err(usage)?)?,
            Long("user") => args.user = text(parser.value().map_err(usage)?)?,
            Long("password-file") => args.password_file = Some(parser.value().map_err(usage)?.into()),
            Long("collection") => args.collection = text(parser.value().map_err(usage)?)?,
            Long("origin") => args.origin = text(parser.value().map_err(usage)?)?,
            Long("json") => args.json = true,
            Long("write") => args.write = true,
            Value(word) => words.push(word),
            other => return Err(usage(other.unexpected())),
        }
    }
    let mut words = words.into_iter();
    let command = words.next().ok_or_else(|| HELP.to_owned())?.string().map_err(usage)?;
    args.file = words.next().ok_or_else(|| format!("{command}: which file?\n\n{HELP}"))?.into();
    if command == "preview" {
        let name = words.next().ok_or_else(|| format!("preview: which collection?\n\n{HELP}"))?;
        args.collection = Some(name.string().map_err(usage)?);
    }
    match words.next() {
        None => Ok(Some((command, args))),
        Some(word) => Err(format!("unexpected {word:?}\n\n{HELP}")),
    }
}
