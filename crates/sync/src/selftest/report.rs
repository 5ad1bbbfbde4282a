//! What the self-test found, as data. Texts for people are the business of whoever shows it, so that it can be read
//! in either language: each [`Fact`] is one sentence.

use baton_engine::model::Collection;
use baton_engine::time::Timestamp;
use serde::{Serialize, Serializer};

use crate::connector::Promises;
use crate::net::Problem;

/// One question that is put to the backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum CheckId {
    /// The collection is listed to its end; what an earlier self-test left behind is removed.
    Reach,
    /// How far the device's clock is off the server's.
    Clock,
    Create,
    /// A second create of the same id.
    DuplicateCreate,
    /// A write on a revision that has moved.
    StaleWrite,
    /// One field is changed; all the others must be as they were.
    UnknownFields,
    /// A list since a cursor has what is new and not what is old.
    Since,
    /// A query parameter that the backend does not know.
    UnknownParameter,
    /// Pages while others write.
    Paging,
    /// Many replace one revision at once.
    ClaimRace,
    /// Many create one id at once.
    CreateRace,
    /// How long a document may be.
    BodyLimit,
    DeleteTwice,
    /// Whether a browser on another origin is let in, and sees the headers that the file reads.
    Cors,
    CleanUp,
}

impl CheckId {
    /// In the order in which they are run.
    pub const ALL: [CheckId; 15] = [
        CheckId::Reach,
        CheckId::Clock,
        CheckId::Create,
        CheckId::DuplicateCreate,
        CheckId::StaleWrite,
        CheckId::UnknownFields,
        CheckId::Since,
        CheckId::UnknownParameter,
        CheckId::Paging,
        CheckId::ClaimRace,
        CheckId::CreateRace,
        CheckId::BodyLimit,
        CheckId::DeleteTwice,
        CheckId::Cors,
        CheckId::CleanUp,
    ];

    /// As in the serialised report.
    pub fn name(self) -> &'static str {
        match self {
            CheckId::Reach => "reach",
            CheckId::Clock => "clock",
            CheckId::Create => "create",
            CheckId::DuplicateCreate => "duplicateCreate",
            CheckId::StaleWrite => "staleWrite",
            CheckId::UnknownFields => "unknownFields",
            CheckId::Since => "since",
            CheckId::UnknownParameter => "unknownParameter",
            CheckId::Paging => "paging",
            CheckId::ClaimRace => "claimRace",
            CheckId::CreateRace => "createRace",
            CheckId::BodyLimit => "bodyLimit",
            CheckId::DeleteTwice => "deleteTwice",
            CheckId::Cors => "cors",
            CheckId::CleanUp => "cleanUp",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// The desk can rely on it.
    Passed,
    /// It could not be asked, or was not wanted.
    Skipped,
    /// The desk can work with it, but this is less than the best: it will say so where it matters.
    Differs,
    /// The desk cannot work like that, or the file promises more than the backend keeps.
    Failed,
}

/// One thing that was seen.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Fact {
    /// The person stopped the test.
    Cancelled,
    /// This check builds on another, which failed or was skipped.
    After { check: CheckId },
    /// The file does not say how to ask for it.
    NotInFile,
    /// The backend refused, or gave no sensible answer.
    Problem { problem: Problem },
    /// Documents in the collection when the test began, in so many pages.
    Documents { count: usize, pages: usize },
    /// What an earlier self-test had left behind is removed.
    Leftovers { count: usize },
    /// Server time minus device time, milliseconds; half a round trip and the clock's step are the error of it.
    Skew { ms: i64, error_ms: i64 },
    /// No answer has the server's time in the header that the file names, or it names none.
    NoClock,
    /// The second write was refused, as it should be.
    Refused,
    /// The second write was answered as done, but the first one stands.
    FirstStands,
    /// The second write took the place of the first.
    Overwritten,
    /// The backend has no revisions, or the file does not say where: nothing can be refused.
    NoRevision,
    /// Fields that are not stored (JSON Pointers).
    NotStored { fields: Vec<String> },
    /// The answer to a write shows another document than the one that is stored: its revision, or these fields.
    AnswerDiffers { fields: Vec<String> },
    /// Fields that another write took away or changed (JSON Pointers).
    Lost { fields: Vec<String> },
    /// The journal is in the document as it was written.
    JournalKept,
    /// The journal is not kept.
    JournalLost,
    /// A list since the last cursor holds what is new and nothing old.
    Filters,
    /// A list since the last cursor also holds what is old: right, but slow.
    ListsOld { count: usize },
    /// New documents that a list since the cursor, with the overlap that the file gives, did not hold.
    Missed { count: usize, of: usize },
    /// The same without the overlap: what it is good for.
    MissedWithoutOverlap { count: usize, of: usize },
    /// A parameter that the backend does not know changes nothing. A slip in the file would not show.
    ParameterIgnored,
    /// With it, nothing is found: it is taken for a filter. A slip in the file would hide everything.
    ParameterFilters,
    /// It is refused: a slip in the file would show at once.
    ParameterRefused,
    /// So many documents were read in so many pages while others wrote.
    Paged { documents: usize, pages: usize },
    /// Pages that would not end, or came from the same place again.
    Endless { pages: usize },
    /// Of `racers` writes at once: rounds in which exactly one, none, or several got through.
    Race { racers: usize, rounds: u32, one: u32, none: u32, several: u32 },
    /// Rounds that say nothing, because the backend answered too few of the writes.
    Undecided { rounds: u32 },
    /// The longest document that was stored, in bytes.
    Stored { bytes: usize },
    /// The shortest that was refused, in bytes, and why.
    TooLong { bytes: usize, problem: Problem },
    /// The second deletion says that it is gone.
    GoneTwice,
    /// The second deletion is an error.
    SecondDeletion { problem: Problem },
    /// It can still be read after it was deleted.
    StillThere,
    /// The deletion is in the lists.
    Tombstone,
    /// The deletion is in no list: others find out by reconciling.
    NoTombstone,
    /// The desk and the backend have one origin, so the browser asks nobody.
    SameOrigin,
    /// A browser on this origin is let in.
    Allowed { origin: String },
    /// A browser would not send this request, or not show its answer.
    Blocked { request: String, why: Cors },
    /// The file reads this header of an answer, and a browser does not show it.
    Hidden { header: String },
    /// Documents of the self-test that were deleted.
    Removed { count: usize },
    /// Documents that cannot be deleted here; they are marked as ended, and no work list shows them.
    Ended { count: usize },
    /// Documents that could not be removed.
    Left { count: usize },
}

/// Why a browser would not go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Cors {
    /// The preflight was answered with this status.
    Preflight { status: u16 },
    /// `Access-Control-Allow-Origin` is not for this origin.
    Origin { allowed: String },
    /// `Access-Control-Allow-Methods` lacks the method.
    Method { method: String },
    /// `Access-Control-Allow-Headers` lacks the header.
    Header { header: String },
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    pub id: CheckId,
    pub verdict: Verdict,
    pub found: Vec<Fact>,
    pub seconds: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The connector's name.
    pub backend: String,
    /// When the test began, by the server's clock where it shows one.
    pub at: Timestamp,
    /// Where its documents were made.
    #[serde(serialize_with = "name")]
    pub place: Option<Collection>,
    pub checks: Vec<Check>,
    /// What the file says.
    pub declared: Promises,
    /// What was seen. Never more than that: a check that failed or was skipped promises nothing.
    pub promises: Promises,
    /// Ids of documents that could be neither deleted nor marked as ended.
    pub left: Vec<String>,
}

impl Report {
    pub fn check(&self, id: CheckId) -> Option<&Check> {
        self.checks.iter().find(|check| check.id == id)
    }

    /// Whether documents could be made and read at all; else the promises say nothing about the backend.
    pub fn is_tested(&self) -> bool {
        let create = self.check(CheckId::Create);
        create.is_some_and(|check| matches!(check.verdict, Verdict::Passed | Verdict::Differs))
    }

    /// The worst verdict of all checks.
    pub fn verdict(&self) -> Verdict {
        self.checks.iter().map(|check| check.verdict).max().unwrap_or(Verdict::Skipped)
    }
}

fn name<S: Serializer>(place: &Option<Collection>, to: S) -> Result<S::Ok, S::Error> {
    place.map(Collection::name).serialize(to)
}
