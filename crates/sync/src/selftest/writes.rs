//! Checks of single writes: create, the same id again, a stale revision, one field of many, deleting twice, length.

use serde_json::Value;

use super::bench::{Bench, Found, Outcome, QUIET, Stop, found, problem};
use super::report::{Fact, Verdict};
use super::{Watch, canary};
use crate::connector::{Cas, Failure, Remote, WriteAnswer};
use crate::net::{Clock, Net, Problem};

/// Lengths that are tried, in bytes of the whole document.
const LENGTHS: [usize; 4] = [64_000, 256_000, 1_000_000, 4_000_000];
/// What a long-running case with its journal may need, in bytes.
const ENOUGH: usize = 1_000_000;

impl<N: Net, C: Clock, W: Watch> Bench<'_, N, C, W> {
    pub async fn create_check(&self) -> Outcome {
        let id = self.new_id();
        let body = canary::document(self.collection, &id, "first", self.now());
        let stored = match self.create(self.place(), &id, &body).await? {
            WriteAnswer::Stored(remote) => remote,
            answer => return Err(Stop::Problem(problem(answer))),
        };
        let Some(read) = self.get(self.place(), &id).await? else {
            return Err(Stop::Problem(problem(WriteAnswer::Missing)));
        };
        let mut fields = canary::missing(&body, &canary::value(&read));
        fields.retain(|at| !at.starts_with("/journal"));
        // What an answer shows must be what is stored: the next write builds on it.
        let shown = canary::missing(&canary::value(&read), &canary::value(&stored));
        let mut facts = Vec::new();
        if stored.rev != read.rev || !shown.is_empty() {
            facts.push(Fact::AnswerDiffers { fields: shown });
        }
        let verdict = if facts.is_empty() { Verdict::Passed } else { Verdict::Failed };
        if !fields.is_empty() {
            facts.push(Fact::NotStored { fields });
        }
        found(if facts.is_empty() { verdict } else { verdict.max(Verdict::Differs) }, facts)
    }

    pub async fn duplicate_create(&self) -> Outcome {
        let first = self.fresh("first").await?;
        let (place, id) = (self.place(), first.id.as_str());
        let second = canary::document(self.collection, id, "second", self.now());
        let answer = self.create(place, id, &second).await?;
        let stands = self.stands(&first).await?;
        let promised = self.connector.promises().create_once;
        match answer {
            _ if !stands => found(self.less(promised), vec![Fact::Overwritten]),
            WriteAnswer::Stored(_) => found(self.less(promised), vec![Fact::FirstStands]),
            WriteAnswer::Stale(_) | WriteAnswer::Gone(_) => found(Verdict::Passed, vec![Fact::Refused]),
            // Refused in a way that the file does not name: the desk would not know what it means.
            answer => found(Verdict::Failed, vec![Fact::Problem { problem: problem(answer) }]),
        }
    }

    pub async fn stale_write(&self) -> Outcome {
        let first = self.fresh("first").await?;
        let second = match self.rewrite(&first, "second").await? {
            WriteAnswer::Stored(remote) => remote,
            answer => return Err(Stop::Problem(problem(answer))),
        };
        let promised = self.connector.promises().cas != Cas::None;
        let mut facts = Vec::new();
        if first.rev.is_empty() || first.rev == second.rev {
            facts.push(Fact::NoRevision);
        }
        let answer = self.rewrite(&first, "late").await?;
        let stands = self.stands(&second).await?;
        let verdict = match answer {
            _ if !stands => {
                facts.push(Fact::Overwritten);
                self.less(promised)
            }
            WriteAnswer::Stored(_) => {
                facts.push(Fact::FirstStands);
                self.less(promised)
            }
            WriteAnswer::Stale(_) => {
                facts.push(Fact::Refused);
                Verdict::Passed
            }
            answer => {
                facts.push(Fact::Problem { problem: problem(answer) });
                Verdict::Failed
            }
        };
        found(verdict, facts)
    }

    /// Whether the document is still as it was then.
    async fn stands(&self, then: &Remote) -> Result<bool, Stop> {
        let Some(now) = self.get(then.place, &then.id).await? else { return Ok(false) };
        Ok(canary::text(self.collection, &now) == canary::text(self.collection, then) && now.rev == then.rev)
    }

    pub async fn unknown_fields(&self) -> Outcome {
        let first = self.fresh("first").await?;
        let before = canary::value(&first);
        let mut body = before.clone();
        canary::set_text(self.collection, &mut body, "second");
        if let Some(journal) = body.get_mut("journal").and_then(Value::as_array_mut) {
            journal.push(canary::entry(&first.id, 1, self.now()));
        }
        let answer = self.replace(&first, &body).await?;
        let WriteAnswer::Stored(_) = answer else { return Err(Stop::Problem(problem(answer))) };
        let Some(after) = self.get(first.place, &first.id).await? else {
            return Err(Stop::Problem(problem(WriteAnswer::Missing)));
        };
        let after = canary::value(&after);
        let sent = canary::document(self.collection, &first.id, "first", self.now());
        let text = format!("/{}", canary::text_field(self.collection));
        let mut lost = canary::missing(&before, &after);
        // Only what the self-test wrote itself: revisions and stamps are the backend's own and move.
        lost.retain(|at| sent.pointer(at).is_some() && *at != text && *at != "/journal");
        let mut facts = Vec::new();
        let mut verdict = Verdict::Passed;
        if !lost.is_empty() {
            verdict = Verdict::Failed;
            facts.push(Fact::Lost { fields: lost });
        }
        let entries = after.get("journal").and_then(Value::as_array);
        let held = |n: u32| {
            let id = format!("{}-entry-{n}", first.id);
            entries.is_some_and(|list| list.iter().any(|entry| entry["id"] == *id))
        };
        if held(0) && held(1) {
            facts.push(Fact::JournalKept);
        } else {
            verdict = verdict.max(self.less(self.connector.promises().journal));
            facts.push(Fact::JournalLost);
        }
        found(verdict, facts)
    }

    pub async fn delete_twice(&self) -> Outcome {
        let doc = self.fresh("to be deleted").await?;
        let cursor = self.list(self.connector, self.place(), self.end().as_deref(), QUIET).await?.cursor;
        match self.delete(&doc).await? {
            WriteAnswer::Gone(_) | WriteAnswer::Missing => {}
            WriteAnswer::Stored(remote) if remote.deleted => {}
            WriteAnswer::Failed(Failure::Refused(Problem { status: 403 | 405, .. })) => return Err(Stop::NotInFile),
            answer => return Err(Stop::Problem(problem(answer))),
        }
        let mut facts = Vec::new();
        let mut verdict = Verdict::Passed;
        if self.get(doc.place, &doc.id).await?.is_some() {
            return found(Verdict::Failed, vec![Fact::StillThere]);
        }
        match self.delete(&doc).await? {
            WriteAnswer::Gone(_) | WriteAnswer::Missing | WriteAnswer::Stale(_) => facts.push(Fact::GoneTwice),
            WriteAnswer::Stored(remote) if remote.deleted => facts.push(Fact::GoneTwice),
            answer => {
                verdict = Verdict::Differs;
                facts.push(Fact::SecondDeletion { problem: problem(answer) });
            }
        }
        let listed = self.list(self.connector, self.place(), cursor.as_deref(), QUIET).await?;
        match listed.items.get(&doc.id) {
            Some(remote) if remote.deleted => facts.push(Fact::Tombstone),
            Some(_) => {
                verdict = Verdict::Failed;
                facts.push(Fact::StillThere);
            }
            None => {
                verdict = verdict.max(self.less(self.connector.promises().tombstones));
                facts.push(Fact::NoTombstone);
            }
        }
        found(verdict, facts)
    }

    pub async fn body_limit(&self) -> Outcome {
        let doc = self.fresh("short").await?;
        let (mut longest, mut base) = (0, doc.clone());
        let mut facts = Vec::new();
        for bytes in LENGTHS.into_iter().filter(|bytes| *bytes <= self.options.largest) {
            let text = "x".repeat(bytes.saturating_sub(base.raw.len().min(1000)));
            let answer = match self.rewrite(&base, &text).await {
                Ok(WriteAnswer::Stored(_)) => None,
                Ok(answer) => Some(problem(answer)),
                // A server may hang up while it is being sent.
                Err(Stop::Problem(problem)) => Some(problem),
                Err(stop) => return Err(stop),
            };
            let now = self.get(doc.place, &doc.id).await?;
            let kept = now.as_ref().and_then(|remote| canary::text(self.collection, remote));
            if let Some(problem) = answer {
                facts.push(Fact::TooLong { bytes, problem });
                break;
            }
            if kept.as_deref() != Some(&text) {
                facts.push(Fact::Lost { fields: vec![format!("/{}", canary::text_field(self.collection))] });
                break;
            }
            longest = bytes;
            // Other desks read it too: it is short again at once.
            let Some(now) = now else { break };
            match self.rewrite(&now, "short").await? {
                WriteAnswer::Stored(remote) => base = remote,
                answer => return Err(Stop::Problem(problem(answer))),
            }
        }
        facts.insert(0, Fact::Stored { bytes: longest });
        let verdict = match longest {
            0 => Verdict::Failed,
            n if n < ENOUGH.min(self.options.largest) => Verdict::Differs,
            _ => Verdict::Passed,
        };
        Ok(Found { verdict, facts })
    }

    pub fn end(&self) -> Option<String> {
        self.end.borrow().clone()
    }
}
