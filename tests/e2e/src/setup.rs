//! What the tests are told by their environment; `cargo xtask test` sets all of it.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Where everything is.
pub struct Setup {
    /// Folder of the built app (`BATON_SITE`).
    pub site: PathBuf,
    /// The program `baton-demo` (`BATON_SERVER`).
    pub server: PathBuf,
    /// `axe.min.js` of axe-core (`BATON_AXE`).
    pub axe: PathBuf,
    /// Chromium (`CHROME`).
    pub chrome: PathBuf,
    /// Its driver (`CHROMEDRIVER`).
    pub driver: PathBuf,
    /// Where evidence of failures is put.
    pub failures: PathBuf,
    /// How many sites, with their browsers, may live at once (`BATON_E2E_PARALLEL`, by default half of the cores).
    pub parallel: usize,
}

/// Read once.
///
/// # Panics
/// Something is missing; says what and how to get it.
pub fn setup() -> &'static Setup {
    static SETUP: OnceLock<Setup> = OnceLock::new();
    SETUP.get_or_init(|| Setup {
        site: existing("BATON_SITE", &["../../dist"]),
        server: existing("BATON_SERVER", &["../../target/tool/baton-demo", "../../target/debug/baton-demo"]),
        axe: existing("BATON_AXE", &[]),
        chrome: existing("CHROME", &["/usr/bin/chromium", "/usr/bin/google-chrome"]),
        driver: existing("CHROMEDRIVER", &["/usr/bin/chromedriver"]),
        failures: target().join("e2e-failures"),
        parallel: parallel(),
    })
}

fn existing(name: &str, usual: &[&str]) -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let named = env::var_os(name).map(PathBuf::from);
    let found = named.into_iter().chain(usual.iter().map(|path| here.join(path))).find(|path| path.exists());
    found.unwrap_or_else(|| {
        panic!("{name} is not set or not there. `cargo xtask test --only e2e` builds and sets everything")
    })
}

fn target() -> PathBuf {
    let named = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"))
}

fn parallel() -> usize {
    let asked = env::var("BATON_E2E_PARALLEL").ok().and_then(|text| text.parse().ok());
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    asked.unwrap_or(cores / 2).max(1)
}
