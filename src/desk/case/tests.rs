//! The pure half of the case view against cases that are driven through the engine with the shipped packs: the
//! chain of the design's own example, its track and its scale, and what is offered to whom.
#![allow(clippy::unwrap_used)]

use baton_engine::clock::ClockState;
use baton_engine::decide;
use baton_engine::model::{Actor, Case, Channel, Collection, CustomerRef, Document, Entry, Intent, Role, Status};
use baton_engine::policy::{PackLoader, Policies, Policy};
use baton_engine::time::{Span, Timestamp};

use super::act::{Kind, Offer, offer};
use super::chain::{Back, Chain, chain};
use super::scale::scale;
use super::track_geometry::{Lane, Say, Track, layout};

const OWNER: &str = "home-province";
const BASE: &str = "base-province";
const GROUP: &str = "group";

fn at(time: &str) -> Timestamp {
    format!("2026-11-23T{time}:00+08:00").parse().unwrap()
}

fn actor(org: &str) -> Actor {
    Actor { id: format!("{org}-1"), name: org.into(), org: org.into(), role: Role::Agent, seat: None }
}

struct Bench {
    policies: Policies,
    doc: Option<Document>,
    entries: u32,
}

impl Bench {
    /// A case of the VIP class, taken in at 10:00: reply in eight hours, each leg in three, round the clock.
    fn new() -> Bench {
        let mut loader = PackLoader::new();
        for name in ["china-mobile-td", "dongguan-expert-desk"] {
            let path = format!("{}/public/policy/{name}.json", env!("CARGO_MANIFEST_DIR"));
            loader.add(name, &std::fs::read_to_string(path).unwrap()).unwrap();
        }
        let mut policies = Policies::default();
        policies.insert(loader.load("china-mobile-td").unwrap());
        policies.put_in_force("china-mobile-td");
        let mut bench = Bench { policies, doc: None, entries: 0 };
        let policy = bench.policies.in_force().unwrap();
        let class = policy.classes.iter().find(|c| c.reply.limit == Span::from_hours(8)).unwrap();
        assert_eq!(class.leg.limit, Span::from_hours(3), "the example needs legs of three hours");
        let customer =
            CustomerRef { name: "陈女士".into(), service_class: class.id.clone(), ..CustomerRef::default() };
        let (title, pin) = ("视频会员已开通，手机视频无法播放".to_owned(), policy.pin());
        let intent = Intent::OpenCase {
            title,
            description: String::new(),
            category: String::new(),
            channel: Channel::Voice,
            customer,
            policy: pin,
            links: Vec::new(),
            interaction: None,
        };
        bench.does(OWNER, "10:00", intent);
        bench
    }

    fn does(&mut self, org: &str, time: &str, intent: Intent) -> String {
        self.entries += 1;
        let id = format!("e{}", self.entries);
        let entry = Entry { id: id.clone(), at: at(time), by: actor(org), intent };
        self.doc = Some(decide(&self.policies, Collection::Cases, "c", self.doc.as_ref(), &entry).unwrap());
        id
    }

    fn dispatch(&mut self, from: &str, to: &str, time: &str) -> String {
        let intent =
            Intent::Dispatch { to: to.into(), request: "请查".into(), consent: true, despite_deadline: false };
        let leg = self.does(from, time, intent);
        self.does(to, time, Intent::ReceiveLeg { leg: leg.clone() });
        leg
    }

    fn case(&self) -> &Case {
        match self.doc.as_ref().unwrap() {
            Document::Case(case) => case,
            other => panic!("not a case: {other:?}"),
        }
    }

    fn policy(&self) -> &Policy {
        self.policies.in_force().unwrap()
    }

    fn chain(&self, time: &str) -> Chain {
        chain(self.policy(), self.case(), at(time))
    }

    fn track(&self, time: &str) -> Track {
        layout(self.policy(), self.case(), at(time), 712.0)
    }

    fn offer(&self, org: &str) -> Offer {
        offer(self.policy(), self.case(), &actor(org))
    }

    /// The design's example: owner 10:00, base 10:10, group 12:30.
    fn relayed() -> (Bench, String, String) {
        let mut bench = Bench::new();
        let base = bench.dispatch(OWNER, BASE, "10:10");
        let group = bench.dispatch(BASE, GROUP, "12:30");
        (bench, base, group)
    }
}

fn kinds(offer: &Offer) -> Vec<Kind> {
    offer.bar.iter().map(|a| a.kind).collect()
}

/// A time takes five per cent of the bar, `now` four more.
fn wide(_: Timestamp, now: bool) -> f64 {
    if now { 9.0 } else { 5.0 }
}

fn says(track: &Track, lane: Lane) -> Vec<Say> {
    let mut list: Vec<_> = track.labels.iter().filter(|l| l.lane == lane).collect();
    list.sort_by(|a, b| a.x.total_cmp(&b.x));
    list.into_iter().map(|l| l.say.clone()).collect()
}

#[test]
fn the_way_back_gives_each_what_it_has_left_and_keeps_the_reserve() {
    let (bench, ..) = Bench::relayed();
    let chain = bench.chain("14:57");
    assert_eq!(chain.holder, Some(2));
    // Base used 2:20 of 3:00 and goes on with 0:40 when group is done.
    assert_eq!(chain.hops[2].back, Back::Latest(at("15:30")));
    assert_eq!(chain.hops[1].back, Back::Latest(at("16:10")));
    assert_eq!(chain.hops[0].back, Back::Latest(at("17:30")));
    assert_eq!(chain.slack, Some(Span::from_minutes(80)));
    assert_eq!(chain.reply.unwrap().due, at("18:00"));
}

#[test]
fn labels_read_as_in_the_design() {
    let (bench, ..) = Bench::relayed();
    let track = bench.track("14:57");
    let spent = |org: &str, minutes| Say::Spent(org.into(), Span::from_minutes(minutes));
    assert_eq!(
        says(&track, Lane::Out),
        [
            Say::Intake,
            Say::At(at("10:00")),
            spent(OWNER, 10),
            Say::At(at("10:10")),
            spent(BASE, 140),
            Say::At(at("12:30")),
        ]
    );
    assert_eq!(
        says(&track, Lane::Back),
        [
            Say::AtLatest(at("18:00")),
            Say::Reserve(Span::from_minutes(30)),
            Say::AtLatest(at("17:30")),
            Say::Slack(Span::from_minutes(80)),
            Say::AtLatest(at("16:10")),
            Say::Left(BASE.into(), Span::from_minutes(40)),
            Say::AtLatest(at("15:30")),
        ]
    );
}

#[test]
fn the_baton_runs_round_the_bend_of_its_holder() {
    let (bench, ..) = Bench::relayed();
    let out = bench.track("12:40").baton.unwrap();
    assert!(out.y < 40.0 && out.x > 570.0, "it starts on the lane out: {out:?}");
    let late = bench.track("15:29").baton.unwrap();
    assert!((late.y - 176.0).abs() < 0.1 && late.x < 600.0, "and ends on the lane back: {late:?}");
    let running = bench.track("14:00").running.unwrap();
    assert!((running.share - 0.5).abs() < 1e-9, "90 of 180 minutes: {}", running.share);
    assert_eq!(running.state, ClockState::OnTrack);
    assert!(running.path.starts_with("M569.6 32H"), "{}", running.path);
}

#[test]
fn a_late_leg_stands_at_its_end_and_moves_what_comes_after() {
    let (bench, ..) = Bench::relayed();
    let track = bench.track("15:45");
    assert_eq!(track.chain.hops[2].back, Back::Overdue(at("15:30")));
    assert_eq!(track.chain.hops[1].back, Back::Latest(at("16:25")));
    assert_eq!(track.chain.slack, Some(Span::from_minutes(65)));
    let running = track.running.unwrap();
    assert_eq!((running.share, running.state), (1.0, ClockState::Overdue));
}

#[test]
fn an_answered_leg_hands_the_stretch_to_the_one_before() {
    let (mut bench, _, group) = Bench::relayed();
    bench.does(GROUP, "15:00", Intent::AnswerLeg { leg: group, text: "已补发".into() });
    let track = bench.track("15:20");
    assert_eq!(track.chain.holder, Some(1));
    assert_eq!(track.chain.hops[2].back, Back::Was(at("15:00")));
    assert_eq!(track.chain.hops[1].back, Back::Latest(at("15:40")));
    let baton = track.baton.unwrap();
    // Halfway from group (80 %) to base (55 %) on the lane back.
    assert!((baton.x - 0.675 * 712.0).abs() < 0.5 && (baton.y - 176.0).abs() < 0.1, "{baton:?}");
    assert!(track.past.contains("a72"), "the bend is behind");
}

#[test]
fn a_returned_leg_stays_on_the_track_and_the_owner_holds() {
    let mut bench = Bench::new();
    let base = bench.dispatch(OWNER, BASE, "10:10");
    bench.does(BASE, "11:05", Intent::ReturnLeg { leg: base, reason: "非视频业务".into() });
    let track = bench.track("12:00");
    assert_eq!(track.chain.holder, Some(0));
    assert_eq!(track.places.len(), 3);
    assert!(says(&track, Lane::Back).contains(&Say::Here(OWNER.into())));
    let baton = track.baton.unwrap();
    assert!(baton.x < 0.64 * 712.0 && baton.x > 0.34 * 712.0, "between base and owner: {baton:?}");
}

#[test]
fn the_owner_who_used_his_time_comes_into_the_reserve() {
    let bench = Bench::new();
    let baton = bench.track("17:45").baton.unwrap();
    // Half of the reserve: halfway between owner (44 %) and customer (8 %).
    assert!((baton.x - 0.26 * 712.0).abs() < 0.5 && (baton.y - 176.0).abs() < 0.1, "{baton:?}");
}

#[test]
fn a_closed_case_has_no_baton_and_all_behind() {
    let (mut bench, base, group) = Bench::relayed();
    bench.does(GROUP, "15:00", Intent::AnswerLeg { leg: group, text: "已补发".into() });
    bench.does(BASE, "15:31", Intent::AnswerLeg { leg: base, text: "可播放".into() });
    bench.does(OWNER, "16:52", Intent::AnswerCustomer { text: "已恢复".into() });
    bench.does(OWNER, "16:53", Intent::CloseCase { note: String::new() });
    assert_eq!(bench.case().status, Status::Closed);
    let track = bench.track("19:00");
    assert!(track.baton.is_none() && track.running.is_none() && track.kept.is_none());
    assert!(track.dots_ahead.is_empty());
    let spent = |org: &str, minutes| Say::Spent(org.into(), Span::from_minutes(minutes));
    assert_eq!(
        says(&track, Lane::Back),
        [Say::At(at("16:52")), Say::End, spent(OWNER, 81), Say::At(at("15:31")), spent(BASE, 31), Say::At(at("15:00")),]
    );
    let scale = scale(&track.chain, at("19:00"), wide).unwrap();
    assert!(scale.pin.is_none() && scale.kept.is_none());
    assert!((scale.past - 412.0 / 480.0 * 100.0).abs() < 1e-9, "to the answer: {}", scale.past);
}

#[test]
fn the_scale_is_to_scale() {
    let (bench, ..) = Bench::relayed();
    let scale = scale(&bench.chain("14:57"), at("14:57"), wide).unwrap();
    let near = |a: f64, b: f64| (a - b).abs() < 0.01;
    assert!(near(scale.past, 31.25), "12:30 of 10:00–18:00: {}", scale.past);
    assert!(near(scale.now, 61.875), "14:57: {}", scale.now);
    let (from, to) = scale.kept.unwrap();
    assert!(near(from, 93.75) && near(to, 100.0));
    assert!(scale.ticks.iter().any(|t| t.now && t.at == at("14:57")));
    let gaps = scale.ticks.windows(2).map(|t| t[1].x - t[0].x);
    assert!(gaps.into_iter().all(|g| g > 5.5), "no two labels lie over each other: {:?}", scale.ticks);
}

#[test]
fn late_the_scale_goes_on_to_now() {
    let (bench, ..) = Bench::relayed();
    let scale = scale(&bench.chain("20:00"), at("20:00"), wide).unwrap();
    assert!(scale.pin.is_some_and(|p| (p - 100.0).abs() < 1e-9));
    assert!(scale.kept.is_some_and(|(a, b)| a < b && (b - 80.0).abs() < 1e-9), "18:00 of 10:00–20:00");
}

#[test]
fn nothing_can_be_said_of_a_case_without_time_of_intake() {
    let (bench, ..) = Bench::relayed();
    let bare = Case { id: "x".into(), title: "t".into(), ..Case::default() };
    let track = layout(bench.policy(), &bare, at("12:00"), 712.0);
    assert_eq!(track.places.len(), 2);
    assert!(scale(&track.chain, at("12:00"), wide).is_none());
    assert!(says(&track, Lane::Back).iter().all(|s| matches!(s, Say::Reserve(_))));
}

#[test]
fn legs_that_are_their_own_parent_do_not_hang_the_view() {
    let (bench, ..) = Bench::relayed();
    let mut case = bench.case().clone();
    let base = case.legs[0].id.clone();
    case.legs[0].parent = Some(case.legs[1].id.clone());
    let track = layout(bench.policy(), &case, at("14:57"), 712.0);
    assert_eq!(track.places.len(), 2, "the cycle does not hang from the owner");
    assert!(track.chain.branches.iter().any(|b| b.leg.as_deref() == Some(&base)));
}

#[test]
fn the_first_thing_to_do_follows_the_situation() {
    let mut bench = Bench::new();
    assert_eq!(kinds(&bench.offer(OWNER))[..2], [Kind::Dispatch, Kind::AnswerCustomer]);
    let intent = Intent::Dispatch { to: BASE.into(), request: "请查".into(), consent: true, despite_deadline: false };
    let base = bench.does(OWNER, "10:10", intent);
    assert_eq!(kinds(&bench.offer(OWNER))[0], Kind::Chase);
    assert_eq!(kinds(&bench.offer(BASE))[..2], [Kind::Receive, Kind::AnswerLeg]);
    assert!(!kinds(&bench.offer(BASE)).contains(&Kind::Chase), "nobody chases himself");
    bench.does(BASE, "10:20", Intent::ReceiveLeg { leg: base.clone() });
    assert_eq!(kinds(&bench.offer(BASE))[0], Kind::AnswerLeg);
    let group = bench.dispatch(BASE, GROUP, "12:30");
    let owner = bench.offer(OWNER);
    assert_eq!(owner.bar[0].leg.as_deref(), Some(group.as_str()), "the chase reaches whoever holds the baton");
    assert!(!kinds(&bench.offer(GROUP)).contains(&Kind::Chase), "nor whoever asked him");
    assert!(kinds(&bench.offer(BASE)).contains(&Kind::Chase), "but whom he asked");
    let withdrawn: Vec<_> = owner.menu.iter().filter(|a| a.kind == Kind::Withdraw).map(|a| a.leg.clone()).collect();
    assert_eq!(withdrawn, [Some(base.clone())], "only one's own dispatch is withdrawn");
    bench.does(GROUP, "15:00", Intent::AnswerLeg { leg: group, text: "已补发".into() });
    bench.does(BASE, "15:31", Intent::AnswerLeg { leg: base, text: "可播放".into() });
    assert_eq!(kinds(&bench.offer(OWNER))[0], Kind::AnswerCustomer);
    bench.does(OWNER, "15:40", Intent::AwaitCustomer { what: "补购机凭证".into() });
    assert_eq!(kinds(&bench.offer(OWNER))[0], Kind::Responded);
    bench.does(OWNER, "15:50", Intent::CustomerResponded { text: String::new() });
    bench.does(OWNER, "16:52", Intent::AnswerCustomer { text: "已恢复".into() });
    assert_eq!(kinds(&bench.offer(OWNER))[..2], [Kind::Close, Kind::Reopen]);
    bench.does(OWNER, "16:53", Intent::CloseCase { note: String::new() });
    assert_eq!(kinds(&bench.offer(OWNER)), [Kind::Note]);
}
