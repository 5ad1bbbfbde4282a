//! One line of `policy due`: plays its intents with `decide` and tells how every clock stands at `now`.
//! Fills in what an author would not want to type (title, pack pin, entry ids); decides nothing itself.

use baton_engine::calendar::Zone;
use baton_engine::clock::{self, Clock, Explanation};
use baton_engine::decide;
use baton_engine::model::{Actor, Collection, Document, Entry, Intent};
use baton_engine::policy::{Policies, Policy};
use baton_engine::time::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::packs::Shelf;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    pack: String,
    #[serde(default)]
    customer: Map<String, Value>,
    now: Timestamp,
    intents: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// Id of the entry, and so of the leg that it dispatches; `e1`, `e2`, … unless given.
    id: Option<String>,
    /// Document that it concerns; the one made last unless given.
    on: Option<String>,
    at: Timestamp,
    #[serde(default)]
    by: Actor,
    intent: Map<String, Value>,
}

/// The clocks, or the refusal of one intent.
///
/// # Errors
/// One object that says what is wrong with the line or lists the faults of the pack.
pub fn answer(shelf: &Shelf, line: &str) -> Result<Vec<Value>, Value> {
    let line: Line = serde_json::from_str(line).map_err(|e| json!({ "error": e.to_string() }))?;
    let policy = shelf.get(&line.pack).map_err(|faults| {
        let faults: Vec<Value> = faults.iter().map(|f| json!({ "pointer": f.pointer, "message": f.message })).collect();
        json!({ "error": format!("the pack \"{}\" has faults", line.pack), "faults": faults })
    })?;
    let mut policies = Policies::default();
    policies.insert(policy.clone());
    policies.put_in_force(&policy.id);

    let mut documents: Vec<Document> = Vec::new();
    for (i, step) in line.intents.into_iter().enumerate() {
        let number = i + 1;
        let wrong = |what: String| json!({ "intent": number, "error": what });
        let making = step.intent.get("type").and_then(Value::as_str).and_then(makes);
        let on = step.on.clone();
        let at = match (making, &on) {
            (Some(_), _) => None,
            (None, Some(id)) => documents.iter().position(|d| d.id() == id),
            (None, None) => documents.len().checked_sub(1),
        };
        let (collection, id) = match (making, at) {
            (Some((collection, word)), _) => {
                (collection, on.unwrap_or_else(|| format!("{word}-{}", documents.len() + 1)))
            }
            (None, Some(at)) => (documents[at].collection(), documents[at].id().to_owned()),
            (None, None) => {
                return Err(wrong("no document yet: begin with openCase, bookCallback or startInteraction".into()));
            }
        };
        let current = at.map(|at| &documents[at]);
        let by = named(step.by);
        let intent = filled(step.intent, &line.customer, &policy, current, &by);
        let intent: Intent = serde_json::from_value(Value::Object(intent)).map_err(|e| wrong(e.to_string()))?;
        let entry = Entry { id: step.id.unwrap_or_else(|| format!("e{number}")), at: step.at, by, intent };
        match decide(&policies, collection, &id, current, &entry) {
            Ok(next) => match at {
                Some(at) => documents[at] = next,
                None => documents.push(next),
            },
            Err(refusal) => {
                let refused = serde_json::to_value(&refusal).unwrap_or_default();
                return Ok(vec![json!({ "document": id, "intent": number, "refused": refused })]);
            }
        }
    }
    Ok(documents.iter().flat_map(|d| clocks(&policies, &policy, d, line.now)).collect())
}

/// Intents that make a document, its collection and the word for its id.
fn makes(intent: &str) -> Option<(Collection, &'static str)> {
    match intent {
        "openCase" => Some((Collection::Cases, "case")),
        "bookCallback" => Some((Collection::Callbacks, "callback")),
        "startInteraction" => Some((Collection::Interactions, "contact")),
        _ => None,
    }
}

/// A person must have an id to hold a case; the author's line need not name one.
fn named(mut by: Actor) -> Actor {
    if by.id.is_empty() {
        by.id = format!("someone@{}", by.org);
    }
    by
}

/// Puts in what the line leaves out.
fn filled(
    mut intent: Map<String, Value>,
    customer: &Map<String, Value>,
    policy: &Policy,
    document: Option<&Document>,
    by: &Actor,
) -> Map<String, Value> {
    let kind = intent.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut fill = |key: &str, value: Value| {
        intent.entry(key).or_insert(value);
    };
    let pin = json!({ "id": policy.id, "version": policy.version });
    match kind.as_str() {
        "openCase" => {
            fill("title", json!("A case"));
            fill("category", json!(""));
            fill("customer", Value::Object(customer.clone()));
            fill("policy", pin);
        }
        "bookCallback" => {
            fill("topic", json!(""));
            fill("customer", Value::Object(customer.clone()));
            fill("policy", pin);
        }
        "startInteraction" => {
            fill("direction", json!("inbound"));
            fill("customer", Value::Object(customer.clone()));
        }
        "dispatch" => fill("request", json!("Please verify")),
        "receiveLeg" | "answerLeg" | "returnLeg" | "withdrawLeg" | "chaseLeg" => {
            if let Some(Document::Case(case)) = document {
                let sends = matches!(kind.as_str(), "withdrawLeg" | "chaseLeg");
                let mine = |org: &str| org == by.org;
                let leg = case.active_legs().find(|l| mine(if sends { &l.from } else { &l.to }));
                if let Some(leg) = leg {
                    fill("leg", json!(leg.id));
                }
            }
            match kind.as_str() {
                "answerLeg" => fill("text", json!("Done")),
                "returnLeg" | "withdrawLeg" => fill("reason", json!("Wrong duty")),
                _ => {}
            }
        }
        "answerCustomer" => fill("text", json!("Done")),
        "changeClass" => fill("tier", json!("")),
        _ => {}
    }
    intent
}

/// The clocks of one document, in the order in which they began.
fn clocks(policies: &Policies, policy: &Policy, document: &Document, now: Timestamp) -> Vec<Value> {
    let id = document.id();
    let zone = policy.home().zone();
    match document {
        Document::Case(case) => {
            let reply = clock::explain_reply(policy, case, now);
            let reply = reply.map(|e| shown(id, zone, &e.clock, Some(&e), json!({ "clock": "reply" })));
            let legs = case.legs.iter().filter_map(|leg| {
                let e = clock::explain_leg(policy, case, leg, now)?;
                let head = json!({ "clock": "leg", "leg": leg.id, "from": leg.from, "to": leg.to });
                Some(shown(id, zone, &e.clock, Some(&e), head))
            });
            reply.into_iter().chain(legs).collect()
        }
        Document::Callback(callback) => clock::explain_callback(policies, callback, now)
            .map(|e| shown(id, zone, &e.clock, Some(&e), json!({ "clock": "callback" })))
            .into_iter()
            .collect(),
        Document::Interaction(contact) => clock::contact(policy, contact, None, now)
            .map(|c| {
                let explained = clock::explain_contact(policy, contact, c);
                shown(id, zone, &c, explained.as_ref(), json!({ "clock": "contact" }))
            })
            .into_iter()
            .collect(),
        _ => Vec::new(),
    }
}

fn shown(document: &str, zone: &Zone, clock: &Clock, explained: Option<&Explanation>, head: Value) -> Value {
    let mut out = Map::new();
    out.insert("document".to_owned(), document.into());
    if let Value::Object(head) = head {
        out.extend(head);
    }
    let json = |v: Result<Value, _>| v.unwrap_or_default();
    out.insert("state".to_owned(), json(serde_json::to_value(clock.state)));
    out.insert("due".to_owned(), json(serde_json::to_value(clock.due)));
    out.insert("dueLocal".to_owned(), local(zone, clock.due).into());
    out.insert("remaining".to_owned(), json(serde_json::to_value(clock.remaining)));
    out.insert("explanation".to_owned(), json(serde_json::to_value(explained)));
    Value::Object(out)
}

/// Wall clock of the pack's home zone, to the second, with its offset.
fn local(zone: &Zone, at: Timestamp) -> String {
    let (date, millis) = zone.local(at);
    let (s, offset) = (millis / 1000, zone.offset_at(at));
    let (sign, away) = (if offset < 0 { '-' } else { '+' }, offset.unsigned_abs());
    let (h, m) = (away / 3600, away / 60 % 60);
    format!("{date}T{:02}:{:02}:{:02}{sign}{h:02}:{m:02}", s / 3600, s / 60 % 60, s % 60)
}
