//! The sections `get`, `find`, `create`, `replace` and `delete`.

use super::{Loss, Object, Reader, Unread, Wanted, Wrong, child};
use crate::connector::status::plain;
use crate::connector::template::Var;
use crate::connector::{Ask, Delete, Find, Op, Reply};

const GET: &[Var] = &[Var::Collection, Var::Id, Var::Key];
const WRITE: &[Var] = &[Var::Collection, Var::Id, Var::Key, Var::Rev];
const FIND: &[Var] = &[Var::Collection, Var::Id];
const OP: [&str; 16] = [
    "method",
    "path",
    "query",
    "headers",
    "ok",
    "stale",
    "gone",
    "missing",
    "unconfirmed",
    "doc",
    "current",
    "answer",
    "body",
    "wrap",
    "revIn",
    "nextRev",
];

impl Reader {
    /// None also if there is no such section, which is for the caller to say.
    pub(super) fn op(&mut self, at: &str, map: &Object, key: &str) -> Option<Op> {
        let map = self.optional_part(at, map, key, &OP)?;
        let at = &child(at, key);
        let (method, vars, ok): (_, _, &[u16]) = match key {
            "get" => ("GET", GET, &[200]),
            "create" => ("PUT", GET, &[200, 201]),
            "delete" => ("DELETE", WRITE, &[200, 202, 204]),
            _ => ("PUT", WRITE, &[200]),
        };
        let ask = self.ask(at, map, method, vars);
        let mut statuses = |key: &str, default: &[u16]| {
            let found = self.statuses(at, map, key);
            found.unwrap_or_else(|| plain(default))
        };
        let ok = statuses("ok", ok);
        let (stale, gone) = (statuses("stale", &[]), statuses("gone", &[]));
        let missing = statuses("missing", if key == "delete" { &[404] } else { &[] });
        let unconfirmed = statuses("unconfirmed", &[]);
        let reply = self.reply(at, map, key);
        let current = self.optional_pointer(at, map, "current");
        let changes = self.word(at, map, "body", &[("whole", false), ("changes", true)], Some(false));
        let wrap = self.optional_place(at, map, "wrap");
        let (rev_in, next_rev) = (self.optional_place(at, map, "revIn"), self.optional_place(at, map, "nextRev"));
        for key in ["wrap", "revIn", "nextRev", "body"].iter().filter(|_| ["get", "delete"].contains(&key)) {
            if map.contains_key(*key) {
                self.complain(child(at, key), Wrong::Unread(Unread::NoDocument));
            }
        }
        Some(Op {
            ask: ask?,
            ok,
            stale,
            gone,
            missing,
            unconfirmed,
            reply: reply?,
            current,
            changes: changes?,
            wrap: wrap.unwrap_or_default(),
            rev_in,
            next_rev,
        })
    }

    fn reply(&mut self, at: &str, map: &Object, key: &str) -> Option<Reply> {
        if map.contains_key("answer") {
            let answer = self.part(at, map, "answer", &["rev", "key"]);
            let at_answer = child(at, "answer");
            if map.contains_key("doc") || ["get", "delete"].contains(&key) {
                self.complain(&at_answer, Wrong::AnswerWithoutDocument);
            }
            let answer = answer?;
            let rev = self.pointer(&at_answer, answer, "rev");
            let key = self.optional_pointer(&at_answer, answer, "key");
            return Some(Reply::Revision { rev: rev?, key });
        }
        if key == "delete" {
            return Some(Reply::Nothing);
        }
        Some(Reply::Document(self.optional_pointer(at, map, "doc").unwrap_or_default()))
    }

    pub(super) fn find(&mut self, at: &str, map: &Object) -> Option<Find> {
        let map = self.optional_part(at, map, "find", &["method", "path", "query", "headers", "items", "doc"])?;
        let at = &child(at, "find");
        let ask = self.ask(at, map, "GET", FIND);
        let items = self.optional_pointer(at, map, "items").unwrap_or_default();
        let doc = self.optional_pointer(at, map, "doc").unwrap_or_default();
        let ask = ask?;
        if !ask.path.uses(Var::Id) && !ask.query.iter().any(|(_, t)| t.uses(Var::Id)) {
            self.complain(at, Wrong::NotSent { name: Var::Id.name(), so: Loss::Search });
        }
        Some(Find { ask, items, doc })
    }

    pub(super) fn delete(&mut self, at: &str, map: &Object) -> Option<Delete> {
        match map.get("delete")? {
            serde_json::Value::String(text) if text == "mark" => Some(Delete::Mark),
            serde_json::Value::Object(_) => self.op(at, map, "delete").map(|op| Delete::Ask(Box::new(op))),
            _ => self.fault(child(at, "delete"), Wrong::MustBe(Wanted::Delete)),
        }
    }

    pub(super) fn ask(&mut self, at: &str, map: &Object, method: &str, vars: &[Var]) -> Option<Ask> {
        let path = self.path(at, map, vars);
        let query = self.pairs(at, map, "query", vars);
        let headers = self.pairs(at, map, "headers", vars);
        Some(Ask { method: self.method(at, map, method), path: path?, query, headers })
    }
}
