//! The log-in page, and the small form that logs the same person in again.

use baton_sync::auth::Style;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::backend::From;
use super::browser::toggle_theme;
use super::start::{self, LogInFault, RefusedPacks, Stage};
use super::state::Desk;
use crate::i18n::shell::ShellTexts;
use crate::i18n::{Lang, fill, lang};
use crate::ui::icon::Icon;

/// A fault in words.
pub fn worded(fault: &LogInFault, lang: Lang) -> String {
    let t = ShellTexts::get(lang);
    match fault {
        LogInFault::Wrong => t.wrong_password.into(),
        LogInFault::TooMany(secs) => fill(t.too_many, &[&secs.to_string()]),
        LogInFault::NoNetwork => t.no_network.into(),
        LogInFault::Refused(problem) => fill(t.no_answer, &[&problem.status.to_string()]),
    }
}

#[component]
pub fn LogInPage(stage: RwSignal<Stage>, refused: RefusedPacks) -> impl IntoView {
    let desk = Desk::get();
    let (user, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let busy = RwSignal::new(false);
    let fault = RwSignal::new(None::<LogInFault>);
    let t = move || ShellTexts::get(lang());
    let submit = move |ev: leptos::ev::SubmitEvent| {
        ev.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        fault.set(None);
        spawn_local(async move {
            let done = start::log_in(desk, stage, refused, &user.get_untracked(), &password.get_untracked()).await;
            // The page is gone when the log-in worked.
            let _ = busy.try_set(false);
            if let Err(why) = done {
                let _ = fault.try_set(Some(why));
            }
        });
    };
    let language = expect_context::<RwSignal<Lang>>();
    // Too many tries: the seconds run down, and trying again is possible when they are over.
    let second = desk.now;
    Effect::new(move |first: Option<()>| {
        second.track();
        if first.is_some() {
            fault.update(count_down);
        }
    });
    let nameless = move || desk.backend.with(|b| b.as_ref().is_some_and(|b| b.connector.auth_style() == Style::None));
    let chosen =
        move || desk.backend.with(|b| b.as_ref().filter(|b| b.from == From::Device).map(|b| b.connector.name.clone()));
    let stuck = move || {
        chosen().is_some()
            || !desk.refused_connectors.with(Vec::is_empty)
            || fault.with(|f| matches!(f, Some(LogInFault::NoNetwork)))
    };
    let waiting = move || fault.with(|f| matches!(f, Some(LogInFault::TooMany(_))));
    view! {
        <main class="login">
            <form class="login-card" on:submit=submit>
                <div class="login-brand"><Icon name="brand"/><h1>{move || t().product}</h1></div>
                <p class="mute">{move || t().tagline}</p>
                <label class="login-field">
                    <span>{move || t().user}</span>
                    <span class="in"><input class="grow" name="user" autocomplete="username" autocapitalize="none" required
                        data-test="login-user" prop:value=user on:input=move |ev| user.set(event_target_value(&ev))/></span>
                </label>
                <Show when=move || !nameless()>
                <label class="login-field">
                    <span>{move || t().password}</span>
                    <span class="in"><input class="grow" name="password" type="password" autocomplete="current-password" required
                        data-test="login-password" prop:value=password on:input=move |ev| password.set(event_target_value(&ev))/></span>
                </label>
                </Show>
                <p class="hint" data-s="over" role="alert" data-test="login-fault">
                    {move || fault.get().map(|f| worded(&f, lang()))}
                </p>
                <button class="btn login-go" data-kind="primary" type="submit" data-test="login-submit" disabled=move || busy.get() || waiting()>
                    {move || if busy.get() { t().logging_in } else { t().log_in }}
                </button>
            </form>
            <div class="login-more">
                <button type="button" class="btn" data-kind="quiet" data-test="language"
                    on:click=move |_| language.update(|l| *l = if *l == Lang::Zh { Lang::En } else { Lang::Zh })>{move || t().switch_language}</button>
                <Show when=stuck>
                    <span class="mute small" data-test="login-backend">{move || chosen().map(|name| fill(t().works_on, &[&name]))}</span>
                    <button type="button" class="btn" data-kind="quiet" data-test="another-backend" on:click=move |_| stage.set(Stage::Backend)>{move || t().another_backend}</button>
                </Show>
                <button type="button" class="ib" aria-label=move || t().toggle_theme title=move || t().toggle_theme
                    on:click=move |_| toggle_theme()><Icon name="theme"/></button>
            </div>
        </main>
    }
}

/// One second less to wait.
fn count_down(fault: &mut Option<LogInFault>) {
    *fault = match fault.take() {
        Some(LogInFault::TooMany(secs)) if secs > 1 => Some(LogInFault::TooMany(secs - 1)),
        Some(LogInFault::TooMany(_)) => None,
        other => other,
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_wait_runs_down() {
        let mut fault = Some(LogInFault::TooMany(2));
        count_down(&mut fault);
        assert_eq!(fault, Some(LogInFault::TooMany(1)));
        count_down(&mut fault);
        assert_eq!(fault, None);
        let mut wrong = Some(LogInFault::Wrong);
        count_down(&mut wrong);
        assert_eq!(wrong, Some(LogInFault::Wrong));
    }
}
