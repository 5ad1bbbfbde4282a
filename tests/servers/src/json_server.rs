//! json-server 0.17: one JSON file, no people, no revisions. It answers a write before the file is written.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Map, Value};

use crate::COLLECTIONS;
use crate::kind::tool;
use crate::server::Stock;

pub fn prepare(data: &Path, stock: &Stock) {
    let mut db: Map<String, Value> =
        COLLECTIONS.iter().map(|name| ((*name).to_owned(), Value::Array(Vec::new()))).collect();
    for (collection, document) in stock {
        if let Some(list) = db.get_mut(*collection).and_then(Value::as_array_mut) {
            list.push(document.clone());
        }
    }
    fs::write(data.join("db.json"), Value::Object(db).to_string()).expect("its own folder");
}

pub fn command(data: &Path, port: u16) -> (Command, &'static str) {
    let mut command = Command::new(tool("BATON_JSON_SERVER"));
    command.current_dir(data).args(["db.json", "--quiet", "--host", "127.0.0.1", "--port", &port.to_string()]);
    (command, "/")
}
