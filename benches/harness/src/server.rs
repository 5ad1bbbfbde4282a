//! The demo server on a free port, with a database of its own. It ends with its owner.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use tempfile::TempDir;

use crate::Outcome;

/// Filling a database with a big crowd takes its time.
const PATIENCE: Duration = Duration::from_secs(300);

pub struct Server {
    child: Child,
    pub address: String,
    _home: TempDir,
}

impl Server {
    /// The demo day, nothing going on by itself, and so many more simple cases.
    pub fn start(program: &Path, site: &Path, crowd: usize) -> Outcome<Server> {
        let home = tempfile::Builder::new().prefix("baton-bench-").tempdir().map_err(|error| error.to_string())?;
        let mut child = Command::new(program)
            .arg("--db")
            .arg(home.path().join("bench.db"))
            .arg("--site")
            .arg(site)
            .args(["--listen", "127.0.0.1:0", "--feed", "off", "--crowd", &crowd.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{} does not start: {error}", program.display()))?;
        let (sender, address) = channel();
        if let Some(output) = child.stdout.take() {
            std::thread::spawn(move || {
                for line in BufReader::new(output).lines().map_while(Result::ok) {
                    if let Some(address) = line.strip_prefix("listening on ") {
                        let _ = sender.send(address.to_owned());
                    }
                }
            });
        }
        let mut server = Server { child, address: String::new(), _home: home };
        server.address = address.recv_timeout(PATIENCE).map_err(|_| "the server does not say where it listens")?;
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
