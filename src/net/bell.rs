//! What a loop that waits is woken by.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Poll, Waker};

use gloo_timers::future::TimeoutFuture;

/// Ends the loop's waiting early.
#[derive(Clone, Default)]
pub(super) struct Bell(Rc<(Cell<bool>, RefCell<Option<Waker>>)>);

impl Bell {
    pub fn ring(&self) {
        self.0.0.set(true);
        if let Some(waker) = self.0.1.borrow_mut().take() {
            waker.wake();
        }
    }

    /// Until it is rung, or so many milliseconds have gone by.
    pub async fn rung_within(&self, ms: u32) {
        let mut timer = pin!(TimeoutFuture::new(ms));
        std::future::poll_fn(|cx| {
            if self.0.0.replace(false) {
                return Poll::Ready(());
            }
            *self.0.1.borrow_mut() = Some(cx.waker().clone());
            timer.as_mut().poll(cx)
        })
        .await;
    }
}
