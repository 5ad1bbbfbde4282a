//! What log-in and self-test ask of a connector besides requests and answers: other pages than the file's, and which headers it needs.

use baton_engine::order;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::Connector;
use super::page::{Page, Source};
use crate::auth::Style;

impl Connector {
    /// How a person logs in.
    pub fn auth_style(&self) -> Style {
        self.auth.style.unwrap_or(Style::Session)
    }

    /// Prefix of addresses: a path on the app's own origin, or absolute.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The same connector with pages of `limit` documents, and without the overlap of its cursors unless `overlap`.
    pub(crate) fn probing(&self, limit: u16, overlap: bool) -> Connector {
        let mut probing = self.clone();
        for home in probing.homes.values_mut() {
            let list = &mut Arc::make_mut(&mut home.dialect).list;
            list.limit = usize::from(limit);
            if let Some(since) = list.since.as_mut().filter(|_| !overlap) {
                since.overlap_ms = 0;
            }
        }
        probing
    }

    /// Headers of answers that the file reads, and whether lists are cut short without it.
    pub(crate) fn headers_read(&self) -> Vec<(&str, bool)> {
        let lists = self.homes.values().flat_map(|home| {
            let list = &home.dialect.list;
            let next = match &list.page {
                Page::Cursor(from) | Page::Next(from) | Page::Bookmark { from, .. } => Some(from),
                _ => None,
            };
            let link = matches!(list.page, Page::Link).then_some("Link");
            next.into_iter().chain(&list.more).filter_map(Source::header).chain(link)
        });
        let vital: BTreeSet<&str> = order::gather(lists);
        [(self.clock.header.as_str(), false)].into_iter().chain(vital.into_iter().map(|name| (name, true))).collect()
    }

    /// Names of the headers that carry the session.
    pub(crate) fn auth_headers(&self) -> impl Iterator<Item = &str> {
        let basic = self.auth_style() == Style::Basic;
        let given = self.auth.request.iter().flat_map(|request| &request.headers).map(|(name, _)| name.as_str());
        given.chain(basic.then_some("authorization"))
    }
}
