//! From the JSON of a pack to the compiled [`Policy`], or every fault of it at once. The format is described in
//! `docs/policy-packs.md`. Nothing here fetches files: bases are handed in.

mod calendars;
mod cursor;
mod desks;
mod fault;
mod merge;
mod node;
mod relay;
mod rules;

pub use fault::{Expected, Fault, FaultCode, Found, Noun};

use cursor::{Cx, Member, Obj, is_id};
use merge::Merger;
use node::{Node, Raw, short};
use rules::{Rules, declared, one_of};

use super::Policy;

/// The format that this reader reads.
pub const FORMAT: &str = "baton-policy/1";

/// Packs that one pack may rest on, directly or through others.
const MAX_BASES: usize = 8;

/// Packs at hand: those that can be loaded, and the bases of those to be checked.
#[derive(Debug, Clone, Default)]
pub struct PackLoader {
    packs: Vec<(String, Raw)>,
}

impl PackLoader {
    pub fn new() -> PackLoader {
        PackLoader::default()
    }

    /// Takes in the text of a pack under its own `id`, or under `name` if it has none. A pack of the same id is
    /// replaced. Returns the id. Faults inside the pack show when it is loaded.
    ///
    /// # Errors
    /// The text is no JSON or too big.
    pub fn add(&mut self, name: &str, text: &str) -> Result<String, Vec<Fault>> {
        let raw = node::parse(text).map_err(|fault| vec![fault])?;
        let id = raw.id().unwrap_or(name).to_owned();
        match self.packs.iter_mut().find(|(known, _)| *known == id) {
            Some((_, slot)) => *slot = raw,
            None => self.packs.push((id.clone(), raw)),
        }
        Ok(id)
    }

    /// Ids of the packs at hand, in the order in which they came.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.packs.iter().map(|(id, _)| id.as_str())
    }

    /// Compiles the pack `id`.
    ///
    /// # Errors
    /// Every fault of the pack; pointers lead into the pack `id`.
    pub fn load(&self, id: &str) -> Result<Policy, Vec<Fault>> {
        match self.get(id) {
            Some(raw) => compile(raw, self),
            None => {
                let known = self.ids().map(short).collect();
                Err(vec![Fault::new("", FaultCode::UnknownName { noun: Noun::Pack, name: short(id), known })])
            }
        }
    }

    fn get(&self, id: &str) -> Option<&Raw> {
        self.packs.iter().find(|(known, _)| known == id).map(|(_, raw)| raw)
    }
}

/// Reads and checks the text of a pack that may extend packs of `bases`.
///
/// # Errors
/// Every fault of the pack at once, in the order of reading.
pub fn check(text: &str, bases: &PackLoader) -> Result<Policy, Vec<Fault>> {
    let raw = node::parse(text).map_err(|fault| vec![fault])?;
    compile(&raw, bases)
}

fn compile(own: &Raw, bases: &PackLoader) -> Result<Policy, Vec<Fault>> {
    let mut early = Vec::new();
    let lineage = lineage(own, bases, &mut early);
    let mut members: Vec<Member> = lineage.iter().map(|(id, _, via)| Member { id: id.clone(), via: *via }).collect();
    members.push(Member { id: own.id().unwrap_or_default().to_owned(), via: 0 });
    let last = members.len() - 1;
    let mut cx = Cx::new(members);
    let broken = early.len();
    for fault in early {
        cx.report(last, fault.0, fault.1);
    }
    let mut removed = Vec::new();
    let mut merged: Option<Node> = None;
    let raws = lineage.iter().map(|(_, raw, _)| *raw).chain([own]);
    for (pack, raw) in raws.enumerate() {
        let mut report = |pack, pointer, code| cx.report(pack, pointer, code);
        let node = node::place(raw, pack, &mut report);
        merged = Some(Merger { report: &mut report, removed: &mut removed }.merge(merged, node));
    }
    cx.removed = removed;
    // Bases other than the own pack, nearest first.
    let extends = lineage.iter().rev().map(|(id, ..)| id.clone()).collect();
    let policy = merged.and_then(|node| pack(&cx, &node, extends));
    let mut faults = cx.into_faults();
    if broken > 0 {
        // Without its bases much seems to be missing in a pack; only what is wrong in any case is said.
        let (chain, rest) = faults.split_at(broken.min(faults.len()));
        faults = chain.iter().chain(rest.iter().filter(|f| !f.code.may_be_in_a_base())).cloned().collect();
    }
    match policy {
        Some(policy) if faults.is_empty() => Ok(policy),
        _ => {
            if faults.is_empty() {
                faults.push(Fault::new("", FaultCode::Internal));
            }
            Err(faults)
        }
    }
}

/// The packs that `own` rests on, those that others rest on first, each once, with the entry of `own`'s `extends`
/// that brings it in. Missing packs and circles are reported against `own`.
fn lineage<'a>(
    own: &'a Raw,
    bases: &'a PackLoader,
    faults: &mut Vec<(String, FaultCode)>,
) -> Vec<(String, &'a Raw, usize)> {
    struct Walk<'a, 'f> {
        bases: &'a PackLoader,
        out: Vec<(String, &'a Raw, usize)>,
        path: Vec<String>,
        faults: &'f mut Vec<(String, FaultCode)>,
    }
    impl<'a> Walk<'a, '_> {
        fn visit(&mut self, raw: &'a Raw, via: Option<usize>) {
            for (i, id) in raw.extends().into_iter().enumerate().take(MAX_BASES + 1) {
                let via = via.unwrap_or(i);
                let Some(id) = id.filter(|id| is_id(id)) else {
                    continue;
                };
                let place = format!("/extends/{via}");
                if self.path.iter().any(|p| p == id) {
                    let path = self.path.iter().map(|p| short(p)).chain([id.to_owned()]).collect();
                    self.faults.push((place, FaultCode::ExtendsCycle { path }));
                    continue;
                }
                if self.out.iter().any(|(known, ..)| known == id) {
                    continue;
                }
                let Some(base) = self.bases.get(id) else {
                    let known = self.bases.ids().take(24).map(short).collect();
                    self.faults.push((place, FaultCode::UnknownName { noun: Noun::Pack, name: id.to_owned(), known }));
                    continue;
                };
                if self.path.len() + self.out.len() > MAX_BASES {
                    self.faults.push((place, FaultCode::TooManyBases { limit: MAX_BASES }));
                    return;
                }
                self.path.push(id.to_owned());
                self.visit(base, Some(via));
                self.path.pop();
                self.out.push((id.to_owned(), base, via));
            }
        }
    }
    let path = own.id().map(str::to_owned).into_iter().collect();
    let mut walk = Walk { bases, out: Vec::new(), path, faults };
    walk.visit(own, None);
    walk.out
}

/// Reads the merged tree.
fn pack(cx: &Cx, node: &Node, extends: Vec<String>) -> Option<Policy> {
    let o = Obj::new(cx, node)?;
    o.req("format", |cx, n| match cx.text(n)?.as_str() {
        FORMAT => Some(()),
        other => cx.fault(n, FaultCode::UnknownFormat { found: short(other), known: FORMAT.to_owned() }),
    });
    let (id, name) = (o.req("id", Cx::id), o.req("name", Cx::both));
    let version = o.req("version", Cx::id);
    o.opt("extends", Cx::ids);

    let home_zone = o.req("zone", calendars::zone);
    let sets = calendars::holidays(cx, o.entries("holidays", false));
    let calendar_nodes = o.entries("calendars", true);
    let calendar_ids = declared(calendar_nodes);
    let calendars = calendars::calendars(cx, calendar_nodes, home_zone.as_ref(), &sets);

    let rule_nodes = o.entries("rules", true);
    let rules = Rules::read(cx, rule_nodes, &calendar_ids);
    let class_nodes = o.entries("classes", true);
    let class_ids = declared(class_nodes);
    let classes = rules::classes(cx, class_nodes, &rules);
    let tiers = rules::tiers(cx, o.entries("tiers", false), &class_ids);
    let clock_node = o.need("clocks");
    let clocks = clock_node.and_then(|n| rules::clocks(cx, n, &rules));
    if let (Some(n), Some(clocks), Some(classes)) = (clock_node, &clocks, &classes) {
        rules::check_reserve(cx, n, clocks, classes);
    }
    let contacts = rules::contacts(cx, o.entries("contacts", false), &rules);

    let org_nodes = o.entries("organisations", true);
    let org_ids = declared(org_nodes);
    let organisations = relay::organisations(cx, org_nodes);
    let flows = relay::flows(cx, o.entries("flows", true), org_nodes);

    let flag_nodes = o.entries("flags", false);
    let flags = desks::flags(cx, flag_nodes);
    let desk_nodes = o.entries("desks", false);
    let names = desks::Names { calendars: &calendar_ids, orgs: &org_ids, flags: flag_nodes };
    let desks = desks::desks(cx, desk_nodes, &names, &rules);
    let topic_ids: Vec<&str> =
        desk_nodes.iter().flat_map(|d| declared(d.field("topics").and_then(Node::list).unwrap_or_default())).collect();
    let categories = relay::categories(cx, o.entries("categories", false), &topic_ids);
    let dispositions = relay::dispositions(cx, o.entries("dispositions", false));

    let default_class = o.setting("defaultClass", |cx, n| {
        let id = one_of(cx, n, Noun::Class, &class_ids)?;
        class_ids.iter().position(|c| *c == id)
    });
    let home_calendar = o.setting("homeCalendar", |cx, n| rules::calendar_of(cx, n, &calendar_ids));
    o.done();
    // A slip elsewhere can leave a rule unused; so this is looked at only when nothing else is wrong.
    if cx.is_clean() {
        rules.report_unused(cx, rule_nodes);
    }

    let (default_class, home_calendar) = (default_class?, home_calendar?);
    Some(Policy {
        id: id?,
        version: version?,
        name: name?,
        extends,
        calendars: calendars.into_iter().collect::<Option<_>>()?,
        home_calendar: home_calendar.0,
        classes: classes?,
        default_class: default_class.0,
        tiers: tiers?,
        clocks: clocks?,
        contacts: contacts?,
        organisations: organisations?,
        flows: flows?,
        categories: categories?,
        desks: desks?,
        dispositions: dispositions?,
        flags: flags?,
        settings: vec![default_class.1, home_calendar.1],
    })
}
