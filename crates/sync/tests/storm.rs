//! Random work by several people under random faults; at rest every promise must hold. Each seed is one run that can
//! be repeated exactly: `STORM_SEED=n cargo test -p baton-sync --test storm`.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;

use baton_engine::model::{Collection, Document, Intent};
use baton_sync::{Fail, ItemState};
use support::{Client, World, book_callback, note, now, start_contact, topic};

const SEEDS: u64 = 150;
const ACTS: usize = 120;

#[test]
fn no_acknowledged_work_is_lost_or_done_twice() {
    let seeds = match std::env::var("STORM_SEED") {
        Ok(seed) => {
            let seed: u64 = seed.parse().unwrap();
            seed..seed + 1
        }
        Err(_) => 0..SEEDS,
    };
    let mut totals = (0, 0);
    for seed in seeds {
        let (acknowledged, refused) = run(seed);
        totals = (totals.0 + acknowledged, totals.1 + refused);
    }
    println!("{} acknowledged, of these {} refused in plain sight", totals.0, totals.1);
    assert!(totals.0 > 1000 || std::env::var("STORM_SEED").is_ok(), "the storm did some work");
}

fn run(seed: u64) -> (usize, usize) {
    let world = World::new(seed);
    world.server.borrow_mut().page = 3;
    let mut clients: Vec<Client> = ["a", "b", "c"].iter().map(|name| world.client(name)).collect();
    for (n, client) in clients.iter_mut().enumerate() {
        client.clock.skew_ms = (n as i64 - 1) * 90_000;
        client.crash();
    }
    // Entry → (client, collection, document) of every acknowledged act.
    let mut acknowledged: BTreeMap<String, (usize, Collection, String)> = BTreeMap::new();
    let mut delivered = vec![0_usize; clients.len()];
    let dice = world.dice.clone();
    for _ in 0..ACTS * 4 {
        let who = dice.below(clients.len() as u64) as usize;
        let client = &mut clients[who];
        match dice.below(20) {
            0..=6 => {
                let (collection, id, intent) = work(&world, client);
                if let Ok(entry) = client.act(collection, &id, intent) {
                    acknowledged.insert(entry, (who, collection, id));
                }
            }
            7..=13 => drop(client.step()),
            14 => client.crash(),
            15 => {
                let fail = if dice.chance(50) { Fail::Before } else { Fail::After };
                client.store.fail_next([Some(fail)]);
            }
            16 => client.line.bad.set([0, 20, 60][dice.below(3) as usize]),
            17 => world.server.borrow_mut().deliver_lingering(),
            18 => {
                // The feed: from where it was, sometimes with a gap, sometimes a late piece of what was long ago.
                let events = world.server.borrow().events.clone();
                let old = dice.below(events.len() as u64 + 1) as usize;
                let piece = match dice.below(4) {
                    0 => &events[old..(old + 4).min(events.len())],
                    1 => &events[events.len()..],
                    _ => &events[delivered[who]..],
                };
                now(client.syncer.on_changes(piece));
                delivered[who] = events.len();
                if dice.chance(30) {
                    client.syncer.pull_soon();
                }
            }
            _ => {
                world.true_ms.set(world.true_ms.get() + dice.below(30_000) as i64);
                client.syncer.kick();
            }
        }
    }
    // The storm is over.
    for client in &clients {
        client.line.bad.set(0);
        client.store.fail_next([]);
    }
    world.server.borrow_mut().deliver_lingering();
    let all: Vec<&Client> = clients.iter().collect();
    for _ in 0..2 {
        world.rest(&all);
    }
    check(seed, &world, &all, &acknowledged)
}

fn work(world: &World, client: &Client) -> (Collection, String, Intent) {
    let dice = &world.dice;
    let n = dice.below(6);
    if dice.chance(30) {
        let id = format!("cb{n}");
        let intent = match dice.below(4) {
            0 => book_callback(),
            1 | 2 => Intent::ClaimCallback,
            _ => Intent::ReleaseCallback { reason: String::new() },
        };
        return (Collection::Callbacks, id, intent);
    }
    let id = format!("i{n}");
    let intent = match dice.below(8) {
        0 | 1 => start_contact(),
        2 | 3 => Intent::AcceptInteraction,
        4 => topic(&client.actor.id),
        5 => note(&format!("note of {}", client.actor.id)),
        6 => Intent::LinkInteraction { case: format!("c{}", dice.below(3)) },
        _ => Intent::EndInteraction,
    };
    (Collection::Interactions, id, intent)
}

fn check(
    seed: u64,
    world: &World,
    clients: &[&Client],
    acknowledged: &BTreeMap<String, (usize, Collection, String)>,
) -> (usize, usize) {
    let server = world.server.borrow();
    let mut refused = 0;
    for (entry, (who, collection, id)) in acknowledged {
        let done = server.journal(*collection, id).iter().filter(|e| *e == entry).count();
        match (done, clients[*who].state(entry)) {
            (1, None) => {}
            (0, Some(ItemState::Refused { .. } | ItemState::Dead { .. })) => refused += 1,
            (n, state) => {
                panic!("seed {seed}: {entry} of {id} is {n} times in the journal and {state:?} in the outbox")
            }
        }
    }
    for ((collection, id), raw) in &server.docs {
        let collection = Collection::from_name(collection).unwrap();
        let mut journal = server.journal(collection, id);
        let len = journal.len();
        journal.sort();
        journal.dedup();
        assert_eq!(journal.len(), len, "seed {seed}: an entry twice in {id}");
        let truth = Document::from_json(collection, raw, None).unwrap();
        for client in clients {
            let seen = client.document(collection, id).unwrap_or_else(|| panic!("seed {seed}: {id} unseen"));
            assert_eq!(*seen, truth, "seed {seed}: {} sees another {id}", client.actor.id);
        }
    }
    for client in clients {
        assert_eq!(client.moving(), 0, "seed {seed}: not at rest");
    }
    (acknowledged.len(), refused)
}
