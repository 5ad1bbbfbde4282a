//! Child processes that do not outlive their owner, and free ports for them. Knows nothing of what they serve.

use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

/// A child that is ended when this is dropped.
pub struct Owned {
    child: Child,
    /// How it is ended when it need not die like in a power cut.
    end: Signal,
}

impl Owned {
    /// Starts it with its words in a file.
    pub fn start(command: &mut Command, log: &Path, end: Signal) -> Owned {
        let file = File::create(log).unwrap_or_else(|error| panic!("{}: {error}", log.display()));
        let copy = file.try_clone().expect("a file can be shared");
        command.stdin(Stdio::null()).stdout(file).stderr(copy);
        let child = command.spawn().unwrap_or_else(|error| panic!("{:?}: {error}", command.get_program()));
        Owned { child, end }
    }

    /// Whether it has ended by itself.
    pub fn is_gone(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// SIGKILL, and waits until it is gone.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        if self.is_gone() {
            return;
        }
        if let Some(id) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(id, self.end);
        }
        let _ = self.child.wait();
    }
}

/// A free port of the loopback interface. Not one of those that the system gives to outgoing connections, so that it is
/// still free when a killed server comes back to it.
pub fn free_port() -> u16 {
    loop {
        let dice = RandomState::new().hash_one(std::process::id());
        let port = 12_000 + (dice % 18_000) as u16;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Runs to the end.
///
/// # Panics
/// It fails; with its words.
pub fn run(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| panic!("{:?}: {error}", command.get_program()));
    let words = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{command:?}\n{}{}", words(&output.stdout), words(&output.stderr));
}
