//! What pages said, read from the browser's own log: it is in the system's hands at once and outlives SIGKILL, so that it
//! tells what had been shown by the moment of the kill.

use crate::browser::Browser;

impl Browser {
    /// What pages wrote to the console since the launch as `word something`: the somethings, in order.
    pub fn said(&self, word: &str) -> Vec<String> {
        let Ok(log) = std::fs::read(self.log()) else { return Vec::new() };
        let log = String::from_utf8_lossy(&log);
        // `[1:1:1122/085618.224644:INFO:CONSOLE:1] "kept 78", source: … (1)`; a torn last line has no end.
        let told = log.lines().filter(|line| line.contains(":CONSOLE") && line.contains("\", source: "));
        let told = told.filter_map(|line| Some(line.split_once("] \"")?.1.rsplit_once("\", source: ")?.0));
        told.filter_map(|text| text.strip_prefix(word)?.strip_prefix(' ')).map(str::to_owned).collect()
    }
}
