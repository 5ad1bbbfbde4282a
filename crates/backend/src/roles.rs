//! Who may do what: a table from role and action to collections. Data, replaceable as a whole; the built-in one is `roles.json`.
//! Not here: who somebody is.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer};

/// The name under which a table grants access to the accounts. `*` does not include it.
pub const USERS: &str = "users";

const BUILT_IN: &str = include_str!("roles.json");

/// What can be done to a collection. `Write` replaces documents that exist, `Create` makes new ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Read,
    Create,
    Write,
    Delete,
}

impl Action {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Create => "create",
            Self::Write => "write",
            Self::Delete => "delete",
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Grants {
    read: Names,
    create: Names,
    write: Names,
    delete: Names,
}

impl Grants {
    fn of(&self, action: Action) -> &BTreeSet<String> {
        match action {
            Action::Read => &self.read.0,
            Action::Create => &self.create.0,
            Action::Write => &self.write.0,
            Action::Delete => &self.delete.0,
        }
    }
}

/// A list of collections; the text `"*"` alone means the list of it.
#[derive(Debug, Clone, Default)]
struct Names(BTreeSet<String>);

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a list of collections is an array of strings or \"*\"")]
        enum Either {
            Star(String),
            List(BTreeSet<String>),
        }
        match Either::deserialize(input)? {
            Either::List(names) => Ok(Self(names)),
            Either::Star(star) if star == "*" => Ok(Self(BTreeSet::from([star]))),
            Either::Star(other) => Err(serde::de::Error::custom(format!(
                "a list of collections is an array of strings or \"*\", not {other:?}"
            ))),
        }
    }
}

/// The table of roles.
#[derive(Debug, Clone)]
pub struct Roles(BTreeMap<String, Grants>);

impl Roles {
    /// Reads a table: `{role: {"read": [collection…] or "*", "create": …, "write": …, "delete": …}}`. What is left out is not allowed.
    /// `*` is every collection of documents; the accounts have to be named as `users`.
    ///
    /// # Errors
    /// Says what is wrong and at which line.
    pub fn parse(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map(Self).map_err(|error| error.to_string())
    }

    /// The built-in table: agent, lead, kiosk, admin.
    ///
    /// # Errors
    /// Never in a released program: the built-in table is tested.
    pub fn built_in() -> Result<Self, String> {
        Self::parse(BUILT_IN)
    }

    #[must_use]
    pub fn knows(&self, role: &str) -> bool {
        self.0.contains_key(role)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// An unknown role may do nothing.
    #[must_use]
    pub fn allow(&self, role: &str, action: Action, collection: &str) -> bool {
        self.0.get(role).is_some_and(|grants| {
            let names = grants.of(action);
            names.contains(collection) || (collection != USERS && names.contains("*"))
        })
    }

    /// Names in the table that are neither a known collection nor `users` nor `*`: slips of the pen.
    #[must_use]
    pub fn strangers(&self, collections: &[String]) -> Vec<String> {
        let known = |name: &String| name == "*" || name == USERS || collections.contains(name);
        let all = self.0.values().flat_map(|grants| {
            [&grants.read, &grants.create, &grants.write, &grants.delete].into_iter().flat_map(|names| &names.0)
        });
        all.filter(|name| !known(name)).cloned().collect::<BTreeSet<_>>().into_iter().collect()
    }
}
