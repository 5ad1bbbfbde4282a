//! Reading parts of a JSON text without making a tree of the rest: slices of the text itself, by JSON Pointer.
//!
//! A list of ten thousand documents is cut into their texts in one pass, and each text is passed over once for its id
//! and its revision.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// A list answer, cut up.
pub(super) struct Envelope<'a> {
    whole: &'a str,
    pub items: Vec<&'a RawValue>,
    /// The other members of the envelope.
    rest: Vec<(String, &'a RawValue)>,
}

impl<'a> Envelope<'a> {
    /// Cuts the list at `pointer` out of `text`.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub(super) fn cut(text: &'a str, pointer: &str) -> Result<Envelope<'a>, String> {
        let tokens = tokens(pointer);
        let mut rest = Vec::new();
        let mut json = serde_json::Deserializer::from_str(text);
        let items = match tokens.split_first() {
            None => Way(&[], PhantomData).deserialize(&mut json),
            Some((first, way)) => json.deserialize_any(Members { first, way, rest: &mut rest }),
        };
        // A list of another shape is no list; a text that is no JSON is something else.
        let items = match items.and_then(|items| json.end().map(|()| items)) {
            Ok(items) => items,
            Err(e) if e.is_data() => None,
            Err(e) => return Err(format!("the list is not JSON: {e}")),
        };
        match items {
            Some(items) => Ok(Envelope { whole: text, items, rest }),
            None => Err(format!("no list at {pointer:?}")),
        }
    }

    /// A value of the envelope.
    pub(super) fn value(&self, pointer: &str) -> Option<Value> {
        let tokens = tokens(pointer);
        let (first, way) = tokens.split_first()?;
        match self.rest.iter().find(|(name, _)| name == first) {
            Some((_, raw)) => walk(raw.get(), way),
            None if way.is_empty() => None,
            // It lies beside the list.
            None => walk(self.whole, &tokens),
        }
    }
}

/// The part of a JSON text at `pointer`.
pub(super) fn at<'a>(text: &'a str, pointer: &str) -> Option<&'a RawValue> {
    walk(text, &tokens(pointer))
}

/// Members of the object that is this text, in the order of `names`; the last one of a name counts. None: no object.
pub(super) fn members<'a, const N: usize>(text: &'a str, names: &[&str; N]) -> Option<[Option<&'a RawValue>; N]> {
    struct Chosen<'n, const N: usize>(&'n [&'n str; N]);
    impl<'de, const N: usize> Visitor<'de> for Chosen<'_, N> {
        type Value = [Option<&'de RawValue>; N];
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut found = [None; N];
            while let Some(index) = map.next_key_seed(OneOf(self.0))? {
                match index {
                    Some(index) => {
                        let value = map.next_value()?;
                        // One member may serve several purposes.
                        for (i, name) in self.0.iter().enumerate() {
                            if *name == self.0[index] {
                                found[i] = Some(value);
                            }
                        }
                    }
                    None => drop(map.next_value::<IgnoredAny>()?),
                }
            }
            Ok(found)
        }
    }
    serde_json::Deserializer::from_str(text).deserialize_any(Chosen(names)).ok()
}

/// A revision for documents that have none: a digest of the text, whatever its spaces and line breaks.
pub(super) fn digest(text: &str) -> String {
    let (mut hash, mut in_text, mut escaped) = (0xCBF2_9CE4_8422_2325_u64, false, false);
    for byte in text.bytes() {
        if !in_text && byte.is_ascii_whitespace() {
            continue;
        }
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
        in_text = if byte == b'"' && !escaped { !in_text } else { in_text };
        escaped = in_text && byte == b'\\' && !escaped;
    }
    format!("{hash:016x}")
}

fn tokens(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|t| t.replace("~1", "/").replace("~0", "~")).collect()
}

fn walk<'a, T: Deserialize<'a>>(text: &'a str, way: &[String]) -> Option<T> {
    Way(way, PhantomData).deserialize(&mut serde_json::Deserializer::from_str(text)).ok().flatten()
}

/// Follows a pointer's tokens and reads what is at its end.
struct Way<'p, T>(&'p [String], PhantomData<T>);

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Way<'_, T> {
    type Value = Option<T>;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Option<T>, D::Error> {
        if self.0.is_empty() { T::deserialize(from).map(Some) } else { from.deserialize_any(self) }
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Way<'_, T> {
    type Value = Option<T>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<T>, A::Error> {
        let (mut found, (first, way)) = (None, (&self.0[0], &self.0[1..]));
        while let Some(index) = map.next_key_seed(OneOf(&[first.as_str()]))? {
            match index {
                Some(_) => found = map.next_value_seed(Way(way, PhantomData))?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(found)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Option<T>, A::Error> {
        let (mut found, mut place) = (None, 0);
        let wanted = self.0[0].parse::<usize>().ok();
        loop {
            if wanted == Some(place) {
                match list.next_element_seed(Way(&self.0[1..], PhantomData))? {
                    Some(value) => found = value,
                    None => return Ok(found),
                }
            } else if list.next_element::<IgnoredAny>()?.is_none() {
                return Ok(found);
            }
            place += 1;
        }
    }
}

/// The members of an envelope: the list, and slices of the others.
struct Members<'p, 'r, 'de> {
    first: &'p str,
    way: &'p [String],
    rest: &'r mut Vec<(String, &'de RawValue)>,
}

impl<'de> Visitor<'de> for Members<'_, '_, 'de> {
    type Value = Option<Vec<&'de RawValue>>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut items = None;
        while let Some(name) = map.next_key::<String>()? {
            if name == self.first {
                items = map.next_value_seed(Way(self.way, PhantomData))?;
            } else {
                self.rest.push((name, map.next_value()?));
            }
        }
        Ok(items)
    }
}

/// Which of these names a key is.
struct OneOf<'n>(&'n [&'n str]);

impl<'de> DeserializeSeed<'de> for OneOf<'_> {
    type Value = Option<usize>;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Option<usize>, D::Error> {
        from.deserialize_str(self)
    }
}

impl Visitor<'_> for OneOf<'_> {
    type Value = Option<usize>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }
    fn visit_str<E>(self, name: &str) -> Result<Option<usize>, E> {
        Ok(self.0.iter().position(|n| *n == name))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_cut_out_of_any_envelope() {
        let texts = |body, pointer| {
            let envelope = Envelope::cut(body, pointer)?;
            Ok::<_, String>(envelope.items.iter().map(|i| i.get().to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(texts("[1, {\"a\" : 2}]", ""), Ok(vec!["1".into(), "{\"a\" : 2}".into()]));
        assert_eq!(texts(r#"{"x":{"y":[7]}}"#, "/x/y"), Ok(vec!["7".into()]));
        assert_eq!(texts(r#"[0,{"y":[7]}]"#, "/1/y").unwrap_err(), "no list at \"/1/y\"");
        for body in ["{}", "7", r#"{"x":7}"#, r#"{"x":{"y":{}}}"#] {
            assert!(texts(body, "/x/y").unwrap_err().starts_with("no list"), "{body}");
        }
        for body in ["", "<html>", r#"{"x":{"y":[7]}"#, r#"{"x":{"y":[7]}} x"#] {
            assert!(texts(body, "/x/y").unwrap_err().starts_with("the list is not JSON"), "{body}");
        }
    }

    #[test]
    fn the_rest_of_an_envelope_is_at_hand() {
        let envelope = Envelope::cut(r#"{"n":1,"x":{"y":[7],"z":2},"a~/b":{"c":[3]}}"#, "/x/y").unwrap();
        assert_eq!(envelope.value("/n"), Some(1.into()));
        assert_eq!(envelope.value("/x/z"), Some(2.into()));
        assert_eq!(envelope.value("/a~0~1b/c/0"), Some(3.into()));
        assert_eq!(envelope.value("/nope"), None);
    }

    #[test]
    fn members_of_hostile_texts() {
        let found = |text| members(text, &["id", "_rev", "id"]).map(|f| f.map(|r| r.map(|r| r.get().to_owned())));
        assert_eq!(found(r#"{"id":1,"x":[],"id":"a"}"#), Some([Some("\"a\"".into()), None, Some("\"a\"".into())]));
        assert_eq!(found(r#"{"\u0069d":"a"}"#).unwrap()[0].as_deref(), Some("\"a\""));
        assert_eq!((found("[]"), found("7"), found(""), found("{\"id\"")), (None, None, None, None));
        let deep = format!("{{\"x\":{}{},\"id\":1}}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(found(&deep).unwrap()[0].as_deref(), Some("1"));
    }

    #[test]
    fn a_digest_minds_values_and_not_spaces() {
        assert_eq!(digest("{\"a\": \"b c\\\" d\"}"), digest("{ \"a\":\n\"b c\\\" d\" }"));
        assert_ne!(digest("{\"a\":\"b c\"}"), digest("{\"a\":\"bc\"}"));
        assert_ne!(digest("{\"a\":\"b\\\\\" }"), digest("{\"a\":\"b\\\\ \"}"));
    }
}
