//! The file as a whole: which sections there are, and which collection has which.

use std::collections::BTreeMap;
use std::sync::Arc;

use baton_engine::model::Collection;
use serde_json::Value;

use super::{Object, Reader, Wanted, Wrong, child};
use crate::connector::auth::Auth;
use crate::connector::shape::{Rest, Shape};
use crate::connector::status::plain;
use crate::connector::template::Var;
use crate::connector::{Cas, Connector, Dialect, FORMAT, Home, Op, Place, Promises};

/// Sections that a collection may have of its own.
const DIALECT: [&str; 9] = ["base", "document", "map", "list", "get", "find", "create", "replace", "delete"];
const GENERAL: [&str; 13] = [
    "$schema",
    "format",
    "name",
    "notes",
    "headers",
    "collections",
    "signedOut",
    "feed",
    "clock",
    "auth",
    "batch",
    "promises",
    "reconcile",
];
const CLAIMS: &str = "claims";

impl Reader {
    pub(super) fn connector(&mut self, value: &Value) -> Option<Connector> {
        let known = [&GENERAL[..], &DIALECT[..]].concat();
        let file = self.object("", value, &known)?;
        match file.get("format") {
            Some(Value::String(format)) if format == FORMAT => {}
            _ => self.complain("/format", Wrong::OneOf { known: vec![FORMAT] }),
        }
        // Every part is read before any is unwrapped, so that all faults are found.
        let name = self.text("", file, "name");
        self.optional_text("", file, "notes");
        let base = self.base("", file);
        let headers = self.pairs("", file, "headers", &[]);
        let homes = self.homes(file);
        let signed_out = self.statuses("", file, "signedOut").unwrap_or_else(|| plain(&[401]));
        let live = self.live(file);
        let clock = self.clock(file);
        let auth = Auth::read(file.get("auth"), &mut self.faults);
        let batch = self.batch(file);
        let (promises, tested) = self.promises(file, &homes);
        let reconcile = self.optional_part("", file, "reconcile", &["everyMs"]);
        let reconcile_ms = reconcile.and_then(|map| self.number("/reconcile", map, "everyMs", 1000..=86_400_000));
        let reconcile_ms = reconcile_ms.and_then(|ms| i64::try_from(ms).ok());
        Some(Connector {
            name: name?,
            base,
            headers,
            homes,
            signed_out,
            live: live?,
            clock: clock?,
            auth,
            batch,
            promises,
            tested,
            reconcile_ms,
        })
    }

    fn base(&mut self, at: &str, map: &Object) -> String {
        let base = self.optional_text(at, map, "base").unwrap_or_default();
        if base.ends_with('/') {
            self.complain(child(at, "base"), Wrong::MustBe(Wanted::OpenBase));
        } else if !base.is_empty() && !["/", "http://", "https://"].iter().any(|start| base.starts_with(start)) {
            self.complain(child(at, "base"), Wrong::MustBe(Wanted::Base));
        }
        base
    }

    fn homes(&mut self, file: &Object) -> BTreeMap<Place, Home> {
        let at = "/collections";
        let known: Vec<&'static str> = Collection::ALL.iter().map(|c| c.name()).chain([CLAIMS]).collect();
        let mut homes = BTreeMap::new();
        // The general sections are checked also if every collection has its own.
        let general = self.dialect("", file, file);
        let Some(map) = self.part("", file, "collections", &known) else { return homes };
        let places = Collection::ALL.map(|c| (c.name(), Place::Of(c)));
        for (key, place) in places.into_iter().chain([(CLAIMS, Place::Claims)]) {
            let at = child(at, key);
            let (name, dialect) = match map.get(key) {
                None => continue,
                Some(Value::String(name)) => (Some(name.clone()), general.clone().map(Arc::new)),
                Some(value @ Value::Object(_)) => {
                    let known = [&["name"][..], &DIALECT[..]].concat();
                    let Some(own) = self.object(&at, value, &known) else { continue };
                    (self.text(&at, own, "name"), self.dialect(&at, own, file).map(Arc::new))
                }
                Some(_) => {
                    self.complain(at, Wrong::MustBe(Wanted::Collection));
                    continue;
                }
            };
            if name.as_deref() == Some("") {
                self.complain(&at, Wrong::Empty);
            }
            if let (Some(name), Some(dialect)) = (name, dialect) {
                homes.insert(place, Home { name, dialect });
            }
        }
        if !map.keys().any(|key| Collection::from_name(key).is_some()) {
            self.complain(at, Wrong::NoCollection);
        }
        let strings = map.values().any(Value::is_string);
        if general.is_none() && (strings || map.is_empty()) {
            for key in ["document", "list", "get", "create", "replace"] {
                if !file.contains_key(key) {
                    self.complain(child("", key), Wrong::Missing);
                }
            }
        }
        homes
    }

    /// The dialect of a collection: its own sections, and the file's for the others. None: a section has faults, or is
    /// nowhere, which is a fault unless this is the file itself.
    fn dialect(&mut self, at: &str, own: &Object, file: &Object) -> Option<Dialect> {
        let is_file = at.is_empty();
        let place = |key: &str| if own.contains_key(key) { (at.to_owned(), own) } else { (String::new(), file) };
        let mut all = true;
        for key in ["document", "list", "get", "create", "replace"] {
            if !place(key).1.contains_key(key) {
                all = false;
                if !is_file {
                    self.complain(at, Wrong::NoSection { section: key });
                }
            }
        }
        let (at_base, map) = place("base");
        let base = self.base(&at_base, map);
        let (at_document, document) = place("document");
        let (at_map, map) = place("map");
        let shape = self.shape(&at_document, document, &at_map, map);
        let (at_list, map) = place("list");
        let list = self.list(&at_list, map);
        let mut op = |key: &str| {
            let (at, map) = place(key);
            self.op(&at, map, key)
        };
        let (get, create, replace) = (op("get"), op("create"), op("replace"));
        let (at_find, map) = place("find");
        let find = self.find(&at_find, map);
        let (at_delete, map) = place("delete");
        let delete = self.delete(&at_delete, map);
        if let Some(shape) = &shape {
            self.fits(at, shape, find.is_some(), delete.as_ref(), create.as_ref());
        }
        if !all {
            return None;
        }
        Some(Dialect { base, shape: shape?, list: list?, get: get?, find, create: create?, replace: replace?, delete })
    }

    fn promises(
        &mut self,
        file: &Object,
        homes: &BTreeMap<Place, Home>,
    ) -> (Promises, Option<baton_engine::time::Timestamp>) {
        let at = "/promises";
        let known = ["cas", "createOnce", "since", "tombstones", "tested"];
        let none = Object::new();
        let map = self.optional_part("", file, "promises", &known).unwrap_or(&none);
        let words = [("atomic", Cas::Atomic), ("doubtful", Cas::Doubtful), ("none", Cas::None)];
        let cas = self.word(at, map, "cas", &words, Some(Cas::None)).unwrap_or_default();
        let tested = self.optional_text(at, map, "tested").and_then(|text| match text.parse() {
            Ok(moment) => Some(moment),
            Err(_) => self.fault("/promises/tested", Wrong::MustBe(Wanted::Moment)),
        });
        let shapes = || homes.values().map(|home| &home.dialect.shape);
        for (place, home) in homes.iter().filter(|_| cas != Cas::None) {
            if !sends_rev(&home.dialect.replace) {
                let own = match place {
                    Place::Of(collection) => format!("/collections/{}/replace", collection.name()),
                    Place::Claims => "/collections/claims/replace".into(),
                };
                let at = if Value::Object(file.clone()).pointer(&own).is_some() { own } else { "/replace".into() };
                self.complain(at, Wrong::RevisionNotSent);
            }
        }
        let journal = |shape: &Shape| shape.journal && shape.map.as_ref().is_none_or(|m| m.rest != Rest::Dropped);
        let promises = Promises {
            cas,
            create_once: self.flag(at, map, "createOnce", false),
            journal: shapes().all(journal),
            tombstones: self.flag(at, map, "tombstones", shapes().all(|shape| shape.deleted.is_some())),
            since: self.flag(at, map, "since", false),
        };
        (promises, tested)
    }
}

fn sends_rev(op: &Op) -> bool {
    let pairs = op.ask.headers.iter().chain(&op.ask.query);
    op.rev_in.is_some() || op.ask.path.uses(Var::Rev) || pairs.into_iter().any(|(_, t)| t.uses(Var::Rev))
}
