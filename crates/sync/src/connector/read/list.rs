//! The section `list`: envelope, pages and what is asked since when.

use super::{Loss, Object, Reader, Unread, Wanted, Wrong, child};
use crate::connector::List;
use crate::connector::page::{Kind, Page, Since, SinceFrom};
use crate::connector::template::{Pairs, Var};

const LIST: [&str; 13] = [
    "method", "path", "query", "headers", "limit", "items", "doc", "total", "more", "cursor", "reset", "since", "page",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Cursor,
    Number,
    Offset,
    Keyset,
    Link,
    Next,
    Bookmark,
    All,
}

const STYLES: [(&str, Style); 8] = [
    ("cursor", Style::Cursor),
    ("number", Style::Number),
    ("offset", Style::Offset),
    ("keyset", Style::Keyset),
    ("link", Style::Link),
    ("next", Style::Next),
    ("bookmark", Style::Bookmark),
    ("all", Style::All),
];

impl Reader {
    /// None also if there is no such section, which is for the caller to say.
    pub(super) fn list(&mut self, at: &str, map: &Object) -> Option<List> {
        let map = self.optional_part(at, map, "list", &LIST)?;
        let at = &child(at, "list");
        let ask = self.ask(at, map, "GET", &[Var::Collection, Var::Cursor, Var::Limit]);
        let limit = if map.contains_key("limit") { self.number(at, map, "limit", 1..=10_000) } else { Some(200) };
        let items = self.optional_pointer(at, map, "items").unwrap_or_default();
        let doc = self.optional_pointer(at, map, "doc").unwrap_or_default();
        let total = self.optional_source(at, map, "total");
        let more = self.optional_source(at, map, "more");
        let reset = self.statuses(at, map, "reset").unwrap_or_default();
        let since = self.since(at, map);
        let page = self.page(at, map);
        let ask = ask?;
        if matches!(page, Some(Page::Cursor(_)))
            && !ask.query.iter().chain(&ask.headers).any(|(_, t)| t.uses(Var::Cursor))
        {
            self.complain(at, Wrong::NotSent { name: Var::Cursor.name(), so: Loss::News });
        }
        Some(List {
            ask,
            limit: usize::try_from(limit?).unwrap_or(200),
            items,
            doc,
            total,
            more,
            reset,
            since,
            page: page?,
        })
    }

    fn since(&mut self, at: &str, map: &Object) -> Option<Since> {
        let map = self.optional_part(at, map, "since", &["query", "from", "envelope", "type", "overlapMs"])?;
        let at = &child(at, "since");
        let query = self.pairs(at, map, "query", &[Var::Since]);
        if !query.iter().any(|(_, t)| t.uses(Var::Since)) {
            self.complain(child(at, "query"), Wrong::NotSent { name: Var::Since.name(), so: Loss::News });
        }
        let from = match (map.contains_key("from"), map.contains_key("envelope")) {
            (true, false) => self.optional_pointer(at, map, "from").map(SinceFrom::Documents),
            (false, true) => self.optional_source(at, map, "envelope").map(SinceFrom::Envelope),
            _ => self.fault(at, Wrong::NoOrigin),
        };
        let kinds = [("text", Kind::Text), ("number", Kind::Number), ("time", Kind::Time)];
        let kind = self.word(at, map, "type", &kinds, Some(Kind::Text));
        let overlap = self.number(at, map, "overlapMs", 0..=86_400_000).unwrap_or(0);
        if overlap > 0 && kind == Some(Kind::Text) {
            self.complain(child(at, "overlapMs"), Wrong::OverlapOfText);
        }
        Some(Since { query, from: from?, kind: kind?, overlap_ms: i64::try_from(overlap).unwrap_or(0) })
    }

    fn page(&mut self, at: &str, list: &Object) -> Option<Page> {
        if !list.contains_key("page") {
            // The short form: a cursor is all that there is.
            return self.source(at, list, "cursor").map(Page::Cursor);
        }
        let known = ["style", "query", "first", "reread", "keys", "from"];
        let map = self.part(at, list, "page", &known)?;
        let at = &child(at, "page");
        let style = self.word(at, map, "style", &STYLES, None)?;
        if style != Style::Cursor && list.contains_key("cursor") {
            self.complain(child(at, "style"), Wrong::CursorOfAnotherStyle);
        }
        let allowed: &[&str] = match style {
            Style::Cursor | Style::Link | Style::All => &[],
            Style::Number => &["query", "first"],
            Style::Offset => &["query", "reread"],
            Style::Keyset => &["query", "keys"],
            Style::Next => &["from"],
            Style::Bookmark => &["query", "from"],
        };
        for key in map.keys().filter(|k| known.contains(&k.as_str()) && *k != "style" && !allowed.contains(&k.as_str()))
        {
            self.complain(child(at, key), Wrong::Unread(Unread::Style));
        }
        match style {
            Style::Cursor => self.source(at, list, "cursor").map(Page::Cursor),
            Style::Number => {
                let query = self.page_query(at, map, &[Var::Page]);
                let first = self.number(at, map, "first", 0..=1).unwrap_or(1);
                Some(Page::Number { query, first })
            }
            Style::Offset => {
                let query = self.page_query(at, map, &[Var::Offset]);
                let reread = self.number(at, map, "reread", 0..=1000).unwrap_or(0);
                Some(Page::Offset { query, reread: usize::try_from(reread).unwrap_or(0) })
            }
            Style::Keyset => {
                let keys = self.texts(at, map, "keys");
                if keys.is_empty() || keys.len() > 3 {
                    self.complain(child(at, "keys"), Wrong::MustBe(Wanted::Keys));
                }
                let vars: Vec<Var> = (0..keys.len().min(3)).map(|n| Var::Sort(u8::try_from(n).unwrap_or(0))).collect();
                let query = self.page_query(at, map, &vars);
                for (i, key) in keys.iter().enumerate() {
                    self.pointer_text(&child(&child(at, "keys"), &i.to_string()), key);
                }
                Some(Page::Keyset { keys, query })
            }
            Style::Link => Some(Page::Link),
            Style::Next => self.source(at, map, "from").map(Page::Next),
            Style::Bookmark => {
                let query = self.page_query(at, map, &[Var::Bookmark]);
                let from = self.source(at, map, "from");
                Some(Page::Bookmark { from: from?, query })
            }
            Style::All => Some(Page::All),
        }
    }

    /// Parameters that say which page is wanted; all of `vars` must be in them.
    fn page_query(&mut self, at: &str, map: &Object, vars: &[Var]) -> Pairs {
        let query = self.pairs(at, map, "query", &[vars, &[Var::Limit, Var::Since]].concat());
        for var in vars.iter().filter(|var| !query.iter().any(|(_, t)| t.uses(**var))) {
            self.complain(child(at, "query"), Wrong::NotSent { name: var.name(), so: Loss::Page });
        }
        query
    }
}
