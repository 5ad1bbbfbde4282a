//! The worked example of docs/connectors.md, step by step: its files as they stand there, its commands by the same
//! program, and a desk at the end.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};
use std::rc::Rc;
use std::{env, fs};

use baton_engine::model::{Collection, Intent};
use baton_servers::{Kind, Server};
use baton_sync::Connector;
use serde_json::Value;
use tempfile::tempdir;

use crate::desk::Desk;
use crate::words::note;
use crate::world::{World, all_rest};

const CASES: Collection = Collection::Cases;
/// Where the page says that the server is.
const WRITTEN: &str = "http://127.0.0.1:3117";

/// What stands between the fences that begin with a kind and a name, such as "json db.json".
fn blocks() -> BTreeMap<String, String> {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/connectors.md")).unwrap();
    let mut blocks = BTreeMap::new();
    let mut rest = page.as_str();
    while let Some((_, after)) = rest.split_once("\n```") {
        let (head, body) = after.split_once('\n').unwrap();
        let (body, tail) = body.split_once("\n```").unwrap();
        if let Some((_, name)) = head.split_once(' ') {
            blocks.insert(name.to_owned(), format!("{body}\n"));
        }
        rest = tail;
    }
    blocks
}

fn program(folder: &Path, arguments: &[&str]) -> Output {
    let program = env::var_os("BATON_CONNECTOR").expect("xtask builds baton-connector and says where it is");
    Command::new(program).current_dir(folder).args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

pub async fn worked_example(kind: Kind) {
    let (blocks, folder) = (blocks(), tempdir().unwrap());
    for name in ["first.json", "tickets.json"] {
        fs::write(folder.path().join(name), &blocks[name]).unwrap();
    }
    // 1. The backend that was there before.
    let mut server = Server::start(kind).await;
    server.kill();
    fs::write(server.data().join("db.json"), &blocks["db.json"]).unwrap();
    server.start_again().await;
    let here = server.origin();
    // 2. Every fault at once.
    let checked = program(folder.path(), &["check", "first.json"]);
    assert_eq!((said(&checked), checked.status.success()), (blocks["check first.json"].clone(), false));
    // 3. The whole file is right.
    let checked = program(folder.path(), &["check", "tickets.json"]);
    assert!(checked.status.success(), "{}", said(&checked));
    // 4. As the desk would see them.
    let base = ["--base", here.as_str(), "--user", "ann"];
    let seen = program(folder.path(), &[&["preview", "tickets.json", "cases"][..], &base].concat());
    let text = said(&seen);
    assert!(seen.status.success() && text.contains("\"title\": \"网速慢\""), "{text}");
    assert!(text.contains("\"status\": \"acknowledged\""), "{text}");
    // 5. What the backend really does.
    let before = fs::read_to_string(server.data().join("db.json")).unwrap();
    let tested = program(folder.path(), &[&["test", "tickets.json", "--write"][..], &base].concat());
    assert!(tested.status.success(), "{}", said(&tested));
    let written = fs::read_to_string(folder.path().join("tickets.json")).unwrap();
    let file: Value = serde_json::from_str(&written).unwrap();
    assert_eq!(file["promises"]["cas"], "none");
    assert_eq!(file["promises"]["createOnce"], true);
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let after = fs::read_to_string(server.data().join("db.json")).unwrap();
    assert_eq!(json(&after)["tickets"], json(&before)["tickets"], "what the self-test made is gone again");
    // 6. Work.
    let connector = Connector::read(&written.replace(WRITTEN, "")).unwrap();
    let world = World { server, connector, passed_ms: Rc::default(), acts: Rc::default() };
    let ann = Desk::open(&world, "ann", "home-province", "ann").await;
    all_rest(&[&ann]).await;
    ann.act(CASES, "T-1", Intent::TakeCase).await;
    ann.act(CASES, "T-1", note("明天回电")).await;
    all_rest(&[&ann]).await;
    let kept = fs::read_to_string(world.server.data().join("db.json")).unwrap();
    let ticket = json(&kept)["tickets"][0].clone();
    assert_eq!((&ticket["subject"], &ticket["room"]), (&Value::from("网速慢"), &Value::from("A3")));
    assert_eq!(ticket["baton"]["journal"].as_array().map(Vec::len), Some(2), "{ticket}");
    world.ends_well(&[&ann]).await;
}
