//! A server, the connector that ships for it, the desks' clock, and the law that every story ends with: nothing
//! acknowledged is lost, nothing is there twice, and all desks see the same.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use baton_engine::model::{Collection, Document};
use baton_engine::policy::{PackLoader, Policies};
use baton_servers::{Kind, PASSWORD, Server, Stock};
use baton_sync::auth::{Style, log_in};
use baton_sync::connector::{Remote, WriteAnswer};
use baton_sync::net::Net;
use baton_sync::{Connector, ItemState};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::desk::{Desk, Http};

/// An act that a desk has acknowledged.
#[derive(Debug, Clone)]
pub struct Acted {
    pub entry: String,
    pub desk: String,
    pub collection: Collection,
    pub id: String,
}

pub struct World {
    pub server: Server,
    pub connector: Connector,
    /// What the desks' clocks are ahead of real time, milliseconds.
    pub passed_ms: Rc<Cell<i64>>,
    pub acts: Rc<RefCell<Vec<Acted>>>,
}

fn public(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../public").join(path)
}

/// Both shipped packs, the expert desk's in force.
pub fn policies() -> Arc<Policies> {
    static POLICIES: OnceLock<Arc<Policies>> = OnceLock::new();
    let load = || {
        let names = ["china-mobile-td", "dongguan-expert-desk"];
        let mut loader = PackLoader::new();
        for name in names {
            let text = std::fs::read_to_string(public("policy").join(format!("{name}.json"))).unwrap();
            loader.add(name, &text).unwrap();
        }
        let mut policies = Policies::default();
        for name in names {
            policies.insert(loader.load(name).unwrap());
        }
        assert!(policies.put_in_force("dongguan-expert-desk"));
        Arc::new(policies)
    };
    POLICIES.get_or_init(load).clone()
}

impl World {
    pub async fn new(kind: Kind) -> World {
        World::with(kind, Stock::new()).await
    }

    pub async fn with(kind: Kind, stock: Stock) -> World {
        let mut text = std::fs::read_to_string(public("connector").join(kind.connector())).unwrap();
        if kind == Kind::KintoMemory {
            // The file is for Kinto on PostgreSQL. In memory two of many writers get through once in a while, as the
            // self-test finds out; what it would write into the file is this.
            text = text.replace(r#""cas": "atomic""#, r#""cas": "doubtful""#);
        }
        let connector = Connector::read(&text).unwrap_or_else(|faults| panic!("{}: {faults:?}", kind.connector()));
        World {
            server: Server::start_with(kind, stock).await,
            connector,
            passed_ms: Rc::default(),
            acts: Rc::default(),
        }
    }

    /// As the connector file says; Baton's own session is the browser's matter, so its token is asked for here.
    pub async fn log_in(&self, user: &str) -> Vec<(String, String)> {
        if self.connector.auth_style() == Style::Session {
            return self.server.log_in(user).await;
        }
        let http = Http::new(self.server.origin());
        log_in(&self.connector, &http, user, PASSWORD).await.unwrap().headers
    }

    /// Everybody's clock goes on.
    pub fn pass_minutes(&self, minutes: i64) {
        self.passed_ms.set(self.passed_ms.get() + minutes * 60_000);
    }

    /// Two desks of different organisations.
    pub async fn two(&self) -> (Rc<Desk>, Rc<Desk>) {
        (Desk::open(self, "ann", HOME, "ann").await, Desk::open(self, "bob", BASE, "bob").await)
    }

    /// A document as it is, for somebody who works past all desks.
    async fn by_hand(&self, collection: Collection, id: &str) -> (Http, Remote) {
        let http = Http::new(self.server.origin());
        *http.headers.borrow_mut() = self.log_in("ann").await;
        let get = self.connector.get(collection.into(), id, None).unwrap();
        let got = http.send(get).await.unwrap();
        match self.connector.get_answer(collection.into(), id, &got) {
            WriteAnswer::Stored(remote) => (http, remote),
            other => panic!("{id} is not there: {other:?}"),
        }
    }

    /// Changes a document as another system would.
    pub async fn change(&self, collection: Collection, id: &str, change: impl FnOnce(&mut Value)) {
        let (http, remote) = self.by_hand(collection, id).await;
        let mut body = serde_json::from_str(&remote.raw).unwrap();
        change(&mut body);
        let replace = self.connector.replace(collection.into(), id, &remote.rev, &body, 0).unwrap();
        let answer = http.send(replace).await.unwrap();
        assert!((200..300).contains(&answer.status), "{answer:?}");
    }

    /// Deletes a document as another system would.
    pub async fn delete(&self, collection: Collection, id: &str) {
        let (http, remote) = self.by_hand(collection, id).await;
        let raw = serde_json::from_str(&remote.raw).unwrap();
        let delete = self.connector.delete(collection.into(), id, &remote.rev, Some(&raw)).unwrap();
        let answer = http.send(delete).await.unwrap();
        assert!((200..300).contains(&answer.status), "{answer:?}");
    }

    /// The law. Lets everybody come to rest, wait out every watch and read everything again from a new tab.
    ///
    /// # Panics
    /// It is broken; says by what.
    pub async fn ends_well(&self, desks: &[&Rc<Desk>]) {
        all_rest(desks).await;
        for _ in 0..2 {
            self.pass_minutes(5);
            all_rest(desks).await;
        }
        for desk in desks {
            desk.reload().await;
        }
        all_rest(desks).await;
        all_rest(desks).await;
        let faults = self.faults(desks).await;
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    /// What breaks the law now, by comparison with what somebody sees who comes in anew.
    pub async fn faults(&self, desks: &[&Rc<Desk>]) -> Vec<String> {
        let mut faults = Vec::new();
        let fresh = Desk::open(self, "auditor", HOME, "ann").await;
        fresh.rest().await;
        let truth = everything(&fresh);
        for desk in desks {
            if desk.moving() > 0 {
                faults.push(format!("{} has work that never arrives", desk.name));
            }
            let seen = everything(desk);
            let keys: BTreeSet<_> = truth.keys().chain(seen.keys()).collect();
            for key in keys.into_iter().filter(|key| seen.get(*key) != truth.get(*key)) {
                let journal = |d: &Arc<Document>| d.journal().iter().map(|e| e.id.clone()).collect::<Vec<_>>();
                let (sees, is) = (seen.get(key).map(journal), truth.get(key).map(journal));
                faults.push(format!("{} sees {key:?} as {sees:?}, and it is {is:?}", desk.name));
            }
        }
        for (key, document) in &truth {
            let journal: Vec<&str> = document.journal().iter().map(|entry| entry.id.as_str()).collect();
            let once: BTreeSet<&str> = journal.iter().copied().collect();
            if once.len() < journal.len() {
                faults.push(format!("{key:?} holds an entry twice: {journal:?}"));
            }
        }
        for act in self.acts.borrow().iter() {
            let held = truth.get(&(act.collection, act.id.clone())).is_some_and(|d| d.holds(&act.entry));
            let desk = desks.iter().find(|desk| desk.name == act.desk);
            let state = desk.and_then(|desk| desk.state(&act.entry));
            let told = state.as_ref().is_some_and(ItemState::is_stuck);
            if held == told {
                faults.push(format!("{act:?}: on the server {held}, in the outbox {state:?}"));
            }
        }
        faults
    }

    /// An act that the desk knew to be stored is not asked for any more: the server has lost it since.
    pub fn forget(&self, entries: &[String]) {
        self.acts.borrow_mut().retain(|act| !entries.contains(&act.entry));
    }
}

pub const HOME: &str = "home-province";
pub const BASE: &str = "base-province";

/// All at once, as they would.
pub async fn all_rest(desks: &[&Rc<Desk>]) {
    let mut all = JoinSet::new();
    for desk in desks {
        let desk = (*desk).clone();
        all.spawn_local(async move { desk.rest().await });
    }
    all.join_all().await;
}

fn everything(desk: &Desk) -> BTreeMap<(Collection, String), Arc<Document>> {
    let ledger = desk.ledger();
    let replica = ledger.replica();
    assert_eq!(replica.faults(), [], "{}", desk.name);
    let of = |c: Collection| replica.documents(c).map(move |d| ((c, d.id().to_owned()), d.clone())).collect::<Vec<_>>();
    Collection::ALL.into_iter().flat_map(of).collect()
}
