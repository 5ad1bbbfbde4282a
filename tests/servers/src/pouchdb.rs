//! pouchdb-server 4.2, which speaks CouchDB's HTTP API: a database `baton_…` for each collection, open to its two
//! administrators only. CORS is on by default. Never create a database without a log-in: that ends this server.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::http::{Http, basic};
use crate::kind::tool;
use crate::server::Stock;
use crate::{COLLECTIONS, PASSWORD, PEOPLE};

pub fn prepare(data: &Path) {
    fs::create_dir(data.join("dbs")).expect("its own folder");
    let admins: Value = PEOPLE.iter().map(|user| ((*user).to_owned(), Value::from(PASSWORD))).collect();
    fs::write(data.join("config.json"), json!({"admins": admins}).to_string()).expect("its own folder");
}

pub fn command(data: &Path, port: u16) -> (Command, &'static str) {
    let mut command = Command::new(tool("BATON_POUCHDB_SERVER"));
    command.current_dir(data).args(["--host", "127.0.0.1", "--port", &port.to_string()]);
    command.args(["--dir", "./dbs", "--config", "./config.json", "--no-stdout-logs"]);
    (command, "/")
}

pub async fn furnish(http: &Http, stock: &Stock) {
    let ann = http.clone().with(vec![basic(PEOPLE[0])]);
    for name in COLLECTIONS {
        ann.must("PUT", &format!("/baton_{name}"), Value::Null).await;
        let members = json!({"admins": {"names": [], "roles": []}, "members": {"names": PEOPLE, "roles": []}});
        ann.must("PUT", &format!("/baton_{name}/_security"), members).await;
        let documents: Vec<Value> = stock
            .iter()
            .filter(|(collection, _)| *collection == name)
            .map(|(_, document)| {
                let mut document = document.clone();
                if let Some(fields) = document.as_object_mut() {
                    let id = fields.remove("id").expect("an id");
                    fields.insert("_id".to_owned(), id);
                }
                document
            })
            .collect();
        for documents in documents.chunks(1000) {
            let answer = ann.must("POST", &format!("/baton_{name}/_bulk_docs"), json!({"docs": documents})).await;
            assert!(answer.as_array().is_some_and(|a| a.iter().all(|a| a["ok"] == true)), "{answer}");
        }
    }
}
