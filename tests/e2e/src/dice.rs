//! Chance that can be told again: numbers from a seed, which is chosen anew for every run, or given by `BATON_E2E_SEED`.

use std::env;
use std::hash::{BuildHasher, RandomState};

/// SplitMix64.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// The run's seed. Print it: a failure can then be told again.
    pub fn seed() -> u64 {
        let given = env::var("BATON_E2E_SEED").ok().and_then(|text| text.trim().parse().ok());
        given.unwrap_or_else(|| RandomState::new().hash_one("seed") % 1_000_000)
    }

    /// Dice of their own for each of several people.
    pub fn new(seed: u64, whose: u64) -> Dice {
        Dice(seed ^ whose.wrapping_mul(0xd1b5_4a32_d192_ed03))
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end.max(1)
    }
}
