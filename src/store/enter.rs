//! Entering a database: its key is taken, or made where there is none, and whatever is not yet as that seal makes it (of an
//! older layout, lying open, left behind by a log-out that was cut short) is sealed or thrown away.
//!
//! A note at the end says that everything is as it must be; nobody writes before it is there. Until then any number of
//! tabs may do the same work, and one that is killed leaves each record in its old form or its new one.

use baton_sync::store::StoreError;
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use super::connection::{Connection, failed};
use super::documents::{self, Lying, close, lying, numbers};
use super::layout::{DAMAGED, DRAFTS, FRONT, META, NUMBERED, ONLY, OUTBOX, SEAL, SEALED, SEGMENTS, TEXTS};
use super::records::{Record, close_text, number_of, read_pair, records};
use super::request::{Fault, Mode, Transaction, value};
use super::seal::{Seal, lying_open};
use super::segment::Columns;

/// So many segments are sealed in one transaction.
const AT_ONCE: usize = 8;

/// What was found.
pub struct Entered {
    pub seal: Seal,
    /// No segment has this number or a higher one, nor ever had.
    pub next: u64,
    /// Entries that nobody can open any more: their key is gone.
    pub lost: u64,
}

/// See the module.
///
/// # Errors
/// The store failed, or is sealed and this page may not open it.
pub async fn enter(connection: &Connection) -> Result<Entered, StoreError> {
    let tx = connection.begin(&[SEAL, META, SEGMENTS], Mode::Read).await?;
    let look = look(&tx).await;
    let (key, mark, next) = connection.end(tx, look).await?;
    let seal = match Seal::from_js(&key) {
        Some(seal) if seal.is_sealing() || !Seal::is_possible() => seal,
        None if !key.is_undefined() && !Seal::is_possible() => {
            let why = "what this device keeps is sealed, and this page may not open it: use HTTPS";
            return Err(StoreError::Failed(why.into()));
        }
        _ => new_seal(connection).await?,
    };
    let mut entered = Entered { seal, next, lost: 0 };
    if mark.as_deref() != Some(entered.seal.mark()) {
        entered.lost = adopt(connection, &entered.seal).await?;
    }
    Ok(entered)
}

async fn look(tx: &Transaction) -> Result<(JsValue, Option<String>, u64), Fault> {
    let (key, meta) = (value(tx.store(SEAL)?.get(&ONLY.into())?), tx.store(META)?);
    let (mark, numbered) = (value(meta.get(&SEALED.into())?), value(meta.get(&NUMBERED.into())?));
    let newest = numbers(&tx.store(SEGMENTS)?).await?.last().copied().unwrap_or(0);
    let next = newest.max(number_of(&numbered.await?)) + 1;
    Ok((key.await?, mark.await?.as_string(), next))
}

/// Makes a key, unless another tab has just done so: then that one. Where there can be none: that there is none.
async fn new_seal(connection: &Connection) -> Result<Seal, StoreError> {
    let made = Seal::make().await.map_err(failed)?;
    let tx = connection.begin(&[SEAL], Mode::Strict).await?;
    let put = async {
        let store = tx.store(SEAL)?;
        let theirs = Seal::from_js(&value(store.get(&ONLY.into())?).await?);
        if let Some(theirs) = theirs.filter(Seal::is_sealing) {
            return Ok(theirs);
        }
        match store.put_with_key(&made.to_js()?, &ONLY.into()).map_err(Fault::from) {
            // A browser that cannot keep keys.
            Err(fault) if fault.name == "DataCloneError" => {
                let none = Seal::default();
                store.put_with_key(&none.to_js()?, &ONLY.into())?;
                Ok(none)
            }
            put => put.map(|_| made),
        }
    };
    let put = put.await;
    connection.end(tx, put).await
}

/// Gives how many entries cannot be opened.
async fn adopt(connection: &Connection, seal: &Seal) -> Result<u64, StoreError> {
    let lost = adopt_texts(connection, seal, OUTBOX).await?;
    adopt_texts(connection, seal, DRAFTS).await?;
    let tx = connection.begin(&[SEGMENTS], Mode::Read).await?;
    let all = async { numbers(&tx.store(SEGMENTS)?).await };
    let all = all.await;
    let all = connection.end(tx, all).await?;
    for some in all.chunks(AT_ONCE) {
        adopt_segments(connection, seal, some).await?;
    }
    let tx = connection.begin(&[META, FRONT], Mode::Strict).await?;
    let note = || -> Result<(), Fault> {
        // A copy for speed.
        tx.store(FRONT)?.clear()?;
        Ok(tx.store(META)?.put_with_key(&seal.mark().into(), &SEALED.into()).map(drop)?)
    };
    let noted = note();
    connection.end(tx, noted).await?;
    Ok(lost)
}

/// Outbox or drafts. Nothing of them is thrown away, readable or not.
async fn adopt_texts(connection: &Connection, seal: &Seal, store: &str) -> Result<u64, StoreError> {
    let tx = connection.begin(&[store], Mode::Read).await?;
    let all = async { records(&tx, store).await };
    let all = all.await;
    let (mut put, mut lost) = (Vec::new(), 0);
    for record in connection.end(tx, all).await? {
        if seal.made(&record.value) {
            continue;
        }
        match plain_text(&record) {
            Some(text) => put.push(close_text(seal, store, &record.key, &text).await.map_err(failed)?),
            None => lost += 1,
        }
    }
    let tx = connection.begin(&[META, store], Mode::Strict).await?;
    let work = async {
        if !is_adopted(&tx, seal).await? {
            put.iter().try_for_each(|record| record.put(&tx, store))?;
        }
        Ok(())
    };
    let work = work.await;
    connection.end(tx, work).await.map(|()| lost)
}

async fn adopt_segments(connection: &Connection, seal: &Seal, some: &[u64]) -> Result<(), StoreError> {
    let tx = connection.begin(&[SEGMENTS, TEXTS], Mode::Read).await?;
    let some = async { lying(&tx, some.iter().copied()).await };
    let some = some.await;
    let (mut put, mut removed) = (Vec::new(), Vec::new());
    for lying in connection.end(tx, some).await? {
        if seal.made(&lying.columns) && seal.made(&lying.texts) {
            continue;
        }
        match plain_segment(&lying) {
            Some(chunk) => put.extend(close(seal, &[chunk], lying.number).await.map_err(failed)?),
            None => removed.push(lying.number),
        }
    }
    let tx = connection.begin(&[META, SEGMENTS, TEXTS], Mode::Strict).await?;
    let work = async {
        if is_adopted(&tx, seal).await? {
            return Ok(());
        }
        if !removed.is_empty() {
            tx.store(META)?.put_with_key(&"1".into(), &DAMAGED.into())?;
        }
        documents::remove(&tx, &removed)?;
        documents::put(&tx, &put)
    };
    let work = work.await;
    connection.end(tx, work).await
}

/// Another tab has finished: what lies there now may be newer than what this one has read.
async fn is_adopted(tx: &Transaction, seal: &Seal) -> Result<bool, Fault> {
    let mark = value(tx.store(META)?.get(&SEALED.into())?).await?;
    Ok(mark.as_string().as_deref() == Some(seal.mark()))
}

/// An entry or a draft of an older layout, or one that lies open.
fn plain_text(record: &Record) -> Option<String> {
    match record.value.as_string() {
        Some(pair) => read_pair(&pair).map(|(_, text)| text),
        None => String::from_utf8(lying_open(&record.value)?).ok(),
    }
}

/// The same for a segment.
fn plain_segment(lying: &Lying) -> Option<(Columns, String)> {
    let (columns, texts) = match lying.texts.dyn_ref::<Uint8Array>() {
        Some(texts) => (Columns::from_js(&lying.columns)?, texts.to_vec()),
        None => (Columns::from_bytes(&lying_open(&lying.columns)?)?, lying_open(&lying.texts)?),
    };
    Some((columns, String::from_utf8(texts).ok()?))
}
