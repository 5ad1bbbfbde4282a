//! What becomes of this device's storage, for the person to know: whether it fills up, was thrown away by the browser, or
//! belongs to a newer version of the app; and what is done about it. Also what is shown first at the next start.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use baton_engine::time::Span;
use baton_sync::Ledger;
use baton_sync::store::Store;
use gloo_events::EventListener;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::browser::{self, set_setting, setting};
use super::live::Drafts;
use super::state::{Connection, Desk};
use crate::net::Runner;
use crate::store::{DeskStore, StoreWord};

/// From this share of its room on the person is told, percent.
const FULL_PERCENT: f64 = 80.0;
/// When room is needed, the text of work that was finished longer ago is dropped, days; step by step.
const KEPT_DAYS: [u16; 4] = [90, 30, 7, 1];
/// How often the room is looked at, milliseconds.
const LOOK_EVERY_MS: u32 = 300_000;
/// The same while there is too little and nothing can be done about it yet.
const SOON_MS: u32 = 5_000;
/// How often the front is written anew while work changes, milliseconds.
const FRONT_EVERY_MS: u32 = 10_000;
/// Rows of the list that are shown at once at the next start.
const FRONT_ROWS: usize = 300;

/// Local settings: the browser was asked to keep the storage; entries that were lost with an earlier copy, by person.
const ASKED_TO_KEEP: &str = "baton-asked-to-keep";
const LOST: &str = "baton-lost";

fn lost_of(desk: Desk) -> String {
    format!("{LOST}/{}", desk.session.with_untracked(|s| s.as_ref().map(|s| s.id.clone()).unwrap_or_default()))
}

/// What the person must know of this device's storage. Nothing, by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Device {
    /// Percent of its room that is used, when that is much.
    pub full: Option<u8>,
    /// Room was made: the text of work that was finished earlier than so many days ago is not kept here.
    pub kept_days: Option<u16>,
    /// The person is to be told of that.
    pub made_room: bool,
    /// The browser has thrown the device's copy away, and so many unsent entries with it.
    pub lost: Option<u64>,
    /// It did so while the desk ran, and everything was put back from memory.
    pub restored: bool,
    /// A newer version of the app has the storage: this tab must be reloaded.
    pub outdated: bool,
    /// This page may not use WebCrypto: what is kept about customers lies readable on the device.
    pub unsealed: bool,
}

/// Listens to what happens to the store. What was lost is told until the person has understood it.
pub fn listen(desk: Desk, store: &DeskStore) {
    if let Some(unsent) = store.lost() {
        set_setting(&lost_of(desk), Some(&unsent.to_string()));
    }
    let lost = setting(&lost_of(desk)).and_then(|n| n.parse().ok());
    desk.device.set(Device { lost, unsealed: !store.is_sealing(), ..Device::default() });
    store.on_word(move |word| heard(desk, word));
}

fn heard(desk: Desk, word: StoreWord) {
    desk.device.update(|device| match word {
        StoreWord::Outdated => device.outdated = true,
        StoreWord::Lost { unsent } => device.lost = Some(unsent),
    });
}

/// From now on, what the browser throws away under the running desk is put back from its memory: documents, waiting
/// entries and drafts. Only if that fails the person is told of a loss.
pub fn restore(desk: Desk, ledger: &Rc<Ledger<DeskStore>>, runner: &Rc<Runner>, drafts: &Rc<RefCell<Drafts>>) {
    let (ledger_there, runner, drafts) = (Rc::downgrade(ledger), Rc::downgrade(runner), Rc::downgrade(drafts));
    ledger.store().on_word(move |word| {
        let all = (ledger_there.upgrade(), runner.upgrade(), drafts.upgrade());
        let (StoreWord::Lost { .. }, (Some(ledger), Some(runner), Some(drafts))) = (word, all) else {
            return heard(desk, word);
        };
        // Not here: this runs inside of the store's own work.
        spawn_local(async move {
            ledger.store().begin_anew();
            let saved = ledger.save_all().await;
            let kept: Vec<_> = drafts.borrow().iter().map(|(key, text)| (key.clone(), text.clone())).collect();
            for (key, text) in kept {
                // The next keystroke tries again.
                let _ = ledger.store().put_draft(&key, &text).await;
            }
            match saved {
                Ok(()) => desk.device.update(|device| device.restored = true),
                Err(_) => heard(desk, word),
            }
            runner.lead_again().await;
        });
    });
}

/// The person knows of the loss.
pub fn understood(desk: Desk) {
    set_setting(&lost_of(desk), None);
    desk.device.update(|device| {
        device.lost = None;
        device.restored = false;
    });
}

/// The person knows that finished work was dropped for room.
pub fn room_understood(desk: Desk) {
    desk.device.update(|device| device.made_room = false);
}

/// There was no room for an act.
pub fn no_room(desk: Desk, ledger: &Rc<Ledger<DeskStore>>) {
    desk.device.update(|device| device.full = Some(100));
    if may_make_room(desk, ledger) {
        spawn_local(make_room(desk, ledger.clone()));
    }
}

/// Only while the backend answers: what it cannot give back now stays, and its time is known. The leading tab does it.
fn may_make_room(desk: Desk, ledger: &Ledger<DeskStore>) -> bool {
    ledger.is_leading() && ledger.is_whole() && desk.connection.get_untracked() == Connection::Online
}

/// Drops the text of finished work, oldest first: each time what is older than the next step. The backend has it, and what
/// somebody looks at is fetched again.
async fn make_room(desk: Desk, ledger: Rc<Ledger<DeskStore>>) {
    let kept = desk.device.with_untracked(|device| device.kept_days).unwrap_or(u16::MAX);
    for days in KEPT_DAYS.into_iter().filter(|days| *days < kept) {
        let before = desk.now.get_untracked().plus(Span::from_minutes(-24 * 60 * i64::from(days)));
        match ledger.prune(before).await {
            Ok(0) => {}
            Ok(_) => {
                desk.device.update(|device| {
                    device.kept_days = Some(days);
                    device.made_room = true;
                });
                return;
            }
            // The next look tries again.
            Err(_) => return,
        }
    }
}

/// Asks the browser once to keep the storage, then looks at the room now and then and keeps the front fresh, as long as
/// the ledger lives. The listeners belong to whoever holds them.
pub fn tend(desk: Desk, ledger: &Rc<Ledger<DeskStore>>) -> Vec<EventListener> {
    if ledger.store().is_durable() {
        spawn_local(look_at_room(desk, Rc::downgrade(ledger)));
        spawn_local(keep_front(desk, Rc::downgrade(ledger)));
    }
    let document = web_sys::window().and_then(|window| window.document());
    let weak = Rc::downgrade(ledger);
    // The last moment that a tab can be sure to have.
    let hidden = document.map(|document| {
        EventListener::new(&document.clone(), "visibilitychange", move |_| {
            if document.visibility_state() == web_sys::VisibilityState::Hidden {
                spawn_local(put_front(desk, weak.clone()));
            }
        })
    });
    hidden.into_iter().collect()
}

async fn look_at_room(desk: Desk, ledger: Weak<Ledger<DeskStore>>) {
    if setting(ASKED_TO_KEEP).is_none() {
        set_setting(ASKED_TO_KEEP, Some("1"));
        browser::persist().await;
    }
    while ledger.strong_count() > 0 {
        let mut wait = LOOK_EVERY_MS;
        if let Some((used, most)) = browser::stored().await {
            let percent = used / most.max(1.0) * 100.0;
            let full = (percent >= FULL_PERCENT).then_some(percent.min(100.0) as u8);
            if desk.device.with_untracked(|device| device.full != full) {
                desk.device.update(|device| device.full = full);
            }
            if let (Some(_), Some(ledger)) = (full, ledger.upgrade()) {
                if may_make_room(desk, &ledger) {
                    make_room(desk, ledger).await;
                } else {
                    wait = SOON_MS;
                }
            }
        }
        TimeoutFuture::new(wait).await;
    }
}

/// The leader writes it, when something has changed.
async fn keep_front(desk: Desk, ledger: Weak<Ledger<DeskStore>>) {
    let mut written = Vec::new();
    loop {
        TimeoutFuture::new(FRONT_EVERY_MS).await;
        let Some(leads) = ledger.upgrade().map(|ledger| ledger.is_leading()) else { return };
        let urgent = desk.urgent(FRONT_ROWS);
        if leads && urgent != written {
            put_front(desk, ledger.clone()).await;
            written = urgent;
        }
    }
}

/// A copy for speed: a failure costs nothing but the time of the next start.
async fn put_front(desk: Desk, ledger: Weak<Ledger<DeskStore>>) {
    let Some(ledger) = ledger.upgrade().filter(|ledger| ledger.is_whole()) else { return };
    let keys = desk.urgent(FRONT_ROWS);
    if !keys.is_empty() {
        let _ = ledger.put_front(&keys).await;
    }
}
