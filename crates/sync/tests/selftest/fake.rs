//! A backend in memory that speaks the dialect of `baton.json`, with any of the wrong habits that the self-test must
//! notice. Requests that are made at once meet: each arrives, yields, and is then carried out.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use baton_engine::time::Timestamp;
use baton_sync::net::{Clock, Net, NetError, Request, Response, Rng};
use serde_json::{Value, json};

/// What it does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Habit {
    /// Takes every write, whatever its revision.
    IgnoresRevisions,
    /// Looks first and writes later: of two at once both get through.
    LooksThenWrites,
    /// A second create takes the place of the first.
    CreatesTwice,
    /// Many creates at once all get through.
    CreatesTwiceInARace,
    /// A second create is answered as done and shows the first.
    ShowsTheFirst,
    /// Lists everything, whatever the cursor.
    IgnoresSince,
    /// What is written is in no list that begins before a few more requests were made; its number is the old one.
    CommitsLate,
    /// Of a page after a write the first item is missing.
    SkipsInPages,
    /// Says "more" from the same place for ever.
    ListsForEver,
    /// Unknown parameters are filters.
    FiltersByAnything,
    /// The second deletion is an error.
    DeletesOnce,
    /// Says that it is deleted, and keeps it.
    KeepsTheDeleted,
    /// Deletions are in no list.
    NoTombstones,
    /// Nobody may delete.
    ForbidsDeleting,
    /// Keeps only the fields that it knows.
    DropsFields,
    /// A replace takes away what it does not know.
    LosesFields,
    DropsTheJournal,
    /// Answers a write with the revision before it.
    ShowsOldRevisions,
    /// Documents of more than 100 kB are refused.
    Small,
    /// The clock is two minutes ahead.
    FastClock,
    NoClock,
    /// Every third request is turned away for a second.
    Busy,
    /// Every third write is carried out and answered as if it had been turned away, as a gateway may do.
    BusyAfterAll,
    /// Every third write is refused though nothing has moved.
    RefusesAtTimes,
}

/// What a browser would be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cors {
    Silent,
    /// As Baton's needs it.
    Good,
    /// As pouchdb-server: preflights that name other headers get none of the permissions.
    FewHeaders,
    NoDelete,
    HidesTheClock,
}

pub struct Backend {
    pub docs: BTreeMap<(String, String), Value>,
    pub habits: Vec<Habit>,
    pub cors: Cors,
    pub now_ms: i64,
    /// How often it was asked.
    pub requests: u32,
    /// From this request to that one there is no answer.
    pub dead: Option<(u32, u32)>,
    /// Revisions by document, also of deleted ones.
    seq: i64,
    /// Late ones: visible from this request on.
    late: BTreeMap<(String, String), u32>,
    written: bool,
}

#[derive(Clone)]
pub struct Fake(pub Rc<RefCell<Backend>>);

impl Fake {
    pub fn new(habits: &[Habit]) -> Fake {
        Fake(Rc::new(RefCell::new(Backend {
            docs: BTreeMap::new(),
            habits: habits.to_vec(),
            cors: Cors::Silent,
            now_ms: 1_795_399_200_000,
            requests: 0,
            dead: None,
            seq: 0,
            late: BTreeMap::new(),
            written: false,
        })))
    }

    /// Documents of the self-test that are not deleted.
    pub fn canaries(&self) -> Vec<String> {
        let backend = self.0.borrow();
        let live = backend.docs.iter().filter(|((_, id), doc)| id.starts_with("baton-selftest-") && !deleted(doc));
        live.map(|((_, id), _)| id.clone()).collect()
    }
}

/// Others run before this goes on.
async fn others() {
    let yielded = Cell::new(false);
    poll_fn(|cx| {
        if yielded.replace(true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

impl Net for Fake {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        others().await;
        let seen = self.0.borrow_mut().arrive(&request)?;
        if let Some(answer) = seen {
            return Ok(answer);
        }
        let before = self.0.borrow().current(&request);
        let racing = self.0.borrow().has(Habit::LooksThenWrites) && request.method == "PUT";
        let creating = self.0.borrow().has(Habit::CreatesTwiceInARace) && header(&request, "if-none-match").is_some();
        if racing || creating {
            others().await;
        }
        let mut backend = self.0.borrow_mut();
        let current = if racing || creating { before } else { backend.current(&request) };
        let third = request.method == "PUT" && backend.requests.is_multiple_of(3);
        if backend.has(Habit::RefusesAtTimes) && third {
            return Ok(problem(409, &Value::Null));
        }
        let mut answer = backend.answer(&request, current);
        if backend.has(Habit::BusyAfterAll) && third {
            answer = busy(503);
        }
        backend.sign(&mut answer);
        Ok(answer)
    }
}

impl Clock for Fake {
    fn now_ms(&self) -> i64 {
        self.0.borrow().now_ms
    }

    fn steady_ms(&self) -> i64 {
        self.now_ms()
    }
}

/// Another number for each run.
impl Rng for Fake {
    fn next_u64(&self) -> u64 {
        u64::from(self.0.borrow().requests + 1) << 32
    }
}

impl Backend {
    fn has(&self, habit: Habit) -> bool {
        self.habits.contains(&habit)
    }

    /// What is answered before anything is looked at.
    fn arrive(&mut self, request: &Request) -> Result<Option<Response>, NetError> {
        self.requests += 1;
        self.now_ms += 1;
        if self.dead.is_some_and(|(from, to)| (from..to).contains(&self.requests)) {
            return Err(NetError("connection refused".into()));
        }
        if request.method == "OPTIONS" {
            return Ok(Some(self.preflight(request)));
        }
        if self.has(Habit::Busy) && self.requests.is_multiple_of(3) {
            return Ok(Some(busy(429)));
        }
        Ok(None)
    }

    fn current(&self, request: &Request) -> Option<Value> {
        let (collection, id, _) = parts(request);
        self.docs.get(&(collection, id?)).cloned()
    }

    fn answer(&mut self, request: &Request, current: Option<Value>) -> Response {
        let (collection, id, query) = parts(request);
        let Some(id) = id else { return self.list(&collection, &query) };
        let shown = current.clone().unwrap_or(Value::Null);
        let live = current.as_ref().is_some_and(|doc| !deleted(doc));
        let gone = current.as_ref().is_some_and(deleted);
        let fits = |doc: &Value| header(request, "if-match") == Some(format!("\"{}\"", doc["_rev"]));
        match request.method.as_str() {
            "GET" if live => reply(200, &shown),
            "GET" if gone => problem(410, &shown),
            "GET" => problem(404, &Value::Null),
            "PUT" => {
                let body: Value = serde_json::from_str(request.body.as_deref().unwrap()).unwrap();
                if self.has(Habit::Small) && request.body.as_ref().is_some_and(|b| b.len() > 100_000) {
                    return problem(413, &Value::Null);
                }
                if header(request, "if-none-match").is_some() {
                    return match current {
                        Some(_) if self.has(Habit::CreatesTwice) => self.write(&collection, &id, body, 201),
                        Some(doc) if self.has(Habit::ShowsTheFirst) => reply(200, &doc),
                        Some(doc) => problem(if gone { 410 } else { 412 }, &doc),
                        None => self.write(&collection, &id, body, 201),
                    };
                }
                match current {
                    Some(doc) if deleted(&doc) => problem(410, &doc),
                    Some(doc) if fits(&doc) || self.has(Habit::IgnoresRevisions) => {
                        self.write(&collection, &id, body, 200)
                    }
                    Some(doc) => problem(412, &doc),
                    None => problem(404, &Value::Null),
                }
            }
            "DELETE" if self.has(Habit::ForbidsDeleting) => problem(403, &Value::Null),
            "DELETE" if gone && self.has(Habit::DeletesOnce) => problem(400, &Value::Null),
            "DELETE" => match current {
                None => problem(404, &Value::Null),
                Some(doc) if deleted(&doc) => problem(410, &doc),
                Some(doc) if !fits(&doc) => problem(412, &doc),
                Some(doc) if self.has(Habit::KeepsTheDeleted) => reply(200, &doc),
                Some(_) => self.write(&collection, &id, json!({"_deleted": true}), 200),
            },
            other => panic!("unexpected {other}"),
        }
    }

    fn write(&mut self, collection: &str, id: &str, mut body: Value, status: u16) -> Response {
        let key = (collection.to_owned(), id.to_owned());
        let old = self.docs.get(&key).cloned();
        self.seq += 1;
        let rev = old.as_ref().map_or(0, |doc| doc["_rev"].as_i64().unwrap()) + 1;
        let fields = body.as_object_mut().unwrap();
        if self.has(Habit::DropsFields) || (self.has(Habit::LosesFields) && rev > 1) {
            fields.remove("selfTest");
        }
        if self.has(Habit::DropsTheJournal) {
            fields.remove("journal");
        }
        body["id"] = id.into();
        body["_rev"] = rev.into();
        body["_seq"] = self.seq.into();
        body["_at"] = Timestamp::from_millis(self.now_ms).to_string().into();
        if self.has(Habit::CommitsLate) && rev == 1 {
            self.late.insert(key.clone(), self.requests + 40);
        }
        self.written = true;
        if deleted(&body) {
            self.late.remove(&key);
        }
        self.docs.insert(key, body.clone());
        if self.has(Habit::ShowsOldRevisions) {
            body["_rev"] = (rev - 1).into();
        }
        reply(status, &body)
    }

    fn list(&mut self, collection: &str, query: &[(String, String)]) -> Response {
        let param = |name: &str| query.iter().find(|(n, _)| n == name).and_then(|(_, v)| v.parse::<i64>().ok());
        let since = param("since").unwrap_or(0);
        let limit = usize::try_from(param("limit").unwrap_or(200)).unwrap();
        let strange = query.iter().any(|(name, _)| name != "since" && name != "limit");
        let asked = if self.has(Habit::IgnoresSince) { 0 } else { since };
        let visible = |key: &&(String, String)| self.late.get(*key).is_none_or(|from| *from <= self.requests);
        let docs = self.docs.iter().filter(|(key, _)| key.0 == collection && visible(key)).map(|(_, doc)| doc);
        let seq = |doc: &Value| doc["_seq"].as_i64().unwrap();
        let mut items: Vec<Value> = docs.filter(|doc| seq(doc) > asked).cloned().collect();
        if self.has(Habit::NoTombstones) {
            items.retain(|doc| !deleted(doc));
        }
        if strange && self.has(Habit::FiltersByAnything) {
            items.clear();
        }
        items.sort_by_key(seq);
        if self.has(Habit::SkipsInPages) && std::mem::take(&mut self.written) && limit < 100 && items.len() > 1 {
            items.remove(0);
        }
        // Who ignores the cursor gives everything in one answer.
        let more = items.len() > limit && asked == since;
        if more {
            items.truncate(limit);
        }
        let next = items.iter().map(seq).max().unwrap_or(since).max(since);
        let (next, more) = if self.has(Habit::ListsForEver) { (since, true) } else { (next, more) };
        reply(200, &json!({"items": items, "next": next.to_string(), "more": more}))
    }

    fn sign(&self, answer: &mut Response) {
        let ahead = if self.has(Habit::FastClock) { 120_000 } else { 0 };
        if !self.has(Habit::NoClock) {
            let now = Timestamp::from_millis(self.now_ms + ahead).to_string();
            answer.headers.push(("X-Baton-Now".into(), now));
        }
        if self.cors != Cors::Silent {
            answer.headers.push(("Access-Control-Allow-Origin".into(), "https://desk.example".into()));
            if self.cors != Cors::HidesTheClock {
                answer.headers.push(("Access-Control-Expose-Headers".into(), "ETag, x-baton-now".into()));
            }
        }
    }

    fn preflight(&self, request: &Request) -> Response {
        let wanted = header(request, "access-control-request-headers").unwrap_or_default();
        let mut headers = Vec::new();
        let methods = if self.cors == Cors::NoDelete { "GET, PUT" } else { "GET, PUT, DELETE" };
        let few = self.cors == Cors::FewHeaders && wanted.contains("if-");
        if self.cors != Cors::Silent {
            headers.push(("Access-Control-Allow-Origin".to_owned(), "*".to_owned()));
            headers.push(("Access-Control-Allow-Methods".into(), methods.into()));
            headers.push(("Access-Control-Allow-Headers".into(), if few { String::new() } else { wanted }));
        }
        Response { status: 204, headers, body: String::new() }
    }
}

fn busy(status: u16) -> Response {
    Response { status, headers: vec![("Retry-After".into(), "1".into())], body: "{}".into() }
}

fn parts(request: &Request) -> (String, Option<String>, Vec<(String, String)>) {
    let (_, url) = request.url.split_once("/api/").expect("an address of ours");
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let (collection, id) = path.split_once('/').map_or((path, None), |(c, id)| (c, Some(id.to_owned())));
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    (collection.into(), id, pairs.map(|(n, v)| (n.to_owned(), v.to_owned())).collect())
}

fn header(request: &Request, name: &str) -> Option<String> {
    request.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
}

fn deleted(doc: &Value) -> bool {
    doc["_deleted"] == true
}

fn reply(status: u16, body: &Value) -> Response {
    Response { status, headers: Vec::new(), body: body.to_string() }
}

fn problem(status: u16, current: &Value) -> Response {
    reply(status, &json!({"title": "no", "status": status, "current": current}))
}
