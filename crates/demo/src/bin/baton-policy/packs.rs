//! Finds packs: by id on the shelf of base packs, or by path. Parsing and checking are the engine's.

use std::path::{Path, PathBuf};

use baton_engine::policy::{Fault, PackLoader, Policy, check};

/// The packs at hand.
pub struct Shelf {
    loader: PackLoader,
}

impl Shelf {
    /// Takes in every `*.json` of `base`, or of the nearest `public/policy` above the working directory.
    ///
    /// # Errors
    /// The folder cannot be read. A file that is no JSON is named on standard error and left out.
    pub fn open(base: Option<PathBuf>) -> Result<Shelf, String> {
        let mut loader = PackLoader::new();
        let Some(folder) = base.or_else(find) else { return Ok(Shelf { loader }) };
        let shown = folder.display();
        let entries = std::fs::read_dir(&folder).map_err(|e| format!("{shown}: {e}"))?;
        let mut files: Vec<PathBuf> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
        files.retain(|f| f.extension().is_some_and(|e| e == "json"));
        files.sort();
        for file in files {
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
            for fault in loader.add(&name, &text).err().unwrap_or_default() {
                eprintln!("{}#{}: {}", file.display(), fault.pointer, fault.message);
            }
        }
        Ok(Shelf { loader })
    }

    pub fn check(&self, text: &str) -> Result<Policy, Vec<Fault>> {
        check(text, &self.loader)
    }

    /// A pack by its id, or by the path of its file.
    pub fn get(&self, pack: &str) -> Result<Policy, Vec<Fault>> {
        if self.loader.ids().any(|id| id == pack) {
            return self.loader.load(pack);
        }
        match std::fs::read_to_string(Path::new(pack)) {
            Ok(text) => self.check(&text),
            Err(_) => self.loader.load(pack),
        }
    }
}

fn find() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let above = here.ancestors().map(|dir| dir.join("public/policy")).find(|dir| dir.is_dir());
    // Started by cargo from somewhere else.
    above.or_else(|| {
        let dir = Path::new(&std::env::var_os("CARGO_MANIFEST_DIR")?).join("../../public/policy");
        dir.is_dir().then_some(dir)
    })
}

/// Number of different rules in use.
pub fn count_rules(policy: &Policy) -> usize {
    let mut ids: Vec<&str> = policy.rules().map(|r| r.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.len()
}
