//! Waiting for a condition, with a deadline. The only place where a test pauses.

use std::time::{Duration, Instant};

/// How long anything may take that a person would wait for. Generous, because a loaded build machine is slow; a test that
/// checks speed says so with a limit of its own.
pub const PATIENCE: Duration = Duration::from_secs(25);

const PAUSE: Duration = Duration::from_millis(40);

/// Asks until there is an answer; None after the deadline.
pub fn within<T>(limit: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if begun.elapsed() > limit {
            return None;
        }
        std::thread::sleep(PAUSE);
    }
}

/// The answer of `ask`.
///
/// # Panics
/// There is none within [`PATIENCE`]; the message says for what we waited.
#[track_caller]
pub fn until<T>(what: &str, ask: impl FnMut() -> Option<T>) -> T {
    match within(PATIENCE, ask) {
        Some(answer) => answer,
        None => panic!("waited {} s in vain: {what}", PATIENCE.as_secs()),
    }
}

/// Lets that much time pass. Only for a moment that a story's dice have chosen, never to wait for something.
pub fn pass(time: Duration) {
    std::thread::sleep(time);
}
