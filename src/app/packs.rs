//! Which policy packs the desk works with: those served, and beside them every good version that this device has
//! seen, so that a case keeps the rules under which it was taken. A pack with faults is refused whole; the last good
//! one stays in force.

use baton_engine::policy::{Fault, PackLoader, Policies};
use baton_sync::net::{Net, Request};

use super::browser::{set_setting, setting};
use crate::net::FetchNet;

/// Packs that ship with the desk, bases first. The last one is in force unless the person's profile names another.
const NAMES: [&str; 2] = ["china-mobile-td", "dongguan-expert-desk"];

/// Local setting with the versions kept of a pack, newest last, each `id@version`.
const KEPT: &str = "baton-packs";

/// What loading gave.
pub struct Loaded {
    pub policies: Policies,
    /// Faults of served packs that were refused: (file, faults).
    pub refused: Vec<(String, Vec<Fault>)>,
}

fn last_good(name: &str) -> String {
    format!("baton-pack/{name}")
}

/// Reads the served packs; each that cannot be had or has faults is replaced by its last good version.
pub async fn load(in_force: Option<&str>) -> Loaded {
    let mut refused = Vec::new();
    let mut policies = Policies::default();
    for kept in setting(KEPT).unwrap_or_default().lines() {
        if let Some(text) = setting(&format!("baton-pack/{kept}")) {
            insert_kept(&mut policies, &text);
        }
    }
    let mut good = PackLoader::new();
    // Texts of `good`, bases first: what a version needs to be read again later.
    let mut texts: Vec<(String, String)> = Vec::new();
    for name in NAMES {
        let text = match fetch(name).await {
            Some(text) => match try_pack(&good, name, &text) {
                Ok(()) => {
                    set_setting(&last_good(name), Some(&text));
                    Some(text)
                }
                Err(faults) => {
                    refused.push((format!("/policy/{name}.json"), faults));
                    setting(&last_good(name))
                }
            },
            None => setting(&last_good(name)),
        };
        let Some(text) = text else { continue };
        if good.add(name, &text).is_ok()
            && let Ok(policy) = good.load(name)
        {
            texts.push((name.to_owned(), text));
            keep(&format!("{name}@{}", policy.version), &texts);
            policies.insert(policy);
        }
    }
    let wanted = in_force.unwrap_or(NAMES[1]);
    if !policies.put_in_force(wanted) {
        policies.put_in_force(NAMES[0]);
    }
    Loaded { policies, refused }
}

fn try_pack(good: &PackLoader, name: &str, text: &str) -> Result<(), Vec<Fault>> {
    let mut trial = good.clone();
    trial.add(name, text)?;
    trial.load(name).map(|_| ())
}

/// Keeps a version together with the bases that it needs.
fn keep(version: &str, texts: &[(String, String)]) {
    let mut kept: Vec<String> = setting(KEPT).unwrap_or_default().lines().map(str::to_owned).collect();
    if let Ok(json) = serde_json::to_string(texts) {
        set_setting(&format!("baton-pack/{version}"), Some(&json));
    }
    if !kept.iter().any(|k| k == version) {
        kept.push(version.to_owned());
        set_setting(KEPT, Some(&kept.join("\n")));
    }
}

fn insert_kept(policies: &mut Policies, json: &str) {
    let Ok(parts) = serde_json::from_str::<Vec<(String, String)>>(json) else { return };
    let mut loader = PackLoader::new();
    let mut last = None;
    for (name, text) in &parts {
        if let Ok(id) = loader.add(name, text) {
            last = Some(id);
        }
    }
    if let Some(policy) = last.and_then(|id| loader.load(&id).ok()) {
        policies.insert(policy);
    }
}

async fn fetch(name: &str) -> Option<String> {
    let request =
        Request { method: "GET".into(), url: format!("/policy/{name}.json"), headers: Vec::new(), body: None };
    let response = FetchNet.send(request).await.ok()?;
    (response.status == 200).then_some(response.body)
}
