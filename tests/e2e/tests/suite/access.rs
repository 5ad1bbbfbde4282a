//! axe-core on every page and the main dialogs, in both themes and both languages.

use std::fmt::Write as _;
use std::thread;

use baton_e2e::{Customer, Desk, Person, Site, hook};
use baton_engine::model::{Channel, Collection, Direction, Intent};

/// Something to show on every page.
fn furnish(site: &Site) {
    site.opened(Person::Home, Customer::Liang, "plain", "短信收不到");
    site.opened(Person::Home, Customer::Chen, "relay", "手机视频无法播放");
    let dispatch = |to: &str| Intent::Dispatch {
        to: to.into(),
        request: "请核实业务平台".into(),
        consent: false,
        despite_deadline: true,
    };
    let cases = Collection::Cases;
    let base = site.does(Person::Home, cases, "relay", dispatch("base-province"));
    site.does(Person::Base, cases, "relay", Intent::ReceiveLeg { leg: base });
    site.does(Person::Base, cases, "relay", dispatch("group"));
    site.book(Customer::Chen, "wlan", "promise");
    let customer = Customer::Xie.record().reference();
    let chat = Intent::StartInteraction {
        channel: Channel::WebChat,
        direction: Direction::Inbound,
        customer: customer.clone(),
        reason: "资费咨询".into(),
        desk: "hotline-front".into(),
        answered: false,
    };
    site.does(Person::Admin, Collection::Interactions, "chat", chat);
    let message = Intent::SendMessage {
        interaction: "chat".into(),
        channel: Channel::WebChat,
        direction: Direction::Inbound,
        customer,
        text: "请问流量包怎么退？".into(),
    };
    site.does(Person::Admin, Collection::Messages, "chat-1", message);
    let unreadable = serde_json::json!({ "id": "unreadable", "title": 7 });
    site.api().post("cases", &unreadable).ok();
}

/// Every view by name, and how to get there from the desk page.
fn visit(desk: &Desk, look: &mut dyn FnMut(&str)) {
    look("desk");
    desk.open_work("plain");
    look("case");
    for (key, dialog) in
        [("p", "dispatch"), ("i", "note"), ("r", "answer customer"), ("o", "intake"), ("u", "escalate"), ("E", "edit")]
    {
        desk.shortcut(key);
        desk.wait_for(&hook("dialog"));
        look(dialog);
        desk.escape();
        desk.wait_gone(&hook("dialog"));
    }
    desk.click(&hook("customer-edit"));
    desk.wait_for(&hook("field-device"));
    look("edit the customer");
    desk.escape();
    desk.wait_gone(&hook("dialog"));
    desk.open_work("relay");
    desk.wait_for(&hook("track"));
    look("relay track");
    desk.click(&hook("why-reply"));
    desk.wait_for(&hook("why"));
    look("why due then");
    desk.escape();
    desk.open_work("promise");
    look("call-back");
    desk.open_work("chat");
    look("conversation");
    desk.open_work("call");
    desk.wait_for(&hook("call-bar"));
    look("call");
    desk.click(&hook("ctl-expert"));
    desk.wait_for(&format!("{}, {}", hook("topics"), hook("seats")));
    // The topic is asked for the first time only.
    if desk.is_visible(&hook("seats")) {
        desk.click(&hook("change-topic"));
        desk.wait_for(&hook("topics"));
    }
    look("expert topics");
    desk.click(&format!("{}[data-id=\"wlan\"]", hook("topic")));
    desk.wait_for(&hook("seats"));
    look("transfer");
    desk.click(&hook("transfer-book"));
    desk.wait_for(&hook("book-due"));
    look("book a call-back");
    desk.escape();
    desk.wait_gone(&hook("dialog"));
    for (key, dialog) in [("l", "log a call"), ("S", "presence")] {
        desk.shortcut(key);
        desk.wait_for(&format!("{}, .pop", hook("dialog")));
        look(dialog);
        desk.escape();
    }
    desk.click(&hook("omni"));
    desk.wait_for(&hook("palette-query"));
    look("palette");
    desk.escape();
    for page in ["customers", "callbacks", "experts", "outbox", "rules", "settings"] {
        desk.go(page);
        look(page);
    }
    desk.click(&hook("open-backend"));
    desk.wait_for(&hook("backend-page"));
    look("backend, to read");
    desk.go("settings");
    desk.click(&hook("log-out"));
    desk.wait_for(&hook("logout-confirm"));
    look("log-out");
    desk.escape();
}

/// All views in these looks; what axe found, in words.
fn inspect(site: &Site, person: Person, looks: &[(&str, &str)]) -> String {
    let desk = Desk::at_the_door(site, person);
    let mut report = String::new();
    let mut seen = Vec::new();
    let mut note = |place: &str, report: &mut String| {
        let bars =
            "const r = document.documentElement; return [innerWidth - r.clientWidth, innerHeight - r.clientHeight]";
        let bars = desk.js(bars, &[]);
        if bars != serde_json::json!([0, 0]) {
            let _ = write!(report, "\n  {place}: the page as a whole has scroll bars ({bars} px); only its parts may");
        }
        for finding in desk.axe() {
            // The same fault in every view is said once.
            let new = finding.elements.iter().any(|element| !seen.contains(&(finding.rule.clone(), element.0.clone())));
            seen.extend(finding.elements.iter().map(|element| (finding.rule.clone(), element.0.clone())));
            if new {
                let _ = write!(report, "\n  {place}: {finding}");
            }
        }
    };
    for (n, (theme, language)) in looks.iter().enumerate() {
        desk.look(theme, language);
        if n == 0 {
            desk.wait_for(&hook("login-user"));
            note(&format!("log-in, {theme}, {language}"), &mut report);
            desk.log_in();
        }
        desk.at_work();
        desk.online();
        visit(&desk, &mut |place| note(&format!("{place}, {theme}, {language}"), &mut report));
    }
    let faults = desk.faults();
    if !faults.is_empty() {
        let _ = write!(report, "\n  faults of the page: {faults:#?}");
    }
    report
}

#[test]
fn axe_finds_nothing_on_any_page_in_any_look() {
    let site = Site::quiet();
    furnish(&site);
    let hotline = Desk::of(&site, Person::Hotline);
    site.seat_is("1001", "available");
    site.calls(Customer::Chen, "call", "WLAN 连不上");
    hotline.answer_call("call");
    site.contact("call", "answered", |c| c.holder.is_some());
    drop(hotline);
    let looks = [[("light", "zh-CN"), ("dark", "en")], [("dark", "zh-CN"), ("light", "en")]];
    let reports = thread::scope(|scope| {
        let site = &site;
        looks.map(|looks| scope.spawn(move || inspect(site, Person::Hotline, &looks))).map(|run| run.join().unwrap())
    });
    let report = reports.concat();
    assert!(report.is_empty(), "axe found:{report}");
}
