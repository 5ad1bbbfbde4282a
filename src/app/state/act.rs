//! How views change something: intents, entries that are stuck, drafts. What is decided is the engine's business.

use std::sync::Arc;

use baton_engine::model::{Collection, Document, Entry, Intent};
use baton_engine::{Refusal, decide};
use baton_sync::Command;
use leptos::prelude::*;

use super::Desk;
use crate::app::time::server_now;

impl Desk {
    /// A new document's id (UUIDv7 at the desk's own time).
    pub fn new_id(&self) -> String {
        let millis = server_now().millis().max(0) as u64;
        let stamp = uuid::Timestamp::from_unix(uuid::NoContext, millis / 1000, (millis % 1000) as u32 * 1_000_000);
        uuid::Uuid::new_v7(stamp).to_string()
    }

    /// An intent of the logged-in person, now.
    pub fn command(&self, collection: Collection, id: &str, intent: Intent) -> Command {
        let entry = Entry { id: self.new_id(), at: server_now(), by: self.actor_untracked(), intent };
        Command { collection, id: id.to_owned(), entry }
    }

    /// Sends intents. They show at once and are stored durably right after; `Err` says why they do not hold.
    /// If storing fails later, [`Desk::setback`] says so and the view goes back.
    ///
    /// # Errors
    /// The first [`Refusal`]; nothing has changed then.
    pub fn act(&self, commands: Vec<Command>) -> Result<(), Refusal> {
        self.act_instead(commands, Vec::new())
    }

    /// The same in the place of refused or dead `entries`, which are dropped once the new ones are stored.
    ///
    /// # Errors
    /// The first [`Refusal`]; nothing has changed then.
    pub fn act_instead(&self, commands: Vec<Command>, entries: Vec<String>) -> Result<(), Refusal> {
        let next = self.decide_all(&commands)?;
        let changes = next.into_iter().map(|d| ((d.collection(), d.id().to_owned()), Some(Arc::new(d)))).collect();
        self.take(changes);
        self.with_live(|live| live.act(*self, commands, entries));
        Ok(())
    }

    /// One intent.
    ///
    /// # Errors
    /// The [`Refusal`]; nothing has changed then.
    pub fn act_one(&self, collection: Collection, id: &str, intent: Intent) -> Result<(), Refusal> {
        self.act(vec![self.command(collection, id, intent)])
    }

    /// What [`Desk::act`] would answer, without doing it: buttons ask this to be disabled with the reason.
    pub fn would(&self, collection: Collection, id: &str, intent: Intent) -> Option<Refusal> {
        self.decide_all(&[self.command(collection, id, intent)]).err()
    }

    /// Tries a refused or dead entry again.
    pub fn retry_item(&self, entry: &str) {
        self.with_live(|live| live.retry(entry));
    }

    /// Drops a refused or dead entry for good.
    pub fn discard_item(&self, entry: &str) {
        self.with_live(|live| live.discard(entry));
    }

    /// Asks the backend now, whatever the waiting time.
    pub fn retry_connection(&self) {
        self.with_live(|live| live.retry_now());
    }

    fn decide_all(&self, commands: &[Command]) -> Result<Vec<Document>, Refusal> {
        let policies = self.shelf.with_value(|s| s.policies.clone());
        let mut next: Vec<Document> = Vec::new();
        for c in commands {
            let known = next.iter().rposition(|d| d.collection() == c.collection && d.id() == c.id);
            let held = self.shelf.with_value(|s| s.get(c.collection, &c.id).cloned());
            let base = known.map(|at| &next[at]).or(held.as_deref());
            let document = decide(&policies, c.collection, &c.id, base, &c.entry)?;
            match known {
                Some(at) => next[at] = document,
                None => next.push(document),
            }
        }
        Ok(next)
    }

    /// What a person types, kept on this device until it is sent. Nothing remote touches it.
    pub fn put_draft(&self, key: &str, text: &str) {
        self.with_live(|live| live.put_draft(key, text));
    }
}
