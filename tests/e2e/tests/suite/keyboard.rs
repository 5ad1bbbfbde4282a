//! The desk without a mouse.

use baton_e2e::{Customer, Desk, Key, Person, Site, hook, leg};
use baton_engine::model::{Case, Collection, Intent, Status};

const BASE: &str = "base-province";

/// Log in, open a case, dispatch it; open another, answer the customer, close it: keys only.
#[test]
fn a_working_day_without_a_mouse() {
    let site = Site::quiet();
    site.opened(Person::Home, Customer::Chen, "key-vip", "键盘：先到期");
    site.opened(Person::Home, Customer::Xie, "key-easyown", "键盘：后到期");
    let home = Desk::at_the_door(&site, Person::Home);
    home.tab_to(&hook("login-user"));
    home.keys(Person::Home.login());
    home.tab_to(&hook("login-password"));
    home.keys(baton_e2e::PASSWORD);
    home.press(Key::Enter);
    home.at_work();
    home.online();
    home.wait_for(&baton_e2e::row("key-easyown"));

    // The most urgent first: J selects it, Enter opens it.
    home.keys("j");
    home.press(Key::Enter);
    home.until("the first case is open", || home.attribute(&hook("case"), "data-id").filter(|id| id == "key-vip"));
    home.keys("p");
    home.wait_for(&hook("dispatch-edge"));
    home.until("the focus is in the dialog", || {
        home.js("return Boolean(document.activeElement.closest('dialog'))", &[]).as_bool()?.then_some(())
    });
    home.tab_to(&hook("dispatch-edge"));
    home.keys(" ");
    home.tab_to(&hook("field-text"));
    home.keys("请核实");
    home.chord(Key::Control, Key::Enter.value());
    home.wait_gone(&hook("dialog"));
    home.wait_for(&leg(BASE));
    let case = site.api().case("键盘：先到期", "dispatched", |c: &Case| c.legs.len() == 1);
    assert_eq!(case.legs[0].to, BASE);
    assert_ne!(home.js("return document.activeElement.tagName", &[]), "DIALOG", "the focus left the dialog");

    // Esc closes and gives the focus back; nothing was sent by it.
    home.keys("i");
    home.wait_for(&hook("field-text"));
    home.escape();
    home.wait_gone(&hook("dialog"));

    home.keys("j");
    home.press(Key::Enter);
    home.until("the second case is open", || home.attribute(&hook("case"), "data-id").filter(|id| id == "key-easyown"));
    home.keys("r");
    home.wait_for(&hook("field-text"));
    home.keys("已为您处理好");
    home.chord(Key::Control, Key::Enter.value());
    home.wait_gone(&hook("dialog"));
    site.api().case("键盘：后到期", "answered", |c| c.status == Status::Resolved);
    home.keys("w");
    home.wait_for(&hook("dialog-submit"));
    home.chord(Key::Control, Key::Enter.value());
    let closed = site.api().case("键盘：后到期", "closed", |c| c.status == Status::Closed);
    assert!(closed.journal.iter().any(|e| matches!(e.intent, Intent::AnswerCustomer { .. })));
    assert_eq!(site.api().all(Collection::Cases).len(), 2, "no key made anything by accident");
    assert_eq!(home.faults(), Vec::<String>::new());
}

/// Letters that are commands elsewhere are letters in a text.
#[test]
fn no_shortcut_fires_while_text_is_typed() {
    let site = Site::quiet();
    site.opened(Person::Home, Customer::Chen, "typing", "打字");
    let home = Desk::of(&site, Person::Home);
    home.open_work("typing");
    home.keys("i");
    home.wait_for(&hook("field-text"));
    home.keys("jkprwnioug?");
    home.until("the letters are in the field", || {
        (home.js("return document.activeElement.value", &[]) == "jkprwnioug?").then_some(())
    });
    assert_eq!(home.count(&hook("dialog")), 1);
    home.escape();
    home.wait_gone(&hook("dialog"));
    // And the draft survives being closed, and a reload.
    home.reload();
    home.at_work();
    home.open_work("typing");
    home.shortcut("i");
    home.until("the draft is back", || {
        let script = "return document.querySelector(arguments[0])?.value";
        (home.js(script, &[hook("field-text").into()]) == "jkprwnioug?").then_some(())
    });
    assert_eq!(site.api().case("打字", "untouched", |_| true).journal.len(), 1);
}

/// A person gives a command another key: it acts, and every hint shows it.
#[test]
fn hints_show_the_persons_own_keys() {
    let site = Site::quiet();
    site.opened(Person::Home, Customer::Chen, "keys", "键位");
    let home = Desk::of(&site, Person::Home);
    home.open_work("keys");
    let hint = format!("{} kbd", hook("act-note"));
    home.wait_text(&hint, "the shipped key", |text| text == "I");
    home.chord(Key::Control, '/');
    home.click(&format!("{}[data-action=\"Note\"]", hook("key")));
    home.keys("q");
    home.wait_for(&hook("keys-reset"));
    home.escape();
    home.wait_gone(&hook("dialog"));
    home.wait_text(&hint, "the person's key", |text| text == "Q");
    home.shortcut("q");
    home.wait_for(&hook("field-text"));
}
