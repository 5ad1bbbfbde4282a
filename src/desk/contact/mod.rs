//! A call or conversation: caller line and call bar, script, notes, messages, wrap-up; what rings; and the dialogs
//! of contacts, seats and call-backs. Rules live in the engine; this room shows documents and sends intents.

pub mod acts;
mod alerts;
mod callbar;
mod lane;
mod lanes;
mod local;
mod log_call;
mod note;
mod notes;
pub mod plan;
pub mod presence;
mod presence_dialog;
mod runner;
mod script;
pub mod seats;
mod slash;
mod slots;
mod sms;
pub mod topics;
mod transfer;
mod voice;
mod wrap;

use baton_engine::model::{Channel, Interaction};
use gloo_events::{EventListener, EventListenerOptions, EventListenerPhase};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::app::state::Desk;
use crate::app::ui_state::Dialog;
use crate::i18n::contact::ContactTexts;
use crate::i18n::lang;
use crate::ui::icon::Icon;

pub use acts::Acts;
pub use alerts::{ContactAlerts, Offers};
pub use callbar::channel_icon;
pub use presence::{leave, start_presence};
pub use script::spoken;
pub use seats::SeatRow;
pub use slots::{Slot, off as slot_off};

/// A contact in the work area.
#[component]
pub fn ContactView(#[prop(into)] id: String) -> impl IntoView {
    let desk = Desk::get();
    let key = id.clone();
    let channel = Memo::new(move |_| desk.get_doc::<Interaction>(&key).map(|c| c.channel));
    move || match channel.get() {
        None => view! { <Gone/> }.into_any(),
        Some(Channel::Voice) => view! { <voice::VoiceView id=id.clone()/> }.into_any(),
        Some(_) => view! { <lanes::WrittenView id=id.clone()/> }.into_any(),
    }
}

#[component]
fn Gone() -> impl IntoView {
    let t = move || ContactTexts::get(lang());
    view! {
        <div class="empty" data-test="contact-gone">
            <Icon name="phone"/><b>{move || t().gone}</b><p>{move || t().gone_hint}</p>
        </div>
    }
}

/// The dialogs that act on a contact, a seat or a call-back (Transfer, BookCallback, CallbackAttempt, LogCall, Presence).
#[component]
pub fn ContactDialog(dialog: Dialog) -> impl IntoView {
    match dialog {
        Dialog::Transfer { contact } => view! { <transfer::TransferDialog contact=contact/> }.into_any(),
        Dialog::BookCallback { contact, case } => {
            view! { <super::callbacks::BookDialog contact=contact case=case/> }.into_any()
        }
        Dialog::CallbackAttempt { callback } => view! { <super::callbacks::AttemptDialog id=callback/> }.into_any(),
        Dialog::LogCall => view! { <log_call::LogCallDialog/> }.into_any(),
        Dialog::Presence => view! { <presence_dialog::PresenceDialog/> }.into_any(),
        _ => ().into_any(),
    }
}

/// Whether a key was typed into a text field.
fn in_text(ev: &web_sys::KeyboardEvent) -> bool {
    let Some(target) = ev.target().and_then(|t| t.dyn_into::<web_sys::HtmlElement>().ok()) else { return false };
    matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT") || target.is_content_editable()
}

/// Listens to keys before the shell's table does, as long as the calling view is there.
fn on_keys(act: impl Fn(&web_sys::KeyboardEvent) + 'static) {
    let Some(window) = web_sys::window() else { return };
    let options = EventListenerOptions { phase: EventListenerPhase::Capture, passive: false };
    let listener = EventListener::new_with_options(&window, "keydown", options, move |ev| {
        if let Some(ev) = ev.dyn_ref::<web_sys::KeyboardEvent>()
            && !ev.is_composing()
            && !ev.default_prevented()
        {
            act(ev);
        }
    });
    let listener = StoredValue::new_local(Some(listener));
    on_cleanup(move || listener.update_value(|l| drop(l.take())));
}

/// Moves the focus to the first element that matches.
fn focus(selector: &str) {
    let found = web_sys::window().and_then(|w| w.document()).and_then(|d| d.query_selector(selector).ok().flatten());
    if let Some(element) = found.and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = element.focus();
    }
}
