//! The places in the database and how an older layout becomes the present one.
//!
//! Layout 1 kept a record for each document, layout 2 segments (see `segment`), layout 3 the same sealed (see `seal`), with
//! the key in a store of its own. Sealing cannot be awaited inside the upgrade's transaction: the upgrade makes the places,
//! and `enter` turns the records.

use wasm_bindgen::JsValue;
use web_sys::{IdbDatabase, IdbKeyRange, IdbTransaction};

use super::documents::counted;
use super::records::read_doc;
use super::request::{Fault, list};
use super::seal::unsealed;
use super::segment::chunks;

/// A higher layout must be able to read the outbox of every lower one.
pub const LAYOUT: u32 = 3;

/// The columns of each segment, by its number: a higher one is newer.
pub const SEGMENTS: &str = "segments";
/// The texts of each segment, by the same number.
pub const TEXTS: &str = "texts";
/// One record: what to show first at the next start.
pub const FRONT: &str = "front";
pub const OUTBOX: &str = "outbox";
pub const CURSORS: &str = "cursors";
pub const META: &str = "meta";
pub const DRAFTS: &str = "drafts";
/// One record: the key that the others are sealed with.
pub const SEAL: &str = "seal";
pub const STORES: [&str; 8] = [SEGMENTS, TEXTS, FRONT, OUTBOX, CURSORS, META, DRAFTS, SEAL];

// ── Keys in `meta`, whose values are texts ───────────────────────────────────

/// The number of commits so far. A database that was never written to has none.
pub const VERSION: &str = "version";
/// Token of the leading tab.
pub const FENCE: &str = "fence";
/// A segment could not be read, so everything is to be listed again.
pub const DAMAGED: &str = "damaged";
/// Every record is as the seal of this mark makes it. Another or none: see `enter`.
pub const SEALED: &str = "sealed";
/// Segments had numbers up to this one before the store was wiped: none is used twice.
pub const NUMBERED: &str = "numbered";

/// The only key in `seal` and in `front`.
pub const ONLY: &str = "only";

/// The documents of layout 1.
const OLD_DOCS: &str = "docs";
/// So many of them are read at once.
const OLD_AT_ONCE: u32 = 1_000;

/// Makes what is missing, and turns the documents of layout 1 into segments. All in the upgrade's own transaction: a tab
/// that is killed meanwhile leaves the old layout as it was.
///
/// # Errors
/// The browser's own; the old layout stays.
pub async fn upgrade(database: IdbDatabase, transaction: IdbTransaction, from: u32) -> Result<(), Fault> {
    let names = database.object_store_names();
    for name in STORES.into_iter().filter(|name| !names.contains(name)) {
        database.create_object_store(name)?;
    }
    if from == 1 && names.contains(OLD_DOCS) {
        carry_documents(&transaction).await?;
        database.delete_object_store(OLD_DOCS)?;
    }
    Ok(())
}

async fn carry_documents(transaction: &IdbTransaction) -> Result<(), Fault> {
    let old = transaction.object_store(OLD_DOCS)?;
    let (segments, texts) = (transaction.object_store(SEGMENTS)?, transaction.object_store(TEXTS)?);
    let (mut range, mut number) = (JsValue::UNDEFINED, 0.0);
    loop {
        let keys = list(old.get_all_keys_with_key_and_limit(&range, OLD_AT_ONCE)?).await?;
        let records = list(old.get_all_with_key_and_limit(&range, OLD_AT_ONCE)?).await?;
        let Some(last) = keys.last() else { return Ok(()) };
        range = IdbKeyRange::lower_bound_with_open(last, true)?.into();
        let docs: Vec<_> = records.iter().filter_map(|text| read_doc(&text.as_string()?)).collect();
        for (columns, text) in chunks(docs) {
            number += 1.0;
            segments.put_with_key(&counted(unsealed(&columns.to_bytes())?, &columns)?.into(), &number.into())?;
            texts.put_with_key(&unsealed(text.as_bytes())?.into(), &number.into())?;
        }
    }
}
