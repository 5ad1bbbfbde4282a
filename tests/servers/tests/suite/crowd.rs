//! Ten thousand documents are read completely while others write.

use baton_engine::decide;
use baton_engine::model::{Actor, Collection, Entry, Role};
use baton_engine::time::Timestamp;
use baton_servers::{Kind, Stock};

use crate::desk::Desk;
use crate::words::{note, open_case};
use crate::world::{BASE, HOME, World, policies};

const CASES: Collection = Collection::Cases;
const DOCUMENTS: usize = 10_000;

fn stock() -> Stock {
    let by = Actor { id: "z".into(), name: "z".into(), org: HOME.into(), role: Role::Agent, seat: None };
    let policies = policies();
    let document = |n: usize| {
        let (id, at) = (format!("s{n:05}"), Timestamp::from_millis(1_795_300_000_000 + n as i64 * 1000));
        let entry = Entry { id: format!("stock-{n}"), at, by: by.clone(), intent: open_case("存量") };
        ("cases", decide(&policies, CASES, &id, None, &entry).unwrap().to_json())
    };
    (0..DOCUMENTS).map(document).collect()
}

pub async fn ten_thousand(kind: Kind) {
    let world = World::with(kind, stock()).await;
    let writer = Desk::open(&world, "writer", BASE, "bob").await;
    writer.rest().await;
    assert_eq!(writer.ledger().replica().len(CASES), DOCUMENTS);
    let reader = Desk::open(&world, "reader", HOME, "ann").await;
    // Old documents move in the order of change under the reader's hands, and new ones appear.
    let syncer = reader.syncer();
    let mut turn = 0;
    while !reader.ledger().replica().is_complete(CASES) {
        syncer.step().await;
        syncer.kick();
        writer.act(CASES, &format!("s{:05}", turn * 37 % DOCUMENTS), note("读取期间的备注")).await;
        writer.act(CASES, &format!("n{turn:03}"), open_case("读取期间受理")).await;
        writer.steps(2).await;
        turn += 1;
        assert!(turn < 1000, "the list never ends");
    }
    world.ends_well(&[&reader, &writer]).await;
    assert_eq!(reader.ledger().replica().len(CASES), DOCUMENTS + turn);
}
