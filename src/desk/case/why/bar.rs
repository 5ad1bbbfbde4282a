//! The time from start to due drawn to scale: what counted, what is still to come, what does not count.

use baton_engine::clock::{Piece, PieceKind};
use baton_engine::time::Timestamp;
use leptos::prelude::*;

/// A stretch of the bar in per cent, and its look.
#[derive(Debug, Clone, PartialEq)]
struct Part {
    class: &'static str,
    from: f64,
    to: f64,
}

/// Ticks nearer than this (in per cent) to the one before are left out.
const TICK_GAP: f64 = 13.0;

/// `time` writes a tick. Nothing is drawn for a time without gaps.
#[component]
pub fn HoursBar(
    pieces: Vec<Piece>,
    now: Timestamp,
    state: &'static str,
    time: impl Fn(Timestamp) -> String,
) -> impl IntoView {
    let (from, to) = span(&pieces)?;
    if pieces.iter().all(|p| p.kind == PieceKind::Open) {
        return None;
    }
    let parts = parts(&pieces, now)
        .into_iter()
        .map(|p| view! { <i class=p.class data-s=state style:--a=p.from.to_string() style:--b=p.to.to_string()></i> })
        .collect_view();
    let ticks = ticks(&pieces)
        .into_iter()
        .map(|at| view! { <span style:--a=percent(at, from, to).to_string()>{time(at)}</span> })
        .collect_view();
    Some(view! {
        <div class="hours" data-test="why-hours">
            <div class="tbar" aria-hidden="true">{parts}</div>
            <div class="tticks num">{ticks}</div>
        </div>
    })
}

fn span(pieces: &[Piece]) -> Option<(Timestamp, Timestamp)> {
    let (from, to) = (pieces.first()?.from, pieces.last()?.to);
    (to > from).then_some((from, to))
}

fn percent(at: Timestamp, from: Timestamp, to: Timestamp) -> f64 {
    let whole = to.since(from).millis().max(1) as f64;
    ((at.since(from).millis() as f64 / whole * 1000.0).round() / 10.0).clamp(0.0, 100.0)
}

fn parts(pieces: &[Piece], now: Timestamp) -> Vec<Part> {
    let Some((from, to)) = span(pieces) else { return Vec::new() };
    let mut parts = Vec::new();
    let mut push = |class, a: Timestamp, b: Timestamp| {
        if b > a {
            parts.push(Part { class, from: percent(a, from, to), to: percent(b, from, to) });
        }
    };
    for p in pieces {
        match p.kind {
            PieceKind::Open => {
                let cut = now.clamp(p.from, p.to);
                push("past", p.from, cut);
                push("now", cut, p.to);
            }
            PieceKind::Closed => push("shut", p.from, p.to),
            _ => push("halt", p.from, p.to),
        }
    }
    parts
}

/// Begin, end, and the bounds between that have room.
fn ticks(pieces: &[Piece]) -> Vec<Timestamp> {
    let Some((from, to)) = span(pieces) else { return Vec::new() };
    let mut ticks = vec![from];
    let mut last = 0.0;
    for piece in &pieces[..pieces.len() - 1] {
        let at = percent(piece.to, from, to);
        if at - last >= TICK_GAP && 100.0 - at >= TICK_GAP {
            ticks.push(piece.to);
            last = at;
        }
    }
    ticks.push(to);
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;
    use baton_engine::time::Span;

    fn piece(from: i64, to: i64, kind: PieceKind) -> Piece {
        let at = |m: i64| Timestamp::from_millis(m * 60_000);
        Piece { from: at(from), to: at(to), kind, counts: Span::ZERO }
    }

    #[test]
    fn the_bar_is_drawn_to_scale_and_cut_at_now() {
        // Booked 20 minutes before closing, 660 closed minutes, 40 after opening; it is 10 minutes after booking.
        let pieces =
            [piece(0, 20, PieceKind::Open), piece(20, 680, PieceKind::Closed), piece(680, 720, PieceKind::Open)];
        let drawn = parts(&pieces, Timestamp::from_millis(10 * 60_000));
        let looks: Vec<_> = drawn.iter().map(|p| (p.class, p.from, p.to)).collect();
        assert_eq!(looks, [("past", 0.0, 1.4), ("now", 1.4, 2.8), ("shut", 2.8, 94.4), ("now", 94.4, 100.0)]);
        assert_eq!(ticks(&pieces).len(), 2, "bounds too near the ends get no tick");
    }
}
