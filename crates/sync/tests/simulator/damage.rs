//! What befalls a browser's store: transactions that fail, the browser that evicts, and other versions of the app that
//! write the outbox in their own form.

use crate::dice::Dice;
use crate::lanes::{LaneId, StoreFate, Strand, TabId, Wait};
use crate::world::World;

impl World {
    pub fn store(&mut self, lane: LaneId, fate: StoreFate, see: bool) {
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

    pub fn evict(&mut self, client: usize) {
        let disk = self.clients[client].disk.clone();
        let moving = |text: &String| text.contains("\"is\":\"queued\"") || text.contains("\"is\":\"settling\"");
        // A browser that was asked to persist, as the desk does, evicts nothing. One that was not may; then the desk
        // cannot keep what is unsent, and says so beforehand. Here nothing moving is ever evicted.
        let strands = [Strand::Act, Strand::OtherAct, Strand::Draft];
        let lanes = (0..self.clients[client].tabs.len())
            .flat_map(|tab| strands.map(|strand| LaneId { tab: TabId { client, tab }, strand }));
        let busy = lanes.into_iter().any(|lane| self.lanes.is_busy(lane));
        if disk.borrow().kept.outbox.values().any(moving) || busy || self.rewritten.iter().any(|(c, ..)| *c == client) {
            return;
        }
        self.totals.evictions += 1;
        let mut promises = self.promises.borrow_mut();
        promises.let_go.extend(disk.borrow().kept.outbox.keys().cloned());
        promises.drafts.retain(|(c, _), _| *c != client);
        disk.borrow_mut().evict();
    }

    /// A version that is newer than this one rewrites an item, or gives it back.
    pub fn upgrade(&mut self, client: usize, dice: &Dice) {
        let disk = self.clients[client].disk.clone();
        let mut disk = disk.borrow_mut();
        if let Some(place) = self.rewritten.iter().position(|(c, ..)| *c == client) {
            let (_, entry, text) = self.rewritten.remove(place);
            if let Some(stored) = disk.kept.outbox.get_mut(&entry).filter(|stored| stored.contains("\"v\":99")) {
                *stored = text;
                disk.kept.version += 1;
            }
            return;
        }
        let old = |text: &String| !text.contains("\"v\":99");
        let entries: Vec<String> = disk.kept.outbox.iter().filter(|(_, t)| old(t)).map(|(id, _)| id.clone()).collect();
        if entries.is_empty() {
            return;
        }
        let entry = dice.one(&entries).clone();
        let Some(stored) = disk.kept.outbox.get_mut(&entry) else { return };
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
        disk.kept.version += 1;
        self.rewritten.push((client, entry, own));
    }
}
