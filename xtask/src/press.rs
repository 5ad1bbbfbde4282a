//! Compresses a static site beforehand: `x.br` and `x.gz` beside each `x` that gets smaller, and prints what a first
//! visit transfers. Compiled only for `dist`.

use crate::{Outcome, app};
use flate2::{Compression, write::GzEncoder};
use std::fs;
use std::io::{Read, Write};
use std::path::Path;

/// Not asked for by a page that starts: the worker's twin of the server's header, and icons for an installation.
const NOT_LOADED: [&str; 2] = ["csp.txt", "icons/"];

/// # Errors
/// Names the file that could not be read or written.
pub fn run(site: &Path) -> Outcome {
    let (mut raw_sum, mut brotli_sum) = (0, 0);
    println!("  {:<40} {:>10} {:>10}", "file", "bytes", "brotli");
    for file in app::files_under(site)? {
        let fault = |error: std::io::Error| format!("{}: {error}", file.display());
        let name = file.strip_prefix(site).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        let bytes = fs::read(&file).map_err(fault)?;
        let brotli = brotli(&bytes).map_err(fault)?;
        let gzip = gzip(&bytes).map_err(fault)?;
        for (ending, pressed) in [("br", &brotli), ("gz", &gzip)] {
            if pressed.len() < bytes.len() && !name.ends_with(".png") && name != "csp.txt" {
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
    Ok(())
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
