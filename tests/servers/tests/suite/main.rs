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

use runner::{Of, Story, story};

const STORIES: [(&str, Of, Story); 17] = [
    // The servers and the line themselves, without any connector.
    ("is_furnished_and_comes_back", Of::All, story!(furnished::story)),
    ("line_can_be_made_bad", Of::All, story!(line::story)),
    // Through the connector file that ships. The long ones first, so that none is left alone at the end.
    ("ten_thousand_documents", Of::All, story!(crowd::ten_thousand)),
    ("bad_line", Of::All, story!(faults::bad_line)),
    ("restart_in_mid_push", Of::All, story!(faults::restart)),
    ("promises", Of::All, story!(promises::measured)),
    ("law_notices", Of::All, story!(law::notices)),
    ("whole_relay", Of::All, story!(relay::whole)),
    ("offline_and_back", Of::All, story!(relay::offline)),
    ("claim_races", Of::All, story!(races::claims)),
    ("deletes", Of::All, story!(deletes::seen)),
    ("wiped", Of::All, story!(faults::wiped)),
    ("emptied", Of::All, story!(faults::emptied)),
    ("late_request", Of::All, story!(faults::late)),
    ("log_in_ends", Of::LoggedIn, story!(faults::log_in_ends)),
    // The example in the docs is about this one.
    ("worked_example", Of::Only(Kind::JsonServer), story!(docs::worked_example)),
    // SQL that is deployed without Kinto, on the same PostgreSQL.
    ("schema_of_postgrest", Of::Only(Kind::KintoPostgres), story!(schema::postgrest)),
];

fn main() -> ExitCode {
    baton_servers::own::serve_if_asked();
    runner::run(&STORIES)
}
