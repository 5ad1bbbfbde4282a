//! What goes at log-out. The key goes first, in a small transaction of its own, so that whatever becomes of the rest,
//! nobody can read what is left. Work that has not reached the backend, with the documents that it is about, and drafts
//! stay for the same person's next log-in: they are sealed with a new key in that same transaction.

use std::collections::HashSet;

use baton_sync::OutboxItem;
use baton_sync::store::StoreError;
use web_sys::IdbKeyRange;

use super::connection::failed;
use super::documents::{Segment, close, numbers, put};
use super::idb::Inner;
use super::layout::{
    CURSORS, DRAFTS, FENCE, FRONT, META, NUMBERED, ONLY, OUTBOX, SEAL, SEALED, SEGMENTS, STORES, TEXTS,
};
use super::records::{Record, close_text, doc_key, number_of, open_text, records};
use super::request::{Fault, Mode, Transaction, value};
use super::seal::{Seal, is_same};
use super::segment::chunks;

/// What stays, as it lies there and as it will lie there.
struct Kept {
    outbox: Vec<Record>,
    drafts: Vec<Record>,
    /// None: nothing stays, and no key either.
    seal: Option<Seal>,
    new_outbox: Vec<Record>,
    new_drafts: Vec<Record>,
    segments: Vec<Segment>,
    /// Number of the first of them.
    first: u64,
}

impl Inner {
    /// See [`super::DeskStore::wipe`].
    ///
    /// # Errors
    /// The store failed. If only the second step did, what is left cannot be read, and goes when the database is entered.
    pub async fn wipe(&self, everything: bool) -> Result<(), StoreError> {
        if everything {
            let tx = self.connection.begin(&[SEAL, META, OUTBOX, DRAFTS], Mode::Strict).await?;
            let gone = || -> Result<(), Fault> {
                forbid(&tx)?;
                [SEAL, OUTBOX, DRAFTS].iter().try_for_each(|name| clear(&tx, name))
            };
            let gone = gone();
            self.connection.end(tx, gone).await?;
            let tx = self.connection.begin(&STORES, Mode::Strict).await?;
            let work = clear_all(&tx).await;
            self.connection.end(tx, work).await?;
            self.connection.marker.remove();
            self.hold(Seal::default(), self.next());
        } else {
            let until = self.change_key().await?;
            let tx = self.connection.begin(&[SEGMENTS, TEXTS, FRONT], Mode::Strict).await?;
            let work = clear_documents(&tx, until);
            self.connection.end(tx, work).await?;
        }
        self.documents.forget();
        Ok(())
    }

    /// The first step; gives the number up to which segments go.
    async fn change_key(&self) -> Result<u64, StoreError> {
        loop {
            let kept = self.kept().await?;
            let scope = [SEAL, META, OUTBOX, DRAFTS, CURSORS, SEGMENTS, TEXTS];
            let tx = self.connection.begin(&scope, Mode::Strict).await?;
            let work = kept.put(&tx).await;
            if let Some(until) = self.connection.end(tx, work).await? {
                self.hold(kept.seal.unwrap_or_default(), kept.first + kept.segments.len() as u64);
                return Ok(until);
            }
            // Another tab was at work meanwhile.
            self.enter().await?;
        }
    }

    async fn kept(&self) -> Result<Kept, StoreError> {
        let (old, outbox, drafts) = loop {
            let old = self.seal();
            let tx = self.connection.begin(&[OUTBOX, DRAFTS], Mode::Read).await?;
            let read = async { Ok((records(&tx, OUTBOX).await?, records(&tx, DRAFTS).await?)) };
            let read = read.await;
            let (outbox, drafts) = self.connection.end(tx, read).await?;
            if !self.renewed(&old, outbox.iter().chain(&drafts).map(|record| &record.value)).await? {
                break (old, outbox, drafts);
            }
        };
        let kept = !outbox.is_empty() || !drafts.is_empty();
        let made = match kept {
            true if old.is_sealing() => Some(Seal::make().await.map_err(failed)?),
            true => Some(Seal::default()),
            false => None,
        };
        let seal = made.clone().unwrap_or_default();
        // What lies open stays as it is: records could not be told apart from newer ones.
        let closes = seal.is_sealing();
        // Unsent work is worth nothing without the document that it was done on.
        let mut about = HashSet::new();
        let mut new_outbox = Vec::new();
        for record in &outbox {
            // One that cannot be opened stays as it is.
            let Some(text) = open_text(&old, OUTBOX, record).await else { continue };
            about.extend(OutboxItem::document_of(&text).map(|(collection, id)| doc_key(&collection, &id)));
            if closes {
                new_outbox.push(close_text(&seal, OUTBOX, &record.key, &text).await.map_err(failed)?);
            }
        }
        let mut new_drafts = Vec::new();
        for record in drafts.iter().filter(|_| closes) {
            let Some(text) = open_text(&old, DRAFTS, record).await else { continue };
            new_drafts.push(close_text(&seal, DRAFTS, &record.key, &text).await.map_err(failed)?);
        }
        let docs = if about.is_empty() { Vec::new() } else { self.find(&about).await?.0 };
        let first = self.next();
        let segments = close(&seal, &chunks(docs), first).await.map_err(failed)?;
        Ok(Kept { outbox, drafts, seal: made, new_outbox, new_drafts, segments, first })
    }
}

impl Kept {
    /// None: what is there is not what this was made of.
    async fn put(&self, tx: &Transaction) -> Result<Option<u64>, Fault> {
        let all = numbers(&tx.store(SEGMENTS)?).await?;
        let numbered = value(tx.store(META)?.get(&NUMBERED.into())?).await?;
        let until = all.last().copied().unwrap_or(0).max(number_of(&numbered));
        let (outbox, drafts) = (records(tx, OUTBOX).await?, records(tx, DRAFTS).await?);
        if self.first <= until || !are_same(&self.outbox, &outbox) || !are_same(&self.drafts, &drafts) {
            return Ok(None);
        }
        let (meta, seal) = (tx.store(META)?, tx.store(SEAL)?);
        match &self.seal {
            Some(made) => drop(seal.put_with_key(&made.to_js()?, &ONLY.into())?),
            None => drop(seal.clear()?),
        }
        forbid(tx)?;
        meta.put_with_key(&until.to_string().into(), &NUMBERED.into())?;
        clear(tx, CURSORS)?;
        self.new_outbox.iter().try_for_each(|record| record.put(tx, OUTBOX))?;
        self.new_drafts.iter().try_for_each(|record| record.put(tx, DRAFTS))?;
        put(tx, &self.segments)?;
        Ok(Some(until))
    }
}

fn are_same(before: &[Record], now: &[Record]) -> bool {
    before.len() == now.len() && before.iter().zip(now).all(|(b, n)| b.key == n.key && is_same(&b.value, &n.value))
}

/// Without its lead a tab that is still at work stores no documents any more, whatever answers it gets; and before any tab
/// stores anything it enters the database anew.
fn forbid(tx: &Transaction) -> Result<(), Fault> {
    let meta = tx.store(META)?;
    meta.delete(&FENCE.into())?;
    Ok(meta.delete(&SEALED.into()).map(drop)?)
}

/// The second step: everything up to that segment.
fn clear_documents(tx: &Transaction, until: u64) -> Result<(), Fault> {
    let gone = IdbKeyRange::upper_bound(&(until as f64).into())?;
    tx.store(SEGMENTS)?.delete(&gone)?;
    tx.store(TEXTS)?.delete(&gone)?;
    clear(tx, FRONT)
}

/// No number of a segment is used twice, in whatever tab.
async fn clear_all(tx: &Transaction) -> Result<(), Fault> {
    let newest = numbers(&tx.store(SEGMENTS)?).await?.last().copied();
    let numbered = value(tx.store(META)?.get(&NUMBERED.into())?).await?;
    STORES.iter().try_for_each(|name| clear(tx, name))?;
    let until = newest.unwrap_or(0).max(number_of(&numbered));
    Ok(tx.store(META)?.put_with_key(&until.to_string().into(), &NUMBERED.into()).map(drop)?)
}

fn clear(tx: &Transaction, store: &str) -> Result<(), Fault> {
    Ok(tx.store(store)?.clear().map(drop)?)
}
