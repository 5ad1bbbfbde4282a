//! Very many simple cases, to see that the work list carries them. Each is one `OpenCase` through the rules.

use baton_engine::decide;
use baton_engine::model::{Channel, Collection, CustomerRef, Document, Entry, Intent};
use baton_engine::policy::Policies;
use baton_engine::time::{Span, Timestamp};

use crate::customers::customers;
use crate::people::{Cast, POLICY};
use crate::rng::Rng;
use crate::texts::{self, Story, Words};

/// Ids of the crowd begin with this; the feed does not look at them.
pub const CROWD: &str = "crowd-";

/// `n` cases of the home province, taken in over the five days before `now`, with the demo's customers.
/// The same arguments give the same documents. Nothing if no pack is loaded.
pub fn crowd(seed: u64, now: Timestamp, policies: &Policies, n: usize) -> impl Iterator<Item = Document> {
    let mut rng = Rng::new(seed, "crowd");
    let stories: Vec<&Story> = texts::operator().collect();
    let people = customers(seed);
    let by = Cast::new(policies).user("lead");
    let pack = policies.all().iter().rfind(|p| p.id == POLICY).or_else(|| policies.in_force());
    let pin = pack.map(|p| p.pin()).unwrap_or_default();
    (0..n).filter_map(move |nth| {
        let (story, customer) = (*rng.pick(&stories), rng.pick(&people));
        let words = Words::of(customer, story.category);
        // Denser towards the present: most are on track, some due soon, some overdue.
        let share = rng.range(0, 999);
        let at = now.minus(Span::from_secs(5 * 86_400 * share / 1000 * share / 1000 + 60));
        let customer = CustomerRef {
            // 1xx 0000 xxxx is nobody's number.
            number: format!("1{:02}0000{:04}", 30 + nth / 10_000 % 70, nth % 10_000),
            ..customer.reference()
        };
        let intent = Intent::OpenCase {
            title: words.fill(rng.pick(story.plots).title),
            description: String::new(),
            category: story.category.into(),
            channel: Channel::Voice,
            customer,
            policy: pin.clone(),
            links: Vec::new(),
            interaction: None,
        };
        let id = format!("{CROWD}{nth:06}");
        let entry = Entry { id: rng.id(at), at, by: by.clone(), intent };
        decide(policies, Collection::Cases, &id, None, &entry).ok()
    })
}
