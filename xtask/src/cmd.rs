//! Running other programs. Knows nothing of what they are for.

use crate::{Outcome, paths};
use std::env;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A command run from the workspace root.
pub fn at_root(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(paths::root());
    without_cargo_run(&mut command);
    command
}

/// A cargo command, run from where the person stands but for this workspace.
pub fn cargo<I: IntoIterator<Item: AsRef<OsStr>>>(args: I) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    without_cargo_run(&mut command);
    let mut args = args.into_iter();
    if let Some(verb) = args.next() {
        command.arg(verb);
        command.arg("--manifest-path").arg(paths::root().join("Cargo.toml"));
    }
    command.args(args);
    command
}

/// `cargo run` describes this program to itself in the environment; to a nested build that is another
/// environment than the person's own, and some build scripts would run again because of it.
fn without_cargo_run(command: &mut Command) {
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
}

/// Runs to the end, with this program's own input and output.
///
/// # Errors
/// Says what failed: not found, or its exit status.
pub fn run(command: &mut Command) -> Outcome {
    let name = name(command);
    let status = command.status().map_err(|error| format!("cannot start {name}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{name} failed ({status})")) }
}

/// What it prints on standard output, trimmed; `None` if it is missing or fails.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs a long, talkative command quietly: a line with the elapsed time every 15 s, and on failure its last words.
///
/// # Errors
/// Carries the last 30 lines that it printed.
pub fn run_quietly(what: &str, command: &mut Command) -> Outcome {
    let begun = Instant::now();
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("cannot start {}: {error}", name(command)))?;
    let mut last = Vec::new();
    let (mut built, mut told) = (0, Instant::now());
    if let Some(pipe) = child.stderr.take() {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            built += usize::from(line.trim_start().starts_with("Compiling "));
            last.push(line);
            if last.len() > 30 {
                last.remove(0);
            }
            if told.elapsed() > Duration::from_secs(15) {
                told = Instant::now();
                say(&format!("{what}: {built} crates, {}", elapsed(begun)));
            }
        }
    }
    let status = child.wait().map_err(|error| format!("{what}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{}\n{what}: failed ({status})", last.join("\n"))) }
}

/// Hands this process over to the command, so that its signals and its exit code are its own.
///
/// # Errors
/// Only if it cannot be started.
#[cfg(unix)]
pub fn become_it(mut command: Command) -> Outcome {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    Err(format!("cannot start {}: {error}", name(&command)))
}

/// As on Unix, except that this process waits and passes the exit code on.
#[cfg(not(unix))]
pub fn become_it(mut command: Command) -> Outcome {
    let status = command.status().map_err(|error| format!("cannot start {}: {error}", name(&command)))?;
    std::process::exit(status.code().unwrap_or(1))
}

/// The program of that name on PATH.
pub fn which(name: &str) -> Option<PathBuf> {
    let suffixes: &[&str] = if cfg!(windows) { &[".exe", ".cmd", ""] } else { &[""] };
    env::split_paths(&env::var_os("PATH")?)
        .flat_map(|folder| suffixes.iter().map(move |suffix| folder.join(format!("{name}{suffix}"))))
        .find(|path| path.is_file())
}

/// PATH with these folders first.
pub fn path_with(first: &[&Path]) -> Outcome<std::ffi::OsString> {
    let old = env::var_os("PATH").unwrap_or_default();
    let all = first.iter().map(|folder| folder.to_path_buf()).chain(env::split_paths(&old));
    env::join_paths(all).map_err(|error| format!("PATH: {error}"))
}

/// A line of progress.
pub fn say(line: &str) {
    eprintln!("  {line}");
}

/// "41 s" or "2 min 05 s".
pub fn elapsed(since: Instant) -> String {
    let seconds = since.elapsed().as_secs();
    if seconds < 60 {
        format!("{:.1} s", since.elapsed().as_secs_f64())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

fn name(command: &Command) -> String {
    Path::new(command.get_program()).file_stem().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}
