//! The desk page: three columns, and which room fills the middle.

use baton_engine::model::{Callback, Case, Collection, Interaction};
use leptos::prelude::*;

use super::worklist::WorklistView;
use super::{callbacks, case, contact, customer};
use crate::app::commands::Action;
use crate::app::state::Desk;
use crate::app::ui_state::Ui;
use crate::i18n::lang;
use crate::i18n::shell::ShellTexts;
use crate::ui::icon::Icon;
use crate::ui::kbd::Hint;

#[component]
pub fn DeskPage() -> impl IntoView {
    let (desk, ui) = (Desk::get(), Ui::get());
    let number = Memo::new(move |_| match ui.selected.get()? {
        (Collection::Cases, id) => desk.get_doc::<Case>(&id).map(|d| d.customer.number.clone()),
        (Collection::Interactions, id) => desk.get_doc::<Interaction>(&id).map(|d| d.customer.number.clone()),
        (Collection::Callbacks, id) => desk.get_doc::<Callback>(&id).map(|d| d.customer.number.clone()),
        _ => None,
    });
    let chosen = Memo::new(move |_| ui.selected.get());
    view! {
        <main class="desk" data-side=move || ui.side_open.get().then_some("open")>
            <WorklistView/>
            <section class="col centre" tabindex="-1">
                <contact::ContactAlerts/>
                {move || match chosen.get() {
                    Some((Collection::Cases, id)) => view! { <case::CaseView id=id/> }.into_any(),
                    Some((Collection::Interactions, id)) => view! { <contact::ContactView id=id/> }.into_any(),
                    Some((Collection::Callbacks, id)) => view! { <callbacks::CallbackView id=id/> }.into_any(),
                    _ => view! { <Nothing/> }.into_any(),
                }}
            </section>
            <aside class="col side">
                <Show when=move || number.get().is_some()>
                    <customer::CustomerCard number=Signal::derive(move || number.get().unwrap_or_default())/>
                </Show>
            </aside>
        </main>
    }
}

#[component]
fn Nothing() -> impl IntoView {
    let t = move || ShellTexts::get(lang());
    view! {
        <div class="empty">
            <Icon name="inbox"/>
            <h1>{move || t().pick_row}</h1>
            <span>{move || t().pick_row_more}" "<Hint act=Action::Next/>" "<Hint act=Action::Previous/></span>
        </div>
    }
}
