//! What is being tried on the page: a connector file as text, what it reads as, the log-in to it, the self-test. Nothing here
//! touches the backend that the desk works on.

use std::sync::Arc;

use baton_sync::auth::Style;
use baton_sync::connector::Fault;
use baton_sync::selftest::{Check, CheckId, Fact, Report};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::chosen::{self, Backend, From};
use crate::app::browser::{set_tab_setting, tab_setting};
use crate::app::session::Session;
use crate::app::state::Desk;
use crate::i18n::backend::BackendTexts;
use crate::i18n::lang;
use crate::net::{DeskNet, FetchNet, session};

/// The file that is being edited, as long as the tab lives.
const EDITED: &str = "baton-backend-edited";

/// A log-in, and to which door it belongs.
#[derive(Debug, Clone, PartialEq)]
pub struct Entered {
    pub door: String,
    pub person: Session,
}

#[derive(Clone, Copy)]
pub struct Trial {
    /// The file as it stands in the editor.
    pub text: RwSignal<String>,
    /// What it reads as.
    pub read: Memo<Result<Arc<Backend>, Vec<Fault>>>,
    pub entered: RwSignal<Option<Entered>>,
    /// Carries that log-in.
    pub net: StoredValue<DeskNet>,
    /// The log-in made a session (a cookie) that somebody has to end.
    pub owes: StoredValue<bool>,
    /// The check that runs now.
    pub running: RwSignal<Option<CheckId>>,
    /// A test is under way, cleaning up included.
    pub busy: RwSignal<bool>,
    pub cancelled: RwSignal<bool>,
    pub checks: RwSignal<Vec<Check>>,
    /// The last report, and the file that it is about.
    pub report: RwSignal<Option<(String, Report)>>,
}

impl Trial {
    /// Begins with the backend in force, at which the person is logged in already.
    pub fn begin(desk: Desk) -> Trial {
        let now = desk.backend.get_untracked();
        let refused = desk.refused_connectors.with_untracked(|r| r.iter().any(|(file, _)| file.is_none()));
        let present = now.as_ref().map(|b| b.text.clone()).unwrap_or_default();
        // What is being edited survives a look at another page, and a reload.
        let first = tab_setting(EDITED).or_else(|| chosen::on_device().filter(|_| refused));
        let text = RwSignal::new(first.unwrap_or_else(|| present.clone()));
        Effect::new(move || text.with(|text| set_tab_setting(EDITED, (*text != present).then_some(text))));
        let read = Memo::new(move |_| text.with(|text| Backend::read(text, From::Device).map(Arc::new)));
        let person = desk.session.get_untracked();
        let entered = now.zip(person).map(|(backend, person)| Entered { door: backend.door.clone(), person });
        let net = match entered {
            Some(_) => desk.net.get_value(),
            None => DeskNet::default(),
        };
        let trial = Trial {
            text,
            read,
            entered: RwSignal::new(entered),
            net: StoredValue::new(net),
            owes: StoredValue::new(false),
            running: RwSignal::new(None),
            busy: RwSignal::new(false),
            cancelled: RwSignal::new(false),
            checks: RwSignal::new(Vec::new()),
            report: RwSignal::new(None),
        };
        on_cleanup(move || {
            // A test that is under way ends, and removes what it made.
            let _ = trial.cancelled.try_set(true);
            if trial.owes.get_value() {
                spawn_local(async move { drop(session::log_out(&FetchNet).await) });
            }
        });
        trial
    }

    /// The file is saved: nothing is being edited any more, and the session is the desk's own.
    pub fn settle(&self) {
        set_tab_setting(EDITED, None);
        self.owes.set_value(false);
    }

    /// The good backend of the editor, if it is good.
    pub fn backend(&self) -> Option<Arc<Backend>> {
        self.read.with(|read| read.as_ref().ok().cloned())
    }

    pub fn faults(&self) -> Vec<Fault> {
        self.read.with(|read| read.as_ref().err().cloned()).unwrap_or_default()
    }

    /// The person logged in at the backend of the editor. A backend that asks nobody needs nobody.
    pub fn person(&self) -> Option<Session> {
        let backend = self.backend()?;
        let entered = self.entered.get().filter(|e| e.door == backend.door).map(|e| e.person);
        entered.or_else(|| (backend.connector.auth_style() == Style::None).then(Session::default))
    }

    /// What is to be done before anything can be asked of the backend, in words.
    pub fn first(&self) -> &'static str {
        let t = BackendTexts::get(lang());
        if self.backend().is_none() { t.mend_first } else { t.log_in_first }
    }

    /// The report, if it is whole and about the file as it stands now.
    pub fn fresh_report(&self) -> Option<Report> {
        let (text, report) = self.report.get()?;
        (is_whole(&report) && self.text.with(|now| *now == text)).then_some(report)
    }
}

/// Whether every check was asked: a test that was stopped measured nothing.
pub fn is_whole(report: &Report) -> bool {
    let stopped = |check: &Check| check.found.contains(&Fact::Cancelled);
    report.checks.len() == CheckId::ALL.len() && !report.checks.iter().any(stopped)
}
