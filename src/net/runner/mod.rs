//! The loop that drives sync in a tab: it steps, waits, and listens to the other tabs, to the browser and (in `feed`) to
//! the backend.

mod feed;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use baton_sync::auth::Style;
use baton_sync::net::{Clock, Rng};
use baton_sync::{DocKey, Ledger, Link, Status, Step, Syncer};
use gloo_events::EventListener;
use wasm_bindgen_futures::spawn_local;

use super::bell::Bell;
use super::turns::Turns;
use super::{BrowserClock, BrowserRng, DeskNet, Feed, FetchNet, session};
use crate::store::{DeskStore, Tabs, Word};

/// The syncer of a tab.
pub type DeskSyncer = Syncer<DeskStore, DeskNet, BrowserClock, BrowserRng>;

/// How often a tab looks by itself whether another tab has changed the store, milliseconds.
const LOOK_EVERY_MS: i64 = 15_000;
/// So far the two clocks of the device may drift apart in one round without meaning that it slept, milliseconds.
const SLEPT_MS: i64 = 5_000;

/// Runs until stopped or dropped.
pub struct Runner {
    ledger: Rc<Ledger<DeskStore>>,
    syncer: DeskSyncer,
    on_status: Box<dyn Fn(Status)>,
    tabs: RefCell<Option<Tabs>>,
    feed: RefCell<Option<Feed>>,
    turns: Turns,
    /// When the feed may be opened and when the store is looked at next, by the steady clock.
    feed_at_ms: Cell<i64>,
    look_at_ms: Cell<i64>,
    /// How far the clock on the wall is ahead of the steady one.
    ahead_ms: Cell<i64>,
    /// This tab holds the lock, so it should lead.
    elected: Cell<bool>,
    /// The line of the leading tab, while this one does not lead.
    line: Cell<Link>,
    /// Feed events that wait to be taken in together, and whether somebody is at it.
    events: RefCell<Vec<String>>,
    taking_in: Cell<bool>,
    bell: Bell,
    stopped: Cell<bool>,
    listeners: RefCell<Vec<EventListener>>,
}

impl Runner {
    /// Starts the loop for one person's ledger. `database` is its name, which the person's tabs share. `on_status` is
    /// called after every step. The runner takes the ledger's commit listener (and so wakes after every act); the change
    /// listener is the view layer's.
    pub fn start(
        ledger: Rc<Ledger<DeskStore>>,
        syncer: DeskSyncer,
        database: &str,
        on_status: impl Fn(Status) + 'static,
    ) -> Rc<Runner> {
        let runner = Rc::new(Runner {
            ledger,
            syncer,
            on_status: Box::new(on_status),
            tabs: RefCell::default(),
            feed: RefCell::default(),
            turns: Turns::default(),
            feed_at_ms: Cell::new(0),
            look_at_ms: Cell::new(0),
            ahead_ms: Cell::new(i64::MAX),
            elected: Cell::new(false),
            line: Cell::new(Link::Unknown),
            events: RefCell::default(),
            taking_in: Cell::new(false),
            bell: Bell::default(),
            stopped: Cell::new(false),
            listeners: RefCell::default(),
        });
        runner.join_tabs(database);
        runner.listen();
        let weak = Rc::downgrade(&runner);
        spawn_local(run(weak));
        runner
    }

    pub fn syncer(&self) -> &DeskSyncer {
        &self.syncer
    }

    /// There may be something to do. Acts, retries and discards wake the loop by themselves.
    pub fn wake(&self) {
        self.bell.ring();
    }

    /// The person wants it now: all waiting times are forgotten.
    pub fn retry_now(&self) {
        self.syncer.kick();
        self.syncer.pull_soon();
        self.bell.ring();
    }

    /// Somebody wants to see a document whose text was dropped for room.
    pub fn bring_back(&self, key: DocKey) {
        if self.ledger.is_leading() {
            self.syncer.bring_back(key);
            self.bell.ring();
        } else if let Some(tabs) = self.tabs.borrow().as_ref() {
            tabs.want(key);
        }
    }

    /// Logged in again as `person`.
    ///
    /// # Errors
    /// It is somebody else, who needs a ledger of his own.
    pub fn resume(&self, person: &str) -> Result<(), baton_sync::OtherPerson> {
        self.syncer.resume(person)?;
        self.feed_at_ms.set(0);
        self.bell.ring();
        Ok(())
    }

    /// Ends the loop, the feed and this tab's lead.
    pub fn stop(&self) {
        self.stopped.set(true);
        self.feed.borrow_mut().take();
        self.tabs.borrow_mut().take();
        self.listeners.borrow_mut().clear();
        self.bell.ring();
    }

    fn join_tabs(self: &Rc<Self>, database: &str) {
        let (lead, word) = (Rc::downgrade(self), Rc::downgrade(self));
        let tabs = Tabs::join(
            database,
            move |leads| with(&lead, |runner| spawn_local(async move { runner.elect(leads).await })),
            move |said| with(&word, |runner| spawn_local(async move { runner.heard(said).await })),
        );
        *self.tabs.borrow_mut() = Some(tabs);
        let weak = Rc::downgrade(self);
        self.ledger.on_commit(move |notice| {
            with(&weak, |runner| {
                if let Some(tabs) = runner.tabs.borrow().as_ref() {
                    tabs.tell(notice);
                }
                runner.bell.ring();
            });
        });
    }

    /// The browser's own hints: never believed, only taken as a reason to try.
    fn listen(self: &Rc<Self>) {
        let Some(window) = web_sys::window() else { return };
        let weak = Rc::downgrade(self);
        let online = EventListener::new(&window, "online", move |_| {
            with(&weak, |runner| {
                runner.feed_at_ms.set(0);
                runner.retry_now();
            });
        });
        let weak = Rc::downgrade(self);
        let shown = EventListener::new(&window, "focus", move |_| {
            with(&weak, |runner| {
                runner.look_at_ms.set(0);
                runner.syncer.kick();
                runner.bell.ring();
                spawn_local(runner.check_person());
            });
        });
        let weak = Rc::downgrade(self);
        let thawed = move |_: &web_sys::Event| {
            with(&weak, |runner| {
                runner.look_at_ms.set(0);
                runner.bell.ring();
            });
        };
        let document = window.document();
        // A tab that was frozen looks around before it does anything else.
        let resumed = document.as_ref().map(|document| EventListener::new(document, "resume", thawed.clone()));
        let visible = document.as_ref().map(|document| EventListener::new(document, "visibilitychange", thawed));
        *self.listeners.borrow_mut() = [online, shown].into_iter().chain(resumed).chain(visible).collect();
    }

    /// Another tab may have logged somebody else in, whose cookie our requests would carry now. Where a log-in is not a
    /// cookie it is this tab's own.
    async fn check_person(self: Rc<Self>) {
        if self.syncer.connector().auth_style() == Style::Session
            && let Ok(account) = session::current(&FetchNet).await
            && account["id"] != self.syncer.person()
        {
            self.syncer.signed_out();
            self.bell.ring();
        }
    }

    /// The lock has come to this tab, or was taken from it while it was frozen.
    async fn elect(self: Rc<Self>, leads: bool) {
        self.elected.set(leads);
        if leads {
            self.lead().await;
        } else {
            self.ledger.lose_lead();
            self.look_at_ms.set(0);
            self.bell.ring();
        }
    }

    /// The store was begun anew: whoever led has to say so again.
    pub async fn lead_again(self: Rc<Self>) {
        if self.elected.get() {
            self.clone().lead().await;
        }
        self.bell.ring();
    }

    async fn lead(self: Rc<Self>) {
        let token = format!("{:016x}", BrowserRng.next_u64());
        // A store that fails now is asked again at the next look.
        if self.ledger.take_lead(token).await.is_ok() {
            self.bell.ring();
        }
    }

    async fn heard(self: Rc<Self>, word: Word) {
        let loaded = match word {
            Word::Changed(notice) => self.ledger.heard(&notice).await,
            Word::Look => self.ledger.refresh().await,
            Word::Line(line) => {
                self.line.set(line);
                (self.on_status)(self.status());
                return;
            }
            Word::Wanted(keys) => {
                keys.into_iter().for_each(|key| self.syncer.bring_back(key));
                Ok(())
            }
        };
        if loaded.is_err() {
            self.look_at_ms.set(0);
        }
        self.bell.ring();
    }

    /// A device that slept (or whose clock was set) has missed something: everything is due.
    fn mind_sleep(&self, now: i64) {
        let ahead = BrowserClock.now_ms() - now;
        if ahead > self.ahead_ms.replace(ahead).saturating_add(SLEPT_MS) {
            self.look_at_ms.set(0);
            self.feed_at_ms.set(0);
            self.syncer.kick();
            self.syncer.pull_soon();
        }
    }

    /// How the line is: only the leader knows, the others have it from there.
    fn status(&self) -> Status {
        let status = self.syncer.status();
        if self.ledger.is_leading() { status } else { Status { link: self.line.get(), ..status } }
    }

    /// One round; gives the time to wait until the next, in milliseconds.
    async fn round(self: &Rc<Self>) -> u32 {
        let now = BrowserClock.steady_ms();
        self.mind_sleep(now);
        self.tend_feed(now);
        if now >= self.look_at_ms.get() {
            self.look_at_ms.set(now + LOOK_EVERY_MS);
            // If the store cannot be read, the next look or the next act says so.
            let _ = self.ledger.refresh().await;
            if self.elected.get() && !self.ledger.is_leading() {
                self.clone().lead().await;
            }
            if let Some(tabs) = self.tabs.borrow().as_ref() {
                tabs.look_for_leader();
            }
        }
        let step = self.syncer.step().await;
        let status = self.status();
        if let Some(tabs) = self.tabs.borrow().as_ref() {
            tabs.line(status.link);
        }
        (self.on_status)(status);
        if step == Step::Worked {
            return 0;
        }
        let now = BrowserClock.steady_ms();
        let mut wake = self.look_at_ms.get();
        if let Some(rest_ms) = self.syncer.rest_ms() {
            wake = wake.min(now.saturating_add(rest_ms));
        }
        if self.lacks_feed() {
            wake = wake.min(self.feed_at_ms.get().max(now + 500));
        }
        u32::try_from((wake - now).max(1)).unwrap_or(1000)
    }
}

async fn run(runner: Weak<Runner>) {
    loop {
        // Not held while waiting, so that a dropped runner ends.
        let Some(strong) = runner.upgrade().filter(|r| !r.stopped.get()) else { return };
        let wait = strong.round().await;
        let bell = strong.bell.clone();
        drop(strong);
        if wait > 0 {
            bell.rung_within(wait).await;
        }
    }
}

fn with(runner: &Weak<Runner>, work: impl FnOnce(Rc<Runner>)) {
    if let Some(runner) = runner.upgrade().filter(|r| !r.stopped.get()) {
        work(runner);
    }
}
