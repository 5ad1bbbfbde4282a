//! The engine as a side of the deadline benchmark: one calendar of the oracle's file, a corpus that it keeps, and one
//! batch over it. The same code natively and in wasm. No timing and no comparing: the harness does both.

#[path = "../../../crates/engine/tests/data/calendar/fixtures.rs"]
mod fixtures;

use baton_engine::calendar::Calendar;
use baton_engine::time::{Span, Timestamp};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen::prelude::*;

/// A calendar with starts (ms since the epoch), spans (ms of open time) and the deadlines of the last batch.
#[cfg_attr(target_arch = "wasm32", wasm_bindgen)]
pub struct Side {
    calendar: Calendar,
    starts: Vec<Timestamp>,
    spans: Vec<Span>,
    due: Vec<Timestamp>,
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen)]
impl Side {
    /// # Panics
    /// The file has no such calendar, or there are not as many spans as starts.
    #[cfg_attr(target_arch = "wasm32", wasm_bindgen(constructor))]
    pub fn new(calendar: &str, starts: &[f64], spans: &[f64]) -> Side {
        assert_eq!(starts.len(), spans.len());
        Side {
            calendar: fixtures::calendar(calendar),
            starts: starts.iter().map(|ms| Timestamp::from_millis(*ms as i64)).collect(),
            spans: spans.iter().map(|ms| Span::from_millis(*ms as i64)).collect(),
            due: vec![Timestamp::default(); starts.len()],
        }
    }

    /// Every deadline of the corpus in one call.
    pub fn run(&mut self) {
        // What is out of range is marked in `due`, and then it is a wrong answer.
        let _ = self.calendar.add_many(&self.starts, &self.spans, &mut self.due);
    }

    /// A single deadline: what a view that asks for one pays.
    pub fn one(&self, start: f64, span: f64) -> f64 {
        let due = self.calendar.add(Timestamp::from_millis(start as i64), Span::from_millis(span as i64));
        due.map_or(f64::NAN, |due| due.millis() as f64)
    }

    /// The deadlines of the last batch, ms since the epoch.
    pub fn due(&self) -> Vec<f64> {
        self.due.iter().map(|due| due.millis() as f64).collect()
    }
}
