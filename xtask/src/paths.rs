//! Where things are: the workspace, its target directory, and the per-user cache. No file is read here.

use std::env;
use std::path::{Path, PathBuf};

/// The workspace root: one above this crate. Asked at run time, because clones may share a target directory.
pub fn root() -> PathBuf {
    let here = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    here.parent().map_or_else(|| here.clone(), Path::to_path_buf)
}

/// Cargo's target directory, whatever chose it: this program was built into `<target>/<profile>/`.
pub fn target() -> PathBuf {
    env::current_exe()
        .ok()
        .and_then(|exe| exe.parent().and_then(Path::parent).map(Path::to_path_buf))
        .unwrap_or_else(|| root().join("target"))
}

/// The built app.
pub fn dist() -> PathBuf {
    root().join("dist")
}

/// Data of `serve`.
pub fn data() -> PathBuf {
    root().join(".baton")
}

/// `$BATON_CACHE`, else `$XDG_CACHE_HOME`, else `~/.cache` (`%LOCALAPPDATA%` on Windows), then `baton/tools`.
pub fn tools() -> Result<PathBuf, String> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("BATON_CACHE")
        .or_else(|| set("XDG_CACHE_HOME"))
        .or_else(|| set("LOCALAPPDATA"))
        .or_else(|| env::home_dir().map(|home| home.join(".cache")))
        .map(|cache| cache.join("baton").join("tools"))
        .ok_or_else(|| "no home directory is known: set BATON_CACHE to a folder for the build's tools".to_owned())
}

/// `name` with `.exe` where programs are called so.
pub fn exe(name: &str) -> String {
    format!("{name}{}", env::consts::EXE_SUFFIX)
}
