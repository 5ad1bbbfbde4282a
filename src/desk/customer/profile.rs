//! Who the customer is: name, tier and class, number, money and tenure, what to mind when contacting him.

use baton_engine::model::{Collection, Customer};
use baton_engine::policy::{Policy, Tier, TierMeasure};
use leptos::prelude::*;

use super::card::TakeIn;
use super::number::NumberView;
use crate::app::state::{Desk, Doc};
use crate::app::ui_state::{Dialog, Ui};
use crate::i18n::customer::CustomerTexts;
use crate::i18n::fields::FieldTexts;
use crate::i18n::{Lang, fill, format, lang};
use crate::ui::icon::Icon;
use crate::ui::tier::TierBadge;

#[component]
pub fn Profile(customer: Doc<Customer>) -> impl IntoView {
    let (desk, ui) = (Desk::get(), Ui::get());
    let customer = StoredValue::new(customer);
    let c = customer.get_value();
    let facts = move || {
        let (t, c) = (CustomerTexts::get(lang()), customer.get_value());
        let fact = |label, value: String| view! { <div><dt>{label}</dt><dd>{value}</dd></div> };
        view! {
            {fact(t.tenure, tenure(c.tenure_months, t))}
            {fact(t.arpu, format::yuan(c.arpu_fen))}
            {fact(t.balance, format::yuan(c.balance_fen))}
        }
    };
    let standing = move || {
        let (policy, lang) = (desk.policy()?, lang());
        Some(standing(&policy, &customer.get_value(), lang))
    };
    let lines = move || lines(&customer.get_value(), CustomerTexts::get(lang()));
    let edit =
        move |_| ui.open(Dialog::Edit { collection: Collection::Customers, id: customer.with_value(|c| c.id.clone()) });
    let edit_words = move || FieldTexts::get(lang()).edit_customer;
    let tier = c.tier.clone();
    view! {
        <section class="sec">
            <div class="sec-h cust-h"><h2>{c.name.clone()}</h2><TierBadge tier/><span class="grow"></span><TakeIn number=Signal::stored(c.number.clone())/></div>
            <NumberView customer=c.id.clone() number=c.number.clone()/>
            <dl class="facts">{facts}</dl>
            {standing}
        </section>
        <section class="sec cust-facts" aria-label=move || CustomerTexts::get(lang()).facts>
            <ul class="lines grow">{lines}</ul>
            <button class="ib" type="button" data-test="customer-edit" title=edit_words aria-label=edit_words on:click=edit>
                <Icon name="edit" small=true/>
            </button>
        </section>
    }
}

fn tenure(months: u32, t: &CustomerTexts) -> String {
    let (years, rest) = (months / 12, months % 12);
    if years == 0 {
        return fill(t.tenure_months, &[&rest.to_string()]);
    }
    fill(t.tenure_years, &[&years.to_string(), &rest.to_string()])
}

/// Tier, what it rests on, how far the next one is, and the class that the customer is served by.
fn standing(policy: &Policy, customer: &Customer, lang: Lang) -> impl IntoView + use<> {
    let t = CustomerTexts::get(lang);
    let tier = policy.tier(&customer.tier);
    let class = fill(t.class, &[&lang.of(&policy.class(&customer.service_class).name)]);
    let run = tier.and_then(|tier| {
        let range = tier.range?;
        let (value, words) = measured(range.measure, customer, t);
        let below = range.below_fen?;
        let share = (value - range.at_least_fen) as f64 / (below - range.at_least_fen).max(1) as f64 * 100.0;
        let text = fill(words, &[&lang.of(&tier.name), &format::yuan(value)]);
        let next = next_tier(policy, tier)
            .filter(|_| value < below)
            .map(|next| fill(t.to_next, &[&lang.of(&next.name), &format::yuan(below - value)]));
        let share = share.clamp(0.0, 100.0).round().to_string();
        Some(view! {
            <div class="tier-run" style:--p=share><i></i></div>
            <div class="hline small"><span class="num">{text}</span><span class="grow"></span><span class="mute num nowrap">{next}</span></div>
        })
    });
    view! { <div class="cust-tier">{run}<p class="small mute">{class}</p></div> }
}

fn measured(measure: TierMeasure, customer: &Customer, t: &CustomerTexts) -> (i64, &'static str) {
    match measure {
        TierMeasure::AnnualSpend => (customer.annual_spend_fen, t.spend),
        TierMeasure::MonthlyArpu => (customer.arpu_fen, t.spend_month),
    }
}

/// The tier that begins where this one ends.
fn next_tier<'a>(policy: &'a Policy, tier: &Tier) -> Option<&'a Tier> {
    let range = tier.range?;
    let starts =
        |t: &&Tier| t.range.is_some_and(|r| r.measure == range.measure && Some(r.at_least_fen) == range.below_fen);
    policy.tiers.iter().find(starts)
}

fn lines(c: &Customer, t: &'static CustomerTexts) -> impl IntoView + use<> {
    let place =
        [c.province.as_str(), c.city.as_str()].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(" ");
    let plan =
        [c.brand.as_str(), c.plan.as_str()].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(" · ");
    let said = |text: &str, words: &str| if text.is_empty() { String::new() } else { fill(words, &[text]) };
    let dnd = if c.do_not_disturb { t.dnd.to_owned() } else { String::new() };
    let list: [(&'static str, String); 6] = [
        ("bell-off", dnd),
        ("sim", plan),
        ("clock", said(&c.contact_hours, t.hours)),
        ("user", said(&c.manager, t.manager)),
        ("phone", c.device.clone()),
        ("pin", place),
    ];
    list.into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(icon, text)| view! { <li><Icon name=icon/><span class="grow cut" title=text.clone()>{text.clone()}</span></li> })
        .collect_view()
}
