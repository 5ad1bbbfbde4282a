//! After the storm: all that can go wrong is mended, and everybody gets on until nothing is left to do.

use std::rc::Rc;

use baton_sync::Link;

use crate::desk::Tab;
use crate::dice::Dice;
use crate::lanes::{StoreFate, TabId};
use crate::schedule::{Action, Move};
use crate::weather::NetFate;
use crate::world::World;

impl World {
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
        while !self.late.is_empty() || !self.writes.is_empty() {
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
            if !self.writes.is_empty() {
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

    /// The tabs that lead.
    pub fn leaders(&self) -> Vec<TabId> {
        let leads = |tab: &Rc<Tab>| tab.ledger().is_some_and(|ledger| ledger.is_leading());
        self.open_tabs().into_iter().filter(leads).map(|tab| tab.id).collect()
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
}
