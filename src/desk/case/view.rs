//! The parts of a case in their order: head, description, track, scale, notes, journal, actions.

use baton_engine::clock::{self, Clock, ClockState};
use baton_engine::model::{Case, Collection, Interaction, Status};
use baton_engine::policy::Policy;
use baton_engine::relay;
use leptos::prelude::*;

use super::act::edits_nothing;
use super::actions::Actions;
use super::description::Description;
use super::log::{Journal, number};
use super::room::{Room, minutes};
use super::scale::ScaleBar;
use super::track::RelayTrack;
use crate::app::commands::Action;
use crate::app::ui_state::Dialog;
use crate::i18n::commands::CommandTexts;
use crate::i18n::{Lang, case::link, fill, format, words};
use crate::ui::clock::{ClockView, ticking};
use crate::ui::each::Each;
use crate::ui::icon::Icon;
use crate::ui::kbd::Hint;
use crate::ui::tier::TierBadge;

/// A case in the work area, alone or below a call.
#[component]
pub fn CaseView(#[prop(into)] id: String) -> impl IntoView {
    let room = Room::new(id);
    let here = Memo::new(move |_| room.case.with(Option::is_some));
    move || {
        if here.get() {
            view! { <WholeCase room/> }.into_any()
        } else {
            view! {
                <div class="empty" data-test="case-gone">
                    <Icon name="case"/><b>{move || room.t().gone}</b><p>{move || room.t().gone_hint}</p>
                </div>
            }
            .into_any()
        }
    }
}

#[component]
fn WholeCase(room: Room) -> impl IntoView {
    view! {
        <section class="case" data-test="case" data-id=room.id() aria-label=move || room.t().case>
            <Head room/>
            <Description room/>
            <RelayTrack room/>
            <ScaleBar room/>
            <Notes room/>
            <Journal room/>
            <Actions room/>
        </section>
    }
}

/// The reply clock, computed anew only when the document, the rules or the slow time change.
fn reply(room: Room) -> Memo<Option<Clock>> {
    Memo::new(move |_| {
        let policy = room.policy()?;
        let now = room.slow.get();
        room.case.with(|c| clock::reply(&policy, c.as_deref()?, now))
    })
}

#[component]
fn Head(room: Room) -> impl IntoView {
    let t = move || room.t();
    let of = move |read: fn(&Case) -> String| room.case.with(|c| c.as_ref().map(|c| read(c)).unwrap_or_default());
    // Below a call, the caller is the page's heading.
    let alone = Memo::new(move |_| room.ui.selected.with(|s| matches!(s, Some((Collection::Cases, _)))));
    let title = move || of(|c| c.title.clone());
    let heading = move || {
        if alone.get() {
            view! { <h1 class="cut case-title" title=title data-test="case-title">{title}</h1> }.into_any()
        } else {
            view! { <h2 class="cut case-title" title=title data-test="case-title">{title}</h2> }.into_any()
        }
    };
    let path = move || {
        let lang = room.lang.get();
        room.policy().map(|p| category_path(&p, &of(|c| c.category.clone()), lang)).unwrap_or_default()
    };
    let owner = move || {
        room.case.with(|c| {
            let Some(c) = c.as_ref() else { return String::new() };
            if c.owner.org.is_empty() {
                return t().no_owner.to_owned();
            }
            let you = room.desk.actor().id == c.owner.person.id;
            let who = format!("{}{}", c.owner.person.name, if you { t().you_mark } else { "" });
            let org = room.name(&c.owner.org, true);
            match c.opened_at {
                Some(at) => fill(t().first_asked_at, &[&who, &org, &room.moment(at)]),
                None => fill(t().first_asked, &[&who, &org]),
            }
        })
    };
    let owner_org = move || of(|c| c.owner.org.clone());
    // Which rules the clocks follow, for good.
    let pin = move || {
        let pin = room.case.with(|c| c.as_ref().map(|c| c.policy.clone()))?;
        (!pin.id.is_empty()).then(|| fill(room.t().pin, &[&format!("{} {}", pin.id, pin.version)]))
    };
    view! {
        <header class="case-h">
            <div class="grow">
                <div class="case-heading">{heading}<EditButton room/></div>
                <p class="small mute cut">
                    <span class="num" data-test="case-number">{move || of(|c| c.number.clone())}</span>
                    <span class="case-path">{path}</span>
                    <span data-test="owner" data-org=owner_org>{owner}</span>
                    <span class="num case-pin" data-test="case-pin">{pin}</span>
                </p>
                <Tags room/>
            </div>
            <ReplyClock room/>
        </header>
    }
}

/// Shown to whoever may edit the case.
#[component]
fn EditButton(room: Room) -> impl IntoView {
    let may = Memo::new(move |_| {
        room.desk.actor();
        room.case
            .with(|c| c.as_ref().is_some_and(|c| room.desk.would(Collection::Cases, &c.id, edits_nothing(c)).is_none()))
    });
    let words = move || CommandTexts::get(room.lang.get()).edit;
    let edit = move |_| room.ui.open(Dialog::Edit { collection: Collection::Cases, id: room.id() });
    view! {
        <Show when=move || may.get()>
            <button class="ib" type="button" data-test="case-edit" title=words aria-label=words on:click=edit>
                <Icon name="edit" small=true/>
            </button>
        </Show>
    }
}

/// Parents first: `数据业务 / 手机视频`.
fn category_path(policy: &Policy, id: &str, lang: Lang) -> String {
    let mut names = Vec::new();
    let mut at = policy.category(id);
    // Deep enough for any pack; guards against a parent cycle.
    while let (Some(category), true) = (at, names.len() < 8) {
        names.push(lang.of(&category.name));
        at = category.parent.as_deref().and_then(|p| policy.category(p));
    }
    if names.is_empty() {
        return id.to_owned();
    }
    names.reverse();
    names.join(" / ")
}

/// The tone of a status.
fn tone(status: Status) -> Option<&'static str> {
    match status {
        Status::Resolved | Status::Closed => Some("ok"),
        Status::Pending | Status::Held => Some("pause"),
        Status::InProgress | Status::Acknowledged => Some("accent"),
        Status::Rejected | Status::Cancelled => None,
    }
}

/// The name of a status in documents, for tests and styles.
fn status_key(status: Status) -> String {
    serde_json::to_value(status).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

#[component]
fn Tags(room: Room) -> impl IntoView {
    let t = move || room.t();
    let status = Memo::new(move |_| room.case.with(|c| c.as_ref().map(|c| c.status)).unwrap_or_default());
    let class = move || {
        let policy = room.policy()?;
        room.case.with(|c| Some(room.lang.get().of(&policy.class(c.as_ref()?.current_class()).name)))
    };
    let tier =
        Signal::derive(move || room.case.with(|c| c.as_ref().map(|c| c.customer.tier.clone()).unwrap_or_default()));
    let repeats = Memo::new(move |_| room.case.with(|c| c.as_ref().map_or(0, |c| c.repeats.len())));
    let escalated = Memo::new(move |_| room.case.with(|c| c.as_ref().is_some_and(|c| c.escalated)));
    let pending = move || room.desk.is_pending(Collection::Cases, &room.id());
    let links = Memo::new(move |_| room.case.with(|c| c.as_ref().map(|c| c.links.clone()).unwrap_or_default()));
    view! {
        <p class="case-tags">
            <span class="tag" data-s=move || tone(status.get()) data-test="case-status"
                data-status=move || status_key(status.get())>{move || words::status(status.get(), room.lang.get())}</span>
            <TierBadge tier/>
            <span class="tag" data-test="case-class">{class}</span>
            {move || escalated.get().then(|| view! {
                <span class="tag" data-s="over" data-test="case-escalated"><Icon name="up" small=true/>{t().escalated}</span>
            })}
            {move || (repeats.get() > 0).then(|| view! {
                <span class="tag" data-test="case-repeats"><Icon name="merge"/>{fill(t().repeats, &[&repeats.get().to_string()])}</span>
            })}
            {move || pending().then(|| view! {
                <span class="tag" data-test="case-pending"><Icon name="cloud"/>{t().queued}</span>
            })}
            <Each each=move || links.get() key=|l| (l.kind as u8, l.case.clone()) let:item>
                {
                    let (to, shown) = (item.case.clone(), item.case.clone());
                    view! {
                        <span class="small mute nowrap">
                            {move || link(item.kind, room.lang.get())}" "
                            <button class="link num" type="button" data-test="case-link" data-id=item.case.clone()
                                on:click=move |_| room.ui.select(Collection::Cases, &to)>{move || number(room, &shown)}</button>
                        </span>
                    }
                }
            </Each>
        </p>
    }
}

#[component]
fn ReplyClock(room: Room) -> impl IntoView {
    let t = move || room.t();
    let clock = reply(room);
    let text = move || {
        let lang = room.lang.get();
        let Some(c) = clock.get() else { return t().no_clock.to_owned() };
        let answered =
            room.case.with(|d| d.as_ref().is_some_and(|d| matches!(d.status, Status::Resolved | Status::Closed)));
        match (c.stopped, c.paused_since) {
            (Some(at), _) => {
                let early = fill(
                    if c.was_late() { t().reply_late } else { t().reply_early },
                    &[&format::length(c.remaining, lang)],
                );
                let what = fill(if answered { t().reply_was } else { t().reply_ended }, &[&room.moment(at)]);
                if answered { format!("{what}，{early}") } else { what }
            }
            (None, Some(at)) => fill(t().reply_paused, &[&room.moment(at)]),
            (None, None) => fill(t().reply_due, &[&room.moment(c.due)]),
        }
    };
    let text = move || if room.lang.get() == Lang::En { text().replace('，', ", ") } else { text() };
    let due = move || clock.get().map(|c| c.due.to_string());
    let state = Memo::new(move |_| clock.get().map(|c| ticking(&c, room.desk.now.get()).0));
    let why = move |_| room.ui.open(Dialog::Why { collection: Collection::Cases, id: room.id(), leg: None });
    view! {
        <div class="case-clock">
            <span data-test="clock-reply" data-due=due data-state=move || state.get().map(state_name)>
                <ClockView clock=clock big=true/>
            </span>
            <p class="small mute nowrap">
                {text}" "
                {move || clock.get().is_some_and(|c| c.provisional).then(|| view! {
                    <span class="tag" title=t().calendar_provisional>{words::Words::get(room.lang.get()).provisional}</span>
                })}
                " "
                <button class="link" type="button" data-test="why-reply" aria-label=move || t().why_reply on:click=why>
                    {move || t().why}
                </button>
                " "<Hint act=Action::Why/>
            </p>
        </div>
    }
}

/// The state of a clock as the documents name it.
pub fn state_name(state: ClockState) -> &'static str {
    match state {
        ClockState::Overdue => "overdue",
        ClockState::DueSoon => "dueSoon",
        ClockState::OnTrack => "onTrack",
        ClockState::Paused => "paused",
        ClockState::Stopped => "stopped",
    }
}

/// Whether the customer is talking or writing to us about this case now.
pub fn in_contact(room: Room) -> bool {
    let Some(contact) = room.case.with(|c| c.as_ref().and_then(|c| c.interaction.clone())) else { return false };
    room.desk.get_doc::<Interaction>(&contact).is_some_and(|c| c.is_open())
}

/// What a person should know before acting: the rules are not those of intake, or there are none.
#[component]
fn Notes(room: Room) -> impl IntoView {
    let note = Memo::new(move |_| {
        let policies = room.desk.policies();
        room.case.with(|c| {
            let pin = &c.as_ref()?.policy;
            if policies.has(pin) {
                return None;
            }
            Some(match policies.of(pin) {
                None => room.t().no_policy.to_owned(),
                Some(_) if pin.id.is_empty() => return None,
                Some(p) => fill(room.t().pin_missing, &[&pin.id, &pin.version, &format!("{} {}", p.id, p.version)]),
            })
        })
    });
    let hop = Memo::new(move |_| {
        let (policy, me, now) = (room.policy()?, room.desk.actor(), room.slow.get());
        let (t, lang) = (room.t(), room.lang.get());
        room.case.with(|c| {
            let c = c.as_deref()?;
            if !relay::carries(c, &me.org) || relay::edges_from(&policy, c, &me.org).is_empty() {
                return None;
            }
            let reply = clock::reply(&policy, c, now).filter(|r| r.stopped.is_none() && r.due > now)?;
            let f = clock::forecast(&policy, c, &me.org, now).filter(|f| !f.fits)?;
            let text = if policy.clocks.guard_blocks { t.no_hop } else { t.tight_hop };
            let spans = [f.leg_limit, f.reserve, reply.remaining, f.short_by].map(|s| minutes(s, lang));
            Some(fill(text, &spans.each_ref().map(String::as_str)))
        })
    });
    let hop = move || {
        hop.get().map(
            |text| view! { <p class="case-note" data-test="case-hop-note"><Icon name="alert" small=true/>{text}</p> },
        )
    };
    let pin = move || {
        note.get().map(|text| view! { <p class="case-note" data-test="case-policy-note"><Icon name="alert" small=true/>{text}</p> })
    };
    view! { {pin}{hop} }
}
