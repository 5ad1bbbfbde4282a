//! Where everything on the relay track lies: nodes and labels in per cent of its width, lanes and the baton in
//! pixels. Pure arithmetic on a [`Chain`]; no words, no colours, no browser.

use baton_engine::clock::ClockState;
use baton_engine::model::Case;
use baton_engine::policy::Policy;
use baton_engine::time::{Span, Timestamp};

use super::chain::{Back, Chain, Hop, chain};
use crate::ui::clock::ticking;

/// Height of the track and where its two lanes lie, pixels.
pub const HEIGHT: f64 = 208.0;
const OUT: f64 = 32.0;
const BACK: f64 = 176.0;
const RADIUS: f64 = 72.0;

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Lane {
    Out,
    Back,
}

/// What a label says; the view words it.
#[derive(Debug, Clone, PartialEq)]
pub enum Say {
    Intake,
    /// A hand-over that has been.
    At(Timestamp),
    AtLatest(Timestamp),
    ShouldHave(Timestamp),
    /// How long an organisation had it.
    Spent(String, Span),
    /// What it still has once the baton is back.
    Left(String, Span),
    /// What is left to the owner; negative: missing.
    Slack(Span),
    Reserve(Span),
    /// The baton is with the owner.
    Here(String),
    /// The answer to the customer, or another end.
    End,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    pub lane: Lane,
    /// Middle of the label, per cent.
    pub x: f64,
    pub say: Say,
}

/// A card below the lanes; 0 is the customer, 1 the owner, then the legs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Middle, per cent.
    pub x: f64,
    /// Pixels.
    pub width: f64,
}

/// The stretch on which the baton runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Running {
    pub path: String,
    /// Part of it that is behind the baton, 0–1.
    pub share: f64,
    pub state: ClockState,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Baton {
    pub x: f64,
    pub y: f64,
    /// Degrees.
    pub turn: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    pub width: f64,
    pub places: Vec<Place>,
    pub labels: Vec<Label>,
    pub ties: String,
    pub whole: String,
    pub past: String,
    /// The owner's last leg, while it is kept for him.
    pub kept: Option<String>,
    pub running: Option<Running>,
    pub baton: Option<Baton>,
    /// Hand-overs: (x, y), behind and ahead.
    pub dots_past: Vec<(f64, f64)>,
    pub dots_ahead: Vec<(f64, f64)>,
    pub chain: Chain,
}

/// The track of a case at `now` on `width` pixels.
pub fn layout(policy: &Policy, case: &Case, now: Timestamp, width: f64) -> Track {
    place(chain(policy, case, now), now, width)
}

/// Middles of customer, owner and legs, per cent.
fn columns(nodes: usize) -> &'static [f64] {
    match nodes {
        0..=2 => &[8.0, 44.0],
        3 => &[8.0, 34.0, 64.0],
        4 => &[8.0, 30.0, 55.0, 80.0],
        _ => &[7.0, 25.0, 44.0, 63.0, 82.0],
    }
}

/// Puts a chain on the track.
pub fn place(chain: Chain, now: Timestamp, width: f64) -> Track {
    let columns = columns(chain.hops.len() + 1);
    let x: Vec<f64> = columns.iter().map(|c| c / 100.0 * width).collect();
    let last = x.len() - 1;
    let turn = (x[last] + RADIUS).min(width - RADIUS - 10.0).max(x[last]);
    let bend = format!("H{}a{RADIUS} {RADIUS} 0 0 1 0 {}H", px(turn), BACK - OUT);

    let gap = columns.windows(2).skip(1).map(|w| w[1] - w[0]).fold(36.0, f64::min);
    let card = (gap / 100.0 * width - 14.0).clamp(96.0, 164.0);
    let end_card = ((x[1] - card / 2.0 - 6.0 - x[0]).min(x[0]) * 2.0).clamp(56.0, 88.0);
    let places =
        columns.iter().enumerate().map(|(i, c)| Place { x: *c, width: if i == 0 { end_card } else { card } }).collect();

    let mut past = format!("M{} {OUT}H{}", px(x[0]), px(x[last]));
    let back_of = |k: usize| format!("M{} {BACK}H{}", px(x[k + 1]), px(x[k]));
    let turning = format!("M{} {OUT}{bend}{}", px(x[last]), px(x[last]));
    if chain.holder != Some(last - 1) {
        past.push_str(&turning);
    }
    // Hop `k` of the chain stands in column `k + 1`.
    for k in 1..chain.hops.len() {
        let ended = chain.hops[k].has_ended() || chain.done.is_some();
        let next_runs = chain.holder == Some(k - 1);
        // The stretch from hop k back to hop k − 1 belongs to hop k − 1.
        if ended && !next_runs && (chain.holder.is_none_or(|h| h < k - 1)) {
            past.push_str(&back_of(k));
        }
    }
    let last_leg = back_of(0);
    if chain.done.is_some() {
        past.push_str(&last_leg);
    }

    let running = chain.holder.map(|h| {
        let path = if h + 1 == chain.hops.len() { turning.clone() } else { back_of(h + 1) };
        let state = chain.hops[h].clock.map_or(ClockState::OnTrack, |c| ticking(&c, now).0);
        Running { path, share: share(&chain, h, now), state }
    });
    let baton = chain.holder.and_then(|h| baton(&chain, h, now, &x, turn, running.as_ref().map_or(0.0, |r| r.share)));

    let (mut dots_past, mut dots_ahead) = (x.iter().map(|x| (*x, OUT)).collect::<Vec<_>>(), Vec::new());
    for (column, x) in x.iter().enumerate() {
        let over = chain.done.is_some() || column >= 2 && chain.hops[column - 1].has_ended();
        if over { &mut dots_past } else { &mut dots_ahead }.push((*x, BACK));
    }
    Track {
        width,
        places,
        labels: labels(&chain, columns),
        ties: x[1..].iter().map(|x| format!("M{} {OUT}V{BACK}", px(*x))).collect(),
        whole: format!("M{} {OUT}{bend}{}", px(x[0]), px(x[0])),
        past,
        kept: chain.done.is_none().then_some(last_leg),
        running,
        baton,
        dots_past,
        dots_ahead,
        chain,
    }
}

/// How far the holder is on his stretch: from where he got the baton to when he must hand it on.
fn share(chain: &Chain, holder: usize, now: Timestamp) -> f64 {
    let hop = &chain.hops[holder];
    let Some(clock) = hop.clock else { return 0.0 };
    let from = chain.hops.get(holder + 1).and_then(|h| h.back.at()).or(hop.taken).unwrap_or(clock.started);
    let (at, to) = match clock.paused_since {
        Some(since) => (since, since.plus(clock.remaining)),
        None => (now, clock.due),
    };
    let to = if holder == 0 { to.minus(chain.reserve) } else { to };
    part(from, at, to)
}

/// Where `at` lies between two moments, 0–1.
pub fn part(from: Timestamp, at: Timestamp, to: Timestamp) -> f64 {
    let whole = to.since(from).millis();
    if whole <= 0 {
        return 1.0;
    }
    (at.since(from).millis() as f64 / whole as f64).clamp(0.0, 1.0)
}

fn baton(chain: &Chain, holder: usize, now: Timestamp, x: &[f64], turn: f64, share: f64) -> Option<Baton> {
    let on = |from: f64, to: f64, share: f64| Baton { x: from + (to - from) * share, y: BACK, turn: 0.0 };
    // The owner has come into his reserve: he is on the way to the customer.
    if holder == 0
        && share >= 1.0
        && let (Some(from), Some(reply)) = (chain.reserve_from(), chain.reply)
    {
        let at = reply.paused_since.map_or(now, |_| from);
        return Some(on(x[1], x[0], part(from, at, reply.due)));
    }
    if holder + 1 < chain.hops.len() {
        return Some(on(*x.get(holder + 2)?, *x.get(holder + 1)?, share));
    }
    let last = *x.last()?;
    let (straight, arc) = (turn - last, std::f64::consts::PI * RADIUS);
    let gone = share * (2.0 * straight + arc);
    Some(if gone <= straight {
        Baton { x: last + gone, y: OUT, turn: 0.0 }
    } else if gone <= straight + arc {
        let angle = (gone - straight) / RADIUS;
        Baton { x: turn + RADIUS * angle.sin(), y: OUT + RADIUS * (1.0 - angle.cos()), turn: angle.to_degrees() }
    } else {
        on(turn, last, (gone - straight - arc) / straight.max(1.0))
    })
}

fn labels(chain: &Chain, columns: &[f64]) -> Vec<Label> {
    let mut list = Vec::new();
    let mut put = |lane, x: f64, say| list.push(Label { lane, x, say });
    let between = |k: usize| (columns[k] + columns[k + 1]) / 2.0;
    put(Lane::Out, columns[0], Say::Intake);
    for (k, hop) in chain.hops.iter().enumerate() {
        if let Some(at) = hop.taken {
            put(Lane::Out, columns[k + 1], Say::At(at));
        }
        if let (Some(from), Some(to)) = (hop.taken, hop.passed) {
            put(Lane::Out, between(k + 1), Say::Spent(hop.org.clone(), to.since(from)));
        }
    }
    for (k, hop) in chain.hops.iter().enumerate().skip(1) {
        if let Some(say) = back(hop.back) {
            put(Lane::Back, columns[k + 1], say);
        }
    }
    // What lies between two hops on the way back belongs to the upstream one.
    for k in 1..chain.hops.len() {
        let (up, down) = (&chain.hops[k - 1], &chain.hops[k]);
        let say = if k == 1 {
            owner_part(chain, down)
        } else {
            match (up.back, down.back.at()) {
                (Back::Was(to), Some(from)) => Some(Say::Spent(up.org.clone(), to.since(from))),
                (Back::Latest(_), Some(_)) => up.clock.map(|c| Say::Left(up.org.clone(), c.remaining)),
                _ => None,
            }
        };
        if let Some(say) = say {
            put(Lane::Back, between(k), say);
        }
    }
    match chain.done {
        Some(at) => {
            put(Lane::Back, between(0), Say::End);
            put(Lane::Back, columns[0], Say::At(at));
        }
        None => {
            put(Lane::Back, between(0), Say::Reserve(chain.reserve));
            if let Some(say) = back(chain.hops[0].back) {
                put(Lane::Back, columns[1], say);
            }
            if let Some(reply) = chain.reply {
                let late = reply.state == ClockState::Overdue;
                put(Lane::Back, columns[0], if late { Say::ShouldHave(reply.due) } else { Say::AtLatest(reply.due) });
            }
        }
    }
    list
}

/// The owner's own stretch: what he used, what he has, or that he holds the baton.
fn owner_part(chain: &Chain, first: &Hop) -> Option<Say> {
    let owner = &chain.hops[0];
    match (chain.done, first.back.at()) {
        (Some(to), Some(from)) => Some(Say::Spent(owner.org.clone(), to.since(from))),
        _ if chain.holder == Some(0) => Some(Say::Here(owner.org.clone())),
        _ => chain.slack.map(Say::Slack),
    }
}

fn back(back: Back) -> Option<Say> {
    match back {
        Back::Was(at) => Some(Say::At(at)),
        Back::Latest(at) => Some(Say::AtLatest(at)),
        Back::Overdue(at) => Some(Say::ShouldHave(at)),
        Back::Open => None,
    }
}

/// A tenth of a pixel is enough.
fn px(x: f64) -> f64 {
    (x * 10.0).round() / 10.0
}
