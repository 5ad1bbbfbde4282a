//! Reads who there is and which way a case may go: organisations, flows with their edges, categories, dispositions.

use std::collections::HashSet;

use super::cursor::{Cx, Obj, every};
use super::fault::{FaultCode, Noun};
use super::node::{Kind, Node};
use super::rules::{declared, one_of};
use crate::policy::{Category, Disposition, Duty, Edge, EdgeKind, Flow, Organisation, Provenance};

pub(super) fn organisations(cx: &Cx, nodes: &[Node]) -> Option<Vec<Organisation>> {
    every(nodes.iter().map(|node| {
        let o = Obj::new(cx, node)?;
        let (id, name, short) = (o.req("id", Cx::id), o.req("name", Cx::both), o.req("short", Cx::both));
        let interface = o.req("interface", Cx::boolean);
        let external = o.req("external", Cx::boolean);
        let provenance = o.provenance();
        o.done();
        Some(Organisation {
            id: id?,
            name: name?,
            short: short?,
            interface: interface?,
            external: external?,
            provenance: provenance?,
        })
    }))
}

/// Reads `flows`; `orgs` are the entries of the section `organisations`.
pub(super) fn flows(cx: &Cx, nodes: &[Node], orgs: &[Node]) -> Option<Vec<Flow>> {
    let names = declared(orgs);
    let mut entries: Vec<(String, String)> = Vec::new();
    every(nodes.iter().map(|node| {
        let o = Obj::new(cx, node)?;
        let (id, name) = (o.req("id", Cx::id), o.req("name", Cx::both));
        let entry = o.req("entry", |cx, n| {
            let org = one_of(cx, n, Noun::Organisation, &names)?;
            let at = orgs.iter().find(|n| n.field("id").and_then(Node::text) == Some(org.as_str()));
            if at.and_then(|n| n.field("interface")).is_some_and(|n| matches!(n.kind, Kind::Bool(false))) {
                return cx.fault(n, FaultCode::NotAnInterface { org });
            }
            if let Some((_, flow)) = entries.iter().find(|(o, _)| *o == org) {
                return cx.fault(n, FaultCode::SharedEntry { org, flow: flow.clone() });
            }
            entries.push((org.clone(), id.clone().unwrap_or_default()));
            Some(org)
        });
        let provenance = o.provenance();
        let edge_nodes = o.entries("edges", false);
        let edges = every(edge_nodes.iter().map(|n| edge(cx, n, &names, &provenance)));
        o.done();
        let (entry, edges) = (entry?, edges?);
        let reached = reach(&entry, &edges);
        for (edge, place) in edges.iter().zip(edge_nodes).filter(|(e, _)| !reached.contains(e.from.as_str())) {
            let code = FaultCode::UnreachableEdge { from: edge.from.clone(), entry: entry.clone() };
            cx.fault::<()>(place.field("from").unwrap_or(place), code);
        }
        Some(Flow { id: id?, name: name?, entry, edges, provenance: provenance? })
    }))
}

const KINDS: [(&str, EdgeKind); 2] = [("dispatch", EdgeKind::Dispatch), ("assist", EdgeKind::Assist)];

fn edge(cx: &Cx, node: &Node, orgs: &[&str], whole: &Option<Provenance>) -> Option<Edge> {
    let o = Obj::new(cx, node)?;
    let from = o.req("from", |cx, n| one_of(cx, n, Noun::Organisation, orgs));
    let to = o.req("to", |cx, n| {
        let to = one_of(cx, n, Noun::Organisation, orgs)?;
        if from.as_ref() == Some(&to) { cx.fault(n, FaultCode::EdgeToItself { org: to }) } else { Some(to) }
    });
    let kind = o.req("kind", |cx, n| cx.choice(n, &KINDS));
    let parallel = o.opt("parallel", Cx::boolean);
    let provenance = o.provenance_or(whole);
    o.done();
    Some(Edge { from: from?, to: to?, kind: kind?, parallel: parallel?.unwrap_or(false), provenance: provenance? })
}

/// Organisations that a case can come to.
fn reach<'a>(entry: &'a str, edges: &'a [Edge]) -> HashSet<&'a str> {
    let mut reached = HashSet::from([entry]);
    let mut open = vec![entry];
    while let Some(org) = open.pop() {
        for edge in edges.iter().filter(|e| e.from == org) {
            if reached.insert(&edge.to) {
                open.push(&edge.to);
            }
        }
    }
    reached
}

const DUTIES: [(&str, Duty); 3] = [("mobile", Duty::Mobile), ("maker", Duty::Maker), ("either", Duty::Either)];

/// Reads `categories`; `topics` are the ids of all desks' topics.
pub(super) fn categories(cx: &Cx, nodes: &[Node], topics: &[&str]) -> Option<Vec<Category>> {
    let known = declared(nodes);
    let out = every(nodes.iter().map(|node| {
        let o = Obj::new(cx, node)?;
        let (id, name) = (o.req("id", Cx::id), o.req("name", Cx::both));
        let parent = o.opt("parent", |cx, n| one_of(cx, n, Noun::Category, &known));
        let duty = o.req("duty", |cx, n| cx.choice(n, &DUTIES));
        let topic = o.opt("topic", |cx, n| one_of(cx, n, Noun::Topic, topics));
        let provenance = o.provenance();
        o.done();
        Some(Category { id: id?, name: name?, parent: parent?, duty: duty?, topic: topic?, provenance: provenance? })
    }));
    let parents: std::collections::HashMap<&str, &Node> =
        nodes.iter().filter_map(|n| Some((n.field("id")?.text()?, n.field("parent")?))).collect();
    for (id, place) in nodes.iter().filter_map(|n| Some((n.field("id")?.text()?, n.field("parent")?))) {
        // A circle that does not come back to this entry is reported at the entries in it.
        let mut up = place.text();
        for _ in 0..nodes.len() {
            match up {
                Some(next) if next == id => {
                    cx.fault::<()>(place, FaultCode::ParentCycle { id: id.to_owned() });
                    break;
                }
                Some(next) => up = parents.get(next).and_then(|n| n.text()),
                None => break,
            }
        }
    }
    out
}

pub(super) fn dispositions(cx: &Cx, nodes: &[Node]) -> Option<Vec<Disposition>> {
    every(nodes.iter().map(|node| {
        let o = Obj::new(cx, node)?;
        let (id, name, provenance) = (o.req("id", Cx::id), o.req("name", Cx::both), o.provenance());
        o.done();
        Some(Disposition { id: id?, name: name?, provenance: provenance? })
    }))
}
