//! Every story for every kind of server, several at once, and the counts for the summary. Knows no story.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::{env, fs};

use baton_servers::Kind;
use libtest_mimic::{Arguments, Trial};

pub type Story = fn(Kind) -> Pin<Box<dyn Future<Output = ()>>>;

/// Makes a [`Story`] of an `async fn(Kind)`.
macro_rules! story {
    ($story:path) => {
        |kind| Box::pin($story(kind))
    };
}
pub(crate) use story;

#[derive(Default)]
struct Count {
    chosen: usize,
    passed: usize,
    skipped: usize,
    /// Why any was skipped.
    why: String,
}

/// Whom a story is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    All,
    /// Servers that know people.
    LoggedIn,
    Only(Kind),
}

impl Of {
    fn has(self, kind: Kind) -> bool {
        match self {
            Of::All => true,
            Of::LoggedIn => kind != Kind::JsonServer,
            Of::Only(one) => kind == one,
        }
    }
}

pub fn run(stories: &[(&'static str, Of, Story)]) -> ExitCode {
    // As with cargo's own tests: several names choose what has any of them.
    let words: Vec<String> = env::args().skip(1).collect();
    let names = if words.iter().any(|word| word.starts_with('-')) { Vec::new() } else { words };
    let arguments = if names.is_empty() { Arguments::from_args() } else { Arguments::default() };
    let counts = Arc::new(Mutex::new(BTreeMap::<Kind, Count>::new()));
    let mut trials = Vec::new();
    for kind in Kind::ALL {
        let missing = kind.missing();
        if let Some(why) = &missing {
            println!("skipped: {}: {why}", kind.name());
        }
        for (what, _, story) in stories.iter().filter(|(_, of, _)| of.has(kind)) {
            let (name, story) = (format!("{}::{what}", kind.name()), *story);
            if !names.is_empty() && !names.iter().any(|wanted| name.contains(wanted)) {
                continue;
            }
            let mut all = counts.lock().unwrap();
            let count = all.entry(kind).or_default();
            count.chosen += 1;
            if let Some(why) = &missing {
                count.skipped += 1;
                count.why = why.clone();
            }
            let counts = counts.clone();
            let trial = Trial::test(name, move || {
                tell(kind, story);
                counts.lock().unwrap().entry(kind).or_default().passed += 1;
                Ok(())
            });
            trials.push(trial.with_ignored_flag(missing.is_some()));
        }
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    if let Some(file) = env::var_os("BATON_SERVERS_COUNTS") {
        let lines: Vec<String> = counts.lock().unwrap().iter().map(line).collect();
        fs::write(file, lines.join("\n")).unwrap();
    }
    conclusion.exit_code()
}

/// On a thread of its own, since desks are not shared between threads.
fn tell(kind: Kind, story: Story) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, story(kind));
}

fn line((kind, count): (&Kind, &Count)) -> String {
    let failed = count.chosen - count.passed - count.skipped;
    let mut line = format!("{:<17} {} passed", kind.name(), count.passed);
    if failed > 0 {
        line.push_str(&format!(", {failed} FAILED"));
    }
    if count.skipped > 0 {
        line.push_str(&format!(", {} SKIPPED: {}", count.skipped, count.why));
    }
    line
}
