//! One operator's rules as data: the compiled form of a policy pack. Reading and checking the JSON lives in
//! `policy::read`; the document format is described in `docs/policy-packs.md`. Nothing here decides anything.

mod read;

pub use read::{Expected, FORMAT, Fault, FaultCode, Found, Noun, PackLoader, check};

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::model::{Channel, PolicyPin};
use crate::time::{Date, Span};

/// How sure we are of a value. The desk shows it beside the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Certainty {
    /// Printed plainly in the source.
    Stated,
    /// Garbled in the source, the reading is safe.
    Decoded,
    /// Ambiguous; the alternatives are named in the note.
    Uncertain,
    /// Follows from other printed facts.
    Inferred,
    /// The source is silent; our configurable choice.
    Default,
    /// From outside the operator's documents (law, regulation).
    External,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// Document and section.
    pub source: String,
    pub certainty: Certainty,
    pub note: Option<Text>,
}

/// A text in both languages of the desk.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text {
    pub zh: String,
    pub en: String,
}

/// A single value of a pack with its own provenance, for views that list values: the compiled value itself
/// sits in the field of the same meaning (`loopLimit` in [`ClockRules::loop_limit`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The key in the pack, e.g. `loopLimit`.
    pub id: String,
    /// As the pack writes it, e.g. `3` or `PT20M`.
    pub value: String,
    pub provenance: Provenance,
}

/// A time limit with the id under which people quote it, e.g. `CR-VIP`.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    pub id: String,
    pub name: Text,
    pub limit: Span,
    /// Index into [`Policy::calendars`].
    pub calendar: usize,
    pub provenance: Provenance,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ServiceClass {
    pub id: String,
    pub name: Text,
    /// 1 is served first.
    pub rank: u32,
    /// Reply to the customer.
    pub reply: Rule,
    /// Reply of one interface while a case travels.
    pub leg: Rule,
    pub provenance: Provenance,
}

/// A customer tier (card or value class), and the service class that it is served by.
#[derive(Debug, Clone, PartialEq)]
pub struct Tier {
    pub id: String,
    pub name: Text,
    /// 1 is served first.
    pub rank: u32,
    /// Look of the badge: diamond, gold, silver, a, b, c.
    pub badge: String,
    /// None: the class follows the customer's brand.
    pub service_class: Option<String>,
    pub range: Option<TierRange>,
    pub provenance: Provenance,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TierMeasure {
    AnnualSpend,
    MonthlyArpu,
}

/// Which customers belong to a tier: at least the one, below the other, in fen (1/100 CNY).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TierRange {
    pub measure: TierMeasure,
    pub at_least_fen: i64,
    pub below_fen: Option<i64>,
}

#[derive(Debug, Clone)]
pub struct NamedCalendar {
    pub id: String,
    pub name: Text,
    pub calendar: Arc<Calendar>,
    /// Names of the days that differ from the week, in both languages; the calendar itself carries the Chinese ones.
    pub days: Vec<NamedDay>,
    pub provenance: Provenance,
}

/// A holiday, make-up working day or other special day of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedDay {
    /// Local date in the calendar's zone.
    pub date: Date,
    pub name: Text,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Organisation {
    pub id: String,
    pub name: Text,
    /// A few letters for narrow places.
    pub short: Text,
    /// Customers can ask it first, so it can own cases.
    pub interface: bool,
    /// Outside the operator: data leave only with the customer's consent.
    pub external: bool,
    pub provenance: Provenance,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EdgeKind {
    Dispatch,
    /// Help from group headquarters.
    Assist,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    pub from: String,
    pub to: String,
    pub kind: EdgeKind,
    /// The sender may have this leg and another running at once.
    pub parallel: bool,
    pub provenance: Provenance,
}

/// The way of a case whose first-asked owner is `entry`.
#[derive(Debug, Clone, PartialEq)]
pub struct Flow {
    pub id: String,
    pub name: Text,
    pub entry: String,
    pub edges: Vec<Edge>,
    pub provenance: Provenance,
}

/// Clock rules that hold for every class.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockRules {
    /// Kept for the owner's answer to the customer.
    pub reserve: Rule,
    /// A leg not received in this time counts from dispatch plus this time.
    pub receipt_grace: Rule,
    /// Ceiling by law: days after the day of intake, ends 24:00 local (Civil Code art. 201).
    pub statutory_days: Option<(u32, Rule)>,
    /// Share of the limit, 0–1000 per mille, from which a clock is due soon.
    pub soon_per_mille: u32,
    /// Or when less than this remains.
    pub soon_under: Span,
    /// Share of the full limit, per mille, that a reopened case gets.
    pub reopen_per_mille: u32,
    /// A closed case may be followed up as a repeat in this time.
    pub repeat_window: Span,
    /// Refuse a dispatch that breaks the customer's deadline even when the person insists.
    pub guard_blocks: bool,
    /// The same pair of organisations at most so often on one case.
    pub loop_limit: u32,
    /// A case may close unanswered after so many failed tries on separate days.
    pub close_after_failed_days: u32,
    /// The values above that are no rule of their own, with their provenance.
    pub settings: Vec<Setting>,
}

/// How long a waiting contact of a channel may wait for the desk.
#[derive(Debug, Clone, PartialEq)]
pub struct ContactRule {
    pub channel: Channel,
    pub rule: Rule,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// The operator's own.
    Mobile,
    /// The terminal maker's: the customer is guided to its hotline.
    Maker,
    /// To be judged case by case.
    Either,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Category {
    pub id: String,
    pub name: Text,
    /// Parent category id, if it is a sub-category.
    pub parent: Option<String>,
    pub duty: Duty,
    /// Topic of an expert desk's catalogue that it belongs to, if any.
    pub topic: Option<String>,
    pub provenance: Provenance,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Topic {
    pub id: String,
    pub name: Text,
    /// Skill that a seat needs for it.
    pub skill: String,
    pub in_scope: bool,
    /// What to do instead, for topics out of scope.
    pub alternative: Option<Text>,
    pub provenance: Provenance,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SeatPlan {
    pub id: String,
    /// The person as written in Chinese.
    pub name: String,
    /// The same in Latin letters.
    pub name_en: String,
    pub skills: Vec<String>,
    pub provenance: Provenance,
}

#[derive(Debug, Clone, PartialEq)]
pub struct City {
    pub id: String,
    pub name: Text,
    pub provenance: Provenance,
}

/// A named switch of the pack for a doubt in the source, e.g. four or seven services.
#[derive(Debug, Clone, PartialEq)]
pub struct Flag {
    pub id: String,
    pub name: Text,
    pub value: String,
    pub options: Vec<String>,
    /// Names of the options, in the same order.
    pub option_names: Vec<Text>,
    pub provenance: Provenance,
}

/// Call-backs of a desk.
#[derive(Debug, Clone, PartialEq)]
pub struct CallbackRules {
    /// Promise, in open time of the desk.
    pub window: Rule,
    pub tries: u32,
    pub spacing: Span,
    /// A claim without an attempt lapses after this time.
    pub claim_lapse: Span,
    /// Mean time that one call-back takes, for the backlog forecast.
    pub handling: Span,
    pub text: Text,
    /// The values above that are no rule of their own, with their provenance.
    pub settings: Vec<Setting>,
    pub provenance: Provenance,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Desk {
    pub id: String,
    pub name: Text,
    pub org: String,
    /// Index into [`Policy::calendars`].
    pub calendar: usize,
    /// Cities served; empty = all.
    pub cities: Vec<City>,
    /// What to do for customers of other cities.
    pub other_city: Option<Text>,
    pub topics: Vec<Topic>,
    pub seats: Vec<SeatPlan>,
    /// Seconds that a seat has to take an offer.
    pub offer: Span,
    /// A waiting item gains one rank per this waiting time, so that nobody starves.
    pub ageing: Span,
    pub callback: Option<CallbackRules>,
    /// `offer` and `ageing` with their provenance.
    pub settings: Vec<Setting>,
    pub provenance: Provenance,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Disposition {
    pub id: String,
    pub name: Text,
    pub provenance: Provenance,
}

/// A checked pack. Deadlines are a pure function of this and a document's journal.
#[derive(Debug, Clone)]
pub struct Policy {
    pub id: String,
    pub version: String,
    pub name: Text,
    /// Ids of the packs that it extends, nearest first.
    pub extends: Vec<String>,
    pub calendars: Vec<NamedCalendar>,
    /// In whose local days dates are counted: an index into `calendars` (natural days of the operator).
    pub home_calendar: usize,
    pub classes: Vec<ServiceClass>,
    /// Class for customers whose own is unknown.
    pub default_class: usize,
    pub tiers: Vec<Tier>,
    pub clocks: ClockRules,
    pub contacts: Vec<ContactRule>,
    pub organisations: Vec<Organisation>,
    pub flows: Vec<Flow>,
    pub categories: Vec<Category>,
    pub desks: Vec<Desk>,
    pub dispositions: Vec<Disposition>,
    pub flags: Vec<Flag>,
    /// `defaultClass` and `homeCalendar` with their provenance.
    pub settings: Vec<Setting>,
}

impl Policy {
    pub fn pin(&self) -> PolicyPin {
        PolicyPin { id: self.id.clone(), version: self.version.clone() }
    }
    /// The class of that id; the pack's default class when it is unknown.
    pub fn class(&self, id: &str) -> &ServiceClass {
        self.classes.iter().find(|c| c.id == id).unwrap_or(&self.classes[self.default_class])
    }
    pub fn tier(&self, id: &str) -> Option<&Tier> {
        self.tiers.iter().find(|t| t.id == id)
    }
    pub fn organisation(&self, id: &str) -> Option<&Organisation> {
        self.organisations.iter().find(|o| o.id == id)
    }
    pub fn flow(&self, id: &str) -> Option<&Flow> {
        self.flows.iter().find(|f| f.id == id)
    }
    pub fn flow_of_entry(&self, org: &str) -> Option<&Flow> {
        self.flows.iter().find(|f| f.entry == org)
    }
    pub fn category(&self, id: &str) -> Option<&Category> {
        self.categories.iter().find(|c| c.id == id)
    }
    pub fn desk(&self, id: &str) -> Option<&Desk> {
        self.desks.iter().find(|d| d.id == id)
    }
    pub fn calendar_of(&self, rule: &Rule) -> &Calendar {
        &self.calendars[rule.calendar].calendar
    }
    pub fn home(&self) -> &Calendar {
        &self.calendars[self.home_calendar].calendar
    }
    /// Every rule that something uses, some more than once.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        let clocks = [&self.clocks.reserve, &self.clocks.receipt_grace];
        let callbacks = self.desks.iter().filter_map(|d| d.callback.as_ref().map(|c| &c.window));
        self.classes
            .iter()
            .flat_map(|c| [&c.reply, &c.leg])
            .chain(clocks)
            .chain(self.clocks.statutory_days.iter().map(|(_, r)| r))
            .chain(self.contacts.iter().map(|c| &c.rule))
            .chain(callbacks)
    }
    /// The rule that people quote as `id`, with its name and source.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules().find(|r| r.id == id)
    }
    pub fn contact_rule(&self, channel: Channel) -> Option<&Rule> {
        self.contacts.iter().find(|c| c.channel == channel).map(|c| &c.rule)
    }
}

impl Desk {
    pub fn topic(&self, id: &str) -> Option<&Topic> {
        self.topics.iter().find(|t| t.id == id)
    }
}

/// The packs that are loaded, every version that an open document may be pinned to, and the one in force.
#[derive(Debug, Clone, Default)]
pub struct Policies {
    packs: Vec<Arc<Policy>>,
    in_force: usize,
}

impl Policies {
    /// Adds or replaces a pack (same id and version).
    pub fn insert(&mut self, policy: Policy) {
        let policy = Arc::new(policy);
        match self.packs.iter_mut().find(|p| p.id == policy.id && p.version == policy.version) {
            Some(slot) => *slot = policy,
            None => self.packs.push(policy),
        }
    }
    /// Puts the newest loaded version of `id` in force. False if there is none.
    pub fn put_in_force(&mut self, id: &str) -> bool {
        match self.packs.iter().rposition(|p| p.id == id) {
            Some(at) => {
                self.in_force = at;
                true
            }
            None => false,
        }
    }
    pub fn in_force(&self) -> Option<&Arc<Policy>> {
        self.packs.get(self.in_force)
    }
    pub fn all(&self) -> &[Arc<Policy>] {
        &self.packs
    }
    /// The pinned version; without it the newest of the same id, then the one in force.
    pub fn of(&self, pin: &PolicyPin) -> Option<&Arc<Policy>> {
        self.packs
            .iter()
            .find(|p| p.id == pin.id && p.version == pin.version)
            .or_else(|| self.packs.iter().rfind(|p| p.id == pin.id))
            .or_else(|| self.in_force())
    }
    /// Whether the pinned version itself is loaded; if not, dates are computed with another and marked so.
    pub fn has(&self, pin: &PolicyPin) -> bool {
        self.packs.iter().any(|p| p.id == pin.id && p.version == pin.version)
    }
    /// The desk of that id in any loaded pack, with its pack; the one in force first.
    pub fn desk(&self, id: &str) -> Option<(&Arc<Policy>, &Desk)> {
        self.in_force().into_iter().chain(self.packs.iter().rev()).find_map(|p| p.desk(id).map(|d| (p, d)))
    }
}
