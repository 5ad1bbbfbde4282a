//! Log-out with what it does to unsent work, and logging the same person in again.

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::login::worded;
use super::start::{self, LogInFault, Stage};
use super::state::Desk;
use super::ui_state::Ui;
use crate::desk::contact;
use crate::i18n::shell::ShellTexts;
use crate::i18n::words::Words;
use crate::i18n::{fill, lang};
use crate::ui::dialog::DialogFrame;

#[component]
pub fn ConfirmLogout() -> impl IntoView {
    let (desk, ui) = (Desk::get(), Ui::get());
    let stage = expect_context::<RwSignal<Stage>>();
    let t = move || ShellTexts::get(lang());
    let unsent = move || desk.outbox.with(|o| o.queued + o.sent + o.refused + o.dead);
    let go = move |_| {
        ui.close();
        ui.selected.set(None);
        contact::leave(desk);
        spawn_local(start::log_out(desk, stage));
    };
    view! {
        <DialogFrame title=Signal::derive(move || t().log_out.to_owned()) kind="logout">
            <div class="dlg-body">
                <p>{move || t().log_out_plain}</p>
                <Show when=move || { unsent() > 0 }>
                    <p class="strong" data-test="logout-unsent">{move || fill(t().log_out_unsent, &[&unsent().to_string()])}</p>
                </Show>
            </div>
            <div class="pop-f">
                <span class="grow"></span>
                <button type="button" class="btn" data-test="dialog-cancel" on:click=move |_| ui.close()>{move || Words::get(lang()).cancel}</button>
                <button type="button" class="btn" data-kind="primary" data-test="logout-confirm" on:click=go>{move || t().log_out}</button>
            </div>
        </DialogFrame>
    }
}

#[component]
pub fn LogInAgain() -> impl IntoView {
    let (desk, ui) = (Desk::get(), Ui::get());
    let t = move || ShellTexts::get(lang());
    let password = RwSignal::new(String::new());
    let fault = RwSignal::new(None::<LogInFault>);
    let busy = RwSignal::new(false);
    let submit = move |ev: leptos::ev::SubmitEvent| {
        ev.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let Some(user) = desk.session.with_untracked(|s| s.as_ref().map(|s| s.id.clone())) else { return };
        busy.set(true);
        fault.set(None);
        spawn_local(async move {
            let done = start::log_in_again(desk, &user, &password.get_untracked()).await;
            let _ = busy.try_set(false);
            match done {
                Ok(()) => ui.close(),
                Err(why) => drop(fault.try_set(Some(why))),
            }
        });
    };
    view! {
        <DialogFrame title=Signal::derive(move || t().logged_out.to_owned()) kind="login-again">
            <form on:submit=submit>
                <div class="dlg-body">
                    <p>{move || t().banner_logged_out}</p>
                    <p class="strong">{move || desk.session.with(|s| s.as_ref().map(|s| s.name.clone()))}</p>
                    <label class="login-field">
                        <span>{move || t().password}</span>
                        <span class="in"><input class="grow" type="password" autofocus autocomplete="current-password" data-test="login-again-password"
                            prop:value=password on:input=move |ev| password.set(event_target_value(&ev))/></span>
                    </label>
                    <p class="hint" data-s="over" role="alert" data-test="login-again-fault">{move || fault.get().map(|f| worded(&f, lang()))}</p>
                </div>
                <div class="pop-f"><span class="grow"></span>
                    <button type="submit" class="btn" data-kind="primary" data-test="login-again-submit" disabled=move || busy.get()>{move || t().log_in}</button>
                </div>
            </form>
        </DialogFrame>
    }
}
