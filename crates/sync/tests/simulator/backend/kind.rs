//! The kinds of backends that can be had, and what each promises.

use baton_sync::Connector;
use serde_json::Value;

use super::Backend;
use super::baton::Baton;
use super::couchdb::CouchDb;
use super::json_server::JsonServer;
use super::kinto::Kinto;
use super::pocketbase::PocketBase;
use super::postgrest::PostgRest;
use super::tmf::Tmf;
use crate::audit::Rigour;
use crate::people::public;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Baton,
    JsonServer,
    Kinto,
    /// Kinto on PostgreSQL as it comes: two may win. Its connector says so, as the self-test would have it.
    RacyKinto,
    CouchDb,
    PocketBase,
    PostgRest,
    Tmf,
}

struct Shipped {
    base: String,
    connector: Connector,
}

thread_local! {
    static SHIPPED: Vec<Shipped> = Kind::ALL.iter().map(|kind| kind.read()).collect();
}

impl Kind {
    pub const ALL: [Kind; 8] = [
        Kind::Baton,
        Kind::JsonServer,
        Kind::Kinto,
        Kind::RacyKinto,
        Kind::CouchDb,
        Kind::PocketBase,
        Kind::PostgRest,
        Kind::Tmf,
    ];

    pub fn of(seed: u64) -> Kind {
        Kind::ALL[usize::try_from(seed % Kind::ALL.len() as u64).unwrap_or(0)]
    }

    pub fn name(self) -> &'static str {
        match self {
            Kind::Baton => "baton",
            Kind::JsonServer => "json-server",
            Kind::Kinto => "kinto",
            Kind::RacyKinto => "racy-kinto",
            Kind::CouchDb => "couchdb",
            Kind::PocketBase => "pocketbase",
            Kind::PostgRest => "postgrest",
            Kind::Tmf => "tmf",
        }
    }

    pub fn named(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The connector file that ships for it, with what the self-test would have found.
    fn read(self) -> Shipped {
        let file = if self == Kind::RacyKinto { Kind::Kinto } else { self };
        let text = public(&format!("connector/{}.json", file.name()));
        let mut json: Value = serde_json::from_str(&text).expect("JSON");
        if self == Kind::RacyKinto {
            json["promises"]["cas"] = "doubtful".into();
        }
        // Fewer polls, so that a run is short; lists of everything often where they are needed, and else seldom, so that
        // they do not hide what a cursor misses.
        if json["feed"]["style"] == "poll" {
            json["feed"]["everyMs"] = 60_000.into();
        }
        if json.get("reconcile").is_some() {
            json["reconcile"]["everyMs"] = if self.is_soon_whole() { 600_000 } else { 180_000 }.into();
        }
        // Small pages, so that a list takes several requests.
        if self != Kind::Tmf {
            json["list"]["limit"] = 4.into();
        }
        let base = json["base"].as_str().unwrap_or_default().trim_end_matches('/').to_owned();
        let connector =
            Connector::read(&json.to_string()).unwrap_or_else(|faults| panic!("{}: {faults:?}", self.name()));
        Shipped { base: format!("{base}/"), connector }
    }

    fn shipped<T>(self, look: impl FnOnce(&Shipped) -> T) -> T {
        let place = Kind::ALL.iter().position(|kind| *kind == self).expect("a kind of ours");
        SHIPPED.with(|all| look(&all[place]))
    }

    pub fn rigour(self) -> Rigour {
        match self {
            Kind::Baton | Kind::Kinto | Kind::CouchDb | Kind::PostgRest => Rigour::Versions,
            Kind::JsonServer | Kind::RacyKinto | Kind::PocketBase => Rigour::Journal,
            Kind::Tmf => Rigour::Fields,
        }
    }

    /// Of many creates of one id exactly one gets through. Where not, a create that arrives after its sender has given
    /// up, or one of somebody else with the same id, makes a second document, and no client can help that.
    pub fn creates_once(self) -> bool {
        self != Kind::Tmf
    }

    /// Everything is listed again now and then.
    pub fn sweeps(self) -> bool {
        self.connector().reconcile_ms().is_some()
    }

    /// Lists since a cursor miss nothing: what is there is known soon, without listing everything.
    pub fn is_soon_whole(self) -> bool {
        match self {
            Kind::Baton | Kind::Kinto | Kind::RacyKinto | Kind::CouchDb | Kind::PostgRest => true,
            Kind::JsonServer | Kind::PocketBase | Kind::Tmf => false,
        }
    }

    pub fn backend(self) -> Box<dyn Backend> {
        let base = self.shipped(|shipped| shipped.base.clone());
        match self {
            Kind::Baton => Box::new(Baton::default()),
            Kind::JsonServer => Box::new(JsonServer::new(&base)),
            Kind::Kinto => Box::new(Kinto::new(&base, false)),
            Kind::RacyKinto => Box::new(Kinto::new(&base, true)),
            Kind::CouchDb => Box::new(CouchDb::new(&base)),
            Kind::PocketBase => Box::new(PocketBase::new(&base)),
            Kind::PostgRest => Box::new(PostgRest::new(&base)),
            Kind::Tmf => Box::new(Tmf::new(self.connector())),
        }
    }

    pub fn connector(self) -> Connector {
        self.shipped(|shipped| shipped.connector.clone())
    }
}
