//! The documents of a day in the making, changed only through the engine's own rules.

use std::collections::BTreeMap;
use std::fmt;

use baton_engine::model::{Actor, Case, Collection, Document, Entry, Intent};
use baton_engine::policy::Policies;
use baton_engine::time::Timestamp;
use baton_engine::{Refusal, decide};

use crate::rng::Rng;

/// An intent of the plan that the rules did not allow; none occurs with the shipped packs.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    pub collection: Collection,
    pub id: String,
    pub intent: Intent,
    pub refusal: Refusal,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}: {:?} refused: {:?}", self.collection.name(), self.id, self.intent, self.refusal)
    }
}

/// Documents by collection and id, with the moment that the day leads up to.
pub struct World<'p> {
    pub policies: &'p Policies,
    pub now: Timestamp,
    pub rng: Rng,
    pub refused: Vec<Refused>,
    documents: BTreeMap<(Collection, String), Document>,
}

impl<'p> World<'p> {
    pub fn new(policies: &'p Policies, now: Timestamp, rng: Rng) -> World<'p> {
        World { policies, now, rng, refused: Vec::new(), documents: BTreeMap::new() }
    }

    /// A new id of the moment `at`.
    pub fn id(&mut self, at: Timestamp) -> String {
        self.rng.id(at)
    }

    /// Runs one intent; the entry's id, or nothing when the rules refuse it (kept in `refused`).
    /// `at` is moved into the past of `now` and after the document's last entry: journals are in order.
    pub fn act(
        &mut self,
        collection: Collection,
        id: &str,
        at: Timestamp,
        by: &Actor,
        intent: Intent,
    ) -> Option<String> {
        let key = (collection, id.to_owned());
        let doc = self.documents.get(&key);
        let last = doc.and_then(|d| d.journal().last()).map_or(Timestamp::MIN, |e| e.at);
        let at = at.min(self.now).max(last);
        let entry = Entry { id: self.rng.id(at), at, by: by.clone(), intent };
        match decide(self.policies, collection, id, doc, &entry) {
            Ok(next) => {
                self.documents.insert(key, next);
                Some(entry.id)
            }
            Err(refusal) => {
                self.refused.push(Refused { collection, id: id.to_owned(), intent: entry.intent, refusal });
                None
            }
        }
    }

    /// Takes in a document that no intent makes (customers come from elsewhere).
    pub fn place(&mut self, document: Document) {
        self.documents.insert((document.collection(), document.id().to_owned()), document);
    }

    pub fn case(&self, id: &str) -> Option<&Case> {
        match self.documents.get(&(Collection::Cases, id.to_owned())) {
            Some(Document::Case(case)) => Some(case),
            _ => None,
        }
    }

    pub fn cases(&self) -> impl Iterator<Item = &Case> {
        self.documents.values().filter_map(|d| match d {
            Document::Case(case) => Some(case),
            _ => None,
        })
    }

    /// Every document, by collection, then by id: UUIDv7 ids sort by the time of birth.
    pub fn into_documents(self) -> (Vec<Document>, Vec<Refused>) {
        (self.documents.into_values().collect(), self.refused)
    }
}
