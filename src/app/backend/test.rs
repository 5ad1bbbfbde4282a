//! The self-test on the page: one line for each check while it runs, in words of the language in force, and what was measured.

use std::rc::Rc;

use baton_sync::selftest::{self, Check, CheckId, Options, Report, Verdict, Watch};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::promises;
use super::trial::{Trial, is_whole};
use crate::i18n::backend::BackendTexts;
use crate::i18n::{Lang, fill, lang, selftest as words};
use crate::net::{BrowserClock, BrowserRng};
use crate::ui::icon::Icon;

/// Carries what the test does to the page. The page may be gone: then it ends.
struct Follow(Trial);

impl Watch for Follow {
    fn begun(&self, check: CheckId) {
        let _ = self.0.running.try_set(Some(check));
    }

    fn ended(&self, check: &Check) {
        let check = check.clone();
        let _ = self.0.checks.try_update(|checks| checks.push(check));
    }

    fn cancelled(&self) -> bool {
        self.0.cancelled.try_get_untracked().unwrap_or(true)
    }

    async fn wait(&self, ms: u32) {
        TimeoutFuture::new(ms).await;
    }
}

fn run(trial: Trial) {
    let Some(backend) = trial.backend().filter(|_| !trial.busy.get_untracked()) else { return };
    trial.busy.set(true);
    trial.cancelled.set(false);
    trial.checks.set(Vec::new());
    trial.report.set(None);
    let net = Rc::new(trial.net.get_value());
    spawn_local(async move {
        let options = Options::default();
        let connector = &backend.connector;
        let report = selftest::run(connector, &*net, &BrowserClock, &BrowserRng, &options, &Follow(trial)).await;
        let _ = trial.running.try_set(None);
        let _ = trial.busy.try_set(false);
        let _ = trial.report.try_set(Some((backend.text.clone(), report)));
    });
}

fn verdict(verdict: Verdict, lang: Lang) -> (&'static str, &'static str) {
    let t = BackendTexts::get(lang);
    match verdict {
        Verdict::Passed => (t.passed, "ok"),
        Verdict::Differs => (t.differs, "soon"),
        Verdict::Failed => (t.failed, "over"),
        Verdict::Skipped => (t.skipped, "pause"),
    }
}

#[component]
pub fn TestPanel(trial: Trial) -> impl IntoView {
    let t = move || BackendTexts::get(lang());
    let ready = Memo::new(move |_| trial.person().is_some());
    let begun = Memo::new(move |_| trial.busy.get() || trial.report.with(Option::is_some));
    let progress = move || {
        let now = trial.running.get()?;
        let at = CheckId::ALL.iter().position(|id| *id == now).unwrap_or(0) + 1;
        Some(if trial.cancelled.get() {
            t().cancelling.to_owned()
        } else {
            fill(t().progress, &[&at.to_string(), &CheckId::ALL.len().to_string(), words::check(now, lang())])
        })
    };
    view! {
        <p class="mute small">{move || fill(t().test_more, &[promises::kind(baton_engine::model::Collection::Messages, lang())])}</p>
        <div class="hline">
            <button type="button" class="btn" data-kind="primary" data-test="test-run" disabled=move || !ready.get() || trial.busy.get() on:click=move |_| run(trial)>
                <Icon name="play" small=true/>{move || if trial.report.with(Option::is_some) { t().run_again } else { t().run_test }}
            </button>
            <Show when=move || trial.busy.get()>
                <button type="button" class="btn" data-test="test-cancel" disabled=move || trial.cancelled.get() on:click=move |_| trial.cancelled.set(true)>{move || t().cancel}</button>
            </Show>
            <span class="small mute cut" role="status" data-test="test-progress">{progress}</span>
        </div>
        <Show when=move || !ready.get()><p class="small" data-test="test-not-yet">{move || trial.first()}</p></Show>
        <Outcome trial/>
        <Show when=move || begun.get()><Checks trial/></Show>
    }
}

/// The table of checks: those done, the one under way, and those to come.
#[component]
fn Checks(trial: Trial) -> impl IntoView {
    let t = move || BackendTexts::get(lang());
    let line = move |id: CheckId| {
        let done = trial.checks.with(|checks| checks.iter().find(|c| c.id == id).cloned());
        let lang = lang();
        let t = BackendTexts::get(lang);
        let (state, word, colour, facts, seconds) = match &done {
            Some(check) => {
                let (word, colour) = verdict(check.verdict, lang);
                let facts: Vec<String> = check.found.iter().map(|f| words::fact(f, lang)).collect();
                (
                    word_of(check.verdict),
                    word,
                    colour,
                    facts,
                    Some(fill(t.seconds, &[&format!("{:.1}", check.seconds)])),
                )
            }
            None if trial.running.get() == Some(id) => ("running", t.running, "accent", Vec::new(), None),
            None if trial.busy.get() => ("waiting", t.waiting, "pause", Vec::new(), None),
            None => ("skipped", t.skipped, "pause", Vec::new(), None),
        };
        view! {
            <tr data-test="check" data-id=id.name() data-state=state>
                <th scope="row">{words::check(id, lang)}</th>
                <td><span class="tag" data-s=colour>{word}</span></td>
                <td>{facts.into_iter().map(|f| view! { <p>{f}</p> }).collect_view()}</td>
                <td class="num mute nowrap">{seconds}</td>
            </tr>
        }
    };
    view! {
        <table class="table be-checks" data-test="checks">
            <thead><tr>
                <th scope="col">{move || t().check}</th><th scope="col">{move || t().verdict}</th>
                <th scope="col">{move || t().found}</th><th scope="col"><span class="sr">{move || fill(t().seconds, &[""])}</span></th>
            </tr></thead>
            <tbody>{move || CheckId::ALL.map(line).collect_view()}</tbody>
        </table>
    }
}

fn word_of(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Differs => "differs",
        Verdict::Failed => "failed",
        Verdict::Skipped => "skipped",
    }
}

/// What the report comes to.
#[component]
fn Outcome(trial: Trial) -> impl IntoView {
    let stale = Memo::new(move |_| {
        trial.report.with(|report| report.as_ref().is_some_and(|(text, _)| trial.text.with(|now| now != text)))
    });
    move || {
        let (_, report) = trial.report.get()?;
        let t = BackendTexts::get(lang());
        let (summary, colour) = summary(&report, lang());
        let left =
            (!report.left.is_empty()).then(|| fill(t.left, &[&report.left.len().to_string(), &report.left.join(", ")]));
        Some(view! {
            <div class="note-box" data-s=colour role="status" data-test="test-outcome">
                <p class="strong">{summary}</p>
                {stale.get().then(|| view! { <p class="small">{t.stale}</p> })}
                {left.map(|words| view! { <p class="small">{words}</p> })}
            </div>
            {is_whole(&report).then(|| view! {
                <h3 class="be-h3">{t.measured}</h3>
                {promises::list(promises::worded(&report.promises, lang()))}
            })}
        })
    }
}

/// The whole in one sentence, and its colour.
fn summary(report: &Report, lang: Lang) -> (&'static str, &'static str) {
    let t = BackendTexts::get(lang);
    let any = |wanted: Verdict| report.checks.iter().any(|c| c.verdict == wanted);
    if any(Verdict::Failed) {
        (t.summary_bad, "over")
    } else if !is_whole(report) {
        (t.summary_cut, "pause")
    } else if any(Verdict::Differs) {
        (t.summary_less, "soon")
    } else {
        (t.summary_ok, "ok")
    }
}
