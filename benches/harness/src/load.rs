//! How busy the machine was. A measurement on a machine that had more to do than cores to do it on says little.

use std::fs;

use serde_json::{Value, json};

/// The load average of the last minute, looked at now and then.
pub struct Load {
    cores: usize,
    first: f64,
    last: f64,
    highest: f64,
}

impl Load {
    pub fn watch() -> Load {
        let now = now();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Load { cores, first: now, last: now, highest: now }
    }

    pub fn look(&mut self) {
        self.last = now();
        self.highest = self.highest.max(self.last);
    }

    pub fn too_much(&self) -> bool {
        self.highest > self.cores as f64
    }

    pub fn show(&self) -> String {
        let Load { cores, first, last, highest } = self;
        let verdict = if self.too_much() { ": more to do than cores, so INCONCLUSIVE" } else { "" };
        format!("load {first:.1} at the start, {last:.1} at the end, {highest:.1} at most, on {cores} cores{verdict}")
    }

    pub fn json(&self) -> Value {
        json!({ "cores": self.cores, "start": self.first, "end": self.last, "highest": self.highest, "tooMuch": self.too_much() })
    }
}

/// 0 where the system does not say.
fn now() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(0.0)
}
