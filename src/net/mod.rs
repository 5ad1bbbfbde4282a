//! The network as the browser has it: fetch, the live feed, the session, and the loop that drives sync.
//!
//! What a request means is the connector's subject, and what happens when is the syncer's (`baton-sync`).

pub mod access;
mod bell;
mod feed;
mod fetch;
mod runner;
pub mod session;
mod turns;

pub use access::DeskNet;
pub use feed::{Feed, FeedWord};
pub use fetch::{BrowserClock, BrowserRng, FetchNet};
pub use runner::{DeskSyncer, Runner};

use std::future::Future;
use std::pin::pin;
use std::task::Poll;

use gloo_timers::future::TimeoutFuture;

/// The future's value, or None if it takes longer than `ms` milliseconds.
pub async fn within<T>(ms: u32, future: impl IntoFuture<Output = T>) -> Option<T> {
    let (mut future, mut limit) = (pin!(future.into_future()), pin!(TimeoutFuture::new(ms)));
    std::future::poll_fn(|cx| {
        if let Poll::Ready(value) = future.as_mut().poll(cx) {
            return Poll::Ready(Some(value));
        }
        limit.as_mut().poll(cx).map(|()| None)
    })
    .await
}
