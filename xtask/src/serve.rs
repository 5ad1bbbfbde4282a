//! `cargo xtask serve`: builds, then hands this process over to the demo server.

use crate::{Outcome, app, cmd, paths};
use lexopt::prelude::*;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

pub struct Options {
    port: u16,
    fresh: bool,
    demo: bool,
    open: bool,
    connector: Option<PathBuf>,
    connect: Vec<String>,
}

impl Options {
    /// # Errors
    /// An unknown option, or a port that is none.
    pub fn parse(mut args: lexopt::Parser) -> Result<Self, lexopt::Error> {
        let mut options =
            Self { port: 8080, fresh: false, demo: true, open: false, connector: None, connect: Vec::new() };
        while let Some(arg) = args.next()? {
            match arg {
                Long("port") => options.port = args.value()?.parse()?,
                Long("fresh") => options.fresh = true,
                Long("no-demo") => options.demo = false,
                Long("open") => options.open = true,
                Long("connector") => options.connector = Some(args.value()?.into()),
                Long("connect") => options.connect.push(args.value()?.string()?),
                other => return Err(other.unexpected()),
            }
        }
        Ok(options)
    }
}

/// # Errors
/// Says why it did not come to a running server.
pub fn run(options: &Options) -> Outcome {
    port_is_free(options.port)?;
    if let Some(file) = &options.connector {
        fs::metadata(file).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    let built = app::build_all()?;
    let data = paths::data();
    if options.fresh && data.exists() {
        fs::remove_dir_all(&data).map_err(|error| format!("{}: {error}", data.display()))?;
    }
    fs::create_dir_all(&data).map_err(|error| format!("{}: {error}", data.display()))?;

    let mut server = Command::new(built.server);
    server.arg("--db").arg(data.join("baton.db")).arg("--site").arg(built.site);
    server.args(["--listen", &format!("127.0.0.1:{}", options.port)]);
    if options.fresh {
        server.arg("--fresh");
    }
    if !options.demo {
        server.arg("--no-demo");
    }
    if let Some(file) = &options.connector {
        server.arg("--connector").arg(file);
    }
    for origin in &options.connect {
        server.args(["--connect", origin]);
    }
    if options.open {
        let this = std::env::current_exe().map_err(|error| error.to_string())?;
        let waiting = Command::new(this)
            .args(["open-when-up", &format!("127.0.0.1:{}", options.port)])
            .stdin(Stdio::null())
            .spawn();
        waiting.map_err(|error| format!("cannot wait to open the page: {error}"))?;
    }
    cmd::become_it(server)
}

/// Asked before the build: a person should not wait minutes for this answer.
fn port_is_free(port: u16) -> Outcome {
    let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    let Err(error) = bind(port) else {
        return Ok(());
    };
    if error.kind() != std::io::ErrorKind::AddrInUse {
        return Err(format!("port {port} cannot be used: {error}"));
    }
    let free = (port.saturating_add(1)..=u16::MAX).take(100).find(|next| bind(*next).is_ok());
    let hint = free.map_or_else(String::new, |free| format!("\nFree is: cargo xtask serve --port {free}"));
    Err(format!("port {port} is in use by another program.{hint}"))
}

/// Waits up to a minute for the server, then opens its page with the desktop's own opener.
///
/// # Errors
/// No server came up, or there is no opener.
pub fn open_when_up(address: &str) -> Outcome {
    let socket: SocketAddr = address.parse().map_err(|error| format!("{address}: {error}"))?;
    for _ in 0..600 {
        if TcpStream::connect_timeout(&socket, Duration::from_millis(100)).is_ok() {
            let url = format!("http://{address}/");
            let mut opener = if cfg!(target_os = "macos") {
                Command::new("open")
            } else if cfg!(windows) {
                Command::new("explorer")
            } else {
                Command::new("xdg-open")
            };
            return cmd::run(opener.arg(url));
        }
        sleep(Duration::from_millis(100));
    }
    Err(format!("nothing answers at {address}"))
}
