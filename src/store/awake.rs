//! Whether the browser has frozen this page. A frozen page still hears the other tabs, but its transactions never end and
//! would hold up theirs: so it begins none, and does nothing that another tab would take for life.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::task::{Poll, Waker};

use gloo_events::EventListener;

thread_local! {
    static FROZEN: Cell<bool> = const { Cell::new(false) };
    static WAITING: RefCell<Vec<Waker>> = const { RefCell::new(Vec::new()) };
    static LISTENERS: RefCell<Option<[EventListener; 2]>> = const { RefCell::new(None) };
}

/// Listens to the page's own events from now on.
pub fn listen() {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    LISTENERS.with_borrow_mut(|listeners| {
        listeners.get_or_insert_with(|| {
            let freeze = EventListener::new(&document, "freeze", |_| FROZEN.set(true));
            let resume = EventListener::new(&document, "resume", |_| {
                FROZEN.set(false);
                WAITING.take().into_iter().for_each(Waker::wake);
            });
            [freeze, resume]
        });
    });
}

pub fn is_frozen() -> bool {
    FROZEN.get()
}

/// Until the page is not frozen: at once, nearly always.
pub async fn awake() {
    poll_fn(|cx| {
        if !is_frozen() {
            return Poll::Ready(());
        }
        WAITING.with_borrow_mut(|waiting| waiting.push(cx.waker().clone()));
        Poll::Pending
    })
    .await;
}
