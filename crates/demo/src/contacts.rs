//! Calls, chats, text messages and e-mails of the day, and the presence of the seats.

use baton_engine::model::{
    Actor, CallState, Channel, Collection, Customer, CustomerRef, Direction, Intent, Presence, Role,
};
use baton_engine::time::{Span, Timestamp};

use crate::people::{COLLEAGUE, Cast, EXPERT_DESK, HOTLINE, ORGS, system};
use crate::texts::talk::{self, Side, Thread};
use crate::world::World;

/// How long a presence of the demo's colleagues holds without renewal.
pub const LEASE: Span = Span::from_minutes(3);

const C: Collection = Collection::Interactions;

/// The customer as the sender of messages.
pub fn customer_actor(customer: &CustomerRef) -> Actor {
    Actor {
        id: format!("{COLLEAGUE}customer"),
        name: customer.name.clone(),
        org: String::new(),
        role: Role::System,
        seat: None,
    }
}

/// A contact that begins: the intent that opens it.
pub fn arrival(channel: Channel, customer: &CustomerRef, reason: &str) -> Intent {
    Intent::StartInteraction {
        channel,
        direction: Direction::Inbound,
        customer: customer.clone(),
        reason: reason.into(),
        desk: HOTLINE.into(),
        answered: false,
    }
}

/// Calls and written contacts: waiting, under way and ended.
pub fn play(world: &mut World<'_>, cast: &Cast, customers: &[Customer], cases: &[(String, CustomerRef)]) {
    calls(world, cast, customers, cases);
    let chats =
        [Some(None), Some(Some("hotline")), Some(Some("hotline")), Some(None), Some(Some("")), None, None, None];
    threads(world, cast, customers, Channel::WebChat, talk::CHATS, &chats);
    threads(world, cast, customers, Channel::Sms, talk::SMS, &[Some(None), Some(Some("hotline")), None, Some(None)]);
    threads(world, cast, customers, Channel::Email, talk::EMAILS, &[Some(None), Some(None), Some(Some("hotline"))]);
}

fn anybody(world: &mut World<'_>, customers: &[Customer]) -> CustomerRef {
    world.rng.pick(customers).reference()
}

fn calls(world: &mut World<'_>, cast: &Cast, customers: &[Customer], cases: &[(String, CustomerRef)]) {
    let now = world.now;
    let line = system(ORGS[1]);
    let desk = cast.seated(HOTLINE);
    // Ringing.
    for seconds in [6, 21] {
        let (who, at) = (anybody(world, customers), now.minus(Span::from_secs(seconds)));
        let (id, reason) = (world.id(at), *world.rng.pick(talk::CALLS));
        world.act(C, &id, at, &line, arrival(Channel::Voice, &who, reason));
    }
    // Under way: talking, on hold.
    for (by, state) in desk.iter().skip(1).zip([None, Some(CallState::Held)]) {
        let (who, at) = (anybody(world, customers), now.minus(Span::from_secs(190)));
        let (id, reason) = (world.id(at), *world.rng.pick(talk::CALLS));
        world.act(C, &id, at, &line, arrival(Channel::Voice, &who, reason));
        world.act(C, &id, at.plus(Span::from_secs(11)), by, Intent::AcceptInteraction);
        if let Some(state) = state {
            world.act(C, &id, at.plus(Span::from_secs(150)), by, Intent::SetCallState { state });
        }
    }
    at_the_expert(world, cast, customers);
    // Ended today, some about a case that runs.
    for at in 0..16 {
        let about = if at % 4 == 0 { cases.get(at / 4 * 5) } else { None };
        let who = about.map_or_else(|| anybody(world, customers), |(_, who)| who.clone());
        let ago = Span::from_minutes(12 + i64::try_from(at).unwrap_or(0) * 21);
        let start = now.minus(ago).minus(world.rng.span(Span::ZERO, Span::from_minutes(15)));
        let by = if at % 3 == 0 { cast.user("hotline") } else { world.rng.pick(&desk).clone() };
        let (id, reason) = (world.id(start), *world.rng.pick(talk::CALLS));
        let taken = start.plus(world.rng.span(Span::from_secs(4), Span::from_secs(19)));
        let ended = taken.plus(world.rng.span(Span::from_secs(70), Span::from_secs(420)));
        world.act(C, &id, start, &line, arrival(Channel::Voice, &who, reason));
        world.act(C, &id, taken, &by, Intent::AcceptInteraction);
        let (disposition, note) = match about {
            Some((case, _)) => {
                world.act(C, &id, taken, &by, Intent::LinkInteraction { case: case.clone() });
                talk::ENDINGS[3]
            }
            None => *world.rng.pick(talk::ENDINGS),
        };
        world.act(C, &id, ended, &by, Intent::EndInteraction);
        let intent = Intent::Dispose { disposition: disposition.into(), note: note.into() };
        world.act(C, &id, ended.plus(Span::from_secs(25)), &by, intent);
    }
}

/// A call that was handed to an expert seat with its context.
fn at_the_expert(world: &mut World<'_>, cast: &Cast, customers: &[Customer]) {
    let front = cast.seated(HOTLINE);
    let experts = cast.seated(EXPERT_DESK);
    let (Some(front), Some(expert)) = (front.first(), experts.first()) else { return };
    if !expert_desk_open(world, world.now) {
        return;
    }
    let Some(who) = customers.iter().find(|c| c.city == "惠州").map(Customer::reference) else { return };
    let start = world.now.minus(Span::from_secs(260));
    let after = |seconds: i64| start.plus(Span::from_secs(seconds));
    let id = world.id(start);
    world.act(C, &id, start, &system(ORGS[1]), arrival(Channel::Voice, &who, "手机支付被重复扣款"));
    world.act(C, &id, after(9), front, Intent::AcceptInteraction);
    world.act(C, &id, after(60), front, Intent::SetTopic { topic: "mobilePayment".into() });
    let seat = expert.seat.clone().unwrap_or_default();
    let offer = Intent::OfferTransfer { desk: EXPERT_DESK.into(), seat, until: after(80) };
    world.act(C, &id, after(65), front, offer);
    world.act(C, &id, after(72), expert, Intent::AcceptTransfer);
}

/// Written contacts. `how`: ended (None), waiting for anybody (Some(None)), with a log-in or, if "", a colleague.
fn threads(
    world: &mut World<'_>,
    cast: &Cast,
    customers: &[Customer],
    channel: Channel,
    texts: &[Thread],
    how: &[Option<Option<&str>>],
) {
    let desk = cast.seated(HOTLINE);
    let mut texts = texts.iter().cycle();
    for how in how {
        // Who waits for anybody has not been answered yet.
        let waiting = *how == Some(None);
        let Some(thread) = texts.by_ref().find(|t| !waiting || t.lines.len() == 1) else { return };
        let by = match how {
            Some(Some(id)) if !id.is_empty() => cast.user(id),
            _ => world.rng.pick(&desk).clone(),
        };
        let who = anybody(world, customers);
        let (pause, last) = match (channel, how) {
            (Channel::WebChat, Some(_)) => (50, world.rng.range(8, 45)),
            (Channel::WebChat, None) => (60, world.rng.range(900, 9000)),
            (Channel::Email, _) => (4000, world.rng.range(900, 13_000)),
            (_, Some(_)) => (240, world.rng.range(200, 1600)),
            (_, None) => (240, world.rng.range(4000, 9000)),
        };
        let lines = i64::try_from(thread.lines.len()).unwrap_or(1);
        let start = world.now.minus(Span::from_secs(last + pause * (lines - 1)));
        let id = world.id(start);
        world.act(C, &id, start, &customer_actor(&who), arrival(channel, &who, thread.reason));
        let mut at = start;
        for (nth, (side, text)) in thread.lines.iter().enumerate() {
            if nth == 1 {
                world.act(C, &id, at.minus(Span::from_secs(pause / 3)), &by, Intent::AcceptInteraction);
            }
            say(world, &id, at, channel, &who, *side, &by, text);
            at = at.plus(Span::from_secs(pause));
        }
        match how {
            Some(Some(_)) if thread.lines.len() == 1 => {
                world.act(C, &id, start.plus(Span::from_secs(3)), &by, Intent::AcceptInteraction);
            }
            None => {
                if thread.lines.len() == 1 {
                    world.act(C, &id, at, &by, Intent::AcceptInteraction);
                }
                say(world, &id, at, channel, &who, Side::Desk, &by, "已为您处理，还有其他可以帮您的吗？祝您生活愉快。");
                let intent = Intent::Dispose { disposition: "answered".into(), note: thread.reason.into() };
                world.act(C, &id, at.plus(Span::from_secs(40)), &by, intent);
            }
            _ => {}
        }
    }
}

#[allow(clippy::too_many_arguments)]
fn say(
    world: &mut World<'_>,
    interaction: &str,
    at: Timestamp,
    channel: Channel,
    customer: &CustomerRef,
    side: Side,
    desk: &Actor,
    text: &str,
) {
    let (by, direction) = match side {
        Side::Customer => (customer_actor(customer), Direction::Inbound),
        Side::Desk => (desk.clone(), Direction::Outbound),
    };
    let intent = Intent::SendMessage {
        interaction: interaction.into(),
        channel,
        direction,
        customer: customer.clone(),
        text: text.into(),
    };
    let id = world.id(at.min(world.now));
    world.act(Collection::Messages, &id, at, &by, intent);
}

/// Whether the expert desk works at `at`.
pub fn expert_desk_open(world: &World<'_>, at: Timestamp) -> bool {
    world
        .policies
        .desk(EXPERT_DESK)
        .and_then(|(policy, desk)| policy.calendars.get(desk.calendar))
        .is_some_and(|c| c.calendar.is_open(at).unwrap_or(false))
}

/// The seats: those of the log-ins are offline until somebody comes, those of colleagues in mixed presence.
pub fn seats(world: &mut World<'_>, cast: &Cast) {
    let now = world.now;
    let open = expert_desk_open(world, now);
    for id in ["expert", "expert2", "hotline"] {
        let by = cast.user(id);
        let desk = if id == "hotline" { HOTLINE } else { EXPERT_DESK };
        seat(world, desk, &by, Presence::Offline, now.minus(Span::from_hours(9)), Span::ZERO);
    }
    let states = [Presence::OnContact, Presence::Available, Presence::Break, Presence::WrapUp];
    for (by, presence) in cast.seated(EXPERT_DESK).iter().zip(states) {
        let presence = if open { presence } else { Presence::Offline };
        let ago = world.rng.span(Span::from_secs(40), Span::from_minutes(7));
        seat(world, EXPERT_DESK, by, presence, now.minus(ago), LEASE.plus(ago));
    }
    for (by, presence) in
        cast.seated(HOTLINE).iter().zip([Presence::Available, Presence::OnContact, Presence::OnContact])
    {
        let ago = world.rng.span(Span::from_secs(40), Span::from_minutes(4));
        seat(world, HOTLINE, by, presence, now.minus(ago), LEASE.plus(ago));
    }
}

fn seat(world: &mut World<'_>, desk: &str, by: &Actor, presence: Presence, at: Timestamp, lease: Span) {
    let Some(id) = by.seat.clone() else { return };
    let plan = world.policies.desk(desk).and_then(|(_, d)| d.seats.iter().find(|s| s.id == id));
    let skills = plan.map_or_else(Vec::new, |s| s.skills.clone());
    let intent = Intent::SetPresence { presence, until: at.plus(lease), desk: Some(desk.into()), skills: Some(skills) };
    world.act(Collection::Seats, &id, at, by, intent);
}
