//! The bar below the track: the reply clock from start to due, drawn to scale. Pure places first, then the view.

use baton_engine::clock::ClockState;
use baton_engine::time::{Span, Timestamp};
use leptos::prelude::*;

use super::chain::{Chain, chain};
use super::room::Room;
use super::track_geometry::part;
use crate::i18n::fill;
use crate::ui::clock::{state_key, ticking};

/// Two ticks lie at least so far apart, per cent; the ends need a little more room.
const APART: f64 = 9.0;
/// The same where ticks carry dates.
const APART_DAYS: f64 = 13.0;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tick {
    /// Per cent.
    pub x: f64,
    pub at: Timestamp,
    pub now: bool,
}

/// Everything in per cent of the bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    pub state: ClockState,
    /// Time of earlier holders, or all of it when the case has ended: 0 to here.
    pub past: f64,
    /// Time of the present holder: from `past` to here.
    pub now: f64,
    /// The reserve.
    pub kept: Option<(f64, f64)>,
    /// None once the case has ended.
    pub pin: Option<f64>,
    pub ticks: Vec<Tick>,
}

/// None without a reply clock.
pub fn scale(chain: &Chain, now: Timestamp) -> Option<Scale> {
    let reply = chain.reply?;
    let start = reply.started;
    let head = chain.done.unwrap_or(now).max(start);
    let end = reply.due.max(head);
    let x = |at: Timestamp| part(start, at, end) * 100.0;
    let holding = chain.holding();
    let took = match chain.holder {
        None => head,
        Some(h) => chain.hops.get(h + 1).and_then(|n| n.back.at()).or(chain.hops[h].taken).unwrap_or(start),
    }
    .clamp(start, head);
    let reserve = chain.reserve_from().filter(|r| chain.done.is_none() && *r > start);
    let apart = if end.since(start) > Span::from_hours(20) { APART_DAYS } else { APART };
    let mut ticks = vec![Tick { x: 0.0, at: start, now: false }];
    let wanted = [
        (Some(head), chain.done.is_none()),
        (Some(reply.due), false),
        (reserve, false),
        (Some(took), false),
        (chain.hops.get(1).filter(|h| !h.has_ended()).and_then(|h| h.back.at()), false),
    ];
    ticks.push(Tick { x: 100.0, at: end, now: chain.done.is_none() && end == head });
    for (at, is_now) in wanted {
        let Some(at) = at.filter(|at| *at > start && *at < end) else { continue };
        // The tick at the right end is written to the left of its place.
        let here = x(at).min(100.0 - apart * 0.95);
        let fits = ticks.iter().all(|t| {
            let room = if t.x == 0.0 || t.x == 100.0 { apart * 0.9 } else { apart };
            (t.x - here).abs() >= room
        });
        if fits {
            ticks.push(Tick { x: here, at, now: is_now });
        }
    }
    ticks.sort_by(|a, b| a.x.total_cmp(&b.x));
    Some(Scale {
        state: holding.and_then(|h| h.clock).map_or(reply.state, |c| ticking(&c, now).0),
        past: x(took),
        now: x(head),
        kept: reserve.map(|r| (x(r), x(reply.due))),
        pin: chain.done.is_none().then(|| x(head)),
        ticks,
    })
}

#[component]
pub fn ScaleBar(room: Room) -> impl IntoView {
    let shown = Memo::new(move |_| {
        let policy = room.policy()?;
        let now = room.slow.get();
        room.case.with(|c| scale(&chain(&policy, c.as_deref()?, now), now))
    });
    let tick = move |t: Tick| {
        let text = move || if t.now { fill(room.t().now, &[&room.moment(t.at)]) } else { room.moment(t.at) };
        view! { <span style:--a=format!("{:.2}", t.x) class=t.now.then_some("strong")>{text}</span> }
    };
    let part = |class: &'static str, a: f64, b: f64| {
        view! { <i class=class style:--a=format!("{a:.2}") style:--b=format!("{b:.2}")></i> }
    };
    move || {
        shown.get().map(|s| {
            view! {
                <div class="case-scale" aria-hidden="true" data-test="scale">
                    <div class="tbar" data-s=state_key(s.state)>
                        {part("past", 0.0, s.past)}
                        {part("now", s.past, s.now)}
                        {s.kept.map(|(a, b)| part("kept", a, b))}
                        {s.pin.map(|p| view! { <i class="pin" style:left=format!("{p:.2}%")></i> })}
                    </div>
                    <div class="tticks">{s.ticks.into_iter().map(tick).collect_view()}</div>
                </div>
            }
        })
    }
}
