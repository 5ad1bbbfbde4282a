//! First sync of 10,000 documents from a server on loopback into durable storage: Baton's own code, other libraries, and the
//! same idea in plain JavaScript. Then 100,000 documents stored and opened again.
//!
//! Every round gives every side a browser of its own with a fresh profile on disk. A side whose documents cannot all be
//! read in a new page afterwards scores nothing.

mod server;

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use baton_engine::time::Timestamp;
use serde_json::{Value, json};

use crate::browser::{Browser, Tab};
use crate::load::Load;
use crate::stats::{Spread, digits, table};
use crate::{Outcome, Setup};
use server::{File, PAGE, Server, read};

const DOCS: usize = 10_000;
/// Pages that are stored and opened again.
const MANY_PAGES: usize = 50;
const PATIENCE: Duration = Duration::from_secs(120);
/// What ratios are of: the first one.
const SIDES: [(&str, &str); 4] =
    [("baton", "Baton"), ("control", "plain JavaScript"), ("rxdb", "RxDB, Dexie storage"), ("pouchdb", "PouchDB")];

struct Score {
    file: &'static str,
    name: &'static str,
    millis: Vec<f64>,
    ratios: Vec<f64>,
    fault: Option<String>,
}

/// # Errors
/// Baton's own side is not built or does not sync, or there is no browser.
pub fn run(setup: &Setup) -> Outcome<Value> {
    let chrome = setup.chrome.as_ref().ok_or("there is no Chromium to measure in")?;
    let sides = setup.sync.as_ref().ok_or("the sides are not built")?;
    let docs = documents(&setup.root)?;
    let bytes = docs.iter().map(|doc| doc.to_string().len()).sum::<usize>() / DOCS;
    let server = Server::start(&docs, files(sides)?)?;
    let mut load = Load::watch();
    let mut scores: Vec<Score> = SIDES
        .into_iter()
        .filter(|(file, name)| {
            let there = sides.join(format!("{file}.js")).is_file();
            if !there {
                println!("not measured: {name} (it comes from npm, and there is no Node.js or no network)");
            }
            there
        })
        .map(|(file, name)| Score { file, name, millis: Vec::new(), ratios: Vec::new(), fault: None })
        .collect();
    // The first round of all warms the disk and counts for nothing.
    for round in 0..=setup.rounds {
        let count = scores.len();
        let mut times: Vec<Option<f64>> = vec![None; count];
        for turn in 0..count {
            let nth = (round + turn) % count;
            let score = &mut scores[nth];
            if score.fault.is_none() {
                match first_sync(chrome, &server.address, score.file) {
                    Ok(millis) => times[nth] = Some(millis),
                    Err(why) => score.fault = Some(why),
                }
            }
        }
        if round > 0 {
            for (score, millis) in scores.iter_mut().zip(&times) {
                score.millis.extend(*millis);
                score.ratios.extend(millis.zip(times[0]).map(|(millis, base)| millis / base));
            }
        }
        load.look();
    }
    if let Some(why) = &scores[0].fault {
        return Err(format!("Baton's own side: {why}"));
    }
    let many: Outcome<Vec<Value>> = (0..setup.rounds.min(5)).map(|_| many(chrome, &server.address)).collect();
    let many = many?;
    load.look();
    print(&scores, &many, bytes, setup.rounds, &load);
    let spread = |values: &[f64]| Spread::of(values).map(|spread| spread.json());
    let sides: Vec<Value> = scores
        .iter()
        .map(|s| json!({ "side": s.name, "millis": spread(&s.millis), "ratio": spread(&s.ratios), "fault": s.fault }))
        .collect();
    Ok(
        json!({ "rounds": setup.rounds, "documents": DOCS, "bytes": bytes, "load": load.json(), "sides": sides, "many": many }),
    )
}

/// One side in a fresh profile: synced in one page, counted in another.
fn first_sync(chrome: &Path, address: &str, file: &str) -> Outcome<f64> {
    let browser = Browser::start(chrome)?;
    let mut tab = open(&browser, address, file)?;
    let millis = tab.evaluate("benchFirst()", PATIENCE)?.as_f64().ok_or("no time")?;
    drop(tab);
    let count = open(&browser, address, file)?.evaluate("benchCount()", PATIENCE)?;
    if count == json!(DOCS) { Ok(millis) } else { Err(format!("{count} of {DOCS} documents can be read afterwards")) }
}

/// 100,000 documents: `stored`, and in a new page `front` (to the first documents), `first` of them, `whole` (to all).
fn many(chrome: &Path, address: &str) -> Outcome<Value> {
    let browser = Browser::start(chrome)?;
    let stored = open(&browser, address, "baton")?.evaluate(&format!("benchStore({MANY_PAGES})"), PATIENCE)?;
    let mut found = open(&browser, address, "baton")?.evaluate("benchReopen()", PATIENCE)?;
    if found["count"] != json!(MANY_PAGES * PAGE) {
        return Err(format!("{} of {} documents can be read afterwards", found["count"], MANY_PAGES * PAGE));
    }
    found["stored"] = stored;
    Ok(found)
}

fn open(browser: &Browser, address: &str, file: &str) -> Outcome<Tab> {
    let mut tab = browser.tab(&format!("{address}/{file}.html"))?;
    if !tab.within(PATIENCE, "globalThis.benchReady")? {
        return Err(format!("{file}.html does not load"));
    }
    tab.evaluate("benchReady()", PATIENCE)?;
    Ok(tab)
}

/// Cases as the engine makes them.
fn documents(root: &Path) -> Outcome<Vec<Value>> {
    let policies = baton_demo::load::read_policies(&root.join("public/policy"))?;
    let now: Timestamp = "2026-03-02T01:00:00Z".parse().map_err(|_| "no time")?;
    let docs: Vec<Value> = baton_demo::crowd(7, now, &policies, DOCS).map(|doc| doc.to_json()).collect();
    if docs.len() == DOCS { Ok(docs) } else { Err(format!("only {} documents could be made", docs.len())) }
}

/// A page for each side, and what it loads.
fn files(sides: &Path) -> Outcome<HashMap<String, File>> {
    let mut files = HashMap::new();
    for (file, _) in SIDES {
        let script = sides.join(format!("{file}.js"));
        if !script.is_file() {
            continue;
        }
        let glue = if file == "baton" { "<script src=\"/bench.js\"></script>" } else { "" };
        let page = format!("<!doctype html><meta charset=\"utf-8\">{glue}<script src=\"/{file}.js\"></script>");
        files.insert(format!("/{file}.html"), ("text/html", page.into_bytes()));
        files.insert(format!("/{file}.js"), ("text/javascript", read(&script)?));
    }
    files.insert("/bench.js".into(), ("text/javascript", read(&sides.join("bench.js"))?));
    files.insert("/bench_bg.wasm".into(), ("application/wasm", read(&sides.join("bench_bg.wasm"))?));
    Ok(files)
}

fn print(scores: &[Score], many: &[Value], bytes: usize, rounds: usize, load: &Load) {
    println!(
        "\nFirst sync of {} documents of {bytes} bytes into durable storage, ms, median [min..max] of {rounds} rounds; \
         ratio to Baton in the same round",
        digits(DOCS as f64)
    );
    let show = |values: &[f64]| Spread::of(values).map_or_else(String::new, |spread| spread.show());
    let verdict = |score: &Score| match (&score.fault, Spread::of(&score.ratios)) {
        (Some(why), _) => why.clone(),
        (None, Some(ratio)) if ratio.is_wide() => format!("inconclusive: spread {:.1}", ratio.max / ratio.min),
        _ => String::new(),
    };
    let rows: Vec<Vec<String>> = scores
        .iter()
        .map(|score| vec![score.name.to_owned(), show(&score.millis), show(&score.ratios), verdict(score)])
        .collect();
    table(&["side", "ms", "ratio", ""], &rows);
    println!("\n{} documents of that size in Baton's store, ms", digits((MANY_PAGES * PAGE) as f64));
    let of = |name: &str| many.iter().filter_map(|found| found[name].as_f64()).collect::<Vec<f64>>();
    let first = many.first().and_then(|found| found["first"].as_u64()).unwrap_or(0);
    let rows = [
        (format!("stored, a page of {} at a time", digits(PAGE as f64)), "stored"),
        (format!("opened again to the first {first}, readable"), "front"),
        ("opened again to all of them".to_owned(), "whole"),
    ];
    table(&["", "ms"], &rows.map(|(what, name)| vec![what, show(&of(name))]));
    println!("\n{}", load.show());
}
