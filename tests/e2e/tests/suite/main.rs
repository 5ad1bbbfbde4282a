//! The stories of the product, end to end: the built app, the real server, real browsers. One binary, so that the stories
//! share the machine fairly (see `Site`). Run one: `cargo xtask test --only e2e -- NAME`.
#![allow(clippy::unwrap_used)]

mod access;
mod clocks;
mod conflict;
mod connector;
mod door;
mod evicted;
mod expert;
mod hostile;
mod keyboard;
mod kill;
mod live;
mod offline;
mod page;
mod relay;
mod room;
mod tabs;
mod tools;
