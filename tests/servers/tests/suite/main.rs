//! The shared suite: the same stories for every kind of server, each with a fresh server of its own. A server that is not
//! on this machine is told of in a line, and its stories count as skipped, never as passed. One: `cargo xtask test --only
//! servers -- pocketbase::`, or `-- relay`.
#![allow(clippy::unwrap_used)]

mod furnished;
mod line;
mod runner;

use std::process::ExitCode;

use runner::{Story, story};

const STORIES: [(&str, Story); 2] =
    [("is furnished, and comes back", story!(furnished::story)), ("line can be made bad", story!(line::story))];

fn main() -> ExitCode {
    baton_servers::own::serve_if_asked();
    runner::run(&STORIES)
}
