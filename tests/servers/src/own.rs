//! Baton's own backend as a process of its own, so that it can be killed. The test program starts itself once more for it:
//! call [`serve_if_asked`] first thing in `main`.

use std::env;
use std::path::Path;
use std::process::Command;

use baton_backend::{Account, Config, NewAccount, Roles, Store};
use serde_json::json;

use crate::http::Http;
use crate::server::Stock;
use crate::{COLLECTIONS, PASSWORD, PEOPLE, person};

/// Holds the database and the port, with a blank between them.
const ASKED: &str = "BATON_SERVERS_SERVE_OWN";

/// Serves until the process is ended, if that is what this process was started for.
pub fn serve_if_asked() {
    let Ok(asked) = env::var(ASKED) else { return };
    let (port, database) = asked.split_once(' ').expect("port and database");
    let serve = async {
        let mut config = Config::new(Store::open(database).expect("the database")).expect("the built-in roles");
        config.collections = COLLECTIONS.map(str::to_owned).to_vec();
        config.roles = roles();
        config.rate = 0.0;
        (config.login_burst, config.login_burst_per_address) = (1000.0, 1000.0);
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port.parse().expect("a port"))).await;
        baton_backend::serve(config, listener.expect("a free port"), std::future::pending()).await
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(serve).expect("it serves until it is killed");
}

/// All may do everything, as on the other servers.
fn roles() -> Roles {
    let all = json!({"read": "*", "create": "*", "write": "*", "delete": "*"});
    Roles::parse(&json!({"agent": all, "admin": all}).to_string()).expect("a table of roles")
}

pub fn prepare(data: &Path, stock: &Stock) {
    let store = Store::open(data.join("baton.db")).expect("a database");
    for user in PEOPLE {
        let person = person(user);
        let text = |field: &str| person[field].as_str().unwrap_or_default().to_owned();
        let (name, role, profile) = (text("name"), text("role"), person.as_object().cloned().unwrap_or_default());
        let account = Account { id: user.into(), name, role, profile };
        store.add_user(NewAccount { account, password: PASSWORD.into() }).expect("an account");
    }
    for name in COLLECTIONS {
        let documents = stock.iter().filter(|(c, _)| *c == name).map(|(_, document)| document.clone()).collect();
        store.import(name, documents).expect("good documents");
    }
}

pub fn command(data: &Path, port: u16) -> (Command, &'static str) {
    let mut command = Command::new(env::current_exe().expect("this program"));
    command.env(ASKED, format!("{port} {}", data.join("baton.db").display()));
    (command, "/api/health")
}

pub async fn log_in(http: &Http, user: &str) -> Vec<(String, String)> {
    let answer = http.must("POST", "/api/session", json!({"user": user, "password": PASSWORD})).await;
    let token = answer["token"].as_str().expect("a token");
    vec![("Authorization".to_owned(), format!("Bearer {token}"))]
}
