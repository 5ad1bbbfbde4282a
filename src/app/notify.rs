//! Reminders: when a row of one's own becomes due soon or overdue it is announced once, politely; with permission
//! and a hidden tab also by the system. A chime at most once per item, if wanted. The title counts what is overdue.

use std::collections::HashMap;

use baton_engine::clock::ClockState;
use baton_engine::model::Collection;
use baton_engine::worklist::Stake;
use leptos::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::browser::setting;
use super::state::Desk;
use crate::i18n::worklist::WorklistTexts;
use crate::i18n::{Lang, fill, lang};

/// Local setting; "on" rings once per item.
pub const CHIME: &str = "baton-chime";

/// More than so many at once (after an outage) are only counted.
const MOST_NAMED: usize = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    Granted,
    Denied,
    Ask,
}

pub fn permission() -> Permission {
    match web_sys::Notification::permission() {
        web_sys::NotificationPermission::Granted => Permission::Granted,
        web_sys::NotificationPermission::Denied => Permission::Denied,
        _ => Permission::Ask,
    }
}

pub fn ask(shown: RwSignal<Permission>) {
    if let Ok(answer) = web_sys::Notification::request_permission() {
        spawn_local(async move {
            // Whatever the answer, the browser knows it now.
            let _ = JsFuture::from(answer).await;
            let _ = shown.try_set(permission());
        });
    }
}

/// The sentence for screen readers; also keeps the page's title.
#[component]
pub fn Announcer() -> impl IntoView {
    let desk = Desk::get();
    let said = RwSignal::new(String::new());
    let known = StoredValue::new(None::<HashMap<(Collection, String), ClockState>>);
    Effect::new(move || {
        let lang = lang();
        let t = WorklistTexts::get(lang);
        let mut news = Vec::new();
        let overdue = desk.with_rows(|rows| {
            // The list is sorted: urgent rows come first, so only those are looked at.
            let urgent = rows.iter().take_while(|r| {
                r.clock.as_ref().is_some_and(|c| matches!(c.state, ClockState::Overdue | ClockState::DueSoon))
            });
            let mut now: HashMap<(Collection, String), ClockState> = HashMap::new();
            let mut overdue = 0;
            for row in urgent.filter(|r| matches!(r.stake, Stake::Mine | Stake::Waiting)) {
                let Some(clock) = &row.clock else { continue };
                overdue += usize::from(clock.state == ClockState::Overdue);
                let key = (row.collection, row.id.clone());
                let before = known.with_value(|k| k.as_ref().map(|k| k.get(&key).copied()));
                if let Some(before) = before
                    && before != Some(clock.state)
                {
                    let text = if clock.state == ClockState::Overdue { t.became_over } else { t.became_soon };
                    news.push(fill(text, &[&row.who, &row.title]));
                }
                now.insert(key, clock.state);
            }
            known.set_value(Some(now));
            overdue
        });
        let name = crate::i18n::shell::ShellTexts::get(lang).product;
        document().set_title(&if overdue > 0 { format!("({overdue}) {name}") } else { name.to_owned() });
        // While the first sync goes on, everything is new: the list itself says it.
        let (done, all) = desk.first_sync.get_untracked();
        if news.is_empty() || done < all {
            return;
        }
        let sentence = if news.len() <= MOST_NAMED {
            news.join(sentence_gap(lang))
        } else {
            fill(t.many_soon, &[&news.len().to_string()])
        };
        tell(&sentence);
        said.set(sentence);
    });
    view! { <div class="sr" role="status" aria-live="polite" data-test="announcer">{move || said.get()}</div> }
}

fn sentence_gap(lang: Lang) -> &'static str {
    if lang == Lang::Zh { "；" } else { "; " }
}

fn tell(text: &str) {
    let hidden = document().visibility_state() == web_sys::VisibilityState::Hidden;
    if hidden && permission() == Permission::Granted {
        let options = web_sys::NotificationOptions::new();
        options.set_body(text);
        options.set_silent(Some(setting(CHIME).as_deref() != Some("on")));
        // The system may refuse; the list shows it anyway.
        let _ = web_sys::Notification::new_with_options("Baton", &options);
    } else if setting(CHIME).as_deref() == Some("on") {
        super::chime::ring();
    }
}
