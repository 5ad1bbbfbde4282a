//! Which servers there are, and whether each can be had on this machine. Nothing is started here.

use std::env;
use std::path::PathBuf;

/// A server that the stories run against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Baton's own backend: always there.
    Own,
    JsonServer,
    /// Keeps everything in memory: killed is wiped.
    KintoMemory,
    /// On PostgreSQL with repeatable read.
    KintoPostgres,
    /// pouchdb-server, which speaks CouchDB's HTTP API.
    CouchDb,
    PocketBase,
}

impl Kind {
    pub const ALL: [Kind; 6] =
        [Kind::Own, Kind::JsonServer, Kind::KintoMemory, Kind::KintoPostgres, Kind::CouchDb, Kind::PocketBase];

    /// As it is called in the names of the stories and in the summary.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Own => "baton",
            Kind::JsonServer => "json-server",
            Kind::KintoMemory => "kinto-memory",
            Kind::KintoPostgres => "kinto-postgresql",
            Kind::CouchDb => "pouchdb-server",
            Kind::PocketBase => "pocketbase",
        }
    }

    /// The shipped connector that speaks to it, below `public/connector`.
    pub fn connector(self) -> &'static str {
        match self {
            Kind::Own => "baton.json",
            Kind::JsonServer => "json-server.json",
            Kind::KintoMemory | Kind::KintoPostgres => "kinto.json",
            Kind::CouchDb => "couchdb.json",
            Kind::PocketBase => "pocketbase.json",
        }
    }

    /// What it takes: names of environment variables, each a path; with `_MISSING` behind it, why there is none.
    fn needs(self) -> &'static [&'static str] {
        match self {
            Kind::Own => &[],
            Kind::JsonServer => &["BATON_JSON_SERVER"],
            Kind::KintoMemory => &["BATON_KINTO"],
            Kind::KintoPostgres => &["BATON_KINTO", "BATON_POSTGRES"],
            Kind::CouchDb => &["BATON_POUCHDB_SERVER"],
            Kind::PocketBase => &["BATON_POCKETBASE"],
        }
    }

    /// Why it cannot be started here; None if it can.
    pub fn missing(self) -> Option<String> {
        let reason = |name: &&str| {
            if env::var_os(name).is_some_and(|path| !path.is_empty()) {
                return None;
            }
            let told = env::var(format!("{name}_MISSING")).ok().filter(|why| !why.is_empty());
            Some(told.unwrap_or_else(|| "not looked for: run `cargo xtask test --only servers`".to_owned()))
        };
        self.needs().iter().find_map(reason)
    }
}

/// The path that the environment gives for a tool.
///
/// # Panics
/// There is none: ask [`Kind::missing`] first.
pub(crate) fn tool(name: &str) -> PathBuf {
    env::var_os(name).unwrap_or_else(|| panic!("{name} is not set")).into()
}
