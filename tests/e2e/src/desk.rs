//! A person at a desk: the browser, the door, and the way from page to page.

use std::ops::Deref;
use std::thread;

use thirtyfour::Key;

use crate::api::Api;
use crate::axe::{self, Finding};
use crate::browser::Browser;
use crate::cast::Person;
use crate::site::Site;

/// `[data-test="…"]`
pub fn hook(name: &str) -> String {
    format!("[data-test=\"{name}\"]")
}

/// The desks of these people, started side by side.
#[track_caller]
pub fn desks<const N: usize>(site: &Site, people: [Person; N]) -> [Desk; N] {
    thread::scope(|scope| {
        let started = people.map(|person| scope.spawn(move || Desk::of(site, person)));
        started.map(|desk| desk.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

/// See the module.
pub struct Desk {
    browser: Browser,
    pub person: Person,
    /// User and password.
    account: (&'static str, &'static str),
    base: String,
    api: Api,
}

impl Deref for Desk {
    type Target = Browser;
    fn deref(&self) -> &Browser {
        &self.browser
    }
}

impl Desk {
    /// A fresh browser, the page opened, logged in, in step with the server.
    #[track_caller]
    pub fn of(site: &Site, person: Person) -> Desk {
        let desk = Desk::at_the_door(site, person);
        desk.log_in();
        desk.online();
        desk
    }

    /// A fresh browser with the page opened.
    #[track_caller]
    pub fn at_the_door(site: &Site, person: Person) -> Desk {
        let browser = Browser::start(&format!("{}-{}", site.story(), person.login()));
        let desk = Desk { browser, person, account: site.account(person), base: site.url(), api: site.api().clone() };
        desk.open(&desk.base);
        desk
    }

    /// The person's user name here.
    pub(crate) fn login(&self) -> &'static str {
        self.account.0
    }

    pub(crate) fn server(&self) -> &Api {
        &self.api
    }

    #[track_caller]
    pub fn log_in(&self) {
        self.try_log_in(self.account.1);
        self.at_work();
    }

    #[track_caller]
    pub fn try_log_in(&self, password: &str) {
        self.fill(&hook("login-user"), self.login());
        self.fill(&hook("login-password"), password);
        self.click(&hook("login-submit"));
    }

    /// The desk is on the screen.
    #[track_caller]
    pub fn at_work(&self) {
        self.wait_for(&hook("nav-desk"));
    }

    /// At work again after a restart, logging in if the page asks for it.
    #[track_caller]
    pub fn back_to_work(&self) {
        self.until("the desk or the door is on the screen", || {
            (self.is_in() || self.is_visible(&hook("login-user"))).then_some(())
        });
        if self.is_in() { self.online() } else { self.log_in() }
    }

    /// Whether a person is in.
    pub fn is_in(&self) -> bool {
        self.is_visible(&hook("nav-desk"))
    }

    #[track_caller]
    pub fn log_out(&self) {
        self.go("settings");
        self.click(&hook("log-out"));
        self.click(&hook("logout-confirm"));
        self.wait_for(&hook("login-user"));
    }

    /// `desk`, `customers`, `callbacks`, `experts`, `outbox`, `rules` or `settings`.
    #[track_caller]
    pub fn go(&self, page: &str) {
        let item = hook(&format!("nav-{page}"));
        self.click(&item);
        self.until("the page is open", || self.attribute(&item, "aria-current"));
    }

    /// Opens the page anew with a theme (`light`, `dark`) and a language (`zh-CN`, `en`).
    #[track_caller]
    pub fn look(&self, theme: &str, language: &str) {
        self.open(&format!("{}/?theme={theme}&lang={language}", self.base));
        let shown =
            self.js("return [document.documentElement.dataset.theme, document.documentElement.lang].join(' ')", &[]);
        assert_eq!(shown, format!("{theme} {language}"));
    }

    #[track_caller]
    pub fn press(&self, key: Key) {
        self.keys(key.value().to_string());
    }

    #[track_caller]
    pub fn escape(&self) {
        self.press(Key::Escape);
    }

    /// Presses Tab until the focus is there.
    #[track_caller]
    pub fn tab_to(&self, css: &str) {
        self.wait_for(css);
        for _ in 0..80 {
            if self.js("return document.activeElement.matches(arguments[0])", &[css.into()]) == true {
                return;
            }
            self.press(Key::Tab);
        }
        self.fail(&format!("Tab does not lead to {css}"));
    }

    /// What axe finds on the present page.
    #[track_caller]
    pub fn axe(&self) -> Vec<Finding> {
        axe::violations(&self.browser)
    }
}
