//! `test`: runs the self-test and tells what came of it.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use baton_connect::{HttpNet, SystemClock, SystemRng, log_in};
use baton_engine::model::Collection;
use baton_sync::Connector;
use baton_sync::auth::{Authorized, Style};
use baton_sync::selftest::{self, Check, CheckId, Options, Verdict, Watch};
use tokio::sync::watch;

use crate::{Args, file, words};

const ORIGIN: &str = "https://desk.example";

pub async fn run(args: &Args) -> Result<ExitCode, String> {
    let (connector, net) = session(args).await?;
    let place = match &args.collection {
        Some(name) => Some(Collection::from_name(name).ok_or_else(|| format!("{name:?} is no collection"))?),
        None => None,
    };
    let origin = connector.base().contains("://").then(|| args.origin.clone().unwrap_or_else(|| ORIGIN.into()));
    let options = Options { place, origin, ..Options::default() };
    let (stop, stopped) = watch::channel(false);
    // Ctrl-C once: what was made is removed, then it ends.
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            eprintln!("stopping; what was made is being removed");
            let _ = stop.send(true);
        }
    });
    let terminal = Terminal { json: args.json, stopped };
    let report = selftest::run(&connector, &net, &SystemClock, &SystemRng, &options, &terminal).await;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report).map_err(|error| error.to_string())?);
    } else {
        print!("\n{}", words::promises(&report));
    }
    for id in &report.left {
        eprintln!("left behind: {id}");
    }
    if *terminal.stopped.borrow() {
        return Err("stopped; nothing is promised".into());
    }
    if args.write && !report.is_tested() {
        return Err(format!("{} is left as it is: nothing could be measured", args.file.display()));
    }
    if args.write {
        file::write(&args.file, &report.promises, report.at)?;
        eprintln!("written into {}", args.file.display());
    }
    Ok(if report.verdict() == Verdict::Failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The file's connector, and a way to its backend with somebody logged in.
///
/// # Errors
/// In words, with what to do.
pub async fn session(args: &Args) -> Result<(Connector, Authorized<HttpNet>), String> {
    let (connector, origin) = file::open(&args.file, args.base.as_deref())?;
    if origin.is_empty() && !connector.base().contains("://") {
        return Err("the file's addresses are paths: say where the backend is with --base URL".into());
    }
    let net = HttpNet::new(&origin).map_err(|error| error.to_string())?;
    if connector.auth_style() == Style::None && args.user.is_none() {
        return Ok((connector, Authorized::new(net, Vec::new())));
    }
    let user = args.user.as_deref().ok_or("the file says that somebody must log in: --user")?;
    let password = if connector.auth_style() == Style::None { String::new() } else { password(args)? };
    let session = log_in(&connector, &net, user, &password).await;
    let session = session.map_err(|error| format!("{user} cannot log in: {error}"))?;
    Ok((connector, Authorized::new(net, session.headers)))
}

fn password(args: &Args) -> Result<String, String> {
    match &args.password_file {
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
            Ok(text.trim_end_matches(['\r', '\n']).to_owned())
        }
        None => std::env::var("BATON_PASSWORD").map_err(|_| "a password: --password-file F or BATON_PASSWORD".into()),
    }
}

/// A line for each check as it ends.
struct Terminal {
    json: bool,
    stopped: watch::Receiver<bool>,
}

impl Watch for Terminal {
    fn begun(&self, check: CheckId) {
        if !self.json && std::io::stdout().is_terminal() {
            print!("  …        {}\r", words::check(check));
            let _ = std::io::stdout().flush();
        }
    }

    fn ended(&self, check: &Check) {
        if self.json {
            return;
        }
        let said: Vec<String> = check.found.iter().map(words::fact).collect();
        let name = words::check(check.id);
        println!("  {:<8} {name:<42} {:>6.2} s  {}", words::verdict(check.verdict), check.seconds, said.join("; "));
    }

    fn cancelled(&self) -> bool {
        *self.stopped.borrow()
    }

    async fn wait(&self, ms: u32) {
        tokio::time::sleep(Duration::from_millis(ms.into())).await;
    }
}
