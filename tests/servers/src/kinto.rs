//! Kinto 26, in memory or on PostgreSQL: a bucket `baton` that everybody who is logged in may write, one collection for
//! each of ours, and the accounts.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::http::{Http, basic};
use crate::kind::tool;
use crate::process::run;
use crate::server::Stock;
use crate::{COLLECTIONS, PASSWORD, PEOPLE};

const READY: &str = "/v1/__heartbeat__";
/// Starts as `kinto start` does.
const START: &str = "from kinto.__main__ import main; main()";
/// The same, after the stock was put into the storage: thousands of documents over HTTP would take minutes.
const START_WITH_STOCK: &str = r#"
import json, os, sys, transaction, waitress
import sqlalchemy as sa
from pyramid.paster import get_app
app = get_app("kinto.ini", options={"http_port": sys.argv[1]})
storage = app.registry.storage
with open("stock.json") as file:
    stock = [(f"/buckets/baton/collections/{collection}", document) for collection, document in json.load(file)]
if hasattr(storage, "client"):
    rows = [{"parent": parent, "id": document.pop("id"), "data": json.dumps(document)} for parent, document in stock]
    with storage.client.connect() as connection:
        connection.execute(sa.text("""INSERT INTO objects (id, parent_id, resource_name, data, deleted)
            VALUES (:id, :parent, 'record', CAST(:data AS JSONB), FALSE)"""), rows)
    transaction.commit()
else:
    for parent, document in stock:
        storage.create("record", parent, document)
os.remove("stock.json")
waitress.serve(app, host="127.0.0.1", port=int(sys.argv[1]))
"#;

/// The settings, and the schema where there is a database to put it in.
pub fn prepare(data: &Path, database: Option<&str>, stock: &Stock) {
    let store = if database.is_some() { "postgresql" } else { "memory" };
    let url = database.unwrap_or_default();
    let ini = data.join("kinto.ini");
    let text = format!(
        "[server:main]\n\
         use = egg:waitress#main\n\
         host = 127.0.0.1\n\
         port = %(http_port)s\n\
         [app:main]\n\
         use = egg:kinto\n\
         kinto.includes = kinto.plugins.accounts\n\
         kinto.storage_backend = kinto.core.storage.{store}\n\
         kinto.storage_url = {url}\n\
         kinto.cache_backend = kinto.core.cache.{store}\n\
         kinto.cache_url = {url}\n\
         kinto.permission_backend = kinto.core.permission.{store}\n\
         kinto.permission_url = {url}\n\
         kinto.userid_hmac_secret = only-for-tests\n\
         multiauth.policies = account\n\
         multiauth.policy.account.use = kinto.plugins.accounts.AccountsPolicy\n\
         kinto.account_create_principals = system.Everyone\n\
         kinto.bucket_create_principals = system.Authenticated\n\
         [loggers]\nkeys = root\n[handlers]\nkeys = console\n[formatters]\nkeys = plain\n\
         [logger_root]\nlevel = WARN\nhandlers = console\n\
         [handler_console]\nclass = StreamHandler\nargs = (sys.stderr,)\nlevel = NOTSET\nformatter = plain\n\
         [formatter_plain]\nformat = %(message)s\n"
    );
    fs::write(&ini, text).expect("its own folder");
    fs::write(data.join("stock.json"), json!(stock).to_string()).expect("its own folder");
    if database.is_some() {
        run(kinto(START).args(["migrate", "--ini"]).arg(&ini));
    }
}

pub fn command(data: &Path, port: u16) -> (Command, &'static str) {
    let port = port.to_string();
    let mut command = if data.join("stock.json").exists() {
        let mut command = kinto(START_WITH_STOCK);
        command.arg(port);
        command
    } else {
        let mut command = kinto(START);
        command.args(["start", "--ini", "kinto.ini", "--port", &port]);
        command
    };
    command.current_dir(data);
    (command, READY)
}

/// The tool is the Python that has it; its script does not survive the folder's being renamed, and `-m kinto` does nothing.
fn kinto(program: &str) -> Command {
    let mut command = Command::new(tool("BATON_KINTO"));
    command.args(["-c", program]);
    command
}

pub async fn furnish(http: &Http) {
    for user in PEOPLE {
        http.must("PUT", &format!("/v1/accounts/{user}"), json!({"data": {"password": PASSWORD}})).await;
    }
    let ann = http.clone().with(vec![basic(PEOPLE[0])]);
    ann.must("PUT", "/v1/buckets/baton", json!({"permissions": {"write": ["system.Authenticated"]}})).await;
    for name in COLLECTIONS {
        ann.must("PUT", &format!("/v1/buckets/baton/collections/{name}"), json!({})).await;
    }
}
