//! The person's own presence above the list.

use baton_engine::model::{Presence, Seat};
use leptos::prelude::*;

use crate::app::state::{Connection, Desk};
use crate::app::ui_state::{Dialog, Ui};
use crate::i18n::worklist::WorklistTexts;
use crate::i18n::{fill, format, lang, words};
use crate::ui::icon::Icon;

#[component]
pub fn PresenceHead() -> impl IntoView {
    let (desk, ui) = (Desk::get(), Ui::get());
    let t = move || WorklistTexts::get(lang());
    let seat = Memo::new(move |_| {
        let id = desk.session.with(|s| s.as_ref().and_then(|s| s.profile.seat.clone()))?;
        desk.get_doc::<Seat>(&id).map(|s| (s.presence, s.since, s.id.clone()))
    });
    let name = move || desk.session.with(|s| s.as_ref().map(|s| s.name.clone()).unwrap_or_default());
    let off = move || {
        let away = seat.get().is_none_or(|s| s.0 == Presence::Offline);
        away || matches!(desk.connection.get(), Connection::Offline { .. })
    };
    let state = move || match seat.get() {
        Some((presence, _, _)) => words::presence(presence, lang()).to_owned(),
        None => name(),
    };
    let since = move || {
        let since = seat.get()?.1?;
        let length = desk.now.get().since(since);
        (!length.is_negative()).then(|| format::length(length, lang()))
    };
    let org = move || {
        let policy = desk.policy()?;
        Some(words::organisation(&policy, &desk.actor().org, lang()))
    };
    let second = move || match seat.get() {
        Some((_, _, id)) => fill("{0} · {1}", &[&id, &name()]),
        None => org().unwrap_or_default(),
    };
    view! {
        <div class="presence" data-test="presence-head">
            <span class="presence-dot" data-off=move || off().then_some("")></span>
            <div class="grow">
                <div><b>{state}</b>" "<b class="num">{since}</b></div>
                <div class="small mute cut">{second}</div>
            </div>
            <Show when=move || seat.get().is_some()>
                <button type="button" class="btn" data-test="presence-open" on:click=move |_| ui.open(Dialog::Presence)>
                    {move || t().presence}<Icon name="down" small=true/>
                </button>
            </Show>
        </div>
    }
}
