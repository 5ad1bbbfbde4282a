//! A person at a desk: the browser, and the product's words for what is done with it.

use std::ops::Deref;

use crate::axe::{self, Finding};
use crate::browser::Browser;
use crate::cast::{PASSWORD, Person};
use crate::site::Site;

/// `[data-test="…"]`
pub fn hook(name: &str) -> String {
    format!("[data-test=\"{name}\"]")
}

/// See the module.
pub struct Desk {
    browser: Browser,
    pub person: Person,
    base: String,
}

impl Deref for Desk {
    type Target = Browser;
    fn deref(&self) -> &Browser {
        &self.browser
    }
}

impl Desk {
    /// A fresh browser, the page opened, logged in.
    #[track_caller]
    pub fn of(site: &Site, person: Person) -> Desk {
        let desk = Desk::at_the_door(site, person);
        desk.log_in();
        desk
    }

    /// A fresh browser with the page opened.
    #[track_caller]
    pub fn at_the_door(site: &Site, person: Person) -> Desk {
        let desk = Desk { browser: Browser::start(person.login()), person, base: site.url() };
        desk.open(&desk.base);
        desk
    }

    #[track_caller]
    pub fn log_in(&self) {
        self.fill(&hook("login-user"), self.person.login());
        self.fill(&hook("login-password"), PASSWORD);
        self.click(&hook("login-submit"));
        self.wait_for(&hook("desk"));
    }

    /// What axe finds on the present page.
    #[track_caller]
    pub fn axe(&self) -> Vec<Finding> {
        axe::violations(&self.browser)
    }
}
