//! The law that every story ends with notices when it is broken.

use baton_engine::model::Collection;
use baton_servers::Kind;
use serde_json::Value;

use crate::words::{note, open_case};
use crate::world::{Acted, World};

const CASES: Collection = Collection::Cases;

pub async fn notices(kind: Kind) {
    let world = World::new(kind).await;
    let (home, base) = world.two().await;
    home.act(CASES, "k1", open_case("一")).await;
    home.rest().await;
    base.rest().await;
    assert_eq!(world.faults(&[&home, &base]).await, Vec::<String>::new());

    // Acknowledged and not arrived.
    let never = Acted { entry: "never".into(), desk: "ann".into(), collection: CASES, id: "k1".into() };
    world.acts.borrow_mut().push(never);
    let faults = world.faults(&[&home, &base]).await;
    assert!(faults.len() == 1 && faults[0].contains("never"), "{faults:?}");
    world.acts.borrow_mut().pop();

    // On its way, and seen by one only.
    home.act(CASES, "k1", note("还没有发出")).await;
    let faults = world.faults(&[&home, &base]).await;
    assert!(faults.iter().any(|fault| fault.starts_with("ann has work")), "{faults:?}");
    assert!(faults.iter().any(|fault| fault.starts_with("ann sees")), "{faults:?}");
    home.rest().await;
    base.rest().await;
    assert_eq!(world.faults(&[&home, &base]).await, Vec::<String>::new());

    // Twice.
    let twice = |case: &mut Value| {
        let journal = case["journal"].as_array_mut().unwrap();
        journal.push(journal[0].clone());
    };
    world.change(CASES, "k1", twice).await;
    home.rest().await;
    base.rest().await;
    let faults = world.faults(&[&home, &base]).await;
    assert!(faults.iter().any(|fault| fault.contains("twice")), "{faults:?}");
}
