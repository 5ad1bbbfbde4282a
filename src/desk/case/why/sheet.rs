//! What the explanation of a due time says, as plain data in the words of one language, and the sum that all clocks
//! share. Nothing here reads signals or computes a due time: the engine took it apart already.

use baton_engine::clock::{Clock, ClockKind, ClockState, Explanation, Piece, PieceKind};
use baton_engine::policy::{Certainty, Policy, Provenance, Rule};
use baton_engine::time::{Span, Timestamp};

use crate::i18n::why::WhyTexts;
use crate::i18n::{Lang, fill, format};
use crate::ui::clock::state_key;

/// The whole sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    pub title: String,
    pub clock: Clock,
    pub state: ClockState,
    pub sum: Sum,
    pub pieces: Vec<Piece>,
    pub rows: Vec<Line>,
    pub say: String,
    pub foot: String,
}

/// Terms with the sign before each (none before the first), and the result.
#[derive(Debug, Clone, PartialEq)]
pub struct Sum {
    pub terms: Vec<(&'static str, String, String)>,
    pub result: (String, String),
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Line {
    pub icon: &'static str,
    pub state: Option<&'static str>,
    pub head: String,
    pub detail: String,
    pub value: String,
    /// The value is a name, not a time.
    pub plain: bool,
    /// Document and section, and how sure we are.
    pub source: Option<(String, Certainty)>,
}

impl Line {
    pub fn new(icon: &'static str, head: String, detail: String, value: String) -> Line {
        Line { icon, head, detail, value, ..Line::default() }
    }
    pub fn state(self, state: &'static str) -> Line {
        Line { state: Some(state), ..self }
    }
    pub fn of(self, provenance: &Provenance) -> Line {
        Line { source: Some((provenance.source.clone(), provenance.certainty)), ..self }
    }
    pub fn plain(self) -> Line {
        Line { plain: true, ..self }
    }
}

/// What every wording needs.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    pub policy: &'a Policy,
    pub lang: Lang,
    pub now: Timestamp,
}

impl Ground<'_> {
    pub fn t(&self) -> &'static WhyTexts {
        WhyTexts::get(self.lang)
    }
    /// `15:30`, with its day if that is not today.
    pub fn at(&self, at: Timestamp) -> String {
        format::moment(at, self.now, self.policy.home().zone(), self.lang)
    }
    pub fn time(&self, at: Timestamp) -> String {
        format::clock_time(at, self.policy.home().zone())
    }
    pub fn len(&self, span: Span) -> String {
        format::length(span, self.lang)
    }
    pub fn rule_len(&self, span: Span) -> String {
        format::rule_length(span, self.lang)
    }
    /// 今天, 明天, or the date.
    pub fn day(&self, at: Timestamp) -> String {
        let zone = self.policy.home().zone();
        let (day, today) = (zone.local(at).0, zone.local(self.now).0);
        let t = self.t();
        match () {
            () if day == today => t.today.to_owned(),
            () if day == today.plus_days(1) => t.tomorrow.to_owned(),
            () if day == today.plus_days(-1) => t.yesterday.to_owned(),
            () => format::long_date(at, zone, self.lang),
        }
    }
    /// As one says it: 今天 18:00.
    pub fn spoken(&self, at: Timestamp) -> String {
        let zone = self.policy.home().zone();
        let (day, today) = (zone.local(at).0, zone.local(self.now).0);
        let (t, time) = (self.t(), self.time(at));
        match () {
            () if day == today => fill(t.spoken_today, &[&time]),
            () if day == today.plus_days(1) => fill(t.spoken_tomorrow, &[&time]),
            () => fill(t.spoken_day, &[&format::long_date(at, zone, self.lang), &time]),
        }
    }
    /// A limit of days is said in the rule's own unit, as nobody adds to 2 d 0 h.
    fn limit(&self, limit: Span) -> String {
        if limit >= Span::from_days(1) { self.rule_len(limit) } else { self.len(limit) }
    }
    pub fn org(&self, id: &str) -> String {
        crate::i18n::words::organisation(self.policy, id, self.lang)
    }
    /// The line of a rule: its id as value, its source below.
    pub fn of_rule(&self, line: Line, rule: Option<&Rule>, id: &str) -> Line {
        let line = Line { value: fill(self.t().rule, &[id]), ..line }.plain();
        match rule {
            Some(rule) => line.of(&rule.provenance),
            None => line,
        }
    }

    pub fn title(&self, state: ClockState, clock: &Clock) -> String {
        let t = self.t();
        match state {
            ClockState::Overdue => t.why_over.to_owned(),
            ClockState::Paused => fill(t.why_paused, &[&self.len(clock.remaining)]),
            _ => fill(t.why_at, &[&self.at(clock.due)]),
        }
    }

    /// Overdue, late, early: what the clock has come to.
    pub fn outcome(&self, clock: &Clock) -> Option<Line> {
        let (t, due) = (self.t(), self.at(clock.due));
        match clock.stopped {
            Some(end) => {
                let detail = fill(t.late_detail, &[&due, &self.at(end)]);
                let (head, state) = if end > clock.due { (t.late_head, "over") } else { (t.early_head, "ok") };
                let by = self.len(end.since(clock.due));
                Some(Line::new("flag", fill(head, &[&by]), detail, self.at(end)).state(state))
            }
            None if clock.state == ClockState::Overdue => {
                Some(Line::new("alert", t.over_head.to_owned(), fill(t.over_detail, &[&due]), due).state("over"))
            }
            None => None,
        }
    }

    pub fn provisional(&self, clock: &Clock) -> Option<Line> {
        let t = self.t();
        let (head, detail) = (t.provisional_head.to_owned(), t.provisional_detail.to_owned());
        clock.provisional.then(|| Line::new("refresh", head, detail, t.provisional.to_owned()).plain().state("pause"))
    }

    /// Start + limit + what did not count = due. For a paused clock: allowance − used = left.
    pub fn sum(&self, x: &Explanation, start: &str, limit: &str) -> Sum {
        let t = self.t();
        let clock = &x.clock;
        if clock.state == ClockState::Paused {
            return Sum {
                terms: vec![
                    ("", self.limit(clock.allowance), t.allowance.to_owned()),
                    ("−", self.len(clock.used), t.used.to_owned()),
                ],
                result: (self.len(clock.remaining), t.left.to_owned()),
            };
        }
        let mut terms = vec![("", self.at(clock.started), start.to_owned())];
        let closed = total(&x.pieces, |k| k == PieceKind::Closed);
        let paused = total(&x.pieces, |k| matches!(k, PieceKind::PausedForCustomer | PieceKind::PausedDownstream));
        let open: Vec<&Piece> = x.pieces.iter().filter(|p| p.kind == PieceKind::Open).collect();
        if closed > Span::ZERO && paused == Span::ZERO && open.len() <= 3 && !open.is_empty() {
            // Few stretches of open time: each is a term of its own.
            for (i, piece) in open.iter().enumerate() {
                let last = i + 1 == open.len();
                let words = if last && i > 0 {
                    fill(t.from, &[&self.time(piece.from)])
                } else {
                    fill(t.until, &[&self.time(piece.to)])
                };
                terms.push(("+", self.len(piece.counts), words));
            }
        } else {
            terms.push(("+", self.limit(x.limit), limit.to_owned()));
            // Only clocks of cases can stand still.
            if matches!(clock.kind, ClockKind::Reply | ClockKind::Leg) {
                terms.push(("+", self.len(paused), t.stopped.to_owned()));
            }
            if closed > Span::ZERO {
                terms.push(("+", self.len(closed), t.closed.to_owned()));
            }
        }
        Sum { terms, result: self.result(clock.due) }
    }

    pub fn result(&self, due: Timestamp) -> (String, String) {
        (self.time(due), self.day(due))
    }
}

fn total(pieces: &[Piece], keep: impl Fn(PieceKind) -> bool) -> Span {
    pieces.iter().filter(|p| keep(p.kind)).fold(Span::ZERO, |sum, p| sum.plus(p.to.since(p.from)))
}

/// The look of a state on the sheet.
pub fn look(state: ClockState) -> &'static str {
    match state {
        ClockState::Stopped => "ok",
        other => state_key(other),
    }
}
