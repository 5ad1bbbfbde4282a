//! The program `baton-backend`: reads the command line, sets up logs and signals, and calls the library. Nothing else belongs here.

use std::io::{BufRead, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use baton_backend::{Account, Config, Error, NewAccount, Result, Roles, Store, StoreError};
use clap::{Args, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

/// A JSON document store for one site and the server of the desk's files.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API and the site until SIGTERM or SIGINT
    Serve(Box<Serve>),
    /// Copy the database into one file, also while a server uses it
    Backup {
        #[arg(long)]
        db: PathBuf,
        /// Replaced only when the copy is complete
        #[arg(long)]
        to: PathBuf,
    },
    /// Add, change, list and remove accounts
    User {
        #[command(subcommand)]
        command: User,
    },
}

#[derive(Args)]
struct Serve {
    /// The database file; created when missing
    #[arg(long)]
    db: PathBuf,
    /// The folder of the desk's files; without it only the API is served
    #[arg(long)]
    site: Option<PathBuf>,
    /// Address and port; port 0 takes any free one
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The collections, separated by commas [default: those of the desk]
    #[arg(long, value_delimiter = ',')]
    collections: Option<Vec<String>>,
    /// A JSON file that replaces the table of roles
    #[arg(long)]
    roles: Option<PathBuf>,
    /// The largest request body, in bytes
    #[arg(long, default_value_t = 1 << 20)]
    max_body: usize,
    /// Requests a second for one session; 0 for no limit
    #[arg(long, default_value_t = 50.0)]
    rate: f64,
    /// Requests at once before --rate binds
    #[arg(long, default_value_t = 200.0)]
    burst: f64,
    /// Send the cookie over https only (behind a proxy that speaks TLS)
    #[arg(long)]
    secure_cookie: bool,
    /// Take client addresses from X-Forwarded-For (behind a proxy that writes it)
    #[arg(long)]
    trust_proxy: bool,
    /// A connector file for every desk, served as /connector/baton.json; its backend may then be called from the browser
    #[arg(long, value_name = "FILE")]
    connector: Option<PathBuf>,
    /// Another backend that desks may call from the browser, such as https://kinto.example (may be repeated)
    #[arg(long, value_name = "ORIGIN")]
    connect: Vec<String>,
    /// What to log to stderr, for example "warn" or "baton_backend=debug"
    #[arg(long, default_value = "info")]
    log: String,
}

#[derive(Subcommand)]
enum User {
    /// Add an account; the password comes from BATON_PASSWORD or the first line of stdin
    Add {
        id: String,
        #[arg(long)]
        db: PathBuf,
        #[arg(long)]
        role: String,
        /// The name that people see [default: the id]
        #[arg(long)]
        name: Option<String>,
        /// A JSON object with what the desk should know about the user
        #[arg(long)]
        profile: Option<String>,
        /// The table of roles that the server uses, if not the built-in one
        #[arg(long)]
        roles: Option<PathBuf>,
    },
    /// Set a new password, from BATON_PASSWORD or the first line of stdin; ends the user's sessions
    Passwd {
        id: String,
        #[arg(long)]
        db: PathBuf,
    },
    /// List the accounts
    List {
        #[arg(long)]
        db: PathBuf,
    },
    /// Remove an account and its sessions
    Remove {
        id: String,
        #[arg(long)]
        db: PathBuf,
    },
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Serve(options) => serve(*options),
        Command::Backup { db, to } => Store::backup(&db, &to).map_err(Error::from),
        Command::User { command } => user(command),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("baton-backend: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(options: Serve) -> Result<()> {
    let filter =
        EnvFilter::try_new(&options.log).map_err(|error| Error::Config(format!("--log {:?}: {error}", options.log)))?;
    tracing_subscriber::fmt().json().flatten_event(true).with_env_filter(filter).with_writer(std::io::stderr).init();
    let mut config = Config::new(Store::open(&options.db)?)?;
    config.site = options.site;
    config.max_body = options.max_body;
    config.rate = options.rate;
    config.burst = options.burst;
    config.secure_cookie = options.secure_cookie;
    config.trust_proxy = options.trust_proxy;
    config.connector = options.connector;
    config.connect = options.connect;
    if let Some(collections) = options.collections {
        config.collections = collections;
    }
    if let Some(file) = &options.roles {
        config.roles = read_roles(file)?;
        let strangers = config.roles.strangers(&config.collections);
        if !strangers.is_empty() {
            return Err(Error::Config(format!("{}: no such collection: {}", file.display(), strangers.join(", "))));
        }
    }
    config.check()?;
    if !options.listen.ip().is_loopback() && !options.secure_cookie {
        tracing::warn!("reachable from other machines without --secure-cookie: put it behind TLS");
    }
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let stop = stop_signal()?;
        let listener = tokio::net::TcpListener::bind(options.listen).await?;
        let address = listener.local_addr()?;
        let mut stdout = std::io::stdout();
        writeln!(stdout, "listening on http://{address}")?;
        stdout.flush()?;
        baton_backend::serve(config, listener, stop).await
    })
}

/// Resolves on Ctrl-C.
#[cfg(not(unix))]
fn stop_signal() -> Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

/// Resolves on SIGTERM or SIGINT.
#[cfg(unix)]
fn stop_signal() -> Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

fn read_roles(file: &Path) -> Result<Roles> {
    let text = std::fs::read_to_string(file).map_err(|error| Error::Config(format!("{}: {error}", file.display())))?;
    Roles::parse(&text).map_err(|error| Error::Config(format!("{}: {error}", file.display())))
}

fn user(command: User) -> Result<()> {
    match command {
        User::Add { id, db, role, name, profile, roles } => {
            let roles = match roles {
                Some(file) => read_roles(&file)?,
                None => Roles::built_in().map_err(Error::Config)?,
            };
            if !roles.knows(&role) {
                let known: Vec<_> = roles.names().collect();
                return Err(Error::Config(format!("there is no role {role:?}; known are {}", known.join(", "))));
            }
            let profile = serde_json::from_str(profile.as_deref().unwrap_or("{}"))
                .map_err(|error| Error::Config(format!("--profile is a JSON object: {error}")))?;
            let account = Account { name: name.unwrap_or_else(|| id.clone()), id, role, profile };
            let password = password()?;
            Store::open(db)?.add_user(NewAccount { account, password })?;
        }
        User::Passwd { id, db } => {
            let store = Store::open(db)?;
            let account = store.user(&id)?.ok_or(StoreError::Missing)?;
            store.update_user(account, Some(&password()?))?;
        }
        User::List { db } => {
            for account in Store::open(db)?.users()? {
                println!("{}\t{}\t{}", account.id, account.role, account.name);
            }
        }
        User::Remove { id, db } => Store::open(db)?.remove_user(&id)?,
    }
    Ok(())
}

fn password() -> Result<String> {
    if let Ok(password) = std::env::var("BATON_PASSWORD") {
        return Ok(password);
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
