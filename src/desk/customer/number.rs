//! A customer's number: masked, with the way to see it; shown in full for a minute after a reason was given.

use leptos::prelude::*;

use super::reveal;
use crate::app::state::Desk;
use crate::app::ui_state::{Dialog, Ui};
use crate::i18n::customer::CustomerTexts;
use crate::i18n::{fill, format, lang};
use crate::ui::icon::Icon;

/// The field's name in the record of who looked at it.
const FIELD: &str = "number";

#[component]
pub fn NumberView(customer: String, number: String) -> impl IntoView {
    let (desk, ui) = (Desk::get(), Ui::get());
    let t = move || CustomerTexts::get(lang());
    let id = StoredValue::new(customer);
    let left = Memo::new(move |_| id.with_value(|id| reveal::seconds_left(desk, id, FIELD)));
    let open = Memo::new(move |_| left.get() > 0);
    let (masked, whole) = (format::masked(&number), format::spaced(&number));
    let shown = move || if open.get() { whole.clone() } else { masked.clone() };
    let toggle = move |_| {
        let customer = id.get_value();
        if open.get_untracked() {
            reveal::shut(&customer, FIELD);
        } else {
            ui.open(Dialog::Reveal { customer, field: FIELD.to_owned() });
        }
    };
    view! {
        <span class="hline cust-number">
            <span class="num nowrap" data-test="customer-number" data-open=move || open.get().then_some("")>{shown}</span>
            <button class="link small" type="button" data-test="reveal" on:click=toggle>
                <Show when=move || open.get() fallback=move || view! { {move || t().reveal}<span class="sr">{move || t().number}</span> }>
                    <Icon name="eye-off" small=true/>{move || t().hide}
                </Show>
            </button>
            {move || open.get().then(|| view! {
                <span class="mute small num" aria-hidden="true">{move || fill(t().shown_for, &[&left.get().to_string()])}</span>
            })}
        </span>
    }
}
