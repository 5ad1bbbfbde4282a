//! The program `baton-demo`: the backend with a demo day in one process. Command line, log-ins on the screen, signals.
//! What the day consists of lives in the library.

use std::fs::TryLockError;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use baton_backend::{Config, Store, StoreOptions};
use baton_demo::feed::{Feed, Rate};
use baton_demo::{User, crowd, day, load, users};
use baton_engine::policy::Policies;
use baton_engine::time::{Span, Timestamp};
use clap::Parser;
use serde_json::Map;
use tokio::sync::watch;
use tracing_subscriber::EnvFilter;

/// Serves the desk with a demo day until SIGINT or SIGTERM.
#[derive(Parser)]
#[command(version, about)]
struct Options {
    /// The database file; created and filled when missing
    #[arg(long)]
    db: PathBuf,
    /// The folder of the desk's files
    #[arg(long)]
    site: PathBuf,
    /// Address and port; port 0 takes any free one
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The folder of the policy packs [default: policy in the site]
    #[arg(long)]
    policies: Option<PathBuf>,
    /// No demo: an empty database with one administrator, password in BATON_ADMIN_PASSWORD or a random one, printed
    #[arg(long)]
    no_demo: bool,
    /// Throw the database away first
    #[arg(long)]
    fresh: bool,
    /// Another seed, another day
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// What goes on by itself: off, slow or normal
    #[arg(long, default_value = "normal")]
    feed: Rate,
    /// The moment that the day leads up to, RFC 3339; the server's clock stays what it is [default: now]
    #[arg(long)]
    now: Option<Timestamp>,
    /// For tests: a file with milliseconds to add to the server's clock, read whenever the time is asked for
    #[arg(long, value_name = "FILE")]
    clock_file: Option<PathBuf>,
    /// So many more simple cases
    #[arg(long, default_value_t = 0)]
    crowd: usize,
    /// A connector file for every desk, served as /connector/baton.json; its backend may then be called from the browser
    #[arg(long, value_name = "FILE")]
    connector: Option<PathBuf>,
    /// Another backend that desks may call from the browser, such as https://kinto.example (may be repeated)
    #[arg(long, value_name = "ORIGIN")]
    connect: Vec<String>,
    /// What to log to stderr, for example "info" or "baton_demo=debug"
    #[arg(long, default_value = "warn")]
    log: String,
}

/// A demo day of this age has hardly a clock that is not overdue.
const OLD: Span = Span::from_hours(12);

fn main() -> ExitCode {
    match run(Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("baton-demo: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> Result<(), String> {
    let filter = EnvFilter::try_new(&options.log).map_err(|e| format!("--log {:?}: {e}", options.log))?;
    tracing_subscriber::fmt().json().flatten_event(true).with_env_filter(filter).with_writer(std::io::stderr).init();
    if options.fresh {
        throw_away(&options.db)?;
    }
    let mut choices = StoreOptions::default();
    if let Some(file) = options.clock_file.clone() {
        choices.clock = Arc::new(move || chrono::Utc::now() + offset(&file));
    }
    let store = Store::open_with(&options.db, choices).map_err(text)?;
    let now = options.now.unwrap_or_else(|| Timestamp::from_millis(store.now().timestamp_millis()));
    let feed = if options.no_demo {
        if let Some(password) = administrator(&store)? {
            println!("administrator: admin / {password}");
        }
        None
    } else {
        let dir = options.policies.clone().unwrap_or_else(|| options.site.join("policy"));
        let policies = load::read_policies(&dir)?;
        fill(&store, &options, now, &policies)?;
        Some((policies, options.feed))
    };
    let mut config = Config::new(store.clone()).map_err(text)?;
    config.site = Some(options.site);
    config.connector = options.connector;
    config.connect = options.connect;
    config.check().map_err(text)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(text)?;
    runtime.block_on(async move {
        let stop = stop_signal().map_err(text)?;
        let listener = tokio::net::TcpListener::bind(options.listen)
            .await
            .map_err(|e| format!("{}: {e} (try --listen 127.0.0.1:0)", options.listen))?;
        let address = format!("http://{}", listener.local_addr().map_err(text)?);
        print(&address, feed.as_ref().map(|(policies, _)| policies)).map_err(text)?;
        let (stopping, stopped) = watch::channel(false);
        if let Some((policies, rate)) = feed.filter(|(_, rate)| *rate != Rate::Off) {
            tokio::spawn(load::run_feed(Feed::new(options.seed, policies, rate), store, stopped));
        }
        let shutdown = async move {
            stop.await;
            let _ = stopping.send(true);
        };
        baton_backend::serve(config, listener, shutdown).await.map_err(text)
    })
}

/// What a test's clock file says; nothing if it is missing or holds no number.
fn offset(file: &Path) -> chrono::TimeDelta {
    let millis = std::fs::read_to_string(file).ok().and_then(|text| text.trim().parse().ok());
    chrono::TimeDelta::try_milliseconds(millis.unwrap_or(0)).unwrap_or_default()
}

/// Loads the day, once.
fn fill(store: &Store, options: &Options, now: Timestamp, policies: &Policies) -> Result<(), String> {
    if !load::is_empty(store).map_err(text)? {
        if load::age(store, now).map_err(text)?.is_some_and(|age| age > OLD) {
            println!(
                "this demo day is from an earlier day; --fresh makes a new one / 演示数据是之前的，--fresh 可重新生成"
            );
        }
        return Ok(());
    }
    let day = day(options.seed, now, policies);
    for refused in &day.refused {
        tracing::warn!(%refused, "a step of the demo day");
    }
    load::load(store, day).map_err(text)?;
    if options.crowd > 0 {
        load::add_documents(store, crowd(options.seed, now, policies, options.crowd)).map_err(text)?;
    }
    Ok(())
}

/// Makes sure that somebody can log in; the new administrator's password, if one was made.
fn administrator(store: &Store) -> Result<Option<String>, String> {
    if !store.users().map_err(text)?.is_empty() {
        return Ok(None);
    }
    let password = match std::env::var("BATON_ADMIN_PASSWORD") {
        Ok(password) if !password.is_empty() => password,
        _ => {
            let mut secret = [0u8; 8];
            getrandom::fill(&mut secret).map_err(text)?;
            secret.iter().map(|byte| format!("{byte:02x}")).collect()
        }
    };
    let mut profile = Map::new();
    profile.insert("name".into(), "Administrator".into());
    let user = User {
        id: "admin".into(),
        name: "Administrator".into(),
        password: password.clone(),
        role: "admin".into(),
        profile,
        hint: "",
    };
    load::add_user(store, user).map_err(text)?;
    Ok(Some(password))
}

fn print(address: &str, policies: Option<&Policies>) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "listening on {address}")?;
    if let Some(policies) = policies {
        writeln!(out, "\nlog in as / 登录名 (password / 密码: {})", baton_demo::PASSWORD)?;
        for user in users(policies) {
            writeln!(out, "  {:<8} {}", user.id, user.hint)?;
        }
        writeln!(out, "\nOpen two windows: hand a case from home to base, or a call from hotline to expert.")?;
        writeln!(out, "开两个窗口：归属省派单给基地省，或热线把来电转给专席。Ctrl+C 结束。")?;
    }
    out.flush()
}

/// Removes a database and its companions, but nothing that is no SQLite database or that a server uses.
fn throw_away(db: &Path) -> Result<(), String> {
    let mut magic = [0u8; 16];
    match std::fs::File::open(db).and_then(|mut file| file.read(&mut magic)) {
        Ok(0) => {}
        Ok(_) if magic == *b"SQLite format 3\0" => {}
        Ok(_) => return Err(format!("{} is no database: not removed", db.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(format!("{}: {error}", db.display())),
    }
    // The lock that the backend takes for as long as it serves.
    let mut lock = db.as_os_str().to_owned();
    lock.push(".lock");
    if let Ok(file) = std::fs::File::open(lock)
        && let Err(TryLockError::WouldBlock) = file.try_lock()
    {
        return Err(format!("another server uses {}: not removed", db.display()));
    }
    for end in ["", "-wal", "-shm"] {
        let mut path = db.as_os_str().to_owned();
        path.push(end);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(format!("{}: {error}", Path::new(&path).display()));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Resolves on SIGTERM or SIGINT.
#[cfg(unix)]
fn stop_signal() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
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

/// Resolves on Ctrl+C.
#[cfg(not(unix))]
fn stop_signal() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
