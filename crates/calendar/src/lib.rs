//! Time and business time: instants, spans, civil dates, zones, opening hours. The engine re-exports both modules,
//! so nobody else names this crate.
//!
//! A crate of its own for one reason: it is the hot path of every deadline and is compiled for speed, while the
//! rest of the app is compiled for size (see the release profile in the workspace's Cargo.toml).

pub mod calendar;
pub mod time;
