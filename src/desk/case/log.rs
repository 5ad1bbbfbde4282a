//! The journal of a case, newest first: who, for which organisation, when, what. Every intent has its words here.

use baton_engine::model::{Case, Entry, Intent};
use leptos::prelude::*;

use super::room::Room;
use crate::i18n::case::{CaseTexts, link};
use crate::i18n::{Lang, fields, fill, format};
use crate::ui::each::Each;

/// Entries that are shown before "show all".
const SHORT: usize = 6;

#[derive(Clone, PartialEq)]
struct Line {
    id: String,
    when: String,
    full: String,
    org: String,
    person: String,
    what: String,
}

#[component]
pub fn Journal(room: Room) -> impl IntoView {
    let all = RwSignal::new(false);
    let count = Memo::new(move |_| room.case.with(|c| c.as_ref().map_or(0, |c| c.journal.len())));
    let lines = Memo::new(move |_| {
        let shown = if all.get() { usize::MAX } else { SHORT };
        room.case.with(|c| {
            c.as_ref().map(|c| c.journal.iter().rev().take(shown).map(|e| line(room, c, e)).collect::<Vec<_>>())
        })
    });
    let lines = move || lines.get().unwrap_or_default();
    let t = move || room.t();
    view! {
        <section class="case-log" data-test="journal" aria-label=move || t().journal>
            <ol class="log" aria-label=move || t().journal>
                <Each each=lines key=|l| (l.id.clone(), l.when.clone(), l.what.clone()) let:line>
                    <li data-test="journal-entry">
                        <time title=line.full>{line.when}</time>
                        <b class="cut">{line.org}</b>
                        <span class="log-what"><span class="mute">{line.person}</span>" "{line.what}</span>
                    </li>
                </Each>
            </ol>
            <Show when=move || count.get() == 0>
                <p class="small mute">{move || t().journal_empty}</p>
            </Show>
            <Show when=move || { count.get() > SHORT }>
                <button class="link small" type="button" data-test="journal-all" aria-expanded=move || all.get().to_string()
                    on:click=move |_| all.update(|a| *a = !*a)>
                    {move || if all.get() { t().show_less.to_owned() } else { fill(t().show_all, &[&count.get().to_string()]) }}
                </button>
            </Show>
        </section>
    }
}

fn line(room: Room, case: &Case, entry: &Entry) -> Line {
    let lang = room.lang.get();
    let today = |at, now| room.with_zone(|z, l| format::moment(at, now, z, l));
    let org =
        if entry.by.org.is_empty() { CaseTexts::get(lang).system.to_owned() } else { room.name(&entry.by.org, true) };
    Line {
        id: entry.id.clone(),
        // The date appears by itself once the entry is not of today.
        when: today(entry.at, room.slow.get()),
        full: room.with_zone(|z, l| {
            format!("{} {}", format::long_date(entry.at, z, l), format::clock_time_secs(entry.at, z))
        }),
        org,
        person: entry.by.name.clone(),
        what: what(room, case, &entry.intent, lang),
    }
}

fn with_note(text: &str, note: &str, lang: Lang) -> String {
    let colon = if lang == Lang::Zh { "：" } else { ": " };
    if note.trim().is_empty() { text.to_owned() } else { format!("{text}{colon}{note}") }
}

/// An intent in words.
fn what(room: Room, case: &Case, intent: &Intent, lang: Lang) -> String {
    let t = CaseTexts::get(lang);
    let org = |id: &str| room.name(id, true);
    let leg_to = |leg: &str| case.leg(leg).map_or_else(String::new, |l| org(&l.to));
    match intent {
        Intent::OpenCase { title, .. } => fill(t.j_open, &[title]),
        Intent::TakeCase => t.j_take.into(),
        Intent::AddNote { text } => fill(t.j_note, &[text]),
        Intent::RecordRepeat { text, .. } => with_note(t.j_repeat, text, lang),
        Intent::Dispatch { to, request, despite_deadline, .. } => {
            fill(if *despite_deadline { t.j_dispatch_despite } else { t.j_dispatch }, &[&org(to), request])
        }
        Intent::ReceiveLeg { .. } => t.j_receive.into(),
        Intent::AnswerLeg { text, .. } => fill(t.j_answer, &[text]),
        Intent::ReturnLeg { reason, .. } => fill(t.j_return, &[reason]),
        Intent::WithdrawLeg { leg, reason } => fill(t.j_withdraw, &[&leg_to(leg), reason]),
        Intent::ChaseLeg { leg, text } => with_note(&fill(t.j_chase, &[&leg_to(leg)]), text, lang),
        Intent::RecordReferral { to, note } => with_note(&fill(t.j_referral, &[to]), note, lang),
        Intent::AwaitCustomer { what } => fill(t.j_await, &[what]),
        Intent::CustomerResponded { text } => with_note(t.j_responded, text, lang),
        Intent::HoldCase { reason } => fill(t.j_hold, &[reason]),
        Intent::UnholdCase => t.j_unhold.into(),
        Intent::ChangeClass { service_class, .. } => {
            let class = room.policy().map(|p| lang.of(&p.class(service_class).name));
            fill(t.j_class, &[&class.unwrap_or_else(|| service_class.clone())])
        }
        Intent::AnswerCustomer { text } => fill(t.j_answer_customer, &[text]),
        Intent::LogContactAttempt { note } => with_note(t.j_attempt, note, lang),
        Intent::CloseCase { note } => with_note(t.j_close, note, lang),
        Intent::ReopenCase { reason } => fill(t.j_reopen, &[reason]),
        Intent::CancelCase { reason, into: None } => fill(t.j_cancel, &[reason]),
        Intent::CancelCase { reason, into: Some(into) } => fill(t.j_cancel_into, &[reason, &number(room, into)]),
        Intent::ReassignCase { person } => fill(t.j_reassign, &[&person.name]),
        Intent::LinkCase { link: l } => fill(t.j_link, &[link(l.kind, lang), &number(room, &l.case)]),
        Intent::EscalateCase { reason } => fill(t.j_escalate, &[reason]),
        Intent::EditFields { changes } => fields::changes(changes, room.policy().as_deref(), lang),
        other => elsewhere(other, t, lang),
    }
}

/// Intents of other documents: a case's journal has none of them unless another system wrote it.
fn elsewhere(intent: &Intent, t: &CaseTexts, lang: Lang) -> String {
    match intent {
        Intent::StartInteraction { reason, .. } => with_note(t.j_contact, reason, lang),
        Intent::AcceptInteraction => t.j_contact_took.into(),
        Intent::SetCallState { .. } => t.j_call.into(),
        Intent::SetTopic { topic } => fill(t.j_topic, &[topic]),
        Intent::OfferTransfer { seat, .. } => fill(t.j_offer, &[seat]),
        Intent::DeclineTransfer { reason } => with_note(t.j_offer_no, reason, lang),
        Intent::LapseTransfer => t.j_offer_lapse.into(),
        Intent::AcceptTransfer => t.j_offer_yes.into(),
        Intent::LinkInteraction { case } => fill(t.j_link, &[t.link_related, case]),
        Intent::EndInteraction => t.j_contact_end.into(),
        Intent::Dispose { disposition, note } => with_note(&fill(t.j_dispose, &[disposition]), note, lang),
        Intent::SendMessage { text, .. } => fill(t.j_message, &[text]),
        Intent::BookCallback { topic, .. } => fill(t.j_callback, &[topic]),
        Intent::ClaimCallback => t.j_claim.into(),
        Intent::ReleaseCallback { reason } => with_note(t.j_release, reason, lang),
        Intent::LogCallbackAttempt { note, .. } => with_note(t.j_try, note, lang),
        Intent::CancelCallback { reason } => fill(t.j_callback_end, &[reason]),
        Intent::SetPresence { .. } => t.j_presence.into(),
        Intent::RevealField { field, reason } => fill(t.j_reveal, &[field, reason]),
        _ => String::new(),
    }
}

/// The number of another case, or the end of its id while it is not on this device.
pub fn number(room: Room, id: &str) -> String {
    match room.desk.get_doc::<Case>(id) {
        Some(case) if !case.number.is_empty() => case.number.clone(),
        _ => id.chars().rev().take(6).collect::<Vec<_>>().into_iter().rev().collect(),
    }
}
