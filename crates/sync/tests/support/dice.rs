//! The only source of chance: SplitMix64. Every run, and every choice inside an action, comes from such a seed.

use std::cell::Cell;
use std::rc::Rc;

use baton_sync::net::Rng;

/// Clones share their state.
#[derive(Clone, Debug)]
pub struct Dice(Rc<Cell<u64>>);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(Rc::new(Cell::new(seed)))
    }

    /// Dice of their own for something that several numbers name.
    pub fn of(parts: &[u64]) -> Dice {
        let mut seed = 0x6A09_E667_F3BC_C908;
        for part in parts {
            let dice = Dice::new(seed ^ part);
            seed = dice.next_u64();
        }
        Dice::new(seed)
    }

    /// `0..n`; n is not 0.
    pub fn below(&self, n: usize) -> usize {
        usize::try_from(self.next_u64() % n as u64).unwrap_or(0)
    }

    pub fn between(&self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.next_u64() % u64::try_from(high - low + 1).unwrap_or(1)).unwrap_or(0)
    }

    pub fn chance(&self, percent: u32) -> bool {
        self.next_u64() % 100 < u64::from(percent)
    }

    pub fn one<'a, T>(&self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

impl Rng for Dice {
    fn next_u64(&self) -> u64 {
        let state = self.0.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
        self.0.set(state);
        let z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}
