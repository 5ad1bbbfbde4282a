//! The desk in a real browser: what a first visit costs, how long until it can be used, and how the work list carries
//! 100,000 rows. What the app does not have yet, or no longer, is said to be not measured; it stops nothing else.

mod first;
mod list;

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::load::Load;
use crate::server::Server;
use crate::stats::{Spread, table};
use crate::{Outcome, Setup};

/// A log-in of the demo day that has a work list.
const USER: &str = "home";
const PASSWORD: &str = "baton";

/// # Errors
/// Something is not built, or there is no browser.
pub fn run(setup: &Setup) -> Outcome<Value> {
    let missing = "is not built: use `cargo xtask bench desk`";
    let site = setup.site.as_ref().ok_or_else(|| format!("the app {missing}"))?;
    let program = setup.server.as_ref().ok_or_else(|| format!("the server {missing}"))?;
    let chrome = setup.chrome.as_ref().ok_or("there is no Chromium")?;
    let browser = Browser::start(chrome)?;
    let mut load = Load::watch();
    let mut notes = Notes::default();
    println!("\nThe desk in {}, headless, server and browser on this machine", browser.version()?);

    let server = Server::start(program, site, 0)?;
    let first = first::measure(setup, &browser, &server, &mut load, &mut notes);
    drop(server);
    let list = list::measure(setup, &browser, program, site, &mut load, &mut notes);

    println!("\n{}", load.show());
    let first = first.unwrap_or_else(|why| notes.add("the first visit", why));
    let list = list.unwrap_or_else(|why| notes.add("the work list", why));
    if !notes.0.is_empty() {
        println!("\nNOT MEASURED");
        notes.0.iter().for_each(|note| println!("  {note}"));
    }
    Ok(json!({ "load": load.json(), "first": first, "list": list, "notMeasured": notes.0 }))
}

/// What could not be measured, and why.
#[derive(Default)]
pub struct Notes(Vec<String>);

impl Notes {
    /// The value to write in its place.
    pub fn add(&mut self, what: &str, why: impl std::fmt::Display) -> Value {
        self.0.push(format!("{what}: {why}"));
        Value::Null
    }
}

/// Prints a table of named numbers in ms.
fn print_times(title: &str, rows: &[(String, Vec<f64>)]) {
    println!("\n{title}");
    let line = |(name, values): &(String, Vec<f64>)| {
        let spread = Spread::of(values)?;
        let wide = if spread.is_wide() { "inconclusive: spread" } else { "" };
        Some(vec![name.clone(), spread.show(), values.len().to_string(), wide.to_owned()])
    };
    table(&["", "ms", "runs", ""], &rows.iter().filter_map(line).collect::<Vec<_>>());
}

fn json_times(rows: &[(String, Vec<f64>)]) -> Value {
    rows.iter()
        .map(|(name, values)| json!({ "what": name, "ms": Spread::of(values).map(|s| s.json()), "runs": values.len() }))
        .collect()
}
