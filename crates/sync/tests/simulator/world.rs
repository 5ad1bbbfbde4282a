//! Everything at once: the backend, the people at their desks, the network between them and the time. It carries out
//! one action after another, and nothing happens that no action says.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use baton_engine::model::{Collection, Document};
use baton_sync::net::{NetError, Request, Response};
use baton_sync::{Connector, Link};

use crate::audit::Audit;
use crate::backend::{Backend, Reply, Visit, html, response};
use crate::desk::{Client, Promises, Tab, dice_of};
use crate::dice::Dice;
use crate::disk::Disk;
use crate::lanes::{Answer, Hub, LaneId, Lanes, StoreFate, Strand, TabId, Wait};
use crate::people;
use crate::schedule::{Action, Move};
use crate::totals::Totals;
use crate::weather::{NetFate, Weather};

/// 2026-11-23 10:00 in Shanghai.
const START_MS: i64 = 1_795_399_200_000;
/// A request that got no answer for so long is given up, as the app's net does.
const TIMEOUT_MS: i64 = 30_000;
/// So long after its sender gave up may a request still arrive.
const LATEST_MS: i64 = 20_000;
/// So long may a write be under way inside a backend before others see it.
const COMMIT_MS: i64 = 10_000;

struct Begun {
    id: u64,
    until_ms: i64,
    answer: Option<(LaneId, Answer)>,
    lose_reply: bool,
}

pub struct World {
    pub seed: u64,
    pub hub: Rc<Hub>,
    pub lanes: Lanes,
    pub clients: Vec<Client>,
    pub promises: Rc<RefCell<Promises>>,
    pub audit: Audit,
    pub totals: Totals,
    /// One job goes to one person only; where a create is not unique nobody can promise that.
    pub keeps_claims: bool,
    backend: Box<dyn Backend>,
    connector: Connector,
    begun: Vec<Begun>,
    /// Requests that will arrive late: until when at the latest.
    lingering: VecDeque<(i64, Request)>,
    /// Items of an outbox that another version has rewritten: (client, entry, its own form).
    rewritten: Vec<(usize, String, String)>,
    lives: u64,
    messages: Rc<Cell<u64>>,
    stage: people::Stage,
    /// Requests arrive while their sender waits, or never.
    prompt: bool,
}

impl World {
    pub fn new(seed: u64, weather: &Weather, trace: bool) -> World {
        let hub = Rc::new(Hub::default());
        hub.true_ms.set(START_MS);
        let promises = Rc::new(RefCell::new(Promises::default()));
        promises.borrow_mut().trace = trace.then(Vec::new);
        let client = |n: usize| Client {
            actor: people::actor(n),
            disk: Rc::new(RefCell::new(Disk::default())),
            skew_ms: Rc::new(Cell::new(weather.skews_ms[n])),
            signed_in: true,
            up: true,
            tabs: vec![None; weather.tabs],
            air: Rc::default(),
        };
        World {
            seed,
            lanes: Lanes::new(hub.clone()),
            hub,
            clients: (0..weather.clients).map(client).collect(),
            promises,
            audit: Audit::new(people::policies(), weather.kind.rigour()),
            totals: Totals::default(),
            keeps_claims: weather.kind.creates_once(),
            backend: weather.kind.backend(),
            connector: weather.kind.connector(),
            begun: Vec::new(),
            lingering: VecDeque::new(),
            rewritten: Vec::new(),
            lives: 0,
            messages: Rc::default(),
            stage: weather.stage,
            prompt: !weather.kind.creates_once(),
        }
    }

    pub fn now_ms(&self) -> i64 {
        self.hub.true_ms.get()
    }

    pub fn note(&self, line: impl FnOnce() -> String) {
        self.promises.borrow_mut().note(line);
    }

    pub fn tab(&self, id: TabId) -> Option<&Rc<Tab>> {
        self.clients.get(id.client)?.tabs.get(id.tab)?.as_ref()
    }

    pub fn is_open(&self, id: TabId) -> bool {
        self.tab(id).is_some()
    }

    pub fn open_tabs(&self) -> Vec<Rc<Tab>> {
        self.clients.iter().flat_map(|c| c.tabs.iter().flatten().cloned()).collect()
    }

    pub fn begun(&self) -> usize {
        self.begun.len()
    }

    pub fn lingering(&self) -> usize {
        self.lingering.len()
    }

    /// What can get on now.
    pub fn moves(&self) -> Vec<Move> {
        let mut moves: Vec<Move> = self.lanes.ready().into_iter().map(Move::Ready).collect();
        for lane in self.hub.waiting() {
            let Some(tab) = self.tab(lane.tab) else { continue };
            let found = self.hub.with(lane, |wait| match wait {
                Wait::Store { what, .. } => Some(Move::Store(lane, what.starts_with("load"))),
                Wait::Net { .. } => Some(Move::Net(lane)),
                Wait::Rest { wake_ms, .. } => (tab.bell.get() || *wake_ms <= self.now_ms()).then_some(Move::Rest(lane)),
            });
            moves.extend(found.flatten());
        }
        moves
    }

    /// Milliseconds until the next tab wakes by itself.
    pub fn until_next_wake(&self) -> i64 {
        let mut next = 60_000;
        for lane in self.hub.waiting() {
            let wake = self.hub.with(lane, |wait| match wait {
                Wait::Rest { wake_ms, .. } => *wake_ms - self.now_ms(),
                _ => i64::MAX,
            });
            next = next.min(wake.unwrap_or(i64::MAX));
        }
        next.max(0)
    }

    /// Carries an action out, if it is possible.
    pub fn apply(&mut self, action: &Action) {
        match action {
            Action::Store { lane, fate, see } => self.store(*lane, *fate, *see),
            Action::Net { lane, fate, dice, see } => self.net(*lane, *fate, *dice, *see),
            Action::Wake { lane } => self.wake(*lane),
            Action::See { lane } => {
                if self.lanes.is_ready(*lane) {
                    self.lanes.poll(*lane);
                }
            }
            Action::Commit { nth } => self.commit(*nth),
            Action::Arrive { nth } => self.arrive(*nth),
            Action::Act { lane, dice } => {
                let (tab, messages, dice) = (self.idle(*lane), self.messages.clone(), Dice::new(*dice));
                let stage = self.stage;
                self.begin(*lane, tab.map(|tab| tab.act(dice, stage, messages)));
            }
            Action::Tidy { tab, dice } => {
                let lane = LaneId { tab: *tab, strand: Strand::Tidy };
                let tab = self.idle(lane);
                self.begin(lane, tab.map(|tab| tab.tidy(Dice::new(*dice))));
            }
            Action::Draft { tab, dice } => {
                let lane = LaneId { tab: *tab, strand: Strand::Draft };
                let tab = self.idle(lane);
                self.begin(lane, tab.map(|tab| tab.draft(Dice::new(*dice))));
            }
            Action::Lead { tab } => {
                let lane = LaneId { tab: *tab, strand: Strand::Lead };
                let tab = self.idle(lane).filter(|tab| self.may_lead(tab.id));
                self.begin(lane, tab.map(Tab::lead));
            }
            Action::Hear { tab, lose } => self.hear(*tab, *lose),
            Action::Look { tab } => {
                let lane = LaneId { tab: *tab, strand: Strand::Hear };
                let tab = self.idle(lane);
                self.begin(lane, tab.map(|tab| tab.hear(None)));
            }
            Action::Feed { tab, dice } => self.feed(*tab, &Dice::new(*dice)),
            Action::Kick { tab } => {
                if let Some(tab) = self.tab(*tab)
                    && let Some(syncer) = tab.syncer()
                {
                    syncer.kick();
                    syncer.pull_soon();
                    tab.bell.set(true);
                }
            }
            Action::Open { tab } => self.open(*tab),
            Action::Crash { tab, arrives } => self.crash(*tab, *arrives),
            Action::Pass { ms } => self.pass(*ms),
            Action::Jump { client, ms } => {
                let skew = &self.clients[*client].skew_ms;
                skew.set(skew.get() + ms);
            }
            Action::Partition { client, up } => self.clients[*client].up = *up,
            Action::Session { client, good } => self.session(*client, *good),
            Action::Evict { client } => self.evict(*client),
            Action::Upgrade { client, dice } => self.upgrade(*client, &Dice::new(*dice)),
            Action::Other { dice } => self.other_system(&Dice::new(*dice)),
        }
    }

    // ── Strands ──────────────────────────────────────────────────────────

    /// The lane's tab, if it is open, has its ledger, and the lane is free.
    fn idle(&self, lane: LaneId) -> Option<Rc<Tab>> {
        let tab = self.tab(lane.tab)?;
        (tab.ledger().is_some() && !self.lanes.is_busy(lane)).then(|| tab.clone())
    }

    /// Not again; and where a create may happen twice, not while another tab lives that leads.
    fn may_lead(&self, id: TabId) -> bool {
        let leads = |tab: &Rc<Tab>| tab.ledger().is_some_and(|ledger| ledger.is_leading());
        let mut others = self.clients[id.client].tabs.iter().flatten().filter(|tab| tab.id != id);
        let taking = |tab: &Rc<Tab>| self.lanes.is_busy(LaneId { tab: tab.id, strand: Strand::Lead });
        !self.tab(id).is_some_and(leads) && (!self.prompt || !others.any(|tab| leads(tab) || taking(tab)))
    }

    fn begin(&mut self, lane: LaneId, work: Option<impl Future<Output = ()> + 'static>) {
        if let Some(work) = work {
            self.lanes.start(lane, work);
        }
    }

    pub fn open(&mut self, id: TabId) {
        if self.is_open(id) || id.client >= self.clients.len() {
            return;
        }
        self.lives += 1;
        let dice = dice_of(self.seed, id, self.lives);
        let client = &mut self.clients[id.client];
        let tab = Tab::open(id, client, &self.hub, &self.promises, dice);
        client.tabs[id.tab] = Some(tab.clone());
        let (connector, air) = (self.connector.clone(), client.air.clone());
        self.lanes.start(LaneId { tab: id, strand: Strand::Sync }, tab.sync(connector, air));
    }

    fn crash(&mut self, id: TabId, arrives: bool) {
        if !self.is_open(id) {
            return;
        }
        self.totals.crashes += 1;
        for lane in self.hub.waiting().into_iter().filter(|lane| lane.tab == id) {
            if let Some(Wait::Net { request, .. }) = self.hub.take(lane)
                && arrives
                && !self.prompt
                && self.clients[id.client].up
            {
                self.lingering.push_back((self.now_ms() + LATEST_MS, request));
            }
        }
        for begun in &mut self.begun {
            if begun.answer.as_ref().is_some_and(|(lane, _)| lane.tab == id) {
                begun.answer = None;
            }
        }
        self.lanes.drop_tab(id);
        self.clients[id.client].tabs[id.tab] = None;
    }

    fn wake(&mut self, lane: LaneId) {
        let Some(tab) = self.tab(lane.tab).cloned() else { return };
        let due = self.hub.with(lane, |wait| match wait {
            Wait::Rest { wake_ms, .. } => tab.bell.get() || *wake_ms <= self.now_ms(),
            _ => false,
        });
        if due == Some(true)
            && let Some(Wait::Rest { over, .. }) = self.hub.take(lane)
        {
            tab.bell.set(false);
            *over.borrow_mut() = Some(());
            self.lanes.poll(lane);
        }
    }

    fn hear(&mut self, id: TabId, lose: bool) {
        let lane = LaneId { tab: id, strand: Strand::Hear };
        let Some(tab) = self.idle(lane) else { return };
        let air = self.clients[id.client].air.clone();
        let place = air.borrow().iter().position(|(from, _)| *from != id);
        let Some((_, notice)) = place.and_then(|place| air.borrow_mut().remove(place)) else { return };
        // Hints for closed tabs, and more than anybody listens to, are gone.
        air.borrow_mut().truncate(20);
        if !lose {
            self.lanes.start(lane, tab.hear(Some(notice)));
        }
    }

    fn feed(&mut self, id: TabId, dice: &Dice) {
        let lane = LaneId { tab: id, strand: Strand::Feed };
        let Some(tab) = self.idle(lane) else { return };
        let client = &self.clients[id.client];
        if !client.up || !client.signed_in {
            return;
        }
        let all = self.backend.events(0);
        let end = all.len();
        if end == 0 {
            return;
        }
        let begin = tab.fed.get();
        if begin > end || dice.chance(10) {
            // Connected again: what happened meanwhile is in the lists.
            tab.fed.set(end);
            if let Some(syncer) = tab.syncer() {
                syncer.pull_soon();
            }
            return;
        }
        // Now and then a late piece of what was long ago.
        let old = dice.below(end);
        let events = if dice.chance(10) { &all[old..(old + 3).min(end)] } else { &all[begin..] };
        let events = events.to_vec();
        tab.fed.set(end);
        if !events.is_empty() {
            self.lanes.start(lane, tab.feed(events));
        }
    }

    // ── Store ────────────────────────────────────────────────────────────

    fn store(&mut self, lane: LaneId, fate: StoreFate, see: bool) {
        if self.hub.with(lane, |wait| matches!(wait, Wait::Store { .. })) != Some(true) {
            return;
        }
        let Some(Wait::Store { what, run }) = self.hub.take(lane) else { return };
        self.totals.store(fate);
        if what != "load_some" {
            self.note(|| format!("    store of {lane}: {what} {fate:?}"));
        }
        run(fate);
        self.lanes.wake(lane);
        if see {
            self.lanes.poll(lane);
        }
    }

    fn evict(&mut self, client: usize) {
        let disk = self.clients[client].disk.clone();
        let moving = |text: &String| text.contains("\"is\":\"queued\"") || text.contains("\"is\":\"settling\"");
        // A browser that was asked to persist, as the desk does, evicts nothing. One that was not may; then the desk
        // cannot keep what is unsent, and says so beforehand. Here nothing moving is ever evicted.
        let strands = [Strand::Act, Strand::OtherAct, Strand::Draft];
        let lanes = (0..self.clients[client].tabs.len())
            .flat_map(|tab| strands.map(|strand| LaneId { tab: TabId { client, tab }, strand }));
        let busy = lanes.into_iter().any(|lane| self.lanes.is_busy(lane));
        if disk.borrow().outbox.values().any(moving) || busy || self.rewritten.iter().any(|(c, ..)| *c == client) {
            return;
        }
        self.totals.evictions += 1;
        let mut promises = self.promises.borrow_mut();
        promises.let_go.extend(disk.borrow().outbox.keys().cloned());
        promises.drafts.retain(|(c, _), _| *c != client);
        disk.borrow_mut().evict();
    }

    /// A version that is newer than this one rewrites an item, or gives it back.
    fn upgrade(&mut self, client: usize, dice: &Dice) {
        let disk = self.clients[client].disk.clone();
        let mut disk = disk.borrow_mut();
        if let Some(place) = self.rewritten.iter().position(|(c, ..)| *c == client) {
            let (_, entry, text) = self.rewritten.remove(place);
            if let Some(stored) = disk.outbox.get_mut(&entry).filter(|stored| stored.contains("\"v\":99")) {
                *stored = text;
                disk.version += 1;
            }
            return;
        }
        let old = |text: &String| !text.contains("\"v\":99");
        let entries: Vec<String> = disk.outbox.iter().filter(|(_, t)| old(t)).map(|(id, _)| id.clone()).collect();
        if entries.is_empty() {
            return;
        }
        let entry = dice.one(&entries).clone();
        let Some(stored) = disk.outbox.get_mut(&entry) else { return };
        let Ok(mut item) = serde_json::from_str::<serde_json::Value>(stored) else { return };
        let own = stored.clone();
        self.totals.upgrades += 1;
        if dice.chance(50) && item["state"]["is"] != "settling" {
            // As a tab of the version before has left it.
            item["v"] = 1.into();
            *stored = item.to_string();
            return;
        }
        item["v"] = 99.into();
        *stored = item.to_string();
        disk.version += 1;
        self.rewritten.push((client, entry, own));
    }

    // ── Net ──────────────────────────────────────────────────────────────

    fn net(&mut self, lane: LaneId, fate: NetFate, dice: u64, see: bool) {
        if self.hub.with(lane, |wait| matches!(wait, Wait::Net { .. })) != Some(true) {
            return;
        }
        let Some(Wait::Net { request, answer, asked_ms }) = self.hub.take(lane) else { return };
        let dice = Dice::new(dice);
        self.hub.true_ms.set(self.now_ms() + dice.between(1, 60));
        let client = &self.clients[lane.tab.client];
        let fate = match fate {
            _ if !client.up => NetFate::LoseRequest,
            NetFate::Late | NetFate::Twice if self.prompt => NetFate::LoseReply,
            fate => fate,
        };
        let told = self.promises.borrow().trace.is_some().then(|| tell(&request));
        self.totals.net(fate);
        let lost = || Err(NetError("connection reset".into()));
        let copy = request.clone();
        let outcome = match fate {
            NetFate::LoseRequest => Some(lost()),
            NetFate::Html => Some(Ok(html(200, "log in to the hotel network"))),
            NetFate::TooMany => Some(Ok(again(429, dice.between(1, 60)))),
            NetFate::Unavailable => Some(Ok(again(503, dice.between(1, 30)))),
            NetFate::Late => {
                self.lingering.push_back((self.now_ms() + LATEST_MS, request));
                Some(lost())
            }
            NetFate::Good | NetFate::LoseReply | NetFate::Twice | NetFate::Gateway if !client.signed_in => {
                Some(Ok(response(401, &serde_json::json!({"title": "log in"}))))
            }
            NetFate::Good | NetFate::LoseReply | NetFate::Twice | NetFate::Gateway => match self.ask(&request, &dice) {
                Reply::Now(response) => Some(Ok(response)),
                Reply::Begun(id) => {
                    let lose_reply = matches!(fate, NetFate::LoseReply | NetFate::Gateway);
                    let until_ms = self.now_ms() + COMMIT_MS;
                    self.begun.push(Begun { id, until_ms, answer: Some((lane, answer.clone())), lose_reply });
                    None
                }
                Reply::Locked => {
                    self.hub.put_back(lane, Wait::Net { request, answer, asked_ms });
                    return;
                }
            },
        };
        let outcome = outcome.map(|outcome| match (fate, outcome) {
            (NetFate::LoseReply, Ok(_)) => lost(),
            (NetFate::Gateway, Ok(_)) => Ok(html(504, "gateway timeout")),
            (NetFate::Twice, outcome) => {
                self.lingering.push_back((self.now_ms() + LATEST_MS, copy));
                outcome
            }
            (_, outcome) => outcome,
        });
        if let Some(told) = told {
            self.note(|| match &outcome {
                None => format!("    {lane}: {told} is begun"),
                Some(outcome) => format!("    {lane}: {told} {fate:?} → {}", tell_outcome(outcome)),
            });
        }
        if let Some(outcome) = outcome {
            *answer.borrow_mut() = Some(outcome);
            self.lanes.wake(lane);
            if see {
                self.lanes.poll(lane);
            }
        }
    }

    fn ask(&mut self, request: &Request, dice: &Dice) -> Reply {
        let visit = Visit { now_ms: self.hub.true_ms.get(), dice, audit: &mut self.audit };
        self.backend.answer(visit, request)
    }

    fn commit(&mut self, nth: usize) {
        if nth >= self.begun.len() {
            return;
        }
        let Begun { id, answer, lose_reply, .. } = self.begun.remove(nth);
        let dice = Dice::of(&[self.seed, id]);
        let visit = Visit { now_ms: self.hub.true_ms.get(), dice: &dice, audit: &mut self.audit };
        let response = self.backend.commit(visit, id);
        self.note(|| format!("    the backend commits write {id}: {}", response.status));
        if let Some((lane, cell)) = answer {
            let outcome = if lose_reply { Err(NetError("connection reset".into())) } else { Ok(response) };
            *cell.borrow_mut() = Some(outcome);
            self.lanes.wake(lane);
        }
    }

    fn arrive(&mut self, nth: usize) {
        let Some((until_ms, request)) = self.lingering.remove(nth) else { return };
        let dice = Dice::of(&[self.seed, 0xA4, self.now_ms().unsigned_abs()]);
        self.note(|| format!("    late: {}", tell(&request)));
        match self.ask(&request, &dice) {
            Reply::Now(_) => {}
            Reply::Begun(id) => {
                let until_ms = self.now_ms() + COMMIT_MS;
                self.begun.push(Begun { id, until_ms, answer: None, lose_reply: true });
            }
            Reply::Locked => self.lingering.push_back((until_ms, request)),
        }
    }

    fn session(&mut self, client: usize, good: bool) {
        self.clients[client].signed_in = good;
        if !good {
            return;
        }
        for tab in self.clients[client].tabs.iter().flatten() {
            if let Some(syncer) = tab.syncer() {
                assert!(syncer.resume("somebody else").is_err(), "another person took over");
                syncer.resume(&tab.actor.id).expect("the same person");
                tab.bell.set(true);
            }
        }
    }

    fn other_system(&mut self, dice: &Dice) {
        let keys: Vec<(Collection, String)> = self.audit.truth.keys().cloned().collect();
        if keys.is_empty() {
            return;
        }
        let (collection, id) = dice.one(&keys).clone();
        let alive = self.audit.document(&(collection, id.clone())).is_some();
        if alive && collection != Collection::Seats {
            self.totals.deletes += 1;
            self.note(|| format!("    another system deletes {}/{id}", collection.name()));
            let visit = Visit { now_ms: self.hub.true_ms.get(), dice, audit: &mut self.audit };
            self.backend.delete(visit, collection.name(), &id);
        }
    }

    // ── Time ─────────────────────────────────────────────────────────────

    /// Time passes; what has a latest moment happens on the way.
    pub fn pass(&mut self, ms: i64) {
        let to = self.now_ms() + ms;
        loop {
            let begun = self.begun.iter().enumerate().map(|(n, b)| (b.until_ms, 0, n));
            let late = self.lingering.iter().enumerate().map(|(n, (until, _))| (*until, 1, n));
            let mut due = begun.chain(late).min();
            let mut tired = None;
            for lane in self.hub.waiting() {
                let asked = self.hub.with(lane, |wait| match wait {
                    Wait::Net { asked_ms, .. } => Some(*asked_ms),
                    _ => None,
                });
                if let Some(Some(asked)) = asked
                    && due.is_none_or(|(at, ..)| asked + TIMEOUT_MS < at)
                {
                    due = Some((asked + TIMEOUT_MS, 2, 0));
                    tired = Some(lane);
                }
            }
            let Some((at, what, nth)) = due.filter(|(at, ..)| *at <= to) else { break };
            self.hub.true_ms.set(at.max(self.now_ms()));
            match (what, tired) {
                (0, _) => self.commit(nth),
                (1, _) => self.arrive(nth),
                (_, Some(lane)) => {
                    if let Some(Wait::Net { answer, .. }) = self.hub.take(lane) {
                        *answer.borrow_mut() = Some(Err(NetError("no answer".into())));
                        self.lanes.wake(lane);
                    }
                }
                (_, None) => break,
            }
        }
        self.hub.true_ms.set(to.max(self.now_ms()));
    }

    // ── Rest ─────────────────────────────────────────────────────────────

    /// The storm is over: all that can go wrong is mended.
    pub fn heal(&mut self) {
        for client in 0..self.clients.len() {
            self.clients[client].up = true;
            if !self.clients[client].signed_in {
                self.session(client, true);
            }
            while self.rewritten.iter().any(|(c, ..)| *c == client) {
                self.upgrade(client, &Dice::new(0));
            }
            if self.clients[client].tabs.iter().all(Option::is_none) {
                self.open(TabId { client, tab: 0 });
            }
        }
        while !self.lingering.is_empty() || !self.begun.is_empty() {
            self.arrive(0);
            self.commit(0);
        }
    }

    /// Everything goes well for so long.
    ///
    /// # Errors
    /// Somebody works for ever.
    pub fn run_calmly(&mut self, ms: i64) -> Result<(), String> {
        let end = self.now_ms() + ms;
        for _ in 0..200_000 {
            self.elect();
            self.log_in();
            if !self.begun.is_empty() {
                self.commit(0);
            } else if let Some(first) = self.moves().first().copied() {
                match first {
                    Move::Ready(lane) => self.lanes.poll(lane),
                    Move::Rest(lane) => self.wake(lane),
                    Move::Store(lane, _) => self.store(lane, StoreFate::Good, true),
                    Move::Net(lane) => self.net(lane, NetFate::Good, self.now_ms().unsigned_abs(), true),
                }
            } else if self.now_ms() < end {
                self.pass(self.until_next_wake().clamp(1, end - self.now_ms()));
            } else {
                return Ok(());
            }
        }
        Err("never comes to rest".into())
    }

    /// One tab of each client leads.
    fn elect(&mut self) {
        for client in 0..self.clients.len() {
            let tabs: Vec<Rc<Tab>> = self.clients[client].tabs.iter().flatten().cloned().collect();
            if tabs.iter().any(|t| t.ledger().is_some_and(|l| l.is_leading())) {
                continue;
            }
            if let Some(tab) = tabs.iter().find(|t| t.ledger().is_some()) {
                self.apply(&Action::Lead { tab: tab.id });
            }
        }
    }

    /// Who is asked to log in does so, also where an old answer asks.
    fn log_in(&mut self) {
        for tab in self.open_tabs() {
            if let Some(syncer) = tab.syncer()
                && syncer.status().link == Link::SignedOut
            {
                self.session(tab.id.client, true);
            }
        }
    }

    /// Documents of the backend as they are.
    pub fn truth(&self) -> impl Iterator<Item = (&(Collection, String), Option<&Document>)> {
        self.audit.truth.iter().map(|(key, truth)| (key, truth.doc.as_deref()))
    }
}

fn again(status: u16, seconds: i64) -> Response {
    let mut response = response(status, &serde_json::json!({"title": "later"}));
    response.headers.push(("Retry-After".into(), seconds.to_string()));
    response
}

fn tell(request: &Request) -> String {
    let condition = request.headers.iter().find(|(name, _)| name.to_ascii_lowercase().starts_with("if-"));
    let condition = condition.map(|(name, value)| format!(" {name}: {value}")).unwrap_or_default();
    let body = request.body.as_ref().map(|body| format!(" [{}]", journal_in(body))).unwrap_or_default();
    format!("{} {}{condition}{body}", request.method, request.url)
}

/// The entries' ids in a body, which is all that matters in a trace.
fn journal_in(body: &str) -> String {
    let mut found: Vec<&str> = Vec::new();
    for piece in body.split("\"id\":\"e").skip(1) {
        found.extend(piece.split('"').next());
    }
    found.iter().map(|id| format!("e{id}")).collect::<Vec<_>>().join(" ")
}

fn tell_outcome(outcome: &Result<Response, NetError>) -> String {
    match outcome {
        Ok(response) => format!("{} [{}]", response.status, journal_in(&response.body)),
        Err(error) => error.to_string(),
    }
}
