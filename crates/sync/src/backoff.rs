//! When to try again after trouble, and how far the device's clock is off.

use crate::net::{Problem, Rng};

/// First upper bound of a wait, milliseconds.
const FIRST_MS: u64 = 500;
/// Longest wait that we choose ourselves, milliseconds. A `Retry-After` may be longer.
const CAP_MS: u64 = 60_000;

/// Capped exponential backoff with full jitter: the wait is anything between nothing and a bound that doubles.
#[derive(Debug, Clone, Default)]
pub(crate) struct Backoff {
    failures: u32,
    /// Not before this moment, milliseconds by the steady clock.
    pub until_ms: Option<i64>,
    pub problem: Option<Problem>,
}

impl Backoff {
    pub fn fail(&mut self, now_ms: i64, after_ms: Option<i64>, problem: Problem, rng: &impl Rng) {
        let bound = FIRST_MS.saturating_mul(1 << self.failures.min(20)).min(CAP_MS);
        let jitter = i64::try_from(rng.up_to(bound)).unwrap_or(0);
        self.failures = self.failures.saturating_add(1);
        // What the backend asks for is the least; the jitter on top keeps clients apart.
        self.until_ms = Some(now_ms + after_ms.unwrap_or(0) + jitter);
        self.problem = Some(problem);
    }

    pub fn is_waiting(&self, now_ms: i64) -> bool {
        self.until_ms.is_some_and(|until| until > now_ms)
    }

    pub fn clear(&mut self) {
        *self = Backoff::default();
    }
}

/// How many samples count.
const SAMPLES: usize = 16;

/// Server time minus device time, from the answers' own times. The sample with the shortest round trip is the best:
/// its error is at most half of that.
#[derive(Debug, Clone, Default)]
pub(crate) struct Skew {
    /// (round trip, offset), milliseconds.
    samples: Vec<(i64, i64)>,
}

impl Skew {
    /// An answer that came after `trip` milliseconds, at `answered_ms` by the device's clock, and says `server_ms`.
    pub fn note(&mut self, trip: i64, answered_ms: i64, server_ms: i64) {
        let offset = server_ms + trip / 2 - answered_ms;
        if let Some(best) = self.best()
            && (best.1 - offset).abs() > (best.0 + trip) / 2 + 1000
        {
            self.samples.clear();
        }
        if self.samples.len() == SAMPLES {
            self.samples.remove(0);
        }
        self.samples.push((trip, offset));
    }

    /// (round trip, offset) of the best sample.
    pub fn best(&self) -> Option<(i64, i64)> {
        self.samples.iter().rev().min_by_key(|(trip, _)| *trip).copied()
    }

    pub fn offset_ms(&self) -> Option<i64> {
        self.best().map(|(_, offset)| offset)
    }
}

#[cfg(test)]
mod tests {
    use super::{Backoff, CAP_MS, Skew};
    use crate::net::{Problem, ProblemKind, Rng};

    struct Most;
    impl Rng for Most {
        fn next_u64(&self) -> u64 {
            u64::MAX
        }
        fn up_to(&self, max: u64) -> u64 {
            max
        }
    }

    #[test]
    fn waits_double_up_to_the_cap_and_honour_retry_after() {
        let mut backoff = Backoff::default();
        let problem = || Problem::new(ProblemKind::Network, 0, "");
        let mut waits = Vec::new();
        for _ in 0..10 {
            backoff.fail(0, None, problem(), &Most);
            waits.push(backoff.until_ms.unwrap_or(0));
        }
        assert_eq!(waits[..4], [500, 1000, 2000, 4000]);
        assert_eq!(waits[9], CAP_MS as i64);
        backoff.fail(0, Some(120_000), problem(), &Most);
        assert_eq!(backoff.until_ms, Some(180_000));
        assert!(backoff.is_waiting(179_999) && !backoff.is_waiting(180_000));
    }

    #[test]
    fn the_shortest_round_trip_wins_and_a_jump_starts_afresh() {
        let mut skew = Skew::default();
        skew.note(2000, 2000, 61_900);
        assert_eq!(skew.offset_ms(), Some(60_900));
        skew.note(100, 3100, 63_050);
        assert_eq!(skew.offset_ms(), Some(60_000));
        skew.note(2000, 6000, 65_800);
        assert_eq!(skew.offset_ms(), Some(60_000));
        skew.note(100, 10_100, 10_050);
        assert_eq!(skew.offset_ms(), Some(0));
    }
}
