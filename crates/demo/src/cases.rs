//! Plays the cases of the plan: every intent in its order, at a moment that puts the clock where the row wants it.

use baton_engine::clock;
use baton_engine::model::{Actor, CaseLink, Channel, Collection, Customer, Intent, LinkKind};
use baton_engine::time::{Span, Timestamp};

use crate::pace::{Limits, reopened_share};
use crate::people::{Cast, ORGS};
use crate::plot::{path, pin, story};
use crate::stages::{Pace, ROWS, Row, Stage};
use crate::texts::{Plot, Story, Words, talk};
use crate::world::World;

/// Plays every row of the plan.
pub fn play(world: &mut World<'_>, cast: &Cast, customers: &[Customer]) {
    let mut ids: Vec<(String, &Row)> = Vec::new();
    let mut next = vec![0usize; customers.len()];
    for (at, row) in ROWS.iter().enumerate() {
        // Each customer in turn, so that nobody has two cases of one category.
        let Some(who) = (0..customers.len())
            .filter(|i| customers[*i].service_class == row.class && (at == 0 || *i != 0))
            .min_by_key(|i| next[*i])
        else {
            continue;
        };
        next[who] += 1;
        if let Some(id) = Play::begin(world, cast, &customers[who], row, at) {
            ids.push((id, row));
        }
    }
    link(world, cast, &ids);
}

/// Two cases of the home province that belong together: a mixed cause, split.
fn link(world: &mut World<'_>, cast: &Cast, ids: &[(String, &Row)]) {
    let mut open = ids.iter().filter(|(_, r)| r.owner == 1 && r.stage == Stage::Working && !r.upgraded);
    if let (Some((first, _)), Some((second, _))) = (open.next(), open.next()) {
        let (by, now) = (cast.user("home"), world.now);
        for (from, to, kind) in [(first, second, LinkKind::SplitInto), (second, first, LinkKind::SplitFrom)] {
            let link = CaseLink { kind, case: to.clone() };
            world.act(Collection::Cases, from, now, &by, Intent::LinkCase { link });
        }
    }
}

/// One case on its way.
struct Play<'w, 'p> {
    world: &'w mut World<'p>,
    story: &'static Story,
    plot: &'static Plot,
    words: Words,
    id: String,
    owner: Actor,
    /// Owner, first and second receiver.
    path: [&'static str; 3],
    people: [Actor; 3],
    /// Present moment of the play.
    at: Timestamp,
    reply: Span,
}

impl<'w, 'p> Play<'w, 'p> {
    fn begin(world: &'w mut World<'p>, cast: &Cast, customer: &Customer, row: &Row, nth: usize) -> Option<String> {
        let policy = world.policies.of(&pin(world))?.clone();
        let show = nth == 0;
        let story = story(world, row, show);
        let plot = if show { &story.plots[0] } else { world.rng.pick(story.plots) };
        let path = path(row, nth);
        // Half of the cases belong to the people who log in, the others live on by themselves.
        let human = show || world.rng.chance(45);
        let people = path.map(|org| match (human, cast.clerks(org)) {
            (false, clerks) if !clerks.is_empty() => world.rng.pick(&clerks).clone(),
            _ => cast.user_of(org),
        });
        let class = policy.class(&customer.service_class);
        let mut play = Play {
            story,
            plot,
            words: Words::of(customer, story.category),
            id: String::new(),
            owner: people[0].clone(),
            path,
            people,
            at: world.now,
            reply: class.reply.limit,
            world,
        };
        play.at = Limits { reply: play.reply, leg: class.leg.limit, grace: policy.clocks.receipt_grace.limit }
            .opening(play.world, row);
        play.open(customer)?;
        play.run(row);
        Some(play.id)
    }

    fn open(&mut self, customer: &Customer) -> Option<()> {
        let channel = match self.world.rng.range(0, 19) {
            _ if customer.id.ends_with("001") => Channel::Voice,
            0..=12 => Channel::Voice,
            13..=15 => Channel::WebChat,
            16 => Channel::Email,
            17 => Channel::Sms,
            _ => Channel::Counter,
        };
        self.id = self.world.id(self.at);
        let intent = Intent::OpenCase {
            title: self.words.fill(self.plot.title),
            description: self.words.fill(self.plot.description),
            category: self.story.category.into(),
            channel,
            customer: customer.reference(),
            policy: pin(self.world),
            links: Vec::new(),
            interaction: None,
        };
        let by = self.owner.clone();
        self.act(&by, intent).map(|_| ())
    }

    fn run(&mut self, row: &Row) {
        let owner = self.owner.clone();
        let total = self.world.now.since(self.at);
        match row.stage {
            Stage::Fresh => {}
            Stage::Working => {
                self.later(total, 15, 40);
                self.note(&owner);
            }
            Stage::Sent => {
                self.wait_minutes(14);
                self.dispatch(0, 1);
            }
            Stage::Received => {
                self.wait_minutes(14);
                let leg = self.dispatch(0, 1);
                self.receive(1, leg);
            }
            Stage::SentOn | Stage::Second => {
                self.wait_minutes(12);
                let leg = self.dispatch(0, 1);
                self.wait_minutes(6);
                self.take(1, leg);
                self.wait_minutes(18);
                let further = self.dispatch(1, 2);
                if row.stage == Stage::Second {
                    self.receive(2, further);
                }
            }
            Stage::Parallel => {
                self.wait_minutes(14);
                let first = self.dispatch(0, 1);
                self.wait_minutes(5);
                self.dispatch(0, 2);
                self.receive(1, first);
            }
            Stage::HalfBack | Stage::Back => self.there_and_back(total, row.stage == Stage::Back),
            Stage::Returned => {
                self.send_and_return(total);
            }
            Stage::SentAgain => {
                self.wait_minutes(10);
                let leg = self.dispatch(0, 1);
                self.wait_minutes(20);
                self.give_back(1, leg);
                self.wait_minutes(20);
                let leg = self.dispatch(0, 1);
                self.receive(1, leg);
            }
            Stage::Withdrawn => {
                self.later(total, 10, 15);
                if let Some(leg) = self.dispatch(0, 1) {
                    self.later(total, 10, 15);
                    self.act(&owner, Intent::WithdrawLeg { leg, reason: "已在本侧查到原因，无需核查。".into() });
                    self.note(&owner);
                }
            }
            Stage::Pending => {
                self.later(total, 20, 35);
                self.note(&owner);
                let what = self.words.say(&mut self.world.rng, self.story.asked);
                self.later(total, 2, 6);
                self.act(&owner, Intent::AwaitCustomer { what });
            }
            Stage::Held => {
                self.later(total, 20, 35);
                let reason = (*self.world.rng.pick(talk::HOLDS)).into();
                self.act(&owner, Intent::HoldCase { reason });
            }
            Stage::Resolved | Stage::Closed | Stage::Reopened => self.resolve(row, total),
            Stage::Cancelled => {
                self.later(total, 30, 60);
                let reason = (*self.world.rng.pick(talk::CANCELS)).into();
                self.act(&owner, Intent::CancelCase { reason, into: None });
            }
            Stage::Referred => {
                self.later(total, 5, 10);
                let note = (*self.world.rng.pick(talk::REFERRALS)).into();
                self.act(&owner, Intent::RecordReferral { to: ORGS[0].into(), note });
            }
        }
        self.spice(row);
    }

    /// Repeats, chases, escalations, a raised class: what happens beside the way.
    fn spice(&mut self, row: &Row) {
        let owner = self.owner.clone();
        let ended = matches!(row.stage, Stage::Closed | Stage::Cancelled | Stage::Referred | Stage::Resolved);
        if row.upgraded {
            self.wait_minutes(3);
            self.act(&owner, Intent::ChangeClass { service_class: "VIP".into(), tier: "GOLD".into() });
        }
        if ended || row.stage == Stage::Fresh {
            return;
        }
        if row.pace == Pace::Late || self.world.rng.chance(22) {
            self.towards_now(30, 55);
            let text = (*self.world.rng.pick(talk::REPEATS)).into();
            self.act(&owner, Intent::RecordRepeat { text, interaction: None });
        }
        let running = self.world.case(&self.id).and_then(|c| c.active_legs().last().map(|l| l.id.clone()));
        if let (Some(leg), Pace::Soon | Pace::Late) = (running, row.pace) {
            self.towards_now(60, 85);
            let text = (*self.world.rng.pick(talk::CHASES)).into();
            self.act(&owner, Intent::ChaseLeg { leg, text });
        }
        if row.pace == Pace::Late && self.world.rng.chance(60) {
            self.towards_now(20, 60);
            let reason = (*self.world.rng.pick(talk::ESCALATIONS)).into();
            self.act(&owner, Intent::EscalateCase { reason });
        }
    }

    fn resolve(&mut self, row: &Row, total: Span) {
        let owner = self.owner.clone();
        let whole = if row.stage == Stage::Reopened { self.reply } else { total };
        if self.world.rng.chance(50) {
            self.later(whole, 6, 10);
            let leg = self.dispatch(0, 1);
            self.later(whole, 2, 4);
            self.take(1, leg.clone());
            self.later(whole, 12, 25);
            self.answer(1, leg, self.plot.passed_on);
        }
        self.later(whole, 10, 25);
        let text = self.words.fill(self.plot.solved);
        self.act(&owner, Intent::AnswerCustomer { text });
        match row.stage {
            Stage::Closed => {
                self.later(whole, 5, 15);
                let note = (*self.world.rng.pick(talk::CLOSINGS)).into();
                self.act(&owner, Intent::CloseCase { note });
            }
            Stage::Reopened => {
                let half = Span::from_millis(self.reply.millis() / 2);
                let ago = self.world.now.since(self.at).millis().min(half.millis() / 100 * reopened_share(row.pace));
                self.at = self.world.now.minus(Span::from_millis(ago));
                let reason = (*self.world.rng.pick(talk::REOPENS)).into();
                self.act(&owner, Intent::ReopenCase { reason });
            }
            _ => {}
        }
    }

    fn there_and_back(&mut self, total: Span, all_the_way: bool) {
        self.later(total, 4, 7);
        let leg = self.dispatch(0, 1);
        self.later(total, 2, 4);
        self.take(1, leg.clone());
        // The base's own cases have one leg, the others two.
        if self.path[0] != ORGS[2] {
            self.later(total, 3, 6);
            let further = self.dispatch(1, 2);
            self.later(total, 3, 5);
            self.take(2, further.clone());
            self.later(total, 8, 14);
            self.answer(2, further, self.plot.found);
        }
        if all_the_way {
            self.later(total, 4, 8);
            self.answer(1, leg, self.plot.passed_on);
        }
    }

    fn send_and_return(&mut self, total: Span) {
        self.later(total, 8, 14);
        let leg = self.dispatch(0, 1);
        self.later(total, 10, 20);
        self.give_back(1, leg);
    }

    fn give_back(&mut self, who: usize, leg: Option<String>) {
        let by = self.people[who].clone();
        if let Some(leg) = leg {
            let reason = (*self.world.rng.pick(talk::WRONG_DUTY)).into();
            self.act(&by, Intent::ReturnLeg { leg, reason });
        }
    }

    fn dispatch(&mut self, from: usize, to: usize) -> Option<String> {
        let request = self.words.fill(if from == 0 { self.plot.request } else { self.plot.further });
        let by = self.people[from].clone();
        let despite_deadline = self.world.case(&self.id).is_some_and(|case| {
            let policy = self.world.policies.of(&case.policy);
            let forecast = policy.and_then(|p| clock::forecast(p, case, &by.org, self.at));
            forecast.is_some_and(|f| !f.fits)
        });
        self.act(&by, Intent::Dispatch { to: self.path[to].into(), request, consent: false, despite_deadline })
    }

    /// Receives a leg some minutes after its dispatch and says so.
    fn receive(&mut self, who: usize, leg: Option<String>) {
        let wait = self.world.rng.span(Span::from_minutes(2), Span::from_minutes(9));
        self.at = self.at.plus(wait).min(self.world.now);
        self.take(who, leg);
        self.wait_minutes(4);
        let by = self.people[who].clone();
        let text = (*self.world.rng.pick(talk::RECEIPTS)).into();
        self.act(&by, Intent::AddNote { text });
    }

    fn take(&mut self, who: usize, leg: Option<String>) {
        let by = self.people[who].clone();
        if let Some(leg) = leg {
            self.act(&by, Intent::ReceiveLeg { leg });
        }
    }

    fn answer(&mut self, who: usize, leg: Option<String>, text: &str) {
        let by = self.people[who].clone();
        let text = self.words.fill(text);
        if let Some(leg) = leg {
            self.act(&by, Intent::AnswerLeg { leg, text });
        }
    }

    fn note(&mut self, by: &Actor) {
        let text = self.words.say(&mut self.world.rng, self.story.notes);
        self.act(by, Intent::AddNote { text });
    }

    fn act(&mut self, by: &Actor, intent: Intent) -> Option<String> {
        self.world.act(Collection::Cases, &self.id, self.at, by, intent)
    }

    fn wait_minutes(&mut self, minutes: i64) {
        let jitter = self.world.rng.range(-40, 40);
        let at = self.at.plus(Span::from_secs(minutes * 60 + jitter));
        self.at = at.min(self.world.now);
    }

    /// Goes on by `low` to `high` per cent of what is left until now.
    fn towards_now(&mut self, low: i64, high: i64) {
        self.later(self.world.now.since(self.at), low, high);
    }

    /// Goes on by `low` to `high` per cent of `whole`.
    fn later(&mut self, whole: Span, low: i64, high: i64) {
        let per_mille = self.world.rng.range(low * 10, high * 10);
        let at = self.at.plus(Span::from_secs(whole.millis() / 1000 * per_mille / 1000));
        self.at = at.min(self.world.now);
    }
}
