//! Every story for every kind of server, several at once, and the counts for the summary. Knows no story.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::{env, fs};

use baton_servers::Kind;
use libtest_mimic::{Arguments, Trial};

use crate::world::no_connector;

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

type Stories<'a> = &'a [(&'static str, Story)];

pub fn run(
    furniture: Stories<'_>,
    stories: Stories<'_>,
    logged_in: Stories<'_>,
    own: &[(Kind, Stories<'_>)],
) -> ExitCode {
    // As with cargo's own tests: several names choose what has any of them.
    let words: Vec<String> = env::args().skip(1).collect();
    let names = if words.iter().any(|word| word.starts_with('-')) { Vec::new() } else { words };
    let arguments = if names.is_empty() { Arguments::from_args() } else { Arguments::default() };
    let counts = Arc::new(Mutex::new(BTreeMap::<Kind, Count>::new()));
    let mut trials = Vec::new();
    for kind in Kind::ALL {
        let speechless = kind.missing().or_else(|| no_connector(kind));
        let logged_in = if kind == Kind::JsonServer { &[] } else { logged_in };
        let own = own.iter().find(|(of, _)| *of == kind).map_or(&[][..], |(_, stories)| stories);
        let groups = [
            (furniture, kind.missing()),
            (own, kind.missing()),
            (stories, speechless.clone()),
            (logged_in, speechless),
        ];
        for (group, missing) in groups {
            let mut told = false;
            for (what, story) in group {
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
                    if !std::mem::replace(&mut told, true) {
                        println!("skipped: {}: {why}", kind.name());
                    }
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
