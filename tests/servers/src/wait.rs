//! Waiting for a condition, with a deadline. The only place where a test pauses.

use std::future::Future;
use std::time::{Duration, Instant};

/// How long anything may take. Generous, because a loaded build machine is slow.
pub const PATIENCE: Duration = Duration::from_secs(60);

const PAUSE: Duration = Duration::from_millis(15);

/// Asks until there is an answer.
///
/// # Panics
/// There is none within [`PATIENCE`]; the message says for what we waited.
pub async fn until<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "waited {} s in vain: {what}", PATIENCE.as_secs());
        tokio::time::sleep(PAUSE).await;
    }
}
