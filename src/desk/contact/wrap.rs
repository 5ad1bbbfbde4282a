//! The wrap-up dock: the disposition may be chosen during the contact, and is confirmed after it. A call has 60 s
//! for that; when they are over nothing is lost and nobody becomes available by himself.

use baton_engine::model::{Callback as Appointment, Case, Channel, Interaction};
use baton_engine::time::Span;
use leptos::prelude::*;

use super::acts::Acts;
use super::local;
use crate::app::state::Doc;
use crate::app::ui_state::Tone;
use crate::i18n::contact::ContactTexts;
use crate::i18n::{Lang, fill, format, words};

/// Time for wrapping up a call (design guide, "Wrap-up").
const LIMIT: Span = Span::from_secs(60);
/// So many dispositions have a button and a digit; the others are in a list.
const BUTTONS: usize = 5;

/// What the contact's own history says about how it ended; the agent may choose otherwise.
pub fn suggested(contact: &Interaction, callback_booked: bool, case_taken: bool) -> Option<&'static str> {
    match contact {
        _ if callback_booked => Some("callback"),
        _ if case_taken => Some("newCase"),
        c if !c.cases.is_empty() => Some("repeat"),
        _ => None,
    }
}

/// State of the 60 s: the key that colours it, what is left or over, and the share used.
fn limit(used: Span) -> (&'static str, Span, i64) {
    let left = LIMIT.minus(used);
    let state = if left.is_negative() {
        "over"
    } else if left <= Span::from_secs(12) {
        "soon"
    } else {
        "ok"
    };
    (state, left, (used.millis() * 100 / LIMIT.millis()).clamp(0, 100))
}

#[component]
pub fn WrapDock(id: String, contact: Memo<Option<Doc<Interaction>>>) -> impl IntoView {
    let acts = Acts::get();
    let t = move || ContactTexts::get(acts.lang.get());
    let chosen = RwSignal::from(local::of(&id).disposition);
    let id = StoredValue::new(id);
    let voice = move || contact.get().is_some_and(|c| c.channel == Channel::Voice);
    let ended = Memo::new(move |_| contact.get().filter(|c| c.is_open()).and_then(|c| c.ended_at));
    let ready = Memo::new(move |_| {
        contact.get().is_some_and(|c| c.is_open() && (c.channel != Channel::Voice || c.ended_at.is_some()))
    });
    let mine = Memo::new(move |_| {
        let me = acts.desk.actor();
        contact.get().is_some_and(|c| c.is_open() && c.holder.as_ref().is_some_and(|h| h.id == me.id))
    });
    let all = Memo::new(move |_| {
        let lang = acts.lang.get();
        let list = acts
            .desk
            .policy()
            .map(|p| p.dispositions.iter().map(|d| (d.id.clone(), lang.of(&d.name))).collect::<Vec<_>>());
        list.unwrap_or_default()
    });
    // A suggestion is put in once, when the call has ended and nothing was chosen.
    Effect::new(move |_| {
        if !ready.get() || !mine.get_untracked() || chosen.get_untracked().is_some() {
            return;
        }
        let (booked, taken) = id.with_value(|id| {
            untrack(|| {
                let from = |source: &Option<String>| source.as_deref() == Some(id);
                let booked = !acts.desk.find::<Appointment>(|c| from(&c.interaction)).is_empty();
                (booked, !acts.desk.find::<Case>(|c| from(&c.interaction)).is_empty())
            })
        });
        if let Some(id) = untrack(|| contact.get()).and_then(|c| suggested(&c, booked, taken))
            && untrack(|| all.get()).iter().any(|(d, _)| d == id)
        {
            chosen.set(Some(id.to_owned()));
        }
    });
    let clock = Memo::new(move |_| ended.get().map(|from| limit(acts.desk.now.get().since(from))));
    // Said once, politely, and never more than that.
    let over = Memo::new(move |_| clock.get().is_some_and(|(_, left, _)| left.is_negative()));
    Effect::new(move |was: Option<bool>| {
        let now = over.get() && mine.get_untracked();
        if now && was == Some(false) {
            acts.ui.toast(ContactTexts::get(acts.lang_now()).wrap_over_once, Tone::Bad, None);
        }
        now
    });
    let done = move || {
        id.with_value(|id| acts.dispose(id));
    };
    super::on_keys(move |ev| {
        let idle = acts.ui.dialog.try_get_untracked() == Some(None) && mine.try_get_untracked() == Some(true);
        if !idle || ev.default_prevented() || ev.is_composing() {
            return;
        }
        if ev.key() == "Enter" && (ev.ctrl_key() || ev.meta_key()) && voice_now(contact) && ready.get_untracked() {
            ev.prevent_default();
            done();
        } else if !super::in_text(ev) && !ev.ctrl_key() && !ev.meta_key() && !ev.alt_key() {
            let digit = ev.key().parse::<usize>().ok().filter(|d| (1..=BUTTONS).contains(d));
            if let Some((id, _)) = digit.and_then(|d| all.get_untracked().into_iter().nth(d - 1)) {
                chosen.set(Some(id));
            }
        }
    });

    let buttons = move || {
        all.get()
            .into_iter()
            .take(BUTTONS)
            .enumerate()
            .map(|(n, (id, name))| {
                let (mine_id, is, title) = (id.clone(), id.clone(), name.clone());
                let on = Memo::new(move |_| chosen.get().as_deref() == Some(is.as_str()));
                view! {
                    <button class="btn" type="button" role="radio" data-test="disposition" data-id=id.clone() title=title
                        aria-checked=move || on.get().to_string()
                        tabindex=move || if on.get() || (n == 0 && chosen.get().is_none()) { "0" } else { "-1" }
                        on:click=move |_| chosen.set(Some(mine_id.clone()))>
                        <span class="k" aria-hidden="true">{n + 1}</span><span class="cut">{name}</span>
                    </button>
                }
            })
            .collect_view()
    };
    // All of them, also those whose button has no room.
    let others = move || {
        let all = all.get();
        let beyond = all.iter().skip(BUTTONS).any(|(id, _)| chosen.get().as_ref() == Some(id));
        let options = all.into_iter().map(|(id, name)| {
            let value = id.clone();
            view! { <option value=value selected=move || chosen.get().as_ref() == Some(&id)>{name}</option> }
        });
        view! {
            <select class="btn disp-more" data-test="disposition-more" aria-label=t().wrap_more data-on=beyond.to_string()
                on:change=move |ev| chosen.set(Some(event_target_value(&ev)).filter(|v| !v.is_empty()))>
                <option value="" selected=move || chosen.get().is_none()>{t().wrap_more}</option>
                {options.collect_view()}
            </select>
        }
    };
    let arrows = move |ev: leptos::ev::KeyboardEvent| {
        let step: i64 = match ev.key().as_str() {
            "ArrowRight" | "ArrowDown" => 1,
            "ArrowLeft" | "ArrowUp" => -1,
            _ => return,
        };
        ev.prevent_default();
        let list = all.get_untracked();
        let count = list.len().min(BUTTONS) as i64;
        let at = list.iter().position(|(id, _)| chosen.get_untracked().as_ref() == Some(id)).map_or(-1, |p| p as i64);
        if count > 0
            && let Some((id, _)) = list.get((at + step).rem_euclid(count) as usize)
        {
            chosen.set(Some(id.clone()));
            super::focus(&format!("[data-test='disposition'][data-id='{id}']"));
        }
    };
    let time = move || {
        let lang = acts.lang.get();
        match clock.get() {
            Some((state, left, percent)) => view! {
                <span class="clock" data-s=state data-test="wrap-clock" style:--p=percent.to_string()
                    title=fill(if left.is_negative() { t().wrap_over } else { t().wrap_left }, &[&format::length(left, lang)])>
                    {(left.is_negative()).then(|| words::Words::get(lang).over_mark)}{format::length(left, lang)}
                </span>
            }
            .into_any(),
            None => view! { <b class="nowrap">{t().wrap}</b> }.into_any(),
        }
    };
    let end = move || {
        if ready.get() && voice() || (mine.get() && !voice()) {
            let off = move || chosen.get().is_none();
            view! {
                <button class="btn" type="button" data-kind="primary" data-test="wrap-done" aria-disabled=move || off().then_some("true")
                    title=move || off().then(|| t().wrap_pick) on:click=move |_| done()>
                    {move || if voice() { t().wrap_done } else { t().finish }}" "
                    {voice().then(|| view! { <kbd class="kbd">"Ctrl ↵"</kbd> })}
                </button>
            }
            .into_any()
        } else {
            view! { <span class="small mute nowrap wrap-limit">{fill(t().wrap_limit, &["60"])}</span> }.into_any()
        }
    };
    move || {
        if !contact.get().is_some_and(|c| c.is_open()) {
            return contact.get().map(|c| ended_dock(&acts, &c, acts.lang.get())).into_any();
        }
        if !mine.get() {
            return ().into_any();
        }
        let (time, others, end) = (time, others, end);
        view! {
            <footer class="wrap" aria-label=t().wrap data-test="wrap" data-wrap=move || ended.get().is_some().to_string()>
                <div class="wrap-time">{time}</div>
                <div class="disp" role="radiogroup" aria-label=t().wrap on:keydown=arrows>{buttons}</div>
                {others}
                <span class="grow"></span>
                {end}
            </footer>
        }
        .into_any()
    }
}

fn voice_now(contact: Memo<Option<Doc<Interaction>>>) -> bool {
    contact.try_get_untracked().flatten().is_some_and(|c| c.channel == Channel::Voice)
}

/// After the contact is done the dock says how it ended.
fn ended_dock(acts: &Acts, contact: &Interaction, lang: Lang) -> impl IntoView + use<> {
    let t = ContactTexts::get(lang);
    let policy = acts.desk.policy();
    let found = policy.as_ref().and_then(|p| p.dispositions.iter().find(|d| d.id == contact.disposition));
    let name = found.map_or_else(|| contact.disposition.clone(), |d| lang.of(&d.name));
    let by = contact.holder.as_ref().map(|h| h.name.clone());
    view! {
        <footer class="wrap" aria-label=t.wrap data-test="wrap-ended">
            <span class="strong">{fill(t.disposed, &[&name])}</span><span class="grow"></span><span class="small mute nowrap">{by}</span>
        </footer>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixty_seconds_then_over_never_back() {
        assert_eq!(limit(Span::ZERO), ("ok", Span::from_secs(60), 0));
        assert_eq!(limit(Span::from_secs(48)).0, "soon");
        assert_eq!(limit(Span::from_secs(60)), ("soon", Span::ZERO, 100));
        assert_eq!(limit(Span::from_secs(75)), ("over", Span::from_secs(-15), 100));
    }

    #[test]
    fn what_happened_suggests_how_it_ended() {
        let mut contact = Interaction::default();
        assert_eq!(suggested(&contact, false, false), None);
        contact.cases.push("c".into());
        assert_eq!(suggested(&contact, false, false), Some("repeat"));
        assert_eq!(suggested(&contact, false, true), Some("newCase"));
        assert_eq!(suggested(&contact, true, true), Some("callback"));
    }
}
