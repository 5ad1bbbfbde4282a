//! What the sync tests share: a fake backend with compare-and-set, a network with faults, and clients that can crash.
#![allow(clippy::unwrap_used, dead_code)]

pub mod dice;
pub mod server;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

pub use dice::Dice;

use baton_engine::model::{Actor, Channel, Collection, CustomerRef, Direction, Document, Entry, Intent, Role};
use baton_engine::policy::{PackLoader, Policies};
use baton_engine::time::Timestamp;
use baton_sync::net::{Clock, Net, NetError, Request, Response};
use baton_sync::{ActError, Command, Connector, ItemState, Ledger, MemoryStore, Step, Syncer};

pub use server::Server;

/// 2026-11-23 10:00 in Shanghai.
pub const START_MS: i64 = 1_795_399_200_000;

pub fn root(path: &str) -> String {
    std::fs::read_to_string(format!("{}/../../public/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

pub fn connector() -> Connector {
    Connector::read(&root("connector/baton.json")).unwrap()
}

thread_local! {
    static POLICIES: Arc<Policies> = Arc::new(load_policies());
}

fn load_policies() -> Policies {
    let mut loader = PackLoader::new();
    let names = ["china-mobile-td", "dongguan-expert-desk"];
    for name in names {
        loader.add(name, &root(&format!("policy/{name}.json"))).unwrap();
    }
    let mut policies = Policies::default();
    for name in names {
        policies.insert(loader.load(name).unwrap());
    }
    assert!(policies.put_in_force("dongguan-expert-desk"));
    policies
}

pub fn policies() -> Arc<Policies> {
    POLICIES.with(Arc::clone)
}

/// Nothing in these tests waits for anything outside, so a future that stays pending is a deadlock.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    for _ in 0..1000 {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
    panic!("deadlock");
}

/// One clock for all, and how far a device's is off.
#[derive(Clone)]
pub struct TestClock {
    pub true_ms: Rc<Cell<i64>>,
    pub skew_ms: i64,
}

impl Clock for TestClock {
    fn now_ms(&self) -> i64 {
        self.true_ms.get() + self.skew_ms
    }

    fn steady_ms(&self) -> i64 {
        self.true_ms.get()
    }
}

/// What becomes of one request.
#[derive(Debug, Clone)]
pub enum Fate {
    Deliver,
    LoseRequest,
    /// Carried out, but the answer is lost.
    LoseReply,
    Answer(Response),
}

pub type Hook = Box<dyn FnOnce()>;

/// The way to the server: a script of fates first, then the weather.
#[derive(Clone)]
pub struct Line {
    pub server: Rc<RefCell<Server>>,
    pub script: Rc<RefCell<VecDeque<Fate>>>,
    /// Percent of requests that meet trouble.
    pub bad: Rc<Cell<u32>>,
    pub up: Rc<Cell<bool>>,
    pub dice: Dice,
    pub sent: Rc<RefCell<Vec<Request>>>,
    /// Runs after the request was carried out and before the answer arrives.
    pub during: Rc<RefCell<Option<Hook>>>,
}

impl Net for Line {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        self.sent.borrow_mut().push(request.clone());
        let scripted = self.script.borrow_mut().pop_front();
        let fate = match scripted {
            Some(fate) => fate,
            None if !self.up.get() => Fate::LoseRequest,
            None if self.dice.chance(self.bad.get()) => match self.dice.below(5) {
                0 | 1 => Fate::LoseRequest,
                2 => Fate::LoseReply,
                3 => Fate::Answer(response(503, "busy")),
                _ => Fate::Answer(response(200, "<html>log in to the hotel network</html>")),
            },
            None => Fate::Deliver,
        };
        let result = match fate {
            Fate::LoseRequest => Err(NetError("no route".into())),
            Fate::Answer(response) => Ok(response),
            Fate::Deliver => Ok(self.server.borrow_mut().handle(&request)),
            Fate::LoseReply => {
                self.server.borrow_mut().handle(&request);
                Err(NetError("connection reset".into()))
            }
        };
        // A copy may linger in the network and arrive late.
        if self.bad.get() > 0 && self.dice.chance(self.bad.get()) {
            self.server.borrow_mut().lingering.push(request);
        }
        let during = self.during.borrow_mut().take();
        if let Some(during) = during {
            during();
        }
        result
    }
}

pub fn response(status: u16, body: &str) -> Response {
    Response { status, headers: Vec::new(), body: body.into() }
}

pub type TestSyncer = Syncer<MemoryStore, Line, TestClock, Dice>;

/// One browser of one person.
pub struct Client {
    pub actor: Actor,
    pub store: MemoryStore,
    pub line: Line,
    pub clock: TestClock,
    pub ledger: Rc<Ledger<MemoryStore>>,
    pub syncer: TestSyncer,
    counter: Rc<Cell<u64>>,
}

/// A server and what its clients share.
pub struct World {
    pub server: Rc<RefCell<Server>>,
    pub true_ms: Rc<Cell<i64>>,
    pub dice: Dice,
    counter: Rc<Cell<u64>>,
}

impl World {
    pub fn new(seed: u64) -> World {
        let true_ms = Rc::new(Cell::new(START_MS));
        let server = Rc::new(RefCell::new(Server::new(true_ms.clone())));
        World { server, true_ms, dice: Dice::new(seed), counter: Rc::new(Cell::new(0)) }
    }

    pub fn client(&self, name: &str) -> Client {
        self.client_of("home-province", name)
    }

    pub fn client_of(&self, org: &str, name: &str) -> Client {
        let store = MemoryStore::default();
        let line = Line {
            server: self.server.clone(),
            script: Rc::default(),
            bad: Rc::new(Cell::new(0)),
            up: Rc::new(Cell::new(true)),
            dice: self.dice.clone(),
            sent: Rc::default(),
            during: Rc::default(),
        };
        let clock = TestClock { true_ms: self.true_ms.clone(), skew_ms: 0 };
        let actor = Actor { id: name.into(), name: name.into(), org: org.into(), role: Role::Agent, seat: None };
        Client::start(actor, store, line, clock, self.counter.clone())
    }

    /// Steps all clients until nobody has anything to do; time passes as they ask for it.
    pub fn rest(&self, clients: &[&Client]) {
        for _ in 0..3 {
            for client in clients {
                client.syncer.pull_soon();
                client.rest();
            }
        }
    }
}

impl Client {
    fn start(actor: Actor, store: MemoryStore, line: Line, clock: TestClock, counter: Rc<Cell<u64>>) -> Client {
        let ledger = Rc::new(now(Ledger::open(store.clone(), policies())).unwrap());
        now(ledger.take_lead(format!("tab-{}", counter.replace(counter.get() + 1)))).unwrap();
        let syncer =
            Syncer::new(ledger.clone(), connector(), line.clone(), clock.clone(), line.dice.clone(), actor.id.clone());
        Client { actor, store, line, clock, ledger, syncer, counter }
    }

    /// The tab dies; a new one starts on what the store holds.
    pub fn crash(&mut self) {
        *self = Client::start(
            self.actor.clone(),
            self.store.clone(),
            self.line.clone(),
            self.clock.clone(),
            self.counter.clone(),
        );
    }

    pub fn entry(&self, intent: Intent) -> Entry {
        let n = self.counter.replace(self.counter.get() + 1);
        let at = Timestamp::from_millis(self.clock.true_ms.get());
        Entry { id: format!("e{n:06}"), at, by: self.actor.clone(), intent }
    }

    /// Acts and returns the entry's id.
    pub fn act(&self, collection: Collection, id: &str, intent: Intent) -> Result<String, ActError> {
        let entry = self.entry(intent);
        let name = entry.id.clone();
        now(self.ledger.act(vec![Command { collection, id: id.into(), entry }]))?;
        Ok(name)
    }

    pub fn step(&self) -> Step {
        now(self.syncer.step())
    }

    /// Steps until nothing is left to do, letting time pass where the syncer waits.
    pub fn rest(&self) {
        for _ in 0..10_000 {
            match self.step() {
                Step::Worked => {}
                Step::Idle | Step::SignedOut | Step::NotLeading => return,
                Step::Waiting => {
                    let rest_ms = self.syncer.rest_ms().unwrap();
                    assert!(rest_ms > 0, "waits for the past");
                    self.clock.true_ms.set(self.clock.true_ms.get() + rest_ms);
                }
            }
        }
        panic!("never comes to rest: {:?}", self.syncer.status());
    }

    pub fn document(&self, collection: Collection, id: &str) -> Option<Arc<Document>> {
        self.ledger.replica().document(collection, id).cloned()
    }

    pub fn state(&self, entry: &str) -> Option<ItemState> {
        self.ledger.replica().item(entry).map(|i| i.state.clone())
    }

    pub fn moving(&self) -> usize {
        self.ledger.replica().outbox().filter(|i| i.state.is_moving()).count()
    }
}

pub fn start_contact() -> Intent {
    Intent::StartInteraction {
        channel: Channel::Voice,
        direction: Direction::Inbound,
        customer: CustomerRef { name: "陈先生".into(), number: "13800000000".into(), ..CustomerRef::default() },
        reason: "slow data".into(),
        desk: String::new(),
        answered: false,
    }
}

pub fn topic(topic: &str) -> Intent {
    Intent::SetTopic { topic: topic.into() }
}

pub fn note(text: &str) -> Intent {
    Intent::AddNote { text: text.into() }
}

pub fn book_callback() -> Intent {
    let policies = policies();
    let policy = policies.in_force().unwrap();
    let desk = policy.desks.iter().find(|d| d.callback.is_some()).unwrap();
    Intent::BookCallback {
        desk: desk.id.clone(),
        topic: desk.topics[0].id.clone(),
        customer: CustomerRef::default(),
        policy: policy.pin(),
        note: String::new(),
        interaction: None,
        case: None,
    }
}
