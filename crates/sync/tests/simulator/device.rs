//! One tab's way to the backend and its clock. Who answers, and what becomes of a request, is the scheduler's affair.

use std::cell::Cell;
use std::rc::Rc;

use baton_sync::net::{Clock, Net, NetError, Request, Response};

use crate::lanes::{Hub, Wait};

#[derive(Clone)]
pub struct TabNet {
    pub hub: Rc<Hub>,
}

impl Net for TabNet {
    async fn send(&self, request: Request) -> Result<Response, NetError> {
        let asked_ms = self.hub.true_ms.get();
        self.hub.wait(|answer| Wait::Net { request, answer, asked_ms }).await
    }
}

/// A device's clock on the wall is off, and jumps; its steady one may stand still while the device sleeps.
#[derive(Clone)]
pub struct TabClock {
    pub hub: Rc<Hub>,
    pub skew_ms: Rc<Cell<i64>>,
    pub slept_ms: Rc<Cell<i64>>,
}

impl Clock for TabClock {
    fn now_ms(&self) -> i64 {
        self.hub.true_ms.get() + self.skew_ms.get()
    }

    fn steady_ms(&self) -> i64 {
        self.hub.true_ms.get() - self.slept_ms.get()
    }
}
