//! Reads expert desks and queues: hours, cities, topics in and out of scope, seats, call-backs; and the flags that
//! decide doubtful topics.

use std::collections::HashMap;

use super::cursor::{Cx, Obj, every};
use super::fault::{Expected, FaultCode, Noun};
use super::node::{Kind, Node, short};
use super::rules::{Rules, calendar_of, declared, one_of};
use crate::policy::{CallbackRules, City, Desk, Flag, Provenance, SeatPlan, Topic};

/// What a desk refers to.
pub(super) struct Names<'a> {
    pub calendars: &'a [&'a str],
    pub orgs: &'a [&'a str],
    pub flags: &'a [Node],
}

/// `{"id", "name", "value", "options": [{"id", "name"}]}`.
pub(super) fn flags(cx: &Cx, nodes: &[Node]) -> Option<Vec<Flag>> {
    every(nodes.iter().map(|node| {
        let o = Obj::new(cx, node)?;
        let (id, name) = (o.req("id", Cx::id), o.req("name", Cx::both));
        let options = every(o.entries("options", true).iter().map(|n| {
            let o = Obj::new(cx, n)?;
            let (id, name) = (o.req("id", Cx::id), o.req("name", Cx::both));
            o.done();
            Some((id?, name?))
        }));
        let value = o.req("value", |cx, n| one_of(cx, n, Noun::FlagOption, &option_ids(node)));
        let provenance = o.provenance();
        o.done();
        let (options, option_names) = options?.into_iter().unzip();
        Some(Flag { id: id?, name: name?, value: value?, options, option_names, provenance: provenance? })
    }))
}

fn option_ids(flag: &Node) -> Vec<&str> {
    declared(flag.field("options").and_then(Node::list).unwrap_or_default())
}

pub(super) fn desks(cx: &Cx, nodes: &[Node], names: &Names<'_>, rules: &Rules<'_>) -> Option<Vec<Desk>> {
    let desks = every(nodes.iter().map(|node| desk(cx, node, names, rules)));
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (i, desk) in nodes.iter().enumerate() {
        let seats = desk.field("seats").and_then(Node::list).unwrap_or_default();
        for id in seats.iter().filter_map(|s| s.field("id")) {
            if let Some(seat) = id.text()
                && *seen.entry(seat).or_insert(i) != i
            {
                cx.fault::<()>(id, FaultCode::SeatTwice { seat: short(seat) });
            }
        }
    }
    desks
}

fn desk(cx: &Cx, node: &Node, names: &Names<'_>, rules: &Rules<'_>) -> Option<Desk> {
    let o = Obj::new(cx, node)?;
    let (id, name) = (o.req("id", Cx::id), o.req("name", Cx::both));
    let org = o.req("org", |cx, n| one_of(cx, n, Noun::Organisation, names.orgs));
    let calendar = o.req("calendar", |cx, n| calendar_of(cx, n, names.calendars));
    let provenance = o.provenance();
    let cities = every(o.entries("cities", false).iter().map(|n| city(cx, n, &provenance)));
    let other_city = o.opt("otherCity", Cx::both);
    let seat_nodes = o.entries("seats", false);
    let seats = every(seat_nodes.iter().map(|n| seat(cx, n, &provenance)));
    let skills = skills(seat_nodes);
    let topics =
        every(o.entries("topics", false).iter().map(|n| topic(cx, n, names.flags, skills.as_deref(), &provenance)));
    let offer = o.setting("offer", Cx::span);
    let ageing = o.setting("ageing", Cx::span);
    let callback = o.opt("callback", |cx, n| callback(cx, n, rules));
    o.done();
    let (offer, ageing) = (offer?, ageing?);
    Some(Desk {
        id: id?,
        name: name?,
        org: org?,
        calendar: calendar?,
        cities: cities?,
        other_city: other_city?,
        topics: topics?,
        seats: seats?,
        offer: offer.0,
        ageing: ageing.0,
        callback: callback?,
        settings: vec![offer.1, ageing.1],
        provenance: provenance?,
    })
}

fn city(cx: &Cx, node: &Node, whole: &Option<Provenance>) -> Option<City> {
    let o = Obj::new(cx, node)?;
    let (id, name, provenance) = (o.req("id", Cx::id), o.req("name", Cx::both), o.provenance_or(whole));
    o.done();
    Some(City { id: id?, name: name?, provenance: provenance? })
}

fn seat(cx: &Cx, node: &Node, whole: &Option<Provenance>) -> Option<SeatPlan> {
    let o = Obj::new(cx, node)?;
    let (id, name) = (o.req("id", Cx::id), o.req("name", Cx::both));
    let (skills, provenance) = (o.req("skills", Cx::ids), o.provenance_or(whole));
    o.done();
    let name = name?;
    Some(SeatPlan { id: id?, name: name.zh, name_en: name.en, skills: skills?, provenance: provenance? })
}

/// Skills of all seats; none if there are no seats or a list of skills cannot be read.
fn skills(seats: &[Node]) -> Option<Vec<&str>> {
    if seats.is_empty() {
        return None;
    }
    let lists: Option<Vec<&[Node]>> = seats.iter().map(|s| s.field("skills").and_then(Node::list)).collect();
    lists?.into_iter().flatten().map(Node::text).collect()
}

fn topic(cx: &Cx, node: &Node, flags: &[Node], skills: Option<&[&str]>, whole: &Option<Provenance>) -> Option<Topic> {
    let o = Obj::new(cx, node)?;
    let (id, name) = (o.req("id", Cx::id), o.req("name", Cx::both));
    let scope = o.req("inScope", |cx, n| scope(cx, n, flags));
    let alternative = o.opt("alternative", Cx::both);
    let skill = match scope {
        // A topic that is never in scope needs no seat.
        Some(Scope { always: false, ever: false, .. }) => o.opt("skill", Cx::id).map(Option::unwrap_or_default),
        _ => o.req("skill", |cx, n| {
            let skill = cx.id(n)?;
            match skills {
                Some(have) if !have.contains(&skill.as_str()) => cx.fault(n, FaultCode::NoSeatWithSkill { skill }),
                _ => Some(skill),
            }
        }),
    };
    let provenance = o.provenance_or(whole);
    o.done();
    let (scope, alternative) = (scope?, alternative?);
    if !scope.always && alternative.is_none() {
        cx.report(node.pack, node.member("alternative"), FaultCode::NoAlternative);
        return None;
    }
    Some(Topic { id: id?, name: name?, skill: skill?, in_scope: scope.now, alternative, provenance: provenance? })
}

struct Scope {
    now: bool,
    always: bool,
    ever: bool,
}

/// `true`, `false`, or `{"flag": "expert-scope", "is": ["seven"]}`.
fn scope(cx: &Cx, node: &Node, flags: &[Node]) -> Option<Scope> {
    match node.kind {
        Kind::Bool(now) => {
            return Some(Scope { now, always: now, ever: now });
        }
        Kind::Object(_) => {}
        _ => return cx.wrong(node, Expected::Condition),
    }
    let o = Obj::new(cx, node)?;
    let flag = o.req("flag", |cx, n| one_of(cx, n, Noun::Flag, &declared(flags)));
    let flag = flag.and_then(|id| flags.iter().find(|f| f.field("id").and_then(Node::text) == Some(id.as_str())));
    let options = flag.map(option_ids);
    let is = o.req("is", |cx, n| {
        every(cx.filled(n)?.iter().map(|n| match &options {
            Some(options) => one_of(cx, n, Noun::FlagOption, options),
            None => cx.id(n),
        }))
    });
    o.done();
    let value = flag?.field("value").and_then(Node::text)?;
    Some(Scope { now: is?.iter().any(|i| i == value), always: false, ever: true })
}

fn callback(cx: &Cx, node: &Node, rules: &Rules<'_>) -> Option<CallbackRules> {
    let o = Obj::new(cx, node)?;
    let window = o.req("window", |cx, n| rules.get(cx, n));
    let tries = o.setting("tries", |cx, n| cx.small(n, 1, 20));
    let spacing = o.setting("spacing", Cx::span);
    let lapse = o.setting("claimLapse", Cx::span);
    let handling = o.setting("handling", Cx::span);
    let text = o.req("text", Cx::both);
    let provenance = o.provenance();
    o.done();
    let (tries, spacing, lapse, handling) = (tries?, spacing?, lapse?, handling?);
    Some(CallbackRules {
        window: window?,
        tries: tries.0,
        spacing: spacing.0,
        claim_lapse: lapse.0,
        handling: handling.0,
        text: text?,
        settings: vec![tries.1, spacing.1, lapse.1, handling.1],
        provenance: provenance?,
    })
}
