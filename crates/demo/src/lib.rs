//! The demo day: a seeded generator of customers, cases, contacts and call-backs; the log-ins; a feed that goes on
//! producing arrivals; and the loader that puts it all into a backend.
//!
//! Every document but the customers is made by running intents through [`baton_engine::decide`], so that every journal is real.
//! What may not live here: rules of the domain. Nothing uses system randomness: the same seed and moment give the same bytes.

mod callbacks;
mod cases;
mod contacts;
mod crowd;
mod customers;
pub mod feed;
pub mod load;
mod pace;
mod people;
mod plot;
mod rng;
mod stages;
mod texts;
mod world;

use baton_engine::model::{Collection, Document};
use baton_engine::policy::Policies;
use baton_engine::time::{Span, Timestamp};
use serde_json::Value;

pub use crowd::{CROWD, crowd};
pub use people::{PASSWORD, POLICY, User, users};
pub use world::Refused;

use people::Cast;
use rng::Rng;
use world::World;

/// Everything a fresh database gets.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoDay {
    pub users: Vec<User>,
    /// By collection, then by id.
    pub documents: Vec<(Collection, Value)>,
    /// Steps of the plan that the rules refused: none with the shipped packs, some perhaps with others.
    pub refused: Vec<Refused>,
}

/// The day that leads up to `now` (cut to the second). A pure function of its arguments.
///
/// Documents are taken under the newest loaded version of the pack [`POLICY`], else under the one in force.
pub fn day(seed: u64, now: Timestamp, policies: &Policies) -> DemoDay {
    let now = now.minus(Span::from_millis(now.millis().rem_euclid(1000)));
    let cast = Cast::new(policies);
    let people = customers::customers(seed);
    let mut world = World::new(policies, now, Rng::new(seed, "cases"));
    cases::play(&mut world, &cast, &people);
    let about: Vec<_> =
        world.cases().filter(|c| c.status.is_open()).map(|c| (c.id.clone(), c.customer.clone())).collect();
    world.rng = Rng::new(seed, "contacts");
    contacts::play(&mut world, &cast, &people, &about);
    contacts::seats(&mut world, &cast);
    world.rng = Rng::new(seed, "callbacks");
    callbacks::play(&mut world, &cast, &people);
    for customer in people {
        world.place(Document::Customer(customer));
    }
    let (documents, refused) = world.into_documents();
    let documents = documents.iter().map(|d| (d.collection(), d.to_json())).collect();
    DemoDay { users: users(policies), documents, refused }
}
