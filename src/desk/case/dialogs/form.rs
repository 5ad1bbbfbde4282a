//! Parts of which the dialogs are made: the form with its foot and its refusal in words, text fields that are
//! drafts, cards to choose from, the line that says which case it is.

use std::sync::Arc;

use baton_engine::Refusal;
use baton_engine::model::Document;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::hand::Hand;
use crate::i18n::format;
use crate::i18n::words::{self, Words};
use crate::ui::dialog::DialogFrame;
use crate::ui::draft::Draft;
use crate::ui::tier::TierBadge;

/// A dialog with a form: Ctrl+Enter sends it from anywhere inside, a refusal stands above the foot.
#[component]
pub fn ActForm(
    hand: Hand,
    kind: &'static str,
    #[prop(into)] title: Signal<String>,
    #[prop(into)] submit: Signal<String>,
    on_submit: impl Fn() + Clone + Send + 'static,
    /// It cannot be sent now; what stands in the form says why.
    #[prop(optional, into)]
    off: Signal<bool>,
    #[prop(optional)] wide: bool,
    #[prop(optional)] danger: bool,
    /// Other words than those of a draft that is kept, and of going back.
    #[prop(optional, into)]
    foot: MaybeProp<String>,
    #[prop(optional, into)] cancel: MaybeProp<String>,
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Form>::new();
    let send = move || {
        if off.get_untracked() {
            return;
        }
        on_submit();
        if hand.fault.get_untracked().is_some() {
            set_timeout(move || focus_fault(node), std::time::Duration::ZERO);
        }
    };
    let by_key = {
        let send = send.clone();
        move |ev: leptos::ev::KeyboardEvent| {
            if ev.key() == "Enter" && (ev.ctrl_key() || ev.meta_key()) && !ev.is_composing() {
                ev.prevent_default();
                ev.stop_propagation();
                send();
            }
        }
    };
    let fault = move || {
        hand.fault.get().map(|refusal| {
            let text = words::refusal(&refusal, hand.policy().as_deref(), hand.lang.get());
            view! { <p class="dlg-fault hint" data-s="over" data-test="dialog-fault" id="dialog-fault">{text}</p> }
        })
    };
    view! {
        <DialogFrame title kind wide>
            <form class="dlg-form" node_ref=node novalidate on:keydown=by_key
                on:submit=move |ev| { ev.prevent_default(); send(); }>
                <div class="dlg-body">{children()}</div>
                <div role="alert" class="dlg-alert">{fault}</div>
                <div class="pop-f">
                    <span class="grow">{move || foot.get().unwrap_or_else(|| hand.t().kept.to_owned())}</span>
                    <button class="btn" type="button" data-test="dialog-cancel" on:click=move |_| hand.ui.close()>
                        {move || cancel.get().unwrap_or_else(|| Words::get(hand.lang.get()).cancel.to_owned())}
                    </button>
                    <button class="btn" type="submit" data-kind=if danger { "danger" } else { "primary" } data-test="dialog-submit"
                        disabled=move || off.get()>
                        {move || submit.get()}<kbd class="kbd">"Ctrl ↵"</kbd>
                    </button>
                </div>
            </form>
        </DialogFrame>
    }
}

fn focus_fault(form: NodeRef<html::Form>) {
    let form = form.try_get_untracked().flatten();
    let found = form.and_then(|f| f.query_selector("[aria-invalid='true']").ok().flatten());
    if let Some(field) = found.and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = field.focus();
    }
}

/// Whether the last refusal is about that field.
pub fn is_bad(hand: Hand, field: &'static str) -> bool {
    hand.fault.with(|f| matches!(f, Some(Refusal::TextMissing { field: name }) if name == field))
}

/// A longer text. `field` is the name under which the engine refuses it.
#[component]
pub fn TextField(
    hand: Hand,
    draft: Draft,
    field: &'static str,
    test: &'static str,
    #[prop(into)] label: Signal<String>,
    #[prop(optional, into)] hint: Signal<String>,
    /// Gets the focus when the dialog opens.
    #[prop(optional)]
    first: bool,
    #[prop(default = 4)] rows: u32,
    #[prop(optional)] optional: bool,
) -> impl IntoView {
    view! {
        <label class="dlg-l">
            <span class="dlg-n">{move || label.get()}
                {optional.then(|| view! { <small>{move || hand.t().optional}</small> })}
            </span>
            <textarea class="dlg-t" data-test=test rows=rows.to_string() autofocus=first
                placeholder=move || hint.get()
                aria-required=(!optional).to_string() aria-invalid=move || is_bad(hand, field).to_string()
                prop:value=move || draft.get()
                on:input=move |ev| draft.write(event_target_value(&ev))></textarea>
        </label>
    }
}

/// A text of one line.
#[component]
pub fn LineField(
    hand: Hand,
    draft: Draft,
    field: &'static str,
    test: &'static str,
    #[prop(into)] label: Signal<String>,
    #[prop(optional, into)] hint: Signal<String>,
    #[prop(optional)] first: bool,
    #[prop(optional)] number: bool,
) -> impl IntoView {
    view! {
        <label class="dlg-l">
            <span class="dlg-n">{move || label.get()}</span>
            <span class="in" data-state=move || is_bad(hand, field).then_some("bad")>
                <input class=if number { "grow num" } else { "grow" } data-test=test autocomplete="off" autofocus=first
                    inputmode=number.then_some("tel") placeholder=move || hint.get()
                    aria-invalid=move || is_bad(hand, field).to_string()
                    prop:value=move || draft.get()
                    on:input=move |ev| draft.write(event_target_value(&ev))/>
            </span>
        </label>
    }
}

/// Which case it is: number, title, customer.
#[component]
pub fn CaseLine(hand: Hand) -> impl IntoView {
    move || {
        let Some(case) = hand.case.get() else {
            return view! { <p class="dlg-case mute">{hand.t().gone}</p> }.into_any();
        };
        let tier = case.customer.tier.clone();
        view! {
            <p class="dlg-case hline">
                <span class="num mute nowrap">{case.number.clone()}</span>
                <span class="cut grow">{case.title.clone()}</span>
                <span class="nowrap">{case.customer.name.clone()}</span>
                <TierBadge tier=tier/>
            </p>
        }
        .into_any()
    }
}

/// Which customer it is: name, masked number, tier.
#[component]
pub fn CustomerLine(doc: Memo<Option<Arc<Document>>>) -> impl IntoView {
    move || match doc.get().as_deref() {
        Some(Document::Customer(customer)) => Some(view! {
            <p class="dlg-case hline">
                <span class="cut grow">{customer.name.clone()}</span>
                <span class="num mute nowrap">{format::masked(&customer.number)}</span>
                <TierBadge tier=customer.tier.clone()/>
            </p>
        }),
        _ => None,
    }
}

/// A card that is one of several: native radio, so arrows move and the group is one stop of Tab.
#[component]
pub fn Card(
    group: &'static str,
    #[prop(into)] checked: Signal<bool>,
    on_choose: impl Fn() + Send + 'static,
    /// It cannot be chosen; the card says why.
    #[prop(optional)]
    off: bool,
    #[prop(optional)] test: &'static str,
    #[prop(optional)] org: String,
    #[prop(optional)] first: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <label class="dlg-card" data-off=off.then_some("")>
            <input type="radio" name=group prop:checked=move || checked.get() disabled=off autofocus=first
                data-test=(!test.is_empty()).then_some(test) data-org=(!org.is_empty()).then_some(org) on:change=move |_| on_choose()/>
            <span class="dlg-card-b">{children()}</span>
        </label>
    }
}

/// A box to tick, with its words.
#[component]
pub fn Check(value: RwSignal<bool>, test: &'static str, #[prop(into)] label: Signal<String>) -> impl IntoView {
    view! {
        <label class="dlg-check">
            <input type="checkbox" data-test=test prop:checked=move || value.get()
                on:change=move |ev| value.set(event_target_checked(&ev))/>
            <span>{move || label.get()}</span>
        </label>
    }
}
