//! Why one leg is due then.

use baton_engine::clock::{self, Cap, ClockState, PieceKind};
use baton_engine::model::{Case, Leg, LegState};

use super::reply::reserve;
use super::sheet::{Ground, Line, Sheet, Sum, look};
use crate::i18n::fill;

pub fn sheet(g: Ground<'_>, case: &Case, leg: &Leg) -> Option<Sheet> {
    let x = clock::explain_leg(g.policy, case, leg, g.now)?;
    let (t, clock) = (g.t(), x.clock);
    let class = g.policy.class(x.class.as_deref().unwrap_or_default());
    let rule = &g.policy.clocks.reserve;
    let capped = x.caps.iter().find_map(|c| match c {
        Cap::Reserve { at, reserve, binds, .. } => Some((*at, *reserve, *binds)),
        _ => None,
    });
    let start = if leg.received_at.is_some() { t.received } else { t.receipt_due };
    let sum = match capped {
        Some((cap, reserve, true)) if clock.state != ClockState::Paused => Sum {
            terms: vec![
                ("", g.at(cap.plus(reserve)), t.reply_due.to_owned()),
                ("−", g.len(reserve), t.reserve.to_owned()),
            ],
            result: g.result(clock.due),
        },
        _ => g.sum(&x, start, t.limit_leg),
    };
    let mut rows: Vec<Line> = g.outcome(&clock).into_iter().collect();
    let head = fill(t.this_leg, &[&g.at(clock.due)]);
    let cap = capped.map_or(clock.due, |c| c.0);
    let detail = match leg.received_at {
        Some(_) => fill(t.leg_detail, &[&g.at(clock.started), &g.len(x.limit), &g.at(cap)]),
        None => fill(t.leg_grace, &[&g.at(leg.dispatched_at), &g.at(clock.started)]),
    };
    let line = Line::new("baton", head, detail, String::new()).state(look(clock.state));
    rows.push(g.of_rule(line, Some(&class.leg), &class.leg.id));
    if leg.state == LegState::Dispatched {
        let grace = &g.policy.clocks.receipt_grace;
        let detail = fill(t.grace_detail, &[&g.rule_len(grace.limit)]);
        rows.push(Line::new("clock", t.grace_head.to_owned(), detail, g.at(clock.started)).of(&grace.provenance));
    }
    rows.extend(x.pieces.iter().filter_map(|p| {
        let open = clock.paused_since.is_some() && clock.paused_since == Some(p.from);
        let length = g.len(p.to.since(p.from));
        let (icon, head) = match (p.kind, open) {
            (PieceKind::PausedForCustomer, _) => {
                let reason = case.pauses.iter().rev().find(|c| c.from <= p.from).map(|c| c.reason.clone());
                ("hold", fill(t.pause_head, &[&reason.unwrap_or_default()]))
            }
            (PieceKind::PausedDownstream, true) => ("hold", fill(t.downstream_open, &[&g.at(p.from)])),
            (PieceKind::PausedDownstream, false) => ("hold", t.downstream_piece.to_owned()),
            _ => return None,
        };
        let detail = fill(t.pause_detail, &[&g.at(p.from), &g.at(p.to)]);
        Some(Line::new(icon, head, detail, length).state("pause"))
    }));
    if let Some((at, _, binds)) = capped {
        let line = reserve(g, at.plus(rule.limit));
        rows.push(if binds { Line { detail: t.reserve_binds.to_owned(), ..line }.state("soon") } else { line });
    }
    rows.extend(g.provisional(&clock));
    let (org, spoken) = (g.org(&leg.to), g.spoken(clock.due));
    let say = match clock.state {
        ClockState::Overdue => fill(t.say_leg_over, &[&org, &spoken]),
        ClockState::Paused => fill(t.say_leg_wait, &[&org, &g.len(clock.remaining)]),
        ClockState::Stopped => String::new(),
        _ => fill(t.say_leg, &[&org, &spoken]),
    };
    let foot = if clock.state == ClockState::Overdue { t.foot_over } else { t.foot_leg };
    Some(Sheet {
        title: g.title(clock.state, &clock),
        clock,
        state: clock.state,
        sum,
        pieces: x.pieces,
        rows,
        say,
        foot: foot.to_owned(),
    })
}
