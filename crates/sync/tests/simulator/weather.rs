//! What may go wrong in one run, drawn from its seed. Each kind of trouble is absent from half of the runs, so that
//! rare combinations get their turn.

use baton_sync::defence::Defence;

use crate::backend::Kind;
use crate::dice::Dice;
use crate::lanes::StoreFate;
use crate::people::Stage;

/// What becomes of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NetFate {
    Good,
    LoseRequest,
    /// Carried out, and the answer is lost.
    LoseReply,
    /// The sender gives up; the request arrives later all the same.
    Late,
    /// Carried out and answered; a copy arrives later.
    Twice,
    /// A captive portal answers.
    Html,
    /// 429 with Retry-After.
    TooMany,
    /// 503 with Retry-After.
    Unavailable,
    /// 504 of a proxy: the backend has carried it out.
    Gateway,
}

const TROUBLES: [NetFate; 8] = [
    NetFate::LoseRequest,
    NetFate::LoseReply,
    NetFate::Late,
    NetFate::Twice,
    NetFate::Html,
    NetFate::TooMany,
    NetFate::Unavailable,
    NetFate::Gateway,
];

#[derive(Debug, Clone)]
pub struct Weather {
    pub kind: Kind,
    pub stage: Stage,
    pub clients: usize,
    pub tabs: usize,
    /// Scheduled actions before everything comes to rest.
    pub actions: usize,
    /// Percent of requests that meet trouble, and which.
    pub net: u32,
    pub net_fates: Vec<NetFate>,
    pub store: u32,
    pub store_fates: Vec<StoreFate>,
    pub read_faults: bool,
    /// Weights of single happenings; 0: never.
    pub crash: u32,
    pub steal: u32,
    pub evict: u32,
    pub jump: u32,
    pub partition: u32,
    pub session: u32,
    pub other: u32,
    pub upgrade: u32,
    /// Long silences, in which claims lapse and caches age.
    pub long_waits: u32,
    /// Percent of chances at which a backend ends a write that it has begun.
    pub commits: u32,
    pub kicks: u32,
    pub feeds: u32,
    pub skews_ms: Vec<i64>,
    /// Devices that are short of room.
    pub prunes: u32,
}

impl Weather {
    /// Weather in which a defence matters: what it guards against happens often, and what hides that seldom.
    pub fn for_proof(mut self, defence: Defence) -> Weather {
        match defence {
            Defence::CursorOverlap => {
                (self.kicks, self.commits, self.crash, self.evict) = (40, 1, 0, 0);
                (self.net, self.store, self.partition, self.session, self.other) = (0, 0, 0, 0, 0);
                (self.long_waits, self.stage.documents, self.tabs, self.steal) = (0, 3, 1, 3);
            }
            Defence::Fence => (self.tabs, self.steal, self.crash, self.evict) = (3, 15, 0, 0),
            Defence::TombstonesStay => (self.other, self.feeds, self.crash, self.evict) = (12, 25, 0, 0),
            Defence::Vanished => self.other = 4,
            Defence::ClaimDocument => {
                (self.stage.documents, self.clients, self.crash, self.evict) = (1, 3, 0, 0);
                (self.net, self.store, self.partition, self.session, self.other) = (0, 0, 0, 0, 0);
                self.skews_ms = vec![0; 3];
            }
            _ => {}
        }
        self
    }

    pub fn of(seed: u64, kind: Kind) -> Weather {
        let dice = Dice::of(&[seed, 0x5EA]);
        let some = |weight: u32| if dice.chance(50) { weight } else { 0 };
        let clients = 2 + dice.below(3).min(1);
        let net_fates: Vec<NetFate> = TROUBLES.into_iter().filter(|_| dice.chance(50)).collect();
        let store_fates: Vec<StoreFate> =
            [StoreFate::Before, StoreFate::After, StoreFate::Quota].into_iter().filter(|_| dice.chance(60)).collect();
        let skewed = dice.chance(50);
        let prunes = if Dice::of(&[seed, 0xF11]).chance(25) { 20 } else { 0 };
        Weather {
            kind,
            stage: Stage {
                documents: 1 + dice.below(3),
                own_ids: !kind.creates_once(),
                ends: if prunes > 0 { 50 } else { 0 },
            },
            clients,
            tabs: 1 + dice.below(3),
            actions: 150 + dice.below(350),
            net: if net_fates.is_empty() { 0 } else { *dice.one(&[0, 5, 20, 50]) },
            net_fates,
            store: if store_fates.is_empty() { 0 } else { *dice.one(&[0, 5, 20]) },
            store_fates,
            read_faults: dice.chance(30),
            crash: some(3),
            steal: some(3),
            evict: some(1),
            jump: some(1),
            partition: some(2),
            session: some(1),
            other: some(3),
            upgrade: some(1),
            long_waits: some(2),
            commits: *dice.one(&[1, 10, 40]),
            kicks: *dice.one(&[1, 6, 30]),
            feeds: *dice.one(&[1, 4, 15]),
            skews_ms: (0..clients).map(|_| if skewed { dice.between(-120_000, 120_000) } else { 0 }).collect(),
            prunes,
        }
    }
}
