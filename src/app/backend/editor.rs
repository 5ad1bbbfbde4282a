//! The file as text: chosen from the shipped ones, opened, pasted or typed, with line numbers; and its faults, each leading
//! to its place.

use baton_engine::order;
use baton_sync::connector::{Fault, Wrong};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::chosen;
use super::text::{line, offset, place};
use super::trial::Trial;
use crate::app::state::Desk;
use crate::i18n::backend::BackendTexts;
use crate::i18n::{Lang, faults as words, fill, lang};
use crate::ui::icon::Icon;

/// The connectors that ship with the desk: (file under /connector, name).
pub const SHIPPED: [(&str, &str); 7] = [
    ("baton", "Baton"),
    ("json-server", "json-server"),
    ("kinto", "Kinto"),
    ("couchdb", "CouchDB"),
    ("pocketbase", "PocketBase"),
    ("postgrest", "PostgREST"),
    ("tmf", "TM Forum (TMF621, 683, 629, 646)"),
];

/// A longer file is no connector.
const LONGEST: f64 = 1e6;

/// Height of a line in the editor, pixels: as in the style sheet.
const LINE: usize = 18;

/// A fault with the part of the text that it is about, and a sentence.
struct Located {
    pointer: String,
    what: String,
    range: std::ops::Range<usize>,
    line: usize,
}

/// The faults with their places. A text that is no JSON has one fault, at the place where reading stopped.
fn located(text: &str, faults: &[Fault], lang: Lang) -> Vec<Located> {
    let found = faults.iter().map(|fault| {
        let range = match fault.what {
            Wrong::NotJson { line, column, .. } => {
                let at = offset(text, line, column);
                at..text[at..].char_indices().nth(1).map_or(text.len(), |(n, _)| at + n)
            }
            _ => place(text, &fault.at).unwrap_or(0..0),
        };
        let line = line(text, range.start);
        Located { pointer: fault.at.clone(), what: words::connector(&fault.what, lang), range, line }
    });
    let mut found: Vec<_> = found.collect();
    order::sort_by_key(&mut found, |fault| fault.range.start);
    found
}

/// Selects a part of the text and scrolls to it.
fn go(field: &web_sys::HtmlTextAreaElement, text: &str, range: &std::ops::Range<usize>) {
    let units = |to: usize| u32::try_from(text[..to].encode_utf16().count()).unwrap_or(u32::MAX);
    // Of a long part the first line is enough to see where it is.
    let first = text[range.clone()].find('\n').map_or(range.end, |n| range.start + n);
    let _ = field.focus();
    let _ = field.set_selection_range(units(range.start), units(first));
    let top = line(text, range.start).saturating_sub(3) * LINE;
    field.set_scroll_top(i32::try_from(top).unwrap_or(0));
}

#[component]
pub fn Editor(trial: Trial) -> impl IntoView {
    let t = move || BackendTexts::get(lang());
    let field = NodeRef::<html::Textarea>::new();
    let gutter = NodeRef::<html::Pre>::new();
    let found = Memo::new(move |_| trial.faults());
    let lines = move || {
        let bad: Vec<usize> =
            trial.text.with(|text| located(text, &found.get(), Lang::En)).iter().map(|f| f.line).collect();
        let count = trial.text.with(|text| text.split('\n').count());
        (0..count).map(|n| view! { <i data-s=bad.contains(&n).then_some("over")>{n + 1}</i> }).collect_view()
    };
    let follow = move |_| {
        if let (Some(field), Some(gutter)) = (field.get_untracked(), gutter.get_untracked()) {
            gutter.set_scroll_top(field.scroll_top());
        }
    };
    view! {
        <section class="be-file" aria-labelledby="be-file-h">
            <header class="hline">
                <h2 id="be-file-h">{move || t().file}</h2>
                <Source trial/>
            </header>
            <div class="be-edit" data-bad=move || (!found.with(Vec::is_empty)).then_some("")>
                <pre class="be-lines" node_ref=gutter aria-hidden="true">{lines}</pre>
                <textarea node_ref=field wrap="off" spellcheck="false" autocomplete="off" data-test="connector-text"
                    aria-labelledby="be-file-h" aria-describedby="be-faults" aria-invalid=move || (!found.with(Vec::is_empty)).to_string()
                    placeholder=move || t().file_hint prop:value=trial.text on:scroll=follow
                    on:input=move |ev| trial.text.set(event_target_value(&ev))></textarea>
            </div>
            <div class="be-faults" id="be-faults">
                <p class="small" role="status" data-test="connector-fault-count" data-s=move || if found.with(Vec::is_empty) { "ok" } else { "over" }>
                    {move || match found.with(Vec::len) {
                        0 => t().no_faults.to_owned(),
                        n => fill(t().faults, &[&n.to_string()]),
                    }}
                </p>
                <ul>{move || {
                    let text = trial.text.get();
                    located(&text, &found.get(), lang()).into_iter().map(|fault| {
                        let Located { pointer, what, range, line } = fault;
                        let shown = if pointer.is_empty() { "/".to_owned() } else { pointer.clone() };
                        let text = text.clone();
                        let jump = move |_| if let Some(field) = field.get_untracked() { go(&field, &text, &range) };
                        view! {
                            <li><button type="button" class="be-fault" data-test="connector-fault" data-pointer=pointer on:click=jump>
                                <code>{shown}</code>
                                <span>{what}</span>
                                <small class="mute nowrap">{fill(t().at_line, &[&(line + 1).to_string()])}</small>
                            </button></li>
                        }
                    }).collect_view()
                }}</ul>
            </div>
        </section>
    }
}

/// Where the text comes from: a shipped file, the one in use, or one from this device's disk.
#[component]
fn Source(trial: Trial) -> impl IntoView {
    let desk = Desk::get();
    let t = move || BackendTexts::get(lang());
    let trouble = RwSignal::new(None::<String>);
    let put = move |text: String| {
        trouble.set(None);
        trial.text.set(text);
    };
    let choose = move |ev: web_sys::Event| {
        let Some(select) = ev.target().and_then(|e| e.dyn_into::<web_sys::HtmlSelectElement>().ok()) else { return };
        let name = select.value();
        // The choice is an act, not a state: the text may be edited at once.
        select.set_value("");
        if name == "present" {
            put(desk.backend.get_untracked().map(|b| b.text.clone()).unwrap_or_default());
            return;
        }
        spawn_local(async move {
            let url = format!("/connector/{name}.json");
            match chosen::fetch(&url).await {
                Some(text) => put(text),
                None => drop(trouble.try_set(Some(fill(t().not_had, &[&url])))),
            }
        });
    };
    let open = move |ev: web_sys::Event| {
        let Some(input) = ev.target().and_then(|e| e.dyn_into::<web_sys::HtmlInputElement>().ok()) else { return };
        let Some(file) = input.files().and_then(|files| files.get(0)) else { return };
        // The same file may be chosen again after it was changed.
        input.set_value("");
        if file.size() > LONGEST {
            trouble.set(Some(t().too_long.to_owned()));
            return;
        }
        spawn_local(async move {
            if let Ok(text) = JsFuture::from(file.text()).await {
                put(text.as_string().unwrap_or_default());
            }
        });
    };
    let present = move || desk.backend.with(|b| b.as_ref().map(|b| b.connector.name.clone()).unwrap_or_default());
    view! {
        <span class="grow small" data-s="over" role="alert">{move || trouble.get()}</span>
        <select class="btn be-from" data-test="connector-shipped" aria-label=move || t().start_from on:change=choose>
            <option value="" selected>{move || t().start_from}</option>
            <option value="present">{move || fill(t().present, &[&present()])}</option>
            {SHIPPED.map(|(file, name)| view! { <option value=file>{name}</option> }).collect_view()}
        </select>
        <label class="btn be-open"><input type="file" class="sr" accept=".json,application/json" data-test="connector-open" on:change=open/>
            <Icon name="clip" small=true/>{move || t().open_file}</label>
    }
}

#[cfg(test)]
mod tests {
    use baton_sync::Connector;

    use super::*;

    #[test]
    fn faults_lead_to_their_lines_and_a_broken_text_to_where_it_breaks() {
        let read = |text: &str| Connector::read(text).err().unwrap_or_default();
        let text = "{\n  \"format\": \"baton-connector/1\",\n  \"base\": 7\n}";
        let found = located(text, &read(text), Lang::En);
        let base = found.iter().find(|fault| fault.pointer == "/base");
        assert_eq!(base.map(|f| (f.line, &text[f.range.clone()], f.what.as_str())), Some((2, "7", "must be a text")));
        let broken = "{\n  \"名\": ,\n}";
        let found = located(broken, &read(broken), Lang::Zh);
        assert_eq!((found.len(), found[0].line), (1, 1));
        assert_eq!(found[0].what, "不是 JSON，第 2 行第 10 字节处：这里应是一个值");
        assert_eq!(located("", &read(""), Lang::Zh).len(), 1);
    }

    #[test]
    fn every_shipped_file_can_be_chosen() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/public/connector");
        let names = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|f| f.file_name());
        for name in names.filter_map(|n| n.into_string().ok()) {
            let stem = name.strip_suffix(".json");
            assert!(stem.is_some_and(|stem| SHIPPED.iter().any(|(file, _)| *file == stem)), "{name}");
        }
    }
}
