//! Many want the same: exactly one gets it, and everybody sees who.

use std::rc::Rc;

use baton_engine::Refusal;
use baton_engine::model::{Collection, Document, Intent};
use baton_servers::Kind;
use baton_sync::ItemState;

use crate::desk::Desk;
use crate::words::book_callback;
use crate::world::{HOME, World, all_rest};

const CALLBACKS: Collection = Collection::Callbacks;
const CLAIMERS: usize = 8;
const ROUNDS: usize = 3;

pub async fn claims(kind: Kind) {
    let world = World::new(kind).await;
    let mut desks: Vec<Rc<Desk>> = Vec::new();
    for n in 0..CLAIMERS {
        let login = if n % 2 == 0 { "ann" } else { "bob" };
        desks.push(Desk::open(&world, &format!("agent{n}"), HOME, login).await);
    }
    let all: Vec<&Rc<Desk>> = desks.iter().collect();
    for round in 0..ROUNDS {
        desks[0].act(CALLBACKS, &format!("b{round}"), book_callback()).await;
    }
    all_rest(&all[..1]).await;
    all_rest(&all).await;
    let mut claims = Vec::new();
    for round in 0..ROUNDS {
        for desk in &desks {
            let entry = desk.act(CALLBACKS, &format!("b{round}"), Intent::ClaimCallback).await;
            claims.push((round, desk.clone(), entry));
        }
        all_rest(&all).await;
    }
    world.ends_well(&all).await;
    for round in 0..ROUNDS {
        let id = format!("b{round}");
        let Some(Document::Callback(callback)) = desks[0].sees(CALLBACKS, &id).as_deref().cloned() else {
            panic!("no call-back")
        };
        let winner = callback.claim.expect("somebody has it").by.id;
        for (_, desk, entry) in claims.iter().filter(|(r, ..)| *r == round) {
            let state = desk.state(entry);
            if desk.name == winner {
                assert_eq!(state, None, "the winner's claim is done");
            } else {
                let taken =
                    matches!(&state, Some(ItemState::Refused { refusal: Refusal::Taken { by, .. } }) if *by == winner);
                assert!(taken, "{} was not told that {winner} has it: {state:?}", desk.name);
            }
        }
    }
}
