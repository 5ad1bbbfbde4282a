//! Who is at the desk: the logged-in person as the backend knows him, and the actor made of him.

use baton_engine::model::{Actor, Role};
use serde::{Deserialize, Serialize};

/// The answer of `GET /api/session`. `profile` is what the operator keeps about a person's place of work.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Session {
    pub id: String,
    pub name: String,
    pub role: Role,
    pub profile: Profile,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Profile {
    /// Organisation id of the policy pack.
    pub org: String,
    pub desk: Option<String>,
    pub seat: Option<String>,
    pub skills: Vec<String>,
    /// Policy pack in force for this person.
    pub policy: Option<String>,
}

impl Session {
    pub fn actor(&self) -> Actor {
        Actor {
            id: self.id.clone(),
            name: self.name.clone(),
            org: self.profile.org.clone(),
            role: self.role,
            seat: self.profile.seat.clone(),
        }
    }
}
