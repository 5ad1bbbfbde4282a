//! What the customer said, below the head of a case: two lines of it, and the rest at the press of a button.

use leptos::prelude::*;

use super::room::Room;
use crate::i18n::fields::FieldTexts;

/// Lines that are always shown: as in the style sheet.
const LINES: usize = 2;
/// Latin letters that surely fit into a line of the narrowest track; a Chinese character takes the room of two.
const LINE: usize = 80;

#[component]
pub fn Description(room: Room) -> impl IntoView {
    let t = move || room.t();
    let text =
        Memo::new(move |_| room.case.with(|c| c.as_ref().map(|c| c.description.trim().to_owned())).unwrap_or_default());
    let whole = RwSignal::new(false);
    let long = Memo::new(move |_| text.with(|text| is_long(text)));
    view! {
        <Show when=move || !text.with(String::is_empty)>
            <section class="case-desc" data-test="case-description" aria-label=move || FieldTexts::get(room.lang.get()).description>
                <p data-cut=move || (long.get() && !whole.get()).then_some("")>{text}</p>
                <Show when=move || long.get()>
                    <button class="link small" type="button" data-test="case-description-all" aria-expanded=move || whole.get().to_string()
                        on:click=move |_| whole.update(|w| *w = !*w)>
                        {move || if whole.get() { t().desc_less } else { t().desc_all }}
                    </button>
                </Show>
            </section>
        </Show>
    }
}

/// Whether it may take more than [`LINES`].
fn is_long(text: &str) -> bool {
    let width = |line: &str| line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
    text.lines().map(|line| width(line).div_ceil(LINE).max(1)).sum::<usize>() > LINES
}

#[cfg(test)]
mod tests {
    use super::is_long;

    #[test]
    fn two_lines_are_short_however_they_come_about() {
        assert!(!is_long("换机后登录视频客户端，提示“未开通”，但已收到扣费短信。"));
        assert!(!is_long("one\ntwo"));
        assert!(is_long("one\n\nthree"));
        assert!(is_long(&"字".repeat(81)) && !is_long(&"字".repeat(80)));
        assert!(is_long(&"a".repeat(161)));
    }
}
