//! Whether a browser on another origin would be let in (Fetch standard, CORS protocol), and see what the file reads.
//!
//! In a browser that is known from what was seen so far; elsewhere the preflights are made here and judged as a
//! browser judges them. The desk sends no cookies to another origin, so `*` is enough.

use baton_engine::order;
use std::collections::BTreeSet;

use super::bench::{Bench, Outcome, Stop, found};
use super::report::{Cors, Fact, Verdict};
use super::{Watch, canary};
use crate::connector::Remote;
use crate::net::{Clock, Net, Request, Response};

/// Request headers that need no leave. A JSON body's `Content-Type` does.
const SIMPLE: [&str; 3] = ["accept", "accept-language", "content-language"];
/// Answer headers that every page may see.
const VISIBLE: [&str; 7] =
    ["cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma"];

impl<N: Net, C: Clock, W: Watch> Bench<'_, N, C, W> {
    pub async fn cors(&self) -> Outcome {
        if !self.connector.base().contains("://") {
            return found(Verdict::Passed, vec![Fact::SameOrigin]);
        }
        let Some(origin) = self.options.origin.as_deref() else {
            // The browser says no more than this: what was in no answer is hidden, or was not sent.
            let hidden = |name: &str, vital: bool| {
                (self.paged.get() || !vital) && !self.seen.borrow().contains(&name.to_ascii_lowercase())
            };
            return self.visible(Vec::new(), hidden);
        };
        let mut facts = Vec::new();
        let mut asked = BTreeSet::new();
        for request in self.requests() {
            let (name, headers) = (&request.method, self.unusual(&request));
            if asked.insert((name.clone(), headers.clone())) && needs_leave(name, &headers) {
                let preflight = preflight(&request, origin, &headers);
                let answer = self.send(preflight).await?;
                if let Err(why) = judge(&answer, origin, name, &headers) {
                    facts.push(Fact::Blocked { request: format!("{name} {}", request.url), why });
                }
            }
        }
        let mut list = self.connector.list(self.place(), self.end().as_deref()).ok_or(Stop::NotInFile)?;
        list.headers.push(("Origin".into(), origin.into()));
        let answer = self.send(list.clone()).await?;
        if let Err(why) = allowed(&answer, origin) {
            facts.push(Fact::Blocked { request: format!("{} {}", list.method, list.url), why });
        }
        let exposed = tokens(&answer, "access-control-expose-headers");
        let hidden = |name: &str, _| {
            let name = name.to_ascii_lowercase();
            self.seen.borrow().contains(&name)
                && !exposed.iter().any(|exposed| *exposed == name || exposed == "*")
                && !VISIBLE.contains(&name.as_str())
        };
        if facts.is_empty() {
            facts.push(Fact::Allowed { origin: origin.into() });
        }
        self.visible(facts, hidden)
    }

    fn visible(&self, mut facts: Vec<Fact>, hidden: impl Fn(&str, bool) -> bool) -> Outcome {
        let mut verdict = if facts.iter().any(|fact| matches!(fact, Fact::Blocked { .. })) {
            Verdict::Failed
        } else {
            Verdict::Passed
        };
        for (name, vital) in self.connector.headers_read() {
            if hidden(name, vital) {
                // Without the clock the desk trusts the device's; without the way on it would stop after a page.
                verdict = verdict.max(if vital { Verdict::Failed } else { Verdict::Differs });
                facts.push(Fact::Hidden { header: name.into() });
            }
        }
        found(verdict, facts)
    }

    /// One request of each kind. They are not sent.
    fn requests(&self) -> Vec<Request> {
        let id = self.new_id();
        let body = canary::document(self.collection, &id, "", self.now());
        let (place, now) = (self.place(), self.now().millis());
        let made = self.made.borrow();
        let known = made.values().flatten().find(|remote| remote.place == place);
        let (rev, base): (&str, _) = known.map_or(("1", None), |Remote { rev, .. }| (rev, known.map(canary::value)));
        let all = [
            self.connector.list(place, None),
            self.connector.get(place, &id, base.as_ref()),
            self.connector.create(place, &id, &body, now),
            self.connector.replace(place, &id, rev, base.as_ref().unwrap_or(&body), now),
            self.connector.delete(place, &id, rev, base.as_ref()),
        ];
        all.into_iter().flatten().collect()
    }

    /// Headers that need leave, in small letters and sorted, with those of the session.
    fn unusual(&self, request: &Request) -> Vec<String> {
        let names = request.headers.iter().map(|(name, _)| name.as_str()).chain(self.connector.auth_headers());
        let names = names.map(str::to_ascii_lowercase).filter(|name| !SIMPLE.contains(&name.as_str()));
        order::gather::<_, BTreeSet<_>>(names).into_iter().collect()
    }
}

fn needs_leave(method: &str, headers: &[String]) -> bool {
    !matches!(method, "GET" | "HEAD" | "POST") || !headers.is_empty()
}

fn preflight(request: &Request, origin: &str, headers: &[String]) -> Request {
    let mut sent = vec![
        ("Origin".to_owned(), origin.to_owned()),
        ("Access-Control-Request-Method".to_owned(), request.method.clone()),
    ];
    if !headers.is_empty() {
        sent.push(("Access-Control-Request-Headers".into(), headers.join(",")));
    }
    Request { method: "OPTIONS".into(), url: request.url.clone(), headers: sent, body: None }
}

fn judge(answer: &Response, origin: &str, method: &str, headers: &[String]) -> Result<(), Cors> {
    allowed(answer, origin)?;
    if !(200..=299).contains(&answer.status) {
        return Err(Cors::Preflight { status: answer.status });
    }
    let simple = matches!(method, "GET" | "HEAD" | "POST");
    let methods = tokens(answer, "access-control-allow-methods");
    if !simple && !methods.iter().any(|allowed| allowed.eq_ignore_ascii_case(method) || allowed == "*") {
        return Err(Cors::Method { method: method.into() });
    }
    let allowed = tokens(answer, "access-control-allow-headers");
    // `*` never means Authorization.
    let may = |name: &String| allowed.contains(name) || (name != "authorization" && allowed.iter().any(|a| a == "*"));
    match headers.iter().find(|name| !may(name)) {
        Some(header) => Err(Cors::Header { header: header.clone() }),
        None => Ok(()),
    }
}

fn allowed(answer: &Response, origin: &str) -> Result<(), Cors> {
    match answer.header("access-control-allow-origin").map(str::trim) {
        Some(allowed) if allowed == "*" || allowed == origin => Ok(()),
        other => Err(Cors::Origin { allowed: other.unwrap_or_default().into() }),
    }
}

/// A list in one or several headers, in small letters.
fn tokens(answer: &Response, name: &str) -> Vec<String> {
    let values = answer.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name));
    let parts = values.flat_map(|(_, value)| value.split(','));
    parts.map(|part| part.trim().to_ascii_lowercase()).filter(|part| !part.is_empty()).collect()
}
