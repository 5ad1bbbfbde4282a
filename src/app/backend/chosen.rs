//! Which backend this desk works on: the one chosen on this device, else the one that the site serves, else the shipped one.
//! A file that was good once is kept, so that a desk with no network starts on the same backend as yesterday.

use baton_sync::Connector;
use baton_sync::connector::Fault;
use baton_sync::net::{Net, Request};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::app::browser::{set_setting, setting};
use crate::net::{FetchNet, within};

/// The connector that ships with the app: used where none is served, and when the served one is faulty.
const SHIPPED: &str = include_str!("../../../public/connector/baton.json");

/// Where the site serves the connector for everybody.
pub const SERVED: &str = "/connector/baton.json";

/// How long to wait for it, milliseconds: a desk with no network must start.
const WAIT_MS: u32 = 3_000;

/// The file chosen on this device.
const ON_DEVICE: &str = "baton-backend";

/// The last good file that the site served.
const LAST_SERVED: &str = "baton-backend-served";

/// Work that waits for backends that this desk was switched away from.
const LEFT: &str = "baton-backend-left";

/// Who decided on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    Device,
    Site,
    Shipped,
}

/// A backend to work on.
#[derive(Debug, Clone)]
pub struct Backend {
    pub connector: Connector,
    /// Its file as it was written.
    pub text: String,
    pub from: From,
    /// Names it in this device's storage; see [`key`].
    pub key: String,
    /// Its address, as the file says.
    pub base: String,
    /// Where and how one logs in: a log-in holds as long as this stays the same.
    pub door: String,
}

/// The text is the file: what is made of it is the same.
impl PartialEq for Backend {
    fn eq(&self, other: &Backend) -> bool {
        self.text == other.text && self.from == other.from
    }
}

impl Backend {
    /// # Errors
    /// Every fault of the file.
    pub fn read(text: &str, from: From) -> Result<Backend, Vec<Fault>> {
        let connector = Connector::read(text)?;
        let value: Value = serde_json::from_str(text).unwrap_or_default();
        let word = |at: &str| value.pointer(at).and_then(Value::as_str);
        let key = key(word("/name").unwrap_or_default(), word("/base").unwrap_or_default());
        let base = word("/base").unwrap_or_default().to_owned();
        let door = format!("{} {}", word("/base").unwrap_or_default(), value.get("auth").unwrap_or_default());
        Ok(Backend { connector, text: text.to_owned(), from, key, base, door })
    }

    pub fn shipped() -> Backend {
        Backend::read(SHIPPED, From::Shipped).unwrap_or_else(|faults| panic!("the shipped connector: {faults:?}"))
    }
}

/// Names a backend in this device's storage. It stays the same while name and address do, so that what waits for a
/// backend is found again after working on another one.
pub fn key(name: &str, base: &str) -> String {
    if (name, base) == ("Baton", "/api") { "baton".to_owned() } else { format!("{name} {base}") }
}

/// Faults of a file that could not be used; no address: the one chosen on this device.
pub type Refused = (Option<String>, Vec<Fault>);

/// The backend in force, and what could not be used on the way to it.
pub async fn in_force() -> (Backend, Vec<Refused>) {
    let mut refused = Vec::new();
    if let Some(text) = setting(ON_DEVICE) {
        match Backend::read(&text, From::Device) {
            Ok(backend) => return (backend, refused),
            Err(faults) => refused.push((None, faults)),
        }
    }
    if let Some(text) = within(WAIT_MS, fetch(SERVED)).await.flatten() {
        match Backend::read(&text, From::Site) {
            Ok(backend) => {
                set_setting(LAST_SERVED, Some(&text));
                return (backend, refused);
            }
            Err(faults) => refused.push((Some(SERVED.to_owned()), faults)),
        }
    }
    let kept = setting(LAST_SERVED).and_then(|text| Backend::read(&text, From::Site).ok());
    (kept.unwrap_or_else(Backend::shipped), refused)
}

/// The text of a connector file of this site, if it can be had.
pub async fn fetch(url: &str) -> Option<String> {
    let request = Request { method: "GET".into(), url: url.into(), headers: Vec::new(), body: None };
    let response = FetchNet.send(request).await.ok()?;
    // An app's own addresses answer with its page.
    (response.status == 200 && response.body.trim_start().starts_with('{')).then_some(response.body)
}

/// The file chosen on this device, good or not.
pub fn on_device() -> Option<String> {
    setting(ON_DEVICE)
}

/// From the next start on, this device works on that backend. False: this browser keeps nothing.
pub fn choose(text: &str) -> bool {
    set_setting(ON_DEVICE, Some(text));
    setting(ON_DEVICE).as_deref() == Some(text)
}

/// From the next start on, this device works on the backend that the site serves.
pub fn choose_served() {
    set_setting(ON_DEVICE, None);
}

/// Work of a person that waits on this device for a backend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Left {
    pub key: String,
    pub name: String,
    pub person: String,
    pub count: usize,
}

/// What waits for backends that this desk was switched away from.
pub fn left() -> Vec<Left> {
    setting(LEFT).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// Notes what a person leaves behind at a backend; nothing when he is back there, or leaves nothing.
pub fn note_left(backend: &Backend, person: &str, count: usize) {
    let mut all = left();
    all.retain(|l| l.key != backend.key || l.person != person);
    if count > 0 {
        all.push(Left {
            key: backend.key.clone(),
            name: backend.connector.name.clone(),
            person: person.to_owned(),
            count,
        });
    }
    let text = (!all.is_empty()).then(|| serde_json::to_string(&all).ok()).flatten();
    set_setting(LEFT, text.as_deref());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_file_is_good_and_its_database_keeps_its_name() {
        assert_eq!(Backend::shipped().key, "baton");
        assert_ne!(key("Baton", "https://elsewhere/api"), key("Baton", "/api"));
        assert_ne!(key("Kinto", "/v1"), key("Kinto 2", "/v1"));
    }

    #[test]
    fn a_faulty_file_is_told_with_every_fault() {
        let faults = Backend::read(&SHIPPED.replace("\"/id\"", "7").replace("\"PUT\"", "\"PAINT\""), From::Device);
        assert!(faults.is_err_and(|f| f.len() >= 2));
    }
}
