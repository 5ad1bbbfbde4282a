//! Trunk's post-build hook: turns what Trunk staged into what is served. Optimises the wasm and minifies the script,
//! joins the stylesheets, names each file after its final content, fills in the service worker and writes the
//! Content-Security-Policy into csp.txt, which the server sends as a header. Touches only the staging folder.

use crate::{Outcome, app, cmd, html};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Set by `xtask` for its Trunk: the folder of npm tools. Without it the app is not optimised.
pub const NPM_ENV: &str = "BATON_NPM_TOOLS";

/// What goes over the line is compressed, so that is what is made small, not the file: in the order of their names,
/// functions that are alike stand together, and the simplest of wasm-opt's levels leaves them more alike than `-Oz`
/// does. Nothing of ours lies in the first kilobyte of memory: there the stack ends.
pub const WASM_OPT: [&str; 3] = ["-O1", "--low-memory-unused", "--reorder-functions-by-name"];

/// # Errors
/// Says which file is missing or could not be changed.
pub fn run() -> Outcome {
    let staging = env::var_os("TRUNK_STAGING_DIR")
        .map(PathBuf::from)
        .ok_or("post-build is run by Trunk: use `cargo xtask build`")?;
    let release = env::var("TRUNK_PROFILE").is_ok_and(|profile| profile == "release");
    let npm = env::var_os(NPM_ENV).map(PathBuf::from).filter(|_| release);
    let page_path = staging.join("index.html");
    let mut page = html::without_comments(&read_text(&page_path)?);

    optimise(&staging, npm.as_deref())?;
    page = rename_by_content(&staging, page)?;
    page = join_styles(&staging, page, npm.as_deref())?;
    page = page.lines().map(str::trim_end).filter(|line| !line.trim().is_empty()).collect::<Vec<_>>().join("\n");
    write(&page_path, &page)?;
    write(&staging.join("csp.txt"), &policy(&page))?;
    fill_service_worker(&staging)?;
    npm.map_or(Ok(()), |npm| esbuild(&npm, &staging.join("sw.js"), &[]))
}

/// wasm-opt and esbuild, in place. Their absence is no fault: the app only gets larger.
fn optimise(staging: &Path, npm: Option<&Path>) -> Outcome {
    let Some(npm) = npm else { return Ok(()) };
    for file in files_at_top(staging)? {
        let path = staging.join(&file);
        if file.ends_with("_bg.wasm") {
            cmd::run(Command::new(npm.join("wasm-opt")).args(WASM_OPT).arg("--output").arg(&path).arg(&path))?;
            let script = staging.join(file.replace("_bg.wasm", ".js"));
            esbuild(npm, &script, &["--format=esm"])?;
        }
    }
    esbuild(npm, &staging.join("boot.js"), &[])
}

fn esbuild(npm: &Path, file: &Path, flags: &[&str]) -> Outcome {
    cmd::run(
        Command::new(npm.join("esbuild"))
            .arg(file)
            .args(["--minify", "--allow-overwrite", "--log-level=warning", "--charset=utf8"])
            .args(flags)
            .arg(format!("--outfile={}", file.display())),
    )
}

/// Trunk hashes before anything is optimised; a name that is kept for a year must change with the final bytes.
fn rename_by_content(staging: &Path, mut page: String) -> Outcome<String> {
    for file in files_at_top(staging)? {
        let Some(stem) = file.strip_suffix("_bg.wasm") else {
            continue;
        };
        let script = format!("{stem}.js");
        let mut both = read(&staging.join(&file))?;
        both.extend(read(&staging.join(&script))?);
        let name = format!("{}-{}", stem.split_once('-').map_or(stem, |(name, _)| name), &hex(&both)[..16]);
        for (old, new) in [(file.clone(), format!("{name}_bg.wasm")), (script.clone(), format!("{name}.js"))] {
            fs::rename(staging.join(&old), staging.join(&new)).map_err(|error| format!("{old}: {error}"))?;
            page = page.replace(&old, &new);
        }
    }
    Ok(page)
}

/// One stylesheet instead of many: fewer requests before the first paint, and it compresses better.
fn join_styles(staging: &Path, mut page: String, npm: Option<&Path>) -> Outcome<String> {
    let owned = page.clone();
    let links: Vec<&str> = html::tags(&owned, "link")
        .into_iter()
        .filter(|tag| html::attribute(tag, "rel") == Some("stylesheet"))
        .collect();
    let mut all = String::new();
    for link in &links {
        let href = html::attribute(link, "href").ok_or_else(|| format!("a stylesheet without an address: {link}"))?;
        let path = staging.join(href.trim_start_matches('/'));
        all += &read_text(&path)?;
        all.push('\n');
        fs::remove_file(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    let joined = staging.join("joined.css");
    write(&joined, &all)?;
    if let Some(npm) = npm {
        esbuild(npm, &joined, &["--target=chrome109"])?;
    }
    let name = format!("style-{}.css", &hex(&read(&joined)?)[..16]);
    fs::rename(&joined, staging.join(&name)).map_err(|error| format!("{name}: {error}"))?;
    for (i, link) in links.iter().enumerate() {
        page = page
            .replace(link, &if i == 0 { format!("<link rel=\"stylesheet\" href=\"/{name}\">") } else { String::new() });
    }
    // boot.css was copied with the rest of public/, and is in the joined file.
    let _ = fs::remove_file(staging.join("boot.css"));
    Ok(page)
}

/// Nothing but what the app itself is made of may run, load or be called.
fn policy(page: &str) -> String {
    let hashes = html::inline_scripts(page).iter().fold(String::new(), |mut all, script| {
        let _ = write!(all, " '{}'", integrity(script.as_bytes()));
        all
    });
    [
        "default-src 'none'",
        &format!("script-src 'self' 'wasm-unsafe-eval'{hashes}"),
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types default",
    ]
    .join("; ")
}

/// The two lists of sw.js: the files it keeps, with their hashes, and the rules it refreshes.
fn fill_service_worker(staging: &Path) -> Outcome {
    let path = staging.join("sw.js");
    let template = read_text(&path)?;
    let (mut shell, mut rules) = (String::new(), String::new());
    let root = staging.to_path_buf();
    for file in app::files_under(&root)? {
        let name = file.strip_prefix(staging).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        match name.as_str() {
            // The worker itself, the server's header, connectors, and icons that only an installation asks for.
            "sw.js" | "csp.txt" => {}
            _ if name.starts_with("connector/") => {}
            _ if name.starts_with("icons/") && (name.ends_with(".png") || name.contains("maskable")) => {}
            _ if name.starts_with("policy/") => {
                if name.ends_with(".json") && name.matches('/').count() == 1 {
                    let _ = write!(rules, "{:?},", format!("/{name}"));
                }
            }
            _ => {
                let served = if name == "index.html" { "/".to_owned() } else { format!("/{name}") };
                let _ = write!(shell, "[{served:?},{:?}],", integrity(&read(&file)?));
            }
        }
    }
    let version = &hex(format!("{template}{shell}{rules}").as_bytes())[..16];
    let mut worker = template;
    for (constant, value) in
        [("VERSION", format!("{version:?}")), ("SHELL", format!("[{shell}]")), ("RULES", format!("[{rules}]"))]
    {
        worker = fill(&worker, constant, &value)
            .ok_or_else(|| format!("public/sw.js has no constant {constant} to fill in"))?;
    }
    write(&path, &worker)
}

/// Replaces the `"unbuilt"` or `[]` that a constant has in the template.
fn fill(text: &str, constant: &str, value: &str) -> Option<String> {
    let start = text.find(&format!("const {constant} = "))? + "const  = ".len() + constant.len();
    let length = ["\"unbuilt\"", "[]"].into_iter().find(|empty| text[start..].starts_with(empty))?.len();
    Some(format!("{}{value}{}", &text[..start], &text[start + length..]))
}

pub fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn integrity(bytes: &[u8]) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(bytes)))
}

fn files_at_top(folder: &Path) -> Outcome<Vec<String>> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.path().is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    Ok(names)
}

fn read(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn read_text(path: &Path) -> Outcome<String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn write(path: &Path, text: &str) -> Outcome {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_carries_the_hash_of_the_inline_script_and_of_no_other() {
        let policy = policy("<script src=\"/boot.js\"></script><script type=\"module\">x</script>");
        // printf x | openssl dgst -sha256 -binary | base64
        assert!(
            policy.contains(
                "script-src 'self' 'wasm-unsafe-eval' 'sha256-LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE=';"
            ),
            "{policy}"
        );
    }

    #[test]
    fn a_constant_is_filled_in_once() {
        assert_eq!(fill("const SHELL = []; x", "SHELL", "[1]").as_deref(), Some("const SHELL = [1]; x"));
        assert_eq!(fill("const SHELL = [2];", "SHELL", "[1]"), None);
    }

    #[test]
    fn the_template_has_every_constant() {
        let worker = include_str!("../../public/sw.js");
        assert!(["VERSION", "SHELL", "RULES"].iter().all(|name| fill(worker, name, "0").is_some()));
    }
}
