//! The places in the database and how an older layout becomes the present one.
//!
//! Layout 1 kept a record for each document; layout 2 keeps segments (see `segment`). The outbox and the drafts have the
//! same form in both, and an upgrade never touches them.

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use web_sys::{IdbDatabase, IdbKeyRange, IdbObjectStoreParameters, IdbTransaction};

use super::records::read_doc;
use super::request::{Fault, list, value};
use super::segment::Columns;

/// A higher layout must be able to read the outbox of every lower one.
pub const LAYOUT: u32 = 2;

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
pub const STORES: [&str; 7] = [SEGMENTS, TEXTS, FRONT, OUTBOX, CURSORS, META, DRAFTS];

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
        let parameters = IdbObjectStoreParameters::new();
        parameters.set_auto_increment(name == SEGMENTS);
        database.create_object_store_with_optional_parameters(name, &parameters)?;
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
    let mut range = JsValue::UNDEFINED;
    loop {
        let keys = list(old.get_all_keys_with_key_and_limit(&range, OLD_AT_ONCE)?).await?;
        let records = list(old.get_all_with_key_and_limit(&range, OLD_AT_ONCE)?).await?;
        let Some(last) = keys.last() else { return Ok(()) };
        range = IdbKeyRange::lower_bound_with_open(last, true)?.into();
        let docs: Vec<_> = records.iter().filter_map(|text| read_doc(&text.as_string()?)).collect();
        let mut rest = docs.as_slice();
        while !rest.is_empty() {
            let (columns, text, more) = Columns::of(rest);
            let number = value(segments.put(&columns.to_js()?)?).await?;
            texts.put_with_key(&Uint8Array::from(text.as_bytes()), &number)?;
            rest = more;
        }
    }
}
