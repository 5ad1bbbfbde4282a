//! What the page's main thread had to do, from Chromium's own trace: how long it was busy between the marks that the
//! probe sets at each frame.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Outcome;
use crate::browser::Tab;

const CATEGORIES: [&str; 3] = ["blink.user_timing", "toplevel", "disabled-by-default-devtools.timeline"];

/// Begins to record.
pub fn start(tab: &Tab) -> Outcome {
    let config = json!({ "includedCategories": CATEGORIES, "excludedCategories": ["*"] });
    tab.call_browser("Tracing.start", json!({ "transferMode": "ReportEvents", "traceConfig": config })).map(drop)
}

/// Ends it: for each frame the ms that the main thread was busy, and the ms of its single longest task.
pub fn stop(tab: &Tab) -> Outcome<Vec<(f64, f64)>> {
    tab.call_browser("Tracing.end", json!({}))?;
    let (begun, mut events, mut complete) = (Instant::now(), Vec::new(), false);
    while !complete && begun.elapsed() < Duration::from_secs(60) {
        for message in tab.events(|method| method.starts_with("Tracing."))? {
            complete |= message["method"] == "Tracing.tracingComplete";
            if let Some(values) = message["params"]["value"].as_array() {
                events.extend(values.iter().cloned());
            }
        }
    }
    frames(&events)
}

fn frames(events: &[Value]) -> Outcome<Vec<(f64, f64)>> {
    let number = |event: &Value, name: &str| event[name].as_f64().unwrap_or(0.0);
    let is_mark = |event: &&Value| event["name"] == "bench-frame";
    let thread = events.iter().find(is_mark).map(|event| (event["pid"].clone(), event["tid"].clone()));
    let (pid, tid) = thread.ok_or("the trace shows no frame")?;
    let here = |event: &&Value| event["pid"] == pid && event["tid"] == tid;
    let mut marks: Vec<f64> = events.iter().filter(is_mark).filter(here).map(|event| number(event, "ts")).collect();
    marks.sort_by(f64::total_cmp);
    let is_task = |event: &&Value| {
        event["ph"] == "X" && (event["name"] == "RunTask" || event["name"] == "ThreadControllerImpl::RunTask")
    };
    // Both names may be recorded for one task: only the kind that there are more of counts.
    let tasks: Vec<&Value> = events.iter().filter(here).filter(is_task).collect();
    let plain = tasks.iter().filter(|event| event["name"] == "RunTask").count();
    let name = if plain * 2 >= tasks.len() { "RunTask" } else { "ThreadControllerImpl::RunTask" };
    let spans: Vec<(f64, f64)> = tasks
        .iter()
        .filter(|event| event["name"] == name)
        .map(|event| (number(event, "ts"), number(event, "ts") + number(event, "dur")))
        .collect();
    Ok(marks
        .windows(2)
        .map(|pair| {
            let within = spans.iter().map(|(from, to)| (to.min(pair[1]) - from.max(pair[0])).max(0.0) / 1000.0);
            within.fold((0.0, 0.0), |(sum, longest): (f64, f64), ms| (sum + ms, longest.max(ms)))
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_over_a_frame_mark_counts_on_both_sides() {
        let mark = |ts: f64| json!({ "name": "bench-frame", "ph": "I", "pid": 1, "tid": 2, "ts": ts });
        let task = |tid: u32, ts: f64, dur: f64| json!({ "name": "RunTask", "ph": "X", "pid": 1, "tid": tid, "ts": ts, "dur": dur });
        let events = [
            mark(1000.0),
            mark(17_000.0),
            mark(33_000.0),
            task(2, 16_000.0, 3000.0),
            task(2, 20_000.0, 500.0),
            task(3, 2000.0, 9000.0),
        ];
        assert_eq!(frames(&events), Ok(vec![(1.0, 1.0), (2.5, 2.0)]));
        assert!(frames(&[]).is_err());
    }
}
