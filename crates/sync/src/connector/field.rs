//! One field of theirs and what it is for us, in both directions; and what of a document has changed.

use serde_json::{Map, Value};

use super::path::Path;

/// One field of theirs and what it is for us.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    pub ours: Option<Path>,
    pub theirs: Path,
    /// Ours with theirs.
    pub values: Option<Vec<(Value, Value)>>,
    /// Ours, for values of theirs that are not in the table.
    pub otherwise: Option<Value>,
    /// Theirs where ours has no value; reads as none.
    pub default: Option<Value>,
    /// Always written.
    pub constant: Option<Value>,
    pub direction: Direction,
}

/// Which way a field goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Both,
    Read,
    Write,
    /// Read only where ours has no value.
    Fill,
}

impl Field {
    /// What their value is for us.
    fn to_ours(&self, theirs: &Value, present: Option<&Value>) -> Option<Value> {
        let Some(table) = &self.values else { return Some(theirs.clone()) };
        let fits = |(_, t): &&(Value, Value)| t == theirs;
        // Several of ours may be one of theirs: the one that we had is as good.
        let same = table.iter().filter(fits).find(|(o, _)| Some(o) == present);
        same.or_else(|| table.iter().find(fits)).map(|(o, _)| o.clone()).or_else(|| self.otherwise.clone())
    }

    pub(super) fn read(&self, theirs: &Value, ours: &mut Value) {
        let Some(path) = &self.ours else { return };
        let present = path.get(ours).filter(|v| !v.is_null());
        if self.direction == Direction::Write || self.direction == Direction::Fill && present.is_some() {
            return;
        }
        // What was written for want of a value says nothing.
        let theirs = self.theirs.get(theirs).filter(|v| !v.is_null() && Some(*v) != self.default.as_ref());
        if let Some(value) = theirs.and_then(|value| self.to_ours(value, present)) {
            path.set(ours, value);
        }
    }

    pub(super) fn write(&self, ours: &Value, before: &Value, theirs: &mut Value) {
        if let Some(constant) = &self.constant {
            return self.theirs.set(theirs, constant.clone());
        }
        let old = self.theirs.get(before).filter(|v| !v.is_null());
        let Some(value) = self.ours.as_ref().and_then(|o| o.get(ours)).filter(|v| !v.is_null()) else {
            if let (None, Some(default)) = (old, &self.default) {
                self.theirs.set(theirs, default.clone());
            }
            return;
        };
        // What we did not change stays theirs, also where the table knows no way back.
        if old.is_some_and(|old| self.to_ours(old, Some(value)).as_ref() == Some(value)) {
            return;
        }
        let value = match &self.values {
            None => Some(value),
            Some(table) => table.iter().find(|(o, _)| o == value).map(|(_, t)| t),
        };
        let default = self.default.as_ref().filter(|_| old.is_none());
        if let Some(value) = value.filter(|v| old.is_some() || !is_blank(v)).or(default) {
            self.theirs.set(theirs, value.clone());
        }
    }
}

/// JSON Merge Patch (RFC 7396) from `before` to `after`; what the backend sets itself is not taken away.
pub(super) fn changes(before: &Value, after: &Value, server_fields: &[String]) -> Value {
    let (Value::Object(old), Value::Object(new)) = (before, after) else { return after.clone() };
    let mut patch = Map::new();
    for (name, value) in new {
        match old.get(name) {
            Some(same) if same == value => {}
            Some(old @ Value::Object(_)) if value.is_object() => {
                patch.insert(name.clone(), changes(old, value, &[]));
            }
            _ => drop(patch.insert(name.clone(), value.clone())),
        }
    }
    for name in old.keys().filter(|name| !new.contains_key(*name) && !server_fields.contains(name)) {
        patch.insert(name.clone(), Value::Null);
    }
    Value::Object(patch)
}

fn is_blank(value: &Value) -> bool {
    value.as_str() == Some("")
}
