//! The Chinese words for faults of policy packs; see `faults`.

use baton_engine::policy::{Expected, FaultCode, Found, Noun};

use super::faults::not_json;
use super::fill;

pub(super) fn chinese(code: &FaultCode) -> String {
    use FaultCode as C;
    let number = |n: &usize| n.to_string();
    match code {
        C::NotJson { line, column, reason } => not_json(*line, *column, reason),
        C::TooBig { bytes, limit } => fill("文件有 {0} 字节；规则包最多 {1} 字节", &[&number(bytes), &number(limit)]),
        C::TooDeep { limit } => fill("嵌套超过 {0} 层", &[&number(limit)]),
        C::TooManyValues { limit } => fill("规则包里超过 {0} 个值", &[&number(limit)]),
        C::TooManyFaults { limit } => fill("还有更多错误；只列出前 {0} 处", &[&number(limit)]),
        C::UnknownFormat { found, known } => fill("不认识格式“{0}”；能读的是“{1}”", &[found, known]),
        C::InBase { pack, pointer, cause } => {
            fill("在所沿用的规则包“{0}”的 {1}：{2}", &[pack, pointer, &chinese(cause)])
        }
        C::Missing { key } => fill("缺“{0}”", &[key]),
        C::UnknownKey { key, known } => fill("这里不认识“{0}”；可以写：{1}", &[key, &list(known)]),
        C::DuplicateKey { key } => fill("“{0}”在这里写了两次", &[key]),
        C::WrongType { expected, found } => fill("应是{0}，现在是{1}", &[form(*expected), &there(found)]),
        C::Empty => "不能是空的".to_owned(),
        C::TooLong { characters } => fill("超过 {0} 个字", &[&number(characters)]),
        C::TooMany { limit } => fill("这里最多 {0} 条", &[&number(limit)]),
        C::ControlCharacter => "文字里不能有控制字符或改变书写方向的字符".to_owned(),
        C::BadId { found } => fill("“{0}”不能作编号；用 1 到 64 个英文字母、数字、“-”、“_”或“.”", &[found]),
        C::OutOfRange { found, min, max } => {
            fill("应是 {0} 到 {1} 的整数，现在是{2}", &[&min.to_string(), &max.to_string(), &there(found)])
        }
        C::UnknownChoice { found, known } => fill("没有“{0}”这个选项；可选：{1}", &[found, &list(known)]),
        C::DuplicateId { id } => fill("“{0}”在这份列表里出现两次；编号不能重复", &[id]),
        C::SeatTwice { seat } => fill("席位“{0}”已属于另一个专席", &[seat]),
        C::UnknownName { noun, name, known } => {
            fill("没有叫“{1}”的{0}；现有：{2}", &[self::noun(*noun), name, &list(known)])
        }
        C::ReservedId { id } => fill("“{0}”另有用途，不能作编号", &[id]),
        C::NothingToRemove { id } => fill("所沿用的规则包里没有“{0}”，无从去掉", &[id]),
        C::RemoveNotTrue => "\"remove\" 只能是 true；要保留就不写".to_owned(),
        C::BadDuration { found } => fill("“{0}”不是时长；按 ISO 8601 写，例如 PT8H、PT30M、P15D", &[found]),
        C::NotPositive { found } => fill("时长要大于零，现在是 {0}", &[found]),
        C::DurationTooLong { found, max_days } => fill("时长 {0} 超过 {1} 天", &[found, &max_days.to_string()]),
        C::NotWholeDays { found } => fill("要写整天，例如 P15D，现在是 {0}", &[found]),
        C::BadDate { found } => fill("“{0}”不是日期；写成 YYYY-MM-DD", &[found]),
        C::WrongYear { date, year } => fill("{0} 不在这份列表的 {1} 年里", &[date, &year.to_string()]),
        C::DateTwice { date } => fill("{0} 已经列过", &[date]),
        C::DatesReversed => "最后一天早于第一天".to_owned(),
        C::BadTime { found } => fill("“{0}”不是钟点；写成 HH:MM 或 HH:MM:SS，次日可写到 48:00", &[found]),
        C::IntervalReversed { from, to } => {
            fill("{0} 到 {1}：还没开始就结束了；过了半夜用 24:00 往上加，例如次日 6 时写 30:00", &[from, to])
        }
        C::IntervalTooLate { to } => fill("要在 24:00 前开始、48:00 前结束，现在到 {0}", &[to]),
        C::Overlap { with } => fill("与 {0} 重叠", &[with]),
        C::OverlapsDay { day } => fill("与次日（{0}）的时间重叠", &[day]),
        C::HoursAndAlwaysOpen => "全天开放的日历没有每周时间；两者留一个".to_owned(),
        C::NeverOpen => "这个日历从不开放，什么都不会到期".to_owned(),
        C::BadZone { rule, reason } => {
            fill("“{0}”不是 POSIX 时区写法（例如 CST-8、EST5EDT,M3.2.0,M11.1.0）：{1}", &[rule, zone(reason)])
        }
        C::BadCalendar { reason } => fill("日历建不起来：{0}", &[reason]),
        C::YearTwice { set, year } => fill("“{0}”的 {1} 年节假日已经列过", &[set, &year.to_string()]),
        C::ExtendsCycle { path } => fill("规则包互相沿用，绕成一圈：{0}", &[&path.join(" → ")]),
        C::TooManyBases { limit } => fill("一个规则包最多沿用 {0} 个", &[&number(limit)]),
        C::UnusedRule { id } => fill("没有地方用到规则“{0}”；请在等级、时限、来访或回电里引用它，或者删掉", &[id]),
        C::ReserveTooLong { reserve, rule, limit } => {
            fill("预留 {0}，{1} 的时限 {2} 就用完了", &[reserve, rule, limit])
        }
        C::NotAnInterface { org } => {
            fill("“{0}”不是服务界面，个案不能从那里开始；写 \"interface\": true，或换一个", &[org])
        }
        C::SharedEntry { org, flow } => fill("流程“{1}”已从“{0}”开始；一个机构只有一个流程", &[org, flow]),
        C::EdgeToItself { org } => fill("“{0}”不能派给自己", &[org]),
        C::UnreachableEdge { from, entry } => fill("从“{1}”开始的个案，按这个流程到不了“{0}”", &[from, entry]),
        C::ParentCycle { id } => fill("分类“{0}”成了自己的上级", &[id]),
        C::NoAlternative => "可能不受理的业务要写 \"alternative\"，说明改怎么办".to_owned(),
        C::NoSeatWithSkill { skill } => fill("这个专席没有一个席位会“{0}”", &[skill]),
        C::RangeReversed => "\"below\" 要大于 \"atLeast\"".to_owned(),
        C::Internal => "没有发现错误，规则包却读不成".to_owned(),
    }
}

fn list(known: &[String]) -> String {
    if known.is_empty() { "无".to_owned() } else { known.join("、") }
}

fn form(expected: Expected) -> &'static str {
    match expected {
        Expected::Object => "对象 {…}",
        Expected::List => "列表 […]",
        Expected::Text => "带引号的文字",
        Expected::Flag => " true 或 false",
        Expected::Id => "编号",
        Expected::Duration => "时长，例如 \"PT8H\"",
        Expected::Time => "钟点，例如 \"09:00\"",
        Expected::Times => "一对钟点，例如 [\"09:00\", \"18:00\"]",
        Expected::Date => "日期，例如 \"2026-10-01\"",
        Expected::Years => "一对年份，例如 [2024, 2030]",
        Expected::Condition => " true、false 或 {\"flag\": …, \"is\": […]}",
    }
}

fn there(found: &Found) -> String {
    match found {
        Found::Value(value) => format!(" {value}"),
        Found::List => "列表".to_owned(),
        Found::Object => "对象".to_owned(),
    }
}

fn noun(noun: Noun) -> &'static str {
    match noun {
        Noun::Pack => "规则包",
        Noun::Calendar => "日历",
        Noun::HolidaySet => "节假日表",
        Noun::Rule => "规则",
        Noun::Class => "服务等级",
        Noun::Organisation => "机构",
        Noun::Category => "分类",
        Noun::Topic => "业务",
        Noun::Flag => "存疑之处",
        Noun::FlagOption => "存疑之处的读法",
    }
}

/// The calendar's reasons against a time zone; one that is not known here stays as it is.
fn zone(reason: &str) -> &str {
    match reason {
        "a name in angle brackets is not closed" => "“<”没有对应的“>”",
        "a zone's abbreviation needs three letters at least" => "缩写至少要三个英文字母",
        "a number is missing or too long" => "缺数字，或数字太长",
        "a number is out of range" => "数字超出范围",
        "the rule must say when daylight saving time begins and when it ends" => "要写明夏令时何时开始、何时结束",
        "the rule names daylight saving time but not when it begins and ends" => "写了夏令时，却没写何时开始、何时结束",
        "a day of change is written Mm.w.d" => "换时的日子写成 Mm.w.d",
        "there is something after the end of the rule" => "写完之后还有内容",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use baton_engine::policy::{Fault, PackLoader, check};
    use serde_json::{Value, json};

    use super::super::{Lang, faults};

    const PACK: &str = include_str!("../../public/policy/china-mobile-td.json");

    fn found(change: impl FnOnce(&mut Value)) -> Vec<Fault> {
        let mut pack: Value = serde_json::from_str(PACK).unwrap_or_default();
        change(&mut pack);
        check(&pack.to_string(), &PackLoader::new()).err().unwrap_or_default()
    }

    #[test]
    fn a_faulty_pack_is_told_in_either_language() {
        let found = found(|pack| {
            pack["rules"][0]["limit"] = json!("eight hours");
            pack["name"] = json!(7);
        });
        let told = |at: &str, lang| {
            found.iter().find(|f| f.pointer == at).map(|f| faults::pack(&f.code, lang)).unwrap_or_default()
        };
        assert_eq!(told("/rules/0/limit", Lang::Zh), "“eight hours”不是时长；按 ISO 8601 写，例如 PT8H、PT30M、P15D");
        assert!(told("/rules/0/limit", Lang::En).starts_with("\"eight hours\" is no duration"));
        assert_eq!(told("/name", Lang::Zh), "应是对象 {…}，现在是 7");
    }

    #[test]
    fn what_is_wrong_with_a_time_zone_is_told_in_chinese() {
        for rule in ["E5", "<+08-8", "EST", "EST25", "EST5EDT", "EST5EDT,M3.2.0", "EST5EDT,M3-2-0,M11.1.0", "CST-8,"] {
            let found = found(|pack| pack["zone"]["rule"] = json!(rule));
            let fault = found.iter().find(|f| f.pointer == "/zone/rule");
            let told = fault.map(|f| faults::pack(&f.code, Lang::Zh)).unwrap_or_default();
            let reason = told.split('：').next_back().unwrap_or_default();
            assert!(!reason.is_ascii(), "{rule}: {told:?} of {found:?}");
        }
    }
}
