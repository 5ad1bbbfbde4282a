//! What can be chosen about a server, with defaults for one site. Not here: the command line (see `main.rs`).

use std::path::PathBuf;
use std::time::Duration;

use super::connect;
use crate::{Error, Result, Roles, Store};

/// The collections of the desk.
pub const DEFAULT_COLLECTIONS: [&str; 9] =
    ["customers", "cases", "interactions", "messages", "callbacks", "seats", "policies", "tickets", "connectors"];

/// Names below `/api` that are not collections.
const RESERVED: [&str; 4] = ["changes", "health", "session", "users"];

/// A server's configuration. Start from [`Config::new`] and change what differs.
#[derive(Clone)]
pub struct Config {
    pub store: Store,
    /// The folder of the desk's files; `None` serves the API only.
    pub site: Option<PathBuf>,
    pub collections: Vec<String>,
    pub roles: Roles,
    /// The largest request body, in bytes.
    pub max_body: usize,
    /// Requests a second for one session (or, without one, one address); 0 switches the limit off.
    pub rate: f64,
    /// Requests at once before `rate` binds.
    pub burst: f64,
    /// Failed log-ins for one user at once; after that one a minute.
    pub login_burst: f64,
    /// Failed log-ins from one address at once; after that one in five seconds. An office may share one address.
    pub login_burst_per_address: f64,
    /// How often an idle change feed sends a comment (so that proxies do not close it) and looks whether its session still holds.
    pub heartbeat: Duration,
    /// Send the cookie over https only: set it when a proxy in front speaks TLS.
    pub secure_cookie: bool,
    /// A connector file that is served as `/connector/baton.json` instead of the site's own: the backend that every desk uses.
    pub connector: Option<PathBuf>,
    /// Origins of other backends that the desk may call; those that `connector` names are added by themselves.
    pub connect: Vec<String>,
    /// Take the client's address from the last entry of `X-Forwarded-For`: set it only behind a proxy that writes that header.
    pub trust_proxy: bool,
}

impl Config {
    /// The defaults: no site, the desk's collections, the built-in roles, 1 MiB, 50 requests a second with bursts of 200.
    ///
    /// # Errors
    /// Never in a released program (the built-in table of roles is tested).
    pub fn new(store: Store) -> Result<Self> {
        Ok(Self {
            store,
            site: None,
            collections: DEFAULT_COLLECTIONS.map(str::to_owned).to_vec(),
            roles: Roles::built_in().map_err(Error::Config)?,
            max_body: 1 << 20,
            rate: 50.0,
            burst: 200.0,
            login_burst: 8.0,
            login_burst_per_address: 40.0,
            heartbeat: Duration::from_secs(15),
            secure_cookie: false,
            connector: None,
            connect: Vec::new(),
            trust_proxy: false,
        })
    }

    /// Every origin beside the site's own that the desk may call.
    ///
    /// # Errors
    /// One of them is no origin, or the connector file cannot be read.
    pub fn origins(&self) -> Result<Vec<String>> {
        let mut all = match &self.connector {
            Some(file) => connect::origins_of(file)?,
            None => Vec::new(),
        };
        for address in &self.connect {
            let origin = connect::origin(address)?;
            if !all.contains(&origin) {
                all.push(origin);
            }
        }
        Ok(all)
    }

    /// Checks what the types cannot.
    ///
    /// # Errors
    /// A collection's name is not usable, a number is out of range, the site is not a folder, an origin is none, or the
    /// connector file cannot be read.
    pub fn check(&self) -> Result<()> {
        for name in &self.collections {
            let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            if name.is_empty() || name.len() > 64 || !name.chars().all(allowed) {
                return Err(Error::Config(format!(
                    "{name:?} cannot name a collection: 1 to 64 characters of a-z 0-9 -"
                )));
            }
            if RESERVED.contains(&name.as_str()) {
                return Err(Error::Config(format!("{name:?} cannot name a collection: the API uses it")));
            }
        }
        let numbers = [
            ("rate", self.rate, 0.0),
            ("burst", self.burst, 1.0),
            ("log-in burst", self.login_burst, 1.0),
            ("log-in burst per address", self.login_burst_per_address, 1.0),
        ];
        for (name, number, least) in numbers {
            if !number.is_finite() || number < least {
                return Err(Error::Config(format!("the {name} must be {least} or more, not {number}")));
            }
        }
        if let Some(site) = &self.site
            && !site.is_dir()
        {
            return Err(Error::Config(format!("the site {} is not a folder", site.display())));
        }
        self.origins().map(drop)
    }
}
