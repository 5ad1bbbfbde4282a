//! The outcome of a try: reached, no answer, busy, wrong number. A try too early is refused by the engine; the
//! dialog says from when on it may be made.

use baton_engine::model::{AttemptOutcome, Callback as Appointment, Collection, Intent, Presence};
use leptos::prelude::*;

use crate::desk::contact::{Acts, presence};
use crate::i18n::callback::CallbackTexts;
use crate::i18n::{fill, format, words};
use crate::ui::dialog::DialogFrame;

pub const OUTCOMES: [AttemptOutcome; 4] =
    [AttemptOutcome::Reached, AttemptOutcome::NoAnswer, AttemptOutcome::Busy, AttemptOutcome::WrongNumber];

pub fn outcome(outcome: AttemptOutcome, t: &CallbackTexts) -> &'static str {
    match outcome {
        AttemptOutcome::Reached => t.reached,
        AttemptOutcome::NoAnswer => t.no_answer,
        AttemptOutcome::Busy => t.busy,
        AttemptOutcome::WrongNumber => t.wrong_number,
    }
}

#[component]
pub fn AttemptDialog(id: String) -> impl IntoView {
    let acts = Acts::get();
    let t = move || CallbackTexts::get(acts.lang.get());
    let key = StoredValue::new(id);
    let callback = Memo::new(move |_| key.with_value(|id| acts.desk.get_doc::<Appointment>(id)));
    let picked = RwSignal::new(AttemptOutcome::Reached);
    let note = RwSignal::new(String::new());
    let who = move || {
        callback
            .get()
            .map(|c| format!("{} {}", c.customer.name, format::masked(&c.customer.number)))
            .unwrap_or_default()
    };
    let refusal = move || {
        acts.desk.now.track();
        callback.track();
        let intent = Intent::LogCallbackAttempt { outcome: picked.get(), note: String::new() };
        let why = key.with_value(|id| acts.desk.would(Collection::Callbacks, id, intent))?;
        Some(words::refusal(&why, acts.desk.policy().as_deref(), acts.lang.get()))
    };
    let refused = Memo::new(move |_| refusal());
    let submit = move |ev: leptos::ev::SubmitEvent| {
        ev.prevent_default();
        let intent = Intent::LogCallbackAttempt {
            outcome: picked.get_untracked(),
            note: note.get_untracked().trim().to_owned(),
        };
        if key.with_value(|id| acts.tell(acts.desk.act_one(Collection::Callbacks, id, intent))) {
            if presence_was_outbound(acts) {
                presence::follow(acts.desk, Presence::Available);
            }
            acts.ui.close();
        }
    };
    let arrows = move |ev: leptos::ev::KeyboardEvent| {
        let by = match ev.key().as_str() {
            "ArrowRight" | "ArrowDown" => 1,
            "ArrowLeft" | "ArrowUp" => OUTCOMES.len() - 1,
            _ => return,
        };
        ev.prevent_default();
        let at = OUTCOMES.iter().position(|o| *o == picked.get_untracked()).unwrap_or(0);
        picked.set(OUTCOMES[(at + by) % OUTCOMES.len()]);
    };
    let buttons = OUTCOMES.map(|o| {
        view! {
            <button class="btn" type="button" role="radio" data-test="outcome" data-outcome=format!("{o:?}")
                aria-checked=move || (picked.get() == o).to_string()
                tabindex=move || if picked.get() == o { "0" } else { "-1" }
                on:click=move |_| picked.set(o)>{move || outcome(o, t())}</button>
        }
    });
    view! {
        <DialogFrame kind="attempt" title=Signal::derive(move || t().log_try.to_owned())>
            <form class="form" data-test="attempt" on:submit=submit>
                <p class="strong">{who}</p>
                <div class="form-l"><span id="attempt-outcome">{move || t().outcome}</span>
                    <div class="disp" role="radiogroup" aria-labelledby="attempt-outcome" on:keydown=arrows>{buttons}</div>
                </div>
                <label class="form-l"><span>{move || t().note}</span>
                    <span class="in"><input class="grow" autofocus data-test="attempt-note" placeholder=move || t().note_hint
                        prop:value=move || note.get() on:input=move |ev| note.set(event_target_value(&ev))/></span>
                </label>
                {move || refused.get().map(|r| view! { <p class="hint" data-s="soon" role="alert" data-test="attempt-refused">{r}</p> })}
                <div class="pop-f form-f"><span class="grow"></span>
                    <button class="btn" data-kind="primary" type="submit" data-test="attempt-submit" disabled=move || refused.get().is_some()>
                        {move || t().log}" "<kbd class="kbd">"↵"</kbd>
                    </button>
                </div>
            </form>
        </DialogFrame>
    }
}

fn presence_was_outbound(acts: Acts) -> bool {
    untrack(|| presence::mine(acts.desk)).is_some_and(|s| s.presence == Presence::Outbound)
}

/// `3 次，20:15` for a tooltip: the outcome and time of each try.
pub fn tries_line(callback: &Appointment, acts: Acts, t: &CallbackTexts) -> String {
    let parts: Vec<String> =
        callback.attempts.iter().map(|a| fill("{0} {1}", &[&acts.time(a.at), outcome(a.outcome, t)])).collect();
    parts.join("; ")
}
