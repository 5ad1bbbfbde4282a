//! Presence of the demo's colleagues, and the call-backs that they book and take, slowly.

use baton_engine::callback::order;
use baton_engine::model::{Actor, AttemptOutcome, Callback, Collection, CustomerRef, Document, Intent, Presence, Seat};
use baton_engine::time::{Span, Timestamp};

use super::{Beat, Feed, Shelf, is_ours};
use crate::contacts::LEASE;
use crate::people::{EXPERT_DESK, HOTLINE};
use crate::texts::talk;

/// Open call-backs on which only the demo has acted, at most; more are not booked.
const CALLBACKS_OPEN: usize = 10;

impl Feed {
    /// Renews the leases of colleagues' seats and lets their presence move.
    pub(super) fn seats(&mut self, shelf: &mut dyn Shelf, now: Timestamp) -> Result<usize, String> {
        let open = self.expert_desk_open(now);
        let moves = self.beat(Beat::Seat, now);
        let mut mine: Vec<(Actor, Seat)> = Vec::new();
        for (_, (_, document)) in self.of(Collection::Seats) {
            let Document::Seat(seat) = document else { continue };
            let people = self.cast.seated(&seat.desk);
            if let Some(by) = people.into_iter().find(|a| a.id == seat.person.id).filter(|_| is_ours(document)) {
                mine.push((by, seat.clone()));
            }
        }
        let lucky = if mine.is_empty() { 0 } else { self.rng.range(0, mine.len() as i64 - 1) };
        let mut written = 0;
        for (nth, (by, seat)) in (0i64..).zip(mine) {
            let closed = seat.desk == EXPERT_DESK && !open;
            let presence = match seat.presence {
                _ if closed => Presence::Offline,
                Presence::Offline => Presence::Available,
                now if moves && nth == lucky => self.next_presence(now),
                now => now,
            };
            let ends = seat.lease_until.is_none_or(|until| until.since(now) < Span::from_secs(60));
            let renew = ends && presence != Presence::Offline;
            if presence == seat.presence && !renew {
                continue;
            }
            let intent = Intent::SetPresence { presence, until: now.plus(LEASE), desk: None, skills: None };
            written += usize::from(self.change(shelf, now, &(Collection::Seats, seat.id), &by, vec![intent])?);
        }
        Ok(written)
    }

    fn next_presence(&mut self, now: Presence) -> Presence {
        match now {
            Presence::Available if self.rng.chance(75) => Presence::OnContact,
            Presence::Available => Presence::Break,
            Presence::OnContact => Presence::WrapUp,
            _ => Presence::Available,
        }
    }

    fn expert_desk_open(&self, now: Timestamp) -> bool {
        self.policies
            .desk(EXPERT_DESK)
            .and_then(|(policy, desk)| policy.calendars.get(desk.calendar))
            .is_some_and(|c| c.calendar.is_open(now).unwrap_or(false))
    }

    pub(super) fn callbacks(&mut self, shelf: &mut dyn Shelf, now: Timestamp) -> Result<usize, String> {
        let mut written = 0;
        if self.beat(Beat::Booking, now) && self.ours(Collection::Callbacks).len() < CALLBACKS_OPEN {
            written += self.book(shelf, now)?;
        }
        if self.beat(Beat::Callback, now) && self.expert_desk_open(now) {
            written += self.work(shelf, now)?;
        }
        Ok(written)
    }

    fn book(&mut self, shelf: &mut dyn Shelf, now: Timestamp) -> Result<usize, String> {
        let cities: Vec<String> = match self.policies.desk(EXPERT_DESK) {
            Some((_, desk)) => desk.cities.iter().map(|c| c.name.zh.clone()).collect(),
            None => return Ok(0),
        };
        let served: Vec<CustomerRef> = self
            .customers
            .iter()
            .filter(|c| cities.is_empty() || cities.contains(&c.city))
            .map(|c| c.reference())
            .collect();
        let hotline = self.cast.seated(HOTLINE);
        if served.is_empty() || hotline.is_empty() {
            return Ok(0);
        }
        let customer = self.rng.pick(&served).clone();
        let waits = |c: &Callback| c.customer.id == customer.id;
        if self.of(Collection::Callbacks).filter_map(|(_, (_, d))| callback(d)).any(waits) {
            return Ok(0);
        }
        let (topic, note) = *self.rng.pick(talk::CALLBACKS);
        let by = self.rng.pick(&hotline).clone();
        let intent = Intent::BookCallback {
            desk: EXPERT_DESK.into(),
            topic: topic.into(),
            customer,
            policy: self.pin(),
            note: note.into(),
            interaction: None,
            case: None,
        };
        Ok(usize::from(self.begin(shelf, now, Collection::Callbacks, &by, intent)?.is_some()))
    }

    /// A colleague calls back whom he has claimed, or claims the next one in the order of work.
    fn work(&mut self, shelf: &mut dyn Shelf, now: Timestamp) -> Result<usize, String> {
        let experts = self.cast.seated(EXPERT_DESK);
        let ours: Vec<Callback> = self
            .of(Collection::Callbacks)
            .filter(|(_, (_, d))| is_ours(d))
            .filter_map(|(_, (_, d))| callback(d).cloned())
            .collect();
        let may_try = |c: &Callback| c.next_try_at.is_none_or(|at| at <= now);
        for one in ours.iter().filter(|c| may_try(c)) {
            let holder = one.claim.as_ref().and_then(|claim| experts.iter().find(|e| e.id == claim.by.id));
            let Some(by) = holder.cloned() else { continue };
            let (outcome, note) = if self.rng.chance(65) {
                (AttemptOutcome::Reached, "已逐步指导，客户确认可用。")
            } else {
                (AttemptOutcome::NoAnswer, *self.rng.pick(talk::ATTEMPTS))
            };
            let key = (Collection::Callbacks, one.id.clone());
            // Claimed anew first: an old claim may have lapsed.
            let intents = vec![Intent::ClaimCallback, Intent::LogCallbackAttempt { outcome, note: note.into() }];
            return Ok(usize::from(self.change(shelf, now, &key, &by, intents)?));
        }
        let waiting = order(&self.policies, EXPERT_DESK, ours.iter().filter(|c| c.claim.is_none() && may_try(c)), now);
        let (Some(first), false) = (waiting.first(), experts.is_empty()) else { return Ok(0) };
        let by = self.rng.pick(&experts).clone();
        let key = (Collection::Callbacks, first.id.clone());
        Ok(usize::from(self.change(shelf, now, &key, &by, vec![Intent::ClaimCallback])?))
    }
}

fn callback(document: &Document) -> Option<&Callback> {
    match document {
        Document::Callback(callback) => Some(callback),
        _ => None,
    }
}
