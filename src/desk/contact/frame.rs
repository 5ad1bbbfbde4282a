//! The frame of this room's dialogs: a popover with a head, closed by Esc.

use leptos::prelude::*;

use crate::app::ui_state::Ui;
use crate::i18n::lang;
use crate::i18n::words::Words;
use crate::ui::icon::Icon;

#[component]
pub fn Sheet(#[prop(into)] label: Signal<String>, #[prop(optional)] wide: bool, children: Children) -> impl IntoView {
    let ui = Ui::get();
    let class = if wide { "pop sheet wide" } else { "pop sheet" };
    view! {
        <div class="sheet-back" on:keydown=move |ev| if ev.key() == "Escape" && !ev.is_composing() { ui.close() }>
            <div class=class role="dialog" aria-modal="true" aria-label=move || label.get()>
                <div class="pop-h">
                    <b>{move || label.get()}</b>
                    <span class="grow"></span>
                    <button class="ib" type="button" data-test="dialog-close"
                        aria-label=move || Words::get(lang()).close on:click=move |_| ui.close()>
                        <Icon name="x" small=true/>
                    </button>
                </div>
                {children()}
            </div>
        </div>
    }
}
