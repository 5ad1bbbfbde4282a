//! The live feed of server-sent events. The browser reconnects by itself after a lost connection; an answer that is no
//! feed (a log-in page, an error) closes it for good, and the runner opens it again later.

use std::rc::Rc;

use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{EventSource, EventSourceInit, MessageEvent};

/// What the feed says.
pub enum FeedWord {
    /// Connected (again): what happened before is not in the feed.
    Open,
    /// The data of one event.
    Change(String),
    /// Closed for good.
    Closed,
}

/// An open feed; it ends when dropped.
pub struct Feed {
    source: EventSource,
    _listeners: [EventListener; 3],
}

impl Feed {
    /// Opens the feed at `url` and hands its words to `hear`. None if the browser has no such thing or the address is bad.
    pub fn open(url: &str, event: &str, hear: impl Fn(FeedWord) + 'static) -> Option<Feed> {
        let init = EventSourceInit::new();
        init.set_with_credentials(true);
        let source = EventSource::new_with_event_source_init_dict(url, &init).ok()?;
        let hear = Rc::new(hear);
        let open = {
            let hear = hear.clone();
            EventListener::new(&source, "open", move |_| hear(FeedWord::Open))
        };
        let change = {
            let hear = hear.clone();
            EventListener::new(&source, event.to_owned(), move |event| {
                if let Some(data) = event.dyn_ref::<MessageEvent>().and_then(|e| e.data().as_string()) {
                    hear(FeedWord::Change(data));
                }
            })
        };
        let error = {
            let (hear, source) = (hear, source.clone());
            EventListener::new(&source.clone(), "error", move |_| {
                if source.ready_state() == EventSource::CLOSED {
                    hear(FeedWord::Closed);
                }
            })
        };
        Some(Feed { source, _listeners: [open, change, error] })
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.source.close();
    }
}
