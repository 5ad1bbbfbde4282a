//! Who asks: the number, found among the known customers while it is typed, name and class.
//! A number that comes from a document stays masked in its field; only what somebody typed is shown in full.

use baton_engine::model::{Customer, CustomerRef, Interaction};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::app::state::Doc;
use crate::desk::case::dialogs::form::LineField;
use crate::desk::case::dialogs::hand::Hand;
use crate::i18n::{fill, format};
use crate::ui::draft::{Draft, use_draft_or};
use crate::ui::tier::TierBadge;

/// From so many digits on, known customers are suggested; the last four are what a mask shows anyway.
const SUGGEST_FROM: usize = 4;
const SUGGESTIONS: usize = 5;

#[derive(Clone, Copy)]
pub struct Who {
    hand: Hand,
    /// What the field shows.
    pub text: Draft,
    /// The number behind the mask, while the field shows its mask.
    pub exact: Draft,
    pub name: Draft,
    pub class: Draft,
    /// The number in digits; empty while it is none.
    pub number: Memo<String>,
    pub found: Memo<Option<Doc<Customer>>>,
    pub tried: RwSignal<bool>,
    /// What the contact knows of its customer.
    given: StoredValue<CustomerRef>,
}

impl Who {
    pub fn new(hand: Hand, base: &str, contact: Option<&Interaction>) -> Who {
        let given = contact.map(|c| c.customer.clone()).unwrap_or_default();
        let masked = if given.number.is_empty() { String::new() } else { format::masked(&given.number) };
        let text = use_draft_or(format!("{base}/number"), masked);
        let exact = use_draft_or(format!("{base}/exact"), given.number.clone());
        let name = use_draft_or(format!("{base}/name"), given.name.clone());
        let class = use_draft_or(format!("{base}/class"), given.service_class.clone());
        let number = Memo::new(move |_| number_of(&text.get(), &exact.get()).unwrap_or_default());
        let found = Memo::new(move |_| {
            let number = number.get();
            if number.is_empty() { None } else { hand.desk.find::<Customer>(|c| c.number == number).into_iter().next() }
        });
        let given = StoredValue::new(given);
        // What is known of the number stands in the fields until somebody writes something else.
        Effect::new(move || {
            let customer = found.get();
            let policy = hand.policy();
            let known = customer.as_ref().map_or_else(|| given.get_value(), |c| c.reference());
            let of_tier = policy.as_ref().and_then(|p| p.tier(&known.tier).and_then(|t| t.service_class.clone()));
            let own = Some(known.service_class.clone()).filter(|c| !c.is_empty()).or(of_tier);
            let default = policy.map(|p| p.classes[p.default_class].id.clone());
            name.suggest(known.name);
            class.suggest(own.or(default).unwrap_or_default());
        });
        Who { hand, text, exact, name, class, number, found, tried: RwSignal::new(false), given }
    }

    /// The customer as the case keeps him; None while the number is none.
    pub fn reference(&self) -> Option<CustomerRef> {
        let number = self.number.get_untracked();
        if number.is_empty() {
            return None;
        }
        let given = self.given.get_value();
        let known = self.found.with_untracked(|f| f.as_ref().map(|c| c.reference()));
        let mut customer = known.unwrap_or(if given.number == number { given } else { CustomerRef::default() });
        customer.number = number;
        customer.name = self.name.get_untracked().trim().to_owned();
        customer.service_class = self.class.get_untracked();
        Some(customer)
    }

    fn choose(&self, customer: &Customer) {
        self.exact.write(customer.number.clone());
        self.text.write(format::masked(&customer.number));
    }
}

/// The number that field and hidden value stand for: 3 to 15 digits (E.164), a leading + stays.
fn number_of(text: &str, exact: &str) -> Option<String> {
    if !exact.is_empty() && text == format::masked(exact) {
        return Some(exact.to_owned());
    }
    let text = text.trim();
    let typed = text.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || "+-()".contains(c));
    let plus = if text.starts_with('+') { "+" } else { "" };
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (typed && (3..=15).contains(&digits.len())).then(|| format!("{plus}{digits}"))
}

pub fn focus_number() {
    let found = document().query_selector("[data-test='intake-number']").ok().flatten();
    if let Some(field) = found.and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = field.focus();
    }
}

#[component]
pub fn WhoFields(hand: Hand, who: Who) -> impl IntoView {
    let bad = move || who.tried.get() && who.number.with(String::is_empty);
    let under = move || {
        let t = hand.t();
        if bad() {
            return view! { <p class="hint" data-s="over" role="alert">{t.intake_number_bad}</p> }.into_any();
        }
        match who.found.get() {
            Some(c) => {
                let tier = c.tier.clone();
                let place = if c.plan.is_empty() { c.city.clone() } else { c.plan.clone() };
                view! {
                    <p class="hint hline" data-test="intake-known"><span>{fill(t.intake_found, &[&c.name, &place])}</span><TierBadge tier=tier/></p>
                }
                .into_any()
            }
            None if who.number.with(|n| n.len() >= 7) => {
                view! { <p class="hint" data-test="intake-unknown">{t.intake_unknown}</p> }.into_any()
            }
            None => ().into_any(),
        }
    };
    view! {
        <div class="dlg-two">
            <label class="dlg-l"><span class="dlg-n">{move || hand.t().intake_number}</span>
                <span class="in num" data-state=move || bad().then_some("bad")>
                    <input class="grow num" inputmode="tel" autocomplete="off" autofocus data-test="intake-number"
                        aria-invalid=move || bad().to_string() prop:value=move || who.text.get()
                        on:input=move |ev| who.text.write(event_target_value(&ev))/>
                </span>
            </label>
            <LineField hand draft=who.name field="name" test="intake-name" label=Signal::derive(move || hand.t().intake_name.to_owned())/>
        </div>
        <div role="status">{under}</div>
        <Suggestions who/>
    }
}

/// Customers whose number contains what is typed so far.
#[component]
fn Suggestions(who: Who) -> impl IntoView {
    let list = Memo::new(move |_| {
        let typed: String = who.text.get().chars().filter(char::is_ascii_digit).collect();
        if typed.len() < SUGGEST_FROM || who.found.with(Option::is_some) {
            return Vec::new();
        }
        let mut list = who.hand.desk.find::<Customer>(|c| c.number.starts_with(&typed) || c.number.ends_with(&typed));
        list.truncate(SUGGESTIONS);
        list
    });
    move || {
        let list = list.get();
        (!list.is_empty()).then(|| {
            let rows = list
                .into_iter()
                .map(|c| {
                    let label = format!("{} {}", c.name, format::masked(&c.number));
                    view! {
                        <button class="btn" type="button" data-test="intake-suggestion" on:click=move |_| who.choose(&c)>{label}</button>
                    }
                })
                .collect_view();
            view! { <div class="dlg-suggest"><span class="mute small">{who.hand.t().intake_suggest}</span>{rows}</div> }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::number_of;

    #[test]
    fn a_masked_number_stands_for_the_one_behind_it() {
        assert_eq!(number_of("138 **** 6027", "13800006027").as_deref(), Some("13800006027"));
        assert_eq!(number_of("138 **** 6028", "13800006027"), None);
        assert_eq!(number_of("139 0000-1111", "13800006027").as_deref(), Some("13900001111"));
        assert_eq!(number_of("12", ""), None);
        assert_eq!(number_of("abc 10086", ""), None);
    }
}
