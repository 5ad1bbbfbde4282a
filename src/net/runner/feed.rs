//! What the backend says by itself: the live feed or the long polls of the leading tab, beside the loop.

use std::rc::Rc;

use baton_engine::model::Collection;
use baton_sync::Link;
use baton_sync::connector::Live;
use baton_sync::net::{Clock, Rng};
use gloo_timers::future::TimeoutFuture;
use wasm_bindgen_futures::spawn_local;

use super::{Runner, with};
use crate::net::{BrowserClock, BrowserRng, Feed, FeedWord};

/// A feed that closed for good is opened again after this time, milliseconds, with as much jitter.
const FEED_AGAIN_MS: u64 = 3_000;
/// A long poll that is answered sooner is not asked for again before this time, milliseconds.
const POLL_AGAIN_MS: i64 = 1_000;

impl Runner {
    /// Opens the feed (or the long polls) when it is this tab's turn, closes it when it is not.
    pub(super) fn tend_feed(self: &Rc<Self>, now: i64) {
        let wanted = self.ledger.is_leading() && self.syncer.status().link != Link::SignedOut;
        if !wanted {
            self.feed.borrow_mut().take();
            return;
        }
        if now < self.feed_at_ms.get() {
            return;
        }
        let connector = self.syncer.connector();
        match connector.live() {
            Live::Events { url, event } if self.feed.borrow().is_none() => {
                let weak = Rc::downgrade(self);
                let feed = Feed::open(&url, &event, move |word| with(&weak, |runner| runner.feed_said(word)));
                *self.feed.borrow_mut() = feed;
                self.feed_later(now);
            }
            Live::LongPoll => {
                while let Some(first) = self.turns.open(connector.collections()) {
                    spawn_local(self.clone().wait_for(first));
                }
            }
            // Polling is the syncer's own business.
            Live::Events { .. } | Live::Poll { .. } => {}
        }
    }

    /// One long poll after the other, until one fails or there is nothing to wait for.
    async fn wait_for(self: Rc<Self>, first: Collection) {
        let mut collection = first;
        loop {
            let begun = BrowserClock.steady_ms();
            let heard = self.syncer.listen(collection).await;
            if !heard || self.stopped.get() {
                break;
            }
            self.bell.ring();
            // A server that answers at once, or has much to say, must not be asked without end.
            let soon = begun + POLL_AGAIN_MS - BrowserClock.steady_ms();
            if let Ok(pause @ 1..) = u32::try_from(soon) {
                TimeoutFuture::new(pause).await;
            }
            collection = self.turns.next(collection);
        }
        self.turns.close(collection);
        self.feed_later(BrowserClock.steady_ms());
    }

    /// Whether the feed, or a long poll, is wanted and not open.
    pub(super) fn lacks_feed(&self) -> bool {
        self.ledger.is_leading()
            && self.syncer.status().link != Link::SignedOut
            && match self.syncer.connector().live() {
                Live::Events { .. } => self.feed.borrow().is_none(),
                Live::LongPoll => self.turns.has_room(),
                Live::Poll { .. } => false,
            }
    }

    fn feed_said(self: Rc<Self>, word: FeedWord) {
        match word {
            FeedWord::Open => self.syncer.pull_soon(),
            FeedWord::Change(data) => {
                self.events.borrow_mut().push(data);
                // Beside the loop: a slow request must not hold up what others did.
                if !self.taking_in.replace(true) {
                    spawn_local(self.clone().take_in());
                }
                return;
            }
            FeedWord::Closed => {
                self.feed_later(BrowserClock.steady_ms());
                // Not dropped here: this runs inside one of its listeners.
                let weak = Rc::downgrade(&self);
                spawn_local(async move { with(&weak, |runner| drop(runner.feed.borrow_mut().take())) });
            }
        }
        self.bell.ring();
    }

    async fn take_in(self: Rc<Self>) {
        loop {
            let events = std::mem::take(&mut *self.events.borrow_mut());
            if events.is_empty() {
                break;
            }
            self.syncer.on_changes(&events).await;
        }
        self.taking_in.set(false);
    }

    fn feed_later(&self, now: i64) {
        let jitter = BrowserRng.up_to(FEED_AGAIN_MS);
        self.feed_at_ms.set(now + i64::try_from(FEED_AGAIN_MS + jitter).unwrap_or(0));
    }
}
