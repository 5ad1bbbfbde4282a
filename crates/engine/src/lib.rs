//! Baton's engine: the domain as pure functions. Model, policy and decisions live here.
//!
//! What may not live here: I/O, clocks, randomness, async, the browser, any other crate of ours.
//! Time and ids come in as arguments, so the same inputs give the same bytes natively and in WebAssembly.
//!
//! The one door for change is [`decide`]: (policies, document, entry) → new document or [`Refusal`].

pub mod callback;
pub mod clock;
pub mod contact;
pub mod decide;
pub mod fields;
pub mod model;
pub mod order;
pub mod policy;
pub mod relay;
pub mod route;
pub mod triage;
pub mod worklist;

pub use baton_calendar::{calendar, time};
pub use decide::{Refusal, decide};
