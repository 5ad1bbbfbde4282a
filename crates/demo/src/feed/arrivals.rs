//! Calls and written contacts that arrive, customers who write back, and hotline colleagues who take what waits.

use std::collections::BTreeMap;

use baton_engine::model::{
    Actor, CallState, Channel, Collection, CustomerRef, Direction, Document, Intent, Interaction, Message,
};
use baton_engine::time::{Span, Timestamp};

use super::{Beat, Feed, Shelf};
use crate::contacts::{arrival, customer_actor};
use crate::customers::CUSTOMER;
use crate::people::{COLLEAGUE, HOTLINE, ORGS, system};
use crate::rng::Rng;
use crate::texts::talk;

/// Contacts that wait for anybody, at most; more do not arrive.
const CALLS_WAITING: usize = 3;
const TEXTS_WAITING: usize = 5;
/// A call is left to the humans for so long.
const LEFT_TO_HUMANS: Span = Span::from_secs(40);
/// Then a caller hangs up.
const PATIENCE: Span = Span::from_secs(150);

/// Customers who are about to write back to a human.
#[derive(Debug, Default)]
pub(super) struct Replies {
    due: BTreeMap<String, Reply>,
    /// Interactions whose customer writes in English.
    english: BTreeMap<String, bool>,
}

#[derive(Debug)]
struct Reply {
    at: Timestamp,
    channel: Channel,
    customer: CustomerRef,
}

impl Replies {
    /// Notes a message: a human's to one of the demo's customers will be answered.
    pub fn heard(&mut self, message: &Message, now: Timestamp, rng: &mut Rng) {
        if !message.customer.id.starts_with(CUSTOMER) {
            return;
        }
        match message.direction {
            Direction::Inbound => {
                self.english.insert(message.interaction.clone(), message.text.is_ascii());
                self.due.remove(&message.interaction);
            }
            Direction::Outbound => {
                let fresh = message.at.is_some_and(|at| now.since(at) < Span::from_minutes(5));
                if !fresh || message.by.id.starts_with(COLLEAGUE) {
                    return;
                }
                let (least, most) = if message.channel == Channel::WebChat { (5, 16) } else { (15, 60) };
                let wait = rng.span(Span::from_secs(least), Span::from_secs(most));
                let reply = Reply { at: now.plus(wait), channel: message.channel, customer: message.customer.clone() };
                self.due.insert(message.interaction.clone(), reply);
            }
        }
    }
}

impl Feed {
    pub(super) fn contacts(&mut self, shelf: &mut dyn Shelf, now: Timestamp) -> Result<usize, String> {
        let mut written = self.write_back(shelf, now)?;
        let waiting = |this: &Feed, voice: bool| {
            let all = this.of(Collection::Interactions).filter_map(|(_, (_, d))| contact(d));
            all.filter(|c| c.is_open() && c.holder.is_none() && (c.channel == Channel::Voice) == voice).count()
        };
        if self.beat(Beat::Call, now) && waiting(self, true) < CALLS_WAITING {
            let reason = *self.rng.pick(talk::CALLS);
            let intent = arrival(Channel::Voice, &self.somebody(), reason);
            written +=
                usize::from(self.begin(shelf, now, Collection::Interactions, &system(ORGS[1]), intent)?.is_some());
        }
        if self.beat(Beat::Chat, now) && waiting(self, false) < TEXTS_WAITING {
            written += self.write_in(shelf, now)?;
        }
        for key in self.ours(Collection::Interactions) {
            let Some(contact) = self.document(&key).and_then(contact).cloned() else { continue };
            written += match contact.channel {
                Channel::Voice => self.call(shelf, now, &key, &contact)?,
                _ => self.thread(shelf, now, &key, &contact)?,
            };
        }
        Ok(written)
    }

    fn somebody(&mut self) -> CustomerRef {
        self.rng.pick(&self.customers).reference()
    }

    /// A chat or, more rarely, a text message begins.
    fn write_in(&mut self, shelf: &mut dyn Shelf, now: Timestamp) -> Result<usize, String> {
        let (channel, texts) =
            if self.rng.chance(75) { (Channel::WebChat, talk::CHATS) } else { (Channel::Sms, talk::SMS) };
        let thread = self.rng.pick(texts);
        let who = self.somebody();
        let by = customer_actor(&who);
        let intent = arrival(channel, &who, thread.reason);
        let Some(id) = self.begin(shelf, now, Collection::Interactions, &by, intent)? else { return Ok(0) };
        Ok(1 + self.message(shelf, now, &id, channel, &who, None, thread.lines[0].1)?)
    }

    /// Customers answer what humans wrote to them.
    fn write_back(&mut self, shelf: &mut dyn Shelf, now: Timestamp) -> Result<usize, String> {
        let due: Vec<String> = self.replies.due.iter().filter(|(_, r)| r.at <= now).map(|(id, _)| id.clone()).collect();
        let mut written = 0;
        for id in due {
            let Some(reply) = self.replies.due.remove(&id) else { continue };
            let key = (Collection::Interactions, id.clone());
            if !self.document(&key).and_then(contact).is_some_and(Interaction::is_open) {
                continue;
            }
            let english = self.replies.english.get(&id).is_some_and(|e| *e);
            let text = *self.rng.pick(if english { talk::REPLIES_EN } else { talk::REPLIES });
            written += self.message(shelf, now, &id, reply.channel, &reply.customer, None, text)?;
        }
        Ok(written)
    }

    /// A message by a colleague, or by the customer.
    #[allow(clippy::too_many_arguments)]
    fn message(
        &mut self,
        shelf: &mut dyn Shelf,
        now: Timestamp,
        interaction: &str,
        channel: Channel,
        customer: &CustomerRef,
        by: Option<&Actor>,
        text: &str,
    ) -> Result<usize, String> {
        let direction = if by.is_some() { Direction::Outbound } else { Direction::Inbound };
        let by = by.cloned().unwrap_or_else(|| customer_actor(customer));
        let (interaction, customer) = (interaction.to_owned(), customer.clone());
        let intent = Intent::SendMessage { interaction, channel, direction, customer, text: text.into() };
        Ok(usize::from(self.begin(shelf, now, Collection::Messages, &by, intent)?.is_some()))
    }

    /// A colleague of the hotline without a call.
    fn free_colleague(&mut self) -> Option<Actor> {
        let all = self.cast.seated(HOTLINE);
        let busy: Vec<String> = self
            .of(Collection::Interactions)
            .filter_map(|(_, (_, d))| contact(d))
            .filter(|c| c.channel == Channel::Voice && c.call != CallState::Ended)
            .filter_map(|c| c.holder.as_ref().map(|h| h.id.clone()))
            .collect();
        let free: Vec<Actor> = all.into_iter().filter(|a| !busy.contains(&a.id)).collect();
        if free.is_empty() { None } else { Some(self.rng.pick(&free).clone()) }
    }

    fn holder(&self, contact: &Interaction) -> Option<Actor> {
        let id = &contact.holder.as_ref()?.id;
        let seated = [HOTLINE, crate::people::EXPERT_DESK].into_iter().flat_map(|desk| self.cast.seated(desk));
        seated.into_iter().find(|a| a.id == *id)
    }

    fn call(
        &mut self,
        shelf: &mut dyn Shelf,
        now: Timestamp,
        key: &(Collection, String),
        call: &Interaction,
    ) -> Result<usize, String> {
        let waited = call.arrived_at.map_or(Span::ZERO, |at| now.since(at));
        let (by, intents) = match (&call.holder, call.accepted_at) {
            (None, _) if waited > PATIENCE => {
                // The caller hangs up. The queue takes the call over to end it: only a holder can.
                let dispose = Intent::Dispose { disposition: "dropped".into(), note: "客户等待中挂机".into() };
                (system(ORGS[1]), vec![Intent::AcceptInteraction, dispose])
            }
            (None, _) if waited > LEFT_TO_HUMANS && self.rng.chance(2) => match self.free_colleague() {
                Some(by) => (by, vec![Intent::AcceptInteraction]),
                None => return Ok(0),
            },
            (Some(_), Some(since)) => {
                let Some(by) = self.holder(call) else { return Ok(0) };
                let talked = now.since(since);
                match call.ended_at {
                    Some(ended) if now.since(ended) > Span::from_secs(20) => {
                        let (disposition, note) = *self.rng.pick(talk::ENDINGS);
                        (by, vec![Intent::Dispose { disposition: disposition.into(), note: note.into() }])
                    }
                    None if talked > Span::from_secs(300) || talked > Span::from_secs(60) && self.rng.chance(1) => {
                        (by, vec![Intent::EndInteraction])
                    }
                    _ => return Ok(0),
                }
            }
            _ => return Ok(0),
        };
        Ok(usize::from(self.change(shelf, now, key, &by, intents)?))
    }

    fn thread(
        &mut self,
        shelf: &mut dyn Shelf,
        now: Timestamp,
        key: &(Collection, String),
        thread: &Interaction,
    ) -> Result<usize, String> {
        let slow = if thread.channel == Channel::WebChat { 1 } else { 12 };
        let waited = thread.arrived_at.map_or(Span::ZERO, |at| now.since(at));
        let (by, intent, text) = match thread.accepted_at {
            None if waited > Span::from_secs(75 * slow) && self.rng.chance(2) => {
                let by = self.rng.pick(&self.cast.seated(HOTLINE)).clone();
                (by, Intent::AcceptInteraction, "您好，正在为您查询，请稍等。")
            }
            Some(since) if now.since(since) > Span::from_secs(90 * slow) && self.rng.chance(1) => {
                let Some(by) = self.holder(thread) else { return Ok(0) };
                let note = thread.reason.clone();
                (
                    by,
                    Intent::Dispose { disposition: "answered".into(), note },
                    "已为您处理，还有其他可以帮您的吗？祝您生活愉快。",
                )
            }
            _ => return Ok(0),
        };
        if !self.change(shelf, now, key, &by, vec![intent])? {
            return Ok(0);
        }
        Ok(1 + self.message(shelf, now, &key.1, thread.channel, &thread.customer, Some(&by), text)?)
    }
}

fn contact(document: &Document) -> Option<&Interaction> {
    match document {
        Document::Interaction(contact) => Some(contact),
        _ => None,
    }
}
