//! What every side is asked: the oracle's own rows with the truth by Python's zoneinfo, and one seeded corpus.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::Outcome;

/// The calendars that are compared, by their ids in the oracle's file.
pub const CALENDARS: [&str; 4] = ["working-days-cn", "expert-desk", "new-york-weekdays", "new-york-overnight"];

/// Rows of the corpus that fast sides read; a slow one reads as many of the first as it can in its time.
pub const ROWS: usize = 100_000;

/// Starts in ms since the epoch, spans of open time in ms.
#[derive(Default, Clone)]
pub struct Corpus {
    pub starts: Vec<i64>,
    pub spans: Vec<i64>,
}

impl Corpus {
    /// The first rows.
    pub fn first(&self, rows: usize) -> Corpus {
        let rows = rows.min(self.starts.len());
        Corpus { starts: self.starts[..rows].to_vec(), spans: self.spans[..rows].to_vec() }
    }

    /// Starts at any second of 2026; the spans that service desks promise, and every fourth one some minutes up to 30 h.
    pub fn seeded() -> Corpus {
        const HOUR: i64 = 3_600_000;
        let promised = [HOUR / 4, HOUR / 2, HOUR, 3 * HOUR, 6 * HOUR, 8 * HOUR, 24 * HOUR, 48 * HOUR];
        let mut state = 20_261_101_u64;
        let mut corpus = Corpus::default();
        for _ in 0..ROWS {
            corpus.starts.push((1_767_225_600 + random(&mut state) % (365 * 86_400)) * 1000);
            let any = (1 + random(&mut state) % (30 * 60)) * 60_000;
            let usual = promised[random(&mut state) as usize % promised.len()];
            corpus.spans.push(if random(&mut state) % 4 == 0 { any } else { usual });
        }
        corpus
    }
}

/// Knuth's 64-bit linear congruential generator: the corpus is the same on every machine.
fn random(state: &mut u64) -> i64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 20) as i64
}

/// The oracle: its folder in the engine's tests.
pub struct Oracle {
    cases: String,
    calendars: Value,
}

impl Oracle {
    /// # Errors
    /// A file is missing.
    pub fn read(root: &Path) -> Outcome<Oracle> {
        let text = |name: &str| {
            let path = folder(root).join(name);
            fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
        };
        let calendars = serde_json::from_str(&text("calendars.json")?).map_err(|error| error.to_string())?;
        Ok(Oracle { cases: text("cases.csv")?, calendars })
    }

    /// The rows that ask for a deadline, and their true answers.
    pub fn deadlines(&self, calendar: &str) -> (Corpus, Vec<i64>) {
        let (mut corpus, mut truth) = (Corpus::default(), Vec::new());
        for line in self.cases.lines() {
            let fields: Vec<&str> = line.split(',').collect();
            if let [id, "add", start, span, due] = fields[..]
                && let (true, Ok(start), Ok(span), Ok(due)) = (id == calendar, start.parse(), span.parse(), due.parse())
            {
                corpus.starts.push(start);
                corpus.spans.push(span);
                truth.push(due);
            }
        }
        (corpus, truth)
    }

    /// The calendar's time zone by its IANA name.
    pub fn zone(&self, calendar: &str) -> Option<&str> {
        self.calendars["calendars"].as_array()?.iter().find(|c| c["id"] == calendar)?["zone"].as_str()
    }
}

/// Where calendars.json is.
pub fn folder(root: &Path) -> std::path::PathBuf {
    root.join("crates/engine/tests/data/calendar")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corpus_is_the_same_every_time_and_in_its_bounds() {
        let (one, other) = (Corpus::seeded(), Corpus::seeded());
        assert_eq!((&one.starts, &one.spans), (&other.starts, &other.spans));
        assert_eq!(one.starts.len(), ROWS);
        let year = 1_767_225_600_000..1_767_225_600_000 + 365 * 86_400_000;
        assert!(one.starts.iter().all(|start| year.contains(start)));
        assert!(one.spans.iter().all(|span| (60_000..=48 * 3_600_000).contains(span)));
    }

    #[test]
    fn the_oracle_has_rows_for_every_calendar() {
        let oracle = Oracle::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).expect("the oracle's files");
        for calendar in CALENDARS {
            assert!(oracle.deadlines(calendar).1.len() > 200 && oracle.zone(calendar).is_some(), "{calendar}");
        }
    }
}
