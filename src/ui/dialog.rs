//! The shared frame of dialogs: a native modal `<dialog>` (the browser traps the focus and closes on Esc), labelled
//! by its title. The focus goes back to the opener. A click beside it does nothing: what was typed stays.

use std::cell::RefCell;

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::icon::Icon;
use crate::app::ui_state::Ui;
use crate::i18n::lang;
use crate::i18n::words::Words;

thread_local! {
    /// Where the focus was before the first of the dialogs that follow each other.
    static OPENER: RefCell<Option<HtmlElement>> = const { RefCell::new(None) };
}

const TITLE_ID: &str = "dialog-title";

/// `kind` names the dialog for tests. An element with `autofocus` gets the focus, else the close button.
#[component]
pub fn DialogFrame(
    #[prop(into)] title: Signal<String>,
    #[prop(optional)] kind: &'static str,
    #[prop(optional)] wide: bool,
    /// No bar with title and close button: the title is for screen readers only.
    #[prop(optional)]
    bare: bool,
    children: Children,
) -> impl IntoView {
    let ui = Ui::get();
    let node = NodeRef::<html::Dialog>::new();
    remember_opener();
    Effect::new(move || {
        if let Some(dialog) = node.get()
            && !dialog.open()
            && dialog.is_connected()
        {
            let _ = dialog.show_modal();
        }
    });
    on_cleanup(|| set_timeout(give_focus_back, std::time::Duration::ZERO));
    view! {
        <dialog node_ref=node class="pop dlg" data-wide=wide.then_some("") aria-labelledby=TITLE_ID aria-modal="true"
            data-test="dialog" data-kind=kind
            on:cancel=move |ev: web_sys::Event| { ev.prevent_default(); ui.close(); } on:close=move |_: web_sys::Event| ui.close()>
            {if bare {
                view! { <h2 id=TITLE_ID class="sr">{move || title.get()}</h2> }.into_any()
            } else {
                view! {
                    <div class="pop-h">
                        <h2 id=TITLE_ID class="cut">{move || title.get()}</h2>
                        <span class="grow"></span>
                        <button class="ib" type="button" data-test="dialog-close" aria-label=move || Words::get(lang()).close
                            on:click=move |_| ui.close()>
                            <Icon name="x" small=true/>
                        </button>
                    </div>
                }.into_any()
            }}
            {children()}
        </dialog>
    }
}

fn remember_opener() {
    let active = document().active_element().and_then(|e| e.dyn_into::<HtmlElement>().ok());
    // A dialog that follows another one keeps the opener of the first.
    let inside = active.as_ref().is_some_and(|e| e.closest("dialog").ok().flatten().is_some());
    if !inside {
        OPENER.set(active);
    }
}

fn give_focus_back() {
    if document().query_selector("dialog[open]").ok().flatten().is_some() {
        return;
    }
    if let Some(opener) = OPENER.take()
        && opener.is_connected()
    {
        let _ = opener.focus();
    }
}
