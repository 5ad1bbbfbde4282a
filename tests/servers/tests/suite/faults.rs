//! The server dies in the middle, comes back empty, or the line to it is bad.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use baton_engine::model::Collection;
use baton_servers::{Fate, Head, Kind, Line};
use baton_sync::{Link, Step};

use crate::words::{note, open_case};
use crate::world::{World, all_rest};

const CASES: Collection = Collection::Cases;

/// SIGKILL while a desk sends, at several moments; each time it is started again on what it has.
pub async fn restart(kind: Kind) {
    let mut world = World::new(kind).await;
    let line = Line::to(world.server.port()).await;
    let (home, base) = world.two().await;
    *home.http.origin.borrow_mut() = line.origin();
    all_rest(&[&home, &base]).await;
    for moment in [0, 4, 16] {
        for n in 0..10 {
            let id = format!("k{moment}-{n}");
            home.act(CASES, &id, open_case("批量受理")).await;
            home.act(CASES, &id, note("补充")).await;
        }
        let writing = Arc::new(AtomicBool::new(false));
        let begun = writing.clone();
        line.decide(move |head| {
            begun.fetch_or(head.writes(), Ordering::Relaxed);
            Fate::Pass
        });
        let sender = home.clone();
        let sending = tokio::task::spawn_local(async move { sender.rest().await });
        while !writing.load(Ordering::Relaxed) {
            tokio::task::yield_now().await;
        }
        for _ in 0..moment {
            tokio::task::yield_now().await;
        }
        world.server.kill();
        assert!(!sending.is_finished(), "it was to be in the middle");
        // The tab dies with it: what was under way is of unknown outcome.
        sending.abort();
        let _ = sending.await;
        home.reload().await;
        assert!(home.moving() > 0, "it was to be in the middle");
        if !world.server.survives() {
            // What this server had confirmed and then loses with its memory is not the desks' to bring back. What it has
            // never confirmed, and what is watched, is.
            let ledger = home.ledger();
            let waits = |entry: &str| ledger.replica().item(entry).is_some();
            let acts: Vec<String> = world.acts.borrow().iter().map(|act| act.entry.clone()).collect();
            world.forget(&acts.into_iter().filter(|entry| !waits(entry)).collect::<Vec<_>>());
        }
        world.server.start_again().await;
        *home.http.headers.borrow_mut() = world.log_in("ann").await;
        *base.http.headers.borrow_mut() = world.log_in("bob").await;
    }
    world.ends_well(&[&home, &base]).await;
}

/// The server comes back empty. What was never sent arrives or is shown with its reason, and all desks see the same.
pub async fn wiped(kind: Kind) {
    let mut world = World::new(kind).await;
    let (home, base) = world.two().await;
    let mut sent = Vec::new();
    for n in 0..4 {
        sent.push(home.act(CASES, &format!("k{n}"), open_case("已送达")).await);
    }
    all_rest(&[&home]).await;
    all_rest(&[&base]).await;
    // The watch of a backend where the last write wins is over: these are the server's to keep.
    world.pass_minutes(5);
    all_rest(&[&home, &base]).await;
    assert_eq!(home.ledger().replica().outbox().count(), 0);
    home.act(CASES, "k1", note("未送达的备注")).await;
    home.act(CASES, "neu", open_case("未送达的受理")).await;
    world.server.wipe().await;
    *home.http.headers.borrow_mut() = world.log_in("ann").await;
    *base.http.headers.borrow_mut() = world.log_in("bob").await;
    world.forget(&sent);
    world.ends_well(&[&home, &base]).await;
    assert!(base.sees(CASES, "neu").is_some(), "the new case has arrived");
}

/// Somebody who knew much and is suddenly shown nothing is told so, and keeps what he has until the backend shows something.
pub async fn emptied(kind: Kind) {
    let mut world = World::new(kind).await;
    let (home, base) = world.two().await;
    let mut sent = Vec::new();
    for n in 0..20 {
        sent.push(home.act(CASES, &format!("k{n}"), open_case("已送达")).await);
    }
    home.rest().await;
    base.rest().await;
    world.pass_minutes(5);
    all_rest(&[&home, &base]).await;
    world.server.wipe().await;
    *home.http.headers.borrow_mut() = world.log_in("ann").await;
    *base.http.headers.borrow_mut() = world.log_in("bob").await;
    for desk in [&home, &base] {
        desk.reload().await;
        desk.rest().await;
        assert!(desk.syncer().status().emptied, "{} is not told", desk.name);
        assert_eq!(desk.ledger().replica().len(CASES), 20);
    }
    base.act(CASES, "neu", open_case("清空之后")).await;
    world.forget(&sent);
    world.ends_well(&[&home, &base]).await;
    assert!(!home.syncer().status().emptied, "it shows something again");
    assert!(home.sees(CASES, "neu").is_some());
}

/// The log-in ends while work waits. Nothing is lost by it, and the same person's next log-in sends it.
pub async fn log_in_ends(kind: Kind) {
    let world = World::new(kind).await;
    let (home, base) = world.two().await;
    home.act(CASES, "k1", open_case("登录前")).await;
    home.rest().await;
    base.rest().await;
    let good = home.http.headers.replace(vec![("Authorization".into(), "Basic bm9ib2R5Om5vYm9keQ==".into())]);
    home.act(CASES, "k1", note("登录已失效")).await;
    home.act(CASES, "k2", open_case("登录已失效")).await;
    while home.syncer().step().await != Step::SignedOut {
        home.syncer().kick();
    }
    assert_eq!(home.syncer().status().link, Link::SignedOut);
    assert_eq!(home.moving(), 2);
    assert!(home.syncer().resume("bob").is_err(), "somebody else must not send it");
    *home.http.headers.borrow_mut() = good;
    home.syncer().resume("ann").unwrap();
    world.ends_well(&[&home, &base]).await;
    assert_eq!(base.sees(CASES, "k1").unwrap().journal().len(), 2);
    assert!(base.sees(CASES, "k2").is_some());
}

/// Each kind of bad answer in turn, for reads and for writes.
pub async fn bad_line(kind: Kind) {
    let world = World::new(kind).await;
    let line = Line::to(world.server.port()).await;
    let (home, base) = world.two().await;
    for desk in [&home, &base] {
        *desk.http.origin.borrow_mut() = line.origin();
    }
    let html = "<!doctype html><title>欢迎使用酒店网络</title>".to_owned();
    let bad = [
        Fate::Reset,
        Fate::LoseReply,
        Fate::HalfReply,
        Fate::Answer { status: 200, kind: "text/html", body: html.clone() },
        Fate::Answer { status: 200, kind: "application/json", body: "{\"surprise\": [1, 2".into() },
        Fate::Answer { status: 200, kind: "application/json", body: "null".into() },
        Fate::Answer { status: 502, kind: "text/html", body: html },
        Fate::Slow { pieces: 3, pause: Duration::from_millis(5) },
    ];
    let wanted: [fn(&Head) -> bool; 2] = [|head| !head.writes(), Head::writes];
    let mut n = 0;
    for fate in bad {
        for wanted in wanted {
            n += 1;
            let id = format!("k{n}");
            home.act(CASES, &id, open_case("线路不良")).await;
            line.script(wanted, vec![fate.clone(), fate.clone()]);
            all_rest(&[&home, &base]).await;
            home.act(CASES, &id, note("甲")).await;
            if base.sees(CASES, &id).is_some() {
                base.act(CASES, &id, note("乙")).await;
            }
            line.script(wanted, vec![fate.clone()]);
            all_rest(&[&home, &base]).await;
        }
    }
    line.always(Fate::Pass);
    world.ends_well(&[&home, &base]).await;
    assert_eq!(home.ledger().replica().len(CASES), n);
    assert_eq!(home.ledger().replica().counts().dead, 0, "no bad line kills an entry");
}

/// A request that is held until its sender has given up and asked again, then goes on: it arrives late, and twice.
pub async fn late(kind: Kind) {
    let world = World::new(kind).await;
    let line = Line::to(world.server.port()).await;
    let (home, base) = world.two().await;
    home.act(CASES, "k1", open_case("迟到的请求")).await;
    all_rest(&[&home]).await;
    all_rest(&[&base]).await;
    *home.http.origin.borrow_mut() = line.origin();
    home.act(CASES, "k1", note("甲")).await;
    line.script(Head::writes, vec![Fate::Hold]);
    let sender = home.clone();
    let sending = tokio::task::spawn_local(async move { sender.rest().await });
    line.holds(1).await;
    sending.abort();
    let _ = sending.await;
    home.reload().await;
    all_rest(&[&home]).await;
    base.act(CASES, "k1", note("乙")).await;
    base.rest().await;
    line.release();
    world.ends_well(&[&home, &base]).await;
    assert_eq!(base.sees(CASES, "k1").unwrap().journal().len(), 3);
}
