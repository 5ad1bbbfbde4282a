//! A person's browser: a disk, a clock, a session, and tabs with the real ledger and syncer in them. What a tab does
//! is written here as strands; when they get on is the scheduler's affair.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use baton_engine::model::{Actor, Collection, Entry};
use baton_engine::time::Timestamp;
use baton_sync::net::{Clock, Rng};
use baton_sync::{ActError, Command, Connector, ItemError, Ledger, Notice, Step, Syncer};

use crate::audit::{Key, told};
use crate::device::{TabClock, TabNet};
use crate::dice::Dice;
use crate::disk::{Disk, TabStore};
use crate::lanes::{Hub, TabId, Wait};
use crate::people;

pub type TabSyncer = Syncer<TabStore, TabNet, TabClock, Dice>;

/// How often a tab looks by itself whether another one has changed the store.
const LOOK_EVERY_MS: i64 = 15_000;
/// Steps without any operation after which a tab is held to be spinning.
const SPINS: u32 = 200;

/// An act that a person was told is safe.
pub struct Acknowledged {
    pub client: usize,
    pub key: Key,
    pub what: String,
    /// Only one person may have this work.
    pub exclusive: bool,
}

/// What was promised to people in this run.
#[derive(Default)]
pub struct Promises {
    pub acknowledged: BTreeMap<String, Acknowledged>,
    /// Entries that a person discarded, or lost to an eviction after having been told that they are stuck.
    pub let_go: BTreeSet<String>,
    /// How many tabs are at letting an entry go.
    pub letting: BTreeMap<String, u32>,
    /// Client and key → texts that the draft may have.
    pub drafts: BTreeMap<(usize, String), Vec<Option<String>>>,
    pub refused_at_once: u64,
    /// Documents dropped for room.
    pub pruned: u64,
    /// Names entries and numbers tokens.
    pub counter: u64,
    /// Lines of the trace, if one is wanted.
    pub trace: Option<Vec<String>>,
}

impl Promises {
    pub fn number(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    pub fn note(&mut self, line: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.trace {
            trace.push(line());
        }
    }
}

pub struct Client {
    pub actor: Actor,
    pub disk: Rc<RefCell<Disk>>,
    pub skew_ms: Rc<Cell<i64>>,
    pub slept_ms: Rc<Cell<i64>>,
    pub signed_in: bool,
    pub up: bool,
    pub tabs: Vec<Option<Rc<Tab>>>,
    /// Hints between the tabs: (from, to, what).
    pub air: Rc<RefCell<VecDeque<(TabId, Notice)>>>,
}

/// One tab from its opening to its end.
pub struct Tab {
    pub id: TabId,
    pub actor: Actor,
    pub store: TabStore,
    pub clock: TabClock,
    pub dice: Dice,
    pub ledger: RefCell<Option<Rc<Ledger<TabStore>>>>,
    pub syncer: RefCell<Option<Rc<TabSyncer>>>,
    /// Ends a rest early.
    pub bell: Cell<bool>,
    /// How far the live feed has been read.
    pub fed: Cell<usize>,
    pub promises: Rc<RefCell<Promises>>,
}

impl Tab {
    pub fn open(id: TabId, client: &Client, hub: &Rc<Hub>, promises: &Rc<RefCell<Promises>>, dice: Dice) -> Rc<Tab> {
        let epoch = Rc::new(RefCell::new(client.disk.borrow().epoch));
        Rc::new(Tab {
            id,
            actor: client.actor.clone(),
            store: TabStore { hub: hub.clone(), disk: client.disk.clone(), epoch },
            clock: TabClock { hub: hub.clone(), skew_ms: client.skew_ms.clone(), slept_ms: client.slept_ms.clone() },
            dice,
            ledger: RefCell::default(),
            syncer: RefCell::default(),
            bell: Cell::new(false),
            fed: Cell::new(usize::MAX),
            promises: promises.clone(),
        })
    }

    pub fn ledger(&self) -> Option<Rc<Ledger<TabStore>>> {
        self.ledger.borrow().clone()
    }

    pub fn syncer(&self) -> Option<Rc<TabSyncer>> {
        self.syncer.borrow().clone()
    }

    /// Timers do not mind what the device's clock says.
    async fn rest(&self, ms: i64) {
        let wake_ms = self.store.hub.true_ms.get().saturating_add(ms.max(0));
        self.store.hub.wait(|over| Wait::Rest { wake_ms, over }).await;
    }

    /// Opens the ledger, then steps the syncer for ever, as the app's runner does.
    pub async fn sync(self: Rc<Self>, connector: Connector, air: Rc<RefCell<VecDeque<(TabId, Notice)>>>) {
        let ledger = loop {
            match Ledger::open(self.store.clone(), people::policies()).await {
                Ok(ledger) => break Rc::new(ledger),
                Err(_) => self.rest(1_000).await,
            }
        };
        let (from, weak) = (self.id, Rc::downgrade(&self));
        ledger.on_commit(move |notice| {
            air.borrow_mut().push_back((from, notice.clone()));
            if let Some(tab) = weak.upgrade() {
                tab.bell.set(true);
            }
        });
        let net = TabNet { hub: self.store.hub.clone() };
        let person = self.actor.id.clone();
        let syncer = Syncer::new(ledger.clone(), connector, net, self.clock.clone(), self.dice.clone(), person);
        let syncer = Rc::new(syncer);
        *self.ledger.borrow_mut() = Some(ledger.clone());
        *self.syncer.borrow_mut() = Some(syncer.clone());
        let true_ms = || self.store.hub.true_ms.get();
        let (mut look_at, mut idle, mut spins) = (true_ms() + LOOK_EVERY_MS, 0, 0);
        loop {
            if true_ms() >= look_at {
                look_at = true_ms() + LOOK_EVERY_MS;
                // If the store cannot be read, the next look or the next act says so.
                let _ = ledger.refresh().await;
            }
            let begun = self.store.hub.begun.get();
            let step = syncer.step().await;
            if step == Step::Worked {
                idle = if self.store.hub.begun.get() == begun { idle + 1 } else { 0 };
                assert!(idle < SPINS, "the syncer works and does nothing");
                spins = 0;
                continue;
            }
            if self.dice.chance(5) && ledger.is_whole() {
                let docs = ledger
                    .replica()
                    .documents(Collection::Cases)
                    .map(|doc| (Collection::Cases, doc.id().to_owned()))
                    .collect::<Vec<_>>();
                let _ = ledger.put_front(&docs[docs.len() / 2..]).await;
            }
            let wait = syncer.rest_ms().unwrap_or(i64::MAX);
            spins = if wait <= 0 { spins + 1 } else { 0 };
            assert!(spins < SPINS, "the syncer wants to be called again at once, and does nothing: {step:?}");
            self.rest(wait.min(look_at - true_ms())).await;
        }
    }

    /// The time that the person's entries carry: the device's, corrected by the server's.
    fn now(&self) -> Timestamp {
        let offset = self.syncer().map_or(0, |syncer| syncer.server_offset_ms());
        Timestamp::from_millis(self.clock.now_ms() + offset)
    }

    /// One act of the person: one thing, or two at once.
    pub async fn act(self: Rc<Self>, dice: Dice, stage: people::Stage, messages: Rc<Cell<u64>>) {
        let Some(ledger) = self.ledger() else { return };
        let mut commands: Vec<Command> = Vec::new();
        for _ in 0..if dice.chance(15) { 2 } else { 1 } {
            let now = self.now();
            let (collection, id, intent) = people::wish(&dice, &ledger.replica(), &self.actor, now, stage, &messages);
            let number = self.promises.borrow_mut().number();
            let entry = Entry { id: format!("e{number:05}"), at: now, by: self.actor.clone(), intent };
            commands.push(Command { collection, id, entry });
        }
        // Who is told that the outcome is unknown tries the same again.
        for _ in 0..=dice.below(3) {
            match ledger.act(commands.clone()).await {
                Ok(()) => {
                    let mut promises = self.promises.borrow_mut();
                    for Command { collection, id, entry } in commands {
                        let what = told(&entry);
                        promises
                            .note(|| format!("    acknowledged to {}: {what} on {}/{id}", self.id, collection.name()));
                        let (client, key, exclusive) = (self.id.client, (collection, id), entry.intent.is_exclusive());
                        promises.acknowledged.insert(entry.id, Acknowledged { client, key, what, exclusive });
                    }
                    break;
                }
                Err(ActError::Store(_)) => {}
                Err(ActError::Refused { .. } | ActError::Unreadable(_)) => {
                    self.promises.borrow_mut().refused_at_once += 1;
                    break;
                }
            }
        }
        self.bell.set(true);
    }

    /// Tries something that is stuck again, or lets it go.
    pub async fn tidy(self: Rc<Self>, dice: Dice) {
        let Some(ledger) = self.ledger() else { return };
        let stuck: Vec<String> =
            ledger.replica().outbox().filter(|i| i.state.is_stuck()).map(|i| i.id().to_owned()).collect();
        if stuck.is_empty() {
            return;
        }
        let entry = dice.one(&stuck);
        if dice.chance(50) {
            let _ = ledger.retry(entry).await;
        } else {
            self.promises.borrow_mut().let_go.insert(entry.clone());
            *self.promises.borrow_mut().letting.entry(entry.clone()).or_default() += 1;
            self.promises.borrow_mut().note(|| format!("    {} lets {entry} go", self.id));
            let kept = ledger.discard(entry).await == Err(ItemError::NotStuck);
            let mut promises = self.promises.borrow_mut();
            let others = promises.letting.get_mut(entry).map_or(0, |tabs| {
                *tabs -= 1;
                *tabs
            });
            if kept && others == 0 && self.store.disk.borrow().kept.outbox.contains_key(entry) {
                promises.let_go.remove(entry);
            }
        }
        self.bell.set(true);
    }

    /// Drops finished work for room.
    pub async fn prune(self: Rc<Self>) {
        let Some(ledger) = self.ledger() else { return };
        let dropped = ledger.prune(Timestamp::from_millis(i64::MAX)).await;
        let mut promises = self.promises.borrow_mut();
        promises.note(|| format!("    {} drops {dropped:?} documents", self.id));
        promises.pruned += dropped.unwrap_or(0) as u64;
        self.bell.set(true);
    }

    /// Wants to see what was dropped.
    pub fn bring_back(&self) {
        let (Some(ledger), Some(syncer)) = (self.ledger(), self.syncer()) else { return };
        for (name, id) in self.store.disk.borrow().kept.docs.keys() {
            if let Some(collection) = Collection::from_name(name)
                && ledger.replica().is_pruned(collection, id)
            {
                syncer.bring_back((collection, id.clone()));
            }
        }
        self.bell.set(true);
    }

    pub async fn lead(self: Rc<Self>) {
        let Some(ledger) = self.ledger() else { return };
        let number = self.promises.borrow_mut().number();
        let _ = ledger.take_lead(format!("{}-{number}", self.id)).await;
        self.bell.set(true);
    }

    /// Another tab's word, or (None) a look at everything.
    pub async fn hear(self: Rc<Self>, notice: Option<Notice>) {
        let Some(ledger) = self.ledger() else { return };
        let _ = match notice {
            Some(notice) => ledger.heard(&notice).await,
            None => ledger.refresh().await,
        };
        self.bell.set(true);
    }

    pub async fn feed(self: Rc<Self>, events: Vec<String>) {
        let Some(syncer) = self.syncer() else { return };
        syncer.on_changes(&events).await;
        self.bell.set(true);
    }

    pub async fn draft(self: Rc<Self>, dice: Dice) {
        use baton_sync::store::Store;
        let Some(ledger) = self.ledger() else { return };
        let key = format!("answer-{}-{}", self.id.tab, dice.below(2));
        let text = dice.chance(70).then(|| format!("half a sen{}", dice.below(1000)));
        let place = (self.id.client, key.clone());
        self.promises.borrow_mut().drafts.entry(place.clone()).or_insert_with(|| vec![None]).push(text.clone());
        let kept = match &text {
            Some(text) => ledger.store().put_draft(&key, text).await,
            None => ledger.store().remove_draft(&key).await,
        };
        if kept.is_ok() {
            self.promises.borrow_mut().drafts.insert(place, vec![text]);
        }
    }
}

/// Dice of one tab's life, so that what others do does not change its jitter.
pub fn dice_of(seed: u64, id: TabId, life: u64) -> Dice {
    let dice = Dice::of(&[seed, id.client as u64, id.tab as u64, life]);
    let _ = dice.next_u64();
    dice
}
