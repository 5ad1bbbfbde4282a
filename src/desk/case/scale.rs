//! The bar below the track: the reply clock from start to due, drawn to scale. Pure places first, then the view.

use baton_engine::clock::ClockState;
use baton_engine::order;
use baton_engine::time::Timestamp;
use leptos::html::Div;
use leptos::prelude::*;

use super::chain::{Chain, chain};
use super::room::{Room, text_width};
use super::track_geometry::part;
use super::width::follow_width;
use crate::i18n::fill;
use crate::ui::clock::{state_key, ticking};

/// Between two labels, per cent.
const GAP: f64 = 1.0;

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

/// None without a reply clock. `wide`: how wide the label of a moment is, per cent; true: it says "now".
pub fn scale(chain: &Chain, now: Timestamp, wide: impl Fn(Timestamp, bool) -> f64) -> Option<Scale> {
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
    let open = chain.done.is_none();
    let (first, last) = (Tick { x: 0.0, at: start, now: false }, Tick { x: 100.0, at: end, now: open && end == head });
    // The outer labels lie inside the bar, the others around their place.
    let (left, right) = (wide(first.at, false) + GAP, 100.0 - wide(last.at, last.now) - GAP);
    let mut taken = vec![(0.0, left), (right, 100.0)];
    let mut ticks = vec![first, last];
    let wanted = [
        Some(head).filter(|_| open),
        Some(reply.due),
        reserve,
        Some(took),
        chain.hops.get(1).filter(|h| !h.has_ended()).and_then(|h| h.back.at()),
    ];
    for (i, at) in wanted.into_iter().enumerate() {
        let Some(at) = at.filter(|at| *at > start && *at < end) else { continue };
        let is_now = open && i == 0;
        let half = wide(at, is_now) / 2.0;
        // A label near an end is moved away from it; its place is still told by the bar.
        let here = x(at).min(right - half).max(left + half);
        if (here - x(at)).abs() > half + GAP && !is_now {
            continue;
        }
        let (from, to) = (here - half, here + half);
        if taken.iter().all(|(a, b)| to <= *a || from >= *b) {
            taken.push((from - GAP, to + GAP));
            ticks.push(Tick { x: here, at, now: is_now });
        }
    }
    order::sort_by(&mut ticks, |a, b| a.x.total_cmp(&b.x));
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
    let frame = NodeRef::<Div>::new();
    let width = follow_width(frame);
    let shown = Memo::new(move |_| {
        let policy = room.policy()?;
        let now = room.slow.get();
        let wide = |at, is_now| text_width(&tick_text(room, at, is_now)) / width.get().max(1.0) * 100.0;
        room.case.with(|c| scale(&chain(&policy, c.as_deref()?, now), now, wide))
    });
    let tick = move |t: Tick| {
        let text = move || tick_text(room, t.at, t.now);
        view! { <span style:--a=format!("{:.2}", t.x) class=t.now.then_some("strong")>{text}</span> }
    };
    let part = |class: &'static str, a: f64, b: f64| {
        view! { <i class=class style:--a=format!("{a:.2}") style:--b=format!("{b:.2}")></i> }
    };
    let bar = move || {
        shown.get().map(|s| {
            view! {
                <div class="tbar" data-s=state_key(s.state)>
                    {part("past", 0.0, s.past)}
                    {part("now", s.past, s.now)}
                    {s.kept.map(|(a, b)| part("kept", a, b))}
                    {s.pin.map(|p| view! { <i class="pin" style:left=format!("{p:.2}%")></i> })}
                </div>
                <div class="tticks">{s.ticks.into_iter().map(tick).collect_view()}</div>
            }
        })
    };
    view! { <div class="case-scale" node_ref=frame aria-hidden="true" data-test="scale">{bar}</div> }
}

fn tick_text(room: Room, at: Timestamp, is_now: bool) -> String {
    let moment = room.moment(at);
    if is_now { fill(room.t().now, &[&moment]) } else { moment }
}
