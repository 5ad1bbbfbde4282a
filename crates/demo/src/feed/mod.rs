//! What goes on by itself while the server runs: arrivals, colleagues at work, presence.
//!
//! The feed never touches a document that a human works on. There is one place through which it changes documents
//! ([`Feed::change`]), and it refuses whatever is not of the demo's own customers or has a journal entry of anybody but
//! the demo's people. It uses the same rules as a desk ([`decide`]) and loses every race for a revision.

mod arrivals;
mod colleagues;
mod relay;

use std::collections::BTreeMap;
use std::str::FromStr;

use baton_engine::decide;
use baton_engine::model::{Actor, Collection, Customer, Document, Entry, Intent, PolicyPin};
use baton_engine::policy::Policies;
use baton_engine::time::{Span, Timestamp};

use crate::customers::{CUSTOMER, customers};
use crate::people::{COLLEAGUE, Cast, POLICY};
use crate::rng::Rng;

/// How much the feed does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rate {
    Off,
    /// A quarter of the normal rate.
    Slow,
    #[default]
    Normal,
}

impl FromStr for Rate {
    type Err = String;
    fn from_str(text: &str) -> Result<Rate, String> {
        match text {
            "off" => Ok(Rate::Off),
            "slow" => Ok(Rate::Slow),
            "normal" => Ok(Rate::Normal),
            _ => Err("off, slow or normal".into()),
        }
    }
}

/// A document as the shelf has it; `document` is missing when it was deleted or cannot be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    pub collection: Collection,
    pub id: String,
    pub rev: i64,
    pub document: Option<Document>,
}

/// Where the documents are: the backend's store, or memory in tests. Errors are texts for the log.
pub trait Shelf {
    /// Some of what was written after `since`, and the cursor to go on from: equal to `since` at the end.
    ///
    /// # Errors
    /// The shelf cannot be read.
    fn changes(&mut self, since: i64) -> Result<(Vec<Seen>, i64), String>;
    /// Adds a document; false when its id is taken.
    ///
    /// # Errors
    /// The shelf cannot be written.
    fn create(&mut self, document: &Document) -> Result<bool, String>;
    /// Replaces revision `rev`; false when somebody else was faster.
    ///
    /// # Errors
    /// The shelf cannot be written.
    fn replace(&mut self, document: &Document, rev: i64) -> Result<bool, String>;
}

/// The activities that have a pace of their own; an index into the feed's timers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beat {
    Call,
    Chat,
    Case,
    Leg,
    Callback,
    Booking,
    Seat,
}

const BEATS: usize = 7;

impl Beat {
    /// Seconds between two beats, least and most, at the normal rate.
    fn seconds(self) -> (i64, i64) {
        match self {
            Beat::Call => (25, 55),
            Beat::Chat => (50, 110),
            Beat::Case => (150, 300),
            Beat::Leg => (35, 75),
            Beat::Callback => (50, 120),
            Beat::Booking => (240, 500),
            Beat::Seat => (25, 60),
        }
    }
}

/// The feed with what it knows of the shelf.
pub struct Feed {
    policies: Policies,
    rate: Rate,
    rng: Rng,
    cast: Cast,
    customers: Vec<Customer>,
    cursor: i64,
    /// Open documents by collection and id, with their revision; and all seats.
    known: BTreeMap<(Collection, String), (i64, Document)>,
    next: [Option<Timestamp>; BEATS],
    replies: arrivals::Replies,
}

impl Feed {
    pub fn new(seed: u64, policies: Policies, rate: Rate) -> Feed {
        Feed {
            cast: Cast::new(&policies),
            customers: customers(seed),
            rng: Rng::new(seed, "feed"),
            policies,
            rate,
            cursor: 0,
            known: BTreeMap::new(),
            next: [None; BEATS],
            replies: arrivals::Replies::default(),
        }
    }

    /// Does what is due at `now`; call it about once a second. Returns how many documents it wrote.
    ///
    /// # Errors
    /// The shelf failed; the next call tries again.
    pub fn step(&mut self, shelf: &mut dyn Shelf, now: Timestamp) -> Result<usize, String> {
        if self.rate == Rate::Off {
            return Ok(0);
        }
        self.refresh(shelf, now)?;
        let mut written = self.seats(shelf, now)?;
        written += self.contacts(shelf, now)?;
        written += self.cases(shelf, now)?;
        written += self.callbacks(shelf, now)?;
        Ok(written)
    }

    /// Reads what was written since the last step.
    fn refresh(&mut self, shelf: &mut dyn Shelf, now: Timestamp) -> Result<(), String> {
        loop {
            let (seen, cursor) = shelf.changes(self.cursor)?;
            for one in seen {
                if let Some(Document::Message(message)) = &one.document {
                    self.replies.heard(message, now, &mut self.rng);
                    continue;
                }
                self.learn(one);
            }
            if cursor == self.cursor {
                return Ok(());
            }
            self.cursor = cursor;
        }
    }

    fn learn(&mut self, one: Seen) {
        let key = (one.collection, one.id);
        match one.document.filter(is_live) {
            Some(document) => self.known.insert(key, (one.rev, document)),
            None => self.known.remove(&key),
        };
    }

    /// Whether a beat is due; if so it is set again.
    fn beat(&mut self, beat: Beat, now: Timestamp) -> bool {
        let (least, most) = beat.seconds();
        let slow = if self.rate == Rate::Slow { 4 } else { 1 };
        let at = beat as usize;
        let due = match self.next[at] {
            // The first one comes soon after the start.
            None => {
                self.next[at] = Some(now.plus(self.rng.span(Span::from_secs(2), Span::from_secs(least / 2))));
                return false;
            }
            Some(due) => due,
        };
        if due > now {
            return false;
        }
        let wait = self.rng.span(Span::from_secs(least * slow), Span::from_secs(most * slow));
        self.next[at] = Some(now.plus(wait));
        true
    }

    /// Runs intents on a document that the feed may touch, all or none. Returns whether it was written.
    fn change(
        &mut self,
        shelf: &mut dyn Shelf,
        now: Timestamp,
        key: &(Collection, String),
        by: &Actor,
        intents: Vec<Intent>,
    ) -> Result<bool, String> {
        let Some((rev, document)) = self.known.get(key).filter(|(_, d)| is_ours(d)) else { return Ok(false) };
        let (rev, mut next) = (*rev, document.clone());
        for intent in intents {
            let entry = Entry { id: self.rng.id(now), at: now, by: by.clone(), intent };
            match decide(&self.policies, key.0, &key.1, Some(&next), &entry) {
                Ok(after) => next = after,
                Err(refusal) => {
                    tracing::debug!(id = key.1, ?refusal, intent = ?entry.intent, "the feed's intent was refused");
                    return Ok(false);
                }
            }
        }
        if !shelf.replace(&next, rev)? {
            return Ok(false);
        }
        let seen = Seen { collection: key.0, id: key.1.clone(), rev: rev + 1, document: Some(next) };
        self.learn(seen);
        Ok(true)
    }

    /// Makes a new document by its first intent; its id, unless the rules refuse.
    fn begin(
        &mut self,
        shelf: &mut dyn Shelf,
        now: Timestamp,
        collection: Collection,
        by: &Actor,
        intent: Intent,
    ) -> Result<Option<String>, String> {
        let id = self.rng.id(now);
        let entry = Entry { id: self.rng.id(now), at: now, by: by.clone(), intent };
        let document = match decide(&self.policies, collection, &id, None, &entry) {
            Ok(document) => document,
            Err(refusal) => {
                tracing::debug!(?refusal, intent = ?entry.intent, "the feed's intent was refused");
                return Ok(None);
            }
        };
        if !shelf.create(&document)? {
            return Ok(None);
        }
        self.learn(Seen { collection, id: id.clone(), rev: 1, document: Some(document) });
        Ok(Some(id))
    }

    /// Keys of the live documents of a collection that the feed may touch.
    fn ours(&self, collection: Collection) -> Vec<(Collection, String)> {
        self.of(collection).filter(|(_, (_, d))| is_ours(d)).map(|(key, _)| key.clone()).collect()
    }

    fn of(&self, collection: Collection) -> impl Iterator<Item = (&(Collection, String), &(i64, Document))> {
        self.known.range((collection, String::new())..).take_while(move |((c, _), _)| *c == collection)
    }

    fn document(&self, key: &(Collection, String)) -> Option<&Document> {
        self.known.get(key).map(|(_, d)| d)
    }

    fn pin(&self) -> PolicyPin {
        let own = self.policies.all().iter().rfind(|p| p.id == POLICY).or_else(|| self.policies.in_force());
        own.map(|p| p.pin()).unwrap_or_default()
    }
}

/// Something may still happen to it.
fn is_live(document: &Document) -> bool {
    match document {
        Document::Case(case) => !case.status.is_final(),
        Document::Interaction(contact) => contact.is_open() || contact.disposition.is_empty(),
        Document::Callback(callback) => callback.is_open(),
        Document::Seat(_) => true,
        Document::Message(_) | Document::Customer(_) => false,
    }
}

/// Whether the feed may touch a document: one of the demo's customers (or a colleague's seat) on which nobody but the
/// demo's own people has ever acted.
pub fn is_ours(document: &Document) -> bool {
    let customer = match document {
        Document::Case(case) => &case.customer.id,
        Document::Interaction(contact) => &contact.customer.id,
        Document::Callback(callback) => &callback.customer.id,
        Document::Seat(seat) => return seat.person.id.starts_with(COLLEAGUE) && played(document.journal()),
        Document::Message(_) | Document::Customer(_) => return false,
    };
    customer.starts_with(CUSTOMER) && played(document.journal())
}

fn played(journal: &[Entry]) -> bool {
    !journal.is_empty() && journal.iter().all(|e| e.by.id.starts_with(COLLEAGUE))
}
