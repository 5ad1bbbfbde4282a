//! What a case of the plan is about: its way, its story, and the pack that it is taken under.

use baton_engine::model::PolicyPin;

use crate::people::{ORGS, POLICY};
use crate::stages::{Row, Stage};
use crate::texts::{self, Story};
use crate::world::World;

/// Category of the show-piece.
const SHOW: &str = "DATA_SERVICE.video";

/// Owner, first and second receiver of a row's case.
///
/// `nth` is the row's place in the plan: the ways take turns, so that every organisation gets its share with every seed.
pub fn path(row: &Row, nth: usize) -> [&'static str; 3] {
    let [maker, home, base, group] = ORGS;
    match row.owner {
        0 if nth.is_multiple_of(4) => [maker, base, group],
        0 => [maker, base, home],
        1 => [home, base, group],
        _ if nth.is_multiple_of(2) => [base, home, group],
        _ => [base, group, home],
    }
}

pub fn story(world: &mut World<'_>, row: &Row, show: bool) -> &'static Story {
    let all: Vec<&Story> = match (row.owner, row.stage) {
        // The maker dispatches settings and keeps hardware; who is referred to it has a hardware fault.
        (_, Stage::Referred) => texts::maker().iter().take(1).collect(),
        (0, Stage::Fresh | Stage::Working | Stage::Held | Stage::Pending | Stage::Cancelled) => {
            texts::maker().iter().collect()
        }
        (0, _) => texts::maker().iter().skip(1).chain(texts::operator().take(3)).collect(),
        _ => texts::operator().filter(|s| !show || s.category == SHOW).collect(),
    };
    world.rng.pick::<&Story>(&all)
}

/// The pack that new documents are taken under.
pub fn pin(world: &World<'_>) -> PolicyPin {
    let packs = world.policies;
    let own = packs.all().iter().rfind(|p| p.id == POLICY).or_else(|| packs.in_force());
    own.map(|p| p.pin()).unwrap_or_default()
}
