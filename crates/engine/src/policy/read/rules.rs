//! Reads what sets time limits: rules, service classes, tiers, clocks and waiting contacts.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use super::cursor::{Cx, Obj, every};
use super::fault::{FaultCode, Noun};
use super::node::Node;
use crate::model::Channel;
use crate::policy::{ClockRules, ContactRule, Rule, ServiceClass, Tier, TierMeasure, TierRange};
use crate::time::Span;

/// Ids that a list declares, faulty entries included, so that one fault does not breed others.
pub(super) fn declared(nodes: &[Node]) -> Vec<&str> {
    nodes.iter().filter_map(|n| n.field("id").and_then(Node::text)).collect()
}

/// A reference to one of `known`.
pub(super) fn one_of(cx: &Cx, node: &Node, noun: Noun, known: &[&str]) -> Option<String> {
    let id = cx.id(node)?;
    if known.contains(&id.as_str()) { Some(id) } else { cx.unknown(node, noun, &id, known.iter().copied()) }
}

/// A reference to a calendar, as its index.
pub(super) fn calendar_of(cx: &Cx, node: &Node, calendars: &[&str]) -> Option<usize> {
    let id = one_of(cx, node, Noun::Calendar, calendars)?;
    calendars.iter().position(|c| *c == id)
}

/// All rules of a pack by id, and which of them something refers to.
pub(super) struct Rules<'a> {
    known: Vec<&'a str>,
    rules: HashMap<String, Rule>,
    used: RefCell<HashSet<String>>,
}

impl<'a> Rules<'a> {
    pub fn read(cx: &Cx, nodes: &'a [Node], calendars: &[&str]) -> Rules<'a> {
        let mut rules = HashMap::new();
        for node in nodes {
            if let Some(rule) = rule(cx, node, calendars) {
                rules.insert(rule.id.clone(), rule);
            }
        }
        Rules { known: declared(nodes), rules, used: RefCell::default() }
    }

    /// The rule that a reference names.
    pub fn get(&self, cx: &Cx, node: &Node) -> Option<Rule> {
        let id = one_of(cx, node, Noun::Rule, &self.known)?;
        let rule = self.rules.get(&id).cloned();
        self.used.borrow_mut().insert(id);
        rule
    }

    /// A rule of the author's own pack that nothing uses is a slip, mostly of spelling.
    pub fn report_unused(&self, cx: &Cx, nodes: &[Node]) {
        let used = self.used.borrow();
        let own = nodes.iter().filter(|n| n.pack + 1 == cx.lineage.len()).filter_map(|n| n.field("id"));
        for id in own {
            if let Some(name) = id.text().filter(|name| !used.contains(*name)) {
                cx.fault::<()>(id, FaultCode::UnusedRule { id: name.to_owned() });
            }
        }
    }
}

fn rule(cx: &Cx, node: &Node, calendars: &[&str]) -> Option<Rule> {
    let o = Obj::new(cx, node)?;
    let (id, name) = (o.req("id", Cx::id), o.req("name", Cx::both));
    let limit = o.req("limit", Cx::span);
    let calendar = o.req("calendar", |cx, n| calendar_of(cx, n, calendars));
    let provenance = o.provenance();
    o.done();
    Some(Rule { id: id?, name: name?, limit: limit?, calendar: calendar?, provenance: provenance? })
}

pub(super) fn classes(cx: &Cx, nodes: &[Node], rules: &Rules<'_>) -> Option<Vec<ServiceClass>> {
    every(nodes.iter().map(|node| {
        let o = Obj::new(cx, node)?;
        let id = o.req("id", |cx, n| {
            let id = cx.id(n)?;
            if id == BY_BRAND { cx.fault(n, FaultCode::ReservedId { id }) } else { Some(id) }
        });
        let (name, rank) = (o.req("name", Cx::both), o.req("rank", rank));
        let reply = o.req("reply", |cx, n| rules.get(cx, n));
        let leg = o.req("leg", |cx, n| rules.get(cx, n));
        let provenance = o.provenance();
        o.done();
        Some(ServiceClass { id: id?, name: name?, rank: rank?, reply: reply?, leg: leg?, provenance: provenance? })
    }))
}

fn rank(cx: &Cx, node: &Node) -> Option<u32> {
    cx.small(node, 1, 1000)
}

const BY_BRAND: &str = "byBrand";
const BADGES: [(&str, &str); 6] =
    [("diamond", "diamond"), ("gold", "gold"), ("silver", "silver"), ("a", "a"), ("b", "b"), ("c", "c")];
const MEASURES: [(&str, TierMeasure); 2] =
    [("annualSpend", TierMeasure::AnnualSpend), ("monthlyArpu", TierMeasure::MonthlyArpu)];

pub(super) fn tiers(cx: &Cx, nodes: &[Node], classes: &[&str]) -> Option<Vec<Tier>> {
    every(nodes.iter().map(|node| {
        let o = Obj::new(cx, node)?;
        let (id, name, rank) = (o.req("id", Cx::id), o.req("name", Cx::both), o.req("rank", rank));
        let badge = o.req("badge", |cx, n| cx.choice(n, &BADGES));
        let class = o.req("serviceClass", |cx, n| match n.text() {
            Some(BY_BRAND) => Some(None),
            _ => one_of(cx, n, Noun::Class, classes).map(Some),
        });
        let range = o.opt("range", range);
        let provenance = o.provenance();
        o.done();
        Some(Tier {
            id: id?,
            name: name?,
            rank: rank?,
            badge: badge?.to_owned(),
            service_class: class?,
            range: range?,
            provenance: provenance?,
        })
    }))
}

/// `{"measure": "annualSpend", "atLeast": 4000, "below": 6000}` in whole yuan.
fn range(cx: &Cx, node: &Node) -> Option<TierRange> {
    const MOST: i64 = 1_000_000_000;
    let o = Obj::new(cx, node)?;
    let measure = o.req("measure", |cx, n| cx.choice(n, &MEASURES));
    let at_least = o.req("atLeast", |cx, n| cx.whole(n, 0, MOST));
    let below = o.opt("below", |cx, n| cx.whole(n, 0, MOST));
    o.done();
    let (measure, at_least, below) = (measure?, at_least?, below?);
    if below.is_some_and(|b| b <= at_least) {
        return cx.fault(node.field("below").unwrap_or(node), FaultCode::RangeReversed);
    }
    Some(TierRange { measure, at_least_fen: at_least * 100, below_fen: below.map(|b| b * 100) })
}

pub(super) fn clocks(cx: &Cx, node: &Node, rules: &Rules<'_>) -> Option<ClockRules> {
    let o = Obj::new(cx, node)?;
    let reserve = o.req("reserve", |cx, n| rules.get(cx, n));
    let grace = o.req("receiptGrace", |cx, n| rules.get(cx, n));
    let statutory = o.opt("statutory", |cx, n| {
        let rule = rules.get(cx, n)?;
        let days = rule.limit.millis() / DAY;
        if rule.limit.millis() % DAY != 0 {
            return cx.fault(n, FaultCode::NotWholeDays { found: rule.limit.to_string() });
        }
        Some((u32::try_from(days).ok()?, rule))
    });
    let soon = o.setting("soonPercent", |cx, n| cx.small(n, 1, 100));
    let under = o.setting("soonUnder", Cx::span);
    let reopen = o.setting("reopenPercent", |cx, n| cx.small(n, 1, 100));
    let repeat = o.setting("repeatWindow", Cx::span);
    let blocks = o.setting("guardBlocks", Cx::boolean);
    let loops = o.setting("loopLimit", |cx, n| cx.small(n, 1, 100));
    let failed = o.setting("closeAfterFailedDays", |cx, n| cx.small(n, 1, 100));
    o.done();
    let (soon, under, reopen, repeat) = (soon?, under?, reopen?, repeat?);
    let (blocks, loops, failed) = (blocks?, loops?, failed?);
    Some(ClockRules {
        reserve: reserve?,
        receipt_grace: grace?,
        statutory_days: statutory?,
        soon_per_mille: soon.0 * 10,
        soon_under: under.0,
        reopen_per_mille: reopen.0 * 10,
        repeat_window: repeat.0,
        guard_blocks: blocks.0,
        loop_limit: loops.0,
        close_after_failed_days: failed.0,
        settings: vec![soon.1, under.1, reopen.1, repeat.1, blocks.1, loops.1, failed.1],
    })
}

const DAY: i64 = Span::from_days(1).millis();

/// The reserve must leave something of every reply limit.
pub(super) fn check_reserve(cx: &Cx, node: &Node, clocks: &ClockRules, classes: &[ServiceClass]) {
    let reserve = clocks.reserve.limit;
    if let Some(class) = classes.iter().find(|c| c.reply.limit <= reserve) {
        let (rule, limit) = (class.reply.id.clone(), class.reply.limit.to_string());
        let code = FaultCode::ReserveTooLong { reserve: reserve.to_string(), rule, limit };
        cx.fault::<()>(node.field("reserve").unwrap_or(node), code);
    }
}

const CHANNELS: [(&str, Channel); 8] = [
    ("voice", Channel::Voice),
    ("webChat", Channel::WebChat),
    ("sms", Channel::Sms),
    ("mms", Channel::Mms),
    ("email", Channel::Email),
    ("counter", Channel::Counter),
    ("kiosk", Channel::Kiosk),
    ("other", Channel::Other),
];

pub(super) fn contacts(cx: &Cx, nodes: &[Node], rules: &Rules<'_>) -> Option<Vec<ContactRule>> {
    every(nodes.iter().map(|node| {
        let o = Obj::new(cx, node)?;
        let channel = o.req("channel", |cx, n| cx.choice(n, &CHANNELS));
        let rule = o.req("rule", |cx, n| rules.get(cx, n));
        o.done();
        Some(ContactRule { channel: channel?, rule: rule? })
    }))
}
