//! A data-service call: to a free seat, to the next one, or a call-back that can be kept.

use baton_e2e::{Customer, Desk, Person, Site, SiteOptions, at, hook, policies};
use baton_engine::clock;
use baton_engine::model::{Callback, Collection, OfferState};

/// The one open call-back on the server.
#[track_caller]
fn booked(site: &Site) -> Callback {
    baton_e2e::until("the call-back is on the server", || {
        let mut all = site.api().all(Collection::Callbacks);
        assert!(all.len() < 2, "booked {} times", all.len());
        serde_json::from_value(all.pop()?).ok()
    })
}

#[track_caller]
fn due_minute(site: &Site, callback: &Callback) -> i64 {
    clock::callback(&policies(), callback, site.api().now()).unwrap().due.millis() / 60_000
}

fn minute(time: &str) -> i64 {
    at(time).millis() / 60_000
}

/// Both seats know WLAN. The one that has been idle longer is asked first, declines, and the other takes the call. The next
/// call goes to the first again, who takes it. Then all are busy.
#[test]
fn a_free_seat_a_seat_that_declines_and_none_left() {
    let site = Site::start(SiteOptions { now: Some("2026-11-24T10:00:00+08:00"), ..SiteOptions::default() });
    let first = Desk::of(&site, Person::Expert);
    site.seat_is("8802", "available");
    let second = Desk::of(&site, Person::Expert2);
    site.seat_is("8805", "available");
    let hotline = Desk::of(&site, Person::Hotline);
    site.seat_is("1001", "available");

    site.calls(Customer::Chen, "call-1", "WLAN 连不上");
    hotline.answer_call("call-1");
    hotline.ask_expert("wlan");
    hotline.click(&hook("transfer-submit"));
    first.wait_text(&hook("offer"), "who is handed over", |text| text.contains("陈女士") && text.contains("WLAN"));
    first.decline();
    second.wait_for(&hook("offer"));
    second.accept();
    let taken = site.contact("call-1", "taken by the second seat", |c| c.seat.as_deref() == Some("8805"));
    let offers: Vec<(&str, OfferState)> = taken.offers.iter().map(|o| (o.seat.as_str(), o.state)).collect();
    assert_eq!(offers, [("8802", OfferState::Declined), ("8805", OfferState::Accepted)]);
    assert_eq!(taken.holder.unwrap().id, "expert2");
    second
        .wait_text(&format!("{}[data-id=\"call-1\"]", hook("contact")), "the customer", |text| text.contains("陈女士"));
    hotline.wait_gone(&hook("seats"));
    site.seat_is("8805", "onContact");
    site.seat_is("1001", "available");

    site.calls(Customer::Xie, "call-2", "手机参数");
    hotline.answer_call("call-2");
    hotline.ask_expert("handsetParams");
    hotline.click(&hook("transfer-submit"));
    first.wait_for(&hook("offer"));
    first.accept();
    site.contact("call-2", "taken by the first seat", |c| c.seat.as_deref() == Some("8802"));
    site.seat_is("8802", "onContact");
    site.seat_is("1001", "available");

    site.set_clock("2026-11-24T11:00:00+08:00");
    for desk in [&first, &second, &hotline] {
        desk.hear_the_clock();
    }
    site.calls(Customer::Liang, "call-3", "WLAN 掉线");
    hotline.answer_call("call-3");
    hotline.ask_expert("wlan");
    hotline.wait_for(&hook("callback-lead"));
    assert!(!hotline.is_visible(&hook("transfer-submit")), "nobody can be asked");
    let promise = hotline.book_callback();
    assert!(promise.contains("12:00"), "{promise}");
    let callback = booked(&site);
    assert_eq!((callback.desk.as_str(), callback.topic.as_str()), ("expert-data-dg", "wlan"));
    assert_eq!(callback.interaction.as_deref(), Some("call-3"));
    assert_eq!(due_minute(&site, &callback), minute("12:00"));
    // It waits on the experts' desks.
    first.wait_for(&baton_e2e::row(&callback.id));
    for desk in [&first, &second, &hotline] {
        assert_eq!(desk.faults(), Vec::<String>::new(), "{:?}", desk.person);
    }
}

/// Nobody sits at the desk: the promise is made in open hours. `when` → `due` (of the day after, with `+1`).
#[track_caller]
fn promised(when: &'static str, shown: &str, due: &str, why: &str) {
    let site = Site::start(SiteOptions { now: Some(when), ..SiteOptions::default() });
    let hotline = Desk::of(&site, Person::Hotline);
    site.seat_is("1001", "available");
    site.set_clock(when);
    hotline.hear_the_clock();
    site.calls(Customer::Chen, "night", "手机视频放不了");
    hotline.answer_call("night");
    hotline.ask_expert("mobileVideo");
    hotline.wait_for(&format!("{}[data-why=\"{why}\"]", hook("callback-lead")));
    let promise = hotline.book_callback();
    assert!(promise.contains(shown) && promise.contains("明日"), "{promise}");
    let callback = booked(&site);
    assert_eq!(due_minute(&site, &callback), minute(due));
}

/// Twenty minutes before closing: they count, and forty of the next morning.
#[test]
fn registered_at_21_40_it_is_due_at_09_40() {
    promised("2026-11-24T21:40:00+08:00", "09:40", "09:40+1", "Unknown");
}

#[test]
fn registered_at_22_30_it_is_due_at_10_00() {
    promised("2026-11-24T22:30:00+08:00", "10:00", "10:00+1", "Closed");
}

#[test]
fn what_is_out_of_scope_is_refused_with_the_right_alternative() {
    let site = Site::start(SiteOptions { now: Some("2026-11-24T10:00:00+08:00"), ..SiteOptions::default() });
    let hotline = Desk::of(&site, Person::Hotline);
    site.seat_is("1001", "available");
    site.calls(Customer::Chen, "gprs", "GPRS 怎么设置");
    hotline.answer_call("gprs");
    hotline.ask_expert("gprs");
    hotline.wait_text(&hook("out-of-scope"), "what to do instead", |text| text.contains("一线"));
    assert!(!hotline.is_visible(&hook("transfer-submit")));
}
