//! One person at one desk: the real ledger and sync loop over real HTTP, with a store that outlives the tab. What a person
//! does is remembered in the world, so that it can be looked for in the end.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use baton_engine::model::{Actor, Collection, Document, Entry, Intent, Role};
use baton_engine::time::Timestamp;
use baton_servers::PATIENCE;
use baton_sync::net::{Clock, Net, NetError, Request, Response, Rng};
use baton_sync::{ActError, Command, Connector, ItemState, Ledger, Link, MemoryStore, Step, Syncer};

use crate::world::{Acted, World, policies};

/// HTTP to wherever the desk is connected at the moment.
#[derive(Clone)]
pub struct Http {
    pub origin: Rc<RefCell<String>>,
    pub headers: Rc<RefCell<Vec<(String, String)>>>,
    client: reqwest::Client,
}

impl Http {
    pub fn new(origin: String) -> Http {
        Http { origin: Rc::new(RefCell::new(origin)), headers: Rc::default(), client: reqwest::Client::new() }
    }
}

impl Net for Http {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        let method = reqwest::Method::from_bytes(request.method.as_bytes()).unwrap();
        // Where a file or an answer gives a whole address, its host is not ours.
        let path = match request.url.split_once("://") {
            Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
            None => request.url.as_str(),
        };
        let address = format!("{}{path}", self.origin.borrow());
        // Long enough for a loaded machine, short enough for a line that holds requests.
        let mut call = self.client.request(method, address).timeout(Duration::from_secs(8));
        for (name, value) in request.headers.iter().chain(self.headers.borrow().iter()) {
            call = call.header(name, value);
        }
        if let Some(body) = request.body {
            call = call.body(body);
        }
        let lost = |error: reqwest::Error| NetError(error.to_string());
        let answer = call.send().await.map_err(lost)?;
        let text = |value: &reqwest::header::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let headers = answer.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        Ok(Response { status: answer.status().as_u16(), headers, body: answer.text().await.map_err(lost)? })
    }
}

/// Real time, and what the stories have let pass besides.
#[derive(Clone)]
pub struct DeviceClock(pub Rc<Cell<i64>>);

impl Clock for DeviceClock {
    fn now_ms(&self) -> i64 {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64 + self.0.get()
    }

    fn steady_ms(&self) -> i64 {
        self.now_ms()
    }
}

/// SplitMix64.
pub struct Dice(Cell<u64>);

impl Rng for Dice {
    fn next_u64(&self) -> u64 {
        self.0.set(self.0.get().wrapping_add(0x9E37_79B9_7F4A_7C15));
        let z = self.0.get();
        let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

type Loop = Syncer<MemoryStore, Http, DeviceClock, Dice>;

pub struct Desk {
    pub name: String,
    org: String,
    pub http: Http,
    store: MemoryStore,
    clock: DeviceClock,
    connector: Connector,
    acts: Rc<RefCell<Vec<Acted>>>,
    count: Cell<u32>,
    tab: RefCell<(Rc<Ledger<MemoryStore>>, Rc<Loop>)>,
}

impl Desk {
    /// Logged in as ann or bob; in journals the person has this name.
    pub async fn open(world: &World, name: &str, org: &str, login: &str) -> Rc<Desk> {
        let http = Http::new(world.server.origin());
        *http.headers.borrow_mut() = world.log_in(login).await;
        let (store, clock) = (MemoryStore::default(), DeviceClock(world.passed_ms.clone()));
        let tab = RefCell::new(tab(&store, &world.connector, &http, &clock, name, 0).await);
        Rc::new(Desk {
            name: name.into(),
            org: org.into(),
            http,
            store,
            clock,
            connector: world.connector.clone(),
            acts: world.acts.clone(),
            count: Cell::new(0),
            tab,
        })
    }

    /// The tab is closed or dies; a new one goes on with what the device has stored, and reads everything again.
    pub async fn reload(&self) {
        self.count.set(self.count.get() + 1);
        let new = tab(&self.store, &self.connector, &self.http, &self.clock, &self.name, self.count.get()).await;
        self.tab.replace(new);
    }

    pub fn ledger(&self) -> Rc<Ledger<MemoryStore>> {
        self.tab.borrow().0.clone()
    }

    pub fn syncer(&self) -> Rc<Loop> {
        self.tab.borrow().1.clone()
    }

    /// Tries to act; the id of the entry if it is acknowledged, which is then looked for in the end.
    pub async fn tries(&self, collection: Collection, id: &str, intent: Intent) -> Result<String, ActError> {
        self.count.set(self.count.get() + 1);
        let entry_id = format!("{}-{}", self.name, self.count.get());
        let by = Actor {
            id: self.name.clone(),
            name: self.name.clone(),
            org: self.org.clone(),
            role: Role::Agent,
            seat: None,
        };
        let at = Timestamp::from_millis(START_MS + i64::from(self.count.get()) * 1000);
        let entry = Entry { id: entry_id.clone(), at, by, intent };
        self.ledger().act(vec![Command { collection, id: id.into(), entry }]).await?;
        self.acts.borrow_mut().push(Acted {
            entry: entry_id.clone(),
            desk: self.name.clone(),
            collection,
            id: id.into(),
        });
        Ok(entry_id)
    }

    /// The same where it must be possible.
    #[track_caller]
    pub fn act(&self, collection: Collection, id: &str, intent: Intent) -> impl Future<Output = String> {
        let what = format!("{} on {id}: {intent:?}", self.name);
        let tried = self.tries(collection, id, intent);
        async move { tried.await.unwrap_or_else(|error| panic!("{what}: {error:?}")) }
    }

    /// Sends and reads until there is nothing to do, without waiting out any pause between tries.
    pub async fn rest(&self) {
        let syncer = self.syncer();
        syncer.pull_soon();
        let begun = Instant::now();
        loop {
            match syncer.step().await {
                Step::Worked => {}
                Step::Waiting => {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                    syncer.kick();
                }
                Step::Idle if syncer.status().link != Link::Offline => return,
                Step::Idle => syncer.kick(),
                other => panic!("{}: {other:?} {:?}", self.name, syncer.status()),
            }
            assert!(begun.elapsed() < 3 * PATIENCE, "{} never rests: {:?}", self.name, syncer.status());
        }
    }

    /// So many steps, whatever comes of them.
    pub async fn steps(&self, count: usize) {
        let syncer = self.syncer();
        for _ in 0..count {
            syncer.step().await;
            syncer.kick();
        }
    }

    pub fn sees(&self, collection: Collection, id: &str) -> Option<Arc<Document>> {
        self.ledger().replica().document(collection, id).cloned()
    }

    pub fn state(&self, entry: &str) -> Option<ItemState> {
        self.ledger().replica().item(entry).map(|item| item.state.clone())
    }

    /// Entries that are still on their way.
    pub fn moving(&self) -> usize {
        self.ledger().replica().outbox().filter(|item| item.state.is_moving()).count()
    }
}

/// 2026-11-23 10:00 in Shanghai.
const START_MS: i64 = 1_795_399_200_000;

async fn tab(
    store: &MemoryStore,
    connector: &Connector,
    http: &Http,
    clock: &DeviceClock,
    name: &str,
    count: u32,
) -> (Rc<Ledger<MemoryStore>>, Rc<Loop>) {
    let ledger = Rc::new(Ledger::open(store.clone(), policies()).await.unwrap());
    ledger.take_lead(format!("{name} {count}")).await.unwrap();
    let dice = Dice(Cell::new(name.bytes().fold(7, |sum, byte| sum * 31 + u64::from(byte)) + u64::from(count)));
    let syncer = Syncer::new(ledger.clone(), connector.clone(), http.clone(), clock.clone(), dice, name.to_owned());
    (ledger, Rc::new(syncer))
}
