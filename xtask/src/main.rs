//! `cargo xtask …`: everything that building, running and proving Baton takes. This file reads the command line
//! and nothing else; each command has a file of its own. No code of the product may live in this crate.

mod app;
mod apt;
mod bench;
mod browser;
mod cmd;
mod dist;
mod finish;
mod html;
mod paths;
#[cfg(feature = "press")]
mod press;
mod serve;
mod servers;
mod simulate;
mod test;
mod tools;

use lexopt::prelude::*;
use std::process::ExitCode;

/// What every command returns. The error is the whole message a person gets, so it says what to do.
pub type Outcome<T = ()> = Result<T, String>;

const HELP: &str = "\
cargo xtask serve [--port 8080] [--fresh] [--no-demo] [--open] [--connector FILE] [--connect ORIGIN]...
    Build the desk and start it with a demo day on http://127.0.0.1:8080
      --port N     listen on another port
      --fresh      throw the stored data away and start the demo day anew
      --no-demo    start with an empty store
      --open       open the page in the browser
      --connector FILE   the desk works on the backend of this connector file
      --connect ORIGIN   the desk may call this backend, to be tried from its Backend page

cargo xtask test [--only STEP]... [--quick] [-- NAME...]
    Prove it: fmt, lint, native, servers, browser, size, e2e (in this order; --quick leaves out the last four);
    with NAMEs, only the tests whose name has one of them

cargo xtask dist [--out DIR]
    Make the folder to deploy: static site, compressed, and the one binary that serves it

cargo xtask bench [deadline|sync|desk] [--rounds N]
    Measure: nanoseconds per deadline and a first sync against other libraries, and the desk in a browser (docs/measuring.md)

cargo xtask simulate [--seeds N] [--from S] [--seed S] [--on BACKEND] [--without DEFENCE]...
    Simulate N days of several people under every fault, and show what it takes to break a promise
      --seed S     play one seed again
      --on KIND    only on this kind of backend: baton, …
      --without D  take a defence away (crates/sync/src/defence.rs): the simulator must notice

cargo xtask policy check FILE       every fault of a policy pack, with its JSON Pointer
cargo xtask policy due < LINES      try a pack's clocks: JSON lines in, due times out

cargo xtask connector check FILE             every fault of a connector file, with its JSON Pointer
cargo xtask connector test FILE --base URL   ask its backend what it really does, and what can be promised
cargo xtask connector preview FILE COLLECTION --base URL
    ten documents as the desk would see them (connector --help has all options)

cargo xtask build                   build the app into dist/ and the server, start nothing
cargo xtask tools                   install the build's own tools, build nothing
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("\n{message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome {
    let mut args = lexopt::Parser::from_env();
    let command = match args.next().map_err(usage)? {
        Some(Value(command)) => command.string().map_err(usage)?,
        Some(Short('h') | Long("help")) | None => {
            print!("{HELP}");
            return Ok(());
        }
        Some(other) => return Err(usage(other.unexpected())),
    };
    match command.as_str() {
        "help" => {
            print!("{HELP}");
            Ok(())
        }
        "serve" => serve::run(&serve::Options::parse(args).map_err(usage)?),
        "test" => test::run(&test::Options::parse(args).map_err(usage)?),
        "dist" => {
            let mut out = None;
            while let Some(arg) = args.next().map_err(usage)? {
                match arg {
                    Long("out") => out = Some(args.value().map_err(usage)?.into()),
                    other => return Err(usage(other.unexpected())),
                }
            }
            dist::run(out)
        }
        "bench" => bench::run(&bench::Options::parse(args).map_err(usage)?),
        "simulate" => simulate::run(&simulate::Options::parse(args).map_err(usage)?),
        "policy" => policy(args),
        "connector" => connector(args),
        "build" => nothing_more(args).and_then(|()| app::build_all().map(drop)),
        "tools" => nothing_more(args).and_then(|()| tools::ensure().map(drop)),
        // Not for people: Trunk's hook, and what `dist`, `test` and `serve --open` start.
        "post-build" => finish::run(),
        #[cfg(feature = "press")]
        "press" => press::run(&std::path::PathBuf::from(args.value().map_err(usage)?)),
        #[cfg(feature = "press")]
        "weigh" => press::weigh(&std::path::PathBuf::from(args.value().map_err(usage)?)),
        "open-when-up" => serve::open_when_up(&args.value().map_err(usage)?.to_string_lossy()),
        other => Err(format!("no command `{other}`\n\n{HELP}")),
    }
}

/// `policy check` and `policy due` are the engine's work; xtask stays small by handing over to that binary.
fn policy(mut args: lexopt::Parser) -> Outcome {
    let rest: Vec<_> = args.raw_args().map_err(usage)?.collect();
    if rest.is_empty() {
        return Err(format!("policy: check or due?\n\n{HELP}"));
    }
    let mut command = cmd::cargo(["run", "--quiet", "--locked", "-p", "baton-demo", "--bin", "baton-policy", "--"]);
    // Not run from the root: the FILE that was typed is relative to where the person stands.
    command.args(rest);
    cmd::become_it(command)
}

/// `connector check`, `test` and `preview`, in the same way.
fn connector(mut args: lexopt::Parser) -> Outcome {
    let rest: Vec<_> = args.raw_args().map_err(usage)?.collect();
    if rest.is_empty() {
        return Err(format!("connector: check, test or preview?\n\n{HELP}"));
    }
    let program = ["run", "--quiet", "--locked", "-p", "baton-connect", "--bin", "baton-connector", "--"];
    let mut command = cmd::cargo(program);
    command.args(rest);
    cmd::become_it(command)
}

fn nothing_more(mut args: lexopt::Parser) -> Outcome {
    match args.next().map_err(usage)? {
        None => Ok(()),
        Some(other) => Err(usage(other.unexpected())),
    }
}

fn usage(error: lexopt::Error) -> String {
    format!("{error}\n\n{HELP}")
}
