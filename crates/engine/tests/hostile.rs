//! Documents from elsewhere: valid ones, changed at random places into anything that JSON can say, are read and then
//! run through every function of the engine. Nothing panics, hangs or overflows, and what was read is written back
//! as it was.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::LazyLock;

use baton_engine::decide::decide;
use baton_engine::model::*;
use baton_engine::policy::Policies;
use baton_engine::route::{self, Request, Waiter};
use baton_engine::time::{Span, Timestamp};
use baton_engine::worklist::{self, Worklist};
use baton_engine::{callback, clock, relay, triage};
use proptest::prelude::*;
use serde_json::{Value, json};
use support::*;

static POLICIES: LazyLock<Policies> = LazyLock::new(policies);

/// One valid document of each kind, with something in every list.
static VALID: LazyLock<Vec<(Collection, Value)>> = LazyLock::new(|| {
    let text = || "text".to_owned();
    let mut case = Bench::case(BASE, "GOTONE", "08:00");
    let home = case.dispatches(BASE, HOME, at(23, "08:10")).unwrap();
    case.dispatches(BASE, GROUP, at(23, "08:20")).unwrap();
    case.receives(HOME, &home, at(23, "08:25"));
    case.answers(HOME, &home, at(23, "09:00")).unwrap();
    case.does(person(BASE), at(23, "09:10"), Intent::AwaitCustomer { what: text() }).unwrap();
    case.does(person(BASE), at(23, "09:20"), Intent::CustomerResponded { text: text() }).unwrap();
    let vip = Intent::ChangeClass { service_class: "VIP".into(), tier: "GOLD".into() };
    case.does(person(BASE), at(23, "09:30"), vip).unwrap();
    case.does(person(BASE), at(23, "09:40"), Intent::LogContactAttempt { note: text() }).unwrap();
    case.does(person(BASE), at(23, "09:41"), Intent::RecordRepeat { text: text(), interaction: None }).unwrap();

    let mut chain = Bench::case(MAKER, "VIP", "08:00");
    let base = chain.dispatches(MAKER, BASE, at(23, "08:10")).unwrap();
    chain.receives(BASE, &base, at(23, "08:12"));
    chain.dispatches(BASE, HOME, at(23, "08:30")).unwrap();

    let mut reopened = Bench::case(HOME, "VIP", "08:00");
    reopened.does(person(HOME), at(23, "08:10"), Intent::AnswerCustomer { text: text() }).unwrap();
    reopened.does(person(HOME), at(23, "09:10"), Intent::ReopenCase { reason: text() }).unwrap();
    reopened.does(person(HOME), at(23, "09:20"), Intent::AwaitCustomer { what: text() }).unwrap();

    let mut back = Bench::new(Collection::Callbacks);
    for (now, intent) in [("21:30", book()), ("21:40", Intent::ClaimCallback), ("21:50", missed())] {
        back.does(at_seat("8802"), at(23, now), intent).unwrap();
    }
    let mut call = Bench::new(Collection::Interactions);
    call.does(at_seat("1001"), at(23, "10:00"), start()).unwrap();
    for state in [CallState::Held, CallState::Talking] {
        call.does(at_seat("1001"), at(23, "10:01"), Intent::SetCallState { state }).unwrap();
    }
    call.does(at_seat("1001"), at(23, "10:02"), offer()).unwrap();
    let mut seat = Bench::new(Collection::Seats);
    seat.does(at_seat("8802"), at(23, "10:00"), sits()).unwrap();
    let mut message = Bench::new(Collection::Messages);
    message.does(person(HOME), at(23, "10:00"), message_intent()).unwrap();
    let person = json!({ "id": "c1", "name": "n", "number": "138", "tier": "GOLD", "tenureMonths": 7, "journal": [] });
    let mut all: Vec<(Collection, Value)> = [case, chain, reopened, back, call, seat, message]
        .into_iter()
        .map(|b| (b.collection, b.doc.unwrap().to_json()))
        .collect();
    all.push((Collection::Customers, person));
    all
});

fn book() -> Intent {
    Intent::BookCallback {
        desk: EXPERT.into(),
        topic: "wlan".into(),
        customer: customer("VIP"),
        policy: pin(&POLICIES),
        note: String::new(),
        interaction: None,
        case: None,
    }
}

fn missed() -> Intent {
    Intent::LogCallbackAttempt { outcome: AttemptOutcome::NoAnswer, note: String::new() }
}

fn start() -> Intent {
    Intent::StartInteraction {
        channel: Channel::Voice,
        direction: Direction::Inbound,
        customer: customer("VIP"),
        reason: "r".into(),
        desk: "hotline-front".into(),
        answered: true,
    }
}

fn offer() -> Intent {
    Intent::OfferTransfer { desk: EXPERT.into(), seat: "8802".into(), until: at(23, "10:02:15") }
}

fn sits() -> Intent {
    let skills = Some(vec!["wlan".into()]);
    Intent::SetPresence { presence: Presence::Available, until: Timestamp::MAX, desk: Some(EXPERT.into()), skills }
}

fn edit(field: Field) -> Intent {
    Intent::EditFields { changes: vec![FieldChange { field, from: String::new(), to: "text".into() }] }
}

fn message_intent() -> Intent {
    Intent::SendMessage {
        interaction: "i".into(),
        channel: Channel::Sms,
        direction: Direction::Inbound,
        customer: customer("VIP"),
        text: "t".into(),
    }
}

/// Every intent there is, about leg `leg`.
fn intents(leg: &str) -> Vec<Intent> {
    let (leg, t) = (leg.to_owned(), || "text".to_owned());
    let leg = || leg.clone();
    vec![
        opening(&POLICIES, "VIP"),
        Intent::TakeCase,
        Intent::AddNote { text: t() },
        Intent::RecordRepeat { text: t(), interaction: None },
        Intent::Dispatch { to: BASE.into(), request: t(), consent: true, despite_deadline: true },
        Intent::Dispatch { to: GROUP.into(), request: t(), consent: true, despite_deadline: false },
        Intent::Dispatch { to: HOME.into(), request: t(), consent: false, despite_deadline: true },
        Intent::ReceiveLeg { leg: leg() },
        Intent::ChaseLeg { leg: leg(), text: t() },
        Intent::AnswerLeg { leg: leg(), text: t() },
        Intent::ReturnLeg { leg: leg(), reason: t() },
        Intent::AwaitCustomer { what: t() },
        Intent::CustomerResponded { text: t() },
        Intent::HoldCase { reason: t() },
        Intent::UnholdCase,
        Intent::ChangeClass { service_class: "VIP".into(), tier: t() },
        Intent::LogContactAttempt { note: t() },
        Intent::ReassignCase { person: PersonRef::default() },
        Intent::LinkCase { link: CaseLink::default() },
        Intent::EscalateCase { reason: t() },
        Intent::WithdrawLeg { leg: leg(), reason: t() },
        Intent::AnswerCustomer { text: t() },
        Intent::ReopenCase { reason: t() },
        Intent::RecordReferral { to: t(), note: t() },
        Intent::CancelCase { reason: t(), into: Some(t()) },
        Intent::CloseCase { note: t() },
        start(),
        Intent::AcceptInteraction,
        Intent::SetCallState { state: CallState::Held },
        Intent::SetTopic { topic: t() },
        Intent::LapseTransfer,
        offer(),
        Intent::DeclineTransfer { reason: t() },
        offer(),
        Intent::AcceptTransfer,
        Intent::LinkInteraction { case: t() },
        Intent::EndInteraction,
        Intent::Dispose { disposition: t(), note: t() },
        message_intent(),
        book(),
        Intent::ClaimCallback,
        missed(),
        Intent::ReleaseCallback { reason: t() },
        Intent::CancelCallback { reason: t() },
        sits(),
        Intent::RevealField { field: t(), reason: t() },
        edit(Field::Title),
        edit(Field::Device),
    ]
}

/// Values that a hostile or broken writer would put in.
fn poison(pick: usize, ids: &[Value]) -> Value {
    let pool = [
        Value::Null,
        json!(""),
        json!(0),
        json!(-1),
        json!(u32::MAX),
        json!(u64::MAX),
        json!(1e300),
        json!(true),
        json!([]),
        json!({}),
        json!("0000-01-01T00:00:00Z"),
        json!("9999-12-31T23:59:59.999Z"),
        json!("1969-12-31T23:59:59-12:00"),
        json!("2030-12-31T15:59:59Z"),
        json!("2026-11-23T09:15:00+08:00"),
        json!("2026-11-24T01:00:00+08:00"),
        json!("长\u{202e}\u{0}<script>".repeat(300)),
        json!("VIP"),
        json!(BASE),
        json!(EXPERT),
        json!("received"),
        json!("answered"),
        json!("resolved"),
        json!("pending"),
        json!("closed"),
        json!("dispatched"),
    ];
    // Times and ids of the document itself do more harm than noise does.
    if pick.is_multiple_of(3) && !ids.is_empty() {
        ids[pick / 3 % ids.len()].clone()
    } else {
        pool[pick % pool.len()].clone()
    }
}

/// All leaves and lists of a value, in a fixed order, as pointers.
fn places(value: &Value, at: String, out: &mut Vec<String>) {
    match value {
        Value::Array(list) => list.iter().enumerate().for_each(|(i, v)| places(v, format!("{at}/{i}"), out)),
        Value::Object(map) => map.iter().filter(|(k, _)| *k != "journal").for_each(|(k, v)| {
            places(v, format!("{at}/{}", k.replace('~', "~0").replace('/', "~1")), out);
        }),
        _ => {}
    }
    if !at.is_empty() {
        out.push(at);
    }
}

#[derive(Debug, Clone)]
enum Change {
    Replace(usize, usize),
    Remove(usize),
    /// Doubles the elements of a list so often.
    Multiply(usize, u8),
    /// Turns a list around.
    Reverse(usize),
}

fn change() -> impl Strategy<Value = Change> {
    let n = 0..10_000usize;
    prop_oneof![
        8 => (n.clone(), n.clone()).prop_map(|(a, b)| Change::Replace(a, b)),
        2 => n.clone().prop_map(Change::Remove),
        2 => (n.clone(), 1..6u8).prop_map(|(a, b)| Change::Multiply(a, b)),
        1 => n.prop_map(Change::Reverse),
    ]
}

fn spoil(value: &mut Value, change: &Change) {
    let mut all = Vec::new();
    places(value, String::new(), &mut all);
    let lists: Vec<String> = all.iter().filter(|p| value.pointer(p).is_some_and(Value::is_array)).cloned().collect();
    let ids: Vec<Value> = all.iter().filter_map(|p| value.pointer(p).filter(|v| v.is_string())).cloned().collect();
    let at = |list: &[String], pick: usize| list.get(pick % list.len().max(1)).cloned();
    match change {
        Change::Replace(place, with) => {
            if let Some(slot) = at(&all, *place).and_then(|p| value.pointer_mut(&p)) {
                *slot = poison(*with, &ids);
            }
        }
        Change::Remove(place) => {
            let Some(path) = at(&all, *place) else { return };
            let (parent, key) = path.rsplit_once('/').unwrap();
            if let Some(Value::Object(map)) = value.pointer_mut(parent) {
                map.remove(key);
            }
        }
        Change::Multiply(place, times) => {
            if let Some(Value::Array(list)) = at(&lists, *place).and_then(|p| value.pointer_mut(&p)) {
                (0..*times).for_each(|_| list.extend(list.clone()));
            }
        }
        Change::Reverse(place) => {
            if let Some(Value::Array(list)) = at(&lists, *place).and_then(|p| value.pointer_mut(&p)) {
                list.reverse();
            }
        }
    }
}

const TIMES: [i64; 3] = [0, 90, 100_000];

fn moments() -> impl Iterator<Item = Timestamp> {
    let near = TIMES.iter().map(|m| at(23, "09:00").plus(Span::from_minutes(*m)));
    near.chain([Timestamp::MIN, Timestamp::MAX, "2030-12-31T15:59:59Z".parse().unwrap()])
}

fn actors() -> Vec<Actor> {
    let mut all: Vec<Actor> = [MAKER, BASE, HOME, GROUP, ""].into_iter().map(person).collect();
    all.extend([lead(BASE), at_seat("8802"), Actor { role: Role::System, ..person(HOME) }]);
    all.push(Actor { role: Role::Admin, ..person(HOME) });
    all.push(Actor { role: Role::Kiosk, ..person(HOME) });
    all
}

fn clock_is_sane(clock: &clock::Clock) {
    assert!(clock.started <= clock.soon && clock.soon <= clock.due);
    assert!(clock.used.millis() >= 0 && clock.allowance.millis() > 0);
    assert!(clock.used_percent() <= 100);
    assert!(clock.events(Timestamp::MIN, Timestamp::MAX).count() <= 3);
}

fn explanation_is_sane(why: &clock::Explanation) {
    clock_is_sane(&why.clock);
    assert!(why.pieces.len() <= 48);
    assert!(why.pieces.windows(2).all(|w| w[0].to == w[1].from), "a gap");
    serde_json::to_string(why).unwrap();
}

/// Everything that the desk would do with a document on its screen.
fn look(doc: &Document) {
    let policy = POLICIES.in_force().unwrap();
    let mut list = Worklist::default();
    for now in moments() {
        for actor in actors() {
            let row = match doc {
                Document::Case(case) => worklist::case_row(&POLICIES, case, &actor, now),
                Document::Interaction(i) => worklist::contact_row(&POLICIES, i, i.arrived_at, &actor, now),
                Document::Callback(c) => worklist::callback_row(&POLICIES, c, &actor, now),
                _ => None,
            };
            if let Some(row) = &row {
                row.matches(&["x".into()]);
                assert!(
                    row.next_change().is_none_or(|t| t > now || now == Timestamp::MAX),
                    "{row:?} wakes at {now} for ever"
                );
            }
            list.set(doc.collection(), doc.id(), row);
            list.due_for_change(now);
        }
        match doc {
            Document::Case(case) => {
                let policy = POLICIES.of(&case.policy).unwrap();
                clock::reply(policy, case, now).iter().for_each(clock_is_sane);
                clock::explain_reply(policy, case, now).iter().for_each(explanation_is_sane);
                for leg in case.legs.iter().take(8) {
                    clock::explain_leg(policy, case, leg, now).iter().for_each(explanation_is_sane);
                }
                for org in [MAKER, BASE, HOME, GROUP, "", "nobody"] {
                    if let Some(forecast) = clock::forecast(policy, case, org, now) {
                        assert!(forecast.latest.len() <= policy.organisations.len());
                        assert!(forecast.short_by.millis() >= 0);
                    }
                    relay::edges_from(policy, case, org);
                    relay::carries(case, org);
                }
                assert!(!case.holders().is_empty());
                triage::triage(policy, &case.category);
                triage::duplicate_of([case].into_iter(), &case.customer.number, &case.category);
                triage::repeat_of(policy, [case].into_iter(), &case.customer.number, &case.category, now);
                triage::split(case, "other", &case.title, &case.category);
            }
            Document::Callback(c) => {
                clock::explain_callback(&POLICIES, c, now).iter().for_each(explanation_is_sane);
                let (policy, desk) = POLICIES.desk(EXPERT).unwrap();
                let waiting = callback::order(&POLICIES, &c.desk, [c, c].into_iter(), now);
                for seats in [0, 1, 6] {
                    assert!(callback::backlog(policy, desk, &waiting, seats, now).len() <= waiting.len());
                }
            }
            Document::Interaction(i) => {
                for waiting in [None, i.arrived_at, Some(Timestamp::MIN), Some(Timestamp::MAX)] {
                    if let Some(clock) = clock::contact(policy, i, waiting, now) {
                        clock::explain_contact(policy, i, clock).iter().for_each(explanation_is_sane);
                    }
                }
                route::engaged([i].into_iter(), now);
            }
            Document::Seat(seat) => {
                let (policy, desk) = POLICIES.desk(EXPERT).unwrap();
                let asked = [seat.id.clone()];
                for topic in desk.topics.iter().map(|t| t.id.as_str()).chain(["", "nothing"]) {
                    for asked in [&[][..], &asked[..]] {
                        let request = Request { topic, city: &seat.desk, asked, now };
                        route::decide(policy, desk, &[seat, seat], request);
                    }
                }
                let waiter = Waiter { id: "w", rank: u32::MAX, since: Timestamp::MIN, skill: "wlan" };
                route::next_for(seat, &[waiter], Span::from_millis(i64::MIN), now);
            }
            Document::Message(_) | Document::Customer(_) => {}
        }
    }
}

/// Every intent by everybody, each on what the one before left.
fn act(collection: Collection, doc: &Document) {
    let leg = match doc {
        Document::Case(case) => case.legs.last().map_or("none", |l| &l.id).to_owned(),
        _ => String::new(),
    };
    let times = [at(23, "09:45"), at(23, "10:02:05"), Timestamp::MIN, Timestamp::MAX];
    for (a, actor) in actors().into_iter().enumerate() {
        let mut now = doc.clone();
        for (i, intent) in intents(&leg).into_iter().enumerate() {
            let entry = Entry { id: format!("h{a}-{i}"), at: times[(a + i) % 4], by: actor.clone(), intent };
            let _ = decide(&POLICIES, collection, doc.id(), None, &entry);
            if let Ok(next) = decide(&POLICIES, collection, doc.id(), Some(&now), &entry) {
                assert!(next.holds(&entry.id));
                now = next;
            }
        }
        if a % 4 == 0 {
            look(&now);
        }
    }
}

#[test]
fn the_valid_documents_are_valid() {
    for (collection, value) in VALID.iter() {
        let doc = Document::from_json(*collection, value, None).unwrap();
        look(&doc);
        act(*collection, &doc);
    }
}

/// Thousands of legs in one circle: each function is done before a person would notice.
#[test]
fn ten_thousand_legs_in_a_circle_are_done_in_a_moment() {
    let n = 10_000;
    let (collection, mut value) = VALID[0].clone();
    let leg = |i: usize| {
        let parent = format!("l{}", (i + 1) % n);
        let (from, to) = if i.is_multiple_of(2) { (BASE, HOME) } else { (HOME, BASE) };
        json!({ "id": format!("l{i}"), "parent": parent, "from": from, "to": to, "dispatchedAt": at(23, "08:30") })
    };
    value["legs"] = (0..n).map(leg).collect();
    value["owner"]["org"] = MAKER.into();
    let doc = Document::from_json(collection, &value, None).unwrap();
    let Document::Case(case) = &doc else { panic!() };
    let policy = POLICIES.in_force().unwrap();
    let begun = std::time::Instant::now();
    let now = at(23, "10:00");
    clock::forecast(policy, case, HOME, now).unwrap();
    worklist::case_row(&POLICIES, case, &person(HOME), now).unwrap();
    relay::edges_from(policy, case, HOME);
    let withdraw = Intent::WithdrawLeg { leg: "l1".into(), reason: "r".into() };
    let entry = Entry { id: "w".into(), at: now, by: person(HOME), intent: withdraw };
    let Document::Case(after) = decide(&POLICIES, collection, "doc-1", Some(&doc), &entry).unwrap() else { panic!() };
    assert_eq!(after.active_legs().count(), 0);
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn hostile_documents_never_panic(which in 0..8usize, changes in prop::collection::vec(change(), 1..8)) {
        let (collection, mut value) = VALID[which].clone();
        for change in &changes {
            spoil(&mut value, change);
            if let Ok(doc) = Document::from_json(collection, &value, Some(at(23, "08:00"))) {
                let again = Document::from_json(collection, &doc.to_json(), None).unwrap();
                prop_assert_eq!(&again, &doc, "what was read is written back as it was");
                look(&doc);
                act(collection, &doc);
            }
        }
    }
}
