//! Places inside a document: JSON Pointers, with one extension for lists of marked things, which TM Forum's APIs are
//! full of: `/relatedParty/[role=customer]/id` is the `id` of the entry whose `role` is `customer`.

use baton_engine::order;
use serde_json::{Map, Value};

use super::read::{Wanted, Wrong};

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Name(String),
    /// The first entry of a list whose member `name` is the text `value`.
    Where {
        name: String,
        value: String,
    },
}

/// A JSON Pointer (RFC 6901) that may pick entries of lists by a member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Path(Vec<Token>);

impl Path {
    /// # Errors
    /// What is wrong with the text.
    pub(super) fn parse(text: &str) -> Result<Path, Wrong> {
        if !text.is_empty() && !text.starts_with('/') {
            return Err(Wrong::MustBe(Wanted::Pointer));
        }
        let mut tokens = Vec::new();
        for token in text.split('/').skip(1) {
            let token = token.replace("~1", "/").replace("~0", "~");
            if let Some(inner) = token.strip_prefix('[') {
                let Some((name, value)) = inner.strip_suffix(']').and_then(|t| t.split_once('=')) else {
                    return Err(Wrong::MustBe(Wanted::Pick));
                };
                tokens.push(Token::Where { name: name.into(), value: value.into() });
            } else {
                tokens.push(Token::Name(token));
            }
        }
        Ok(Path(tokens))
    }

    /// The name of the member of the document that this place is in.
    pub(super) fn root(&self) -> Option<&str> {
        match self.0.first() {
            Some(Token::Name(name)) => Some(name),
            _ => None,
        }
    }

    /// Whether it is a member of the document itself.
    pub(super) fn is_member(&self) -> bool {
        self.0.len() == 1 && self.root().is_some()
    }

    pub(super) fn get<'a>(&self, document: &'a Value) -> Option<&'a Value> {
        self.0.iter().try_fold(document, |at, token| match (token, at) {
            (Token::Name(name), Value::Object(map)) => map.get(name),
            (Token::Name(name), Value::Array(list)) => list.get(name.parse::<usize>().ok()?),
            (Token::Where { name, value }, Value::Array(list)) => list.iter().find(|e| is(e, name, value)),
            _ => None,
        })
    }

    /// Puts a value there and makes what is missing on the way. What stands in the way with another shape is replaced.
    pub(super) fn set(&self, document: &mut Value, value: Value) {
        let mut at = document;
        for token in &self.0 {
            at = match token {
                Token::Name(name) => {
                    let index = name.parse::<usize>().ok().filter(|i| at.as_array().is_some_and(|l| *i < l.len()));
                    match (index, at) {
                        (Some(index), Value::Array(list)) => &mut list[index],
                        (_, at) => object(at).entry(name.clone()).or_insert(Value::Null),
                    }
                }
                Token::Where { name, value } => {
                    if !at.is_array() {
                        *at = Value::Array(Vec::new());
                    }
                    let Value::Array(list) = at else { return };
                    let index = list.iter().position(|e| is(e, name, value)).unwrap_or_else(|| {
                        list.push(Value::Object(order::gather([(name.clone(), Value::from(value.clone()))])));
                        list.len() - 1
                    });
                    &mut list[index]
                }
            };
        }
        *at = value;
    }

    /// Takes the member at the end of the path away, if it is there.
    pub(super) fn remove(&self, document: &mut Value) {
        let Some((Token::Name(last), way)) = self.0.split_last() else { return };
        let mut at = document;
        for token in way {
            let next = match (token, at) {
                (Token::Name(name), Value::Object(map)) => map.get_mut(name),
                (Token::Where { name, value }, Value::Array(list)) => list.iter_mut().find(|e| is(e, name, value)),
                _ => None,
            };
            let Some(next) = next else { return };
            at = next;
        }
        if let Value::Object(map) = at {
            map.remove(last);
        }
    }
}

fn is(entry: &Value, name: &str, value: &str) -> bool {
    entry.get(name).and_then(Value::as_str) == Some(value)
}

/// The value as an object; whatever else it was is replaced.
pub(super) fn object(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    match value {
        Value::Object(map) => map,
        // Just made one.
        _ => unreachable!("an object"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::Path;

    #[test]
    fn entries_of_lists_are_found_made_and_changed() {
        let path = Path::parse("/relatedParty/[role=customer]/id").unwrap();
        let mut doc = json!({"relatedParty": [{"role": "owner", "id": "o"}]});
        assert_eq!(path.get(&doc), None);
        path.set(&mut doc, json!("c"));
        assert_eq!(path.get(&doc), Some(&json!("c")));
        path.set(&mut doc, json!("d"));
        assert_eq!(doc, json!({"relatedParty": [{"role": "owner", "id": "o"}, {"role": "customer", "id": "d"}]}));
        path.remove(&mut doc);
        assert_eq!(doc["relatedParty"][1], json!({"role": "customer"}));
    }

    #[test]
    fn what_stands_in_the_way_is_no_panic() {
        let mut doc = json!(7);
        Path::parse("/a/[b=c]/0/d").unwrap().set(&mut doc, json!(1));
        assert_eq!(doc, json!({"a": [{"b": "c", "0": {"d": 1}}]}));
        assert!(Path::parse("a").is_err() && Path::parse("/[a]").is_err());
    }
}
