//! One server of any kind: started, killed, started again, wiped. How each kind does it is in its own file.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;
use serde_json::Value;
use tempfile::TempDir;

use crate::http::Http;
use crate::kind::Kind;
use crate::postgres::Postgres;
use crate::process::{Owned, free_port};
use crate::wait::until;
use crate::{PEOPLE, json_server, kinto, own, person, pocketbase, pouchdb};

/// Documents that a server has from the beginning: (collection, the document as the desk keeps it, with its `id`).
pub type Stock = Vec<(&'static str, Value)>;

/// A running (or killed) server with its data. Dropped, it is ended and its folder removed.
pub struct Server {
    pub kind: Kind,
    port: u16,
    // Fields are dropped in this order: first who uses the database and the folder.
    process: Option<Owned>,
    database: Option<Postgres>,
    folder: TempDir,
    stock: Stock,
}

impl Server {
    /// Furnished and ready.
    pub async fn start(kind: Kind) -> Server {
        Server::start_with(kind, Stock::new()).await
    }

    /// The same, with these documents in it.
    pub async fn start_with(kind: Kind, mut stock: Stock) -> Server {
        stock.extend(people());
        let folder = tempfile::Builder::new().prefix("baton-servers-").tempdir().expect("a folder");
        // PostgreSQL may run as another user, who must be able to come in.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("its own folder");
        let mut server = Server { kind, port: free_port(), process: None, database: None, folder, stock };
        server.furnish().await;
        server
    }

    /// `http://127.0.0.1:` and the port; the same for its whole life.
    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder that it keeps its data in.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Whether what it has answered survives SIGKILL.
    pub fn survives(&self) -> bool {
        // json-server answers before it writes; Kinto in memory never writes.
        !matches!(self.kind, Kind::JsonServer | Kind::KintoMemory)
    }

    /// SIGKILL for the server and its database.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill();
        }
        if let Some(database) = &mut self.database {
            database.kill();
        }
    }

    /// On the same port and data, and ready. Kinto in memory is furnished anew, as its operator would.
    pub async fn start_again(&mut self) {
        if self.kind == Kind::KintoMemory {
            return self.furnish().await;
        }
        if let Some(database) = &mut self.database {
            database.start_again().await;
        }
        self.run().await;
    }

    /// All data is gone, as after a restored empty backup; then it is furnished anew, without the stock. Ready
    /// afterwards.
    pub async fn wipe(&mut self) {
        self.stock = people();
        self.kill();
        self.furnish().await;
    }

    /// The headers of somebody who is logged in; none where the server knows nobody.
    pub async fn log_in(&self, user: &str) -> Vec<(String, String)> {
        match self.kind {
            Kind::Own => own::log_in(&self.http(), user).await,
            Kind::JsonServer => Vec::new(),
            Kind::KintoMemory | Kind::KintoPostgres | Kind::CouchDb => vec![crate::http::basic(user)],
            Kind::PocketBase => pocketbase::log_in(&self.http(), user).await,
        }
    }

    fn http(&self) -> Http {
        Http::new(self.origin())
    }

    /// From an empty folder to a server that is ready for work.
    async fn furnish(&mut self) {
        let data = self.folder.path().join("data");
        if data.exists() {
            fs::remove_dir_all(&data).expect("its own folder");
        }
        fs::create_dir(&data).expect("its own folder");
        match self.kind {
            Kind::Own => own::prepare(&data, &self.stock),
            Kind::JsonServer => json_server::prepare(&data, &self.stock),
            Kind::KintoMemory => kinto::prepare(&data, None, &self.stock),
            Kind::KintoPostgres => {
                self.database = None;
                let database = Postgres::start(&self.folder.path().join("postgres")).await;
                kinto::prepare(&data, Some(&database.url()), &self.stock);
                self.database = Some(database);
            }
            Kind::CouchDb => pouchdb::prepare(&data),
            Kind::PocketBase => pocketbase::prepare(&data, &self.stock),
        }
        self.run().await;
        match self.kind {
            Kind::KintoMemory | Kind::KintoPostgres => kinto::furnish(&self.http()).await,
            Kind::CouchDb => pouchdb::furnish(&self.http(), &self.stock).await,
            Kind::Own | Kind::JsonServer | Kind::PocketBase => {}
        }
    }

    /// Starts the process and waits until it answers.
    async fn run(&mut self) {
        let data = self.folder.path().join("data");
        let log = self.folder.path().join("log");
        let (mut command, ready) = self.command(&data);
        let mut process = Owned::start(&mut command, &log, Signal::KILL);
        let http = self.http();
        until(&format!("{} is ready", self.kind.name()), || {
            assert!(!process.is_gone(), "{command:?} ended:\n{}", fs::read_to_string(&log).unwrap_or_default());
            async { http.send("GET", ready, None).await?.0.is_success().then_some(()) }
        })
        .await;
        self.process = Some(process);
    }

    /// What to start, and what answers with a good status as soon as it is ready.
    fn command(&self, data: &Path) -> (Command, &'static str) {
        match self.kind {
            Kind::Own => own::command(data, self.port),
            Kind::JsonServer => json_server::command(data, self.port),
            Kind::KintoMemory | Kind::KintoPostgres => kinto::command(data, self.port),
            Kind::CouchDb => pouchdb::command(data, self.port),
            Kind::PocketBase => pocketbase::command(data, self.port),
        }
    }
}

fn people() -> Stock {
    PEOPLE.into_iter().map(|user| ("people", person(user))).collect()
}
