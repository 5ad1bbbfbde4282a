//! Several tabs in one browser. Everything that a [`Browser`] does is done in its present tab.

use serde_json::json;
use thirtyfour::WindowHandle;

use crate::browser::Browser;

/// A tab of one browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab(WindowHandle);

impl Browser {
    /// The present tab.
    #[track_caller]
    pub fn tab(&self) -> Tab {
        let handle = self.drive(|driver| async move { driver.window().await });
        Tab(handle.unwrap_or_else(|error| self.fail(&format!("there is no present tab: {error}"))))
    }

    /// Another tab, empty, which is the present one now.
    #[track_caller]
    pub fn new_tab(&self) -> Tab {
        let handle = self.drive(|driver| async move { driver.new_tab().await });
        let tab = Tab(handle.unwrap_or_else(|error| self.fail(&format!("no tab opens: {error}"))));
        self.turn_to(&tab);
        self.prepare_tab();
        tab
    }

    /// From now on this is the present tab.
    #[track_caller]
    pub fn turn_to(&self, tab: &Tab) {
        let handle = tab.0.clone();
        let done = self.drive(|driver| async move { driver.switch_to_window(handle).await });
        done.unwrap_or_else(|error| self.fail(&format!("the tab is not there: {error}")));
    }

    /// Closes the present tab, as a person does; turn to another one then.
    #[track_caller]
    pub fn close_tab(&self) {
        let done = self.drive(|driver| async move { driver.close_window().await });
        done.unwrap_or_else(|error| self.fail(&format!("the tab does not close: {error}")));
    }

    /// Its process dies. Turn to another tab then.
    pub fn crash_tab(&self) {
        // The answer is that the tab is gone.
        let _ = self.drive(|driver| async move { driver.cdp().send_raw("Page.crash", json!({})).await });
    }

    /// Freezes the present tab, as a browser does with one that was long unused: nothing of it runs. Turn to another one
    /// then; this one answers nothing before [`Browser::thaw_tab`].
    #[track_caller]
    pub fn freeze_tab(&self) {
        self.cdp("Page.setWebLifecycleState", json!({ "state": "frozen" }));
    }

    /// The present tab lives again.
    #[track_caller]
    pub fn thaw_tab(&self) {
        self.cdp("Page.setWebLifecycleState", json!({ "state": "active" }));
    }
}
