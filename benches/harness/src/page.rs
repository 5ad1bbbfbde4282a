//! The desk in a tab, with a probe in it: opening it, logging in, what came over the network. Only the product's
//! `data-test` hooks are known here.

use std::time::Duration;

use serde_json::{Value, json};

use crate::Outcome;
use crate::browser::{Context, Tab};

const PROBE: &str = include_str!("probe.js");

/// What a person would wait for at most.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A network between the browser and the server, as DevTools emulates it.
#[derive(Clone, Copy)]
pub struct Line {
    pub name: &'static str,
    pub round_trip_ms: u32,
    pub mbit_per_s: u32,
}

pub struct Page(pub Tab);

/// An answer that came to a page or its service worker.
#[derive(Debug, Clone)]
pub struct Answer {
    pub path: String,
    /// Bytes on the wire with headers; 0 from a cache.
    pub bytes: f64,
    pub encoding: String,
    /// Asked for by the page itself, not by its service worker.
    pub by_page: bool,
    pub from_worker: bool,
}

impl Page {
    /// Opens the address, over a slower line if asked.
    pub fn open(context: &Context, address: &str, line: Option<Line>) -> Outcome<Page> {
        let tab = context.tab("about:blank")?;
        for domain in ["Page", "Network", "Runtime"] {
            tab.call(&format!("{domain}.enable"), json!({}))?;
        }
        // Service workers are attached and stopped before they ask for anything.
        let attach = json!({ "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true });
        tab.call("Target.setAutoAttach", attach)?;
        tab.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": PROBE }))?;
        if let Some(line) = line {
            let bytes = line.mbit_per_s * 1_000_000 / 8;
            let conditions = json!({ "offline": false, "latency": line.round_trip_ms, "downloadThroughput": bytes, "uploadThroughput": bytes });
            tab.call("Network.emulateNetworkConditions", conditions)?;
        }
        tab.events(|_| true)?;
        tab.call("Page.navigate", json!({ "url": address }))?;
        Ok(Page(tab))
    }

    /// When that was first seen, in ms after the navigation began; nothing if not within the limit.
    pub fn seen(&mut self, what: &str, limit: Duration) -> Outcome<Option<f64>> {
        let seen = format!("globalThis.benchSeen && benchSeen.{what} !== undefined");
        if !self.0.within(limit, &seen)? {
            return Ok(None);
        }
        Ok(self.0.evaluate(&format!("benchSeen.{what}"), PATIENCE)?.as_f64())
    }

    /// Types name and password and sends them.
    pub fn log_in(&mut self, user: &str, password: &str) -> Outcome {
        for (hook, text) in [("login-user", user), ("login-password", password)] {
            self.0.script(&format!("document.querySelector('[data-test=\"{hook}\"]').focus()"))?;
            self.0.call("Input.insertText", json!({ "text": text }))?;
        }
        self.key("Enter", "Enter", "\r", 13)
    }

    /// One press of a key, by what it means, where it lies, what it writes, and its old number.
    pub fn key(&self, key: &str, code: &str, text: &str, number: u32) -> Outcome {
        let mut event =
            json!({ "type": "keyDown", "key": key, "code": code, "text": text, "windowsVirtualKeyCode": number });
        self.0.call("Input.dispatchKeyEvent", event.clone())?;
        event["type"] = "keyUp".into();
        self.0.call("Input.dispatchKeyEvent", event).map(drop)
    }

    /// Lets every service worker that has come go on, watched. To be called until nothing new comes.
    fn release_workers(&self) -> Outcome {
        for event in self.0.events(|method| method == "Target.attachedToTarget")? {
            if let Some(session) = event["params"]["sessionId"].as_str() {
                self.0.send_to(session, "Network.enable", json!({}))?;
                self.0.send_to(session, "Runtime.runIfWaitingForDebugger", json!({}))?;
            }
        }
        Ok(())
    }

    /// Whether the service worker has everything that it wants to keep.
    pub fn worker_ready(&mut self) -> Outcome<bool> {
        let begun = std::time::Instant::now();
        let controls = "navigator.serviceWorker && navigator.serviceWorker.controller";
        while begun.elapsed() < PATIENCE {
            self.release_workers()?;
            if self.0.within(Duration::from_millis(300), controls)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Every answer since the page was opened; to be asked once.
    pub fn answers(&self) -> Outcome<Vec<Answer>> {
        self.release_workers()?;
        let events = self.0.events(|method| method.starts_with("Network."))?;
        let of = |event: &Value| (event["sessionId"].clone(), event["params"]["requestId"].clone());
        let mut answers = Vec::new();
        for event in events.iter().filter(|event| event["method"] == "Network.responseReceived") {
            let response = &event["params"]["response"];
            let url = response["url"].as_str().unwrap_or_default();
            let path = url.splitn(4, '/').nth(3).unwrap_or_default();
            let finished = events.iter().find(|e| e["method"] == "Network.loadingFinished" && of(e) == of(event));
            let from_worker = response["fromServiceWorker"] == true;
            let cached = from_worker || response["fromDiskCache"] == true || response["fromPrefetchCache"] == true;
            let headers = response["headers"].as_object();
            let encoding =
                headers.and_then(|all| all.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-encoding")));
            answers.push(Answer {
                path: format!("/{path}"),
                bytes: if cached {
                    0.0
                } else {
                    finished.and_then(|e| e["params"]["encodedDataLength"].as_f64()).unwrap_or(0.0)
                },
                encoding: encoding.and_then(|(_, value)| value.as_str()).unwrap_or("none").to_owned(),
                by_page: event["sessionId"] == self.0.session(),
                from_worker,
            });
        }
        Ok(answers)
    }
}
