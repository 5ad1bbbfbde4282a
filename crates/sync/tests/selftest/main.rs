//! The self-test against a backend that keeps its promises, and against one wrong habit at a time: each must be told.
#![allow(clippy::unwrap_used)]

mod fake;
mod login;
mod tmf;

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use baton_engine::model::Collection;
use baton_sync::Connector;
use baton_sync::connector::{Cas, Promises};
use baton_sync::selftest::{self, Check, CheckId, Cors as Why, Fact, Options, Report, Verdict, Watch};
use fake::{Cors, Fake, Habit};
use serde_json::{Value, json};

pub fn file() -> Value {
    let path = format!("{}/../../public/connector/baton.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn connector() -> Connector {
    Connector::read(&file().to_string()).unwrap()
}

pub fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    for _ in 0..1_000_000 {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
    panic!("deadlock");
}

/// Moves the clock instead of waiting, and cancels when the backend was asked so often.
struct Person {
    fake: Fake,
    cancels_at: Option<u32>,
    waited: Cell<u32>,
    seen: RefCell<Vec<CheckId>>,
}

impl Person {
    fn new(fake: &Fake) -> Person {
        Person { fake: fake.clone(), cancels_at: None, waited: Cell::default(), seen: RefCell::default() }
    }
}

impl Watch for Person {
    fn begun(&self, check: CheckId) {
        self.seen.borrow_mut().push(check);
    }
    fn ended(&self, check: &Check) {
        assert_eq!(self.seen.borrow().last(), Some(&check.id));
    }
    fn cancelled(&self) -> bool {
        self.cancels_at.is_some_and(|at| self.fake.0.borrow().requests >= at)
    }
    async fn wait(&self, ms: u32) {
        self.waited.set(self.waited.get() + 1);
        self.fake.0.borrow_mut().now_ms += i64::from(ms);
    }
}

fn run_as(fake: &Fake, connector: &Connector, options: &Options, person: &Person) -> Report {
    now(selftest::run(connector, fake, fake, fake, options, person))
}

fn run(habits: &[Habit]) -> (Report, Fake) {
    let fake = Fake::new(habits);
    let report = run_as(&fake, &connector(), &Options::default(), &Person::new(&fake));
    (report, fake)
}

fn found(report: &Report, id: CheckId) -> (Verdict, &[Fact]) {
    let check = report.check(id).unwrap();
    (check.verdict, &check.found)
}

const ALL: Promises = Promises { cas: Cas::Atomic, create_once: true, journal: true, tombstones: true, since: true };

#[test]
fn a_good_backend_passes_and_nothing_is_left() {
    let (report, fake) = run(&[]);
    assert_eq!(report.verdict(), Verdict::Passed, "{report:#?}");
    assert_eq!(report.promises, ALL);
    assert_eq!((report.place, report.left.len()), (Some(Collection::Messages), 0));
    assert_eq!(fake.canaries(), [""; 0]);
    let order: Vec<CheckId> = report.checks.iter().map(|check| check.id).collect();
    assert_eq!(order, CheckId::ALL);
    let race = Fact::Race { racers: 16, rounds: 30, one: 30, none: 0, several: 0 };
    assert_eq!(found(&report, CheckId::ClaimRace).1, [race]);
    let text = serde_json::to_value(&report).unwrap();
    assert_eq!(text["promises"]["createOnce"], true);
    assert_eq!(text["checks"][9]["id"], CheckId::ClaimRace.name());
}

/// A wrong habit, the check that must tell it, how bad that is where the file promises better, a fact, and what is
/// promised all the same.
type Row = (Habit, CheckId, Verdict, fn(&Fact) -> bool, Promises);

#[test]
fn every_wrong_habit_is_told() {
    use CheckId as C;
    use Habit as H;
    use Verdict::{Differs, Failed, Passed};
    let rows: [Row; 21] = [
        (H::IgnoresRevisions, C::StaleWrite, Failed, |f| *f == Fact::Overwritten, Promises { cas: Cas::None, ..ALL }),
        (
            H::LooksThenWrites,
            C::ClaimRace,
            Failed,
            |f| matches!(f, Fact::Race { several: 1.., .. }),
            Promises { cas: Cas::Doubtful, create_once: false, ..ALL },
        ),
        (
            H::CreatesTwice,
            C::DuplicateCreate,
            Failed,
            |f| *f == Fact::Overwritten,
            Promises { create_once: false, ..ALL },
        ),
        (
            H::CreatesTwiceInARace,
            C::CreateRace,
            Failed,
            |f| matches!(f, Fact::Race { several: 1.., .. }),
            Promises { create_once: false, ..ALL },
        ),
        (
            H::ShowsTheFirst,
            C::DuplicateCreate,
            Failed,
            |f| *f == Fact::FirstStands,
            Promises { create_once: false, ..ALL },
        ),
        (H::IgnoresSince, C::Since, Differs, |f| matches!(f, Fact::ListsOld { .. }), ALL),
        (H::CommitsLate, C::Since, Failed, |f| matches!(f, Fact::Missed { .. }), Promises { since: false, ..ALL }),
        (H::SkipsInPages, C::Paging, Failed, |f| matches!(f, Fact::Missed { .. }), Promises { since: false, ..ALL }),
        (H::ListsForEver, C::Reach, Failed, |f| matches!(f, Fact::Endless { .. }), Promises::default()),
        (H::FiltersByAnything, C::UnknownParameter, Passed, |f| *f == Fact::ParameterFilters, ALL),
        (H::DeletesOnce, C::DeleteTwice, Differs, |f| matches!(f, Fact::SecondDeletion { .. }), ALL),
        (H::KeepsTheDeleted, C::DeleteTwice, Failed, |f| *f == Fact::StillThere, Promises { tombstones: false, ..ALL }),
        (H::NoTombstones, C::DeleteTwice, Failed, |f| *f == Fact::NoTombstone, Promises { tombstones: false, ..ALL }),
        (
            H::ForbidsDeleting,
            C::CleanUp,
            Differs,
            |f| matches!(f, Fact::Ended { .. }),
            Promises { tombstones: false, ..ALL },
        ),
        (H::DropsFields, C::Create, Differs, |f| matches!(f, Fact::NotStored { .. }), ALL),
        (H::LosesFields, C::UnknownFields, Failed, |f| matches!(f, Fact::Lost { .. }), ALL),
        (H::DropsTheJournal, C::UnknownFields, Failed, |f| *f == Fact::JournalLost, Promises { journal: false, ..ALL }),
        (H::ShowsOldRevisions, C::Create, Failed, |f| matches!(f, Fact::AnswerDiffers { .. }), Promises::default()),
        (H::Small, C::BodyLimit, Differs, |f| matches!(f, Fact::TooLong { bytes: 256_000, .. }), ALL),
        (H::FastClock, C::Clock, Differs, |f| matches!(f, Fact::Skew { ms: 119_000..=121_000, .. }), ALL),
        (H::NoClock, C::Clock, Differs, |f| *f == Fact::NoClock, ALL),
    ];
    for (habit, id, verdict, fact, promises) in rows {
        let (report, fake) = run(&[habit]);
        let (was, facts) = found(&report, id);
        assert_eq!(was, verdict, "{habit:?}: {facts:?}");
        assert!(facts.iter().any(fact), "{habit:?}: {facts:?}");
        assert_eq!(report.promises, promises, "{habit:?}: {report:#?}");
        let kept = matches!(habit, H::KeepsTheDeleted | H::ForbidsDeleting);
        assert_eq!(fake.canaries().is_empty(), !kept, "{habit:?}");
    }
}

#[test]
fn a_file_that_promises_nothing_only_differs() {
    let mut file = file();
    file["promises"] = json!({"cas": "none", "createOnce": false, "since": false});
    let connector = Connector::read(&file.to_string()).unwrap();
    for (habit, id) in [
        (Habit::IgnoresRevisions, CheckId::StaleWrite),
        (Habit::LooksThenWrites, CheckId::ClaimRace),
        (Habit::CreatesTwice, CheckId::DuplicateCreate),
        (Habit::CommitsLate, CheckId::Since),
        (Habit::SkipsInPages, CheckId::Paging),
    ] {
        let fake = Fake::new(&[habit]);
        let report = run_as(&fake, &connector, &Options::default(), &Person::new(&fake));
        assert_eq!(found(&report, id).0, Verdict::Differs, "{habit:?}");
        assert_eq!(report.verdict(), Verdict::Differs, "{habit:?}: {report:#?}");
    }
}

#[test]
fn a_busy_backend_is_waited_for() {
    for habit in [Habit::Busy, Habit::BusyAfterAll, Habit::RefusesAtTimes] {
        let fake = Fake::new(&[habit]);
        let person = Person::new(&fake);
        let report = run_as(&fake, &connector(), &Options::default(), &person);
        assert_eq!(report.verdict(), Verdict::Passed, "{habit:?}: {report:#?}");
        assert_eq!(report.promises, ALL);
        assert!(person.waited.get() > 0);
        assert_eq!(fake.canaries(), [""; 0]);
    }
}

#[test]
fn who_cancels_leaves_nothing_behind() {
    let (_, whole) = run(&[]);
    let all = whole.0.borrow().requests;
    for cancels_at in (0..all).step_by(37) {
        let fake = Fake::new(&[]);
        let person = Person { cancels_at: Some(cancels_at), ..Person::new(&fake) };
        let report = run_as(&fake, &connector(), &Options::default(), &person);
        assert_eq!(fake.canaries(), [""; 0], "cancelled at {cancels_at}");
        assert!(report.left.is_empty());
        let cleaned = report.check(CheckId::CleanUp).unwrap();
        assert_eq!(cleaned.verdict, Verdict::Passed, "cancelled at {cancels_at}: {cleaned:?}");
        if cancels_at + 200 < all {
            let stopped = |check: &&Check| check.found == [Fact::Cancelled];
            assert!(report.checks.iter().any(|check| stopped(&check)), "cancelled at {cancels_at}");
        }
    }
}

#[test]
fn what_a_dead_line_left_behind_is_removed_by_the_next_test() {
    for dies_at in [20, 60, 200] {
        let fake = Fake::new(&[]);
        fake.0.borrow_mut().dead = Some((dies_at, u32::MAX));
        let report = run_as(&fake, &connector(), &Options::default(), &Person::new(&fake));
        assert_eq!(report.verdict(), Verdict::Failed);
        let left = fake.canaries();
        assert!(!left.is_empty() && left.iter().all(|id| report.left.contains(id)), "{left:?} {:?}", report.left);
        fake.0.borrow_mut().dead = None;
        let again = run_as(&fake, &connector(), &Options::default(), &Person::new(&fake));
        let facts = found(&again, CheckId::Reach).1;
        assert!(facts.contains(&Fact::Leftovers { count: left.len() }), "{facts:?}");
        assert_eq!(again.promises, ALL);
        assert_eq!(fake.canaries(), [""; 0]);
    }
}

#[test]
fn a_line_that_dies_for_a_while_promises_no_more_than_was_seen() {
    let fake = Fake::new(&[]);
    fake.0.borrow_mut().dead = Some((60, 200));
    let report = run_as(&fake, &connector(), &Options::default(), &Person::new(&fake));
    assert_eq!(report.verdict(), Verdict::Failed);
    for check in report.checks.iter().filter(|check| check.verdict == Verdict::Failed) {
        match check.id {
            CheckId::Since | CheckId::Paging => assert!(!report.promises.since),
            CheckId::StaleWrite | CheckId::ClaimRace => assert_ne!(report.promises.cas, Cas::Atomic),
            CheckId::DuplicateCreate | CheckId::CreateRace => assert!(!report.promises.create_once),
            CheckId::UnknownFields => assert!(!report.promises.journal),
            CheckId::DeleteTwice => assert!(!report.promises.tombstones),
            _ => {}
        }
    }
}

#[test]
fn a_browser_is_let_in_or_not() {
    let mut file = file();
    file["base"] = json!("http://other.example/api");
    let connector = Connector::read(&file.to_string()).unwrap();
    let options = Options { origin: Some("https://desk.example".into()), rounds: 3, ..Options::default() };
    let ask = |cors: Cors| {
        let fake = Fake::new(&[]);
        fake.0.borrow_mut().cors = cors;
        let report = run_as(&fake, &connector, &options, &Person::new(&fake));
        report.check(CheckId::Cors).unwrap().clone()
    };
    let good = ask(Cors::Good);
    assert_eq!(
        (good.verdict, &good.found[..]),
        (Verdict::Passed, &[Fact::Allowed { origin: "https://desk.example".into() }][..])
    );
    let hidden = ask(Cors::HidesTheClock);
    assert_eq!(hidden.verdict, Verdict::Differs, "{hidden:?}");
    assert!(hidden.found.contains(&Fact::Hidden { header: "X-Baton-Now".into() }), "{hidden:?}");
    let why = |check: &Check| {
        let blocked = check.found.iter().filter_map(|fact| match fact {
            Fact::Blocked { request, why } => Some((request.split(' ').next().unwrap().to_owned(), why.clone())),
            _ => None,
        });
        (check.verdict, blocked.collect::<Vec<_>>())
    };
    let (verdict, blocked) = why(&ask(Cors::FewHeaders));
    assert_eq!(verdict, Verdict::Failed);
    assert!(blocked.iter().all(|(_, why)| matches!(why, Why::Header { .. })) && !blocked.is_empty(), "{blocked:?}");
    let (_, blocked) = why(&ask(Cors::NoDelete));
    assert_eq!(blocked, [("DELETE".to_owned(), Why::Method { method: "DELETE".into() })]);
    let (_, blocked) = why(&ask(Cors::Silent));
    assert!(blocked.iter().all(|(_, why)| *why == Why::Origin { allowed: String::new() }) && blocked.len() > 2);
}

#[test]
fn in_a_browser_what_is_not_seen_is_hidden() {
    let mut file = file();
    file["base"] = json!("http://other.example/api");
    let connector = Connector::read(&file.to_string()).unwrap();
    let options = Options { rounds: 3, ..Options::default() };
    let ask = |habits: &[Habit]| {
        let fake = Fake::new(habits);
        let report = run_as(&fake, &connector, &options, &Person::new(&fake));
        report.check(CheckId::Cors).unwrap().clone()
    };
    assert_eq!(ask(&[]).verdict, Verdict::Passed);
    let hidden = ask(&[Habit::NoClock]);
    assert_eq!(hidden.found, [Fact::Hidden { header: "X-Baton-Now".into() }]);
    assert_eq!(hidden.verdict, Verdict::Differs);
}

#[test]
fn a_preview_shows_and_changes_nothing() {
    let fake = Fake::new(&[]);
    for n in 0..12 {
        let doc = json!({"id": format!("c{n:02}"), "name": n.to_string(), "_rev": 1, "_seq": n + 1});
        fake.0.borrow_mut().docs.insert(("customers".into(), format!("c{n:02}")), doc);
    }
    let place = Collection::Customers.into();
    let (documents, nameless) = now(selftest::preview(&connector(), &fake, place, 10)).unwrap();
    assert_eq!((documents.len(), nameless.len()), (10, 0));
    assert_eq!((documents[9].id.as_str(), fake.0.borrow().requests), ("c09", 1));
    fake.0.borrow_mut().dead = Some((0, 99));
    assert!(now(selftest::preview(&connector(), &fake, place, 10)).is_err());
}
