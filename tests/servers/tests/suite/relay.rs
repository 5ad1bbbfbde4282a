//! A case's whole way between two organisations, and the same with one of them out of reach for a while.

use baton_engine::model::{Collection, Document, Intent, LegState, Status};
use baton_servers::{Fate, Kind, Line};

use crate::desk::Desk;
use crate::words::{note, open_case};
use crate::world::{BASE, World};

const CASES: Collection = Collection::Cases;

#[track_caller]
fn status(desk: &Desk, id: &str) -> Status {
    match desk.sees(CASES, id).as_deref() {
        Some(Document::Case(case)) => case.status,
        other => panic!("{} sees {other:?}", desk.name),
    }
}

pub async fn whole(kind: Kind) {
    let world = World::new(kind).await;
    let (home, base) = world.two().await;
    home.act(CASES, "k1", open_case("手机视频无法播放")).await;
    let leg = home
        .act(
            CASES,
            "k1",
            Intent::Dispatch {
                to: BASE.into(),
                request: "请核实业务平台".into(),
                consent: false,
                despite_deadline: false,
            },
        )
        .await;
    home.rest().await;
    base.rest().await;
    base.act(CASES, "k1", Intent::ReceiveLeg { leg: leg.clone() }).await;
    base.rest().await;
    home.rest().await;
    let Some(Document::Case(case)) = home.sees(CASES, "k1").as_deref().cloned() else { panic!("no case") };
    assert_eq!(case.legs[0].state, LegState::Received);
    base.act(CASES, "k1", Intent::AnswerLeg { leg, text: "平台证书过期，已更换".into() }).await;
    base.rest().await;
    home.rest().await;
    home.act(CASES, "k1", Intent::AnswerCustomer { text: "请重新打开手机视频".into() }).await;
    assert_eq!(status(&home, "k1"), Status::Resolved);
    home.act(CASES, "k1", Intent::CloseCase { note: String::new() }).await;
    home.rest().await;
    base.rest().await;
    assert_eq!(status(&base, "k1"), Status::Closed);
    world.ends_well(&[&home, &base]).await;
    assert_eq!(world.acts.borrow().len(), 6);
    assert_eq!(base.sees(CASES, "k1").unwrap().journal().len(), 6, "nothing was refused");
}

/// The home province goes on without a network; meanwhile the base writes to the same cases.
pub async fn offline(kind: Kind) {
    let world = World::new(kind).await;
    let line = Line::to(world.server.port()).await;
    let (home, base) = world.two().await;
    *home.http.origin.borrow_mut() = line.origin();
    for n in 0..5 {
        home.act(CASES, &format!("k{n}"), open_case("上网慢")).await;
    }
    home.rest().await;
    base.rest().await;
    line.always(Fate::Reset);
    for n in 0..5 {
        home.act(CASES, &format!("k{n}"), note("离线备注")).await;
        base.act(CASES, &format!("k{n}"), note("在线备注")).await;
    }
    home.act(CASES, "k9", open_case("离线受理")).await;
    home.steps(20).await;
    base.rest().await;
    assert_eq!(home.moving(), 6, "nothing has left");
    home.reload().await;
    assert_eq!(home.moving(), 6, "nor is anything forgotten");
    line.always(Fate::Pass);
    world.ends_well(&[&home, &base]).await;
    for n in 0..5 {
        assert_eq!(base.sees(CASES, &format!("k{n}")).unwrap().journal().len(), 3);
    }
    assert!(base.sees(CASES, "k9").is_some());
}
