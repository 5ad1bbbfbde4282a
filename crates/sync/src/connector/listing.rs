//! Asking for lists, page by page, and what their answers mean.

use super::answer::{Failure, Remote, garbled, shorten};
use super::page::{Page, Read, Since, State};
use super::request::own_url;
use super::scan::{self, Envelope, Members, Scan};
use super::shape::Item;
use super::status::Answer;
use super::template::{Template, Values};
use super::{Connector, Home, List, LiveFeed, Place};
use crate::net::{Request, Response};

#[derive(Debug, Clone, PartialEq)]
pub enum ListAnswer {
    Page {
        items: Vec<Remote>,
        /// Items that are no documents: no object, no id. Counted and shown, never fatal.
        nameless: Vec<String>,
        /// To be kept with the page and given back for the next one, or for the next listing.
        cursor: Option<String>,
        more: bool,
    },
    /// The cursor is no longer good: list from the beginning.
    Reset,
    Failed(Failure),
}

impl List {
    /// Documents of a page that is to have `most`: only a cursor does not count in pages.
    fn size(&self, most: usize) -> usize {
        if matches!(self.page, Page::Cursor(_)) { most.clamp(1, self.limit) } else { self.limit }
    }
}

impl Connector {
    /// One page of a collection after `cursor` (None: from the beginning). None if the backend lacks the collection.
    pub fn list(&self, place: Place, cursor: Option<&str>) -> Option<Request> {
        self.list_with(place, cursor, usize::MAX, &[])
    }

    /// The same with `most` documents in it, where pages need not be all of one size; never more than the file's limit. Its
    /// answer is for [`Connector::some_answer`].
    pub(crate) fn list_some(&self, place: Place, cursor: Option<&str>, most: usize) -> Option<Request> {
        self.list_with(place, cursor, most, &[])
    }

    /// A list that waits on the server until something comes after `cursor`; None: the backend has no such thing, or
    /// without a cursor there is nothing to wait for.
    pub fn wait(&self, place: Place, cursor: Option<&str>) -> Option<Request> {
        match &self.live {
            LiveFeed::LongPoll { query } => self.list_with(place, Some(cursor?), usize::MAX, query),
            _ => None,
        }
    }

    fn list_with(
        &self,
        place: Place,
        cursor: Option<&str>,
        most: usize,
        more: &[(String, Template)],
    ) -> Option<Request> {
        let home = self.home(place)?;
        let list = &home.dialect.list;
        let is_cursor = matches!(list.page, Page::Cursor(_));
        let limit = list.size(most).to_string();
        let state = if is_cursor { State::default() } else { State::read(cursor) };
        let stamp = list.since.as_ref().zip(state.since.as_deref());
        let since = stamp.map(|(since, stamp): (&Since, _)| since.value(stamp));
        let first = match &list.page {
            Page::Number { first, .. } => vec![first.to_string()],
            Page::Offset { .. } => vec!["0".to_owned()],
            _ => Vec::new(),
        };
        if let (Page::Link | Page::Next(_), Some(url)) = (&list.page, state.position.first()) {
            let url = own_url(&home.dialect.base, url)?;
            return Some(Request { url, ..self.ask(&home.dialect, &list.ask, &[], &self.values(home), None)? });
        }
        let values = Values {
            cursor: cursor.filter(|_| is_cursor),
            since: since.as_deref(),
            limit: Some(&limit),
            position: if state.position.is_empty() { &first } else { &state.position },
            ..self.values(home)
        };
        let since = list.since.as_ref().map_or(&[][..], |s| &s.query);
        let page = match &list.page {
            Page::Number { query, .. }
            | Page::Offset { query, .. }
            | Page::Keyset { query, .. }
            | Page::Bookmark { query, .. } => query.as_slice(),
            _ => &[],
        };
        self.ask(&home.dialect, &list.ask, &[since, page, more].concat(), &values, None)
    }

    /// `cursor` is the one that was asked with.
    pub fn list_answer(&self, place: Place, cursor: Option<&str>, response: &Response) -> ListAnswer {
        self.some_answer(place, cursor, usize::MAX, response)
    }

    /// `cursor` and `most` are those that were asked with.
    pub(crate) fn some_answer(
        &self,
        place: Place,
        cursor: Option<&str>,
        most: usize,
        response: &Response,
    ) -> ListAnswer {
        let Some(home) = self.home(place) else {
            return ListAnswer::Failed(garbled(response, "the backend has no such collection"));
        };
        let list = &home.dialect.list;
        let answer = Answer::new(response);
        if answer.is(&list.reset) {
            return ListAnswer::Reset;
        }
        // 206: PostgREST calls a page of more that.
        if ![200, 206].contains(&response.status) || answer.is_special(&self.signed_out) {
            return ListAnswer::Failed(self.failed(&answer));
        }
        // Where the document is the item, it is cut and looked at in one pass.
        let names = home.dialect.shape.names().filter(|_| list.doc.is_empty()).unwrap_or_default();
        let envelope = match Envelope::cut(&response.body, &list.items, |scan| scan.members(&names)) {
            Ok(envelope) => envelope,
            Err(what) => return ListAnswer::Failed(garbled(response, &what)),
        };
        let (mut items, mut nameless) = (Vec::with_capacity(envelope.items.len()), Vec::new());
        let mut documents = Vec::with_capacity(envelope.items.len());
        for (item, seen) in &envelope.items {
            let read = if list.doc.is_empty() {
                Some((*item, read(place, home, item, *seen)))
            } else {
                scan::at(item, &list.doc).map(|document| (document, self.remote(place, home, document)))
            };
            match read {
                Some((document, Ok(remote))) => {
                    documents.push(document);
                    items.extend(remote);
                }
                _ => nameless.push(shorten(item)),
            }
        }
        let read = Read { response, envelope: &envelope, documents: &documents, limit: list.size(most) };
        let base = &home.dialect.base;
        let path = list.ask.path.path(&self.values(home)).unwrap_or_default();
        match list.after(State::read(cursor), &read, |next| next_url(base, &path, next)) {
            Ok(after) => ListAnswer::Page { items, nameless, cursor: after.cursor, more: after.more },
            Err(what) => ListAnswer::Failed(garbled(response, &what)),
        }
    }

    /// Err: no document. None: a document that is none of ours.
    pub(super) fn remote(&self, place: Place, home: &Home, raw: &str) -> Result<Option<Remote>, ()> {
        let names = home.dialect.shape.names().unwrap_or_default();
        let (raw, seen) = Scan::new(raw).members(&names).map_err(drop)?;
        read(place, home, raw, seen)
    }

    pub(super) fn values<'a>(&self, home: &'a Home) -> Values<'a> {
        Values { collection: Some(&home.name), ..Values::default() }
    }
}

/// As [`Connector::remote`], of a document whose members have been seen.
fn read(place: Place, home: &Home, raw: &str, seen: Option<Members<'_, 7>>) -> Result<Option<Remote>, ()> {
    match home.dialect.shape.read(raw, seen) {
        Item::Document(seen) => Ok(Some(Remote::new(place, seen))),
        Item::Skipped => Ok(None),
        Item::Nameless => Err(()),
    }
}

/// The address of a next page as a path behind `base`; None if it leads elsewhere. `path`: of the list itself.
fn next_url(base: &str, path: &str, next: &str) -> Option<String> {
    let next = if next.starts_with('?') { format!("{base}{path}{next}") } else { next.to_owned() };
    own_url(base, &next)
}
