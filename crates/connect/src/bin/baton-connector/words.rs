//! The report in English.

use baton_sync::connector::Cas;
use baton_sync::selftest::{CheckId, Cors, Fact, Report, Verdict};

pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Differs => "differs",
        Verdict::Failed => "FAILED",
        Verdict::Skipped => "skipped",
    }
}

pub fn check(id: CheckId) -> &'static str {
    match id {
        CheckId::Reach => "list a collection to its end",
        CheckId::Clock => "the server's clock",
        CheckId::Create => "create a document",
        CheckId::DuplicateCreate => "create it again",
        CheckId::StaleWrite => "write on an old revision",
        CheckId::UnknownFields => "change one field, keep the others",
        CheckId::Since => "list what is new",
        CheckId::UnknownParameter => "a parameter nobody knows",
        CheckId::Paging => "pages while others write",
        CheckId::ClaimRace => "race: many replace one revision",
        CheckId::CreateRace => "race: many create one id",
        CheckId::BodyLimit => "long documents",
        CheckId::DeleteTwice => "delete twice",
        CheckId::Cors => "a browser on another origin",
        CheckId::CleanUp => "cleaning up",
    }
}

pub fn fact(fact: &Fact) -> String {
    match fact {
        Fact::Cancelled => "stopped".into(),
        Fact::After { check: before } => format!("needs \"{}\"", check(*before)),
        Fact::NotInFile => "the file does not say how, or this person may not".into(),
        Fact::Problem { problem } => match problem.status {
            0 => problem.text.clone(),
            status => format!("status {status}: {}", problem.text),
        },
        Fact::Documents { count, pages } => format!("{} in {}", many(*count, "document"), many(*pages, "page")),
        Fact::Leftovers { count } => format!("{count} left behind by an earlier test are removed"),
        Fact::Skew { ms, error_ms } => format!("{ms} ms ahead of this device's, give or take {error_ms} ms"),
        Fact::NoClock => "no answer says what time it is: the desk trusts the device's clock".into(),
        Fact::Refused => "refused, as it should be".into(),
        Fact::FirstStands => "answered as done, but the first one stands".into(),
        Fact::Overwritten => "the second write took the place of the first".into(),
        Fact::NoRevision => "there are no revisions".into(),
        Fact::AnswerDiffers { fields } if fields.is_empty() => {
            "the answer shows another revision than is stored".into()
        }
        Fact::AnswerDiffers { fields } => format!("the answer does not show {} as stored", fields.join(" ")),
        Fact::NotStored { fields } => format!("not stored: {}", fields.join(" ")),
        Fact::Lost { fields } => format!("lost: {}", fields.join(" ")),
        Fact::JournalKept => "the journal is kept".into(),
        Fact::JournalLost => "the journal is not kept".into(),
        Fact::Filters => "new documents and nothing old".into(),
        Fact::ListsOld { count } => format!("{count} old documents came along"),
        Fact::Missed { count, of } => format!("{count} of {of} were missed"),
        Fact::MissedWithoutOverlap { count, of } => format!("without the overlap {count} of {of} would be missed"),
        Fact::ParameterIgnored => "ignored: a slip in the file would not show".into(),
        Fact::ParameterFilters => "taken for a filter: a slip in the file would hide everything".into(),
        Fact::ParameterRefused => "refused: a slip in the file would show".into(),
        Fact::Paged { documents, pages } => format!("{} in {}", many(*documents, "document"), many(*pages, "page")),
        Fact::Endless { pages } => format!("the list does not end, or stands still, after {pages} pages"),
        Fact::Race { racers, rounds, one, none, several } => {
            format!("{racers} at once, {rounds} rounds: one winner {one}, none {none}, several {several}")
        }
        Fact::Undecided { rounds } => format!("{rounds} rounds say nothing: too many were turned away"),
        Fact::Stored { bytes } => format!("up to {bytes} bytes are stored"),
        Fact::TooLong { bytes, problem } => format!("{bytes} are refused (status {})", problem.status),
        Fact::GoneTwice => "the second time it says that it is gone".into(),
        Fact::SecondDeletion { problem } => format!("the second time: status {}: {}", problem.status, problem.text),
        Fact::StillThere => "it can still be read".into(),
        Fact::Tombstone => "the deletion is in the lists".into(),
        Fact::NoTombstone => "the deletion is in no list".into(),
        Fact::SameOrigin => "the desk and the backend share one origin".into(),
        Fact::Allowed { origin } => format!("{origin} is let in"),
        Fact::Blocked { request, why } => format!("{request} is blocked: {}", blocked(why)),
        Fact::Hidden { header } => format!("the header {header} is not shown to a browser"),
        Fact::Removed { count } => format!("{} removed", many(*count, "document")),
        Fact::Ended { count } => format!("{count} documents cannot be deleted here and stay, as ended"),
        Fact::Left { count } => format!("{count} documents could not be removed"),
    }
}

fn blocked(why: &Cors) -> String {
    match why {
        Cors::Preflight { status } => format!("the preflight has status {status}"),
        Cors::Origin { allowed } if allowed.is_empty() => "no origin is let in".into(),
        Cors::Origin { allowed } => format!("only {allowed} is let in"),
        Cors::Method { method } => format!("{method} is not among the methods"),
        Cors::Header { header } => format!("the header {header} may not be sent"),
    }
}

/// A table of what can be promised, beside what the file says.
pub fn promises(report: &Report) -> String {
    let (seen, said) = (&report.promises, &report.declared);
    let mut out = String::new();
    let mut row = |name: &str, seen: &str, said: &str| out.push_str(&format!("  {name:<46} {seen:<10} {said}\n"));
    row("promise", "measured", "the file says");
    row("a stale write is refused", cas(seen.cas), cas(said.cas));
    row("of many that create one id, one gets through", yes(seen.create_once), yes(said.create_once));
    row("the journal is kept", yes(seen.journal), yes(said.journal));
    row("deletions are in the lists", yes(seen.tombstones), yes(said.tombstones));
    row("a list since a cursor misses nothing", yes(seen.since), yes(said.since));
    let worst = match report.verdict() {
        _ if !report.is_tested() => "could not be tested",
        Verdict::Failed => "not usable as the file says: a check failed",
        _ => "usable",
    };
    out.push_str(&format!("  {}: {worst}\n", report.backend));
    out
}

fn cas(cas: Cas) -> &'static str {
    match cas {
        Cas::Atomic => "always",
        Cas::Doubtful => "mostly",
        Cas::None => "no",
    }
}

pub fn many(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}
