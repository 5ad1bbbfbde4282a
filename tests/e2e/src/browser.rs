//! One browser with a profile of its own: started, killed with SIGKILL, started again on the same profile. Finding, clicking
//! and typing wait for what they need. Nothing here knows the desk.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{LazyLock, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::error::WebDriverResult;
use thirtyfour::{ChromiumLikeCapabilities, DesiredCapabilities, Key, LoggingPrefsLogLevel, WebDriver, WebElement};
use tokio::runtime::Runtime;

use crate::evidence;
use crate::process::{Owned, kill_profile, line_of};
use crate::setup::setup;
use crate::wait::{PATIENCE, within};

pub(crate) static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime for WebDriver"));

/// Runs in every page before its own scripts: notes what a person would never see.
const PROBE: &str = include_str!("probe.js");

/// The element that a person can see and use now.
const FIND: &str = "return [...document.querySelectorAll(arguments[0])].find((e) => e.checkVisibility({ visibilityProperty: true })) || null";

struct Running {
    driver: WebDriver,
    chromedriver: Owned,
}

/// What was fetched already of what nobody sees.
#[derive(Default)]
struct Notes {
    console: Vec<String>,
    faults: Vec<String>,
}

/// See the module. Dropped, the browser is killed and its profile removed.
pub struct Browser {
    name: String,
    running: Mutex<Option<Running>>,
    /// A story's own script in every page, after the probe.
    script: Mutex<String>,
    notes: Mutex<Notes>,
    evidence: Mutex<bool>,
    profile: TempDir,
}

/// A chromedriver and where it listens. The port that it picks for itself may be taken in the same moment, and then it
/// ends without a word: another one is started.
fn chromedriver(program: &Path) -> (Owned, u16) {
    for _ in 0..5 {
        let mut child = Command::new(program)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let stdout = child.stdout.take();
        let chromedriver = Owned(child);
        let port = stdout.and_then(|out| {
            line_of(out, |line| {
                line.split_once("started successfully on port ")?.1.trim_end_matches('.').parse::<u16>().ok()
            })
        });
        if let Some(port) = port {
            return (chromedriver, port);
        }
    }
    panic!("chromedriver says where it listens")
}

impl Browser {
    /// A new profile. `name` is for the evidence of failures.
    #[track_caller]
    pub fn start(name: &str) -> Browser {
        let profile = tempfile::Builder::new().prefix("baton-e2e-profile-").tempdir().expect("a temporary folder");
        let browser = Browser {
            name: name.to_owned(),
            running: Mutex::new(None),
            script: Mutex::default(),
            notes: Mutex::default(),
            evidence: Mutex::new(false),
            profile,
        };
        browser.launch();
        browser
    }

    /// SIGKILL to the browser and all of its helpers: nothing is saved, nothing is said.
    pub fn kill(&self) {
        let Some(running) = self.running().take() else { return };
        let Running { driver, mut chromedriver } = running;
        kill_profile(self.profile.path());
        chromedriver.kill();
        let _ = driver.leak();
    }

    /// Ended as a person ends it: what the browser keeps in memory for a while reaches its profile.
    #[track_caller]
    pub fn quit(&self) {
        self.take_notes();
        let Some(Running { driver, chromedriver }) = self.running().take() else { return };
        RUNTIME
            .block_on(driver.quit())
            .unwrap_or_else(|error| panic!("{}: the browser does not end: {error}", self.name));
        drop(chromedriver);
        // Its helpers may take a moment longer.
        kill_profile(self.profile.path());
    }

    /// From the next launch or tab on, every page runs this before its own scripts.
    pub fn run_in_every_page(&self, script: String) {
        *self.script.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = script;
    }

    /// Again, on the same profile.
    #[track_caller]
    pub fn launch(&self) {
        let setup = setup();
        let log = self.log();
        let _ = std::fs::remove_file(&log);
        let (chromedriver, port) = chromedriver(&setup.driver);
        let capabilities = capabilities(&setup.chrome, self.profile.path(), &log).expect("capabilities");
        let driver = RUNTIME.block_on(async {
            let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await?;
            driver.set_script_timeout(Duration::from_secs(30)).await?;
            driver.set_page_load_timeout(Duration::from_secs(30)).await?;
            WebDriverResult::Ok(driver)
        });
        match driver {
            Ok(driver) => {
                *self.running() = Some(Running { driver, chromedriver });
                self.prepare_tab();
            }
            Err(error) => {
                kill_profile(self.profile.path());
                panic!("the browser does not start: {error}");
            }
        }
    }

    /// The present tab's pages get the probe and the story's script.
    #[track_caller]
    pub(crate) fn prepare_tab(&self) {
        let script = self.script.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone();
        self.cdp("Page.enable", json!({}));
        for source in [PROBE, &script] {
            self.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": source }));
        }
    }

    /// What the browser itself writes down of its consoles, line by line; it outlives a killed browser.
    pub(crate) fn log(&self) -> PathBuf {
        self.profile.path().join("e2e.log")
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    pub(crate) fn drive<T, F: Future<Output = WebDriverResult<T>>>(
        &self,
        act: impl FnOnce(WebDriver) -> F,
    ) -> Result<T, String> {
        let driver = self.running().as_ref().map(|r| r.driver.clone()).ok_or("the browser is not running")?;
        RUNTIME.block_on(act(driver)).map_err(|error| error.to_string().lines().take(4).collect::<Vec<_>>().join(" "))
    }

    // ── the page ─────────────────────────────────────────────────────────

    #[track_caller]
    pub fn open(&self, url: &str) {
        self.take_notes();
        let url = url.to_owned();
        let done = self.drive(|driver| async move { driver.goto(url).await });
        done.unwrap_or_else(|error| self.fail(&format!("the page does not open: {error}")));
    }

    #[track_caller]
    pub fn reload(&self) {
        self.take_notes();
        let done = self.drive(|driver| async move { driver.refresh().await });
        done.unwrap_or_else(|error| self.fail(&format!("the page does not reload: {error}")));
    }

    pub fn url(&self) -> String {
        self.drive(|driver| async move { driver.current_url().await }).map_or_else(|e| e, |url| url.to_string())
    }

    /// Runs `script` as the body of a function; its result as JSON.
    pub fn try_js(&self, script: &str, arguments: &[Value]) -> Result<Value, String> {
        let (script, arguments) = (script.to_owned(), arguments.to_vec());
        self.drive(|driver| async move { Ok(driver.execute(script, arguments).await?.json().clone()) })
    }

    #[track_caller]
    pub fn js(&self, script: &str, arguments: &[Value]) -> Value {
        self.try_js(script, arguments)
            .unwrap_or_else(|error| self.fail(&format!("a script of the test failed: {error}")))
    }

    /// Runs `script` as the body of an async function.
    #[track_caller]
    pub fn js_async(&self, script: &str, arguments: &[Value]) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1]; (async (...args) => {{ {script} }})(...[...arguments].slice(0, -1)).then((value) => done({{ value: value === undefined ? null : value }}), (error) => done({{ error: String(error && error.stack || error) }}));"
        );
        let arguments = arguments.to_vec();
        let answer =
            self.drive(|driver| async move { Ok(driver.execute_async(script, arguments).await?.json().clone()) });
        match answer {
            Ok(answer) if answer["error"].is_null() => answer["value"].clone(),
            Ok(answer) => self.fail(&format!("a script of the test failed: {}", answer["error"])),
            Err(error) => self.fail(&format!("a script of the test failed: {error}")),
        }
    }

    /// A DevTools command.
    #[track_caller]
    pub fn cdp(&self, method: &str, parameters: Value) -> Value {
        let method = method.to_owned();
        let answer = self.drive(|driver| async move { driver.cdp().send_raw(&method, parameters).await });
        answer.unwrap_or_else(|error| self.fail(&format!("a DevTools command failed: {error}")))
    }

    // ── waiting ──────────────────────────────────────────────────────────

    /// As [`crate::until`], but a failure leaves evidence.
    #[track_caller]
    pub fn until<T>(&self, what: &str, ask: impl FnMut() -> Option<T>) -> T {
        match within(PATIENCE, ask) {
            Some(answer) => answer,
            None => self.fail(&format!("waited {} s in vain: {what}", PATIENCE.as_secs())),
        }
    }

    /// Waits for a visible element.
    #[track_caller]
    pub fn wait_for(&self, css: &str) {
        self.until(&format!("{css} is on the screen"), || self.is_visible(css).then_some(()));
    }

    /// Waits until no such element is visible.
    #[track_caller]
    pub fn wait_gone(&self, css: &str) {
        self.until(&format!("{css} is gone"), || (!self.is_visible(css)).then_some(()));
    }

    pub fn is_visible(&self, css: &str) -> bool {
        self.find(css).is_ok_and(|found| found.is_some())
    }

    /// How many elements match, visible or not.
    pub fn count(&self, css: &str) -> usize {
        let found = self.try_js("return document.querySelectorAll(arguments[0]).length", &[css.into()]);
        found.ok().and_then(|n| n.as_u64()).and_then(|n| usize::try_from(n).ok()).unwrap_or(0)
    }

    /// The text of the visible element, as it is shown, blanks folded.
    pub fn text(&self, css: &str) -> Option<String> {
        let script = format!(
            "const e = (() => {{ {FIND} }}).apply(null, arguments); return e && (e.innerText || e.value || '')"
        );
        let text = self.try_js(&script, &[css.into()]).ok()?;
        Some(text.as_str()?.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// An attribute of the first element that matches.
    pub fn attribute(&self, css: &str, name: &str) -> Option<String> {
        let script = "const e = document.querySelector(arguments[0]); return e && e.getAttribute(arguments[1])";
        self.try_js(script, &[css.into(), name.into()]).ok()?.as_str().map(str::to_owned)
    }

    #[track_caller]
    pub fn wait_text(&self, css: &str, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let mut last = None;
        let found = within(PATIENCE, || {
            last = self.text(css);
            last.clone().filter(|text| wanted(text))
        });
        found.unwrap_or_else(|| self.fail(&format!("waited in vain: {css} shows {what}; it shows {last:?}")))
    }

    fn find(&self, css: &str) -> Result<Option<WebElement>, String> {
        let css = json!(css);
        self.drive(|driver| async move {
            let found = driver.execute(FIND, vec![css]).await?;
            if found.json().is_null() { Ok(None) } else { found.element().map(Some) }
        })
    }

    // ── hands ────────────────────────────────────────────────────────────

    /// Clicks the visible element with the mouse, once it is there, enabled, and not covered.
    #[track_caller]
    pub fn click(&self, css: &str) {
        self.with_element(css, "clicked", |element| async move { element.click().await });
    }

    /// Replaces what is in a field by typing.
    #[track_caller]
    pub fn fill(&self, css: &str, text: &str) {
        let keys = if text.is_empty() { Key::Delete.value().to_string() } else { text.to_owned() };
        self.with_element(css, "typed into", |element| {
            let keys = keys.clone();
            async move {
                element.send_keys(Key::Control + "a").await?;
                element.send_keys(keys).await
            }
        });
    }

    /// Chooses the option with that value.
    #[track_caller]
    pub fn choose(&self, css: &str, value: &str) {
        self.click(css);
        let option = format!("{css} option[value=\"{value}\"]");
        let script = "const e = document.querySelector(arguments[0]); if (!e) return false; e.selected = true; \
                      const s = e.closest('select'); s.dispatchEvent(new Event('input', { bubbles: true })); \
                      s.dispatchEvent(new Event('change', { bubbles: true })); return true";
        self.until(&format!("{option} can be chosen"), || {
            self.try_js(script, &[option.as_str().into()]).is_ok_and(|v| v == true).then_some(())
        });
    }

    /// Keys to whatever has the focus.
    #[track_caller]
    pub fn keys(&self, keys: impl Into<thirtyfour::TypingData>) {
        let keys: thirtyfour::TypingData = keys.into();
        let done = self.drive(|driver| async move {
            driver.action_chain_with_delay(Some(Duration::ZERO), Some(Duration::ZERO)).send_keys(keys).perform().await
        });
        done.unwrap_or_else(|error| self.fail(&format!("keys were not taken: {error}")));
    }

    /// A key with modifiers, to whatever has the focus.
    #[track_caller]
    pub fn chord(&self, modifier: Key, key: char) {
        let done = self.drive(|driver| async move {
            driver
                .action_chain_with_delay(Some(Duration::ZERO), Some(Duration::ZERO))
                .key_down(modifier.clone())
                .send_keys(key.to_string())
                .key_up(modifier)
                .perform()
                .await
        });
        done.unwrap_or_else(|error| self.fail(&format!("keys were not taken: {error}")));
    }

    #[track_caller]
    fn with_element<F: Future<Output = WebDriverResult<()>>>(
        &self,
        css: &str,
        done_what: &str,
        act: impl Fn(WebElement) -> F,
    ) {
        let enabled = format!("{css}:not(:disabled):not([aria-disabled=\"true\"])");
        let mut last = String::from("it is not there, not visible or disabled");
        let done = within(PATIENCE, || match self.find(&enabled) {
            Ok(Some(element)) => match RUNTIME.block_on(act(element)) {
                Ok(()) => Some(()),
                Err(error) => {
                    last = error.to_string().lines().next().unwrap_or_default().to_owned();
                    None
                }
            },
            Ok(None) => None,
            Err(error) => {
                last = error;
                None
            }
        });
        done.unwrap_or_else(|| self.fail(&format!("{css} cannot be {done_what}: {last}")));
    }

    // ── what nobody sees ─────────────────────────────────────────────────

    /// Everything that was written to the console since the start.
    pub fn console(&self) -> Vec<String> {
        self.take_notes();
        self.notes().console.clone()
    }

    /// Policy violations and faults since the start: by the probe in each page, and by the console, which also hears what
    /// happens where no probe is.
    pub fn faults(&self) -> Vec<String> {
        self.take_notes();
        let notes = self.notes();
        let words = ["Content Security Policy", "Refused to", "TrustedHTML", "panicked at", "Uncaught"];
        let told = notes.console.iter().filter(|line| words.iter().any(|word| line.contains(word)));
        notes.faults.iter().chain(told).cloned().collect()
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Before a page goes, and before anybody asks.
    fn take_notes(&self) {
        let probed =
            "const seen = window.__e2e; return seen ? [...seen.violations.splice(0), ...seen.errors.splice(0)] : []";
        let probed = self.try_js(probed, &[]).unwrap_or_default();
        let lines = self.drive(|driver| async move { driver.browser_log().await }).unwrap_or_default();
        let mut notes = self.notes();
        notes.faults.extend(probed.as_array().into_iter().flatten().filter_map(|v| v.as_str().map(str::to_owned)));
        notes.console.extend(lines.into_iter().map(|line| format!("{} {}", line.level, line.message)));
    }

    pub(crate) fn screenshot(&self) -> Option<Vec<u8>> {
        self.drive(|driver| async move { driver.screenshot_as_png().await }).ok()
    }

    /// Writes down what the browser shows, and fails.
    #[track_caller]
    pub fn fail(&self, what: &str) -> ! {
        let place = self.keep_evidence();
        panic!("{}: {what}\n  evidence: {place}", self.name);
    }

    fn keep_evidence(&self) -> String {
        if let Ok(mut kept) = self.evidence.lock() {
            *kept = true;
        }
        evidence::keep(self, &self.name)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let kept = self.evidence.lock().map_or(true, |kept| *kept);
        if std::thread::panicking() && !kept && self.running().is_some() {
            eprintln!("{}: evidence: {}", self.name, self.keep_evidence());
        }
        self.kill();
        // A browser that started while its driver failed is in nobody's hands.
        kill_profile(self.profile.path());
    }
}

fn capabilities(chrome: &Path, profile: &Path, log: &Path) -> WebDriverResult<thirtyfour::ChromeCapabilities> {
    let mut capabilities = DesiredCapabilities::chrome();
    capabilities.set_binary(&chrome.display().to_string())?;
    for argument in [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-quic",
        "--no-first-run",
        // A desk in the background must go on working as one in front does.
        "--disable-background-timer-throttling",
        "--disable-renderer-backgrounding",
        "--disable-backgrounding-occluded-windows",
        "--window-size=1440,900",
        "--lang=zh-CN",
    ] {
        capabilities.add_arg(argument)?;
    }
    capabilities.add_arg(&format!("--user-data-dir={}", profile.display()))?;
    capabilities.add_arg("--enable-logging")?;
    capabilities.add_arg(&format!("--log-file={}", log.display()))?;
    capabilities.set_browser_log_level(LoggingPrefsLogLevel::All)?;
    Ok(capabilities)
}
