//! `baton-connector` as a person types it, against Baton's own backend.
#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;
use std::process::Command;

use baton_sync::Connector;
use baton_sync::connector::Cas;
use serde_json::{Value, json};
use support::{Server, shipped};

struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

async fn run(args: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_baton-connector"));
    command.args(args).env("BATON_PASSWORD", "correct horse");
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Run { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn test_prints_what_is_promised_and_writes_it_down() {
    let server = Server::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("baton.json");
    std::fs::copy(shipped("baton"), &file).unwrap();
    let args = ["test", text(&file), "--base", &server.base, "--user", "lead"];
    let run = run(&[&args[..], &["--write"]].concat()).await;
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    for said in ["create a document", "one winner 30, none 0, several 0", "a stale write is refused", "always"] {
        assert!(run.out.contains(said), "{said}: {}", run.out);
    }
    let written = std::fs::read_to_string(&file).unwrap();
    let connector = Connector::read(&written).unwrap();
    assert_eq!(connector.promises().cas, Cas::Atomic);
    let value: Value = serde_json::from_str(&written).unwrap();
    assert!(value["promises"]["tested"].as_str().unwrap().starts_with("20"));
    // A backend that cannot be asked is no reason to forget what was measured.
    let nowhere = folder.path().join("nowhere.json");
    let mut value = value;
    value["base"] = json!("http://127.0.0.1:9");
    value["auth"] = json!({"style": "none"});
    std::fs::write(&nowhere, value.to_string()).unwrap();
    let gone = self::run(&["test", text(&nowhere), "--write"]).await;
    assert_eq!((gone.code, gone.out.contains("could not be tested")), (Some(2), true), "{}{}", gone.out, gone.err);
    assert_eq!(std::fs::read_to_string(&nowhere).unwrap(), value.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn preview_shows_documents_and_changes_nothing() {
    let server = Server::start().await;
    for n in 0..12 {
        let body = json!({"id": format!("c{n:02}"), "name": format!("customer {n}")});
        server.store.create("customers", body, None).unwrap();
    }
    let file = shipped("baton");
    let args = ["preview", text(&file), "customers", "--base", &server.base, "--user", "agent"];
    let run = run(&args).await;
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    assert!(run.out.contains("customer 9") && !run.out.contains("customer 10"), "{}", run.out);
    assert!(run.out.ends_with("10 documents\n"), "{}", run.out);
}

#[tokio::test]
async fn faults_are_told_all_at_once_and_what_to_do_when_nothing_can_be_asked() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wrong.json");
    let mut value: Value = serde_json::from_str(&std::fs::read_to_string(shipped("baton")).unwrap()).unwrap();
    value["auth"] = json!({"style": "login", "path": "x", "surprise": 1});
    value["list"]["path"] = json!("nowhere");
    std::fs::write(&file, value.to_string()).unwrap();
    let check = run(&["check", text(&file)]).await;
    assert_eq!(check.code, Some(1));
    for at in ["#/list/path:", "#/auth/path:", "#/auth/surprise:", "#/auth/token:"] {
        assert!(check.out.contains(at), "{at}: {}", check.out);
    }
    let good = shipped("baton");
    assert_eq!(run(&["check", text(&good)]).await.code, Some(0));
    let nowhere = run(&["test", text(&good), "--user", "lead"]).await;
    assert_eq!((nowhere.code, nowhere.err.contains("--base URL")), (Some(2), true), "{}", nowhere.err);
    let nobody = run(&["test", text(&good), "--base", "http://127.0.0.1:9"]).await;
    assert_eq!((nobody.code, nobody.err.contains("--user")), (Some(2), true), "{}", nobody.err);
    let refused = run(&["test", text(&good), "--base", "http://127.0.0.1:9", "--user", "lead"]).await;
    assert_eq!((refused.code, refused.err.contains("no answer")), (Some(2), true), "{}", refused.err);
}
