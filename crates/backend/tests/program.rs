//! The program itself: accounts from the command line, starting, stopping, being killed, backups.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod common;

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use baton_backend::Store;
use common::{PASSWORD, PATIENCE, ok};
use serde_json::{Value, json};

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_baton-backend"));
    command.env_remove("BATON_PASSWORD");
    command
}

fn run(arguments: &[&str], input: &str) -> Output {
    let mut child =
        program().args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn run_ok(arguments: &[&str], input: &str) -> String {
    let output = run(arguments, input);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

struct Server {
    child: Child,
    base: String,
}

impl Server {
    fn start(db: &Path) -> Self {
        let mut child = program()
            .args(["serve", "--listen", "127.0.0.1:0", "--rate", "0", "--db"])
            .arg(db)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let base = line.trim().strip_prefix("listening on ").expect(&line);
        assert!(base.starts_with("http://127.0.0.1:") && !base.ends_with(":0"));
        // The log must be read, or the program stops when the pipe is full.
        let mut log = child.stderr.take().unwrap();
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        let base = base.to_owned();
        Self { child, base }
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    fn wait(&mut self) -> std::process::ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < PATIENCE, "the program does not stop");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn log_in(base: &str) -> String {
    let body = json!({"user": "ann", "password": PASSWORD});
    let request = reqwest::Client::new().post(format!("{base}/api/session"));
    let body = ok(request.json(&body).send().await.unwrap(), 200).await;
    body["token"].as_str().unwrap().to_owned()
}

#[test]
fn accounts_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("x.db");
    let db = db.to_str().unwrap();
    let profile = r#"{"org":"maker"}"#;
    run_ok(
        &["user", "add", "ann", "--role", "lead", "--name", "安", "--profile", profile, "--db", db],
        "from stdin\r\nnot this\n",
    );
    assert_eq!(run_ok(&["user", "list", "--db", db], ""), "ann\tlead\t安\n");
    {
        let store = Store::open(db).unwrap();
        let ann = store.check_password("ann", "from stdin").unwrap().unwrap();
        assert_eq!(ann.profile["org"], "maker");
    }
    run_ok(&["user", "passwd", "ann", "--db", db], "another\n");
    {
        let store = Store::open(db).unwrap();
        assert!(store.check_password("ann", "from stdin").unwrap().is_none());
        assert!(store.check_password("ann", "another").unwrap().is_some());
    }
    for (arguments, why) in [
        (vec!["user", "add", "ann", "--role", "lead", "--db", db], "exists"),
        (vec!["user", "add", "bob", "--role", "king", "--db", db], "agent, kiosk, lead"),
        (vec!["user", "add", "b b", "--role", "lead", "--db", db], "characters"),
        (vec!["user", "add", "bob", "--role", "lead", "--profile", "[", "--db", db], "--profile"),
        (vec!["user", "remove", "bob", "--db", db], "not found"),
        (vec!["user", "passwd", "bob", "--db", db], "not found"),
        (vec!["backup", "--db", "/nonexistent/x.db", "--to", "/nonexistent/y.db"], "open"),
        (vec!["serve", "--db", db, "--site", "/nonexistent"], "not a folder"),
        (vec!["serve", "--db", db, "--collections", "users"], "users"),
        (vec!["serve", "--db", db, "--log", "=="], "--log"),
    ] {
        let output = run(&arguments, "password\n");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(errors.contains(why), "{arguments:?}: {errors}");
    }
    let output = run(&["user", "add", "bob", "--role", "lead", "--db", db], "\n");
    assert!(!output.status.success(), "an empty password is none");
    run_ok(&["user", "remove", "ann", "--db", db], "");
    assert_eq!(run_ok(&["user", "list", "--db", db], ""), "");
}

#[test]
fn only_our_own_databases_are_touched() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "just some notes, longer than a header ".repeat(10)).unwrap();
    assert!(Store::open(&text).is_err());
    assert!(std::fs::read_to_string(&text).unwrap().starts_with("just some notes"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("x.db");
    run_ok(&["user", "add", "ann", "--role", "lead", "--db", db.to_str().unwrap()], PASSWORD);
    let mut acknowledged = Vec::new();
    for round in 0..3 {
        let mut server = Server::start(&db);
        let token = log_in(&server.base).await;
        let made: &'static Mutex<Vec<Value>> = Box::leak(Box::default());
        let writers: Vec<_> = (0..8)
            .map(|writer| {
                let (base, token) = (server.base.clone(), token.clone());
                tokio::spawn(async move {
                    let http = reqwest::Client::new();
                    for n in 0.. {
                        let id = format!("{round}-{writer}-{n}");
                        let request = http.post(format!("{base}/api/cases")).bearer_auth(&token);
                        let Ok(response) = request.json(&json!({"id": id})).send().await else {
                            return;
                        };
                        assert_eq!(response.status(), 201);
                        let Ok(document) = response.json().await else {
                            return;
                        };
                        made.lock().unwrap().push(document);
                    }
                })
            })
            .collect();
        let begun = Instant::now();
        while made.lock().unwrap().len() < 100 {
            assert!(begun.elapsed() < PATIENCE, "writes are too slow");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        server.signal("-KILL");
        server.wait();
        for writer in writers {
            writer.await.unwrap();
        }
        acknowledged.append(&mut made.lock().unwrap());
    }
    let store = Store::open(&db).unwrap();
    let mut seqs = std::collections::BTreeSet::new();
    for document in &acknowledged {
        let id = document["id"].as_str().unwrap();
        let stored = store.get("cases", id).unwrap().expect(id);
        assert_eq!(stored.value(), *document);
        assert!(seqs.insert(stored.seq), "a sequence number was given twice");
    }
    assert!(seqs.len() >= 300);
}

#[tokio::test]
async fn a_polite_stop_leaves_one_file() {
    for signal in ["-TERM", "-INT"] {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("x.db");
        run_ok(&["user", "add", "ann", "--role", "lead", "--db", db.to_str().unwrap()], PASSWORD);
        let mut server = Server::start(&db);
        let token = log_in(&server.base).await;
        let http = reqwest::Client::new();
        let request = http.post(format!("{}/api/cases", server.base)).bearer_auth(&token);
        ok(request.json(&json!({"id": "a"})).send().await.unwrap(), 201).await;
        let feed = http.get(format!("{}/api/changes", server.base)).bearer_auth(&token);
        let mut feed = common::Feed::of(feed.send().await.unwrap());
        assert_eq!(feed.next().await.unwrap().event, "hello");

        let mut second = program();
        let second = second.args(["serve", "--listen", "127.0.0.1:0", "--db"]).arg(&db);
        let second = second.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut second = Server { child: second.spawn().unwrap(), base: String::new() };
        assert!(!second.wait().success(), "two servers on one database");
        let mut errors = String::new();
        let mut pipe = second.child.stderr.take().unwrap();
        pipe.read_to_string(&mut errors).unwrap();
        assert!(errors.contains("another server"), "{errors}");

        server.signal(signal);
        assert_eq!(server.wait().code(), Some(0));
        while feed.next().await.is_some() {}
        assert!(!folder.path().join("x.db-wal").exists(), "the log was moved into the file");
        let copied = folder.path().join("copy.db");
        std::fs::copy(&db, &copied).unwrap();
        assert!(Store::open(copied).unwrap().get("cases", "a").unwrap().is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_is_consistent_and_can_be_restored() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("x.db");
    let copy = folder.path().join("backup.db");
    let (from, to) = (db.to_str().unwrap(), copy.to_str().unwrap());
    run_ok(&["user", "add", "ann", "--role", "lead", "--db", from], PASSWORD);
    let mut server = Server::start(&db);
    let token = log_in(&server.base).await;
    let (base, session) = (server.base.clone(), token.clone());
    let writer = tokio::spawn(async move {
        let http = reqwest::Client::new();
        for n in 0..300 {
            let request = http.post(format!("{base}/api/cases")).bearer_auth(&session);
            let body = json!({"id": n.to_string(), "pad": "x".repeat(1000)});
            ok(request.json(&body).send().await.unwrap(), 201).await;
        }
    });
    let mut copies = 0;
    while !writer.is_finished() {
        let (from, to) = (from.to_owned(), to.to_owned());
        tokio::task::spawn_blocking(move || run_ok(&["backup", "--db", &from, "--to", &to], "")).await.unwrap();
        copies += 1;
        let mut header = [0u8; 16];
        std::fs::File::open(&copy).unwrap().read_exact(&mut header).unwrap();
        assert_eq!(&header, b"SQLite format 3\0");
    }
    writer.await.unwrap();
    assert!(copies > 0);
    run_ok(&["backup", "--db", from, "--to", to], "");
    assert!(!folder.path().join("backup.db.unfinished").exists());
    server.signal("-KILL");
    server.wait();
    for name in ["x.db", "x.db-wal", "x.db-shm"] {
        let _ = std::fs::remove_file(folder.path().join(name));
    }
    std::fs::copy(&copy, &db).unwrap();
    let server = Server::start(&db);
    let http = reqwest::Client::new();
    let list = http.get(format!("{}/api/cases?limit=1000", server.base)).bearer_auth(&token);
    let list = ok(list.send().await.unwrap(), 200).await;
    assert_eq!(list["items"].as_array().unwrap().len(), 300);
}
