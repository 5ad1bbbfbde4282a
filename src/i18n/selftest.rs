//! What the self-test asks and what it saw, in sentences.

use baton_sync::net::{Problem, ProblemKind};
use baton_sync::selftest::{CheckId, Cors, Fact};

use super::{Lang, fill};
use crate::texts;

texts! { SelfTestTexts {
    reach: "能列出来", "It can be listed";
    clock: "时钟", "Clocks";
    create: "新建", "Create";
    duplicate_create: "同号再建", "Create the same id again";
    stale_write: "用旧版本改", "Write on an old revision";
    unknown_fields: "其他字段不动", "Other fields stay";
    since: "只取新改动", "Only what is new";
    unknown_parameter: "不认识的参数", "Unknown parameter";
    paging: "边写边翻页", "Paging while others write";
    claim_race: "多人同抢一件", "Many claim at once";
    create_race: "多人同建一号", "Many create one id at once";
    body_limit: "最大篇幅", "Longest document";
    delete_twice: "删除两次", "Delete twice";
    cors: "浏览器跨站访问", "Access from the browser (CORS)";
    clean_up: "清理", "Clean-up";
    cancelled: "已停止", "Stopped";
    after: "取决于“{0}”", "Depends on \"{0}\"";
    not_in_file: "文件没有说怎么做", "The file does not say how";
    documents: "原有 {0} 份，{1} 页", "{0} {0|document|documents}, {1} {1|page|pages}";
    leftovers: "清掉上次自检留下的 {0} 份", "Removed {0} left behind by an earlier test";
    skew: "后台比本机{0} {1} 秒，误差 {2} 秒以内", "The server is {1} s {0}, give or take {2} s";
    ahead: "快", "ahead";
    behind: "慢", "behind";
    no_clock: "回答里没有后台时间，到期时间只能按本机时钟", "No answer shows the server's time: due times follow this device's clock";
    refused: "第二次被拒，正该如此", "The second write was refused, as it should be";
    first_stands: "第二次也答成功，但留下的是第一次的", "The second write was answered as done, but the first one stands";
    overwritten: "第二次盖掉了第一次", "The second write took the place of the first";
    no_revision: "没有版本号，拒不了旧版本的改动", "There is no revision, so nothing can be refused";
    answer_differs: "回答与存下的不一样：{0}", "The answer is not what is stored: {0}";
    not_stored: "没有存下：{0}", "Not stored: {0}";
    lost: "别人改一处时丢了或变了：{0}", "Lost or changed when something else was written: {0}";
    journal_kept: "经过原样保存", "The history is kept as written";
    journal_lost: "经过没有保存", "The history is not kept";
    filters: "只列出新的", "Holds what is new and nothing old";
    lists_old: "也列出旧的 {0} 份：不错，但慢", "Also holds {0} old {0|one|ones}: right, but slow";
    missed: "漏了新建的 {0} 份，共 {1} 份", "Missed {0} of {1} new {1|one|ones}";
    missed_without: "不留重叠会漏 {0} 份，共 {1} 份：重叠在起作用", "Without the overlap {0} of {1} would be missed: the overlap does its work";
    ignored: "不理会：文件里写错参数不会露出来", "It is ignored: a slip in the file would not show";
    filtered: "当成筛选，什么也没有：文件里写错参数会看不到任何资料", "It is taken for a filter and finds nothing: a slip in the file would hide everything";
    parameter_refused: "被拒：文件里写错参数会马上露出来", "It is refused: a slip in the file would show at once";
    paged: "边写边读到 {0} 份，{1} 页，不缺不重", "Read while others wrote: {0} {0|document|documents}, {1} {1|page|pages}; none missing, none twice";
    endless: "翻了 {0} 页还没完，或又回到原处", "After {0} {0|page|pages} there was no end, or the same place again";
    race: "{0} 人同时，{1} 轮：恰好一人成功 {2} 轮，无人 {3} 轮，多人 {4} 轮", "{0} at once, {1} {1|round|rounds}: exactly one got through in {2}, none in {3}, several in {4}";
    undecided: "{0} 轮回答太少，不作数", "{0} {0|round|rounds} had too few answers and {0|does|do} not count";
    stored: "存下了 {0}", "{0} were stored";
    too_long: "{0} 被拒：{1}", "{0} were refused: {1}";
    gone_twice: "第二次答已不在", "The second deletion says that it is gone";
    second_deletion: "第二次出错：{0}", "The second deletion is an error: {0}";
    still_there: "删了还读得到", "It can still be read";
    tombstone: "列表里看得到删除", "The deletion is in the lists";
    no_tombstone: "列表里看不到删除，靠整份核对发现", "The deletion is in no list: it is found by comparing everything";
    same_origin: "同一来源，浏览器不拦", "One origin: the browser lets it pass";
    allowed: "允许来源 {0}", "{0} is let in";
    blocked: "浏览器会拦下 {0}：{1}", "A browser would block {0}: {1}";
    cors_preflight: "预检答了 {0}", "the preflight was answered with {0}";
    cors_origin: "只允许来源 {0}", "only this origin is let in: {0}";
    cors_no_origin: "不允许任何其他来源", "no other origin is let in";
    cors_method: "不允许方法 {0}", "the method {0} is not allowed";
    cors_header: "不允许请求头 {0}", "the request header {0} is not allowed";
    hidden: "浏览器看不到回答里的 {0}", "A browser does not show the header {0}";
    removed: "删掉测试资料 {0} 份", "{0} test {0|document|documents} removed";
    ended: "{0} 份删不了，已标为结束，不会出现在工作列表", "{0} cannot be deleted; {0|it is|they are} marked as ended and {0|shows|show} in no work list";
    left: "{0} 份没能清掉", "{0} could not be removed";
    p_network: "没有回答", "no answer";
    p_unavailable: "后台暂时不行", "the backend has trouble";
    p_garbled: "回答看不懂", "an answer that makes no sense";
    p_signed_out: "要登录", "log in first";
    p_forbidden: "没有权限", "not allowed";
    p_rejected: "被拒", "refused";
    p_deleted: "已删除", "deleted";
    p_missing: "找不到", "not found";
    p_unreadable: "读不出", "cannot be read";
    p_not_kept: "没有保存", "not kept";
} }

/// What a check asks.
pub fn check(id: CheckId, lang: Lang) -> &'static str {
    let t = SelfTestTexts::get(lang);
    match id {
        CheckId::Reach => t.reach,
        CheckId::Clock => t.clock,
        CheckId::Create => t.create,
        CheckId::DuplicateCreate => t.duplicate_create,
        CheckId::StaleWrite => t.stale_write,
        CheckId::UnknownFields => t.unknown_fields,
        CheckId::Since => t.since,
        CheckId::UnknownParameter => t.unknown_parameter,
        CheckId::Paging => t.paging,
        CheckId::ClaimRace => t.claim_race,
        CheckId::CreateRace => t.create_race,
        CheckId::BodyLimit => t.body_limit,
        CheckId::DeleteTwice => t.delete_twice,
        CheckId::Cors => t.cors,
        CheckId::CleanUp => t.clean_up,
    }
}

/// Why the backend did not do it, with its status and its own words.
pub fn problem(problem: &Problem, lang: Lang) -> String {
    let t = SelfTestTexts::get(lang);
    let kind = match problem.kind {
        ProblemKind::Network => t.p_network,
        ProblemKind::Unavailable => t.p_unavailable,
        ProblemKind::Garbled => t.p_garbled,
        ProblemKind::SignedOut => t.p_signed_out,
        ProblemKind::Forbidden => t.p_forbidden,
        ProblemKind::Rejected => t.p_rejected,
        ProblemKind::Deleted => t.p_deleted,
        ProblemKind::Missing => t.p_missing,
        ProblemKind::Unreadable => t.p_unreadable,
        ProblemKind::NotKept => t.p_not_kept,
    };
    let words: String = problem.text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(160).collect();
    match (problem.status, words.is_empty()) {
        (0, true) => kind.to_owned(),
        (0, false) => format!("{kind} ({words})"),
        (status, true) => format!("{kind} ({status})"),
        (status, false) => format!("{kind} ({status}: {words})"),
    }
}

/// One thing that was seen.
pub fn fact(fact: &Fact, lang: Lang) -> String {
    let t = SelfTestTexts::get(lang);
    let n = |n: &usize| n.to_string();
    let list = |fields: &[String]| fields.join(" ");
    match fact {
        Fact::Cancelled => t.cancelled.into(),
        Fact::After { check: id } => fill(t.after, &[check(*id, lang)]),
        Fact::NotInFile => t.not_in_file.into(),
        Fact::Problem { problem: p } => problem(p, lang),
        Fact::Documents { count, pages } => fill(t.documents, &[&n(count), &n(pages)]),
        Fact::Leftovers { count } => fill(t.leftovers, &[&n(count)]),
        Fact::Skew { ms, error_ms } => {
            let way = if *ms < 0 { t.behind } else { t.ahead };
            fill(t.skew, &[way, &seconds(ms.abs()), &seconds((*error_ms).max(50))])
        }
        Fact::NoClock => t.no_clock.into(),
        Fact::Refused => t.refused.into(),
        Fact::FirstStands => t.first_stands.into(),
        Fact::Overwritten => t.overwritten.into(),
        Fact::NoRevision => t.no_revision.into(),
        Fact::NotStored { fields } => fill(t.not_stored, &[&list(fields)]),
        Fact::AnswerDiffers { fields } => fill(t.answer_differs, &[&list(fields)]),
        Fact::Lost { fields } => fill(t.lost, &[&list(fields)]),
        Fact::JournalKept => t.journal_kept.into(),
        Fact::JournalLost => t.journal_lost.into(),
        Fact::Filters => t.filters.into(),
        Fact::ListsOld { count } => fill(t.lists_old, &[&n(count)]),
        Fact::Missed { count, of } => fill(t.missed, &[&n(count), &n(of)]),
        Fact::MissedWithoutOverlap { count, of } => fill(t.missed_without, &[&n(count), &n(of)]),
        Fact::ParameterIgnored => t.ignored.into(),
        Fact::ParameterFilters => t.filtered.into(),
        Fact::ParameterRefused => t.parameter_refused.into(),
        Fact::Paged { documents, pages } => fill(t.paged, &[&n(documents), &n(pages)]),
        Fact::Endless { pages } => fill(t.endless, &[&n(pages)]),
        Fact::Race { racers, rounds, one, none, several } => {
            fill(t.race, &[&n(racers), &rounds.to_string(), &one.to_string(), &none.to_string(), &several.to_string()])
        }
        Fact::Undecided { rounds } => fill(t.undecided, &[&rounds.to_string()]),
        Fact::Stored { bytes } => fill(t.stored, &[&size(*bytes)]),
        Fact::TooLong { bytes, problem: p } => fill(t.too_long, &[&size(*bytes), &problem(p, lang)]),
        Fact::GoneTwice => t.gone_twice.into(),
        Fact::SecondDeletion { problem: p } => fill(t.second_deletion, &[&problem(p, lang)]),
        Fact::StillThere => t.still_there.into(),
        Fact::Tombstone => t.tombstone.into(),
        Fact::NoTombstone => t.no_tombstone.into(),
        Fact::SameOrigin => t.same_origin.into(),
        Fact::Allowed { origin } => fill(t.allowed, &[origin]),
        Fact::Blocked { request, why } => fill(t.blocked, &[request, &blocked(why, lang)]),
        Fact::Hidden { header } => fill(t.hidden, &[header]),
        Fact::Removed { count } => fill(t.removed, &[&n(count)]),
        Fact::Ended { count } => fill(t.ended, &[&n(count)]),
        Fact::Left { count } => fill(t.left, &[&n(count)]),
    }
}

fn blocked(why: &Cors, lang: Lang) -> String {
    let t = SelfTestTexts::get(lang);
    match why {
        Cors::Preflight { status } => fill(t.cors_preflight, &[&status.to_string()]),
        Cors::Origin { allowed } if allowed.is_empty() => t.cors_no_origin.into(),
        Cors::Origin { allowed } => fill(t.cors_origin, &[allowed]),
        Cors::Method { method } => fill(t.cors_method, &[method]),
        Cors::Header { header } => fill(t.cors_header, &[header]),
    }
}

fn seconds(ms: i64) -> String {
    format!("{:.1}", ms as f64 / 1000.0)
}

fn size(bytes: usize) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_has_a_name_of_its_own_in_both_languages() {
        for lang in [Lang::Zh, Lang::En] {
            let mut names: Vec<_> = CheckId::ALL.into_iter().map(|id| check(id, lang)).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), CheckId::ALL.len());
        }
    }

    #[test]
    fn facts_say_their_numbers() {
        let race = Fact::Race { racers: 16, rounds: 30, one: 28, none: 1, several: 1 };
        let words = fact(&race, Lang::En);
        assert_eq!(words, "16 at once, 30 rounds: exactly one got through in 28, none in 1, several in 1");
        assert_eq!(fact(&Fact::Skew { ms: -1500, error_ms: 40 }, Lang::Zh), "后台比本机慢 1.5 秒，误差 0.1 秒以内");
        let long = Problem::new(ProblemKind::Rejected, 413, "<html>\n too   large");
        let words = fact(&Fact::TooLong { bytes: 1_048_576, problem: long }, Lang::En);
        assert_eq!(words, "1.0 MB were refused: refused (413: <html> too large)");
    }
}
