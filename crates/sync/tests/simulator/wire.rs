//! The way to the backend: what becomes of a request, of its answer, and of copies that arrive late; and time, in which
//! whatever has a latest moment happens.

use baton_sync::net::{NetError, Request, Response};

use crate::backend::{Reply, Visit, html, response};
use crate::dice::Dice;
use crate::lanes::{Answer, LaneId, Wait};
use crate::weather::NetFate;
use crate::world::World;

/// A request that got no answer for so long is given up, as the app's net does.
const TIMEOUT_MS: i64 = 30_000;
/// So long after its sender gave up may a request still arrive.
pub const LATEST_MS: i64 = 20_000;
/// So long may a write be under way inside a backend before others see it.
const COMMIT_MS: i64 = 10_000;

/// A write that a backend has begun and nobody sees yet.
pub struct Begun {
    id: u64,
    until_ms: i64,
    pub answer: Option<(LaneId, Answer)>,
    lose_reply: bool,
}

impl World {
    pub fn net(&mut self, lane: LaneId, fate: NetFate, dice: u64, see: bool) {
        if self.hub.with(lane, |wait| matches!(wait, Wait::Net { .. })) != Some(true) {
            return;
        }
        let Some(Wait::Net { request, answer, asked_ms }) = self.hub.take(lane) else { return };
        let dice = Dice::new(dice);
        self.hub.true_ms.set(self.now_ms() + dice.between(1, 60));
        let client = &self.clients[lane.tab.client];
        let fate = match fate {
            _ if !client.up => NetFate::LoseRequest,
            NetFate::Late | NetFate::Twice if self.prompt => NetFate::LoseReply,
            fate => fate,
        };
        let told = self.promises.borrow().trace.is_some().then(|| tell(&request));
        self.totals.net(fate);
        let lost = || Err(NetError("connection reset".into()));
        let copy = request.clone();
        let outcome = match fate {
            NetFate::LoseRequest => Some(lost()),
            NetFate::Html => Some(Ok(html(200, "log in to the hotel network"))),
            NetFate::TooMany => Some(Ok(again(429, dice.between(1, 60)))),
            NetFate::Unavailable => Some(Ok(again(503, dice.between(1, 30)))),
            NetFate::Late => {
                self.late.push_back((self.now_ms() + LATEST_MS, request));
                Some(lost())
            }
            NetFate::Good | NetFate::LoseReply | NetFate::Twice | NetFate::Gateway if !client.signed_in => {
                Some(Ok(response(401, &serde_json::json!({"title": "log in"}))))
            }
            NetFate::Good | NetFate::LoseReply | NetFate::Twice | NetFate::Gateway => match self.ask(&request, &dice) {
                Reply::Now(response) => Some(Ok(response)),
                Reply::Begun(id) => {
                    let lose_reply = matches!(fate, NetFate::LoseReply | NetFate::Gateway);
                    let until_ms = self.now_ms() + COMMIT_MS;
                    self.writes.push(Begun { id, until_ms, answer: Some((lane, answer.clone())), lose_reply });
                    None
                }
                Reply::Locked => {
                    self.hub.put_back(lane, Wait::Net { request, answer, asked_ms });
                    return;
                }
            },
        };
        let outcome = outcome.map(|outcome| match (fate, outcome) {
            (NetFate::LoseReply, Ok(_)) => lost(),
            (NetFate::Gateway, Ok(_)) => Ok(html(504, "gateway timeout")),
            (NetFate::Twice, outcome) => {
                self.late.push_back((self.now_ms() + LATEST_MS, copy));
                outcome
            }
            (_, outcome) => outcome,
        });
        if let Some(told) = told {
            self.note(|| match &outcome {
                None => format!("    {lane}: {told} is begun"),
                Some(outcome) => format!("    {lane}: {told} {fate:?} → {}", tell_outcome(outcome)),
            });
        }
        if let Some(outcome) = outcome {
            *answer.borrow_mut() = Some(outcome);
            self.lanes.wake(lane);
            if see {
                self.lanes.poll(lane);
            }
        }
    }

    fn ask(&mut self, request: &Request, dice: &Dice) -> Reply {
        let visit = Visit { now_ms: self.hub.true_ms.get(), dice, audit: &mut self.audit };
        self.backend.answer(visit, request)
    }

    pub fn commit(&mut self, nth: usize) {
        if nth >= self.writes.len() {
            return;
        }
        let Begun { id, answer, lose_reply, .. } = self.writes.remove(nth);
        let dice = Dice::of(&[self.seed, id]);
        let visit = Visit { now_ms: self.hub.true_ms.get(), dice: &dice, audit: &mut self.audit };
        let response = self.backend.commit(visit, id);
        self.note(|| format!("    the backend commits write {id}: {}", response.status));
        if let Some((lane, cell)) = answer {
            let outcome = if lose_reply { Err(NetError("connection reset".into())) } else { Ok(response) };
            *cell.borrow_mut() = Some(outcome);
            self.lanes.wake(lane);
        }
    }

    pub fn arrive(&mut self, nth: usize) {
        let Some((_, request)) = self.late.remove(nth) else { return };
        let dice = Dice::of(&[self.seed, 0xA4, self.now_ms().unsigned_abs()]);
        self.note(|| format!("    late: {}", tell(&request)));
        match self.ask(&request, &dice) {
            Reply::Now(_) => {}
            Reply::Begun(id) => {
                let until_ms = self.now_ms() + COMMIT_MS;
                self.writes.push(Begun { id, until_ms, answer: None, lose_reply: true });
            }
            // Not before what it waits for may have ended.
            Reply::Locked => self.late.push_back((self.now_ms() + COMMIT_MS, request)),
        }
    }

    /// Time passes; what has a latest moment happens on the way.
    pub fn pass(&mut self, ms: i64) {
        let to = self.now_ms() + ms;
        loop {
            let begun = self.writes.iter().enumerate().map(|(n, b)| (b.until_ms, 0, n));
            let late = self.late.iter().enumerate().map(|(n, (until, _))| (*until, 1, n));
            let mut due = begun.chain(late).min();
            let mut tired = None;
            for lane in self.hub.waiting() {
                let asked = self.hub.with(lane, |wait| match wait {
                    Wait::Net { asked_ms, .. } => Some(*asked_ms),
                    _ => None,
                });
                if let Some(Some(asked)) = asked
                    && due.is_none_or(|(at, ..)| asked + TIMEOUT_MS < at)
                {
                    due = Some((asked + TIMEOUT_MS, 2, 0));
                    tired = Some(lane);
                }
            }
            let Some((at, what, nth)) = due.filter(|(at, ..)| *at <= to) else { break };
            self.hub.true_ms.set(at.max(self.now_ms()));
            match (what, tired) {
                (0, _) => self.commit(nth),
                (1, _) => self.arrive(nth),
                (_, Some(lane)) => {
                    if let Some(Wait::Net { answer, .. }) = self.hub.take(lane) {
                        *answer.borrow_mut() = Some(Err(NetError("no answer".into())));
                        self.lanes.wake(lane);
                    }
                }
                (_, None) => break,
            }
        }
        self.hub.true_ms.set(to.max(self.now_ms()));
    }
}

fn again(status: u16, seconds: i64) -> Response {
    let mut response = response(status, &serde_json::json!({"title": "later"}));
    response.headers.push(("Retry-After".into(), seconds.to_string()));
    response
}

fn tell(request: &Request) -> String {
    let condition = request.headers.iter().find(|(name, _)| name.to_ascii_lowercase().starts_with("if-"));
    let condition = condition.map(|(name, value)| format!(" {name}: {value}")).unwrap_or_default();
    let body = request.body.as_ref().map(|body| format!(" [{}]", journal_in(body))).unwrap_or_default();
    format!("{} {}{condition}{body}", request.method, request.url)
}

/// The entries' ids in a body, which is all that matters in a trace.
fn journal_in(body: &str) -> String {
    let mut found: Vec<&str> = Vec::new();
    for piece in body.split("\"id\":\"e").skip(1) {
        found.extend(piece.split('"').next());
    }
    found.iter().map(|id| format!("e{id}")).collect::<Vec<_>>().join(" ")
}

fn tell_outcome(outcome: &Result<Response, NetError>) -> String {
    match outcome {
        Ok(response) => format!("{} [{}]", response.status, journal_in(&response.body)),
        Err(error) => error.to_string(),
    }
}
