//! TM Forum's Open APIs: made-up answers in the shape of their definitions.

use baton_engine::model::{Collection, Document, Intent, Status};
use baton_sync::connector::{Cas, Failure, Place, WriteAnswer};
use baton_sync::merge;
use baton_sync::net::ProblemKind;
use serde_json::{Value, json};

use super::{CASES, NOW_MS, answer, body, header, json, page, response, shipped, stored};

const TICKETS: &str = "/tmf-api/troubleTicket/v5/troubleTicket";

/// A ticket of ours that another system has worked on.
fn ticket() -> Value {
    json!({
        "@type": "TroubleTicket", "id": "TT-77", "href": "https://tmf.example/TT-77", "lastUpdate": "2026-11-22T08:00:00Z",
        "creationDate": "2026-11-22T07:00:00Z",
        "name": "Slow data", "description": "since Monday", "ticketType": "network", "severity": "major",
        "status": "awaitingParts", "priority": "1", "channel": {"id": "fax", "name": "Fax"},
        "externalIdentifier": [{"owner": "crm", "id": "9"}, {"owner": "baton", "id": "c1"}],
        "relatedParty": [{"role": "customer", "since": 2019, "partyOrPartyRole": {"id": "K1", "name": "陈先生", "@type": "PartyRef"}}],
        "note": [{"id": "n1", "author": "field", "date": "2026-11-22T07:30:00Z", "text": "antenna is fine"}],
        "baton": {"id": "c1", "title": "old title", "status": "held", "number": "CS-1",
            "openedAt": "2026-11-22T06:59:59.000Z", "customer": {"name": "陈先生", "number": "13800000000"},
            "journal": [{"id": "e1", "at": "2026-11-22T07:10:00.000Z", "by": {"id": "ann", "name": "Ann"},
                "intent": {"type": "addNote", "text": "asked the base"}}]}
    })
}

fn ours() -> Value {
    let remote = stored(shipped("tmf").get_answer(CASES, "c1", &response(200, &ticket().to_string())));
    assert_eq!(remote.stamp.unwrap().to_string(), "2026-11-22T08:00:00.000Z");
    json(&remote.raw)
}

#[test]
fn it_promises_nothing_but_the_journal() {
    let connector = shipped("tmf");
    let promises = connector.promises();
    assert_eq!((promises.cas, promises.create_once, promises.since), (Cas::None, false, false));
    assert!(promises.journal && !promises.tombstones && !connector.has(Place::Claims));
    let collections: Vec<_> = connector.collections().collect();
    let known = [Collection::Cases, Collection::Callbacks, Collection::Interactions, Collection::Customers];
    assert_eq!(collections, known);
    let list = |c: Collection| connector.list(c.into(), None).unwrap().url;
    assert_eq!(list(Collection::Cases), format!("{TICKETS}?limit=100&offset=0"));
    let appointments = "/tmf-api/appointment/v4/appointment?category=relayCallback&limit=100&offset=0";
    assert_eq!(list(Collection::Callbacks), appointments);
}

#[test]
fn a_ticket_reads_as_a_case() {
    let ours = ours();
    let Document::Case(case) = Document::from_json(Collection::Cases, &ours, None).unwrap() else { panic!() };
    // What another system has changed counts; what only we know is there.
    assert_eq!((case.id.as_str(), case.title.as_str(), case.number.as_str()), ("c1", "Slow data", "CS-1"));
    assert_eq!((case.status, case.category.as_str()), (Status::InProgress, "network"));
    assert_eq!((case.customer.id.as_str(), case.customer.number.as_str()), ("K1", "13800000000"));
    // Their birthday of the ticket only counts where we know none.
    assert_eq!(case.opened_at.unwrap().to_string(), "2026-11-22T06:59:59.000Z");
    let notes: Vec<_> = case.journal.iter().map(|e| (e.by.name.as_str(), &e.intent)).collect();
    let note = |text: &str| Intent::AddNote { text: text.into() };
    assert_eq!(notes, [("Ann", &note("asked the base")), ("field", &note("antenna is fine"))]);
}

#[test]
fn only_what_we_changed_is_sent() {
    let (connector, ours) = (shipped("tmf"), ours());
    let Document::Case(before) = Document::from_json(Collection::Cases, &ours, None).unwrap() else { panic!() };
    let mut after = before.clone();
    after.title = "Slow data at home".into();
    let (before, after) = (Document::Case(before).to_json(), Document::Case(after).to_json());
    let body_of = |after: &Value| {
        let replace = connector.replace(CASES, "c1", "x", &merge(&ours, &before, after), NOW_MS).unwrap();
        assert_eq!((replace.method.as_str(), &replace.url), ("PATCH", &format!("{TICKETS}/TT-77")));
        assert_eq!(header(&replace, "content-type"), Some("application/merge-patch+json"));
        let mut patch = body(&replace);
        assert_eq!(patch["baton"]["number"], "CS-1");
        patch.as_object_mut().unwrap().remove("baton");
        patch
    };
    // Their status that we have no word for, their channel, their customer's other fields: all theirs still. The note
    // that we have made and they lack is added.
    let note = json!({"id": "e1", "author": "Ann", "date": "2026-11-22T07:10:00.000Z", "text": "asked the base"});
    let notes = json!([ticket()["note"][0], note]);
    assert_eq!(body_of(&after), json!({"name": "Slow data at home", "note": notes}));
    let mut closed = after;
    closed["status"] = "closed".into();
    closed["customer"]["name"] = "陈女士".into();
    let patch = body_of(&closed);
    assert_eq!(patch["status"], "closed");
    let customer = json!({"role": "customer", "since": 2019,
        "partyOrPartyRole": {"id": "K1", "name": "陈女士", "@type": "PartyRef"}});
    assert_eq!(patch["relatedParty"], json!([customer]));
}

#[test]
fn a_case_becomes_a_ticket_and_is_found_again() {
    let connector = shipped("tmf");
    let case = json!({"id": "c1", "title": "Slow data", "status": "acknowledged", "channel": "voice", "customer": {"id": ""},
        "journal": []});
    let create = connector.create(CASES, "c1", &case, NOW_MS).unwrap();
    assert_eq!((create.method.as_str(), create.url.as_str()), ("POST", TICKETS));
    let sent = body(&create);
    assert_eq!(sent["externalIdentifier"], json!([{"owner": "baton", "id": "c1"}]));
    let required = ["description", "severity", "ticketType"].map(|field| sent[field].as_str().unwrap());
    assert_eq!(required, ["-", "medium", "request"]);
    assert_eq!((&sent["name"], &sent["baton"], sent.get("relatedParty")), (&json!("Slow data"), &case, None));

    let mut kept = sent.clone();
    kept["id"] = "TT-78".into();
    let done = stored(connector.create_answer(CASES, "c1", &case, &response(201, &kept.to_string())));
    let read = json(&done.raw);
    assert_eq!((&read["title"], read.get("description"), done.rev.len()), (&json!("Slow data"), None, 16));

    // By our id alone its place is not known, so it is looked for; with the document it is.
    assert_eq!(connector.get(CASES, "c1", None), None);
    assert_eq!(connector.get(CASES, "c1", Some(&read)).unwrap().url, format!("{TICKETS}/TT-78"));
    assert_eq!(connector.find(CASES, "c 1").unwrap().url, format!("{TICKETS}?externalIdentifier.id=c%201"));
    let found = json!([{"id": "other", "externalIdentifier": [{"owner": "baton", "id": "zz"}]}, kept]).to_string();
    assert_eq!(stored(connector.find_answer(CASES, "c1", &response(200, &found))).id, "c1");
    assert_eq!(connector.find_answer(CASES, "c2", &response(200, &found)), WriteAnswer::Missing);
}

#[test]
fn a_server_that_drops_our_identifier_is_told_of_and_not_asked_again() {
    let answer = shipped("tmf").create_answer(CASES, "c1", &json!({}), &response(201, r#"{"id":"TT-79"}"#));
    match answer {
        WriteAnswer::Failed(Failure::Refused(problem)) => assert_eq!(problem.kind, ProblemKind::NotKept),
        other => panic!("{other:?}"),
    }
    let taken = shipped("tmf").replace_answer(CASES, "c1", &json!({}), &response(202, ""));
    assert_eq!(taken, WriteAnswer::Unconfirmed);
}

#[test]
fn a_ticket_made_elsewhere_goes_by_its_own_id() {
    let connector = shipped("tmf");
    let list = json!([{"id": "TT-1", "name": "by hand", "status": "pending", "creationDate": "2026-11-01T00:00:00Z"}]);
    let (items, cursor, more) =
        page(connector.list_answer(CASES, None, &answer(200, &[("X-Total-Count", "1")], &list.to_string())));
    assert_eq!((items[0].id.as_str(), cursor, more), ("TT-1", None, false));
    let ours = json(&items[0].raw);
    assert_eq!((&ours["title"], &ours["openedAt"]), (&json!("by hand"), &json!("2026-11-01T00:00:00Z")));
    let replace = connector.replace(CASES, "TT-1", "x", &ours, NOW_MS).unwrap();
    assert!(replace.url.ends_with("/TT-1") && body(&replace).get("externalIdentifier").is_none());
}

#[test]
fn pages_overlap_because_rows_move() {
    let connector = shipped("tmf");
    let rows: Vec<Value> = (0..100).map(|n| json!({"id": n.to_string()})).collect();
    let rows = json!(rows).to_string();
    let total = [("X-Total-Count", "150")];
    let (_, cursor, more) = page(connector.list_answer(CASES, None, &answer(200, &total, &rows)));
    assert!(more);
    assert!(connector.list(CASES, cursor.as_deref()).unwrap().url.ends_with("offset=90"));
    let last = json!([{"id": "x"}]).to_string();
    let (_, cursor, more) =
        page(connector.list_answer(CASES, cursor.as_deref(), &answer(200, &[("X-Total-Count", "91")], &last)));
    assert_eq!((cursor, more), (None, false));
}
