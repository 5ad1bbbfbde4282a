//! A document that somebody deletes goes from all desks; work that was on its way to it becomes visible.

use baton_engine::model::Collection;
use baton_servers::Kind;

use crate::words::{note, open_case};
use crate::world::{World, all_rest};

const CASES: Collection = Collection::Cases;

pub async fn seen(kind: Kind) {
    let world = World::new(kind).await;
    let (home, base) = world.two().await;
    let opened = home.act(CASES, "k1", open_case("误建")).await;
    home.act(CASES, "k2", open_case("保留")).await;
    all_rest(&[&home]).await;
    all_rest(&[&base]).await;
    assert!(base.sees(CASES, "k1").is_some());
    // Where the last write wins a desk watches for a while what it wrote, and would bring it back.
    world.pass_minutes(5);
    all_rest(&[&home, &base]).await;
    assert_eq!(home.ledger().replica().outbox().count(), 0);
    world.delete(CASES, "k1").await;
    let late = base.act(CASES, "k1", note("晚到的备注")).await;
    world.forget(&[opened]);
    world.ends_well(&[&home, &base]).await;
    for desk in [&home, &base] {
        assert!(desk.sees(CASES, "k2").is_some());
        assert!(desk.sees(CASES, "k1").is_none(), "{} still shows it", desk.name);
    }
    assert!(base.state(&late).is_some_and(|state| state.is_stuck()), "the note is in the outbox, with the reason");
}
