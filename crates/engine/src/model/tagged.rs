//! Enums written as one JSON object with a field that names the variant: `{"type":"dispatch","to":…}`.
//!
//! serde can derive that, at the price of a second copy of every reader (a seventh of the app's size). Here the
//! derived code speaks the plain form `{"dispatch":{"to":…}}`, and these two functions turn one into the other.
//! The names of variants without fields are needed, because their plain form is a bare text.

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::{Map, Value};

/// The plain form of `{tag: name, …}`.
///
/// # Errors
/// No object, or no text under `tag`.
pub fn read_plain<'de, D: Deserializer<'de>>(from: D, tag: &'static str, bare: &[&str]) -> Result<Value, D::Error> {
    let mut fields = Map::<String, Value>::deserialize(from)?;
    match fields.remove(tag) {
        Some(Value::String(name)) if bare.contains(&name.as_str()) => Ok(Value::String(name)),
        Some(Value::String(name)) => Ok(Value::Object(Map::from_iter([(name, Value::Object(fields))]))),
        Some(_) => Err(Error::custom(format_args!("/{tag} is not a text"))),
        None => Err(Error::missing_field(tag)),
    }
}

/// `{tag: name, …}` of the plain form.
pub fn write_tagged(plain: Value, tag: &str) -> Value {
    let (name, mut fields) = match plain {
        Value::String(name) => (name, Map::new()),
        Value::Object(object) => match object.into_iter().next() {
            Some((name, Value::Object(fields))) => (name, fields),
            Some((name, _)) => (name, Map::new()),
            None => return Value::Null,
        },
        _ => return Value::Null,
    };
    fields.insert(tag.to_owned(), Value::String(name));
    Value::Object(fields)
}

/// Gives an enum that derives serde with `remote = "Self"` its tagged form. The derived functions stand on the type
/// itself, so `Intent::deserialize(x)` is the plain form: read by `serde_json::from_value` and the like.
#[macro_export]
macro_rules! tagged {
    ($name:ident, $tag:literal, [$($bare:literal),* $(,)?]) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                let plain = $name::serialize(self, serde_json::value::Serializer).map_err(serde::ser::Error::custom)?;
                serde::Serialize::serialize(&$crate::model::write_tagged(plain, $tag), to)
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let plain = $crate::model::read_plain(from, $tag, &[$($bare),*])?;
                $name::deserialize(plain).map_err(serde::de::Error::custom)
            }
        }
    };
}
