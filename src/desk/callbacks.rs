//! Call-backs: one in the work area, the page with the whole backlog, booking one and logging a try.
//! When one is due, who may claim it and what follows a try is the engine's business.

mod attempt;
mod book;
mod line;
mod page;
mod promise;
mod view;

pub use attempt::AttemptDialog;
pub use book::BookDialog;
pub use page::CallbacksPage;
pub use view::CallbackView;
