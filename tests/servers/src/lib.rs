//! Real JSON servers for tests: each on a free loopback port with a fresh folder, furnished with the desk's collections and
//! three people, and a line that can be put before it and made bad ([`Line`]). The stories are in `tests/suite`; nothing of
//! the product is in here except Baton's own backend, which is one of the servers.
//!
//! `cargo xtask test --only servers` installs the servers and says in the environment where they are, or why not
//! ([`Kind::missing`]). Waiting is always for a condition with a deadline. Whatever was started is ended by its process id
//! when its owner is dropped, on a panic too.
#![allow(clippy::missing_panics_doc)]

use serde_json::{Value, json};

mod http;
mod json_server;
mod kind;
mod kinto;
mod line;
pub mod own;
mod pocketbase;
mod postgres;
mod pouchdb;
mod process;
mod server;
mod wait;

pub use kind::Kind;
pub use line::{Fate, Head, Line};
pub use postgres::Postgres;
pub use server::{Server, Stock};
pub use wait::{PATIENCE, until};

/// What every server is furnished with. `claims` is for backends without a good compare-and-set, `people` for the roster.
pub const COLLECTIONS: [&str; 8] =
    ["cases", "callbacks", "interactions", "seats", "messages", "customers", "claims", "people"];

/// Who can log in to the servers that know people, and is in the collection `people` of those that have no place for it.
pub const PEOPLE: [&str; 3] = ["ann", "bob", "cai"];

/// What the desk must know of one of them: ann works for the home province, bob for the base province, cai for the maker
/// of a terminal.
pub fn person(user: &str) -> Value {
    let (name, org) = match user {
        "ann" => ("林晓岚", "home-province"),
        "bob" => ("周启明", "base-province"),
        _ => ("何嘉怡", "oem-service"),
    };
    json!({"id": user, "name": name, "role": "agent", "org": org, "policy": "dongguan-expert-desk"})
}

/// The one password of all of them.
pub const PASSWORD: &str = "correct horse";
