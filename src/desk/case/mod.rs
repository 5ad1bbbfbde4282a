//! A case: head, relay track, scale of time, journal, actions, and its dialogs. `chain`, `track_geometry` and the first
//! half of `scale` are pure; rules live in the engine.

mod act;
mod actions;
mod chain;
mod description;
pub mod dialogs;
mod log;
mod menu;
mod room;
mod scale;
#[cfg(test)]
mod tests;
mod track;
mod track_geometry;
mod track_list;
mod view;
pub mod why;
mod width;

pub use act::edits_nothing;
pub use dialogs::CaseDialog;
pub use view::CaseView;
