//! Puts the demo into a backend's store and lets the feed run beside the server. Reading packs from a folder is here too.
//! Nothing here decides what is in the day.

use std::path::Path;
use std::time::Duration;

use baton_backend::store::Condition;
use baton_backend::{Account, NewAccount, Store, StoreError};
use baton_engine::model::{Collection, Document};
use baton_engine::policy::{PackLoader, Policies};
use baton_engine::time::{Span, Timestamp};
use serde_json::Value;
use tokio::sync::watch;

use crate::crowd::CROWD;
use crate::customers::CUSTOMER;
use crate::feed::{Feed, Seen, Shelf};
use crate::{DemoDay, POLICY, User};

/// Documents in one transaction, and changes in one reading.
const BATCH: usize = 2000;

/// Reads every pack (`*.json`) of a folder and puts [`POLICY`] in force if it is there.
///
/// # Errors
/// The folder cannot be read, holds no pack, or a pack has faults; says which.
pub fn read_policies(dir: &Path) -> Result<Policies, String> {
    let place = |what: &dyn std::fmt::Display| format!("{}: {what}", dir.display());
    let mut files: Vec<_> = std::fs::read_dir(dir)
        .map_err(|e| place(&e))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    files.sort();
    let mut loader = PackLoader::new();
    let mut ids = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
        // Other JSON of the folder (a list of the packs, say) is no pack.
        if !text.contains("\"baton-policy/") {
            continue;
        }
        let name = file.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
        ids.push(loader.add(name, &text).map_err(|faults| format!("{}: {faults:?}", file.display()))?);
    }
    let mut policies = Policies::default();
    for id in &ids {
        let policy = loader.load(id).map_err(|faults| {
            let all: Vec<String> = faults.iter().map(|f| format!("{}: {}", f.pointer, f.message)).collect();
            format!("pack {id}: {}", all.join("; "))
        })?;
        policies.insert(policy);
    }
    policies.put_in_force(POLICY);
    if policies.all().is_empty() { Err(place(&"no policy pack")) } else { Ok(policies) }
}

/// Nothing has ever been stored and nobody can log in.
///
/// # Errors
/// The database failed.
pub fn is_empty(store: &Store) -> Result<bool, StoreError> {
    Ok(store.head() == 0 && store.users()?.is_empty())
}

/// How long before `now` the demo's first customer was loaded; nothing if this database has no demo.
///
/// # Errors
/// The database failed.
pub fn age(store: &Store, now: Timestamp) -> Result<Option<Span>, StoreError> {
    let first = store.get(Collection::Customers.name(), &format!("{CUSTOMER}001"))?;
    let at = first.and_then(|document| document.value().get("_at")?.as_str()?.parse::<Timestamp>().ok());
    Ok(at.map(|at| now.since(at)))
}

/// Loads the day's accounts and documents. What is there already is left as it is. Blocks.
///
/// # Errors
/// The database failed, or an account was refused.
pub fn load(store: &Store, day: DemoDay) -> Result<usize, StoreError> {
    add_users(store, day.users)?;
    let mut written = 0;
    for collection in Collection::ALL {
        let own = |(c, _): &(Collection, Value)| *c == collection;
        let values = day.documents.iter().filter(|d| own(d)).map(|(_, value)| value.clone()).collect();
        written += store.import(collection.name(), values)?;
    }
    Ok(written)
}

/// Adds documents in batches, each one transaction. Blocks.
///
/// # Errors
/// The database failed.
pub fn add_documents(store: &Store, documents: impl Iterator<Item = Document>) -> Result<usize, StoreError> {
    let mut written = 0;
    let mut batch: Vec<Value> = Vec::with_capacity(BATCH);
    let mut collection = Collection::Cases;
    for document in documents {
        if batch.len() == BATCH || document.collection() != collection {
            written += store.import(collection.name(), std::mem::take(&mut batch))?;
        }
        collection = document.collection();
        batch.push(document.to_json());
    }
    Ok(written + store.import(collection.name(), batch)?)
}

/// Hashing a password takes its time on purpose: all at once, one thread each.
fn add_users(store: &Store, users: Vec<User>) -> Result<(), StoreError> {
    std::thread::scope(|scope| {
        let jobs: Vec<_> = users.into_iter().map(|user| scope.spawn(move || add_user(store, user))).collect();
        jobs.into_iter().try_for_each(|job| {
            job.join().unwrap_or_else(|_| Err(StoreError::Broken("a thread that adds an account stopped".into())))
        })
    })
}

/// Adds one account. Blocks.
///
/// # Errors
/// The id is taken or not acceptable, or the database failed.
pub fn add_user(store: &Store, user: User) -> Result<(), StoreError> {
    let account = Account { id: user.id, name: user.name, role: user.role, profile: user.profile };
    store.add_user(NewAccount { account, password: user.password })
}

/// The backend's store as the feed sees it.
pub struct StoreShelf(pub Store);

impl Shelf for StoreShelf {
    fn changes(&mut self, since: i64) -> Result<(Vec<Seen>, i64), String> {
        let (changes, next) = self.0.changes(since, BATCH).map_err(|e| e.to_string())?;
        let seen = changes.into_iter().filter_map(|change| {
            let collection = Collection::from_name(&change.collection)?;
            let stored = change.document;
            if collection == Collection::Customers || stored.id.starts_with(CROWD) {
                return None;
            }
            let document =
                if stored.deleted { None } else { Document::from_json(collection, &stored.value(), None).ok() };
            Some(Seen { collection, id: stored.id, rev: stored.rev, document })
        });
        Ok((seen.collect(), next))
    }

    fn create(&mut self, document: &Document) -> Result<bool, String> {
        match self.0.create(document.collection().name(), document.to_json(), None) {
            Ok(_) => Ok(true),
            Err(StoreError::Exists(_)) => Ok(false),
            Err(error) => Err(error.to_string()),
        }
    }

    fn replace(&mut self, document: &Document, rev: i64) -> Result<bool, String> {
        let (collection, id) = (document.collection().name(), document.id());
        match self.0.put(collection, id, document.to_json(), Condition::Revision(rev)) {
            Ok(_) => Ok(true),
            Err(StoreError::Stale(_)) => Ok(false),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// Steps the feed once a second until `stop` turns true or its sender is gone.
pub async fn run_feed(feed: Feed, store: Store, mut stop: watch::Receiver<bool>) {
    let mut feed = feed;
    let mut beat = tokio::time::interval(Duration::from_secs(1));
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            _ = beat.tick() => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        let mut shelf = StoreShelf(store.clone());
        let now = Timestamp::from_millis(store.now().timestamp_millis());
        let step = tokio::task::spawn_blocking(move || {
            let result = feed.step(&mut shelf, now);
            (feed, result)
        });
        match step.await {
            Ok((back, result)) => {
                feed = back;
                if let Err(error) = result {
                    tracing::warn!(error, "the demo's feed");
                }
            }
            Err(error) => {
                tracing::error!(%error, "the demo's feed stopped");
                return;
            }
        }
    }
}
