//! The build's own tools: trunk, wasm-bindgen and its test runner, wasm-opt, esbuild, axe-core. Each is installed
//! once per user and version, into a cache folder, never globally, so that a second clone finds it.

use crate::{Outcome, cmd, paths};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Instant;

pub const TRUNK: &str = "0.21.14";
pub const WASM: &str = "wasm32-unknown-unknown";
pub const WASM_BINDGEN: &str = "0.2.130";
/// npm packages, in one folder: the last item of the folder's name changes whenever one of these does.
const NPM: [&str; 3] = ["binaryen@132.0.0", "esbuild@0.28.2", "axe-core@4.14.1"];
pub const NPM_SET: &str = "npm-132-1";

/// Where the tools are.
pub struct Tools {
    pub trunk_bin: PathBuf,
    pub wasm_bindgen_bin: PathBuf,
    /// What needs Node.js; without it the app is built unoptimised.
    pub npm: Option<NpmTools>,
}

pub struct NpmTools {
    /// Holds `wasm-opt` and `esbuild`.
    pub bin: PathBuf,
    pub axe: PathBuf,
}

/// Finds every tool, and installs those that are missing.
///
/// # Errors
/// Says which could not be installed, why, and what to do.
pub fn ensure() -> Outcome<Tools> {
    wasm_bindgen_matches_lock()?;
    wasm_target()?;
    let cache = paths::tools()?;
    fs::create_dir_all(&cache).map_err(|error| {
        format!(
            "cannot make the tool cache {}: {error}\nSet BATON_CACHE to a folder that can be written.",
            cache.display()
        )
    })?;
    let tools = Tools {
        trunk_bin: cache.join(format!("trunk-{TRUNK}")).join("bin"),
        wasm_bindgen_bin: cache.join(format!("wasm-bindgen-cli-{WASM_BINDGEN}")).join("bin"),
        npm: None,
    };
    // These run for seconds, so they are compiled for a short wait: without fat LTO, trunk not optimised at all.
    // Measured on 4 cores: 125 s for both, against 6 min as their authors release them.
    let rust_tools = [
        RustTool {
            name: "trunk",
            version: TRUNK,
            flags: &["--locked", "--no-default-features"],
            opt_level: "0",
            bin: &tools.trunk_bin,
        },
        RustTool {
            name: "wasm-bindgen-cli",
            version: WASM_BINDGEN,
            flags: &[],
            opt_level: "1",
            bin: &tools.wasm_bindgen_bin,
        },
    ];
    let missing = |bin: &Path| !bin.is_dir();
    let npm = cache.join(NPM_SET);
    if rust_tools.iter().any(|tool| missing(tool.bin)) || (missing(&npm) && has_npm()) {
        let work = Workshop::open(&cache)?;
        // Side by side: each ends with one big crate that keeps one core busy.
        let work = &work;
        let outcomes = thread::scope(|scope| {
            let threads = rust_tools.map(|tool| scope.spawn(move || work.cargo_install(&tool)));
            threads.map(|thread| thread.join().unwrap_or_else(|_| Err("an install panicked".to_owned())))
        });
        outcomes.into_iter().collect::<Outcome>()?;
        if missing(&npm)
            && has_npm()
            && let Err(why) = work.npm_install(&NPM, &npm)
        {
            cmd::say(&format!("{why}\n  Going on without wasm-opt: the app will be larger."));
        }
    }
    Ok(Tools { npm: npm_tools(&npm), ..tools })
}

fn has_npm() -> bool {
    cmd::which("node").is_some() && cmd::which("npm").is_some()
}

fn npm_tools(folder: &Path) -> Option<NpmTools> {
    cmd::which("node")?;
    let modules = folder.join("node_modules");
    modules.is_dir().then(|| NpmTools { bin: modules.join(".bin"), axe: modules.join("axe-core").join("axe.min.js") })
}

/// The CLI and the crate speak a private format: any difference of version is a broken build.
fn wasm_bindgen_matches_lock() -> Outcome {
    let lock = paths::root().join("Cargo.lock");
    let text = fs::read_to_string(&lock).map_err(|error| format!("{}: {error}", lock.display()))?;
    match locked_version(&text, "wasm-bindgen") {
        Some(WASM_BINDGEN) => Ok(()),
        Some(other) => Err(format!(
            "Cargo.lock has wasm-bindgen {other}, the build's tool is {WASM_BINDGEN}; the two must be equal.\n\
             Either `cargo update -p wasm-bindgen --precise {WASM_BINDGEN}`, or set WASM_BINDGEN in xtask/src/tools.rs and\n\
             [tools] wasm_bindgen in Trunk.toml to {other}."
        )),
        None => Err("Cargo.lock has no wasm-bindgen: is this the whole workspace?".to_owned()),
    }
}

fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let entry =
        lock.split("[[package]]").find(|entry| entry.lines().any(|line| line == format!("name = \"{package}\"")))?;
    entry.lines().find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
}

pub fn wasm_target() -> Outcome {
    let sysroot = cmd::output(cmd::at_root("rustc").args(["--print", "sysroot"]))
        .ok_or("rustc does not run: install Rust with rustup (rustup.rs)")?;
    if Path::new(&sysroot).join("lib/rustlib").join(WASM).is_dir() {
        return Ok(());
    }
    cmd::say(&format!("adding the target {WASM}"));
    cmd::run(cmd::at_root("rustup").args(["target", "add", WASM]))
        .map_err(|why| format!("{why}\nThe target {WASM} is missing. With rustup: `rustup target add {WASM}`; with a distribution's Rust: its package for that target."))
}

/// A tool that cargo compiles.
struct RustTool<'a> {
    name: &'a str,
    version: &'a str,
    flags: &'a [&'a str],
    opt_level: &'a str,
    /// Where its programs go; exists once it is installed.
    bin: &'a Path,
}

/// The cache while it is being changed: one process at a time, and everything in a folder that is renamed when whole.
pub struct Workshop {
    temporary: PathBuf,
    _lock: File,
}

impl Workshop {
    /// Waits for another process that is changing it.
    ///
    /// # Errors
    /// The cache cannot be written.
    pub fn open(cache: &Path) -> Outcome<Self> {
        let fault = |error: std::io::Error| format!("the tool cache {}: {error}", cache.display());
        let lock = File::create(cache.join(".lock")).map_err(fault)?;
        if lock.try_lock().is_err() {
            cmd::say("another run is installing the tools; waiting for it");
            lock.lock().map_err(fault)?;
        }
        let temporary = cache.join(".unfinished");
        if temporary.exists() {
            fs::remove_dir_all(&temporary).map_err(fault)?;
        }
        fs::create_dir_all(&temporary).map_err(fault)?;
        Ok(Self { temporary, _lock: lock })
    }

    fn cargo_install(&self, tool: &RustTool<'_>) -> Outcome {
        let RustTool { name, version, flags, opt_level, bin } = *tool;
        if bin.is_dir() {
            return Ok(()); // there already, or made by the run that we waited for
        }
        let begun = Instant::now();
        cmd::say(&format!("installing {name} {version} (once; it is compiled, which takes a minute or three)"));
        let home = bin.parent().unwrap_or(bin);
        let root = self.temporary.join(name);
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command
            .current_dir(paths::root())
            .args(["install", name, "--version", version])
            .args(flags)
            .arg("--root")
            .arg(&root);
        command
            .env("CARGO_TARGET_DIR", self.temporary.join(format!("{name}-target")))
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", opt_level)
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "0");
        cmd::run_quietly(name, &mut command).map_err(|why| {
            format!(
                "{why}\n\n{name} {version} could not be installed. The lines above say why: without a network, run this once where there is one;\n\
                 without a C linker, install one (Debian: build-essential). By hand it is:\n  cargo install {name} --version {version} {} --root {}",
                flags.join(" "),
                home.display()
            )
        })?;
        self.put(&root, home)?;
        cmd::say(&format!("installed {name} {version} in {}", cmd::elapsed(begun)));
        Ok(())
    }

    /// Puts npm packages into a folder of the cache, without running their scripts.
    ///
    /// # Errors
    /// npm's last words.
    pub fn npm_install(&self, packages: &[&str], folder: &Path) -> Outcome {
        if folder.is_dir() {
            return Ok(());
        }
        let begun = Instant::now();
        let names = packages.join(", ");
        let root = self.beside(folder)?;
        let npm = cmd::which("npm").ok_or("npm is not on PATH: install Node.js with npm")?;
        cmd::say(&format!("installing {names} (npm)"));
        let mut command = Command::new(npm);
        command
            .current_dir(&root)
            .args([
                "install",
                "--no-audit",
                "--no-fund",
                "--ignore-scripts",
                "--no-package-lock",
                "--loglevel=error",
                // Without a network npm would try for a minute for each package.
                "--fetch-retries=1",
                "--fetch-retry-mintimeout=1000",
                "--prefix",
            ])
            .arg(&root)
            .args(packages);
        cmd::run_quietly("npm", &mut command)?;
        self.put(&root, folder)?;
        cmd::say(&format!("installed {names} in {}", cmd::elapsed(begun)));
        Ok(())
    }

    /// An empty folder to make something in that shall then be `put` to its place.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn beside(&self, folder: &Path) -> Outcome<PathBuf> {
        let root = self.temporary.join(folder.file_name().unwrap_or_default());
        fs::create_dir_all(&root).map_err(|error| format!("{}: {error}", root.display()))?;
        Ok(root)
    }

    /// Renames what is whole to its place.
    ///
    /// # Errors
    /// Says which file cannot be renamed.
    pub fn put(&self, from: &Path, to: &Path) -> Outcome {
        if to.exists() {
            fs::remove_dir_all(to).map_err(|error| format!("{}: {error}", to.display()))?; // it has no bin/: a stopped hand-made install
        }
        fs::rename(from, to).map_err(|error| format!("{}: {error}", to.display()))
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.temporary);
    }
}

#[cfg(test)]
mod tests {
    use super::locked_version;

    const LOCK: &str = "version = 4\n\n[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"9\"\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\ndependencies = [\n \"cfg-if\",\n]\n";

    #[test]
    fn the_lock_is_read_by_whole_names() {
        assert_eq!(locked_version(LOCK, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(LOCK, "wasm"), None);
    }
}
