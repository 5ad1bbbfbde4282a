//! The program and the store: loaded once, quickly, by the real backend; the feed writes through the store's revisions.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use baton_backend::Store;
use baton_demo::feed::{Feed, Rate};
use baton_demo::{crowd, day, load};
use baton_engine::time::{Span, Timestamp};

fn packs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../public/policy")
}

fn afternoon() -> Timestamp {
    "2026-11-23T14:57:36+08:00".parse().unwrap()
}

/// A running program; killed when it goes out of sight.
struct Running {
    child: Child,
    /// Kept open, or its next line would stop the program.
    out: Option<BufReader<ChildStdout>>,
    address: String,
    /// What it printed up to the address.
    before: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.out = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_baton-demo"));
    let listen = ["--listen", "127.0.0.1:0", "--feed", "off"];
    command.arg("--db").arg(dir.join("b.db")).arg("--site").arg(dir).arg("--policies").arg(packs()).args(listen);
    command
}

fn start(mut command: Command) -> Running {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut running = Running { child, out: None, address: String::new(), before: String::new() };
    let mut lines = BufReader::new(running.child.stdout.take().unwrap());
    loop {
        let mut line = String::new();
        assert!(lines.read_line(&mut line).unwrap() > 0, "it stopped; printed {:?}", running.before);
        if let Some(address) = line.trim().strip_prefix("listening on http://") {
            running.address = address.to_owned();
            running.out = Some(lines);
            return running;
        }
        running.before.push_str(&line);
    }
}

fn ask(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn log_in(address: &str, user: &str, password: &str) -> String {
    let body = serde_json::json!({"user": user, "password": password}).to_string();
    let head = "content-type: application/json\r\nconnection: close";
    ask(
        address,
        &format!("POST /api/session HTTP/1.1\r\nhost: x\r\n{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()),
    )
}

fn head(address: &str) -> i64 {
    let answer = ask(address, "GET /api/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    let body = answer.split("\r\n\r\n").nth(1).unwrap();
    serde_json::from_str::<serde_json::Value>(body).unwrap()["seq"].as_i64().unwrap()
}

#[test]
fn it_fills_an_empty_database_once_and_everybody_can_log_in() {
    let dir = tempfile::tempdir().unwrap();
    let first = start(command(dir.path()));
    let loaded = head(&first.address);
    assert!(loaded > 250, "{loaded}");
    for user in ["maker", "home", "base", "group", "expert", "expert2", "hotline", "lead", "kiosk", "admin"] {
        let answer = log_in(&first.address, user, baton_demo::PASSWORD);
        assert!(answer.starts_with("HTTP/1.1 200"), "{user}: {answer}");
        assert!(answer.contains("\"policy\":\"dongguan-expert-desk\""), "{answer}");
    }
    assert!(log_in(&first.address, "home", "wrong").starts_with("HTTP/1.1 401"));
    drop(first);
    let again = start(command(dir.path()));
    assert_eq!(head(&again.address), loaded, "it must not load a second time");
}

#[test]
fn without_the_demo_there_is_one_administrator() {
    let dir = tempfile::tempdir().unwrap();
    let mut command = command(dir.path());
    command.arg("--no-demo").env("BATON_ADMIN_PASSWORD", "correct horse");
    let running = start(command);
    assert_eq!(head(&running.address), 0);
    assert!(running.before.contains("admin / correct horse"), "{}", running.before);
    assert!(log_in(&running.address, "admin", "correct horse").starts_with("HTTP/1.1 200"));
    assert!(log_in(&running.address, "home", baton_demo::PASSWORD).starts_with("HTTP/1.1 401"));
}

#[test]
fn fresh_does_not_remove_what_is_no_database() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("b.db");
    std::fs::write(&file, "a letter, not a database").unwrap();
    let mut command = command(dir.path());
    let output = command.arg("--fresh").output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("no database"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "a letter, not a database");
}

#[test]
fn fresh_does_not_pull_the_database_from_under_a_server() {
    let dir = tempfile::tempdir().unwrap();
    let running = start(command(dir.path()));
    let loaded = head(&running.address);
    let output = command(dir.path()).arg("--fresh").output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("another server"), "{output:?}");
    assert_eq!(head(&running.address), loaded);
}

#[test]
fn fresh_begins_anew() {
    let dir = tempfile::tempdir().unwrap();
    let mut other = command(dir.path());
    other.args(["--no-demo"]);
    drop(start(other));
    let mut anew = command(dir.path());
    anew.arg("--fresh");
    assert!(head(&start(anew).address) > 250);
}

#[test]
fn loading_takes_less_than_two_seconds() {
    let dir = tempfile::tempdir().unwrap();
    let policies = load::read_policies(&packs()).unwrap();
    let store = Store::open(dir.path().join("b.db")).unwrap();
    let start = Instant::now();
    let day = day(1, afternoon(), &policies);
    let documents = day.documents.len();
    // Hashing passwords is slow on purpose, and slower still without optimisation: not counted here.
    let day = baton_demo::DemoDay { users: Vec::new(), ..day };
    assert_eq!(load::load(&store, day.clone()).unwrap(), documents);
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert_eq!(load::load(&store, day).unwrap(), 0, "what is there is left as it is");
    let more = load::add_documents(&store, crowd(1, afternoon(), &policies, 3000)).unwrap();
    assert_eq!(more, 3000);
    assert!(!load::is_empty(&store).unwrap());
}

#[test]
fn the_feed_works_on_the_real_store() {
    let dir = tempfile::tempdir().unwrap();
    let policies = load::read_policies(&packs()).unwrap();
    let store = Store::open(dir.path().join("b.db")).unwrap();
    let day = day(1, afternoon(), &policies);
    load::load(&store, baton_demo::DemoDay { users: Vec::new(), ..day }).unwrap();
    let before = store.head();
    let mut feed = Feed::new(1, policies, Rate::Normal);
    let mut shelf = load::StoreShelf(store.clone());
    let mut written = 0;
    for second in 0..120 {
        written += feed.step(&mut shelf, afternoon().plus(Span::from_secs(second))).unwrap();
    }
    assert!(written >= 8, "{written}");
    assert_eq!(store.head() - before, i64::try_from(written).unwrap(), "every write is counted, none is lost");
}
