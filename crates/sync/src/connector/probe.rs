//! What log-in and self-test ask of a connector besides requests and answers: other pages than the file's, and which headers it needs.

use super::Connector;
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
        let _ = overlap;
        let mut probing = self.clone();
        probing.list.limit = limit.to_string();
        probing
    }

    /// Headers of answers that the file reads, and whether lists are cut short without it.
    pub(crate) fn headers_read(&self) -> Vec<(&str, bool)> {
        self.clock.as_deref().map(|name| (name, false)).into_iter().collect()
    }

    /// Names of the headers that carry the session.
    pub(crate) fn auth_headers(&self) -> impl Iterator<Item = &str> {
        let basic = self.auth_style() == Style::Basic;
        let given = self.auth.request.iter().flat_map(|request| &request.headers).map(|(name, _)| name.as_str());
        given.chain(basic.then_some("authorization"))
    }
}
