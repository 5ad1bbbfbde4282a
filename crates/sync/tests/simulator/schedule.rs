//! What can happen next. An action says all that it needs, so that a recorded list of them can be played again, also
//! with some left out: what is not possible then is passed over.

use crate::dice::Dice;
use crate::lanes::{LaneId, StoreFate, Strand, TabId};
use crate::weather::{NetFate, Weather};
use crate::world::World;
use baton_sync::net::Rng;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// What this lane waits for is carried out; `see`: the lane goes on at once.
    Store {
        lane: LaneId,
        fate: StoreFate,
        see: bool,
    },
    Net {
        lane: LaneId,
        fate: NetFate,
        dice: u64,
        see: bool,
    },
    Wake {
        lane: LaneId,
    },
    See {
        lane: LaneId,
    },
    /// A begun write of a backend becomes visible.
    Commit {
        nth: usize,
    },
    /// A late copy of a request arrives.
    Arrive {
        nth: usize,
    },
    Act {
        lane: LaneId,
        dice: u64,
    },
    Tidy {
        tab: TabId,
        dice: u64,
    },
    Draft {
        tab: TabId,
        dice: u64,
    },
    /// Room is made on the device.
    Prune {
        tab: TabId,
    },
    /// What was dropped for room is wanted.
    BringBack {
        tab: TabId,
    },
    Lead {
        tab: TabId,
    },
    Hear {
        tab: TabId,
        lose: bool,
    },
    Look {
        tab: TabId,
    },
    Feed {
        tab: TabId,
        dice: u64,
    },
    Kick {
        tab: TabId,
    },
    Open {
        tab: TabId,
    },
    Crash {
        tab: TabId,
        arrives: bool,
    },
    Pass {
        ms: i64,
    },
    /// Time passes, and the steady clock of one device does not count it.
    Sleep {
        client: usize,
        ms: i64,
    },
    Jump {
        client: usize,
        ms: i64,
    },
    Partition {
        client: usize,
        up: bool,
    },
    Session {
        client: usize,
        good: bool,
    },
    Evict {
        client: usize,
    },
    /// An outbox item is of a form that this version cannot read, until another version has been there.
    Upgrade {
        client: usize,
        dice: u64,
    },
    Other {
        dice: u64,
    },
}

const DAY_MS: i64 = 24 * 60 * 60_000;

/// Draws the next action; it fits the world as it is.
pub fn next(world: &World, weather: &Weather, dice: &Dice) -> Action {
    let tab = TabId { client: dice.below(weather.clients), tab: dice.below(weather.tabs) };
    if !world.is_open(tab) && dice.chance(20) {
        return Action::Open { tab };
    }
    let weights = [
        (100, 0),
        (18, 1),
        (6, 2),
        (weather.crash, 3),
        (weather.steal, 4),
        (weather.evict, 5),
        (weather.jump, 6),
        (weather.partition, 7),
        (weather.session, 8),
        (weather.other, 9),
        (weather.upgrade, 10),
        (weather.long_waits, 11),
        (4, 12),
        (weather.feeds, 13),
        (2, 14),
        (1, 15),
        (weather.kicks, 16),
        (weather.prunes, 17),
    ];
    let sum: u32 = weights.iter().map(|(w, _)| w).sum();
    let mut point = u32::try_from(dice.below(sum as usize)).unwrap_or(0);
    let what = weights.iter().find(|(weight, _)| {
        if point < *weight {
            true
        } else {
            point -= weight;
            false
        }
    });
    let seed = dice.next_u64();
    match what.map_or(0, |(_, what)| *what) {
        1 => {
            let strand = if dice.chance(75) { Strand::Act } else { Strand::OtherAct };
            Action::Act { lane: LaneId { tab, strand }, dice: seed }
        }
        2 => Action::Pass { ms: dice.between(1, 3_000) },
        3 => Action::Crash { tab, arrives: dice.chance(50) },
        4 => Action::Lead { tab },
        5 => Action::Evict { client: tab.client },
        6 => {
            // A clock is set, now and then by days.
            let ms =
                if dice.chance(70) { dice.between(-180_000, 180_000) } else { dice.between(-2 * DAY_MS, 2 * DAY_MS) };
            Action::Jump { client: tab.client, ms }
        }
        7 => Action::Partition { client: tab.client, up: dice.chance(60) },
        8 => Action::Session { client: tab.client, good: dice.chance(60) },
        9 => Action::Other { dice: seed },
        10 => Action::Upgrade { client: tab.client, dice: seed },
        11 => {
            let ms = *dice.one(&[20_000, 70_000, 200_000, 700_000]);
            if dice.chance(30) { Action::Sleep { client: tab.client, ms } } else { Action::Pass { ms } }
        }
        12 => Action::Hear { tab, lose: dice.chance(20) },
        13 => Action::Feed { tab, dice: seed },
        14 => Action::Tidy { tab, dice: seed },
        15 => Action::Draft { tab, dice: seed },
        17 if dice.chance(60) => Action::Prune { tab },
        17 => Action::BringBack { tab },
        16 => {
            if dice.chance(50) {
                Action::Kick { tab }
            } else {
                Action::Look { tab }
            }
        }
        _ => progress(world, weather, dice),
    }
}

/// Something that is under way gets on.
fn progress(world: &World, weather: &Weather, dice: &Dice) -> Action {
    if world.begun() > 0 && dice.chance(weather.commits) {
        return Action::Commit { nth: dice.below(world.begun()) };
    }
    if world.lingering() > 0 && dice.chance(5) {
        return Action::Arrive { nth: dice.below(world.lingering()) };
    }
    let moves = world.moves();
    if moves.is_empty() {
        return Action::Pass { ms: world.until_next_wake().clamp(1, 60_000) };
    }
    let seed = dice.next_u64();
    let see = dice.chance(85);
    match *dice.one(&moves) {
        Move::Ready(lane) => Action::See { lane },
        Move::Rest(lane) => Action::Wake { lane },
        Move::Store(lane, reads) => {
            let trouble = dice.chance(weather.store) && (!reads || weather.read_faults);
            let fate = if trouble { *dice.one(&weather.store_fates) } else { StoreFate::Good };
            Action::Store { lane, fate, see }
        }
        Move::Net(lane) => {
            let fate = if dice.chance(weather.net) { *dice.one(&weather.net_fates) } else { NetFate::Good };
            Action::Net { lane, fate, dice: seed, see }
        }
    }
}

/// A lane that can get on, and by what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    Ready(LaneId),
    Rest(LaneId),
    Store(LaneId, bool),
    Net(LaneId),
}
