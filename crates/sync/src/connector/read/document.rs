//! The sections `document` and `map`: how documents look.

use serde_json::Value;

use super::{Object, Reader, Unread, Wanted, Wrong, child};
use crate::connector::field::{Direction, Field};
use crate::connector::notes::Notes;
use crate::connector::path::Path;
use crate::connector::shape::{FieldMap, Make, Mark, Rest, Shape, Skip, Stamp};
use crate::connector::when::Form;
use crate::connector::{Delete, Op, Reply};

const DOCUMENT: [&str; 8] = ["id", "rev", "order", "stamp", "deleted", "serverFields", "skip", "journal"];

impl Reader {
    /// None also if there is no section `document`, which is for the caller to say.
    pub(super) fn shape(&mut self, at: &str, map: &Object, at_map: &str, own_map: &Object) -> Option<Shape> {
        let field_map = self.field_map(at_map, own_map);
        let map = self.optional_part(at, map, "document", &DOCUMENT)?;
        let at = &child(at, "document");
        let id = self.id(at, map);
        let rev = self.optional_place(at, map, "rev");
        let order = self.optional_place(at, map, "order");
        let stamp = self.stamp(at, map);
        let deleted = self.deleted(at, map);
        let server_fields = self.texts(at, map, "serverFields");
        let skip = self.optional_part(at, map, "skip", &["at", "prefix"]).map(|map| {
            let at = child(at, "skip");
            (self.place(&at, map, "at"), self.text(&at, map, "prefix"))
        });
        let journal = self.word(at, map, "journal", &[("kept", true), ("nowhere", false)], Some(true));
        let (id, key, make) = id?;
        Some(Shape {
            id,
            key,
            make,
            rev,
            order,
            stamp,
            deleted,
            server_fields,
            skip: match skip {
                Some((at, prefix)) => Some(Skip { at: at?, prefix: prefix? }),
                None => None,
            },
            journal: journal?,
            map: field_map,
        })
    }

    fn id(&mut self, at: &str, map: &Object) -> Option<(Path, Option<Path>, Make)> {
        let at = child(at, "id");
        match map.get("id") {
            None => self.fault(at, Wrong::Missing),
            Some(Value::String(text)) => Some((self.place_text(&at, text)?, None, Make::Ours)),
            Some(value) => {
                let map = self.object(&at, value, &["at", "key", "make"])?;
                let place = self.place(&at, map, "at");
                let key = self.place(&at, map, "key");
                let words = [("hash15", Make::Hash15), ("server", Make::Server)];
                let make = self.word(&at, map, "make", &words, None);
                Some((place?, Some(key?), make?))
            }
        }
    }

    fn stamp(&mut self, at: &str, map: &Object) -> Option<Stamp> {
        let at = child(at, "stamp");
        match map.get("stamp")? {
            Value::String(text) => Some(Stamp { at: self.place_text(&at, text)?, form: Form::Text, write: false }),
            value => {
                let map = self.object(&at, value, &["at", "format", "write"])?;
                let words = [("rfc3339", Form::Text), ("ms", Form::Millis), ("s", Form::Seconds)];
                let form = self.word(&at, map, "format", &words, Some(Form::Text));
                let write = self.flag(&at, map, "write", false);
                Some(Stamp { at: self.place(&at, map, "at")?, form: form?, write })
            }
        }
    }

    fn deleted(&mut self, at: &str, map: &Object) -> Option<Mark> {
        let at = child(at, "deleted");
        match map.get("deleted")? {
            Value::String(text) => Some(Mark { at: self.place_text(&at, text)?, equals: true.into() }),
            value => {
                let map = self.object(&at, value, &["at", "equals"])?;
                let equals = map.get("equals").cloned().unwrap_or(Value::Bool(true));
                Some(Mark { at: self.place(&at, map, "at")?, equals })
            }
        }
    }

    fn field_map(&mut self, at: &str, map: &Object) -> Option<FieldMap> {
        let map = self.optional_part(at, map, "map", &["rest", "fields", "notes"])?;
        let at = &child(at, "map");
        let rest = match map.get("rest") {
            None => Some(Rest::Top),
            Some(Value::Null) => Some(Rest::Dropped),
            Some(Value::String(text)) if text.is_empty() => Some(Rest::Top),
            Some(Value::String(text)) => self.place_text(&child(at, "rest"), text).map(Rest::At),
            Some(_) => self.fault(child(at, "rest"), Wrong::MustBe(Wanted::PointerOrNull)),
        };
        let notes = self.notes(at, map);
        let at_fields = child(at, "fields");
        let fields = match map.get("fields") {
            None => Vec::new(),
            Some(Value::Array(list)) => {
                let read = |(i, field): (usize, &Value)| self.field(&child(&at_fields, &i.to_string()), field);
                list.iter().enumerate().map(read).collect::<Vec<_>>().into_iter().flatten().collect()
            }
            Some(_) => {
                self.complain(at_fields, Wrong::MustBe(Wanted::List));
                Vec::new()
            }
        };
        Some(FieldMap { rest: rest?, fields, notes })
    }

    fn field(&mut self, at: &str, value: &Value) -> Option<Field> {
        let known = ["ours", "theirs", "values", "otherwise", "default", "constant", "direction"];
        let map = self.object(at, value, &known)?;
        let ours = self.optional_place(at, map, "ours");
        let theirs = self.place(at, map, "theirs");
        let (default, constant) = (map.get("default").cloned(), map.get("constant").cloned());
        if !map.contains_key("ours") && default.is_none() && constant.is_none() {
            self.complain(at, Wrong::NoOurs);
        }
        for key in ["otherwise", "values"] {
            if map.contains_key(key) && !map.contains_key("ours") {
                self.complain(child(at, key), Wrong::Unread(Unread::NoOurs));
            }
        }
        if constant.is_some() && map.contains_key("ours") {
            self.complain(child(at, "constant"), Wrong::ConstantOfOurs);
        }
        let values = map.get("values").and_then(|value| match value.as_object() {
            Some(table) if !table.is_empty() => {
                Some(table.iter().map(|(ours, theirs)| (Value::from(ours.as_str()), theirs.clone())).collect())
            }
            _ => self.fault(child(at, "values"), Wrong::MustBe(Wanted::Values)),
        });
        let words = [
            ("both", Direction::Both),
            ("read", Direction::Read),
            ("write", Direction::Write),
            ("fill", Direction::Fill),
        ];
        let direction = self.word(at, map, "direction", &words, Some(Direction::Both))?;
        Some(Field {
            ours,
            theirs: theirs?,
            values,
            otherwise: map.get("otherwise").cloned(),
            default,
            constant,
            direction,
        })
    }

    fn notes(&mut self, at: &str, map: &Object) -> Option<Notes> {
        let map = self.optional_part(at, map, "notes", &["at", "id", "text", "author", "date"])?;
        let at = &child(at, "notes");
        let (list, text) = (self.place(at, map, "at"), self.place(at, map, "text"));
        let mut place = |key: &str| self.optional_place(at, map, key);
        let (id, author, date) = (place("id"), place("author"), place("date"));
        Some(Notes { at: list?, id, text: text?, author, date })
    }

    /// Whether the sections of a collection fit each other.
    pub(super) fn fits(&mut self, at: &str, shape: &Shape, finds: bool, delete: Option<&Delete>, create: Option<&Op>) {
        if shape.make == Make::Server && !finds {
            self.complain(child(at, "find"), Wrong::NoFind);
        }
        if delete == Some(&Delete::Mark) && shape.deleted.is_none() {
            self.complain(child(at, "delete"), Wrong::NoMark);
        }
        let revision_only = create.is_some_and(|op| matches!(op.reply, Reply::Revision { .. }));
        if revision_only && shape.rev.is_none() {
            self.complain(child(at, "document/rev").replace("~1", "/"), Wrong::NoRevision);
        }
    }
}
