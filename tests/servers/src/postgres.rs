//! A PostgreSQL cluster of its own for one server: trusting, on loopback, with repeatable read, without waiting for the
//! disk (a killed process loses nothing by that; only a power cut would).

use std::fs;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::{Signal, geteuid};

use crate::kind::tool;
use crate::process::{Owned, free_port, run};
use crate::wait::until;

/// With a database `kinto`.
pub struct Postgres {
    port: u16,
    folder: PathBuf,
    process: Option<Owned>,
}

impl Postgres {
    /// Anew: what the folder holds is thrown away.
    pub async fn start(folder: &Path) -> Postgres {
        if folder.exists() {
            fs::remove_dir_all(folder).expect("its own folder");
        }
        fs::create_dir(folder).expect("its own folder");
        if let Some((user, group)) = other_user() {
            chown(folder, Some(user), Some(group)).expect("its own folder");
        }
        let mut postgres = Postgres { port: free_port(), folder: folder.into(), process: None };
        run(postgres
            .program("initdb")
            .args(["--username=kinto", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C", "-D"])
            .arg(postgres.data()));
        postgres.start_again().await;
        postgres.sql("postgres", "create database kinto");
        postgres
    }

    pub fn url(&self) -> String {
        format!("postgresql://kinto@127.0.0.1:{}/kinto", self.port)
    }

    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill();
        }
    }

    /// Ready for connections. After a kill the old one's children may hold the data for a moment; then it is tried again.
    pub async fn start_again(&mut self) {
        let log = self.folder.with_file_name("postgres.log");
        let mut process = self.spawn(&log);
        until("PostgreSQL is ready", || {
            if process.is_gone() {
                process = self.spawn(&log);
            }
            let mut ask = self.program("pg_isready");
            ask.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
            let ready = ask.status().is_ok_and(|status| status.success());
            async move { ready.then_some(()) }
        })
        .await;
        self.process = Some(process);
    }

    fn spawn(&self, log: &Path) -> Owned {
        let mut command = self.program("postgres");
        command.arg("-D").arg(self.data()).args(["-p", &self.port.to_string()]);
        let settings = [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "fsync=off",
            "default_transaction_isolation=repeatable read",
        ];
        command.args(settings.iter().flat_map(|setting| ["-c", setting]));
        // Its children take the shared memory with them only if they are told to go.
        Owned::start(&mut command, log, Signal::QUIT)
    }

    /// psql with these arguments, for SQL of a test's own.
    pub fn psql(&self, database: &str) -> Command {
        let mut psql = self.program("psql");
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
        psql.args(["-U", "kinto", "-d", database]);
        psql
    }

    fn sql(&self, database: &str, text: &str) {
        run(self.program("psql").args([
            "-q",
            "-h",
            "127.0.0.1",
            "-p",
            &self.port.to_string(),
            "-U",
            "kinto",
            "-d",
            database,
            "-c",
            text,
        ]));
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// PostgreSQL refuses to run as root, so root runs it as somebody else.
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(tool("BATON_POSTGRES").join(name));
        command.current_dir(&self.folder);
        if let Some((user, group)) = other_user() {
            command.uid(user).gid(group);
        }
        command
    }
}

/// User and group ids of `postgres` or `nobody`, if we are root.
fn other_user() -> Option<(u32, u32)> {
    if !geteuid().is_root() {
        return None;
    }
    let text = fs::read_to_string("/etc/passwd").expect("the list of users");
    let ids = |name: &str| {
        let mut fields = text.lines().map(|line| line.split(':')).find(|f| f.clone().next() == Some(name))?.skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    ids("postgres").or_else(|| ids("nobody"))
}
