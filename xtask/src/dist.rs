//! `cargo xtask dist`: the folder to deploy. `site/` is static and compressed, `baton-backend` serves it.

use crate::{Outcome, app, cmd, paths, tools};
use std::fs;
use std::path::{Path, PathBuf};

/// # Errors
/// Says what could not be built or written.
pub fn run(out: Option<PathBuf>) -> Outcome {
    let out = out.unwrap_or_else(|| paths::target().join("deploy"));
    let built = app::app(&tools::ensure()?)?;
    let server = app::server("baton-backend")?;
    let site = out.join("site");
    if site.exists() {
        fs::remove_dir_all(&site).map_err(|error| format!("{}: {error}", site.display()))?;
    }
    for file in app::files_under(&built)? {
        copy(&file, &site.join(file.strip_prefix(&built).unwrap_or(&file)))?;
    }
    copy(&server, &out.join(paths::exe("baton-backend")))?;
    press("press", &site)?;
    eprintln!("\n  {} is ready to be copied to a server.", out.display());
    Ok(())
}

/// `press` compresses the site, `weigh` only holds it against the budget.
///
/// # Errors
/// What that command said.
pub fn press(command: &str, site: &Path) -> Outcome {
    let run = ["run", "--quiet", "--locked", "--profile", "tool", "-p", "xtask", "--features", "press", "--", command];
    cmd::run(cmd::cargo(run).arg(site).env("CARGO_TARGET_DIR", paths::target()))
}

fn copy(from: &Path, to: &Path) -> Outcome {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    fs::copy(from, to).map(drop).map_err(|error| format!("{}: {error}", to.display()))
}
