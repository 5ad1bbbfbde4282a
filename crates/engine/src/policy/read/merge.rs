//! Lays one pack over another. Objects are merged key by key; lists whose entries have a name (an `id`, a `channel`,
//! or `from` and `to`) are merged by that name; every other value replaces the old one; `null` takes a key of the
//! base away; an entry with `"remove": true` takes the base's entry away. Nothing here knows what a key means.

use std::collections::{HashMap, HashSet};

use super::fault::FaultCode;
use super::node::{Kind, Node};

/// An entry that a pack took out of its base: who, where, and its name.
pub(super) struct Removed {
    pub pack: usize,
    pub pointer: String,
    pub id: String,
}

pub(super) struct Merger<'a> {
    pub report: &'a mut dyn FnMut(usize, String, FaultCode),
    pub removed: &'a mut Vec<Removed>,
}

const PROVENANCE: [&str; 3] = ["source", "certainty", "note"];

impl Merger<'_> {
    /// `own` over `base`. The result stands where `own` stands.
    pub fn merge(&mut self, base: Option<Node>, own: Node) -> Node {
        let Node { pack, pointer, kind } = own;
        let base = base.map(|b| b.kind);
        let kind = match (base, kind) {
            (Some(Kind::Object(old)), Kind::Object(new)) => Kind::Object(self.objects(old, new)),
            (_, Kind::Object(new)) => Kind::Object(self.objects(Vec::new(), new)),
            (Some(Kind::List(old)), Kind::List(new)) => Kind::List(self.lists(old, new)),
            (_, Kind::List(new)) => Kind::List(self.lists(Vec::new(), new)),
            (_, other) => other,
        };
        Node { pack, pointer, kind }
    }

    fn objects(&mut self, old: Vec<(String, Node)>, new: Vec<(String, Node)>) -> Vec<(String, Node)> {
        let mut out = old;
        if restates(&new) {
            out.retain(|(k, _)| !PROVENANCE.contains(&k.as_str()));
        }
        let mut at: HashMap<String, usize> = out.iter().enumerate().map(|(i, (k, _))| (k.clone(), i)).collect();
        let mut gone = HashSet::new();
        for (key, node) in new {
            match at.get(&key) {
                Some(&i) if matches!(node.kind, Kind::Null) => {
                    gone.insert(i);
                }
                Some(&i) => {
                    let before = out[i].1.clone();
                    out[i].1 = self.merge(Some(before), node);
                }
                None => {
                    at.insert(key.clone(), out.len());
                    let node = self.merge(None, node);
                    out.push((key, node));
                }
            }
        }
        let mut i = 0;
        out.retain(|_| {
            i += 1;
            !gone.contains(&(i - 1))
        });
        out
    }

    fn lists(&mut self, old: Vec<Node>, new: Vec<Node>) -> Vec<Node> {
        if !new.iter().any(|n| name(n).is_some()) {
            return new.into_iter().map(|n| self.merge(None, n)).collect();
        }
        let mut out: Vec<Option<Node>> = old.into_iter().map(Some).collect();
        let mut at: HashMap<String, usize> = HashMap::new();
        for (i, node) in out.iter().enumerate() {
            if let Some(name) = node.as_ref().and_then(name) {
                at.insert(name, i);
            }
        }
        let mut seen = HashSet::new();
        for node in new {
            let Some(name) = name(&node) else {
                let node = self.merge(None, node);
                out.push(Some(node));
                continue;
            };
            if !seen.insert(name.clone()) {
                let place = if node.field("id").is_some() { node.member("id") } else { node.pointer.clone() };
                (self.report)(node.pack, place, FaultCode::DuplicateId { id: name });
                continue;
            }
            let before = at.get(&name).copied();
            if node.field("remove").is_some() {
                self.remove(&node, name, before.map(|i| &mut out[i]));
                continue;
            }
            match before {
                Some(i) => {
                    let base = out[i].take();
                    out[i] = Some(self.merge(base, node));
                }
                None => {
                    let node = self.merge(None, node);
                    out.push(Some(node));
                }
            }
        }
        out.into_iter().flatten().collect()
    }

    fn remove(&mut self, node: &Node, id: String, slot: Option<&mut Option<Node>>) {
        let Kind::Object(fields) = &node.kind else {
            return;
        };
        for (key, value) in fields {
            match (key.as_str(), &value.kind) {
                ("remove", Kind::Bool(true)) | ("id" | "channel" | "from" | "to", _) => {}
                ("remove", _) => {
                    return (self.report)(node.pack, value.pointer.clone(), FaultCode::RemoveNotTrue);
                }
                _ => {
                    let known = vec!["id".to_owned(), "remove".to_owned()];
                    let code = FaultCode::UnknownKey { key: key.clone(), known };
                    (self.report)(node.pack, value.pointer.clone(), code);
                }
            }
        }
        match slot {
            Some(slot) if slot.is_some() => {
                *slot = None;
                self.removed.push(Removed { pack: node.pack, pointer: node.pointer.clone(), id });
            }
            _ => (self.report)(node.pack, node.pointer.clone(), FaultCode::NothingToRemove { id }),
        }
    }
}

/// Whether an overriding object gives a value of its own, so that the base's provenance no longer holds.
fn restates(new: &[(String, Node)]) -> bool {
    new.iter().any(|(key, node)| match key.as_str() {
        "id" | "channel" | "from" | "to" | "note" => false,
        "source" | "certainty" => true,
        _ => !matches!(node.kind, Kind::Object(_) | Kind::List(_)),
    })
}

/// What an entry of a list is called, if entries like it have a name.
fn name(node: &Node) -> Option<String> {
    let text = |key| node.field(key).and_then(Node::text);
    if let Some(id) = text("id").or_else(|| text("channel")) {
        return Some(id.to_owned());
    }
    match (text("from"), text("to")) {
        (Some(from), Some(to)) => Some(format!("{from} → {to}")),
        _ => None,
    }
}
