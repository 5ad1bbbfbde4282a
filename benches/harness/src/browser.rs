//! A headless Chromium with a profile of its own, and tabs in it. Each browser context is as fresh as a new profile:
//! no cache, no service worker, no storage. Nothing here knows the desk.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::Outcome;
use crate::cdp::{Cdp, SOON};

const FLAGS: [&str; 13] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--no-proxy-server",
    "--remote-debugging-port=0",
    "--remote-allow-origins=*",
    "--window-size=1440,900",
];

/// Dropped, the browser ends.
pub struct Browser {
    cdp: Arc<Mutex<Cdp>>,
    child: Child,
    _profile: TempDir,
}

impl Browser {
    pub fn start(chrome: &Path) -> Outcome<Browser> {
        let profile = tempfile::Builder::new().prefix("baton-bench-").tempdir().map_err(|error| error.to_string())?;
        let mut child = Command::new(chrome)
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{} does not start: {error}", chrome.display()))?;
        let (sender, address) = channel();
        if let Some(talk) = child.stderr.take() {
            // Read on after the address has come, or the browser would block on a full pipe.
            std::thread::spawn(move || {
                for line in BufReader::new(talk).lines().map_while(Result::ok) {
                    if let Some(address) = line.strip_prefix("DevTools listening on ") {
                        let _ = sender.send(address.to_owned());
                    }
                }
            });
        }
        let cdp = address.recv_timeout(SOON).map_err(|_| "the browser gives no DevTools address".to_owned());
        match cdp.and_then(|address| Cdp::connect(&address)) {
            Ok(cdp) => Ok(Browser { cdp: Arc::new(Mutex::new(cdp)), child, _profile: profile }),
            Err(why) => {
                end(&mut child);
                Err(why)
            }
        }
    }

    /// The kind and version.
    pub fn version(&self) -> Outcome<String> {
        let version = lock(&self.cdp).call(None, "Browser.getVersion", json!({}), SOON)?;
        Ok(version["product"].as_str().unwrap_or_default().to_owned())
    }

    /// A tab in the context that all of these share.
    pub fn tab(&self, address: &str) -> Outcome<Tab> {
        Tab::open(self.cdp.clone(), None, address)
    }

    /// As good as a new profile.
    pub fn context(&self) -> Outcome<Context> {
        let made = lock(&self.cdp).call(None, "Target.createBrowserContext", json!({}), SOON)?;
        let id = made["browserContextId"].as_str().ok_or("no browser context")?.to_owned();
        Ok(Context { cdp: self.cdp.clone(), id })
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = lock(&self.cdp).send(None, "Browser.close", json!({}));
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(5) && !matches!(self.child.try_wait(), Ok(Some(_))) {
            std::thread::sleep(Duration::from_millis(20));
        }
        end(&mut self.child);
    }
}

fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

fn lock(cdp: &Mutex<Cdp>) -> MutexGuard<'_, Cdp> {
    cdp.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Dropped, it is disposed of, with its tabs.
pub struct Context {
    cdp: Arc<Mutex<Cdp>>,
    id: String,
}

impl Context {
    pub fn tab(&self, address: &str) -> Outcome<Tab> {
        Tab::open(self.cdp.clone(), Some(&self.id), address)
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        let dispose = json!({ "browserContextId": self.id });
        let _ = lock(&self.cdp).call(None, "Target.disposeBrowserContext", dispose, SOON);
    }
}

/// Dropped, it is closed.
pub struct Tab {
    cdp: Arc<Mutex<Cdp>>,
    target: String,
    session: String,
}

impl Tab {
    fn open(cdp: Arc<Mutex<Cdp>>, context: Option<&str>, address: &str) -> Outcome<Tab> {
        let mut ask = json!({ "url": address });
        if let Some(context) = context {
            ask["browserContextId"] = context.into();
        }
        let made = lock(&cdp).call(None, "Target.createTarget", ask, SOON)?;
        let target = made["targetId"].as_str().ok_or("no tab")?.to_owned();
        let attach = json!({ "targetId": target, "flatten": true });
        let session = lock(&cdp).call(None, "Target.attachToTarget", attach, SOON)?;
        let session = session["sessionId"].as_str().ok_or("no session with the tab")?.to_owned();
        Ok(Tab { cdp, target, session })
    }

    /// A DevTools command to this tab.
    pub fn call(&self, method: &str, parameters: Value) -> Outcome<Value> {
        lock(&self.cdp).call(Some(&self.session), method, parameters, SOON)
    }

    /// A DevTools command to the browser.
    pub fn call_browser(&self, method: &str, parameters: Value) -> Outcome<Value> {
        lock(&self.cdp).call(None, method, parameters, SOON)
    }

    /// A command to a worker of this tab, not waited for.
    pub fn send_to(&self, session: &str, method: &str, parameters: Value) -> Outcome {
        lock(&self.cdp).send(Some(session), method, parameters).map(drop)
    }

    /// What has happened since, of this kind, in this tab and its workers.
    pub fn events(&self, wanted: impl Fn(&str) -> bool) -> Outcome<Vec<Value>> {
        lock(&self.cdp).take(|event| event["method"].as_str().is_some_and(&wanted))
    }

    /// The session of the page itself: events of workers carry another.
    pub fn session(&self) -> &str {
        &self.session
    }

    /// The value of an expression; waits for a promise.
    pub fn evaluate(&mut self, expression: &str, limit: Duration) -> Outcome<Value> {
        let ask = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let answer = lock(&self.cdp).call(Some(&self.session), "Runtime.evaluate", ask, limit)?;
        match answer["exceptionDetails"]["exception"]["description"].as_str() {
            Some(why) => Err(format!("in the page: {}", why.lines().take(3).collect::<Vec<_>>().join(" "))),
            None => Ok(answer["result"]["value"].clone()),
        }
    }

    /// Writes what is on the screen as a PNG file.
    pub fn picture(&self, file: &Path) -> Outcome {
        let shot = self.call("Page.captureScreenshot", json!({}))?;
        let bytes = BASE64_STANDARD.decode(shot["data"].as_str().unwrap_or_default());
        std::fs::write(file, bytes.map_err(|error| error.to_string())?)
            .map_err(|error| format!("{}: {error}", file.display()))
    }

    /// Runs a script for its effects.
    pub fn script(&mut self, script: &str) -> Outcome {
        self.evaluate(&format!("{script}\n;0"), SOON).map(drop)
    }

    /// Asks until the expression is true; false after the limit.
    pub fn within(&mut self, limit: Duration, expression: &str) -> Outcome<bool> {
        let begun = Instant::now();
        loop {
            // A page that is just being replaced has no answer.
            if self.evaluate(&format!("Boolean({expression})"), SOON).is_ok_and(|value| value == true) {
                return Ok(true);
            }
            if begun.elapsed() > limit {
                return Ok(false);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        let _ = lock(&self.cdp).call(None, "Target.closeTarget", json!({ "targetId": self.target }), SOON);
    }
}
