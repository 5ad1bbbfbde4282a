//! The Baton desk as a library: what needs a browser, and only that. Rules live in `baton-engine`,
//! replication in `baton-sync`; views read signals and send intents.

pub mod app;
pub mod desk;
pub mod i18n;
pub mod net;
pub mod store;
pub mod ui;
