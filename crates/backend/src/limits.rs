//! Token buckets: how often somebody may do something. An own forty lines because a failed log-in has to be paid for before the password
//! is checked (many guesses at once must not slip through) and given back when it was right, which the usual crates cannot do.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Above this many keys, the ones that are full again are forgotten.
const MANY: usize = 10_000;

/// Buckets by key. Times are monotonic; nothing here survives a restart.
#[derive(Debug)]
pub struct Limiter<K> {
    per_second: f64,
    burst: f64,
    buckets: Mutex<HashMap<K, Bucket>>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: Instant,
}

impl<K: Hash + Eq> Limiter<K> {
    /// `burst` at once, then `per_second` (both above 0).
    #[must_use]
    pub fn new(per_second: f64, burst: f64) -> Self {
        Self { per_second, burst, buckets: Mutex::new(HashMap::new()) }
    }

    /// Takes one token, or says how long until there is one.
    ///
    /// # Errors
    /// The time to wait.
    pub fn take(&self, key: K, now: Instant) -> Result<(), Duration> {
        let Ok(mut buckets) = self.buckets.lock() else {
            return Ok(());
        };
        if buckets.len() > MANY {
            buckets.retain(|_, bucket| self.filled(bucket, now) < self.burst);
        }
        let bucket = buckets.entry(key).or_insert(Bucket { tokens: self.burst, filled: now });
        bucket.tokens = self.filled(bucket, now);
        bucket.filled = now;
        if bucket.tokens < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - bucket.tokens) / self.per_second));
        }
        bucket.tokens -= 1.0;
        Ok(())
    }

    /// Gives a token back.
    pub fn refund(&self, key: &K) {
        if let Ok(mut buckets) = self.buckets.lock()
            && let Some(bucket) = buckets.get_mut(key)
        {
            bucket.tokens = (bucket.tokens + 1.0).min(self.burst);
        }
    }

    fn filled(&self, bucket: &Bucket, now: Instant) -> f64 {
        let passed = now.saturating_duration_since(bucket.filled).as_secs_f64();
        (bucket.tokens + passed * self.per_second).min(self.burst)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_burst_then_the_rate_and_a_refund() {
        let limiter = Limiter::new(2.0, 3.0);
        let start = Instant::now();
        for _ in 0..3 {
            limiter.take("a", start).unwrap();
        }
        assert_eq!(limiter.take("a", start), Err(Duration::from_millis(500)), "the burst is used up");
        limiter.take("b", start).unwrap();
        limiter.take("a", start + Duration::from_millis(500)).unwrap();
        assert!(limiter.take("a", start + Duration::from_millis(500)).is_err());
        limiter.refund(&"a");
        limiter.take("a", start + Duration::from_millis(500)).unwrap();
    }
}
