//! One line of a seat list: who sits there, in which state, for how long, and why not him.

use baton_engine::policy::{Desk, Topic};
use baton_engine::route::{SeatVerdict, Verdict};
use leptos::prelude::*;

use super::acts::Acts;
use super::plan;
use crate::i18n::expert::ExpertTexts;
use crate::i18n::{Lang, fill, format, words};

/// A seat's state in words, as an answer to "why not him?".
pub fn reason(verdict: &Verdict, desk: &Desk, topic: Option<&Topic>, lang: Lang) -> String {
    let t = ExpertTexts::get(lang);
    match verdict {
        Verdict::Free { .. } => match topic {
            Some(topic) => format!("{}{}{}", t.free, if lang == Lang::Zh { "，" } else { ", " }, lang.of(&topic.name)),
            None => t.free.to_owned(),
        },
        Verdict::Busy { presence } => match presence {
            baton_engine::model::Presence::Reserved => t.reserved.to_owned(),
            other => words::presence(*other, lang).to_lowercase(),
        },
        Verdict::MissingSkill { skill } => fill(t.missing_skill, &[&skill_name(desk, skill, lang)]),
        Verdict::Stale => t.stale.to_owned(),
        Verdict::Asked => t.asked.to_owned(),
        Verdict::Offline => t.offline.to_owned(),
    }
}

/// A skill is shown by the topic that needs it.
pub fn skill_name(desk: &Desk, skill: &str, lang: Lang) -> String {
    let named = desk.topics.iter().find(|t| t.skill == skill).map(|t| lang.of(&t.name));
    named.map_or_else(|| skill.to_owned(), |name| short(&name))
}

/// Without what stands in brackets.
fn short(name: &str) -> String {
    name.split(['（', '(']).next().unwrap_or(name).trim_end().to_owned()
}

/// `asked`: an offer to this seat runs now.
#[component]
pub fn SeatRow(
    seat: SeatVerdict,
    desk: Desk,
    topic: Option<Topic>,
    selected: bool,
    choose: Callback<String>,
) -> impl IntoView {
    let acts = Acts::get();
    // The list is drawn anew when the language changes.
    let lang = acts.lang.get_untracked();
    let free = matches!(seat.verdict, Verdict::Free { .. });
    let place = match seat.verdict {
        Verdict::Free { place } if place <= 9 => Some(place.to_string()),
        _ => None,
    };
    let planned = desk.seats.iter().find(|s| s.id == seat.seat);
    let name = plan::person(planned, &seat.name, lang);
    let why = reason(&seat.verdict, &desk, topic.as_ref(), lang);
    let since = seat.since.filter(|_| !matches!(seat.verdict, Verdict::Offline | Verdict::Stale));
    let time = move || since.map(|s| format::length(acts.desk.now.get().since(s), acts.lang.get()));
    let id = seat.seat.clone();
    let title = why.clone();
    view! {
        <button class="seat" type="button" role="option" data-test="seat" data-id=seat.seat.clone() data-seat=plan::look(&seat.verdict)
            aria-selected=selected.to_string() aria-disabled=(!free).then_some("true") title=title
            tabindex=if selected { "0" } else { "-1" }
            on:click=move |_| if free { choose.run(id.clone()) }>
            <span class="num">{seat.seat.clone()}</span><b class="cut">{name}</b><span class="cut seat-why">{why}</span>
            <span class="num seat-time">{time}" "{place.map(|p| view! { <kbd class="kbd">{p}</kbd> })}</span>
        </button>
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn skills_are_named_without_the_small_print() {
        assert_eq!(super::short("手机支付（手机钱包、手机支付）"), "手机支付");
        assert_eq!(super::short("Mobile payment (wallet, payment)"), "Mobile payment");
    }
}
