//! Two people edit the same document: different fields merge, the same field is put before the later one, who sees both
//! values and chooses. Nothing is overwritten in silence and nothing that was written is lost.

use baton_e2e::{Customer, Desk, Key, Person, Site, desks, hook};
use baton_engine::model::{Collection, Customer as Record, Document, Intent};

const CASE: &str = "edited";
const TITLE: &str = "短信收不到";

/// A case that both know, on the screen of both; the first one is ready to work without a network.
fn two_at_one_case(site: &Site) -> [Desk; 2] {
    site.opened(Person::Home, Customer::Liang, CASE, TITLE);
    let both = desks(site, [Person::Home, Person::Home2]);
    both.iter().for_each(|desk| desk.open_work(CASE));
    both[0].ready_to_start_offline();
    both
}

/// What `home` writes with no network, and `home2` while that browser is closed; then `home` is back.
fn edits_while_away(site: &Site, [home, home2]: &[Desk; 2], mine: &[(&str, &str)], theirs: &[(&str, &str)]) {
    site.kill();
    home.edit(mine);
    home.until("it is stored", || (home.outbox().len() == 1).then_some(()));
    home.kill();
    site.revive();
    home2.retry_connection();
    home2.online();
    home2.edit(theirs);
    home2.until("it is sent", || home2.outbox().is_empty().then_some(()));
    home.launch();
    home.open(&site.url());
    home.back_to_work();
}

fn shows_title(desk: &Desk, title: &str) {
    desk.wait_text(&hook("case-title"), &format!("{title:?}"), |text| text == title);
}

#[test]
fn of_two_titles_the_later_desk_sees_both_and_chooses() {
    let site = Site::quiet();
    let both = two_at_one_case(&site);
    let [home, home2] = &both;
    let (mine, theirs) = ("短信收不到，重启无效", "彩信也收不到");
    let details = "客户换过卡槽";
    let edit = [("field-title", mine), ("field-description", details)];
    edits_while_away(&site, &both, &edit, &[("field-title", theirs)]);

    // Theirs stands, mine waits in plain sight.
    home.open_work(CASE);
    shows_title(home, theirs);
    let look_at_both = || {
        home.click(&hook("refused-look"));
        home.wait_for(&hook("compare-field"));
        assert_eq!(home.count(&hook("compare-field")), 1, "only what collides is asked about");
    };
    look_at_both();
    home.wait_text(&hook("compare-was"), "what it was", |text| text.contains(TITLE));
    let card = |which: &str| format!("label:has({})", hook(which));
    home.wait_text(&card("compare-theirs"), "theirs and whose it is", |text| {
        text.contains(theirs) && text.contains(Person::Home2.name())
    });
    home.wait_text(&card("compare-mine"), "mine", |text| text.contains(mine));
    home.wait_for(&hook("compare-along"));
    assert_eq!(home.count("dialog input:checked"), 0, "nothing is chosen beforehand");
    home.wait_for(&format!("{}:disabled", hook("dialog-submit")));
    // Later is later: nothing has changed.
    home.click(&hook("dialog-cancel"));
    home.wait_gone(&hook("dialog"));
    assert_eq!(home.outbox().len(), 1);
    let mut findings = String::new();
    for (theme, language) in [("light", "zh-CN"), ("dark", "zh-CN"), ("light", "en"), ("dark", "en")] {
        home.look(theme, language);
        home.at_work();
        look_at_both();
        home.click(&card("compare-mine"));
        home.wait_for(&hook("field-title"));
        findings.extend(home.axe().iter().map(|finding| format!("\n  compare, {theme}, {language}: {finding}")));
        home.escape();
        home.wait_gone(&hook("dialog"));
    }
    assert!(findings.is_empty(), "axe found:{findings}");

    // By keys alone: the other radio of the group, a better wording, send.
    let worded = "短信彩信都收不到，重启无效";
    look_at_both();
    home.tab_to(&hook("compare-theirs"));
    home.press(Key::Down);
    home.fill(&hook("field-title"), worded);
    home.chord(Key::Control, Key::Enter.value());
    home.wait_gone(&hook("dialog"));
    home.wait_gone(&hook("banner-refused"));
    home.open_work(CASE);
    for desk in &both {
        shows_title(desk, worded);
    }
    let case = site.api().case(worded, "as chosen", |c| c.description == details);
    assert_eq!(case.journal.len(), 3, "taken in, theirs, and what was chosen");
    home.until("the outbox is empty", || home.outbox().is_empty().then_some(()));
    assert_eq!(home2.outbox().len(), 0);
}

#[test]
fn edits_of_different_fields_merge_and_nobody_is_asked() {
    let site = Site::quiet();
    let both = two_at_one_case(&site);
    let (title, details) = ("短信收不到，重启无效", "客户换过卡槽");
    edits_while_away(&site, &both, &[("field-title", title)], &[("field-description", details)]);
    let [home, home2] = &both;
    home.until("it is sent", || home.outbox().is_empty().then_some(()));
    let case = site.api().case(title, "with both", |c| c.description == details);
    assert_eq!(case.journal.len(), 3);
    shows_title(home2, title);
    home2.wait_text(&hook("case-description"), "what the customer said", |text| text == details);
    home.open_work(CASE);
    shows_title(home, title);
    assert!(!home.is_visible(&hook("banner-refused")));
}

/// A customer's fact is changed elsewhere while somebody is typing: the text stays, also through a reload, and saving it
/// asks. Keeping theirs writes nothing.
#[test]
fn what_is_being_typed_stays_and_saving_asks() {
    let site = Site::quiet();
    site.opened(Person::Home, Customer::Liang, CASE, TITLE);
    let home = Desk::of(&site, Person::Home);
    let type_it = |desk: &Desk| {
        desk.open_work(CASE);
        desk.click(&hook("customer-edit"));
        desk.wait_for(&hook("field-device"));
    };
    type_it(&home);
    home.fill(&hook("field-device"), "黑屏的旧机");
    let id = Customer::Liang.record().id;
    let stored = || -> Record {
        let value = site.api().get(&format!("customers/{id}")).ok();
        match Document::from_json(Collection::Customers, &value, None) {
            Ok(Document::Customer(customer)) => customer,
            other => panic!("{other:?}"),
        }
    };
    let change = serde_json::json!([{ "field": "device", "from": stored().device, "to": "青竹 S6" }]);
    let elsewhere = Intent::EditFields { changes: serde_json::from_value(change).unwrap() };
    site.does(Person::Base, Collection::Customers, &id, elsewhere);
    home.wait_text(&hook("edit-moved"), "who changed it", |text| text.contains(Person::Base.name()));

    home.until("the draft is kept", || home.keeps("黑屏的旧机").then_some(()));
    home.reload();
    home.at_work();
    home.online();
    type_it(&home);
    home.wait_text(&hook("field-device"), "the draft", |text| text == "黑屏的旧机");
    home.wait_for(&hook("edit-moved"));
    home.click(&hook("dialog-submit"));
    home.wait_for(&hook("compare-field"));
    home.click(&format!("label:has({})", hook("compare-theirs")));
    home.click(&hook("dialog-submit"));
    home.wait_gone(&hook("dialog"));
    type_it(&home);
    home.wait_text(&hook("field-device"), "theirs", |text| text == "青竹 S6");
    assert_eq!(stored().journal.len(), 1, "keeping theirs writes nothing");
    assert!(home.faults().is_empty(), "{:?}", home.faults());
}
