//! What a person does with a case at the desk, in the product's words. Every act goes through the page's own controls.

use baton_engine::time::{Span, Timestamp};
use thirtyfour::Key;

use crate::cast::Customer;
use crate::desk::{Desk, hook};
use crate::wait::{PATIENCE, within};

/// `[data-test="row"][data-id="…"]`
pub fn row(id: &str) -> String {
    format!("[data-test=\"row\"][data-id=\"{id}\"]")
}

/// The card of an organisation's leg in the relay track.
pub fn leg(org: &str) -> String {
    format!("[data-test=\"leg\"][data-org=\"{org}\"]")
}

impl Desk {
    /// Presses a single-letter key where no text is being typed.
    #[track_caller]
    pub fn shortcut(&self, key: &str) {
        self.js("document.activeElement && document.activeElement.blur()", &[]);
        self.keys(key.to_owned());
    }

    /// Takes a complaint in; the page then shows the new case.
    #[track_caller]
    pub fn take_in(&self, customer: Customer, category: &str, title: &str) {
        self.shortcut("o");
        self.fill(&hook("intake-number"), customer.number());
        self.wait_text(&hook("intake-known"), "who that is", |text| text.contains(&customer.record().name));
        self.choose(&hook("intake-category"), category);
        self.fill(&hook("intake-title"), title);
        self.submit("intake");
        self.wait_text(&hook("case-title"), &format!("the case {title:?}"), |text| text.contains(title));
    }

    /// Opens what is in the work list.
    #[track_caller]
    pub fn open_work(&self, id: &str) {
        self.click(&row(id));
        self.until("it is open", || {
            ["case", "callback", "contact"]
                .iter()
                .any(|room| self.attribute(&hook(room), "data-id").as_deref() == Some(id))
                .then_some(())
        });
    }

    #[track_caller]
    pub fn dispatch_to(&self, org: &str, request: &str) {
        self.click(&hook("act-dispatch"));
        self.click(&format!("label:has([data-test=\"dispatch-edge\"][data-org=\"{org}\"])"));
        self.fill(&hook("field-text"), request);
        self.submit("dispatch");
        self.wait_for(&leg(org));
    }

    #[track_caller]
    pub fn receive(&self) {
        self.click(&hook("act-receive"));
        self.wait_gone(&hook("act-receive"));
    }

    #[track_caller]
    pub fn answer(&self, text: &str) {
        self.say("act-answer", "field-text", text);
    }

    #[track_caller]
    pub fn return_leg(&self, reason: &str) {
        self.say("act-return", "field-reason", reason);
    }

    #[track_caller]
    pub fn answer_customer(&self, text: &str) {
        self.say("act-answer-customer", "field-text", text);
    }

    #[track_caller]
    pub fn close_case(&self) {
        self.click(&hook("act-close"));
        self.click(&hook("dialog-submit"));
        self.wait_gone(&hook("dialog"));
    }

    /// Edits fields (by their hooks) of the case that is open.
    #[track_caller]
    pub fn edit(&self, fields: &[(&str, &str)]) {
        self.click(&hook("case-edit"));
        for (field, text) in fields {
            self.fill(&hook(field), text);
        }
        self.submit("edit");
    }

    #[track_caller]
    pub fn note(&self, text: &str) {
        self.say("act-note", "field-text", text);
    }

    #[track_caller]
    fn say(&self, button: &str, field: &str, text: &str) {
        self.click(&hook(button));
        self.fill(&hook(field), text);
        self.click(&hook("dialog-submit"));
        self.wait_gone(&hook("dialog"));
    }

    /// Submits the open dialog of that kind; it must accept.
    #[track_caller]
    fn submit(&self, kind: &str) {
        let dialog = format!("{}[data-kind=\"{kind}\"]", hook("dialog"));
        self.click(&format!("{dialog} {}", hook("dialog-submit")));
        self.wait_gone(&dialog);
    }

    /// The id of the work list's row that shows this text.
    #[track_caller]
    pub fn row_of(&self, text: &str) -> String {
        let script = "const row = [...document.querySelectorAll('[data-test=\"row\"]')].find((r) => r.textContent.includes(arguments[0])); return row && row.dataset.id";
        self.until(&format!("the list has {text:?}"), || {
            self.try_js(script, &[text.into()]).ok()?.as_str().map(str::to_owned)
        })
    }

    /// As somebody who does not want to wait until the desk asks its backend again.
    #[track_caller]
    pub fn ask_now(&self) {
        self.chord(Key::Alt, 'r');
    }

    /// After the server's clock was moved: a desk follows it by the answers it gets, so let it ask, and wait until its own
    /// clock on the screen agrees.
    #[track_caller]
    pub fn hear_the_clock(&self) {
        self.js("dispatchEvent(new Event('online'))", &[]);
        self.until("the desk's clock is the server's", || {
            let shown = self.text(".topbar time")?;
            let parts: Vec<i64> = shown.split(':').filter_map(|n| n.parse().ok()).collect();
            let [hours, minutes, seconds] = parts[..] else { return None };
            let shown = (hours * 60 + minutes) * 60 + seconds;
            // The people of the stories live eight hours east, without summer time.
            let server = (self.server().now().millis() / 1000 + 8 * 3600).rem_euclid(86_400);
            ((shown - server).rem_euclid(86_400) <= 3 || (server - shown).rem_euclid(86_400) <= 3).then_some(())
        });
    }

    /// The clock at `css` shows `expected` (asked anew each time, since it runs), to three seconds.
    #[track_caller]
    pub fn shows_left(&self, css: &str, expected: impl Fn() -> Span) {
        let mut last = String::new();
        let found = within(PATIENCE, || {
            let expected = expected().millis() / 1000;
            let text = self.text(css);
            last = format!("{text:?}; it should be {expected} s");
            let (seconds, grain) = text.as_deref().and_then(read_length)?;
            ((seconds - expected).abs() <= grain + 3).then_some(())
        });
        if found.is_none() {
            self.fail(&format!("{css} shows {last}"));
        }
    }
}

/// A length as the desk writes it: seconds (negative: overdue) and how exact it is.
pub fn read_length(text: &str) -> Option<(i64, i64)> {
    let late = text.contains('超') || text.contains('+');
    let sign = if late { -1 } else { 1 };
    let digits: Vec<&str> = text.split(|c: char| !c.is_ascii_digit() && c != ':').filter(|w| !w.is_empty()).collect();
    if let Some(word) = digits.iter().find(|w| w.matches(':').count() == 2) {
        let parts: Vec<i64> = word.split(':').filter_map(|n| n.parse().ok()).collect();
        return match parts[..] {
            [h, m, s] => Some((sign * (h * 3600 + m * 60 + s), 0)),
            _ => None,
        };
    }
    // "1 天 9 时"
    let parts: Vec<i64> = digits.iter().filter_map(|n| n.parse().ok()).collect();
    match parts[..] {
        [days, hours, ..] => Some((sign * (days * 86_400 + hours * 3600), 3600)),
        _ => None,
    }
}

/// `10:00` on the day of the stories, `10:00+1` on the day after.
pub fn at(time: &str) -> Timestamp {
    let (time, day) = time.strip_suffix("+1").map_or((time, 24), |time| (time, 25));
    format!("2026-11-{day}T{time}:00+08:00").parse().unwrap_or_else(|e| panic!("{time}: {e:?}"))
}
