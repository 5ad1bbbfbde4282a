//! Nanoseconds for one deadline, of every side, on one corpus. First the answers are compared with the truth, then
//! rounds are interleaved: each round asks every side in turn, so that all of them meet the same weather.

use serde_json::{Map, Value, json};

use crate::browser::Browser;
use crate::corpus::{CALENDARS, Corpus, Oracle};
use crate::load::Load;
use crate::side::Side;
use crate::stats::{Spread, digits, table};
use crate::{Outcome, Setup};

/// One side's share of a round.
const MILLIS: u32 = 24;
/// What ratios are of.
const BASE: &str = "engine, wasm in Node";
/// Rows that a slow side reads: at 0.1 ms each, some rounds' worth.
const SLOW_ROWS: usize = 300;

/// What is known of one side on one calendar.
struct Score {
    side: Side,
    /// Rows of the oracle and of the corpus, and how many answers were wrong.
    oracle: (usize, usize),
    corpus: (usize, usize),
    nanos: Vec<f64>,
    ratios: Vec<f64>,
    fault: Option<String>,
}

/// # Errors
/// The engine itself is not right, or not built.
pub fn run(setup: &Setup) -> Outcome<Value> {
    let oracle = Oracle::read(&setup.root)?;
    let corpus = Corpus::seeded();
    let browser = setup
        .chrome
        .as_ref()
        .and_then(|chrome| Browser::start(chrome).map_err(|why| println!("no sides in Chromium: {why}")).ok());
    if setup.peers.is_none() {
        println!("no peers: they come from npm, and there is no Node.js or no network");
    }
    let mut load = Load::watch();
    let mut found = Map::new();
    println!(
        "\nNanoseconds per right deadline, median [min..max] of {} rounds; ratio to the engine in wasm, per round",
        setup.rounds
    );
    for calendar in CALENDARS {
        let scores = measure(setup, &oracle, &corpus, calendar, browser.as_ref(), &mut load)?;
        print(calendar, &scores, &load);
        found.insert(calendar.to_owned(), scores.iter().map(Score::json).collect());
    }
    println!("\n{}", load.show());
    Ok(json!({ "rounds": setup.rounds, "load": load.json(), "calendars": found }))
}

fn measure(
    setup: &Setup,
    oracle: &Oracle,
    corpus: &Corpus,
    calendar: &str,
    browser: Option<&Browser>,
    load: &mut Load,
) -> Outcome<Vec<Score>> {
    let zone = oracle.zone(calendar).ok_or_else(|| format!("{calendar} has no zone"))?;
    let (rows, truth) = oracle.deadlines(calendar);
    // The engine answers for the corpus, once it has been right on every row of the oracle.
    let mut native = Side::native(setup)?;
    let wrong = wrong(&native.load(calendar, &rows)?, &truth);
    if wrong > 0 {
        return Err(format!("the engine is wrong on {wrong} of {} rows of the oracle for {calendar}", truth.len()));
    }
    let right: Vec<i64> = native.load(calendar, corpus)?.into_iter().map(|due| due.unwrap_or(i64::MIN)).collect();

    let mut scores = Vec::new();
    for side in sides(setup, zone, browser, native) {
        let mut score = match side {
            Ok(side) => Score::new(side),
            Err(why) => {
                println!("not measured: {why}");
                continue;
            }
        };
        score.fault = score.check(calendar, (&rows, &truth), (corpus, &right)).err();
        scores.push(score);
    }
    for round in 0..setup.rounds {
        let count = scores.len();
        for turn in 0..count {
            // Another one begins each time.
            let score = &mut scores[(round + turn) % count];
            if score.fault.is_none() {
                score.fault = score.time().err();
            }
        }
        let base =
            scores.iter().find(|score| score.side.name == BASE).and_then(|score| score.nanos.get(round).copied());
        for score in &mut scores {
            if let (Some(base), Some(nanos)) = (base, score.nanos.get(round)) {
                score.ratios.push(nanos / base);
            }
        }
        load.look();
    }
    Ok(scores)
}

fn sides(setup: &Setup, zone: &str, browser: Option<&Browser>, native: Side) -> Vec<Outcome<Side>> {
    let mut sides = vec![
        Ok(native),
        Side::node(setup, BASE, "wasm.js", zone, false),
        Side::node(setup, "engine, wasm in Node, one call each", "wasm-single.js", zone, false),
        Side::node(setup, "plain JavaScript, Node", "control.js", zone, false),
    ];
    if let Some(browser) = browser {
        sides.push(Side::page(setup, browser, "engine, wasm in Chromium", "wasm.js", "benchMakeWasm"));
        sides.push(Side::page(setup, browser, "plain JavaScript, Chromium", "control.js", "benchMakeControl"));
    }
    if setup.peers.is_some() {
        sides.push(Side::node(setup, "dayjs-business-time", "dayjs-business-time.js", zone, true));
        sides.push(Side::node(setup, "moment-business-time", "moment-business-time.js", zone, true));
        sides.push(Side::node(setup, "opening_hours", "opening_hours.js", zone, true));
    }
    sides
}

fn wrong(answers: &[Option<i64>], truth: &[i64]) -> usize {
    truth.iter().enumerate().filter(|(i, due)| answers.get(*i).copied().flatten() != Some(**due)).count()
}

impl Score {
    fn new(side: Side) -> Score {
        Score { side, oracle: (0, 0), corpus: (0, 0), nanos: Vec::new(), ratios: Vec::new(), fault: None }
    }

    /// Compares the answers with the truth; leaves the corpus loaded.
    fn check(&mut self, calendar: &str, oracle: (&Corpus, &[i64]), corpus: (&Corpus, &[i64])) -> Outcome {
        self.oracle = (oracle.1.len(), wrong(&self.side.load(calendar, oracle.0)?, oracle.1));
        let rows = if self.side.slow { SLOW_ROWS } else { corpus.1.len() };
        self.corpus = (rows, wrong(&self.side.load(calendar, &corpus.0.first(rows))?, &corpus.1[..rows]));
        if self.corpus.0 == self.corpus.1 { Err("never right".to_owned()) } else { Ok(()) }
    }

    /// One round. A wrong answer scores nothing: its time is borne by the right ones.
    fn time(&mut self) -> Outcome {
        let (rows, wrong) = self.corpus;
        self.nanos.push(self.side.time(MILLIS)? * rows as f64 / (rows - wrong) as f64);
        Ok(())
    }

    fn verdict(&self) -> String {
        match Spread::of(&self.ratios) {
            Some(ratio) if ratio.is_wide() => format!("inconclusive: spread {:.1}", ratio.max / ratio.min),
            _ => String::new(),
        }
    }

    fn json(&self) -> Value {
        let spread = |values: &[f64]| Spread::of(values).map(|spread| spread.json());
        json!({
            "side": self.side.name, "nanos": spread(&self.nanos), "ratio": spread(&self.ratios),
            "oracle": { "rows": self.oracle.0, "wrong": self.oracle.1 },
            "corpus": { "rows": self.corpus.0, "wrong": self.corpus.1 },
            "inconclusive": !self.verdict().is_empty(), "fault": self.fault,
        })
    }
}

fn print(calendar: &str, scores: &[Score], load: &Load) {
    println!("\n{calendar}{}", if load.too_much() { "  (INCONCLUSIVE: the machine is too busy)" } else { "" });
    let share = |(rows, wrong): (usize, usize)| match wrong {
        0 => format!("none of {}", digits(rows as f64)),
        _ => format!("{:.1} % of {}", wrong as f64 * 100.0 / rows as f64, digits(rows as f64)),
    };
    let show = |values: &[f64]| Spread::of(values).map_or_else(String::new, |spread| spread.show());
    let rows: Vec<Vec<String>> = scores
        .iter()
        .map(|score| {
            let verdict = score.fault.clone().unwrap_or_else(|| score.verdict());
            let name = score.side.name.to_owned();
            vec![name, show(&score.nanos), show(&score.ratios), share(score.oracle), share(score.corpus), verdict]
        })
        .collect();
    table(&["side", "ns", "ratio", "wrong: oracle", "wrong: corpus", ""], &rows);
}
