//! Tables and connection settings. Not here: any query over the tables.

use std::time::Duration;

use rusqlite::Connection;

use super::StoreError;

/// The layout that this program reads and writes, kept in `user_version`.
const VERSION: i64 = 1;

/// "Batn" in the file's header: keeps the program from writing into some other application's database.
const APPLICATION_ID: i64 = 0x4261_746e;

/// `body` is the whole document as it is served, with the server's keys: reading never has to put it together.
/// Tombstones stay for ever: they keep `max(seq)` the head, and a deleted id from coming back.
const TABLES: &str = "
CREATE TABLE docs (
  collection TEXT NOT NULL,
  id         TEXT NOT NULL,
  rev        INTEGER NOT NULL,
  seq        INTEGER NOT NULL,
  deleted    INTEGER NOT NULL,
  body       TEXT NOT NULL,
  PRIMARY KEY (collection, id)
);
CREATE UNIQUE INDEX docs_by_seq ON docs (seq);
CREATE UNIQUE INDEX docs_by_collection ON docs (collection, seq);

CREATE TABLE idempotency (
  account    TEXT NOT NULL,
  collection TEXT NOT NULL,
  key        TEXT NOT NULL,
  at         INTEGER NOT NULL,
  id         TEXT NOT NULL,
  rev        INTEGER NOT NULL,
  seq        INTEGER NOT NULL,
  body       TEXT NOT NULL,
  PRIMARY KEY (account, collection, key)
) WITHOUT ROWID;
CREATE INDEX idempotency_by_age ON idempotency (at);

CREATE TABLE accounts (
  id      TEXT PRIMARY KEY,
  name    TEXT NOT NULL,
  role    TEXT NOT NULL,
  profile TEXT NOT NULL,
  hash    TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE sessions (
  token   BLOB PRIMARY KEY,
  account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  expires INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_by_account ON sessions (account);
";

/// Settings of the writer: a commit returns only after the log has been synced to disk.
pub(super) fn prepare_writer(connection: &mut Connection) -> Result<(), StoreError> {
    connection.busy_timeout(Duration::from_secs(10))?;
    let found: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found != 0 && found != APPLICATION_ID {
        return Err(StoreError::Broken("this file is another application's database".into()));
    }
    if version > VERSION {
        return Err(StoreError::Broken(format!(
            "this database has layout {version}, and this program knows up to {VERSION}: use a newer program"
        )));
    }
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(64);
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    // Asked again inside the transaction: two programs may open a new file at the same moment.
    let version: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version == 0 {
        let tables: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        if tables > 0 {
            return Err(StoreError::Broken("this file is a database, but not one of ours".into()));
        }
        transaction.execute_batch(TABLES)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
    }
    transaction.commit()?;
    Ok(())
}

pub(super) fn prepare_reader(connection: &Connection) -> Result<(), StoreError> {
    connection.busy_timeout(Duration::from_secs(10))?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}
