//! The first visit and the next ones: bytes on the wire, and the time until a person can begin.

use serde_json::{Value, json};

use super::{Notes, PASSWORD, USER, json_times, print_times};
use crate::browser::Browser;
use crate::load::Load;
use crate::page::{Answer, Line, PATIENCE, Page};
use crate::server::Server;
use crate::stats::table;
use crate::{Outcome, Setup};

/// An office's line, for the one number that a fast line would hide.
const OFFICE: Line = Line { name: "10 Mbit/s, 40 ms", round_trip_ms: 40, mbit_per_s: 10 };

pub fn measure(
    setup: &Setup,
    browser: &Browser,
    server: &Server,
    load: &mut Load,
    notes: &mut Notes,
) -> Outcome<Value> {
    let runs = setup.rounds.min(9);
    let names = [
        "log-in page, cold",
        "log-in page, cold, over 10 Mbit/s and 40 ms",
        "log-in page, from the service worker",
        "desk after log-in (from pressing Enter)",
        "work list after log-in (from pressing Enter)",
        "desk, reloaded while logged in, from the service worker",
        "work list, reloaded while logged in, from the service worker",
    ];
    let mut times: Vec<(String, Vec<f64>)> = names.iter().map(|name| ((*name).to_owned(), Vec::new())).collect();
    let mut transfer = Vec::new();
    for run in 0..runs {
        let mut keep = |row: usize, ms: Option<f64>| ms.map(|ms| times[row].1.push(ms));
        // As a new profile each time.
        let context = browser.context()?;
        let mut cold = Page::open(&context, &server.address, None)?;
        let login = cold.seen("login", PATIENCE)?;
        if login.is_none() {
            return Err(format!("the log-in page does not come within {} s", PATIENCE.as_secs()));
        }
        keep(0, login);
        let ready = cold.worker_ready()?;
        if run == 0 {
            transfer = cold.answers()?;
        }
        drop(cold);
        if ready {
            let mut warm = Page::open(&context, &server.address, None)?;
            let login = warm.seen("login", PATIENCE)?;
            if warm.answers()?.iter().any(|answer| answer.path.ends_with(".wasm") && answer.from_worker) {
                keep(2, login);
            }
            // Logged in with everything kept, then opened again.
            warm.log_in(USER, PASSWORD)?;
            if let Some(desk) = warm.seen("desk", PATIENCE)? {
                let pressed = warm.seen("submit", PATIENCE)?.unwrap_or(desk);
                keep(3, Some(desk - pressed));
                keep(4, warm.seen("list", PATIENCE / 2)?.map(|list| list - pressed));
                drop(warm);
                let mut again = Page::open(&context, &server.address, None)?;
                keep(5, again.seen("desk", PATIENCE / 2)?);
                keep(6, again.seen("list", PATIENCE / 2)?);
            }
        }
        drop(context);
        let context = browser.context()?;
        keep(1, Page::open(&context, &server.address, Some(OFFICE))?.seen("login", PATIENCE)?);
        load.look();
        if times[0].1.len() == 1 && times[4].1.is_empty() && times[3].1.is_empty() && run == 0 {
            // Nothing came of the log-in: the other runs would only wait for it again.
            notes.add("the desk", "log-in leads to no desk");
            break;
        }
    }
    for (name, values) in &times {
        if values.is_empty() {
            notes.add(name, format!("not seen in any of {runs} runs"));
        }
    }
    let wire = print_transfer(&transfer);
    print_times(&format!("Time to a usable page (office line: {})", OFFICE.name), &times);
    Ok(json!({ "transfer": wire, "times": json_times(&times) }))
}

/// By kind: what the page asked for until it could be used, and what its service worker fetched besides.
fn print_transfer(answers: &[Answer]) -> Value {
    const KINDS: [&str; 7] = ["wasm", "js", "css", "html", "policy and connector", "api", "other"];
    let kind = |answer: &Answer| {
        let path = answer.path.split('?').next().unwrap_or_default();
        match path.rsplit_once('.').map(|(_, end)| end) {
            _ if path.starts_with("/api") => 5,
            _ if path.starts_with("/policy/") || path.starts_with("/connector/") => 4,
            Some("wasm") => 0,
            Some("js") => 1,
            Some("css") => 2,
            None => 3,
            Some(_) => 6,
        }
    };
    let sum = |kind_wanted: Option<usize>, by_page: bool| -> f64 {
        let wanted =
            |answer: &&Answer| answer.by_page == by_page && kind_wanted.is_none_or(|wanted| kind(answer) == wanted);
        answers.iter().filter(wanted).map(|answer| answer.bytes).sum::<f64>() / 1000.0
    };
    let encodings = |wanted: usize| {
        let mut all: Vec<&str> =
            answers.iter().filter(|a| a.bytes > 0.0 && kind(a) == wanted).map(|a| a.encoding.as_str()).collect();
        all.sort_unstable();
        all.dedup();
        all.join(", ")
    };
    let mut rows: Vec<Vec<String>> = KINDS
        .iter()
        .enumerate()
        .map(|(i, name)| {
            vec![
                (*name).to_owned(),
                format!("{:.1}", sum(Some(i), true)),
                format!("{:.1}", sum(Some(i), false)),
                encodings(i),
            ]
        })
        .collect();
    rows.push(vec![
        "total".to_owned(),
        format!("{:.1}", sum(None, true)),
        format!("{:.1}", sum(None, false)),
        String::new(),
    ]);
    println!("\nFirst visit, kB on the wire (1 kB = 1000 bytes, headers included)");
    table(&["", "page", "service worker", "encoding"], &rows);
    let kinds: serde_json::Map<String, Value> = KINDS
        .iter()
        .enumerate()
        .map(|(i, name)| ((*name).to_owned(), json!({ "page": sum(Some(i), true), "worker": sum(Some(i), false) })))
        .collect();
    json!({ "kB": kinds, "totalPage": sum(None, true), "totalWorker": sum(None, false) })
}
