//! The end-to-end tests' tools: a real server that can be killed ([`Site`]), real browsers with people at them ([`Desk`]),
//! and a way to ask the server what it holds ([`Api`]). The stories themselves are in `tests/suite`; nothing of the product
//! is in here, only its words and its `data-test` hooks.
//!
//! Browsers are driven by WebDriver through the crate `thirtyfour`: chromedriver comes with every Chromium, real key
//! presses and clicks go through the browser's own input handling (a click on a covered button fails, as it should), and
//! its typed and raw DevTools commands reach what WebDriver lacks (scripts at document start, network conditions). It was
//! preferred to `fantoccini`, which has no DevTools, and to the pure DevTools crates, which lag behind Chromium's protocol
//! and would have us write element interaction ourselves.
//!
//! Everything is blocking, so that a story reads like a story; several people at once are several threads. Waiting is always
//! for a condition with a deadline ([`wait::until`]), never for a time. Whatever was started is ended by its process id when
//! its owner is dropped, on a panic too.
#![allow(clippy::missing_panics_doc)]

mod api;
mod axe;
mod browser;
mod calls;
mod casework;
mod cast;
mod desk;
mod device;
mod dice;
mod elsewhere;
mod evidence;
mod given;
mod process;
mod said;
mod setup;
mod site;
mod tabs;

pub mod wait;

pub use api::{Answer, Api};
pub use axe::Finding;
pub use browser::Browser;
pub use casework::{at, leg, read_length, row};
pub use cast::{Customer, PASSWORD, Person};
pub use desk::{Desk, desks, hook};
pub use device::Waiting;
pub use dice::Dice;
pub use elsewhere::Elsewhere;
pub use given::policies;
pub use setup::setup;
pub use site::{Site, SiteOptions};
pub use tabs::Tab;

pub use thirtyfour::Key;
pub use wait::{PATIENCE, until};
