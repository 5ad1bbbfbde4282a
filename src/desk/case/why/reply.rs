//! Why the reply to the customer is due then.

use baton_engine::clock::{self, Cap, Clock, ClockState, Explanation};
use baton_engine::model::{Case, Leg, Pause};
use baton_engine::policy::ServiceClass;
use baton_engine::time::Timestamp;

use super::sheet::{Ground, Line, Sheet, Sum, look};
use crate::i18n::{fill, format};

pub fn sheet(g: Ground<'_>, case: &Case) -> Option<Sheet> {
    let x = clock::explain_reply(g.policy, case, g.now)?;
    let clock = x.clock;
    let t = g.t();
    let class = g.policy.class(x.class.as_deref().unwrap_or_default());
    let reopened = case.periods.last().is_some_and(|p| p.reopened);
    let start = if reopened { t.reopened } else { t.opened };
    let law = x.caps.iter().find_map(|c| match c {
        Cap::Statutory { at, days, binds: true, .. } => Some((*at, *days)),
        _ => None,
    });
    let sum = match law {
        Some((at, days)) if clock.state != ClockState::Paused => Sum {
            terms: vec![
                ("", g.at(clock.started), start.to_owned()),
                ("+", fill(t.statutory, &[&days.to_string()]), String::new()),
            ],
            result: g.result(at),
        },
        _ => g.sum(&x, start, &fill(t.limit, &[&g.lang.of(&class.name)])),
    };
    let mut rows: Vec<Line> = g.outcome(&clock).into_iter().collect();
    rows.push(class_line(g, case, class, &x));
    if x.limit != class.reply.limit {
        let percent = (g.policy.clocks.reopen_per_mille / 10).to_string();
        let detail = fill(t.reopen_detail, &[&g.at(clock.started), &g.rule_len(x.limit)]);
        let setting = g.policy.clocks.settings.iter().find(|s| s.id == "reopenPercent");
        let line = Line::new("refresh", fill(t.reopen_head, &[&percent]), detail, g.len(x.limit));
        rows.push(setting.map_or(line.clone(), |s| line.of(&s.provenance)));
    }
    rows.extend(x.caps.iter().filter_map(|cap| class_change(g, cap)));
    rows.extend(case.pauses.iter().map(|p| pause(g, p)));
    if clock.state == ClockState::Paused {
        let detail = fill(t.resume_detail, &[&g.len(clock.remaining)]);
        rows.push(Line::new("play", t.resume_head.to_owned(), detail, String::new()));
    }
    if clock.stopped.is_none() {
        rows.extend(legs(g, case, &clock));
        rows.push(reserve(g, clock.due));
    }
    rows.extend(x.caps.iter().filter_map(|cap| law_line(g, cap)));
    rows.extend(g.provisional(&clock));
    let spoken = g.spoken(clock.due);
    let (say, foot) = match clock.state {
        ClockState::Overdue => (fill(t.say_reply_over, &[&spoken]), t.foot_over),
        ClockState::Paused => (fill(t.say_paused, &[&g.len(clock.remaining)]), t.foot_paused),
        ClockState::Stopped => (t.say_done.to_owned(), t.foot_reply),
        _ => (fill(t.say_reply, &[&spoken]), t.foot_reply),
    };
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

fn class_line(g: Ground<'_>, case: &Case, class: &ServiceClass, x: &Explanation) -> Line {
    let (t, name) = (g.t(), g.lang.of(&class.name));
    let calendar =
        g.policy.calendars.iter().find(|c| c.id == x.calendar).map(|c| g.lang.of(&c.name)).unwrap_or_default();
    let head = match g.policy.tier(&case.customer.tier) {
        Some(tier) => fill(t.class_head, &[&g.lang.of(&tier.name), &name]),
        None => fill(t.class_plain, &[&name]),
    };
    let detail = fill(t.class_detail, &[&g.rule_len(class.reply.limit), &g.rule_len(class.leg.limit), &calendar]);
    g.of_rule(Line::new("flag", head, detail, String::new()), Some(&class.reply), &class.reply.id)
}

fn class_change(g: Ground<'_>, cap: &Cap) -> Option<Line> {
    let Cap::Class { class, since, due, rule, binds } = cap else { return None };
    let t = g.t();
    let head = fill(t.change_head, &[&g.at(*since), &g.lang.of(&g.policy.class(class).name)]);
    let detail = if *binds { t.change_binds } else { t.change_other };
    let line = Line::new("star", head, detail.to_owned(), g.at(*due));
    let line = if *binds { line.state("soon") } else { line };
    Some(g.policy.rule(rule).map_or(line.clone(), |r| line.of(&r.provenance)))
}

fn pause(g: Ground<'_>, pause: &Pause) -> Line {
    let t = g.t();
    let length = pause.to.unwrap_or(g.now).since(pause.from);
    let detail = match pause.to {
        Some(to) => fill(t.pause_detail, &[&g.at(pause.from), &g.at(to)]),
        None => fill(t.pause_open, &[&g.at(pause.from), &g.len(length)]),
    };
    Line::new("hold", fill(t.pause_head, &[&pause.reason]), detail, g.len(length)).state("pause")
}

/// Every organisation in the chain: who works, and who waits for it. The latest answer of one that waits is that of
/// the leg below it and what it has left itself, never later than the reply less the reserve.
fn legs(g: Ground<'_>, case: &Case, reply: &Clock) -> Vec<Line> {
    let cap = reply.due.minus(g.policy.clocks.reserve.limit);
    let clock_of = |leg: &Leg| clock::leg(g.policy, case, leg, g.now);
    let mut lines = Vec::new();
    let ends = case.active_legs().filter(|l| !case.active_legs().any(|c| c.parent.as_deref() == Some(&l.id)));
    for end in ends {
        let Some(clock) = clock_of(end) else { continue };
        lines.push(leg_line(g, end, &clock, cap, fill(g.t().leg_head, &[&g.org(&end.to), &g.at(clock.due)])));
        let (mut latest, mut up) = (clock.due.max(g.now), end.parent.as_deref().and_then(|p| case.leg(p)));
        for _ in 0..case.legs.len() {
            let Some(leg) = up else { break };
            let Some(clock) = clock_of(leg) else { break };
            latest = latest.plus(clock.remaining).min(cap).max(latest);
            lines.push(waits(g, leg, &clock, latest));
            up = leg.parent.as_deref().and_then(|p| case.leg(p));
        }
    }
    lines
}

fn waits(g: Ground<'_>, leg: &Leg, clock: &Clock, latest: Timestamp) -> Line {
    let t = g.t();
    let detail = fill(t.downstream_detail, &[&g.len(clock.used), &g.len(clock.remaining), &g.at(latest)]);
    Line::new("hold", fill(t.downstream_head, &[&g.org(&leg.to)]), detail, g.at(latest)).state("pause")
}

/// How a running leg's due time comes about.
pub fn leg_line(g: Ground<'_>, leg: &Leg, clock: &Clock, cap: Timestamp, head: String) -> Line {
    let t = g.t();
    let detail = match leg.received_at {
        Some(_) => {
            // Without caps and stops the allowance is the limit of the class.
            let limit = format::length(clock.allowance, g.lang);
            fill(t.leg_detail, &[&g.at(clock.started), &limit, &g.at(cap)])
        }
        None => fill(t.leg_grace, &[&g.at(leg.dispatched_at), &g.at(clock.started)]),
    };
    Line::new("baton", head, detail, g.at(clock.due)).state(look(clock.state))
}

pub fn reserve(g: Ground<'_>, reply_due: Timestamp) -> Line {
    let (t, rule) = (g.t(), &g.policy.clocks.reserve);
    let head = fill(t.reserve_head, &[&g.len(rule.limit)]);
    Line::new("back", head, t.reserve_detail.to_owned(), g.at(reply_due.minus(rule.limit))).of(&rule.provenance)
}

fn law_line(g: Ground<'_>, cap: &Cap) -> Option<Line> {
    let Cap::Statutory { at, days, rule, binds } = cap else { return None };
    let t = g.t();
    let detail = if *binds { t.law_binds } else { t.law_detail };
    let date = format::short_date(*at, g.policy.home().zone());
    let line = Line::new("shield", fill(t.law_head, &[&days.to_string()]), detail.to_owned(), date);
    let line = if *binds { line.state("soon") } else { line };
    Some(g.policy.rule(rule).map_or(line.clone(), |r| line.of(&r.provenance)))
}
