//! A text beside an older one: what differs is marked, so that two long texts need not be read twice.

use leptos::prelude::*;

/// (what both begin with, what only `text` has, what both end with).
fn apart<'a>(before: &str, text: &'a str) -> (&'a str, &'a str, &'a str) {
    let alike = |(a, b): &(char, char)| a == b;
    let length = |(_, c): (char, char)| c.len_utf8();
    let head: usize = before.chars().zip(text.chars()).take_while(alike).map(length).sum();
    let rest = before[head..].chars().rev().zip(text[head..].chars().rev());
    let tail: usize = rest.take_while(alike).map(length).sum();
    (&text[..head], &text[head..text.len() - tail], &text[text.len() - tail..])
}

/// `text`, with what `before` does not have in marks.
#[component]
pub fn Apart(before: String, text: String) -> impl IntoView {
    let (head, own, tail) = apart(&before, &text);
    let own = (!own.is_empty()).then(|| view! { <mark>{own.to_owned()}</mark> });
    view! { <span class="apart">{head.to_owned()}{own}{tail.to_owned()}</span> }
}

#[cfg(test)]
mod tests {
    use super::apart;

    #[test]
    fn only_what_differs_is_marked() {
        assert_eq!(apart("无法上网", "无法打电话"), ("无法", "打电话", ""));
        assert_eq!(apart("a b c", "a x c"), ("a ", "x", " c"));
        assert_eq!(apart("aa", "aaa"), ("aa", "a", ""));
        assert_eq!(apart("aaa", "aa"), ("aa", "", ""));
        assert_eq!(apart("", "新"), ("", "新", ""));
        assert_eq!(apart("新", ""), ("", "", ""));
        assert_eq!(apart("同", "同"), ("同", "", ""));
    }
}
