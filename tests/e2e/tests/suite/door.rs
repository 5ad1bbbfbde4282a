//! Getting in and out.

use baton_e2e::{Customer, Desk, Person, Site, hook};
use serde_json::json;

#[test]
fn a_person_logs_in() {
    let site = Site::quiet();
    let desk = Desk::of(&site, Person::Home);
    assert_eq!(desk.faults(), Vec::<String>::new());
}

#[test]
fn a_wrong_password_says_so_and_lets_nobody_in() {
    let site = Site::quiet();
    let desk = Desk::at_the_door(&site, Person::Home);
    desk.try_log_in("not the password");
    desk.wait_text(&hook("login-fault"), "why", |text| !text.is_empty());
    assert!(!desk.is_in());
    desk.try_log_in(baton_e2e::PASSWORD);
    desk.at_work();
}

/// What is on the device of customers goes at log-out; what has not been sent stays for the same person.
#[test]
fn log_out_wipes_customers_and_keeps_unsent_work() {
    let site = Site::quiet();
    let home = Desk::of(&site, Person::Home);
    home.take_in(Customer::Chen, "NETWORK.signal", "登出之前已发送");
    site.api().case("登出之前已发送", "sent", |_| true);
    home.until("all is sent", || home.outbox().is_empty().then_some(()));
    assert!(home.keeps(Customer::Chen.number()), "the replica has the customer while he is served");
    assert!(!home.shows(Customer::Chen.number()), "but sealed");
    home.log_out();
    assert!(!home.keeps(Customer::Chen.number()), "customer data after log-out");
    let left: Vec<String> = home.records().into_keys().collect();
    assert_eq!(left, ["meta"], "neither records nor a key are left");

    home.log_in();
    home.ready_to_start_offline();
    site.kill();
    home.take_in(Customer::Liang, "NETWORK.signal", "登出之前未发送");
    home.until("it is stored", || (home.outbox().len() == 1).then_some(()));
    home.log_out();
    assert_eq!(home.outbox().len(), 1, "unsent work is kept");
    assert!(home.keeps("登出之前未发送") && !home.shows("登出之前未发送"), "and sealed");
    assert!(!home.keeps(Customer::Chen.number()), "customer data after log-out");
    site.revive();
    home.open(&site.url());
    home.log_in();
    home.until("it is sent at last", || home.outbox().is_empty().then_some(()));
    site.api().case("登出之前未发送", "once", |_| true);
}

/// A page that browsers do not let encrypt: the desk works all the same and says so; log-out wipes it all the same.
#[test]
fn where_nothing_can_be_sealed_settings_say_so() {
    let site = Site::quiet();
    let sealed = Desk::of(&site, Person::Group);
    sealed.go("settings");
    sealed.wait_text(&hook("sealed"), "that it is encrypted", |text| text.contains("加密保存"));

    let home = Desk::at_the_door(&site, Person::Home);
    let hide = "Object.defineProperty(crypto, 'subtle', { value: undefined, configurable: true })";
    home.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": hide }));
    home.open(&site.url());
    home.log_in();
    home.take_in(Customer::Chen, "NETWORK.signal", "没有加密");
    site.api().case("没有加密", "sent", |_| true);
    assert!(home.shows(Customer::Chen.number()), "it lies open");
    home.go("settings");
    home.wait_text(&hook("sealed"), "that it is not encrypted", |text| text.contains("HTTPS"));
    home.log_out();
    assert!(!home.shows(Customer::Chen.number()), "customer data after log-out");
    assert_eq!(home.faults(), Vec::<String>::new());
}
