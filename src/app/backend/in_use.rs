//! The backend in force: who decided on it, when it was tested and what it can promise. For everybody to read.

use leptos::prelude::*;

use super::chosen::{self, Backend, From};
use super::promises;
use super::save::{Waiting, switch};
use crate::app::state::Desk;
use crate::i18n::backend::BackendTexts;
use crate::i18n::{Lang, fill, format, lang};
use crate::ui::icon::Icon;

/// Who decided on it, in words.
pub fn origin(from: From, lang: Lang) -> &'static str {
    let t = BackendTexts::get(lang);
    match from {
        From::Site => t.from_site,
        From::Shipped => t.from_shipped,
        From::Device => t.from_device,
    }
}

#[component]
pub fn InUse(#[prop(into)] may_change: Signal<bool>) -> impl IntoView {
    let desk = Desk::get();
    let t = move || BackendTexts::get(lang());
    let tested = move |backend: &Backend| match backend.connector.tested().zip(desk.policy()) {
        None => t().untested.to_owned(),
        Some((at, policy)) => {
            let words = format::moment(at, desk.now.get_untracked(), policy.home().zone(), lang());
            fill(t().tested_at, &[&words])
        }
    };
    let unlisted = move || {
        let kinds = desk.unlisted.get();
        (!kinds.is_empty()).then(|| {
            let names: Vec<_> = kinds.into_iter().map(|k| promises::kind(k, lang())).collect();
            view! { <p class="small" data-s="soon" role="status" data-test="unlisted">{fill(t().unlisted, &[&names.join(" · ")])}</p> }
        })
    };
    move || {
        let backend = desk.backend.get()?;
        let lines = {
            let mut lines = promises::worded(&backend.connector.promises(), lang());
            lines.push(promises::liveness(&backend.connector, lang()));
            lines
        };
        let device = backend.from == From::Device;
        Some(view! {
            <section class="be-now" aria-labelledby="be-now-h" data-test="backend-in-use" data-from=format!("{:?}", backend.from).to_lowercase()>
                <header class="hline">
                    <h2 id="be-now-h">{t().in_use}</h2>
                    <b data-test="backend-name">{backend.connector.name.clone()}</b>
                    <span class="tag">{origin(backend.from, lang())}</span>
                    <code class="mute small cut">{backend.base.clone()}</code>
                    <span class="small mute cut" data-test="backend-tested">{tested(&backend)}</span>
                    <span class="grow"></span>
                    {device.then(|| view! { <Show when=move || may_change.get()><Back/></Show> })}
                </header>
                {promises::list(lines)}
                {unlisted}
            </section>
        })
    }
}

/// Back to the backend that the site serves.
#[component]
fn Back() -> impl IntoView {
    let desk = Desk::get();
    let t = move || BackendTexts::get(lang());
    let sure = RwSignal::new(false);
    let here = move || desk.session.with(Option::is_some);
    let go = move |_| {
        if here() && !sure.get_untracked() {
            sure.set(true);
            return;
        }
        chosen::choose_served();
        switch(desk, None);
    };
    view! {
        <Show when=move || sure.get()><Waiting same=Signal::stored(false)/></Show>
        <button type="button" class="btn" data-test="backend-back" on:click=go on:blur=move |_| { let _ = sure.try_set(false); }>
            <Icon name="back" small=true/>{move || if sure.get() { t().back_sure } else { t().back }}
        </button>
    }
}
