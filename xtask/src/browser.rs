//! The browser that tests drive: Chromium and its driver, found or installed with apt where that may be done.

use crate::{Outcome, apt, cmd};
use std::env;
use std::path::PathBuf;
use std::process::Command;

/// Both of the same major version.
pub struct Browser {
    pub chrome: PathBuf,
    pub driver: PathBuf,
}

const PACKAGES: [&str; 3] = ["chromium", "chromium-driver", "fonts-noto-cjk"];

/// # Errors
/// Says what is missing and how to get it.
pub fn ensure() -> Outcome<Browser> {
    if find().is_none() || !has_chinese_fonts() {
        apt::install(&PACKAGES);
    }
    if !has_chinese_fonts() {
        cmd::say("no Chinese font is installed (Debian: fonts-noto-cjk): Chinese text will show as boxes");
    }
    let browser = find().ok_or(
        "Chromium and chromedriver are needed for these tests and were not found.\n\
         Debian and Ubuntu: apt-get install -y chromium chromium-driver fonts-noto-cjk\n\
         Elsewhere: install Chrome and the chromedriver of the same version, and set CHROME and CHROMEDRIVER to their paths.",
    )?;
    let (chrome, driver) = (major(&browser.chrome), major(&browser.driver));
    if chrome != driver {
        return Err(format!(
            "the browser and its driver must have the same major version: {} is {}, {} is {}",
            browser.chrome.display(),
            chrome.as_deref().unwrap_or("unknown"),
            browser.driver.display(),
            driver.as_deref().unwrap_or("unknown")
        ));
    }
    Ok(browser)
}

fn find() -> Option<Browser> {
    let named = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_file());
    let chrome = named("CHROME").or_else(|| {
        ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
            .into_iter()
            .find_map(cmd::which)
    })?;
    let driver = named("CHROMEDRIVER").or_else(|| cmd::which("chromedriver"))?;
    Some(Browser { chrome, driver })
}

/// "156" of "Chromium 156.0.8078.79 built on …".
fn major(program: &PathBuf) -> Option<String> {
    let text = cmd::output(Command::new(program).arg("--version"))?;
    let version = text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    version.split('.').next().map(str::to_owned)
}

fn has_chinese_fonts() -> bool {
    // Without fontconfig there is no way to ask, and nothing to do about it.
    cmd::output(Command::new("fc-list").arg(":lang=zh")).is_none_or(|fonts| !fonts.is_empty())
}
