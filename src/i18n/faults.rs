//! Faults of connector files and policy packs in words. The English sentences are those of the readers themselves, which
//! the command line prints too; the Chinese ones stand here and in `pack_faults`. A fault without Chinese words does not
//! compile.

use baton_engine::policy::FaultCode;
use baton_sync::connector::{Loss, Unread, Wanted, Wrong};

use super::{Lang, fill, pack_faults};

/// What is wrong with a connector file.
pub fn connector(what: &Wrong, lang: Lang) -> String {
    match lang {
        Lang::En => what.to_string(),
        Lang::Zh => chinese(what),
    }
}

/// What is wrong with a policy pack.
pub fn pack(code: &FaultCode, lang: Lang) -> String {
    match lang {
        Lang::En => code.to_string(),
        Lang::Zh => pack_faults::chinese(code),
    }
}

fn chinese(what: &Wrong) -> String {
    let text = match what {
        Wrong::NotJson { line, column, reason } => return not_json(*line, *column, reason),
        Wrong::OneOf { known } => return fill("只能是其中之一：{0}", &[&known.join("、")]),
        Wrong::OutOfRange { min, max } => return fill("应是 {0} 到 {1} 的整数", &[&min.to_string(), &max.to_string()]),
        Wrong::UnknownKey { known } => return fill("这里不认识这一项；可以写：{0}", &[&known.join("、")]),
        Wrong::UnknownPlaceholder { found, known } => {
            let names: Vec<String> = known.iter().map(|name| format!("{{{name}}}")).collect();
            let known = if names.is_empty() { "无".to_owned() } else { names.join("、") };
            return fill("{0} 在这里没有意义；可以用：{1}", &[&format!("{{{found}}}"), &known]);
        }
        Wrong::NotSent { name, so } => {
            let so = match so {
                Loss::News => "每次都会把全部资料取一遍",
                Loss::Page => "每一页都会一样",
                Loss::Search => "什么也查不到",
                Loss::LogIn => "谁也登录不了",
            };
            return fill("{0} 没有发送：{1}", &[&format!("{{{name}}}"), so]);
        }
        Wrong::NoSection { section } => return fill("这里和整个文件都没有 \"{0}\"", &[section]),
        Wrong::MustBe(wanted) => form(*wanted),
        Wrong::Missing => "缺这一项",
        Wrong::Empty => "不能是空的",
        Wrong::NotClosed => "“{”没有对应的“}”",
        Wrong::Unread(Unread::Style) => "这种方式（style）用不到这一项",
        Wrong::Unread(Unread::NoDocument) => "这里不发送资料，用不到这一项",
        Wrong::Unread(Unread::NoOurs) => "没有 \"ours\"，这一项没有意义",
        Wrong::NoCollection => "一类资料也没有写",
        Wrong::RevisionNotSent => {
            "版本号没有发送，写入就不带条件：请发送 {rev}（或用 revIn），或在 /promises 里写 \"cas\": \"none\""
        }
        Wrong::NoFind => "缺这一项：编号由后台生成时，要能用我们的编号查到资料",
        Wrong::NoMark => "用标记表示删除，要写 /document/deleted",
        Wrong::NoRevision => "缺这一项：回答里只有版本号",
        Wrong::NoOrigin => "\"from\"（在资料里）和 \"envelope\"（在回答里）要写且只写一个",
        Wrong::NoOurs => "要写 \"ours\"，或要写入的 \"constant\"、\"default\"",
        Wrong::ConstantOfOurs => "不论我们的值是什么都写这个值：请去掉 \"ours\"",
        Wrong::OverlapOfText => "文字没法往回减：\"type\" 要写 \"number\" 或 \"time\"",
        Wrong::CursorOfAnotherStyle => "列表里写了 \"cursor\"，它只配 \"cursor\" 这种方式",
        Wrong::AnswerWithoutDocument => "只用于 create 和 replace，并代替 \"doc\"",
    };
    text.to_owned()
}

fn form(wanted: Wanted) -> &'static str {
    match wanted {
        Wanted::Object => "应是对象 {…}",
        Wanted::Text => "应是带引号的文字",
        Wanted::Flag => "应是 true 或 false",
        Wanted::List => "应是列表 […]",
        Wanted::Texts => "应是文字的列表，例如 [\"a\", \"b\"]",
        Wanted::Pairs => "应是对象，值都是文字，例如 {\"Accept\": \"application/json\"}",
        Wanted::LogInHeaders => "应是对象，值都是文字，例如 {\"Authorization\": \"{token}\"}",
        Wanted::Pointer => "应是 JSON Pointer：留空，或以“/”开头",
        Wanted::PointerOrNull => "应是 JSON Pointer；哪里都不放就写 null",
        Wanted::Member => "应指到资料里的一项，例如 \"/id\"",
        Wanted::Pick => "从列表里挑一个，写成 [名称=文字]",
        Wanted::Keys => "应是一到三个 JSON Pointer 的列表",
        Wanted::Header => "没有写是哪个头；写成 \"header:\" 加名称",
        Wanted::Path => "应是以“/”开头的文字",
        Wanted::Base => "应以“/”、“http://”或“https://”开头",
        Wanted::OpenBase => "不能以“/”结尾：路径自己会带",
        Wanted::Status => "不是 HTTP 状态码",
        Wanted::Statuses => "应是 HTTP 状态码的列表，例如 [409, 412]",
        Wanted::Moment => "应是时间，例如 2026-11-23T02:00:00Z",
        Wanted::Collection => "应是名称，或写明名称和自己各段的对象",
        Wanted::Values => "应是对象：我们的值对应后台的值",
        Wanted::Delete => "应是对象，或 \"mark\"",
    }
}

/// A text that breaks off as JSON; `reason` is the parser's.
pub(super) fn not_json(line: usize, column: usize, reason: &str) -> String {
    fill("不是 JSON，第 {0} 行第 {1} 字节处：{2}", &[&line.to_string(), &column.to_string(), broken(reason)])
}

/// The parser's reasons; one that is not known here stays as it is.
fn broken(reason: &str) -> &str {
    match reason {
        "EOF while parsing a list" => "列表没有写完",
        "EOF while parsing an object" => "对象没有写完",
        "EOF while parsing a string" => "引号没有合上",
        "EOF while parsing a value" => "文件到这里就断了",
        "expected `:`" => "这里应是冒号",
        "expected `,` or `]`" => "这里应是逗号或“]”",
        "expected `,` or `}`" => "这里应是逗号或“}”",
        "expected ident" => "只认得 true、false 和 null",
        "expected value" => "这里应是一个值",
        "invalid escape" => "反斜杠后面的字符不对",
        "invalid number" => "数字写得不对",
        "number out of range" => "数字太大",
        "control character (\\u0000-\\u001F) found while parsing a string" => "引号里有换行或控制字符",
        "key must be a string" => "名称要带英文双引号",
        "trailing comma" => "最后多了一个逗号",
        "trailing characters" => "结束之后还有内容",
        "recursion limit exceeded" => "嵌套太深",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use baton_sync::Connector;
    use baton_sync::connector::Fault;

    use super::*;

    fn faults(text: &str) -> Vec<Fault> {
        Connector::read(text).err().unwrap_or_default()
    }

    #[test]
    fn a_faulty_connector_is_told_in_either_language() {
        let found =
            faults(r#"{"format": "baton-connector/1", "base": 7, "list": {"limit": 0, "page": {"style": "odd"}}}"#);
        let told =
            |at: &str, lang| found.iter().find(|f| f.at == at).map(|f| connector(&f.what, lang)).unwrap_or_default();
        assert_eq!(told("/base", Lang::Zh), "应是带引号的文字");
        assert_eq!(told("/base", Lang::En), "must be a text");
        assert_eq!(told("/list/limit", Lang::Zh), "应是 1 到 10000 的整数");
        assert!(told("/list/page/style", Lang::Zh).starts_with("只能是其中之一：cursor、number、"));
        assert_eq!(told("/name", Lang::Zh), "缺这一项");
    }

    /// What stands in the file cannot be mistaken for a place to fill.
    #[test]
    fn a_placeholder_of_the_file_is_shown_as_it_is() {
        let what = Wrong::UnknownPlaceholder { found: "1".into(), known: vec!["id", "rev"] };
        assert_eq!(connector(&what, Lang::Zh), "{1} 在这里没有意义；可以用：{id}、{rev}");
    }

    #[test]
    fn what_breaks_a_text_is_told_in_chinese() {
        for text in [
            "",
            "[1",
            "{\"a\": 1",
            "\"a",
            "{\"a\" 1}",
            "[1 2]",
            "{\"a\": 1 \"b\"}",
            "tru",
            "trux",
            "{\"a\": }",
            "\"\\q\"",
            "01",
            "1e999",
            "\"a\nb\"",
            "{a: 1}",
            "[1,]",
            "{} {}",
        ] {
            let found = faults(text);
            assert_eq!(found.len(), 1, "{text}");
            let told = connector(&found[0].what, Lang::Zh);
            let reason = told.split('：').next_back().unwrap_or_default();
            assert!(!reason.is_ascii(), "{text}: {told}");
        }
        assert!(faults(&"[".repeat(500)).iter().all(|f| connector(&f.what, Lang::Zh).ends_with("嵌套太深")));
    }
}
