//! Call notes: a draft kept in this browser, stored with the contact when the field is left and at wrap-up.

use baton_engine::model::{Case, Interaction};
use baton_engine::time::Timestamp;
use leptos::prelude::*;

use super::acts::Acts;
use super::note;
use super::slash::{Slash, SlashMenu};
use crate::app::state::Doc;
use crate::i18n::contact::{ContactTexts, PHRASES};
use crate::i18n::{fill, format};
use crate::ui::draft::use_draft_or;

#[component]
pub fn Notes(id: String, contact: Memo<Option<Doc<Interaction>>>, case: Memo<Option<Doc<Case>>>) -> impl IntoView {
    let acts = Acts::get();
    let t = move || ContactTexts::get(acts.lang.get());
    let saved = untrack(|| contact.get()).map(|c| note::without_verification(&c.note)).unwrap_or_default();
    let draft = use_draft_or(note::draft_key(&id), saved);
    let text = draft.text;
    let kept_at = RwSignal::new(None::<Timestamp>);
    let write = Callback::new(move |now: String| {
        draft.write(now);
        kept_at.set(Some(acts.desk.now.get_untracked()));
    });
    let who = move || {
        contact
            .get()
            .map(|c| c.customer.name.clone())
            .filter(|n| !n.is_empty())
            .unwrap_or_else(|| t().unknown_caller.into())
    };
    let slash = Slash::new(PHRASES, text.into(), write, Signal::derive(who));
    // Who is not the holder may read, and so may everybody once it is done.
    let mine = Memo::new(move |_| {
        let me = acts.desk.actor();
        contact.get().is_some_and(|c| c.is_open() && c.holder.as_ref().is_none_or(|h| h.id == me.id))
    });
    let foot = move || match case.get() {
        Some(case) => fill(t().note_for_case, &[&who(), format::case_number(&case.number)]),
        None => fill(t().note_for, &[&who()]),
    };
    let stored = move || {
        contact.get().is_some_and(|c| note::without_verification(&c.note) == text.get() && !text.get().is_empty())
    };
    let state = move || {
        if stored() {
            return t().note_saved.to_owned();
        }
        let Some(at) = kept_at.get() else { return String::new() };
        let time = acts.desk.policy().map_or_else(String::new, |p| format::clock_time_secs(at, p.home().zone()));
        fill(t().draft_kept, &[&time])
    };
    let save_id = id.clone();
    view! {
        <section class="notes" aria-label=move || t().notes>
            <div class="sec-h"><h2>{move || t().notes}</h2><span class="grow"></span><span data-test="note-state">{state}</span></div>
            <div class="notes-w">
                {move || if mine.get() {
                    let save_id = save_id.clone();
                    view! {
                        <textarea spellcheck="false" data-test="note" aria-label=move || t().notes placeholder=move || t().notes_hint
                            prop:value=move || text.get()
                            on:input=move |ev| write.run(event_target_value(&ev))
                            on:keydown=move |ev| { slash.key(&ev); }
                            on:blur=move |_| { draft.keep(); acts.save_note(&save_id); }></textarea>
                    }.into_any()
                } else {
                    view! { <p class="note-read" data-test="note-read">{move || contact.get().map(|c| c.note.clone())}</p> }.into_any()
                }}
                <SlashMenu slash=slash/>
            </div>
            <div class="notes-f">
                <span class="nowrap cut">{foot}</span><span class="grow"></span>
                <button class="nowrap" type="button" disabled=move || !mine.get() on:click=move |_| slash.toggle()>{move || t().phrases}" "<kbd class="kbd">"/"</kbd></button>
            </div>
        </section>
    }
}
