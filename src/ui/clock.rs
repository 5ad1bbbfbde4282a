//! A running clock: glyph, colour and words for its state, ticking with the desk's one tick.

use baton_engine::clock::{Clock, ClockState};
use leptos::prelude::*;

use crate::app::state::Desk;
use crate::i18n::words::Words;
use crate::i18n::{format, lang};

/// The data-s value that colours a state.
pub fn state_key(state: ClockState) -> &'static str {
    match state {
        ClockState::Overdue => "over",
        ClockState::DueSoon => "soon",
        ClockState::OnTrack => "ok",
        ClockState::Paused => "pause",
        ClockState::Stopped => "pause",
    }
}

/// What a clock shows at `now`: remaining time and state follow from the due time, so a clock computed earlier
/// goes on ticking without being computed again. (state, remaining in ms)
pub fn ticking(clock: &Clock, now: baton_engine::time::Timestamp) -> (ClockState, baton_engine::time::Span) {
    match clock.state {
        ClockState::Paused | ClockState::Stopped => (clock.state, clock.remaining),
        _ => {
            let remaining = clock.due.since(now);
            let state = if now >= clock.due {
                ClockState::Overdue
            } else if now >= clock.soon {
                ClockState::DueSoon
            } else {
                ClockState::OnTrack
            };
            (state, remaining)
        }
    }
}

/// `clock` None shows a dash: no time of intake, or outside the calendars.
#[component]
pub fn ClockView(
    #[prop(into)] clock: Signal<Option<Clock>>,
    #[prop(optional)] big: bool,
    /// Words before the time, e.g. 总.
    #[prop(optional, into)]
    label: Signal<String>,
) -> impl IntoView {
    let desk = Desk::get();
    let shown = Memo::new(move |_| {
        let now = desk.now.get();
        clock.get().map(|c| {
            let (state, remaining) = ticking(&c, now);
            // A clock that stopped too late keeps saying so.
            let state = if c.was_late() { ClockState::Overdue } else { state };
            (state, format::length(remaining, lang()), c.used_percent())
        })
    });
    let state = move || shown.get().map_or("pause", |s| state_key(s.0));
    let percent = move || shown.get().map_or(0, |s| s.2).to_string();
    let text = move || {
        let w = Words::get(lang());
        let label = label.get();
        let space = if label.is_empty() { "" } else { " " };
        match shown.get() {
            None => "—".to_owned(),
            Some((ClockState::Overdue, length, _)) => format!("{label}{space}{}{length}", w.over_mark),
            Some((_, length, _)) => format!("{label}{space}{length}"),
        }
    };
    let hidden = move || match shown.get() {
        Some((ClockState::Paused, _, _)) => Words::get(lang()).paused_mark,
        _ => "",
    };
    view! {
        <span class=if big { "clock big" } else { "clock" } data-s=state style:--p=percent>
            <span class="sr">{hidden}</span>
            {text}
        </span>
    }
}
