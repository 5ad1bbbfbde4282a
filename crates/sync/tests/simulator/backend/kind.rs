//! The kinds of backends that can be had, and what each promises.

use baton_sync::Connector;

use super::{Backend, Baton};
use crate::people::public;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Baton,
}

thread_local! {
    static CONNECTORS: Vec<Connector> = Kind::ALL
        .iter()
        .map(|kind| Connector::read(&public(&format!("connector/{}.json", kind.file()))).expect("a sound connector"))
        .collect();
}

impl Kind {
    pub const ALL: [Kind; 1] = [Kind::Baton];

    pub fn of(seed: u64) -> Kind {
        Kind::ALL[usize::try_from(seed % Kind::ALL.len() as u64).unwrap_or(0)]
    }

    pub fn name(self) -> &'static str {
        match self {
            Kind::Baton => "baton",
        }
    }

    pub fn named(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The connector file that ships for it.
    fn file(self) -> &'static str {
        match self {
            Kind::Baton => "baton",
        }
    }

    /// Every version builds on the one before: nothing may drop out.
    pub fn is_strict(self) -> bool {
        match self {
            Kind::Baton => true,
        }
    }

    pub fn backend(self) -> Box<dyn Backend> {
        match self {
            Kind::Baton => Box::new(Baton::default()),
        }
    }

    pub fn connector(self) -> Connector {
        CONNECTORS.with(|all| all[self as usize].clone())
    }
}
