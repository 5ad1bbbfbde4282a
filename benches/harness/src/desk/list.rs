//! The work list with very many rows: how many are in the document, how smoothly it scrolls, how fast a key moves in it.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Notes, PASSWORD, USER};
use crate::browser::Browser;
use crate::load::Load;
use crate::page::{PATIENCE, Page};
use crate::server::Server;
use crate::stats::{percentile, sorted, table};
use crate::{Outcome, Setup, trace};

const CROWD: usize = 100_000;
const FRAMES: usize = 300;
const PRESSES: usize = 40;
/// The first copy of so many documents takes its time.
const SYNC: Duration = Duration::from_secs(300);

pub fn measure(
    setup: &Setup,
    browser: &Browser,
    program: &Path,
    site: &Path,
    load: &mut Load,
    notes: &mut Notes,
) -> Outcome<Value> {
    let picture = &setup.out.with_file_name("bench-list.png");
    let begun = Instant::now();
    let server = Server::start(program, site, CROWD)?;
    println!(
        "\nWork list with {CROWD} cases more than the demo day (the server made them in {:.1} s)",
        begun.elapsed().as_secs_f64()
    );
    let context = browser.context()?;
    let mut page = Page::open(&context, &server.address, None)?;
    page.seen("login", PATIENCE)?.ok_or("the log-in page does not come")?;
    page.worker_ready()?;
    page.log_in(USER, PASSWORD)?;
    page.seen("desk", SYNC)?.ok_or("log-in leads to no desk")?;
    let logged_in = Instant::now();
    page.seen("list", PATIENCE)?.ok_or("the desk shows no element with data-test=\"row\"")?;
    let first_row = logged_in.elapsed().as_secs_f64();
    let length = fill(&mut page)?;
    let filled = logged_in.elapsed().as_secs_f64();
    let rows = page.0.evaluate("bench.rows()", PATIENCE)?.as_u64().unwrap_or(0);
    println!(
        "  the list is {length} rows long after {filled:.1} s (first row {first_row:.1} s after the desk); {rows} rows in the document"
    );
    if length < CROWD as u64 / 2 {
        notes.add("100,000 rows", format!("the list grew to {length} rows only, and stayed so for 15 s"));
    }
    // So that a person can see what was measured.
    if let Err(why) = page.0.picture(picture) {
        notes.add("a picture of the list", why);
    }
    load.look();

    let mut found =
        json!({ "length": length, "rowsInDocument": rows, "secondsToFirstRow": first_row, "secondsToAll": filled });
    let mut lines = Vec::new();
    for (name, step) in [("idle", "0"), ("scroll 3 rows a frame", "96"), ("drag the thumb to the end", "'far'")] {
        match scroll(&mut page, step) {
            Ok(measured) => {
                found[name] = Scroll::json(&measured);
                lines.push(measured.line(name));
            }
            Err(why) => {
                notes.add(name, why);
            }
        }
        load.look();
    }
    table(
        &["", "ms between frames p50", "p95", "max", "main thread busy p50", "p95", "max", "longest task", "blank"],
        &lines,
    );
    match keyboard(&mut page) {
        Ok(mut times) => {
            times.sort_by(f64::total_cmp);
            let [p50, p95, max] = three(&times);
            println!(
                "  J, from the press to the frame that shows the next row: {p50} ms, p95 {p95}, max {max} ({} presses)",
                times.len()
            );
            found["keyJ"] = json_three(&times);
        }
        Err(why) => {
            notes.add("keyboard latency of J", why);
        }
    }
    load.look();
    Ok(found)
}

/// Waits until the list no longer grows; its length.
fn fill(page: &mut Page) -> Outcome<u64> {
    let (begun, mut last, mut grown) = (Instant::now(), 0, Instant::now());
    while begun.elapsed() < SYNC && grown.elapsed() < Duration::from_secs(15) {
        let length = page.0.evaluate("bench.length()", SYNC)?.as_u64().unwrap_or(0);
        if length != last {
            (last, grown) = (length, Instant::now());
        }
        if length >= CROWD as u64 {
            break;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    Ok(last)
}

struct Scroll {
    between: Vec<f64>,
    busy: Vec<f64>,
    longest: Vec<f64>,
    blank: u64,
}

fn scroll(page: &mut Page, step: &str) -> Outcome<Scroll> {
    let top = "(bench.box() || (() => { throw new Error('the list does not scroll') })()).scrollTop = 0";
    page.0.evaluate(top, PATIENCE)?;
    trace::start(&page.0)?;
    let between = page.0.evaluate(&format!("bench.scroll({FRAMES}, {step})"), PATIENCE * 3);
    let frames = trace::stop(&page.0)?;
    let between = between?;
    page.0.evaluate(top, PATIENCE)?;
    let blank = page.0.evaluate(&format!("bench.blank({FRAMES}, {step})"), PATIENCE * 3)?.as_u64().unwrap_or(0);
    Ok(Scroll {
        between: sorted(&between.as_array().into_iter().flatten().filter_map(Value::as_f64).collect::<Vec<_>>()),
        busy: sorted(&frames.iter().map(|(busy, _)| *busy).collect::<Vec<_>>()),
        longest: sorted(&frames.iter().map(|(_, longest)| *longest).collect::<Vec<_>>()),
        blank,
    })
}

impl Scroll {
    fn line(&self, name: &str) -> Vec<String> {
        let mut line = vec![name.to_owned()];
        line.extend(three(&self.between));
        line.extend(three(&self.busy));
        line.push(self.longest.last().map_or_else(String::new, |ms| format!("{ms:.1}")));
        line.push(format!("{} of {FRAMES}", self.blank));
        line
    }

    fn json(&self) -> Value {
        json!({ "betweenFrames": json_three(&self.between), "busy": json_three(&self.busy), "longestTask": self.longest.last(), "blankFrames": self.blank })
    }
}

/// Median, 95th percentile and largest of sorted ms.
fn three(sorted: &[f64]) -> [String; 3] {
    [50.0, 95.0, 100.0].map(|percent| percentile(sorted, percent).map_or_else(String::new, |ms| format!("{ms:.1}")))
}

fn json_three(sorted: &[f64]) -> Value {
    json!({ "p50": percentile(sorted, 50.0), "p95": percentile(sorted, 95.0), "max": sorted.last() })
}

fn keyboard(page: &mut Page) -> Outcome<Vec<f64>> {
    page.0.evaluate("bench.box() && (bench.box().scrollTop = 0), bench.watch('j'), 0", PATIENCE)?;
    for press in 1..=PRESSES {
        page.key("j", "KeyJ", "j", 74)?;
        if !page.0.within(PATIENCE, &format!("bench.pressed.length >= {press}"))? {
            return Err(format!("press {press} was followed by no frame within {} s", PATIENCE.as_secs()));
        }
    }
    let pressed = page.0.evaluate("bench.pressed", PATIENCE)?;
    let all = pressed.as_array().cloned().unwrap_or_default();
    let moved: Vec<f64> = all.iter().filter(|press| press[1] == true).filter_map(|press| press[0].as_f64()).collect();
    if moved.len() * 2 < all.len() {
        return Err(format!("only {} of {} presses moved the choice", moved.len(), all.len()));
    }
    Ok(moved)
}
