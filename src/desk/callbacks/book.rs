//! Booking a call-back: desk, topic, customer and note, with the due time that will be promised and its sum
//! before anything is saved; out of scope it is refused with the right way in words.

use baton_engine::clock::PieceKind;
use baton_engine::model::{Callback as Appointment, Case, Collection, CustomerRef, Intent, Interaction};
use baton_engine::policy::{Desk, Text};
use baton_engine::time::Timestamp;
use leptos::prelude::*;

use super::promise::{self, No};
use crate::desk::contact::Acts;
use crate::desk::contact::topics::{TopicPicker, topic_of};
use crate::i18n::callback::CallbackTexts;
use crate::i18n::expert::ExpertTexts;
use crate::i18n::{fill, format};
use crate::ui::dialog::DialogFrame;
use crate::ui::icon::Icon;
use crate::ui::tier::TierBadge;

/// Desks of the loaded packs that make call-backs, the one in force first, each once.
fn desks(acts: Acts) -> Vec<Desk> {
    let policies = acts.desk.policies();
    let mut found: Vec<Desk> = Vec::new();
    for policy in policies.in_force().into_iter().chain(policies.all().iter().rev()) {
        for desk in policy.desks.iter().filter(|d| d.callback.is_some()) {
            if !found.iter().any(|f| f.id == desk.id) {
                found.push(desk.clone());
            }
        }
    }
    found
}

#[component]
pub fn BookDialog(contact: Option<String>, case: Option<String>) -> impl IntoView {
    let acts = Acts::get();
    let t = move || CallbackTexts::get(acts.lang.get());
    let label = Signal::derive(move || t().book.to_owned());
    let all = untrack(|| desks(acts));
    let Some(first) = all.first().cloned() else {
        return view! {
            <DialogFrame kind="book-callback" title=label><div class="empty" data-test="no-callback-desk"><Icon name="callback"/><b>{move || t().book_no_desk}</b></div></DialogFrame>
        }
        .into_any();
    };
    let from_contact = contact.as_deref().and_then(|id| acts.desk.peek::<Interaction>(id));
    let linked = from_contact.as_ref().and_then(|c| c.cases.last().cloned());
    let case_id = case.or(linked);
    let from_case = case_id.as_deref().and_then(|id| acts.desk.peek::<Case>(id));
    let customer = match (&from_contact, &from_case) {
        (Some(c), _) => c.customer.clone(),
        (None, Some(c)) => c.customer.clone(),
        _ => CustomerRef::default(),
    };
    let about = from_contact.as_deref().cloned().unwrap_or_default();
    let suggested = acts.policy().and_then(|p| topic_of(&p, &about, from_case.as_deref())).unwrap_or_default();
    let reason = match (&from_contact, &from_case) {
        (Some(c), _) if !c.reason.is_empty() => c.reason.clone(),
        (_, Some(c)) => c.title.clone(),
        _ => String::new(),
    };
    let desk = RwSignal::new(first.id.clone());
    let all = StoredValue::new(all);
    let chosen_desk = Memo::new(move |_| all.with_value(|a| a.iter().find(|d| d.id == desk.get()).cloned()));
    let topic = RwSignal::new(suggested);
    let picking = RwSignal::new(untrack(|| topic.get().is_empty()));
    let note = RwSignal::new(reason);
    let customer = StoredValue::new(customer);
    let topic_name = move || chosen_desk.get().and_then(|d| d.topic(&topic.get()).map(|x| acts.lang.get().of(&x.name)));
    // Checked each minute, not each second: hours and promises are shown to the minute.
    let minute = Memo::new(move |_| crate::desk::contact::plan::minute(acts.desk.now.get()));
    let no = Memo::new(move |_| {
        let (desk, now) = (chosen_desk.get()?, minute.get());
        let policies = acts.desk.policies();
        customer.with_value(|c| promise::refused(&policies, &desk, &topic.get(), &c.city, now))
    });
    let number = customer.with_value(|c| c.number.clone());
    let open = Memo::new(move |_| {
        let found = acts.desk.find::<Appointment>(|c| c.is_open() && !number.is_empty() && c.customer.number == number);
        let policies = acts.desk.policies();
        found.iter().filter_map(|c| baton_engine::clock::callback(&policies, c, minute.get())).map(|c| c.due).min()
    });
    let ok = move || no.get().is_none() && chosen_desk.get().is_some_and(|d| d.topic(&topic.get()).is_some());
    let contact_id = StoredValue::new(contact);
    let case_id = StoredValue::new(case_id);
    let submit = move |ev: leptos::ev::SubmitEvent| {
        ev.prevent_default();
        let (true, Some(desk), Some(policy)) = (untrack(ok), chosen_desk.get_untracked(), acts.policy()) else {
            return;
        };
        let intent = Intent::BookCallback {
            desk: desk.id.clone(),
            topic: topic.get_untracked(),
            customer: customer.get_value(),
            policy: policy.pin(),
            note: note.get_untracked().trim().to_owned(),
            interaction: contact_id.get_value(),
            case: case_id.get_value(),
        };
        let id = acts.desk.new_id();
        if acts.tell(acts.desk.act_one(Collection::Callbacks, &id, intent)) {
            let policies = untrack(|| acts.desk.policies());
            let due = acts
                .desk
                .peek::<Appointment>(&id)
                .and_then(|c| baton_engine::clock::callback(&policies, &c, acts.desk.now.get_untracked()));
            acts.say(fill(
                CallbackTexts::get(acts.lang_now()).book_done,
                &[&due.map(|d| acts.time(d.due)).unwrap_or_default()],
            ));
            acts.ui.close();
        }
    };
    let pick = Callback::new(move |id: String| {
        topic.set(id);
        picking.set(false);
    });
    let who = customer.get_value();
    let tier = who.tier.clone();
    let desk_choice = move || {
        all.with_value(|a| (a.len() > 1).then(|| a.iter().map(|d| (d.id.clone(), acts.lang.get().of(&d.name))).collect::<Vec<_>>())).map(|list| {
            view! {
                <label class="form-l"><span>{t().book_desk}</span>
                    <select class="btn" data-test="book-desk" on:change=move |ev| { desk.set(event_target_value(&ev)); picking.set(true); }>
                        {list.into_iter().map(|(id, name)| view! { <option value=id>{name}</option> }).collect_view()}
                    </select>
                </label>
            }
        })
    };
    let body = move || {
        if picking.get() {
            return view! {
                <p class="sheet-q">{t().book_topic_pick}</p>
                <TopicPicker desk=desk.get() chosen=pick/>
            }
            .into_any();
        }
        let refusal = move || {
            no.get().map(|no| refusal_view(acts, &no, chosen_desk.get(), customer.with_value(|c| c.city.clone())))
        };
        view! {
            <div class="form-l"><span>{t().book_topic}</span>
                <span class="hline"><b data-test="book-topic">{topic_name}</b>
                    <button class="link" type="button" data-test="change-topic" on:click=move |_| picking.set(true)>{ExpertTexts::get(acts.lang.get()).other_topic}</button>
                </span>
            </div>
            {refusal}
            {move || (no.get().is_none()).then(|| view! { <Promise desk=desk minute=minute/> })}
            <label class="form-l"><span>{t().note}</span>
                <span class="in in-area"><textarea class="grow" rows="2" data-test="book-note" prop:value=move || note.get()
                    on:input=move |ev| note.set(event_target_value(&ev))></textarea></span>
            </label>
            {move || open.get().map(|due| view! { <p class="hint" data-s="soon" data-test="book-open">{fill(t().book_open, &[&acts.time(due)])}</p> })}
            <div class="pop-f form-f"><span class="grow"></span>
                <button class="btn" data-kind="primary" type="submit" autofocus data-test="book-submit" disabled=move || !ok()>{t().book_submit}" "<kbd class="kbd">"↵"</kbd></button>
            </div>
        }
        .into_any()
    };
    view! {
        <DialogFrame kind="book-callback" title=label>
            <form class="form" data-test="book-callback" on:submit=submit>
                <div class="form-l"><span>{move || t().book_customer}</span>
                    <span class="hline"><b>{who.name.clone()}</b><TierBadge tier=tier/><span class="num dim">{format::masked(&who.number)}</span><span class="mute">{who.city.clone()}</span></span>
                </div>
                {desk_choice}
                {body}
            </form>
        </DialogFrame>
    }
    .into_any()
}

fn refusal_view(acts: Acts, no: &No, desk: Option<Desk>, city: String) -> impl IntoView + use<> {
    let lang = acts.lang.get();
    let t = CallbackTexts::get(lang);
    let (lead, instead): (String, Option<Text>) = match no {
        No::Scope(instead) => (t.out_of_scope.to_owned(), instead.clone()),
        No::City => (fill(t.other_city, &[&city]), desk.and_then(|d| d.other_city)),
    };
    view! {
        <div class="sheet-lead" role="alert" data-test="book-refused" data-s="soon">
            <Icon name="swap"/>
            <div class="grow"><b>{lead}</b>{instead.map(|i| view! { <p>{ExpertTexts::get(lang).instead}{lang.of(&i)}</p> })}</div>
        </div>
    }
}

/// The due time that will be promised, and the sum that makes it.
#[component]
fn Promise(desk: RwSignal<String>, minute: Memo<Timestamp>) -> impl IntoView {
    let acts = Acts::get();
    let t = move || CallbackTexts::get(acts.lang.get());
    let why = Memo::new(move |_| {
        let policies = acts.desk.policies();
        let pin = policies.in_force()?.pin();
        minute.track();
        promise::explain(&policies, &desk.get(), pin, acts.desk.now.get_untracked())
    });
    let time = move |at: Timestamp| {
        let now = acts.desk.now.get_untracked();
        acts.desk
            .policy()
            .map_or_else(String::new, |p| crate::desk::contact::spoken(at, now, p.home().zone(), acts.lang.get()))
    };
    let pieces = move || {
        let lang = acts.lang.get();
        why.get().map(|e| {
            let policies = acts.desk.policies();
            let name = policies.all().iter().rev().find_map(|p| p.rule(&e.rule)).map(|r| lang.of(&r.name)).unwrap_or_default();
            let rule = fill(t().sum_rule, &[&name, &format::rule_length(e.limit, lang)]);
            let rows = e.pieces.into_iter().map(|p| {
                let counts = p.kind == PieceKind::Open;
                let what = if counts { fill(t().sum_open, &[&format::length(p.counts, lang)]) } else { t().sum_closed.to_owned() };
                view! { <li data-s=if counts { "ok" } else { "pause" }><span class="num nowrap">{time(p.from)}" – "{time(p.to)}</span><span class="mute">{what}</span></li> }
            });
            view! { <ul class="sum">{rows.collect_view()}</ul><p class="small mute">{rule}" · "{e.rule}</p> }
        })
    };
    view! {
        <div class="form-l"><span>{move || t().book_promise}</span>
            <div class="grow">
                <b class="promise" data-test="book-due">{move || why.get().map(|e| fill(t().book_promise_text, &[&time(e.clock.due)]))}</b>
                <details class="sum-d"><summary class="link" data-test="book-why">{move || t().why}</summary>{pieces}</details>
            </div>
        </div>
    }
}
