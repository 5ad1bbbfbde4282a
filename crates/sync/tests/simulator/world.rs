//! Everything at once: the backend, the people at their desks, the network between them and the time. It carries out
//! one action after another, and nothing happens that no action says.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use baton_engine::model::{Collection, Document};
use baton_sync::Connector;
use baton_sync::net::Request;

use crate::audit::Audit;
use crate::backend::{Backend, Visit};
use crate::desk::{Client, Promises, Tab, dice_of};
use crate::dice::Dice;
use crate::disk::Disk;
use crate::lanes::{Hub, LaneId, Lanes, Strand, TabId, Wait};
use crate::people;
use crate::schedule::{Action, Move};
use crate::totals::Totals;
use crate::weather::Weather;
use crate::wire::{Begun, LATEST_MS};

/// 2026-11-23 10:00 in Shanghai.
const START_MS: i64 = 1_795_399_200_000;
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
    pub backend: Box<dyn Backend>,
    connector: Connector,
    pub writes: Vec<Begun>,
    /// Requests that will arrive late: until when at the latest.
    pub late: VecDeque<(i64, Request)>,
    /// Items of an outbox that another version has rewritten: (client, entry, its own form).
    pub rewritten: Vec<(usize, String, String)>,
    lives: u64,
    messages: Rc<Cell<u64>>,
    stage: people::Stage,
    /// Requests arrive while their sender waits, or never.
    pub prompt: bool,
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
            slept_ms: Rc::default(),
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
            writes: Vec::new(),
            late: VecDeque::new(),
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
        self.writes.len()
    }

    pub fn lingering(&self) -> usize {
        self.late.len()
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
            Action::Prune { tab } => {
                let lane = LaneId { tab: *tab, strand: Strand::Tidy };
                let tab = self.idle(lane);
                self.begin(lane, tab.map(Tab::prune));
            }
            Action::BringBack { tab } => {
                if let Some(tab) = self.tab(*tab) {
                    tab.bring_back();
                }
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
            Action::Sleep { client, ms } => {
                let slept = &self.clients[*client].slept_ms;
                slept.set(slept.get() + ms);
                self.pass(*ms);
            }
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

    pub fn crash(&mut self, id: TabId, arrives: bool) {
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
                self.late.push_back((self.now_ms() + LATEST_MS, request));
            }
        }
        for begun in &mut self.writes {
            if begun.answer.as_ref().is_some_and(|(lane, _)| lane.tab == id) {
                begun.answer = None;
            }
        }
        self.lanes.drop_tab(id);
        self.clients[id.client].tabs[id.tab] = None;
    }

    pub fn wake(&mut self, lane: LaneId) {
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

    pub fn session(&mut self, client: usize, good: bool) {
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

    /// Documents of the backend as they are.
    pub fn truth(&self) -> impl Iterator<Item = (&(Collection, String), Option<&Document>)> {
        self.audit.truth.iter().map(|(key, truth)| (key, truth.doc.as_deref()))
    }
}
