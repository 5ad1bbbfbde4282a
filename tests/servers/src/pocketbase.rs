//! PocketBase 0.22: each collection keeps our id in `bid`, the document in `body` and whether it is deleted in `deleted`.
//! Rules: logged-in people only, and a write must name in `If-Match` the `updated` that it has seen. A hook answers 401 to
//! everybody else; the rules alone would show them an empty backend.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::http::Http;
use crate::kind::tool;
use crate::server::Stock;
use crate::{PASSWORD, PEOPLE, person};

/// The one that is deployed.
const HOOK: &str = include_str!("../../../deploy/pocketbase/pb_hooks/baton.pb.js");

/// The collections as they are deployed.
const COLLECTIONS: &str = include_str!("../../../deploy/pocketbase/pb_migrations/1_baton.js");

/// People, and documents from the beginning. The roster that other servers keep in `people` is the auth collection here.
const PEOPLE_AND_STOCK: &str = r#"migrate((db) => {
  const [PEOPLE, PASSWORD, STOCK] = GIVEN
  const dao = new Dao(db)
  const desk = dao.findCollectionByNameOrId("desk")
  for (const { id, ...told } of PEOPLE) {
    const person = new Record(desk, told)
    person.setUsername(id)
    person.setPassword(PASSWORD)
    dao.saveRecord(person)
  }
  STOCK.forEach(([collection, bid, body], n) => {
    const at = new Date(Date.UTC(2026, 0, 1) + n).toISOString().replace("T", " ")
    const id = "stock" + String(n).padStart(10, "0")
    db.newQuery(`INSERT INTO ${collection} (id, bid, body, deleted, created, updated) VALUES ({:id}, {:bid}, {:body}, FALSE, {:at}, {:at})`)
      .bind({ id, bid, body, at }).execute()
  })
})
"#;

pub fn prepare(data: &Path, stock: &Stock) {
    let documents = stock.iter().filter(|(collection, _)| *collection != "people");
    let stock: Vec<Value> =
        documents.map(|(collection, document)| json!([collection, document["id"], document.to_string()])).collect();
    let people = PEOPLE.map(person);
    let given = json!([people, PASSWORD, stock]).to_string();
    let second = PEOPLE_AND_STOCK.replacen("GIVEN", &given, 1);
    let files = [
        ("hooks", "baton.pb.js", HOOK),
        ("migrations", "1_baton.js", COLLECTIONS),
        ("migrations", "2_people.js", second.as_str()),
    ];
    for (folder, file, text) in files {
        let folder = data.join(folder);
        fs::create_dir_all(&folder).expect("its own folder");
        fs::write(folder.join(file), text).expect("its own folder");
    }
}

pub fn command(data: &Path, port: u16) -> (Command, &'static str) {
    let mut command = Command::new(tool("BATON_POCKETBASE"));
    command.args(["serve", "--http", &format!("127.0.0.1:{port}")]);
    for (option, folder) in
        [("--dir", "pb"), ("--hooksDir", "hooks"), ("--migrationsDir", "migrations"), ("--publicDir", "public")]
    {
        command.arg(option).arg(data.join(folder));
    }
    command.args(["--automigrate=false", "--hooksWatch=false"]);
    (command, "/api/health")
}

pub async fn log_in(http: &Http, user: &str) -> Vec<(String, String)> {
    let asked = json!({"identity": user, "password": PASSWORD});
    let answer = http.must("POST", "/api/collections/desk/auth-with-password", asked).await;
    let token = answer["token"].as_str().expect("a token");
    vec![("Authorization".to_owned(), token.to_owned())]
}
