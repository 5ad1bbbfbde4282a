//! The customer panel: profile, open work, history; and what to do when no profile is known.

use baton_engine::model::{Collection, Customer};
use leptos::prelude::*;

use super::profile::Profile;
use super::timeline::Timeline;
use super::work::OpenWork;
use crate::app::state::Desk;
use crate::app::ui_state::{Dialog, Ui};
use crate::i18n::customer::CustomerTexts;
use crate::i18n::{format, lang};
use crate::ui::icon::Icon;

/// `number`: the customer's telephone number; the panel finds his document by it.
#[component]
pub fn CustomerCard(#[prop(into)] number: Signal<String>) -> impl IntoView {
    let desk = Desk::get();
    let t = move || CustomerTexts::get(lang());
    let number = Memo::new(move |_| number.get());
    let customer = Memo::new(move |_| {
        let number = number.get();
        if number.is_empty() { None } else { desk.find::<Customer>(|c| c.number == number).into_iter().next() }
    });
    let head = move || match customer.get() {
        _ if number.with(String::is_empty) => {
            view! { <div class="empty"><Icon name="user"/><b>{t().none}</b><p>{t().none_hint}</p></div> }.into_any()
        }
        Some(customer) => view! { <Profile customer/> }.into_any(),
        None => view! { <Unknown number=number.get()/> }.into_any(),
    };
    view! {
        <div class="scroll" data-test="customer-card" tabindex="0" role="region" aria-label=move || t().title>
            {head}
            <Show when=move || !number.with(String::is_empty)>
                <OpenWork number/>
                <Timeline number/>
            </Show>
        </div>
    }
}

/// Nothing is known of the number yet: the work goes on all the same.
#[component]
fn Unknown(number: String) -> impl IntoView {
    let t = move || CustomerTexts::get(lang());
    let masked = format::masked(&number);
    view! {
        <section class="sec" data-test="customer-unknown">
            <div class="sec-h"><h2>{move || t().title}</h2><span class="grow"></span><span class="num">{masked}</span></div>
            <div class="empty">
                <Icon name="user"/>
                <b>{move || t().unknown}</b>
                <p>{move || t().unknown_hint}</p>
                <TakeIn number=Signal::stored(number) primary=true/>
            </div>
        </section>
    }
}

/// Opens the new case for that number: from the contact that is selected, or filled with the number alone.
#[component]
pub fn TakeIn(#[prop(into)] number: Signal<String>, #[prop(optional)] primary: bool) -> impl IntoView {
    let (desk, ui) = (Desk::get(), Ui::get());
    let t = move || CustomerTexts::get(lang());
    let open = move |_| {
        if let Some((Collection::Interactions, id)) = ui.selected.get_untracked() {
            ui.open(Dialog::Intake { contact: Some(id) });
            return;
        }
        let number = number.get_untracked();
        desk.put_draft("intake/new/number", &format::masked(&number));
        desk.put_draft("intake/new/exact", &number);
        // Name and class belong to the number.
        desk.put_draft("intake/new/name", "");
        desk.put_draft("intake/new/class", "");
        ui.open(Dialog::Intake { contact: None });
    };
    view! {
        <button class="btn" type="button" data-kind=if primary { "primary" } else { "quiet" } data-test="customer-take-in" on:click=open>
            <Icon name="plus" small=true/>{move || if primary { t().take_in } else { t().new_case }}
        </button>
    }
}
