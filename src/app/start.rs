//! How the desk starts: rules first, then which backend it works on, who is at the desk (asked of the backend, or remembered
//! when there is no network), then the person's own store. Also log-in and log-out.

use std::sync::Arc;

use baton_sync::auth::Style;
use baton_sync::net::{NetError, Problem};
use leptos::prelude::*;
use serde::Deserialize as _;
use wasm_bindgen_futures::spawn_local;

use super::backend::{self, Backend};
use super::browser::{set_setting, set_tab_setting, setting, tab_setting};
use super::packs;
use super::session::Session;
use super::state::Desk;
use crate::net::access::{self, Headers};
use crate::net::session::{self, SessionError};
use crate::net::{FetchNet, within};
use baton_engine::policy::Fault;

/// Who was at this desk last and has not logged out: he may go on with no network. One for each backend.
const LAST_SESSION: &str = "baton-session";

/// Set until the backend has heard of a log-out: its cookie is still good, and must not let the next person in.
const LOG_OUT_OWED: &str = "baton-log-out-owed";

/// What the log-in gave, as long as the tab lives.
const ACCESS: &str = "baton-access";

/// How long a backend may take to answer anything at all before the desk starts without it, milliseconds.
const ANSWER_MS: u32 = 5_000;

/// Where the start stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stage {
    #[default]
    Starting,
    LogIn,
    /// Choosing another backend before anybody is logged in.
    Backend,
    Ready,
}

/// Faults of served packs that were refused: (file, faults).
pub type RefusedPacks = RwSignal<Vec<(String, Vec<Fault>)>>;

/// Why a log-in did not work, for the log-in page to word.
#[derive(Debug, Clone, PartialEq)]
pub enum LogInFault {
    Wrong,
    TooMany(u32),
    NoNetwork,
    Refused(Problem),
}

/// Finds out which backend it is and who is here, and opens his desk.
pub fn start(desk: Desk, stage: RwSignal<Stage>, refused: RefusedPacks) {
    spawn_local(async move {
        let (backend, faulty) = backend::in_force().await;
        desk.refused_connectors.set(faulty);
        let backend = Arc::new(backend);
        desk.backend.set(Some(backend.clone()));
        match who(desk, &backend).await {
            Some(person) => enter(desk, stage, refused, person).await,
            None => {
                stage.set(Stage::LogIn);
                load_packs(desk, refused, None).await;
            }
        }
    });
}

async fn who(desk: Desk, backend: &Backend) -> Option<Session> {
    match backend.connector.auth_style() {
        Style::Session if setting(&kept(LOG_OUT_OWED, backend)).is_some() => {
            tell_log_out(backend).await;
            None
        }
        Style::Session => match session::current(&FetchNet).await {
            Ok(account) => read(account),
            Err(SessionError::NoSession) => None,
            Err(_) => remembered(backend),
        },
        Style::None => remembered(backend),
        Style::Basic | Style::LogIn => {
            let person = remembered(backend)?;
            let headers =
                tab_setting(&kept(ACCESS, backend)).and_then(|text| serde_json::from_str::<Headers>(&text).ok());
            match headers {
                Some(headers) => desk.net.with_value(|net| net.carry(headers)),
                // Another tab, or the browser was closed: only with no network may he go on without logging in.
                None if within(ANSWER_MS, access::answers(&backend.connector)).await == Some(true) => return None,
                None => {}
            }
            Some(person)
        }
    }
}

/// A setting of that name, for one backend.
fn kept(name: &str, backend: &Backend) -> String {
    format!("{name}/{}", backend.key)
}

/// Logs in and opens the person's desk.
///
/// # Errors
/// [`LogInFault`].
pub async fn log_in(
    desk: Desk,
    stage: RwSignal<Stage>,
    refused: RefusedPacks,
    user: &str,
    password: &str,
) -> Result<(), LogInFault> {
    let (person, headers) = ask(desk, user, password).await?;
    carry(desk, headers);
    enter(desk, stage, refused, person).await;
    Ok(())
}

/// Logs the same person in again after the session had ended; the queue goes on.
///
/// # Errors
/// [`LogInFault`]; somebody else is `Wrong`.
pub async fn log_in_again(desk: Desk, user: &str, password: &str) -> Result<(), LogInFault> {
    let (person, headers) = ask(desk, user, password).await?;
    if desk.session.with_untracked(|s| s.as_ref().is_none_or(|s| s.id != person.id)) {
        return Err(LogInFault::Wrong);
    }
    carry(desk, headers);
    if desk.resume(&person.id) { Ok(()) } else { Err(LogInFault::Wrong) }
}

/// Ends the session and shows the log-in page.
pub async fn log_out(desk: Desk, stage: RwSignal<Stage>) {
    end(desk).await;
    stage.set(Stage::LogIn);
}

/// Ends the session here and at the backend; customer data leave the device, unsent work stays.
pub async fn end(desk: Desk) {
    let Some(backend) = desk.backend.get_untracked() else { return };
    set_setting(&kept(LAST_SESSION, &backend), None);
    set_tab_setting(&kept(ACCESS, &backend), None);
    let session = backend.connector.auth_style() == Style::Session;
    if session {
        // Noted first: a tab that is closed half-way must not let the next one in.
        set_setting(&kept(LOG_OUT_OWED, &backend), Some("1"));
    }
    desk.disconnect(false).await;
    desk.net.with_value(|net| net.carry(Headers::new()));
    if session {
        tell_log_out(&backend).await;
    }
}

/// With no network the backend is told at the next start; until then the cookie is not used.
async fn tell_log_out(backend: &Backend) {
    set_setting(&kept(LOG_OUT_OWED, backend), Some("1"));
    if session::log_out(&FetchNet).await.is_ok() {
        set_setting(&kept(LOG_OUT_OWED, backend), None);
    }
}

async fn ask(desk: Desk, user: &str, password: &str) -> Result<(Session, Headers), LogInFault> {
    let Some(backend) = desk.backend.get_untracked() else { return Err(LogInFault::NoNetwork) };
    get_in(&backend, user, password).await
}

/// Logs in at a backend, whichever way it wants it.
///
/// # Errors
/// [`LogInFault`].
pub async fn get_in(backend: &Backend, user: &str, password: &str) -> Result<(Session, Headers), LogInFault> {
    let found = access::log_in(&backend.connector, user, password).await;
    let strange = || SessionError::Offline(NetError("the answer describes no person".into()));
    match found.and_then(|(person, headers)| Ok((read(person).ok_or_else(strange)?, headers))) {
        Ok(found) => Ok(found),
        Err(SessionError::NoSession) => Err(LogInFault::Wrong),
        Err(SessionError::TooMany { after_secs }) => Err(LogInFault::TooMany(after_secs)),
        Err(SessionError::Offline(_)) => Err(LogInFault::NoNetwork),
        Err(SessionError::Refused(problem)) => Err(LogInFault::Refused(problem)),
    }
}

/// What the log-in gave goes with every request from now on, also after this tab was loaded again.
fn carry(desk: Desk, headers: Headers) {
    if let Some(backend) = desk.backend.get_untracked()
        && !headers.is_empty()
    {
        let text = serde_json::to_string(&headers).ok();
        set_tab_setting(&kept(ACCESS, &backend), text.as_deref());
    }
    desk.net.with_value(|net| net.carry(headers));
}

async fn enter(desk: Desk, stage: RwSignal<Stage>, refused: RefusedPacks, person: Session) {
    if let Some(backend) = desk.backend.get_untracked() {
        if let Ok(text) = serde_json::to_string(&person) {
            set_setting(&kept(LAST_SESSION, &backend), Some(&text));
        }
        set_setting(&kept(LOG_OUT_OWED, &backend), None);
        // What was left behind here is in the outbox again.
        backend::note_left(&backend, &person.id, 0);
    }
    load_packs(desk, refused, person.profile.policy.as_deref()).await;
    desk.connect(person).await;
    stage.set(Stage::Ready);
}

async fn load_packs(desk: Desk, refused: RefusedPacks, in_force: Option<&str>) {
    let loaded = packs::load(in_force).await;
    refused.set(loaded.refused);
    desk.set_policies(loaded.policies);
}

fn read(account: serde_json::Value) -> Option<Session> {
    Session::deserialize(account).ok().filter(|s| !s.id.is_empty())
}

fn remembered(backend: &Backend) -> Option<Session> {
    serde_json::from_str(&setting(&kept(LAST_SESSION, backend))?).ok()
}
