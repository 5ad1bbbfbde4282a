//! Sealing: what the desk keeps about customers lies in the database encrypted (AES-GCM, 256 bits, a fresh 96-bit IV for
//! each record), and is bound to its place, so that a record that was moved or changed is not read.
//!
//! Sealed are the columns and texts of segments, the front, outbox entries and drafts. Open lie what IndexedDB looks
//! records up by and what says nothing about a customer: numbers of segments and how many documents are in each, ids of
//! entries (UUIDs), places of drafts (a form, and the id of the document that it is about), cursors (numbers and times of
//! the backend), counters.
//!
//! The key belongs to one person's database and lies in a store of it; no script can read its bytes, but whoever has the
//! running browser profile can use it. It is destroyed at log-out, before anything else goes: sealing protects what is left
//! then, and copies made later. Where the page may not use WebCrypto (neither HTTPS nor localhost) records lie open.
//!
//! Nothing here knows of transactions. Sealing and opening are awaited, which ends one: seal before, open after.

use std::future::Future;
use std::rc::Rc;

use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AesGcmParams, AesKeyGenParams, Crypto, CryptoKey, SubtleCrypto};

use super::request::Fault;

/// Version of the records' form; bound into each.
const FORMAT: u32 = 1;
const CIPHER: &str = "AES-GCM";
const IV_BYTES: u32 = 12;

/// Members of a record: the id of its key and its IV (both absent when it lies open), and its bytes.
const KEY: &str = "key";
const IV: &str = "iv";
const DATA: &str = "data";
/// Member of the key's own record, beside [`KEY`].
const ID: &str = "id";

/// What [`Seal::mark`] says where there is no key.
const OPEN: &str = "open";

/// The key in force, or that there is none.
#[derive(Clone, Default)]
pub struct Seal(Option<Rc<Held>>);

struct Held {
    id: String,
    key: CryptoKey,
    crypto: Crypto,
    subtle: SubtleCrypto,
}

impl Seal {
    /// Whether this page may seal.
    pub fn is_possible() -> bool {
        tools().is_some()
    }

    /// A new key that no script can read. Where the page may not seal: no key.
    ///
    /// # Errors
    /// The browser's own.
    pub async fn make() -> Result<Seal, Fault> {
        let Some((crypto, subtle)) = tools() else { return Ok(Seal::default()) };
        let uses = Array::of2(&"encrypt".into(), &"decrypt".into());
        let made = subtle.generate_key_with_object(&AesKeyGenParams::new(CIPHER, 256), false, &uses)?;
        let key = JsFuture::from(made).await?.dyn_into()?;
        Ok(Seal(Some(Rc::new(Held { id: crypto.random_uuid(), key, crypto, subtle }))))
    }

    /// The form in which the database keeps it.
    ///
    /// # Errors
    /// None is known; the browser's own.
    pub fn to_js(&self) -> Result<JsValue, Fault> {
        let record = Object::new();
        Reflect::set(&record, &ID.into(), &self.mark().into())?;
        if let Some(held) = &self.0 {
            Reflect::set(&record, &KEY.into(), &held.key)?;
        }
        Ok(record.into())
    }

    /// None: it is none, or has a key that this page may not use.
    pub fn from_js(record: &JsValue) -> Option<Seal> {
        let id = id_in(record)?;
        if id == OPEN {
            return Some(Seal::default());
        }
        let (crypto, subtle) = tools()?;
        let key = member(record, KEY)?.dyn_into().ok()?;
        Some(Seal(Some(Rc::new(Held { id, key, crypto, subtle }))))
    }

    pub fn is_sealing(&self) -> bool {
        self.0.is_some()
    }

    /// Names the key, for a note that everything in the database is as this seal makes it.
    pub fn mark(&self) -> &str {
        self.0.as_ref().map_or(OPEN, |held| &held.id)
    }

    /// Whether this is what the database keeps.
    pub fn is_kept_as(&self, record: &JsValue) -> bool {
        id_in(record).as_deref() == Some(self.mark())
    }

    /// Whether the record was made under this seal, as far as it says.
    pub fn made(&self, record: &JsValue) -> bool {
        let named = member(record, KEY).and_then(|id| id.as_string());
        member(record, DATA).is_some() && named.as_deref() == self.0.as_ref().map(|held| held.id.as_str())
    }

    /// Makes a record of `plain` for that place. It begins at once, so that several may be under way together.
    ///
    /// # Errors
    /// The browser's own, at once or in the end.
    pub fn close(
        &self,
        place: &str,
        plain: &[u8],
    ) -> Result<impl Future<Output = Result<Object, Fault>> + use<>, Fault> {
        let (mut record, mut under_way) = (Object::new(), None);
        if let Some(held) = &self.0 {
            let iv = Uint8Array::new_with_length(IV_BYTES);
            held.crypto.get_random_values_with_js_u8_array(&iv)?;
            Reflect::set(&record, &KEY.into(), &held.id.as_str().into())?;
            Reflect::set(&record, &IV.into(), &iv)?;
            let begun = held.subtle.encrypt_with_object_and_u8_array(&bound(&iv, place), &held.key, plain)?;
            under_way = Some(JsFuture::from(begun));
        } else {
            record = unsealed(plain)?;
        }
        Ok(async move {
            if let Some(under_way) = under_way {
                Reflect::set(&record, &DATA.into(), &Uint8Array::new(&under_way.await?))?;
            }
            Ok(record)
        })
    }

    /// The bytes of a record from that place. None: it was made under another seal, for another place, or was changed. It
    /// begins at once, as [`Seal::close`] does.
    pub fn open(&self, place: &str, record: &JsValue) -> impl Future<Output = Option<Vec<u8>>> + use<> {
        let begun = self.begin_to_open(place, record);
        async move {
            match begun? {
                Begun::Open(bytes) => Some(bytes.to_vec()),
                Begun::Sealed(under_way) => Some(Uint8Array::new(&under_way.await.ok()?).to_vec()),
            }
        }
    }

    fn begin_to_open(&self, place: &str, record: &JsValue) -> Option<Begun> {
        let bytes = member(record, DATA)?.dyn_into::<Uint8Array>().ok().filter(|_| self.made(record))?;
        let Some(held) = &self.0 else { return Some(Begun::Open(bytes)) };
        let iv = member(record, IV)?.dyn_into().ok()?;
        let begun = held.subtle.decrypt_with_object_and_js_u8_array(&bound(&iv, place), &held.key, &bytes);
        Some(Begun::Sealed(JsFuture::from(begun.ok()?)))
    }
}

enum Begun {
    Open(Uint8Array),
    Sealed(JsFuture),
}

/// Whether two records are the same one: each has an IV of its own. Records that lie open are told apart by nothing.
pub fn is_same(one: &JsValue, other: &JsValue) -> bool {
    let iv = |record| member(record, IV)?.dyn_into::<Uint8Array>().ok().map(|iv| iv.to_vec());
    iv(one) == iv(other)
}

/// A record that lies open.
///
/// # Errors
/// None is known; the browser's own.
pub fn unsealed(plain: &[u8]) -> Result<Object, Fault> {
    let record = Object::new();
    Reflect::set(&record, &DATA.into(), &Uint8Array::from(plain))?;
    Ok(record)
}

/// The bytes of a record that lies open. None: it is sealed, or no record.
pub fn lying_open(record: &JsValue) -> Option<Vec<u8>> {
    Seal::default().begin_to_open("", record).and_then(|begun| match begun {
        Begun::Open(bytes) => Some(bytes.to_vec()),
        Begun::Sealed(_) => None,
    })
}

/// A member of an object; None: it has none of that name, or is no object.
pub fn member(record: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(record, &name.into()).ok().filter(|value| !value.is_undefined())
}

fn id_in(record: &JsValue) -> Option<String> {
    member(record, ID)?.as_string()
}

/// The cipher's parameters: the IV, and the place as additional data.
fn bound(iv: &Uint8Array, place: &str) -> AesGcmParams {
    let parameters = AesGcmParams::new(CIPHER, iv);
    let place = format!("baton/{FORMAT}/{place}");
    parameters.set_additional_data_u8_array(&Uint8Array::from(place.as_bytes()));
    parameters
}

/// WebCrypto, where the page may use it.
fn tools() -> Option<(Crypto, SubtleCrypto)> {
    let crypto = web_sys::window()?.crypto().ok()?;
    // Asked by name: it is missing on a page that is not trusted.
    let subtle = member(&crypto, "subtle")?.dyn_into().ok()?;
    Some((crypto, subtle))
}
