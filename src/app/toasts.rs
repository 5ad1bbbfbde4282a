//! Short messages that go by themselves after five seconds; some offer to take the act back. Also the place where
//! an act that could not be kept is told.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::commands::Action;
use super::state::{Desk, Setback};
use super::ui_state::{Toast, Tone, Ui};
use crate::i18n::shell::ShellTexts;
use crate::i18n::words::{self, Words};
use crate::i18n::{fill, lang};
use crate::ui::each::Each;
use crate::ui::kbd::Hint;

/// How long a toast stays, milliseconds; a bad one stays longer.
const STAY_MS: u32 = 5_000;
const STAY_BAD_MS: u32 = 10_000;

#[component]
pub fn Toasts() -> impl IntoView {
    let (desk, ui) = (Desk::get(), Ui::get());
    Effect::new(move || {
        let Some(setback) = desk.setback.get() else { return };
        let lang = lang();
        let text = match &setback {
            Setback::Refused(refusal) => words::refusal(refusal, desk.policy().as_deref(), lang),
            Setback::Unreadable(what) => what.clone(),
            Setback::NotStored(what) => fill(ShellTexts::get(lang).setback_store, &[what]),
        };
        ui.toast(text, Tone::Bad, None);
        desk.setback.set(None);
    });
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <Each each=move || ui.toasts.get() key=|t| t.id let:toast>
                <OneToast toast/>
            </Each>
        </div>
    }
}

#[component]
fn OneToast(toast: Toast) -> impl IntoView {
    let ui = Ui::get();
    let id = toast.id;
    let dismiss = move || {
        let _ = ui.toasts.try_update(|list| list.retain(|t| t.id != id));
    };
    spawn_local(async move {
        TimeoutFuture::new(if toast.tone == Tone::Bad { STAY_BAD_MS } else { STAY_MS }).await;
        dismiss();
    });
    let undo = toast.undo.map(|undo| {
        view! {
            <button type="button" data-test="toast-undo" on:click=move |_| { undo.run(()); dismiss(); }>
                {move || Words::get(lang()).undo}<Hint act=Action::Undo/>
            </button>
        }
    });
    let bad = (toast.tone == Tone::Bad).then_some("bad");
    view! {
        <div class="toast" data-tone=bad data-test="toast">
            <span>{toast.text}</span>
            {undo}
            <button type="button" aria-label=move || Words::get(lang()).close on:click=move |_| dismiss()><span aria-hidden="true">"×"</span></button>
        </div>
    }
}
