//! Who works in the simulated desks, and what they do: random intents that mostly fit what the person sees.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use baton_engine::model::{
    Actor, AttemptOutcome, CallState, Case, Channel, Collection, CustomerRef, Direction, Document, Field, FieldChange,
    Intent, PersonRef, Presence, Role,
};
use baton_engine::policy::{PackLoader, Policies};
use baton_engine::time::{Span, Timestamp};
use baton_sync::Replica;

use crate::dice::Dice;

thread_local! {
    static POLICIES: Arc<Policies> = Arc::new(load());
}

fn load() -> Policies {
    let mut loader = PackLoader::new();
    let names = ["china-mobile-td", "dongguan-expert-desk"];
    for name in names {
        loader.add(name, &public(&format!("policy/{name}.json"))).expect("a sound pack");
    }
    let mut policies = Policies::default();
    for name in names {
        policies.insert(loader.load(name).expect("a sound pack"));
    }
    assert!(policies.put_in_force("dongguan-expert-desk"));
    policies
}

pub fn policies() -> Arc<Policies> {
    POLICIES.with(Arc::clone)
}

/// A file that ships with the app.
pub fn public(path: &str) -> String {
    let path = format!("{}/../../public/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"))
}

const ORGS: [&str; 4] = ["home-province", "home-province", "base-province", "oem-service"];

/// The person at a client.
pub fn actor(client: usize) -> Actor {
    Actor {
        id: format!("p{client}"),
        name: format!("P{client}"),
        org: ORGS[client % ORGS.len()].into(),
        role: if client == 1 { Role::Lead } else { Role::Agent },
        seat: Some(format!("880{client}")),
    }
}

/// What there is to fight over.
#[derive(Debug, Clone, Copy)]
pub struct Stage {
    /// How many documents of a kind that anybody may create; fewer means more conflicts.
    pub documents: usize,
    /// Everybody creates documents of his own only, as with ids that nobody can guess.
    pub own_ids: bool,
    /// Percent of what is done to something that ends it.
    pub ends: u32,
}

/// One thing to do: where, and what.
pub fn wish(
    dice: &Dice,
    replica: &Replica,
    actor: &Actor,
    now: Timestamp,
    stage: Stage,
    messages: &Rc<Cell<u64>>,
) -> (Collection, String, Intent) {
    let n = dice.below(stage.documents);
    let pick = |collection, word: &str| {
        if !stage.own_ids {
            return format!("{word}-{n}");
        }
        let own = || {
            messages.set(messages.get() + 1);
            format!("{word}-{}-{}", messages.get(), actor.id)
        };
        let known: Vec<String> = replica.documents(collection).map(|doc| doc.id().to_owned()).collect();
        if known.is_empty() || dice.chance(20) { own() } else { dice.one(&known).clone() }
    };
    match dice.below(20) {
        0..=6 => {
            let id = pick(Collection::Cases, "case");
            let intent = match replica.document(Collection::Cases, &id).map(Arc::as_ref) {
                Some(Document::Case(case)) => on_case(dice, stage, case, actor),
                _ => open_case(),
            };
            (Collection::Cases, id, intent)
        }
        7..=12 => {
            let id = pick(Collection::Callbacks, "callback");
            let there = replica.document(Collection::Callbacks, &id).is_some();
            (Collection::Callbacks, id, if there { on_callback(dice, stage) } else { book_callback() })
        }
        13..=16 => {
            let id = pick(Collection::Interactions, "contact");
            let there = replica.document(Collection::Interactions, &id).is_some();
            (
                Collection::Interactions,
                id,
                if there { on_contact(dice, stage, actor, now) } else { start_contact(dice) },
            )
        }
        17 | 18 => {
            let presence = *dice.one(&[Presence::Available, Presence::Break, Presence::OnContact]);
            let until = now.plus(Span::from_minutes(dice.between(1, 30)));
            let seat = if dice.chance(80) { actor.seat.clone().unwrap_or_default() } else { format!("880{n}") };
            (Collection::Seats, seat, Intent::SetPresence { presence, until, desk: None, skills: None })
        }
        _ => {
            messages.set(messages.get() + 1);
            let intent = Intent::SendMessage {
                interaction: format!("contact-{n}"),
                channel: Channel::WebChat,
                direction: Direction::Outbound,
                customer: CustomerRef::default(),
                text: "the bill is on its way".into(),
            };
            (Collection::Messages, format!("message-{}", messages.get()), intent)
        }
    }
}

fn text(dice: &Dice) -> String {
    (*dice.one(&["slow data", "已补发", "wrong duty", "asked again"])).to_owned()
}

fn customer() -> CustomerRef {
    CustomerRef {
        id: "c1".into(),
        name: "陈女士".into(),
        number: "13800006027".into(),
        service_class: "GOTONE".into(),
        ..CustomerRef::default()
    }
}

fn open_case() -> Intent {
    Intent::OpenCase {
        title: "视频会员已开通，手机视频无法播放".into(),
        description: String::new(),
        category: "DATA_SERVICE".into(),
        channel: Channel::Voice,
        customer: customer(),
        policy: policies().in_force().expect("a policy").pin(),
        links: Vec::new(),
        interaction: None,
    }
}

fn on_case(dice: &Dice, stage: Stage, case: &Case, actor: &Actor) -> Intent {
    if dice.chance(stage.ends) {
        let answer = Intent::AnswerCustomer { text: text(dice) };
        return if dice.chance(50) { answer } else { Intent::CloseCase { note: text(dice) } };
    }
    let any = if case.legs.is_empty() { None } else { Some(dice.one(&case.legs)) };
    let mine = case.active_leg_of(&actor.org).or(case.active_legs().last());
    let leg = || if dice.chance(80) { mine.or(any) } else { any }.map(|l| l.id.clone()).unwrap_or_default();
    let text = || text(dice);
    match dice.below(26) {
        24 | 25 => Intent::EditFields { changes: vec![edit(dice, case)] },
        0..=4 => {
            let policies = policies();
            let edges = policies
                .of(&case.policy)
                .map(|policy| baton_engine::relay::edges_from(policy, case, &actor.org))
                .unwrap_or_default();
            let to = if edges.is_empty() { (*dice.one(&ORGS)).to_owned() } else { dice.one(&edges).to.clone() };
            Intent::Dispatch { to, request: text(), consent: true, despite_deadline: true }
        }
        5..=7 => Intent::ReceiveLeg { leg: leg() },
        8..=10 => Intent::AnswerLeg { leg: leg(), text: text() },
        11 => Intent::ReturnLeg { leg: leg(), reason: text() },
        12 => Intent::WithdrawLeg { leg: leg(), reason: text() },
        13 => Intent::ChaseLeg { leg: leg(), text: text() },
        14 => Intent::AwaitCustomer { what: text() },
        15 => Intent::CustomerResponded { text: text() },
        16 => Intent::AddNote { text: text() },
        17 => Intent::ChangeClass { service_class: "VIP".into(), tier: "GOLD".into() },
        18 | 19 => Intent::AnswerCustomer { text: text() },
        20 => Intent::CloseCase { note: text() },
        21 => Intent::ReopenCase { reason: text() },
        22 => Intent::TakeCase,
        _ => Intent::ReassignCase { person: PersonRef { id: actor.id.clone(), name: actor.name.clone() } },
    }
}

/// Mends a free field, sometimes from what stood there long ago.
fn edit(dice: &Dice, case: &Case) -> FieldChange {
    let (field, stands) = if dice.chance(50) {
        (Field::Title, case.title.clone())
    } else {
        (Field::Description, case.description.clone())
    };
    let from = if dice.chance(90) { stands } else { String::new() };
    FieldChange { field, from, to: text(dice) }
}

fn book_callback() -> Intent {
    let policies = policies();
    let policy = policies.in_force().expect("a policy");
    let desk = policy.desks.iter().find(|d| d.callback.is_some()).expect("a desk that calls back");
    Intent::BookCallback {
        desk: desk.id.clone(),
        topic: desk.topics[0].id.clone(),
        customer: customer(),
        policy: policy.pin(),
        note: String::new(),
        interaction: None,
        case: None,
    }
}

fn on_callback(dice: &Dice, stage: Stage) -> Intent {
    if dice.chance(stage.ends) {
        return Intent::CancelCallback { reason: "reached elsewhere".into() };
    }
    match dice.below(12) {
        0..=6 => Intent::ClaimCallback,
        7 | 8 => Intent::ReleaseCallback { reason: String::new() },
        9 => Intent::LogCallbackAttempt { outcome: AttemptOutcome::NoAnswer, note: String::new() },
        10 => Intent::LogCallbackAttempt { outcome: AttemptOutcome::Reached, note: String::new() },
        _ => Intent::CancelCallback { reason: "reached elsewhere".into() },
    }
}

fn start_contact(dice: &Dice) -> Intent {
    Intent::StartInteraction {
        channel: Channel::Voice,
        direction: Direction::Inbound,
        customer: customer(),
        reason: text(dice),
        desk: String::new(),
        answered: false,
    }
}

fn on_contact(dice: &Dice, stage: Stage, actor: &Actor, now: Timestamp) -> Intent {
    if dice.chance(stage.ends) {
        let dispose = Intent::Dispose { disposition: "SOLVED".into(), note: String::new() };
        return if dice.chance(50) { Intent::EndInteraction } else { dispose };
    }
    match dice.below(12) {
        0..=4 => Intent::AcceptInteraction,
        5 => Intent::SetTopic { topic: text(dice) },
        6 => Intent::AddNote { text: text(dice) },
        7 => Intent::LinkInteraction { case: format!("case-{}", dice.below(3)) },
        8 => Intent::SetCallState { state: *dice.one(&[CallState::Held, CallState::Talking]) },
        9 => {
            let until = now.plus(Span::from_minutes(2));
            let seat = format!("880{}", dice.below(3));
            Intent::OfferTransfer { desk: String::new(), seat, until }
        }
        10 => Intent::AcceptTransfer,
        _ if dice.chance(30) => Intent::EndInteraction,
        _ => Intent::SetTopic { topic: actor.id.clone() },
    }
}
