//! Baton's sync as a side of the first-sync benchmark: the app's own ledger, syncer, fetch and IndexedDB store, on a page
//! without views. No timing and no judging: the page and the harness do both.
#![cfg(target_arch = "wasm32")]

use std::rc::Rc;
use std::sync::Arc;

use baton::net::{BrowserClock, BrowserRng, FetchNet};
use baton::store::DeskStore;
use baton_engine::model::Collection;
use baton_engine::policy::Policies;
use baton_sync::store::{Batch, DocRecord, Store};
use baton_sync::{Connector, Ledger, Step, Syncer};
use wasm_bindgen::prelude::*;

const CONNECTOR: &str = include_str!("../../../public/connector/baton.json");
const BACKEND: &str = "bench";
const PERSON: &str = "bench";
/// Documents that a person sees first.
const FRONT: usize = 300;

/// The first sync into durable storage: everything that the backend lists.
///
/// # Errors
/// The store is not durable, or the backend does not answer.
#[wasm_bindgen(js_name = firstSync)]
pub async fn first_sync() -> Result<(), JsValue> {
    let ledger = Rc::new(open().await?);
    ledger.take_lead("bench".into()).await.map_err(text)?;
    let connector = Connector::read(CONNECTOR).map_err(text)?;
    let collections = connector.collections().count();
    let syncer = Syncer::new(ledger.clone(), connector, FetchNet, BrowserClock, BrowserRng, PERSON.into());
    while syncer.status().first_sync != (collections, collections) {
        if syncer.step().await != Step::Worked {
            return Err(text(syncer.status().problem));
        }
    }
    Ok(())
}

/// Stores so many documents of about 1 kB, a page at a time.
///
/// # Errors
/// The store is not durable, or full.
#[wasm_bindgen(js_name = storeMany)]
pub async fn store_many(pages: Vec<JsValue>) -> Result<(), JsValue> {
    let store = durable().await?;
    let mut number = 0;
    for page in pages {
        let text_of = page.as_string().unwrap_or_default();
        let docs: Vec<DocRecord> = text_of.lines().map(|raw| record(&mut number, raw)).collect();
        store.commit(Batch { docs, ..Batch::default() }).await.map_err(text)?;
    }
    Ok(())
}

/// Remembers some documents as the ones to show first.
///
/// # Errors
/// The store failed.
#[wasm_bindgen(js_name = putFront)]
pub async fn put_front() -> Result<(), JsValue> {
    let ledger = open().await?;
    while !ledger.is_whole() {
        ledger.load_more().await.map_err(text)?;
    }
    let keys: Vec<_> = ledger
        .replica()
        .documents(Collection::Cases)
        .take(FRONT)
        .map(|d| (d.collection(), d.id().to_owned()))
        .collect();
    ledger.put_front(&keys).await.map_err(text)
}

/// What a person waits for at the next start: the store opened, and the documents of the front readable. Gives how many.
///
/// # Errors
/// The store cannot be read.
#[wasm_bindgen]
pub struct Opened(Ledger<DeskStore>);

#[wasm_bindgen]
impl Opened {
    /// # Errors
    /// The store cannot be read.
    pub async fn open() -> Result<Opened, JsValue> {
        Ok(Opened(open().await?))
    }

    /// Loads what the store did not give at once.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn rest(&self) -> Result<(), JsValue> {
        while !self.0.is_whole() {
            self.0.load_more().await.map_err(text)?;
        }
        Ok(())
    }

    /// Documents that can be read, each looked at.
    pub fn readable(&self) -> usize {
        self.0.replica().documents(Collection::Cases).filter(|document| !document.id().is_empty()).count()
    }
}

async fn open() -> Result<Ledger<DeskStore>, JsValue> {
    Ledger::open(durable().await?, Arc::new(Policies::default())).await.map_err(text)
}

async fn durable() -> Result<DeskStore, JsValue> {
    match DeskStore::open(BACKEND, PERSON).await {
        (store, None) => Ok(store),
        (_, Some(fault)) => Err(text(fault)),
    }
}

fn record(number: &mut i64, raw: &str) -> DocRecord {
    *number += 1;
    let id = format!("crowd-{:06}", *number - 1);
    DocRecord {
        collection: Collection::Cases.name().into(),
        id,
        rev: "1".into(),
        order: Some(*number),
        deleted: false,
        stamp_ms: Some(1_700_000_000_000 + *number),
        raw: raw.into(),
    }
}

fn text(fault: impl std::fmt::Debug) -> JsValue {
    format!("{fault:?}").into()
}
