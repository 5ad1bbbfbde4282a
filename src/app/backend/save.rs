//! Switching: to the file of the editor, or back to the backend that the site serves. Work that waits for the backend in
//! force stays in its own database on this device, and the person is told how much.

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::chosen::{self, Backend};
use super::promises;
use super::text::with_member;
use super::trial::Trial;
use crate::app::browser::download;
use crate::app::start;
use crate::app::state::Desk;
use crate::desk::contact;
use crate::i18n::backend::BackendTexts;
use crate::i18n::{fill, lang};
use baton_engine::model::Role;
use baton_sync::connector::Promises;
use baton_sync::selftest::Report;
use serde_json::{Value, json};

/// The file with what the self-test measured written into it.
fn measured(text: &str, report: &Report) -> String {
    let Promises { cas, create_once, journal, tombstones, since } = report.promises;
    let tested = report.at.to_string();
    let promises =
        json!({ "cas": cas, "createOnce": create_once, "since": since, "tombstones": tombstones, "tested": tested });
    let mut written = with_member(text, "", "promises", &promises.to_string()).unwrap_or_else(|| text.to_owned());
    if !journal {
        let file: Value = serde_json::from_str(text).unwrap_or_default();
        let own =
            file["collections"].as_object().into_iter().flatten().filter(|(_, home)| home["document"].is_object());
        let places = own.map(|(name, _)| format!("/collections/{name}/document")).chain(["/document".to_owned()]);
        for place in places {
            written = with_member(&written, &place, "journal", "\"nowhere\"").unwrap_or(written);
        }
    }
    written
}

/// Acts of this desk that the backend in force has not confirmed.
pub fn unsent(desk: Desk) -> usize {
    desk.outbox.with(|o| o.queued + o.sent + o.refused + o.dead)
}

/// Starts anew on the backend that is chosen from now on; whoever is logged in at another one is logged out first.
pub fn switch(desk: Desk, to: Option<&Backend>) {
    let now = desk.backend.get_untracked();
    let same = now.as_deref().zip(to).is_some_and(|(now, to)| now.key == to.key && now.door == to.door);
    let person = desk.session.with_untracked(|s| s.as_ref().map(|s| s.id.clone())).filter(|_| !same);
    if let Some((now, person)) = now.zip(person.as_deref()) {
        chosen::note_left(&now, person, untrack(|| unsent(desk)));
        contact::leave(desk);
    }
    spawn_local(async move {
        if person.is_some() {
            start::end(desk).await;
        }
        if let Some(window) = web_sys::window() {
            let _ = window.location().reload();
        }
    });
}

#[component]
pub fn SavePanel(trial: Trial) -> impl IntoView {
    let desk = Desk::get();
    let t = move || BackendTexts::get(lang());
    let name = Memo::new(move |_| trial.backend().map(|b| b.connector.name.clone()));
    let same = Memo::new(move |_| {
        let now = desk.backend.get();
        now.zip(trial.backend()).is_some_and(|(now, then)| now.key == then.key && now.door == then.door)
    });
    let here = Memo::new(move |_| desk.session.with(Option::is_some));
    let report = Memo::new(move |_| trial.fresh_report());
    let (sure, trouble) = (RwSignal::new(false), RwSignal::new(false));
    let text = move || {
        let text = trial.text.get_untracked();
        report.get_untracked().map_or_else(|| text.clone(), |report| measured(&text, &report))
    };
    let save = move |_| {
        let Some(backend) = trial.backend() else { return };
        if here.get_untracked() && !same.get_untracked() && !sure.get_untracked() {
            sure.set(true);
            return;
        }
        if chosen::choose(&text()) {
            trial.settle();
            switch(desk, Some(&backend));
        } else {
            trouble.set(true);
        }
    };
    let admin = Memo::new(move |_| desk.session.with(|s| s.as_ref().is_some_and(|s| s.role == Role::Admin)));
    let words = move || match (same.get(), sure.get()) {
        (false, true) => t().save_sure,
        (false, false) => t().save_switch,
        (true, _) => t().save,
    };
    view! {
        {move || match name.get() {
            None => view! { <p class="mute">{t().mend_first}</p> }.into_any(),
            Some(name) => view! {
                <p>{fill(if same.get() { t().save_same } else { t().save_more }, &[&name])}</p>
                {match report.get() {
                    Some(report) => view! {
                        <p class="mute small">{t().saved_as_tested}</p>
                        {promises::list(promises::worded(&report.promises, lang()))}
                    }.into_any(),
                    None => view! { <div class="note-box" data-s="soon" data-test="save-untested"><p>{t().save_untested}</p></div> }.into_any(),
                }}
                <Waiting same/>
                <div class="hline">
                    <button type="button" class="btn" data-kind="primary" data-test="connector-save" disabled=move || trial.busy.get()
                        on:click=save on:blur=move |_| { let _ = sure.try_set(false); }>{words}</button>
                    <span class="small" data-s="over" role="alert">{move || trouble.get().then(|| t().not_stored)}</span>
                </div>
            }.into_any(),
        }}
        <Show when=move || admin.get() && name.with(Option::is_some)>
            <h3 class="be-h3">{move || t().for_everybody}</h3>
            <p class="mute small">{move || t().for_everybody_more}</p>
            <div class="hline"><button type="button" class="btn" data-test="connector-download" on:click=move |_| download("baton.json", &text())>
                {move || t().download}</button></div>
        </Show>
    }
}

/// How much waits for the backend in force, which a switch leaves behind.
#[component]
pub fn Waiting(#[prop(into)] same: Signal<bool>) -> impl IntoView {
    let desk = Desk::get();
    let words = move || {
        let waiting = unsent(desk);
        let name = desk.backend.with(|b| b.as_ref().map(|b| b.connector.name.clone()).unwrap_or_default());
        (waiting > 0 && !same.get())
            .then(|| fill(BackendTexts::get(lang()).waiting_here, &[&name, &waiting.to_string()]))
    };
    move || words().map(|words| view! { <p class="strong" role="status" data-test="unsent-stay">{words}</p> })
}

#[cfg(test)]
mod tests {
    use super::*;
    use baton_engine::time::Timestamp;

    #[test]
    fn what_was_measured_is_written_into_the_file_and_the_rest_stays_as_it_was() {
        let report = Report {
            backend: "Baton".into(),
            at: Timestamp::from_millis(0),
            place: None,
            checks: Vec::new(),
            declared: Promises::default(),
            promises: Promises { create_once: true, ..Promises::default() },
            left: Vec::new(),
        };
        let text = chosen::Backend::shipped().text;
        let written = measured(&text, &report);
        let backend = Backend::read(&written, chosen::From::Device).unwrap_or_else(|faults| panic!("{faults:?}"));
        assert_eq!(backend.connector.promises(), Promises { tombstones: false, ..report.promises });
        assert_eq!(backend.connector.tested(), Some(report.at));
        let value: Value = serde_json::from_str(&written).unwrap_or_default();
        assert_eq!(value["clock"], "X-Baton-Now");
        let again: Value = serde_json::from_str(&measured(&written, &report)).unwrap_or_default();
        assert_eq!(again, value);
    }
}
