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
use crate::{COLLECTIONS, PASSWORD, PEOPLE, person};

/// The one that is deployed.
const HOOK: &str = include_str!("../../../deploy/pocketbase/pb_hooks/baton.pb.js");

/// Runs once, when the server is started on an empty folder.
const MIGRATION: &str = r#"migrate((db) => {
  const [PEOPLE, PASSWORD, COLLECTIONS, STOCK] = GIVEN
  const dao = new Dao(db)
  const guest = null
  const people = '@request.auth.id != ""'
  const fresh = people + ' && @request.headers.if_match = updated'
  const desk = new Collection({
    name: "desk", type: "auth", listRule: people, viewRule: people, createRule: guest, updateRule: guest, deleteRule: guest,
    schema: ["name", "role", "org", "desk", "seat", "policy"].map((name) => ({ name, type: "text", options: {} }))
      .concat([{ name: "skills", type: "json", options: { maxSize: 10000 } }]),
    options: { allowUsernameAuth: true, allowEmailAuth: false, allowOAuth2Auth: false, requireEmail: false, minPasswordLength: 8 },
  })
  dao.saveCollection(desk)
  for (const { id, ...told } of PEOPLE) {
    const person = new Record(desk, told)
    person.setUsername(id)
    person.setPassword(PASSWORD)
    dao.saveRecord(person)
  }
  for (const name of COLLECTIONS) {
    dao.saveCollection(new Collection({
      name, type: "base", listRule: people, viewRule: people, createRule: people, updateRule: fresh, deleteRule: fresh,
      schema: [
        { name: "bid", type: "text", required: true, options: {} },
        { name: "body", type: "json", options: { maxSize: 8000000 } },
        { name: "deleted", type: "bool", options: {} },
      ],
      indexes: [
        `CREATE UNIQUE INDEX \`${name}_bid\` ON \`${name}\` (\`bid\`)`,
        `CREATE INDEX \`${name}_updated\` ON \`${name}\` (\`updated\`, \`id\`)`,
      ],
    }))
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
    let stock: Vec<Value> =
        stock.iter().map(|(collection, document)| json!([collection, document["id"], document.to_string()])).collect();
    let people = PEOPLE.map(person);
    let given = json!([people, PASSWORD, COLLECTIONS, stock]).to_string();
    let migration = MIGRATION.replacen("GIVEN", &given, 1);
    for (folder, file, text) in [("hooks", "baton.pb.js", HOOK), ("migrations", "1_baton.js", &migration)] {
        let folder = data.join(folder);
        fs::create_dir(&folder).expect("its own folder");
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
