//! The shared suite: the same stories for every kind of server, each with a fresh server of its own. A server that is not
//! on this machine is told of in a line, and its stories count as skipped, never as passed. One: `cargo xtask test --only
//! servers -- pocketbase::`, or `-- relay`.
#![allow(clippy::unwrap_used)]

mod crowd;
mod deletes;
mod desk;
mod docs;
mod faults;
mod furnished;
mod law;
mod line;
mod promises;
mod races;
mod relay;
mod runner;
mod schema;
mod words;
mod world;

use std::process::ExitCode;

use baton_servers::Kind;

use runner::{Story, story};

/// The servers and the line themselves, without any connector.
const FURNITURE: [(&str, Story); 2] =
    [("is_furnished_and_comes_back", story!(furnished::story)), ("line_can_be_made_bad", story!(line::story))];

/// Through the connector file that ships.
const STORIES: [(&str, Story); 12] = [
    ("promises", story!(promises::measured)),
    ("law_notices", story!(law::notices)),
    ("whole_relay", story!(relay::whole)),
    ("offline_and_back", story!(relay::offline)),
    ("claim_races", story!(races::claims)),
    ("deletes", story!(deletes::seen)),
    ("ten_thousand_documents", story!(crowd::ten_thousand)),
    ("restart_in_mid_push", story!(faults::restart)),
    ("wiped", story!(faults::wiped)),
    ("emptied", story!(faults::emptied)),
    ("bad_line", story!(faults::bad_line)),
    ("late_request", story!(faults::late)),
];

/// Where the server knows people.
const LOGGED_IN: [(&str, Story); 1] = [("log_in_ends", story!(faults::log_in_ends))];

/// The example in the docs is about this one.
const JSON_SERVER: [(&str, Story); 1] = [("worked_example", story!(docs::worked_example))];

/// SQL that is deployed without Kinto, on the same PostgreSQL.
const POSTGRES: [(&str, Story); 1] = [("schema_of_postgrest", story!(schema::postgrest))];

fn main() -> ExitCode {
    baton_servers::own::serve_if_asked();
    runner::run(&FURNITURE, &STORIES, &LOGGED_IN, &[(Kind::JsonServer, &JSON_SERVER), (Kind::KintoPostgres, &POSTGRES)])
}
