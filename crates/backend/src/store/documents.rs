//! Reading and writing documents: the queries and their rules. Every write goes through the writer, which gives it its sequence number
//! inside the one write transaction: commit order is sequence order, so a cursor can never skip a write that commits late.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::Value;
use uuid::Uuid;

use super::document::{Draft, Fault, tombstone};
use super::{Document, Store, StoreError, check_id, rfc3339};

/// A repeated create is recognised for this long, in milliseconds: a week, longer than any outbox should wait.
const IDEMPOTENCY_MS: i64 = 7 * 24 * 3600 * 1000;

/// Bytes of documents after which a page ends, so that it is received in one piece over a modest line.
const PAGE_BYTES: usize = 4_000_000;

/// One page of a collection in the order of writing.
#[derive(Debug)]
pub struct Page {
    pub items: Vec<Document>,
    /// Pass as `since` to go on: nothing at or below it will ever be added to this collection.
    pub next: i64,
    /// More is stored already.
    pub more: bool,
}

/// One change: a document's newest state and its collection.
#[derive(Debug)]
pub struct Change {
    pub collection: String,
    pub document: Document,
}

/// What a put expects to find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// Nothing was ever stored under this id.
    Absent,
    /// Exactly this revision, not deleted.
    Revision(i64),
}

/// Names one attempt to create, so that repeating it does not create twice.
#[derive(Debug, Clone)]
pub struct Idempotency {
    pub account: String,
    pub key: String,
}

/// What a create did.
#[derive(Debug)]
pub struct Created {
    pub document: Document,
    /// The answer of an earlier create with the same key; nothing was written now.
    pub replayed: bool,
}

impl Store {
    /// The document or tombstone with this id.
    ///
    /// # Errors
    /// The database failed.
    pub fn get(&self, collection: &str, id: &str) -> Result<Option<Document>, StoreError> {
        self.read(|connection| find(connection, collection, id))
    }

    /// One page of at most `limit` documents, or fewer if they are big; at least one, if there is one. With `since` (0 or a cursor) everything written after it, tombstones included; without, from
    /// the beginning and without tombstones.
    ///
    /// # Errors
    /// `since` is ahead of the store; the database failed.
    pub fn list(&self, collection: &str, since: Option<i64>, limit: usize) -> Result<Page, StoreError> {
        self.read(|connection| {
            let head = head(connection)?;
            let after = check_cursor(since.unwrap_or(0), head)?;
            let mut query = connection.prepare_cached(
                "SELECT id, rev, seq, deleted, body FROM docs
                 WHERE collection = ?1 AND seq > ?2 AND (deleted = 0 OR ?3) ORDER BY seq LIMIT ?4",
            )?;
            let take = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
            let rows = query.query_map(params![collection, after, since.is_some(), take], row)?;
            let (mut items, mut bytes, mut more) = (Vec::new(), 0, false);
            for document in rows {
                let document = document?;
                more = items.len() == limit || bytes > PAGE_BYTES;
                if more {
                    break;
                }
                bytes += document.json.len();
                items.push(document);
            }
            // On the last page the cursor jumps to the head of this snapshot: all below it is committed and seen.
            let next = match items.last() {
                Some(last) if more => last.seq,
                _ => head,
            };
            Ok(Page { items, next, more })
        })
    }

    /// At most `limit` changes after `since` over all collections, and the cursor to go on from.
    ///
    /// # Errors
    /// `since` is ahead of the store; the database failed.
    pub fn changes(&self, since: i64, limit: usize) -> Result<(Vec<Change>, i64), StoreError> {
        self.read(|connection| {
            let after = check_cursor(since, head(connection)?)?;
            let mut query = connection.prepare_cached(
                "SELECT id, rev, seq, deleted, body, collection FROM docs WHERE seq > ?1 ORDER BY seq LIMIT ?2",
            )?;
            let take = i64::try_from(limit).unwrap_or(i64::MAX);
            let rows =
                query.query_map(params![after, take], |r| Ok(Change { document: row(r)?, collection: r.get(5)? }))?;
            let changes = rows.collect::<Result<Vec<_>, _>>()?;
            let next = changes.last().map_or(after, |change| change.document.seq);
            Ok((changes, next))
        })
    }

    /// Creates a document under the id in `body`, or under a new UUIDv7.
    ///
    /// # Errors
    /// `Exists` with what is stored (a deleted id stays taken), `Invalid`; the database failed.
    pub fn create(
        &self,
        collection: &str,
        body: Value,
        idempotency: Option<Idempotency>,
    ) -> Result<Created, StoreError> {
        let draft = Draft::check(body)?;
        let collection = collection.to_owned();
        let now = self.now();
        self.write(move |connection| {
            if let Some(attempt) = &idempotency
                && let Some(document) = earlier(connection, attempt, &collection, now.timestamp_millis())?
            {
                return Ok(Created { document, replayed: true });
            }
            let id = draft.id.clone().unwrap_or_else(|| Uuid::now_v7().to_string());
            if let Some(found) = find(connection, &collection, &id)? {
                return Err(StoreError::Exists(Box::new(found)));
            }
            let document = draft.seal(&id, 1, head(connection)? + 1, &rfc3339(now))?;
            save(connection, &collection, &document)?;
            if let Some(attempt) = &idempotency {
                connection
                    .prepare_cached("DELETE FROM idempotency WHERE at <= ?1")?
                    .execute([now.timestamp_millis() - IDEMPOTENCY_MS])?;
                connection
                    .prepare_cached(
                        "INSERT OR REPLACE INTO idempotency (account, collection, key, at, id, rev, seq, body)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                    )?
                    .execute(params![
                        attempt.account,
                        collection,
                        attempt.key,
                        now.timestamp_millis(),
                        document.id,
                        document.rev,
                        document.seq,
                        document.json
                    ])?;
            }
            Ok(Created { document, replayed: false })
        })
    }

    /// Replaces or creates the document `id`, if what is stored meets the condition. A tombstone meets none: deleted ids do not come back.
    ///
    /// # Errors
    /// `Stale` with what is stored, `Invalid` (also when the body carries another id); the database failed.
    pub fn put(&self, collection: &str, id: &str, body: Value, condition: Condition) -> Result<Document, StoreError> {
        check_id(id)?;
        let draft = Draft::check(body)?;
        if draft.id.as_deref().is_some_and(|inside| inside != id) {
            return Err(Fault::new("/id", "the id in the document is not the id in the address").into());
        }
        let (collection, id) = (collection.to_owned(), id.to_owned());
        let now = self.now();
        self.write(move |connection| {
            let found = find(connection, &collection, &id)?;
            let rev = match (condition, &found) {
                (Condition::Absent, None) => 1,
                (Condition::Revision(rev), Some(old)) if old.rev == rev && !old.deleted => rev + 1,
                _ => return Err(StoreError::Stale(found.map(Box::new))),
            };
            let document = draft.seal(&id, rev, head(connection)? + 1, &rfc3339(now))?;
            save(connection, &collection, &document)?;
            Ok(document)
        })
    }

    /// Puts a tombstone in the place of revision `rev` and returns it.
    ///
    /// # Errors
    /// `Missing`, `Gone` (deleted before), `Stale` with what is stored; the database failed.
    pub fn delete(&self, collection: &str, id: &str, rev: i64) -> Result<Document, StoreError> {
        let (collection, id) = (collection.to_owned(), id.to_owned());
        let now = self.now();
        self.write(move |connection| {
            let old = find(connection, &collection, &id)?.ok_or(StoreError::Missing)?;
            if old.deleted {
                return Err(StoreError::Gone(Box::new(old)));
            }
            if old.rev != rev {
                return Err(StoreError::Stale(Some(Box::new(old))));
            }
            let document = tombstone(&id, rev + 1, head(connection)? + 1, &rfc3339(now))?;
            save(connection, &collection, &document)?;
            Ok(document)
        })
    }

    /// Inserts many documents in one transaction: all or none. Ids that are stored already are left as they are, so a load that was cut
    /// short can be run again. Returns how many were written.
    ///
    /// # Errors
    /// `Invalid`, its pointer starting with the index of the document; the database failed.
    pub fn import(&self, collection: &str, documents: Vec<Value>) -> Result<usize, StoreError> {
        let mut drafts = Vec::with_capacity(documents.len());
        for (index, value) in documents.into_iter().enumerate() {
            let draft =
                Draft::check(value).map_err(|fault| Fault::new(format!("/{index}{}", fault.pointer), fault.detail))?;
            drafts.push(draft);
        }
        let collection = collection.to_owned();
        let at = rfc3339(self.now());
        self.write(move |connection| {
            let mut seq = head(connection)?;
            let mut written = 0;
            for draft in drafts {
                let id = draft.id.clone().unwrap_or_else(|| Uuid::now_v7().to_string());
                if find(connection, &collection, &id)?.is_some() {
                    continue;
                }
                seq += 1;
                save(connection, &collection, &draft.seal(&id, 1, seq, &at)?)?;
                written += 1;
            }
            Ok(written)
        })
    }
}

/// The newest sequence number in this snapshot or transaction.
pub(super) fn head(connection: &Connection) -> Result<i64, rusqlite::Error> {
    connection.prepare_cached("SELECT coalesce(max(seq), 0) FROM docs")?.query_row([], |row| row.get(0))
}

fn check_cursor(since: i64, head: i64) -> Result<i64, StoreError> {
    if since > head {
        return Err(StoreError::CursorAhead { since, head });
    }
    Ok(since)
}

fn find(connection: &Connection, collection: &str, id: &str) -> Result<Option<Document>, StoreError> {
    let document = connection
        .prepare_cached("SELECT id, rev, seq, deleted, body FROM docs WHERE collection = ?1 AND id = ?2")?
        .query_row([collection, id], row)
        .optional()?;
    Ok(document)
}

fn save(connection: &Connection, collection: &str, document: &Document) -> Result<(), rusqlite::Error> {
    connection
        .prepare_cached(
            "INSERT INTO docs (collection, id, rev, seq, deleted, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (collection, id) DO UPDATE
             SET rev = excluded.rev, seq = excluded.seq, deleted = excluded.deleted, body = excluded.body",
        )?
        .execute(params![collection, document.id, document.rev, document.seq, document.deleted, document.json])?;
    Ok(())
}

/// The result of an earlier create with the same key, if it is not older than a week.
fn earlier(
    connection: &Connection,
    attempt: &Idempotency,
    collection: &str,
    now: i64,
) -> Result<Option<Document>, StoreError> {
    let document = connection
        .prepare_cached(
            "SELECT id, rev, seq, 0, body FROM idempotency
             WHERE account = ?1 AND collection = ?2 AND key = ?3 AND at > ?4",
        )?
        .query_row(params![attempt.account, collection, attempt.key, now - IDEMPOTENCY_MS], row)
        .optional()?;
    Ok(document)
}

fn row(row: &Row<'_>) -> Result<Document, rusqlite::Error> {
    Ok(Document { id: row.get(0)?, rev: row.get(1)?, seq: row.get(2)?, deleted: row.get(3)?, json: row.get(4)? })
}
