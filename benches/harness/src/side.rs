//! The sides of the deadline benchmark: a program that answers line by line, or a page in Chromium. Each is loaded
//! with one calendar and some rows, answers them once, and then repeats them as long as it is told to.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::browser::{Browser, Tab};
use crate::corpus::{Corpus, folder};
use crate::{Outcome, Setup};

/// A side that has not answered by then never will.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Side {
    pub name: &'static str,
    /// Thousands of times slower than the others: reads only the first rows.
    pub slow: bool,
    host: Host,
}

enum Host {
    Program(Program),
    Page(Box<Tab>),
}

struct Program {
    child: Child,
    input: ChildStdin,
    lines: Receiver<String>,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Side {
    pub fn native(setup: &Setup) -> Outcome<Side> {
        let program = setup.native.as_ref().ok_or("the native side is not built")?;
        Ok(Side { name: "engine, native", slow: false, host: Host::Program(start(Command::new(program))?) })
    }

    /// A file of `benches/deadline/sides` in a Node process whose time zone is the calendar's.
    pub fn node(setup: &Setup, name: &'static str, file: &str, zone: &str, slow: bool) -> Outcome<Side> {
        let sides = setup.root.join("benches/deadline/sides");
        let mut command = Command::new("node");
        command.arg(sides.join("host.cjs")).arg(file).arg(folder(&setup.root).join("calendars.json")).env("TZ", zone);
        for (variable, path) in [("BENCH_WASM", &setup.wasm), ("BENCH_PEERS", &setup.peers)] {
            if let Some(path) = path {
                command.env(variable, path);
            }
        }
        Ok(Side { name, slow, host: Host::Program(start(command)?) })
    }

    /// `maker` is the global that `file` sets. Each in a page, and so a process, of its own.
    pub fn page(setup: &Setup, browser: &Browser, name: &'static str, file: &str, maker: &str) -> Outcome<Side> {
        let sides = setup.root.join("benches/deadline/sides");
        let text = |path: &Path| std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()));
        let mut tab = browser.tab("about:blank")?;
        if file == "wasm.js" {
            let wasm = setup.wasm.as_ref().ok_or("the wasm side is not built")?;
            let path = wasm.join("bench_bg.wasm");
            let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            tab.script(&text(&wasm.join("bench.js"))?)?;
            let encoded = BASE64_STANDARD.encode(bytes);
            tab.script(&format!(
                "globalThis.benchWasm = Uint8Array.from(atob({encoded:?}), (c) => c.charCodeAt(0)); 0"
            ))?;
        }
        for script in ["loop.js", file] {
            tab.script(&text(&sides.join(script))?)?;
        }
        let calendars = text(&folder(&setup.root).join("calendars.json"))?;
        tab.script(&format!("globalThis.benchMake = {maker}; globalThis.benchFile = {calendars}; 0"))?;
        Ok(Side { name, slow: false, host: Host::Page(Box::new(tab)) })
    }

    /// The answers, nothing where the side had none.
    pub fn load(&mut self, calendar: &str, corpus: &Corpus) -> Outcome<Vec<Option<i64>>> {
        let ask = json!({ "calendar": calendar, "starts": corpus.starts, "spans": corpus.spans });
        let answer = match &mut self.host {
            Host::Program(program) => program.ask(&ask)?,
            Host::Page(tab) => tab.evaluate(&format!("benchLoad(benchMake, benchFile, {ask})"), PATIENCE)?,
        };
        let due = answer["due"].as_array().ok_or("no answers")?;
        Ok(due.iter().map(|ms| ms.as_f64().map(|ms| ms as i64)).collect())
    }

    /// Whole batches for at least so many ms: the nanoseconds for each row.
    pub fn time(&mut self, millis: u32) -> Outcome<f64> {
        let answer = match &mut self.host {
            Host::Program(program) => program.ask(&json!({ "millis": millis }))?,
            Host::Page(tab) => tab.evaluate(&format!("benchTime({millis})"), PATIENCE)?,
        };
        match (answer["nanos"].as_f64(), answer["rows"].as_f64()) {
            (Some(nanos), Some(rows)) if rows > 0.0 => Ok(nanos / rows),
            _ => Err(format!("{answer} is no time")),
        }
    }
}

fn start(mut command: Command) -> Outcome<Program> {
    let named = command.get_program().to_string_lossy().into_owned();
    let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = spawned.map_err(|error| format!("{named} does not start: {error}"))?;
    let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(format!("{named} has no pipes"));
    };
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    Ok(Program { child, input, lines })
}

impl Program {
    fn ask(&mut self, ask: &Value) -> Outcome<Value> {
        writeln!(self.input, "{ask}")
            .and_then(|()| self.input.flush())
            .map_err(|error| format!("it ended: {error}"))?;
        let line = self.lines.recv_timeout(PATIENCE).map_err(|_| "no answer (30 s, or it ended)".to_owned())?;
        serde_json::from_str(&line).map_err(|error| format!("{error}: {line}"))
    }
}
