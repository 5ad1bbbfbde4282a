//! How long ago a case was taken in, so that the clock that counts stands at the pace of its row now. Times only.

use baton_engine::time::{Span, Timestamp};

use crate::stages::{Pace, Row, Stage};
use crate::world::World;

/// The limits of a case's class.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub reply: Span,
    pub leg: Span,
    /// A leg not received counts from its dispatch plus this.
    pub grace: Span,
}

/// Limit of an upgraded case: the shortest reply, by which it is measured then.
const UPGRADED: Span = Span::from_hours(8);

impl Limits {
    /// The moment of intake.
    pub fn opening(self, world: &mut World<'_>, row: &Row) -> Timestamp {
        let ago = self.ago(world, row);
        world.now.minus(ago)
    }

    fn ago(self, world: &mut World<'_>, row: &Row) -> Span {
        let of_leg = matches!(
            row.stage,
            Stage::Sent | Stage::Received | Stage::SentOn | Stage::Second | Stage::Parallel | Stage::SentAgain
        );
        let (low, high) = match (row.pace, of_leg) {
            (Pace::Early, true) => (5, 25),
            (Pace::Early, false) => (4, 20),
            (Pace::Middle, _) => (36, 58),
            (Pace::Soon, true) => (84, 92),
            (Pace::Soon, false) => (86, 94),
            (Pace::Late, _) => (104, 128),
        };
        let mut share =
            |of: Span, low: i64, high: i64| Span::from_millis(of.millis() / 100 * world.rng.range(low, high));
        match row.stage {
            Stage::Closed => share(self.reply, 150, 320),
            Stage::Resolved | Stage::Cancelled | Stage::Referred => share(self.reply, low.max(30), high + 10),
            // Twice: the reopened clock has half of the limit.
            Stage::Reopened => self.reply.plus(share(Span::from_millis(self.reply.millis() / 2), low, high)),
            Stage::Pending => share(self.reply, low, high + 30),
            Stage::Sent if row.pace == Pace::Early => {
                world.rng.span(Span::from_minutes(2), Span::from_minutes(11)).plus(lead(row.stage))
            }
            _ if of_leg => share(self.leg, low, high).plus(self.grace).plus(lead(row.stage)),
            _ if row.upgraded => share(UPGRADED, low, high),
            _ => share(self.reply, low, high),
        }
    }
}

/// Time from intake to the dispatch of the leg that counts.
fn lead(stage: Stage) -> Span {
    Span::from_minutes(match stage {
        Stage::Sent | Stage::Received | Stage::Parallel => 14,
        Stage::SentAgain => 50,
        _ => 36,
    })
}

/// Share of its own limit, in per cent, that a reopened case has used.
pub fn reopened_share(pace: Pace) -> i64 {
    match pace {
        Pace::Early => 12,
        Pace::Middle => 48,
        Pace::Soon => 88,
        Pace::Late => 110,
    }
}
