//! Processes: finding those of a browser, and ending them by their ids.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout};

use rustix::process::{Pid, Signal, kill_process};

use crate::wait::{PATIENCE, within};

/// A child that does not outlive its owner.
pub struct Owned(pub Child);

impl Owned {
    /// SIGKILL, and waits until it is gone.
    pub fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The first line that `wanted` accepts; what follows is read on and thrown away, or the child would block on a full pipe.
pub fn line_of<T>(stdout: ChildStdout, mut wanted: impl FnMut(&str) -> Option<T>) -> Option<T> {
    let mut reader = BufReader::new(stdout);
    let mut line = String::new();
    let found = loop {
        line.clear();
        match reader.read_line(&mut line) {
            Ok(0) | Err(_) => return None,
            Ok(_) => {}
        }
        if let Some(found) = wanted(line.trim_end()) {
            break found;
        }
    };
    std::thread::spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));
    Some(found)
}

/// Processes that were started with this folder as their user data: the browser and all of its helpers.
fn of_profile(profile: &Path) -> Vec<i32> {
    let wanted = format!("--user-data-dir={}", profile.display());
    let Ok(all) = fs::read_dir("/proc") else { return Vec::new() };
    let ids = all.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    ids.filter(|id: &i32| {
        let Ok(line) = fs::read(format!("/proc/{id}/cmdline")) else { return false };
        line.split(|byte| *byte == 0).any(|word| word == wanted.as_bytes()) && !is_dead(*id)
    })
    .collect()
}

/// SIGKILL for all processes of a browser, and waits until they do nothing any more: a lock in the profile names one of them,
/// and a thread that is still writing would bring a removed folder back.
pub fn kill_profile(profile: &Path) {
    let ids = of_profile(profile);
    for id in ids.iter().filter_map(|id| Pid::from_raw(*id)) {
        // One that has gone meanwhile is no fault.
        let _ = kill_process(id, Signal::KILL);
    }
    within(PATIENCE, || ids.iter().all(|id| is_dead(*id)).then_some(()));
}

/// Gone, or only waiting to be noticed by its parent, without a thread that still runs.
fn is_dead(id: i32) -> bool {
    let Ok(stat) = fs::read_to_string(format!("/proc/{id}/stat")) else { return true };
    let ended = stat.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with(['Z', 'X']));
    let threads = fs::read_dir(format!("/proc/{id}/task")).map_or(0, Iterator::count);
    ended && threads <= 1
}
