//! A call that was taken on a desk phone, with no event from any system: number, direction, reason.

use baton_engine::model::{Customer, CustomerRef, Direction};
use leptos::prelude::*;

use super::acts::Acts;
use super::note;
use crate::i18n::contact::ContactTexts;
use crate::i18n::fill;
use crate::ui::dialog::DialogFrame;
use crate::ui::tier::TierBadge;

/// The customer of a number among those that the desk knows.
pub fn customer_of(acts: Acts, number: &str) -> Option<CustomerRef> {
    let found = acts.desk.find::<Customer>(|c| c.number == number);
    found.first().map(|c| c.reference())
}

#[component]
pub fn LogCallDialog() -> impl IntoView {
    let acts = Acts::get();
    let t = move || ContactTexts::get(acts.lang.get());
    let number = RwSignal::new(String::new());
    let name = RwSignal::new(String::new());
    let reason = RwSignal::new(String::new());
    let direction = RwSignal::new(Direction::Inbound);
    let tried = RwSignal::new(false);
    let digits = Memo::new(move |_| note::digits(&number.get()));
    let good = Memo::new(move |_| note::is_number(&digits.get()));
    let known = Memo::new(move |_| good.get().then(|| customer_of(acts, &digits.get())).flatten());
    let bad = move || tried.get() && !good.get();
    let submit = move |ev: leptos::ev::SubmitEvent| {
        ev.prevent_default();
        tried.set(true);
        if !good.get_untracked() {
            super::focus("[data-test='log-number']");
            return;
        }
        let unknown = || CustomerRef {
            number: digits.get_untracked(),
            name: name.get_untracked().trim().to_owned(),
            ..CustomerRef::default()
        };
        let customer = known.get_untracked().unwrap_or_else(unknown);
        if acts.log_call(customer, direction.get_untracked(), reason.get_untracked().trim().to_owned()) {
            acts.ui.close();
        }
    };
    let under = move || {
        if bad() {
            return view! { <p class="hint" data-s="over" id="log-number-hint" role="alert">{t().log_number_bad}</p> }
                .into_any();
        }
        match (good.get(), known.get()) {
            (true, Some(c)) => {
                let tier = c.tier.clone();
                view! { <p class="hint hline" id="log-number-hint" data-test="log-known">{fill(t().log_number_known, &[&c.name])}<TierBadge tier=tier/></p> }.into_any()
            }
            (true, None) => {
                view! { <p class="hint" id="log-number-hint" data-test="log-unknown">{t().log_number_new}</p> }
                    .into_any()
            }
            _ => view! { <p class="hint" id="log-number-hint">{t().manual_why}</p> }.into_any(),
        }
    };
    let way = move |value: Direction, label: fn(&ContactTexts) -> &'static str, test: &'static str| {
        view! {
            <button class="btn" type="button" role="radio" data-test=test
                aria-checked=move || (direction.get() == value).to_string()
                tabindex=move || if direction.get() == value { "0" } else { "-1" }
                on:click=move |_| direction.set(value)>{move || label(t())}</button>
        }
    };
    let swap = move |ev: leptos::ev::KeyboardEvent| {
        if matches!(ev.key().as_str(), "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown") {
            ev.prevent_default();
            direction.update(|d| *d = if *d == Direction::Inbound { Direction::Outbound } else { Direction::Inbound });
        }
    };
    view! {
        <DialogFrame kind="log-call" title=Signal::derive(move || t().log_call.to_owned())>
            <form class="form" on:submit=submit data-test="log-call">
                <label class="form-l"><span>{move || t().log_number}</span>
                    <span class="in num" data-state=move || bad().then_some("bad")>
                        <input class="grow" inputmode="tel" autocomplete="off" autofocus data-test="log-number" aria-describedby="log-number-hint"
                            aria-invalid=move || bad().to_string() prop:value=move || number.get()
                            on:input=move |ev| number.set(event_target_value(&ev))/>
                    </span>
                </label>
                {under}
                {move || (good.get() && known.get().is_none()).then(|| view! {
                    <label class="form-l"><span>{t().log_name}</span>
                        <span class="in"><input class="grow" data-test="log-name" prop:value=move || name.get() on:input=move |ev| name.set(event_target_value(&ev))/></span>
                    </label>
                })}
                <div class="form-l"><span id="log-direction">{move || t().log_direction}</span>
                    <div class="disp" role="radiogroup" aria-labelledby="log-direction" on:keydown=swap>
                        {way(Direction::Inbound, |t| t.inbound, "log-inbound")}
                        {way(Direction::Outbound, |t| t.outbound, "log-outbound")}
                    </div>
                </div>
                <label class="form-l"><span>{move || t().log_reason}</span>
                    <span class="in"><input class="grow" data-test="log-reason" placeholder=move || t().log_reason_hint
                        prop:value=move || reason.get() on:input=move |ev| reason.set(event_target_value(&ev))/></span>
                </label>
                <div class="pop-f form-f"><span class="grow"></span>
                    <button class="btn" data-kind="primary" type="submit" data-test="log-submit">{move || t().log_submit}" "<kbd class="kbd">"↵"</kbd></button>
                </div>
            </form>
        </DialogFrame>
    }
}
