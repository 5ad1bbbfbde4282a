//! How the desk starts: rules first, then who is at the desk (asked of the backend, or remembered when there is no
//! network), then the person's own store. Also log-in and log-out.

use baton_sync::net::Problem;
use leptos::prelude::*;
use serde::Deserialize as _;
use wasm_bindgen_futures::spawn_local;

use super::browser::{set_setting, setting};
use super::packs;
use super::session::Session;
use super::state::Desk;
use crate::net::FetchNet;
use crate::net::session::{self, SessionError};
use baton_engine::policy::Fault;

/// Who was at this desk last and has not logged out: he may go on with no network.
const LAST_SESSION: &str = "baton-session";

/// Set until the backend has heard of a log-out: its cookie is still good, and must not let the next person in.
const LOG_OUT_OWED: &str = "baton-log-out-owed";

/// Where the start stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stage {
    #[default]
    Starting,
    LogIn,
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

/// Finds out who is here and opens his desk.
pub fn start(desk: Desk, stage: RwSignal<Stage>, refused: RefusedPacks) {
    spawn_local(async move {
        let person = if setting(LOG_OUT_OWED).is_some() {
            tell_log_out().await;
            None
        } else {
            match session::current(&FetchNet).await {
                Ok(account) => read(account),
                Err(SessionError::NoSession) => None,
                Err(_) => remembered(),
            }
        };
        match person {
            Some(person) => enter(desk, stage, refused, person).await,
            None => {
                stage.set(Stage::LogIn);
                load_packs(desk, refused, None).await;
            }
        }
    });
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
    let person = ask(user, password).await?;
    enter(desk, stage, refused, person).await;
    Ok(())
}

/// Logs the same person in again after the session had ended; the queue goes on.
///
/// # Errors
/// [`LogInFault`]; somebody else is `Wrong`.
pub async fn log_in_again(desk: Desk, user: &str, password: &str) -> Result<(), LogInFault> {
    let person = ask(user, password).await?;
    if desk.resume(&person.id) { Ok(()) } else { Err(LogInFault::Wrong) }
}

/// Ends the session here and at the backend; customer data leave the device, unsent work stays.
pub async fn log_out(desk: Desk, stage: RwSignal<Stage>) {
    set_setting(LAST_SESSION, None);
    // Noted first: a tab that is closed half-way must not let the next one in.
    set_setting(LOG_OUT_OWED, Some("1"));
    desk.disconnect(false).await;
    tell_log_out().await;
    stage.set(Stage::LogIn);
}

/// With no network the backend is told at the next start; until then the cookie is not used.
async fn tell_log_out() {
    set_setting(LOG_OUT_OWED, Some("1"));
    if session::log_out(&FetchNet).await.is_ok() {
        set_setting(LOG_OUT_OWED, None);
    }
}

async fn ask(user: &str, password: &str) -> Result<Session, LogInFault> {
    match session::log_in(&FetchNet, user, password).await {
        Ok(account) => read(account).ok_or(LogInFault::NoNetwork),
        Err(SessionError::NoSession) => Err(LogInFault::Wrong),
        Err(SessionError::TooMany { after_secs }) => Err(LogInFault::TooMany(after_secs)),
        Err(SessionError::Offline(_)) => Err(LogInFault::NoNetwork),
        Err(SessionError::Refused(problem)) => Err(LogInFault::Refused(problem)),
    }
}

async fn enter(desk: Desk, stage: RwSignal<Stage>, refused: RefusedPacks, person: Session) {
    if let Ok(text) = serde_json::to_string(&person) {
        set_setting(LAST_SESSION, Some(&text));
    }
    set_setting(LOG_OUT_OWED, None);
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

fn remembered() -> Option<Session> {
    serde_json::from_str(&setting(LAST_SESSION)?).ok()
}
