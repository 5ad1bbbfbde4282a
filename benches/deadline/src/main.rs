//! The native side: answers the harness line by line, as `sides/host.cjs` does for the sides in JavaScript.
//!
//! `{"calendar","starts","spans"}` loads a corpus and is answered with `{"due"}`; `{"millis"}` repeats the batch for at
//! least so long and is answered with `{"nanos","rows"}`: what one batch took, and how many rows it has.

use std::error::Error;
use std::io::{BufRead, Write};
use std::time::{Duration, Instant};

use baton_bench_deadline::Side;
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let mut side = None;
    for line in std::io::stdin().lock().lines() {
        let ask: Value = serde_json::from_str(&line?)?;
        let answer = match ask["millis"].as_u64() {
            Some(millis) => time(side.as_mut().ok_or("nothing is loaded")?, Duration::from_millis(millis)),
            None => {
                let calendar = ask["calendar"].as_str().ok_or("no calendar")?;
                let mut loaded = Side::new(calendar, &numbers(&ask["starts"]), &numbers(&ask["spans"]));
                loaded.run();
                let due = loaded.due();
                side = Some(loaded);
                json!({ "due": due })
            }
        };
        let mut out = std::io::stdout().lock();
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
}

/// Pieces of whole batches, as `sides/loop.js` does it: the median piece counts.
fn time(side: &mut Side, least: Duration) -> Value {
    let (begun, mut pieces) = (Instant::now(), Vec::new());
    while begun.elapsed() < least {
        let (from, mut batches) = (Instant::now(), 0);
        while from.elapsed() < Duration::from_millis(4) {
            std::hint::black_box(&mut *side).run();
            batches += 1;
        }
        pieces.push(from.elapsed().as_nanos() as f64 / f64::from(batches));
    }
    pieces.sort_by(f64::total_cmp);
    json!({ "nanos": pieces[pieces.len() / 2], "rows": side.due().len() })
}
