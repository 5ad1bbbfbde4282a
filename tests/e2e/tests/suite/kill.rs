//! The browser dies, fifty times, at moments that nobody chose: with the server there, with the server gone, and with the
//! server back and a queue to send. What the page had shown as kept by that moment arrives; nothing arrives twice.

use std::collections::BTreeSet;
use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

use baton_e2e::{Customer, Desk, Dice, Person, Site, wait};
use baton_engine::model::{Case, Collection, Document, Intent};
use serde_json::{json, to_value};

/// Each round is one kill.
const ROUNDS: [Rounds; 3] =
    [Rounds { of_each: 10, server: true }, Rounds { of_each: 5, server: false }, Rounds { of_each: 10, server: true }];
const KILLS: usize = 50;
const PEOPLE: [Person; 2] = [Person::Home, Person::Home2];

struct Rounds {
    of_each: usize,
    server: bool,
}

/// A person whose browser dies again and again.
struct Victim {
    desk: Desk,
    dice: Dice,
    url: String,
    kills: usize,
    /// Ids of entries that the page had shown as kept when the browser died.
    kept: BTreeSet<String>,
}

impl Victim {
    fn new(site: &Site, person: Person, seed: u64) -> Victim {
        let desk = Desk::of(site, person);
        desk.ready_to_start_offline();
        // The log-in must be on the disk: what dies here is work, and not the cookie.
        desk.quit();
        Victim { desk, dice: Dice::new(seed, person as u64), url: site.url(), kills: 0, kept: BTreeSet::new() }
    }

    /// Starts the browser and a burst of work in it, and kills it.
    fn round(&mut self) {
        let title = format!("{} {}", self.desk.person.login(), self.kills);
        let given = json!({ "title": title, "number": number(self.desk.person, self.kills) });
        self.desk.run_in_every_page(format!("({})({given})", include_str!("burst.js").trim()));
        self.desk.launch();
        self.desk.js("location.href = arguments[0]", &[self.url.as_str().into()]);
        if self.dice.below(4) == 0 {
            // Anywhere, also while the page starts and sends what the last browser left.
            wait::pass(Duration::from_millis(self.dice.below(1500)));
        } else {
            self.desk.until("the page shows work as kept", || (!self.said("kept").is_empty()).then_some(()));
            wait::pass(Duration::from_millis(self.dice.below(800)));
        }
        self.desk.kill();
        self.kills += 1;
        self.kept.extend(self.said("kept"));
        assert_eq!(self.said("refused"), Vec::<String>::new());
    }

    fn said(&self, word: &str) -> Vec<String> {
        self.desk.said(word)
    }

    /// Lives, and everything that waits is sent.
    fn recover(&self) {
        self.desk.run_in_every_page(String::new());
        self.desk.launch();
        self.desk.open(&self.url);
        self.desk.back_to_work();
        self.desk.until("everything is sent", || self.desk.outbox().is_empty().then_some(()));
        assert_eq!(self.desk.faults(), Vec::<String>::new());
    }
}

#[test]
fn fifty_killed_browsers_lose_nothing_that_was_shown_as_kept() {
    let begun = Instant::now();
    let seed = Dice::seed();
    println!("BATON_E2E_SEED={seed}");
    let site = Site::quiet();
    for person in PEOPLE {
        (0..KILLS / PEOPLE.len()).for_each(|round| stranger(&site, &number(person, round)));
    }
    let mut victims = thread::scope(|scope| {
        let site = &site;
        PEOPLE.map(|person| scope.spawn(move || Victim::new(site, person, seed))).map(|victim| victim.join().unwrap())
    });
    let mut served = true;
    for rounds in ROUNDS {
        match (served, rounds.server) {
            (true, false) => site.kill(),
            (false, true) => site.revive(),
            _ => {}
        }
        served = rounds.server;
        each(&mut victims, |victim| (0..rounds.of_each).for_each(|_| victim.round()));
    }
    let mut arrived = entries(&site);
    let kills: usize = victims.iter().map(|victim| victim.kills).sum();
    assert_eq!(kills, KILLS);
    let kept: BTreeSet<String> = victims.iter().flat_map(|victim| victim.kept.clone()).collect();
    let on_the_way = kept.iter().filter(|id| !arrived.contains(id)).count();
    // Past the capture, so that the figures can be read after a good run.
    let _ = writeln!(
        std::io::stderr(),
        "{kills} kills in {:.0} s, seed {seed}: {} entries shown as kept, {on_the_way} of them not sent yet",
        begun.elapsed().as_secs_f32(),
        kept.len(),
    );
    // Three of four rounds wait for one at least.
    assert!(kept.len() >= KILLS / 2, "hardly anything was done: {}", kept.len());

    each(&mut victims, |victim| victim.recover());
    arrived = entries(&site);
    let once: BTreeSet<&String> = arrived.iter().collect();
    assert_eq!(arrived.len(), once.len(), "something arrived twice");
    let lost: Vec<&String> = kept.iter().filter(|id| !once.contains(id)).collect();
    assert!(lost.is_empty(), "shown as kept and lost: {lost:?}");
    for case in cases(&site) {
        let mut entries = case.journal.iter().map(|entry| &entry.intent);
        assert!(matches!(entries.next(), Some(Intent::OpenCase { .. })), "{}", case.title);
        let notes: Vec<&str> = entries
            .map(|intent| match intent {
                Intent::AddNote { text } => text.as_str(),
                other => panic!("{}: {other:?}", case.title),
            })
            .collect();
        // What arrived is a beginning of what was typed, in its order and without a gap.
        let typed: Vec<String> = (1..=notes.len()).map(|n| n.to_string()).collect();
        assert_eq!(notes, typed, "{}", case.title);
    }
}

/// A number for each round: a second complaint of one customer would become part of the first.
fn number(person: Person, round: usize) -> String {
    format!("137{:04}{round:04}", person as usize)
}

fn stranger(site: &Site, number: &str) {
    let mut record = to_value(Customer::Chen.record()).unwrap();
    record["id"] = number.into();
    record["number"] = number.into();
    site.api().post("customers", &record).ok();
}

fn each(victims: &mut [Victim; 2], act: impl Fn(&mut Victim) + Sync) {
    thread::scope(|scope| {
        let act = &act;
        let all: Vec<_> = victims.iter_mut().map(|victim| scope.spawn(move || act(victim))).collect();
        all.into_iter().for_each(|one| one.join().unwrap());
    });
}

fn cases(site: &Site) -> Vec<Case> {
    let stored = site.api().all(Collection::Cases);
    let read = stored.iter().map(|value| match Document::from_json(Collection::Cases, value, None) {
        Ok(Document::Case(case)) => case,
        other => panic!("no case: {other:?}"),
    });
    read.collect()
}

/// Ids of all entries in the journals of all cases.
fn entries(site: &Site) -> Vec<String> {
    cases(site).into_iter().flat_map(|case| case.journal).map(|entry| entry.id).collect()
}
