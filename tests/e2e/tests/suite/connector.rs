//! The page "Backend": a file is pasted, mended, tested, previewed and saved; the desk works on it after that, and goes back.

use std::time::Duration;

use baton_e2e::wait::within;
use baton_e2e::{Customer, Desk, Person, Site, hook};
use serde_json::{Value, json};

/// The self-test makes about a thousand requests, and the server lets through fifty a second.
const TEST: Duration = Duration::from_secs(240);

/// The connector that the site serves.
fn served(desk: &Desk) -> Value {
    let text = desk.js_async("return await (await fetch('/connector/baton.json')).text()", &[]);
    serde_json::from_str(text.as_str().unwrap()).unwrap()
}

/// Pastes a text into the editor, as the clipboard would.
fn paste(desk: &Desk, text: &str) {
    desk.wait_for(&hook("connector-text"));
    let script = "const e = document.querySelector(arguments[0]); e.focus(); e.select(); \
                  document.execCommand('insertText', false, arguments[1])";
    desk.js(script, &[hook("connector-text").into(), text.into()]);
}

fn open(desk: &Desk) {
    desk.go("settings");
    desk.click(&hook("open-backend"));
    desk.wait_for(&hook("backend-page"));
}

#[test]
fn a_backend_is_pasted_mended_tested_previewed_saved_and_left_again() {
    let site = Site::quiet();
    site.opened(Person::Home, Customer::Liang, "plain", "短信收不到");
    site.api().post("cases", &json!({ "id": "strange", "title": 7 })).ok();
    let lead = Desk::of(&site, Person::Lead);
    open(&lead);
    assert_eq!(lead.attribute(&hook("backend-in-use"), "data-from").as_deref(), Some("site"));

    // Every fault of a faulty file, and the way to each.
    let mut file = served(&lead);
    file["name"] = "Ours".into();
    let good = serde_json::to_string_pretty(&file).unwrap();
    file["base"] = 7.into();
    file["get"]["method"] = "PAINT".into();
    let faulty = serde_json::to_string_pretty(&file).unwrap();
    paste(&lead, &faulty);
    for pointer in ["/base", "/get/method"] {
        lead.wait_for(&format!("{}[data-pointer=\"{pointer}\"]", hook("connector-fault")));
    }
    let method = format!("{}[data-pointer=\"/get/method\"]", hook("connector-fault"));
    lead.wait_text(&method, "what it must be, in Chinese", |text| text.contains("只能是其中之一：GET、"));
    lead.click(&method);
    let selected = "const e = document.activeElement; return e.value.slice(e.selectionStart, e.selectionEnd)";
    lead.until("the fault is selected", || (lead.js(selected, &[]) == "\"PAINT\"").then_some(()));
    paste(&lead, "{ \"format\": ");
    lead.until("a broken text has one fault", || (lead.count(&hook("connector-fault")) == 1).then_some(()));
    paste(&lead, &good);
    lead.wait_gone(&hook("connector-fault"));

    // Ten documents, the one that cannot be read among them.
    lead.click(&hook("tab-preview"));
    lead.choose(&hook("preview-kind"), "cases");
    lead.click(&hook("preview-show"));
    lead.wait_text(&hook("preview"), "the case", |text| text.contains("短信收不到"));
    lead.wait_for(&hook("preview-unreadable"));

    // The self-test runs through, and cleans up after itself.
    lead.click(&hook("tab-test"));
    lead.click(&hook("test-run"));
    lead.wait_for(&format!("{}[data-state=\"passed\"]", hook("check")));
    let done = within(TEST, || lead.is_visible(&hook("test-outcome")).then_some(()));
    assert!(done.is_some(), "the self-test does not end: {:?}", lead.text(&hook("test-progress")));
    for check in ["reach", "create", "staleWrite", "claimRace", "createRace", "cleanUp"] {
        let line = format!("{}[data-id=\"{check}\"][data-state=\"passed\"]", hook("check"));
        assert!(lead.is_visible(&line), "{check}: {:?}", lead.text(&hook("checks")));
    }
    assert!(site.api().all(baton_engine::model::Collection::Messages).is_empty(), "nothing is left of it");

    // Saved: the desk starts anew on it, with what was measured; work that waits for the old one would stay there.
    lead.click(&hook("tab-save"));
    lead.click(&hook("connector-save"));
    lead.wait_text(&hook("connector-save"), "it logs out, so it is asked twice", |text| !text.is_empty());
    lead.click(&hook("connector-save"));
    lead.wait_for(&hook("login-user"));
    lead.wait_text(&hook("login-backend"), "which backend", |text| text.contains("Ours"));
    lead.log_in();
    lead.online();
    open(&lead);
    lead.wait_text(&hook("backend-name"), "its name", |text| text == "Ours");
    assert_eq!(lead.attribute(&hook("backend-in-use"), "data-from").as_deref(), Some("device"));
    lead.reload();
    lead.at_work();
    lead.go("desk");
    lead.open_work("plain");

    // And back.
    open(&lead);
    lead.click(&hook("backend-back"));
    lead.click(&hook("backend-back"));
    lead.wait_for(&hook("login-user"));
    lead.log_in();
    lead.online();
    open(&lead);
    lead.wait_text(&hook("backend-name"), "the served one", |text| text == "Baton");
    assert_eq!(lead.faults(), Vec::<String>::new());
}

#[test]
fn work_that_waits_stays_with_its_backend() {
    let site = Site::quiet();
    let lead = Desk::of(&site, Person::Lead);
    open(&lead);
    let mut file = served(&lead);
    file["name"] = "Ours".into();
    paste(&lead, &serde_json::to_string_pretty(&file).unwrap());
    lead.wait_gone(&hook("connector-fault"));
    lead.ready_to_start_offline();
    site.kill();
    lead.take_in(Customer::Chen, "NETWORK.signal", "换后台前未发送");
    lead.until("it is stored", || (lead.outbox().len() == 1).then_some(()));
    open(&lead);
    paste(&lead, &serde_json::to_string_pretty(&file).unwrap());
    lead.click(&hook("tab-save"));
    lead.wait_text(&hook("unsent-stay"), "how many stay", |text| text.contains('1'));
    site.revive();
    site.api().case("换后台前未发送", "sent after all", |_| true);
}

#[test]
fn who_may_not_switch_may_read_what_is_promised() {
    let site = Site::quiet();
    let home = Desk::of(&site, Person::Home);
    open(&home);
    home.wait_for(&hook("promises"));
    assert!(!home.is_visible(&hook("connector-text")));
}

/// axe on the page with its editor, faults and panels, in the shell and at the door, in every look.
#[test]
fn axe_finds_nothing_on_the_page_in_any_look() {
    let site = Site::quiet();
    site.opened(Person::Home, Customer::Liang, "plain", "短信收不到");
    site.api().post("cases", &json!({ "id": "strange", "title": 7 })).ok();
    let lead = Desk::at_the_door(&site, Person::Lead);
    let mut found = Vec::new();
    let mut look = |lead: &Desk, place: &str| {
        found.extend(lead.axe().iter().map(|finding| format!("{place}: {finding}")));
    };
    for (n, (theme, language)) in
        [("light", "zh-CN"), ("dark", "en"), ("dark", "zh-CN"), ("light", "en")].into_iter().enumerate()
    {
        lead.look(theme, language);
        if n == 0 {
            lead.log_in();
        }
        lead.at_work();
        lead.online();
        open(&lead);
        lead.click(&hook("tab-preview"));
        lead.choose(&hook("preview-kind"), "cases");
        lead.click(&hook("preview-show"));
        lead.wait_for(&hook("preview-unreadable"));
        look(&lead, &format!("preview, {theme}, {language}"));
        for tab in ["tab-log-in", "tab-save"] {
            lead.click(&hook(tab));
            look(&lead, &format!("{tab}, {theme}, {language}"));
        }
        lead.click(&hook("tab-test"));
        lead.click(&hook("test-run"));
        lead.wait_for(&format!("{}[data-state=\"passed\"]", hook("check")));
        lead.click(&hook("test-cancel"));
        lead.wait_for(&hook("test-outcome"));
        look(&lead, &format!("test, {theme}, {language}"));
        paste(&lead, "{ \"format\": 7 }");
        lead.wait_for(&hook("connector-fault"));
        look(&lead, &format!("faults, {theme}, {language}"));
        lead.js("sessionStorage.clear()", &[]);
    }
    lead.log_out();
    lead.js("localStorage.setItem('baton-backend', '{ \"name\": 7 }')", &[]);
    for (theme, language) in [("light", "zh-CN"), ("dark", "en")] {
        lead.look(theme, language);
        lead.click(&hook("another-backend"));
        lead.wait_for(&hook("connector-refused"));
        look(&lead, &format!("at the door, {theme}, {language}"));
        lead.click(&hook("to-log-in"));
        lead.wait_for(&hook("login-user"));
    }
    assert!(found.is_empty(), "axe found: {}", found.join("\n"));
}
