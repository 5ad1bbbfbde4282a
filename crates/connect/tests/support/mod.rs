//! Baton's own backend in this process, and the shipped connector file.
#![allow(clippy::unwrap_used, dead_code)]

use std::time::Duration;

use baton_backend::{Account, Config, NewAccount, Store};
use baton_sync::Connector;
use baton_sync::selftest::Watch;
use tempfile::TempDir;

pub struct Server {
    pub base: String,
    pub store: Store,
    _folder: TempDir,
}

impl Server {
    pub async fn start() -> Server {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("baton.db")).unwrap();
        for role in ["lead", "agent"] {
            let account =
                Account { id: role.into(), name: role.into(), role: role.into(), profile: Default::default() };
            store.add_user(NewAccount { account, password: "correct horse".into() }).unwrap();
        }
        let mut config = Config::new(store.clone()).unwrap();
        config.burst = 400.0;
        config.rate = 2000.0;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(baton_backend::serve(config, listener, std::future::pending()));
        Server { base, store, _folder: folder }
    }
}

pub fn shipped(name: &str) -> std::path::PathBuf {
    format!("{}/../../public/connector/{name}.json", env!("CARGO_MANIFEST_DIR")).into()
}

pub fn connector() -> Connector {
    Connector::read(&std::fs::read_to_string(shipped("baton")).unwrap()).unwrap()
}

/// Waits as it is told.
pub struct Patient;

impl Watch for Patient {
    async fn wait(&self, ms: u32) {
        tokio::time::sleep(Duration::from_millis(ms.into())).await;
    }
}
