//! The script of a call: five steps, one of them current, the promise with the time that the engine computed.
//! What is done is remembered here only; that the customer was verified goes into the notes.

use baton_engine::clock;
use baton_engine::model::{Case, Interaction};
use baton_engine::time::Timestamp;
use leptos::prelude::*;

use super::acts::Acts;
use super::local;
use crate::app::state::Doc;
use crate::i18n::contact::ContactTexts;
use crate::i18n::{Lang, fill, format, words};
use crate::ui::icon::Icon;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Greet,
    Verify,
    Repeat,
    Promise,
    Time,
}

const STEPS: [Step; 5] = [Step::Greet, Step::Verify, Step::Repeat, Step::Promise, Step::Time];

/// Steps done after a click on step `at`: it and all before it, or, clicked again, only those before it.
fn after_click(done: usize, at: usize) -> usize {
    if done == at + 1 { at } else { at + 1 }
}

#[component]
pub fn Script(id: String, contact: Memo<Option<Doc<Interaction>>>, case: Memo<Option<Doc<Case>>>) -> impl IntoView {
    let acts = Acts::get();
    let t = move || ContactTexts::get(acts.lang.get());
    let done = RwSignal::from(local::of(&id).step);
    let id = StoredValue::new(id);
    let mine = move || {
        contact.get().is_some_and(|c| c.is_open() && c.holder.as_ref().is_some_and(|h| h.id == acts.desk.actor().id))
    };
    let to = move |next: usize| {
        let verify = STEPS.iter().position(|s| *s == Step::Verify).is_some_and(|at| next > at);
        done.set(next);
        if verify && untrack(mine) {
            id.with_value(|id| acts.verify(id));
        }
    };
    let forward = move || to((done.get_untracked() + 1).min(STEPS.len()));
    super::on_keys(move |ev| {
        if ev.alt_key()
            && ev.key() == "ArrowDown"
            && !ev.is_composing()
            && acts.ui.dialog.try_get_untracked() == Some(None)
        {
            ev.prevent_default();
            forward();
        }
    });
    let kind = move || match (contact.get(), case.get()) {
        (Some(c), _) if !c.topic.is_empty() => t().script_expert,
        (_, Some(_)) => t().script_progress,
        _ => t().script_new,
    };
    // The due time stands still while the clock runs, so it is computed when the case changes, not every second.
    let promise = Memo::new(move |_| {
        let case = case.get()?;
        let policy = acts.desk.policy_of(&case.policy)?;
        let due = clock::reply(&policy, &case, acts.desk.now.get_untracked())?.due;
        let with = case.holders().first().map(|o| (*o).to_owned()).filter(|o| *o != acts.desk.actor().org);
        Some((due, with))
    });
    let over = Memo::new(move |_| promise.get().is_some_and(|(due, _)| acts.desk.now.get() >= due));
    let say = move || {
        let lang = acts.lang.get();
        let Some((due, with)) = promise.get() else { return view! { {t().step_promise_new} }.into_any() };
        if over.get() {
            return view! { {t().step_promise_over} }.into_any();
        }
        let policy = acts.desk.policy();
        let who = match (&policy, with) {
            (Some(p), Some(org)) => words::organisation(p, &org, lang),
            _ => t().we_ourselves.to_owned(),
        };
        let time =
            policy.map_or_else(String::new, |p| spoken(due, acts.desk.now.get_untracked(), p.home().zone(), lang));
        view! { {fill(t().step_promise_1, &[&who])}<u>{fill(t().step_promise_2, &[&time])}</u>{t().step_promise_3} }
            .into_any()
    };
    let body = move |step: Step, now: bool| match step {
        Step::Greet => {
            let org = acts.desk.actor().org;
            let name = acts.desk.policy().map_or(String::new(), |p| words::organisation(&p, &org, acts.lang.get()));
            view! { <span>{fill(t().step_greet, &[&name])}</span> }.into_any()
        }
        Step::Verify => view! { <span>{t().step_verify}</span> }.into_any(),
        Step::Repeat => {
            let text = if case.get().is_some() { t().step_repeat } else { t().step_repeat_new };
            view! { <span>{text}</span> }.into_any()
        }
        Step::Promise => view! { <span class=if now { "say" } else { "" }>{say()}</span> }.into_any(),
        Step::Time => view! { <span>{t().step_time}</span> }.into_any(),
    };
    let rows = move || {
        let done = done.get();
        STEPS
            .iter()
            .enumerate()
            .map(|(at, step)| {
                let mark = if at < done { view! { <Icon name="check"/> }.into_any() } else { view! { <i class="o"></i> }.into_any() };
                let click = move |_| to(after_click(done, at));
                view! {
                    <li aria-current=(at == done).then_some("step")>
                        <button class="step" type="button" data-test="script-step" data-done=(at < done).to_string() on:click=click>
                            {mark}{body(*step, at == done)}
                        </button>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <section aria-label=move || t().script data-test="script">
            <div class="sec-h">
                <h2>{move || t().script}</h2><span class="small mute cut grow">{kind}</span>
                <button class="small mute nowrap" type="button" on:click=move |_| forward()>{move || t().next_step}" "<kbd class="kbd">"Alt ↓"</kbd></button>
            </div>
            <ol class="steps">{rows}</ol>
        </section>
    }
}

/// A time as one says it to a customer: today is named.
pub fn spoken(at: Timestamp, now: Timestamp, zone: &baton_engine::calendar::Zone, lang: Lang) -> String {
    let moment = format::moment(at, now, zone, lang);
    if zone.local(at).0 != zone.local(now).0 {
        return moment;
    }
    match lang {
        Lang::Zh => format!("今天 {moment}"),
        Lang::En => format!("{moment} today"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clicking_a_step_finishes_it_and_clicking_it_again_takes_it_back() {
        assert_eq!(after_click(0, 2), 3);
        assert_eq!(after_click(3, 2), 2);
        assert_eq!(after_click(5, 0), 1);
    }
}
