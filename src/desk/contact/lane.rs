//! One written conversation: head, messages by time, and the text that is being written. Each conversation keeps
//! its own draft; what is sent shows at once, queued until the backend has it.

use std::cell::RefCell;

use baton_engine::model::{Channel, Collection, Direction, Intent, Interaction, Message};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::acts::Acts;
use super::callbar::channel_icon;
use super::slash::{Slash, SlashMenu};
use super::{sms, voice};
use crate::app::state::{Connection, Doc};
use crate::app::ui_state::Dialog;
use crate::i18n::contact::{ContactTexts, TEMPLATES};
use crate::i18n::{fill, format};
use crate::ui::clock::ClockView;
use crate::ui::draft::use_draft;
use crate::ui::each::Each;
use crate::ui::icon::Icon;
use crate::ui::tier::TierBadge;

type Contact = Memo<Option<Doc<Interaction>>>;

thread_local! {
    /// The conversation whose field gets the caret when it is drawn next.
    static WRITE_ON: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// The next time that this conversation is drawn, the caret goes into its field.
pub fn write_on(id: &str) {
    WRITE_ON.set(Some(id.to_owned()));
}

#[component]
pub fn Lane(
    id: String,
    /// Its number when there are several.
    place: Signal<Option<usize>>,
    focused: Signal<bool>,
) -> impl IntoView {
    let acts = Acts::get();
    let key = id.clone();
    let contact = Memo::new(move |_| acts.desk.get_doc::<Interaction>(&key));
    let name = move || contact.get().map(|c| c.customer.name.clone()).unwrap_or_default();
    // Writing in a lane selects it, and the customer panel follows; the caret comes back to the field.
    let here = id.clone();
    let enter = move |ev: leptos::ev::FocusEvent| {
        let field = ev.target().and_then(|t| t.dyn_into::<web_sys::HtmlTextAreaElement>().ok()).is_some();
        if field && !focused.get_untracked() {
            write_on(&here);
            acts.ui.select(Collection::Interactions, &here);
        }
    };
    let (head, messages) = (id.clone(), id.clone());
    let own = id.clone();
    view! {
        <article class="lane-c" on:focusin=enter data-test="lane" data-id=own data-focus=move || focused.get().then_some("") aria-label=name>
            <Head id=head contact=contact place=place/>
            <Messages id=messages/>
            <Compose id=id contact=contact/>
        </article>
    }
}

#[component]
fn Head(id: String, contact: Contact, place: Signal<Option<usize>>) -> impl IntoView {
    let acts = Acts::get();
    let t = move || ContactTexts::get(acts.lang.get());
    let case = voice::case_of(acts, contact);
    let key = id.clone();
    let clock = Signal::derive(move || acts.desk.row(Collection::Interactions, &key).and_then(|r| r.clock));
    let icon = Signal::derive(move || contact.get().map_or("chat", |c| channel_icon(c.channel)));
    let select_id = id.clone();
    let link_id = id.clone();
    let case_tag = move || {
        let (case, contact) = (case.get()?, contact.get()?);
        let number = format::case_number(&case.number).to_owned();
        if contact.cases.contains(&case.id) || case.interaction.as_deref() == Some(&contact.id) {
            return Some(view! { <span class="tag" data-test="lane-case"><Icon name="case"/>{fill(t().linked_case, &[&number])}</span> }.into_any());
        }
        let id = link_id.clone();
        contact.is_open().then(|| {
            view! {
                <button class="tag" type="button" data-test="link-case" on:click=move |_| { acts.attach(&id, &case); }>
                    <Icon name="link"/>{t().link_case}" "{number}
                </button>
            }
            .into_any()
        })
    };
    view! {
        <header class="lane-h">
            <div class="hline">
                <Icon name=icon small=true/>
                <button class="lane-name cut" type="button" on:click=move |_| acts.ui.select(Collection::Interactions, &select_id)>
                    <b>{move || contact.get().map(|c| c.customer.name.clone())}</b>
                </button>
                <TierBadge tier=Signal::derive(move || contact.get().map(|c| c.customer.tier.clone()).unwrap_or_default())/>
                <span class="grow"></span>
                <ClockView clock=clock/>
            </div>
            <div class="hline small">
                <span class="mute cut grow">{move || contact.get().map(|c| c.reason.clone())}</span>
                {case_tag}
                {move || place.get().map(|n| view! { <kbd class="kbd">{format!("Alt {n}")}</kbd> })}
            </div>
        </header>
    }
}

#[component]
fn Messages(id: String) -> impl IntoView {
    let acts = Acts::get();
    let t = move || ContactTexts::get(acts.lang.get());
    let messages = Memo::new(move |_| acts.desk.messages(&id));
    let pane = NodeRef::<leptos::html::Div>::new();
    // New messages come into sight unless the reader has scrolled up.
    Effect::new(move |before: Option<usize>| {
        let count = messages.with(Vec::len);
        if let Some(pane) = pane.get() {
            let near = pane.scroll_height() - pane.scroll_top() - pane.client_height() < 160;
            if before.is_none() || (near && before != Some(count)) {
                request_animation_frame(move || pane.set_scroll_top(pane.scroll_height()));
            }
        }
        count
    });
    let time = move |m: &Message| {
        let (at, policy) = (m.at?, acts.desk.policy()?);
        Some(format::moment(at, acts.desk.now.get_untracked(), policy.home().zone(), acts.lang.get()))
    };
    let one = move |m: Doc<Message>| {
        let mine = m.direction == Direction::Outbound;
        let (when, key) = (m.clone(), m.id.clone());
        let pending = Memo::new(move |_| mine && acts.desk.is_pending(Collection::Messages, &key));
        let state = move || {
            mine.then(|| {
                let (icon, word) = if pending.get() { ("clock", t().queued) } else { ("checks", t().acked) };
                view! { <span class="hline msg-s" data-test="message-state"><Icon name=icon/>{word}</span> }
            })
        };
        view! {
            <div class=if mine { "msg me" } else { "msg" } data-test="message" data-id=m.id.clone()
                data-out=move || pending.get().then_some("queued")>
                <p>{m.text.clone()}</p>
                <small><time>{move || time(&when)}</time>{state}</small>
            </div>
        }
    };
    let offline = move || {
        let Connection::Offline { since } = acts.desk.connection.get() else { return None };
        let policy = acts.desk.policy()?;
        let text = fill(t().cut_off, &[&format::clock_time_secs(since, policy.home().zone())]);
        Some(view! { <div class="cutline">{text}</div> })
    };
    view! {
        <div class="msgs" node_ref=pane tabindex="0" role="log" aria-label=move || t().conversation data-test="messages">
            <div class="msgs-top"></div>
            {move || messages.with(Vec::is_empty).then(|| view! {
                <div class="empty"><Icon name="chat"/><b>{t().no_messages}</b><p>{t().no_messages_hint}</p></div>
            })}
            <Each each=move || messages.get() key=|m| m.id.clone() children=one/>
            {offline}
        </div>
    }
}

#[component]
fn Compose(id: String, contact: Contact) -> impl IntoView {
    let acts = Acts::get();
    let t = move || ContactTexts::get(acts.lang.get());
    let draft = use_draft(format!("reply/{id}"));
    let text = draft.text;
    let write = Callback::new(move |now: String| draft.write(now));
    let name = Signal::derive(move || contact.get().map(|c| c.customer.name.clone()).unwrap_or_default());
    let slash = Slash::new(TEMPLATES, text.into(), write, name);
    let id = StoredValue::new(id);
    let channel = Memo::new(move |_| contact.get().map_or(Channel::WebChat, |c| c.channel));
    let offline = Memo::new(move |_| matches!(acts.desk.connection.get(), Connection::Offline { .. }));
    // None: this person may write. Else nobody has it, or somebody else.
    let holder = Memo::new(move |_| {
        let c = contact.get()?;
        let me = acts.desk.actor();
        match &c.holder {
            _ if !c.is_open() => Some(Err(String::new())),
            None => Some(Ok(())),
            Some(h) if h.id == me.id => None,
            Some(h) => Some(Err(h.name.clone())),
        }
    });
    let empty = Memo::new(move |_| text.with(|x| x.trim().is_empty()));
    let send = move || {
        let Some(c) = contact.get_untracked() else { return };
        let said = text.get_untracked();
        if said.trim().is_empty() {
            return;
        }
        let intent = Intent::SendMessage {
            interaction: c.id.clone(),
            channel: c.channel,
            direction: Direction::Outbound,
            customer: c.customer.clone(),
            text: said.trim().to_owned(),
        };
        if acts.tell(acts.desk.act_one(Collection::Messages, &acts.desk.new_id(), intent)) {
            draft.reset();
        }
    };
    let on_key = move |ev: KeyboardEvent| {
        if slash.key(&ev) {
            return;
        }
        if ev.key() == "Enter" && (ev.ctrl_key() || ev.meta_key()) && !ev.is_composing() {
            ev.prevent_default();
            ev.stop_propagation();
            send();
        }
    };
    let hint = move || match channel.get() {
        Channel::Sms | Channel::Mms => t().write_sms,
        Channel::Email => t().write_mail,
        _ => t().write_chat,
    };
    let count = move || {
        (channel.get() == Channel::Sms).then(|| {
            let length = text.with(|x| sms::length(x));
            let parts = (length.parts > 1).then(|| fill(t().parts, &[&length.parts.to_string()]));
            view! {
                <span class="num small mute nowrap" data-test="sms-count" data-parts=length.parts.to_string()>
                    {fill(t().characters, &[&length.used.to_string(), &length.room.to_string()])}" "{parts}
                </span>
            }
        })
    };
    let field = NodeRef::<leptos::html::Textarea>::new();
    Effect::new(move |_| {
        let wanted = || WRITE_ON.with_borrow(|w| id.with_value(|id| w.as_deref() == Some(id)));
        if let Some(field) = field.get()
            && wanted()
        {
            WRITE_ON.set(None);
            let _ = field.focus();
        }
    });
    let writable = move || {
        view! {
            <div class="compose" data-channel=move || format!("{:?}", channel.get())>
                <div class="notes-w">
                    <textarea node_ref=field data-test="reply" data-id=id.get_value() aria-label=move || fill(t().reply_to, &[&name.get()]) placeholder=hint
                        prop:value=move || text.get() on:input=move |ev| write.run(event_target_value(&ev)) on:keydown=on_key
                        on:blur=move |_| draft.keep()></textarea>
                    <SlashMenu slash=slash/>
                </div>
                <div class="compose-f">
                    <button class="ib" type="button" data-test="templates-open" title=move || t().templates aria-label=move || t().templates on:click=move |_| slash.toggle()><Icon name="template"/></button>
                    <button class="ib" type="button" data-test="to-manager" title=move || t().to_manager aria-label=move || t().to_manager
                        on:click=move |_| acts.ui.open(Dialog::Intake { contact: id.try_get_value() })><Icon name="transfer"/></button>
                    {count}
                    <span class="grow"></span>
                    <button class="btn" type="button" data-kind="primary" data-test="send" disabled=move || empty.get() on:click=move |_| send()>
                        {move || if offline.get() { t().queue } else { t().send }}" "<kbd class="kbd">"Ctrl ↵"</kbd>
                    </button>
                </div>
            </div>
        }
    };
    move || {
        match holder.get() {
        None => writable().into_any(),
        Some(Ok(())) => view! {
            <div class="compose compose-take">
                <span class="small mute grow">{t().claim_hint}</span>
                <button class="btn" type="button" data-kind="primary" data-test="claim" on:click=move |_| { id.with_value(|id| acts.answer(id)); }>{t().claim}</button>
            </div>
        }
        .into_any(),
        Some(Err(who)) if who.is_empty() => ().into_any(),
        Some(Err(who)) => view! { <div class="compose" data-idle=""><span class="cut grow">{fill(t().read_only, &[&who])}</span></div> }.into_any(),
    }
    }
}
