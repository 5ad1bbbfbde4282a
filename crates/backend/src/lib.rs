//! A generic JSON document store for one site, with revisions, roles and a change feed, and the server of the desk's files.
//!
//! It knows collections, documents, accounts and roles, and nothing about cases, deadlines or customers: rules about those live in the
//! engine and run in the desk. Embed it with [`Store::open`], [`Config::new`] and [`serve`]; the program `baton-backend` is a thin shell
//! around them.

pub mod http;
mod limits;
pub mod roles;
pub mod store;

pub use http::config::{Config, DEFAULT_COLLECTIONS};
pub use http::serve;
pub use roles::Roles;
pub use store::{Account, NewAccount, Store, StoreError, StoreOptions};

/// Why the server could not start or had to stop.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The configuration contradicts itself; says how.
    #[error("{0}")]
    Config(String),
}

pub type Result<T> = std::result::Result<T, Error>;
