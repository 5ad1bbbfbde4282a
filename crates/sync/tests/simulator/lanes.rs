//! A single-threaded executor in which every operation on a store or a net is a place where the scheduler decides.
//!
//! A lane is one strand of work of one tab. Its future runs until it needs the outside; the operation then waits in
//! the [`Hub`] until somebody carries it out, and the lane goes on only when somebody polls it again. So a crash can
//! fall between an operation and its answer.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use baton_sync::net::{NetError, Request, Response};

/// What a strand of work is for. A tab has at most one of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strand {
    /// Opens the ledger, then syncs for ever.
    Sync,
    Act,
    OtherAct,
    Hear,
    Lead,
    Feed,
    Draft,
    /// Retries and discards.
    Tidy,
    /// The second thing that the syncing strand waits for: the next page, while one is stored. No strand of its own.
    Ahead,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TabId {
    pub client: usize,
    pub tab: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LaneId {
    pub tab: TabId,
    pub strand: Strand,
}

impl std::fmt::Display for TabId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", char::from(b'A' + self.client as u8), self.tab + 1)
    }
}

impl std::fmt::Display for LaneId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?}", self.tab, self.strand)
    }
}

/// How an operation on a store ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreFate {
    Good,
    /// Nothing is stored.
    Before,
    /// Stored, but reported as failed.
    After,
    /// No room; nothing is stored.
    Quota,
}

pub type Answer = Rc<RefCell<Option<Result<Response, NetError>>>>;

/// What a lane waits for.
pub enum Wait {
    Store {
        what: &'static str,
        run: Box<dyn FnOnce(StoreFate)>,
    },
    Net {
        request: Request,
        answer: Answer,
        asked_ms: i64,
    },
    /// Until this moment of true time, or until its tab's bell rings.
    Rest {
        wake_ms: i64,
        over: Rc<RefCell<Option<()>>>,
    },
}

/// Where lanes leave what they wait for. True time is kept here too.
#[derive(Default)]
pub struct Hub {
    waits: RefCell<BTreeMap<LaneId, Wait>>,
    /// Which operation a lane began last, by its number.
    last: RefCell<BTreeMap<LaneId, u64>>,
    current: Cell<Option<LaneId>>,
    pub true_ms: Cell<i64>,
    /// Operations begun; a strand that makes steps and begins none is spinning.
    pub begun: Cell<u64>,
}

impl Hub {
    pub fn take(&self, lane: LaneId) -> Option<Wait> {
        self.waits.borrow_mut().remove(&lane)
    }

    /// What could not be carried out yet waits on.
    pub fn put_back(&self, lane: LaneId, wait: Wait) {
        self.waits.borrow_mut().insert(lane, wait);
    }

    pub fn with<T>(&self, lane: LaneId, look: impl FnOnce(&Wait) -> T) -> Option<T> {
        self.waits.borrow().get(&lane).map(look)
    }

    pub fn waiting(&self) -> Vec<LaneId> {
        self.waits.borrow().keys().copied().collect()
    }

    /// Waits until the scheduler has put something into the cell that `register` got.
    pub async fn wait<T>(self: &Rc<Self>, register: impl FnOnce(Rc<RefCell<Option<T>>>) -> Wait) -> T {
        let cell = Rc::new(RefCell::new(None));
        let wait = register(cell.clone());
        let mut lane = self.current.get().expect("operations begin inside a lane");
        if lane.strand == Strand::Sync && self.waits.borrow().contains_key(&lane) {
            lane.strand = Strand::Ahead;
        }
        self.begun.set(self.begun.get() + 1);
        let other = self.waits.borrow_mut().insert(lane, wait);
        assert!(other.is_none(), "{lane} waits for two things at once");
        let number = self.begun.get();
        self.last.borrow_mut().insert(lane, number);
        let _leave = Leave { hub: self.clone(), lane, number };
        std::future::poll_fn(|_| match cell.borrow_mut().take() {
            Some(value) => Poll::Ready(value),
            None => Poll::Pending,
        })
        .await
    }
}

/// A strand that is dropped waits for nothing any more. What its lane has begun since is not its own.
struct Leave {
    hub: Rc<Hub>,
    lane: LaneId,
    number: u64,
}

impl Drop for Leave {
    fn drop(&mut self) {
        if self.hub.last.borrow().get(&self.lane) == Some(&self.number) {
            self.hub.waits.borrow_mut().remove(&self.lane);
        }
    }
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

struct Task {
    future: Pin<Box<dyn Future<Output = ()>>>,
    flag: Arc<Flag>,
    waker: Waker,
}

/// All strands of all tabs.
pub struct Lanes {
    pub hub: Rc<Hub>,
    tasks: BTreeMap<LaneId, Task>,
}

impl Lanes {
    pub fn new(hub: Rc<Hub>) -> Lanes {
        Lanes { hub, tasks: BTreeMap::new() }
    }

    pub fn is_busy(&self, lane: LaneId) -> bool {
        self.tasks.contains_key(&lane)
    }

    /// Starts a strand; it runs at once to its first operation.
    pub fn start(&mut self, lane: LaneId, work: impl Future<Output = ()> + 'static) {
        let flag = Arc::new(Flag(AtomicBool::new(true)));
        let waker = Waker::from(flag.clone());
        self.tasks.insert(lane, Task { future: Box::pin(work), flag, waker });
        self.poll(lane);
    }

    /// Something that this lane waited for is there.
    pub fn wake(&self, mut lane: LaneId) {
        if lane.strand == Strand::Ahead {
            lane.strand = Strand::Sync;
        }
        if let Some(task) = self.tasks.get(&lane) {
            task.flag.0.store(true, Ordering::Relaxed);
        }
    }

    pub fn is_ready(&self, lane: LaneId) -> bool {
        self.tasks.get(&lane).is_some_and(|task| task.flag.0.load(Ordering::Relaxed))
    }

    pub fn ready(&self) -> Vec<LaneId> {
        self.tasks.iter().filter(|(_, t)| t.flag.0.load(Ordering::Relaxed)).map(|(lane, _)| *lane).collect()
    }

    pub fn poll(&mut self, lane: LaneId) {
        let Some(task) = self.tasks.get_mut(&lane) else { return };
        task.flag.0.store(false, Ordering::Relaxed);
        self.hub.current.set(Some(lane));
        let done = task.future.as_mut().poll(&mut Context::from_waker(&task.waker)).is_ready();
        self.hub.current.set(None);
        if done {
            self.tasks.remove(&lane);
        }
    }

    /// The tab dies with everything that it was doing.
    pub fn drop_tab(&mut self, tab: TabId) {
        let lanes: Vec<LaneId> = self.tasks.keys().filter(|lane| lane.tab == tab).copied().collect();
        for lane in lanes {
            self.tasks.remove(&lane);
        }
    }
}
