//! Moments, counted so that neither of a device's clocks has to be believed alone: the one on the wall may be set, and
//! the steady one may stand still while the device sleeps.
//!
//! What must have lasted at least so long is counted by the steady clock; what must not be older than so long is held
//! against both.

use crate::net::Clock;

/// A moment by both clocks of the device.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    wall_ms: i64,
    steady_ms: i64,
}

impl Moment {
    pub fn now(clock: &impl Clock) -> Moment {
        Moment { wall_ms: clock.now_ms(), steady_ms: clock.steady_ms() }
    }

    /// Whether no more than `ms` milliseconds have gone by until `now`, whatever happened to the clocks meanwhile.
    pub fn is_within(&self, ms: i64, now: Moment) -> bool {
        let short = |from: i64, to: i64| (0..=ms).contains(&to.saturating_sub(from));
        short(self.wall_ms, now.wall_ms) && short(self.steady_ms, now.steady_ms)
    }
}

/// When something was asked for and when the answer came, milliseconds by the steady clock. What the answer shows was so
/// at some moment between.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trip {
    pub asked_ms: i64,
    pub answered_ms: i64,
}

impl Trip {
    /// News that came by itself; how old they are is unknown.
    pub fn told(now_ms: i64) -> Trip {
        Trip { asked_ms: i64::MIN, answered_ms: now_ms }
    }
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn neither_a_clock_set_back_nor_one_that_slept_makes_a_look_younger() {
        let at = |wall_ms, steady_ms| Moment { wall_ms, steady_ms };
        let look = at(100_000, 5_000);
        assert!(look.is_within(20_000, at(110_000, 15_000)));
        assert!(!look.is_within(20_000, at(130_001, 35_001)), "old");
        assert!(!look.is_within(20_000, at(300_000, 6_000)), "the steady clock slept");
        assert!(!look.is_within(20_000, at(101_000, 205_000)), "the clock on the wall was set back");
        assert!(!look.is_within(20_000, at(40_000, 6_000)), "set back beyond the look");
    }
}
