//! The demo's own source of chance: SplitMix64, so that a seed gives the same day on every machine and with every
//! version of every library. No system randomness and no clock here.

use baton_engine::time::{Span, Timestamp};

/// A small deterministic generator (SplitMix64; Steele, Lea and Flood 2014). Not for secrets.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// The stream of `seed` for one part of the demo: parts do not disturb one another when one of them changes.
    pub fn new(seed: u64, part: &str) -> Rng {
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        for byte in part.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        let mut rng = Rng(seed ^ hash);
        rng.next();
        rng
    }

    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A whole number from `low` to `high`, both included; `low` when the range is empty.
    pub fn range(&mut self, low: i64, high: i64) -> i64 {
        let width = high.saturating_sub(low).max(0).unsigned_abs().saturating_add(1);
        low.saturating_add_unsigned(self.next() % width)
    }

    /// True in `percent` of 100 cases.
    pub fn chance(&mut self, percent: u32) -> bool {
        self.range(0, 99) < i64::from(percent)
    }

    /// One of `items`, which must not be empty.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let at = self.range(0, items.len() as i64 - 1);
        &items[usize::try_from(at).unwrap_or(0)]
    }

    /// A length from `low` to `high`, to the second.
    pub fn span(&mut self, low: Span, high: Span) -> Span {
        Span::from_secs(self.range(low.millis() / 1000, high.millis() / 1000))
    }

    /// A UUIDv7 of the moment `at` whose random bits come from this stream.
    pub fn id(&mut self, at: Timestamp) -> String {
        let mut bytes = [0u8; 10];
        bytes[..8].copy_from_slice(&self.next().to_be_bytes());
        bytes[8..].copy_from_slice(&self.next().to_be_bytes()[..2]);
        let millis = u64::try_from(at.millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid().to_string()
    }
}
