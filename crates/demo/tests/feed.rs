//! The feed: something moves within a minute, nothing explodes, and no document of a human is ever touched.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use baton_demo::feed::{Feed, Rate, Seen, Shelf, is_ours};
use baton_demo::{day, load};
use baton_engine::decide;
use baton_engine::model::{
    Actor, Callback, Case, Channel, Collection, Direction, Document, Entry, Intent, Interaction, Presence, Seat,
};
use baton_engine::policy::Policies;
use baton_engine::time::{Span, Timestamp};

type Key = (Collection, String);

/// Documents in memory with revisions and the order of writing, as the backend keeps them.
#[derive(Default)]
struct Memory {
    rows: BTreeMap<Key, (i64, i64, Document)>,
    seq: i64,
}

impl Memory {
    fn put(&mut self, document: &Document, rev: i64) {
        self.seq += 1;
        let key = (document.collection(), document.id().to_owned());
        self.rows.insert(key, (rev, self.seq, document.clone()));
    }

    fn of(&self, collection: Collection) -> impl Iterator<Item = &Document> {
        self.rows.iter().filter(move |((c, _), _)| *c == collection).map(|(_, (.., d))| d)
    }

    fn cases(&self) -> impl Iterator<Item = &Case> {
        self.of(Collection::Cases).filter_map(|d| if let Document::Case(c) = d { Some(c) } else { None })
    }

    fn contacts(&self) -> impl Iterator<Item = &Interaction> {
        self.of(Collection::Interactions).filter_map(|d| if let Document::Interaction(c) = d { Some(c) } else { None })
    }

    fn callbacks(&self) -> impl Iterator<Item = &Callback> {
        self.of(Collection::Callbacks).filter_map(|d| if let Document::Callback(c) = d { Some(c) } else { None })
    }

    fn seat(&self, id: &str) -> &Seat {
        match &self.rows[&(Collection::Seats, id.to_owned())].2 {
            Document::Seat(seat) => seat,
            other => panic!("{other:?}"),
        }
    }

    /// A human acts; the rules must allow it.
    fn act(
        &mut self,
        policies: &Policies,
        collection: Collection,
        id: &str,
        at: Timestamp,
        by: &Actor,
        intent: Intent,
    ) {
        let key = (collection, id.to_owned());
        let (rev, doc) = self.rows.get(&key).map_or((0, None), |(rev, _, doc)| (*rev, Some(doc.clone())));
        let entry = Entry { id: format!("human-{}", self.seq), at, by: by.clone(), intent };
        let next = decide(policies, collection, id, doc.as_ref(), &entry).unwrap();
        self.put(&next, rev + 1);
    }
}

impl Shelf for Memory {
    fn changes(&mut self, since: i64) -> Result<(Vec<Seen>, i64), String> {
        let newer = self.rows.iter().filter(|(_, (_, seq, _))| *seq > since);
        let mut seen: Vec<(i64, Seen)> = newer
            .map(|((collection, id), (rev, seq, document))| {
                let document = Some(document.clone());
                (*seq, Seen { collection: *collection, id: id.clone(), rev: *rev, document })
            })
            .collect();
        seen.sort_by_key(|(seq, _)| *seq);
        let next = seen.last().map_or(since, |(seq, _)| *seq);
        Ok((seen.into_iter().map(|(_, s)| s).collect(), next))
    }

    fn create(&mut self, document: &Document) -> Result<bool, String> {
        if self.rows.contains_key(&(document.collection(), document.id().to_owned())) {
            return Ok(false);
        }
        self.put(document, 1);
        Ok(true)
    }

    fn replace(&mut self, document: &Document, rev: i64) -> Result<bool, String> {
        let key = (document.collection(), document.id().to_owned());
        if self.rows.get(&key).is_none_or(|(stored, ..)| *stored != rev) {
            return Ok(false);
        }
        self.put(document, rev + 1);
        Ok(true)
    }
}

fn policies() -> Policies {
    load::read_policies(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../public/policy")).unwrap()
}

fn afternoon() -> Timestamp {
    "2026-11-23T14:57:36+08:00".parse().unwrap()
}

fn filled(policies: &Policies, now: Timestamp) -> Memory {
    let mut shelf = Memory::default();
    for (collection, value) in day(1, now, policies).documents {
        shelf.put(&Document::from_json(collection, &value, None).unwrap(), 1);
    }
    shelf
}

fn user(id: &str) -> Actor {
    baton_demo::users(&policies()).iter().find(|u| u.id == id).unwrap().actor()
}

/// Steps the feed once a second; returns the moment after.
fn run(feed: &mut Feed, shelf: &mut Memory, from: Timestamp, seconds: i64) -> Timestamp {
    for second in 0..seconds {
        feed.step(shelf, from.plus(Span::from_secs(second))).unwrap();
    }
    from.plus(Span::from_secs(seconds))
}

#[test]
fn off_means_off() {
    let policies = policies();
    let mut shelf = filled(&policies, afternoon());
    let before = shelf.seq;
    run(&mut Feed::new(1, policies, Rate::Off), &mut shelf, afternoon(), 3600);
    assert_eq!(shelf.seq, before);
}

#[test]
fn something_moves_within_a_minute_and_a_call_rings_soon() {
    let policies = policies();
    for seed in 1..6 {
        let mut shelf = filled(&policies, afternoon());
        let before: BTreeSet<String> = shelf.contacts().map(|c| c.id.clone()).collect();
        let seq = shelf.seq;
        run(&mut Feed::new(seed, policies.clone(), Rate::Normal), &mut shelf, afternoon(), 60);
        assert!(shelf.seq - seq >= 4, "seed {seed}: {} writes", shelf.seq - seq);
        let arrived = shelf.contacts().filter(|c| !before.contains(&c.id)).count();
        assert!(arrived >= 1, "seed {seed}: nobody called or wrote");
    }
}

#[test]
fn the_same_seed_does_the_same() {
    let policies = policies();
    let once = || {
        let mut shelf = filled(&policies, afternoon());
        run(&mut Feed::new(7, policies.clone(), Rate::Normal), &mut shelf, afternoon(), 900);
        format!("{:?}", shelf.rows)
    };
    assert_eq!(once(), once());
}

/// Four hours in which humans act on one document of each kind: nothing that they have touched changes again.
#[test]
fn what_a_human_has_touched_is_never_changed() {
    let policies = policies();
    let now = afternoon();
    let mut shelf = filled(&policies, now);
    let (home, hotline, expert) = (user("home"), user("hotline"), user("expert"));
    let mut feed = Feed::new(1, policies.clone(), Rate::Normal);
    let at = run(&mut feed, &mut shelf, now, 5);

    let case = shelf.cases().find(|c| c.status.is_open() && is_ours(&Document::Case((*c).clone()))).unwrap().id.clone();
    shelf.act(&policies, Collection::Cases, &case, at, &home, Intent::AddNote { text: "记一笔".into() });
    let ringing = |c: &&Interaction| c.channel == Channel::Voice && c.is_open() && c.holder.is_none();
    let call = shelf.contacts().find(ringing).unwrap().id.clone();
    shelf.act(&policies, Collection::Interactions, &call, at, &hotline, Intent::AcceptInteraction);
    let promise = shelf.callbacks().find(|c| c.is_open() && c.claim.is_none()).unwrap().id.clone();
    shelf.act(&policies, Collection::Callbacks, &promise, at, &expert, Intent::ClaimCallback);
    let until = at.plus(Span::from_secs(90));
    let presence = Intent::SetPresence { presence: Presence::Available, until, desk: None, skills: None };
    shelf.act(&policies, Collection::Seats, "8802", at, &expert, presence);
    // Posted by hand: of nobody whom the demo knows, and without a journal.
    let strange = serde_json::json!({"id": "by-hand", "title": "curl", "owner": {"org": "base-province"}});
    shelf.put(&Document::from_json(Collection::Cases, &strange, Some(at)).unwrap(), 1);

    let human: BTreeMap<Key, (i64, i64, Document)> =
        shelf.rows.iter().filter(|(_, (.., d))| !is_ours(d)).map(|(k, v)| (k.clone(), v.clone())).collect();
    for key in [
        (Collection::Cases, case),
        (Collection::Cases, "by-hand".to_owned()),
        (Collection::Interactions, call),
        (Collection::Callbacks, promise),
        (Collection::Seats, "8802".to_owned()),
    ] {
        assert!(human.contains_key(&key), "{key:?} must count as a human's");
    }
    let before = shelf.seq;
    run(&mut feed, &mut shelf, at, 4 * 3600);
    assert!(shelf.seq > before + 500, "the feed did work meanwhile");
    for (key, was) in &human {
        assert_eq!(&shelf.rows[key], was, "{key:?}");
    }
    // And no document at all has entries of the feed behind one of a human.
    for (.., document) in shelf.rows.values() {
        let demo = |e: &Entry| e.by.id.starts_with("demo-");
        let last_human = document.journal().iter().rposition(|e| !demo(e));
        let fed = document.journal().last().is_some_and(|e| demo(e) && e.at > at);
        assert!(last_human.is_none() || !fed, "{}", document.id());
    }
}

#[test]
fn the_list_does_not_explode_and_goes_on_living() {
    let policies = policies();
    let now = afternoon();
    let mut shelf = filled(&policies, now);
    let mut feed = Feed::new(1, policies, Rate::Normal);
    let mut at = now;
    for hour in 0..6 {
        let before = shelf.seq;
        at = run(&mut feed, &mut shelf, at, 3600);
        let waiting = shelf.contacts().filter(|c| c.is_open() && c.holder.is_none()).count();
        let open = shelf.contacts().filter(|c| c.is_open()).count();
        let cases = shelf.cases().filter(|c| !c.status.is_final()).count();
        let calls = shelf.callbacks().filter(|c| c.is_open()).count();
        assert!(waiting <= 12 && open <= 40, "hour {hour}: {waiting} wait, {open} open");
        assert!((30..=100).contains(&cases), "hour {hour}: {cases} open cases");
        assert!(calls <= 25, "hour {hour}: {calls} open call-backs");
        let writes = shelf.seq - before;
        assert!((150..3000).contains(&writes), "hour {hour}: {writes} writes");
        for seat in ["8801", "8803", "8804", "8806"] {
            let seat = shelf.seat(seat);
            // 14:57 and six hours: the desk is open throughout.
            assert!(!seat.is_stale(at) && seat.presence != Presence::Offline, "hour {hour}: {seat:?}");
        }
    }
}

#[test]
fn in_the_night_nobody_is_called_back_and_the_expert_seats_are_empty() {
    let policies = policies();
    let now: Timestamp = "2026-11-23T21:50:00+08:00".parse().unwrap();
    let mut shelf = filled(&policies, now);
    let mut feed = Feed::new(1, policies, Rate::Normal);
    let at = run(&mut feed, &mut shelf, now, 15 * 60);
    assert_eq!(shelf.seat("8803").presence, Presence::Offline);
    let closed: Timestamp = "2026-11-23T22:00:00+08:00".parse().unwrap();
    run(&mut feed, &mut shelf, at, 2 * 3600);
    assert!(shelf.callbacks().flat_map(|c| &c.attempts).all(|a| a.at < closed));
    assert!(shelf.callbacks().any(|c| c.registered_at > Some(closed)), "the night is registered");
}

/// The one thing that concerns a human's thread: the customer writes back, in a message of his own.
#[test]
fn a_customer_writes_back_to_a_human_once() {
    let policies = policies();
    let now = afternoon();
    let mut shelf = filled(&policies, now);
    let hotline = user("hotline");
    let mut feed = Feed::new(1, policies.clone(), Rate::Normal);
    let at = run(&mut feed, &mut shelf, now, 2);
    let thread = shelf
        .contacts()
        .find(|c| c.is_open() && c.channel == Channel::WebChat && c.holder.as_ref().is_some_and(|h| h.id == "hotline"))
        .unwrap()
        .clone();
    let inbound = |shelf: &Memory| {
        let all =
            shelf.of(Collection::Messages).filter_map(|d| if let Document::Message(m) = d { Some(m) } else { None });
        all.filter(|m| m.interaction == thread.id && m.direction == Direction::Inbound).count()
    };
    let before = inbound(&shelf);
    let intent = Intent::SendMessage {
        interaction: thread.id.clone(),
        channel: Channel::WebChat,
        direction: Direction::Outbound,
        customer: thread.customer.clone(),
        text: "请稍等".into(),
    };
    shelf.act(&policies, Collection::Messages, "m-1", at, &hotline, intent);
    let at = run(&mut feed, &mut shelf, at, 4);
    assert_eq!(inbound(&shelf), before, "not at once");
    run(&mut feed, &mut shelf, at, 300);
    assert_eq!(inbound(&shelf), before + 1, "once, some seconds later");
}

/// Somebody was faster: the feed's write does not come through, and it goes on with what is there.
#[test]
fn the_feed_loses_races() {
    struct Racing(Memory, u32);
    impl Shelf for Racing {
        fn changes(&mut self, since: i64) -> Result<(Vec<Seen>, i64), String> {
            self.0.changes(since)
        }
        fn create(&mut self, document: &Document) -> Result<bool, String> {
            self.0.create(document)
        }
        fn replace(&mut self, document: &Document, rev: i64) -> Result<bool, String> {
            // A human always gets in first.
            let key = (document.collection(), document.id().to_owned());
            if let Some((_, _, stored)) = self.0.rows.get(&key).cloned() {
                let mut stored = stored;
                let by = user("lead");
                stored.journal_mut().push(Entry { id: "first".into(), at: afternoon(), by, intent: Intent::TakeCase });
                self.0.put(&stored, rev + 1);
                self.1 += 1;
            }
            self.0.replace(document, rev)
        }
    }
    let policies = policies();
    let mut shelf = Racing(filled(&policies, afternoon()), 0);
    let mut feed = Feed::new(1, policies, Rate::Normal);
    for second in 0..1200 {
        feed.step(&mut shelf, afternoon().plus(Span::from_secs(second))).unwrap();
    }
    assert!(shelf.1 > 20, "the feed tried");
    for (.., document) in shelf.0.rows.values() {
        if let Some(at) = document.journal().iter().position(|e| e.id == "first") {
            assert_eq!(at + 1, document.journal().len(), "{} was changed after a human", document.id());
        }
    }
}
