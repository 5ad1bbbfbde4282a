//! Removing what the self-test made, and what an earlier one could not remove.

use super::bench::{Bench, Outcome, Stop, found, problem};
use super::report::{Fact, Verdict};
use super::{Watch, canary};
use crate::connector::{Failure, Place, Remote, WriteAnswer};
use crate::net::{Clock, Net, Problem};

/// A document that is longer is shortened where it cannot be deleted, in bytes.
const SHORT: usize = 10_000;

/// So many documents of one id are removed, where the backend makes ids of its own and takes a document twice.
const TWINS: usize = 100;

/// What became of one document.
enum Fate {
    Removed,
    /// It cannot be deleted here; it was made in an ended state.
    Ended,
    Left,
}

impl<N: Net, C: Clock, W: Watch> Bench<'_, N, C, W> {
    /// How many were removed. Where nothing can be deleted they stay, ended as they are.
    pub async fn remove_leftovers(&self, leftovers: Vec<Remote>) -> Result<usize, Stop> {
        let mut removed = 0;
        for remote in leftovers {
            match self.remove(remote.place, &remote.id, Some(remote.clone())).await {
                Ok(Fate::Removed) => removed += 1,
                Ok(Fate::Ended) => break,
                Ok(Fate::Left) | Err(Stop::Problem(_)) => {}
                Err(stop) => return Err(stop),
            }
        }
        Ok(removed)
    }

    /// Also gives the ids of what is left.
    pub async fn clean_up(&self) -> (Outcome, Vec<String>) {
        self.cleaning.set(true);
        let made: Vec<_> = self.made.borrow().iter().map(|(key, remote)| (key.clone(), remote.clone())).collect();
        let (mut removed, mut ended, mut left) = (0, 0, Vec::new());
        for ((place, id), remote) in made {
            match self.remove(place, &id, remote).await {
                Ok(Fate::Removed) => removed += 1,
                Ok(Fate::Ended) => ended += 1,
                Ok(Fate::Left) | Err(_) => left.push(id),
            }
        }
        let counts = [
            (removed, Fact::Removed { count: removed }),
            (ended, Fact::Ended { count: ended }),
            (left.len(), Fact::Left { count: left.len() }),
        ];
        let facts: Vec<Fact> = counts.into_iter().filter(|(count, _)| *count > 0).map(|(_, fact)| fact).collect();
        let verdict = match (ended, left.len()) {
            (0, 0) => Verdict::Passed,
            (_, 0) => Verdict::Differs,
            _ => Verdict::Failed,
        };
        (found(verdict, facts), left)
    }

    async fn remove(&self, place: Place, id: &str, known: Option<Remote>) -> Result<Fate, Stop> {
        let mut base = known;
        let mut refused = 0;
        for _ in 0..TWINS {
            let remote = match base.take() {
                Some(remote) => remote,
                None => match self.look(place, id).await? {
                    Some(remote) => remote,
                    None => return Ok(Fate::Removed),
                },
            };
            match self.delete(&remote).await {
                Ok(WriteAnswer::Gone(_) | WriteAnswer::Missing) => {
                    if self.connector.find(place, id).is_none() {
                        return Ok(Fate::Removed);
                    }
                }
                Ok(WriteAnswer::Stored(remote)) if remote.deleted => return Ok(Fate::Removed),
                Err(Stop::NotInFile) => return self.shorten(place, id).await,
                Ok(WriteAnswer::Failed(Failure::Refused(Problem { status: 403 | 405 | 501, .. }))) => {
                    return self.shorten(place, id).await;
                }
                // The form that is known may be old: the next try is made with the present one.
                Ok(WriteAnswer::Failed(Failure::Refused(_)) | WriteAnswer::Stale(_)) if refused == 0 => refused += 1,
                Ok(WriteAnswer::Failed(Failure::Refused(_)) | WriteAnswer::Stale(_)) => return Ok(Fate::Left),
                Ok(answer) => return Err(Stop::Problem(problem(answer))),
                Err(stop) => return Err(stop),
            }
        }
        Ok(Fate::Left)
    }

    async fn shorten(&self, place: Place, id: &str) -> Result<Fate, Stop> {
        match self.get(place, id).await? {
            Some(remote) if remote.raw.len() > SHORT && place == self.place() => {
                let mut body = canary::value(&remote);
                canary::set_text(self.collection, &mut body, "");
                self.replace(&remote, &body).await?;
                Ok(Fate::Ended)
            }
            Some(_) => Ok(Fate::Ended),
            None => Ok(Fate::Removed),
        }
    }
}
