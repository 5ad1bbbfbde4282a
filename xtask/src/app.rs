//! Building the app (with Trunk, into dist/) and the server that goes with it, and leaving out what is up to date.

use crate::tools::{self, Tools};
use crate::{Outcome, cmd, finish, paths};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Instant;

/// What the app is made from. Of crates/, all but those that only native programs are made from.
const INPUTS: [&str; 10] = [
    "src",
    "style",
    "public",
    "crates",
    "xtask/src",
    "index.html",
    "Trunk.toml",
    "Cargo.toml",
    "Cargo.lock",
    "rust-toolchain.toml",
];
const NATIVE_ONLY: [&str; 3] = ["backend", "connect", "demo"];

/// What `build_all` made.
pub struct Built {
    pub site: PathBuf,
    pub server: PathBuf,
}

/// The app and the demo server, side by side: the app's last step (one big optimisation) has one core busy only.
///
/// # Errors
/// Says which of them failed, after the compiler's own words.
pub fn build_all() -> Outcome<Built> {
    let (app, server) = thread::scope(|scope| {
        let server = scope.spawn(|| server("baton-demo"));
        let app = tools::ensure().and_then(|tools| app(&tools));
        (app, server.join().unwrap_or_else(|_| Err("the server's build panicked".to_owned())))
    });
    Ok(Built { site: app?, server: server? })
}

/// The app, optimised, into dist/.
///
/// # Errors
/// Says what failed, after Trunk's own words.
pub fn app(tools: &Tools) -> Outcome<PathBuf> {
    let stamp_file = paths::target().join("baton-app.stamp");
    let stamp = stamp(tools)?;
    let dist = paths::dist();
    if dist.join("index.html").is_file() && fs::read_to_string(&stamp_file).is_ok_and(|old| old == stamp) {
        cmd::say("the app is up to date");
        return Ok(dist);
    }
    let begun = Instant::now();
    let _ = fs::remove_file(&stamp_file);
    cmd::say("building the app");
    if tools.npm.is_none() {
        cmd::say(
            "without Node.js and npm there is no wasm-opt: the app works, but is larger. Install Node.js for the small one.",
        );
    }
    cmd::run(&mut cmd::cargo(["fetch", "--quiet", "--locked"]))
        .map_err(|why| format!("{why}\nThe crates in Cargo.lock could not be fetched: is there a network?"))?;
    let mut trunk = cmd::at_root(tools.trunk_bin.join(paths::exe("trunk")));
    trunk
        .args(["build", "--release", "--quiet"])
        .env("PATH", cmd::path_with(&[&tools.trunk_bin, &tools.wasm_bindgen_bin])?)
        .env("TRUNK_SKIP_VERSION_CHECK", "true")
        .env("CARGO_TARGET_DIR", paths::target())
        .env("RUST_BACKTRACE", "0") // of Trunk itself: the compiler has already said what is wrong
        .env_remove(finish::NPM_ENV);
    let mut flags = vec![SMALL_VIEWS.to_owned(), TELLING_NAMES.to_owned()];
    flags.extend(without_home_paths());
    trunk.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags.join(" "));
    if std::env::var_os("NO_COLOR").is_some() {
        trunk.env("NO_COLOR", "true"); // Trunk takes no other word for it
    }
    if let Some(npm) = &tools.npm {
        trunk.env(finish::NPM_ENV, &npm.bin);
    }
    cmd::run(&mut trunk)?;
    fs::write(&stamp_file, stamp).map_err(|error| format!("{}: {error}", stamp_file.display()))?;
    cmd::say(&format!("built the app in {}", cmd::elapsed(begun)));
    Ok(dist)
}

/// Leptos then boxes the views of components instead of making a type of every whole page: a fifth less to transfer.
const SMALL_VIEWS: &str = "--cfg erase_components";

/// Names that say which types a function was compiled for: the finished app has none, but is ordered by them.
const TELLING_NAMES: &str = "-Csymbol-mangling-version=v0";

/// Panic messages name source files. Without the folder that crates are kept in on this machine the app is smaller,
/// says nothing of who built it, and comes out the same on every machine.
fn without_home_paths() -> Option<String> {
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))?;
    let mut kept: Vec<PathBuf> =
        fs::read_dir(home.join("registry/src")).ok()?.flatten().map(|entry| entry.path()).collect();
    kept.sort();
    let flags = kept.iter().map(|folder| format!("--remap-path-prefix={}=crate", folder.display())).collect::<Vec<_>>();
    // The variable is split at spaces: a folder with one in its name stays as it is.
    (!flags.iter().any(|flag| flag.contains(' '))).then(|| flags.join(" "))
}

/// A binary of that package and name, optimised for use but not for size.
///
/// # Errors
/// The compiler's last words.
pub fn server(package: &str) -> Outcome<PathBuf> {
    let begun = Instant::now();
    let what = format!("building {package}");
    cmd::run_quietly(
        &what,
        cmd::cargo(["build", "--locked", "--profile", "tool", "-p", package, "--bin", package])
            .env("CARGO_TARGET_DIR", paths::target()),
    )?;
    if begun.elapsed().as_secs() > 2 {
        cmd::say(&format!("built {package} in {}", cmd::elapsed(begun)));
    }
    Ok(paths::target().join("tool").join(paths::exe(package)))
}

/// Changes whenever anything changes that the app is made from.
fn stamp(tools: &Tools) -> Outcome<String> {
    let root = paths::root();
    let mut hash = Sha256::new();
    hash.update(format!(
        "{} {} {} {}",
        root.display(),
        tools::TRUNK,
        tools::WASM_BINDGEN,
        tools.npm.as_ref().map_or("", |_| tools::NPM_SET)
    ));
    for input in INPUTS {
        for file in files_under(&root.join(input))? {
            let name = file.strip_prefix(&root).unwrap_or(&file);
            if NATIVE_ONLY.iter().any(|only| name.starts_with(Path::new("crates").join(only))) {
                continue;
            }
            let bytes = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
            hash.update(format!("\n{} {}\n", name.display(), bytes.len()));
            hash.update(bytes);
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Every file under a path (or the path itself), sorted. What is not there has no files.
///
/// # Errors
/// Names the folder that cannot be read.
pub fn files_under(path: &Path) -> Outcome<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_path_buf()]);
    }
    if !path.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut below: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    below.sort();
    let mut files = Vec::new();
    for path in below {
        files.extend(files_under(&path)?);
    }
    Ok(files)
}
