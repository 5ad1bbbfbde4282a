//! Logging in to the backend that is being tried: for the trial only, kept in this page's memory.

use baton_engine::model::Role;
use baton_sync::auth::Style;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::trial::{Entered, Trial};
use crate::app::login::worded;
use crate::app::session::Session;
use crate::app::start::{self, LogInFault};
use crate::i18n::backend::BackendTexts;
use crate::i18n::{Lang, fill, lang};
use crate::net::DeskNet;

#[component]
pub fn LogInPanel(trial: Trial) -> impl IntoView {
    let t = move || BackendTexts::get(lang());
    let again = RwSignal::new(false);
    let person = Memo::new(move |_| trial.person());
    move || {
        let Some(backend) = trial.backend() else {
            return view! { <p class="mute">{t().mend_first}</p> }.into_any();
        };
        if backend.connector.auth_style() == Style::None {
            return view! { <p>{t().nobody_asked}</p> }.into_any();
        }
        match person.get() {
            Some(person) if !again.get() => view! { <Described person again/> }.into_any(),
            _ => view! { <Form trial again/> }.into_any(),
        }
    }
}

/// The person as the backend describes him: what the connector's `person` makes of it shows here.
#[component]
fn Described(person: Session, again: RwSignal<bool>) -> impl IntoView {
    let t = move || BackendTexts::get(lang());
    let profile = person.profile.clone();
    let lines = move || {
        let t = t();
        let said = |value: &str| if value.is_empty() { t.p_unknown.to_owned() } else { value.to_owned() };
        let lines = [
            (t.user, said(&person.id)),
            (t.p_name, said(&person.name)),
            (t.p_role, role(person.role, lang()).to_owned()),
            (t.p_org, said(&profile.org)),
            (t.p_desk, said(profile.desk.as_deref().unwrap_or_default())),
            (t.p_seat, said(profile.seat.as_deref().unwrap_or_default())),
            (t.p_policy, said(profile.policy.as_deref().unwrap_or_default())),
        ];
        lines.map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> }).collect_view()
    };
    view! {
        <p class="mute small">{move || t().person_is}</p>
        <dl class="be-facts" data-test="trial-person">{lines}</dl>
        <div class="hline"><button type="button" class="btn" data-test="trial-again" on:click=move |_| again.set(true)>{move || t().again}</button></div>
    }
}

pub fn role(role: Role, lang: Lang) -> &'static str {
    let t = BackendTexts::get(lang);
    match role {
        Role::Agent => t.role_agent,
        Role::Lead => t.role_lead,
        Role::Admin => t.role_admin,
        Role::Kiosk => t.role_kiosk,
        Role::System => t.role_system,
    }
}

#[component]
fn Form(trial: Trial, again: RwSignal<bool>) -> impl IntoView {
    let t = move || BackendTexts::get(lang());
    let (user, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let fault = RwSignal::new(None::<LogInFault>);
    let busy = RwSignal::new(false);
    let submit = move |ev: leptos::ev::SubmitEvent| {
        ev.prevent_default();
        let Some(backend) = trial.backend().filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        fault.set(None);
        spawn_local(async move {
            let found = start::get_in(&backend, &user.get_untracked(), &password.get_untracked()).await;
            let _ = busy.try_set(false);
            match found {
                Ok((person, headers)) => {
                    if backend.connector.auth_style() == Style::Session {
                        let _ = trial.owes.try_set_value(true);
                    }
                    let net = DeskNet::default();
                    net.carry(headers);
                    let _ = trial.net.try_set_value(net);
                    let _ = again.try_set(false);
                    let _ = trial.entered.try_set(Some(Entered { door: backend.door.clone(), person }));
                }
                Err(why) => drop(fault.try_set(Some(why))),
            }
        });
    };
    let why = move || {
        let fault = fault.get()?;
        let name = trial.backend().map(|b| b.base.clone()).unwrap_or_default();
        Some(match fault {
            LogInFault::NoNetwork => fill(t().not_reached, &[&name]),
            other => worded(&other, lang()),
        })
    };
    view! {
        <form class="be-form" on:submit=submit>
            <p class="mute small">{move || t().log_in_more}</p>
            <label class="login-field">
                <span>{move || t().user}</span>
                <span class="in"><input class="grow" autocomplete="off" autocapitalize="none" required data-test="trial-user"
                    prop:value=user on:input=move |ev| user.set(event_target_value(&ev))/></span>
            </label>
            <label class="login-field">
                <span>{move || t().password}</span>
                <span class="in"><input class="grow" type="password" autocomplete="off" required data-test="trial-password"
                    prop:value=password on:input=move |ev| password.set(event_target_value(&ev))/></span>
            </label>
            <p class="hint" data-s="over" role="alert" data-test="trial-fault">{why}</p>
            <div class="hline"><button type="submit" class="btn" data-kind="primary" data-test="trial-log-in" disabled=move || busy.get()>
                {move || if busy.get() { t().logging_in } else { t().log_in }}</button></div>
        </form>
    }
}
