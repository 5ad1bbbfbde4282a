//! Cases of the other organisations: new ones now and then, and colleagues who receive, answer and close.

use baton_engine::clock;
use baton_engine::model::{Actor, Case, Channel, Collection, Document, Intent, LegState, Status};
use baton_engine::relay;
use baton_engine::time::{Span, Timestamp};

use super::{Beat, Feed, Shelf};
use crate::people::ORGS;
use crate::texts::{self, Plot, Story, Words, talk};

/// Open cases on which only the demo has acted, at most; more are not taken in.
const CASES_OPEN: usize = 60;

impl Feed {
    pub(super) fn cases(&mut self, shelf: &mut dyn Shelf, now: Timestamp) -> Result<usize, String> {
        let mut written = 0;
        if self.beat(Beat::Case, now) && self.ours(Collection::Cases).len() < CASES_OPEN {
            written += self.take_in(shelf, now)?;
        }
        if self.beat(Beat::Leg, now) {
            written += self.go_on(shelf, now)?;
        }
        Ok(written)
    }

    fn take_in(&mut self, shelf: &mut dyn Shelf, now: Timestamp) -> Result<usize, String> {
        let org = *self.rng.pick(&[ORGS[0], ORGS[0], ORGS[1], ORGS[2], ORGS[2]]);
        let stories: Vec<&Story> = if org == ORGS[0] {
            texts::maker().iter().chain(texts::operator().take(2)).collect()
        } else {
            texts::operator().collect()
        };
        let story = *self.rng.pick(&stories);
        let plot = self.rng.pick(story.plots);
        let clerks = self.cast.clerks(org);
        if clerks.is_empty() {
            return Ok(0);
        }
        let by = self.rng.pick(&clerks).clone();
        let customer = self.rng.pick(&self.customers).clone();
        let twice = self.of(Collection::Cases).filter_map(|(_, (_, d))| case(d));
        if twice.into_iter().any(|c| c.customer.number == customer.number && c.category == story.category) {
            return Ok(0);
        }
        let words = Words::of(&customer, story.category);
        let intent = Intent::OpenCase {
            title: words.fill(plot.title),
            description: words.fill(plot.description),
            category: story.category.into(),
            channel: Channel::Voice,
            customer: customer.reference(),
            policy: self.pin(),
            links: Vec::new(),
            interaction: None,
        };
        Ok(usize::from(self.begin(shelf, now, Collection::Cases, &by, intent)?.is_some()))
    }

    /// One step of one case that has waited long enough.
    fn go_on(&mut self, shelf: &mut dyn Shelf, now: Timestamp) -> Result<usize, String> {
        let mut steps: Vec<((Collection, String), Actor, Intent)> = Vec::new();
        for key in self.ours(Collection::Cases) {
            let Some(case) = self.document(&key).and_then(case).cloned() else { continue };
            if let Some((by, intent)) = self.step_of(&case, now) {
                steps.push((key, by, intent));
            }
        }
        if steps.is_empty() {
            return Ok(0);
        }
        let (key, by, intent) = self.rng.pick(&steps).clone();
        Ok(usize::from(self.change(shelf, now, &key, &by, vec![intent])?))
    }

    /// What a colleague would do with this case now, if anything.
    fn step_of(&mut self, case: &Case, now: Timestamp) -> Option<(Actor, Intent)> {
        let plot = texts::plot_of(&case.category, &case.title)?;
        let customer = self.customers.iter().find(|c| c.id == case.customer.id)?;
        let words = Words::of(customer, &case.category);
        let idle = |minutes: i64| case.journal.last().is_some_and(|e| now.since(e.at) >= Span::from_minutes(minutes));
        let waits = |leg: &str| case.children(Some(leg)).any(|l| l.state.is_active());
        if let Some(leg) = case.active_legs().find(|l| !waits(&l.id)) {
            let id = leg.id.clone();
            let clerks = self.cast.clerks(&leg.to);
            let same = clerks.iter().find(|c| leg.received_by.as_ref().is_some_and(|r| r.id == c.id)).cloned();
            let by = same.or_else(|| (!clerks.is_empty()).then(|| self.rng.pick(&clerks).clone()))?;
            return match leg.state {
                LegState::Dispatched if idle(6) => Some((by, Intent::ReceiveLeg { leg: id })),
                LegState::Received if idle(25) => {
                    let text = words.fill(if leg.parent.is_some() { plot.found } else { plot.passed_on });
                    Some((by, Intent::AnswerLeg { leg: id, text }))
                }
                _ => None,
            };
        }
        let owner = self.cast.clerks(&case.owner.org).into_iter().find(|c| c.id == case.owner.person.id)?;
        let answered = case.legs.iter().any(|l| l.state == LegState::Answered);
        let intent = match case.status {
            Status::Acknowledged | Status::InProgress if !answered && idle(8) => {
                self.hand_on(case, plot, &words, now)?
            }
            Status::InProgress if idle(10) => Intent::AnswerCustomer { text: words.fill(plot.solved) },
            Status::Pending if idle(40) => Intent::CustomerResponded { text: (*self.rng.pick(talk::RESPONSES)).into() },
            Status::Held if idle(60) => Intent::UnholdCase,
            Status::Resolved if idle(20) => Intent::CloseCase { note: (*self.rng.pick(talk::CLOSINGS)).into() },
            _ => return None,
        };
        Some((owner, intent))
    }

    /// Dispatches along the flow, or answers where nobody else can help or the time is short.
    fn hand_on(&mut self, case: &Case, plot: &Plot, words: &Words, now: Timestamp) -> Option<Intent> {
        let policy = self.policies.of(&case.policy)?.clone();
        let fits = clock::forecast(&policy, case, &case.owner.org, now).is_some_and(|f| f.fits);
        let edges = relay::edges_from(&policy, case, &case.owner.org);
        if !fits || edges.is_empty() || !case.legs.is_empty() {
            return Some(Intent::AnswerCustomer { text: words.fill(plot.solved) });
        }
        let to = self.rng.pick(&edges).to.clone();
        let request = words.fill(plot.request);
        Some(Intent::Dispatch { to, request, consent: false, despite_deadline: false })
    }
}

fn case(document: &Document) -> Option<&Case> {
    match document {
        Document::Case(case) => Some(case),
        _ => None,
    }
}
