//! A text beside an older one: what differs is marked, so that two long texts need not be read twice.

use leptos::prelude::*;

/// Fewer signs in common than this are chance, unless both texts begin or end with them.
const SHORTEST: usize = 3;
/// Longer stretches are not searched: the time goes with the square.
const LONGEST: usize = 600;

/// The pieces of `text` in order; true: `before` does not have it there.
fn pieces(before: &str, text: &str) -> Vec<(bool, String)> {
    let (before, text): (Vec<char>, Vec<char>) = (before.chars().collect(), text.chars().collect());
    let alike = |(a, b): &(&char, &char)| a == b;
    let head = before.iter().zip(&text).take_while(alike).count();
    let tail = before[head..].iter().rev().zip(text[head..].iter().rev()).take_while(alike).count();
    let mut out = Vec::new();
    push(&mut out, false, &text[..head]);
    differ(&before[head..before.len() - tail], &text[head..text.len() - tail], &mut out);
    push(&mut out, false, &text[text.len() - tail..]);
    out
}

/// The longest stretch that both have stays unmarked; what lies before and after it is treated the same way.
fn differ(before: &[char], text: &[char], out: &mut Vec<(bool, String)>) {
    match common(before, text) {
        None => push(out, true, text),
        Some((b, t, length)) => {
            differ(&before[..b], &text[..t], out);
            push(out, false, &text[t..t + length]);
            differ(&before[b + length..], &text[t + length..], out);
        }
    }
}

/// Where the longest common stretch begins in both, and its length.
fn common(before: &[char], text: &[char]) -> Option<(usize, usize, usize)> {
    if before.len().max(text.len()) > LONGEST {
        return None;
    }
    let mut best = (0, 0, 0);
    // Length of the stretch that ends at each place of `text`, for the present sign of `before`.
    let mut ends = vec![0usize; text.len() + 1];
    for (b, sign) in before.iter().enumerate() {
        for t in (0..text.len()).rev() {
            ends[t + 1] = if text[t] == *sign { ends[t] + 1 } else { 0 };
            if ends[t + 1] > best.2 {
                best = (b + 1 - ends[t + 1], t + 1 - ends[t + 1], ends[t + 1]);
            }
        }
    }
    (best.2 >= SHORTEST).then_some(best)
}

fn push(out: &mut Vec<(bool, String)>, own: bool, piece: &[char]) {
    if piece.is_empty() {
        return;
    }
    match out.last_mut() {
        Some((last, text)) if *last == own => text.extend(piece),
        _ => out.push((own, piece.iter().collect())),
    }
}

/// `text`, with what `before` does not have in marks.
#[component]
pub fn Apart(before: String, text: String) -> impl IntoView {
    let piece = |(own, text): (bool, String)| {
        if own { view! { <mark>{text}</mark> }.into_any() } else { text.into_any() }
    };
    view! { <span class="apart">{pieces(&before, &text).into_iter().map(piece).collect_view()}</span> }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, pieces};

    /// What is marked stands in brackets.
    fn marked(before: &str, text: &str) -> String {
        let piece = |(own, text): (bool, String)| if own { format!("[{text}]") } else { text };
        pieces(before, text).into_iter().map(piece).collect()
    }

    #[test]
    fn only_what_differs_is_marked() {
        for (before, text, shown) in [
            ("无法上网", "无法打电话", "无法[打电话]"),
            ("短信收不到", "短信、彩信都收不到", "短信[、彩信都]收不到"),
            (
                "昨晚起收不到短信。请查是否有积压。",
                "昨晚八点起收不到短信。请查是否有积压，并回电。",
                "昨晚[八点]起收不到短信。请查是否有积压[，并回电]。",
            ),
            ("aa", "aaa", "aa[a]"),
            ("aaa", "aa", "aa"),
            ("", "新", "[新]"),
            ("新", "", ""),
            ("同", "同", "同"),
        ] {
            assert_eq!(marked(before, text), shown);
        }
    }

    #[test]
    fn long_texts_are_marked_as_a_whole_between_what_they_begin_and_end_with() {
        let middle = "中".repeat(LONGEST + 1);
        assert_eq!(marked(&format!("始{middle}终"), &format!("始新{middle}新终")), format!("始[新{middle}新]终"));
    }
}
