//! The relay track on the screen: lanes as svg, cards and labels over it; a list where it is narrow. Places move
//! with the slow time; only clock texts tick.

use baton_engine::clock::Clock;
use baton_engine::model::{Collection, LegState, Status};
use leptos::html::Div;
use leptos::prelude::*;

use super::chain::{Back, Chain, Hop};
use super::room::{Room, minutes, text_width};
use super::track_geometry::{self, HEIGHT, Label, Lane, Say, Track};
use super::track_list::TrackList;
use super::view::in_contact;
use super::width::follow_width;
use crate::app::ui_state::Dialog;
use crate::i18n::case::leg_state;
use crate::i18n::{fill, format};
use crate::ui::clock::{ClockView, state_key, ticking};
use crate::ui::each::Each;

/// Below this the track is a list, pixels.
const NARROW: f64 = 660.0;
/// It grows no wider than this.
const WIDEST: f64 = 960.0;

#[component]
pub fn RelayTrack(room: Room) -> impl IntoView {
    let frame = NodeRef::<Div>::new();
    let width = follow_width(frame);
    let track = Memo::new(move |_| {
        let policy = room.policy()?;
        let (now, width) = (room.slow.get(), width.get().clamp(NARROW, WIDEST));
        room.case.with(|c| Some(track_geometry::layout(&policy, c.as_deref()?, now, width)))
    });
    let narrow = Memo::new(move |_| width.get() < NARROW);
    let there = Memo::new(move |_| track.with(Option::is_some));
    let sentence = move || track.with(|t| t.as_ref().map(|t| sentence(room, &t.chain)));
    view! {
        <div class="relay" node_ref=frame role="group" aria-label=move || room.t().relay data-test="track">
            <h2 class="sr">{move || room.t().relay}</h2>
            <p class="sr" data-test="track-sentence">{sentence}</p>
            {move || there.get().then(|| if narrow.get() {
                view! { <TrackList room track/> }.into_any()
            } else {
                view! { <Lanes room track/> }.into_any()
            })}
            <Branches room track/>
        </div>
    }
}

#[component]
fn Lanes(room: Room, track: Memo<Option<Track>>) -> impl IntoView {
    let of = move |read: fn(&Track) -> String| track.with(|t| t.as_ref().map(read).unwrap_or_default());
    let box_ = move || of(|t| format!("0 0 {} {HEIGHT}", t.width));
    let running = Memo::new(move |_| track.with(|t| t.as_ref().and_then(|t| t.running.clone())));
    let baton = Memo::new(move |_| track.with(|t| t.as_ref().and_then(|t| t.baton)));
    let dots = Memo::new(move |_| {
        track.with(|t| t.as_ref().map(|t| (t.dots_past.clone(), t.dots_ahead.clone()))).unwrap_or_default()
    });
    let circle = |r: &'static str| move |(x, y): (f64, f64)| view! { <circle cx=x cy=y r=r></circle> };
    let cards = Memo::new(move |_| {
        track.with(|t| t.as_ref().map(|t| t.chain.hops.iter().map(|h| h.leg.clone()).enumerate().collect::<Vec<_>>()))
    });
    let labels = Memo::new(move |_| track.with(|t| t.as_ref().map(|t| t.labels.clone())).unwrap_or_default());
    let elided = Memo::new(move |_| track.with(|t| t.as_ref().map_or(0, |t| t.chain.elided)));
    view! {
        <div class="track" style:width=move || of(|t| format!("{}px", t.width))>
            <svg viewBox=box_ preserveAspectRatio="none" aria-hidden="true">
                <defs>
                    <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                        <rect class="hatch-bg" width="6" height="6"></rect><path class="hatch-fg" d="M0 0v6"></path>
                    </pattern>
                </defs>
                <path class="lane-tie" d=move || of(|t| t.ties.clone())></path>
                <path class="lane" d=move || of(|t| t.whole.clone())></path>
                <path class="lane-past" d=move || of(|t| t.past.clone())></path>
                {move || track.with(|t| t.as_ref().and_then(|t| t.kept.clone())).map(|d| view! { <path class="lane-kept" d=d></path> })}
                {move || running.get().map(|r| view! {
                    <path class="lane-now" data-s=state_key(r.state) pathLength="100" d=r.path
                        stroke-dasharray=format!("{:.1} 100", r.share * 100.0)></path>
                })}
                <g class="dot-past">{move || dots.get().0.into_iter().map(circle("5.5")).collect_view()}</g>
                <g class="dot">{move || dots.get().1.into_iter().map(circle("4.5")).collect_view()}</g>
                {move || baton.get().map(|b| view! {
                    <g class="track-baton" transform=format!("translate({:.1} {:.1}) rotate({:.0})", b.x, b.y, b.turn)>
                        <rect x="-18" y="-7.5" width="36" height="15" rx="7.5"></rect><path d="M-8 -7v14"></path>
                    </g>
                })}
            </svg>
            {move || fitting(room, labels.get(), track.with(|t| t.as_ref().map_or(1.0, |t| t.width))).into_iter().map(|l| label(room, l)).collect_view()}
            <CustomerCard room track/>
            <Each each=move || cards.get().unwrap_or_default() key=|c| c.clone() let:card>
                <Card room track at=card.0/>
            </Each>
        </div>
        {move || (elided.get() > 0).then(|| view! {
            <p class="small mute">{fill(room.t().elided, &[&elided.get().to_string()])}</p>
        })}
    }
}

fn label(room: Room, label: Label) -> impl IntoView {
    let lane = if label.lane == Lane::Out { "out" } else { "back" };
    let short = matches!(&label.say, Say::Slack(span) if span.is_negative()).then_some("over");
    let strong = matches!(label.say, Say::At(_) | Say::AtLatest(_));
    let say = label.say;
    let text = move || say_label(room, &say);
    let text = if strong { view! { <b>{text}</b> }.into_any() } else { text.into_any() };
    view! { <span class="track-l" data-lane=lane data-s=short style:left=format!("{}%", label.x)>{text}</span> }
}

/// Leaves out what would lie over a hand-over's time: those are set first, what lies between them comes second.
fn fitting(room: Room, labels: Vec<Label>, width: f64) -> Vec<Label> {
    let mut taken: Vec<(Lane, f64, f64)> = Vec::new();
    let between = |l: &Label| !matches!(l.say, Say::Intake | Say::At(_) | Say::AtLatest(_) | Say::ShouldHave(_));
    let (second, first): (Vec<_>, Vec<_>) = labels.into_iter().partition(between);
    let fits = move |l: &Label| {
        let half = text_width(&say_label(room, &l.say)) / width * 50.0;
        let (from, to) = (l.x - half, l.x + half);
        let free = taken.iter().all(|(lane, a, b)| *lane != l.lane || to < *a || from > *b);
        if free || !between(l) {
            taken.push((l.lane, from, to));
            return true;
        }
        false
    };
    first.into_iter().chain(second).filter(fits).collect()
}

fn say_label(room: Room, say: &Say) -> String {
    let (t, lang) = (room.t(), room.lang.get());
    match say {
        Say::Intake => t.intake.to_owned(),
        Say::At(at) => room.moment(*at),
        Say::AtLatest(at) => fill(t.latest, &[&room.moment(*at)]),
        Say::ShouldHave(at) => fill(t.should, &[&room.moment(*at)]),
        Say::Spent(org, span) | Say::Left(org, span) => fill(t.spent, &[&room.short(org), &minutes(*span, lang)]),
        Say::Slack(span) => fill(if span.is_negative() { t.short } else { t.slack }, &[&minutes(*span, lang)]),
        Say::Reserve(span) => fill(t.reserve, &[&minutes(*span, lang)]),
        Say::Here(org) => fill(t.here, &[&room.short(org)]),
        Say::End => {
            let answered =
                room.case.with(|c| c.as_ref().is_some_and(|c| matches!(c.status, Status::Resolved | Status::Closed)));
            if answered { t.answer.to_owned() } else { t.ended.to_owned() }
        }
    }
}

#[component]
fn CustomerCard(room: Room, track: Memo<Option<Track>>) -> impl IntoView {
    let t = move || room.t();
    let place = move || track.with(|t| t.as_ref().and_then(|t| t.places.first().copied()));
    let name = move || room.case.with(|c| c.as_ref().map(|c| c.customer.name.clone()).unwrap_or_default());
    let state = move || {
        let status = room.case.with(|c| c.as_ref().map(|c| c.status)).unwrap_or_default();
        match status {
            Status::Resolved | Status::Closed => t().answered,
            Status::Rejected | Status::Cancelled => t().ended,
            Status::Pending => t().asked_back,
            _ if in_contact(room) => t().on_line,
            _ => t().waits,
        }
    };
    view! {
        <div class="node end" style:left=move || place().map(|p| format!("{}%", p.x)) style:width=move || place().map(|p| format!("{}px", p.width))>
            <h3>{move || t().customer}</h3><p title=name>{name}</p><p>{state}</p>
        </div>
    }
}

/// The card of the owner or of a leg. `at`: its place in the chain.
#[component]
fn Card(room: Room, track: Memo<Option<Track>>, at: usize) -> impl IntoView {
    let hop = Memo::new(move |_| track.with(|t| t.as_ref().and_then(|t| t.chain.hops.get(at).cloned())));
    let place = Memo::new(move |_| track.with(|t| t.as_ref().and_then(|t| t.places.get(at + 1).copied())));
    let holds = Memo::new(move |_| track.with(|t| t.as_ref().is_some_and(|t| t.chain.holder == Some(at))));
    let leg = at > 0;
    let state = shown_state(room, hop, holds);
    let name = move || hop.with(|h| h.as_ref().map(|h| room.name(&h.org, false)).unwrap_or_default());
    let org = move || hop.with(|h| h.as_ref().map(|h| h.org.clone()).unwrap_or_default());
    // The short name, where the long one and a tag do not fit beside each other.
    let heading = move || {
        let (long, room_for) = (name(), place.get().map_or(0.0, |p| p.width) - 84.0);
        if text_width(&long) > room_for { room.name(&org(), true) } else { long }
    };
    let who = move || hop.with(|h| h.as_ref().map(|h| under_name(room, h)).unwrap_or_default());
    view! {
        <div class="node" data-test=if leg { "leg" } else { "owner-node" } data-org=org
            data-state=move || hop.with(|h| h.as_ref().map(|h| leg_key(h.state))) data-s=state data-holds=move || holds.get().then_some("")
            style:left=move || place.get().map(|p| format!("{}%", p.x)) style:width=move || place.get().map(|p| format!("{}px", p.width))>
            <h3><span class="cut" title=name>{heading}</span>{move || tag(room, hop, holds.get())}</h3>
            <p title=who>{who}</p>
            <HopClock room hop/>
        </div>
    }
}

/// Colour of a card: that of its clock if it carries the baton, sunken while it waits.
fn shown_state(room: Room, hop: Memo<Option<Hop>>, holds: Memo<bool>) -> Memo<Option<&'static str>> {
    Memo::new(move |_| {
        let (clock, active) = hop.with(|h| h.as_ref().map(|h| (h.clock, h.state.is_some_and(LegState::is_active))))?;
        let key = state_key(ticking(&clock?, room.desk.now.get()).0);
        if holds.get() {
            return Some(key);
        }
        (active && key == "pause").then_some(key)
    })
}

/// The line below the name: the owner's person, what the leg is asked, what it answered.
fn under_name(room: Room, hop: &Hop) -> String {
    if hop.leg.is_none() {
        let you = room.case.with(|c| c.as_ref().is_some_and(|c| c.owner.person.id == room.desk.actor().id));
        return format!("{}{}", hop.person, if you { room.t().you_mark } else { "" });
    }
    let text = if hop.has_ended() { &hop.answer } else { &hop.request };
    if text.trim().is_empty() { hop.person.clone() } else { text.clone() }
}

/// The name of a leg's state in documents.
pub fn leg_key(state: Option<LegState>) -> &'static str {
    match state {
        None => "owner",
        Some(LegState::Dispatched) => "dispatched",
        Some(LegState::Received) => "received",
        Some(LegState::Answered) => "answered",
        Some(LegState::Returned) => "returned",
        Some(LegState::Withdrawn) => "withdrawn",
    }
}

/// One tag at most: what matters most about the hop.
fn tag(room: Room, hop: Memo<Option<Hop>>, holds: bool) -> Option<impl IntoView> {
    let (t, lang) = (room.t(), room.lang.get());
    let (state, chases, clock) = hop.with(|h| h.as_ref().map(|h| (h.state, h.chases, h.clock)))?;
    let tone = clock.map(|c| state_key(c.state));
    let (text, tone) = match state {
        None => (t.owner.to_owned(), Some("accent")),
        Some(LegState::Dispatched) if holds => (t.not_received.to_owned(), tone),
        Some(LegState::Received | LegState::Dispatched) if holds && chases > 0 => {
            (fill(t.chased, &[&chases.to_string()]), tone)
        }
        Some(LegState::Received | LegState::Dispatched) if holds => (t.baton.to_owned(), tone),
        Some(LegState::Returned) => (leg_state(LegState::Returned, lang).to_owned(), None),
        Some(LegState::Withdrawn) => (leg_state(LegState::Withdrawn, lang).to_owned(), None),
        Some(_) => return None,
    };
    Some(view! { <span class="tag" data-s=tone>{text}</span> })
}

/// The hop's clock with its Why, or what the hop has come to.
#[component]
pub fn HopClock(room: Room, hop: Memo<Option<Hop>>) -> impl IntoView {
    let t = move || room.t();
    let clock = Memo::new(move |_| hop.with(|h| h.as_ref().and_then(|h| h.clock)));
    let ended = Memo::new(move |_| clock.with(|c: &Option<Clock>| c.is_some_and(|c| c.stopped.is_some())));
    let leg = Memo::new(move |_| hop.with(|h| h.as_ref().and_then(|h| h.leg.clone())));
    let label = Signal::derive(move || if leg.with(Option::is_none) { t().total.to_owned() } else { String::new() });
    let result = move || {
        let (state, used) = hop.with(|h| h.as_ref().map(|h| (h.state, h.clock.map(|c| c.used)))).unwrap_or_default();
        match (state, used) {
            (Some(state), _) => leg_state(state, room.lang.get()).to_owned(),
            (None, Some(used)) => fill(t().used, &[&format::length(used, room.lang.get())]),
            (None, None) => String::new(),
        }
    };
    let name = move || hop.with(|h| h.as_ref().map(|h| room.name(&h.org, false)).unwrap_or_default());
    let open =
        move |_| room.ui.open(Dialog::Why { collection: Collection::Cases, id: room.id(), leg: leg.get_untracked() });
    view! {
        <span class="hop-clock">
            {move || if ended.get() {
                view! { <span class="mute small">{result}</span> }.into_any()
            } else {
                view! { <ClockView clock=clock label=label/> }.into_any()
            }}
            <Show when=move || clock.with(Option::is_some)>
                <button class="link why-q" type="button" data-test="why-leg" title=move || t().why
                    aria-label=move || fill(t().why_leg, &[&name()]) on:click=open>"?"</button>
            </Show>
        </span>
    }
}

/// Parallel and earlier legs, small, below the track.
#[component]
fn Branches(room: Room, track: Memo<Option<Track>>) -> impl IntoView {
    let ids = Memo::new(move |_| {
        track
            .with(|t| t.as_ref().map(|t| t.chain.branches.iter().filter_map(|b| b.leg.clone()).collect::<Vec<_>>()))
            .unwrap_or_default()
    });
    view! {
        <Show when=move || !ids.with(Vec::is_empty)>
            <div class="branches">
                <span class="small mute">{move || room.t().other_legs}</span>
                <Each each=move || ids.get() key=|id| id.clone() let:id>
                    <Branch room track id/>
                </Each>
            </div>
        </Show>
    }
}

#[component]
fn Branch(room: Room, track: Memo<Option<Track>>, id: String) -> impl IntoView {
    let hop = Memo::new(move |_| {
        track
            .with(|t| t.as_ref().and_then(|t| t.chain.branches.iter().find(|b| b.leg.as_deref() == Some(&id)).cloned()))
    });
    let org = move || hop.with(|h| h.as_ref().map(|h| h.org.clone()).unwrap_or_default());
    let title = move || hop.with(|h| h.as_ref().map(|h| under_name(room, h)).unwrap_or_default());
    let back = move || {
        hop.with(|h| match h.as_ref()?.back {
            Back::Was(at) => Some(room.moment(at)),
            Back::Latest(at) => Some(fill(room.t().latest, &[&room.moment(at)])),
            Back::Overdue(at) => Some(fill(room.t().should, &[&room.moment(at)])),
            Back::Open => None,
        })
    };
    view! {
        <span class="branch" data-test="leg" data-org=org data-state=move || hop.with(|h| h.as_ref().map(|h| leg_key(h.state))) title=title>
            <b>{move || room.name(&org(), true)}</b><span class="mute small num">{back}</span><HopClock room hop/>
        </span>
    }
}

/// The whole track as a sentence for those who do not see it.
fn sentence(room: Room, chain: &Chain) -> String {
    let t = room.t();
    let comma = if room.lang.get() == crate::i18n::Lang::Zh { "、" } else { ", " };
    let names: Vec<String> = chain.hops.iter().map(|h| room.name(&h.org, false)).collect();
    let mut text = fill(t.sentence, &[&names.join(comma)]);
    if let Some(hop) = chain.holding() {
        let due = match (hop.clock.and_then(|c| c.paused_since), hop.back) {
            (Some(_), _) => t.sentence_paused.to_owned(),
            (None, Back::Overdue(at)) => fill(t.sentence_over, &[&room.moment(at)]),
            (None, back) => back.at().map(|at| fill(t.sentence_due, &[&room.moment(at)])).unwrap_or_default(),
        };
        text.push_str(&fill(t.sentence_holds, &[&room.name(&hop.org, false), &due]));
    }
    match (chain.done, chain.reply) {
        (Some(at), _) => text.push_str(&fill(t.sentence_done, &[&room.moment(at)])),
        (None, Some(reply)) => text.push_str(&fill(t.sentence_reply, &[&room.moment(reply.due)])),
        (None, None) => {}
    }
    text
}
