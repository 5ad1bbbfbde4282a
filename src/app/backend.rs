//! The page "Backend": where the desk keeps its documents and what can be relied on there; and, for those who may, trying
//! another backend: its file, log-in, self-test, ten documents, and the switch.

mod chosen;
mod editor;
mod in_use;
mod log_in;
mod preview;
pub mod promises;
mod save;
mod test;
mod text;
mod trial;

use baton_engine::model::Role;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

pub use chosen::{Backend, From, Refused as RefusedFile, in_force, note_left};
pub use in_use::origin;

use super::start::Stage;
use super::state::Desk;
use super::ui_state::{Page, Ui};
use crate::i18n::backend::BackendTexts;
use crate::i18n::{faults, fill, lang};
use crate::ui::icon::Icon;
use trial::Trial;

/// Whether the logged-in person may switch the backend of this device.
pub fn may_change(desk: Desk) -> bool {
    desk.session.with(|s| s.as_ref().is_some_and(|s| matches!(s.role, Role::Lead | Role::Admin)))
}

#[component]
pub fn BackendPage() -> impl IntoView {
    let (desk, ui) = (Desk::get(), Ui::get());
    let t = move || BackendTexts::get(lang());
    let may = Memo::new(move |_| may_change(desk));
    view! {
        <main class="page be" data-test="backend-page">
            <div class="page-head">
                <button type="button" class="btn" data-kind="quiet" on:click=move |_| ui.page.set(Page::Settings)><Icon name="left" small=true/>{move || t().to_settings}</button>
                <h1>{move || t().title}</h1><span class="mute small cut">{move || t().lead}</span>
            </div>
            <Body may/>
        </main>
    }
}

/// The same before anybody is logged in, when no backend can be reached.
#[component]
pub fn BackendAtTheDoor(stage: RwSignal<Stage>) -> impl IntoView {
    let t = move || BackendTexts::get(lang());
    view! {
        <div class="be-door">
            <main class="page be" data-test="backend-page">
                <div class="page-head">
                    <button type="button" class="btn" data-kind="quiet" data-test="to-log-in" on:click=move |_| stage.set(Stage::LogIn)><Icon name="left" small=true/>{move || t().to_log_in}</button>
                    <h1>{move || t().title}</h1><span class="mute small cut">{move || t().lead}</span>
                </div>
                <Body may=Signal::stored(true)/>
            </main>
        </div>
    }
}

#[component]
fn Body(#[prop(into)] may: Signal<bool>) -> impl IntoView {
    let t = move || BackendTexts::get(lang());
    view! {
        <Refused/>
        <in_use::InUse may_change=may/>
        <LeftBehind/>
        <Show when=move || may.get() fallback=move || view! { <p class="mute">{move || t().only_leads}</p> }>
            <Workspace/>
        </Show>
    }
}

/// The faulty file of this device is asked for no more.
fn forget(desk: Desk) {
    chosen::choose_served();
    desk.refused_connectors.update(|refused| refused.retain(|(file, _)| file.is_some()));
}

/// Files that could not be used at the start, with every fault.
#[component]
fn Refused() -> impl IntoView {
    let desk = Desk::get();
    let t = move || BackendTexts::get(lang());
    view! {
        <Show when=move || !desk.refused_connectors.with(Vec::is_empty)>
            <section class="fault-box" data-test="connector-refused">
                <h2>{move || t().refused}</h2>
                {move || desk.refused_connectors.get().into_iter().map(|(file, found)| view! {
                    <div>
                        <p class="hline"><b>{file.clone().unwrap_or_else(|| t().refused_device.to_owned())}</b>
                            {file.is_none().then(|| view! { <button type="button" class="btn" data-test="connector-forget" on:click=move |_| forget(desk)>{t().forget}</button> })}</p>
                        <ul>{found.into_iter().map(|f| view! {
                            <li><code>{if f.at.is_empty() { "/".to_owned() } else { f.at }}</code>" "{faults::connector(&f.what, lang())}</li>
                        }).collect_view()}</ul>
                    </div>
                }).collect_view()}
            </section>
        </Show>
    }
}

/// Work that waits on this device for backends that it does not work on now.
#[component]
fn LeftBehind() -> impl IntoView {
    let desk = Desk::get();
    let t = move || BackendTexts::get(lang());
    move || {
        let now = desk.backend.with(|b| b.as_ref().map(|b| b.key.clone()));
        let others = chosen::left().into_iter().filter(|l| Some(&l.key) != now.as_ref());
        others.map(|l| view! { <p class="small" data-test="left-behind">{fill(t().waiting_there, &[&l.name, &l.count.to_string()])}</p> }).collect_view()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tab {
    LogIn,
    Test,
    Preview,
    Save,
}

const TABS: [(Tab, &str); 4] =
    [(Tab::LogIn, "log-in"), (Tab::Test, "test"), (Tab::Preview, "preview"), (Tab::Save, "save")];

/// The file on one side, what can be done with it on the other.
#[component]
fn Workspace() -> impl IntoView {
    let trial = Trial::begin(Desk::get());
    let t = move || BackendTexts::get(lang());
    let tab = RwSignal::new(if trial.person().is_some() { Tab::Test } else { Tab::LogIn });
    let name = move |of: Tab| match of {
        Tab::LogIn => t().tab_log_in,
        Tab::Test => t().tab_test,
        Tab::Preview => t().tab_preview,
        Tab::Save => t().tab_save,
    };
    let step = move |ev: leptos::ev::KeyboardEvent| {
        let at = TABS.iter().position(|(of, _)| *of == tab.get_untracked()).unwrap_or(0);
        let to = match ev.key().as_str() {
            "ArrowRight" => (at + 1) % TABS.len(),
            "ArrowLeft" => (at + TABS.len() - 1) % TABS.len(),
            "Home" => 0,
            "End" => TABS.len() - 1,
            _ => return,
        };
        ev.prevent_default();
        tab.set(TABS[to].0);
        let button = document().get_element_by_id(&format!("be-tab-{}", TABS[to].1));
        if let Some(button) = button.and_then(|b| b.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = button.focus();
        }
    };
    // A panel stays as it is while another one is shown: a test goes on, a preview is not lost.
    let panel = move |of: Tab, id: &'static str, content: AnyView| {
        view! {
            <div class="be-panel" role="tabpanel" id=format!("be-{id}") aria-labelledby=format!("be-tab-{id}") tabindex="0"
                hidden=move || tab.get() != of data-test=format!("panel-{id}")>{content}</div>
        }
    };
    view! {
        <div class="be-try">
            <h2>{move || t().try_another}</h2><span class="mute small">{move || t().try_more}</span>
        </div>
        <div class="be-work">
            <editor::Editor trial/>
            <section class="be-side" aria-label=move || t().steps>
                <div class="be-tabs" role="tablist" aria-label=move || t().steps on:keydown=step>
                    {TABS.map(|(of, id)| view! {
                        <button type="button" role="tab" id=format!("be-tab-{id}") data-test=format!("tab-{id}")
                            aria-controls=format!("be-{id}") aria-selected=move || (tab.get() == of).to_string()
                            tabindex=move || if tab.get() == of { "0" } else { "-1" } on:click=move |_| tab.set(of)>{move || name(of)}</button>
                    }).collect_view()}
                </div>
                {panel(Tab::LogIn, "log-in", view! { <log_in::LogInPanel trial/> }.into_any())}
                {panel(Tab::Test, "test", view! { <test::TestPanel trial/> }.into_any())}
                {panel(Tab::Preview, "preview", view! { <preview::PreviewPanel trial/> }.into_any())}
                {panel(Tab::Save, "save", view! { <save::SavePanel trial/> }.into_any())}
            </section>
        </div>
    }
}
