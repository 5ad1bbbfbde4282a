//! What all checks share: asking the backend through its connector, with patience and until the person cancels, and the
//! list of what was made and has to be removed.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use baton_engine::model::Collection;
use baton_engine::time::Timestamp;
use serde_json::Value;

use super::report::{Fact, Verdict};
use super::{Options, PREFIX, Watch, canary};
use crate::backoff::Skew;
use crate::connector::{Connector, Failure, ListAnswer, Place, Remote, WriteAnswer};
use crate::net::{Clock, Net, Problem, ProblemKind, Request, Response};

/// How often one request is made again because the backend asks for patience.
const TRIES: u32 = 6;
/// The shortest and longest wait for it, milliseconds.
const WAIT_MS: (i64, i64) = (200, 20_000);
/// A list that has so many pages does not end.
const PAGES: usize = 10_000;

/// What a check found.
pub(super) struct Found {
    pub verdict: Verdict,
    pub facts: Vec<Fact>,
}

/// Why a check could not be finished.
pub(super) enum Stop {
    Cancelled,
    NotInFile,
    Problem(Problem),
    /// What was seen already says enough.
    Found(Found),
}

pub(super) type Outcome = Result<Found, Stop>;

pub(super) fn found(verdict: Verdict, facts: Vec<Fact>) -> Outcome {
    Ok(Found { verdict, facts })
}

/// Documents of a list, the later form of each, and where the next list begins.
pub(super) struct Listing {
    pub items: BTreeMap<String, Remote>,
    pub pages: usize,
    pub cursor: Option<String>,
}

pub(super) struct Bench<'a, N, C, W> {
    pub connector: &'a Connector,
    net: &'a N,
    pub clock: &'a C,
    pub watch: &'a W,
    pub options: &'a Options,
    pub collection: Collection,
    /// Tells this run's documents from those of others.
    run: String,
    counter: Cell<u32>,
    /// Each document that was made, as it was last seen.
    pub made: RefCell<BTreeMap<(Place, String), Option<Remote>>>,
    /// Where the list ended before the first document was made.
    pub end: RefCell<Option<String>>,
    pub skew: RefCell<Skew>,
    /// The finest step of the server's clock that was seen, milliseconds: an HTTP date has whole seconds.
    pub step_ms: Cell<i64>,
    /// Names of all headers that answers had, in small letters.
    pub seen: RefCell<BTreeSet<String>>,
    /// Whether a list in several pages was asked for.
    pub paged: Cell<bool>,
    /// What was made is being removed: the person has cancelled already, or cannot any more.
    pub cleaning: Cell<bool>,
}

impl<'a, N: Net, C: Clock, W: Watch> Bench<'a, N, C, W> {
    pub fn new(
        connector: &'a Connector,
        net: &'a N,
        clock: &'a C,
        watch: &'a W,
        options: &'a Options,
        collection: Collection,
        run: String,
    ) -> Self {
        Bench {
            connector,
            net,
            clock,
            watch,
            options,
            collection,
            run,
            counter: Cell::default(),
            made: RefCell::default(),
            end: RefCell::default(),
            skew: RefCell::default(),
            step_ms: Cell::new(1000),
            seen: RefCell::default(),
            paged: Cell::default(),
            cleaning: Cell::default(),
        }
    }

    pub fn place(&self) -> Place {
        Place::Of(self.collection)
    }

    pub fn new_id(&self) -> String {
        self.counter.set(self.counter.get() + 1);
        format!("{PREFIX}{}-{}", self.run, self.counter.get())
    }

    /// Server time as far as it is known.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.clock.now_ms() + self.skew.borrow().offset_ms().unwrap_or(0))
    }

    /// The worse verdict if the file promises what was not seen.
    pub fn less(&self, promised: bool) -> Verdict {
        if promised { Verdict::Failed } else { Verdict::Differs }
    }

    pub async fn send(&self, request: Request) -> Result<Response, Stop> {
        if self.watch.cancelled() && !self.cleaning.get() {
            return Err(Stop::Cancelled);
        }
        let asked_ms = self.clock.steady_ms();
        match self.net.send(request).await {
            Ok(response) => {
                if let Some(server) = self.connector.server_time_ms(&response) {
                    if server % 1000 != 0 {
                        self.step_ms.set(1);
                    }
                    self.skew.borrow_mut().note(self.clock.steady_ms() - asked_ms, self.clock.now_ms(), server);
                }
                let names = response.headers.iter().map(|(name, _)| name.to_ascii_lowercase());
                self.seen.borrow_mut().extend(names);
                Ok(response)
            }
            Err(error) => Err(Stop::Problem(Problem::new(ProblemKind::Network, 0, error.0))),
        }
    }

    /// Waits as the backend asked, or at least for a moment.
    pub async fn patience(&self, after_ms: Option<i64>) {
        let ms = after_ms.unwrap_or(0).clamp(WAIT_MS.0, WAIT_MS.1);
        self.watch.wait(u32::try_from(ms).unwrap_or(0)).await;
    }

    /// One request until it has an answer other than "later". True: it was made more than once.
    async fn ask(
        &self,
        request: Option<Request>,
        read: impl Fn(&Response) -> WriteAnswer,
    ) -> Result<(WriteAnswer, bool), Stop> {
        let request = request.ok_or(Stop::NotInFile)?;
        let mut tries = 1;
        loop {
            let response = self.send(request.clone()).await?;
            match read(&response) {
                WriteAnswer::Failed(Failure::Again { after_ms, line: true, .. })
                    if tries < TRIES && matches!(response.status, 429 | 503) =>
                {
                    tries += 1;
                    self.patience(after_ms).await;
                }
                WriteAnswer::Failed(Failure::SignedOut) => return Err(signed_out(response.status)),
                answer => return Ok((answer, tries > 1)),
            }
        }
    }

    pub fn note(&self, place: Place, id: &str, remote: Option<Remote>) {
        let mut made = self.made.borrow_mut();
        let known = made.entry((place, id.to_owned())).or_default();
        if remote.is_some() {
            *known = remote;
        }
    }

    pub async fn create(&self, place: Place, id: &str, body: &Value) -> Result<WriteAnswer, Stop> {
        // Before it is sent: also one whose answer is lost has to be removed.
        self.note(place, id, None);
        let request = || self.connector.create(place, id, body, self.now().millis());
        let read = |r: &Response| self.connector.create_answer(place, id, body, r);
        self.write((place, id), None, body, request, read).await
    }

    pub async fn replace(&self, base: &Remote, body: &Value) -> Result<WriteAnswer, Stop> {
        let (place, id) = (base.place, base.id.as_str());
        let request = || self.connector.replace(place, id, &base.rev, body, self.now().millis());
        let read = |r: &Response| self.connector.replace_answer(place, id, body, r);
        self.write((place, id), Some(base), body, request, read).await
    }

    /// Writes, and looks where the answer is not certain: one that says so; a refusal of a request that had to be
    /// repeated, for the first one may have been carried out; and a refusal though nothing has moved, as Kinto on
    /// PostgreSQL gives when two documents are made at the same moment.
    async fn write(
        &self,
        (place, id): (Place, &str),
        base: Option<&Remote>,
        sent: &Value,
        request: impl Fn() -> Option<Request>,
        read: impl Fn(&Response) -> WriteAnswer,
    ) -> Result<WriteAnswer, Stop> {
        let text = |value: &Value| value.get(canary::text_field(self.collection)).cloned();
        let mut tries = 1;
        let answer = loop {
            let (answer, repeated) = self.ask(request(), &read).await?;
            if !matches!(answer, WriteAnswer::Unconfirmed | WriteAnswer::Stale(_)) {
                break answer;
            }
            let unmoved = |now: &Option<Remote>| now.as_ref().map(|r| &r.rev) == base.map(|r| &r.rev);
            match (&answer, self.get(place, id).await?) {
                (WriteAnswer::Unconfirmed, Some(now)) => break WriteAnswer::Stored(now),
                (_, Some(now)) if repeated && text(&canary::value(&now)) == text(sent) => {
                    break WriteAnswer::Stored(now);
                }
                (_, now) if unmoved(&now) && tries < TRIES => tries += 1,
                _ => break answer,
            }
            self.patience(None).await;
        };
        if let WriteAnswer::Stored(remote) = &answer {
            self.note(place, id, Some(remote.clone()));
        }
        Ok(answer)
    }

    /// The document as it is now; None if it is not there, or deleted.
    pub async fn get(&self, place: Place, id: &str) -> Result<Option<Remote>, Stop> {
        let known = self.made.borrow().get(&(place, id.to_owned())).cloned().flatten();
        let known = known.as_ref().map(canary::value);
        match self.connector.get(place, id, known.as_ref()) {
            Some(request) => {
                let (answer, _) = self.ask(Some(request), |r| self.connector.get_answer(place, id, r)).await?;
                self.there(answer)
            }
            None => self.look(place, id).await,
        }
    }

    /// As [`Bench::get`], but by our id: where the backend makes ids, also another document of the same id is found.
    pub async fn look(&self, place: Place, id: &str) -> Result<Option<Remote>, Stop> {
        match self.connector.find(place, id) {
            Some(request) => {
                let (answer, _) = self.ask(Some(request), |r| self.connector.find_answer(place, id, r)).await?;
                self.there(answer)
            }
            None => {
                let request = self.connector.get(place, id, None);
                let (answer, _) = self.ask(request, |r| self.connector.get_answer(place, id, r)).await?;
                self.there(answer)
            }
        }
    }

    fn there(&self, answer: WriteAnswer) -> Result<Option<Remote>, Stop> {
        match answer {
            WriteAnswer::Stored(remote) if remote.deleted => Ok(None),
            WriteAnswer::Stored(remote) => {
                self.note(remote.place, &remote.id, Some(remote.clone()));
                Ok(Some(remote))
            }
            WriteAnswer::Gone(_) | WriteAnswer::Missing => Ok(None),
            answer => Err(Stop::Problem(problem(answer))),
        }
    }

    pub async fn delete(&self, base: &Remote) -> Result<WriteAnswer, Stop> {
        let known = canary::value(base);
        let request = self.connector.delete(base.place, &base.id, &base.rev, Some(&known));
        Ok(self.ask(request, |r| self.connector.delete_answer(base.place, &base.id, r)).await?.0)
    }

    /// A new document of the canary collection.
    pub async fn fresh(&self, text: &str) -> Result<Remote, Stop> {
        let id = self.new_id();
        let body = canary::document(self.collection, &id, text, self.now());
        match self.create(self.place(), &id, &body).await? {
            WriteAnswer::Stored(remote) => Ok(remote),
            answer => Err(Stop::Problem(problem(answer))),
        }
    }

    /// The same document with another text, on top of the form that was read.
    pub async fn rewrite(&self, base: &Remote, text: &str) -> Result<WriteAnswer, Stop> {
        let mut body = canary::value(base);
        canary::set_text(self.collection, &mut body, text);
        self.replace(base, &body).await
    }

    /// One page.
    pub async fn page(&self, by: &Connector, place: Place, cursor: Option<&str>) -> Result<ListAnswer, Stop> {
        let request = by.list(place, cursor).ok_or(Stop::NotInFile)?;
        let mut tries = 1;
        loop {
            let response = self.send(request.clone()).await?;
            match by.list_answer(place, cursor, &response) {
                ListAnswer::Failed(Failure::Again { after_ms, .. })
                    if tries < TRIES && matches!(response.status, 429 | 503) =>
                {
                    tries += 1;
                    self.patience(after_ms).await;
                }
                ListAnswer::Failed(Failure::SignedOut) => return Err(signed_out(response.status)),
                ListAnswer::Failed(Failure::Again { problem, .. } | Failure::Refused(problem)) => {
                    return Err(Stop::Problem(problem));
                }
                answer => return Ok(answer),
            }
        }
    }

    /// All pages after `cursor`. `between` is awaited after the first page, if there are more.
    pub async fn list(
        &self,
        by: &Connector,
        place: Place,
        cursor: Option<&str>,
        mut between: Option<impl Future<Output = Result<(), Stop>>>,
    ) -> Result<Listing, Stop> {
        let mut listing = Listing { items: BTreeMap::new(), pages: 0, cursor: cursor.map(str::to_owned) };
        loop {
            let answer = self.page(by, place, listing.cursor.as_deref()).await?;
            let ListAnswer::Page { items, cursor, more, .. } = answer else {
                // A cursor that the backend gave a moment ago is no longer good.
                return Err(Stop::Problem(Problem::new(ProblemKind::Garbled, 0, "the list must begin again")));
            };
            listing.pages += 1;
            for remote in items {
                listing.items.insert(remote.id.clone(), remote);
            }
            let stuck = more && (cursor.is_none() || cursor == listing.cursor);
            if cursor.is_some() {
                listing.cursor = cursor;
            }
            if stuck || listing.pages == PAGES {
                let facts = vec![Fact::Endless { pages: listing.pages }];
                return Err(Stop::Found(Found { verdict: Verdict::Failed, facts }));
            }
            if !more {
                return Ok(listing);
            }
            if let Some(between) = between.take() {
                between.await?;
            }
        }
    }
}

/// For [`Bench::list`] without anything between its pages.
pub(super) const QUIET: Option<std::future::Ready<Result<(), Stop>>> = None;

fn signed_out(status: u16) -> Stop {
    Stop::Problem(Problem::new(ProblemKind::SignedOut, status, "nobody is logged in"))
}

/// An answer that is not the expected one, in words.
pub(super) fn problem(answer: WriteAnswer) -> Problem {
    let garbled = |text: &str| Problem::new(ProblemKind::Garbled, 0, text);
    match answer {
        WriteAnswer::Failed(Failure::Again { problem, .. } | Failure::Refused(problem)) => problem,
        WriteAnswer::Failed(Failure::SignedOut) => Problem::new(ProblemKind::SignedOut, 0, ""),
        WriteAnswer::Stored(_) => garbled("stored, though it should have been refused"),
        WriteAnswer::Stale(_) => garbled("refused as stale"),
        WriteAnswer::Gone(_) => Problem::new(ProblemKind::Deleted, 0, "answered as deleted"),
        WriteAnswer::Missing => Problem::new(ProblemKind::Missing, 0, "answered as unknown"),
        WriteAnswer::Unconfirmed => garbled("taken, but not confirmed"),
    }
}
