//! The documents as the views see them, with the indexes and the work list made of them. Plain data: no signals.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use baton_engine::model::{Actor, Channel, Collection, Direction, Document, Interaction};
use baton_engine::order;
use baton_engine::policy::Policies;
use baton_engine::time::Timestamp;
use baton_engine::worklist::{self, Row, Worklist};

/// Collection and id.
pub type Key = (Collection, String);

/// When more than one in so many rows changes, sorting anew is cheaper than putting each in its place.
const BULK_SHARE: usize = 8;

#[derive(Default)]
pub struct Shelf {
    documents: HashMap<Collection, HashMap<String, Arc<Document>>>,
    /// Conversation → its messages.
    messages: HashMap<String, BTreeSet<String>>,
    worklist: Worklist,
    pub policies: Arc<Policies>,
}

impl Shelf {
    pub fn get(&self, collection: Collection, id: &str) -> Option<&Arc<Document>> {
        self.documents.get(&collection)?.get(id)
    }

    pub fn all(&self, collection: Collection) -> impl Iterator<Item = &Arc<Document>> {
        self.documents.get(&collection).into_iter().flat_map(HashMap::values)
    }

    pub fn messages_of(&self, interaction: &str) -> impl Iterator<Item = &Arc<Document>> {
        let ids = self.messages.get(interaction).into_iter().flatten();
        ids.filter_map(|id| self.get(Collection::Messages, id))
    }

    pub fn worklist(&self) -> &Worklist {
        &self.worklist
    }

    /// Takes documents in, or out where there is none.
    pub fn take(&mut self, changes: Vec<(Key, Option<Arc<Document>>)>, actor: &Actor, now: Timestamp) {
        let bulk = changes.len() * BULK_SHARE > self.worklist.rows().len().max(200);
        let mut touched: BTreeSet<Key> = BTreeSet::new();
        for ((collection, id), document) in changes {
            if let Some(Document::Message(m)) = document.as_deref() {
                self.messages.entry(m.interaction.clone()).or_default().insert(m.id.clone());
                // A message changes the clock of its conversation.
                touched.insert((Collection::Interactions, m.interaction.clone()));
            }
            let shelf = self.documents.entry(collection).or_default();
            match document {
                Some(document) => shelf.insert(id.clone(), document),
                None => shelf.remove(&id),
            };
            touched.insert((collection, id));
        }
        if bulk {
            self.rebuild(actor, now);
        } else {
            for key in &touched {
                self.set_row(key, actor, now);
            }
        }
    }

    /// Every row anew: after log-in or a change of rules.
    pub fn rebuild(&mut self, actor: &Actor, now: Timestamp) {
        let listed = [Collection::Cases, Collection::Interactions, Collection::Callbacks];
        let documents = listed.into_iter().flat_map(|c| self.all(c));
        let rows: Vec<Row> = documents.filter_map(|d| self.row(d, actor, now)).collect();
        self.worklist.reset(rows);
    }

    /// Rows that have crossed a threshold. True if there were any.
    pub fn tick(&mut self, actor: &Actor, now: Timestamp) -> bool {
        let due = self.worklist.due_for_change(now);
        for key in &due {
            self.set_row(key, actor, now);
        }
        !due.is_empty()
    }

    fn set_row(&mut self, key: &Key, actor: &Actor, now: Timestamp) {
        let row = self.get(key.0, &key.1).and_then(|d| self.row(d, actor, now));
        self.worklist.set(key.0, &key.1, row);
    }

    fn row(&self, document: &Document, actor: &Actor, now: Timestamp) -> Option<Row> {
        match document {
            Document::Case(case) => worklist::case_row(&self.policies, case, actor, now),
            Document::Callback(callback) => worklist::callback_row(&self.policies, callback, actor, now),
            Document::Interaction(contact) => {
                worklist::contact_row(&self.policies, contact, self.waiting_since(contact), actor, now)
            }
            _ => None,
        }
    }

    /// The customer's first message since the desk's last one.
    pub fn waiting_since(&self, contact: &Interaction) -> Option<Timestamp> {
        if contact.channel == Channel::Voice || !contact.is_open() {
            return None;
        }
        let mut own: Vec<(Timestamp, Direction)> = self
            .messages_of(&contact.id)
            .filter_map(|d| match &**d {
                Document::Message(m) => m.at.map(|at| (at, m.direction)),
                _ => None,
            })
            .collect();
        order::sort_by_key(&mut own, |(at, _)| *at);
        let after_ours = own.iter().rposition(|(_, d)| *d == Direction::Outbound).map_or(0, |i| i + 1);
        own.get(after_ours).map(|(at, _)| *at)
    }
}
