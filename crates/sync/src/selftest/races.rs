//! Races: many write the same at once, and exactly one may get through.

use super::bench::{Bench, Outcome, Stop, found, problem};
use super::report::{Fact, Verdict};
use super::{Watch, canary};
use crate::connector::{Cas, Failure, Place, Remote, WriteAnswer};
use crate::join;
use crate::net::{Clock, Net, Request, Response};

/// A race is over when so many rounds had several winners: more would only be a burden.
const ENOUGH: u32 = 3;

/// How many rounds had how many winners.
#[derive(Default)]
struct Tally {
    rounds: u32,
    one: u32,
    none: u32,
    several: u32,
    undecided: u32,
}

/// What became of the racers of one round.
#[derive(Default)]
struct Round {
    winners: usize,
    losers: usize,
    /// The longest wait that was asked for, milliseconds.
    after_ms: Option<i64>,
}

impl<N: Net, C: Clock, W: Watch> Bench<'_, N, C, W> {
    /// Many replace one revision.
    pub async fn claim_race(&self) -> Outcome {
        let doc = self.fresh("to be claimed").await?;
        let mut tally = Tally::default();
        for round in 0..self.options.rounds {
            let Some(base) = self.get(doc.place, &doc.id).await? else {
                return Err(Stop::Problem(problem(WriteAnswer::Missing)));
            };
            let racers = (0..self.options.racers).map(|racer| self.claim(&base, format!("{round}-{racer}")));
            let mut result = self.judge(join::all(racers).await)?;
            // One whose answer was lost may have got through all the same.
            if result.winners == 0
                && let Some(now) = self.get(doc.place, &doc.id).await?
                && !now.rev.is_empty()
                && now.rev != base.rev
            {
                result.winners = 1;
            }
            if self.count(&mut tally, result).await {
                break;
            }
        }
        self.race_verdict(tally, self.connector.promises().cas == Cas::Atomic)
    }

    /// Many create one id: in the collection of the claims, if the backend has one.
    pub async fn create_race(&self) -> Outcome {
        let id = self.new_id();
        let at = self.now();
        let claims = self.connector.create(Place::Claims, &id, &canary::claim(&id, "", at), at.millis()).is_some();
        let place = if claims { Place::Claims } else { self.place() };
        let mut tally = Tally::default();
        for _ in 0..self.options.rounds.div_ceil(3) {
            let id = self.new_id();
            let racers = (0..self.options.racers).map(|racer| self.create_one(place, &id, format!("{racer}")));
            let mut result = self.judge(join::all(racers).await)?;
            if result.winners == 0 && self.get(place, &id).await?.is_some() {
                result.winners = 1;
            }
            if self.count(&mut tally, result).await {
                break;
            }
        }
        self.race_verdict(tally, self.connector.promises().create_once)
    }

    async fn claim(&self, base: &Remote, text: String) -> Result<WriteAnswer, Stop> {
        let mut body = canary::value(base);
        canary::set_text(self.collection, &mut body, &text);
        let (place, id) = (base.place, base.id.as_str());
        let request = self.connector.replace(place, id, &base.rev, &body, self.now().millis());
        let answer = self.once(request, |r| self.connector.replace_answer(place, id, &body, r)).await?;
        Ok(self.own(answer, |remote| canary::text(self.collection, remote) == Some(text)))
    }

    async fn create_one(&self, place: Place, id: &str, by: String) -> Result<WriteAnswer, Stop> {
        let at = self.now();
        let body = match place {
            Place::Claims => canary::claim(id, &by, at),
            Place::Of(collection) => canary::document(collection, id, &by, at),
        };
        self.note(place, id, None);
        let request = self.connector.create(place, id, &body, at.millis());
        let answer = self.once(request, |r| self.connector.create_answer(place, id, &body, r)).await?;
        Ok(self.own(answer, |remote| match place {
            Place::Claims => canary::value(remote)["by"] == *by,
            Place::Of(collection) => canary::text(collection, remote) == Some(by),
        }))
    }

    /// Without patience: who comes later is no racer.
    async fn once(
        &self,
        request: Option<Request>,
        read: impl Fn(&Response) -> WriteAnswer,
    ) -> Result<WriteAnswer, Stop> {
        match self.send(request.ok_or(Stop::NotInFile)?).await {
            Ok(response) => Ok(read(&response)),
            Err(Stop::Problem(problem)) => {
                Ok(WriteAnswer::Failed(Failure::Again { problem, after_ms: None, line: true }))
            }
            Err(stop) => Err(stop),
        }
    }

    /// A good answer that shows somebody else's document is a refusal.
    fn own(&self, answer: WriteAnswer, own: impl FnOnce(&Remote) -> bool) -> WriteAnswer {
        match answer {
            WriteAnswer::Stored(remote) if !own(&remote) => WriteAnswer::Stale(Some(remote)),
            answer => answer,
        }
    }

    fn judge(&self, answers: Vec<Result<WriteAnswer, Stop>>) -> Result<Round, Stop> {
        let mut round = Round::default();
        for answer in answers {
            match answer? {
                WriteAnswer::Stored(_) | WriteAnswer::Unconfirmed => round.winners += 1,
                WriteAnswer::Failed(Failure::SignedOut) => {
                    return Err(Stop::Problem(problem(WriteAnswer::Failed(Failure::SignedOut))));
                }
                WriteAnswer::Failed(Failure::Again { after_ms, .. }) => {
                    round.after_ms = round.after_ms.max(after_ms);
                }
                WriteAnswer::Stale(_) | WriteAnswer::Gone(_) | WriteAnswer::Missing | WriteAnswer::Failed(_) => {
                    round.losers += 1;
                }
            }
        }
        Ok(round)
    }

    /// True when no further round is needed.
    async fn count(&self, tally: &mut Tally, round: Round) -> bool {
        tally.rounds += 1;
        match round.winners {
            // Of several, it is certain; of one or none only if most were decided.
            n if n > 1 => tally.several += 1,
            _ if (round.winners + round.losers) * 2 < self.options.racers => {
                tally.undecided += 1;
                self.patience(round.after_ms).await;
            }
            1 => tally.one += 1,
            _ => tally.none += 1,
        }
        tally.several >= ENOUGH
    }

    fn race_verdict(&self, tally: Tally, promised: bool) -> Outcome {
        let Tally { rounds, one, none, several, undecided } = tally;
        let mut facts = vec![Fact::Race { racers: self.options.racers, rounds, one, none, several }];
        if undecided > 0 {
            facts.push(Fact::Undecided { rounds: undecided });
        }
        found(if several == 0 && one > 0 { Verdict::Passed } else { self.less(promised) }, facts)
    }
}
