//! Choosing the presence: at once, or, during a call, what one becomes after it.

use baton_engine::model::{Interaction, Presence};
use baton_engine::time::Timestamp;
use leptos::prelude::*;

use super::acts::Acts;
use super::alerts::dot;
use super::presence;
use crate::i18n::contact::ContactTexts;
use crate::i18n::{format, words};
use crate::ui::dialog::DialogFrame;

/// What one may choose, in the order of the list; the digit is its place.
const CHOICES: [Presence; 6] =
    [Presence::Available, Presence::Break, Presence::Meal, Presence::Training, Presence::Outbound, Presence::Offline];

#[component]
pub fn PresenceDialog() -> impl IntoView {
    let acts = Acts::get();
    let t = move || ContactTexts::get(acts.lang.get());
    let seat = Memo::new(move |_| presence::seat_id(acts.desk));
    let mine = Memo::new(move |_| presence::mine(acts.desk));
    // During a call or its wrap-up the choice is for afterwards.
    let busy = Memo::new(move |_| {
        let me = acts.desk.actor().id;
        !acts.desk.find::<Interaction>(|i| presence::voice_of(i, &me)).is_empty()
    });
    let then = presence::then();
    let current = {
        let then = then.clone();
        Memo::new(move |_| if busy.get() { Some(then.get()) } else { mine.get().map(|s| s.presence) })
    };
    let choose = {
        let then = then.clone();
        move |value: Presence| {
            if busy.get_untracked() && value != Presence::Offline {
                then.set(value);
                acts.ui.close();
            } else if acts.tell(presence::set(acts.desk, value)) {
                acts.ui.close();
            }
        }
    };
    let by_digit = choose.clone();
    super::on_keys(move |ev| {
        let digit = ev.key().parse::<usize>().ok().filter(|d| (1..=CHOICES.len()).contains(d));
        if let (false, Some(digit)) = (ev.ctrl_key() || ev.alt_key() || ev.meta_key(), digit) {
            ev.prevent_default();
            by_digit(CHOICES[digit - 1]);
        }
    });
    let arrows = move |ev: leptos::ev::KeyboardEvent| {
        let by: i64 = match ev.key().as_str() {
            "ArrowDown" => 1,
            "ArrowUp" => -1,
            _ => return,
        };
        ev.prevent_default();
        let at = focused_choice().unwrap_or(0) as i64 + by;
        super::focus(&format!("[data-test='presence-choice'][data-at='{}']", at.rem_euclid(CHOICES.len() as i64)));
    };
    let rows = move || {
        let lang = acts.lang.get();
        CHOICES
            .into_iter()
            .enumerate()
            .map(|(n, value)| {
                let choose = choose.clone();
                let on = Memo::new(move |_| current.get() == Some(value));
                let word = if value == Presence::Offline { t().presence_leave } else { words::presence(value, lang) };
                let since = mine.get().filter(|s| s.presence == value).and_then(|s| s.since).map(|at| since_text(&acts, at));
                view! {
                    <button class="opt" type="button" role="menuitemradio" data-test="presence-choice" data-at=n data-presence=format!("{value:?}")
                        aria-checked=move || on.get().to_string()
                        tabindex=move || if on.get() || (current.get().is_none() && n == 0) { "0" } else { "-1" }
                        on:click=move |_| choose(value)>
                        <span class="o" data-dot=dot(value)></span><span class="grow">{word}</span>
                        <span class="small mute num">{since}</span><kbd class="kbd">{n + 1}</kbd>
                    </button>
                }
            })
            .collect_view()
    };
    request_animation_frame(|| super::focus("[data-test='presence-choice'][tabindex='0']"));
    let label = Signal::derive(move || if busy.get() { t().presence_after } else { t().presence_now }.to_owned());
    view! {
        <DialogFrame kind="presence" title=label>
            {move || match seat.get() {
                None => view! { <p class="sheet-q" data-test="no-seat">{t().presence_none}</p> }.into_any(),
                Some(_) => view! {
                    <div class="opts" role="menu" aria-label=move || label.get() data-test="presence" on:keydown=arrows>{rows.clone()}</div>
                    <div class="pop-f">{if busy.get() { t().presence_hint_after } else { t().presence_hint }}</div>
                }.into_any(),
            }}
        </DialogFrame>
    }
}

fn since_text(acts: &Acts, at: Timestamp) -> String {
    format::length(acts.desk.now.get_untracked().since(at), acts.lang.get_untracked())
}

fn focused_choice() -> Option<usize> {
    let active = web_sys::window()?.document()?.active_element()?;
    active.get_attribute("data-at")?.parse().ok()
}
