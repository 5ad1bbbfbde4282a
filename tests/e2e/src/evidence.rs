//! What is kept of a failure: a picture, the page, the console, and where the page was.

use std::fs;
use std::path::PathBuf;

use crate::browser::Browser;
use crate::setup::setup;

/// Writes everything below `target/e2e-failures` and says where.
pub fn keep(browser: &Browser, name: &str) -> String {
    let folder: PathBuf = setup().failures.join(name);
    let _ = fs::remove_dir_all(&folder);
    if let Err(error) = fs::create_dir_all(&folder) {
        return format!("{}: {error}", folder.display());
    }
    if let Some(picture) = browser.screenshot() {
        let _ = fs::write(folder.join("screen.png"), picture);
    }
    let page = browser.try_js("return document.documentElement.outerHTML", &[]).unwrap_or_default();
    let _ = fs::write(folder.join("page.html"), page.as_str().unwrap_or_default());
    let mut lines = vec![browser.url()];
    lines.extend(browser.faults().into_iter().map(|fault| format!("fault: {fault}")));
    lines.extend(browser.console());
    let _ = fs::write(folder.join("console.txt"), lines.join("\n"));
    folder.display().to_string()
}
