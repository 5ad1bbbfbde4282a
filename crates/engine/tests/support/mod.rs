//! What the engine's tests share: the shipped packs, people of the four organisations, and a case that is
//! driven by intents at given times.
#![allow(clippy::unwrap_used, dead_code)]

use baton_engine::decide::{Refusal, decide};
use baton_engine::model::{
    Actor, Callback, Case, Channel, Collection, CustomerRef, Document, Entry, Intent, Interaction, PolicyPin, Role,
};
use baton_engine::policy::{PackLoader, Policies, Policy};
use baton_engine::time::{Span, Timestamp};

pub const MAKER: &str = "oem-service";
pub const BASE: &str = "base-province";
pub const HOME: &str = "home-province";
pub const GROUP: &str = "group";
pub const EXPERT: &str = "expert-data-dg";

pub fn pack(name: &str) -> String {
    let path = format!("{}/../../public/policy/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

/// Both shipped packs, the expert desk's in force.
pub fn policies() -> Policies {
    let mut loader = PackLoader::new();
    for name in ["china-mobile-td", "dongguan-expert-desk"] {
        loader.add(name, &pack(name)).unwrap();
    }
    let mut policies = Policies::default();
    for id in ["china-mobile-td", "dongguan-expert-desk"] {
        policies.insert(loader.load(id).unwrap());
    }
    assert!(policies.put_in_force("dongguan-expert-desk"));
    policies
}

/// Local time in Shanghai on a day of November 2026: `at(23, "10:00")`.
pub fn at(day: u32, time: &str) -> Timestamp {
    let seconds = if time.len() == 5 { ":00" } else { "" };
    format!("2026-11-{day:02}T{time}{seconds}+08:00").parse().unwrap()
}

/// So many cases of a property, or as many as `PROPTEST_CASES` says.
pub fn cases(usual: u32) -> proptest::test_runner::Config {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok());
    proptest::test_runner::Config { cases: asked.unwrap_or(usual), ..Default::default() }
}

pub fn hours(h: i64) -> Span {
    Span::from_hours(h)
}

pub fn minutes(m: i64) -> Span {
    Span::from_minutes(m)
}

pub fn person(org: &str) -> Actor {
    Actor { id: format!("{org}-1"), name: format!("{org} agent"), org: org.into(), role: Role::Agent, seat: None }
}

pub fn lead(org: &str) -> Actor {
    Actor { id: format!("{org}-lead"), role: Role::Lead, ..person(org) }
}

pub fn at_seat(seat: &str) -> Actor {
    Actor { id: format!("seat-{seat}"), name: format!("seat {seat}"), seat: Some(seat.into()), ..person(HOME) }
}

pub fn customer(class: &str) -> CustomerRef {
    CustomerRef {
        id: "c1".into(),
        name: "陈女士".into(),
        number: "13800006027".into(),
        service_class: class.into(),
        tier: "GOLD".into(),
        city: "东莞".into(),
    }
}

pub fn pin(policies: &Policies) -> PolicyPin {
    policies.in_force().unwrap().pin()
}

pub fn opening(policies: &Policies, class: &str) -> Intent {
    Intent::OpenCase {
        title: "视频会员已开通，手机视频无法播放".into(),
        description: String::new(),
        category: "DATA_SERVICE".into(),
        channel: Channel::Voice,
        customer: customer(class),
        policy: pin(policies),
        links: Vec::new(),
        interaction: None,
    }
}

/// A document under test: every intent goes through `decide`, ids count up.
pub struct Bench {
    pub policies: Policies,
    pub collection: Collection,
    pub doc: Option<Document>,
    pub entries: u32,
}

impl Bench {
    pub fn new(collection: Collection) -> Bench {
        Bench { policies: policies(), collection, doc: None, entries: 0 }
    }

    /// A case taken in by `org` on 23 November at `time`.
    pub fn case(org: &str, class: &str, time: &str) -> Bench {
        let mut bench = Bench::new(Collection::Cases);
        let intent = opening(&bench.policies, class);
        bench.does(person(org), at(23, time), intent).unwrap();
        bench
    }

    /// Applies an intent; the entry's id (a leg's id for a dispatch) comes back.
    pub fn does(&mut self, by: Actor, at: Timestamp, intent: Intent) -> Result<String, Refusal> {
        self.entries += 1;
        let id = format!("e{}", self.entries);
        let entry = Entry { id: id.clone(), at, by, intent };
        let next = decide(&self.policies, self.collection, "doc-1", self.doc.as_ref(), &entry)?;
        self.doc = Some(next);
        Ok(id)
    }

    pub fn dispatches(&mut self, from: &str, to: &str, at: Timestamp) -> Result<String, Refusal> {
        self.does(
            person(from),
            at,
            Intent::Dispatch { to: to.into(), request: "请查证".into(), consent: true, despite_deadline: false },
        )
    }

    pub fn receives(&mut self, org: &str, leg: &str, at: Timestamp) {
        self.does(person(org), at, Intent::ReceiveLeg { leg: leg.into() }).unwrap();
    }

    pub fn answers(&mut self, org: &str, leg: &str, at: Timestamp) -> Result<String, Refusal> {
        self.does(person(org), at, Intent::AnswerLeg { leg: leg.into(), text: "已补发".into() })
    }

    pub fn the_case(&self) -> &Case {
        match self.doc.as_ref().unwrap() {
            Document::Case(case) => case,
            other => panic!("not a case: {other:?}"),
        }
    }

    pub fn the_callback(&self) -> &Callback {
        match self.doc.as_ref().unwrap() {
            Document::Callback(callback) => callback,
            other => panic!("not a call-back: {other:?}"),
        }
    }

    pub fn the_contact(&self) -> &Interaction {
        match self.doc.as_ref().unwrap() {
            Document::Interaction(contact) => contact,
            other => panic!("not a contact: {other:?}"),
        }
    }

    pub fn policy(&self) -> &Policy {
        self.policies.in_force().unwrap()
    }
}
