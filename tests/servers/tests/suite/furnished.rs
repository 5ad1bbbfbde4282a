//! The servers themselves, without any connector: what is promised of each in `baton_servers` holds.

use baton_servers::{COLLECTIONS, Kind, PEOPLE, Server};
use reqwest::{Client, Method};
use serde_json::{Value, json};

/// Asks as ann, or as nobody.
struct Asker {
    client: Client,
    origin: String,
    headers: Vec<(String, String)>,
}

impl Asker {
    async fn ann(server: &Server) -> Asker {
        Asker { client: Client::new(), origin: server.origin(), headers: server.log_in("ann").await }
    }

    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut call = self.client.request(method, format!("{}{path}", self.origin));
        for (name, value) in &self.headers {
            call = call.header(name, value);
        }
        if let Some(body) = body {
            call = call.header("If-None-Match", "*").json(&body);
        }
        let answer = call.send().await.unwrap();
        (answer.status().as_u16(), serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
    }
}

/// How a collection is listed, how a document is created in it, and where the list is in the answer.
pub fn dialect(kind: Kind, collection: &str, id: &str) -> (String, (&'static str, String, Value), &'static str) {
    let text = json!({"id": id, "text": "百"});
    match kind {
        Kind::Own => (format!("/api/{collection}"), ("PUT", format!("/api/{collection}/{id}"), text), "/items"),
        Kind::JsonServer => (format!("/{collection}"), ("POST", format!("/{collection}"), text), ""),
        Kind::KintoMemory | Kind::KintoPostgres => {
            let records = format!("/v1/buckets/baton/collections/{collection}/records");
            (records.clone(), ("PUT", format!("{records}/{id}"), json!({"data": text})), "/data")
        }
        Kind::CouchDb => {
            let all = format!("/baton_{collection}/_all_docs");
            (all, ("PUT", format!("/baton_{collection}/{id}"), json!({"text": "百"})), "/rows")
        }
        Kind::PocketBase => {
            let records = format!("/api/collections/{collection}/records");
            (records.clone(), ("POST", records, json!({"bid": id, "body": text, "deleted": false})), "/items")
        }
    }
}

async fn count(asker: &Asker, kind: Kind, collection: &str) -> usize {
    let (list, _, items) = dialect(kind, collection, "");
    let (status, answer) = asker.ask("GET", &list, None).await;
    assert_eq!(status, 200, "{list}: {answer}");
    answer.pointer(items).and_then(Value::as_array).unwrap_or_else(|| panic!("{list}: {answer}")).len()
}

/// How many documents are there from the beginning.
fn begun(collection: &str) -> usize {
    match collection {
        "cases" => 1,
        "people" => PEOPLE.len(),
        _ => 0,
    }
}

/// PocketBase keeps its people where they log in.
fn collections(kind: Kind) -> impl Iterator<Item = &'static str> {
    COLLECTIONS.into_iter().filter(move |name| *name != "people" || kind != Kind::PocketBase)
}

pub async fn story(kind: Kind) {
    let stock = json!({"id": "k0", "text": "from the beginning"});
    let mut server = Server::start_with(kind, vec![("cases", stock)]).await;
    let ann = Asker::ann(&server).await;
    for collection in collections(kind) {
        let begun = begun(collection);
        assert_eq!(count(&ann, kind, collection).await, begun, "{collection}");
        let (_, (method, path, body), _) = dialect(kind, collection, "k1");
        let (status, answer) = ann.ask(method, &path, Some(body.clone())).await;
        assert!((200..300).contains(&status), "{path}: {status} {answer}");
        assert_eq!(count(&ann, kind, collection).await, begun + 1, "{collection}");
        // Once only.
        let (status, _) = ann.ask(method, &path, Some(body)).await;
        assert!(status >= 400, "{path}: {status}");
        assert_eq!(count(&ann, kind, collection).await, begun + 1, "{collection}");
    }
    if kind != Kind::JsonServer {
        let nobody = Asker { headers: Vec::new(), client: Client::new(), origin: server.origin() };
        let (list, ..) = dialect(kind, "cases", "");
        assert_eq!(nobody.ask("GET", &list, None).await.0, 401);
    }
    server.kill();
    assert!(Client::new().get(server.origin()).send().await.is_err(), "it is dead");
    server.start_again().await;
    if server.survives() {
        assert_eq!(count(&Asker::ann(&server).await, kind, "cases").await, 2);
    }
    server.wipe().await;
    let ann = Asker::ann(&server).await;
    for collection in collections(kind) {
        let people = if collection == "people" { PEOPLE.len() } else { 0 };
        assert_eq!(count(&ann, kind, collection).await, people, "{collection}");
    }
}
