//! The one list of work: which documents concern a person, with the clock that is his, in order of urgency.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde::Serialize;

use crate::callback::claim_until;
use crate::clock::{self, Clock, ClockState};
use crate::model::{Actor, Callback, Case, Channel, Collection, Interaction, Role, Status};
use crate::policy::{Policies, Policy};
use crate::time::Timestamp;

/// Why a row is on somebody's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Stake {
    /// The baton is with the person's organisation.
    Mine,
    /// Owned here, somebody else carries the baton, or the customer is awaited.
    Waiting,
    /// Answered; to be closed.
    ToClose,
    /// Waits for anybody of the desk.
    Open,
    /// Ended.
    Done,
}

/// One row: enough to sort, group and filter; the view reads the document for its texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub collection: Collection,
    pub id: String,
    pub stake: Stake,
    pub clock: Option<Clock>,
    /// Rank of the customer's class, 1 first.
    pub rank: u32,
    pub channel: Channel,
    /// Customer's name, tier id and number; what it is about; the case number.
    pub who: String,
    pub tier: String,
    pub phone: String,
    pub title: String,
    pub number: String,
    /// The organisation that carries the baton, when it is another one.
    pub with: Option<String>,
    /// When an offer or a claim lapses: then the row is another one, whatever its clock does.
    pub lapses: Option<Timestamp>,
}

impl Row {
    /// Whether every word of a search is found in the name, telephone number, case number or title.
    /// `words` are lower case.
    pub fn matches(&self, words: &[String]) -> bool {
        let has = |text: &str, word: &str| text.contains(word) || text.to_lowercase().contains(word);
        words.iter().all(|w| has(&self.phone, w) || has(&self.who, w) || has(&self.number, w) || has(&self.title, w))
    }
    /// Sort key: state (overdue, soon, on track, paused, none), due, rank, id.
    pub fn key(&self) -> (ClockState, Timestamp, u32, &str) {
        match &self.clock {
            Some(c) => (c.state, c.due, self.rank, &self.id),
            None => (ClockState::Stopped, Timestamp::from_millis(i64::MAX), self.rank, &self.id),
        }
    }
    /// When the state next changes by itself: the row need not be looked at before.
    pub fn next_change(&self) -> Option<Timestamp> {
        let crosses = self.clock.as_ref().and_then(|clock| match clock.state {
            ClockState::OnTrack => Some(clock.soon),
            // A paused clock runs into its cap: the due time moves on until then, and is never beyond it.
            ClockState::DueSoon | ClockState::Paused => Some(clock.due),
            ClockState::Overdue | ClockState::Stopped => None,
        });
        crosses.into_iter().chain(self.lapses).min()
    }
}

fn rank(policy: &Policy, class: &str) -> u32 {
    policy.class(class).rank
}

/// The row of a case for `actor`; None when it does not concern his organisation.
pub fn case_row(policies: &Policies, case: &Case, actor: &Actor, now: Timestamp) -> Option<Row> {
    let policy = policies.of(&case.policy)?;
    let owned = case.owner.org == actor.org || case.owner.org.is_empty();
    let leg = case.active_leg_of(&actor.org);
    if !owned && leg.is_none() && actor.role != Role::Admin {
        return None;
    }
    let (stake, clock) = if case.status.is_final() {
        (Stake::Done, clock::reply(policy, case, now))
    } else if let Some(leg) = leg {
        let waits = case.children(Some(&leg.id)).any(|c| c.state.is_active());
        (if waits { Stake::Waiting } else { Stake::Mine }, clock::leg(policy, case, leg, now))
    } else if case.status == Status::Resolved {
        (Stake::ToClose, clock::reply(policy, case, now))
    } else {
        let away = case.active_legs().next().is_some() || case.status == Status::Pending;
        let stake = match (case.owner.org.is_empty(), away) {
            (true, _) => Stake::Open,
            (_, true) => Stake::Waiting,
            _ => Stake::Mine,
        };
        (stake, clock::reply(policy, case, now))
    };
    Some(Row {
        collection: Collection::Cases,
        id: case.id.clone(),
        stake,
        clock,
        rank: rank(policy, case.current_class()),
        channel: case.channel,
        who: case.customer.name.clone(),
        tier: case.customer.tier.clone(),
        phone: case.customer.number.clone(),
        title: case.title.clone(),
        number: case.number.clone(),
        lapses: None,
        with: case.holders().into_iter().find(|o| *o != actor.org && !o.is_empty()).map(str::to_owned),
    })
}

/// The row of a contact. `waiting_since`: the customer's last unanswered message.
pub fn contact_row(
    policies: &Policies,
    contact: &Interaction,
    waiting_since: Option<Timestamp>,
    actor: &Actor,
    now: Timestamp,
) -> Option<Row> {
    let policy = policies.in_force()?;
    let offer = contact.pending_offer().filter(|o| o.until > now);
    let offered = offer.is_some_and(|o| actor.seat.as_deref() == Some(o.seat.as_str()));
    let mine = contact.holder.as_ref().is_some_and(|h| h.id == actor.id);
    let stake = match &contact.holder {
        _ if !contact.is_open() => Stake::Done,
        _ if mine || offered => Stake::Mine,
        None => Stake::Open,
        Some(_) if actor.leads() => Stake::Waiting,
        Some(_) => return None,
    };
    if stake == Stake::Open && !serves(policies, actor, &contact.desk) {
        return None;
    }
    Some(Row {
        collection: Collection::Interactions,
        id: contact.id.clone(),
        stake,
        clock: clock::contact(policy, contact, waiting_since, now),
        rank: rank(policy, &contact.customer.service_class),
        channel: contact.channel,
        who: contact.customer.name.clone(),
        tier: contact.customer.tier.clone(),
        phone: contact.customer.number.clone(),
        title: contact.reason.clone(),
        number: String::new(),
        with: None,
        lapses: offer.map(|o| o.until),
    })
}

/// The row of a call-back.
pub fn callback_row(policies: &Policies, callback: &Callback, actor: &Actor, now: Timestamp) -> Option<Row> {
    let policy = policies.of(&callback.policy)?;
    if !serves(policies, actor, &callback.desk) {
        return None;
    }
    let claim = claim_until(policies, callback, now);
    let stake = match claim {
        _ if !callback.is_open() => Stake::Done,
        Some((claim, _)) if claim.by.id == actor.id => Stake::Mine,
        Some(_) => Stake::Waiting,
        None => Stake::Open,
    };
    Some(Row {
        collection: Collection::Callbacks,
        id: callback.id.clone(),
        stake,
        clock: clock::callback(policies, callback, now),
        rank: rank(policy, &callback.customer.service_class),
        channel: Channel::Voice,
        who: callback.customer.name.clone(),
        tier: callback.customer.tier.clone(),
        phone: callback.customer.number.clone(),
        title: if callback.note.is_empty() { callback.topic.clone() } else { callback.note.clone() },
        number: String::new(),
        with: claim.filter(|(c, _)| c.by.id != actor.id).map(|(c, _)| c.by.name.clone()),
        lapses: claim.map(|(_, until)| until).filter(|_| callback.is_open()),
    })
}

/// Whether the actor's organisation runs the desk. An unnamed desk is everybody's.
fn serves(policies: &Policies, actor: &Actor, desk: &str) -> bool {
    desk.is_empty() || policies.desk(desk).is_none_or(|(_, d)| d.org == actor.org)
}

/// The list in order of urgency. Rows come and go one by one; [`Worklist::due_for_change`] names the rows whose
/// state changes by itself, so that 100,000 clocks cost nothing until one of them crosses a threshold.
#[derive(Debug, Clone, Default)]
pub struct Worklist {
    rows: Vec<Arc<Row>>,
    index: HashMap<(Collection, String), Arc<Row>>,
    wake: BTreeSet<(Timestamp, Collection, String)>,
}

impl Worklist {
    /// All rows, most urgent first.
    pub fn rows(&self) -> &[Arc<Row>] {
        &self.rows
    }

    /// Replaces the whole list: cheaper than single changes when there are many. Of two rows of one document the
    /// later one counts.
    pub fn reset(&mut self, rows: impl IntoIterator<Item = Row>) {
        let rows = rows.into_iter().map(|r| ((r.collection, r.id.clone()), Arc::new(r)));
        self.index = rows.collect();
        self.rows = self.index.values().cloned().collect();
        self.rows.sort_by(|a, b| (a.key(), a.collection).cmp(&(b.key(), b.collection)));
        self.wake = self.rows.iter().filter_map(|r| r.next_change().map(|t| (t, r.collection, r.id.clone()))).collect();
    }

    /// Puts one row in its place, or takes it out (`row` is None).
    pub fn set(&mut self, collection: Collection, id: &str, row: Option<Row>) {
        let key = (collection, id.to_owned());
        if let Some(old) = self.index.remove(&key) {
            if let Some(at) = self.position(&old) {
                self.rows.remove(at);
            }
            if let Some(t) = old.next_change() {
                self.wake.remove(&(t, collection, key.1.clone()));
            }
        }
        if let Some(row) = row {
            let row = Arc::new(row);
            let at = self.rows.partition_point(|r| (r.key(), r.collection) < (row.key(), row.collection));
            self.rows.insert(at, row.clone());
            if let Some(t) = row.next_change() {
                self.wake.insert((t, collection, key.1.clone()));
            }
            self.index.insert(key, row);
        }
    }

    /// The row of a document.
    pub fn get(&self, collection: Collection, id: &str) -> Option<&Arc<Row>> {
        self.index.get(&(collection, id.to_owned()))
    }

    /// Documents whose row has crossed a threshold by `now` and must be looked at again.
    pub fn due_for_change(&self, now: Timestamp) -> Vec<(Collection, String)> {
        self.wake.iter().take_while(|(t, _, _)| *t <= now).map(|(_, c, id)| (*c, id.clone())).collect()
    }

    fn position(&self, row: &Row) -> Option<usize> {
        let at = self.rows.partition_point(|r| (r.key(), r.collection) < (row.key(), row.collection));
        self.rows.get(at).filter(|r| r.id == row.id && r.collection == row.collection).map(|_| at)
    }
}
