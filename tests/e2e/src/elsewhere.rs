//! A site whose documents are with a real server that is not ours: our server hands out the app and the shipped connector
//! file of that server's kind, with its address of today; people are those of `baton-servers`.

use std::fs;

use baton_engine::model::{Case, Collection, Document};
use baton_servers::{Kind, Server};
use reqwest::blocking::{Client, RequestBuilder};
use serde_json::{Value, to_value};
use tempfile::TempDir;

use crate::browser::RUNTIME;
use crate::cast::Customer;
use crate::setup::setup;
use crate::site::{Site, SiteOptions};
use crate::wait::until;

/// See the module.
pub struct Elsewhere {
    pub site: Site,
    server: Server,
    /// Of somebody who is logged in there.
    headers: Vec<(String, String)>,
    client: Client,
    _folder: TempDir,
}

impl Elsewhere {
    /// A server of that kind with the customers of the stories; ask [`Kind::missing`] first.
    #[track_caller]
    pub fn start(kind: Kind) -> Elsewhere {
        let customers = Customer::ALL.map(|c| ("customers", to_value(c.record()).expect("a customer is JSON")));
        let server = RUNTIME.block_on(Server::start_with(kind, customers.to_vec()));
        let headers = RUNTIME.block_on(server.log_in(baton_servers::PEOPLE[0]));
        let folder = tempfile::Builder::new().prefix("baton-e2e-elsewhere-").tempdir().expect("a temporary folder");
        let file = folder.path().join(kind.connector());
        fs::write(&file, connector(kind, &server.origin())).expect("the connector file");
        let site = Site::start(SiteOptions { connector: Some(file), ..SiteOptions::default() });
        let client = Client::builder().no_proxy().build().expect("a plain HTTP client");
        Elsewhere { site, server, headers, client, _folder: folder }
    }

    /// The one case with that title that satisfies `wanted`, once it is there.
    #[track_caller]
    pub fn case(&self, title: &str, what: &str, wanted: impl Fn(&Case) -> bool) -> Case {
        until(&format!("{} has the case {title:?}, {what}", self.server.kind.name()), || {
            let mut found: Vec<Case> = self.cases().into_iter().filter(|case| case.title == title).collect();
            assert!(found.len() < 2, "the case {title:?} is there {} times", found.len());
            found.pop().filter(|case| wanted(case))
        })
    }

    /// All cases, asked for in the server's own way and not through a connector.
    fn cases(&self) -> Vec<Case> {
        let documents: Vec<Value> = match self.server.kind {
            Kind::KintoMemory | Kind::KintoPostgres => {
                list(&self.get("/v1/buckets/baton/collections/cases/records")["data"]).cloned().collect()
            }
            Kind::CouchDb => {
                let rows = self.get("/baton_cases/_all_docs?include_docs=true");
                list(&rows["rows"]).map(|row| with_id(&row["doc"])).collect()
            }
            other => panic!("nobody has said how {} is asked", other.name()),
        };
        let read = documents.iter().map(|value| match Document::from_json(Collection::Cases, value, None) {
            Ok(Document::Case(case)) => case,
            other => panic!("no case: {other:?}"),
        });
        read.collect()
    }

    fn get(&self, path: &str) -> Value {
        let request = self.client.get(format!("{}{path}", self.server.origin())).header("Accept", "application/json");
        let add = |request: RequestBuilder, (name, value): &(String, String)| request.header(name, value);
        let answer = self.headers.iter().fold(request, add).send().expect("the server answers");
        assert!(answer.status().is_success(), "GET {path}: {}", answer.status());
        let text = answer.text().expect("the server answers to the end");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("GET {path}: {error}: {text}"))
    }
}

/// The shipped file with another address, as an operator edits it.
fn connector(kind: Kind, origin: &str) -> String {
    let file = setup().site.join("connector").join(kind.connector());
    let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut connector: Value = serde_json::from_str(&text).expect("a connector is JSON");
    let shipped = connector["base"].as_str().unwrap_or_default();
    let path = shipped.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| rest[at..].to_owned()));
    connector["base"] = format!("{origin}{}", path.unwrap_or_default()).into();
    connector.to_string()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// CouchDB keeps the id beside the document's own fields.
fn with_id(document: &Value) -> Value {
    let mut document = document.clone();
    document["id"] = document["_id"].clone();
    document
}
