//! Several tabs of one person in one browser: all of them act, one of them sends. The one that sends is closed, dies, or is
//! frozen; another takes over each time, everything arrives once, and all tabs show the same.

use std::collections::BTreeSet;
use std::time::Duration;

use baton_e2e::{Customer, Desk, Person, Site, Tab, hook, wait};
use baton_engine::model::{Case, Intent};

const TITLE: &str = "很多标签页";

/// How long a leader that does not answer is waited for. The product looks every quarter of a minute, and takes the lead
/// when one look has gone unanswered.
const FROZEN_LIMIT: Duration = Duration::from_secs(50);

/// Counts what a page sends to change something, and the transactions that are open in it, and notes that a lock that it
/// held was taken from it.
const WATCH: &str = "(() => { \
    const { fetch } = window, { transaction } = IDBDatabase.prototype, { request } = LockManager.prototype; \
    Object.assign(window, { __sent: 0, __open: 0, __last: 0, __robbed: false }); \
    window.fetch = (what, how) => { \
        if (((how && how.method) || (what && what.method) || 'GET') !== 'GET') window.__sent++; \
        return fetch(what, how); }; \
    IDBDatabase.prototype.transaction = function (...args) { \
        const begun = transaction.apply(this, args); window.__open++; \
        const end = () => { window.__open--; window.__last = performance.now(); }; \
        begun.addEventListener('complete', end); begun.addEventListener('abort', end); return begun; }; \
    LockManager.prototype.request = function (...args) { \
        const held = request.apply(this, args); held.catch(() => { window.__robbed = true; }); return held; }; })()";

/// No transaction is open, and none was lately.
const QUIET: &str = "return window.__open === 0 && performance.now() - window.__last > 1000";

struct Group<'a> {
    site: &'a Site,
    home: Desk,
    tabs: Vec<Tab>,
    /// How often somebody acted.
    acts: usize,
}

impl<'a> Group<'a> {
    /// So many tabs with the same case open.
    fn new(site: &'a Site, tabs: usize) -> Group<'a> {
        let home = Desk::of(site, Person::Home);
        home.take_in(Customer::Chen, "NETWORK.signal", TITLE);
        let case = site.api().case(TITLE, "taken in", |_| true);
        home.run_in_every_page(WATCH.to_owned());
        let first = home.tab();
        let address = format!("{}/#/desk/cases/{}", site.url(), case.id);
        let open = |_| {
            let tab = home.new_tab();
            home.open(&address);
            home.wait_text(&hook("case-title"), "the case", |text| text.contains(TITLE));
            tab
        };
        let tabs = (0..tabs).map(open).collect();
        // It was opened before anybody counted.
        home.turn_to(&first);
        home.close_tab();
        Group { site, home, tabs, acts: 0 }
    }

    /// One act in that tab, through its own controls.
    fn act(&mut self, tab: &Tab) {
        self.home.turn_to(tab);
        self.acts += 1;
        self.home.note(&format!("第 {} 条", self.acts));
    }

    fn all_act(&mut self) {
        self.tabs.clone().iter().for_each(|tab| self.act(tab));
    }

    /// Once every note is with the server: which of the tabs has sent something since the last time. It is one.
    fn sender(&self, limit: Duration) -> Tab {
        let mut last = 0;
        let arrived = wait::within(limit, || {
            last = notes(&self.site.api().cases(TITLE)[0]).len();
            (last == self.acts).then_some(())
        });
        assert!(arrived.is_some(), "{last} of {} notes have arrived within {} s", self.acts, limit.as_secs());
        let mut senders = Vec::new();
        for tab in &self.tabs {
            self.home.turn_to(tab);
            if self.home.js("const sent = window.__sent; window.__sent = 0; return sent", &[]) != 0 {
                senders.push(tab.clone());
            }
        }
        assert_eq!(senders.len(), 1, "one sends: {senders:?}");
        senders.remove(0)
    }

    /// Half of the tabs, without this one.
    fn half_act(&mut self, without: &Tab) {
        let half = self.tabs[..self.tabs.len() / 2].to_vec();
        half.iter().filter(|tab| *tab != without).for_each(|tab| self.act(tab));
    }

    fn leave_out(&mut self, tab: &Tab) {
        self.tabs.retain(|other| other != tab);
        self.home.turn_to(&self.tabs[0]);
    }

    /// Every tab shows every entry, and that nothing waits.
    fn all_show_the_same(&self) {
        let mut shown = BTreeSet::new();
        for tab in &self.tabs {
            self.home.turn_to(tab);
            let all = hook("journal-all");
            if self.home.attribute(&all, "aria-expanded").as_deref() == Some("false") {
                self.home.click(&all);
            }
            self.home.until("the tab shows every entry", || {
                (self.home.count(&hook("journal-entry")) == self.acts + 1).then_some(())
            });
            self.home.wait_gone(&hook("case-pending"));
            self.home.until("nothing waits", || {
                self.home.text(&hook("sync-waiting")).is_none_or(|text| text.is_empty()).then_some(())
            });
            shown.insert(self.home.text(&hook("journal")));
        }
        assert_eq!(shown.len(), 1, "{shown:#?}");
    }

    /// Nothing is missing on the server, nothing is there twice, and nothing is left here.
    fn all_arrived_once(&self) {
        let stored = self.site.api().case(TITLE, "with every note", |case| notes(case).len() == self.acts);
        let typed: BTreeSet<String> = (1..=self.acts).map(|n| format!("第 {n} 条")).collect();
        assert_eq!(notes(&stored).into_iter().map(str::to_owned).collect::<BTreeSet<_>>(), typed);
        assert_eq!(stored.journal.iter().map(|entry| &entry.id).collect::<BTreeSet<_>>().len(), stored.journal.len());
        assert_eq!(self.home.outbox(), []);
        assert_eq!(self.home.faults(), Vec::<String>::new());
    }
}

fn notes(case: &Case) -> Vec<&str> {
    let notes = case.journal.iter().filter_map(|entry| match &entry.intent {
        Intent::AddNote { text } => Some(text.as_str()),
        _ => None,
    });
    notes.collect()
}

#[test]
fn of_ten_tabs_one_sends_and_another_when_it_falls() {
    let site = Site::quiet();
    let mut group = Group::new(&site, 10);
    group.all_act();
    let closed = group.sender(wait::PATIENCE);

    group.half_act(&closed);
    group.home.turn_to(&closed);
    group.home.close_tab();
    group.leave_out(&closed);
    group.all_act();
    let killed = group.sender(wait::PATIENCE);

    group.half_act(&killed);
    group.home.turn_to(&killed);
    group.home.crash_tab();
    group.leave_out(&killed);
    group.all_act();
    group.sender(wait::PATIENCE);
    group.all_show_the_same();
    group.all_arrived_once();
}

#[test]
fn from_a_frozen_tab_the_sending_is_taken_and_it_does_not_send_when_it_thaws() {
    let site = Site::quiet();
    let mut group = Group::new(&site, 3);
    group.all_act();
    let frozen = group.sender(wait::PATIENCE);

    // A browser freezes a tab that has long been in the background, and none that is in the middle of a transaction.
    group.home.turn_to(&frozen);
    group.home.js("addEventListener('visibilitychange', (event) => event.stopImmediatePropagation(), true)", &[]);
    group.home.until("the tab is quiet", || (group.home.js(QUIET, &[]) == true).then_some(()));
    group.home.freeze_tab();
    group.leave_out(&frozen);
    group.all_act();
    group.sender(FROZEN_LIMIT);

    group.home.turn_to(&frozen);
    group.home.thaw_tab();
    let robbed = || (group.home.js("return window.__robbed", &[]) == true).then_some(());
    group.home.until("the thawed tab hears that it does not lead any more", robbed);
    group.tabs.push(frozen.clone());
    group.act(&frozen);
    assert_ne!(group.sender(wait::PATIENCE), frozen, "it was robbed and sends");
    group.all_show_the_same();
    group.all_arrived_once();
}
