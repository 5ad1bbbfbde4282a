//! Compresses a static site beforehand: `x.br` and `x.gz` beside each `x` that gets smaller, prints what a first visit
//! transfers, and holds it against the budget. Compiled only for `dist` and the test of the size.

use crate::{Outcome, app, paths};
use flate2::{Compression, write::GzEncoder};
use std::fs;
use std::io::{Read, Write};
use std::path::Path;

/// Not asked for by a page that starts: the worker's twin of the server's header, and icons for an installation.
const NOT_LOADED: [&str; 2] = ["csp.txt", "icons/"];

/// What a first visit may transfer, in kB with brotli: the one line that is no comment.
const BUDGET: &str = "xtask/transfer-budget.txt";

/// Writes the compressed files.
///
/// # Errors
/// Names the file that could not be read or written.
pub fn run(site: &Path) -> Outcome {
    first_visit(site, true).map(drop)
}

/// Writes nothing.
///
/// # Errors
/// A first visit transfers more than the budget allows.
pub fn weigh(site: &Path) -> Outcome {
    let bytes = first_visit(site, false)?;
    let text = fs::read_to_string(paths::root().join(BUDGET)).map_err(|error| format!("{BUDGET}: {error}"))?;
    let line = text.lines().find(|line| !line.starts_with('#')).unwrap_or_default();
    let budget: usize = line.trim().parse().map_err(|_| format!("{BUDGET}: `{line}` is no number of kB"))?;
    println!("  The budget is {budget} kB.");
    if bytes <= budget * 1000 {
        return Ok(());
    }
    Err(format!(
        "A first visit transfers {:.1} kB, {:.1} kB more than {BUDGET} allows. Find what made the app larger (a dependency,\n\
         a generic function of many types, a sort: see docs/measuring.md) and make it smaller, or raise the budget in the same\n\
         change and say why.",
        bytes as f64 / 1000.0,
        bytes as f64 / 1000.0 - budget as f64
    ))
}

/// Bytes of a first visit with brotli.
fn first_visit(site: &Path, write: bool) -> Outcome<usize> {
    let (mut raw_sum, mut brotli_sum) = (0, 0);
    println!("  {:<40} {:>10} {:>10}", "file", "bytes", "brotli");
    for file in app::files_under(site)? {
        let fault = |error: std::io::Error| format!("{}: {error}", file.display());
        let name = file.strip_prefix(site).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        let bytes = fs::read(&file).map_err(fault)?;
        let brotli = brotli(&bytes).map_err(fault)?;
        let gzip = if write { gzip(&bytes).map_err(fault)? } else { Vec::new() };
        for (ending, pressed) in [("br", &brotli), ("gz", &gzip)] {
            if write && pressed.len() < bytes.len() && !name.ends_with(".png") && name != "csp.txt" {
                fs::write(site.join(format!("{name}.{ending}")), pressed).map_err(fault)?;
            }
        }
        let sent = if name.ends_with(".png") { bytes.len() } else { brotli.len().min(bytes.len()) };
        println!("  {name:<40} {:>10} {sent:>10}", bytes.len());
        if !NOT_LOADED.iter().any(|not| name.starts_with(not)) {
            raw_sum += bytes.len();
            brotli_sum += sent;
        }
    }
    println!("  {:<40} {raw_sum:>10} {brotli_sum:>10}", "first visit");
    println!("  A first visit transfers {:.1} kB with brotli.", brotli_sum as f64 / 1000.0);
    Ok(brotli_sum)
}

fn brotli(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut out = Vec::new();
    brotli::CompressorReader::new(bytes, 1 << 16, 11, 22).read_to_end(&mut out)?;
    Ok(out)
}

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}
