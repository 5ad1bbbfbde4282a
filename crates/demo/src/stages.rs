//! Which cases the day has: owner, stage, pace and class of each. Data only; `cases` plays them.

/// How far a case has come at the start of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Just taken in.
    Fresh,
    /// Its owner works on it.
    Working,
    /// In the first leg, not received yet.
    Sent,
    /// The first leg is worked on.
    Received,
    /// In the second leg (group help, or the home province), not received yet.
    SentOn,
    /// The second leg is worked on.
    Second,
    /// Two legs of the base province at once.
    Parallel,
    /// The second leg was answered, the first is to be answered.
    HalfBack,
    /// Every leg answered; the customer is to be answered.
    Back,
    /// The first leg was returned for wrong duty.
    Returned,
    /// Returned once, dispatched again.
    SentAgain,
    /// The sender took its leg back.
    Withdrawn,
    /// Waits for the customer.
    Pending,
    /// Waits for a third party.
    Held,
    /// Answered, to be closed.
    Resolved,
    Closed,
    /// Answered, then opened again.
    Reopened,
    Cancelled,
    /// Guided to the maker.
    Referred,
}

/// Where the clock that counts stands at the start of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    Early,
    Middle,
    Soon,
    Late,
}

/// One case of the plan.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Index into [`crate::people::ORGS`].
    pub owner: usize,
    pub stage: Stage,
    pub pace: Pace,
    pub class: &'static str,
    /// The customer's class was raised on the way.
    pub upgraded: bool,
}

const fn row(owner: usize, stage: Stage, pace: Pace, class: &'static str) -> Row {
    Row { owner, stage, pace, class, upgraded: false }
}

const fn upgraded(owner: usize, stage: Stage, pace: Pace) -> Row {
    Row { owner, stage, pace, class: "GOTONE", upgraded: true }
}

const MAKER: usize = 0;
const HOME: usize = 1;
const BASE: usize = 2;

use Pace::{Early, Late, Middle, Soon};
use Stage::{
    Back, Cancelled, Closed, Fresh, HalfBack, Held, Parallel, Pending, Received, Referred, Reopened, Resolved,
    Returned, Second, Sent, SentAgain, SentOn, Withdrawn, Working,
};

/// The plan. The first row is the show-piece: a gold card's video complaint, with the group since a while.
pub const ROWS: &[Row] = &[
    row(HOME, Second, Soon, "VIP"),
    row(HOME, Fresh, Early, "VIP"),
    row(HOME, Fresh, Early, "GOTONE"),
    row(HOME, Fresh, Middle, "EASYOWN"),
    row(HOME, Working, Middle, "GOTONE"),
    row(HOME, Working, Soon, "VIP"),
    row(HOME, Working, Late, "MZONE"),
    row(HOME, Working, Early, "EASYOWN"),
    row(HOME, Sent, Early, "VIP"),
    row(HOME, Sent, Middle, "GOTONE"),
    row(HOME, Received, Early, "GOTONE"),
    row(HOME, Received, Soon, "MZONE"),
    row(HOME, Received, Late, "VIP"),
    row(HOME, SentOn, Early, "GOTONE"),
    row(HOME, SentOn, Early, "VIP"),
    row(HOME, Second, Middle, "EASYOWN"),
    row(HOME, Second, Late, "GOTONE"),
    row(HOME, HalfBack, Middle, "GOTONE"),
    row(HOME, HalfBack, Soon, "VIP"),
    row(HOME, Back, Middle, "GOTONE"),
    row(HOME, Back, Soon, "VIP"),
    row(HOME, Back, Late, "EASYOWN"),
    row(HOME, Returned, Middle, "GOTONE"),
    row(HOME, SentAgain, Middle, "MZONE"),
    row(HOME, Withdrawn, Middle, "GOTONE"),
    row(HOME, Pending, Middle, "VIP"),
    row(HOME, Pending, Early, "GOTONE"),
    row(HOME, Pending, Middle, "EASYOWN"),
    row(HOME, Held, Middle, "MZONE"),
    row(HOME, Resolved, Middle, "GOTONE"),
    row(HOME, Resolved, Late, "VIP"),
    row(HOME, Closed, Middle, "VIP"),
    row(HOME, Closed, Middle, "GOTONE"),
    row(HOME, Closed, Late, "MZONE"),
    row(HOME, Reopened, Early, "GOTONE"),
    row(HOME, Reopened, Soon, "EASYOWN"),
    row(HOME, Cancelled, Middle, "MZONE"),
    row(HOME, Referred, Middle, "EASYOWN"),
    upgraded(HOME, Working, Early),
    upgraded(HOME, Received, Middle),
    row(BASE, Fresh, Early, "GOTONE"),
    row(BASE, Fresh, Early, "VIP"),
    row(BASE, Working, Soon, "VIP"),
    row(BASE, Sent, Middle, "MZONE"),
    row(BASE, Received, Early, "VIP"),
    row(BASE, Received, Soon, "GOTONE"),
    row(BASE, Parallel, Middle, "GOTONE"),
    row(BASE, Parallel, Early, "VIP"),
    row(BASE, Back, Middle, "EASYOWN"),
    row(BASE, Returned, Early, "GOTONE"),
    row(BASE, Pending, Middle, "GOTONE"),
    row(BASE, Resolved, Middle, "GOTONE"),
    row(BASE, Closed, Middle, "VIP"),
    row(BASE, Referred, Middle, "GOTONE"),
    row(MAKER, Fresh, Early, "GOTONE"),
    row(MAKER, Fresh, Middle, "EASYOWN"),
    row(MAKER, Working, Middle, "VIP"),
    row(MAKER, Working, Late, "GOTONE"),
    row(MAKER, Sent, Early, "GOTONE"),
    row(MAKER, Received, Middle, "VIP"),
    row(MAKER, Second, Early, "GOTONE"),
    row(MAKER, SentOn, Middle, "MZONE"),
    row(MAKER, HalfBack, Middle, "EASYOWN"),
    row(MAKER, Back, Soon, "GOTONE"),
    row(MAKER, Held, Middle, "GOTONE"),
    row(MAKER, Pending, Middle, "MZONE"),
    row(MAKER, Resolved, Middle, "EASYOWN"),
    row(MAKER, Closed, Middle, "GOTONE"),
    row(MAKER, Reopened, Middle, "GOTONE"),
    row(MAKER, Cancelled, Middle, "EASYOWN"),
    upgraded(MAKER, Received, Early),
];
